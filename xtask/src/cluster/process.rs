//! Programs that go on when this one ends: started with a log, found again and ended by their id.
//!
//! Beside the id stands when the process started, so that an id used again is not taken for ours.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Result;

/// How long to wait between two looks whether a process has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a killed process may take to be gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a program of a state folder in the background.
pub(super) fn start(state: &Path, name: &str, command: &mut Command) -> Result {
    let complain = |error: std::io::Error| format!("{name}: {error}");
    let log = File::create(state.join(format!("{name}.log"))).map_err(complain)?;
    let errors = log.try_clone().map_err(complain)?;
    let child = command
        .current_dir(state)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // A key pressed on the terminal is not meant for it.
        .process_group(0)
        .spawn()
        .map_err(complain)?;
    let id = child.id();
    let started = started(id).ok_or_else(|| format!("{name} ended at once"))?;
    fs::write(state.join(format!("{name}.pid")), format!("{id} {started}")).map_err(complain)
}

/// Runs a program to its end, and gives what it prints.
///
/// # Errors
///
/// If it fails: with what it complained of.
pub(super) fn quietly(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint = if complaint.trim().is_empty() { text.trim() } else { complaint.trim() };
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    Err(format!("{name} {}: {}: {complaint}", args.join(" "), output.status))
}

/// Gives the names of the programs that were started in a state folder and do not run any more.
pub(super) fn gone(state: &Path) -> Vec<String> {
    started_in(state).into_iter().filter(|name| !is_running(state, name)).collect()
}

/// Tells whether programs were started in a state folder, and all of them run.
pub(super) fn all_run(state: &Path) -> bool {
    !started_in(state).is_empty() && gone(state).is_empty()
}

fn started_in(state: &Path) -> Vec<String> {
    let entries = fs::read_dir(state).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| {
        entry.file_name().to_string_lossy().strip_suffix(".pid").map(str::to_owned)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Tells whether a program of a state folder still runs.
pub(super) fn is_running(state: &Path, name: &str) -> bool {
    running(state, name).is_some()
}

/// Ends a program at once: what it stores is thrown away.
pub(super) fn stop(state: &Path, name: &str) -> Result {
    let Some(id) = running(state, name) else { return Ok(()) };
    let start = Instant::now();
    kill(Pid::from_raw(id), Signal::SIGKILL).map_err(|error| format!("{name}: {error}"))?;
    while is_running(state, name) {
        if start.elapsed() > PATIENCE {
            return Err(format!("{name}, process {id}, does not end"));
        }
        sleep(PAUSE);
    }
    Ok(())
}

fn running(state: &Path, name: &str) -> Option<i32> {
    let text = fs::read_to_string(state.join(format!("{name}.pid"))).ok()?;
    let (id, recorded) = text.split_once(' ')?;
    (started(id.parse().ok()?)? == recorded.parse::<u64>().ok()?).then(|| id.parse().ok())?
}

/// Gives when a process started, in ticks since the machine did; nothing if there is none, or it has ended.
fn started(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The program's name stands in parentheses, and may have any in it.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    // Behind the name the first field is the state, the twentieth the start.
    (*fields.first()? != "Z").then(|| fields.get(19)?.parse().ok())?
}
