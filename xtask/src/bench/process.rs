//! Measuring a process: its wall and processor time, and its peak memory.
//!
//! The measured runs under a small process of its own, this program once more: what the system tells of the children of a
//! process is then about one child, and the peak that a child is born with, its parent's, is below all that is measured.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use serde_json::{Value as Json, json};

use super::{Bench, KUBE_VERSION};
use crate::Result;

/// What one render took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// nanoseconds by the clock
    pub(super) wall: f64,
    /// nanoseconds that cores were busy
    pub(super) cpu: f64,
    /// bytes of memory at most
    pub(super) peak: f64,
}

/// Gives the arguments of `template` for a chart, for either program.
pub(super) fn template(chart: &Path, values: Option<&Path>) -> Vec<String> {
    let mut args = super::words(&["template", "demo"]);
    args.push(chart.to_string_lossy().into_owned());
    args.extend(super::words(&["--kube-version", KUBE_VERSION]));
    if let Some(values) = values {
        args.extend(["-f".to_owned(), values.to_string_lossy().into_owned()]);
    }
    args
}

/// Gives what a program prints, its home being the scratch folder.
///
/// # Errors
///
/// What it says if it fails.
pub(super) fn output(bench: &Bench, program: &Path, args: &[String]) -> Result<String> {
    let output = at_home(bench, program)
        .args(args)
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let text = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} {}: {text}", program.display(), args.join(" ")))
    }
}

/// Measures a program from start to exit.
pub(super) fn whole(bench: &Bench, program: &Path, args: &[String]) -> Result<Sample> {
    let words = args.iter().map(String::as_str).collect::<Vec<_>>();
    let usage = under_parent(bench, "hidden", program, &words)?.1;
    let number = |name: &str| usage[name].as_f64().unwrap_or_default();
    Ok(Sample { wall: number("wall_ns"), cpu: number("cpu_ns"), peak: number("peak_bytes") })
}

/// Gives one render of a program that renders often and prints the time of all.
pub(super) fn renders(bench: &Bench, program: &Path, args: &[&str]) -> Result<Sample> {
    let (total, usage) = under_parent(bench, "shown", program, args)?;
    let number = |name: &str| total[name].as_f64().unwrap_or_default();
    let n_renders = number("renders").max(1.0);
    Ok(Sample {
        wall: number("wall_ns") / n_renders,
        cpu: number("cpu_ns") / n_renders,
        peak: usage["peak_bytes"].as_f64().unwrap_or_default(),
    })
}

/// Runs a program below a small parent; gives what it prints, if that is shown, and what it used.
fn under_parent(bench: &Bench, shown: &str, program: &Path, args: &[&str]) -> Result<(Json, Json)> {
    let program = program.to_string_lossy();
    let args = [&["bench", "measure", shown, &program], args].concat();
    let args: Vec<String> = super::words(&args);
    let printed = output(bench, &bench.xtask, &args)?;
    let mut lines = printed.lines().rev().map(|line| {
        serde_json::from_str(line).map_err(|error| format!("{program} printed {line}: {error}"))
    });
    let usage = lines.next().unwrap_or(Ok(Json::Null))?;
    Ok((lines.next().unwrap_or(Ok(Json::Null))?, usage))
}

/// Prepares a program with nothing of this environment but the way to programs.
fn at_home(bench: &Bench, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", &bench.scratch);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Runs a program and prints what it used: the small parent.
///
/// # Errors
///
/// If it cannot be run, or fails.
pub(super) fn measure(shown: &str, program: &str, args: &[&str]) -> Result {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    if shown != "shown" {
        command.stdout(Stdio::null());
    }
    let begin = Instant::now();
    let status = command.status().map_err(|error| format!("{program}: {error}"))?;
    let wall = begin.elapsed();
    if !status.success() {
        return Err(format!("{program} failed: {status}"));
    }
    let usage = usage(UsageWho::RUSAGE_CHILDREN)?;
    // Linux counts memory in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let line = json!({
        "wall_ns": u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX),
        "cpu_ns": cpu_ns(&usage),
        "peak_bytes": usage.max_rss() * unit,
    });
    writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string())
}

/// Gives the nanoseconds that this process has kept cores busy.
pub(super) fn own_cpu_ns() -> Result<i64> {
    Ok(cpu_ns(&usage(UsageWho::RUSAGE_SELF)?))
}

fn usage(who: UsageWho) -> Result<Usage> {
    getrusage(who).map_err(|error| format!("getrusage: {error}"))
}

fn cpu_ns(usage: &Usage) -> i64 {
    let nanoseconds = |time: TimeVal| time.num_microseconds() * 1000;
    nanoseconds(usage.user_time()) + nanoseconds(usage.system_time())
}
