//! JSON: documents, right and nearly right.

use super::text;
use crate::differ::random::Random;

const MARKS: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\n", "1", "-", "0", ".", "e", "E+", "null", "true",
    "fals", " ", "\n", "\t", "a", "'", "/", "é", "\u{1}", "\u{7f}", "+", "01", "1e999", "\\u00e9", "\\ud83d\\ude00",
    "\u{2028}", "<", "\u{fffd}",
];

/// Draws a document, now and then a broken one.
pub(crate) fn document(random: &mut Random) -> Vec<String> {
    let mut out = value(random, 3);
    while random.chance(35) {
        out = random.mutated(&out, MARKS);
    }
    vec![out]
}

/// Draws a value.
pub(crate) fn value_case(random: &mut Random) -> Vec<String> {
    let depth = random.between(0, 3);
    vec![value(random, depth)]
}

/// Draws a number of JSON.
pub(super) fn number(random: &mut Random) -> String {
    match random.below(8) {
        0 => random
            .pick(&[
                "0", "-0", "1e21", "1e20", "1e-7", "0.000001", "9007199254740993", "123456789012345680000", "1.5e300",
                "5e-324", "1e2", "1E+2", "-1.0",
            ])
            .to_owned(),
        1 => format!("{}.{}", random.between(0, 99), random.between(0, 999_999)),
        2 => format!("-{}e{}", random.between(1, 999), random.between(0, 30)),
        3 => random.bits().to_string(),
        _ => random.between(0, 2000).to_string(),
    }
}

/// Writes a text as a string of JSON, some characters escaped that need not be.
pub(super) fn string(random: &mut Random, text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' || random.chance(2) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out += &format!("\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Draws a value of some depth.
pub(super) fn value(random: &mut Random, depth: usize) -> String {
    let space = random.pick(&["", "", "", " ", "\n", "\t "]);
    match random.below(if depth == 0 { 5 } else { 9 }) {
        0 => number(random),
        1 => random.pick(&["null", "true", "false"]).to_owned(),
        2..=4 => {
            let text = text(random);
            string(random, &text)
        }
        5..=6 => {
            let items =
                random.joined(0, 4, &format!(",{space}"), |random| value(random, depth - 1));
            format!("[{space}{items}{space}]")
        }
        _ => {
            let entries = random.joined(0, 5, &format!(",{space}"), |random| {
                let key = if random.chance(60) {
                    random
                        .pick(&[
                            "a", "b", "c", "a1", "a10", "a2", "B", "_", "é", "1", "10", "2", "a-b",
                            "a.b", "",
                        ])
                        .to_owned()
                } else {
                    text(random)
                };
                let key = string(random, &key);
                format!("{key}:{space}{}", value(random, depth - 1))
            });
            format!("{{{space}{entries}{space}}}")
        }
    }
}
