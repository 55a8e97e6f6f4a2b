//! YAML: documents in every style, and what looks like one.

use super::text;
use crate::differ::random::Random;

const MARKS: &[&str] = &[
    "\n", "\n", " ", "  ", "    ", "\t", ":", ": ", "- ", "-", "? ", ",", "[", "]", "{", "}", "#", " #", "'", "\"",
    "|", ">", "|-", ">+", "|2", ">1-", "&a ", "*a", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!binary ",
    "!!set ", "!!map ", "!!seq ", "!x ", "!<x> ", "!!timestamp ", "<<: ", "<<: *a", "---", "---\n", "--- ", "...",
    "...\n", "%YAML 1.1\n", "%TAG ! !\n", "%x\n", "@", "`", "\\", "\\n", "\\x41", "\\u00e9", "\\U0001F600", "\\ ",
    "\\\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{feff}", "\u{7f}", "\u{1}", "é", "日", "😀", "=", "~", "null",
    "true", "yes", "a", "b", "a: 1", "1", "0x1F", "0o17", "017", "0b1", "1e3", "1_000", "1:30", ".inf", ".nan",
    "2020-01-02", "''", "\"\"",
];

const SCALARS: &[&str] = &[
    "a", "b c", "1", "-1", "1.5", "true", "no", "null", "~", "''", "\"\"", "'it''s'", "\"a\\nb\"", "\"\\x41\\u00e9\"",
    "a b: c", "x#y", "x #y", "0x1F", "0o17", "017", "0b101", "1_000", "1e3", "1.", ".5", "+1", "-.inf", ".NaN",
    "1:30:00", "2020-01-02", "2001-12-14t21:59:43.10-05:00", "=", "<<", "*a", "&a x", "!!str 1", "!!int \"1\"",
    "!!float 1", "!!binary YQ==", "!!binary '!'", "!foo x", "!!bool yes", "!!null ''", "- x", "? x", "@x", "`x", "%x",
    "a\n  b", "'a\n\n  b'", "\"a\\\n  b\"", "18446744073709551615", "18446744073709551616", "9007199254740993",
    "0.1e-400", "1e400", "-0", "0.0", "é", "😀", "http://x:80/", "a,b", "[x", "{x", "x]", "x}", "---", "...",
    "\"a\tb\"", "a\tb", "\t", "x:", ":x", "-x", "?x", "!!set {a}", "!!omap [a: 1]",
];

/// Draws a document.
pub(crate) fn document(random: &mut Random) -> Vec<String> {
    let mut out = match random.below(8) {
        0 => random.soup(1, 14, MARKS),
        1 => flow(random, 3),
        2 => {
            let mut out = String::new();
            for _ in 0..random.between(1, 3) {
                out += random.pick(&[
                    "---\n", "--- ", "--- # c\n", "", "%YAML 1.1\n---\n", "...\n", "# c\n", "\n",
                ]);
                out += &block(random, 0, 2);
            }
            out
        }
        _ => block(random, 0, 3),
    };
    while random.chance(30) {
        out = random.mutated(&out, MARKS);
    }
    vec![out]
}

fn scalar(random: &mut Random) -> String {
    match random.below(12) {
        0 => text(random),
        1 => format!("'{}'", text(random).replace('\'', "''")),
        2 => format!("\"{}\"", text(random).replace('\\', "\\\\").replace('"', "\\\"")),
        3 => random.soup(1, 5, MARKS),
        _ => random.pick(SCALARS).to_owned(),
    }
}

fn key(random: &mut Random) -> String {
    match random.below(14) {
        0 => scalar(random),
        1 => random
            .pick(&[
                "<<", "1", "1.0", "true", "~", "\"q k\"", "'q'", "? a", "2020-01-02", "[a]", "{a: 1}", "&k a",
                "!!str 1", "0x1", "1e1", "-", "a b",
            ])
            .to_owned(),
        _ => random.pick(&["a", "b", "c", "d", "e", "key"]).to_owned(),
    }
}

fn properties(random: &mut Random) -> &'static str {
    if random.chance(85) {
        return "";
    }
    random.pick(&[
        "&a ", "&b ", "!!str ", "!!map ", "!!seq ", "!x ", "&a !!map ", "!!set ", "!!int ", "!!binary ",
    ])
}

fn comment(random: &mut Random) -> &'static str {
    if random.chance(85) {
        return "";
    }
    random.pick(&[" # c", " #", "  # x: y", "#c", "\t# c", "\n# c", "\n\n", "\n  # c"])
}

fn flow(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.chance(40) {
        return scalar(random);
    }
    let comma = random.pick(&[", ", ",", " , ", ",\n "]);
    if random.chance(50) {
        let items = random.joined(0, 3, comma, |random| flow(random, depth - 1));
        let tail = random.pick(&["", "", "", ",", " "]);
        format!("{}[{items}{tail}]", properties(random))
    } else {
        let entries = random.joined(0, 3, comma, |random| {
            let colon = random.pick(&[": ", ": ", ":", " : ", "", "? "]);
            format!("{}{colon}{}", key(random), flow(random, depth - 1))
        });
        let tail = random.pick(&["", "", "", ",", " "]);
        format!("{}{{{entries}{tail}}}", properties(random))
    }
}

fn literal(random: &mut Random, indent: usize) -> String {
    let head =
        random.pick(&["|", ">", "|-", "|+", ">-", ">+", "|2", "|1-", ">2", "|+1", "|9", "| # c"]);
    let mut out = format!("{head}\n");
    for _ in 0..random.below(4) {
        let more = random.pick(&["", " ", "  ", "  ", "  ", "   ", "\t"]);
        let line = random.pick(&[
            "a", "b c", "", "- x", "k: v", "# c", " more", "\ttab", "'", "---", "é", "trail ",
        ]);
        out += &format!("{}{more}{line}\n", " ".repeat(indent));
    }
    out
}

fn block(random: &mut Random, indent: usize, depth: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = String::new();
    let is_map = random.chance(60);
    for _ in 0..random.between(1, 3) {
        if random.chance(5) {
            out += random.pick(&["\n", "# c\n", "  # c\n", "\t\n", "   \n"]);
        }
        out += &pad;
        if is_map {
            out += &key(random);
            out += random.pick(&[":", ":", ":", ":", " :", ":\t"]);
        } else {
            out.push('-');
        }
        let step = random.pick(&["  ", "  ", "  ", "    ", " ", ""]).len();
        match random.below(8) {
            0..=1 if depth > 0 => {
                out += &format!(" {}{}\n", properties(random), comment(random));
                out += &block(random, indent + step, depth - 1);
                continue;
            }
            2 if depth > 0 && !is_map => {
                // A map begins in the line of its dash.
                let inner = block(random, indent + 2, depth - 1);
                out += " ";
                out += inner.trim_start_matches(' ');
                continue;
            }
            3 => {
                out += " ";
                out += &flow(random, 2);
            }
            4 => {
                out += " ";
                out += &literal(random, indent);
                continue;
            }
            5 if random.chance(50) => {}
            _ => out += &format!(" {}{}", properties(random), scalar(random)),
        }
        out += comment(random);
        out += random.pick(&["\n", "\n", "\n", "\n", "\n\n", "\r\n", " \n", ""]);
    }
    out
}
