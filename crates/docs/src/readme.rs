//! The README of a chart: what of it is ours to replace.

use pintle_yaml::Location;
use similar::TextDiff;

use crate::{DocsError, Place};

/// The line that begins our part of a README.
pub(crate) const BEGIN: &str = "<!-- pintle docs -->";

/// The line that ends it.
pub(crate) const END: &str = "<!-- end -->";

/// How many lines that stayed are shown around one that changed.
const N_CONTEXT_LINES: usize = 1;

/// The longest difference that is shown, in lines.
const MAX_DIFFERENCE_LINES: usize = 40;

/// A README as it is, split at our part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readme<'a> {
    before: &'a str,
    after: &'a str,
    line_end: &'a str,
}

impl<'a> Readme<'a> {
    /// Looks for our part in a README that is called `name` in messages.
    ///
    /// # Errors
    ///
    /// A README without such a part, or without its end.
    pub fn read(name: &str, text: &'a str) -> Result<Self, DocsError> {
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut offset = 0;
        let mut begun: Option<(usize, usize)> = None;
        for line in text.split_inclusive('\n') {
            let next = offset + line.len();
            match line.trim() {
                BEGIN if begun.is_none() => begun = Some((offset, next)),
                END => {
                    if let Some((_, start)) = begun {
                        return Ok(Self {
                            before: &text[..start],
                            after: &text[offset..],
                            line_end,
                        });
                    }
                }
                _ => {}
            }
            offset = next;
        }
        match begun {
            Some((at, _)) => Err(DocsError::Open { place: Location::of(name, text, at) }),
            None => Err(DocsError::HandWritten { readme: name.to_owned() }),
        }
    }

    /// A README that is not there yet: nothing but our part.
    pub fn empty() -> Self {
        Self { before: "", after: "", line_end: "\n" }
    }

    /// Tells whether there are words around our part.
    pub fn place(&self) -> Place {
        let is_alone = self.before.trim().trim_end_matches(BEGIN).is_empty()
            && self.after.trim().trim_start_matches(END).is_empty();
        if is_alone { Place::Whole } else { Place::Part }
    }

    /// Gives the README with this page as our part.
    pub fn with(&self, page: &str) -> String {
        let page = page.trim_matches('\n');
        let (before, after) = match (self.before, self.after) {
            ("", "") => (format!("{BEGIN}\n"), format!("{END}\n")),
            (before, after) => (before.to_owned(), after.to_owned()),
        };
        let page = format!("\n{page}\n\n").replace('\n', self.line_end);
        format!("{before}{page}{after}")
    }
}

/// Shows which lines of a file differ: the start of it, where there is much.
pub fn difference(name: &str, is: &str, shall_be: &str) -> String {
    let diff = TextDiff::from_lines(is, shall_be);
    let shown = diff
        .unified_diff()
        .context_radius(N_CONTEXT_LINES)
        .header(name, "as it would be written")
        .missing_newline_hint(false)
        .to_string();
    let n_lines = shown.lines().count();
    if n_lines <= MAX_DIFFERENCE_LINES {
        return shown;
    }
    let cut: String = shown.split_inclusive('\n').take(MAX_DIFFERENCE_LINES).collect();
    let rest = n_lines - MAX_DIFFERENCE_LINES;
    cut + &format!("… {rest} more lines\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_part_is_replaced() {
        let text = "# web\r\n<!-- pintle docs -->\r\nold\r\n<!-- end -->\r\nbye\r\n";
        let readme = Readme::read("README.md", text).unwrap();
        assert_eq!(readme.place(), Place::Part);
        assert_eq!(
            readme.with("a\nb\n"),
            "# web\r\n<!-- pintle docs -->\r\n\r\na\r\nb\r\n\r\n<!-- end -->\r\nbye\r\n"
        );
    }

    #[test]
    fn a_readme_of_ours_is_replaced_whole() {
        let first = Readme::empty().with("a\n");
        let readme = Readme::read("README.md", &first).unwrap();
        assert_eq!(readme.place(), Place::Whole);
        assert_eq!(readme.with("a\n"), first);
    }

    #[test]
    fn a_readme_by_hand_is_not_touched() {
        assert!(matches!(Readme::read("R", "# web\n"), Err(DocsError::HandWritten { .. })));
        let error = Readme::read("R", "x\n<!-- pintle docs -->\n").unwrap_err();
        assert_eq!(error.to_string(), "R:2:1: no line <!-- end --> follows");
    }
}
