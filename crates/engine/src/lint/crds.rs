//! Rules on the definitions of `crds/`, which only Helm 4 has.
//!
//! Source: `rules/crds.go`.

use super::Severity::Error;
use super::documents::Documents;
use super::{Entry, Linter};
use crate::CommandLine;

const PATH: &str = "crds/";

impl Linter<'_> {
    pub(super) fn crds(&mut self) {
        let profile = self.settings.profile;
        if profile.command_line == CommandLine::Helm3 || self.folder.crds == Entry::Missing {
            return;
        }
        if self.folder.crds != Entry::Folder {
            self.rule(Error, PATH, Err("not a directory".to_owned()));
            return;
        }
        let chart = match self.load() {
            Ok(chart) => chart,
            Err(error) => {
                self.rule(Error, PATH, Err(error));
                return;
            }
        };
        for crd in chart.crds() {
            for object in Documents::new(&crd.file.text(), super::documents::STRUCT_4) {
                let object = match object {
                    Ok(object) => object,
                    Err(why) => {
                        self.rule(Error, crd.name, Err(format!("unable to parse YAML: {why}")));
                        return;
                    }
                };
                if !object.api_version.starts_with("apiextensions.k8s.io") {
                    let text = "apiVersion is not in 'apiextensions.k8s.io'".to_owned();
                    self.rule(Error, crd.name, Err(text));
                }
                if object.kind != "CustomResourceDefinition" {
                    let text = "object kind is not 'CustomResourceDefinition'".to_owned();
                    self.rule(Error, crd.name, Err(text));
                }
            }
        }
    }
}
