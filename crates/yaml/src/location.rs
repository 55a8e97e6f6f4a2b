//! Where something stands in a text, as an editor shows it.

use std::fmt;

use memchr::{memchr_iter, memrchr};

/// A place in a file. Shows as `values.yaml:3:7`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// the file, as it was named to us
    pub file: String,
    /// the line, from 1
    pub line: usize,
    /// the column in characters, from 1
    pub column: usize,
}

impl Location {
    /// Finds the place of an offset in bytes in the text of a file; what is behind the end counts as the end.
    pub fn of(file: impl Into<String>, text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        Self {
            file: file.into(),
            line: memchr_iter(b'\n', before.as_bytes()).count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Lines and columns of places that come in order, each character looked at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lines {
    offset: usize,
    /// lines ended before there
    ended: usize,
    /// characters between the start of its line and there
    before: usize,
}

impl Lines {
    /// Gives the line and the column of an offset in bytes, each from 1, as [`Location::of`] does.
    ///
    /// All calls are about the same text; an offset before the last one costs a walk from the start.
    pub fn go_to(&mut self, text: &str, offset: usize) -> (usize, usize) {
        let offset = text.floor_char_boundary(offset);
        if offset < self.offset {
            *self = Self::default();
        }
        let passed = &text[self.offset..offset];
        match memrchr(b'\n', passed.as_bytes()) {
            None => self.before += passed.chars().count(),
            Some(last) => {
                self.ended += memchr_iter(b'\n', passed.as_bytes()).count();
                self.before = passed[last + 1..].chars().count();
            }
        }
        self.offset = offset;
        (self.ended + 1, self.before + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let place = |offset| Location::of("v", "a: 1\r\nü: x\n", offset).to_string();
        assert_eq!(place(0), "v:1:1");
        assert_eq!(place(3), "v:1:4");
        assert_eq!(place(6), "v:2:1");
        assert_eq!(place(8), "v:2:2");
        assert_eq!(place(99), "v:3:1");
    }

    #[test]
    fn lines_are_those_of_locations() {
        let text = "a: 1\nü: xyz\n\nlast";
        let mut lines = Lines::default();
        for offset in (0..=text.len() + 1).chain([3, 9]) {
            let place = Location::of("f", text, offset);
            assert_eq!(lines.go_to(text, offset), (place.line, place.column), "{offset}");
        }
    }
}
