//! Printing, numbers and builtin functions against what Go says: `snapshots/go-1.26/fmt`.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

mod values;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle_gotmpl::printf::{sprint, sprintf, sprintln};
use pintle_gotmpl::value::compare::deep_equal;
use pintle_gotmpl::value::number::{
    self, NumberError, atoi, format_float, parse_bool, parse_float_or_nearest, parse_int_of,
    parse_uint_of, quote, quote_ascii, quote_rune, quote_rune_ascii, unquote, unquote_char,
};
use pintle_gotmpl::value::truth::is_true;
use pintle_gotmpl::{FuncMap, TemplateSet, Value};
use values::{parse_quoted, parse_value, parse_values};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn snapshot(name: &str) -> String {
    let path = root().join("snapshots/go-1.26/fmt").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fixture_lines(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("fixtures/fmt").join(name)).unwrap();
    let is_call = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text.lines().filter(is_call).map(str::to_owned).collect()
}

/// Fails with the first of the differences and how many there are.
fn check(differences: &[String], n_cases: usize) {
    let shown: Vec<&str> = differences.iter().take(40).map(String::as_str).collect();
    assert!(
        differences.is_empty(),
        "{} of {n_cases} cases differ from Go:\n{}",
        differences.len(),
        shown.join("\n")
    );
}

fn compare(differences: &mut Vec<String>, case: &str, wanted: &[u8], got: &[u8]) {
    if wanted != got {
        differences.push(format!("{case}\n  Go:   {}\n  ours: {}", quote(wanted), quote(got)));
    }
}

#[test]
fn every_verb_meets_every_flag_as_in_go() {
    let (mut differences, mut n_cases) = (Vec::new(), 0);
    let mut value = (Value::Nil, String::new());
    for line in snapshot("verbs.txt").lines() {
        if let Some(row) = line.strip_prefix('\t') {
            let (format, rest) = parse_quoted(row);
            let (wanted, _) = parse_quoted(&rest[1..]);
            let got = sprintf(&format, std::slice::from_ref(&value.0));
            compare(&mut differences, &format!("{} {}", quote(&format), value.1), &wanted, &got);
            n_cases += 1;
        } else if !line.is_empty() && !line.starts_with("--- ") {
            value = (parse_value(line).0, line.to_owned());
        }
    }
    check(&differences, n_cases);
    assert!(n_cases > 5_000);
}

/// Compares every call of a file with its recorded result.
fn calls_match_go(name: &str) {
    let snapshot = snapshot(name);
    let mut differences = Vec::new();
    let mut calls = Vec::new();
    for line in snapshot.lines() {
        let (call, wanted) = line.rsplit_once(" => ").unwrap();
        let (is_error, wanted) = match wanted.strip_prefix("error ") {
            Some(error) => (true, error),
            None => (false, wanted),
        };
        let (wanted, _) = parse_quoted(wanted);
        let (function, args) = call.split_once(' ').unwrap_or((call, ""));
        match (answer(function, &parse_values(args)), is_error) {
            (Ok(got), false) => compare(&mut differences, call, &wanted, &got),
            (Err(got), true) => compare(&mut differences, call, &wanted, got.as_bytes()),
            (got, _) => {
                differences.push(format!("{call}\n  Go:   {}\n  ours: {got:?}", quote(&wanted)));
            }
        }
        calls.push(call.to_owned());
    }
    check(&differences, calls.len());
    assert_eq!(calls, fixture_lines(name), "record fixtures/fmt again");
}

#[test]
fn formats_take_arguments_as_in_go() {
    calls_match_go("calls.txt");
}

#[test]
fn numbers_and_quoted_strings_match_go() {
    calls_match_go("strconv.txt");
}

#[test]
fn builtins_match_go() {
    calls_match_go("builtins.txt");
}

/// Answers a call as the recorder does.
fn answer(function: &str, args: &[Value]) -> Result<Vec<u8>, String> {
    let text = |idx: usize| args[idx].as_bytes().unwrap();
    let str = |idx: usize| std::str::from_utf8(text(idx)).unwrap();
    let integer = |idx: usize| match args[idx] {
        Value::Int(_, n) => n,
        _ => panic!("{function}: not an int"),
    };
    let base = |idx: usize| u32::try_from(integer(idx)).unwrap();
    let rune = |idx: usize| u32::try_from(integer(idx)).unwrap_or(u32::MAX);
    match function {
        "FormatFloat" => {
            let Value::Float(x) = args[0] else { panic!("not a float") };
            Ok(format_floats(x).into_bytes())
        }
        "ParseFloat" => shown(parse_float_or_nearest(str(0))),
        "ParseInt" => shown(parse_int_of(str(0), base(1), base(2))),
        "ParseUint" => shown(parse_uint_of(str(0), base(1), base(2))),
        "Atoi" => shown(atoi(str(0))),
        "ParseBool" => match parse_bool(str(0)) {
            Ok(truth) => Ok(truth.to_string().into_bytes()),
            Err(error) => Err(format!("{error}; false")),
        },
        "Quote" => Ok(quote(text(0)).into_bytes()),
        "QuoteToASCII" => Ok(quote_ascii(text(0)).into_bytes()),
        "QuoteRune" => Ok(quote_rune(rune(0)).into_bytes()),
        "QuoteRuneToASCII" => Ok(quote_rune_ascii(rune(0)).into_bytes()),
        "Unquote" => unquote(str(0)).map_err(|error| error.to_string()),
        "UnquoteChar" => {
            let unquoted = unquote_char(str(0), text(1)[0]).map_err(|error| error.to_string())?;
            let (value, multibyte) = (unquoted.value, unquoted.multibyte);
            Ok(format!("{value} {multibyte} {}", unquoted.tail).into_bytes())
        }
        "IsPrint" => Ok(printable().into_bytes()),
        "Sprintf" => Ok(sprintf(text(0), &args[1..])),
        "Sprint" => Ok(sprint(args)),
        "Sprintln" => Ok(sprintln(args)),
        "DeepEqual" => Ok(deep_equal(&args[0], &args[1]).to_string().into_bytes()),
        "IsTrue" => Ok(is_true(&args[0]).to_string().into_bytes()),
        _ => call_builtin(function, args),
    }
}

fn shown<T: Into<Printed>>(parsed: Result<T, NumberError<T>>) -> Result<Vec<u8>, String> {
    let text = |value: T| String::from_utf8(sprint(&[value.into().0])).unwrap();
    match parsed {
        Ok(value) => Ok(text(value).into_bytes()),
        Err(error) => Err(format!("{}; {}", error.message.clone(), text(error.nearest))),
    }
}

struct Printed(Value);

impl From<i64> for Printed {
    fn from(n: i64) -> Self {
        Self(Value::int64(n))
    }
}

impl From<u64> for Printed {
    fn from(n: u64) -> Self {
        Self(Value::Uint(pintle_gotmpl::UintType::Uint64, n))
    }
}

impl From<f64> for Printed {
    fn from(x: f64) -> Self {
        Self(Value::Float(x))
    }
}

/// The formats and precisions in which the recorder shows each float.
const FLOAT_FORMS: &[(u8, i32)] = &[
    (b'e', -1),
    (b'f', -1),
    (b'g', -1),
    (b'G', -1),
    (b'b', -1),
    (b'x', -1),
    (b'X', -1),
    (b'e', 0),
    (b'E', 3),
    (b'f', 0),
    (b'f', 1),
    (b'f', 3),
    (b'g', 0),
    (b'g', 3),
    (b'g', 17),
    (b'e', 25),
    (b'f', 25),
    (b'x', 0),
    (b'x', 2),
    (b'X', 20),
];

fn format_floats(x: f64) -> String {
    let texts: Vec<String> =
        FLOAT_FORMS.iter().map(|&(format, precision)| format_float(x, format, precision)).collect();
    texts.join(" ")
}

fn printable() -> String {
    let mut runs = String::new();
    let mut start = None;
    for rune in 0..=0x11_0000 {
        match (number::is_print(rune), start) {
            (true, None) => start = Some(rune),
            (false, Some(first)) => {
                write!(runs, "{}{first:x}-{:x}", if runs.is_empty() { "" } else { " " }, rune - 1)
                    .unwrap();
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// Calls a function from within a template; what it returns is printed by `%T` and `%#v`.
fn call_builtin(function: &str, args: &[Value]) -> Result<Vec<u8>, String> {
    let mut source = format!("{{{{ $result := {function}");
    for idx in 0..args.len() {
        write!(source, " (index . {idx})").unwrap();
    }
    source.push_str(" }}{{ printf \"%T %#v\" $result $result }}");
    let mut templates = TemplateSet::new(Arc::new(FuncMap::new()));
    templates.parse("call", &source).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    match templates.execute("call", &Value::list(args.to_vec()), &(), &mut out) {
        Ok(()) => Ok(out),
        Err(error) => {
            let text = error.to_string();
            let reason = text.split_once(&format!("error calling {function}: "));
            Err(reason.map_or(text.clone(), |(_, reason)| reason.to_owned()))
        }
    }
}
