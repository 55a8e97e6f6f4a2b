//! Which part of a value each line of its YAML shows.

use std::rc::Rc;

use pintle_chart::value_path::Step;
use pintle_yaml::{Node, NodeKind};

/// The longest text that is looked into, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// How deep a text is looked into.
const MAX_DEPTH: usize = 100;

/// Gives for each line of a text the steps to the innermost entry that begins on it, or that it is within.
///
/// Nothing for a text that is no YAML. The text may be one that was indented, or whose first line was trimmed.
pub(super) fn paths(text: &str) -> Option<Vec<Rc<[Step]>>> {
    if text.len() > MAX_TEXT {
        return None;
    }
    if let Ok(tree) = pintle_yaml::parse(text) {
        return tree.root().map(|root| walk(root, text));
    }
    let padded = padded(text)?;
    let tree = pintle_yaml::parse(&padded).ok()?;
    tree.root().map(|root| walk(root, &padded))
}

/// Gives back the indentation of the first line that has lost it.
fn padded(text: &str) -> Option<String> {
    let body = text.trim_start_matches(['\n', '\r', ' ']);
    let start = &text[..text.len() - body.len()];
    let (_, rest) = body.split_once('\n')?;
    let indents = rest.lines().filter(|line| !line.trim().is_empty());
    let indent = indents.map(|line| line.len() - line.trim_start_matches(' ').len()).min()?;
    let kept = start.rfind('\n').map_or("", |at| &start[..=at]);
    Some(format!("{kept}{}{body}", " ".repeat(indent)))
}

fn walk(root: Node<'_, '_>, text: &str) -> Vec<Rc<[Step]>> {
    let n_lines = text.split('\n').count();
    let whole: Rc<[Step]> = Rc::from([]);
    let mut paths = vec![Rc::clone(&whole); n_lines];
    // The line that each place in the text is on is asked for in ascending order, but for what is nested.
    let starts: Vec<usize> = std::iter::once(0)
        .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
        .collect();
    let line_of = |offset: usize| starts.partition_point(|start| *start <= offset) - 1;
    let mut left = vec![(root, whole)];
    while let Some((node, path)) = left.pop() {
        if path.len() >= MAX_DEPTH {
            continue;
        }
        let children: Vec<(usize, Step, Node<'_, '_>)> = match node.kind() {
            NodeKind::Mapping => node
                .entries()
                .filter_map(|(key, value)| match key.kind() {
                    NodeKind::Scalar(name, _) => {
                        Some((key.span().start, Step::Key(name.into()), value))
                    }
                    _ => None,
                })
                .collect(),
            NodeKind::Sequence => {
                let items = node.items().enumerate();
                items.map(|(index, item)| (item.span().start, Step::Index(index), item)).collect()
            }
            _ => continue,
        };
        // Entries that share a line are told apart by no line.
        let lines: Vec<usize> = children.iter().map(|(start, ..)| line_of(*start)).collect();
        if lines.windows(2).any(|pair| pair[0] == pair[1]) {
            continue;
        }
        for ((start, step, child), first) in children.into_iter().zip(lines) {
            let inner: Rc<[Step]> = path.iter().cloned().chain([step]).collect();
            let end = child.span().end.max(start + 1);
            let written = text.get(start..end).map_or(end, |shown| start + shown.trim_end().len());
            let last = line_of(written.max(start + 1) - 1);
            paths[first..=last.max(first)].fill(Rc::clone(&inner));
            left.push((child, inner));
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use pintle_chart::value_path::ValuePath;

    use super::*;

    #[test]
    fn lines_have_paths() {
        let shown = |text| {
            let paths = paths(text).unwrap_or_default().into_iter();
            paths.map(|steps| ValuePath(steps.to_vec()).to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("a: 1\nb:\n  c: 2\n  d: {e: 1, f: 2}"), "a b b.c b.d");
        assert_eq!(shown("- a: 1\n  b: 2\n- c"), "[0].a [0].b [1]");
        assert_eq!(shown("\n    a: |\n      x\n      y\n    b: 1"), " a a a b");
        assert_eq!(shown("a: 1\n    b: 2"), "a b");
        assert_eq!(shown("a:\r\n  - 1\r\n  - 2\r\n"), "a a[0] a[1] ");
        assert_eq!(shown("a: {{ b"), "");
        assert_eq!(shown(""), "");
    }
}
