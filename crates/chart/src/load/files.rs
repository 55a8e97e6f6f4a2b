//! From a list of files to a chart, and to the charts in its `charts/`.
//!
//! Source: `LoadFiles` in `pkg/chart/v2/loader/load.go`, Helm v4.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use super::archive;
use super::early::Early;
use super::{
    LoadRules, MAX_CHART_SIZE, MAX_DEPTH, MAX_NAME_BYTES, MAX_UNPACKED_SIZE, Warning, read_values,
};
use crate::decode::decode;
use crate::metadata::{API_VERSION_V1, Draft};
use crate::{Chart, Error, File, Lock, path};

pub(crate) const CHART_YAML: &str = "Chart.yaml";
pub(crate) const CHART_LOCK: &str = "Chart.lock";
pub(crate) const VALUES_YAML: &str = "values.yaml";
pub(crate) const VALUES_SCHEMA: &str = "values.schema.json";
pub(crate) const REQUIREMENTS_YAML: &str = "requirements.yaml";
const REQUIREMENTS_LOCK: &str = "requirements.lock";

/// A load in progress.
pub(super) struct Loader {
    rules: LoadRules,
    pub(super) warnings: Vec<Warning>,
    /// how much more archives may unpack to, in bytes
    unpack_budget: u64,
    /// how many more bytes the names of files may take
    name_budget: usize,
    /// how many charts hold the one being loaded
    depth: usize,
    /// values files that were read already
    pub(super) early: Vec<Early>,
}

impl Loader {
    pub(super) fn new(rules: LoadRules) -> Self {
        Self {
            rules,
            warnings: Vec::new(),
            unpack_budget: MAX_UNPACKED_SIZE,
            name_budget: MAX_NAME_BYTES,
            depth: 0,
            early: Vec::new(),
        }
    }

    /// Gives the outermost chart what there is to say of all.
    pub(super) fn finish(self, chart: Chart) -> Chart {
        Chart { warnings: self.warnings, ..chart }
    }

    pub(super) fn unpack(&mut self, archive: impl Read) -> Result<Vec<File>, Error> {
        let budget = MAX_CHART_SIZE.min(self.unpack_budget);
        let (files, n_bytes) = archive::unpack(archive, self.rules.max_file_size, budget)?;
        self.unpack_budget -= n_bytes;
        Ok(files)
    }

    /// Makes a chart of its files.
    pub(super) fn chart(&mut self, files: Vec<File>) -> Result<Chart, Error> {
        let go_package = self.rules.go_package;
        let mut chart = Chart::default();
        let mut draft: Option<Draft> = None;
        // Wherever it stands, the other files need it.
        for file in files.iter().filter(|file| &*file.name == CHART_YAML) {
            let draft = draft.get_or_insert_default();
            decode(draft, &file.data, go_package).map_err(Error::unreadable(CHART_YAML))?;
            if draft.metadata.api_version.is_empty() {
                API_VERSION_V1.clone_into(&mut draft.metadata.api_version);
            }
        }
        let mut subcharts: BTreeMap<&str, Vec<File>> = BTreeMap::new();
        for file in &files {
            match &*file.name {
                CHART_YAML => {}
                CHART_LOCK => chart.lock = self.lock(CHART_LOCK, file)?,
                VALUES_YAML => {
                    let early = self.early.iter().find_map(|early| early.values_of(&file.data));
                    chart.values = match early {
                        Some(values) => values.clone(),
                        None => read_values(&file.data, self.rules.documents)
                            .map_err(Error::unreadable(VALUES_YAML))?,
                    };
                }
                VALUES_SCHEMA => chart.schema = Some(Arc::clone(file.data.shared())),
                REQUIREMENTS_YAML => {
                    let draft = draft.get_or_insert_default();
                    self.warn_unless_old(draft, Warning::OldRequirements);
                    decode(draft, &file.data, go_package)
                        .map_err(Error::unreadable(REQUIREMENTS_YAML))?;
                    if is_old(draft) {
                        chart.files.push(file.clone());
                    }
                }
                REQUIREMENTS_LOCK => {
                    chart.lock = self.lock(REQUIREMENTS_LOCK, file)?;
                    let draft = draft.get_or_insert_default();
                    self.warn_unless_old(draft, Warning::OldRequirementsLock);
                    if is_old(draft) {
                        chart.files.push(file.clone());
                    }
                }
                name if name.starts_with("templates/") => chart.templates.push(file.clone()),
                name => match name.strip_prefix("charts/") {
                    Some(inner) if path::extension(name) != ".prov" => {
                        let (subchart, _) = inner.split_once('/').unwrap_or((inner, ""));
                        let left = self.name_budget.checked_sub(inner.len());
                        self.name_budget =
                            left.ok_or(Error::NamesTooLong { maximum: MAX_NAME_BYTES })?;
                        let inner = File { name: inner.into(), ..file.clone() };
                        subcharts.entry(subchart).or_default().push(inner);
                    }
                    _ => chart.files.push(file.clone()),
                },
            }
        }
        chart.metadata = draft.ok_or(Error::ChartYamlMissing)?.validate()?;
        for (name, inner_files) in subcharts {
            // Helm takes them in random order; the first mistake it meets may be another.
            if !name.starts_with(['_', '.']) {
                let subchart = self.subchart(name, inner_files, &chart)?;
                chart.dependencies.push(subchart);
            }
        }
        chart.raw = files;
        Ok(chart)
    }

    /// Makes the chart that stands at `name` in `charts/`. The files' names begin there.
    fn subchart(&mut self, name: &str, files: Vec<File>, parent: &Chart) -> Result<Chart, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::TooDeep { maximum: MAX_DEPTH });
        }
        self.depth += 1;
        let chart = if path::extension(name) == ".tgz" {
            // OK because a name is only known from a file.
            let archive = &files[0];
            if &*archive.name != name {
                return Err(Error::SubchartArchive {
                    chart: parent.name().to_owned(),
                    expected: name.to_owned(),
                    found: archive.name.to_string(),
                });
            }
            self.unpack(&*archive.data).and_then(|files| self.chart(files))
        } else {
            // A file that stands in `charts/` itself leaves nothing, and so a chart without `Chart.yaml`.
            let within = files.into_iter().filter_map(|file| {
                let (_, name) = file.name.split_once('/')?;
                let name = name.into();
                Some(File { name, ..file })
            });
            self.chart(within.collect())
        };
        self.depth -= 1;
        chart.map_err(|source| Error::Subchart {
            name: name.to_owned(),
            chart: parent.name().to_owned(),
            source: Box::new(source),
        })
    }

    fn lock(&self, name: &'static str, file: &File) -> Result<Option<Lock>, Error> {
        let mut lock = Some(Lock::default());
        decode(&mut lock, &file.data, self.rules.go_package).map_err(Error::unreadable(name))?;
        Ok(lock)
    }

    fn warn_unless_old(&mut self, draft: &Draft, warning: Warning) {
        if !is_old(draft) {
            self.warnings.push(warning);
        }
    }
}

fn is_old(draft: &Draft) -> bool {
    draft.metadata.api_version == API_VERSION_V1
}
