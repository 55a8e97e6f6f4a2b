//! Versions and ranges of them.

use crate::differ::random::Random;

const MARKS: &[&str] = &[
    "0", "1", "2", ".", "-", "+", "v", "x", "*", "X", " ", "=", "!", "<", ">", "~", "^", "||", ",", "alpha", "beta.1",
    "rc", "01", "a", "é", "=>", "=<", "~>", " - ", "-0", "_", "18446744073709551616",
];

fn part(random: &mut Random) -> String {
    match random.below(14) {
        0 => random.pick(&["01", "x", "X", "*", "", "18446744073709551616", "-1", "a"]).to_owned(),
        1 => random.between(10, 40).to_string(),
        _ => random.below(4).to_string(),
    }
}

/// Draws a version.
pub(super) fn version(random: &mut Random) -> String {
    let mut out = random.pick(&["", "", "", "v", "V", "="]).to_owned();
    let n = *[3, 3, 3, 3, 2, 1, 4].get(random.below(7)).unwrap_or(&3);
    out += &random.joined(n, n, ".", part);
    if random.chance(30) {
        out += "-";
        out += &random.joined(1, 3, ".", |random| {
            random
                .pick(&["alpha", "beta", "rc", "1", "0", "01", "10", "a-b", "-", "", "A", "rc1"])
                .to_owned()
        });
    }
    if random.chance(15) {
        out += "+";
        out += random.pick(&["build", "1", "01", "a.b", "", "x-y", "a..b", "a_b"]);
    }
    while random.chance(6) {
        out = random.mutated(&out, MARKS);
    }
    out
}

/// Draws a range.
pub(super) fn range(random: &mut Random) -> String {
    let mut out = random.joined(1, 2, " || ", |random| {
        let comma = random.pick(&[", ", " ", ","]);
        random.joined(1, 2, comma, |random| {
            if random.chance(12) {
                return format!("{} - {}", version(random), version(random));
            }
            let operator = random.pick(&[
                "", "=", "!=", ">", "<", ">=", "<=", "~", "^", "=>", "=<", "~>", "==", "> ", ">= ",
            ]);
            format!("{operator}{}", version(random))
        })
    });
    while random.chance(10) {
        out = random.mutated(&out, MARKS);
    }
    out
}

/// Draws a version and a range.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    vec![version(random), range(random)]
}
