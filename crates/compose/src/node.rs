//! A Compose file as a tree: keys in their order, places, and what Compose takes plain words for.
//!
//! Anchors are expanded and `<<` is merged while the tree is built, so that nothing behind it knows of them.
//!
//! Source: the merge keys of YAML 1.1; `!reset` and `!override` in the Compose Specification, chapter *Merge*.

use std::sync::Arc;

use pintle_yaml::{Event, EventKind, Parser, Properties, Resolved, Scalar, Style};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::Problem;
use crate::report::{Place, Report};

/// The deepest nesting of lists and maps; a Compose file has less than ten levels.
pub(crate) const MAX_DEPTH: usize = 64;

/// The most nodes of one file, aliases expanded.
pub(crate) const MAX_NODES: usize = 200_000;

/// One value of a file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) tag: Tag,
    pub(crate) kind: Kind,
}

/// What a tag asks of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tag {
    #[default]
    None,
    /// `!reset`: what was there goes
    Reset,
    /// `!override`: this replaces what was there
    Override,
}

/// What a [`Node`] is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<Node>),
    Map(Map),
}

/// Entries in their order, each key once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map(pub(crate) Vec<Entry>);

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Arc<str>,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

/// How plain words are read, and what is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// as Compose does: only `true` and `false` are booleans, and no key may be set twice
    Compose,
    /// as `PyYAML` does: YAML 1.1 whole, and the last of equal keys wins
    Python,
}

impl Node {
    pub(crate) fn new(place: Place, kind: Kind) -> Self {
        Self { place, tag: Tag::None, kind }
    }

    pub(crate) fn text(place: Place, text: impl Into<Arc<str>>) -> Self {
        Self::new(place, Kind::Text(text.into()))
    }

    pub(crate) fn map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Gives the value of an entry, if this is a map that has one that is not null.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.map()?.get(key)
    }

    /// Gives a scalar as the text that Compose makes of it; lists, maps and null have none.
    pub(crate) fn scalar_text(&self) -> Option<String> {
        Some(match &self.kind {
            Kind::Text(text) => text.to_string(),
            Kind::Bool(b) => b.to_string(),
            Kind::Int(n) => n.to_string(),
            Kind::Float(x) => pintle_yaml::json::shortest_float(*x),
            Kind::Null | Kind::List(_) | Kind::Map(_) => return None,
        })
    }

    /// Reads a boolean, written as one or as the text that an interpolation left.
    pub(crate) fn bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(b) => Some(*b),
            Kind::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "y" | "on" | "1" => Some(true),
                "false" | "no" | "n" | "off" | "0" => Some(false),
                _ => None,
            },
            Kind::Int(0) => Some(false),
            Kind::Int(1) => Some(true),
            _ => None,
        }
    }

    /// Reads an integer, written as one or as text.
    pub(crate) fn int(&self) -> Option<i64> {
        match &self.kind {
            Kind::Int(n) => Some(*n),
            Kind::Text(text) => text.trim().parse().ok(),
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            Kind::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some(*x as i64),
            _ => None,
        }
    }

    /// Says what it is, for messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

impl Map {
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| &*entry.key == key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.0.iter_mut().find(|entry| &*entry.key == key).map(|entry| &mut entry.value)
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.0.iter().position(|entry| &*entry.key == key)?;
        Some(self.0.remove(at))
    }
}

/// Reads all documents of a file. What is wrong goes into the report, and gives nothing.
pub(crate) fn read(report: &mut Report, file: u32, dialect: Dialect) -> Option<Vec<Node>> {
    let text = report.files.get(file as usize)?.text.clone();
    let mut builder = Builder {
        file: Place::start_of(file),
        dialect,
        report,
        open: Vec::new(),
        anchors: FxHashMap::default(),
        documents: Vec::new(),
        n_nodes: 0,
        is_good: true,
    };
    for event in Parser::new(&text) {
        match event {
            Ok(event) => {
                builder.event(event)?;
            }
            Err(error) => {
                let place = match &error {
                    pintle_yaml::Error::Yaml { offset, .. } => builder.file.at(*offset),
                    _ => builder.file,
                };
                let words = error.to_string();
                let words = words.strip_prefix("yaml: ").unwrap_or(&words);
                builder.report.error(
                    place,
                    Problem::Yaml,
                    format!("this is not YAML: {words}"),
                    "",
                );
                return None;
            }
        }
    }
    builder.is_good.then_some(builder.documents)
}

struct Builder<'r, 'a> {
    file: Place,
    dialect: Dialect,
    report: &'r mut Report,
    open: Vec<Open<'a>>,
    anchors: FxHashMap<&'a str, Option<Node>>,
    documents: Vec<Node>,
    n_nodes: usize,
    is_good: bool,
}

struct Open<'a> {
    place: Place,
    tag: Tag,
    anchor: Option<&'a str>,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Entries, key: Option<(Arc<str>, Place, bool)> },
}

/// The entries of a map, as far as it has been read.
#[derive(Default)]
struct Entries {
    list: Vec<Entry>,
    /// those that came by a merge
    merged: FxHashSet<usize>,
    /// where each key is, where they are many
    known: FxHashMap<Arc<str>, usize>,
}

impl Entries {
    /// The most entries that are looked through for a key; nearly all maps have fewer.
    const FEW: usize = 16;

    fn find(&self, key: &Arc<str>) -> Option<usize> {
        if self.list.len() <= Self::FEW {
            return self.list.iter().position(|entry| entry.key == *key);
        }
        self.known.get(key).copied()
    }

    /// Adds an entry whose key is new.
    fn push(&mut self, entry: Entry) {
        self.list.push(entry);
        let first_unknown = match self.list.len() {
            0..=Self::FEW => return,
            n if n == Self::FEW + 1 => 0,
            n => n - 1,
        };
        let unknown = self.list.iter().enumerate().skip(first_unknown);
        self.known.extend(unknown.map(|(at, entry)| (Arc::clone(&entry.key), at)));
    }
}

impl<'a> Builder<'_, 'a> {
    /// Takes one event; nothing if the file is not worth reading on.
    fn event(&mut self, event: Event<'a>) -> Option<()> {
        let place = self.file.at(event.span.start);
        match event.kind {
            EventKind::DocumentStart => self.anchors.clear(),
            EventKind::DocumentEnd => {}
            EventKind::Scalar(scalar) => {
                let is_key = matches!(
                    self.open.last(),
                    Some(Open { content: Content::Map { key: None, .. }, .. })
                );
                if is_key {
                    self.key(&scalar, place);
                    return Some(());
                }
                let node = self.scalar(&scalar, place);
                if let Some(anchor) = scalar.properties.anchor() {
                    self.anchors.insert(anchor, Some(node.clone()));
                }
                return self.value(node);
            }
            EventKind::SequenceStart(properties) => {
                return self.begin(&properties, place, Content::List(Vec::new()));
            }
            EventKind::MappingStart(properties) => {
                let map = Content::Map { entries: Entries::default(), key: None };
                return self.begin(&properties, place, map);
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                let open = self.open.pop()?;
                let kind = match open.content {
                    Content::List(items) => Kind::List(items),
                    Content::Map { entries, .. } => Kind::Map(Map(entries.list)),
                };
                let node = Node { place: open.place, tag: open.tag, kind };
                if let Some(anchor) = open.anchor {
                    self.anchors.insert(anchor, Some(node.clone()));
                }
                return self.value(node);
            }
            EventKind::Alias(name) => match self.anchors.get(name) {
                Some(Some(node)) => {
                    let node = node.clone();
                    self.n_nodes += count(&node);
                    return self.value(node);
                }
                Some(None) => {
                    let reason = format!("the anchor `{name}` refers to itself");
                    let help = "an alias stands for what ends before it";
                    self.report.error(place, Problem::Yaml, reason, help);
                    return None;
                }
                None => {
                    let reason = format!("no anchor `{name}` stands before this alias");
                    self.report.error(
                        place,
                        Problem::Yaml,
                        reason,
                        format!("define `&{name}` first"),
                    );
                    return None;
                }
            },
        }
        Some(())
    }

    fn begin(&mut self, properties: &Properties<'a>, place: Place, content: Content) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            let reason = format!("lists and maps nest deeper than {MAX_DEPTH} levels");
            self.report.error(place, Problem::Limit, reason, "");
            return None;
        }
        if let Some(Open { content: Content::Map { key: None, .. }, .. }) = self.open.last() {
            self.report.error(
                place,
                Problem::Yaml,
                "a key is not a string",
                "write the key as a word",
            );
            return None;
        }
        let anchor = properties.anchor();
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, None);
        }
        self.open.push(Open { place, tag: tag_of(properties), anchor, content });
        Some(())
    }

    fn scalar(&mut self, scalar: &Scalar<'_>, place: Place) -> Node {
        let text = &*scalar.text;
        let as_text = || Kind::Text(Arc::from(text));
        let tag = scalar.properties.tag().and_then(|tag| tag.strip_prefix("tag:yaml.org,2002:"));
        let is_plain = scalar.style == Style::Plain;
        let kind = match (tag, self.dialect) {
            (Some("str"), _) => as_text(),
            (None, _) if !is_plain => as_text(),
            (_, Dialect::Python) if crate::inspect::resolve::is_timestamp(text) => {
                let reason = format!("{text} is a time in YAML 1.1, which no key of Compose is");
                self.report.error(place, Problem::Yaml, reason, "put it in quotes");
                self.is_good = false;
                as_text()
            }
            (_, Dialect::Python) => crate::inspect::resolve::plain(text),
            (_, Dialect::Compose) => match Resolved::of_plain(text) {
                Resolved::Null => Kind::Null,
                Resolved::Bool(b)
                    if text.eq_ignore_ascii_case(if b { "true" } else { "false" }) =>
                {
                    Kind::Bool(b)
                }
                Resolved::Int(n) => Kind::Int(n),
                Resolved::Float(x) if x.is_finite() => Kind::Float(x),
                _ => as_text(),
            },
        };
        Node { place, tag: tag_of(&scalar.properties), kind }
    }

    fn key(&mut self, scalar: &Scalar<'a>, place: Place) {
        let text: Arc<str> = Arc::from(&*scalar.text);
        let is_merge = scalar.style == Style::Plain && &*text == "<<";
        if self.dialect == Dialect::Python
            && !is_merge
            && !matches!(self.scalar(scalar, place).kind, Kind::Text(_))
        {
            let reason = format!("the key `{text}` is not a string in YAML 1.1");
            self.report.error(
                place,
                Problem::Yaml,
                reason,
                format!("put it in quotes: \"{text}\""),
            );
            self.is_good = false;
        }
        if let Some(anchor) = scalar.properties.anchor() {
            self.anchors.insert(anchor, Some(Node::text(place, Arc::clone(&text))));
        }
        if let Some(Open { content: Content::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some((text, place, is_merge));
        }
    }

    /// Puts a finished node where it belongs.
    fn value(&mut self, node: Node) -> Option<()> {
        self.n_nodes += 1;
        if self.n_nodes > MAX_NODES {
            let reason = format!("there are more than {MAX_NODES} values, aliases expanded");
            self.report.error(node.place, Problem::Limit, reason, "split the file");
            return None;
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Some(());
        };
        let Content::Map { entries, key } = &mut open.content else {
            if let Content::List(items) = &mut open.content {
                items.push(node);
            }
            return Some(());
        };
        let Some((name, place, is_merge)) = key.take() else {
            // Only an alias comes here: a scalar is a key, and a collection was refused when it began.
            let Some(text) = node.str() else {
                self.report.error(node.place, Problem::Yaml, "a key is not a string", "");
                return None;
            };
            *key = Some((Arc::from(text), node.place, false));
            return Some(());
        };
        if is_merge {
            self.merge(node);
            return Some(());
        }
        let Some(at) = entries.find(&name) else {
            entries.push(Entry { key: name, place, value: node });
            return Some(());
        };
        if !entries.merged.remove(&at) && self.dialect == Dialect::Compose {
            let reason = format!("the key `{name}` is set twice");
            self.report.error(place, Problem::Yaml, reason, "keep one of the two");
            self.is_good = false;
        }
        entries.list[at].value = node;
        entries.list[at].place = place;
        Some(())
    }

    /// Merges what `<<` names into the innermost map.
    fn merge(&mut self, node: Node) {
        let place = node.place;
        let maps = match node.kind {
            Kind::Map(map) => vec![map],
            Kind::List(items) => {
                let maps: Option<Vec<Map>> = items
                    .into_iter()
                    .map(|item| match item.kind {
                        Kind::Map(map) => Some(map),
                        _ => None,
                    })
                    .collect();
                maps.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        if maps.is_empty() {
            let help = "give `<<` an alias of a map, or a list of such aliases";
            self.report.error(place, Problem::Yaml, "`<<` wants a map", help);
            self.is_good = false;
            return;
        }
        let Some(Open { content: Content::Map { entries, .. }, .. }) = self.open.last_mut() else {
            return;
        };
        // The first of several maps wins, and what stands in the map itself wins over all.
        for entry in maps.into_iter().flat_map(|map| map.0) {
            if entries.find(&entry.key).is_none() {
                entries.merged.insert(entries.list.len());
                entries.push(entry);
            }
        }
    }
}

fn tag_of(properties: &Properties<'_>) -> Tag {
    match properties.tag() {
        Some("!reset") => Tag::Reset,
        Some("!override") => Tag::Override,
        _ => Tag::None,
    }
}

/// Counts a node and all within it.
fn count(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::List(items) => items.iter().map(count).sum(),
        Kind::Map(map) => map.0.iter().map(|entry| count(&entry.value)).sum(),
        _ => 0,
    }
}
