//! Charts with subcharts: values, globals, conditions, tags, imports and templates.

use super::template::Grammar;
use crate::differ::random::Random;

const KEYS: &[&str] =
    &["a", "b", "c", "global", "sub", "other", "g", "x", "enabled", "tags", "exports"];

/// Draws values as JSON in one line.
fn values(random: &mut Random, depth: usize) -> String {
    let entries = random.joined(0, 4, ",", |random| {
        let key = random.pick(KEYS);
        // Charts have tables, or nothing is rendered at all.
        if matches!(key, "sub" | "other" | "global" | "deep" | "al") && random.chance(93) {
            return format!("\"{key}\":{}", if depth > 0 { values(random, depth - 1) } else { "{}".to_owned() });
        }
        format!("\"{key}\":{}", value(random, depth))
    });
    format!("{{{entries}}}")
}

fn value(random: &mut Random, depth: usize) -> String {
    match random.below(10) {
        0..=4 if depth > 0 => values(random, depth - 1),
        5 => format!(
            "[{}]",
            random.joined(0, 2, ",", |random| random
                .pick(&["1", "\"x\"", "null", "{\"a\":1}"])
                .to_owned())
        ),
        6..=7 => "null".to_owned(),
        _ => random
            .pick(&[
                "1", "2", "\"s\"", "true", "false", "{}", "\"\"", "0", "1.5", "{\"a\":1}", "{\"a\":null}",
            ])
            .to_owned(),
    }
}

fn dependency(random: &mut Random, name: &str) -> String {
    let mut out = format!(
        "{{\"name\":\"{name}\",\"version\":\"{}\",\"repository\":\"\"",
        random.pick(&["*", "0.1.0", "^0.1.0", ">=1.0.0", ""])
    );
    if random.chance(30) {
        out += &format!(
            ",\"condition\":\"{}\"",
            random.pick(&[
                "sub.enabled", "other.enabled", "a.enabled", "x,sub.enabled", "a.b.c", "global.enabled", "",
                " sub.enabled",
                "al.enabled"
            ])
        );
    }
    if random.chance(25) {
        out += &format!(
            ",\"tags\":[{}]",
            random.joined(1, 2, ",", |random| format!("\"{}\"", random.pick(&["a", "b", "c"])))
        );
    }
    if random.chance(15) {
        out += ",\"alias\":\"al\"";
    }
    if random.chance(40) {
        out += &format!(
            ",\"import-values\":[{}]",
            random.joined(1, 2, ",", |random| match random.below(3) {
                0 => format!("\"{}\"", random.pick(&["a", "x", "c", "nope"])),
                _ => format!(
                    "{{\"child\":\"{}\",\"parent\":\"{}\"}}",
                    random.pick(&["a", "exports.a", "a.b", "x", "global", ".", ""]),
                    random.pick(&["a", "b.c", ".", "sub", "x", "global", ""])
                ),
            })
        );
    }
    out + "}"
}

fn chart_yaml(random: &mut Random, name: &str, dependencies: &[&str]) -> String {
    let listed = dependencies
        .iter()
        .filter(|_| random.chance(85))
        .copied()
        .collect::<Vec<_>>()
        .iter()
        .map(|name| dependency(random, name))
        .collect::<Vec<_>>()
        .join(",");
    format!(
        "{{\"apiVersion\":\"v2\",\"name\":\"{name}\",\"version\":\"0.1.0\",\"dependencies\":[{listed}]}}\n"
    )
}

fn files(random: &mut Random, with_templates: bool) -> String {
    let mut out = String::new();
    if with_templates && random.chance(95) {
        out += HELPERS;
    }
    let has_deep = random.chance(40);
    let deep: &[&str] = if has_deep { &["deep"] } else { &[] };
    let mut add = |random: &mut Random, folder: &str, name: &str, dependencies: &[&str]| {
        out += &format!("-- {folder}Chart.yaml --\n{}", chart_yaml(random, name, dependencies));
        if random.chance(85) {
            out += &format!("-- {folder}values.yaml --\n{}\n", values(random, 3));
        }
        if with_templates {
            for file in
                ["templates/_h.tpl", "templates/a.yaml", "templates/b.yaml", "templates/NOTES.txt"]
            {
                if random.chance(45) {
                    let text = template(random, file.starts_with("templates/_"));
                    let newline = if text.ends_with('\n') { "" } else { "\n" };
                    out += &format!("-- {folder}{file} --\n{text}{newline}");
                }
            }
        }
    };
    add(random, "", "root", &["sub", "other"]);
    add(random, "charts/sub/", "sub", deep);
    if random.chance(60) {
        add(random, "charts/other/", "other", &[]);
    }
    if has_deep {
        add(random, "charts/sub/charts/deep/", "deep", &[]);
    }
    out
}

/// What templates write of their values.
const VALUES: &[&str] = &[
    "{{ toJson .Values }}", "{{ .Values.a | quote }}", "{{ toJson .Values.global }}", "{{ toJson .Values.sub }}",
    "{{ include \"t\" . | quote }}", "{{ include \"u\" . | quote }}", "{{ .Template.Name }}", "{{ .Template.BasePath }}",
    "{{ .Chart.Name }}", "{{ .Release.Name }}", "{{ $_ := set .Values \"z\" .Template.Name }}1",
    "{{ if .Values.global }}{{ $_ := set .Values.global \"z\" 1 }}{{ end }}2", "{{ .Values.z }}",
    "{{ if .Values.sub }}{{ $_ := set .Values.sub \"p\" 1 }}{{ end }}3", "{{ .Values.missing }}",
    "{{ keys .Subcharts | sortAlpha | join \",\" }}", "{{ typeOf .Values }}", "{{ typeOf .Chart }}",
    "{{ range $k, $v := .Subcharts }}{{ $k }}={{ toJson $v.Values }}{{ end }}", "{{ .Chart.IsRoot }}",
    "{{ .Capabilities.KubeVersion }}", "{{ .Capabilities.KubeVersion.Minor }}", "{{ toJson .Chart.Dependencies }}",
    "{{ .Files.Get \"x\" }}", "{{ .Release.IsInstall }}", "{{ with .Values.a }}{{ . | toJson }}{{ else }}none{{ end }}",
    "{{ merge .Values (dict \"m\" 1) | toJson }}", "{{ toYaml .Values | nindent 2 }}", "{{ .Values | toYaml | nindent 4 }}",
    "{{ $d := deepCopy .Values }}{{ $_ := set $d \"q\" 1 }}{{ toJson .Values }}", "{{ omit .Values \"a\" | toJson }}",
    "{{ unset .Values \"a\" | toJson }}", "{{ .Capabilities.APIVersions.Has \"v1\" }}", "{{ toJson .Chart }}", "{{ toJson .Release }}",
    "{{ dig \"a\" \"b\" \"no\" (.Values | merge dict) | quote }}", "{{ toJson .Subcharts }}", "{{ toJson .Template }}",
    "{{ range $k, $v := .Values }}{{ $k }},{{ end }}", "{{ .Values.global | default dict | toJson }}", "{{ include \"b\" .Values | quote }}",
    "{{ $x := .Values.global }}{{ if $x }}{{ $_ := merge $x (dict \"n\" (dict \"o\" 1)) }}{{ end }}4", "{{ toJson .Files }}",
];

/// What may not be there, or stops the render.
const RISKY: &[&str] = &[
    "{{ .Values.a.b }}", "{{ .Values.global.a.b }}", "{{ required \"no\" .Values.x }}", "{{ .Values.a.b.c }}", "{{ fail \"stop\" }}",
    "{{ template \"t\" . }}", "{{ mergeOverwrite .Values .Values.b | toJson }}", "{{ index .Values \"a\" \"b\" }}", "{{ include \"no\" . }}",
    "{{ dig \"a\" \"b\" \"no\" .Values }}", "{{ tpl \"{{ .Values.a }}\" . | quote }}", "{{ tpl .Values.x . }}", "{{ .Chart.Nope }}",
    "{{ .Release.Nope }}", "{{ .Nope.Nope }}", "{{ .Capabilities.Nope }}", "{{ .Files.Nope }}", "{{ printf \"%#v\" .Values.a }}", "{{ printf \"%v\" .Chart }}",
    "{{ range .Values }}{{ .a }}{{ end }}", "{{ toYaml .Chart }}",
];

/// Draws a template that writes a manifest about its values.
fn template(random: &mut Random, is_partial: bool) -> String {
    if is_partial {
        return random.joined(1, 2, "\n", |random| {
            let body = random.pick(&[
                "{{ .Chart.Name }}-{{ .Release.Name }}", "{{ kindOf . }}", "x",
                "{{ $_ := set .Values \"z\" 1 }}", "", "{{ include \"u\" . }}", "{{ .Template.Name }}", "{{ toJson .Values }}",
            ]);
            format!("{{{{- define \"{}\" -}}}}{body}{{{{- end -}}}}", random.pick(&["t", "u", "b"]))
        });
    }
    let lines = random.joined(1, 4, "\n", |random| {
        let key = random.pick(&["a", "b", "c", "d", "e"]);
        let is_risky = random.chance(5);
        let value = random.pick(if is_risky { RISKY } else { VALUES });
        let wrapped = random.chance(20);
        if wrapped { format!("{key}: '{value}'") } else { format!("{key}: {value}") }
    });
    let extra = if random.chance(6) { Grammar::new(random, true).template() } else { String::new() };
    format!(
        "apiVersion: v1\nkind: {}\nmetadata:\n  name: x\n{lines}\n{extra}",
        random.pick(&["ConfigMap", "Pod", "Job"])
    )
}

/// Helpers that every chart has.
const HELPERS: &str = "\
-- templates/_all.tpl --
{{ define \"t\" }}t{{ .Chart.Name }}{{ end }}{{ define \"u\" }}u{{ .Template.Name }}{{ end }}{{ define \"b\" }}b{{ kindOf . }}{{ end }}
";

/// Draws charts and a user's values.
pub(crate) fn dependencies(random: &mut Random) -> Vec<String> {
    let files = files(random, false);
    vec![format!("{files}-- user.yaml --\n{}\n", values(random, 3))]
}

/// Draws charts with templates and a user's values.
pub(crate) fn render(random: &mut Random) -> Vec<String> {
    let files = files(random, true).replace("\n-- {{", "\n-  {{");
    vec![format!("{files}-- user.yaml --\n{}\n", values(random, 2))]
}
