//! A release as people read it: what `status`, `get all`, `install` and `upgrade` print.
//!
//! Source: `statusPrinter` in `pkg/cmd/status.go`, Helm v4, and in `cmd/helm/status.go`, Helm v3.

use std::fmt::Write as _;

use pintle::cluster::release::{Release, Status};
use pintle_chart::Chart;
use pintle_chart::coalesce::coalesce;
use pintle_engine::{CommandLine, Profile};
use pintle_yaml::Map;

use crate::print::Failure;
use crate::release_json::values;
use crate::releases::{ANSIC, NO_TIME, chart, show_time};

/// What is shown of a release, and how.
#[derive(Debug)]
pub(crate) struct ReleaseText<'a> {
    pub(crate) release: &'a Release,
    pub(crate) profile: &'a Profile,
    /// how much of it
    pub(crate) detail: Detail,
    /// not the notes
    pub(crate) hides_notes: bool,
    /// tables of live objects
    pub(crate) resources: &'a str,
    /// whether there are colours
    pub(crate) has_colour: bool,
}

/// How much of a release is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// how it stands
    Short,
    /// and its description, which Helm 4 always shows
    Described,
    /// values, hooks and objects as well
    Debug,
    /// and its chart
    Full,
}

impl ReleaseText<'_> {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Values that do not go together, and values that have no YAML.
    pub(crate) fn write(&self) -> Result<String, Failure> {
        let Self { release, .. } = self;
        let info = &release.info;
        let is_full = matches!(self.detail, Detail::Debug | Detail::Full);
        let is_helm_4 = self.profile.command_line == CommandLine::Helm4;
        let mut text = format!("NAME: {}\n", release.name);
        if let Some(time) = info.last_deployed {
            let _ = writeln!(text, "LAST DEPLOYED: {}", show_time(time, ANSIC));
        }
        let _ = writeln!(text, "NAMESPACE: {}", namespace(&release.namespace, self.has_colour));
        let _ = writeln!(text, "STATUS: {}", status(info.status, self.has_colour));
        let _ = writeln!(text, "REVISION: {}", release.version);
        if self.detail == Detail::Full {
            let about = chart(release).metadata.unwrap_or_default();
            let _ = writeln!(text, "CHART: {}", about.name);
            let _ = writeln!(text, "VERSION: {}", about.version);
            let _ = writeln!(text, "APP_VERSION: {}", about.app_version);
        }
        if self.detail == Detail::Described || is_helm_4 {
            let _ = writeln!(text, "DESCRIPTION: {}", info.description);
        }
        if !self.resources.is_empty() {
            let _ = writeln!(text, "RESOURCES:\n{}", self.resources);
        }
        self.tests(&mut text);
        if is_full {
            text.push_str("USER-SUPPLIED VALUES:\n");
            text.push_str(&user_values(release)?);
            text.push_str("\nCOMPUTED VALUES:\n");
            text.push_str(&pintle_yaml::to_string(&computed(release, self.profile)?.into())?);
            text.push('\n');
        }
        if is_full || info.description.eq_ignore_ascii_case("Dry run complete") {
            text.push_str("HOOKS:\n");
            text.push_str(&hooks(release));
            let _ = writeln!(text, "MANIFEST:\n{}", release.manifest);
        }
        if !self.hides_notes && !info.notes.is_empty() {
            let _ = writeln!(text, "NOTES:\n{}", info.notes.trim());
        }
        Ok(text)
    }

    /// Writes how the tests went that were run.
    fn tests(&self, text: &mut String) {
        let is_test = |events: &[String]| events.iter().filter(|event| *event == "test").count();
        let mut has_tests = false;
        for hook in &self.release.hooks {
            for _ in 0..is_test(&hook.events) {
                has_tests = true;
                let Some(started) = hook.last_run.started_at else { continue };
                let completed = hook.last_run.completed_at;
                let completed = completed.map_or(NO_TIME.to_owned(), |at| show_time(at, ANSIC));
                let started = show_time(started, ANSIC);
                let _ = writeln!(
                    text,
                    "TEST SUITE:     {}\nLast Started:   {started}\nLast Completed: {completed}\nPhase:          {}",
                    hook.name, hook.last_run.phase
                );
            }
        }
        if !has_tests {
            text.push_str("TEST SUITE: None\n");
        }
    }
}

/// Writes the hooks of a release.
pub(crate) fn hooks(release: &Release) -> String {
    let mut text = String::new();
    for hook in &release.hooks {
        let _ = writeln!(text, "---\n# Source: {}\n{}", hook.path, hook.manifest);
    }
    text
}

/// Writes the user's values as YAML.
///
/// # Errors
///
/// Values that have no YAML.
pub(crate) fn user_values(release: &Release) -> Result<String, pintle_yaml::Error> {
    match &release.config {
        None => Ok("null\n".to_owned()),
        Some(config) => pintle_yaml::to_string(&values(config)?),
    }
}

/// Gives the user's values with the defaults of the chart.
///
/// # Errors
///
/// Values that do not go together.
pub(crate) fn computed(release: &Release, profile: &Profile) -> Result<Map, Failure> {
    let head = chart(release);
    let defaults = match head.values {
        Some(raw) => pintle_yaml::json::from_str(raw.get())?.as_map().cloned(),
        None => None,
    };
    let mut chart = Chart { values: defaults.unwrap_or_default(), ..Chart::default() };
    chart.metadata.name = head.metadata.unwrap_or_default().name;
    let given = match &release.config {
        Some(config) => values(config)?.as_map().cloned().unwrap_or_default(),
        None => Map::default(),
    };
    Ok(coalesce(&chart, &given, profile.coalesce)?.values)
}

/// Shows a state: green if it is good, red if it is bad, yellow while it changes.
pub(crate) fn status(status: Status, has_colour: bool) -> String {
    match status {
        _ if !has_colour => status.to_string(),
        Status::Deployed => paint("32", status.as_str()),
        Status::Failed | Status::Unknown => paint("31", status.as_str()),
        Status::Uninstalling => paint("33", status.as_str()),
        status if status.is_pending() => paint("33", status.as_str()),
        status => status.to_string(),
    }
}

/// Shows a namespace: cyan.
pub(crate) fn namespace(namespace: &str, has_colour: bool) -> String {
    if has_colour { paint("36", namespace) } else { namespace.to_owned() }
}

/// Shows the head of a column: bold.
pub(crate) fn header(text: &str, has_colour: bool) -> String {
    if has_colour { format!("\u{1b}[1m{text}\u{1b}[22m") } else { text.to_owned() }
}

fn paint(colour: &str, text: &str) -> String {
    format!("\u{1b}[{colour}m{text}\u{1b}[0m")
}
