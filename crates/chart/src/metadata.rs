//! What a chart says of itself: `Chart.yaml`.
//!
//! Loading checks and sanitises it: white space becomes a space, what cannot be printed is dropped.
//!
//! Source: `pkg/chart/v2/metadata.go`, Helm v4.

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::{decode, unknown_field};
use crate::quote::{Quoted, is_printable};
use crate::semver::Version;
use crate::{Dependency, Error, path};

/// The `apiVersion` of charts that keep their dependencies in `requirements.yaml`, and of those that do not say.
pub(crate) const API_VERSION_V1: &str = "v1";

/// The `apiVersion` of charts that keep their dependencies in `Chart.yaml`.
pub(crate) const API_VERSION_V2: &str = "v2";

/// What `Chart.yaml` says. What it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// the chart's name
    pub name: String,
    /// the URL of the project
    pub home: String,
    /// URLs of source code
    pub sources: Vec<String>,
    /// the chart's version
    pub version: String,
    /// one sentence on what it is
    pub description: String,
    /// words to find it by
    pub keywords: Vec<String>,
    /// who looks after it
    pub maintainers: Vec<Maintainer>,
    /// the URL of a picture
    pub icon: String,
    /// the form of the chart: `v1` or `v2`
    pub api_version: String,
    /// values paths that switch the chart on, as a dependency says it
    pub condition: String,
    /// tags that switch the chart on, comma separated
    pub tags: String,
    /// the version of the application inside
    pub app_version: String,
    /// whether the chart should no longer be used
    pub deprecated: bool,
    /// notes for other tools; `None` when the file says nothing of them, which Helm 4's `.Chart` shows
    pub annotations: Option<BTreeMap<String, String>>,
    /// the Kubernetes versions it runs on
    pub kube_version: String,
    /// the charts it asks for
    pub dependencies: Vec<Dependency>,
    /// whether it has a list of them, be it an empty one: Helm looks at values anew where there is a list
    pub lists_dependencies: bool,
    /// `application` or `library`; empty means `application`
    pub chart_type: String,
}

/// Someone who looks after a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// a person or an organisation
    pub name: String,
    /// an address to write to
    pub email: String,
    /// a page about them
    pub url: String,
}

/// What was read of a `Chart.yaml` and is not yet checked: entries of its lists may be null.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// all but the two lists below
    pub metadata: Metadata,
    /// who looks after the chart
    pub maintainers: Vec<Option<Maintainer>>,
    /// the charts it asks for
    pub dependencies: Vec<Option<Dependency>>,
}

impl Draft {
    /// Reads the bytes of a `Chart.yaml` without checking what they say, for those who judge it.
    ///
    /// # Errors
    ///
    /// A file that is no YAML, or has something of a wrong type. `go_package` is the package of Helm's types in messages.
    pub fn read(chart_yaml: &[u8], go_package: &'static str) -> Result<Self, Error> {
        let mut draft = Self::default();
        decode(&mut draft, chart_yaml, go_package)?;
        Ok(draft)
    }

    /// Checks that a `Chart.yaml` has no key twice and none that means nothing.
    ///
    /// # Errors
    ///
    /// The first such key, in Go's words.
    pub fn check_strictly(chart_yaml: &[u8]) -> Result<(), Error> {
        let value = pintle_yaml::from_slice_strict(chart_yaml)?;
        match unknown_field(&value) {
            None => Ok(()),
            Some(key) => Err(Error::UnknownField(key)),
        }
    }
}

impl From<Metadata> for Draft {
    fn from(mut metadata: Metadata) -> Self {
        Self {
            maintainers: std::mem::take(&mut metadata.maintainers).into_iter().map(Some).collect(),
            dependencies: std::mem::take(&mut metadata.dependencies)
                .into_iter()
                .map(Some)
                .collect(),
            metadata,
        }
    }
}

impl Metadata {
    /// Cleans the texts and checks what they say.
    ///
    /// # Errors
    ///
    /// [`Error::Validation`] with the first thing wrong.
    pub fn validate(self) -> Result<Self, Error> {
        Draft::from(self).validate()
    }
}

impl Draft {
    /// Cleans the texts and checks what they say.
    pub(crate) fn validate(self) -> Result<Metadata, Error> {
        let Self { mut metadata, maintainers, dependencies } = self;
        metadata.sanitize();
        metadata.check()?;
        for maintainer in maintainers {
            let Some(mut maintainer) = maintainer else {
                return Err(invalid("maintainers must not contain empty or null nodes"));
            };
            maintainer.sanitize();
            metadata.maintainers.push(maintainer);
        }
        let mut names = BTreeSet::new();
        for dependency in dependencies {
            let Some(mut dependency) = dependency else {
                return Err(invalid("dependencies must not contain empty or null nodes"));
            };
            dependency.validate()?;
            let name =
                if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !names.insert(name.clone()) {
                let quoted = Quoted(name);
                return Err(invalid(format!(
                    "more than one dependency with name or alias {quoted}"
                )));
            }
            metadata.dependencies.push(dependency);
        }
        Ok(metadata)
    }
}

impl Metadata {
    /// Cleans the texts Helm cleans; `version`, `apiVersion`, `type` and annotations stay as they are.
    fn sanitize(&mut self) {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        texts.into_iter().chain(&mut self.sources).chain(&mut self.keywords).for_each(sanitize);
    }

    fn check(&self) -> Result<(), Error> {
        let name = &self.name;
        if self.api_version.is_empty() {
            return Err(invalid("chart.metadata.apiVersion is required"));
        }
        if name.is_empty() {
            return Err(invalid("chart.metadata.name is required"));
        }
        if name == "." || name == ".." {
            return Err(invalid(format!("chart.metadata.name {} is not allowed", Quoted(name))));
        }
        if name != path::base(name) {
            return Err(invalid(format!("chart.metadata.name {} is invalid", Quoted(name))));
        }
        if self.version.is_empty() {
            return Err(invalid("chart.metadata.version is required"));
        }
        if Version::parse(&self.version).is_err() {
            let quoted = Quoted(&self.version);
            return Err(invalid(format!("chart.metadata.version {quoted} is invalid")));
        }
        if !matches!(&*self.chart_type, "" | "application" | "library") {
            return Err(invalid("chart.metadata.type must be application or library"));
        }
        Ok(())
    }
}

impl Maintainer {
    fn sanitize(&mut self) {
        [&mut self.name, &mut self.email, &mut self.url].into_iter().for_each(sanitize);
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::Validation(message.into())
}

/// Makes white space a space and drops what cannot be printed.
pub(crate) fn sanitize(text: &mut String) {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    if text.bytes().all(is_plain) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| match c {
            _ if c.is_whitespace() => Some(' '),
            ' '..='~' => Some(c),
            _ if !c.is_ascii() && is_printable(c) => Some(c),
            _ => None,
        })
        .collect();
}
