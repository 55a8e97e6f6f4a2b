//! `cargo xtask judge-validate`: the verdicts of `pintle validate` beside those of a real API server.

mod against;
mod ours;
mod report;
mod server;

use std::path::PathBuf;
use std::time::Instant;

use crate::{Result, say};
use report::Shown;

/// The version whose verdicts are compared with, where none is named.
const KUBE_VERSION: &str = "1.34.4";

/// What the command line asks for.
#[derive(Default)]
struct Plan {
    kube_version: Option<String>,
    against: Option<PathBuf>,
    shown: Shown,
}

/// Compares as the arguments say, and fails if we are not as good as we have to be.
pub(crate) fn run(args: &[&str]) -> Result {
    let plan = plan(args)?;
    let kube_version = plan.kube_version.as_deref().unwrap_or(KUBE_VERSION);
    let start = Instant::now();
    let Some(file) = &plan.against else { return Err("name a file with --against".to_owned()) };
    let report = against::compare(file, kube_version, &plan.shown)?;
    say(report.text().trim_end());
    say(&format!("{:.1} s", start.elapsed().as_secs_f64()));
    if report.is_good() { Ok(()) } else { Err("not as good as it has to be".to_owned()) }
}

fn plan(args: &[&str]) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if *word == "--whole" {
            plan.shown.is_whole = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<usize>().map_err(|error| format!("{word} {value}: {error}"));
        match *word {
            "--against" => plan.against = Some(PathBuf::from(value)),
            "--kube-version" => plan.kube_version = Some((*value).to_owned()),
            "--show" => plan.shown.n = number()?,
            "--kind" => plan.shown.kind = Some((*value).to_owned()),
            "--how" => plan.shown.how = Some((*value).to_owned()),
            "--text" => plan.shown.text = Some((*value).to_owned()),
            _ => return Err(format!("no option {word}")),
        }
    }
    Ok(plan)
}
