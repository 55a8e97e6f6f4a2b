//! `duplicate-key`: a key that stands twice in one map.

use std::collections::HashSet;

use pintle_yaml::{Node, NodeKind, Resolved, Style};

use super::desk::Desk;
use super::table::DUPLICATE_KEY;

/// Looks through the files of YAML.
pub(super) fn check(desk: &mut Desk<'_>) {
    for paper in desk.yaml_papers() {
        for (start, tree) in desk.documents(paper) {
            let Some(root) = tree.root() else { continue };
            duplicates(root, |key, offset| {
                let message =
                    format!("`{key}` stands in this map already, and only this one counts");
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
