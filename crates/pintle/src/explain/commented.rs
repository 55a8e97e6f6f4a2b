//! Values as YAML, each with a comment at the end of its line.

use pintle_yaml::{Map, Node, NodeKind, Style, Value, parse};

use pintle_chart::value_path::{Step, ValuePath};

use crate::table::text_width;

/// The column that comments begin at most in; they follow longer lines at once.
const MAX_COLUMN: usize = 60;

/// Writes values with a comment on each that `comment` gives one for.
///
/// # Errors
///
/// Values that YAML cannot hold.
pub(crate) fn write(
    values: &Map,
    comment: &mut dyn FnMut(&ValuePath) -> Option<String>,
) -> Result<String, pintle_yaml::Error> {
    let text = pintle_yaml::to_string(&Value::Map(values.clone()))?;
    let tree = parse(&text)?;
    let mut places = Places { comment, found: Vec::new(), path: ValuePath::default() };
    if let Some(root) = tree.root() {
        places.walk(root);
    }
    let mut found = places.found;
    found.sort_by_key(|(offset, _)| *offset);
    let mut found = found.into_iter().peekable();
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let mut own: Vec<String> = Vec::new();
        while let Some((_, comment)) = found.next_if(|(offset, _)| *offset < at) {
            own.push(comment);
        }
        lines.push((line.trim_end_matches('\n'), own.join(", ")));
    }
    let widths = lines.iter().filter(|(_, own)| !own.is_empty()).map(|(line, _)| text_width(line));
    let column = widths.filter(|width| *width < MAX_COLUMN).max().unwrap_or_default();
    let mut out = String::new();
    for (line, own) in lines {
        out.push_str(line);
        if !own.is_empty() {
            let space = column.saturating_sub(text_width(line)) + 2;
            out.extend(std::iter::repeat_n(' ', space));
            out.push_str("# ");
            // A name of a file may hold anything.
            out.extend(own.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        out.push('\n');
    }
    Ok(out)
}

struct Places<'c> {
    comment: &'c mut dyn FnMut(&ValuePath) -> Option<String>,
    /// comments, by where their values are in the text
    found: Vec<(usize, String)>,
    path: ValuePath,
}

impl Places<'_> {
    fn walk(&mut self, node: Node<'_, '_>) {
        match node.kind() {
            NodeKind::Mapping if node.entries().len() > 0 => {
                for (key, value) in node.entries() {
                    let NodeKind::Scalar(key, _) = key.kind() else { continue };
                    self.step(Step::Key(key.into()), value);
                }
            }
            NodeKind::Sequence if node.items().len() > 0 => {
                for (n, item) in node.items().enumerate() {
                    self.step(Step::Index(n), item);
                }
            }
            kind => {
                if let Some(comment) = (self.comment)(&self.path) {
                    let span = node.span();
                    // Behind a block scalar a comment would be part of it.
                    let is_block =
                        matches!(kind, NodeKind::Scalar(_, Style::Literal | Style::Folded));
                    let at = if is_block { span.start } else { span.end.max(span.start + 1) - 1 };
                    self.found.push((at, comment));
                }
            }
        }
    }

    fn step(&mut self, step: Step, node: Node<'_, '_>) {
        self.path.0.push(step);
        pintle_chart::with_room(|| self.walk(node));
        self.path.0.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stand_behind_values_and_change_none() {
        let text = "a: 1\nb:\n- {}\n- x: |\n    one\n    two\n  z: ''\nc: {d: 'a\n\n  b'}\n";
        let Ok(Value::Map(values)) = pintle_yaml::from_str(text) else { panic!("a map") };
        let written = write(&values, &mut |path| Some(format!("at {path}"))).unwrap();
        assert_eq!(pintle_yaml::from_str(&written).unwrap(), Value::Map(values));
        for comment in ["at a\n", "at b[0]\n", "at b[1].x\n", "at b[1].z\n", "at c.d\n"] {
            assert!(written.contains(comment), "{written}");
        }
    }
}
