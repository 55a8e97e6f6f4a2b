//! A schema of the values of a custom resource, as a definition or a file of JSON Schema has it.
//!
//! What kube-openapi knows is known here; a file that asks for more is refused, so that nothing passes unasked.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use regex::Regex;

use super::formats::Format;
use super::patterns;
use crate::document::{Content, Document, Node};

/// How many schemas may lie within each other.
pub(crate) const MAX_SCHEMA_DEPTH: usize = 150;

/// A schema.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword, or saves a search")]
pub(crate) struct Schema {
    /// the types a value may have; none for any
    pub(crate) types: Vec<Type>,
    /// whether null will do
    pub(crate) nullable: bool,
    /// the properties, by name
    pub(crate) properties: Vec<(Box<str>, Schema)>,
    /// the properties that must be there
    pub(super) required: Vec<Box<str>>,
    /// what other properties are
    pub(super) additional: Additional,
    /// what the items of a list are
    pub(crate) items: Option<Box<Schema>>,
    /// whether properties that are not named here are kept
    pub(super) keeps_unknown: bool,
    /// whether this is a whole object, with `apiVersion`, `kind` and `metadata`
    pub(crate) is_embedded: bool,
    /// whether this or what is below has a default
    pub(super) has_defaults: bool,
    /// whether this or what is below has rules
    pub(super) has_rules: bool,
    /// whether this or what is below is a list with keys, or a whole object
    pub(super) has_shapes: bool,
    /// what few schemas have
    pub(crate) rare: Option<Box<Rare>>,
}

/// What few schemas have.
#[derive(Debug, Default)]
pub(crate) struct Rare {
    pub(crate) format: Option<Format>,
    pub(super) maximum: Option<Bound>,
    pub(super) minimum: Option<Bound>,
    pub(super) multiple_of: Option<f64>,
    pub(super) max_length: Option<i64>,
    pub(super) min_length: Option<i64>,
    pub(super) pattern: Option<Pattern>,
    pub(super) max_items: Option<i64>,
    pub(super) min_items: Option<i64>,
    pub(super) unique_items: bool,
    pub(super) max_properties: Option<i64>,
    pub(super) min_properties: Option<i64>,
    pub(super) values: Vec<Node<'static>>,
    pub(super) all_of: Vec<Schema>,
    pub(super) any_of: Vec<Schema>,
    pub(super) one_of: Vec<Schema>,
    pub(super) not: Option<Box<Schema>>,
    pub(super) default: Option<Node<'static>>,
    pub(crate) list: ListType,
    pub(super) rules: Vec<Rule>,
    /// the number of the definition that a `$ref` names
    pub(super) reference: Option<usize>,
    /// whether integers and strings will do alike
    pub(super) is_int_or_string: bool,
}

/// A type of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
}

impl Type {
    /// Gives its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }

    fn named(name: &str) -> Option<Self> {
        const ALL: [Type; 7] = [
            Type::Object,
            Type::Array,
            Type::String,
            Type::Integer,
            Type::Number,
            Type::Boolean,
            Type::Null,
        ];
        ALL.into_iter().find(|known| known.name() == name)
    }

    /// Gives the type of a value.
    pub(super) fn of(node: &Node<'_>) -> Self {
        match node.content {
            Content::Null => Self::Null,
            Content::Bool(_) => Self::Boolean,
            Content::Int(_) => Self::Integer,
            Content::Float(_) => Self::Number,
            Content::String(_) => Self::String,
            Content::List(_) => Self::Array,
            Content::Map(_) => Self::Object,
        }
    }
}

/// What the properties are that have no name of their own.
#[derive(Debug, Default)]
pub(crate) enum Additional {
    /// nothing is said
    #[default]
    Unsaid,
    /// anything
    Any,
    /// there may be none
    Forbidden,
    /// values of a schema
    Schema(Box<Schema>),
}

/// A bound of a number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    pub(super) value: f64,
    pub(super) is_exclusive: bool,
}

/// What tells the items of a list apart.
#[derive(Debug, Default)]
pub(crate) enum ListType {
    /// nothing
    #[default]
    Atomic,
    /// their values
    Set,
    /// these fields of theirs
    Map(Vec<Box<str>>),
}

/// A regular expression of Go's, made when it is first asked.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// as it was written
    pub(super) text: Box<str>,
    made: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self { text: text.into(), made: OnceLock::new() }
    }

    /// Tells whether it matches; nothing for one that cannot be made.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let made = self.made.get_or_init(|| patterns::compile(&self.text).ok());
        made.as_ref().map(|regex| regex.is_match(text))
    }
}

/// A rule of `x-kubernetes-validations`.
#[derive(Debug, Default)]
pub(crate) struct Rule {
    pub(super) text: Box<str>,
    pub(super) message: Box<str>,
    pub(super) message_expression: Box<str>,
    pub(super) reason: Box<str>,
    pub(super) field_path: Box<str>,
    pub(super) optional_old_self: bool,
    /// the rule and its message, compiled
    pub(super) compiled: OnceLock<super::rules::Compiled>,
}

/// What the `$ref` of all files of JSON Schema name, read once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library {
    /// the files that others name, by path
    files: HashMap<String, Arc<Node<'static>>>,
    /// what is named: a file, and a place in it
    names: Vec<(String, String)>,
    /// the numbers of what is named
    numbers: HashMap<(String, String), usize>,
    /// the schemas that are named, by number
    pub(super) named: Vec<Arc<Schema>>,
}

/// How many schemas the `$ref` of all files may name.
const MAX_NAMED: usize = 50_000;

/// Gives the text of a file that another names, if it may be read.
pub(crate) type Load<'l> = dyn FnMut(&str) -> Option<String> + 'l;

/// Reads the schema of a definition: references are refused.
pub(super) fn structural(node: &Node<'_>) -> Result<Schema, String> {
    Reader { library: None }.schema(node, 0)
}

impl Library {
    /// Reads a file of JSON Schema; `$ref` may name what is in it, or in a file beside it.
    pub(super) fn json(
        &mut self,
        document: &Node<'_>,
        file: &str,
        load: &mut Load<'_>,
    ) -> Result<Schema, String> {
        let n_before = self.named.len();
        let read = self.read(document, file, load);
        if read.is_err() {
            for name in self.names.drain(n_before..) {
                self.numbers.remove(&name);
            }
            self.named.truncate(n_before);
        }
        read
    }

    fn read(
        &mut self,
        document: &Node<'_>,
        file: &str,
        load: &mut Load<'_>,
    ) -> Result<Schema, String> {
        let n_before = self.named.len();
        let root = Reader { library: Some((&mut *self, file)) }.schema(document, 0)?;
        while let Some((of, place)) = self.names.get(self.named.len()).cloned() {
            if self.names.len() > MAX_NAMED {
                return Err(format!("`$ref` name more than {MAX_NAMED} schemas"));
            }
            let held;
            let whole = if of == file {
                document
            } else {
                held = self.file(&of, load)?;
                &*held
            };
            let target = at_pointer(whole, &place)
                .ok_or_else(|| format!("`$ref` names nothing: {}", shown(&of, file, &place)))?;
            let schema = Reader { library: Some((&mut *self, &of)) }.schema(target, 0)?;
            self.named.push(Arc::new(schema));
        }
        self.refuse_cycles(n_before)?;
        Ok(root)
    }

    /// Gives a file that another names.
    fn file(&mut self, name: &str, load: &mut Load<'_>) -> Result<Arc<Node<'static>>, String> {
        if let Some(known) = self.files.get(name) {
            return Ok(Arc::clone(known));
        }
        let text = load(name)
            .ok_or_else(|| format!("`$ref` names a file that is not beside it: {name}"))?;
        let document = Document::read(&text).map_err(|error| format!("{name}: {error}"))?;
        let root = Arc::new(document.root.to_owned_node());
        self.files.insert(name.to_owned(), Arc::clone(&root));
        Ok(root)
    }

    /// Gives the number of what a `$ref` in a file names.
    fn number(&mut self, file: &str, reference: &str) -> Result<usize, String> {
        let (target, place) = reference.split_once('#').unwrap_or((reference, ""));
        let target = match target {
            "" => file.to_owned(),
            target => beside(file, target)
                .ok_or_else(|| format!("`$ref` names no file of the folder: {reference}"))?,
        };
        let name = (target, place.to_owned());
        if let Some(known) = self.numbers.get(&name) {
            return Ok(*known);
        }
        self.numbers.insert(name.clone(), self.names.len());
        self.names.push(name);
        Ok(self.names.len() - 1)
    }

    /// Refuses references that lead to themselves before they look at a part of the value.
    fn refuse_cycles(&self, first: usize) -> Result<(), String> {
        // 0 for not seen, 1 for under way, 2 for done
        let mut states = vec![0_u8; self.named.len()];
        for start in first..self.named.len() {
            self.walk_references(start, &mut states)
                .map_err(|at| format!("`$ref` leads in a circle: #{}", self.names[at].1))?;
        }
        Ok(())
    }

    fn walk_references(&self, start: usize, states: &mut [u8]) -> Result<(), usize> {
        let mut open = vec![(start, false)];
        while let Some((at, is_done)) = open.pop() {
            if is_done {
                states[at] = 2;
                continue;
            }
            match states[at] {
                2 => continue,
                1 => return Err(at),
                _ => states[at] = 1,
            }
            open.push((at, true));
            let mut next = Vec::new();
            self.named[at].references_in_place(&mut next);
            for target in next {
                match states[target] {
                    1 => return Err(target),
                    0 => open.push((target, false)),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Schema {
    /// Makes the schema of a type with properties, which are sorted.
    pub(crate) fn of_type(kind: Type, properties: Vec<(Box<str>, Self)>) -> Self {
        Self { types: vec![kind], properties, ..Self::default() }
    }

    /// Finds a property.
    pub(crate) fn property(&self, name: &str) -> Option<&Self> {
        let at = self.properties.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.properties.get(at).map(|(_, schema)| schema)
    }

    /// Gives the schema of properties without a name of their own.
    pub(crate) fn additional(&self) -> Option<&Self> {
        match &self.additional {
            Additional::Schema(schema) => Some(schema),
            _ => None,
        }
    }

    /// Tells whether properties without a name of their own may be anything.
    pub(crate) fn takes_any(&self) -> bool {
        matches!(self.additional, Additional::Any)
    }

    /// Gives the rules on the values themselves.
    pub(super) fn rules(&self) -> &[Rule] {
        self.rare.as_ref().map(|rare| rare.rules.as_slice()).unwrap_or_default()
    }

    /// Gives the default.
    pub(super) fn default_value(&self) -> Option<&Node<'static>> {
        self.rare.as_ref()?.default.as_ref()
    }

    /// Tells whether values may be integers or strings.
    pub(crate) fn is_int_or_string(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.is_int_or_string)
    }

    /// Tells whether a type is named.
    pub(super) fn has_type(&self, wanted: Type) -> bool {
        self.types.contains(&wanted)
    }

    /// Gathers the references that are followed for the same value.
    fn references_in_place(&self, found: &mut Vec<usize>) {
        let Some(rare) = &self.rare else { return };
        found.extend(rare.reference);
        let below = rare.all_of.iter().chain(&rare.any_of).chain(&rare.one_of);
        for schema in below.chain(rare.not.as_deref()) {
            schema.references_in_place(found);
        }
    }
}

struct Reader<'l> {
    /// where references lead, and the file that is read; none where they are refused
    library: Option<(&'l mut Library, &'l str)>,
}

/// Keywords that do not decide about values.
const SILENT: &[&str] = &[
    "description",
    "title",
    "example",
    "examples",
    "externalDocs",
    "$schema",
    "$id",
    "id",
    "$comment",
    "definitions",
    "$defs",
    "deprecated",
    "readOnly",
    "writeOnly",
    "x-kubernetes-map-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-group-version-kind",
    "x-kubernetes-patch-strategy",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-unions",
    "x-kubernetes-selectable-fields",
    "x-kubernetes-action",
];

impl Reader<'_> {
    fn schema(&mut self, node: &Node<'_>, depth: usize) -> Result<Schema, String> {
        if depth > MAX_SCHEMA_DEPTH {
            return Err(format!("more than {MAX_SCHEMA_DEPTH} schemas lie within each other"));
        }
        match &node.content {
            Content::Map(_) => {}
            Content::Null => return Ok(Schema::default()),
            Content::Bool(true) => return Ok(Schema { keeps_unknown: true, ..Schema::default() }),
            Content::Bool(false) => {
                let not = Some(Box::new(Schema::default()));
                let rare = Some(Box::new(Rare { not, ..Rare::default() }));
                return Ok(Schema { rare, ..Schema::default() });
            }
            _ => return Err("a schema is no map".to_owned()),
        }
        let mut schema = Schema::default();
        let mut rare = Rare::default();
        let mut is_rare = false;
        let mut list_keys = Vec::new();
        let (mut exclusive_maximum, mut exclusive_minimum) = (false, false);
        for entry in node.entries() {
            let value = &entry.value;
            if value.is_null() {
                continue;
            }
            let mut common = true;
            match entry.key.as_ref() {
                "type" => schema.types = types(value)?,
                "nullable" => schema.nullable = is_true(value),
                "properties" => schema.properties = self.properties(value, depth)?,
                "required" => schema.required = texts(value),
                "additionalProperties" => {
                    schema.additional = match value.content {
                        Content::Bool(true) => Additional::Any,
                        Content::Bool(false) => Additional::Forbidden,
                        _ => Additional::Schema(Box::new(self.schema(value, depth + 1)?)),
                    };
                }
                "items" => schema.items = Some(Box::new(self.schema(value, depth + 1)?)),
                "x-kubernetes-preserve-unknown-fields" => schema.keeps_unknown = is_true(value),
                "x-kubernetes-embedded-resource" => schema.is_embedded = is_true(value),
                _ => common = false,
            }
            if common {
                continue;
            }
            is_rare |= !SILENT.contains(&entry.key.as_ref());
            match entry.key.as_ref() {
                "format" => rare.format = value.as_str().and_then(Format::named),
                "maximum" => rare.maximum = number(value).map(inclusive),
                "minimum" => rare.minimum = number(value).map(inclusive),
                "exclusiveMaximum" => match value.content {
                    Content::Bool(is_exclusive) => exclusive_maximum = is_exclusive,
                    _ => rare.maximum = number(value).map(exclusive),
                },
                "exclusiveMinimum" => match value.content {
                    Content::Bool(is_exclusive) => exclusive_minimum = is_exclusive,
                    _ => rare.minimum = number(value).map(exclusive),
                },
                "multipleOf" => rare.multiple_of = number(value),
                "maxLength" => rare.max_length = integer(value),
                "minLength" => rare.min_length = integer(value),
                "pattern" => rare.pattern = value.as_str().map(Pattern::new),
                "maxItems" => rare.max_items = integer(value),
                "minItems" => rare.min_items = integer(value),
                "uniqueItems" => rare.unique_items = is_true(value),
                "maxProperties" => rare.max_properties = integer(value),
                "minProperties" => rare.min_properties = integer(value),
                "enum" => rare.values = value.items().iter().map(Node::to_owned_node).collect(),
                "const" => rare.values = vec![value.to_owned_node()],
                "allOf" => rare.all_of = self.list(value, depth)?,
                "anyOf" => rare.any_of = self.list(value, depth)?,
                "oneOf" => rare.one_of = self.list(value, depth)?,
                "not" => rare.not = Some(Box::new(self.schema(value, depth + 1)?)),
                "default" => rare.default = Some(value.to_owned_node()),
                "x-kubernetes-int-or-string" => rare.is_int_or_string = is_true(value),
                "x-kubernetes-list-type" => {
                    rare.list = match value.as_str() {
                        Some("set") => ListType::Set,
                        Some("map") => ListType::Map(Vec::new()),
                        _ => ListType::Atomic,
                    };
                }
                "x-kubernetes-validations" => rare.rules = value.items().iter().map(rule).collect(),
                "$ref" => rare.reference = Some(self.reference(value)?),
                "x-kubernetes-list-map-keys" => list_keys = texts(value),
                name if SILENT.contains(&name) => {}
                // A definition's decoder has refused what is not a keyword already.
                name if self.library.is_some() && !name.starts_with("x-") => {
                    return Err(format!("the keyword `{name}` is not known"));
                }
                _ => {}
            }
        }
        if let ListType::Map(keys) = &mut rare.list {
            *keys = list_keys;
        }
        if let Some(maximum) = &mut rare.maximum {
            maximum.is_exclusive |= exclusive_maximum;
        }
        if let Some(minimum) = &mut rare.minimum {
            minimum.is_exclusive |= exclusive_minimum;
        }
        if rare.is_int_or_string {
            schema.types = vec![Type::Integer, Type::String];
        }
        schema.note(&rare);
        schema.rare = is_rare.then(|| Box::new(rare));
        Ok(schema)
    }

    fn properties(
        &mut self,
        node: &Node<'_>,
        depth: usize,
    ) -> Result<Vec<(Box<str>, Schema)>, String> {
        let mut properties: Vec<(Box<str>, Schema)> = Vec::with_capacity(node.entries().len());
        for entry in node.entries() {
            properties.push((entry.key.as_ref().into(), self.schema(&entry.value, depth + 1)?));
        }
        properties.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(properties)
    }

    fn list(&mut self, node: &Node<'_>, depth: usize) -> Result<Vec<Schema>, String> {
        node.items().iter().map(|item| self.schema(item, depth + 1)).collect()
    }

    fn reference(&mut self, node: &Node<'_>) -> Result<usize, String> {
        let name = node.as_str().unwrap_or_default();
        match &mut self.library {
            Some((library, file)) => library.number(file, name),
            None => Err(format!("`$ref` is not allowed in a definition: {name}")),
        }
    }
}

/// Gives the path of a file that is named relative to another; nothing if it leads out of the folders that are there.
fn beside(file: &str, target: &str) -> Option<String> {
    if target.starts_with('/') || target.contains([':', '\\']) {
        return None;
    }
    let is_absolute = file.starts_with('/');
    let mut parts: Vec<&str> = file.split('/').filter(|part| !part.is_empty()).collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("{}{}", if is_absolute { "/" } else { "" }, parts.join("/")))
}

/// Shows what a `$ref` names, as it is written in the file itself.
fn shown(of: &str, file: &str, place: &str) -> String {
    if of == file { format!("#{place}") } else { format!("{of}#{place}") }
}

impl Schema {
    /// Notes what is somewhere below, so that it need not be looked for.
    fn note(&mut self, rare: &Rare) {
        let mut below = |schema: &Self| {
            self.has_defaults |= schema.has_defaults;
            self.has_rules |= schema.has_rules;
            self.has_shapes |= schema.has_shapes;
        };
        self.properties.iter().for_each(|(_, schema)| below(schema));
        self.items.as_deref().into_iter().for_each(&mut below);
        if let Additional::Schema(schema) = &self.additional {
            below(schema);
        }
        self.has_defaults |= rare.default.is_some();
        self.has_rules |= !rare.rules.is_empty();
        self.has_rules |= rare.all_of.iter().any(|schema| schema.has_rules);
        self.has_shapes |= self.is_embedded || !matches!(rare.list, ListType::Atomic);
    }
}

/// Finds what a JSON pointer behind `#` names.
fn at_pointer<'n, 'd>(document: &'n Node<'d>, name: &str) -> Option<&'n Node<'d>> {
    let mut at = document;
    for step in name.split('/').skip(1) {
        at = at.get(&step.replace("~1", "/").replace("~0", "~"))?;
    }
    Some(at)
}

fn rule(node: &Node<'_>) -> Rule {
    let text = |key: &str| -> Box<str> {
        node.get(key).and_then(Node::as_str).unwrap_or_default().trim().into()
    };
    Rule {
        text: text("rule"),
        message: text("message"),
        message_expression: text("messageExpression"),
        reason: text("reason"),
        field_path: text("fieldPath"),
        optional_old_self: node.get("optionalOldSelf").is_some_and(is_true),
        compiled: OnceLock::new(),
    }
}

fn types(node: &Node<'_>) -> Result<Vec<Type>, String> {
    let named = |node: &Node<'_>| {
        let name = node.as_str().unwrap_or_default();
        Type::named(name).ok_or_else(|| format!("the type {name:?} is not known"))
    };
    match &node.content {
        Content::List(items) => items.iter().map(named).collect(),
        Content::String(text) if text.is_empty() => Ok(Vec::new()),
        _ => Ok(vec![named(node)?]),
    }
}

fn texts(node: &Node<'_>) -> Vec<Box<str>> {
    node.items().iter().filter_map(Node::as_str).map(Box::from).collect()
}

fn is_true(node: &Node<'_>) -> bool {
    node.content == Content::Bool(true)
}

fn integer(node: &Node<'_>) -> Option<i64> {
    match node.content {
        Content::Int(value) => Some(value),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds are floats in the API, too")]
fn number(node: &Node<'_>) -> Option<f64> {
    match node.content {
        Content::Int(value) => Some(value as f64),
        Content::Float(value) => Some(value),
        _ => None,
    }
}

fn inclusive(value: f64) -> Bound {
    Bound { value, is_exclusive: false }
}

fn exclusive(value: f64) -> Bound {
    Bound { value, is_exclusive: true }
}
