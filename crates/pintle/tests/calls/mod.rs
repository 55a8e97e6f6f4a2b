//! Calls of the program as fixtures say them, and what they leave behind, written down as the oracle does.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod files;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

/// Gives the root of the workspace.
pub(crate) fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// Splits a line into words; quotes of either kind keep spaces.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A folder of one call, gone when the call is.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("pintle-{}-{name}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Calls the program in the root of the workspace, as `called_by` and following `profile`, and writes down how it ended.
pub(crate) fn record(name: &str, body: &str, called_by: &str, profile: &str) -> String {
    let (line, input) = body.split_once('\n').unwrap_or((body, ""));
    let scratch = Scratch::new(&format!("{profile}-{name}"));
    let folder = scratch.0.to_str().unwrap();
    let mut command = program(called_by, profile);
    command.env("HOME", format!("{folder}/home"));
    let mut words = words(line).into_iter().peekable();
    let is_variable = |word: &String| {
        let name = word.split('=').next().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        word.contains('=') && !name.is_empty() && name.chars().all(is_name)
    };
    let files = Path::new(folder).join("tmp");
    let in_scratch = |word: &str| word.replace("$TMP", files.to_str().unwrap());
    let mut before = None;
    while let Some(word) = words.next_if(is_variable) {
        let (name, value) = word.split_once('=').unwrap();
        if name == "IN" {
            before = Some(files::copy(value, &files));
            command.current_dir(&files);
        } else {
            command.env(name, in_scratch(value));
        }
    }
    command.args(words.map(|word| in_scratch(&word)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read what it is given may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let mut text = format!(
        "exit {}\n-- stdout --\n{}-- stderr --\n{}-- end --",
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    files::list(&files, before, &mut text);
    normalise(&text, folder)
}

/// Gives the program, ready to be called by another name, in surroundings that say nothing.
pub(crate) fn program(called_by: &str, profile: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, called_by);
    let path = env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    command.current_dir(root()).env_clear().env("PATH", path).env("PINTLE_PROFILE", profile);
    command
}

/// Takes out what differs from machine to machine and from call to call.
fn normalise(text: &str, folder: &str) -> String {
    let text = text.replace(&format!("{folder}/tmp"), "$TMP");
    let text = text.replace(&format!("{folder}/home"), "$HOME");
    let text = text.replace(root().to_str().unwrap(), "$ROOT");
    let text = text.replace(&format!("tmpcharts-{}", process::id()), "tmpcharts-$PID");
    let lines = text.split_inclusive('\n').map(normalise_line);
    let mut lines: Vec<String> = lines.collect();
    // Go walks maps of values in no order.
    let is_warning = |line: &String| {
        line.starts_with("coalesce.go:") || line.starts_with("level=INFO msg=\"warning: ")
    };
    for group in lines.chunk_by_mut(|a, b| is_warning(a) && is_warning(b)) {
        group.sort();
    }
    lines.concat()
}

fn normalise_line(line: &str) -> String {
    let mut line = line.to_owned();
    if let (Some(begin), Some(end)) = (line.find("- at '"), line.find("': invalid propertyName")) {
        line.replace_range(begin + 6..end, "$PATH");
    }
    if let (Some(colon), Some(end)) = (line.find(": "), line.find(" [debug] "))
        && line[..end].contains(" m=+")
    {
        line.replace_range(colon + 2..end, "$TIME");
    }
    if let Some(at) = line.find("simple-1").filter(|at| line[at + 7..].trim().len() == 10) {
        line.replace_range(at + 7..at + 17, "$UNIX");
    }
    line
}

/// Gives the listed gaps below a folder of fixtures.
pub(crate) fn gaps(domain: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("fixtures/skip.txt")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(case, _)| case.to_owned())
        .filter(|case| case.starts_with(&format!("{domain}/")))
        .collect()
}

/// Judges each outcome: what differs must be a listed gap, and what does not must not be one.
#[track_caller]
pub(crate) fn judge(domain: &str, outcomes: &[(String, String, String)]) {
    let gaps = gaps(domain);
    let unknown = gaps.iter().find(|gap| outcomes.iter().all(|(case, ..)| case != *gap));
    assert_eq!(unknown, None, "a listed gap is no case");
    let mut complaints = String::new();
    for (case, expected, got) in outcomes {
        match (expected == got, gaps.contains(case)) {
            (true, false) | (false, true) => {}
            (true, true) => writeln!(complaints, "{case} is listed as a gap, and is none").unwrap(),
            (false, false) => {
                writeln!(complaints, "=== {case}\nexpected:\n{expected}\ngot:\n{got}").unwrap();
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}
