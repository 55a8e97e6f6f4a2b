//! A chart as it was loaded: what it says of itself, its templates, its defaults, the charts it carries.
//!
//! Source: `Chart` in `pkg/chart/v2/chart.go`, Helm v4.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use pintle_yaml::{Map, Value};

use crate::load::{CHART_YAML, REQUIREMENTS_YAML, Warning};
use crate::{Data, Error, LoadRules, Lock, Metadata};

/// A file of a chart. A clone shares the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// the path from the root of its chart, with `/` on every system
    pub name: Arc<str>,
    /// the bytes, without a byte order mark
    pub data: Data,
    /// when it was last changed, in seconds since 1970; `None` where nobody says
    pub modified: Option<i64>,
}

impl File {
    /// Makes a file from its path and its bytes.
    pub fn new(name: impl Into<Arc<str>>, data: impl AsRef<[u8]>) -> Self {
        let data = Arc::<[u8]>::from(data.as_ref()).into();
        Self { name: name.into(), data, modified: None }
    }

    /// Says when it was last changed, in seconds since 1970.
    #[must_use]
    pub fn modified(self, seconds: Option<i64>) -> Self {
        Self { modified: seconds, ..self }
    }

    /// Gives the bytes as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        // Text is text almost always, and checking that is several times as fast as looking for what is not.
        match std::str::from_utf8(&self.data) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&self.data),
        }
    }
}

/// A chart, with the charts of its `charts/` folder.
///
/// Files stand in the order they were loaded in: by name for a folder, as packed for an archive.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// what `Chart.yaml` says, and `requirements.yaml` of an old chart; checked and sanitised
    pub metadata: Metadata,
    /// what `Chart.lock` says, or `requirements.lock`
    pub lock: Option<Lock>,
    /// the files below `templates/`
    pub templates: Vec<File>,
    /// what `values.yaml` says; empty without one
    pub values: Map,
    /// `values.schema.json`, as it is
    pub schema: Option<Arc<[u8]>>,
    /// every file that has no meaning of its own: what templates see as `.Files`, and `crds/`
    pub files: Vec<File>,
    /// every file, those of `charts/` too
    pub raw: Vec<File>,
    /// the charts of `charts/`, in order of their names there
    pub dependencies: Vec<Chart>,
    /// what loading has to say beside the chart; on the outermost chart only
    pub warnings: Vec<Warning>,
}

/// A file of `crds/`: a definition that is installed before the templates are rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crd<'a> {
    /// the path from the root of its own chart: `crds/site.yaml`
    pub name: &'a str,
    /// the path from the outermost chart: `web/charts/db/crds/site.yaml`
    pub filename: String,
    /// the file
    pub file: &'a File,
}

impl Chart {
    /// Loads a chart from a folder or an archive by Helm's current rules.
    ///
    /// [`LoadRules::load`] does it by others.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the chart, in Helm's words.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        LoadRules::default().load(path)
    }

    /// Loads a chart from the bytes of a `.tgz`.
    ///
    /// # Errors
    ///
    /// As [`Chart::load`].
    pub fn from_archive(archive: &[u8]) -> Result<Self, Error> {
        LoadRules::default().from_archive(archive)
    }

    /// Makes a chart from files in memory, such as those a program carries within itself.
    ///
    /// # Errors
    ///
    /// As [`Chart::load`].
    pub fn from_files(files: Vec<File>) -> Result<Self, Error> {
        LoadRules::default().from_files(files)
    }

    /// Gives the chart's name, or the alias it was given.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Tells whether this chart only lends definitions to others, and renders nothing itself.
    pub fn is_library(&self) -> bool {
        self.metadata.chart_type.eq_ignore_ascii_case("library")
    }

    /// Checks what the chart says of itself, as loading did; for charts changed since.
    ///
    /// # Errors
    ///
    /// [`Error::Validation`] with the first thing wrong.
    pub fn validate(&self) -> Result<(), Error> {
        self.metadata.clone().validate().map(drop)
    }

    /// Finds a file by its path, whatever it means.
    pub fn raw_file(&self, name: &str) -> Option<&File> {
        self.raw.iter().find(|file| &*file.name == name)
    }

    /// Finds a chart of `charts/` by its name or alias.
    pub fn dependency(&self, name: &str) -> Option<&Chart> {
        self.dependencies.iter().find(|chart| chart.name() == name)
    }

    /// Tells whether the chart has a list of charts it asks for, be it empty.
    ///
    /// Helm passes over a chart without one, and locks a chart whose list is empty.
    pub fn lists_dependencies(&self) -> bool {
        if !self.metadata.dependencies.is_empty() {
            return true;
        }
        let mut lists = false;
        for name in [CHART_YAML, REQUIREMENTS_YAML] {
            for file in self.raw.iter().filter(|file| &*file.name == name) {
                let Ok(Value::Map(fields)) = pintle_yaml::from_slice(&file.data) else { continue };
                let is_it = |key: &str| key.eq_ignore_ascii_case("dependencies");
                for (_, value) in fields.iter().filter(|(key, _)| is_it(key)) {
                    lists = !value.is_null();
                }
            }
        }
        lists
    }

    /// Gives the definitions of `crds/`: those of this chart, then those of each chart below it.
    ///
    /// Files that do not end in `.yaml`, `.yml` or `.json` are passed over.
    pub fn crds(&self) -> Vec<Crd<'_>> {
        let mut crds = Vec::new();
        self.collect_crds(self.name(), &mut crds);
        crds
    }

    fn collect_crds<'a>(&'a self, chart_path: &str, crds: &mut Vec<Crd<'a>>) {
        for file in &self.files {
            if file.name.starts_with("crds/") && has_manifest_extension(&file.name) {
                crds.push(Crd {
                    name: &file.name,
                    filename: crate::path::clean(&format!("{chart_path}/{}", file.name)),
                    file,
                });
            }
        }
        for dependency in &self.dependencies {
            let path = format!("{chart_path}/charts/{}", dependency.name());
            dependency.collect_crds(&path, crds);
        }
    }
}

fn has_manifest_extension(name: &str) -> bool {
    let extension = crate::path::extension(name);
    [".yaml", ".yml", ".json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
