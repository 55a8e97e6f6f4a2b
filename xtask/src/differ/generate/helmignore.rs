//! Rules of `.helmignore`, and paths to ask about.

use crate::differ::random::Random;

const MARKS: &[&str] = &[
    "a", "b", "ab", "a.b", "*", "**", "?", "/", "!", "#", "\\", "[", "]", "[ab]", "[^a]", "[a-c]",
    "[", "-", ".", "..", " ", "\t", "é", "*.txt", "\\#", "\\!", "\\*", "foo", "foo/", "/foo",
    "foo/*", "foo/bar", "*/", "a/b/c", "./a", ".*",
];

/// Draws rules and paths.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    let rules = random.joined(1, 3, "\n", |random| {
        let rule = random.soup(0, 4, MARKS);
        // Helm 3 takes a slash from such a rule each time it asks it.
        if rule.trim_start_matches([' ', '\t', '!']).starts_with("//") {
            "/a".to_owned()
        } else {
            rule
        }
    });
    let end = random.pick(&["", "\n", "\r\n", "\n\n"]);
    let paths = random.joined(2, 6, "\n", |random| {
        if random.chance(80) {
            random
                .pick(&[
                    "a", "b", "ab", "a.b", "a/b", "foo", "foo/bar", "foo/bar/baz.txt", "x.txt", "a/b/c", ".", "./a",
                    "", ".git", "a b", "é", "*", "#", "!", "a/", "c", "[", "\\",
                ])
                .to_owned()
        } else {
            random.soup(1, 3, MARKS)
        }
    });
    vec![format!("{rules}{end}"), paths]
}
