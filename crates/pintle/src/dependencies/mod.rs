//! From the charts that `Chart.yaml` asks for to the archives in `charts/` and the lock beside them.
//!
//! `update` looks for the versions that are wanted, packs or copies them into `charts/`, drops what is outdated, and
//! writes a lock if there is something new to pin. `build` takes the versions that a lock pins. Charts come from
//! folders (`file://…`), from `charts/` itself, and from repositories whose index and archives are on disk: no
//! connection is opened. Archives are made aside and moved when all are there, so that a failure leaves `charts/` as
//! it was.
//!
//! Source: `pkg/downloader/manager.go`, Helm v4.

mod error;
mod fetch;
mod repositories;
mod resolve;
mod store;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use pintle_chart::package::Times;
use pintle_chart::{Chart, Dependency, LoadRules, Lock, path};
use pintle_engine::{CommandLine, Profile, World};
use pintle_gotmpl::value::number::quote;

use crate::args::flags;
use crate::call::Call;
use crate::chart_source::any_version;
use crate::environment;
use crate::log::{Level, structured};
use crate::print::{Failure, Output};

pub(crate) use error::{DependencyError, LockFile};
use repositories::Places;

/// The `apiVersion` of charts that keep their dependencies in `requirements.yaml`.
const OLD_API_VERSION: &str = "v1";

/// Whether the indexes of repositories are fetched anew, as far as a program without connections can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// as Helm does: here it is said of each that it cannot be had
    Tried,
    /// `--skip-refresh`
    Skipped,
}

/// Whether archives have to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verify {
    /// they need not be
    No,
    /// `--verify`, which this program cannot do
    Asked,
}

/// Everything that updating the dependencies of one chart takes.
#[derive(Debug)]
pub(crate) struct Manager<'a> {
    chart_path: String,
    profile: Profile,
    rules: LoadRules,
    refresh: Refresh,
    verify: Verify,
    places: Places,
    /// `SOURCE_DATE_EPOCH`, in seconds since 1970
    epoch: Option<i64>,
    world: Arc<dyn World>,
    output: &'a mut Output,
}

impl<'a> Manager<'a> {
    /// Begins with the chart folder at `chart_path`, and with what flags and environment say.
    ///
    /// # Errors
    ///
    /// A `SOURCE_DATE_EPOCH` that is no time.
    pub(crate) fn new(
        call: &Call,
        chart_path: &str,
        output: &'a mut Output,
    ) -> Result<Self, Failure> {
        let epoch = match call.profile.command_line {
            CommandLine::Helm4 => source_date_epoch()?,
            CommandLine::Helm3 => None,
        };
        Ok(Self {
            chart_path: path::clean(chart_path),
            profile: call.profile,
            rules: any_version(&call.profile),
            refresh: Refresh::Tried,
            verify: Verify::No,
            places: Places {
                config: environment::repository_config(&call.args),
                cache: environment::repository_cache(&call.args),
            },
            epoch,
            world: crate::commands::world(&call.args),
            output,
        })
    }

    /// Does what `--skip-refresh` and `--verify` ask for.
    pub(crate) fn with_flags(mut self, call: &Call) -> Self {
        if call.args.is_on(&flags::SKIP_REFRESH) {
            self.refresh = Refresh::Skipped;
        }
        if call.args.is_on(&flags::VERIFY) {
            self.verify = Verify::Asked;
        }
        self
    }

    /// Brings `charts/` and the lock to what `Chart.yaml` asks for.
    ///
    /// # Errors
    ///
    /// The first thing that stands in the way; `charts/` is as it was then, unless files could not be moved there.
    pub(crate) fn update(&mut self) -> Result<(), DependencyError> {
        let chart = self.load_chart()?;
        if !chart.lists_dependencies() {
            return Ok(());
        }
        let mut requested = chart.metadata.dependencies.clone();
        let mut names = self.name_repositories(&mut requested)?;
        self.name_unmanaged(&requested, &mut names)?;
        if self.refresh == Refresh::Tried {
            self.refresh_repositories()?;
        }
        let mut locked = self.resolve(&requested, &names)?;
        self.fetch_all(&mut locked)?;
        let digest = Lock::digest_of(&requested, &locked)?;
        if chart.lock.is_some_and(|lock| lock.digest == digest) {
            return Ok(());
        }
        let generated = self.now_text();
        let lock = Lock { generated, digest, dependencies: locked };
        self.write_lock(&lock, &chart.metadata.api_version)
    }

    /// Brings `charts/` to what the lock pins; without a lock, does as [`Manager::update`].
    ///
    /// # Errors
    ///
    /// As [`Manager::update`]; a lock that was made for other dependencies.
    pub(crate) fn build(&mut self) -> Result<(), DependencyError> {
        let chart = self.load_chart()?;
        let Some(lock) = chart.lock.clone() else { return self.update() };
        let mut requested = chart.metadata.dependencies.clone();
        let is_old = chart.metadata.api_version == OLD_API_VERSION;
        // Helm 2 took the aliases of repositories as they stand.
        let helm_2_digest = Lock::digest_of_helm_2(&requested)?;
        self.name_repositories(&mut requested)?;
        let is_in_sync = chart.lists_dependencies()
            && Lock::digest_of(&requested, &lock.dependencies)? == lock.digest;
        if !is_in_sync {
            if !is_old {
                return Err(DependencyError::OutOfSync(match self.profile.command_line {
                    CommandLine::Helm4 => LockFile::Advised,
                    CommandLine::Helm3 => LockFile::Plain,
                }));
            }
            self.warn_of_old_digest();
            if helm_2_digest != lock.digest {
                return Err(DependencyError::OutOfSync(LockFile::Old));
            }
        }
        self.check_repositories(&lock.dependencies)?;
        if self.refresh == Refresh::Tried {
            self.refresh_repositories()?;
        }
        self.fetch_all(&mut lock.dependencies.clone())
    }

    fn warn_of_old_digest(&mut self) {
        let text = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
        self.output.complain(&match self.profile.command_line {
            CommandLine::Helm4 => structured(Level::Info, text, &[]),
            CommandLine::Helm3 => format!("manager.go:122: {text}"),
        });
    }

    fn load_chart(&mut self) -> Result<Chart, DependencyError> {
        let path = self.chart_path.clone();
        let about = fs::metadata(&path)
            .map_err(|reason| DependencyError::NoChart { path: path.clone(), reason })?;
        if !about.is_dir() {
            return Err(DependencyError::Packed);
        }
        Ok(self.load_folder(&path)?)
    }

    /// Loads a chart from a folder, and says what there is to say about it.
    fn load_folder(&mut self, path: &str) -> Result<Chart, pintle_chart::Error> {
        let mut chart = self.rules.load_folder(Path::new(path))?;
        for warning in std::mem::take(&mut chart.warnings) {
            self.output.complain(&self.output.log.load(&warning));
        }
        Ok(chart)
    }

    /// Gives the path of a local repository: `file://` and a path, from the chart on unless it is absolute.
    fn local_path(&self, repository: &str) -> Result<String, DependencyError> {
        let given = repository.strip_prefix(LOCAL).unwrap_or(repository);
        let path = if given.starts_with('/') {
            path::clean(given)
        } else {
            path::join(&self.chart_path, given)
        };
        match fs::metadata(&path) {
            Ok(_) => Ok(path),
            Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => {
                Err(DependencyError::NoFolder(path))
            }
            Err(reason) => Err(DependencyError::Io { verb: "stat", path, reason }),
        }
    }

    /// Gives the times that files of a packed chart get, and stamps the locks of the chart where the epoch asks for it.
    fn stamp(&self, chart: &mut Chart) -> Times {
        match (self.epoch, self.profile.command_line) {
            (Some(seconds), _) => {
                let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
                stamp_locks(chart, &time.to_string());
                Times::All(seconds)
            }
            (None, CommandLine::Helm4) => Times::Own(self.world.now().as_second()),
            (None, CommandLine::Helm3) => Times::All(self.world.now().as_second()),
        }
    }

    /// Gives the present as a lock says it.
    fn now_text(&self) -> String {
        let now = self.world.now().to_zoned(self.world.local_time_zone());
        let zone = if now.offset().is_zero() { "Z" } else { "%:z" };
        now.strftime(&format!("%Y-%m-%dT%H:%M:%S%.f{zone}")).to_string()
    }
}

/// What a repository that is a folder begins with.
const LOCAL: &str = "file://";

/// What a repository that is a registry begins with.
const REGISTRY: &str = "oci://";

fn stamp_locks(chart: &mut Chart, time: &str) {
    if let Some(lock) = &mut chart.lock {
        time.clone_into(&mut lock.generated);
    }
    for carried in &mut chart.dependencies {
        stamp_locks(carried, time);
    }
}

/// Gives the time that archives shall carry, in seconds since 1970.
fn source_date_epoch() -> Result<Option<i64>, Failure> {
    let Some(text) = environment::variable("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let invalid = |why: &str| Failure(format!("invalid SOURCE_DATE_EPOCH: {why}"));
    match text.parse::<i64>() {
        Ok(seconds) if seconds < 0 => Err(invalid("must not be negative")),
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let why = if is_number { "value out of range" } else { "invalid syntax" };
            Err(invalid(&format!("strconv.ParseInt: parsing {}: {why}", quote(&text))))
        }
    }
}

/// Gives the charts that a parent asks for and `charts/` does not have, by name.
pub(crate) fn missing(chart: &Chart) -> Vec<&str> {
    let asked = chart.metadata.dependencies.iter();
    asked
        .map(|dependency: &Dependency| dependency.name.as_str())
        .filter(|name| chart.dependency(name).is_none())
        .collect()
}
