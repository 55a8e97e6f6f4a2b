//! Numbers: whole, floating and decimal.
//!
//! Any value may be an operand: what is no number counts as zero. Whole numbers are `int64` and wrap around; `addf` and its like
//! compute in decimals, so that 0.1 and 0.2 are 0.3.
//!
//! Source: `numeric.go` and `functions.go` in Sprig; spf13/cast v1.7.0; Go's `math`.

mod decimal;

use pintle_gotmpl::value::number::{atoi, parse_float, parse_int};
use pintle_gotmpl::value::print;
use pintle_gotmpl::{FuncError, Function, List, Type, Value};

use super::arguments::{int, text};
use super::limits;
use decimal::Decimal;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("int", &[Type::Any], |_, args| Ok(Value::int(to_int(&args[0])))),
    Function::new("int64", &[Type::Any], |_, args| Ok(Value::int64(to_int(&args[0])))),
    Function::new("float64", &[Type::Any], |_, args| Ok(Value::Float(to_float(&args[0])))),
    Function::new("atoi", &[Type::String], |_, args| {
        Ok(Value::int(atoi(&text(args, 0)).unwrap_or_else(|error| error.nearest)))
    }),
    Function::new("toDecimal", &[Type::Any], |_, args| Ok(Value::int64(from_octal(&args[0])))),
    Function::new("add1", &[Type::Any], |_, args| {
        Ok(Value::int64(to_int(&args[0]).wrapping_add(1)))
    }),
    Function::variadic("add", &[Type::Any], |_, args| {
        Ok(Value::int64(args.iter().map(to_int).fold(0, i64::wrapping_add)))
    }),
    Function::new("sub", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(to_int(&args[0]).wrapping_sub(to_int(&args[1]))))
    }),
    Function::variadic("mul", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(args.iter().map(to_int).fold(1, i64::wrapping_mul)))
    }),
    Function::new("div", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(to_int(&args[0]).wrapping_div(divisor(&args[1])?)))
    }),
    Function::new("mod", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(to_int(&args[0]).wrapping_rem(divisor(&args[1])?)))
    }),
    Function::variadic("max", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(args.iter().map(to_int).max().unwrap_or(0)))
    }),
    Function::variadic("biggest", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(args.iter().map(to_int).max().unwrap_or(0)))
    }),
    Function::variadic("min", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::int64(args.iter().map(to_int).min().unwrap_or(0)))
    }),
    Function::variadic("maxf", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::Float(fold_floats(args, larger)))
    }),
    Function::variadic("minf", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::Float(fold_floats(args, |x, y| -larger(-x, -y))))
    }),
    Function::new("floor", &[Type::Any], |_, args| Ok(Value::Float(to_float(&args[0]).floor()))),
    Function::new("ceil", &[Type::Any], |_, args| Ok(Value::Float(to_float(&args[0]).ceil()))),
    Function::variadic("round", &[Type::Any, Type::INT, Type::Float64], |_, args| {
        Ok(Value::Float(round(args)))
    }),
    Function::new("add1f", &[Type::Any], |_, args| {
        Ok(Value::Float(decimal(&args[0])?.add(&Decimal::of(1.0)?)?.to_float()))
    }),
    Function::variadic("addf", &[Type::Any], |_, args| {
        fold_decimals(Decimal::of(0.0)?, args, Decimal::add)
    }),
    Function::variadic("subf", &[Type::Any, Type::Any], |_, args| {
        fold_decimals(decimal(&args[0])?, &args[1..], Decimal::sub)
    }),
    Function::variadic("mulf", &[Type::Any, Type::Any], |_, args| {
        fold_decimals(decimal(&args[0])?, &args[1..], Decimal::mul)
    }),
    Function::variadic("divf", &[Type::Any, Type::Any], |_, args| {
        fold_decimals(decimal(&args[0])?, &args[1..], Decimal::div)
    }),
    Function::new("until", &[Type::INT], |_, args| {
        let stop = int(args, 0);
        Ok(ints(range(0, stop, if stop < 0 { -1 } else { 1 })?))
    }),
    Function::new("untilStep", &[Type::INT, Type::INT, Type::INT], |_, args| {
        Ok(ints(range(int(args, 0), int(args, 1), int(args, 2))?))
    }),
    Function::variadic("seq", &[Type::INT], |_, args| seq(args)),
];

/// Gives the whole number a value stands for: Go's `cast.ToInt`. Texts may have a prefix (`0x`, `0`) and zeros after a point.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(_, n) => *n,
        Value::Uint(_, n) => n.cast_signed(),
        Value::Float(x) => floor_to_int(*x),
        Value::String(text) => {
            text.as_str().and_then(|text| parse_int(without_zeros(text), 0).ok()).unwrap_or(0)
        }
        Value::Bool(b) => i64::from(*b),
        Value::Object(object) if is_plain_number(&object.type_name()) => {
            object.underlying().map_or(0, |value| to_int(&value))
        }
        _ => 0,
    }
}

/// Gives the float a value stands for: Go's `cast.ToFloat64`.
#[expect(clippy::cast_precision_loss, reason = "so does Go's conversion")]
fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(_, n) => *n as f64,
        Value::Uint(_, n) => *n as f64,
        Value::Float(x) => *x,
        Value::String(text) => text.as_str().and_then(|text| parse_float(text).ok()).unwrap_or(0.0),
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Object(object) if is_plain_number(&object.type_name()) => {
            object.underlying().map_or(0.0, |value| to_float(&value))
        }
        _ => 0.0,
    }
}

/// Tells whether cast knows a named type; all others count as zero, `time.Duration` too.
fn is_plain_number(type_name: &str) -> bool {
    matches!(type_name, "time.Month" | "time.Weekday")
}

/// Converts a float to a whole number, towards zero, as Go does on amd64: what does not fit becomes the smallest.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(super) fn floor_to_int(x: f64) -> i64 {
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    if (-TOO_LARGE..TOO_LARGE).contains(&x) { x as i64 } else { i64::MIN }
}

/// Cuts a point with nothing but zeros after it off: `1.00` becomes `1`.
fn without_zeros(text: &str) -> &str {
    let mut has_zero = false;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'.' if has_zero => return &text[..at],
            b'.' => {}
            b'0' => has_zero = true,
            _ => break,
        }
    }
    text
}

fn divisor(value: &Value) -> Result<i64, FuncError> {
    match to_int(value) {
        0 => Err("runtime error: integer divide by zero".into()),
        divisor => Ok(divisor),
    }
}

/// Reads what a value prints as an octal number; what is none is zero.
fn from_octal(value: &Value) -> i64 {
    let digits = print::display(value);
    std::str::from_utf8(&digits).ok().and_then(|digits| parse_int(digits, 8).ok()).unwrap_or(0)
}

fn fold_floats(args: &[Value], choose: fn(f64, f64) -> f64) -> f64 {
    args.iter().map(to_float).reduce(choose).unwrap_or(0.0)
}

/// Gives the larger float: an infinity beats NaN, which beats numbers, and 0 is larger than -0.
fn larger(x: f64, y: f64) -> f64 {
    if x == f64::INFINITY || y == f64::INFINITY {
        f64::INFINITY
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == 0.0 && y == 0.0 {
        if x.is_sign_negative() { y } else { x }
    } else if x > y {
        x
    } else {
        y
    }
}

/// Rounds to a number of digits after the point; a fraction from the third argument on, else from a half, rounds up.
///
/// A negative number has a negative fraction, so it is always rounded down.
#[expect(clippy::cast_precision_loss, reason = "a power so large is infinite anyway")]
fn round(args: &[Value]) -> f64 {
    let from = match args.get(2) {
        Some(Value::Float(from)) => *from,
        _ => 0.5,
    };
    let power = power_of_ten(int(args, 1) as f64);
    let scaled = power * to_float(&args[0]);
    let fraction = if scaled.is_infinite() { f64::NAN } else { scaled.fract() };
    let rounded = if fraction >= from { scaled.ceil() } else { scaled.floor() };
    rounded / power
}

/// Gives ten to a whole power by the same products as Go's `math.Pow`, whose last digit may differ from others.
fn power_of_ten(exponent: f64) -> f64 {
    if exponent.abs() > 400.0 {
        return if exponent > 0.0 { f64::INFINITY } else { 0.0 };
    }
    // Mantissas stay between a half and one, with their exponents of two beside them, so that nothing overflows on the way.
    let (mut factor, mut factor_exponent) = (0.625, 4);
    let (mut product, mut product_exponent) = (1.0, 0);
    let mut left = floor_to_int(exponent.abs());
    while left != 0 {
        if left & 1 == 1 {
            product *= factor;
            product_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent *= 2;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        product = 1.0 / product;
        product_exponent = -product_exponent;
    }
    // In two steps, since the exponent alone may be out of range.
    let half = product_exponent / 2;
    product * f64::powi(2.0, half) * f64::powi(2.0, product_exponent - half)
}

fn decimal(value: &Value) -> Result<Decimal, FuncError> {
    Decimal::of(to_float(value))
}

fn fold_decimals(
    first: Decimal,
    args: &[Value],
    combine: fn(&Decimal, &Decimal) -> Result<Decimal, FuncError>,
) -> Result<Value, FuncError> {
    let mut result = first;
    for arg in args {
        result = combine(&result, &decimal(arg)?)?;
    }
    Ok(Value::Float(result.to_float()))
}

/// Gives the numbers from `start` to before `end`; none if `step` leads away.
fn range(start: i64, end: i64, step: i64) -> Result<Vec<i64>, FuncError> {
    let distance = end.abs_diff(start);
    if end < start && step >= 0 || end >= start && step <= 0 {
        return Ok(Vec::new());
    }
    let len = distance.div_ceil(step.unsigned_abs());
    let len = limits::list_len(usize::try_from(len).unwrap_or(usize::MAX))?;
    Ok(std::iter::successors(Some(start), |n| Some(n.wrapping_add(step))).take(len).collect())
}

fn ints(numbers: Vec<i64>) -> Value {
    let numbers: Vec<Value> = numbers.into_iter().map(Value::int).collect();
    Value::List(List::of(&Type::INT, numbers))
}

/// Gives the numbers that the shell's `seq` would, with spaces between: of an end, a start and an end, or a start, a step and
/// an end.
fn seq(args: &[Value]) -> Result<Value, FuncError> {
    let arg = |at| int(args, at);
    let numbers = match args.len() {
        1 => seq_of(1, None, arg(0)),
        2 => seq_of(arg(0), None, arg(1)),
        3 => seq_of(arg(0), Some(arg(1)), arg(2)),
        _ => return Ok(Value::string("")),
    }?;
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    Ok(Value::string(texts.join(" ")))
}

fn seq_of(start: i64, step: Option<i64>, end: i64) -> Result<Vec<i64>, FuncError> {
    let towards = if end < start { -1 } else { 1 };
    if end < start && step.is_some_and(|step| step > 0) {
        return Ok(Vec::new());
    }
    range(start, end.wrapping_add(towards), step.unwrap_or(towards))
}
