//! The records of releases, for the commands that read them.
//!
//! Source: `Configuration.Init` in `pkg/action/action.go` and `loadReleasesInMemory` in `pkg/cmd/root.go`, Helm v4.

use std::fs;

use pintle::cluster::release::{Driver, Memory, Release, Storage, Stored, Time};
use pintle::cluster::{Client, Connection, Error};
use pintle_engine::{LogLayout, World as _};
use pintle_yaml::json::{self, Layout};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::args::flags;
use crate::call::Call;
use crate::cluster::{self, told};
use crate::environment::variable;
use crate::exit::Exit;
use crate::log::{Level, structured};
use crate::print::{Failure, Output};

/// How Go's `time.ANSIC` lays times out.
pub(crate) const ANSIC: &str = "Mon Jan _2 15:04:05 2006";

/// What Go shows for no time at all, laid out as [`ANSIC`].
pub(crate) const NO_TIME: &str = "Mon Jan  1 00:00:00 0001";

/// The records of one namespace, or of all.
#[derive(Debug)]
pub(crate) struct Releases {
    pub(crate) storage: Storage,
    pub(crate) client: Client,
    /// whether records came from a file: no cluster is asked then
    pub(crate) is_from_file: bool,
}

impl Releases {
    /// Opens the records of a namespace. Gives nothing where Helm ends before its command begins, as it has said then.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used.
    pub(crate) async fn open(
        call: &Call,
        namespace: &str,
        output: &mut Output,
    ) -> Result<Option<Self>, Failure> {
        let name = variable("HELM_DRIVER").unwrap_or_default();
        if name == "sql" {
            return Err(Failure(
                "HELM_DRIVER=sql: records in a database are not supported: there are secret, configmap and memory"
                    .to_owned(),
            ));
        }
        let Some(driver) = Driver::by_name(&name) else {
            give_up(call, 83, &format!("unknown driver {name:?}"), output);
            return Ok(None);
        };
        let is_from_file = matches!(driver, Driver::Memory(_));
        if let Driver::Memory(memory) = &driver
            && let Err((line, text)) = load(memory)
        {
            give_up(call, line, &text, output);
            return Ok(None);
        }
        let client = if is_from_file { nowhere().await? } else { cluster::client(call).await? };
        let storage = Storage::new(client.clone(), driver, namespace);
        Ok(Some(Self { storage, client, is_from_file }))
    }

    /// Asks whether the cluster is there.
    ///
    /// # Errors
    ///
    /// Helm's words if it is not.
    pub(crate) async fn reach(&self, call: &Call) -> Result<(), Failure> {
        if self.is_from_file {
            return Ok(());
        }
        cluster::reach(&self.client, &call.profile).await
    }

    /// Reads a revision of a release, or the newest.
    ///
    /// # Errors
    ///
    /// A name that no release has, a release or revision that is not there, and what every request may meet.
    async fn content(&self, call: &Call, name: &str) -> Result<Stored, Failure> {
        if pintle_engine::Release::check_name(name).is_err() {
            return Err(Failure(format!("releaseContent: Release name is invalid: {name}")));
        }
        let revision = call.args.integer(&flags::REVISION).unwrap_or_default();
        let found = match revision {
            ..=0 => self.storage.last(name).await,
            revision => match u32::try_from(revision) {
                Ok(revision) => self.storage.get(name, revision).await.map(|mut stored| {
                    // Of a revision that is asked for, Helm knows the user's labels alone.
                    stored.labels.clone_from(&stored.release.labels);
                    stored
                }),
                Err(_) => Err(Error::ReleaseNotFound),
            },
        };
        found.map_err(|error| Failure(told(&error, &call.profile)))
    }
}

/// Reads the release that the command line names, in the revision it names. Gives nothing as [`Releases::open`] does.
///
/// # Errors
///
/// As [`Releases::open`], [`Releases::reach`]; a release or revision that is not there.
pub(crate) fn read(
    call: &Call,
    output: &mut Output,
) -> Result<Option<(Releases, Stored)>, Failure> {
    let namespace = crate::environment::namespace(&call.args);
    cluster::block_on(async {
        let Some(releases) = Releases::open(call, &namespace, output).await? else {
            return Ok(None);
        };
        releases.reach(call).await?;
        let name = call.args.positional.first().map(String::as_str).unwrap_or_default();
        let stored = releases.content(call, name).await?;
        Ok(Some((releases, stored)))
    })
}

/// Ends as Helm does where it ends before its command begins: with a line of the log. `line` is where Helm 3 says it.
fn give_up(call: &Call, line: u32, text: &str, output: &mut Output) {
    output.complain(&match call.profile.log {
        LogLayout::Structured => structured(Level::Info, text, &[]),
        LogLayout::Plain => format!("helm.go:{line}: {text}"),
    });
    output.exit = Exit::Failure;
}

/// Makes a client that is never used.
async fn nowhere() -> Result<Client, Failure> {
    let connection = Connection { server: Some("localhost".to_owned()), ..Connection::default() };
    Ok(Client::connect(&connection).await?)
}

/// Loads records from the files that `HELM_MEMORY_DRIVER_DATA` names. An error comes with the line at which Helm 3 tells it.
fn load(memory: &Memory) -> Result<(), (u32, String)> {
    for path in variable("HELM_MEMORY_DRIVER_DATA").unwrap_or_default().split(':') {
        let text = fs::read_to_string(path).map_err(|error| {
            let why = crate::user_values::go_words(&error);
            (122, format!("Unable to read memory driver dataopen {path}: {why}"))
        })?;
        for release in records(&text)
            .map_err(|why| (127, format!("Unable to unmarshal memory driver data: {why}")))?
        {
            memory.create(&release, None).map_err(|error| (132, error.to_string()))?;
        }
    }
    Ok(())
}

fn records(text: &str) -> Result<Vec<Release>, String> {
    let told = |error: pintle_yaml::Error| format!("error converting YAML to JSON: {error}");
    let value = pintle_yaml::from_str(text).map_err(told)?;
    let json = json::to_string(&value, Layout::Raw).map_err(told)?;
    let records: Option<Vec<Release>> = serde_json::from_str(&json)
        .map_err(|error| format!("error unmarshaling JSON: while decoding JSON: json: {error}"))?;
    Ok(records.unwrap_or_default())
}

/// What is shown of a chart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChartHead {
    pub(crate) metadata: Option<ChartMetadata>,
    pub(crate) values: Option<Box<RawValue>>,
}

/// What is shown of a `Chart.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ChartMetadata {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) app_version: String,
    pub(crate) annotations: Option<std::collections::BTreeMap<String, String>>,
    pub(crate) dependencies: Option<Vec<Json>>,
}

/// Reads what is shown of a release's chart. One that cannot be read is as good as none.
pub(crate) fn chart(release: &Release) -> ChartHead {
    let chart = release.chart.as_deref().map(RawValue::get);
    chart.and_then(|chart| serde_json::from_str(chart).ok()).unwrap_or_default()
}

/// Gives name and version of a chart, and the version of what it installs, as tables show them.
pub(crate) fn chart_cells(release: &Release) -> (String, String) {
    match chart(release).metadata {
        None => ("MISSING".to_owned(), "MISSING".to_owned()),
        Some(about) => (format!("{}-{}", about.name, about.version), about.app_version),
    }
}

/// Shows a time by a layout of Go's, as the clock did that told it.
pub(crate) fn show_time(time: Time, layout: &str) -> String {
    let local = pintle::Host::default().local_time_zone();
    pintle_engine::format_time(time.timestamp, time.offset.seconds(), layout, &local)
}

/// In what form releases are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Table,
    Json,
    Yaml,
}

impl Form {
    /// Reads `--output`.
    pub(crate) fn of(call: &Call) -> Self {
        match call.args.text(&flags::RELEASE_OUTPUT) {
            Some("json") => Self::Json,
            Some("yaml") => Self::Yaml,
            _ => Self::Table,
        }
    }

    /// Prints JSON as it stands, or as YAML.
    ///
    /// # Errors
    ///
    /// JSON that is none.
    pub(crate) fn print(self, json: String, output: &mut Output) -> Result<(), Failure> {
        if self == Self::Yaml {
            output.print_whole(pintle_yaml::to_string(&json::from_str(&json)?)?);
        } else {
            output.print_whole(json + "\n");
        }
        Ok(())
    }
}
