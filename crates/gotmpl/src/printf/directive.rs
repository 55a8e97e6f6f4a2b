//! The format string: text, and directives with flags, argument numbers, width, precision and a verb.
//!
//! Source: `doPrintf` in Go's `fmt/print.go`.

use super::printer::{Flags, Printer};
use crate::value::Value;
use crate::value::number::append_int;
use crate::value::print::type_text;

/// The greatest width or precision: more makes Go call the number bad.
const MAX_NUMBER: usize = 1_000_000;

/// A format string and its arguments, being worked off.
struct Formatting<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Value],
    arg_idx: usize,
    /// whether any directive chose its argument by number
    reordered: bool,
    /// whether the present directive's argument numbers are good
    good_number: bool,
}

/// Appends what `fmt.Sprintf` makes of a format and its arguments.
pub(crate) fn append_formatted(out: &mut Vec<u8>, format: &[u8], args: &[Value]) {
    let mut formatting =
        Formatting { format, at: 0, args, arg_idx: 0, reordered: false, good_number: true };
    let mut printer = Printer::new(out);
    while let Some(percent) = format[formatting.at..].iter().position(|&byte| byte == b'%') {
        printer.out.extend_from_slice(&format[formatting.at..formatting.at + percent]);
        formatting.at += percent + 1;
        if formatting.plain_directive(&mut printer) {
            continue;
        }
        if printer.is_full() || !formatting.directive(&mut printer) {
            formatting.at = format.len();
        }
    }
    printer.out.extend_from_slice(&format[formatting.at..]);
    if !formatting.reordered && formatting.arg_idx < args.len() {
        printer.flags = Flags::default();
        printer.out.extend_from_slice(b"%!(EXTRA ");
        for (idx, arg) in args[formatting.arg_idx..].iter().enumerate() {
            if idx > 0 {
                printer.out.extend_from_slice(b", ");
            }
            if !arg.is_nil() {
                printer.out.extend_from_slice(type_text(arg).as_bytes());
                printer.out.push(b'=');
            }
            printer.print_arg(arg, 'v');
        }
        printer.out.push(b')');
    }
}

impl Formatting<'_> {
    /// Works off `%s` of a string or `%d` of an integer, which most directives are; tells whether it was one.
    fn plain_directive(&mut self, printer: &mut Printer<'_>) -> bool {
        if printer.is_full() {
            return false;
        }
        match (self.peek(), self.args.get(self.arg_idx)) {
            (Some(b's'), Some(Value::String(text))) => {
                printer.out.extend_from_slice(text.as_bytes());
            }
            (Some(b'd'), Some(Value::Int(_, n))) => append_int(printer.out, *n),
            _ => return false,
        }
        self.at += 1;
        self.arg_idx += 1;
        true
    }

    /// Works off one directive, whose `%` has been read; false if the format ends within it.
    fn directive(&mut self, printer: &mut Printer<'_>) -> bool {
        self.good_number = true;
        printer.flags = Flags::default();
        let flags = &mut printer.flags;
        loop {
            match self.peek() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut after_number = self.argument_number();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.int_argument() {
                Some(width) => {
                    printer.flags.width = Some(width.unsigned_abs());
                    if width < 0 {
                        printer.flags.minus = true;
                        printer.flags.zero = false;
                    }
                }
                None => printer.out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            after_number = false;
        } else {
            printer.flags.width = self.number();
            if after_number && printer.flags.width.is_some() {
                self.good_number = false;
            }
        }
        // A point at the very end is taken for the verb.
        if self.peek() == Some(b'.') && self.at + 1 < self.format.len() {
            self.at += 1;
            if after_number {
                self.good_number = false;
            }
            after_number = self.argument_number();
            if self.peek() == Some(b'*') {
                self.at += 1;
                match self.int_argument() {
                    Some(precision @ 0..) => {
                        printer.flags.precision = Some(precision.unsigned_abs());
                    }
                    _ => printer.out.extend_from_slice(b"%!(BADPREC)"),
                }
                after_number = false;
            } else {
                printer.flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_number {
            self.argument_number();
        }
        let Some(verb) = self.verb() else {
            printer.out.extend_from_slice(b"%!(NOVERB)");
            return false;
        };
        if verb == '%' {
            printer.out.push(b'%');
        } else if !self.good_number {
            printer.bad(verb, "(BADINDEX)");
        } else if let Some(arg) = self.args.get(self.arg_idx) {
            if matches!(verb, 'v' | 'w') {
                let flags = &mut printer.flags;
                flags.go_syntax = std::mem::take(&mut flags.sharp);
                flags.field_names = std::mem::take(&mut flags.plus);
            }
            printer.print_arg(arg, verb);
            self.arg_idx += 1;
        } else {
            printer.bad(verb, "(MISSING)");
        }
        true
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// Reads a verb: any rune, U+FFFD for a byte that is none.
    fn verb(&mut self) -> Option<char> {
        let rest = &self.format[self.at..];
        let first = *rest.first()?;
        if first.is_ascii() {
            self.at += 1;
            return Some(char::from(first));
        }
        let chunk = rest[..rest.len().min(4)].utf8_chunks().next()?;
        let verb = chunk.valid().chars().next();
        self.at += verb.map_or(1, char::len_utf8);
        Some(verb.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Reads digits; too great a number swallows the rest of the format.
    fn number(&mut self) -> Option<usize> {
        let (number, end) = parse_number(self.format, self.at, self.format.len());
        self.at = end;
        number
    }

    /// Reads `[n]`, if it is there, and goes to that argument; tells whether the brackets hold a number.
    fn argument_number(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = rest.iter().position(|&byte| byte == b']').filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.good_number = false;
            self.at += 1;
            return false;
        };
        let (number, end) = parse_number(rest, 1, close);
        self.at += close + 1;
        let number = number.filter(|_| end == close);
        match number.and_then(|number| number.checked_sub(1)) {
            Some(idx) if idx < self.args.len() => self.arg_idx = idx,
            _ => self.good_number = false,
        }
        number.is_some()
    }

    /// Takes the next argument as a width or precision.
    fn int_argument(&mut self) -> Option<isize> {
        let arg = self.args.get(self.arg_idx)?;
        self.arg_idx += 1;
        let underlying = match arg {
            Value::Object(object) => object.underlying()?,
            _ => arg.clone(),
        };
        let number = match underlying {
            Value::Int(_, n) => isize::try_from(n).ok()?,
            Value::Uint(_, n) => isize::try_from(n).ok()?,
            _ => return None,
        };
        (number.unsigned_abs() <= MAX_NUMBER).then_some(number)
    }
}

/// Reads digits between `start` and `end`; gives the number, if there is one, and where reading stopped.
fn parse_number(text: &[u8], start: usize, end: usize) -> (Option<usize>, usize) {
    let mut number = None;
    let mut at = start;
    while at < end && text[at].is_ascii_digit() {
        let so_far = number.unwrap_or(0);
        if so_far > MAX_NUMBER {
            return (None, end);
        }
        number = Some(so_far * 10 + usize::from(text[at] - b'0'));
        at += 1;
    }
    (number, at.max(start))
}
