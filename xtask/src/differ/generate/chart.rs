//! Charts with subcharts: values, globals, conditions, tags, imports and templates.

use super::template::Grammar;
use crate::differ::random::Random;

const KEYS: &[&str] =
    &["a", "b", "c", "global", "sub", "other", "g", "x", "enabled", "tags", "exports"];

/// Draws values as JSON in one line.
fn values(random: &mut Random, depth: usize) -> String {
    let entries = random.joined(0, 4, ",", |random| {
        let key = random.pick(KEYS);
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

/// Draws a template that writes a manifest about its values.
fn template(random: &mut Random, is_partial: bool) -> String {
    let names = ["t", "u", "b"];
    if is_partial {
        return random.joined(1, 2, "\n", |random| {
            let body = random.pick(&[
                "{{ .Chart.Name }}-{{ .Release.Name }}", "{{ toJson .Values }}", "{{ . | toJson }}", "x",
                "{{ $_ := set .Values \"z\" 1 }}", "", "{{ include \"u\" . }}", "{{ .Template.Name }}",
            ]);
            format!("{{{{- define \"{}\" -}}}}{body}{{{{- end -}}}}", random.pick(&names))
        });
    }
    let lines = random.joined(1, 4, "\n", |random| {
        let key = random.pick(&["a", "b", "c", "d", "e"]);
        let value = random.pick(&[
            "{{ toJson .Values }}", "{{ .Values.a | quote }}", "{{ toJson .Values.global }}",
            "{{ toJson .Values.sub }}", "{{ include \"t\" . | quote }}", "{{ include \"u\" . | quote }}",
            "{{ .Template.Name }}", "{{ .Template.BasePath }}", "{{ .Chart.Name }}", "{{ .Release.Name }}",
            "{{ $_ := set .Values \"z\" .Template.Name }}1", "{{ $_ := set .Values.global \"z\" 1 }}2",
            "{{ if .Values.sub }}{{ $_ := set .Values.sub \"p\" 1 }}{{ end }}3", "{{ .Values.z }}",
            "{{ tpl \"{{ .Values.a }}\" . | quote }}", "{{ .Values.missing }}", "{{ .Values.a.b }}",
            "{{ .Values.global.a.b }}", "{{ keys .Subcharts | sortAlpha | join \",\" }}",
            "{{ range $k, $v := .Subcharts }}{{ $k }}={{ toJson $v.Values }}{{ end }}",
            "{{ .Capabilities.KubeVersion }}", "{{ .Capabilities.KubeVersion.Minor }}", "{{ typeOf .Values }}",
            "{{ typeOf .Chart }}", "{{ .Chart.IsRoot }}", "{{ toJson .Chart.Dependencies }}",
            "{{ .Files.Get \"x\" }}", "{{ .Release.IsInstall }}", "{{ required \"no\" .Values.x }}",
            "{{ .Values.a.b.c }}", "{{ with .Values.a }}{{ . | toJson }}{{ else }}none{{ end }}",
            "{{ template \"t\" . }}", "{{ merge .Values (dict \"m\" 1) | toJson }}",
            "{{ $d := deepCopy .Values }}{{ $_ := set $d \"q\" 1 }}{{ toJson .Values }}",
            "{{ toYaml .Values | nindent 2 }}", "{{ .Values | toYaml | nindent 4 }}",
            "{{ omit .Values \"a\" | toJson }}", "{{ unset .Values \"a\" | toJson }}",
            "{{ mergeOverwrite .Values .Values.b | toJson }}", "{{ fail \"stop\" }}",
            "{{ .Capabilities.APIVersions.Has \"v1\" }}", "{{ index .Values \"a\" \"b\" }}",
            "{{ dig \"a\" \"b\" \"no\" .Values }}", "{{ dig \"a\" \"b\" \"no\" (.Values | merge dict) }}",
        ]);
        let wrapped = random.chance(30);
        if wrapped { format!("{key}: '{value}'") } else { format!("{key}: {value}") }
    });
    let extra =
        if random.chance(15) { Grammar::new(random, true).template() } else { String::new() };
    format!(
        "apiVersion: v1\nkind: {}\nmetadata:\n  name: x\n{lines}\n{extra}",
        random.pick(&["ConfigMap", "Pod", "Job"])
    )
}

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
