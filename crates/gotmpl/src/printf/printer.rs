//! One value under one verb: the flags, the padding, and what each kind of value makes of each verb.
//!
//! Source: `printArg` and `printValue` in Go's `fmt/print.go`, and `fmt/format.go`.

use std::borrow::Cow;

use super::{MAX_PRINT_BYTES, MAX_PRINT_DEPTH};
use crate::value::number::{
    Charset, append_float, append_quoted, append_quoted_rune, append_rune, is_print,
};
use crate::value::print::type_text;
use crate::value::{Kind, List, Map, Object, Type, UintType, Value};

/// Stack that one level of nesting may need before more is taken, and how much is taken then, in bytes.
const STACK_RED_ZONE: usize = 64 << 10;
const STACK_SEGMENT: usize = 1 << 20;

/// What Go would print an address for. Go's differs on every run; this one does not.
const ADDRESS: u64 = 0x00c0_0001_4000;

/// The flags, width and precision of one directive.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are fmt's flags, each its own character")]
pub(crate) struct Flags {
    /// `-`
    pub(super) minus: bool,
    /// `+`, but for `%+v`
    pub(super) plus: bool,
    /// `#`, but for `%#v`
    pub(super) sharp: bool,
    /// ` `
    pub(super) space: bool,
    /// `0`
    pub(super) zero: bool,
    /// `%+v`
    pub(super) field_names: bool,
    /// `%#v`
    pub(super) go_syntax: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

/// Digits of either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Lower,
    Upper,
}

impl Letters {
    fn digits(self) -> &'static [u8; 16] {
        match self {
            Self::Lower => b"0123456789abcdef",
            Self::Upper => b"0123456789ABCDEF",
        }
    }

    fn x(self) -> u8 {
        match self {
            Self::Lower => b'x',
            Self::Upper => b'X',
        }
    }
}

/// A signed or unsigned integer.
#[derive(Debug, Clone, Copy)]
struct Integer {
    magnitude: u64,
    negative: bool,
    signed: bool,
}

impl Integer {
    fn signed(n: i64) -> Self {
        Self { magnitude: n.unsigned_abs(), negative: n < 0, signed: true }
    }

    fn unsigned(n: u64) -> Self {
        Self { magnitude: n, negative: false, signed: false }
    }

    /// Gives what Go's `%c` and `%U` work on: the bits, whatever the sign.
    fn bits(self) -> u64 {
        if self.negative { self.magnitude.wrapping_neg() } else { self.magnitude }
    }
}

/// Prints values into a buffer under the flags of one directive.
#[derive(Debug)]
pub(crate) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) flags: Flags,
    /// where in `out` printing stops
    limit: usize,
    /// the maps being printed that others hold too: where one comes again, it contains itself
    open_maps: Vec<usize>,
    depth: usize,
    /// whether a value is printed to say what was wrong about it: then its methods are not called
    erroring: bool,
    /// for a float under flags, before it is put together
    scratch: Vec<u8>,
}

impl<'o> Printer<'o> {
    /// Makes a printer without flags that appends to `out`.
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        let limit = out.len().saturating_add(MAX_PRINT_BYTES);
        Self {
            out,
            flags: Flags::default(),
            limit,
            open_maps: Vec::new(),
            depth: 0,
            erroring: false,
            scratch: Vec::new(),
        }
    }

    /// Prints under `%v`.
    pub(crate) fn print(&mut self, value: &Value) {
        self.print_arg(value, 'v');
    }

    /// Prints under `%v` what a pointer points to.
    pub(crate) fn print_pointee(&mut self, object: &dyn Object) {
        self.print_fields(object, 'v', 0);
    }

    /// Tells whether [`MAX_PRINT_BYTES`] have been printed.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= self.limit
    }

    /// Prints a marker for a directive without a usable argument.
    pub(super) fn bad(&mut self, verb: char, reason: &str) {
        self.out.extend_from_slice(b"%!");
        append_rune(self.out, u32::from(verb));
        self.out.extend_from_slice(reason.as_bytes());
    }

    /// Prints a marker for a verb that does not fit a value: `%!d(string=a)`.
    fn bad_verb(&mut self, value: &Value, type_name: &str, verb: char) {
        self.erroring = true;
        self.bad(verb, "(");
        if !value.is_nil() {
            self.out.extend_from_slice(type_name.as_bytes());
            self.out.push(b'=');
        }
        match value {
            Value::Nil => self.out.extend_from_slice(b"<nil>"),
            _ => self.print_value(value, Some(type_name), 'v', 0),
        }
        self.out.push(b')');
        self.erroring = false;
    }

    fn bad_verb_of(&mut self, value: &Value, named: Option<&str>, verb: char) {
        match named {
            Some(name) => self.bad_verb(value, name, verb),
            None => self.bad_verb(value, &type_text(value), verb),
        }
    }

    /// Prints an operand of `printf`.
    pub(super) fn print_arg(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.padded(|out| out.extend_from_slice(b"<nil>")),
            (Value::Nil, _) => self.bad_verb(value, "", verb),
            (_, 'T') => self.print_text(type_text(value).as_bytes()),
            (Value::List(_) | Value::Map(_), 'p') => self.print_address(value, None, verb),
            (Value::Object(object), 'p') => match object.kind() {
                Kind::Slice | Kind::Map | Kind::Ptr | Kind::Func => {
                    self.print_address(value, None, verb);
                }
                _ => self.bad_verb_of(value, None, verb),
            },
            (_, 'p') | (Value::Map(_), 'w') => self.bad_verb_of(value, None, verb),
            (Value::List(list), _) if list.element() == &BYTE => {
                self.print_bytes(list, value, verb);
            }
            (Value::List(_), 'w') => self.bad_verb_of(value, None, verb),
            (Value::Object(object), _)
                if object.kind() == Kind::Slice && object.type_name() == "[]uint8" =>
            {
                match object.underlying() {
                    Some(Value::List(list)) => self.print_bytes(&list, value, verb),
                    _ => self.print_value(value, None, verb, 0),
                }
            }
            (Value::Object(object), _) => {
                if !self.print_by_method(&**object, value, verb) {
                    self.print_value(value, None, verb, 0);
                }
            }
            _ => self.print_value(value, None, verb, 0),
        }
    }

    /// Prints what a `String` or `Error` method gives, if the verb takes text; tells whether it did.
    fn print_by_method(&mut self, object: &dyn Object, value: &Value, verb: char) -> bool {
        if self.erroring {
            return false;
        }
        if verb == 'w' {
            self.bad_verb_of(value, None, verb);
            return true;
        }
        if self.flags.go_syntax {
            let Some(text) = object.go_string() else { return false };
            self.print_text(text.as_bytes());
            return true;
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let Some(text) = object.display() else { return false };
        self.print_string(text.as_bytes(), verb);
        true
    }

    /// Prints a value, an operand or a part of one. `named` is the name of a host's type whose
    /// underlying value this is.
    fn print_value(&mut self, value: &Value, named: Option<&str>, verb: char, depth: usize) {
        if depth > 0 {
            match value {
                Value::Nil => {
                    let text: &[u8] =
                        if self.flags.go_syntax { b"interface {}(nil)" } else { b"<nil>" };
                    return self.out.extend_from_slice(text);
                }
                Value::Object(object) if self.print_by_method(&**object, value, verb) => return,
                Value::Object(_) => {}
                _ if verb == 'w' && !self.erroring => {
                    return self.bad_verb_of(value, named, verb);
                }
                _ => {}
            }
        }
        match value {
            Value::Nil => self.out.extend_from_slice(b"<nil>"),
            Value::Bool(b) => match verb {
                't' | 'v' => {
                    let text: &[u8] = if *b { b"true" } else { b"false" };
                    self.padded(|out| out.extend_from_slice(text));
                }
                _ => self.bad_verb_of(value, named, verb),
            },
            Value::Int(_, n) => self.print_integer(Integer::signed(*n), value, named, verb),
            Value::Uint(_, n) => self.print_integer(Integer::unsigned(*n), value, named, verb),
            Value::Float(x) => match verb {
                'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E' => {
                    self.print_float(*x, verb);
                }
                _ => self.bad_verb_of(value, named, verb),
            },
            Value::Complex(re, im) => match verb {
                'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E' => {
                    self.print_complex(*re, *im, verb);
                }
                _ => self.bad_verb_of(value, named, verb),
            },
            Value::String(s) => match verb {
                'v' | 's' | 'x' | 'X' | 'q' => self.print_string(s.as_bytes(), verb),
                _ => self.bad_verb_of(value, named, verb),
            },
            Value::List(list) => self.nested(None, |printer| {
                printer.print_list(list, named, verb, depth);
            }),
            Value::Map(map) => {
                let (identity, is_shared) = map.identity();
                self.nested(is_shared.then_some(identity), |printer| {
                    printer.print_map(map, named, verb, depth);
                });
            }
            Value::Object(object) => self.print_object(&**object, value, verb, depth),
        }
    }

    /// Prints a container by `print`, unless it is inside itself, too deep, or the output is full.
    fn nested(&mut self, map: Option<usize>, print: impl FnOnce(&mut Self)) {
        let contains_itself = map.is_some_and(|map| self.open_maps.contains(&map));
        if contains_itself || self.depth >= MAX_PRINT_DEPTH || self.is_full() {
            self.out.extend_from_slice(b"...");
            return;
        }
        self.depth += 1;
        self.open_maps.extend(map);
        stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, || print(self));
        if map.is_some() {
            self.open_maps.pop();
        }
        self.depth -= 1;
    }

    fn print_list(&mut self, list: &List, named: Option<&str>, verb: char, depth: usize) {
        let is_bytes = list.element() == &BYTE;
        if is_bytes && matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.print_string(&bytes_of(list), verb);
        }
        if self.flags.go_syntax {
            let type_name = named.map_or_else(|| Type::Slice(list.element()).text(), Cow::Borrowed);
            self.out.extend_from_slice(type_name.as_bytes());
            if list.is_nil() {
                self.out.extend_from_slice(b"(nil)");
                return;
            }
        }
        let (open, separator, close) = self.brackets(b'[', b']');
        self.out.push(open);
        for (idx, item) in list.iter().enumerate() {
            if idx > 0 {
                self.out.extend_from_slice(separator);
            }
            if self.is_full() {
                break;
            }
            self.print_value(item, None, verb, depth + 1);
        }
        self.out.push(close);
    }

    fn print_map(&mut self, map: &Map, named: Option<&str>, verb: char, depth: usize) {
        if self.flags.go_syntax {
            let type_name = named.map_or_else(|| map.ty().text(), Cow::Borrowed);
            self.out.extend_from_slice(type_name.as_bytes());
            if map.is_nil() {
                self.out.extend_from_slice(b"(nil)");
                return;
            }
        } else {
            self.out.extend_from_slice(b"map");
        }
        let (open, separator, close) = self.brackets(b'[', b']');
        self.out.push(open);
        for (idx, (key, value)) in map.entries().iter().enumerate() {
            if idx > 0 {
                self.out.extend_from_slice(separator);
            }
            if self.is_full() {
                break;
            }
            match verb {
                'v' | 's' => self.print_string(key.as_bytes(), verb),
                _ => self.print_value(&Value::String(key.clone()), None, verb, depth + 1),
            }
            self.out.push(b':');
            self.print_value(value, None, verb, depth + 1);
        }
        self.out.push(close);
    }

    /// Gives what stands around and between the elements of a container.
    fn brackets(&self, open: u8, close: u8) -> (u8, &'static [u8], u8) {
        if self.flags.go_syntax { (b'{', b", ", b'}') } else { (open, b" ", close) }
    }

    fn print_object(&mut self, object: &dyn Object, value: &Value, verb: char, depth: usize) {
        let kind = object.kind();
        if let Some(underlying) = object.underlying() {
            let type_name = object.type_name();
            return match underlying {
                // Two levels of hosts' types would be one named type of another: nobody needs that.
                Value::Object(_) | Value::Nil => self.print_fields(object, verb, depth),
                underlying => {
                    // A part of a container asked its methods already.
                    self.print_value(&underlying, Some(&type_name), verb, 0);
                }
            };
        }
        match kind {
            Kind::Ptr if depth == 0 => {
                self.out.push(b'&');
                self.print_fields(object, verb, depth);
            }
            Kind::Ptr | Kind::Func => self.print_address(value, None, verb),
            _ => self.print_fields(object, verb, depth),
        }
    }

    /// Prints a struct: its fields in braces.
    fn print_fields(&mut self, object: &dyn Object, verb: char, depth: usize) {
        self.nested(None, |printer| {
            if printer.flags.go_syntax {
                let type_name = object.type_name();
                let type_name = type_name.strip_prefix('*').unwrap_or(&type_name);
                printer.out.extend_from_slice(type_name.as_bytes());
            }
            let (open, separator, close) = printer.brackets(b'{', b'}');
            printer.out.push(open);
            for (idx, (name, value)) in object.fields().iter().enumerate() {
                if idx > 0 {
                    printer.out.extend_from_slice(separator);
                }
                if printer.flags.go_syntax || printer.flags.field_names {
                    printer.out.extend_from_slice(name.as_bytes());
                    printer.out.push(b':');
                }
                printer.print_value(value, None, verb, depth + 1);
            }
            printer.out.push(close);
        });
    }

    fn print_address(&mut self, value: &Value, named: Option<&str>, verb: char) {
        let is_nil = matches!(value, Value::List(list) if list.is_nil());
        let address = Integer::unsigned(if is_nil { 0 } else { ADDRESS });
        match verb {
            'v' if self.flags.go_syntax => {
                self.out.push(b'(');
                self.out.extend_from_slice(type_text(value).as_bytes());
                self.out.extend_from_slice(b")(");
                self.print_0x(address, true);
                self.out.push(b')');
            }
            'v' | 'p' => self.print_0x(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.print_integer(address, value, named, verb),
            _ => self.bad_verb_of(value, named, verb),
        }
    }

    /// Prints a `[]byte` that is an operand itself: text under the verbs for text.
    fn print_bytes(&mut self, list: &List, value: &Value, verb: char) {
        match verb {
            'v' if self.flags.go_syntax => self.print_list(list, Some("[]byte"), verb, 0),
            'v' | 'd' => self.print_list(list, None, verb, 0),
            's' | 'x' | 'X' | 'q' => self.print_string(&bytes_of(list), verb),
            _ => self.print_value(value, None, verb, 0),
        }
    }

    fn print_string(&mut self, text: &[u8], verb: char) {
        match verb {
            'x' => self.print_hex(text, Letters::Lower),
            'X' => self.print_hex(text, Letters::Upper),
            'q' => self.print_quoted(text),
            _ if self.flags.go_syntax => self.print_quoted(text),
            _ => self.print_text(text),
        }
    }

    /// Prints text under width and precision.
    fn print_text(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        self.padded(|out| out.extend_from_slice(text));
    }

    fn print_quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.flags.sharp && crate::value::number::can_backquote(text) {
            return self.padded(|out| {
                out.push(b'`');
                out.extend_from_slice(text);
                out.push(b'`');
            });
        }
        let charset = if self.flags.plus { Charset::Ascii } else { Charset::Printable };
        self.padded(|out| append_quoted(out, text, charset));
    }

    /// Cuts a text after as many runes as the precision says.
    fn truncated<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let Some(mut n_runes) = self.flags.precision.filter(|&n_runes| n_runes < text.len()) else {
            return text;
        };
        let mut end = 0;
        for chunk in text.utf8_chunks() {
            for c in chunk.valid().chars() {
                if n_runes == 0 {
                    return &text[..end];
                }
                n_runes -= 1;
                end += c.len_utf8();
            }
            let n_invalid = chunk.invalid().len().min(n_runes);
            end += n_invalid;
            n_runes -= n_invalid;
        }
        &text[..end]
    }

    fn print_hex(&mut self, text: &[u8], letters: Letters) {
        let flags = self.flags;
        let text = &text[..flags.precision.unwrap_or(text.len()).min(text.len())];
        let zero = flags.zero && !flags.minus;
        if text.is_empty() {
            let width = flags.width.unwrap_or(0);
            self.out.resize(self.out.len() + width, if zero { b'0' } else { b' ' });
            return;
        }
        self.padded(|out| {
            for (idx, byte) in text.iter().enumerate() {
                if flags.space && idx > 0 {
                    out.push(b' ');
                }
                if flags.sharp && (flags.space || idx == 0) {
                    out.extend_from_slice(&[b'0', letters.x()]);
                }
                let digits = letters.digits();
                out.push(digits[usize::from(byte >> 4)]);
                out.push(digits[usize::from(byte & 0xf)]);
            }
        });
    }

    fn print_0x(&mut self, integer: Integer, with_0x: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, with_0x);
        self.print_digits(integer, 16, 'v', Letters::Lower);
        self.flags.sharp = sharp;
    }

    fn print_integer(&mut self, n: Integer, value: &Value, named: Option<&str>, verb: char) {
        match verb {
            'v' if self.flags.go_syntax && !n.signed => self.print_0x(n, true),
            'v' | 'd' => self.print_digits(n, 10, verb, Letters::Lower),
            'b' => self.print_digits(n, 2, verb, Letters::Lower),
            'o' | 'O' => self.print_digits(n, 8, verb, Letters::Lower),
            'x' => self.print_digits(n, 16, verb, Letters::Lower),
            'X' => self.print_digits(n, 16, verb, Letters::Upper),
            'c' => {
                let rune = u32::try_from(n.bits()).unwrap_or(u32::MAX);
                self.padded(|out| append_rune(out, rune));
            }
            'q' => {
                let rune = u32::try_from(n.bits()).unwrap_or(u32::MAX);
                let charset = if self.flags.plus { Charset::Ascii } else { Charset::Printable };
                self.padded(|out| append_quoted_rune(out, rune, charset));
            }
            'U' => self.print_unicode(n.bits()),
            _ => self.bad_verb_of(value, named, verb),
        }
    }

    fn print_digits(&mut self, n: Integer, radix: u64, verb: char, letters: Letters) {
        let flags = self.flags;
        let mut min_digits = 0;
        if let Some(precision) = flags.precision {
            // Zero to no digits is nothing at all, not even a sign.
            if precision == 0 && n.magnitude == 0 {
                self.out.resize(self.out.len() + flags.width.unwrap_or(0), b' ');
                return;
            }
            min_digits = precision;
        } else if flags.zero && !flags.minus {
            let has_sign = n.negative || flags.plus || flags.space;
            min_digits = flags.width.unwrap_or(0).saturating_sub(usize::from(has_sign));
        }
        let mut digits = [b'0'; 64];
        let mut start = digits.len();
        let mut rest = n.magnitude;
        loop {
            start -= 1;
            digits[start] = letters.digits()[usize::try_from(rest % radix).unwrap_or(0)];
            rest /= radix;
            if rest == 0 {
                break;
            }
        }
        let digits = &digits[start..];
        self.padded_with_spaces(|out| {
            if n.negative {
                out.push(b'-');
            } else if flags.plus {
                out.push(b'+');
            } else if flags.space {
                out.push(b' ');
            }
            if verb == 'O' {
                out.extend_from_slice(b"0o");
            }
            let n_zeros = min_digits.saturating_sub(digits.len());
            if flags.sharp {
                match radix {
                    2 => out.extend_from_slice(b"0b"),
                    8 if n_zeros == 0 && digits[0] != b'0' => out.push(b'0'),
                    16 => out.extend_from_slice(&[b'0', letters.x()]),
                    _ => {}
                }
            }
            out.resize(out.len() + n_zeros, b'0');
            out.extend_from_slice(digits);
        });
    }

    /// Prints `U+0041`, and under `#` the character in quotes, too.
    fn print_unicode(&mut self, bits: u64) {
        let flags = self.flags;
        let min_digits = flags.precision.unwrap_or(4).max(4);
        self.padded_with_spaces(|out| {
            out.extend_from_slice(b"U+");
            let n_digits = (64 - bits.leading_zeros()).div_ceil(4).max(1);
            out.resize(out.len() + min_digits.saturating_sub(n_digits as usize), b'0');
            for place in (0..n_digits).rev() {
                out.push(Letters::Upper.digits()[(bits >> (4 * place) & 0xf) as usize]);
            }
            if flags.sharp
                && let Ok(rune) = u32::try_from(bits)
                && is_print(rune)
            {
                out.extend_from_slice(b" '");
                append_rune(out, rune);
                out.push(b'\'');
            }
        });
    }

    fn print_float(&mut self, x: f64, verb: char) {
        let flags = self.flags;
        let (format, precision) = match verb {
            'v' => (b'g', -1),
            'F' => (b'f', 6),
            'f' | 'e' | 'E' => (verb as u8, 6),
            // OK because only ASCII verbs come here.
            _ => (verb as u8, -1),
        };
        let precision =
            flags.precision.map_or(precision, |precision| i32::try_from(precision).unwrap_or(-1));
        if !(flags.plus || flags.space || flags.sharp || flags.width.is_some()) {
            return append_float(self.out, x, format, precision);
        }
        let mut number = std::mem::take(&mut self.scratch);
        number.clear();
        append_float(&mut number, x, format, precision);
        if !matches!(number[0], b'-' | b'+') {
            number.insert(0, b'+');
        }
        if flags.space && number[0] == b'+' && !flags.plus {
            number[0] = b' ';
        }
        if !x.is_finite() {
            let from = usize::from(x.is_nan() && !flags.space && !flags.plus);
            self.padded_with_spaces(|out| out.extend_from_slice(&number[from..]));
            self.scratch = number;
            return;
        }
        if flags.sharp && format != b'b' {
            keep_zeros(&mut number, format, precision);
        }
        let shows_sign = flags.plus || number[0] != b'+';
        let width = flags.width.unwrap_or(0);
        if shows_sign && flags.zero && !flags.minus && width > number.len() {
            // The sign goes before the zeros.
            self.out.push(number[0]);
            self.out.resize(self.out.len() + width - number.len(), b'0');
            self.out.extend_from_slice(&number[1..]);
        } else {
            let from = usize::from(!shows_sign);
            self.padded(|out| out.extend_from_slice(&number[from..]));
        }
        self.scratch = number;
    }

    fn print_complex(&mut self, re: f64, im: f64, verb: char) {
        self.out.push(b'(');
        self.print_float(re, verb);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.print_float(im, verb);
        self.flags.plus = plus;
        self.out.extend_from_slice(b"i)");
    }

    /// Appends what `write` does, and pads it to the width on the side the flags say.
    fn padded(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let zero = self.flags.zero && !self.flags.minus;
        self.padded_by(if zero { b'0' } else { b' ' }, write);
    }

    fn padded_with_spaces(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.padded_by(b' ', write);
    }

    fn padded_by(&mut self, padding: u8, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.out.len();
        write(self.out);
        let Some(width) = self.flags.width else { return };
        let end = self.out.len();
        let n_missing = width.saturating_sub(count_runes(&self.out[start..]));
        if n_missing > 0 {
            self.out.resize(end + n_missing, padding);
            if !self.flags.minus {
                self.out.copy_within(start..end, start + n_missing);
                self.out[start..start + n_missing].fill(padding);
            }
        }
    }
}

const BYTE: Type = Type::Uint(UintType::Uint8);

/// Gives the bytes of a `[]byte`.
fn bytes_of(list: &List) -> Vec<u8> {
    let byte = |item: &Value| match item {
        Value::Uint(_, n) => u8::try_from(*n).unwrap_or(0),
        _ => 0,
    };
    list.iter().map(byte).collect()
}

/// Counts runes as Go does: a byte that belongs to none counts as one.
fn count_runes(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// Gives a float the point and the zeros that `#` asks for. `number` begins with its sign.
fn keep_zeros(number: &mut Vec<u8>, format: u8, precision: i32) {
    let mut n_digits = match format {
        b'g' | b'G' | b'x' if precision < 0 => 6,
        b'g' | b'G' | b'x' => precision,
        _ => 0,
    };
    let is_hex = matches!(format, b'x' | b'X');
    let exponent_at = number.iter().position(|byte| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !is_hex,
        _ => false,
    });
    let tail = number.split_off(exponent_at.unwrap_or(number.len()));
    // As in Go, the `x` of a hexadecimal prefix counts as a digit.
    let counted =
        number[1..].iter().filter(|&&byte| byte != b'.').skip_while(|&&byte| byte == b'0');
    n_digits -= i32::try_from(counted.count()).unwrap_or(i32::MAX);
    if !number.contains(&b'.') {
        if number[1..] == *b"0" {
            n_digits -= 1;
        }
        number.push(b'.');
    }
    number.resize(number.len() + usize::try_from(n_digits).unwrap_or(0), b'0');
    number.extend_from_slice(&tail);
}
