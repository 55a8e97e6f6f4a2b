//! `install --batch`: many releases of one chart.
//!
//! The cluster is asked for its kinds once, templates are parsed once, connections are shared. One failure does not keep the
//! others; the command fails if any did.

use std::io::Write as _;
use std::time::Instant;

use futures_util::StreamExt as _;
use pintle::cluster::apply::Apply;
use pintle::installer::{DEFAULT_CONCURRENCY, install_crds};
use pintle::{Capabilities, Installer, Request, Values};
use pintle_chart::values::merge_maps;
use pintle_engine::Release;
use pintle_yaml::{Map, Value};

use super::action_options::DryRun;
use super::install::{How, labels, settings};
use crate::args::flags;
use crate::call::Call;
use crate::exit::Exit;
use crate::print::{Failure, Output};
use crate::{cluster, environment, prepare, user_values};

/// The longest file of a batch, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// Installs what a file lists.
pub(super) fn run(call: &Call, file: &str, how: &How, output: &mut Output) -> Result<(), Failure> {
    if how.dry_run != DryRun::None {
        return Err(Failure("--batch and --dry-run do not go together".to_owned()));
    }
    let [chart] = call.args.positional.as_slice() else {
        return Err(Failure(
            "--batch takes one argument, the chart: names are in the file".to_owned(),
        ));
    };
    let prepared = prepare::gather(call, chart.clone(), Release::new("batch"), output)?;
    let requests = read(call, file, &prepared.given.values)?;
    let concurrency = call
        .args
        .unsigned(&flags::CONCURRENCY)
        .map_or(DEFAULT_CONCURRENCY, |n| usize::try_from(n).unwrap_or(DEFAULT_CONCURRENCY));
    let (n_all, started) = (requests.len(), Instant::now());
    let n_failed = cluster::block_on(async {
        let client = cluster::client(call).await?;
        cluster::reach(&client, &call.profile).await?;
        let actor = cluster::actor(call, &client, "The batch has been cancelled.\n")?;
        if !call.args.is_on(&flags::SKIP_CRDS) {
            let apply = Apply { method: how.method, ..Apply::default() };
            install_crds(&client, &prepared.chart, apply).await?;
        }
        let settings = settings(call, Capabilities::default());
        let installer = Installer::ready(client, prepared.chart, settings)
            .await?
            .apply_method(how.method)
            .install_options(how.install.clone())
            .driver(cluster::driver()?)
            .reporter(actor.reporter)
            .stop(actor.stop);
        let (mut n_failed, mut n_done) = (0, 0);
        let mut results = std::pin::pin!(installer.install_each(requests, concurrency));
        while let Some((_, request, result)) = results.next().await {
            n_done += 1;
            let Request { name, namespace, .. } = &request;
            if let Err(error) = result {
                n_failed += 1;
                let _ =
                    writeln!(std::io::stderr(), "{namespace}/{name}: INSTALLATION FAILED: {error}");
            }
            if n_done % 100 == 0 && n_done < n_all {
                let _ = writeln!(std::io::stderr(), "{n_done} of {n_all} done, {n_failed} failed");
            }
        }
        Ok(n_failed)
    })?;
    let seconds = started.elapsed().as_secs_f64();
    output.print(format!("{} installed, {n_failed} failed, in {seconds:.1} s\n", n_all - n_failed));
    if n_failed > 0 {
        output.exit = Exit::Failure;
    }
    Ok(())
}

/// Reads the releases of a file; what `--set` and values files give stands under the values of each.
fn read(call: &Call, file: &str, given: &Map) -> Result<Vec<Request>, Failure> {
    let wrong = |reason: &str| Failure(format!("{file}: {reason}"));
    let size =
        std::fs::metadata(file).map_err(|error| wrong(&user_values::go_words(&error)))?.len();
    if size > MAX_FILE {
        return Err(wrong(&format!("{size} bytes are more than {MAX_FILE}")));
    }
    let bytes = std::fs::read(file).map_err(|error| wrong(&user_values::go_words(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("the file is no UTF-8"))?;
    let value = pintle_yaml::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let Value::List(items) = value else {
        return Err(wrong(
            "a list of releases is expected: - {name: ..., namespace: ..., values: {...}}",
        ));
    };
    let (default, labels) = (environment::namespace(&call.args), labels(call)?);
    let mut requests: Vec<Request> = Vec::with_capacity(items.len());
    let mut names = std::collections::HashSet::new();
    for (n, item) in items.iter().enumerate() {
        let wrong = |reason: String| wrong(&format!("release {}: {reason}", n + 1));
        let Value::Map(item) = item else { return Err(wrong("a map is expected".to_owned())) };
        let known = ["name", "namespace", "values"];
        if let Some((key, _)) = item.iter().find(|(key, _)| !known.contains(&&***key)) {
            return Err(wrong(format!(
                "unknown key {key:?}: there are name, namespace and values"
            )));
        }
        let text = |key: &str| match item.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(wrong(format!("{key} is no string"))),
        };
        let name = text("name")?.ok_or_else(|| wrong("name is missing".to_owned()))?;
        if let Err(reason) = Release::check_name(&name) {
            return Err(wrong(format!("release name {name:?}: {reason}")));
        }
        let namespace = text("namespace")?.unwrap_or_else(|| default.clone());
        let values = match item.get("values") {
            None | Some(Value::Null) => given.clone(),
            Some(Value::Map(values)) => merge_maps(given, values),
            Some(_) => return Err(wrong("values are no map".to_owned())),
        };
        if !names.insert((namespace.clone(), name.clone())) {
            return Err(wrong(format!("{namespace}/{name} is listed twice")));
        }
        let labels = labels.clone();
        requests.push(Request { name, namespace, values: Values::from(values), labels });
    }
    Ok(requests)
}
