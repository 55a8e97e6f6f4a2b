//! TOML as a value: integers are `int64`, floats `float64`, dates and times `time.Time`.
//!
//! Text is read once from left to right, as far as the first thing that is wrong; the error has `BurntSushi`'s words, its
//! line and the key it was at.
//!
//! Source: `lex.go` and `parse.go` in BurntSushi/toml.

use pintle_gotmpl::Value;
use pintle_gotmpl::value::number::{quote, quote_rune};

use super::super::unicode::is_letter;
use super::tables::{Key, Tables, quoted};
use super::{MAX_DEPTH, STACK};
use crate::world::World;

/// Reads a TOML document into a `map[string]interface {}`.
///
/// # Errors
///
/// `BurntSushi`'s texts, such as `toml: line 1 (last key "a"): expected value but found 'x' instead`.
pub(crate) fn from_toml(text: &[u8], world: &dyn World) -> Result<Value, String> {
    let text = match text {
        // A byte order mark. TOML is never UTF-16, whose marks are taken away to find zeros behind them.
        [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] | [0xef, 0xbb, 0xbf, rest @ ..] => rest,
        _ => text,
    };
    if text.iter().take(6).any(|byte| *byte == 0) {
        return Err("toml: line 1: files cannot contain NULL bytes; probably using UTF-16; \
                    TOML files must be UTF-8"
            .to_owned());
    }
    stacker::maybe_grow(STACK, STACK, || {
        let mut reader = Reader {
            text,
            world,
            at: 0,
            line: 1,
            is_at_end: false,
            key_line: 1,
            tables: Tables::default(),
            key: String::new(),
            depth: 0,
        };
        match reader.document() {
            Ok(()) => Ok(reader.tables.into_value()),
            Err(error) => {
                let key = reader.tables.current(&reader.key);
                let key = if key.is_empty() { key } else { format!(" (last key {})", quote(&key)) };
                Err(format!("toml: line {}{key}: {}", error.line, error.message))
            }
        }
    })
}

/// What is wrong, and the line where `BurntSushi` sees it.
pub(super) struct Wrong {
    message: String,
    line: usize,
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a [u8],
    pub(super) world: &'a dyn World,
    pub(super) at: usize,
    /// the line of the last character that was looked at
    line: usize,
    /// the end was read, and not put back
    is_at_end: bool,
    /// the line of the last key
    key_line: usize,
    tables: Tables,
    /// the last part of the key whose value is read
    key: String,
    depth: usize,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Wrong> {
        loop {
            match self.next()? {
                Some(' ' | '\t' | '\n' | '\r') => {}
                Some('#') => self.comment()?,
                Some('[') => self.table_header()?,
                None => return Ok(()),
                Some(_) => {
                    self.back();
                    self.key_and_value()?;
                    self.end_of_line()?;
                }
            }
        }
    }

    /// Reads one character, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<char>, Wrong> {
        let Some(&first) = self.text.get(self.at) else {
            self.is_at_end = true;
            return Ok(None);
        };
        if first == b'\n' {
            self.line += 1;
        }
        let width = match first {
            0..0x80 => 1,
            0xf0.. => 4,
            0xe0.. => 3,
            _ => 2,
        };
        let character = self.text.get(self.at..self.at + width);
        let Some(c) = character
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .and_then(|text| text.chars().next())
        else {
            return Err(self.wrong(format!("invalid UTF-8 byte: 0x{first:02x}")));
        };
        let is_lone_return = c == '\r' && self.text.get(self.at + 1) != Some(&b'\n');
        if is_lone_return || c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n') {
            let code = u32::from(c);
            return Err(
                self.wrong(format!("TOML files cannot contain control characters: '0x{code:02x}'"))
            );
        }
        self.at += width;
        Ok(Some(c))
    }

    /// Puts the last character back.
    pub(super) fn back(&mut self) {
        if std::mem::take(&mut self.is_at_end) {
            return;
        }
        self.at = self.at.saturating_sub(1);
        while self.at > 0 && self.text.get(self.at).is_some_and(|byte| byte & 0xc0 == 0x80) {
            self.at -= 1;
        }
        if self.text.get(self.at) == Some(&b'\n') {
            self.line -= 1;
        }
    }

    pub(super) fn peek(&mut self) -> Result<Option<char>, Wrong> {
        let c = self.next()?;
        self.back();
        Ok(c)
    }

    /// Reads the next character if it is `expected`.
    pub(super) fn accept(&mut self, expected: char) -> Result<bool, Wrong> {
        let is_expected = self.next()? == Some(expected);
        if !is_expected {
            self.back();
        }
        Ok(is_expected)
    }

    pub(super) fn skip_while(&mut self, is_skipped: impl Fn(char) -> bool) -> Result<(), Wrong> {
        while self.next()?.is_some_and(&is_skipped) {}
        self.back();
        Ok(())
    }

    fn skip_space(&mut self) -> Result<(), Wrong> {
        self.skip_while(|c| matches!(c, ' ' | '\t'))
    }

    pub(super) fn since(&self, start: usize) -> &[u8] {
        &self.text[start..self.at]
    }

    /// Says what is wrong here. At the end, that is the last line with text.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Wrong {
        let ends_line = self.is_at_end && self.at > 0 && self.text[self.at - 1] == b'\n';
        Wrong { message: message.into(), line: self.line - usize::from(ends_line) }
    }

    /// Says what is wrong in the line before, whose end was read.
    pub(super) fn wrong_before(&self, message: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), line: self.line.saturating_sub(1) }
    }

    /// Says what is wrong with a token.
    pub(super) fn wrong_token(&self, message: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), line: self.line }
    }

    /// Says what is wrong with a key.
    fn wrong_key(&self, message: String) -> Wrong {
        Wrong { message, line: self.key_line }
    }

    /// Reads up to the end of the line, which stays.
    fn comment(&mut self) -> Result<(), Wrong> {
        self.skip_while(|c| !matches!(c, '\n' | '\r'))
    }

    /// Reads space, a comment and the end of a line.
    fn end_of_line(&mut self) -> Result<(), Wrong> {
        loop {
            match self.next()? {
                Some('#') => return self.comment(),
                Some(' ' | '\t') => {}
                Some('\n' | '\r') => return Ok(()),
                None => {
                    self.back();
                    return Ok(());
                }
                c => {
                    return Err(self.wrong(format!(
                        "expected a top-level item to end with a newline, comment, or EOF, \
                         but got {} instead",
                        quote_char(c)
                    )));
                }
            }
        }
    }

    fn table_header(&mut self) -> Result<(), Wrong> {
        let in_array = self.accept('[')?;
        let mut key = Key::new();
        loop {
            self.skip_space()?;
            match self.peek()? {
                Some(']') | None => {
                    return Err(
                        self.wrong("unexpected end of table name (table names cannot be empty)")
                    );
                }
                Some('.') => {
                    return Err(
                        self.wrong("unexpected table separator (table names cannot be empty)")
                    );
                }
                Some(_) => self.key_part(&mut key)?,
            }
            self.skip_space()?;
            match self.next()? {
                Some('.') => {}
                Some(']') => break,
                c => {
                    return Err(self.wrong(format!(
                        "expected '.' or ']' to end table name, but got {} instead",
                        quote_char(c)
                    )));
                }
            }
        }
        if in_array {
            let c = self.next()?;
            if c != Some(']') {
                return Err(self.wrong(format!(
                    "expected end of table array name delimiter ']', but got {} instead",
                    quote_char(c)
                )));
            }
        }
        self.tables.open(&key, in_array).map_err(|message| self.wrong_key(message))?;
        self.tables.note_type("", false);
        self.end_of_line()
    }

    /// Reads one part of a key, quoted or bare. A bare one may be empty: what follows is wrong then.
    fn key_part(&mut self, key: &mut Key) -> Result<(), Wrong> {
        let part = match self.next()? {
            Some('"') => self.string()?,
            Some('\'') => self.raw_string()?,
            _ => {
                self.back();
                let start = self.at;
                self.skip_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))?;
                String::from_utf8_lossy(self.since(start)).into_owned()
            }
        };
        if key.is_empty() {
            self.key_line = self.line;
        }
        key.push(part);
        if key.len() > MAX_DEPTH {
            return Err(self.too_deep());
        }
        Ok(())
    }

    fn too_deep(&self) -> Wrong {
        self.wrong(format!("exceeded max depth of {MAX_DEPTH}"))
    }

    /// Reads `key = value` and sets it in the open table.
    fn key_and_value(&mut self) -> Result<(), Wrong> {
        let outer = self.tables.context.clone();
        self.pair()?;
        self.tables.context = outer;
        self.key.clear();
        Ok(())
    }

    /// Reads `key = value`, opens the tables of the longer key and sets the value. They stay open, for error texts.
    fn pair(&mut self) -> Result<(Key, Value), Wrong> {
        self.skip_space()?;
        match self.peek()? {
            Some('=') | None => {
                return Err(self.wrong("unexpected '=': key name appears blank"));
            }
            Some('.') => {
                return Err(self.wrong("unexpected '.': keys cannot start with a '.'"));
            }
            _ => {}
        }
        let mut key = Key::new();
        loop {
            self.skip_space()?;
            match self.peek()? {
                Some('=') | None => return Err(self.wrong("unexpected '='")),
                Some('.') => return Err(self.wrong("unexpected '.'")),
                _ => self.key_part(&mut key)?,
            }
            self.skip_space()?;
            match self.next()? {
                Some('.') => {}
                Some('=') => break,
                None => {
                    return Err(self.wrong("unexpected EOF; expected key separator '='"));
                }
                c => {
                    let message = format!("expected '.' or '=', but got {} instead", quote_char(c));
                    return Err(if c == Some('\n') {
                        self.wrong_before(message)
                    } else {
                        self.wrong(message)
                    });
                }
            }
        }
        let (last, parents) = key.split_last().expect("a key has a part");
        self.key.clone_from(last);
        for part in parents {
            let mut table = self.tables.context.clone();
            table.push(part.clone());
            self.tables.open_implicitly(&table).map_err(|message| self.wrong_key(message))?;
        }
        let (value, is_array) = self.value(false)?;
        let name = self.key.clone();
        self.tables.set(&name, Some(value.clone())).map_err(|message| self.wrong_key(message))?;
        self.tables.note_type(&name, is_array);
        Ok((key, value))
    }

    /// Reads a value, and tells whether it is an array.
    fn value(&mut self, is_in_array: bool) -> Result<(Value, bool), Wrong> {
        self.skip_space()?;
        let start = self.at;
        let c = self.next()?;
        let value = match c {
            Some('0'..='9') => {
                self.back();
                self.number_or_date()?
            }
            Some('[') => return Ok((self.nested(Self::array)?, true)),
            Some('{') => self.nested(|reader| reader.inline_table(is_in_array))?,
            Some('"') => {
                if self.accept('"')? {
                    if self.accept('"')? {
                        Value::string(self.multiline_string()?)
                    } else {
                        Value::string("")
                    }
                } else {
                    Value::string(self.string()?)
                }
            }
            Some('\'') => {
                if self.accept('\'')? {
                    if self.accept('\'')? {
                        Value::string(self.multiline_raw_string()?)
                    } else {
                        Value::string("")
                    }
                } else {
                    Value::string(self.raw_string()?)
                }
            }
            Some('.') => return Err(self.wrong("floats must start with a digit, not '.'")),
            Some('+' | '-') => self.signed_number(start)?,
            Some(c) if is_letter(c) => {
                let is_special = matches!(c, 'i' | 'n')
                    && (self.accept('n')? && self.accept('f')?
                        || self.accept('a')? && self.accept('n')?);
                if is_special { self.float(start)? } else { self.word()? }
            }
            None => return Err(self.wrong("unexpected EOF; expected value")),
            Some(c) => {
                let message = format!("expected value but found {} instead", quote_char(Some(c)));
                return Err(if c == '\n' {
                    self.wrong_before(message)
                } else {
                    self.wrong(message)
                });
            }
        };
        Ok((value, false))
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Wrong>,
    ) -> Result<Value, Wrong> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Value, Wrong> {
        let name = self.key.clone();
        self.tables.note_type(&name, true);
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Some(' ' | '\t' | '\n' | '\r') => continue,
                Some('#') => {
                    self.comment()?;
                    continue;
                }
                Some(',') => return Err(self.wrong("unexpected comma")),
                Some(']') => return Ok(Value::list(items)),
                _ => self.back(),
            }
            items.push(self.value(true)?.0);
            loop {
                match self.next()? {
                    Some(' ' | '\t' | '\n' | '\r') => {}
                    Some('#') => self.comment()?,
                    Some(',') => break,
                    Some(']') => return Ok(Value::list(items)),
                    c => {
                        return Err(self.wrong(format!(
                            "expected a comma (',') or array terminator (']'), but got {}",
                            char_or_end(c)
                        )));
                    }
                }
            }
        }
    }

    fn inline_table(&mut self, is_in_array: bool) -> Result<Value, Wrong> {
        let outer = self.tables.context.clone();
        let outer_key = std::mem::take(&mut self.key);
        let mut context = outer.clone();
        context.push(outer_key.clone());
        self.tables.note_implicit(&context);
        self.tables.context.clone_from(&context);
        self.tables.open(&context, is_in_array).map_err(|message| self.wrong_key(message))?;
        let table = Value::map::<&str>([]);
        self.inline_entries(&table, &context)?;
        self.tables.context = outer;
        self.key = outer_key;
        Ok(table)
    }

    fn inline_entries(&mut self, table: &Value, context: &Key) -> Result<(), Wrong> {
        loop {
            match self.next()? {
                Some(' ' | '\t' | '\n' | '\r') => continue,
                Some('#') => {
                    self.comment()?;
                    continue;
                }
                Some(',') => return Err(self.wrong("unexpected comma")),
                Some('}') => return Ok(()),
                _ => self.back(),
            }
            let (key, value) = self.pair()?;
            self.set_inline(table, &key, value)?;
            self.tables.context.clone_from(context);
            loop {
                match self.next()? {
                    Some(' ' | '\t' | '\n' | '\r') => {}
                    Some('#') => self.comment()?,
                    Some(',') => {
                        self.skip_space()?;
                        if self.peek()? != Some('}') {
                            break;
                        }
                    }
                    Some('}') => return Ok(()),
                    c => {
                        return Err(self.wrong(format!(
                            "expected a comma or an inline table terminator '}}', \
                             but got {} instead",
                            char_or_end(c)
                        )));
                    }
                }
            }
        }
    }

    /// Sets a key of an inline table, whose value is made apart from the tables of the document.
    fn set_inline(&self, table: &Value, key: &Key, value: Value) -> Result<(), Wrong> {
        let (last, parents) = key.split_last().expect("a key has a part");
        let mut table = table.clone();
        for part in parents {
            let map = table.as_map().ok_or_else(|| self.not_a_table())?;
            if !map.contains_key(part) {
                map.insert(part.as_str(), Value::map::<&str>([]));
            }
            table = map.get(part).unwrap_or(Value::Nil);
        }
        let map = table.as_map().ok_or_else(|| self.not_a_table())?;
        map.insert(last.as_str(), value);
        Ok(())
    }

    fn not_a_table(&self) -> Wrong {
        self.wrong_key(format!("{} is not a table", quoted(&self.tables.context)))
    }
}

/// Quotes a character as Go's `%q` does; the end of the text is a zero there.
pub(super) fn quote_char(c: Option<char>) -> String {
    quote_rune(c.map_or(0, u32::from))
}

fn char_or_end(c: Option<char>) -> String {
    c.map_or_else(|| "end of file".to_owned(), |c| format!("'{c}'"))
}
