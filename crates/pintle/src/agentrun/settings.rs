//! The settings that runs are planned with: those of the chart `agents` in this program, with the user's values over them.

use std::path::Path;

use pintle_agentrun::Settings;
use pintle_chart::origin::Origins;
use pintle_chart::value_path::ValuePath;
use pintle_engine::Release;
use pintle_manifest::typed::TypedError;
use pintle_yaml::Location;
use pintle_yaml::json::{self, Layout};

use super::resources::Fault;
use crate::args::flags;
use crate::call::Call;
use crate::explain;
use crate::prepare;
use crate::print::{Failure, Output};
use crate::whole_file;

/// The chart whose values settings are.
const CHART: &str = "@agents";

/// Settings, and where they come from.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) settings: Settings,
    origins: Origins,
}

impl Known {
    /// Reads the settings as the flags say.
    ///
    /// # Errors
    ///
    /// Values that do not fit the chart, and files that cannot be read.
    pub(crate) fn read(call: &Call, release: &str, output: &mut Output) -> Result<Self, Failure> {
        let prepared = prepare::gather(call, CHART.to_owned(), Release::new(release), output)?;
        let origins = explain::trace(call, &prepared.chart, &prepared.path, &prepared.given)?;
        explain::check(call, &prepared.chart, &prepared.given, &origins, output)?;
        let values = json::to_string(&origins.values().clone().into(), Layout::Raw)?;
        let mut known = Self { settings: Settings::default(), origins };
        let settings = Settings::from_values(&values).map_err(|error| known.misfit(&error))?;
        known.settings = settings.with_absent_as_null();
        if let Some(path) = call.args.text(&flags::DEFAULTS).filter(|path| !path.is_empty()) {
            known.settings = with_files(known.settings, Path::new(path))?;
        }
        Ok(known)
    }

    fn misfit(&self, error: &TypedError) -> Failure {
        match self.origin(&error.field) {
            Some(origin) => Failure(format!("{origin}: {error}")),
            None => Failure(error.to_string()),
        }
    }

    /// Tells where a value comes from: a file with its line, or a flag.
    fn origin(&self, field: &str) -> Option<String> {
        let path = ValuePath::parse(field).ok()?;
        Some(self.origins.of(&path)?.to_string())
    }

    /// Says where a fault in the settings comes from.
    pub(crate) fn place(&self, fault: &mut Fault) {
        if let Some(origin) = self.origin(&fault.field) {
            fault.message = format!("{} (set by {origin})", fault.message);
        }
    }
}

/// Takes the defaults from a file, or defaults and profiles from a folder, as the chart mounts them.
fn with_files(settings: Settings, path: &Path) -> Result<Settings, Failure> {
    let misfit = |path: &Path, text: &str, error: &TypedError| {
        Failure(format!("{}: {error}", Location::of(path.to_string_lossy(), text, error.offset)))
    };
    if !path.is_dir() {
        let text = whole_file::read(path)?;
        return settings.with_defaults(&text).map_err(|error| misfit(path, &text, &error));
    }
    let defaults = path.join("defaults.json");
    let text = whole_file::read(&defaults)?;
    let settings =
        settings.with_defaults(&text).map_err(|error| misfit(&defaults, &text, &error))?;
    let profiles = path.join("profiles.json");
    match whole_file::read_if_there(&profiles)? {
        None => Ok(settings),
        Some(text) => {
            settings.with_profiles(&text).map_err(|error| misfit(&profiles, &text, &error))
        }
    }
}
