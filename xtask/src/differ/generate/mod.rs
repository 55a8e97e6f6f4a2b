//! What cases are drawn from: grammars with a taste for the odd.
//!
//! The pieces stand many to a line, which the formatter would not leave.

#[rustfmt::skip]
pub(crate) mod chart;
#[rustfmt::skip]
pub(crate) mod helmignore;
#[rustfmt::skip]
pub(crate) mod json;
#[rustfmt::skip]
pub(crate) mod layout;
#[rustfmt::skip]
pub(crate) mod manifests;
#[rustfmt::skip]
pub(crate) mod printf;
#[rustfmt::skip]
pub(crate) mod regex;
#[rustfmt::skip]
pub(crate) mod schema;
#[rustfmt::skip]
pub(crate) mod semver;
#[rustfmt::skip]
pub(crate) mod set;
#[rustfmt::skip]
mod signatures;
#[rustfmt::skip]
pub(crate) mod template;
#[rustfmt::skip]
pub(crate) mod toml;
#[rustfmt::skip]
pub(crate) mod yaml;

use super::random::Random;

/// Texts that mean something to somebody.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "", " ", "a", "b", "abc", "hello world", "Hello, World!", "true", "false", "null", "~", "yes", "No", "on", "0",
    "1", "-1", "01", "0x1F", "0b101", "0o17", "1_000", "1e3", "1.5", ".5", "5.", "-0", "+1", ".inf", "NaN", "1e400",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "12345678901234567890123", "0.1",
    "100000000000000000000000", "2020-01-02", "2020-01-02T03:04:05Z", "12:30:45", "é", "日本語", "ß", "ſ", "İ", "😀",
    "\u{0}", "\u{7f}", "\u{85}", "\u{a0}", "\u{2028}", "\u{feff}", "a\tb", "a\nb", "a\n", "\na", "a\r\nb", "\t",
    "  two  spaces ", "trailing ", " leading", "a: b", "a:b", "a #b", "#a", "- a", "-", "---", "...", "? a", "!a",
    "&a", "*a", "%a", "@a", "`a", "|", ">", "[a]", "{a}", "a,b", "a, b", "'", "\"", "''", "a'b", "a\"b", "\\", "\\n",
    "a\\b", "/a/b/../c.txt", "a/b", "../x", ".", "..", "/", "<a&b>", "{{ . }}", "{{", "%d", "%!", "100%", "=", "<<",
    "a=b", "https://u:p@example.com:8080/a/b?q=1#f", "1.2.3", "v1.2", "1h30m", "5s", "-2h", "some-kebab-case",
    "snake_case_word", "camelCaseWord", "HTTPServer2Go", "ALLCAPS", "x.y.z", "foo bar baz qux quux corge grault",
    "a b  c   d", "YWJj", "YQ==", "!!!", "one\n\n  two\n three\n", "\u{fffd}", "$1", "${1}", "(a)", "[", "a+", "^a$",
    "null ", "Null", "TRUE", "y", "n", "0.0", "1.0", "1.10", "1e-7", "1e21", "0777", "08", "1:2", "a: ", "key: [1, 2",
    "{\"a\": 1}", "[1, \"x\", null]", "a.b.c", "a[0]",
];

/// Draws a text, mostly one that means something.
fn text(random: &mut Random) -> String {
    match random.below(10) {
        0 => random.soup(0, 6, TEXTS),
        1 => random.soup(
            1,
            8,
            &["a", "b", "A", "1", " ", "-", "_", ".", "é", "\n", "\t", "/", ":", ","],
        ),
        2 => {
            let base = random.pick(TEXTS);
            random.mutated(base, TEXTS)
        }
        _ => random.pick(TEXTS).to_owned(),
    }
}

/// Quotes a text as Go does, or now and then in backquotes.
fn quoted(random: &mut Random, text: &str) -> String {
    if random.chance(15) && !text.contains(['`', '\r']) {
        return format!("`{text}`");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    if random.chance(2) {
        out.push_str(random.pick(&[
            "\\xff",
            "\\xc3",
            "\\xe2\\x82",
            "\\u00e9",
            "\\101",
            "\\a",
            "\\U0001F600",
        ]));
    }
    out.push('"');
    out
}

/// Draws a number as Go and YAML write them.
fn number(random: &mut Random) -> String {
    match random.below(12) {
        0 => random.between(0, 1_000_000).to_string(),
        1 => format!("-{}", random.between(0, 50)),
        2 => format!("{}.{}", random.between(0, 99), random.between(0, 9999)),
        3 => format!(
            "{}e{}{}",
            random.between(1, 99),
            random.pick(&["", "-", "+"]),
            random.between(0, 25)
        ),
        4 => random
            .pick(&[
                "9223372036854775807",
                "-9223372036854775808",
                "9007199254740993",
                "2147483648",
                "4294967296",
            ])
            .to_owned(),
        5 => random
            .pick(&[
                "1e308",
                "0.1",
                "1e-7",
                "123456789.125",
                "1e6",
                "1e21",
                "5e-324",
                "0x10",
                "0b11",
                "0o17",
                "017",
                "1_000",
                "0x1p4",
                "1.e2",
            ])
            .to_owned(),
        _ => random.between(0, 12).to_string(),
    }
}
