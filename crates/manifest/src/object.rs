//! Objects of a render: what each rendered document is, and their order.
//!
//! Source: `SortManifests` in `manifest_sorter.go` of Helm's release utilities.

use std::cmp::Reverse;
use std::iter;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::de::DeserializeOwned;

use crate::hook::HOOK;
use crate::order::place;
use crate::split::{Document, split};
use crate::typed::{self, TypedError};
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
    /// Makes an object of a document.
    fn of(source: &Arc<str>, document: &Document<'_>, rules: &Rules) -> Result<Self, Error> {
        let line = document.line;
        let head = match Head::of_plain(document.text) {
            Some(head) => head,
            None => Self::read_head(source, document, rules)?,
        };
        Ok(Self { source: Arc::clone(source), line, head, text: document.text.into() })
    }

    fn read_head(source: &Arc<str>, document: &Document<'_>, rules: &Rules) -> Result<Head, Error> {
        let line = document.line;
        let head = pintle_yaml::from_str_fields(document.text, &head::field)
            .map_err(|error| Error::Yaml { path: source.to_string(), error, line })?;
        Head::read(&head, rules.head_type).map_err(|message| Error::Head {
            path: source.to_string(),
            message,
            line,
        })
    }

    /// Reads the object as a type: one of `k8s-openapi`, of [`typed`](crate::typed), or any other of serde's.
    ///
    /// ```
    /// use k8s_openapi::api::core::v1::ConfigMap;
    /// # use pintle_manifest::{INSTALL_ORDER, Objects, Rules, SplitRules};
    /// # let rules = Rules { split: SplitRules::LINE_START, order: INSTALL_ORDER, head_type: "util.SimpleHead" };
    ///
    /// let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {colour: red}\n";
    /// let objects = Objects::sort([("web/templates/config.yaml", text)], &rules)?;
    /// let object = &objects.manifests[0];
    /// let data = object.typed::<ConfigMap>()?.data.unwrap_or_default();
    /// assert_eq!(data["colour"], "red");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`typed::read`]: a field that the type does not have is an error.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, TypedError> {
        typed::read(&self.text)
    }

    /// Gives the object as a value: the document through YAML and JSON.
    ///
    /// # Errors
    ///
    /// None for an object that [`Objects::sort`] gave: its text was read then.
    pub fn value(&self) -> Result<pintle_yaml::Value, pintle_yaml::Error> {
        pintle_yaml::from_str(&self.text)
    }
}

/// How much text is read on two threads, in bytes: less is read sooner than another thread begins.
const MIN_SHARED: usize = 256 << 10;

/// A document, with the template it came from.
type Found<'a> = (Arc<str>, Document<'a>);

/// Makes an object of each document, in order.
fn make_all(documents: &[Found<'_>], rules: &Rules) -> Vec<Result<Object, Error>> {
    let object_of = |(source, document): &Found<'_>| Object::of(source, document, rules);
    let len = |n: usize| documents[n].1.text.len();
    if (0..documents.len()).map(len).sum::<usize>() < MIN_SHARED {
        return documents.iter().map(object_of).collect();
    }
    // Each thread takes the largest document that is left.
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|n| Reverse(len(*n)));
    let next = AtomicUsize::new(0);
    let make_some = || {
        let mine = iter::from_fn(|| order.get(next.fetch_add(1, Ordering::Relaxed)));
        mine.map(|n| (*n, object_of(&documents[*n]))).collect::<Vec<_>>()
    };
    let mut made = thread::scope(|scope| {
        let helper = thread::Builder::new().spawn_scoped(scope, make_some);
        let mut made = make_some();
        // Without a helper, all is made here.
        if let Ok(helper) = helper {
            made.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_by_key(|(n, _)| *n);
    made.into_iter().map(|(_, object)| object).collect()
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
        let mut documents = Vec::new();
        for (path, content) in files {
            if !path.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
                let source: Arc<str> = path.into();
                let within = split(content, rules.split).into_iter();
                documents.extend(within.map(|document| (Arc::clone(&source), document)));
            }
        }
        let mut objects = Self::default();
        for object in make_all(&documents, rules) {
            objects.add(object?);
        }
        let place = |object: &Object| place(&object.head.kind, rules.order);
        objects.manifests.sort_by_cached_key(place);
        objects.hooks.sort_by_cached_key(|hook| place(&hook.object));
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
