//! The command line says what Helm says: standard output, standard error, exit code and files, byte for byte.
//!
//! What Helm says is recorded in `snapshots/helm-*/cli`; what only this program has, in `snapshots/ours/cli`.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod calls;
mod explain;

use std::fs;
use std::io::Write;

/// Set by `cargo xtask accept`: what the program says now becomes what it shall say.
const ACCEPT: &str = "PINTLE_ACCEPT";

/// Splits a file of cases into names and bodies.
fn cases(text: &str) -> Vec<(&str, &str)> {
    let mut cases = Vec::new();
    let mut rest = text;
    while let Some(header) = rest.split('\n').next().filter(|line| !line.is_empty()) {
        let name = header.strip_prefix("--- ").and_then(|line| line.strip_suffix(" ---")).unwrap();
        let body = &rest[header.len() + 1..];
        let next = body.match_indices("\n\n--- ").find(|(at, _)| {
            body[at + 2..].split('\n').next().is_some_and(|line| line.ends_with(" ---"))
        });
        let Some((end, _)) = next else {
            cases.push((name, body.strip_suffix('\n').unwrap_or(body)));
            break;
        };
        cases.push((name, &body[..end]));
        rest = &body[end + 2..];
    }
    cases
}

fn compare_with(profile: &str) {
    let root = calls::root();
    let mut outcomes = Vec::new();
    for entry in fs::read_dir(root.join("fixtures/cli")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let file = path.file_name().unwrap().to_str().unwrap();
        let fixtures = fs::read_to_string(&path).unwrap();
        let snapshot = root.join("snapshots").join(profile).join("cli").join(file);
        let snapshots = String::from_utf8_lossy(&fs::read(snapshot).unwrap()).into_owned();
        let snapshots = cases(&snapshots);
        let stem = file.trim_end_matches(".txt");
        for (name, body) in cases(&fixtures) {
            let expected =
                snapshots.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
            let expected = expected.unwrap_or_else(|| panic!("{file}: {name} is not recorded"));
            let got = calls::record(&format!("{stem}-{name}"), body, "helm", profile);
            outcomes.push((format!("cli/{profile}/{stem}/{name}"), expected.to_owned(), got));
        }
    }
    assert!(outcomes.len() >= 120);
    calls::judge(&format!("cli/{profile}"), &outcomes);
}

#[test]
fn says_what_helm_4_says() {
    compare_with("helm-4.3");
}

#[test]
fn says_what_helm_3_says() {
    compare_with("helm-3.22");
}

#[test]
fn says_what_was_accepted() {
    let root = calls::root();
    let mut outcomes = Vec::new();
    for entry in fs::read_dir(root.join("fixtures/cli/ours")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let stem = file.trim_end_matches(".txt");
        let fixtures = fs::read_to_string(&path).unwrap();
        let got = cases(&fixtures).into_iter().map(|(name, body)| {
            let text = calls::record(&format!("ours-{stem}-{name}"), body, "pintle", "");
            format!("--- {name} ---\n{text}\n")
        });
        let got = got.collect::<Vec<_>>().join("\n");
        let snapshot = root.join("snapshots/ours/cli").join(file);
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
            fs::write(&snapshot, &got).unwrap();
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        outcomes.push((format!("cli/ours/{stem}"), expected, got));
    }
    calls::judge("cli/ours", &outcomes);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    drop(reader);
    // A program that another test is starting just now may hold the reader until it runs.
    while writer.write_all(b"x").is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let mut command = calls::program("pintle", "");
    command.args(["show", "all", "@agent-env"]).stdout(writer);
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(141), 0));
}

#[test]
fn a_seed_makes_renders_repeat_themselves() {
    let render = |seed: &str| {
        let chart = "fixtures/cli/charts/random";
        calls::program("pintle", "")
            .args(["template", chart, "--seed", seed])
            .output()
            .unwrap()
            .stdout
    };
    assert!(!render("1").is_empty());
    assert_eq!(render("1"), render("1"));
    assert_ne!(render("1"), render("2"));
}

#[test]
fn a_text_that_renders_itself_ends() {
    let chart = "fixtures/cli/charts/endless-tpl";
    let output = calls::program("pintle", "").args(["template", chart]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(output.stderr.starts_with(b"Error: template: endless-tpl/templates/a.yaml:1:6: "));
}
