//! Loading charts: from a folder, an archive, or files in memory.
//!
//! A folder is read through its `.helmignore`, an archive is unpacked in memory; both become a list of [`File`]s, and
//! the list becomes a [`Chart`]: `Chart.yaml` first, then each file by its name, then the charts of `charts/`, which
//! are folders or archives themselves.
//!
//! Source: `pkg/chart/loader/load.go`, Helm v4; `pkg/chart/loader/load.go`, Helm v3.

mod archive;
mod dir;
mod early;
mod files;
mod sniff;
mod unread;
mod values;

use std::fmt;
use std::hint::black_box;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;

use crate::decode::{ApiVersion, decode};
use crate::ignore::LeadingSlashes;
use crate::metadata::{API_VERSION_V1, API_VERSION_V2};
use crate::{Chart, Error, File};

use files::Loader;
pub(crate) use files::{CHART_LOCK, CHART_YAML, REQUIREMENTS_YAML, VALUES_SCHEMA, VALUES_YAML};
use unread::Unread;
pub(crate) use values::documents_of;
pub use values::{Documents, document_ranges, read_values};

/// The most a chart's files may weigh together, in bytes: 100 MiB.
///
/// An archive within an archive has this much for itself.
pub const MAX_CHART_SIZE: u64 = 100 << 20;

/// The most the archives of a chart may unpack to together, in bytes: 512 MiB.
///
/// Helm has no such limit, and so no defence from archives in archives.
pub const MAX_UNPACKED_SIZE: u64 = 512 << 20;

/// The most files and folders a chart folder may hold, those behind symbolic links counted each time.
pub const MAX_FOLDER_ENTRIES: usize = 1_000_000;

/// The deepest level of charts in charts. Helm has no limit.
pub const MAX_DEPTH: usize = 64;

/// The most the names of files may take together, in bytes, each counted for every chart that holds the file: 256 MiB.
///
/// Helm has no limit.
pub const MAX_NAME_BYTES: usize = 256 << 20;

/// The limit on each file that Helm 3 keeps, in bytes: 5 MiB.
pub const MAX_FILE_SIZE: u64 = 5 << 20;

/// The `apiVersion` Helm 4 reads and does not render yet.
const API_VERSION_V3: &str = "v3";

/// What versions of Helm do differently when they load a chart. The default is Helm 4.
///
/// ```no_run
/// use pintle_chart::LoadRules;
/// use pintle_chart::load::Links;
///
/// let chart = LoadRules { links: Links::Anywhere, ..LoadRules::default() }.load("charts/web")?;
/// # Ok::<(), pintle_chart::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadRules {
    /// which documents of `values.yaml` count
    pub documents: Documents,
    /// whether a chart's `apiVersion` decides if it is loaded
    pub api_versions: ApiVersions,
    /// the most one file may weigh, in bytes
    pub max_file_size: Option<u64>,
    /// where symbolic links may lead
    pub links: Links,
    /// what becomes of slashes at the start of a rule of `.helmignore`
    pub leading_slashes: LeadingSlashes,
    /// when the files of a folder are read
    pub reads: Reads,
    /// the package of Helm's types, as messages name it: `v2`, `chart`
    pub go_package: &'static str,
}

impl Default for LoadRules {
    fn default() -> Self {
        Self {
            documents: Documents::All,
            api_versions: ApiVersions::Known,
            max_file_size: None,
            links: Links::InsideChart,
            leading_slashes: LeadingSlashes::One,
            reads: Reads::AtOnce,
            go_package: "v2",
        }
    }
}

/// Whether a chart's `apiVersion` decides if it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiVersions {
    /// it is read first, and only a chart of a known one is loaded
    Known,
    /// it may be anything
    Any,
}

/// Where the symbolic links of a chart folder may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// to files and folders of the chart; anything else is an error
    InsideChart,
    /// to anything, as Helm lets them: only for charts one trusts
    Anywhere,
}

/// When the files of a chart folder are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// all when the chart is loaded
    AtOnce,
    /// large ones that a render hardly needs (`crds/`, documentation) when they are looked at, and held open until
    /// then: for programs that load a chart, use it and end
    WhenNeeded,
}

/// What loading has to say beside the chart. Shows as Helm 3 prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// a symbolic link was followed
    SymbolicLink {
        /// the link
        path: String,
        /// where it leads
        resolved: String,
    },
    /// a chart of today with a `requirements.yaml` of yesterday
    OldRequirements,
    /// a chart of today with a `requirements.lock` of yesterday
    OldRequirementsLock,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SymbolicLink { path, resolved } => write!(
                f,
                "found symbolic link in path: {path} resolves to {resolved}. \
                 Contents of linked file included and used"
            ),
            Self::OldRequirements => f.write_str(
                "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
                 We recommend migrating dependencies to Chart.yaml.",
            ),
            Self::OldRequirementsLock => f.write_str(
                "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
                 We recommend migrating to Chart.lock.",
            ),
        }
    }
}

/// How much room the heap of a helping thread has from the start, in bytes.
const ROOM: usize = 3 << 20;

/// Makes room on the heap of this thread, and of those that come after it.
///
/// In glibc the heap of a thread grows by the page, each with a system call, and what is free at its end is given back at
/// once; the first of two blocks, larger than any before, ends that, and the second makes room. It costs nothing: memory that
/// is not touched is not there. Loading and rendering kube-prometheus-stack makes 250 system calls less, and takes 5 to 8 %
/// less time.
fn make_room() {
    for n_bytes in [ROOM + (1 << 20), ROOM] {
        drop(black_box(Vec::<u8>::with_capacity(n_bytes)));
    }
}

impl LoadRules {
    /// Loads a chart from a folder or an archive.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the chart, in Helm's words.
    pub fn load(self, path: impl AsRef<Path>) -> Result<Chart, Error> {
        let path = path.as_ref();
        let mut loader = Loader::new(self);
        let chart = if dir::is_folder(path)? {
            let folder = dir::absolute(path)?;
            if self.api_versions == ApiVersions::Known {
                self.check_api_version(&dir::chart_yaml(&folder, self.links)?)?;
            }
            let files = self.read_folder(&folder, &mut loader)?;
            loader.chart(files)?
        } else {
            let archive = archive::open(path)?;
            let name = path.display();
            let not_a_chart = |error| match error {
                Error::Archive(details) if details == archive::BAD_HEADER => {
                    Error::NotAChartFile { what: format!("file '{name}'"), details }
                }
                error => self.unloadable(error, |reason| Error::UnloadableArchive { reason }),
            };
            let files = loader.unpack(archive).map_err(not_a_chart)?;
            self.check_files(&files)?;
            loader.chart(files)?
        };
        Ok(loader.finish(chart))
    }

    /// Gives the files of a chart folder, and the loader the values that were read meanwhile.
    fn read_folder(self, folder: &Path, loader: &mut Loader) -> Result<Vec<File>, Error> {
        let unread = OnceLock::new();
        let (walked, parts) = thread::scope(|scope| {
            let help = || {
                make_room();
                let early = early::read_all(folder, self.documents);
                (early, Unread::read_some(unread.wait()))
            };
            let helper = early::is_worth_a_thread(folder)
                .then(|| thread::Builder::new().spawn_scoped(scope, help).ok())
                .flatten();
            let (found, walked) = dir::find(folder, self, &mut loader.warnings);
            let mut parts = vec![unread.get_or_init(|| found).read_some()];
            if let Some(helper) = helper {
                let (early, part) =
                    helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                loader.early = early;
                parts.push(part);
            }
            (walked, parts)
        });
        let files = unread.into_inner().map_or(Ok(Vec::new()), |unread| unread.files(parts));
        // What could be found is read first: a file before the place where the walk has ended may be wrong, too.
        files.and_then(|files| walked.map(|()| files))
    }

    /// Loads a chart from what must be a folder.
    ///
    /// # Errors
    ///
    /// As [`LoadRules::load`]; what is no folder has no `Chart.yaml`.
    pub fn load_folder(self, path: impl AsRef<Path>) -> Result<Chart, Error> {
        match dir::is_folder(path.as_ref()) {
            Ok(true) => self.load(path),
            Ok(false) | Err(_) => Err(Error::ChartYamlMissing),
        }
    }

    /// Loads a chart from what must be an archive.
    ///
    /// # Errors
    ///
    /// As [`LoadRules::load`].
    pub fn load_archive(self, path: impl AsRef<Path>) -> Result<Chart, Error> {
        if dir::is_folder(path.as_ref())? { Err(Error::FolderAsArchive) } else { self.load(path) }
    }

    /// Loads a chart from the bytes of a `.tgz`.
    ///
    /// # Errors
    ///
    /// As [`LoadRules::load`].
    pub fn from_archive(self, archive: &[u8]) -> Result<Chart, Error> {
        let mut loader = Loader::new(self);
        let not_a_chart = |error| match (self.api_versions, error) {
            (ApiVersions::Known, Error::Archive(details)) if details == archive::BAD_HEADER => {
                Error::NotAChartFile { what: "stream".to_owned(), details }
            }
            (_, error) => self.unloadable(error, Error::UnloadableStream),
        };
        let files = loader.unpack(archive).map_err(not_a_chart)?;
        self.check_files(&files)?;
        let chart = loader.chart(files)?;
        Ok(loader.finish(chart))
    }

    /// Unpacks the bytes of a `.tgz` without making a chart of it. Names are paths from the chart's root.
    ///
    /// # Errors
    ///
    /// An archive that is damaged, too large, or has a path it may not have.
    pub fn unpack(self, archive: &[u8]) -> Result<Vec<File>, Error> {
        Loader::new(self).unpack(archive)
    }

    /// Makes a chart from files in memory. Names are paths from the chart's root, with `/`.
    ///
    /// # Errors
    ///
    /// As [`LoadRules::load`].
    pub fn from_files(self, files: Vec<File>) -> Result<Chart, Error> {
        let mut loader = Loader::new(self);
        let chart = loader.chart(files)?;
        Ok(loader.finish(chart))
    }

    /// Checks that a chart that was loaded is of a form that is rendered, too.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidApiVersion`]
    pub fn check_renderable(self, chart: &Chart) -> Result<(), Error> {
        let is_known = self.api_versions == ApiVersions::Known;
        if is_known && chart.metadata.api_version == API_VERSION_V3 {
            return Err(Error::InvalidApiVersion);
        }
        Ok(())
    }

    /// Puts what is wrong with an archive into the words of a Helm that looks into it first.
    fn unloadable(self, error: Error, wrap: impl FnOnce(Box<Error>) -> Error) -> Error {
        match self.api_versions {
            ApiVersions::Known => wrap(Box::new(error)),
            ApiVersions::Any => error,
        }
    }

    fn check_files(self, files: &[File]) -> Result<(), Error> {
        match (self.api_versions, files.iter().find(|file| &*file.name == files::CHART_YAML)) {
            (ApiVersions::Any, _) => Ok(()),
            (ApiVersions::Known, Some(file)) => self.check_api_version(&file.data),
            (ApiVersions::Known, None) => Err(Error::NoChartYaml),
        }
    }

    fn check_api_version(self, chart_yaml: &[u8]) -> Result<(), Error> {
        let mut version = ApiVersion::default();
        decode(&mut version, chart_yaml, self.go_package)
            .map_err(Error::unreadable(files::CHART_YAML))?;
        match &*version.0 {
            "" | API_VERSION_V1 | API_VERSION_V2 | API_VERSION_V3 => Ok(()),
            _ => Err(Error::UnsupportedApiVersion),
        }
    }
}
