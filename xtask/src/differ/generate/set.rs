//! Lines of the `--set` flags, and files of values beside them.

use super::{text, yaml};
use crate::differ::random::Random;

const MARKS: &[&str] = &[
    "a", "b", "c", "a.b", ".", ",", "=", "[", "]", "[0]", "[1]", "[-1]", "[x]", "[]", "[65537]", "{", "}", "{a,b}",
    "{}", "\\", "\\,", "\\.", "\\=", "\\[", "\\{", "null", "true", "false", "0", "1", "01", "-1", "1.5", "1e3",
    "\"x\"", "'", " ", "é", ":", "{\"k\":1}", "[1,2]", "a b", "True", "NULL", "9223372036854775808", "0x1", "-",
    "{,}", "{a",
];

fn key(random: &mut Random) -> String {
    random.joined(1, 3, ".", |random| {
        let name = random.pick(&["a", "b", "c", "a", "b", "", "a\\.b", "x y", "é", "0"]);
        let index = random.pick(&[
            "", "", "", "", "[0]", "[1]", "[0][1]", "[2]", "[]", "[-1]", "[a]", "[0", "[ 1]",
        ]);
        format!("{name}{index}")
    })
}

fn assignment(random: &mut Random, kind: &str) -> String {
    let value = match kind {
        "json" => super::json::value(random, 2).replace(['\n', '\t'], " "),
        "file" => random.pick(&["f", "no", "", "a,b", "x.yaml"]).to_owned(),
        _ => match random.below(6) {
            0 => format!(
                "{{{}}}",
                random.joined(0, 3, ",", |random| random
                    .pick(&["1", "a", "null", "true", "", " x ", "a=b", "{b}", "\\,", "1.5"])
                    .to_owned())
            ),
            1 => text(random).replace('\n', " "),
            2 => random.soup(0, 4, MARKS),
            _ => random
                .pick(&[
                    "1", "0", "-5", "01", "true", "false", "null", "x", "", "1.5", "1e3", "a\\,b", "a=b", "x y",
                    "\"q\"", "9223372036854775807", "+1", "1_0", "0x1F",
                ])
                .to_owned(),
        },
    };
    let equals = random.pick(&["=", "=", "=", "=", "=", "=", "", "= ", " ="]);
    format!("{}{equals}{value}", key(random))
}

fn draw(random: &mut Random, kind: &str) -> String {
    let mut out = match random.below(8) {
        0 => random.soup(1, 8, MARKS),
        _ => random.joined(1, 3, ",", |random| assignment(random, kind)),
    };
    while random.chance(15) {
        out = random.mutated(&out, MARKS);
    }
    out.replace('\n', " ")
}

/// Draws a kind of flag, what it is merged into, and its value.
pub(crate) fn line(random: &mut Random) -> Vec<String> {
    let kind = random.pick(&["set", "set", "set", "string", "json", "file", "literal"]);
    let base = random.pick(&[
        "{}", "{}", "{\"a\":1}", "{\"a\":{\"b\":{\"c\":1}}}", "{\"a\":[1,2]}", "{\"a\":null}",
        "{\"a\":[{\"b\":1},null]}", "{\"a\":\"x\",\"b\":[[1],[2]]}", "{\"a\":{\"b\":null,\"c\":[]}}",
        "{\"b\":{\"a\":[{\"c\":{}}]}}",
    ]);
    vec![kind.to_owned(), base.to_owned(), draw(random, kind)]
}

/// Draws files of values and flags, as sections.
pub(crate) fn sources(random: &mut Random) -> Vec<String> {
    let mut flags = String::new();
    let mut files = String::new();
    for name in ["one.yaml", "two.yaml"] {
        if random.chance(60) {
            let content = if random.chance(50) {
                yaml::document(random).remove(0)
            } else {
                random.joined(0, 3, "\n", |random| {
                    format!(
                        "{}: {}",
                        random.pick(&["a", "b", "c"]),
                        super::json::value(random, 2).replace(['\n', '\t'], " ")
                    )
                })
            };
            let content = content.replace("\n-- ", "\n-  ");
            let newline = if content.ends_with('\n') { "" } else { "\n" };
            files += &format!("-- {name} --\n{content}{newline}");
            flags += &format!("-f {name}\n");
        }
    }
    for _ in 0..random.below(3) {
        let (flag, kind) = *[
            ("--set", "set"),
            ("--set-string", "string"),
            ("--set-json", "json"),
            ("--set-literal", "literal"),
            ("--set", "set"),
        ]
        .get(random.below(5))
        .unwrap_or(&("--set", "set"));
        let value = if flag == "--set-json" && random.chance(40) {
            super::json::value(random, 2).replace(['\n', '\t'], " ")
        } else {
            draw(random, kind)
        };
        flags += &format!("{flag} {value}\n");
    }
    if flags.is_empty() {
        flags += "--set a=1\n";
    }
    vec![format!("{files}-- flags --\n{flags}")]
}
