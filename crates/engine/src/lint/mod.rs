//! Lint: what is wrong with a chart, what is odd, and what could be better, in Helm's words.
//!
//! The rules run in Helm's order; some end the run of those behind them. `required` and `fail` only leave a notice, so
//! a chart's own guards are not enforced. Source: `RunAll` in `pkg/chart/v2/lint/lint.go`, Helm v4; `pkg/lint`, Helm v3.

mod address;
mod chart_yaml;
pub mod codes;
mod crds;
mod dependencies;
mod deprecations;
mod documents;
mod names;
mod reads;
mod templates;
mod values;

pub use reads::ValueReads;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use pintle_chart::{Chart, Error, File, LoadRules};
use pintle_yaml::Map;

use crate::{KubeVersion, Profile, SchemaCheck, Warning, World};

/// What lies at a place of a chart folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// nothing
    Missing,
    /// a folder
    Folder,
    /// a file, and what it holds
    File(Vec<u8>),
    /// a file that cannot be read, and why, in Go's words
    Unreadable(String),
}

impl Entry {
    /// Gives what a file holds.
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::File(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// A chart to judge, as it lies in its folder.
#[derive(Debug)]
pub struct Folder {
    /// where it lies, as messages show it
    pub path: String,
    /// `Chart.yaml`
    pub chart_yaml: Entry,
    /// `values.yaml`
    pub values_yaml: Entry,
    /// `values.schema.json`
    pub schema: Entry,
    /// `templates/`
    pub templates: Entry,
    /// `crds/`
    pub crds: Entry,
    /// the chart that all of it makes, or why it makes none
    pub chart: Result<Chart, Error>,
}

impl Folder {
    /// Makes a folder of files in memory, such as those of an archive.
    pub fn from_files(path: String, files: Vec<File>, rules: LoadRules) -> Self {
        let file = |name: &str| match files.iter().find(|file| &*file.name == name) {
            Some(file) => Entry::File(file.data.to_vec()),
            None => Entry::Missing,
        };
        let folder = |name: &str| {
            let below = format!("{name}/");
            if files.iter().any(|file| file.name.starts_with(&below)) {
                Entry::Folder
            } else {
                file(name)
            }
        };
        Self {
            path,
            chart_yaml: folder("Chart.yaml"),
            values_yaml: folder("values.yaml"),
            schema: file("values.schema.json"),
            templates: folder("templates"),
            crds: folder("crds"),
            chart: rules.from_files(files),
        }
    }
}

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// worth knowing
    Info,
    /// works, but is not as it should be
    Warning,
    /// will not work
    Error,
}

/// One thing a rule found. Shows as `[WARNING] Chart.yaml: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// how grave it is
    pub severity: Severity,
    /// the file or folder it is about
    pub path: String,
    /// what was found
    pub text: String,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.text)
    }
}

/// What charts are judged with.
#[derive(Debug, Clone)]
pub struct LintSettings {
    /// the Helm version to follow
    pub profile: Profile,
    /// the version of Kubernetes to judge for
    pub kube_version: KubeVersion,
    /// the namespace of the release that is rendered
    pub namespace: String,
    /// whether values are checked against the charts' schemas
    pub schema: SchemaCheck,
    /// the world templates may ask
    pub world: Arc<dyn World>,
}

/// Something Helm logs while it lints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// what loading the chart had to say, which Helm says once for each time it loads it
    Loading,
    /// what rendering had to say
    Warning(Warning),
}

/// What the rules found, and what was logged meanwhile.
#[derive(Debug, Default)]
pub struct Findings {
    /// what was found, in the order of the rules
    pub messages: Vec<Message>,
    /// what was logged, in order
    pub logged: Vec<Logged>,
    /// what the templates rendered to, by their paths from the outermost chart's name on
    pub(crate) rendered: BTreeMap<String, String>,
}

/// Judges a chart with the user's values.
pub fn lint(folder: &Folder, values: &Map, settings: &LintSettings) -> Findings {
    let mut linter = Linter { folder, values, settings, findings: Findings::default() };
    linter.chart_yaml();
    linter.values();
    linter.templates();
    linter.dependencies();
    linter.crds();
    linter.findings
}

/// A run of the rules over one chart.
struct Linter<'a> {
    folder: &'a Folder,
    values: &'a Map,
    settings: &'a LintSettings,
    findings: Findings,
}

impl Linter<'_> {
    /// Notes what a rule says, if it says anything; tells whether it passed.
    fn rule(&mut self, severity: Severity, path: &str, result: Result<(), String>) -> bool {
        let Err(text) = result else { return true };
        self.findings.messages.push(Message { severity, path: path.to_owned(), text });
        false
    }

    /// Gives the chart, or why it makes none; Helm loads it anew for each family of rules, and logs it.
    fn load(&mut self) -> Result<Chart, String> {
        match &self.folder.chart {
            Ok(chart) => {
                self.findings.logged.push(Logged::Loading);
                Ok(chart.clone())
            }
            Err(error) => Err(error.text()),
        }
    }
}
