//! The objects of both sides, and which of them are the same.

use std::collections::{HashMap, HashSet};

use pintle_yaml::secret::MASK;
use pintle_yaml::{Lines, Location};

use super::compare::Walk;
use super::{Change, Diff, DiffOptions, ObjectDiff, effect};
use crate::document::{Content, Document as Tree, Node};
use crate::hook::HOOK;
use crate::place::{Schema, shown};
use crate::validate::{self, Identity};

/// A document of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document<'a> {
    /// the file or the template it comes from
    pub source: &'a str,
    /// the line on which it begins there, from 1; 0 if that is not known
    pub line: usize,
    /// its text
    pub text: &'a str,
}

impl<'a> Document<'a> {
    /// Makes a document of a text.
    pub fn of(source: &'a str, line: usize, text: &'a str) -> Self {
        Self { source, line, text }
    }

    /// Makes a document of each of a rendered object's texts.
    pub fn of_object(object: &'a crate::Object) -> Self {
        Self { source: &object.source, line: object.line, text: &object.text }
    }

    /// Makes documents of a file of manifests: what stands between lines that begin with `---`.
    pub fn of_file(source: &'a str, text: &'a str) -> Vec<Self> {
        let documents = crate::split(text, crate::SplitRules::LINE_START);
        documents
            .into_iter()
            .map(|document| Self { source, line: document.line, text: document.text })
            .collect()
    }

    /// Reads the document.
    pub(crate) fn read(&self) -> Result<Tree<'a>, ReadError> {
        Tree::read(self.text).map_err(|error| {
            let offset = match &error {
                pintle_yaml::Error::Yaml { offset, .. } => *offset,
                _ => 0,
            };
            let mut location = Location::of(self.source, self.text, offset);
            location.line += self.line.saturating_sub(1);
            ReadError { location, error }
        })
    }
}

/// Where an object stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// the file or the template
    pub source: String,
    /// the line on which it begins there, from 1; 0 if that is not known
    pub line: usize,
}

/// A document that is no YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{location}: {error}")]
pub struct ReadError {
    /// where
    pub location: Location,
    /// why; its line counts within the document
    pub error: pintle_yaml::Error,
}

/// A document that was read.
struct Read<'a> {
    document: Document<'a>,
    tree: Tree<'a>,
}

/// An object of one side.
struct Found<'t, 'a> {
    node: &'t Node<'a>,
    identity: Identity,
    origin: Origin,
}

/// What objects are the same by: group, kind, namespace and name.
type Key<'k> = (&'k str, &'k str, &'k str, &'k str);

/// How many objects of one kind are tried as one another under a new name, on each side.
const MAX_RENAMED: usize = 64;

/// How many of a hundred fields must be the same for an object to be one under a new name.
const MIN_ALIKE: usize = 60;

pub(super) fn compare(
    old: &[Document<'_>],
    new: &[Document<'_>],
    options: &DiffOptions,
) -> Result<Diff, ReadError> {
    let (old, new, n_same) = without_same(old, new);
    let (old, new) = (read(&old)?, read(&new)?);
    let (old, new) = (objects(&old, options), objects(&new, options));
    let mut diff = Diff { n_same, ..Diff::default() };
    let mut partners: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for (i, object) in old.iter().enumerate().rev() {
        partners.entry(key(&object.identity)).or_default().push(i);
    }
    let pairs: Vec<Option<usize>> = new
        .iter()
        .map(|object| partners.get_mut(&key(&object.identity)).and_then(Vec::pop))
        .collect();
    let mut is_kept = vec![false; old.len()];
    pairs.iter().flatten().for_each(|i| is_kept[*i] = true);
    let renamed = renamed(&old, &new, &pairs, &is_kept);
    for (j, object) in new.iter().enumerate() {
        let partner = pairs[j].or_else(|| renamed.get(&j).copied());
        match partner {
            Some(i) => {
                is_kept[i] = true;
                match both(&old[i], object, options) {
                    Some(changed) => diff.objects.push(changed),
                    None => diff.n_same += 1,
                }
            }
            None => diff.objects.push(one(object, Change::Added, options)),
        }
    }
    let gone = old.iter().zip(is_kept).filter(|(_, is_kept)| !is_kept);
    diff.objects.extend(gone.map(|(object, _)| one(object, Change::Removed, options)));
    Ok(diff)
}

/// Leaves out documents whose texts are on both sides, and counts those that hold something.
fn without_same<'a>(
    old: &[Document<'a>],
    new: &[Document<'a>],
) -> (Vec<Document<'a>>, Vec<Document<'a>>, usize) {
    let mut counts: HashMap<&str, usize> = HashMap::with_capacity(old.len());
    for document in old {
        *counts.entry(document.text).or_default() += 1;
    }
    let mut same: HashMap<&str, usize> = HashMap::new();
    let mut n_same = 0;
    let mut come = Vec::new();
    for document in new {
        match counts.get_mut(document.text).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                *same.entry(document.text).or_default() += 1;
                n_same += usize::from(holds_something(document.text));
            }
            None => come.push(*document),
        }
    }
    let mut is_gone =
        |document: &&Document<'a>| match same.get_mut(document.text).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                false
            }
            None => true,
        };
    (old.iter().filter(&mut is_gone).copied().collect(), come, n_same)
}

fn holds_something(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| !line.is_empty() && !line.starts_with('#'))
}

fn read<'a>(documents: &[Document<'a>]) -> Result<Vec<Read<'a>>, ReadError> {
    documents
        .iter()
        .map(|document| Ok(Read { document: *document, tree: document.read()? }))
        .collect()
}

/// Gives the objects of documents; those of lists one by one.
fn objects<'t, 'a>(documents: &'t [Read<'a>], options: &DiffOptions) -> Vec<Found<'t, 'a>> {
    let mut found = Vec::new();
    for Read { document, tree } in documents {
        let mut lines = Lines::default();
        add(&tree.root, document, &mut lines, options, &mut found);
    }
    found
}

fn add<'t, 'a>(
    node: &'t Node<'a>,
    document: &Document<'a>,
    lines: &mut Lines,
    options: &DiffOptions,
    found: &mut Vec<Found<'t, 'a>>,
) {
    if node.is_null() {
        return;
    }
    let mut identity = validate::identity(node);
    if identity.kind.ends_with("List")
        && let Some(items) =
            node.get("items").filter(|items| matches!(items.content, Content::List(_)))
    {
        for item in items.items() {
            // Lists of lists are none that a server has.
            if item.get("items").is_none() {
                add(item, document, lines, options, found);
            }
        }
        return;
    }
    let is_cluster_wide = validate::is_cluster_wide(options.minor, &identity);
    if is_cluster_wide {
        identity.namespace.clear();
    } else if identity.namespace.is_empty() {
        identity.namespace.clone_from(&options.namespace);
    }
    let (line, _) = lines.go_to(document.text, node.offset as usize);
    // A document without a place of its own has no lines.
    let line = if document.line == 0 { 0 } else { document.line + line - 1 };
    let origin = Origin { source: document.source.to_owned(), line };
    found.push(Found { node, identity, origin });
}

fn key(identity: &Identity) -> Key<'_> {
    (identity.group(), &identity.kind, &identity.namespace, &identity.name)
}

/// Compares an object with itself; gives nothing if it stays as it is.
fn both(old: &Found<'_, '_>, new: &Found<'_, '_>, options: &DiffOptions) -> Option<ObjectDiff> {
    let is_renamed = key(&old.identity) != key(&new.identity);
    let (schema, place) = Schema::of(options.minor, &new.identity.api_version, &new.identity.kind);
    let ignored = options.ignored.iter();
    let ignored = ignored
        .filter(|pattern| pattern.is_about(&new.identity.kind, &new.identity.name))
        .collect();
    let mut walk = Walk::new(schema, ignored);
    walk.compare(Some(old.node), Some(new.node), place);
    let mut fields = walk.changes;
    // The namespace may be named on one side alone; a name that changes is said by the change itself.
    let is_one_namespace = old.identity.namespace == new.identity.namespace;
    fields.retain(|field| match field.path.to_string().as_str() {
        "metadata.namespace" => !is_one_namespace,
        "metadata.name" => !is_renamed,
        _ => true,
    });
    if fields.is_empty() && !is_renamed {
        return None;
    }
    let change =
        if is_renamed { Change::Renamed { from: old.identity.clone() } } else { Change::Changed };
    let effects = effect::of(Some(old.node), Some(new.node), &new.identity, &change, &fields);
    Some(ObjectDiff {
        change,
        identity: new.identity.clone(),
        hook: hook(new.node).or_else(|| hook(old.node)),
        old: Some(old.origin.clone()),
        new: Some(new.origin.clone()),
        effects,
        fields,
        whole: None,
    })
}

/// Says what there is to say about an object that is on one side alone.
fn one(object: &Found<'_, '_>, change: Change, options: &DiffOptions) -> ObjectDiff {
    let identity = &object.identity;
    let (schema, place) = Schema::of(options.minor, &identity.api_version, &identity.kind);
    let is_added = change == Change::Added;
    let (old, new) = if is_added { (None, Some(object.node)) } else { (Some(object.node), None) };
    let effects = effect::of(old, new, identity, &change, &[]);
    let origin = Some(object.origin.clone());
    ObjectDiff {
        change,
        identity: identity.clone(),
        hook: hook(object.node),
        old: origin.clone().filter(|_| !is_added),
        new: origin.filter(|_| is_added),
        effects,
        fields: Vec::new(),
        whole: Some(shown(schema, place, object.node, &mut |_| MASK.to_owned())),
    }
}

fn hook(node: &Node<'_>) -> Option<String> {
    let events = node.get("metadata")?.get("annotations")?.get(HOOK)?;
    Some(events.as_str().unwrap_or_default().to_owned())
}

/// Finds objects that came for one that went: of the same kind, nearly the same but for the name.
fn renamed(
    old: &[Found<'_, '_>],
    new: &[Found<'_, '_>],
    pairs: &[Option<usize>],
    is_kept: &[bool],
) -> HashMap<usize, usize> {
    /// The objects that go and those that come, of one kind.
    type Moved = (Vec<usize>, Vec<usize>);
    let mut by_kind: HashMap<(&str, &str), Moved> = HashMap::new();
    for (i, object) in old.iter().enumerate().filter(|(i, _)| !is_kept[*i]) {
        by_kind.entry((object.identity.group(), &object.identity.kind)).or_default().0.push(i);
    }
    for (j, object) in new.iter().enumerate().filter(|(j, _)| pairs[*j].is_none()) {
        by_kind.entry((object.identity.group(), &object.identity.kind)).or_default().1.push(j);
    }
    let mut scores = Vec::new();
    let is_few = |(gone, come): &&Moved| gone.len() <= MAX_RENAMED && come.len() <= MAX_RENAMED;
    for (gone, come) in by_kind.values().filter(is_few) {
        if gone.is_empty() || come.is_empty() {
            continue;
        }
        let of_new: Vec<HashSet<String>> = come.iter().map(|j| leaves(new[*j].node)).collect();
        for i in gone {
            let of_old = leaves(old[*i].node);
            for (j, of_new) in come.iter().zip(&of_new) {
                let n_common = of_old.intersection(of_new).count();
                let n_most = of_old.len().max(of_new.len());
                if n_common > 0 && n_common * 100 >= n_most * MIN_ALIKE {
                    scores.push((n_common * 1_000 / n_most, *i, *j));
                }
            }
        }
    }
    scores.sort_unstable_by_key(|(score, i, j)| (std::cmp::Reverse(*score), *i, *j));
    let (mut taken, mut renamed) = (HashSet::new(), HashMap::new());
    for (_, i, j) in scores {
        if !renamed.contains_key(&j) && taken.insert(i) {
            renamed.insert(j, i);
        }
    }
    renamed
}

/// How many fields of an object are compared with those of another.
const MAX_LEAVES: usize = 2_000;

/// Gives the fields of an object that say what it does: neither its kind nor its metadata.
fn leaves(object: &Node<'_>) -> HashSet<String> {
    fn walk(node: &Node<'_>, path: &mut String, leaves: &mut HashSet<String>) {
        if leaves.len() >= MAX_LEAVES {
            return;
        }
        let len = path.len();
        for entry in node.entries() {
            path.push('.');
            path.push_str(&entry.key);
            crate::place::with_room(|| walk(&entry.value, path, leaves));
            path.truncate(len);
        }
        for item in node.items() {
            path.push_str("[]");
            crate::place::with_room(|| walk(item, path, leaves));
            path.truncate(len);
        }
        let text = match &node.content {
            Content::String(text) => text.to_string(),
            Content::Int(value) => value.to_string(),
            Content::Float(value) => value.to_string(),
            Content::Bool(value) => value.to_string(),
            _ => return,
        };
        leaves.insert(format!("{path}={text}"));
    }
    let mut found = HashSet::new();
    for entry in object.entries() {
        if !matches!(entry.key.as_ref(), "apiVersion" | "kind" | "metadata") {
            walk(&entry.value, &mut entry.key.to_string(), &mut found);
        }
    }
    found
}
