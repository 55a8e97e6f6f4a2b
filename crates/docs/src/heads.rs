//! Which comment stands above which node.
//!
//! What looks like a simple question has an answer of its own in goyaml v3, which helm-docs reads values with: a comment
//! belongs to what follows it, unless it is taken for the foot of what stands before. We follow it comment by comment, so
//! that a table has the descriptions helm-docs finds, and no others.
//!
//! Source: `yaml_parser_scan_comments` in `scannerc.go` and `yaml_parser_unfold_comments` in `parserc.go` of goyaml v3.

use std::collections::HashMap;

use pintle_yaml::tokens::{Kind, Token, Tokens};
use pintle_yaml::{Error, Event, EventKind, Style};

/// Walks the tokens of a text beside its events, and gathers the comments above what comes next.
#[derive(Debug)]
pub(crate) struct Heads<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    /// what was said above the next token, and not yet given to it
    gap: String,
    is_gap_read: bool,
    /// what was said above the next node
    head: String,
    /// what was said above the item of a sequence that is a block collection, as opposed to its first key or item
    stem: String,
    indents: Vec<usize>,
    open: Vec<Open>,
    /// comments behind something on its line, and where they begin
    line_comments: Vec<(usize, &'a str)>,
}

/// A collection that has begun, by what ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Block,
    /// a sequence as deep as the mapping around it
    Indentless,
    FlowSequence,
    FlowMapping,
    /// `[a: b]`
    Pair,
}

impl<'a> Heads<'a> {
    /// Begins to read a text whose lines end in `\n`.
    pub(crate) fn new(text: &'a str) -> Result<Self, Error> {
        Ok(Self {
            text,
            tokens: Tokens::new(text).collect::<Result<_, _>>()?,
            next: 0,
            gap: String::new(),
            is_gap_read: false,
            head: String::new(),
            stem: String::new(),
            indents: Vec::new(),
            open: Vec::new(),
            line_comments: Vec::new(),
        })
    }

    /// Gives the comment above the node of an event; the events come in order.
    pub(crate) fn above(&mut self, event: &Event<'_>) -> String {
        match &event.kind {
            EventKind::DocumentStart => {
                self.start_document();
                String::new()
            }
            EventKind::Scalar(scalar) => {
                // A scalar that is not there has no token, and takes no comment.
                if scalar.text.is_empty() && scalar.style == Style::Plain {
                    return String::new();
                }
                self.pass(|kind| matches!(kind, Kind::Scalar | Kind::BlockScalar));
                self.take()
            }
            EventKind::Alias(_) => {
                self.pass(|kind| kind == Kind::Alias);
                self.take()
            }
            EventKind::SequenceStart(_) => self.start_sequence(),
            EventKind::MappingStart(_) => self.start_mapping(),
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                self.end_collection(event.kind == EventKind::MappingEnd);
                String::new()
            }
            EventKind::DocumentEnd => String::new(),
        }
    }

    /// Gives the comments that stood behind something on its line, by line from 1, of what was passed.
    pub(crate) fn line_comments(&self) -> HashMap<usize, &'a str> {
        let (mut line, mut passed) = (1, 0);
        let by_line = self.line_comments.iter().map(|(at, comment)| {
            line += self.text[passed..*at].matches('\n').count();
            passed = *at;
            (line, *comment)
        });
        by_line.collect()
    }

    /// Begins a document: what an empty line separates from its first node is a comment on the whole.
    fn start_document(&mut self) {
        let is_explicit =
            matches!(self.kind(self.next), Some(Kind::Directive | Kind::DocumentStart));
        if is_explicit {
            self.pass(|kind| kind == Kind::DocumentStart);
            return;
        }
        self.peek();
        if self.head.ends_with('\n') {
            self.head.clear();
        } else if let Some(at) = self.head.rfind("\n\n") {
            self.head.drain(..at + 2);
        }
    }

    fn start_sequence(&mut self) -> String {
        let mut may_be_indentless = false;
        while let Some(kind) = self.kind(self.next) {
            match kind {
                Kind::BlockSequenceStart => {
                    self.consume();
                    self.open.push(Open::Block);
                    return std::mem::take(&mut self.stem);
                }
                Kind::FlowSequenceStart => {
                    self.consume();
                    self.open.push(Open::FlowSequence);
                    return self.take();
                }
                Kind::BlockEntry if may_be_indentless => break,
                _ => {}
            }
            let is_property = matches!(kind, Kind::Anchor | Kind::Tag);
            may_be_indentless =
                matches!(kind, Kind::Key | Kind::Value) || (is_property && may_be_indentless);
            self.consume();
        }
        self.peek();
        self.open.push(Open::Indentless);
        String::new()
    }

    fn start_mapping(&mut self) -> String {
        let in_list = self.open.last() == Some(&Open::FlowSequence);
        while let Some(kind) = self.kind(self.next) {
            self.consume();
            match kind {
                Kind::BlockMappingStart => {
                    self.open.push(Open::Block);
                    return std::mem::take(&mut self.stem);
                }
                Kind::FlowMappingStart => {
                    self.open.push(Open::FlowMapping);
                    return self.take();
                }
                Kind::Key if in_list => {
                    self.open.push(Open::Pair);
                    return String::new();
                }
                _ => {}
            }
        }
        String::new()
    }

    /// Ends a collection: what was said last in it, and not of anything, is forgotten.
    fn end_collection(&mut self, is_mapping: bool) {
        match self.open.last() {
            Some(Open::Block) => self.pass(|kind| kind == Kind::BlockEnd),
            Some(Open::FlowSequence) => self.pass(|kind| kind == Kind::FlowSequenceEnd),
            Some(Open::FlowMapping) => self.pass(|kind| kind == Kind::FlowMappingEnd),
            Some(Open::Indentless | Open::Pair) | None => {}
        }
        match self.open.pop() {
            Some(Open::FlowSequence | Open::FlowMapping) => drop(self.take()),
            Some(Open::Block) if is_mapping => drop(self.take()),
            _ => {}
        }
    }

    /// Gives what stands above the node that begins with the token passed last.
    fn take(&mut self) -> String {
        self.stem.clear();
        std::mem::take(&mut self.head)
    }

    fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// Goes on behind the next token of a kind.
    fn pass(&mut self, is_it: impl Fn(Kind) -> bool) {
        while let Some(kind) = self.kind(self.next) {
            self.consume();
            if is_it(kind) {
                break;
            }
        }
    }

    fn consume(&mut self) {
        self.peek();
        let Some(token) = self.tokens.get(self.next) else { return };
        let (kind, start) = (token.kind, token.span.start);
        self.next += 1;
        self.is_gap_read = false;
        match kind {
            Kind::BlockMappingStart | Kind::BlockSequenceStart => {
                self.indents.push(self.column(start));
            }
            Kind::BlockEnd => {
                self.indents.pop();
            }
            Kind::BlockEntry => self.split_stem(),
            _ => {}
        }
    }

    /// Looks at the next token: what was said above it now is above the next node. The end of a block has nothing above it.
    fn peek(&mut self) {
        if !std::mem::replace(&mut self.is_gap_read, true) {
            let said = self.read_gap();
            append(&mut self.gap, &said);
        }
        if self.kind(self.next) != Some(Kind::BlockEnd) {
            let gap = std::mem::take(&mut self.gap);
            append(&mut self.head, &gap);
        }
    }

    /// Gives what stood above a dash to the collection behind it, and the rest to what comes first in that.
    fn split_stem(&mut self) {
        let n_before = self.head.len();
        if n_before == 0 {
            return;
        }
        self.peek();
        if matches!(self.kind(self.next), Some(Kind::BlockSequenceStart | Kind::BlockMappingStart))
        {
            let rest = self.head.get(n_before + 1..).unwrap_or_default().to_owned();
            self.head.truncate(n_before);
            self.stem = std::mem::replace(&mut self.head, rest);
        }
    }

    fn column(&self, at: usize) -> usize {
        let line_start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        self.text[line_start..at].chars().count()
    }

    /// Reads the comments between the last token and the next one, and gives those that are not on the line of the last
    /// one, and not its foot.
    fn read_gap(&mut self) -> String {
        let previous = self.next.checked_sub(1).and_then(|index| self.tokens.get(index));
        let end = self.tokens.get(self.next).map_or(self.text.len(), |token| token.span.start);
        let mut from = previous.map_or(0, |token| token.span.end).min(end);
        if !self.text[from..end].contains('#') {
            return String::new();
        }
        let kind = previous.map(|token| token.kind);
        // goyaml looks for a foot from the second line on; a plain or block scalar ends where its last line break does.
        let mut runs_on = match kind {
            Some(Kind::BlockScalar) => true,
            Some(Kind::Scalar) => !self.is_quoted(previous),
            _ => false,
        };
        let has_line_comment = !matches!(
            kind,
            None | Some(
                Kind::BlockEntry | Kind::BlockScalar | Kind::DocumentStart | Kind::DocumentEnd
            )
        );
        if has_line_comment {
            let blanks = self.text[from..end].trim_start_matches([' ', '\t']);
            if blanks.starts_with('#') {
                runs_on = false;
                let at = end - blanks.len();
                from = at + line_len(blanks);
                self.line_comments.push((at, &self.text[at..from]));
            }
        }
        let is_flow = self.is_in_flow();
        let owner = match (kind, self.next) {
            (Some(Kind::FlowEntry), 2..) => self.kind(self.next - 2),
            _ => kind,
        };
        let may_have_foot = runs_on || self.text[..from].contains('\n');
        let gap = Gap {
            text: self.text,
            indent: self.indents.last().copied().unwrap_or(0),
            is_flow,
            is_value: owner == Some(Kind::Value),
            may_have_foot,
        };
        gap.head(from, end).unwrap_or_default()
    }

    fn is_quoted(&self, token: Option<&Token>) -> bool {
        token.is_some_and(|token| self.text[token.span.clone()].starts_with(['"', '\'']))
    }

    fn is_in_flow(&self) -> bool {
        // The last opened collection is flow, or its opening bracket is the last token.
        matches!(self.open.last(), Some(Open::FlowSequence | Open::FlowMapping | Open::Pair))
    }
}

/// Adds a comment below another.
fn append(comments: &mut String, more: &str) {
    if !comments.is_empty() && !more.is_empty() {
        comments.push('\n');
    }
    comments.push_str(more);
}

/// Gives how long the first line is, without its end.
fn line_len(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The room between two tokens.
struct Gap<'a> {
    text: &'a str,
    /// the column of the innermost block collection
    indent: usize,
    is_flow: bool,
    /// whether the token before is a colon
    is_value: bool,
    may_have_foot: bool,
}

impl Gap<'_> {
    /// Gives the comment that belongs to the next token, which begins at `end`.
    fn head(&self, from: usize, end: usize) -> Option<String> {
        let bytes = self.text.as_bytes();
        let first = from + self.text[from..end].find('#')?;
        let said = self.text[..first].trim_end_matches([' ', '\t', '\n', '\u{feff}']).len();
        let n_breaks = self.text[said..first].matches('\n').count();
        let line_start = self.text[..first].rfind('\n').map_or(0, |at| at + 1);
        // Lines are counted from the first comment's, columns from 1. A foot begins on the line below the token.
        let foot_line = (self.may_have_foot && n_breaks > 0)
            .then(|| 1 - i64::try_from(n_breaks).unwrap_or(i64::MAX));
        let mut column = self.text[line_start..first].chars().count();
        let mut lines_passed = 0;
        let (mut line, mut start) = (0, (0, 0));
        let mut no_empty_yet = n_breaks <= 1;
        let mut after_empty = false;
        let mut head = String::new();
        let mut at = first;
        loop {
            let byte = bytes.get(at).copied().unwrap_or(0);
            column += 1;
            if byte == b' ' || byte == b'\t' {
                at += 1;
                continue;
            }
            let closes = self.is_flow && (byte == b']' || byte == b'}');
            if closes || byte == b'\n' || byte == 0 {
                if closes || !after_empty {
                    let is_foot = no_empty_yet
                        && ((Some(start.0) == foot_line && !self.is_value)
                            || start.1 < self.indent + 1);
                    if closes || is_foot {
                        head.clear();
                    } else if !head.is_empty() && byte != 0 {
                        head.push('\n');
                    }
                }
                if byte != b'\n' {
                    break;
                }
                (no_empty_yet, after_empty) = (false, true);
                column = 0;
                // An oddity: goyaml does not count the break behind a comment.
                line += 1;
                lines_passed += 1;
                at += 1;
                continue;
            }
            if !head.is_empty() && column < self.indent + 1 && column != start.1 {
                // At another indentation: the foot of what stands before.
                head.clear();
            }
            if byte != b'#' {
                break;
            }
            if head.is_empty() {
                start = (line, column);
            } else {
                head.push('\n');
            }
            after_empty = false;
            let len = line_len(&self.text[at..]);
            head.push_str(&self.text[at..at + len]);
            line = lines_passed;
            lines_passed += 1;
            at += len + 1;
            column = 0;
        }
        (!head.is_empty()).then_some(head)
    }
}
