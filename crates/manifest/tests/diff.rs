//! Two sides of manifests become what was accepted: which objects and fields change, and what a cluster makes of it.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pintle_manifest::diff::{Colour, DiffOptions, Document, diff, json, markdown, text};

/// Set by `cargo xtask accept`: what the report says now becomes what it shall say.
const ACCEPT: &str = "PINTLE_ACCEPT";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Splits a file of cases into names and bodies; a header has a name, a separator of documents has none.
fn cases(text: &str) -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("--- ").and_then(|line| line.strip_suffix(" ---")) {
            Some(name) => cases.push((name.to_owned(), String::new())),
            None => cases.last_mut().unwrap().1.push_str(line),
        }
    }
    cases
}

/// Gives what the three reports say; the one for people alone if it is the same for a case of its kind.
fn outcome(file: &str, body: &str) -> String {
    let (ignored, body) = match body.strip_prefix("ignored: ") {
        Some(rest) => rest.split_once('\n').unwrap(),
        None => ("", body),
    };
    let ignored = ignored.split_whitespace().map(|pattern| pattern.parse().unwrap()).collect();
    let (old, new) = body.split_once(">>>\n").unwrap();
    // In these, `\r` and `\e` stand for what a file of text should not have.
    let bytes = |text: &str| text.replace("<CR>", "\r");
    let (old, new) = (bytes(old), bytes(new));
    let options = DiffOptions { ignored, ..DiffOptions::default() };
    let (old, new) = (Document::of_file("old.yaml", &old), Document::of_file("new.yaml", &new));
    let found = match diff(&old, &new, &options) {
        Ok(found) => found,
        Err(error) => return format!("error: {error}\n"),
    };
    match file {
        "json.txt" => json(&found),
        "markdown.txt" => markdown(&found, "What *changes*"),
        "colours.txt" => text(&found, Colour::Ansi).replace('\x1b', "<ESC>"),
        _ => text(&found, Colour::Plain),
    }
}

#[test]
fn changes_are_what_was_accepted() {
    let mut complaints = String::new();
    let mut n_cases = 0;
    for entry in fs::read_dir(root().join("fixtures/diff")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let mut got = String::new();
        for (name, body) in cases(&fs::read_to_string(&path).unwrap()) {
            n_cases += 1;
            writeln!(got, "--- {name} ---\n{}", outcome(file, &body)).unwrap();
        }
        let snapshot = root().join("snapshots/ours/diff").join(file);
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
            fs::write(&snapshot, &got).unwrap();
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        if expected != got {
            writeln!(complaints, "=== {file}\nexpected:\n{expected}\ngot:\n{got}").unwrap();
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
    assert!(n_cases >= 40);
}

#[test]
fn many_objects_and_deep_ones_are_compared_soon() {
    let object = |n: usize, value: usize| {
        format!("---\nkind: ConfigMap\nmetadata: {{name: c{n}}}\ndata: {{a: '{value}'}}\n")
    };
    let old: String = (0..20_000).map(|n| object(n, n)).collect();
    let new: String = (0..20_000).map(|n| object(n, n + usize::from(n % 100 == 0))).collect();
    let compare = |old: &str, new: &str| {
        let (old, new) = (Document::of_file("old", old), Document::of_file("new", new));
        diff(&old, &new, &DiffOptions::default()).unwrap()
    };
    assert_eq!(compare(&old, &new).objects.len(), 200);
    let deep =
        |leaf: &str| format!("kind: Odd\nspec: {}{leaf}{}\n", "[x, ".repeat(900), "]".repeat(900));
    assert_eq!(compare(&deep("a"), &deep("b")).objects.len(), 1);
    let lines = |n: usize| {
        (0..30_000).map(|line| format!("    {}\n", line % n)).collect::<Vec<_>>().concat()
    };
    let text = |n: usize| format!("kind: ConfigMap\ndata:\n  a: |\n{}", lines(n));
    assert_eq!(compare(&text(7), &text(11)).objects.len(), 1);
}
