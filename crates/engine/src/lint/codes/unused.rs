//! `unused-value`: a key of values that no template reads.

use std::collections::HashSet;

use pintle_yaml::{Node, NodeKind};

use super::desk::{Desk, PaperId};
use super::keys::{item_path, key_name, path_of};
use super::table::UNUSED_VALUE;
use crate::lint::reads::{Reads, Spots};

/// Looks through the files of values.
pub(super) fn check(desk: &mut Desk<'_>, reads: &Reads) {
    for paper in desk.values_papers() {
        let mut told = HashSet::new();
        for &(start, ref tree) in desk.documents(paper).iter() {
            if let Some(root) = tree.root() {
                let used = aliased(root);
                let mut walk = Walk { desk, paper, start, used: &used, told: &mut told };
                walk.values(root, Spots::root(&reads.places));
            }
        }
    }
}

/// Gives where nodes begin that aliases stand for: what they hold is used elsewhere.
fn aliased(root: Node<'_, '_>) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if matches!(node.kind(), NodeKind::Alias(_)) {
            starts.push(node.target().span().start);
        }
        open.extend(node.items());
        open.extend(node.entries().map(|(_, value)| value));
    }
    starts.sort_unstable();
    starts
}

struct Walk<'w, 'd> {
    desk: &'w mut Desk<'d>,
    paper: PaperId,
    /// where the document begins in its file
    start: usize,
    used: &'w [usize],
    /// the paths that were told, so that items of a list tell theirs once
    told: &'w mut HashSet<String>,
}

impl Walk<'_, '_> {
    fn values(&mut self, root: Node<'_, '_>, spots: Spots<'_>) {
        if spots.is_handed_on() {
            return;
        }
        let mut open = vec![(root, spots, String::new())];
        while let Some((node, spots, path)) = open.pop() {
            for item in node.items() {
                open.push((item, spots.item(), item_path(&path)));
            }
            for (key, value) in node.entries() {
                let Some(name) = key_name(key) else { continue };
                let path = path_of(&path, &name);
                let inner = spots.key(&name);
                if inner.is_unread() {
                    self.tell(key, value, &path);
                } else if !inner.is_whole() {
                    open.push((value, inner, path));
                }
            }
        }
    }

    fn tell(&mut self, key: Node<'_, '_>, value: Node<'_, '_>, path: &str) {
        let span = value.span();
        let first_within = self.used.partition_point(|start| *start < span.start);
        let is_used = self.used.get(first_within).is_some_and(|start| *start < span.end);
        if is_used || !self.told.insert(path.to_owned()) {
            return;
        }
        let message = format!("no template reads `{path}`");
        self.desk.note(&UNUSED_VALUE, self.paper, self.start + key.span().start, message);
    }
}
