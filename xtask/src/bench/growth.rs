//! Charts that grow: whether twice as much takes twice as long.
//!
//! Each is generated at three sizes, each twice the one before. What is shown is the processor time for each unit, less that
//! of a chart with one empty template: where it stays the same from size to size, growth is linear.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::process::{self, Sample};
use super::table::{Pair, duration, median, to_f64};
use super::{Bench, MAX_LONG_PAIRS};
use crate::{Result, say};

/// A chart that grows: its name on the command line, its title, its sizes, and the files of one size.
pub(super) struct Row {
    pub(super) name: &'static str,
    title: &'static str,
    sizes: [usize; 3],
    files: fn(usize) -> Files,
}

/// Files of a chart by path; a file outside of it, `more-values.yaml`, is given with `-f`.
type Files = Vec<(String, String)>;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "subcharts",
        title: "copies of one subchart",
        sizes: [100, 200, 400],
        files: subcharts,
    },
    Row { name: "tpl", title: "calls of `tpl`", sizes: [250, 500, 1000], files: calls_of_tpl },
    Row {
        name: "merge",
        title: "keys of two maps merged",
        sizes: [2500, 5000, 10_000],
        files: merged_keys,
    },
    Row { name: "append", title: "elements appended", sizes: [2500, 5000, 10_000], files: appends },
    Row {
        name: "crd",
        title: "kB of one definition in `crds/`",
        sizes: [1250, 2500, 5000],
        files: crd,
    },
];

/// The path of values that are no part of the chart.
const MORE_VALUES: &str = "more-values.yaml";

/// Measures charts that grow and gives a table of the time for each unit.
pub(super) fn compare<'r>(bench: &Bench, rows: impl Iterator<Item = &'r Row>) -> Result<String> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(String::new());
    }
    let n_pairs = bench.pairs.min(MAX_LONG_PAIRS);
    let empty = measure(bench, "empty", Vec::new(), n_pairs)?;
    let mut table = String::from(
        "| Growth, processor time for each | sizes | pintle | Helm |\n|---|---|---|---|\n",
    );
    for row in rows {
        say(row.name);
        let mut ours = Vec::new();
        let mut helms = Vec::new();
        for size in row.sizes {
            let name = format!("{}-{size}", row.name);
            let pairs = measure(bench, &name, (row.files)(size), n_pairs)?;
            let each = |sample: fn(&Pair) -> Sample| {
                let cpu = |pairs: &[Pair]| median(pairs.iter().map(|pair| sample(pair).cpu));
                duration((cpu(&pairs) - cpu(&empty)).max(0.0) / to_f64(size))
            };
            ours.push(each(|pair| pair.ours));
            helms.push(each(|pair| pair.helm));
        }
        let sizes = row.sizes.map(|size| size.to_string()).join(", ");
        let (ours, helms) = (ours.join(", "), helms.join(", "));
        let _ = writeln!(table, "| {} | {sizes} | {ours} | {helms} |", row.title);
    }
    Ok(table)
}

fn measure(bench: &Bench, name: &str, files: Files, n_pairs: usize) -> Result<Vec<Pair>> {
    let folder = bench.scratch.join(name);
    write(&folder, "Chart.yaml", &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"))?;
    write(&folder, "templates/empty.yaml", "")?;
    let mut more_values = None;
    for (path, text) in files {
        if path == MORE_VALUES {
            let outside = format!("{name}-{MORE_VALUES}");
            write(&bench.scratch, &outside, &text)?;
            more_values = Some(bench.scratch.join(outside));
        } else {
            write(&folder, &path, &text)?;
        }
    }
    let mut args = process::template(&folder, more_values.as_deref());
    args.push("--include-crds".to_owned());
    bench.processes(&args, n_pairs)
}

fn write(folder: &Path, path: &str, text: &str) -> Result {
    let path = folder.join(path);
    let failed = |error| format!("{}: {error}", path.display());
    fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
    fs::write(&path, text).map_err(failed)
}

fn file(path: impl Into<String>, text: impl Into<String>) -> (String, String) {
    (path.into(), text.into())
}

/// An umbrella of charts that differ in their names alone, and so define the same templates.
fn subcharts(size: usize) -> Files {
    let mut files = vec![file("values.yaml", "global:\n  domain: example.com\n")];
    for number in 0..size {
        let folder = format!("charts/part-{number}");
        files.extend([
            file(
                format!("{folder}/Chart.yaml"),
                format!("apiVersion: v2\nname: part-{number}\nversion: 0.1.0\n"),
            ),
            file(format!("{folder}/values.yaml"), SUBCHART_VALUES),
            file(format!("{folder}/templates/_names.tpl"), SUBCHART_NAMES),
            file(format!("{folder}/templates/deployment.yaml"), SUBCHART_DEPLOYMENT),
            file(format!("{folder}/templates/service.yaml"), SUBCHART_SERVICE),
        ]);
    }
    files
}

const SUBCHART_VALUES: &str = "\
image: {repository: nginx, tag: '1.27'}
replicas: 2
port: 80
labels: {tier: web}
";

const SUBCHART_NAMES: &str = r#"{{- define "part.name" -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "part.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}
"#;

const SUBCHART_DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "part.name" . }}
  labels:
    {{- include "part.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          env:
            - name: DOMAIN
              value: {{ .Values.global.domain | quote }}
"#;

const SUBCHART_SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: {{ include "part.name" . }}
  labels:
    {{- include "part.labels" . | nindent 4 }}
spec:
  ports:
    - port: {{ .Values.port }}
"#;

/// One template that calls `tpl` with texts that all differ.
fn calls_of_tpl(size: usize) -> Files {
    let template = format!(
        r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: calls
data:
  {{{{- range $number := until {size} }}}}
  key-{{{{ $number }}}}: {{{{ tpl (printf "{{{{ .Values.word }}}}-%d {{{{ include \"name\" . }}}}" $number) $ }}}}
  {{{{- end }}}}
"#
    );
    vec![
        file("values.yaml", "word: hello\n"),
        file("templates/_names.tpl", "{{ define \"name\" }}{{ .Release.Name }}{{ end }}\n"),
        file("templates/calls.yaml", template),
    ]
}

/// Values that meet defaults key by key, and are merged once more by a template.
fn merged_keys(size: usize) -> Files {
    let keys = |word: &str| {
        let mut text = String::from("map:\n");
        for number in 0..size {
            let _ = writeln!(text, "  key-{number}: {word}-{number}");
        }
        text
    };
    let template = r"apiVersion: v1
kind: ConfigMap
metadata:
  name: merged
data:
  {{- $copy := deepCopy .Values.map }}
  count: {{ merge (dict) $copy .Values.map | len | quote }}
  overwritten: {{ mergeOverwrite $copy .Values.map | len | quote }}
";
    vec![
        file("values.yaml", keys("default")),
        file(MORE_VALUES, keys("value")),
        file("templates/merged.yaml", template),
    ]
}

/// A list that grows by one element each time.
fn appends(size: usize) -> Files {
    let template = format!(
        r"apiVersion: v1
kind: ConfigMap
metadata:
  name: appends
data:
  {{{{- $list := list }}}}
  {{{{- range $number := until {size} }}}}
  {{{{- $list = append $list $number }}}}
  {{{{- end }}}}
  count: {{{{ len $list | quote }}}}
"
    );
    vec![file("templates/appends.yaml", template)]
}

/// A definition with so many kB of properties.
fn crd(size: usize) -> Files {
    let mut text = String::from(
        "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
",
    );
    let mut number = 0;
    while text.len() < size * 1000 {
        let _ = write!(
            text,
            "            property{number}:
              description: What the property number {number} is for, told in a sentence of some length.
              type: string
"
        );
        number += 1;
    }
    vec![file("crds/things.yaml", text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charts that grow are charts: each renders at its least size, to what it says.
    #[test]
    fn generated_charts_render() {
        let expected =
            ["kind: Service", "hello-249 demo", "count: \"2500\"", "count: \"2500\"", ""];
        for (row, expected) in ROWS.iter().zip(expected) {
            let mut files =
                vec![pintle::File::new("Chart.yaml", "apiVersion: v2\nname: x\nversion: 0.1.0\n")];
            let mut values = pintle::Values::default();
            for (path, text) in (row.files)(row.sizes[0]) {
                if path == MORE_VALUES {
                    values = pintle::Values::from_yaml(&text).unwrap();
                } else {
                    files.push(pintle::File::new(path, text));
                }
            }
            let chart = pintle::Chart::from_files(files).unwrap();
            let text = pintle::render(&chart, &values, &pintle::Release::new("demo")).unwrap();
            assert!(text.manifest().contains(expected), "{}", row.name);
        }
    }
}
