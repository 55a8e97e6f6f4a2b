//! Definitions of custom resources, and where they come from: texts of CRDs, and files of JSON Schema.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::bundled;
use super::schema::{self, Library, Load, Schema};
use crate::document::{Content, Document, Node};
use crate::split::{self, SplitRules};

/// What is known of custom resources.
///
/// The definitions of Cilium's network policies, agent-sandbox, the Prometheus Operator and the agents of
/// `proompteng.ai` are always known; what is added here comes before them.
///
/// ```
/// use pintle_manifest::validate::{Definitions, Minor, Validator};
///
/// let mut definitions = Definitions::default();
/// let crd = "
/// apiVersion: apiextensions.k8s.io/v1
/// kind: CustomResourceDefinition
/// metadata: {name: cats.example.com}
/// spec:
///   group: example.com
///   names: {kind: Cat, plural: cats}
///   scope: Namespaced
///   versions:
///   - name: v1
///     served: true
///     storage: true
///     schema:
///       openAPIV3Schema:
///         type: object
///         properties: {spec: {type: object, properties: {lives: {type: integer, maximum: 9}}}}
/// ";
/// assert_eq!(definitions.read("cats.yaml", crd)?, 1);
/// let validator = Validator::new(Minor::near(34)).with_definitions(definitions);
/// let cat = "apiVersion: example.com/v1\nkind: Cat\nmetadata: {name: tom}\nspec: {lives: 10}\n";
/// let finding = &validator.inspect(cat)[0].findings[0];
/// assert_eq!(finding.field, "spec.lives");
/// # Ok::<(), pintle_manifest::validate::DefinitionError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    kinds: HashMap<(Box<str>, Box<str>), Arc<Definition>>,
    /// the groups of these
    groups: HashSet<Box<str>>,
    /// schemas by the names of their files, without folders that do not count
    files: HashMap<Box<str>, Arc<Schema>>,
    /// what these refer to
    library: Library,
}

/// A file that holds no definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
#[non_exhaustive]
pub struct DefinitionError {
    /// the file's name, as it was given
    pub file: String,
    /// the line on which the document begins that is wrong, from 1
    pub line: usize,
    /// what is wrong with it
    pub reason: String,
}

/// The definition of one kind.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(super) group: Box<str>,
    pub(super) kind: Box<str>,
    pub(super) is_namespaced: bool,
    pub(super) versions: Vec<Version>,
}

/// One version of a kind.
#[derive(Debug)]
pub(crate) struct Version {
    pub(super) name: Box<str>,
    pub(super) is_served: bool,
    /// what to say to who uses it
    pub(super) deprecation: Option<Box<str>>,
    pub(super) schema: Schema,
    pub(super) has_status: bool,
    pub(super) scale: Option<Scale>,
}

/// Where the numbers are that a scale subresource shows.
#[derive(Debug)]
pub(crate) struct Scale {
    pub(super) spec_replicas: Box<str>,
    pub(super) status_replicas: Box<str>,
    pub(super) label_selector: Box<str>,
}

/// What a custom resource is judged by.
#[derive(Debug)]
pub(super) enum Known<'d> {
    /// a version of a definition
    Version(&'d Definition, &'d Version),
    /// a file of JSON Schema, and what it refers to
    Schema(&'d Schema, &'d [Arc<Schema>]),
}

impl Definitions {
    /// Reads a file: CRDs in YAML or JSON, of one or several documents, or one JSON Schema whose name says of which
    /// kind it is, as kubeconform's layouts do: `{kind}-{group}-{version}.json`, `{group}/{kind}_{version}.json`.
    /// Gives how many kinds it tells of; documents that are neither are left out.
    ///
    /// # Errors
    ///
    /// A text that cannot be read, and a schema that cannot be used, such as one whose `$ref` names another file; what
    /// the file said before is known.
    pub fn read(&mut self, file: &str, text: &str) -> Result<usize, DefinitionError> {
        self.read_linked(file, text, &mut |_| None)
    }

    /// Reads a file as [`read`](Self::read) does, of whose schema a `$ref` may name another file, such as
    /// `_definitions.json#/definitions/…`: `load` is given its path, `file`'s folder before it, and gives its text.
    ///
    /// Each such file is asked for once. What may be read, `load` decides.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); and a `$ref` to a file that `load` does not give, or in a circle.
    pub fn read_linked(
        &mut self,
        file: &str,
        text: &str,
        load: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Result<usize, DefinitionError> {
        let mut n_read = 0;
        for part in split::split(text, SplitRules::LINE_START) {
            let error =
                |reason: String| DefinitionError { file: file.to_owned(), line: part.line, reason };
            let document = Document::read(part.text).map_err(|found| error(found.to_string()))?;
            n_read += self.read_document(file, &document.root, load).map_err(error)?;
        }
        Ok(n_read)
    }

    /// Takes the definitions out of a text that may hold anything; what cannot be used is left out.
    ///
    /// This is for what is to be judged itself: the objects tell what is wrong with their definitions.
    pub fn read_definitions_of(&mut self, text: &str) -> usize {
        if !text.contains(CRD_KIND) {
            return 0;
        }
        let mut n_read = 0;
        for part in split::split(text, SplitRules::LINE_START) {
            if let Ok(document) = Document::read(part.text) {
                n_read += self.read_definitions(&document.root).unwrap_or_default();
            }
        }
        n_read
    }

    /// Tells whether the objects of a kind lie in namespaces, if a definition of it is known.
    pub fn is_namespaced(&self, api_version: &str, kind: &str) -> Option<bool> {
        match self.find(api_version, kind)? {
            Known::Version(definition, _) => Some(definition.is_namespaced),
            Known::Schema(..) => None,
        }
    }

    /// Tells whether kinds of a group are defined.
    pub(in crate::validate) fn has_group(&self, group: &str) -> bool {
        self.groups.contains(group) || bundled::has_group(group)
    }

    /// Tells whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.files.is_empty()
    }

    fn read_document(
        &mut self,
        file: &str,
        root: &Node<'_>,
        load: &mut Load<'_>,
    ) -> Result<usize, String> {
        let n_definitions = self.read_definitions(root)?;
        if n_definitions > 0 || !looks_like_schema(root) {
            return Ok(n_definitions);
        }
        let schema = Arc::new(self.library.json(root, file, load)?);
        let mut n_named = 0;
        for named in
            root.get("x-kubernetes-group-version-kind").map(Node::items).unwrap_or_default()
        {
            let text = |key| named.get(key).and_then(Node::as_str).unwrap_or_default();
            let group = text("group");
            let version = text("version");
            let api_version =
                if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            for name in file_names(&api_version, text("kind")) {
                self.files.insert(name.into(), Arc::clone(&schema));
            }
            n_named += 1;
        }
        if n_named == 0 {
            for name in names_of_file(file) {
                self.files.insert(name.into(), Arc::clone(&schema));
            }
        }
        Ok(1)
    }

    fn read_definitions(&mut self, root: &Node<'_>) -> Result<usize, String> {
        let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("kind") == CRD_KIND && text("apiVersion").starts_with("apiextensions.k8s.io/") {
            let definition = Definition::read(root)?;
            let key = (definition.group.clone(), definition.kind.clone());
            self.groups.insert(definition.group.clone());
            self.kinds.insert(key, Arc::new(definition));
            return Ok(1);
        }
        let mut n_read = 0;
        if text("kind").ends_with("List") {
            for item in root.get("items").map(Node::items).unwrap_or_default() {
                n_read += self.read_definitions(item)?;
            }
        }
        Ok(n_read)
    }

    /// Finds what an object is judged by.
    pub(super) fn find<'d>(&'d self, api_version: &str, kind: &str) -> Option<Known<'d>> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let of = |definition: &'d Definition| {
            let version =
                definition.versions.iter().find(|known| known.name.as_ref() == version)?;
            Some(Known::Version(definition, version))
        };
        if !self.kinds.is_empty()
            && let Some(definition) = self.kinds.get(&(Box::from(group), Box::from(kind)))
        {
            return of(definition);
        }
        if !self.files.is_empty() {
            for name in file_names(api_version, kind) {
                if let Some(schema) = self.files.get(name.as_str()) {
                    return Some(Known::Schema(schema, &self.library.named));
                }
            }
        }
        bundled::find(group, kind).and_then(of)
    }
}

const CRD_KIND: &str = "CustomResourceDefinition";

/// Gives the names that kubeconform's layouts have for a kind, in small letters.
fn file_names(api_version: &str, kind: &str) -> [String; 3] {
    let kind = kind.to_lowercase();
    let lower = api_version.to_lowercase();
    let (group, version) = lower.split_once('/').unwrap_or((&lower, ""));
    let first = group.split('.').next().unwrap_or_default();
    let dash = if version.is_empty() { "" } else { "-" };
    [
        format!("{kind}-{first}{dash}{version}"),
        format!("{group}/{kind}_{version}"),
        format!("{kind}_{version}"),
    ]
}

/// Gives the names under which a file is found: with the folder it is in, and without.
fn names_of_file(file: &str) -> Vec<String> {
    let file = file.replace('\\', "/").to_lowercase();
    let stem = file.strip_suffix(".json").unwrap_or(&file);
    let mut parts = stem.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let mut names = Vec::new();
    if let Some(folder) = parts.next()
        && name.contains('_')
    {
        names.push(format!("{folder}/{name}"));
    } else {
        names.push(name.to_owned());
    }
    names
}

fn looks_like_schema(root: &Node<'_>) -> bool {
    let has = |key| root.get(key).is_some();
    (has("properties")
        || has("$ref")
        || has("oneOf")
        || has("anyOf")
        || has("allOf")
        || has("$schema"))
        && !has("apiVersion")
}

impl Definition {
    /// Reads a definition. What an API server would refuse besides is not asked here.
    pub(super) fn read(root: &Node<'_>) -> Result<Self, String> {
        let spec = root.get("spec").ok_or("the definition has no `spec`")?;
        let text = |node: Option<&Node<'_>>, key: &str| -> Box<str> {
            node.and_then(|node| node.get(key)).and_then(Node::as_str).unwrap_or_default().into()
        };
        let group = text(Some(spec), "group");
        let kind = text(spec.get("names"), "kind");
        if group.is_empty() || kind.is_empty() {
            return Err("the definition names no group or no kind".to_owned());
        }
        let is_true = |node: &Node<'_>, key: &str| {
            node.get(key).is_some_and(|node| node.content == Content::Bool(true))
        };
        let shared_schema = spec.get("validation");
        let shared_subresources = spec.get("subresources");
        let mut versions = Vec::new();
        for version in spec.get("versions").map(Node::items).unwrap_or_default() {
            let name = text(Some(version), "name");
            let schema = version
                .get("schema")
                .or(shared_schema)
                .and_then(|schema| schema.get("openAPIV3Schema"))
                .filter(|schema| !schema.is_null());
            let mut read = match schema {
                Some(schema) => schema::structural(schema)
                    .map_err(|reason| format!("version {name} of {kind}: {reason}"))?,
                None => Schema::default(),
            };
            if schema.is_none() || is_true(spec, "preserveUnknownFields") {
                read.keeps_unknown = true;
            }
            let subresources = version.get("subresources").or(shared_subresources);
            let subresource = |key| subresources.and_then(|all| all.get(key));
            let scale = subresource("scale").filter(|scale| !scale.is_null());
            let warning = text(Some(version), "deprecationWarning");
            let is_deprecated = is_true(version, "deprecated");
            let deprecation = if warning.is_empty() {
                format!("{group}/{name} {kind} is deprecated").into()
            } else {
                warning
            };
            versions.push(Version {
                is_served: is_true(version, "served"),
                deprecation: is_deprecated.then_some(deprecation),
                schema: read,
                has_status: subresource("status").is_some_and(|status| !status.is_null()),
                scale: scale.map(|scale| Scale {
                    spec_replicas: text(Some(scale), "specReplicasPath"),
                    status_replicas: text(Some(scale), "statusReplicasPath"),
                    label_selector: text(Some(scale), "labelSelectorPath"),
                }),
                name,
            });
        }
        if versions.is_empty() {
            return Err(format!("the definition of {kind} has no versions"));
        }
        let is_namespaced = text(Some(spec), "scope").as_ref() != "Cluster";
        Ok(Self { group, kind, is_namespaced, versions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{Minor, Validator};

    const CAT: &str = r#"{"$ref": "../shared/_definitions.json#/definitions/cat"}"#;

    fn read(shared: &str) -> Result<Definitions, DefinitionError> {
        let mut definitions = Definitions::default();
        let mut asked = Vec::new();
        for file in ["schemas/cats/cat-example-v1.json", "schemas/cats/lion-example-v1.json"] {
            definitions.read_linked(file, CAT, &mut |path| {
                asked.push(path.to_owned());
                Some(shared.to_owned())
            })?;
        }
        assert_eq!(asked, ["schemas/shared/_definitions.json"]);
        Ok(definitions)
    }

    #[test]
    fn references_lead_to_other_files() {
        let shared = r##"{"definitions": {
            "cat": {"type": "object", "properties": {"spec": {"$ref": "#/definitions/spec"}}},
            "spec": {"properties": {"lives": {"type": "integer"}, "kittens": {"type": "array", "items": {"$ref": "#/definitions/spec"}}}}
        }}"##;
        let validator = Validator::new(Minor::NEWEST).with_definitions(read(shared).unwrap());
        for kind in ["Cat", "Lion"] {
            let text = format!(
                "apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{kittens: [{{lives: many}}]}}\n"
            );
            let findings = &validator.inspect(&text)[0].findings;
            assert_eq!(findings[0].field, "spec.kittens[0].lives", "{findings:?}");
        }
    }

    #[test]
    fn references_that_lead_nowhere_are_told() {
        let error = |shared: &str| read(shared).unwrap_err().to_string();
        assert!(error("{}").contains("`$ref` names nothing: schemas/shared/_definitions.json#"));
        let circle = r##"{"definitions": {"cat": {"$ref": "#/definitions/lion"}, "lion": {"allOf": [{"$ref": "#/definitions/cat"}]}}}"##;
        assert!(error(circle).contains("leads in a circle"));
        assert!(error("{").contains("schemas/shared/_definitions.json: "));
        let mut definitions = Definitions::default();
        for reference in
            ["other.json", "../../../x.json", "/etc/x.json", "https://example.com/x.json"]
        {
            let text = format!(r#"{{"$ref": "{reference}#/definitions/cat"}}"#);
            let error = definitions.read("a/cat.json", &text).unwrap_err().to_string();
            assert!(error.starts_with("a/cat.json:1: `$ref` names "), "{error}");
        }
        assert!(definitions.is_empty());
    }
}
