//! Compose projects become values that the chart agent-env takes and renders, or errors with places.
//!
//! A case is a folder of `fixtures/compose`; a file `flags` in it says what follows `compose convert`. What becomes of it is in
//! `snapshots/ours/compose`: the values with their notes and the objects they render to, or everything that is wrong.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pintle::compose::{
    Compat, FileError, Options, Ports, Privileged, Project, Source, SourceFile, convert,
};
use pintle::validate::{Inspected, Minor, Validator};
use pintle::{Chart, Release, Rendered, Renderer, Values};

/// Set by `cargo xtask accept`: what comes out now becomes what shall come out.
const ACCEPT: &str = "PINTLE_ACCEPT";

/// The fewest cases that convert.
const MIN_GOOD_CASES: usize = 40;

/// A folder of fixtures as a project.
#[derive(Debug)]
struct Folder(BTreeMap<String, Vec<u8>>);

impl Folder {
    fn read(path: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap().path();
                if entry.is_dir() {
                    folders.push(entry);
                } else {
                    let name = entry.strip_prefix(path).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read(&entry).unwrap());
                }
            }
        }
        Self(files)
    }

    fn file(&self, name: &str) -> SourceFile {
        let content = self.0.get(name).unwrap_or_else(|| panic!("{name} is missing")).clone();
        SourceFile { name: name.to_owned(), content }
    }
}

impl Project for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        Project::read(&self.0, path)
    }
}

/// Reads the flags of a case: one per line, as the command line has them.
fn flags(folder: &Folder) -> (Vec<String>, Options) {
    let mut options = Options::default();
    let mut files = Vec::new();
    let text = folder.0.get("flags").map(|text| String::from_utf8(text.clone()).unwrap());
    for line in text.unwrap_or_default().lines() {
        let (flag, value) = line.split_once(' ').unwrap_or((line, ""));
        let pair = || {
            let (name, value) = value.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        match flag {
            "--env" => options.environment.extend([pair()]),
            "--env-file" => options.env_files.push(folder.file(value)),
            "--profile" => options.profiles.push(value.to_owned()),
            "--image" => options.images.extend([pair()]),
            "--allow-privileged" => options.privileged = Privileged::Allowed,
            "--listed-ports" => options.ports = Ports::Listed,
            "--compat" => options.compat = Compat::Inspect,
            _ => files.push(line.to_owned()),
        }
    }
    if files.is_empty() {
        files.push("compose.yaml".to_owned());
    }
    (files, options)
}

/// Converts, renders and validates a case, and writes down what came of it. Tells whether it converted.
fn outcome(folder: &Folder, renderer: &Renderer) -> (String, bool) {
    let (names, options) = flags(folder);
    let files: Vec<SourceFile> = names.iter().map(|name| folder.file(name)).collect();
    let converted = match convert(Source { files: &files, project: folder }, &options) {
        Ok(converted) => converted,
        Err(errors) => return (format!("{errors}\n"), false),
    };
    let mut text = converted.to_yaml().to_owned();
    if !converted.notes.is_empty() {
        text.push_str("--- notes\n");
    }
    for note in &converted.notes {
        writeln!(text, "{note}").unwrap();
    }
    text.push_str("--- objects\n");
    let values = Values::from(converted.values());
    let release = renderer.render(&values, &Release::new("demo")).unwrap_or_else(|error| {
        panic!("{error}\n{}", converted_text(&text));
    });
    for object in release.objects() {
        writeln!(text, "{} {}", object.head.kind, object.head.name).unwrap();
    }
    assert_taken(&release);
    (text, true)
}

/// Asserts that an API server would take every object.
fn assert_taken(release: &Rendered) {
    let texts: Vec<&str> = release.objects().map(|object| &*object.text).collect();
    let inspected = Validator::new(Minor::near(34)).inspect_release(&texts, "default");
    let refused = inspected.iter().flatten().filter(|inspected| inspected.is_refused());
    assert_eq!(refused.collect::<Vec<_>>(), Vec::<&Inspected>::new());
}

fn converted_text(text: &str) -> &str {
    text.split("--- notes").next().unwrap_or(text)
}

#[test]
fn projects_become_what_was_accepted() {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
    let chart = Chart::load(root.join("charts/agent-env")).unwrap();
    let renderer = Renderer::new(&chart).unwrap();
    let snapshots = root.join("snapshots/ours/compose");
    let mut outcomes = Vec::new();
    let mut n_good = 0;
    for entry in fs::read_dir(root.join("fixtures/compose")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (got, is_good) = outcome(&Folder::read(&path), &renderer);
        assert_eq!(is_good, !name.starts_with("err-"), "{name}: {got}");
        n_good += usize::from(is_good);
        let snapshot = snapshots.join(format!("{name}.txt"));
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(&snapshots).unwrap();
            fs::write(&snapshot, &got).unwrap();
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        outcomes.push((format!("compose/{name}"), expected, got));
    }
    assert!(n_good >= MIN_GOOD_CASES, "only {n_good} cases convert");
    let known: BTreeSet<String> = outcomes.iter().map(|(name, ..)| name.clone()).collect();
    for entry in fs::read_dir(&snapshots).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("compose/{}", path.file_stem().unwrap().to_str().unwrap());
        assert!(known.contains(&name), "{name} has a snapshot and no case");
    }
    let different: Vec<String> = outcomes
        .into_iter()
        .filter(|(_, expected, got)| expected != got)
        .map(|(name, expected, got)| {
            format!("=== {name}\n--- accepted ---\n{expected}\n--- now ---\n{got}")
        })
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_large_file_is_refused_before_it_is_read() {
    let content = vec![b'#'; pintle::compose::MAX_FILE_BYTES + 1];
    let files = [SourceFile { name: "compose.yaml".to_owned(), content }];
    let project = BTreeMap::<String, Vec<u8>>::new();
    let source = Source { files: &files, project: &project };
    let errors = convert(source, &Options::default()).unwrap_err();
    let text = errors.to_string();
    assert!(text.starts_with("compose.yaml:1:1: the file has 4194305 bytes"), "{text}");
}
