//! What Helm has no part in: the time and memory of our program, from start to exit.

use super::process::{self, Sample};
use super::table::{bytes, duration, median};
use super::{Bench, words};
use crate::{Result, root, say};

/// A row: its name on the command line, its title, the arguments of our program, and the file behind them.
pub(super) struct Row {
    pub(super) name: &'static str,
    title: &'static str,
    args: &'static [&'static str],
    file: &'static str,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "compose",
        title: "`compose convert`, 50 services with interpolation",
        args: &["compose", "convert"],
        file: "fixtures/compose/fifty-services/compose.yaml",
    },
    Row {
        name: "compose-template",
        title: "`template @agent-env` of the same file",
        args: &["template", "demo", "@agent-env", "-f"],
        file: "fixtures/compose/fifty-services/compose.yaml",
    },
];

/// Measures rows, and gives them as a table in Markdown.
///
/// # Errors
///
/// If the program cannot be run, or fails.
pub(super) fn measure<'r>(bench: &Bench, rows: impl Iterator<Item = &'r Row>) -> Result<String> {
    let mut table = String::new();
    for row in rows {
        say(row.name);
        let mut args = words(row.args);
        args.push(root().join(row.file).to_string_lossy().into_owned());
        let samples = (0..bench.pairs).map(|_| process::whole(bench, &bench.pintle, &args));
        let samples = samples.collect::<Result<Vec<Sample>>>()?;
        let of = |measure: fn(&Sample) -> f64| median(samples.iter().map(measure));
        let wall = duration(of(|sample| sample.wall));
        let cpu = duration(of(|sample| sample.cpu));
        let peak = bytes(of(|sample| sample.peak));
        table.extend(["| ", row.title, " | ", &wall, " | ", &cpu, " | ", &peak, " |\n"]);
    }
    if !table.is_empty() {
        table.insert_str(0, "| Without Helm | time | CPU | memory |\n|---|---|---|---|\n");
    }
    Ok(table)
}
