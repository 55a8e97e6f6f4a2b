//! `duplicate-key`: a key that stands twice in one map.

use std::borrow::Cow;
use std::collections::HashSet;

use pintle_chart::value_path::ValuePath;
use pintle_yaml::{Node, NodeKind, Resolved, Style};

use super::desk::Desk;
use super::table::DUPLICATE_KEY;

/// Looks through the files of YAML.
pub(super) fn check(desk: &mut Desk<'_>) {
    for paper in desk.yaml_papers() {
        for &(start, ref tree) in desk.documents(paper).iter() {
            let Some(root) = tree.root() else { continue };
            duplicates(root, |key, offset| {
                let message = format!(
                    "`{}` stands in this map already, and only this one counts",
                    shown(key)
                );
                desk.note(&DUPLICATE_KEY, paper, start + offset, message);
            });
        }
    }
}

/// Finds keys that stand in their map already, and where they are.
pub(super) fn duplicates(root: Node<'_, '_>, mut found: impl FnMut(&str, usize)) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        open.extend(node.items());
        let mut seen = HashSet::new();
        for (key, value) in node.entries() {
            open.push(value);
            let Some(name) = key_name(key) else { continue };
            if seen.contains(&name) {
                found(&name, key.span().start);
            } else {
                seen.insert(name);
            }
        }
    }
}

/// How much of a path is shown, in bytes: the last keys.
const MAX_PATH_BYTES: usize = 500;

/// How much of a key is shown, in bytes.
const MAX_KEY_BYTES: usize = 100;

/// Gives the path of a key within what is at a path, as `--set` would write it.
pub(super) fn path_of(outer: &str, key: &str) -> String {
    let key = ValuePath::of_keys([&*shown(key)]);
    match outer {
        "" => key.to_string(),
        _ if outer.len() > MAX_PATH_BYTES => format!("….{key}"),
        _ => format!("{outer}.{key}"),
    }
}

/// Gives the path of the items of a list.
pub(super) fn item_path(list: &str) -> String {
    if list.len() > MAX_PATH_BYTES { "…[]".to_owned() } else { format!("{list}[]") }
}

/// Shortens a key that is too long to be shown.
pub(super) fn shown(key: &str) -> Cow<'_, str> {
    if key.len() <= MAX_KEY_BYTES {
        return key.into();
    }
    format!("{}…", &key[..key.floor_char_boundary(MAX_KEY_BYTES)]).into()
}

/// Gives the name under which Helm finds a key; none for a key that is no scalar, and for a merge.
pub(super) fn key_name(key: Node<'_, '_>) -> Option<String> {
    match key.target().kind() {
        NodeKind::Scalar(text, Style::Plain) => match Resolved::of_plain(text) {
            Resolved::Bool(b) => Some(b.to_string()),
            Resolved::Int(n) => Some(n.to_string()),
            _ if text == "<<" => None,
            _ => Some(text.to_owned()),
        },
        NodeKind::Scalar(text, _) => Some(text.to_owned()),
        _ => None,
    }
}
