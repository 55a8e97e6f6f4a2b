//! Patterns of Go's `regexp`, with texts to search.

use super::{quoted, text};
use crate::differ::random::Random;

const ATOMS: &[&str] = &[
    "a", "b", "c", "ab", ".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\b", "\\B", "^", "$", "\\A", "\\z", "[a-c]",
    "[^a]", "[[:alpha:]]", "[[:^digit:]]", "[\\d-]", "[a\\]]", "[]a]", "[^]a]", "[a-]", "[-a]", "\\.", "\\n", "\\t",
    "\\x41", "\\x{e9}", "\\pL", "\\p{Greek}", "\\PN", "\\p{^Lu}", "é", "日", "\\Qa.b\\E", "\\Q", "(a)", "(?:b)",
    "(?P<n>c)", "(?<m>c)", "(?i:A)", "(?s:.)", "(?m:^a$)", "(?U:a+)", "(?i)", "()", "(|a)", "[[:word:]]", "[\\pL\\d]",
    "[a-c&&b]", "[[a]]", "\\C", "\\123", "\\07", "\\8", "\\_", "\\-", "\\/", "\\é", "\\e", "\\Z", "\\h", "\\1",
    "\\pX", "\\p{", "[z-a]", "[a", "(", ")", "*", "{", "}", "{1}", "x{2", "(?", "(?P<n", "(?P<n>a)", "(?=a)", "(?!a)",
    "\\", "ſ", "K", "k", "ß", "(?i:k)", "(?i:ſ)",
];
const REPEATS: &[&str] = &[
    "*", "+", "?", "*?", "+?", "??", "{2}", "{0,1}", "{1,}", "{2,3}?", "{0}", "{,2}", "{1001}",
    "{2,1}", "**", "+*", "{1000}", "{ 1}",
];

/// Draws a pattern.
pub(super) fn pattern(random: &mut Random) -> String {
    let mut out = expression(random, 2);
    while random.chance(8) {
        out = random.mutated(
            &out,
            &["(", ")", "[", "]", "|", "\\", "?", "^", "$", ":", "{", "}", "-", "a"],
        );
    }
    out
}

fn expression(random: &mut Random, depth: usize) -> String {
    random.joined(1, 2, "|", |random| {
        random.joined(0, 4, "", |random| {
            let atom = match random.below(6) {
                0 if depth > 0 => {
                    let open = random
                        .pick(&["(", "(?:", "(?i:", "(?P<x>", "(?s:", "(?m:", "(?-s:", "(?U:"]);
                    format!("{open}{})", expression(random, depth - 1))
                }
                _ => random.pick(ATOMS).to_owned(),
            };
            if random.chance(30) { atom + random.pick(REPEATS) } else { atom }
        })
    })
}

fn subject(random: &mut Random) -> String {
    match random.below(4) {
        0 => text(random),
        _ => random.soup(
            0,
            10,
            &[
                "a", "b", "c", "A", "ab", "abc", " ", "\n", "1", "23", "é", "日", "_", "-", ".",
                "a.b", "ſ", "K", "k", "ß", "]", "\r",
            ],
        ),
    }
}

/// Draws a template that searches, splits and replaces.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    let pattern = pattern(random);
    let mut out = format!("{{{{ $p := {} }}}}", quoted(random, &pattern));
    for _ in 0..random.between(1, 2) {
        let subject = subject(random);
        let subject = quoted(random, &subject);
        let count = random.pick(&["-1", "-1", "0", "1", "2", "3"]);
        let with = random.pick(&[
            "$1", "${1}x", "$n", "<$0>", "$$", "${x}", "$1x", "${", "$", "é", "", "\\1", "$99",
            "${n}-$2",
        ]);
        let with = quoted(random, with);
        out += &match random.below(9) {
            0 => format!("{{{{ mustRegexMatch $p {subject} }}}}"),
            1 => format!("{{{{ mustRegexFind $p {subject} | quote }}}}"),
            2..=3 => format!("{{{{ mustRegexFindAll $p {subject} {count} | toJson }}}}"),
            4..=5 => format!("{{{{ mustRegexSplit $p {subject} {count} | toJson }}}}"),
            6..=7 => format!("{{{{ mustRegexReplaceAll $p {subject} {with} | quote }}}}"),
            _ => format!("{{{{ mustRegexReplaceAllLiteral $p {subject} {with} | quote }}}}"),
        };
    }
    vec![out]
}
