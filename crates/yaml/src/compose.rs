//! From events straight to a value, for the documents that are plain: nearly all.
//!
//! What needs a tree (anchors, tags, merges, keys that are no strings and no errors yet, infinities) is left to
//! [`crate::tree`], which does everything as goyaml does; here such a document is given up. Only fields that are
//! asked for are kept, but all are checked.

use std::borrow::Cow;
use std::sync::Arc;

use crate::json::{into_text, number};
use crate::parser::{EventKind, Parser, Scalar};
use crate::reader::Input;
use crate::resolve::Resolved;
use crate::scanner::Style;
use crate::{Error, Map, Value};

/// The deepest nesting of a value.
///
/// Go reads 10,000 levels; a value is walked and dropped by recursion all over Helm's functions, and no chart comes
/// near this.
pub const MAX_DEPTH: usize = 1_000;

/// How a field of a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// not: it is checked and left out
    Skipped,
    /// as it is
    Any,
    /// as a string where it is a number or a boolean: the field of a Go struct that is a `string`
    Text,
    /// as a list of what [`Field::Text`] reads: the field of a Go struct that is a `[]string`
    Texts,
}

impl Field {
    /// Tells how the items are read of a list that is read in this way.
    pub(crate) fn of_items(self) -> Self {
        match self {
            Self::Texts => Self::Text,
            Self::Text | Self::Any => Self::Any,
            Self::Skipped => Self::Skipped,
        }
    }
}

/// Tells how the field at a path is read.
pub(crate) type Fields<'f> = &'f dyn Fn(&[&str]) -> Field;

/// Is shown a string by its path.
pub(crate) type Show<'s> = &'s mut dyn FnMut(&[&str], &str);

/// Reads the first document, or gives nothing if it needs a tree.
pub(crate) fn compose(
    input: Input<'_>,
    fields: Option<Fields<'_>>,
) -> Result<Option<Value>, Error> {
    Ok(compose_first(input, fields)?.map(|(document, _)| document))
}

/// Reads a flow collection that a text begins with, and gives its length; nothing if that is none, or needs a tree.
pub(crate) fn compose_flow(text: &str, is_ascii: bool) -> Option<(Value, usize)> {
    compose_first(Input::of_part(text, is_ascii), None).ok()?
}

/// Reads the first document, and gives where its content ends.
fn compose_first(
    input: Input<'_>,
    fields: Option<Fields<'_>>,
) -> Result<Option<(Value, usize)>, Error> {
    let mut parser = Parser::of_input(input);
    let mut end = 0;
    let mut composer = Composer { fields, open: Vec::new(), skipped: Vec::new(), how: Field::Any };
    let mut document = Value::Null;
    while let Some(event) = parser.next_event()? {
        if matches!(event.kind, EventKind::DocumentEnd) {
            break;
        }
        end = event.span.end;
        let value = match event.kind {
            EventKind::DocumentStart | EventKind::DocumentEnd => continue,
            EventKind::Alias(_) => return Ok(None),
            EventKind::SequenceStart(properties) | EventKind::MappingStart(properties)
                if !properties.is_empty() =>
            {
                return Ok(None);
            }
            EventKind::SequenceStart(_) => {
                let how = composer.how.of_items();
                if !composer.begin(Open::List(Vec::new(), how)) {
                    return Ok(None);
                }
                composer.how = how;
                continue;
            }
            EventKind::MappingStart(_) => {
                if !composer.begin(Open::Map(Vec::new(), None)) {
                    return Ok(None);
                }
                continue;
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => composer.end(),
            EventKind::Scalar(scalar) => match composer.scalar(&scalar) {
                Ok(value) => value,
                Err(NeedsTree) => return Ok(None),
            },
        };
        if let Some(value) = value {
            match composer.open.last_mut() {
                None => document = value,
                Some(Open::List(items, _)) => items.push(value),
                Some(Open::Map(entries, key)) => {
                    let key = key.take().expect("a value follows its key");
                    entries.push((key, value));
                }
            }
        }
    }
    Ok(Some((document, end)))
}

/// Says that a document cannot be read without a tree.
pub(crate) struct NeedsTree;

enum Open {
    /// the items, and how they are read
    List(Vec<Value>, Field),
    /// the entries, and the key whose value comes next
    Map(Vec<(Arc<str>, Value)>, Option<Arc<str>>),
}

/// A collection that is only checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Skipped {
    List,
    Key,
    Value,
}

struct Composer<'f> {
    fields: Option<Fields<'f>>,
    open: Vec<Open>,
    /// not empty inside of a field that is skipped
    skipped: Vec<Skipped>,
    /// how the next value is read
    how: Field,
}

impl Composer<'_> {
    /// Begins a collection, and tells whether a tree is not needed for it.
    fn begin(&mut self, open: Open) -> bool {
        let is_key = match self.skipped.last() {
            Some(skipped) => *skipped == Skipped::Key,
            None => matches!(self.open.last(), Some(Open::Map(_, None))),
        };
        if is_key || self.open.len() + self.skipped.len() == MAX_DEPTH {
            return false;
        }
        if self.skipped.is_empty() && self.how != Field::Skipped {
            self.open.push(open);
        } else {
            self.pass_skipped();
            let is_list = matches!(open, Open::List(..));
            self.skipped.push(if is_list { Skipped::List } else { Skipped::Key });
        }
        true
    }

    /// Ends the innermost collection, and gives it if it is kept.
    fn end(&mut self) -> Option<Value> {
        if self.skipped.pop().is_some() {
            if self.skipped.is_empty() {
                self.leave_skipped();
            }
            return None;
        }
        let closed = self.open.pop().expect("each end has a beginning");
        if let Some(Open::List(_, how)) = self.open.last() {
            self.how = *how;
        }
        Some(match closed {
            Open::List(items, _) => Value::list(items),
            Open::Map(entries, _) => Value::Map(entries.into_iter().collect::<Map>()),
        })
    }

    /// Goes on to the key or value behind one that is skipped.
    fn pass_skipped(&mut self) {
        match self.skipped.last_mut() {
            Some(skipped @ Skipped::Key) => *skipped = Skipped::Value,
            Some(skipped @ Skipped::Value) => *skipped = Skipped::Key,
            _ => {}
        }
    }

    /// Goes on to the key behind a field that was skipped.
    fn leave_skipped(&mut self) {
        self.how = Field::Any;
        if let Some(Open::Map(_, key)) = self.open.last_mut() {
            *key = None;
        }
    }

    /// Gives the value of a scalar if it is one and is kept.
    fn scalar(&mut self, scalar: &Scalar<'_>) -> Result<Option<Value>, NeedsTree> {
        if !scalar.properties.is_empty() {
            return Err(NeedsTree);
        }
        if let Some(skipped) = self.skipped.last() {
            if *skipped == Skipped::Key {
                check_key(&scalar.text, scalar.style)?;
            } else {
                check_value(&scalar.text, scalar.style)?;
            }
            self.pass_skipped();
            return Ok(None);
        }
        match self.open.last_mut() {
            Some(Open::Map(_, key @ None)) => {
                *key = Some(key_of(&scalar.text, scalar.style)?.into());
                self.how = self.ask();
                Ok(None)
            }
            _ if self.how == Field::Skipped => {
                check_value(&scalar.text, scalar.style)?;
                self.leave_skipped();
                Ok(None)
            }
            _ => value_of(&scalar.text, scalar.style, self.how).map(Some),
        }
    }

    /// Asks how the field is read whose key was met last.
    fn ask(&self) -> Field {
        let Some(fields) = self.fields else { return Field::Any };
        let keys = self.open.iter().filter_map(|open| match open {
            Open::Map(_, key) => key.as_deref(),
            Open::List(..) => None,
        });
        fields(&keys.collect::<Vec<_>>())
    }
}

/// Gives the value of a scalar.
pub(crate) fn value_of(text: &str, style: Style, how: Field) -> Result<Value, NeedsTree> {
    if style != Style::Plain {
        return Ok(Value::string(text));
    }
    match Resolved::of_plain(text) {
        Resolved::Float(x) if !x.is_finite() => Err(NeedsTree),
        resolved => Ok(as_value(resolved, how).unwrap_or_else(|| Value::string(text))),
    }
}

/// Gives what a scalar that is no string becomes in JSON, or what a string field gets.
pub(crate) fn as_value(resolved: Resolved, how: Field) -> Option<Value> {
    if how == Field::Text {
        return match resolved {
            Resolved::Null => Some(Value::Null),
            Resolved::Bool(b) => Some(Value::string(if b { "true" } else { "false" })),
            Resolved::Int(n) => Some(Value::string(n.to_string())),
            Resolved::Uint(n) => Some(Value::string(n.to_string())),
            Resolved::Float(x) => Some(Value::string(float32_text(x))),
            Resolved::String => None,
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "JSON has only floats")]
    match resolved {
        Resolved::Null => Some(Value::Null),
        Resolved::Bool(b) => Some(Value::Bool(b)),
        Resolved::Int(n) => Some(Value::Float(n as f64)),
        Resolved::Uint(n) => Some(Value::Float(n as f64)),
        Resolved::Float(x) => Some(Value::Float(x)),
        Resolved::String => None,
    }
}

/// Gives the key that a scalar is.
pub(crate) fn key_of(text: &str, style: Style) -> Result<Cow<'_, str>, NeedsTree> {
    if style != Style::Plain {
        return Ok(Cow::Borrowed(text));
    }
    if text == "<<" {
        return Err(NeedsTree);
    }
    match Resolved::of_plain(text) {
        Resolved::String => Ok(Cow::Borrowed(text)),
        // To Go the zeros are one key, and to JSON two.
        Resolved::Float(x) if x == 0.0 && x.is_sign_negative() => Err(NeedsTree),
        resolved => key_text(resolved).map(Cow::Owned).ok_or(NeedsTree),
    }
}

/// Gives the JSON key that a key other than a string becomes, if it may be one.
pub(crate) fn key_text(resolved: Resolved) -> Option<String> {
    match resolved {
        Resolved::Bool(b) => Some(b.to_string()),
        Resolved::Int(n) => Some(n.to_string()),
        Resolved::Float(x) => Some(match float32_text(x).as_str() {
            "+Inf" => ".inf".to_owned(),
            "-Inf" => "-.inf".to_owned(),
            "NaN" => ".nan".to_owned(),
            text => text.to_owned(),
        }),
        Resolved::Null | Resolved::Uint(_) | Resolved::String => None,
    }
}

/// Checks a key that is not kept.
pub(crate) fn check_key(text: &str, style: Style) -> Result<(), NeedsTree> {
    /// No integer above the largest `i64` is written shorter.
    const MIN_UINT_BYTES: usize = 16;
    if style != Style::Plain {
        return Ok(());
    }
    let may_be_bad = match text.as_bytes() {
        [] | [b'~' | b'<', ..] | [b'n' | b'N', _, _, _] => true,
        [b'0'..=b'9', ..] => text.len() >= MIN_UINT_BYTES,
        _ => false,
    };
    let is_bad = may_be_bad
        && (text == "<<" || matches!(Resolved::of_plain(text), Resolved::Null | Resolved::Uint(_)));
    if is_bad { Err(NeedsTree) } else { Ok(()) }
}

/// Checks a value that is not kept.
pub(crate) fn check_value(text: &str, style: Style) -> Result<(), NeedsTree> {
    // Infinities and NaN begin like this.
    let is_odd = style == Style::Plain
        && matches!(text.as_bytes(), [b'.', ..] | [b'+' | b'-', b'.', ..])
        && matches!(Resolved::of_plain(text), Resolved::Float(x) if !x.is_finite());
    if is_odd { Err(NeedsTree) } else { Ok(()) }
}

/// Writes a float as `sigs.k8s.io/yaml` does where a string is wanted: with the digits of a 32-bit float.
fn float32_text(x: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "the precision is meant to be lost")]
    let x = x as f32;
    let mut digits = Vec::with_capacity(16);
    number::shortest_single(&mut digits, x);
    into_text(digits)
}
