//! Formats of `printf`, with arguments.

use super::{number, quoted, text};
use crate::differ::random::Random;

const VERBS: &[&str] = &[
    "v", "d", "s", "q", "x", "X", "t", "f", "e", "g", "G", "E", "F", "b", "o", "O", "c", "U", "T",
    "p", "w", "%", "z", "!", "é", "i", " ", "",
];

/// Draws a format.
pub(super) fn format(random: &mut Random) -> String {
    random.joined(0, 3, "", |random| {
        let before = random.pick(&["", "", "a", " ", "é", "%%", "\n", "[", "x=", "%"]);
        let flags = random.soup(0, 2, &["", "", "", "-", "+", "#", "0", " ", "'"]);
        let width = random
            .pick(&["", "", "", "", "5", "1", "10", "*", "[1]*", "08", "-8", "100", "1000001"]);
        let precision =
            random.pick(&["", "", "", "", ".2", ".0", ".", ".10", ".*", ".[2]*", ".-1", ".50"]);
        let index = random.pick(&[
            "", "", "", "", "", "", "[1]", "[2]", "[3]", "[0]", "[x]", "[1", "[]", "[1][2]",
        ]);
        format!("{before}%{flags}{width}{precision}{index}{}", random.pick(VERBS))
    })
}

fn argument(random: &mut Random) -> String {
    match random.below(12) {
        0..=1 => number(random),
        2..=3 => {
            let text = text(random);
            quoted(random, &text)
        }
        4 => random
            .pick(&[
                "true", "false", "nil", "'a'", "'é'", "1i", "1.5e3i", "-1", "3", "65", "0", "0x41",
                "1e100", "-0.0", "1e6", "1e20", "1e21",
            ])
            .to_owned(),
        5 => "$.l".to_owned(),
        6 => "$.m".to_owned(),
        7 => "$.n".to_owned(),
        8 => "$.z".to_owned(),
        9 => "$.missing".to_owned(),
        10 => random
            .pick(&[
                "(index .l 0)", "(len .s)", "(print 1)", "(eq 1 1)", "$", "(slice .s 0)", "(index .s 0)",
            ])
            .to_owned(),
        _ => random.between(0, 300).to_string(),
    }
}

/// Draws data and a template that prints.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    let value = super::json::value(random, 2);
    let (list, map, number) = (
        random.pick(&[
            "[]", "[1,2]", "[\"a\",\"b c\"]", "[null,true,1.5]", "[[1],{\"a\":\"b\"}]", "[1e21,0.1]",
        ]),
        random.pick(&["{}", "{\"a\":1}", "{\"b\":\"x\",\"a\":[1,null]}", "{\"a\":{\"b\":true}}"]),
        random.pick(&[
            "0", "1.5", "-2", "1e21", "1e6", "123456789", "0.1", "-0", "1e-7", "5e-324", "1.7976931348623157e308",
            "65",
        ]),
    );
    let data = format!(
        "{{\"s\":\"héllo\",\"n\":{number},\"l\":{list},\"m\":{map},\"z\":null,\"v\":{}}}",
        value.replace(['\n', '\t'], " ")
    );
    let format = format(random);
    let call = random.pick(&["printf", "printf", "printf", "printf", "printf", "print", "println"]);
    let format = if call == "printf" { quoted(random, &format) } else { String::new() };
    let arguments = random.joined(0, 3, " ", |random| {
        if random.chance(15) { ".v".to_owned() } else { argument(random) }
    });
    vec![data, format!("{{{{ {call} {format} {arguments} }}}}")]
}
