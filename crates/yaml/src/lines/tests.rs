//! Documents made of parts at random are read line by line as they are read by events, or not at all.

use std::cell::RefCell;

use super::{read, visit};
use crate::compose::{Fields, compose};
use crate::reader::with_input;
use crate::{Field, Value};

/// Lines and parts of lines, of which documents are made.
const PARTS: [&str; 96] = [
    "\n  c: \"x y\"\n",
    "\n  c:\n  - d: 'x'\n    e: x:y\n",
    "\n- e: -x\n",
    "\n    - \"x\"\n",
    "\n    - x\n",
    "key.of/more-than-8: ",
    "\"\"\n",
    "''\n",
    "-x\n",
    "x#y\n",
    "x:y\n",
    "x #y\n",
    "\n  a: x",
    "\n  b:",
    "\n    a: x y\n",
    "null: x\n",
    "k: a value that is longer than a few words\n  ",
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
    let mut n_read = 0;
    for text in random_texts(&PARTS, 150_000) {
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

/// Lines of which many have what is shown.
const SHOWN_PARTS: [&str; 27] = [
    "a:\n",
    "a:\n  b: x\n",
    "  b: word\n",
    "b: \"q r\"\n",
    "b: ''\n",
    "b: two words  \n",
    "b: it's\n",
    "b: null  \n",
    "b: ~\n",
    "b: 1.50\n",
    "b: x # c\n",
    "b:\n",
    "c:\n",
    "c:\n  d: 'e: f'\n",
    "  g: -h:i\n",
    "  \"i\": j#k\n",
    "  1: one\n",
    "  yes: no\n",
    "  more\n",
    "    x: y\n",
    "d:\n",
    "d:\n  - a: x\n    b: x\n",
    "  - z\n",
    "- z\n",
    "e: x\n",
    "# c\n",
    "\n",
];

#[test]
fn what_is_shown_is_what_is_read() {
    let shape = |path: &[&str]| match path {
        ["a" | "c"] => Field::Any,
        ["b"] | ["a", "b"] | ["c", _] => Field::Text,
        _ => Field::Skipped,
    };
    let mut n_shown = 0;
    for text in random_texts(&SHOWN_PARTS, 100_000) {
        let asked = RefCell::new(Vec::new());
        let field = |path: &[&str]| {
            let how = shape(path);
            if how != Field::Skipped {
                asked.borrow_mut().push(path.join("/"));
            }
            how
        };
        let mut shown = Vec::new();
        let mut show = |path: &[&str], text: &str| shown.push((path.join("/"), text.to_owned()));
        if with_input(text.as_bytes(), |input| visit(input, &field, &mut show)).is_none() {
            continue;
        }
        let mut asked = asked.into_inner();
        asked.sort();
        if asked.is_sorted_by(|a, b| a < b) {
            n_shown += shown.len();
            shown.sort();
            let read = with_input(text.as_bytes(), |input| compose(input, Some(&shape)));
            let mut strings = Vec::new();
            flatten("", &read.unwrap().unwrap(), &mut strings);
            strings.sort();
            assert_eq!(strings, shown, "{text:?}");
        }
    }
    assert!(n_shown > 3_000, "only {n_shown}");
}

fn flatten(path: &str, value: &Value, strings: &mut Vec<(String, String)>) {
    match value {
        Value::Null if path.is_empty() => {}
        Value::Map(map) => {
            for (key, value) in map.iter() {
                let slash = if path.is_empty() { "" } else { "/" };
                flatten(&format!("{path}{slash}{key}"), value, strings);
            }
        }
        Value::String(text) => strings.push((path.to_owned(), text.to_string())),
        other => panic!("{other:?} at {path}"),
    }
}

fn random_texts(parts: &[&str], n_texts: usize) -> impl Iterator<Item = String> {
    let mut state = 1_u64;
    (0..n_texts).map(move |_| {
        let mut text = String::new();
        for _ in 0..=state >> 60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let part = usize::try_from(state >> 40).unwrap() % parts.len();
            text.push_str(parts[part]);
        }
        text
    })
}
