//! A text that values come from, with its lines.

use std::ops::Range;
use std::sync::Arc;

use pintle_yaml::Location;

/// A text that values come from: a file, or an argument of `--set`.
#[derive(Debug, Clone)]
pub struct Text {
    /// how it is called: the path of a file as it was given, `--set`
    pub name: String,
    /// the text, lines ended by line feeds
    pub text: Arc<str>,
    line_starts: Vec<usize>,
}

impl Text {
    /// Takes a text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text: Arc<str> = text.into();
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(starts).collect();
        Self { name: name.into(), text, line_starts }
    }

    /// Gives the place of an offset in bytes, as [`Location::of`] does but in no time.
    pub fn location(&self, offset: usize) -> Location {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let line_start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text[line_start..offset].chars().count() + 1;
        Location { file: self.name.clone(), line, column }
    }

    /// Gives where a line is, from 1, without its end.
    pub fn line(&self, line: usize) -> Range<usize> {
        let start = self.line_starts.get(line.saturating_sub(1)).copied();
        let start = start.unwrap_or(self.text.len());
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| next - 1);
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_location() {
        let content = "a: 1\nü: x\n\nb";
        let text = Text::new("v", content);
        for offset in 0..=content.len() + 1 {
            assert_eq!(text.location(offset), Location::of("v", content, offset));
        }
        assert_eq!((text.line(2), text.line(3), text.line(9)), (5..10, 11..11, 13..13));
    }
}
