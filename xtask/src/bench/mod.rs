//! `cargo xtask bench`: what a render costs, beside real Helm on the same charts.
//!
//! Both programs run in turn, in pairs that alternate which goes first; a ratio is the median of the pairs' ratios, so that
//! a machine that is busy for a while disturbs both alike. Nothing here passes or fails by time.
//!
//! - *`template`*: the whole process from start to exit, output to nowhere. Time and memory are the child's own.
//! - *In one process, values to objects*: the chart is loaded and compiled before; values become ordered objects and their text,
//!   again and again. In Go a dry run of `action.Install`, which parses the templates every time: Helm keeps nothing between
//!   two renders.
//! - *In one process, values to texts*: values, checked by the schema, become each template's text; in Go `ToRenderValues` and
//!   `engine.Render`. Ours also looks which dependencies are on, every time.
//! - *All cores*: values to objects, with other values for each release, read before; in Go on a sample, scaled.
//! - *Beside kubeconform*: what judging objects costs, whole process and in one.
//! - *Without Helm*: what only our program does, from start to exit.
//! - *Growth*: processor time for each unit of a chart that grows, less that of a chart with nothing in it.
//!
//! Memory is the peak of the whole process, the loaded chart included.

mod alone;
mod growth;
mod inside;
mod kubeconform;
mod process;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::process::Sample;
use self::table::{Pair, Table};
use crate::{Result, root, say};

/// How many pairs a row has if the command line does not say.
const DEFAULT_PAIRS: usize = 15;

/// The most pairs of rows that take long: releases on all cores, and growth.
const MAX_LONG_PAIRS: usize = 5;

/// How long one batch of renders in one process takes, in milliseconds.
const BATCH_MS: usize = 500;

/// How many releases are rendered on all cores.
const RELEASES: usize = 10_000;

/// How many of them Helm renders; the time is scaled to all. Ours renders them in rounds of as many, so that as many values are
/// in memory.
const HELM_RELEASES: usize = 400;

/// What charts see of the cluster, in every row.
const KUBE_VERSION: &str = "1.34.0";

/// Where the README's table begins and ends.
const README_MARKS: (&str, &str) = ("<!-- cargo xtask bench --write-readme -->\n", "<!-- end -->");

/// A row: its name on the command line, its title, its chart and what is measured.
struct Row {
    name: &'static str,
    title: &'static str,
    chart: Chart,
    measure: Measure,
}

enum Chart {
    /// the one we ship, with two services
    AgentEnv,
    /// one from outside, by its name, with its defaults
    Outside(&'static str),
}

#[derive(Clone, Copy)]
enum Measure {
    Process,
    Whole,
    Engine,
    Releases,
}

const ROWS: &[Row] = &[
    Row {
        name: "agent-env",
        title: "`template` agent-env",
        chart: Chart::AgentEnv,
        measure: Measure::Process,
    },
    Row {
        name: "agent-env-warm",
        title: "agent-env in one process, values to objects",
        chart: Chart::AgentEnv,
        measure: Measure::Whole,
    },
    Row {
        name: "releases",
        title: "10,000 releases of agent-env, all cores (Helm: 400, scaled)",
        chart: Chart::AgentEnv,
        measure: Measure::Releases,
    },
    Row {
        name: "kube-prometheus-stack",
        title: "`template` kube-prometheus-stack",
        chart: Chart::Outside("kube-prometheus-stack"),
        measure: Measure::Process,
    },
    Row {
        name: "kube-prometheus-stack-warm",
        title: "kube-prometheus-stack in one process, values to texts",
        chart: Chart::Outside("kube-prometheus-stack"),
        measure: Measure::Engine,
    },
    Row {
        name: "argo-cd",
        title: "`template` argo-cd",
        chart: Chart::Outside("argo-cd"),
        measure: Measure::Process,
    },
    Row {
        name: "argo-cd-warm",
        title: "argo-cd in one process, values to texts",
        chart: Chart::Outside("argo-cd"),
        measure: Measure::Engine,
    },
];

/// What the command line asks for.
struct Request {
    helm: PathBuf,
    charts: Option<PathBuf>,
    pairs: usize,
    only: Vec<String>,
    write_readme: bool,
}

/// The programs that are compared, built or found.
struct Bench {
    /// `pintle`, built for release
    pintle: PathBuf,
    /// this program, built for release: a small parent for the measured, and the library's half of rows in process
    xtask: PathBuf,
    /// real Helm
    helm: PathBuf,
    /// Helm's packages in a program of ours; absent without Go
    oracle: Option<PathBuf>,
    charts: Option<PathBuf>,
    pairs: usize,
    /// a folder for charts, and the home of what is measured
    scratch: PathBuf,
}

/// Measures what the arguments ask for and prints it as Markdown.
pub(crate) fn run(args: &[&str]) -> Result {
    match args {
        ["measure", shown, program, args @ ..] => process::measure(shown, program, args),
        ["inside", mode, chart, values, amount] => inside::run(mode, chart, values, amount),
        _ => compare(&Request::parse(args)?),
    }
}

impl Request {
    fn parse(args: &[&str]) -> Result<Self> {
        let helm = std::env::var_os("HELM4").unwrap_or_else(|| "helm".into());
        let mut request = Self {
            helm: helm.into(),
            charts: None,
            pairs: DEFAULT_PAIRS,
            only: Vec::new(),
            write_readme: false,
        };
        let mut words = args.iter();
        while let Some(&flag) = words.next() {
            let mut value = || words.next().copied().ok_or_else(|| format!("{flag} needs a value"));
            match flag {
                "--helm" => request.helm = value()?.into(),
                "--charts" => request.charts = Some(value()?.into()),
                "--pairs" => {
                    let text = value()?;
                    request.pairs =
                        text.parse().map_err(|error| format!("--pairs {text}: {error}"))?;
                }
                "--only" => request.only.push(value()?.to_owned()),
                "--write-readme" => request.write_readme = true,
                _ => return Err(format!("bench knows no {flag}")),
            }
        }
        let names: Vec<&str> = ROWS
            .iter()
            .map(|row| row.name)
            .chain([kubeconform::NAME])
            .chain(alone::ROWS.iter().map(|row| row.name))
            .chain(growth::ROWS.iter().map(|row| row.name))
            .collect();
        if request.write_readme && !request.only.is_empty() {
            return Err("the README's table has every row: no --only".to_owned());
        }
        if let Some(unknown) = request.only.iter().find(|name| !names.contains(&name.as_str())) {
            return Err(format!("no row {unknown}; there are {}", names.join(" ")));
        }
        Ok(request)
    }

    fn asks_for(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn compare(request: &Request) -> Result {
    let scratch = std::env::temp_dir().join(format!("pintle-bench-{}", std::process::id()));
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let result = Bench::prepare(request, scratch.clone()).and_then(|bench| bench.compare(request));
    // What is left in a temporary folder harms nobody, and is no reason to fail.
    let _ = fs::remove_dir_all(scratch);
    result
}

impl Bench {
    /// Builds our programs and finds Helm.
    fn prepare(request: &Request, scratch: PathBuf) -> Result<Self> {
        crate::run("cargo", &["build", "--release", "--locked", "-p", "pintle", "-p", "xtask"])?;
        let own = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
        let release = own
            .ancestors()
            .nth(2)
            .ok_or("this program lies outside of a target folder")?
            .join("release");
        let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let oracle = build_oracle(&program("pintle-oracle"));
        Ok(Self {
            pintle: program("pintle"),
            xtask: program("xtask"),
            helm: request.helm.clone(),
            oracle,
            charts: request.charts.clone(),
            pairs: request.pairs.max(1),
            scratch,
        })
    }

    fn compare(&self, request: &Request) -> Result {
        let mut table = Table::new(self.machine()?);
        warn_if_busy();
        let mut n_left_out = 0;
        for row in ROWS.iter().filter(|row| request.asks_for(row.name)) {
            say(row.name);
            match self.row(row)? {
                Ok(pairs) => table.push(row.title, &pairs),
                Err(reason) => {
                    n_left_out += 1;
                    say(&format!("  left out: {reason}"));
                }
            }
        }
        let rows = alone::ROWS.iter().filter(|row| request.asks_for(row.name));
        let mut table = format!("{}\n{table}", alone::measure(self, rows)?);
        if request.asks_for(kubeconform::NAME) {
            say(kubeconform::NAME);
            match kubeconform::measure(self)? {
                Ok(beside) => table = format!("{beside}\n{table}"),
                Err(reason) => {
                    n_left_out += 1;
                    say(&format!("  left out: {reason}"));
                }
            }
        }
        let rows = growth::ROWS.iter().filter(|row| request.asks_for(row.name));
        let growth = growth::compare(self, rows)?;
        print(&format!("{table}\n{growth}"));
        match n_left_out {
            _ if !request.write_readme => Ok(()),
            0 => write_readme(&table),
            _ => Err(format!(
                "the README stays: its table has every row, and {n_left_out} were left out"
            )),
        }
    }

    /// Measures a row, or tells why it cannot be.
    fn row(&self, row: &Row) -> Result<std::result::Result<Vec<Pair>, String>> {
        let (chart, values) = match row.chart {
            Chart::AgentEnv => (
                root().join("charts/agent-env"),
                Some(root().join("fixtures/agent-env/two-services.yaml")),
            ),
            Chart::Outside(name) => match self.charts.as_deref().map(|dir| find_chart(dir, name)) {
                Some(Some(chart)) => (chart, None),
                Some(None) => return Ok(Err(format!("{name} is not in the folder of --charts"))),
                None => return Ok(Err(format!("{name} comes from outside: --charts DIR"))),
            },
        };
        if matches!(row.measure, Measure::Process) {
            return self
                .processes(&process::template(&chart, values.as_deref()), self.pairs)
                .map(Ok);
        }
        let Some(oracle) = &self.oracle else { return Ok(Err("there is no Go".to_owned())) };
        let mode = match row.measure {
            Measure::Engine => "engine",
            Measure::Releases => "releases",
            Measure::Whole | Measure::Process => "install",
        };
        let (ours, helms, pairs) = match row.measure {
            Measure::Releases => (RELEASES, HELM_RELEASES, self.pairs.min(MAX_LONG_PAIRS)),
            _ => (BATCH_MS, BATCH_MS, self.pairs),
        };
        let chart = chart.to_string_lossy().into_owned();
        let values = values.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        let renders = |program: &Path, command: &[&str], amount: usize| {
            let amount = amount.to_string();
            let args = [command, &[mode, &chart, &values, &amount]].concat();
            process::renders(self, program, &args)
        };
        let pairs = alternate(
            pairs,
            || renders(&self.xtask, &["bench", "inside"], ours),
            || renders(oracle, &["bench"], helms),
        )?;
        let scale = match row.measure {
            Measure::Releases => table::to_f64(RELEASES),
            _ => 1.0,
        };
        Ok(Ok(pairs.into_iter().map(|pair| pair.scaled(scale)).collect()))
    }

    /// Measures both programs with the same arguments, after a look at what they print.
    fn processes(&self, args: &[String], pairs: usize) -> Result<Vec<Pair>> {
        let ours = process::output(self, &self.pintle, args)?;
        let helms = process::output(self, &self.helm, args)?;
        let n_different = differences(&ours, &helms);
        if n_different > 0 {
            let n_lines = helms.lines().count();
            say(&format!(
                "  {n_different} of {n_lines} lines differ: is the Helm another, or the chart random?"
            ));
        }
        alternate(
            pairs,
            || process::whole(self, &self.pintle, args),
            || process::whole(self, &self.helm, args),
        )
    }

    /// Says in one line what was measured where.
    fn machine(&self) -> Result<String> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let helm =
            process::output(self, &self.helm, &words(&["version", "--template", "{{.Version}}"]))
                .map_err(|error| format!("{error}; --helm or HELM4 names real Helm"))?;
        let packages = match &self.oracle {
            Some(oracle) => process::output(self, oracle, &words(&["bench", "version"]))?,
            None => "none".to_owned(),
        };
        let commit =
            Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(root()).output();
        let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Ok(format!(
            "{cores} cores, {system}; pintle {}; Helm {}, its packages {}; medians of {} pairs",
            commit.unwrap_or_default(),
            helm.trim(),
            packages.trim(),
            self.pairs
        ))
    }
}

/// Measures pairs that alternate which goes first.
fn alternate(
    n_pairs: usize,
    mut ours: impl FnMut() -> Result<Sample>,
    mut helm: impl FnMut() -> Result<Sample>,
) -> Result<Vec<Pair>> {
    (0..n_pairs)
        .map(|number| {
            if number % 2 == 0 {
                let ours = ours()?;
                Ok(Pair { ours, helm: helm()? })
            } else {
                let helm = helm()?;
                Ok(Pair { ours: ours()?, helm })
            }
        })
        .collect()
}

/// Builds Helm's packages into a program, if there is Go.
fn build_oracle(program: &Path) -> Option<PathBuf> {
    let status = Command::new("go")
        .args(["build", "-o"])
        .arg(program)
        .arg(".")
        .current_dir(root().join("xtask/oracle"))
        .env("GOFLAGS", "-mod=mod")
        .status();
    status.is_ok_and(|status| status.success()).then(|| program.to_owned())
}

/// Finds a chart in a folder of charts: its folder is called as the chart, or ends in `__` and its name.
fn find_chart(charts: &Path, name: &str) -> Option<PathBuf> {
    let ending = format!("__{name}");
    let entries = fs::read_dir(charts).ok()?.filter_map(std::result::Result::ok);
    entries.map(|entry| entry.path()).find(|path| {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (file_name == name || file_name.ends_with(&ending)) && path.join("Chart.yaml").exists()
    })
}

/// Counts lines that differ at the same place.
fn differences(ours: &str, helms: &str) -> usize {
    let n_lines = ours.lines().count().abs_diff(helms.lines().count());
    n_lines + ours.lines().zip(helms.lines()).filter(|(a, b)| a != b).count()
}

/// Tells if others use the machine.
fn warn_if_busy() {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default();
    if load > table::to_f64(cores) / 2.0 {
        say(&format!("the load of this machine is {load}: times are long, and ratios uncertain"));
    }
}

/// Puts the table between its marks in the README.
fn write_readme(table: &str) -> Result {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).map_err(|error| format!("README.md: {error}"))?;
    let (begin, end) = README_MARKS;
    let replaced = text.split_once(begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(end)?;
        Some(format!("{before}{begin}\n{table}\n{end}{after}"))
    });
    let replaced = replaced.ok_or("README.md has no marks for the table")?;
    fs::write(&path, replaced).map_err(|error| format!("README.md: {error}"))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[expect(clippy::print_stdout, reason = "this program talks to a person")]
fn print(text: &str) {
    print!("{text}");
}
