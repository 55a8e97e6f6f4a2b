//! The chart `agents` renders as Helm renders it, and nothing is found in what it renders to.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod calls;

use std::path::PathBuf;
use std::{fs, thread};

use pintle::{Chart, Release, Rendered, Values, options};
use pintle_yaml::{Map, Value};

/// What Helm was called with when the snapshots were recorded.
const FLAGS: &str = "--namespace agents --kube-version 1.35.0";

/// Begins the first line of a case that says how it is called: the release, then flags.
const MARK: &str = "# template ";

/// A values file below `fixtures/agents`.
struct Case {
    /// its path there, without the ending
    name: String,
    release: String,
    /// what its first line says of flags
    flags: String,
}

impl Case {
    /// Gives the line that follows a verb, with the chart.
    fn line(&self, chart: &str, flags: &str) -> String {
        format!("{chart} {FLAGS} -f fixtures/agents/{}.yaml {flags}", self.name)
    }

    fn snapshot(&self, profile: &str) -> Outcome {
        let folder = calls::root().join("snapshots").join(profile).join("agents");
        let read = |ending| fs::read_to_string(folder.join(format!("{}.{ending}", self.name)));
        match (read("yaml"), read("err")) {
            (Ok(printed), _) => Outcome::Printed(printed),
            (_, Ok(refused)) => Outcome::Refused(refused),
            _ => panic!("{} is not recorded for {profile}", self.name),
        }
    }
}

/// What a program said.
#[derive(PartialEq, Eq)]
enum Outcome {
    Printed(String),
    Refused(String),
}

fn cases() -> Vec<Case> {
    let folder = calls::root().join("fixtures/agents");
    let files = |folder: PathBuf| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.collect::<Vec<PathBuf>>()
    };
    let mut paths = files(folder.clone());
    let folders: Vec<PathBuf> = paths.iter().filter(|path| path.is_dir()).cloned().collect();
    paths.extend(folders.into_iter().flat_map(files));
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    paths.sort();
    let case = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let call = text.lines().next().and_then(|line| line.strip_prefix(MARK)).unwrap_or("agents");
        let (release, flags) = call.split_once(' ').unwrap_or((call, ""));
        let name = path.strip_prefix(&folder).unwrap().with_extension("");
        Case {
            name: name.to_str().unwrap().replace('\\', "/"),
            release: release.to_owned(),
            flags: flags.to_owned(),
        }
    };
    paths.into_iter().map(case).collect()
}

/// Gives the words of a refusal with the faults of a schema in one order: Helm's is another each time, as is the place it
/// gives of a wrong name of a property.
fn sorted(text: &str) -> String {
    let text = text.replace("'$PATH'", "?");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn compare_with(profile: &str, called_by: &str) {
    let mut outcomes = Vec::new();
    for case in cases() {
        let line = format!("template {} {}", case.release, case.line("charts/agents", &case.flags));
        let name = case.name.replace('/', "-");
        let got = calls::record(&format!("agents-{name}"), &line, called_by, profile);
        let (expected, got) = match case.snapshot(profile) {
            Outcome::Printed(printed) => {
                (format!("exit 0\n-- stdout --\n{printed}-- stderr --\n-- end --"), got)
            }
            Outcome::Refused(refused) => {
                let text = format!("exit 1\n-- stdout --\n-- stderr --\n{refused}-- end --");
                (sorted(&text), sorted(&got))
            }
        };
        outcomes.push((format!("agents/{profile}/{}", case.name), expected, got));
    }
    calls::judge("agents", &outcomes);
}

#[test]
fn renders_as_helm_4_renders_it() {
    compare_with("helm-4.3", "helm");
}

#[test]
fn renders_as_helm_3_renders_it() {
    compare_with("helm-3.22", "helm");
}

/// But for the empty lines that Helm 4 puts behind documents.
#[test]
fn both_helms_say_the_same() {
    let squeezed = |text: String| {
        let documents = text.split("\n---\n").map(str::trim_end);
        documents.collect::<Vec<&str>>().join("\n---\n")
    };
    for case in cases() {
        match (case.snapshot("helm-4.3"), case.snapshot("helm-3.22")) {
            (Outcome::Printed(four), Outcome::Printed(three)) => {
                assert!(squeezed(four) == squeezed(three), "{} differs", case.name);
            }
            (Outcome::Refused(_), Outcome::Refused(_)) => {}
            _ => panic!("one Helm renders {}, the other does not", case.name),
        }
    }
}

/// The rows of the checklist of the five features: how many each has, then the rules across them and the contradictions.
const ROWS: [(&str, usize); 7] =
    [("F1", 15), ("F2", 12), ("F3", 9), ("F4", 8), ("F5", 10), ("X", 3), ("S", 11)];

/// What only a running controller, a cluster or the library can show is listed with a reason, beside the cases.
#[test]
fn every_row_of_the_checklist_has_a_case() {
    let waiting = fs::read_to_string(calls::root().join("fixtures/agents/waiting.txt")).unwrap();
    let cases = cases();
    for (feature, n_rows) in ROWS {
        for number in 1..=n_rows {
            let (row, prefix) = if feature.starts_with('F') {
                (format!("{feature}.{number}"), format!("{}-{number}-", feature.to_lowercase()))
            } else {
                (format!("{feature}{number}"), format!("{}{number}-", feature.to_lowercase()))
            };
            let has_case = cases.iter().any(|case| {
                let name = case.name.rsplit('/').next().unwrap();
                name.strip_prefix("err-").unwrap_or(name).starts_with(&prefix)
            });
            let waits = waiting.lines().any(|line| line.starts_with(&format!("{row}: ")));
            assert!(
                has_case != waits,
                "{row}: has a case {has_case}, is listed as waiting {waits}"
            );
        }
    }
    let rows = cases.iter().filter(|case| {
        let name = case.name.strip_prefix("err-").unwrap_or(&case.name);
        name.strip_prefix("ns-").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    assert_eq!(rows.count(), 26, "the table of namespaces has 26 rows");
}

/// Numbers print as numbers, wherever they stand.
#[test]
fn no_number_has_an_exponent() {
    for case in cases() {
        let Outcome::Printed(text) = case.snapshot("helm-4.3") else { continue };
        for line in text.lines() {
            let mut words = line.split([' ', '"', ',', '=']);
            let odd = words.find(|word| word.contains("e+") && word.parse::<f64>().is_ok());
            assert_eq!(odd, None, "{}: {line}", case.name);
        }
    }
}

/// A case with all that it renders, whatever templates its call shows; nothing for one that is refused.
fn render(case: &Case, chart: &Chart) -> Option<Rendered> {
    if let Outcome::Refused(_) = case.snapshot("helm-4.3") {
        return None;
    }
    let mut values = case.values();
    let mut release = Release::new(&case.release).namespace("agents");
    let words = calls::words(&case.flags);
    for pair in words.chunks(2) {
        match pair[0].as_str() {
            "--set" | "--set-json" => values.set(&pair[1]).unwrap(),
            "-f" => {
                let text = fs::read_to_string(calls::root().join(&pair[1])).unwrap();
                values = values.merged(&Values::from_yaml(&text).unwrap());
            }
            "--namespace" => release = release.namespace(&pair[1]),
            flag => assert_eq!(flag, "-s"),
        }
    }
    let renderer = options().kube_version("1.35.0").unwrap().build(chart).unwrap();
    Some(renderer.render(&values, &release).unwrap())
}

impl Case {
    fn values(&self) -> Values {
        let path = calls::root().join(format!("fixtures/agents/{}.yaml", self.name));
        Values::from_yaml(&fs::read_to_string(path).unwrap()).unwrap()
    }
}

#[test]
fn every_object_says_which_chart_it_is_of() {
    let chart = Chart::load(calls::root().join("charts/agents")).unwrap();
    for case in cases() {
        let Some(rendered) = render(&case, &chart) else { continue };
        for object in rendered.objects() {
            let text = &object.text;
            assert!(text.contains("helm.sh/chart: \"agents-"), "{}: {text}", case.name);
        }
    }
}

/// How many calls run at once.
const N_THREADS: usize = 4;

/// Not a warning, in no render: what the user names and what controllers make is not missed.
#[test]
fn validate_finds_nothing_in_what_is_rendered() {
    let cases = cases();
    let accepted: Vec<&Case> = cases
        .iter()
        .filter(|case| matches!(case.snapshot("helm-4.3"), Outcome::Printed(_)))
        .collect();
    assert!(accepted.len() > 100, "{}", accepted.len());
    thread::scope(|scope| {
        for part in accepted.chunks(accepted.len().div_ceil(N_THREADS)) {
            scope.spawn(move || part.iter().for_each(|case| find_nothing(case)));
        }
    });
}

/// Validates a case, definitions too; what both profiles render differs in empty lines alone.
fn find_nothing(case: &Case) {
    let words = calls::words(&case.flags);
    // All that it renders is judged, whatever its call shows.
    let words = words.chunks(2).filter(|pair| pair[0] != "-s").flatten();
    let line = case.line("charts/agents", "--strict --summary");
    let mut program = calls::program("pintle", "helm-4.3");
    let output = program.arg("validate").args(calls::words(&line)).args(words).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    let is_quiet = said.lines().count() == 1 && said.contains(", Invalid: 0, Errors: 0, ");
    assert!(is_quiet && output.status.success(), "{}: {said}", case.name);
}

/// Keys of values that hold credentials.
const CREDENTIALS: [&str; 5] =
    ["accessKeyId", "secretAccessKey", "password", "url", "Authorization"];

fn credentials(map: &Map, found: &mut Vec<String>) {
    for (key, value) in map.iter() {
        match value {
            Value::Map(inner) => credentials(inner, found),
            Value::String(text) if CREDENTIALS.contains(&&**key) && !text.is_empty() => {
                found.push(text.to_string());
            }
            _ => {}
        }
    }
}

#[test]
fn no_credential_is_in_a_config_map() {
    let chart = Chart::load(calls::root().join("charts/agents")).unwrap();
    let mut n_credentials = 0;
    for case in cases() {
        let Some(rendered) = render(&case, &chart) else { continue };
        let mut secrets = Vec::new();
        credentials(case.values().as_map(), &mut secrets);
        n_credentials += secrets.len();
        for object in rendered.objects().filter(|object| object.head.kind == "ConfigMap") {
            for secret in &secrets {
                assert!(!object.text.contains(secret), "{}: {}", case.name, object.head.name);
            }
        }
    }
    assert!(n_credentials > 5, "{n_credentials}");
}

#[test]
fn the_published_defaults_are_those_of_the_values() {
    let chart = Chart::load(calls::root().join("charts/agents")).unwrap();
    let cases = cases();
    let case = cases.iter().find(|case| case.name == "f1-7-json").unwrap();
    let values = Values::from(chart.values.clone()).merged(&case.values());
    let Some(Value::Map(run)) = values.as_map().get("agentRun") else {
        panic!("agentRun is a map")
    };
    let rendered = render(case, &chart).unwrap();
    let name = "agents-agentrun-defaults";
    let object = rendered.objects().find(|object| object.head.name == name).unwrap();
    let value = object.value().unwrap();
    let Value::Map(fields) = value else { panic!("{name} is a map") };
    let Some(Value::Map(data)) = fields.get("data") else { panic!("data is a map") };
    let Some(Value::String(text)) = data.get("defaults.json") else { panic!("a file of text") };
    assert!(!text.contains("604800.0") && text.contains("604800"), "{text}");
    assert_eq!(Some(&pintle_yaml::json::from_str(text).unwrap()), run.get("defaults"));
}
