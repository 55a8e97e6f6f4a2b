//! Renders in one process, by the library: what `xtask/oracle/bench.go` does with Helm's packages.

use std::hint::black_box;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pintle::{Chart, Release, Renderer, Values};
use serde_json::json;

use super::KUBE_VERSION;
use super::process::own_cpu_ns;
use crate::Result;

/// How long renders go untimed.
const WARM_UP: Duration = Duration::from_millis(100);

/// Renders and prints the time of all as one line of JSON.
///
/// `mode` is `install`, `engine` or `releases`; `values` the path of a values file, or empty; `amount` the milliseconds to
/// repeat for, or the number of releases.
///
/// # Errors
///
/// If the chart cannot be loaded or rendered.
pub(super) fn run(mode: &str, chart: &str, values: &str, amount: &str) -> Result {
    let chart = Chart::load(chart).map_err(text)?;
    let renderer =
        pintle::options().kube_version(KUBE_VERSION).and_then(|options| options.build(&chart));
    let renderer = renderer.map_err(text)?;
    let source = match values {
        "" => String::new(),
        path => std::fs::read_to_string(path).map_err(text)?,
    };
    let amount: usize = amount.parse().map_err(text)?;
    let release = Release::new("demo");
    let duration = Duration::from_millis(amount as u64);
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

/// Renders releases with different values on all cores, which share the renderer.
fn releases(renderer: &Renderer, source: &str, n_renders: usize) -> Result<Timing> {
    let values =
        (0..n_renders).map(|number| numbered(source, number)).collect::<Result<Vec<Values>>>()?;
    if let Some(first) = values.first() {
        whole(renderer, first, &Release::new("warm-up"))?;
    }
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || -> Result {
        while let Some((number, values)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            values.get(number).map(|values| (number, values))
        } {
            whole(renderer, values, &Release::new(format!("r{number}")))?;
        }
        Ok(())
    };
    let (begin, cpu_ns) = (Instant::now(), own_cpu_ns()?);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a render panicked".to_owned())?)
    })?;
    Ok(Timing { n_renders, wall: begin.elapsed(), cpu_ns: own_cpu_ns()? - cpu_ns })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
