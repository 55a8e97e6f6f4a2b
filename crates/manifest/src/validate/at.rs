//! A place in an object, as the rules look at it: a path, and the value there, if any.
//!
//! A rule walks down with [`At::get`] and [`At::items`], reads values as Go's structs hold them (what is missing or
//! null is zero), and reports with the methods that bear the names of `field.Error`'s kinds.
//!
//! Source: `pkg/util/validation/field` of apimachinery.

use std::cell::RefCell;
use std::fmt::Write as _;

use super::finding::{Code, Finding};
use super::names::Faults;
use super::quantity::{self, Quantity};
use super::types::Minor;
use crate::document::{Content, Entry, Node};

/// One object under inspection: the paths that were walked, and what was found.
#[derive(Debug)]
pub(crate) struct Check {
    minor: Minor,
    steps: RefCell<Vec<(u32, Step)>>,
    findings: RefCell<Vec<Finding>>,
}

#[derive(Debug)]
enum Step {
    Top,
    Field(&'static str),
    Index(usize),
    Key(Box<str>),
    /// a field with a name that is not known before
    Child(Box<str>),
}

/// How many findings an object can have; what is wrong more often needs no more words.
pub(crate) const MAX_FINDINGS: usize = 200;

impl Check {
    /// Begins to inspect an object for a version of Kubernetes.
    pub(crate) fn new(minor: Minor) -> Self {
        Self { minor, steps: RefCell::default(), findings: RefCell::default() }
    }

    /// Gives the top of an object.
    pub(crate) fn top<'a>(&'a self, root: &'a Node<'a>) -> At<'a> {
        let step = self.step(0, Step::Top);
        At { check: self, node: Some(root), step, offset: root.offset }
    }

    /// Gives what was found, in the order in which it was.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    fn step(&self, parent: u32, step: Step) -> u32 {
        let mut steps = self.steps.borrow_mut();
        steps.push((parent, step));
        // OK because a document has fewer nodes than bytes, and rules ask for few fields of each.
        u32::try_from(steps.len() - 1).unwrap_or(u32::MAX)
    }

    /// Writes the way to a step; what stands around keys of maps is given.
    fn path(&self, step: u32, [open, close]: [&str; 2]) -> String {
        let steps = self.steps.borrow();
        let mut way = Vec::new();
        let mut at = step;
        while let Some((parent, step)) = steps.get(at as usize)
            && !matches!(step, Step::Top)
        {
            way.push(step);
            at = *parent;
        }
        let mut path = String::new();
        for step in way.into_iter().rev() {
            let _ = match step {
                Step::Top => Ok(()),
                Step::Field(name) if path.is_empty() => write!(path, "{name}"),
                Step::Field(name) => write!(path, ".{name}"),
                Step::Index(index) => write!(path, "[{index}]"),
                Step::Key(key) => write!(path, "{open}{key}{close}"),
                Step::Child(name) => write!(path, ".{name}"),
            };
        }
        path
    }
}

/// A place in an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    check: &'a Check,
    node: Option<&'a Node<'a>>,
    step: u32,
    /// where it is in the text; what is missing is where it would be
    offset: u32,
}

impl<'a> At<'a> {
    /// Goes to a field, there or not.
    pub(crate) fn get(self, name: &'static str) -> Self {
        self.to(Step::Field(name), name)
    }

    /// Goes to the entry of a map by a key of the user's: `[key]` in paths.
    pub(crate) fn key(self, key: &str) -> Self {
        self.to(Step::Key(key.into()), key)
    }

    /// Stays at a map, but says that a fault is about one of its keys: only the place in the text moves there.
    pub(crate) fn near_key(self, key: &str) -> Self {
        let entries = self.node.map(Node::entries).unwrap_or_default();
        let entry = entries.iter().find(|entry| entry.key == key);
        Self { offset: entry.map_or(self.offset, |entry| entry.offset), ..self }
    }

    /// Goes to a field that was found.
    pub(super) fn field(self, name: &'static str, entry: &'a Entry<'a>) -> Self {
        let step = self.check.step(self.step, Step::Field(name));
        Self { node: Some(&entry.value), step, offset: entry.offset, ..self }
    }

    /// Goes to an entry of a map that was found.
    pub(super) fn entry(self, entry: &'a Entry<'a>) -> Self {
        let step = self.check.step(self.step, Step::Key(entry.key.as_ref().into()));
        Self { node: Some(&entry.value), step, offset: entry.offset, ..self }
    }

    fn to(self, step: Step, name: &str) -> Self {
        let entry =
            self.node.and_then(|node| node.entries().iter().find(|entry| entry.key == name));
        let step = self.check.step(self.step, step);
        match entry {
            Some(entry) => Self { node: Some(&entry.value), step, offset: entry.offset, ..self },
            None => Self { node: None, step, ..self },
        }
    }

    /// Stays at the value but calls it by another field's name, as some of Kubernetes' rules do.
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { step: self.check.step(self.step, Step::Field(name)), ..self }
    }

    /// Stays at the value but calls it by the path of another place, as some of Kubernetes' rules do.
    pub(crate) fn called(self, place: At<'a>) -> Self {
        Self { step: place.step, ..self }
    }

    /// Stays at the value but calls it by a field of it that there is not, as some of Kubernetes' rules do.
    pub(crate) fn child(self, name: &str) -> Self {
        Self { step: self.check.step(self.step, Step::Child(name.into())), ..self }
    }

    /// Stays at the value but calls it by an item of it that there may not be, as some of Kubernetes' rules do.
    pub(crate) fn index(self, index: usize) -> Self {
        Self { step: self.check.step(self.step, Step::Index(index)), ..self }
    }

    /// Goes to an item of a list by its number, there or not.
    pub(crate) fn item(self, index: usize) -> Self {
        let step = self.check.step(self.step, Step::Index(index));
        match self.node.and_then(|node| node.items().get(index)) {
            Some(node) => Self { node: Some(node), step, offset: node.offset, ..self },
            None => Self { node: None, step, ..self },
        }
    }

    /// Stays at the path, but looks at what is elsewhere in the text.
    pub(crate) fn standing_for(self, other: Self) -> Self {
        Self { node: other.node, offset: other.offset, ..self }
    }

    /// Goes through the items of a list.
    pub(crate) fn items(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        let items = self.node.map(Node::items).unwrap_or_default();
        items.iter().enumerate().map(move |(index, node)| {
            let step = self.check.step(self.step, Step::Index(index));
            Self { node: Some(node), step, offset: node.offset, ..self }
        })
    }

    /// Goes through the entries of a map: `[key]` in paths.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.node.map(Node::entries).unwrap_or_default();
        entries.iter().map(move |entry| (entry.key.as_ref(), self.entry(entry)))
    }

    /// Gives the keys and texts of a map of strings; null is the empty text.
    pub(crate) fn texts(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let entries = self.node.map(Node::entries).unwrap_or_default();
        entries.iter().map(|entry| (entry.key.as_ref(), entry.value.as_str().unwrap_or_default()))
    }

    /// Gives the text of a key of a map of strings, if it has the key.
    pub(crate) fn text_of(self, key: &str) -> Option<&'a str> {
        self.texts().find(|(found, _)| *found == key).map(|(_, text)| text)
    }

    /// Gives the value, null included.
    pub(crate) fn node(self) -> Option<&'a Node<'a>> {
        self.node
    }

    /// Tells whether a value is there that is not null: a pointer that is not nil.
    pub(crate) fn is_set(self) -> bool {
        self.node.is_some_and(|node| !node.is_null())
    }

    /// Gives the text; none is empty.
    pub(crate) fn text(self) -> &'a str {
        self.node.and_then(Node::as_str).unwrap_or_default()
    }

    /// Gives the text, or the default where there is none.
    pub(crate) fn text_or(self, default: &'static str) -> &'a str {
        match self.text() {
            "" => default,
            text => text,
        }
    }

    /// Gives the integer, if one is set.
    pub(crate) fn integer(self) -> Option<i64> {
        match self.node?.content {
            Content::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Gives the integer; none is zero.
    pub(crate) fn number(self) -> i64 {
        self.integer().unwrap_or_default()
    }

    /// Gives the boolean, if one is set.
    pub(crate) fn boolean(self) -> Option<bool> {
        match self.node?.content {
            Content::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Tells whether the boolean is set and true.
    pub(crate) fn is_true(self) -> bool {
        self.boolean().unwrap_or_default()
    }

    /// Gives how many items or entries there are.
    pub(crate) fn len(self) -> usize {
        self.node.map_or(0, |node| node.items().len() + node.entries().len())
    }

    /// Tells whether there are no items or entries.
    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Gives the quantity, if one is given; null is zero.
    pub(crate) fn quantity(self) -> Option<Quantity> {
        Some(match &self.node?.content {
            Content::Int(value) => Quantity::whole(*value),
            Content::Float(value) => quantity::parse(&value.to_string()).unwrap_or(Quantity::ZERO),
            Content::String(text) => {
                quantity::parse(quantity::trimmed(text)).unwrap_or(Quantity::ZERO)
            }
            _ => Quantity::ZERO,
        })
    }

    /// Gives where it is in the document's text, in bytes.
    pub(crate) fn offset(self) -> usize {
        self.offset as usize
    }

    /// Tells how much was found so far.
    pub(crate) fn n_findings(self) -> usize {
        self.check.findings.borrow().len()
    }

    /// Gives the version of Kubernetes whose rules count.
    pub(crate) fn minor(self) -> Minor {
        self.check.minor
    }

    /// Gives the path, as findings bear it.
    pub(crate) fn path(self) -> String {
        self.check.path(self.step, ["[", "]"])
    }

    /// Gives the path as a decoder writes it: keys of maps look like fields.
    pub(crate) fn decoded_path(self) -> String {
        self.check.path(self.step, [".", ""])
    }

    /// Reports a fault in words of the caller's.
    pub(crate) fn report(self, code: &'static Code, message: impl Into<String>) {
        self.report_field(code, self.path(), message.into(), self.offset);
    }

    /// Reports a fault of a field that no rule can go to.
    pub(super) fn report_field(
        self,
        code: &'static Code,
        field: String,
        message: String,
        offset: u32,
    ) {
        let mut findings = self.check.findings.borrow_mut();
        if findings.len() < MAX_FINDINGS {
            findings.push(Finding { code, field, message, offset: offset as usize });
        }
    }

    /// Reports `Required value`; the detail may be empty.
    pub(crate) fn required(self, detail: &str) {
        self.report(&Code::REQUIRED, with_detail("Required value".to_owned(), detail));
    }

    /// Reports `Invalid value`, showing the value that is here.
    pub(crate) fn invalid(self, detail: &str) {
        self.invalid_as(&shown(self.node), detail);
    }

    /// Reports `Invalid value`, showing a value in the form of [`shown`] or a text of Kubernetes' own.
    pub(crate) fn invalid_as(self, value: &str, detail: &str) {
        self.report(&Code::INVALID, with_detail(format!("Invalid value: {value}"), detail));
    }

    /// Reports `Invalid value` for each fault of the value that is here.
    pub(crate) fn invalid_each(self, faults: Faults) {
        for fault in faults {
            self.invalid_as(&self.shown_text(), &fault);
        }
    }

    /// Reports `Invalid value` for each fault of the key that led here.
    pub(crate) fn invalid_key(self, key: &str, faults: Faults) {
        for fault in faults {
            self.invalid_as(&quoted(key), &fault);
        }
    }

    /// Shows the value that is here; where a text is missing or null, the empty one.
    fn shown_text(self) -> String {
        if self.is_set() { shown(self.node) } else { quoted("") }
    }

    /// Reports `Unsupported value`, showing the value that is here.
    pub(crate) fn unsupported(self, supported: &[&str]) {
        let mut message = format!("Unsupported value: {}", self.shown_text());
        if !supported.is_empty() {
            let names: Vec<String> = supported.iter().map(|name| quoted(name)).collect();
            let _ = write!(message, ": supported values: {}", names.join(", "));
        }
        self.report(&Code::UNSUPPORTED, message);
    }

    /// Reports `Duplicate value`, showing the value that is here.
    pub(crate) fn duplicate(self) {
        self.duplicate_as(&shown(self.node));
    }

    /// Reports `Duplicate value`, showing a value in the form of [`shown`] or a text of Kubernetes' own.
    pub(crate) fn duplicate_as(self, value: &str) {
        self.report(&Code::DUPLICATE, format!("Duplicate value: {value}"));
    }

    /// Reports `Not found`, showing the value that is here.
    pub(crate) fn not_found(self) {
        self.report(&Code::NOT_FOUND, format!("Not found: {}", self.shown_text()));
    }

    /// Reports `Forbidden`.
    pub(crate) fn forbidden(self, detail: &str) {
        self.report(&Code::FORBIDDEN, with_detail("Forbidden".to_owned(), detail));
    }

    /// Reports `Too long` for a text of more bytes than a field takes.
    pub(crate) fn too_long(self, maximum: usize) {
        let detail = format!("may not be more than {maximum} bytes");
        self.report(&Code::TOO_LONG, with_detail("Too long".to_owned(), &detail));
    }

    /// Reports `Too many` items or entries.
    pub(crate) fn too_many(self, n: usize, maximum: usize) {
        let detail = format!("must have at most {maximum} items");
        self.report(&Code::TOO_MANY, with_detail(format!("Too many: {n}"), &detail));
    }
}

fn with_detail(mut message: String, detail: &str) -> String {
    if !detail.is_empty() {
        message.push_str(": ");
        message.push_str(detail);
    }
    message
}

/// Quotes a text as Go's `%q` does, as far as texts of manifests need it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a value as `field.Error` shows it: JSON, but for texts, which Go quotes.
pub(crate) fn shown(node: Option<&Node<'_>>) -> String {
    let mut text = String::new();
    write_value(node, MAX_SHOWN, &mut text);
    text
}

/// Writes a value whole, such that equal ones have equal texts.
pub(crate) fn canonical(node: &Node<'_>) -> String {
    let mut text = String::new();
    write_value(Some(node), usize::MAX, &mut text);
    text
}

/// How long a value is shown, in bytes.
const MAX_SHOWN: usize = 2_000;

fn write_value(node: Option<&Node<'_>>, limit: usize, text: &mut String) {
    if text.len() > limit {
        return;
    }
    let _ = match node.map(|node| &node.content) {
        None | Some(Content::Null) => write!(text, "null"),
        Some(Content::Bool(value)) => write!(text, "{value}"),
        Some(Content::Int(value)) => write!(text, "{value}"),
        Some(Content::Float(value)) => write!(text, "{value}"),
        Some(Content::String(value)) => write!(text, "{}", quoted(value)),
        Some(Content::List(items)) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(Some(item), limit, text);
            }
            write!(text, "]")
        }
        Some(Content::Map(entries)) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            text.push('{');
            for (index, entry) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{}:", quoted(&entry.key));
                write_value(Some(&entry.value), limit, text);
            }
            write!(text, "}}")
        }
    };
}
