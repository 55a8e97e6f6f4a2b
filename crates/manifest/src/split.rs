//! Splitting a rendered file into its documents, as text.
//!
//! Helm does not ask a YAML parser where documents end: it looks for `---`, so a separator may have text behind
//! it. Source: `SplitManifests` in Helm's release utilities.

use memchr::memmem;

/// How a Helm version splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitRules {
    /// whether a separator swallows the white space before and behind it, and documents are trimmed at both ends;
    /// else a separator is `---` at the start of a line with blanks behind, and documents are trimmed at the left
    swallow: bool,
}

impl SplitRules {
    /// Helm 4: `---` at the start of a line; a document keeps its trailing newlines.
    pub const LINE_START: Self = Self { swallow: false };
    /// Helm 3: `---` with all white space around; documents are trimmed.
    pub const SWALLOW_SPACE: Self = Self { swallow: true };
}

/// One document of a file: its text, and the line of the file on which it begins, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document<'a> {
    /// the text, trimmed as the rules say
    pub text: &'a str,
    /// the line in the file, from 1
    pub line: usize,
}

/// Splits a file into its documents, in order; blank ones are left out.
pub fn split(file: &str, rules: SplitRules) -> Vec<Document<'_>> {
    let trim = if rules.swallow { str::trim } else { str::trim_start };
    let content = trim(file);
    let mut documents = Vec::new();
    let mut line = 1 + count_lines(&file[..offset(file, content)]);
    let mut counted = content;
    for text in pieces(content, rules) {
        // Helm 3 leaves out only what is empty before it is trimmed.
        if if rules.swallow { text.is_empty() } else { text.trim_start().is_empty() } {
            continue;
        }
        let text = trim(text);
        line += count_lines(&counted[..offset(counted, text)]);
        counted = &counted[offset(counted, text)..];
        documents.push(Document { text, line });
    }
    documents
}

/// Cuts the text at its separators.
fn pieces(text: &str, rules: SplitRules) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut search = 0;
    let dashes = memmem::Finder::new("---");
    while let Some(found) = dashes.find(&text.as_bytes()[search..]).map(|at| search + at) {
        let at_start = found == 0
            || (found > search.max(begin) || !rules.swallow) && text.as_bytes()[found - 1] == b'\n';
        if !at_start {
            search = found + 1;
            continue;
        }
        let (mut left, mut right) = (found, found + 3);
        if rules.swallow {
            let head = &text[begin..found];
            left = begin + head.trim_end_matches(is_space).len();
            right += text[right..].len() - text[right..].trim_start_matches(is_space).len();
        } else {
            right += text[right..].len() - text[right..].trim_start_matches([' ', '\t']).len();
        }
        pieces.push(&text[begin..left]);
        begin = right;
        search = right;
    }
    pieces.push(&text[begin..]);
    pieces
}

/// What `\s` matches in Go.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

fn count_lines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str, rules: SplitRules) -> Vec<&str> {
        split(file, rules).iter().map(|document| document.text).collect()
    }

    #[test]
    fn a_separator_may_have_text_behind_it() {
        let file = "\n---apiVersion: v1\n--- \t\n\n# x\n a: --- b\n---";
        assert_eq!(texts(file, SplitRules::LINE_START), ["apiVersion: v1\n", "# x\n a: --- b\n"]);
        assert_eq!(texts(file, SplitRules::SWALLOW_SPACE), ["apiVersion: v1", "# x\n a: --- b"]);
    }

    #[test]
    fn helm_3_takes_the_second_of_two_separators_for_text() {
        assert_eq!(texts("a\n---\n---\nb", SplitRules::SWALLOW_SPACE), ["a", "---\nb"]);
        assert_eq!(texts("a\n---\n---\nb", SplitRules::LINE_START), ["a\n", "b"]);
    }

    #[test]
    fn lines_count_in_the_file() {
        let lines = |rules| -> Vec<usize> {
            split("\n\na\n---\n\nb\n---\nc", rules).iter().map(|document| document.line).collect()
        };
        assert_eq!(lines(SplitRules::LINE_START), [3, 6, 8]);
        assert_eq!(lines(SplitRules::SWALLOW_SPACE), [3, 6, 8]);
    }
}
