//! Programs that go on when this one ends: started with a log, found again and ended by their id.
//!
//! Beside the id stands when the process started, so that an id used again is not taken for ours.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Result;

/// How long to wait between two looks whether a process has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts a program of a state folder in the background.
pub(super) fn start(state: &Path, name: &str, program: &Path, args: &[String]) -> Result {
    let complain = |error: std::io::Error| format!("{name}: {error}");
    let log = File::create(state.join(format!("{name}.log"))).map_err(complain)?;
    let errors = log.try_clone().map_err(complain)?;
    let child = Command::new(program)
        .args(args)
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

/// Tells whether a program of a state folder still runs.
pub(super) fn is_running(state: &Path, name: &str) -> bool {
    running(state, name).is_some()
}

/// Ends a program at once: what it stores is thrown away.
pub(super) fn stop(state: &Path, name: &str) -> Result {
    let Some(id) = running(state, name) else { return Ok(()) };
    kill(Pid::from_raw(id), Signal::SIGKILL).map_err(|error| format!("{name}: {error}"))?;
    while is_running(state, name) {
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
