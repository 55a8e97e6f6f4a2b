//! What a comment says of a value: its description, type, default and section, as helm-docs reads them.
//!
//! ```yaml
//! # -- (int) How many pods run,
//! # at the least
//! # @default -- one for each node
//! # @section -- Scaling
//! replicas:
//! ```
//!
//! A comment may also name its key, wherever it stands: `# image.tag -- The tag`.
//!
//! Source: the public manual of helm-docs 1.14; the behaviour of its `ParseComment` and of the walk over the lines of the file,
//! oddities included: a description with a second ` -- ` in it is read as a comment that names a key.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

/// What a comment that describes a value has in it.
const MARK: &str = "# --";

/// The longest line that helm-docs reads; it stops there.
const MAX_LINE_BYTES: usize = 64 << 10;

/// What comments say of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) text: String,
    pub(crate) default: String,
    pub(crate) section: String,
    pub(crate) value_type: String,
    pub(crate) notation: String,
}

macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("the pattern is a constant"));
    };
}

// Go's `\s`, which is ASCII.
pattern!(KEYED, r"^[\t\n\f\r ]*#[\t\n\f\r ]*(.*)[\t\n\f\r ]+--[\t\n\f\r ]*(.*)$");
pattern!(TYPED, r"^\((.*?)\)[\t\n\f\r ]*(.*)$");
pattern!(NOTATION, r"^[\t\n\f\r ]*#[\t\n\f\r ]+@notationType[\t\n\f\r ]+--[\t\n\f\r ]+(.*)$");

/// Gives what follows a number sign and at most one blank, if the line is a comment.
fn continuation(line: &str) -> Option<&str> {
    let rest = trim(line).strip_prefix('#')?;
    Some(rest.strip_prefix([' ', '\t', '\u{c}', '\r']).unwrap_or(rest))
}

/// Gives what follows `# @word -- `.
fn directive<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    trim(line).strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(" -- ")
}

fn is_raw(line: &str) -> bool {
    trim(line).strip_prefix('#').is_some_and(|rest| {
        let word = rest.trim_start_matches([' ', '\t', '\u{c}', '\r']);
        word.len() < rest.len() && word.starts_with("@raw")
    })
}

fn trim(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '\u{c}', '\r'])
}

/// Reads the comment above a key; gives nothing if it describes no value, or another one.
pub(crate) fn of_head(head: &str) -> Option<Description> {
    if !head.contains(MARK) {
        return None;
    }
    let lines: Vec<&str> = head.split('\n').collect();
    let (key, description) = parse(&lines);
    key.is_empty().then_some(description)
}

/// Finds the comments of a file that name their keys.
pub(crate) fn by_key(text: &str) -> HashMap<String, Description> {
    let mut found = HashMap::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in text.lines().take_while(|line| line.len() < MAX_LINE_BYTES) {
        if comment.is_empty() {
            let names_key = KEYED.captures(line).is_some_and(|captures| !captures[1].is_empty());
            if names_key {
                comment.push(line);
            }
        } else if trim(line).starts_with('#') {
            comment.push(line);
        } else {
            let (key, description) = parse(&comment);
            if !key.is_empty() {
                found.insert(key, description);
            }
            comment.clear();
        }
    }
    // A comment that nothing follows is not taken, as in helm-docs.
    found
}

/// Reads the lines of a comment: the key it names, if any, and what it says.
fn parse(lines: &[&str]) -> (String, Description) {
    // Only the last description of several counts, if it is not indented.
    let last = lines.iter().rposition(|line| line.starts_with(MARK)).unwrap_or(0);
    let lines = &lines[last..];
    let mut key = String::new();
    let mut description = Description::default();
    let mut first = 0;
    for (number, line) in lines.iter().enumerate() {
        if let Some(captures) = KEYED.captures(line) {
            captures[1].clone_into(&mut key);
            captures[2].clone_into(&mut description.text);
            first = number;
            break;
        }
    }
    let typed = TYPED.captures(&description.text).filter(|captures| !captures[1].is_empty());
    if let Some((value_type, text)) = typed.map(|c| (c[1].to_owned(), c[2].to_owned())) {
        description.value_type = value_type;
        description.text = text;
    }
    let mut raw = false;
    for line in lines.iter().skip(first + 1) {
        if !raw && is_raw(line) {
            raw = true;
        } else if let Some(default) = directive(line, "@default") {
            default.clone_into(&mut description.default);
        } else if let Some(captures) = NOTATION.captures(line) {
            captures[1].clone_into(&mut description.notation);
        } else if let Some(section) = directive(line, "@section") {
            section.clone_into(&mut description.section);
        } else if let Some(more) = continuation(line) {
            description.text.push(if raw { '\n' } else { ' ' });
            description.text.push_str(more);
        }
    }
    (key, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_dash_names_a_key() {
        assert_eq!(of_head("# -- one -- two"), None);
        assert_eq!(of_head("# -- one").unwrap().text, "one");
        assert_eq!(of_head("#-- one"), None);
    }

    #[test]
    fn only_the_last_description_counts() {
        let description = of_head("# -- one\n# -- (int) two\n#   three\n# @default -- x").unwrap();
        assert_eq!(description.text, "two   three");
        assert_eq!(description.value_type, "int");
        assert_eq!(description.default, "x");
    }

    #[test]
    fn comments_name_keys_wherever_they_stand() {
        let found = by_key("# a.b -- one\n# two\n\nx: 1\n  # c -- three\nc: 1\n# d -- four\n");
        assert_eq!(found["a.b"].text, "one two");
        assert_eq!(found["c"].text, "three");
        assert!(!found.contains_key("d"));
    }
}
