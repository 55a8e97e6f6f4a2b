//! Warnings of ours: every code has charts that it is given for, and charts that it is not.
//!
//! A case is `fixtures/lint/CODE/fires….txt` or `quiet….txt`: a chart, with a user's values in `user.yaml` and the name
//! of a profile in `profile` where they are wanted. All its warnings are in `snapshots/ours/lint`.

mod sections;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle_chart::File;
use pintle_chart::values::{Sources, ValuesFile};
use pintle_engine::lint::codes::{CODES, Finding, Given, warnings};
use pintle_engine::lint::{Folder, LintSettings, lint};
use pintle_engine::world::Still;
use pintle_engine::{KubeVersion, Profile, SchemaCheck};
use sections::{sections, take};

/// Set by `cargo xtask accept`: what is said now becomes what shall be said.
const ACCEPT: &str = "PINTLE_ACCEPT";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn settings(profile: Profile) -> LintSettings {
    LintSettings {
        profile,
        kube_version: KubeVersion::default(),
        namespace: "default".to_owned(),
        schema: SchemaCheck::Checked,
        world: Arc::new(Still::new(1)),
    }
}

fn judge(files: Vec<File>, user: Option<String>, profile: Profile) -> Vec<Finding> {
    let content = user.map(String::into_bytes);
    let files_of_user: Vec<ValuesFile> = content
        .map(|content| ValuesFile { name: "user.yaml".to_owned(), content })
        .into_iter()
        .collect();
    let sources = Sources { files: files_of_user.clone(), ..Sources::default() };
    let values = sources.merge(profile.values, &mut |_| Ok(Vec::new())).unwrap_or_default();
    let folder = Folder::from_files("web".to_owned(), files, profile.load);
    let settings = settings(profile);
    let found = lint(&folder, &values, &settings);
    let given = Given { values, files: &files_of_user, allowed: Vec::new() };
    warnings(&folder, &given, &settings, &found)
}

fn of_case(text: &str) -> Vec<Finding> {
    let mut files = sections(text);
    let profile = take(&mut files, "profile")
        .map(|name| Profile::by_name(name.trim()).expect("a case names a profile that there is"));
    let user = take(&mut files, "user.yaml");
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    judge(files, user, profile.unwrap_or_default())
}

fn shown(findings: &[Finding]) -> String {
    findings
        .iter()
        .flat_map(|finding| {
            [&*finding.place.to_string(), ": ", &finding.message, " (", finding.code.name, ")\n"]
                .map(str::to_owned)
        })
        .collect()
}

/// Gives the cases below a folder: their names and texts, in order.
fn cases(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("the cases are there");
    let mut cases: Vec<_> = entries
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read_to_string(entry.path()).expect("a case is text"))
        })
        .collect();
    cases.sort();
    cases
}

#[test]
fn every_code_fires_and_keeps_quiet() {
    let mut wrong = Vec::new();
    for code in CODES {
        let (mut n_firing, mut n_quiet) = (0, 0);
        for (name, text) in cases(&root().join("fixtures/lint").join(code.name)) {
            let findings = of_case(&text);
            let has_fired = findings.iter().any(|finding| finding.code == *code);
            let is_firing = name.starts_with("fires");
            assert!(is_firing || name.starts_with("quiet"), "{name} begins with neither");
            n_firing += usize::from(is_firing);
            n_quiet += usize::from(!is_firing);
            let found = shown(&findings);
            if has_fired != is_firing {
                wrong.push(format!("{}/{name} gives:\n{found}", code.name));
            }
            let snapshot = root().join("snapshots/ours/lint").join(code.name).join(&name);
            if std::env::var_os(ACCEPT).is_some() {
                fs::create_dir_all(snapshot.parent().expect("it has one")).expect("it can be made");
                fs::write(&snapshot, &found).expect("it can be written");
            }
            let accepted = fs::read_to_string(&snapshot).unwrap_or_default();
            if accepted != found {
                wrong.push(format!("{}/{name}\n accepted: {accepted}\n now: {found}", code.name));
            }
        }
        assert!(n_firing > 0 && n_quiet > 0, "{} lacks a case", code.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_folders_are_of_codes() {
    for entry in fs::read_dir(root().join("fixtures/lint")).expect("the cases are there").flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(CODES.iter().any(|code| code.name == name), "there is no code {name}");
    }
}

#[test]
fn charts_we_ship_have_no_warnings() {
    for entry in fs::read_dir(root().join("charts")).expect("the charts are there").flatten() {
        if !entry.path().is_dir() {
            continue;
        }
        let mut files = Vec::new();
        gather(&entry.path(), "", &mut files);
        files.sort_by(|a, b| a.name.cmp(&b.name));
        for profile in Profile::ALL {
            let found = shown(&judge(files.clone(), None, *profile));
            assert!(found.is_empty(), "{}: {found}", entry.path().display());
        }
    }
}

fn gather(folder: &Path, path: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("it can be read").flatten() {
        let name = format!("{path}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{name}/"), files);
        } else {
            files.push(File::new(name, fs::read(entry.path()).expect("it can be read")));
        }
    }
}

/// Gives what is said about a chart of one file of values and one template that is never run.
fn of_unrun(values: &str, template: &str) -> Vec<Finding> {
    let template = format!("{{{{ if false }}}}{template}{{{{ end }}}}");
    let files = vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        File::new("values.yaml", values),
        File::new(
            "templates/_x.tpl",
            r#"{{ define "x" }}{{ include "x" (dict "x" . "y" (list . .)) }}{{ include "x" .x }}{{ range . }}{{ include "x" . }}{{ end }}{{ end }}"#,
        ),
        File::new("templates/map.yaml", template),
    ];
    judge(files, None, Profile::default())
}

#[test]
fn templates_that_grow_have_an_end() {
    let repeat =
        |n: usize, part: &dyn Fn(usize) -> String| (0..n).map(part).collect::<Vec<_>>().concat();
    let entries = repeat(500, &|n| format!(r#""k{n}" .Values.a "#));
    let sets = repeat(5_000, &|n| format!(r#"{{{{ $_ := set $d "x{n}" .Values.b }}}}"#));
    let templates = [
        r#"{{ include "x" .Values }}"#.to_owned(),
        r#"{{ include "x" (dict "x" .Values.a) }}"#.to_owned(),
        r#"{{ include (printf "%s" .Values.a) $ }}"#.to_owned(),
        format!(r#"{{{{ $x := "ab" }}}}{}"#, "{{ $x := print $x $x }}".repeat(100)),
        format!("{{{{ $d := dict {entries} }}}}{sets}"),
        format!("{}{}", "{{ range .Values.a }}".repeat(3_000), "{{ end }}".repeat(3_000)),
        format!("{{{{ {}.Values.a{} }}}}", "(".repeat(3_000), ")".repeat(3_000)),
        format!(
            "{{{{ $x := 1 }}}}{}{}",
            "{{ range .Values.a }}{{ $x = . }}".repeat(300),
            "{{ end }}".repeat(300)
        ),
    ];
    for template in templates {
        of_unrun("a:\n  b: 1\n", &template);
    }
}

#[test]
fn only_so_many_warnings_are_listed() {
    let found = of_unrun(&"a: yes\n".repeat(30_000), "{{ .Values.a }}");
    let last = found.iter().rfind(|finding| finding.code.name == "duplicate-key");
    assert_eq!(found.len(), 2_000);
    assert!(last.is_some_and(|last| last.message.ends_with("(and 28999 more of this code)")));
}

#[test]
fn odd_values_are_no_fault() {
    let deep = format!("a: {}1{}\n", "{b: ".repeat(900), "}".repeat(900));
    let too_deep = format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let bomb: String = std::iter::once("a0: &a0 [yes, yes]\n".to_owned())
        .chain((1..40).map(|n| format!("a{n}: &a{n} [*a{m}, *a{m}]\n", m = n - 1)))
        .collect();
    let long = format!("? {}\n: 1\n", "k".repeat(100_000));
    for values in ["", "- a\n", "a:\n\t- b\n", "\u{feff}a: 1\n", &deep, &too_deep, &bomb, &long] {
        for finding in of_unrun(values, "{{ .Values.z.y }}") {
            assert!(finding.message.len() < 1_000, "{}", finding.message.len());
        }
    }
}
