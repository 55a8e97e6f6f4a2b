//! Comments that silence warnings: `# pintle: allow(code, code)`, and `{{/* pintle: allow(code) */}}` in templates.
//!
//! One counts for its line, and, where it stands alone, for the next line that is no comment. Codes are those of lint and
//! those of validate, whose findings come from lines of templates as well.

use std::collections::BTreeMap;

use memchr::memmem;

use pintle_manifest::validate;
use pintle_yaml::{Lines, NodeKind};

use super::desk::{Desk, Kind, PaperId};
use super::keys::shown;
use super::table::UNKNOWN_CODE;
use super::{CHART_YAML, Code, Whose};

/// How a comment begins that allows something.
const OPENING: &str = "pintle: allow(";

/// How long a list of codes in a comment may be, in bytes; the rest of a longer one is not read.
const MAX_LIST_BYTES: usize = 1_000;

/// The annotation of `Chart.yaml` that allows codes in the whole chart.
const ANNOTATION: &str = "pintle.dev/lint-allow";

/// Gives what is allowed in a whole chart: what `Chart.yaml` says, besides what is given.
pub(super) fn of_chart(desk: &mut Desk<'_>, given: &[&'static Code]) -> Vec<&'static Code> {
    let mut allowed = given.to_vec();
    for paper in desk.yaml_papers() {
        if desk.papers[paper].name != CHART_YAML || desk.papers[paper].whose != Whose::Chart {
            continue;
        }
        for &(start, ref tree) in desk.documents(paper).iter() {
            let annotations = tree.root().and_then(|root| root.get("annotations"));
            let annotation =
                annotations.and_then(|annotations| annotations.target().get(ANNOTATION));
            let Some(annotation) = annotation else { continue };
            let NodeKind::Scalar(list, _) = annotation.target().kind() else { continue };
            let offset = start + annotation.span().start;
            allowed.extend(read_list(list, |_, unknown| {
                desk.note(&UNKNOWN_CODE, paper, offset, unknown);
            }));
        }
    }
    allowed
}

/// What is allowed on which lines of a file.
#[derive(Debug, Default)]
pub struct Allowances {
    /// names of codes, each once
    by_line: BTreeMap<usize, Vec<&'static str>>,
}

/// What a comment looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// as in YAML
    Yaml,
    /// as in YAML, and as actions have them
    Template,
    /// there are none
    None,
}

impl Allowances {
    /// Reads the comments of a file on the desk; notes codes that there are not.
    pub(super) fn of_paper(desk: &mut Desk<'_>, paper: PaperId) -> Self {
        let comments = match desk.papers[paper].kind {
            Kind::Yaml(_) => Comments::Yaml,
            Kind::Json => Comments::None,
            Kind::Template => Comments::Template,
        };
        Self::read_noting(desk.papers[paper].text, comments, |offset, unknown| {
            desk.note(&UNKNOWN_CODE, paper, offset, unknown_words(unknown));
        })
    }

    /// Reads the comments of a text. Codes that there are not allow nothing.
    pub fn read(text: &str, comments: Comments) -> Self {
        Self::read_noting(text, comments, |_, _| {})
    }

    fn read_noting(text: &str, comments: Comments, mut unknown: impl FnMut(usize, &str)) -> Self {
        let mut allowances = Self::default();
        let mut lines = Lines::default();
        // The first line behind the comments that were met last.
        let mut next_line = 0;
        for start in memmem::find_iter(text.as_bytes(), OPENING) {
            let Some(before) = comment_start(&text[..start], comments) else { continue };
            let list = &text[start + OPENING.len()..];
            let list = &list[..list.floor_char_boundary(MAX_LIST_BYTES)];
            let list = &list[..list.find([')', '\n']).unwrap_or(list.len())];
            let codes = names(list, code_of, |at, name| {
                unknown(start + OPENING.len() + at, name);
            });
            let (line, _) = lines.go_to(text, start);
            allowances.add(line, &codes);
            let head = before.trim_end_matches([' ', '\t']);
            if head.is_empty() || head.ends_with('\n') {
                if next_line <= line {
                    next_line = line + 1 + n_comments_behind(&text[start..]);
                }
                allowances.add(next_line, &codes);
            }
        }
        allowances
    }

    fn add(&mut self, line: usize, codes: &[&'static str]) {
        let allowed = self.by_line.entry(line).or_default();
        for code in codes {
            if !allowed.contains(code) {
                allowed.push(code);
            }
        }
    }

    /// Gives the names of the codes that are allowed on a line.
    pub fn on(&self, line: usize) -> &[&'static str] {
        self.by_line.get(&line).map_or(&[], Vec::as_slice)
    }

    /// Tells whether a code is allowed on a line.
    pub fn covers(&self, line: usize, code: &str) -> bool {
        self.on(line).contains(&code)
    }
}

/// Gives what stands before the comment whose words follow; `None` if they are not those of a comment.
fn comment_start(before: &str, comments: Comments) -> Option<&str> {
    let before = before.trim_end_matches([' ', '\t']);
    if let Some(before) = before.strip_suffix('#') {
        return (comments != Comments::None).then_some(before);
    }
    let before = before.strip_suffix("/*").filter(|_| comments == Comments::Template)?;
    let action = before.trim_end();
    action.strip_suffix("{{-").or_else(|| action.strip_suffix("{{"))
}

/// Counts the lines behind the current one that are comments, and nothing else, up to one that is not.
fn n_comments_behind(text: &str) -> usize {
    let is_comment = |line: &&str| {
        let line = line.trim();
        line.starts_with('#')
            || (line.starts_with("{{") && line.ends_with("}}") && line.contains("/*"))
    };
    text.split('\n').skip(1).take_while(is_comment).count()
}

/// Reads codes with commas between; `unknown` hears where one stands that there is not, and the words to say so.
pub(super) fn read_list(list: &str, mut unknown: impl FnMut(usize, String)) -> Vec<&'static Code> {
    names(list, Code::by_name, |at, name| unknown(at, unknown_words(name)))
}

/// Gives the name of a code that a comment may allow.
fn code_of(name: &str) -> Option<&'static str> {
    let of_validate = || validate::CODES.iter().find(|code| code.name == name);
    Code::by_name(name).map(|code| code.name).or_else(|| of_validate().map(|code| code.name))
}

/// Reads names with commas between, each once; `unknown` hears which name none has, and where it stands.
fn names<T: PartialEq>(
    list: &str,
    find: impl Fn(&str) -> Option<T>,
    mut unknown: impl FnMut(usize, &str),
) -> Vec<T> {
    let mut codes = Vec::new();
    let mut start = 0;
    for word in list.split(',') {
        let name = word.trim();
        let at = start + (word.len() - word.trim_start().len());
        start += word.len() + 1;
        match find(name) {
            Some(code) if codes.contains(&code) => {}
            Some(code) => codes.push(code),
            None if name.is_empty() => {}
            None => unknown(at, name),
        }
    }
    codes
}

/// Says that there is no such code.
pub(super) fn unknown_words(name: &str) -> String {
    format!("there is no code `{}` to allow", shown(name))
}
