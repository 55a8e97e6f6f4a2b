//! Objects of a render: what each rendered document is, and their order.
//!
//! Source: `SortManifests` in `manifest_sorter.go` of Helm's release utilities.

use std::sync::Arc;

use crate::hook::HOOK;
use crate::order::compare_kinds;
use crate::split::split;
use crate::{Error, Head, Hook, SplitRules, head};

/// How a Helm version makes objects of rendered files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// how files are split
    pub split: SplitRules,
    /// the kinds in the order of installation
    pub order: &'static [&'static str],
    /// what Helm calls the struct it decodes heads into, for its error texts
    pub head_type: &'static str,
}

/// One rendered document.
#[derive(Debug, Clone)]
pub struct Object {
    /// the template it came from: `agent-env/templates/services.yaml`
    pub source: Arc<str>,
    /// the line of the rendered file on which the document begins, from 1
    pub line: usize,
    /// what Helm reads of it
    pub head: Head,
    /// the document's own bytes
    pub text: Box<str>,
}

impl Object {
    /// Gives the object as a value: the document through YAML and JSON.
    ///
    /// # Errors
    ///
    /// None for an object that [`Objects::sort`] gave: its text was read then.
    pub fn value(&self) -> Result<pintle_yaml::Value, pintle_yaml::Error> {
        pintle_yaml::from_str(&self.text)
    }
}

/// All objects of a render in the order of installation, hooks apart.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// everything that is no hook
    pub manifests: Vec<Object>,
    /// hooks, by kind as well: their weights count only when they run
    pub hooks: Vec<Hook>,
    /// `helm.sh/hook` annotations with an unknown event; Helm drops these objects
    pub unknown_hooks: Vec<String>,
}

impl Objects {
    /// Splits and sorts rendered files, given as path and content in the order of their paths.
    ///
    /// Objects of one kind keep the order of files and of documents in a file. Blank files, blank documents and
    /// partials (`_` files) give nothing; a document of comments alone is an object of no kind.
    ///
    /// # Errors
    ///
    /// [`Error`] for the first document that is not YAML or whose head has the wrong shape.
    pub fn sort<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        rules: &Rules,
    ) -> Result<Self, Error> {
        let mut objects = Self::default();
        for (path, content) in files {
            if path.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
                continue;
            }
            let source: Arc<str> = path.into();
            for document in split(content, rules.split) {
                let head = pintle_yaml::from_str_fields(document.text, &head::field);
                let head = head.map_err(|error| Error::Yaml {
                    path: path.to_owned(),
                    error,
                    line: document.line,
                })?;
                let head = Head::read(&head, rules.head_type).map_err(|message| Error::Head {
                    path: path.to_owned(),
                    message,
                    line: document.line,
                })?;
                objects.add(Object {
                    source: Arc::clone(&source),
                    line: document.line,
                    head,
                    text: document.text.into(),
                });
            }
        }
        objects.manifests.sort_by(|a, b| compare_kinds(&a.head.kind, &b.head.kind, rules.order));
        objects
            .hooks
            .sort_by(|a, b| compare_kinds(&a.object.head.kind, &b.object.head.kind, rules.order));
        Ok(objects)
    }

    fn add(&mut self, object: Object) {
        if !object.head.annotations.contains_key(HOOK) {
            self.manifests.push(object);
            return;
        }
        match Hook::new(object) {
            Ok(hook) => self.hooks.push(hook),
            Err(annotation) => self.unknown_hooks.push(annotation),
        }
    }
}
