//! The little language of `--set` and its sisters: `a.b[0]=1,c={x,y}`.
//!
//! Every line is merged into values that are there already. Keys are separated by dots, list places
//! stand in brackets, a backslash takes the next character as it is (not in `--set-literal`), and a
//! comma ends a value. What the sisters differ in is only how a value is read.
//!
//! Source: `pkg/strvals` of Helm; both versions share it but for one case, see
//! [`ValueRules::rejects_open_index`].

use std::ops::Range;
use std::sync::Arc;

use pintle_yaml::{Map, Value};

use crate::quote::{Quoted, QuotedChar};
use crate::show::type_name;
use crate::stack;
use crate::values::ValueRules;

/// The largest number of dots in a key.
pub const MAX_NESTED_NAME_LEVEL: usize = 30;

/// The largest place in a list that can be set.
pub const MAX_INDEX: i64 = 65_536;

/// The largest number of brackets and dots in one key, which Helm does not limit for brackets.
pub const MAX_KEY_DEPTH: usize = 1_000;

/// The largest number of nulls one line may fill lists up with, which Helm does not limit.
pub const MAX_PADDING: usize = 4 * 1024 * 1024;

/// A line that cannot be read, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// a key with nothing after it
    #[error("key {} has no value", Quoted(.0))]
    NoValue(String),
    /// a key with a comma after it
    #[error("key {} has no value (cannot end with ,)", Quoted(.0))]
    CommaAfterKey(String),
    /// a key and a dot with no name after it
    #[error("key map {} has no value", Quoted(.0))]
    EmptyMap(String),
    /// more dots than [`MAX_NESTED_NAME_LEVEL`]
    #[error(
        "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
    )]
    NestedTooDeep,
    /// a key into something that is neither map nor list
    #[error("unable to parse key: interface conversion: interface {{}} is {is}, not {wanted}")]
    Conversion {
        /// Go's type of what is there
        is: &'static str,
        /// Go's type of what the key needs
        wanted: &'static str,
    },
    /// a list place that is no number
    #[error("error parsing index: strconv.Atoi: parsing {}: invalid syntax", Quoted(.0))]
    IndexSyntax(String),
    /// a list place beyond 64 bits
    #[error("error parsing index: strconv.Atoi: parsing {}: value out of range", Quoted(.0))]
    IndexRange(String),
    /// a list place without its closing bracket
    #[error("error parsing index: EOF")]
    IndexOpen,
    /// a list place below zero
    #[error("negative {0} index not allowed")]
    IndexNegative(i64),
    /// a list place beyond [`MAX_INDEX`]
    #[error("index of {0} is greater than maximum supported index of {MAX_INDEX}")]
    IndexTooLarge(i64),
    /// something between a closing bracket and the next `[`, `.` or `=`
    #[error("unexpected data at end of array index: {}", quoted_runes(.0))]
    AfterIndex(String),
    /// a list without its closing brace
    #[error("list must terminate with '}}'")]
    ListOpen,
    /// a value of `--set-json` that is no JSON
    #[error("invalid JSON value")]
    Json,
    /// what reading a file said
    #[error("{0}")]
    File(String),
    /// a line beyond a limit of ours that Helm does not have
    #[error("{limit} exceeded: the limit is {maximum}")]
    Limit {
        /// what is limited: `key depth`, `list padding`
        limit: &'static str,
        /// the largest amount allowed
        maximum: usize,
    },
}

/// How Go's `%q` shows a list of characters.
fn quoted_runes(text: &str) -> String {
    let runes: Vec<_> = text.chars().map(|c| QuotedChar(c).to_string()).collect();
    format!("[{}]", runes.join(" "))
}

/// Reads the file that a value of `--set-file` names, or says why it cannot.
pub type ReadFile<'r> = &'r mut dyn FnMut(&str) -> Result<Vec<u8>, String>;

/// Merges a line of `--set` into `values`: integers, booleans and null are recognised.
///
/// # Errors
///
/// Any [`SetError`] but [`SetError::Json`] and [`SetError::File`]. `values` may have been changed.
pub fn parse_into(line: &str, values: &mut Map, rules: ValueRules) -> Result<(), SetError> {
    Parser::new(line, Reading::Typed, rules).run(values)
}

/// Merges a line of `--set-string` into `values`: every value is a string.
///
/// # Errors
///
/// As [`parse_into`].
pub fn parse_string_into(line: &str, values: &mut Map, rules: ValueRules) -> Result<(), SetError> {
    Parser::new(line, Reading::String, rules).run(values)
}

/// Merges a line of `--set-json` into `values`: every value is JSON, an empty one is null.
///
/// # Errors
///
/// As [`parse_into`], and [`SetError::Json`].
pub fn parse_json_into(line: &str, values: &mut Map, rules: ValueRules) -> Result<(), SetError> {
    Parser::new(line, Reading::Json, rules).run(values)
}

/// Merges a line of `--set-file` into `values`: every value names a file whose text is taken.
///
/// # Errors
///
/// As [`parse_into`], and [`SetError::File`] with what `read` said.
pub fn parse_file_into(
    line: &str,
    values: &mut Map,
    rules: ValueRules,
    read: ReadFile<'_>,
) -> Result<(), SetError> {
    Parser::new(line, Reading::File(read), rules).run(values)
}

/// Merges a line of `--set-literal` into `values`: all after the first `=` is one string.
///
/// # Errors
///
/// As [`parse_into`].
pub fn parse_literal_into(line: &str, values: &mut Map, rules: ValueRules) -> Result<(), SetError> {
    Parser::new(line, Reading::Literal, rules).run(values)
}

/// A value of a line, as it is met: where its key and it stand in the line, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// Is given each value of a line, and gives what is set in its place.
pub(crate) type Marker<'r> = &'r mut dyn FnMut(Met, Value) -> Value;

/// Merges a line as the flag does that it was given with, but sets what `marker` makes of each value.
///
/// # Errors
///
/// As the flag's own function.
pub(crate) fn parse_marked_into(
    line: &str,
    flag: SetFlag,
    values: &mut Map,
    rules: ValueRules,
    read: ReadFile<'_>,
    marker: Marker<'_>,
) -> Result<(), SetError> {
    let reading = match flag {
        SetFlag::Json => Reading::Json,
        SetFlag::Typed => Reading::Typed,
        SetFlag::String => Reading::String,
        SetFlag::File => Reading::File(read),
        SetFlag::Literal => Reading::Literal,
    };
    Parser { marker: Some(marker), ..Parser::new(line, reading, rules) }.run(values)
}

/// The flags of the family of `--set`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetFlag {
    /// `--set-json`
    Json,
    /// `--set`
    Typed,
    /// `--set-string`
    String,
    /// `--set-file`
    File,
    /// `--set-literal`
    Literal,
}

impl SetFlag {
    /// Gives the flag as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "--set-json",
            Self::Typed => "--set",
            Self::String => "--set-string",
            Self::File => "--set-file",
            Self::Literal => "--set-literal",
        }
    }
}

/// How values are read.
enum Reading<'r> {
    Typed,
    String,
    Json,
    File(ReadFile<'r>),
    Literal,
}

/// Why a key was not read to its end.
enum Stop {
    /// The line ended, which is no error in itself.
    End,
    Error(SetError),
}

impl From<SetError> for Stop {
    fn from(error: SetError) -> Self {
        Self::Error(error)
    }
}

struct Parser<'a, 'r> {
    rest: &'a str,
    reading: Reading<'r>,
    marker: Option<Marker<'r>>,
    line: &'a str,
    /// where the key begins that is being read
    key_start: usize,
    rejects_open_index: bool,
    /// Brackets and dots around the current key.
    depth: usize,
    /// Nulls put into lists so far.
    padding: usize,
}

impl<'a, 'r> Parser<'a, 'r> {
    fn new(line: &'a str, reading: Reading<'r>, rules: ValueRules) -> Self {
        let rejects_open_index = rules.rejects_open_index;
        Self {
            rest: line,
            reading,
            marker: None,
            line,
            key_start: 0,
            rejects_open_index,
            depth: 0,
            padding: 0,
        }
    }

    fn run(mut self, values: &mut Map) -> Result<(), SetError> {
        loop {
            self.key_start = self.at();
            match self.key(values, 0) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::Error(error)) => return Err(error),
            }
        }
    }

    /// Reads one key and its value into `data`.
    fn key(&mut self, data: &mut Map, level: usize) -> Result<(), Stop> {
        let stops: &[char] =
            if self.is_literal() { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (key, stop) = self.take_until(stops);
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None => Err(SetError::NoValue(key).into()),
            Some('[') => self.list_key(data, &key, level),
            Some('.') => self.map_key(data, &key, level + 1),
            Some(',') => Err(SetError::CommaAfterKey(key).into()),
            Some(_) => {
                // Go takes nothing behind the last `=` for the end of all: items of lists around it stay as they are.
                let is_end = self.rest.is_empty()
                    && !matches!(self.reading, Reading::Json | Reading::Literal);
                let value = self.value()?;
                set(data, &key, value);
                if is_end { Err(Stop::End) } else { Ok(()) }
            }
        }
    }

    /// Goes on after `key.`
    fn map_key(&mut self, data: &mut Map, key: &str, level: usize) -> Result<(), Stop> {
        if level > MAX_NESTED_NAME_LEVEL {
            return Err(SetError::NestedTooDeep.into());
        }
        let (existed, mut inner) = match data.get_mut(key) {
            None => (false, Map::new()),
            Some(Value::Map(map)) => (true, std::mem::take(map)),
            Some(other) => return Err(not_a(other, "map[string]interface {}")),
        };
        let result = self.deeper(|parser| parser.key(&mut inner, level));
        let is_empty = inner.is_empty();
        if existed {
            data.insert(key, inner.into());
        } else if !is_empty {
            set(data, key, inner.into());
        }
        if result.is_ok() && is_empty {
            return Err(SetError::EmptyMap(key.to_owned()).into());
        }
        result
    }

    /// Goes on after `key[`
    fn list_key(&mut self, data: &mut Map, key: &str, level: usize) -> Result<(), Stop> {
        let index = self.index()?;
        let (existed, mut items) = match data.get_mut(key) {
            None => (false, Vec::new()),
            Some(Value::List(list)) => (true, Arc::unwrap_or_clone(std::mem::take(list))),
            Some(other) => return Err(not_a(other, "[]interface {}")),
        };
        let result = self.list_item(&mut items, index, level);
        if existed {
            data.insert(key, Value::list(items));
        } else {
            set(data, key, Value::list(items));
        }
        result
    }

    /// Reads what stands in a list at `index`, from behind the closing bracket.
    fn list_item(&mut self, items: &mut Vec<Value>, index: i64, level: usize) -> Result<(), Stop> {
        let Ok(place) = usize::try_from(index) else {
            return Err(SetError::IndexNegative(index).into());
        };
        let (between, stop) = self.take_until(&['[', '.', '=']);
        if !between.is_empty() {
            return Err(SetError::AfterIndex(between).into());
        }
        match stop {
            None => Err(Stop::End),
            Some('[') => {
                let next = self.index()?;
                let existed = items.get(place).is_some_and(|item| !item.is_null());
                let mut inner = match items.get_mut(place) {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::List(list)) => Arc::unwrap_or_clone(std::mem::take(list)),
                    Some(other) => return Err(not_a(other, "[]interface {}")),
                };
                let result = self.deeper(|parser| parser.list_item(&mut inner, next, level));
                if result.is_ok() || existed {
                    self.set_index(items, index, Value::list(inner))?;
                }
                result
            }
            Some('.') => {
                let mut inner = match items.get_mut(place) {
                    Some(Value::Map(map)) => std::mem::take(map),
                    _ => Map::new(),
                };
                let result = self.deeper(|parser| parser.key(&mut inner, level));
                if result.is_ok() || place < items.len() {
                    self.set_index(items, index, inner.into())?;
                }
                result
            }
            Some(_) => {
                let value = self.value()?;
                self.set_index(items, index, value)?;
                Ok(())
            }
        }
    }

    fn set_index(
        &mut self,
        items: &mut Vec<Value>,
        index: i64,
        value: Value,
    ) -> Result<(), SetError> {
        if index > MAX_INDEX {
            return Err(SetError::IndexTooLarge(index));
        }
        let place = usize::try_from(index).map_err(|_| SetError::IndexNegative(index))?;
        if items.len() <= place {
            self.padding += place - items.len();
            if self.padding > MAX_PADDING {
                return Err(SetError::Limit { limit: "list padding", maximum: MAX_PADDING });
            }
            items.resize(place + 1, Value::Null);
        }
        items[place] = value;
        Ok(())
    }

    /// Reads the number of a list place and its closing bracket.
    fn index(&mut self) -> Result<i64, Stop> {
        let (text, stop) = self.take_until(&[']']);
        if stop.is_none() {
            // Helm 4 mistakes this for the end of the line, which is no error.
            let open = if self.rejects_open_index { SetError::IndexOpen.into() } else { Stop::End };
            return Err(open);
        }
        text.parse().map_err(|_| {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
            // Go reads digit by digit, and sees what is too large before what is no digit.
            let len = digits.bytes().take_while(u8::is_ascii_digit).count();
            let is_number =
                len > 0 && (len == digits.len() || digits[..len].parse::<u64>().is_err());
            let error = if is_number { SetError::IndexRange } else { SetError::IndexSyntax };
            error(text.clone()).into()
        })
    }

    /// Tells where in the line reading is, in bytes.
    fn at(&self) -> usize {
        self.line.len() - self.rest.len()
    }

    /// Reads what stands after `=`, and the comma after it.
    fn value(&mut self) -> Result<Value, SetError> {
        let start = self.at();
        let value = self.unmarked_value()?;
        let end = self.at();
        let is_literal = self.is_literal();
        let Some(marker) = &mut self.marker else { return Ok(value) };
        let taken = self.line.get(start..end).unwrap_or_default();
        let text = match taken.trim_end().strip_suffix(',') {
            Some(text) if !is_literal && !text.ends_with('\\') => text,
            _ => taken,
        };
        let key = self.key_start..start.saturating_sub(1).max(self.key_start);
        Ok(marker(Met { key, value: start..start + text.len() }, value))
    }

    fn unmarked_value(&mut self) -> Result<Value, SetError> {
        match self.reading {
            Reading::Json => return self.json_value(),
            Reading::Literal => return Ok(Value::string(std::mem::take(&mut self.rest))),
            Reading::Typed | Reading::String | Reading::File(_) => {}
        }
        if self.rest.is_empty() {
            return Ok(Value::string(""));
        }
        if !self.rest.starts_with('{') {
            let (text, _) = self.take_until(&[',']);
            return self.scalar(&text);
        }
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.take_until(&[',', '}']);
            let Some(stop) = stop else { return Err(SetError::ListOpen) };
            if stop == '}' {
                self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
            }
            items.push(self.scalar(&text)?);
            if stop == '}' {
                return Ok(Value::list(items));
            }
        }
    }

    fn scalar(&mut self, text: &str) -> Result<Value, SetError> {
        match &mut self.reading {
            Reading::Typed => Ok(typed(text)),
            Reading::File(read) => {
                let content = read(text).map_err(SetError::File)?;
                Ok(Value::string(pintle_yaml::json::replace_invalid(&content)))
            }
            Reading::String | Reading::Json | Reading::Literal => Ok(Value::string(text)),
        }
    }

    fn json_value(&mut self) -> Result<Value, SetError> {
        if self.skip_empty() {
            return Ok(Value::Null);
        }
        let end = json_end(self.rest).ok_or(SetError::Json)?;
        let (text, rest) = self.rest.split_at(end);
        let value = pintle_yaml::json::from_str(text).map_err(|_| SetError::Json)?;
        self.rest = rest;
        self.skip_empty();
        Ok(value)
    }

    /// Skips space and a comma, and tells whether nothing else came before the comma or the end.
    fn skip_empty(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(',') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => self.rest.is_empty(),
        }
    }

    /// Takes all up to one of `stops`, and that. `None` says that the line ended first.
    fn take_until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut taken = String::new();
        let mut chars = self.rest.chars();
        let stop = loop {
            match chars.next() {
                None => break None,
                Some(c) if stops.contains(&c) => break Some(c),
                Some('\\') if !self.is_literal() => match chars.next() {
                    None => break None,
                    Some(c) => taken.push(c),
                },
                Some(c) => taken.push(c),
            }
        };
        self.rest = chars.as_str();
        (taken, stop)
    }

    fn is_literal(&self) -> bool {
        matches!(self.reading, Reading::Literal)
    }

    /// Goes one bracket or dot deeper.
    fn deeper(&mut self, go: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.depth == MAX_KEY_DEPTH {
            let limit = SetError::Limit { limit: "key depth", maximum: MAX_KEY_DEPTH };
            return Err(limit.into());
        }
        self.depth += 1;
        let result = stack::with_room(|| go(self));
        self.depth -= 1;
        result
    }
}

/// Sets a key, unless it has no name.
fn set(data: &mut Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

fn not_a(value: &Value, wanted: &'static str) -> Stop {
    SetError::Conversion { is: type_name(value), wanted }.into()
}

/// Gives the value that `--set` sees in a text.
fn typed(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    // Go folds case by Unicode's rules, where the long s is an s.
    if text.eq_ignore_ascii_case("false")
        || (text.len() == 6 && text.replace('\u{17f}', "s").eq_ignore_ascii_case("false"))
    {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    if text == "0" {
        return Value::Int(0);
    }
    match text.parse() {
        Ok(number) if !text.starts_with('0') => Value::Int(number),
        _ => Value::string(text),
    }
}

/// Finds where the JSON value ends that `text` begins with, as far as that can be told without
/// reading it: `None` where it has no end. What follows a complete value does not matter.
fn json_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'{' | b'[' => {
            let mut depth = 0_usize;
            let mut at = 0;
            while at < bytes.len() {
                match bytes[at] {
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    b'"' => {
                        at += json_string_end(&bytes[at..])?;
                        continue;
                    }
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            None
        }
        b'"' => json_string_end(bytes),
        b't' | b'n' => text.get(..4).map(str::len),
        b'f' => text.get(..5).map(str::len),
        _ => Some(json_number_end(bytes)),
    }
}

fn json_string_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn json_number_end(bytes: &[u8]) -> usize {
    let digits =
        |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits(at) };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at = digits(at);
    }
    at
}
