//! Documents made of parts at random are read line by line as they are read by events, or not at all.

use super::read;
use crate::Field;
use crate::compose::{Fields, compose};
use crate::reader::with_input;

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
