//! What `--explain` shows: the accepted reports, and that each points at the text it is about.
//!
//! A case of `fixtures/explain` is a folder: `args` is the command line, called in the folder; each line of `place` is a place
//! a report names, in order, and the text that stands there, which hands wrote. Reports lie in `snapshots/ours/explain`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{ACCEPT, calls};

/// Calls the program in the folder of a case, and writes down what it says.
fn call(folder: &Path) -> (String, Vec<String>) {
    let line = fs::read_to_string(folder.join("args")).unwrap();
    let words = calls::words(line.trim_end());
    let mut command = calls::program("pintle", "");
    let output = command.current_dir(folder).args(&words).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().unwrap_or(-1);
    (format!("exit {code}\n-- stdout --\n{stdout}-- stderr --\n{stderr}"), words)
}

/// Gives the places that reports are about, in order: what follows the arrows.
fn places(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect()
}

/// Says what stands at a place, from there to the end of the line.
fn text_at(folder: &Path, place: &str, words: &[String]) -> String {
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next().unwrap().parse().unwrap();
    let line: usize = parts.next().unwrap().parse().unwrap();
    let file = parts.next().unwrap();
    let text = match words.iter().position(|word| word == file) {
        Some(flag) if file.starts_with("--") => words[flag + 1].clone(),
        _ => String::from_utf8(fs::read(folder.join(file)).unwrap()).unwrap(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let line = text.lines().nth(line - 1).unwrap_or_default();
    line.chars().skip(column - 1).collect()
}

#[test]
fn reports_are_what_was_accepted_and_point_at_the_text() {
    let root = calls::root();
    let (mut outcomes, mut complaints) = (Vec::new(), String::new());
    let mut folders: Vec<_> =
        fs::read_dir(root.join("fixtures/explain")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.join("args").exists()) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (got, words) = call(folder);
        let wanted = fs::read_to_string(folder.join("place")).unwrap_or_default();
        let wanted: Vec<(&str, &str)> =
            wanted.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
        let named: Vec<&str> = wanted.iter().map(|(place, _)| *place).collect();
        if places(&got) != named {
            writeln!(complaints, "{name}: a report is not at {named:?}:\n{got}").unwrap();
        }
        for (place, text) in wanted {
            let there = text_at(folder, place, &words);
            if !there.starts_with(text) {
                writeln!(complaints, "{name}: at {place} stands {there:?}, not {text:?}").unwrap();
            }
        }
        // All secrets of these cases are this one.
        if got.contains("hunter2") && name != "secrets-shown" {
            writeln!(complaints, "{name}: a secret is shown:\n{got}").unwrap();
        }
        let snapshot = root.join(format!("snapshots/ours/explain/{name}.txt"));
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
            fs::write(&snapshot, &got).unwrap();
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        outcomes.push((format!("explain/{name}"), expected, got));
    }
    assert!(complaints.is_empty(), "{complaints}");
    assert!(outcomes.len() >= 50);
    calls::judge("explain", &outcomes);
}
