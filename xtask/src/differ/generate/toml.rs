//! TOML: documents, and values to write as one.

use super::quoted;
use crate::differ::random::Random;

const MARKS: &[&str] = &[
    "[", "]", "[[", "]]", "=", " = ", ".", ",", "\n", "\r\n", " ", "\t", "#", "\"", "'", "\"\"\"", "'''", "{", "}",
    "\\", "\\n", "\\u00e9", "\\x", "\\e", "a", "b", "1", "_", "-", "+", "0x", "true", "inf", "nan", "1979-05-27",
    "T07:32:00Z", "07:32:00", ":", "é", "\u{0}", "\u{7f}", "0", "e5", ".5",
];

const VALUES: &[&str] = &[
    "1", "-1", "+1", "0", "1_000", "1__0", "0x1F", "0o17", "0b1", "0xG", "01", "1.5", "1e5", "1.e5", ".5", "5.",
    "1e400", "inf", "-inf", "nan", "+nan", "true", "false", "True", "\"s\"", "\"\"", "\"\\u00e9\\n\\\\\"",
    "\"\\x41\"", "\"\\e\"", "\"a\nb\"", "'lit\\n'", "''", "\"\"\"\nm\nn\"\"\"", "'''\na'b'''", "\"\"\"a\\\n  b\"\"\"",
    "\"\"\"\"q\"\"\"\"", "[]", "[1, 2]", "[1, \"a\", 2.5]", "[[1], [\"a\"]]", "[1,\n# c\n2,\n]", "[,]", "{}",
    "{a = 1}", "{a = 1, b.c = 2}", "{a = 1,}", "{a = 1\n}", "{a = {b = 1}}", "[{a = 1}, {b = 2}]", "1979-05-27",
    "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5", "1979-05-27T07:32:00-07:00", "07:32:00", "07:32", "1979-13-27",
    "2020-02-30", "24:00:00", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "a", "", "1 2",
    "é", "0e0", "-0", "-0.0", "6.626e-34", "1e06", "123456789.0", "1e21", "0.1",
];

/// Draws a document.
pub(super) fn document(random: &mut Random) -> String {
    let mut out = random.joined(0, 5, "", |random| {
        let line = match random.below(7) {
            0 => format!("[{}]", key(random)),
            1 => format!("[[{}]]", key(random)),
            2 => random.pick(&["", "# comment", "  ", "\t# x"]).to_owned(),
            _ => format!(
                "{}{}{}",
                key(random),
                random.pick(&[" = ", "=", "= "]),
                random.pick(VALUES)
            ),
        };
        line + random.pick(&["\n", "\n", "\n", "\r\n", " # c\n", "\n\n", ""])
    });
    while random.chance(25) {
        out = random.mutated(&out, MARKS);
    }
    out
}

fn key(random: &mut Random) -> String {
    random.joined(1, 2, ".", |random| {
        random
            .pick(&["a", "b", "c", "a-b", "_x", "1", "\"q k\"", "'r'", "\"\"", "é", "d", "a1"])
            .to_owned()
    })
}

/// Draws a template that reads a document, or writes a value.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    if random.chance(65) {
        let document = document(random);
        let document = quoted(random, &document);
        let show = random.pick(&[
            "{{ $v }}", "{{ toJson $v }}", "{{ toToml $v }}", "{{ toYaml $v }}",
            "{{ range $k, $w := $v }}{{ $k }} {{ printf \"%T\" $w }};{{ end }}",
        ]);
        return vec![format!("{{{{ $v := fromToml {document} }}}}{show}{{{{ toToml $v }}}}")];
    }
    let value = super::json::value(random, 3);
    let value = quoted(random, &value);
    let read = random.pick(&["fromJson", "fromYaml"]);
    vec![format!("{{{{ {read} {value} | toToml }}}}")]
}
