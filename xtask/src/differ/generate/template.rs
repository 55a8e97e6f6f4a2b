//! Templates: actions, pipelines, control structures and calls, mostly right.

use super::signatures::{GO, HELM, Signature};
use super::{layout, number, quoted, regex, semver, text, toml, yaml};
use crate::differ::random::Random;

/// Draws data and a template of Go alone.
pub(crate) fn plain(random: &mut Random) -> Vec<String> {
    let data = data(random);
    vec![data, Grammar::new(random, false).template()]
}

/// Draws a template with Helm's functions.
pub(crate) fn helm(random: &mut Random) -> Vec<String> {
    vec![Grammar::new(random, true).template()]
}

/// Draws one call, with the type of what it gives.
pub(crate) fn calls(random: &mut Random) -> Vec<String> {
    let signature = &HELM[random.below(HELM.len())];
    let show = random.pick(&[
        "{{ printf \"%T %v\" $r $r }}", "{{ printf \"%T %#v\" $r $r }}", "{{ $r }}", "{{ toJson $r }}",
        "{{ toYaml $r }}", "{{ quote $r }}",
    ]);
    let mut grammar = Grammar::new(random, true);
    let call = grammar.call(signature, 1);
    vec![format!("{{{{ $r := {call} }}}}{show}")]
}

/// Draws the data of a template of Go alone: one line of JSON.
fn data(random: &mut Random) -> String {
    let text = serde_json::to_string(&text(random)).unwrap_or_default();
    let number = random.pick(&["0", "1", "-3", "2.5", "1e21", "1000000", "123456789.5"]);
    let list = random.pick(&[
        "[]", "[1,2,3]", "[\"b\",\"a\"]", "[null,[1],{\"k\":\"v\"}]", "[0,false,\"\",null]", "[1.5]",
    ]);
    let map = random.pick(&[
        "{}", "{\"a\":1,\"b\":{\"c\":[1,2]}}", "{\"b\":2,\"a\":1,\"10\":3,\"9\":4}", "{\"a\":null}",
    ]);
    format!(
        "{{\"s\":{text},\"n\":{number},\"t\":true,\"z\":null,\"l\":{list},\"m\":{map},\"e\":\"\",\"w\":[\"x\",\"y z\"]}}"
    )
}

/// A grammar with the state of one template.
pub(super) struct Grammar<'r> {
    random: &'r mut Random,
    is_helm: bool,
    variables: Vec<String>,
    depth: usize,
    loops: usize,
    has_defines: bool,
}

/// Values of `fixtures/functions/values.yaml` by letter, and those of `data`.
const HELM_FIELDS: &[(char, &[&str])] = &[
    ('s', &["text", "empty", "unicode", "lines", "padded", "numeric", "hex", "yes"]),
    ('n', &["number", "negative", "float", "zero", "big", "large", "small"]), ('b', &["enabled", "disabled"]),
    ('l', &["list", "words", "mixed", "nested", "none", "maps"]), ('w', &["words"]),
    ('d', &["map", "other", "void", "keys", "map.d", "map.d.e"]),
    (
        'a',
        &[
            "nothing", "missing", "missing.x", "text.x", "map.b", "list", "map", "enabled", "other.f", "other.f.g",
        ],
    ),
];

const GO_FIELDS: &[(char, &[&str])] = &[
    ('s', &["s", "e"]), ('n', &["n"]), ('b', &["t"]), ('l', &["l", "w"]), ('w', &["w"]), ('d', &["m"]),
    ('a', &["z", "m.a", "m.b.c", "m.x.y", "s.x", "no", "z.y", "l"]),
];

const SPACES: &[&str] = &[
    "", " ", "  ", "\n", "\n\n", " \t", "\r\n", "a", "b\n", "  c  ", "é", "{", "}", "-", " - ", "<no value>", "\"x\"",
];

/// What a mutation puts in.
const PIECES: &[&str] = &[
    "{{", "}}", "{{-", "-}}", "{{- ", " -}}", " ", "\n", "|", "(", ")", "$", ".", ":=", "=", ",", "\"", "`", "'",
    "'a'", "end", "else", "if", "range", "with", "define", "block", "template", "break", "continue", "nil", "true",
    "/*", "*/", "{{/* c */}}", "0", "1", "1i", "0x", "1.", "-", "+", "$x", ".a", "..", "é", "\u{0}", "_", "%", "@",
    "#", "\\", "\"\\x\"", "1e", "'\\''", "{{end}}", "{{else}}", "{{ . }}", "else with .", "else if .",
];

impl<'r> Grammar<'r> {
    pub(super) fn new(random: &'r mut Random, is_helm: bool) -> Self {
        Self { random, is_helm, variables: Vec::new(), depth: 0, loops: 0, has_defines: false }
    }

    /// Draws a whole template, now and then a broken one.
    pub(super) fn template(&mut self) -> String {
        let mut out = String::new();
        if self.random.chance(40) {
            self.has_defines = true;
            for name in ["t", "u"] {
                let body = self.apart(|grammar| grammar.body(2));
                out += &format!("{{{{ define \"{name}\" }}}}{body}{{{{ end }}}}");
            }
        }
        out += &self.body(4);
        while self.random.chance(6) {
            out = self.random.mutated(&out, PIECES);
        }
        out
    }

    /// Draws with variables of its own.
    fn apart(&mut self, draw: impl FnOnce(&mut Self) -> String) -> String {
        let (outer, loops) = (std::mem::take(&mut self.variables), std::mem::take(&mut self.loops));
        let out = draw(self);
        (self.variables, self.loops) = (outer, loops);
        out
    }

    fn body(&mut self, n_parts: usize) -> String {
        let mut out = String::new();
        for _ in 0..self.random.between(1, n_parts) {
            if self.random.chance(50) {
                out += self.random.pick(SPACES);
            }
            out += &self.part();
        }
        if self.random.chance(40) {
            out += self.random.pick(SPACES);
        }
        out
    }

    fn action(&mut self, inner: &str) -> String {
        let open = self.random.pick(&["{{ ", "{{", "{{- ", "{{- ", "{{\n"]);
        let close = self.random.pick(&[" }}", "}}", " -}}", " -}}", "\n}}"]);
        format!("{open}{inner}{close}")
    }

    fn part(&mut self) -> String {
        if self.depth > 3 {
            return self.simple();
        }
        self.depth += 1;
        let n_outer = self.variables.len();
        let out = match self.random.below(22) {
            0..=2 => self.branch("if"),
            3..=4 => self.branch("with"),
            5..=7 => self.range(),
            8 if self.has_defines || self.random.chance(5) => {
                let argument = self.expr('a', 1);
                let name = self.random.pick(if self.has_defines { &["t", "u"] } else { &["nope"] });
                self.action(&format!("template \"{name}\" {argument}"))
            }
            9 if self.random.chance(30) => {
                let argument = self.expr('a', 1);
                let body = self.apart(|grammar| grammar.body(2));
                let open = self.action(&format!("block \"b\" {argument}"));
                format!("{open}{body}{{{{ end }}}}")
            }
            10 => self
                .action("/* a comment */")
                .replace("{{ ", "{{")
                .replace(" }}", "}}")
                .replace("{{\n", "{{")
                .replace("\n}}", "}}"),
            11 if self.loops > 0 || self.random.chance(5) => {
                let word = self.random.pick(&["break", "continue"]);
                self.action(word)
            }
            _ => {
                self.depth -= 1;
                let out = self.simple();
                self.depth += 1;
                return self.leave(out);
            }
        };
        // What a block declares is gone after it.
        self.variables.truncate(n_outer);
        self.leave(out)
    }

    fn leave(&mut self, out: String) -> String {
        self.depth -= 1;
        out
    }

    fn simple(&mut self) -> String {
        let value = self.pipeline();
        if self.random.chance(80) {
            return self.action(&value);
        }
        let name = format!("$v{}", self.random.below(4));
        let is_known = self.variables.contains(&name) && self.random.chance(60);
        let sign = if is_known { "=" } else { ":=" };
        let out = self.action(&format!("{name} {sign} {value}"));
        self.variables.push(name);
        out
    }

    fn branch(&mut self, word: &str) -> String {
        let value = self.pipeline();
        let declares = self.random.chance(20);
        let head =
            if declares { format!("{word} $w := {value}") } else { format!("{word} {value}") };
        let mut out = self.action(&head);
        if declares {
            self.variables.push("$w".to_owned());
        }
        out += &self.body(2);
        if self.random.chance(25) {
            let value = self.pipeline();
            out += &self.action(&format!("else {word} {value}"));
            out += &self.body(2);
        }
        if self.random.chance(40) {
            out += &self.action("else");
            out += &self.body(2);
        }
        out + &self.action("end")
    }

    fn range(&mut self) -> String {
        let kind = self.random.pick(&["l", "l", "d", "w", "i", "a"]);
        let value = self.expr(kind.chars().next().unwrap_or('l'), 1);
        let head = match self.random.below(4) {
            0 => {
                self.variables.push("$w".to_owned());
                format!("range $w := {value}")
            }
            1 => {
                self.variables.extend(["$k".to_owned(), "$w".to_owned()]);
                format!("range $k, $w := {value}")
            }
            2 if self.variables.len() > 1 && self.random.chance(30) => {
                let (a, b) = (self.variables[0].clone(), self.variables[1].clone());
                format!("range {a}, {b} = {value}")
            }
            _ => format!("range {value}"),
        };
        let mut out = self.action(&head);
        self.loops += 1;
        out += &self.body(2);
        self.loops -= 1;
        if self.random.chance(30) {
            out += &self.action("else");
            out += &self.body(1);
        }
        out + &self.action("end")
    }

    fn pipeline(&mut self) -> String {
        let mut letter = self.any_letter();
        let mut out = self.command(letter, 2);
        while self.random.chance(30) {
            let signatures = self.signatures();
            let signature = &signatures[self.random.below(signatures.len())];
            let last = signature.takes.iter().rfind(|letter| **letter != '*');
            if last.is_none_or(|last| *last != 'a' && *last != letter) && !self.random.chance(4) {
                continue;
            }
            letter = signature.gives;
            let mut takes = signature.takes.clone();
            takes.retain(|letter| *letter != '*');
            takes.pop();
            out += " | ";
            out += signature.name;
            for letter in takes {
                out.push(' ');
                out += &self.argument(letter, 1);
            }
        }
        out
    }

    fn signatures(&self) -> &'static [Signature] {
        if self.is_helm { &HELM } else { &GO }
    }

    /// Draws a value as a command: a call stands without brackets.
    fn command(&mut self, letter: char, depth: usize) -> String {
        let value = self.expr(letter, depth);
        match value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) if !inner.contains(['(', ')']) => inner.to_owned(),
            _ => value,
        }
    }

    pub(super) fn call(&mut self, signature: &Signature, depth: usize) -> String {
        let mut out = signature.name.to_owned();
        let mut last = 'a';
        for letter in signature.takes.clone() {
            let n = if letter == '*' { self.random.below(3) } else { 1 };
            if letter != '*' {
                last = letter;
            }
            for _ in 0..n {
                out.push(' ');
                out += &self.argument(last, depth);
            }
        }
        match self.random.below(200) {
            0 => out + " 1",
            1 => out.rsplit_once(' ').map_or(out.clone(), |(head, _)| head.to_owned()),
            _ => out,
        }
    }

    fn argument(&mut self, letter: char, depth: usize) -> String {
        match letter {
            // Go's slice tells a number from an interface that holds one; Helm has another.
            'I' => self.random.below(3).to_string(),
            _ if self.random.chance(4) => {
                let letter = self.any_letter();
                self.expr(letter, depth)
            }
            _ => self.expr(letter, depth),
        }
    }

    fn any_letter(&mut self) -> char {
        ['s', 'n', 'i', 'l', 'd', 'a', 'b', 'w'][self.random.below(8)]
    }

    fn expr(&mut self, letter: char, depth: usize) -> String {
        let letter =
            if letter == 'a' && self.random.chance(60) { self.any_letter() } else { letter };
        if depth > 0 && self.random.chance(35) {
            let signatures = self.signatures();
            let wanted = match letter {
                'k' | 'p' | 'r' | 'y' | 'j' | 'f' | 't' | 'v' | 'c' | 'u' | 'L' | 'D' | 'Z'
                | 'o' | 'N' | 'T' => None,
                'S' => Some('i'),
                letter => Some(letter),
            };
            if let Some(wanted) = wanted {
                let giving: Vec<&Signature> =
                    signatures.iter().filter(|signature| signature.gives == wanted).collect();
                if !giving.is_empty() {
                    let signature = giving[self.random.below(giving.len())];
                    return format!("({})", self.call(signature, depth - 1));
                }
            }
        }
        match self.random.below(10) {
            0..=3 if letter != 'i' || self.random.chance(4) => self.field(letter),
            4 if !self.variables.is_empty() && self.random.chance(40) => {
                let at = self.random.below(self.variables.len());
                self.variables[at].clone()
            }
            5 if self.random.chance(20) => self
                .random
                .pick(&[".", "$", "$.x", "nil", ".missing", "$undeclared", "(1)", "(.)"])
                .to_owned(),
            _ => self.literal(letter),
        }
    }

    fn field(&mut self, letter: char) -> String {
        let fields = if self.is_helm { HELM_FIELDS } else { GO_FIELDS };
        let letter = if letter == 'i' { 'n' } else { letter };
        let Some((_, names)) = fields.iter().find(|(of, _)| *of == letter) else {
            return self.literal(letter);
        };
        let name = self.random.pick(names);
        let dollar = if self.random.chance(40) { "$" } else { "" };
        let values = if self.is_helm { ".Values" } else { "" };
        let wrap = self.random.chance(5);
        let path = format!("{dollar}{values}.{name}");
        if wrap { format!("({path})") } else { path }
    }

    fn literal(&mut self, letter: char) -> String {
        let random = &mut *self.random;
        match letter {
            'i' => match random.below(12) {
                0 => random.pick(&["0x10", "'a'", "1e2", "-0", "1_0", "100", "-100"]).to_owned(),
                1 => format!("-{}", random.between(0, 9)),
                _ => random.between(0, 9).to_string(),
            },
            'n' => number(random),
            'b' => random.pick(&["true", "false"]).to_owned(),
            'S' => format!("(int64 {}{})", random.pick(&["", "-"]), random.below(4_000_000_000)),
            'l' => {
                if self.is_helm {
                    let items = self.random.below(4);
                    let items: Vec<String> = (0..items).map(|_| self.argument('a', 0)).collect();
                    return format!("(list {})", items.join(" "));
                }
                self.field('l')
            }
            'w' => {
                if self.is_helm {
                    return random
                        .pick(&[
                            "(splitList \",\" \"b,a,c,a\")", "(list \"x\" \"y\")", "(keys (dict \"a\" 1))",
                            "(splitList \"\" \"é1\")",
                        ])
                        .to_owned();
                }
                self.field('w')
            }
            'd' => {
                if self.is_helm {
                    let mut out = String::from("(dict");
                    for _ in 0..self.random.below(3) {
                        let (key, value) = (self.literal('k'), self.argument('a', 0));
                        out += &format!(" {key} {value}");
                    }
                    return out + ")";
                }
                self.field('d')
            }
            'k' => format!("\"{}\"", random.pick(&["a", "b", "c", "d", "name", "e", "", "f", "k"])),
            'N' if self.has_defines => random.pick(&["\"t\"", "\"u\""]).to_owned(),
            'N' => "\"nope\"".to_owned(),
            'T' => random
                .pick(&[
                    "\"{{ .x }}\"", "\"{{ . }}\"", "\"plain\"", "\"{{ \"", "\"{{ $.Values.text }}\"",
                    "\"{{ include `t` . }}\"", "\"{{ define `x` }}1{{ end }}{{ template `x` }}\"",
                    "\"{{ .Template.Name }}\"", "\"{{ fail `x` }}\"",
                ])
                .to_owned(),
            'r' => {
                let pattern = regex::pattern(random);
                quoted(random, &pattern)
            }
            'y' => {
                let document = yaml::document(random).remove(0);
                quoted(random, &document)
            }
            'j' => {
                let document = super::json::document(random).remove(0);
                quoted(random, &document)
            }
            'o' => {
                let document = toml::document(random);
                quoted(random, &document)
            }
            'L' => {
                let layout = layout::layout(random);
                quoted(random, &layout)
            }
            't' => random
                .pick(&[
                    "\"2020-01-02\"", "(toDate \"2006-01-02\" \"2021-12-31\")",
                    "(toDate \"2006-01-02T15:04:05Z07:00\" \"2020-02-29T23:59:59+05:30\")", "\"x\"",
                    "(int64 1600000000)",
                ])
                .to_owned(),
            'D' => format!("\"{}\"", layout::duration(random)),
            'Z' => random
                .pick(&[
                    "\"UTC\"", "\"Europe/Berlin\"", "\"America/New_York\"", "\"Nowhere\"", "\"\"", "\"Asia/Kolkata\"",
                ])
                .to_owned(),
            'v' => format!("\"{}\"", semver::version(random)),
            'c' => format!("\"{}\"", semver::range(random)),
            'p' => random
                .pick(&[
                    "\"/a/b/../c.txt\"", "\"a//b/\"", "\"\"", "\".\"", "\"..\"", "\"/\"", "\"a.tar.gz\"",
                    "\"./x/./y\"", "\"../../a\"", "\"C:\\\\x\\\\y.z\"", "\"a/.b\"",
                ])
                .to_owned(),
            'u' => random
                .pick(&[
                    "\"https://u:p@h:80/p?q=1#f\"", "\"http://[::1]:80/\"", "\"mailto:a@b\"", "\"//h/p\"", "\"a b\"",
                    "\"http://h:x/\"", "\"%zz\"", "\"http://h/%20é?a=b&c\"", "\"x://\"", "\"http://a@b@c/\"",
                    "\"?q\"", "\"#f\"", "\":x\"", "\"http://h/a%2Fb\"",
                ])
                .to_owned(),
            'f' => {
                let format = super::printf::format(random);
                quoted(random, &format)
            }
            _ => {
                let text = text(random);
                quoted(random, &text)
            }
        }
    }
}
