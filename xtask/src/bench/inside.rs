//! Renders in one process, by the library: what `xtask/oracle/bench.go` does with Helm's packages.

use std::hint::black_box;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pintle::{Chart, Release, Renderer, Values};
use pintle_manifest::validate::{Minor, Validator};
use serde_json::json;

use super::process::own_cpu_ns;
use super::{HELM_RELEASES, KUBE_VERSION, kubeconform};
use crate::Result;

/// How long renders go untimed.
const WARM_UP: Duration = Duration::from_millis(100);

/// Renders and prints the time of all as one line of JSON.
///
/// `mode` is `install`, `engine` or `releases`, or `validate` for a folder of manifests in place of a chart; `values` the path of a values file, or empty; `amount` the milliseconds to
/// repeat for, or the number of releases.
///
/// # Errors
///
/// If the chart cannot be loaded or rendered.
pub(super) fn run(mode: &str, chart: &str, values: &str, amount: &str) -> Result {
    let amount: usize = amount.parse().map_err(text)?;
    let duration = Duration::from_millis(amount as u64);
    if mode == kubeconform::NAME {
        return show(&judged(chart, duration)?);
    }
    let chart = Chart::load(chart).map_err(text)?;
    let renderer =
        pintle::options().kube_version(KUBE_VERSION).and_then(|options| options.build(&chart));
    let renderer = renderer.map_err(text)?;
    let source = match values {
        "" => String::new(),
        path => std::fs::read_to_string(path).map_err(text)?,
    };
    let release = Release::new("demo");
    let timing = match mode {
        "install" => {
            let values = numbered(&source, 0)?;
            repeat(duration, || whole(&renderer, &values, &release))?
        }
        "engine" => {
            let values = numbered(&source, 0)?;
            repeat(duration, || {
                black_box(renderer.render_files(&values, &release).map_err(text)?);
                Ok(())
            })?
        }
        "releases" => releases(&renderer, &source, amount)?,
        _ => return Err(format!("no measurement {mode}")),
    };
    show(&timing)
}

/// Judges all objects of a folder again and again.
fn judged(folder: &str, duration: Duration) -> Result<Timing> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(entry.map_err(text)?.path()).map_err(text)
    };
    let texts: Vec<String> =
        std::fs::read_dir(folder).map_err(text)?.map(read).collect::<Result<_>>()?;
    let validator = Validator::new(Minor::near(34));
    repeat(duration, || {
        for text in &texts {
            black_box(validator.inspect(text));
        }
        Ok(())
    })
}

/// Prints what was measured.
fn show(timing: &Timing) -> Result {
    let line = json!({
        "renders": timing.n_renders,
        "wall_ns": u64::try_from(timing.wall.as_nanos()).unwrap_or(u64::MAX),
        "cpu_ns": timing.cpu_ns,
    });
    writeln!(std::io::stdout(), "{line}").map_err(text)
}

/// What a number of renders took.
struct Timing {
    n_renders: usize,
    wall: Duration,
    cpu_ns: i64,
}

/// Reads the values of one release: those of all, with another image.
fn numbered(source: &str, number: usize) -> Result<Values> {
    let image = format!("ubuntu:24.04-{number}");
    Values::from_yaml(&source.replace("ubuntu:24.04", &image)).map_err(text)
}

/// Renders a release up to its text.
fn whole(renderer: &Renderer, values: &Values, release: &Release) -> Result {
    let content = renderer.render(values, release).map_err(text)?;
    black_box(content.manifest());
    black_box(content);
    Ok(())
}

/// Times one render, repeated until the duration is over.
fn repeat(duration: Duration, mut render: impl FnMut() -> Result) -> Result<Timing> {
    let begin = Instant::now();
    while begin.elapsed() < WARM_UP {
        render()?;
    }
    let mut n_renders = 0;
    let (begin, cpu_ns) = (Instant::now(), own_cpu_ns()?);
    while begin.elapsed() < duration {
        render()?;
        n_renders += 1;
    }
    Ok(Timing { n_renders, wall: begin.elapsed(), cpu_ns: own_cpu_ns()? - cpu_ns })
}

/// Renders releases with different values, in rounds; making the values goes untimed.
fn releases(renderer: &Renderer, source: &str, n_renders: usize) -> Result<Timing> {
    whole(renderer, &numbered(source, 0)?, &Release::new("warm-up"))?;
    let mut total = Timing { n_renders, wall: Duration::ZERO, cpu_ns: 0 };
    for begin in (0..n_renders).step_by(HELM_RELEASES) {
        let numbers = begin..n_renders.min(begin + HELM_RELEASES);
        let values = numbers.map(|number| numbered(source, number)).collect::<Result<Vec<_>>>()?;
        let (begin, cpu_ns) = (Instant::now(), own_cpu_ns()?);
        on_all_cores(renderer, &values)?;
        total.wall += begin.elapsed();
        total.cpu_ns += own_cpu_ns()? - cpu_ns;
    }
    Ok(total)
}

/// Renders a release with each of the values, on all cores, which share the renderer.
fn on_all_cores(renderer: &Renderer, values: &[Values]) -> Result {
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || -> Result {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(values) = values.get(number) else { return Ok(()) };
            whole(renderer, values, &Release::new(format!("r{number}")))?;
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a render panicked".to_owned())?)
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
