//! Keys and scalars: plain, quoted, in blocks; flow collections, which are left to the event reader.

use memchr::{memchr, memchr2, memchr2_iter, memchr3};

use super::{GivesUp, MAX_KEY_BYTES, MAX_LEVELS, Reader, bytes_of};
use crate::compose::{check_value, compose_flow, value_of};
use crate::resolve::Resolved;
use crate::scanner::Style;
use crate::{Field, Map, Value};

/// Bytes that may end a plain key, or make it none.
const KEY_STOPS: [bool; 256] = bytes_of(b"\n\t:#");

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
    /// Gives the key that stands here, how it is written, and where its colon is.
    pub(super) fn key(&self) -> Result<Option<(&'a str, Style, usize)>, GivesUp> {
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

    /// Goes on to the line behind the one that a part of a scalar ends.
    fn pass_piece(&mut self, piece: &Piece) {
        self.at = piece.end;
        if piece.what == PieceEnd::Line {
            self.at = (piece.end + 1).min(self.bytes.len());
        } else {
            self.pass_line();
        }
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
    pub(super) fn value(&mut self) -> Option<()> {
        let top = self.levels.last()?;
        let (floor, how) = (top.column + 1, top.how);
        let is_kept = self.built.len() == self.levels.len() && how != Field::Skipped;
        if !top.is_awaiting {
            return None;
        }
        if is_kept && self.show.is_some() {
            return if how == Field::Text { self.shown_text(floor - 1) } else { None };
        }
        let value = match self.bytes[self.at] {
            b'|' | b'>' => self.block(floor, is_kept)?,
            quote @ (b'"' | b'\'') => self.quoted(quote, is_kept)?,
            b'[' | b'{' => self.flow(is_kept)?,
            _ if self.begins_plain() => self.plain(floor, how, is_kept)?,
            _ => return None,
        };
        self.accept(value);
        Some(())
    }

    /// Shows a string on one line.
    fn shown_text(&mut self, outer: usize) -> Option<()> {
        let start = self.at;
        if !self.common_value(outer) {
            return None;
        }
        let line_end = memchr(b'\n', &self.bytes[start..])? + start;
        let text = self.text[start..line_end].trim_end_matches(' ');
        let text = match text.as_bytes() {
            [b'"' | b'\'', .., _] => &text[1..text.len() - 1],
            _ if Resolved::of_plain(text) == Resolved::String => text,
            _ => return None,
        };
        self.show(text);
        self.accept(Value::Null);
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
