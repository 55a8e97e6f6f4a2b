//! From lines straight to a value, for documents in the form in which nearly all are written.
//!
//! That is: block mappings and sequences, keys on one line each, scalars of all styles, flow collections. Such a
//! document is read line by line, without tokens and events. All else (anchors, tags, tabs where they matter, whatever
//! may be wrong) makes the reader give up, and the document is read by [`crate::compose`] as if nothing had happened:
//! nothing is refused here.

use std::sync::Arc;

use memchr::{memchr, memchr2, memchr2_iter, memchr3};

use crate::compose::{Fields, check_key, check_value, compose_flow, key_of, value_of};
use crate::reader::Input;
use crate::scanner::Style;
use crate::{Field, Map, Value};

/// The deepest nesting that is read here.
const MAX_LEVELS: usize = 200;

/// The longest key that is read here, in bytes: a key may have 1024 characters.
const MAX_KEY_BYTES: usize = 1000;

/// Reads the first document, or gives nothing if it is not in this form.
pub(crate) fn read(input: Input<'_>, fields: Option<Fields<'_>>) -> Option<Value> {
    let text = input.text;
    let is_odd = input.problem.is_some()
        || input.has_odd_breaks
        || text.starts_with('\u{feff}')
        || memchr(b'\r', text.as_bytes()).is_some();
    if is_odd {
        return None;
    }
    let bytes = text.as_bytes();
    let levels = Vec::with_capacity(16);
    let looked_at = (usize::MAX, 0);
    let is_ascii = input.is_ascii;
    Reader { text, bytes, is_ascii, at: 0, line_start: 0, looked_at, fields, levels, root: None }
        .document()
}

/// Says that a document is not in this form.
struct GivesUp;

/// What a collection is, and what of it is kept.
enum Built {
    /// nothing: it is only checked
    Nothing,
    List(Vec<Value>),
    /// the entries, and the key whose value comes next
    Map(Vec<(Arc<str>, Value)>, Option<Arc<str>>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    Sequence,
    /// in the column of the mapping around it
    Indentless,
}

/// A block collection that has begun.
struct Level {
    column: usize,
    kind: Kind,
    /// whether the value of the last key or dash has not come yet
    is_awaiting: bool,
    /// how the next value is read
    how: Field,
    built: Built,
}

impl Level {
    fn keeps_next(&self) -> bool {
        !matches!(self.built, Built::Nothing) && self.how != Field::Skipped
    }

    /// Takes the value that was awaited.
    #[inline]
    fn accept(&mut self, value: Value) {
        self.is_awaiting = false;
        match &mut self.built {
            Built::Nothing => {}
            Built::List(items) => items.push(value),
            Built::Map(entries, key) => {
                if let Some(key) = key.take() {
                    entries.push((key, value));
                }
            }
        }
    }

    /// Notes that nothing came where a value was awaited.
    fn accept_nothing(&mut self) {
        if self.is_awaiting {
            self.accept(Value::Null);
        }
    }
}

struct Reader<'a, 'f> {
    text: &'a str,
    bytes: &'a [u8],
    is_ascii: bool,
    at: usize,
    line_start: usize,
    /// the start of a line that was looked at before it is read, and where its indentation ends
    looked_at: (usize, usize),
    fields: Option<Fields<'f>>,
    levels: Vec<Level>,
    /// the document, once its outermost collection has ended
    root: Option<Value>,
}

/// Bytes that may end a plain key, or make it none.
const KEY_STOPS: [bool; 256] = bytes_of(b"\n\t:#");

/// Bytes that cannot begin a plain scalar.
const ODD_STARTS: [bool; 256] = bytes_of(b"\n\t ,[]{}#&*!|>'\"%@`");

const fn bytes_of(bytes: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut n = 0;
    while n < bytes.len() {
        set[bytes[n] as usize] = true;
        n += 1;
    }
    set
}

/// Writes what line breaks within a scalar fold to: of one a space, of more all but the first.
fn fold(n_breaks: usize, mut write: impl FnMut(&str)) {
    if n_breaks == 1 {
        write(" ");
    }
    (1..n_breaks).for_each(|_| write("\n"));
}

/// Where a part of a plain scalar ends that is on one line.
struct Piece {
    end: usize,
    what: PieceEnd,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceEnd {
    Line,
    Colon,
    Comment,
    /// which nothing ends
    Tab,
}

impl<'a> Reader<'a, '_> {
    fn document(mut self) -> Option<Value> {
        let mut is_first = true;
        while let Some(column) = self.next_line().ok()? {
            if is_first && column == 0 && self.bytes[self.at..].starts_with(b"---\n") {
                self.at += 4;
            } else {
                self.line(column)?;
            }
            is_first = false;
        }
        while !self.levels.is_empty() {
            self.close();
        }
        Some(self.root.unwrap_or(Value::Null))
    }

    /// Gives a byte, or a line feed behind the end.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |len| from + len)
    }

    fn skip_spaces(&mut self) {
        self.at = self.spaces_end(self.at);
    }

    /// Gives where the spaces end that begin at a place: definitions are indented by dozens of them.
    #[inline]
    fn spaces_end(&self, from: usize) -> usize {
        const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
        let mut at = from;
        while let Some(chunk) = self.bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let others = u64::from_le_bytes(*chunk) ^ SPACES;
            if others != 0 {
                return at + (others.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n' | b'\t')
    }

    /// Goes on to what stands on the next line that is neither blank nor a comment, and gives its column.
    fn next_line(&mut self) -> Result<Option<usize>, GivesUp> {
        loop {
            self.line_start = self.at;
            let (line_start, indentation_end) = self.looked_at;
            self.at =
                if line_start == self.at { indentation_end } else { self.spaces_end(self.at) };
            match self.bytes.get(self.at) {
                None => return Ok(None),
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.pass_line(),
                Some(b'\t') => return Err(GivesUp),
                Some(_) => return Ok(Some(self.at - self.line_start)),
            }
        }
    }

    fn pass_line(&mut self) {
        self.at = (self.line_end(self.at) + 1).min(self.bytes.len());
    }

    /// Goes on to the line behind the one that a part of a scalar ends.
    fn pass_piece(&mut self, piece: &Piece) {
        self.at = piece.end;
        if piece.what == PieceEnd::Line {
            self.at = (piece.end + 1).min(self.bytes.len());
        } else {
            self.pass_line();
        }
    }

    /// Goes on behind blanks and a comment to the next line; nothing else may stand there.
    fn end_line(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_spaces();
        match self.byte(self.at) {
            b'\n' => self.at = (self.at + 1).min(self.bytes.len()),
            b'#' if self.at > start => self.pass_line(),
            _ => return None,
        }
        Some(())
    }

    /// Tells whether a plain scalar may begin here.
    fn begins_plain(&self) -> bool {
        match self.bytes[self.at] {
            b'-' | b'?' | b':' => !self.is_blank(self.at + 1),
            byte => !ODD_STARTS[usize::from(byte)],
        }
    }

    fn is_entry(&self) -> bool {
        self.bytes[self.at] == b'-' && self.is_blank(self.at + 1)
    }

    /// Reads a line from what stands in `column` on.
    fn line(&mut self, column: usize) -> Option<()> {
        if column == 0
            && (matches!(self.bytes[self.at..], [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..])
                || self.bytes[self.at] == b'%')
        {
            return None;
        }
        let is_entry = self.is_entry();
        while let Some(top) = self.levels.last() {
            if top.column < column {
                break;
            }
            if top.column == column {
                match (top.kind, is_entry) {
                    (Kind::Map, false) | (Kind::Sequence | Kind::Indentless, true) => break,
                    (Kind::Map, true) => {
                        if !top.is_awaiting {
                            return None;
                        }
                        self.open(Kind::Indentless, column)?;
                        break;
                    }
                    (Kind::Sequence, false) => return None,
                    (Kind::Indentless, false) => {}
                }
            }
            self.close();
        }
        self.node(column, is_entry)
    }

    /// Reads what stands in `column`: entries, an entry of a mapping, a scalar.
    fn node(&mut self, column: usize, is_entry: bool) -> Option<()> {
        let mut column = column;
        let mut is_entry = is_entry;
        while is_entry {
            self.sibling_or_first(Kind::Sequence, column)?;
            self.at += 1;
            self.skip_spaces();
            match self.byte(self.at) {
                b'\t' => return None,
                b'\n' | b'#' => {
                    self.pass_line();
                    return Some(());
                }
                _ => {}
            }
            column = self.at - self.line_start;
            is_entry = self.is_entry();
        }
        match self.key().ok()? {
            Some((key, style, end)) => {
                self.sibling_or_first(Kind::Map, column)?;
                self.begin_field(key, style)?;
                self.at = end + 1;
                self.skip_spaces();
                if matches!(self.byte(self.at), b'\n' | b'#') {
                    self.pass_line();
                    return Some(());
                }
                self.value()
            }
            None if self.levels.last()?.column < column => self.value(),
            None => None,
        }
    }

    /// Goes on in the innermost collection if it is in this column, or begins one there.
    fn sibling_or_first(&mut self, kind: Kind, column: usize) -> Option<()> {
        match self.levels.last_mut() {
            Some(top) if top.column == column => top.accept_nothing(),
            _ => self.open(kind, column)?,
        }
        self.levels.last_mut()?.is_awaiting = true;
        Some(())
    }

    /// Begins a collection where a value is awaited.
    fn open(&mut self, kind: Kind, column: usize) -> Option<()> {
        let how = match self.levels.last() {
            Some(top) if !top.is_awaiting || self.levels.len() == MAX_LEVELS => return None,
            Some(top) if top.keeps_next() => Some(top.how),
            Some(_) => None,
            None if self.root.is_some() => return None,
            None => Some(Field::Any),
        };
        let (how, built) = match (how, kind) {
            (None, _) => (Field::Skipped, Built::Nothing),
            (Some(_), Kind::Map) => (Field::Any, Built::Map(Vec::new(), None)),
            (Some(how), _) => (how.of_items(), Built::List(Vec::new())),
        };
        self.levels.push(Level { column, kind, is_awaiting: false, how, built });
        Some(())
    }

    /// Ends the innermost collection.
    fn close(&mut self) {
        let Some(mut level) = self.levels.pop() else { return };
        level.accept_nothing();
        let value = match level.built {
            Built::Nothing => Value::Null,
            Built::List(items) => Value::list(items),
            Built::Map(entries, _) => Value::Map(entries.into_iter().collect::<Map>()),
        };
        match self.levels.last_mut() {
            Some(top) => top.accept(value),
            None => self.root = Some(value),
        }
    }

    /// Notes the key whose value comes next.
    fn begin_field(&mut self, key: &str, style: Style) -> Option<()> {
        let top = self.levels.last_mut()?;
        let Built::Map(_, place) = &mut top.built else {
            return check_key(key, style).ok();
        };
        *place = Some(key_of(key, style).ok()?);
        if let Some(fields) = self.fields {
            let how = self.ask(fields);
            let top = self.levels.last_mut()?;
            top.how = how;
            if let (Field::Skipped, Built::Map(_, place)) = (how, &mut top.built) {
                *place = None;
            }
        }
        Some(())
    }

    fn ask(&self, fields: Fields<'_>) -> Field {
        let keys = self.levels.iter().filter_map(|level| match &level.built {
            Built::Map(_, key) => key.as_deref(),
            _ => None,
        });
        fields(&keys.collect::<Vec<_>>())
    }

    /// Gives the key that stands here, how it is written, and where its colon is.
    fn key(&self) -> Result<Option<(&'a str, Style, usize)>, GivesUp> {
        let start = self.at;
        let first = self.bytes[start];
        if let b'"' | b'\'' = first {
            let style = if first == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
            let rest = &self.bytes[start + 1..self.line_end(start)];
            let len = memchr(first, rest).ok_or(GivesUp)?;
            let end = start + 1 + len;
            let is_key = self.byte(end + 1) == b':' && self.is_blank(end + 2);
            let text = &self.text[start + 1..end];
            if is_key && (len > MAX_KEY_BYTES || text.contains('\\') || self.byte(end + 2) == b'\t')
            {
                return Err(GivesUp);
            }
            return Ok(is_key.then_some((text, style, end + 1)));
        }
        if !self.begins_plain() {
            // Only a value may begin so.
            return Ok(None);
        }
        let Some(end) = self.plain_key_end()? else { return Ok(None) };
        let is_odd = end - start > MAX_KEY_BYTES
            || self.bytes[end - 1] == b' '
            || self.byte(end + 1) == b'\t';
        if is_odd {
            return Err(GivesUp);
        }
        Ok(Some((&self.text[start..end], Style::Plain, end)))
    }

    /// Finds where a plain scalar ends that begins at `start`, or goes on there; blanks at its end belong to it.
    fn piece(&self, start: usize) -> Option<Piece> {
        const SHORT: usize = 16;
        let mut at = start;
        // Most are short: for those the call of a search costs more than the search.
        let short = self.bytes.get(start..start + SHORT).unwrap_or(&[]);
        while let Some(len) =
            short[at - start..].iter().position(|byte| KEY_STOPS[usize::from(*byte)])
        {
            at += len;
            match self.piece_end(start, at) {
                None => at += 1,
                Some(PieceEnd::Tab) => return None,
                Some(what) => return Some(Piece { end: at, what }),
            }
        }
        at = start + short.len();
        let line_end = self.line_end(at);
        while let Some(len) = memchr3(b':', b'#', b'\t', &self.bytes[at..line_end]) {
            at += len;
            match self.piece_end(start, at) {
                None => at += 1,
                Some(PieceEnd::Tab) => return None,
                Some(what) => return Some(Piece { end: at, what }),
            }
        }
        Some(Piece { end: line_end, what: PieceEnd::Line })
    }

    /// Finds the colon of a plain key, which is near.
    fn plain_key_end(&self) -> Result<Option<usize>, GivesUp> {
        let start = self.at;
        let mut at = start;
        loop {
            let rest = &self.bytes[at..];
            let Some(len) = rest.iter().position(|byte| KEY_STOPS[usize::from(*byte)]) else {
                return Ok(None);
            };
            at += len;
            match self.piece_end(start, at) {
                None => at += 1,
                Some(PieceEnd::Colon) => return Ok(Some(at)),
                Some(PieceEnd::Tab) => return Err(GivesUp),
                Some(PieceEnd::Line | PieceEnd::Comment) => return Ok(None),
            }
        }
    }

    /// Tells whether a plain scalar ends here, and with what.
    #[inline]
    fn piece_end(&self, start: usize, at: usize) -> Option<PieceEnd> {
        match self.byte(at) {
            b'\n' => Some(PieceEnd::Line),
            b':' if self.is_blank(at + 1) => Some(PieceEnd::Colon),
            b'#' if at > start && self.bytes[at - 1] == b' ' => Some(PieceEnd::Comment),
            b'\t' => Some(PieceEnd::Tab),
            _ => None,
        }
    }

    /// Reads a scalar or a flow collection, and goes on to the next line.
    fn value(&mut self) -> Option<()> {
        let top = self.levels.last()?;
        let (floor, how, is_kept) = (top.column + 1, top.how, top.keeps_next());
        if !top.is_awaiting {
            return None;
        }
        let value = match self.bytes[self.at] {
            b'|' | b'>' => self.block(floor, is_kept)?,
            quote @ (b'"' | b'\'') => self.quoted(quote, is_kept)?,
            b'[' | b'{' => self.flow(is_kept)?,
            _ if self.begins_plain() => self.plain(floor, how, is_kept)?,
            _ => return None,
        };
        self.levels.last_mut()?.accept(value);
        Some(())
    }

    fn plain(&mut self, floor: usize, how: Field, is_kept: bool) -> Option<Value> {
        let start = self.at;
        let piece = self.piece(start)?;
        if piece.what == PieceEnd::Colon {
            return None;
        }
        let first = self.text[start..piece.end].trim_end_matches(' ');
        self.pass_piece(&piece);
        let mut folded = String::new();
        if piece.what == PieceEnd::Line {
            self.fold_lines(floor, first, is_kept.then_some(&mut folded))?;
        }
        if !is_kept {
            // What is folded is a string, and what is checked here is not.
            check_value(first, Style::Plain).ok()?;
            return Some(Value::Null);
        }
        if !folded.is_empty() {
            return Some(Value::string(folded));
        }
        value_of(first, Style::Plain, how).ok()
    }

    /// Reads the further lines of a plain scalar, if there are any; writes all of it into `folded`.
    fn fold_lines(
        &mut self,
        floor: usize,
        first: &str,
        mut folded: Option<&mut String>,
    ) -> Option<()> {
        let mut n_breaks = 1;
        let mut start = self.at;
        loop {
            let line_start = start;
            start = self.spaces_end(start);
            self.looked_at = (line_start, start);
            match self.bytes.get(start) {
                None | Some(b'#') => return Some(()),
                Some(b'\t') => return None,
                Some(b'\n') => {
                    n_breaks += 1;
                    start += 1;
                    continue;
                }
                Some(_) if start - line_start < floor => return Some(()),
                Some(_) => {}
            }
            let piece = self.piece(start)?;
            if piece.what == PieceEnd::Colon {
                return None;
            }
            if let Some(folded) = &mut folded {
                if folded.is_empty() {
                    folded.push_str(first);
                }
                fold(n_breaks, |part| folded.push_str(part));
                folded.push_str(self.text[start..piece.end].trim_end_matches(' '));
            }
            n_breaks = 1;
            self.pass_piece(&piece);
            start = self.at;
            if piece.what == PieceEnd::Comment {
                return Some(());
            }
        }
    }

    fn quoted(&mut self, quote: u8, is_kept: bool) -> Option<Value> {
        let start = self.at + 1;
        let line_end = self.line_end(start);
        let len = self.quoted_stop(quote, start, line_end).map(|stop| stop - start);
        if let Some(len) = len
            && self.bytes[start + len] == quote
            && (quote == b'"' || self.byte(start + len + 1) != quote)
        {
            self.at = start + len + 1;
            self.end_line()?;
            let text = &self.text[start..start + len];
            return Some(if is_kept { Value::string(text) } else { Value::Null });
        }
        let mut text = String::new();
        self.quoted_lines(quote, is_kept.then_some(&mut text))?;
        self.end_line()?;
        Some(if is_kept { Value::string(text) } else { Value::Null })
    }

    /// Finds the next quote or backslash that counts.
    fn quoted_stop(&self, quote: u8, from: usize, line_end: usize) -> Option<usize> {
        let rest = &self.bytes[from..line_end];
        let len = if quote == b'"' { memchr2(quote, b'\\', rest) } else { memchr(quote, rest) };
        len.map(|len| from + len)
    }

    /// Reads a quoted scalar that has escapes, or goes over several lines.
    fn quoted_lines(&mut self, quote: u8, mut text: Option<&mut String>) -> Option<()> {
        let mut write = |part: &str| {
            if let Some(text) = &mut text {
                text.push_str(part);
            }
        };
        let mut at = self.at + 1;
        loop {
            let line_end = self.line_end(at);
            while let Some(stop) = self.quoted_stop(quote, at, line_end) {
                write(&self.text[at..stop]);
                if self.bytes[stop] == b'\\' {
                    let (c, len) = self.escape(stop + 1)?;
                    write(c.encode_utf8(&mut [0; 4]));
                    at = stop + 1 + len;
                } else if quote == b'\'' && self.byte(stop + 1) == quote {
                    write("'");
                    at = stop + 2;
                } else {
                    self.at = stop + 1;
                    return Some(());
                }
            }
            let last = self.text[at..line_end].trim_end_matches(' ');
            if last.ends_with('\t') {
                return None;
            }
            write(last);
            // The end of the text may come next, which closes no quote.
            let mut n_breaks = 1;
            let mut line_start = line_end + 1;
            at = line_start;
            loop {
                match self.bytes.get(at)? {
                    b' ' => at += 1,
                    b'\n' => {
                        n_breaks += 1;
                        at += 1;
                        line_start = at;
                    }
                    b'\t' => return None,
                    b'-' | b'.' if at == line_start => return None,
                    _ => break,
                }
            }
            fold(n_breaks, &mut write);
        }
    }

    /// Gives what an escape stands for that begins behind its backslash, and its length; only of the common ones.
    fn escape(&self, at: usize) -> Option<(char, usize)> {
        let c = match self.byte(at) {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'"' => '"',
            b'\\' => '\\',
            b'u' => {
                let digits = self.text.get(at + 1..at + 5)?;
                if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return None;
                }
                return Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, 5));
            }
            _ => return None,
        };
        Some((c, 1))
    }

    /// Reads a flow collection.
    fn flow(&mut self, is_kept: bool) -> Option<Value> {
        let text = &self.text[self.at..];
        let (value, len) = match text.as_bytes() {
            [b'[', b']', ..] => (Value::list(Vec::new()), 2),
            [b'{', b'}', ..] => (Value::Map(Map::new()), 2),
            // The keys within would have to be asked for.
            _ if is_kept && self.fields.is_some() => return None,
            _ => self.long_flow(text)?,
        };
        self.at += len;
        self.end_line()?;
        Some(value)
    }

    fn long_flow(&self, text: &str) -> Option<(Value, usize)> {
        let (value, len) = compose_flow(text, self.is_ascii)?;
        let read = &text.as_bytes()[..len];
        let is_odd = memchr2_iter(b'[', b'{', read).count() > MAX_LEVELS
            || (memchr(b'\n', read).is_some() && memchr(b'\t', read).is_some());
        (!is_odd).then_some((value, len))
    }

    /// Reads a block.
    fn block(&mut self, floor: usize, is_kept: bool) -> Option<Value> {
        let is_folded = self.bytes[self.at] == b'>';
        self.at += 1;
        let chomp = self.byte(self.at);
        if let b'+' | b'-' = chomp {
            self.at += 1;
        }
        self.skip_spaces();
        if self.byte(self.at) != b'\n' {
            return None;
        }
        self.pass_line();
        let mut text = String::new();
        // The breaks that stand before the next line, the last line's own one included.
        let mut n_breaks = 0;
        let mut has_content = false;
        let mut is_foldable = false;
        let mut indent = None;
        let mut deepest = 0;
        loop {
            let line_start = self.at;
            let limit = indent.map_or(self.bytes.len(), |indent| line_start + indent);
            let start = self.spaces_end(line_start).min(limit);
            match self.bytes.get(start) {
                None => {
                    self.at = self.bytes.len();
                    break;
                }
                Some(b'\n') => {
                    deepest = deepest.max(start - line_start);
                    n_breaks += 1;
                    self.at = start + 1;
                    continue;
                }
                Some(b'\t') if start < limit => return None,
                Some(_) => {}
            }
            let column = start - line_start;
            let indent = *indent.get_or_insert_with(|| deepest.max(column).max(floor));
            if column < indent {
                break;
            }
            has_content = true;
            let end = self.line_end(start);
            if is_kept {
                let was_foldable = is_foldable;
                is_foldable = is_folded && !self.is_blank(start);
                if was_foldable && is_foldable {
                    fold(n_breaks, |part| text.push_str(part));
                } else {
                    text.extend(std::iter::repeat_n('\n', n_breaks));
                }
                text.push_str(&self.text[start..end]);
            }
            n_breaks = usize::from(end < self.bytes.len());
            self.at = (end + 1).min(self.bytes.len());
        }
        let n_kept = match chomp {
            b'-' => 0,
            b'+' => n_breaks,
            _ => n_breaks.min(usize::from(has_content)),
        };
        if !is_kept {
            return Some(Value::Null);
        }
        text.extend(std::iter::repeat_n('\n', n_kept));
        Some(Value::string(text))
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::Field;
    use crate::compose::{Fields, compose};
    use crate::reader::with_input;

    /// Lines and parts of lines, of which documents are made.
    const PARTS: [&str; 79] = [
        "\n",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\n      ",
        "\n   ",
        " ",
        "  ",
        "- ",
        "- ",
        "-",
        "- - ",
        "a: ",
        "b: ",
        "a:\n",
        "b:\n  ",
        "c:\n    ",
        "a:\n- ",
        "\"q\": ",
        "'s': ",
        "a:",
        ":",
        ": ",
        "#",
        " # c",
        "|\n",
        "|-\n  ",
        "|+\n    ",
        ">\n  ",
        "| \n",
        "|2\n",
        "\n\n",
        "\t",
        "x",
        "word",
        "two words",
        "1",
        "0x1f",
        "1.50",
        ".inf",
        "-.5",
        "~",
        "null",
        "yes",
        "2024-01-02",
        "<<: ",
        "\"t\\n\"",
        "'it''s'",
        "\"\\u00e9\"",
        "\"\\x\"",
        "\"open",
        "[a, 1]",
        "{a: b}",
        "[]",
        "{}",
        "[a",
        "[a]: ",
        "[[{c: [d]}]] # x",
        "*x",
        "&x ",
        "!t ",
        "? ",
        "---",
        "---\n",
        "\n---\n",
        "%",
        "@",
        "é: ü",
        "a\\b",
        "\n# c\n",
        "'",
        "'l1 \n\n  l2'",
        "\"l1\\n\n   l2\n",
        "[a,\n b]\n",
        ":x",
        "?x",
        "123456789012345678901234567890: ",
    ];

    fn head(path: &[&str]) -> Field {
        match path {
            ["a"] => Field::Texts,
            ["c"] | ["a", "b"] => Field::Text,
            ["b", ..] => Field::Any,
            _ => Field::Skipped,
        }
    }

    #[test]
    fn what_is_read_line_by_line_is_read_alike() {
        let ways: [Option<Fields<'_>>; 3] = [None, Some(&head), Some(&|_| Field::Skipped)];
        let (mut state, mut n_read) = (1_u64, 0);
        for _ in 0..150_000 {
            let mut text = String::new();
            for _ in 0..=state >> 60 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let part = usize::try_from(state >> 40).unwrap() % PARTS.len();
                text.push_str(PARTS[part]);
            }
            for fields in ways {
                let found = with_input(text.as_bytes(), |input| read(input, fields));
                if let Some(value) = found {
                    n_read += 1;
                    let slowly = with_input(text.as_bytes(), |input| compose(input, fields));
                    assert_eq!(slowly, Ok(Some(value)), "{text:?}");
                }
            }
        }
        assert!(n_read > 20_000, "only {n_read}");
    }
}
