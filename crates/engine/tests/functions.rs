//! Functions as both Helms have them: each case of `fixtures/functions` is the only template of a chart.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle_chart::{Chart, File};
use pintle_engine::world::Still;
use pintle_engine::{Capabilities, KubeVersion, Profile, Release, Renderer, Settings};
use pintle_yaml::Map;

/// One case of a file: its name, whether it fails, and its body.
struct Case {
    name: String,
    is_error: bool,
    body: String,
}

/// Reads cases: a header `--- name ---` or `--- name error ---`, then a body up to the blank line before the next header.
///
/// Manifests are text, so bytes that are no UTF-8 are U+FFFD here too.
fn cases(path: &Path) -> Vec<Case> {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = String::from_utf8_lossy(&text);
    let mut cases: Vec<Case> = Vec::new();
    let mut is_after_blank = true;
    for line in text.split_inclusive('\n') {
        let header =
            line.trim_end().strip_prefix("--- ").and_then(|line| line.strip_suffix(" ---"));
        match header {
            Some(header) if is_after_blank => {
                if let Some(last) = cases.last_mut() {
                    last.body.truncate(last.body.len() - 1);
                }
                let (name, is_error) = match header.strip_suffix(" error") {
                    Some(name) => (name, true),
                    None => (header, false),
                };
                cases.push(Case { name: name.to_owned(), is_error, body: String::new() });
            }
            _ => cases.last_mut().expect("a file begins with a header").body.push_str(line),
        }
        is_after_blank = line == "\n";
    }
    for case in &mut cases {
        assert_eq!(case.body.pop(), Some('\n'), "{}: a case ends in a newline", case.name);
    }
    cases
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Renders a template as the notes of a chart, which may be any text.
fn render(template: &str, values: &[u8], profile: Profile) -> Result<String, String> {
    let chart = Chart::from_files(vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: functions\nversion: 0.1.0\n"),
        File::new("values.yaml", values),
        File::new("templates/NOTES.txt", template),
    ])
    .map_err(|error| error.to_string())?;
    let kube_version = KubeVersion::parse("1.34.0", profile.kube_version)?;
    let capabilities = Capabilities::new::<&str>(kube_version, []);
    let settings = Settings { profile, capabilities, ..Settings::new(Arc::new(Still::new(1))) };
    let rendered = Renderer::new(chart, settings).render(&Map::new(), &Release::new("release"));
    Ok(rendered.map_err(|error| error.to_string())?.notes.unwrap_or_default())
}

/// Compares all cases with what a Helm made of them; known gaps must be gaps.
fn functions_match(snapshots: &str, profile: Profile) {
    let fixtures = root().join("fixtures/functions");
    let values = fs::read(fixtures.join("values.yaml")).expect("the shared values are there");
    let skipped = root().join("fixtures/skip.txt");
    let skipped = fs::read_to_string(skipped).expect("the list of known gaps is there");
    let entries = fs::read_dir(&fixtures).expect("the cases are there");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let file_name = file.file_name().and_then(|name| name.to_str()).expect("a name is text");
        let wanted =
            cases(&root().join("snapshots").join(snapshots).join("functions").join(file_name));
        let cases = cases(file);
        assert_eq!(cases.len(), wanted.len(), "{file_name}: record the snapshots again");
        for (case, wanted) in cases.iter().zip(wanted) {
            assert_eq!(case.name, wanted.name, "{file_name}: record the snapshots again");
            let got = render(&case.body, &values, profile);
            let is_same = match &got {
                Ok(text) => !wanted.is_error && *text == wanted.body,
                Err(text) => wanted.is_error && *text == wanted.body,
            };
            let id = format!("functions/{file_name}/{}", case.name);
            let is_known_gap = skipped.lines().any(|line| line.starts_with(&format!("{id}: ")));
            match (is_same, is_known_gap) {
                (true, true) => {
                    wrong.push(format!("{id} is listed in fixtures/skip.txt, but passes"));
                }
                (false, false) => {
                    wrong.push(format!(
                        "{id}: {}\n helm: {}\n ours: {got:?}",
                        case.body, wanted.body
                    ));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn functions_are_those_of_helm_4() {
    functions_match("helm-4.3", Profile::HELM_4_3);
}

#[test]
fn functions_are_those_of_helm_3() {
    functions_match("helm-3.22", Profile::HELM_3_22);
}

/// Gives the failure of a template that must end soon.
fn refusal(template: &str) -> String {
    render(template, b"", Profile::HELM_4_3).expect_err(template)
}

#[test]
fn what_a_template_can_ask_for_is_limited() {
    for template in [
        "{{ until 1000000000 }}",
        "{{ untilStep 0 -9223372036854775807 -1 }}",
        "{{ seq 1000000000 }}",
        r#"{{ repeat 1000000000 "x" }}"#,
        r#"{{ indent 1000000000 "x" }}"#,
        r#"{{ repeat 60000 "\n" | nindent 60000 }}"#,
        r#"{{ join (repeat 60000 "x") (until 60000) }}"#,
        r#"{{ replace "" (repeat 60000 "x") (repeat 60000 "y") }}"#,
        r#"{{ replace "y" (repeat 60000 "x") (repeat 60000 "y") }}"#,
        r#"{{ wrapWith 1 (repeat 60000 "x") (repeat 60000 "y") }}"#,
        r#"{{ repeat 2000000 "x" | splitList "" }}"#,
        r#"{{ repeat 2000000 "," | splitList "," }}"#,
        r#"{{ $t := repeat 60000000 "x" }}{{ cat $t $t }}"#,
        "{{ $l := until 1000000 }}{{ concat $l $l }}",
        "{{ chunk 1 (until 1000000) | concat (until 1000000) }}",
    ] {
        let refusal = refusal(template);
        assert!(refusal.contains("than the limit of"), "{template}: {refusal}");
    }
}

#[test]
fn values_without_end_are_refused() {
    let circle = r#"{{ $d := dict }}{{ $_ := set $d "d" $d }}"#;
    let doubled = r#"{{ $d := dict }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}"#;
    for call in ["deepCopy $d", "merge dict (dict \"x\" $d) | toRawJson", "merge $d $d"] {
        let refusal = refusal(&format!("{circle}{{{{ $_ := {call} }}}}"));
        let words = ["limit of", "encountered a cycle"];
        assert!(words.iter().any(|words| refusal.contains(words)), "{call}: {refusal}");
    }
    for call in ["deepCopy $d", "toJson $d", "toYaml $d", "merge $d $d", "toYamlPretty $d"] {
        let refusal = refusal(&format!("{doubled}{{{{ $_ := {call} }}}}"));
        assert!(refusal.contains("than the limit of"), "{call}: {refusal}");
    }
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let deep = r#"{{ $d := dict }}{{ range until 9000 }}{{ $d = dict "a" (list $d) }}{{ end }}"#;
    let template = format!("{deep}{{{{ $_ := deepCopy $d }}}}{{{{ deepEqual $d $d }}}}");
    assert!(render(&template, b"", Profile::HELM_4_3).is_err(), "18,000 levels are too deep");
    let deep = deep.replace("9000", "3000");
    for call in ["deepCopy $d | len", "toJson $d | fromJson | len", "toYaml $d | len | lt 1"] {
        let template = format!("{deep}{{{{ {call} }}}}");
        let rendered = render(&template, b"", Profile::HELM_4_3);
        assert!(rendered.is_ok(), "{call}: {rendered:?}");
    }
}
