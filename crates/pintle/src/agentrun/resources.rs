//! The resources in the files of a call: runs, and what they refer to, each with its place.

use std::collections::BTreeMap;

use pintle_manifest::document::{Document, Node};
use pintle_manifest::typed::{self, Raw};
use pintle_manifest::validate::{Code, Finding, Minor, Severity, Validator};
use pintle_manifest::{SplitRules, split};
use pintle_yaml::Location;
use serde_json::Value;

use crate::print::Failure;
use crate::user_values::go_words;
use crate::validation::files;
use crate::whole_file::{self, NOT_TEXT};

/// How the groups of the agents' kinds end.
const GROUPS: &str = ".proompteng.ai/v1alpha1";

/// A resource, as it stands in its file.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// empty if it names none
    pub(crate) namespace: String,
    pub(crate) value: Value,
    /// whether it is one of the agents' kinds, and of no other group
    pub(crate) is_ours: bool,
    file: String,
    text: String,
    /// what stands before it in its file: lines
    n_lines_before: usize,
}

/// Something wrong with a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// the kind and the name of the resource; empty for what is none
    pub(crate) subject: String,
    /// where, if that is in a file
    pub(crate) place: Option<Location>,
    /// the word that scripts search for
    pub(crate) reason: String,
    /// the field, as Kubernetes writes it
    pub(crate) field: String,
    /// what is wrong with it
    pub(crate) message: String,
    /// what to write instead
    pub(crate) help: Option<String>,
}

impl Fault {
    /// Tells whether another fault says the same, and takes over what it knows better.
    pub(crate) fn is_said_by(&mut self, other: &Self) -> bool {
        let is_same = self.subject == other.subject
            && (self.field == other.field
                || other.field.starts_with(&self.field) && self.message.contains(&other.message));
        if is_same && self.field != other.field {
            self.field.clone_from(&other.field);
            self.place.clone_from(&other.place);
            self.message.clone_from(&other.message);
        }
        if is_same && self.help.is_none() {
            self.help.clone_from(&other.help);
        }
        is_same
    }
}

/// All resources of a call.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    all: Vec<Resource>,
    /// what is wrong with files that hold no resources
    pub(crate) unreadable: Vec<Fault>,
}

impl Resources {
    /// Reads files, those of folders, and `-`, standard input.
    ///
    /// # Errors
    ///
    /// A path where nothing is.
    pub(crate) fn read(paths: &[String]) -> Result<Self, Failure> {
        let mut names = Vec::new();
        for path in paths {
            files::list(path, &[], &mut names)?;
        }
        let mut resources = Self::default();
        for name in names {
            let bytes = files::read(&name)
                .map_err(|error| Failure(format!("{name}: {}", go_words(&error))))?;
            match whole_file::text_of(&name, bytes) {
                Ok(text) => resources.read_text(&name, &text),
                Err(place) => resources.unreadable.push(broken(place, NOT_TEXT)),
            }
        }
        Ok(resources)
    }

    fn read_text(&mut self, file: &str, text: &str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for document in split(text, SplitRules::LINE_START) {
            let begin = document.text.as_ptr() as usize - text.as_ptr() as usize;
            let n_lines_before = Location::of(file, text, begin).line - 1;
            let place = |offset: usize| {
                let place = Location::of(file, document.text, offset);
                Location { line: place.line + n_lines_before, ..place }
            };
            let value = match typed::read::<Raw>(document.text) {
                Ok(Raw(pintle_yaml::Value::Null)) => continue,
                Ok(raw) => serde_json::to_value(raw).unwrap_or_default(),
                Err(error) => {
                    self.unreadable.push(broken(place(error.offset), &error.to_string()));
                    continue;
                }
            };
            let text_of = |keys: &[&str]| {
                let found = keys.iter().try_fold(&value, |value, key| value.get(key));
                found.and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let api_version = text_of(&["apiVersion"]);
            if api_version.is_empty() || text_of(&["kind"]).is_empty() {
                let message = "no resource: apiVersion and kind are missing";
                self.unreadable.push(broken(place(0), message));
                continue;
            }
            self.all.push(Resource {
                kind: text_of(&["kind"]),
                name: text_of(&["metadata", "name"]),
                namespace: text_of(&["metadata", "namespace"]),
                is_ours: api_version.ends_with(GROUPS),
                value,
                file: file.to_owned(),
                text: document.text.to_owned(),
                n_lines_before,
            });
        }
    }

    /// Gives the runs, in the order of the files.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Resource> {
        self.all.iter().filter(|resource| resource.is_ours && resource.kind == "AgentRun")
    }

    /// Gives all resources of a kind, in a namespace or without any.
    pub(crate) fn of_kind(&self, kind: &str, namespace: &str) -> Vec<&Resource> {
        self.all.iter().filter(|resource| resource.is(kind, namespace)).collect()
    }

    /// Finds a resource by its name, in a namespace or without any.
    pub(crate) fn find(&self, kind: &str, name: &str, namespace: &str) -> Option<&Resource> {
        self.all.iter().find(|resource| resource.name == name && resource.is(kind, namespace))
    }

    /// Gives resources of the same kind, name and namespace that stand in the files twice: the second of each two.
    pub(crate) fn repeated(&self) -> Vec<Fault> {
        let mut seen = BTreeMap::new();
        let mut faults = Vec::new();
        for resource in self.all.iter().filter(|resource| resource.is_ours) {
            let key = (&resource.kind, &resource.name, &resource.namespace);
            if let Some(first) = seen.insert(key, resource) {
                let place = first.place("metadata.name");
                let message = format!("{} {} stands at {place}, too", resource.kind, resource.name);
                let (field, reason) = ("metadata.name".to_owned(), "Repeated".to_owned());
                let place = Some(resource.place("metadata.name"));
                let subject = resource.subject();
                faults.push(Fault { subject, place, reason, field, message, help: None });
            }
        }
        faults
    }
}

fn broken(place: Location, message: &str) -> Fault {
    let reason = "NotYaml".to_owned();
    let (message, subject, field) = (message.to_owned(), String::new(), String::new());
    Fault { subject, place: Some(place), reason, field, message, help: None }
}

impl Resource {
    /// Gives the text at a path of keys; empty if there is none.
    pub(crate) fn text_at(&self, keys: &[&str]) -> &str {
        let found = keys.iter().try_fold(&self.value, |value, key| value.get(key));
        found.and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// Tells whether it is of a kind of the agents, or what can keep a prompt of theirs, and can be in a namespace.
    fn is(&self, kind: &str, namespace: &str) -> bool {
        self.kind == kind
            && (self.is_ours || ["ConfigMap", "Secret"].contains(&kind))
            && (self.namespace.is_empty() || self.namespace == namespace)
    }

    /// Gives the kind and the name.
    pub(crate) fn subject(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// Finds the place of a field, or of the nearest field around it that is there.
    pub(crate) fn place(&self, field: &str) -> Location {
        let offset = Document::read(&self.text).map_or(0, |document| offset(&document.root, field));
        self.at(offset)
    }

    fn at(&self, offset: usize) -> Location {
        let place = Location::of(&self.file, &self.text, offset);
        Location { line: place.line + self.n_lines_before, ..place }
    }

    /// Judges it by the definition of its kind, as an API server would.
    pub(crate) fn judge(&self, minor: Minor) -> Vec<Fault> {
        let inspected = Validator::new(minor).inspect(&self.text);
        let findings = inspected.into_iter().flat_map(|inspected| inspected.findings);
        let fault = |finding: Finding| Fault {
            subject: self.subject(),
            place: Some(self.at(finding.offset)),
            reason: match *finding.code {
                Code::NOT_YAML => "NotYaml".to_owned(),
                _ => "Invalid".to_owned(),
            },
            field: finding.field,
            message: finding.message,
            help: None,
        };
        findings.filter(|finding| finding.severity() == Severity::Error).map(fault).collect()
    }
}

/// Walks down a path such as `spec.steps[0].env[a.b]`, as far as there is something.
fn offset(root: &Node<'_>, field: &str) -> usize {
    let mut node = root;
    let mut offset = first(root);
    let mut rest = field;
    while !rest.is_empty() {
        let (step, is_bracket);
        if let Some(inside) = rest.strip_prefix('[') {
            let end = inside.find(']').unwrap_or(inside.len());
            (step, rest) = (&inside[..end], inside.get(end + 1..).unwrap_or_default());
            is_bracket = true;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (step, rest) = rest.split_at(end);
            is_bracket = false;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let item = step.parse::<usize>().ok().filter(|_| is_bracket);
        if let Some(next) = item.and_then(|index| node.items().get(index)) {
            (node, offset) = (next, next.offset as usize);
        } else if let Some(entry) = node.entries().iter().find(|entry| entry.key == step) {
            (node, offset) = (&entry.value, entry.offset as usize);
        } else {
            break;
        }
    }
    offset
}

/// Where a document begins to say something.
fn first(root: &Node<'_>) -> usize {
    root.entries().first().map_or(root.offset as usize, |entry| entry.offset as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_places() {
        let text = "# a run\nspec:\n  steps:\n  - name: a\n    env: {a.b: 1}\n";
        let document = Document::read(text).unwrap();
        let place = |field: &str| {
            let at = Location::of("f", text, offset(&document.root, field));
            (at.line, at.column)
        };
        assert_eq!(place(""), (2, 1));
        assert_eq!(place("spec.steps[0].name"), (4, 5));
        assert_eq!(place("spec.steps[0].env[a.b]"), (5, 11));
        assert_eq!(place("spec.steps[1].name"), (3, 3));
        assert_eq!(place("spec.runtime.config"), (2, 1));
    }
}
