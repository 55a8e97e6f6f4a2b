//! What can go wrong between `Chart.yaml` and `charts/`, in Helm's words.

use std::io;

use pintle_chart::semver::SemverError;
use pintle_gotmpl::value::number::quote;

use super::Refresh;
use crate::user_values::go_words;

/// Why nothing is fetched over a network.
pub(super) const NO_CONNECTION: &str = "this program opens no connection";

/// What can go wrong between `Chart.yaml` and `charts/`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DependencyError {
    /// the chart whose dependencies are wanted is not there
    #[error("could not find {path}: stat {path}: {}", go_words(reason))]
    NoChart {
        /// where it should be
        path: String,
        /// what the system said
        reason: io::Error,
    },
    /// the chart whose dependencies are wanted is an archive
    #[error("only unpacked charts can be updated")]
    Packed,
    /// a chart that cannot be loaded or packed
    #[error("{}", .0.text())]
    Chart(#[from] pintle_chart::Error),
    /// a local chart with a schema that is no JSON, in Helm 3's words
    #[error("Invalid JSON in values.schema.json")]
    SchemaNotJson,
    /// a chart of `charts/` that no repository has and that cannot be loaded
    #[error("unable to load chart '{path}': {}", error.text())]
    Carried {
        /// where it should be
        path: String,
        /// why
        error: pintle_chart::Error,
    },
    /// the file system refused, in Go's words
    #[error("{verb} {path}: {}", go_words(reason))]
    Io {
        /// what was tried: `stat`, `open`, `mkdir`
        verb: &'static str,
        /// on which path
        path: String,
        /// what the system said
        reason: io::Error,
    },
    /// `charts` cannot be looked at
    #[error("unable to retrieve file info for '{path}': stat {path}: {}", go_words(reason))]
    NoInfo {
        /// `charts`, with its chart's path
        path: String,
        /// what the system said
        reason: io::Error,
    },
    /// `charts` is a file
    #[error("{} is not a directory", quote(.0))]
    NotAFolder(String),
    /// a local repository that is not there
    #[error("directory {0} not found")]
    NoFolder(String),
    /// `repositories.yaml` cannot be opened
    #[error("couldn't load repositories file ({path}): {verb} {path}: {}", go_words(reason))]
    RepositoriesFile {
        /// where it is
        path: String,
        /// what was tried
        verb: &'static str,
        /// what the system said
        reason: io::Error,
    },
    /// repositories that have no name
    #[error("no repository definition for {}. Please add them via 'helm repo add'{}", .0.join(", "), advice(.0))]
    UnknownRepositories(Vec<String>),
    /// repositories of a lock that have no name
    #[error("no repository definition for {}. Please add the missing repos via 'helm repo add'", .0.join(", "))]
    MissingRepositories(Vec<String>),
    /// a repository whose URL is none
    #[error("invalid chart URL format: {0}")]
    InvalidUrl(String),
    /// a repository that is reached by a way Helm does not have
    #[error("could not find protocol handler for: {0}")]
    NoHandler(String),
    /// a version that is no range of versions
    #[error("dependency {name} has an invalid version/constraint format: {reason}")]
    Range {
        /// the chart; quoted where the version is first read
        name: String,
        /// why
        reason: SemverError,
    },
    /// a version of a chart that is none
    #[error(transparent)]
    Version(#[from] SemverError),
    /// a chart of `charts/` whose version is not wanted
    #[error("dependency {name} at version {found} does not satisfy the constraint {wanted}")]
    Unsatisfied {
        /// the chart
        name: String,
        /// its version
        found: String,
        /// the version, or range of versions, that is wanted
        wanted: String,
    },
    /// a local chart whose version is not the one of the lock
    #[error("can't get a valid version for dependency {0}")]
    NoVersion(String),
    /// charts of which no repository has a version that is wanted
    #[error(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, \
         or change the version constraint in Chart.yaml",
        .0.len(),
        .0.join(", ")
    )]
    NoVersions(Vec<String>),
    /// the lock pins something else than the chart asks for
    #[error("{}", out_of_sync(*.0))]
    OutOfSync(LockFile),
    /// a repository that is not cached
    #[error("no cached repository for {name} found. (try 'helm repo update'): {error}{}", connection(*.refresh))]
    NotCached {
        /// the repository
        name: String,
        /// why
        error: Box<DependencyError>,
        /// whether Helm would have fetched it
        refresh: Refresh,
    },
    /// an index that cannot be read
    #[error("error loading {path}: {}", error.text())]
    Index {
        /// where it is
        path: String,
        /// why
        error: pintle_chart::Error,
    },
    /// a chart that its repository does not have
    #[error("{name} chart not found in repo {repository}")]
    NotOffered {
        /// the chart
        name: String,
        /// the repository
        repository: String,
    },
    /// the versions of a chart in a registry
    #[error("could not retrieve list of tags for repository {0}: {NO_CONNECTION}")]
    Tags(String),
    /// a chart whose archive cannot be told from the index
    #[error("could not find {url}: {reason}")]
    NoUrl {
        /// as much of the URL as is known
        url: String,
        /// why
        reason: String,
    },
    /// an archive that cannot be had
    #[error("could not download {url}: {reason}")]
    NoArchive {
        /// where it is
        url: String,
        /// why
        reason: String,
    },
    /// a lock file that is a symbolic link
    #[error("the {name} file is a symlink to {}", quote(target))]
    LinkedLock {
        /// the file
        name: &'static str,
        /// where it leads
        target: String,
    },
}

/// The lock whose digest is wrong, and the words of the Helm that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockFile {
    /// `requirements.lock`
    Old,
    /// `Chart.lock`, with Helm 4's advice
    Advised,
    /// `Chart.lock`, as Helm 3 says it
    Plain,
}

fn out_of_sync(lock: LockFile) -> String {
    let (lock, file, advice) = match lock {
        LockFile::Old => ("requirements.lock", "requirements.yaml", ""),
        LockFile::Advised => ("Chart.lock", "Chart.yaml", " with 'helm dependency update'"),
        LockFile::Plain => ("Chart.lock", "Chart.yaml", ""),
    };
    format!(
        "the lock file ({lock}) is out of sync with the dependencies file ({file}). Please update the dependencies{advice}"
    )
}

/// Says why an index was not fetched that Helm would have fetched.
fn connection(refresh: Refresh) -> String {
    match refresh {
        Refresh::Tried => format!("; {NO_CONNECTION}"),
        Refresh::Skipped => String::new(),
    }
}

/// Explains what repositories look like, if one that is missing looks otherwise.
fn advice(missing: &[String]) -> &'static str {
    let is_reference =
        |name: &String| name.contains("//") || name.starts_with('@') || name.starts_with("alias:");
    if missing.iter().all(is_reference) {
        return "";
    }
    "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\n\
     repository, use \"https://charts.example.com/\" or \"@example\" instead of\n\
     \"example\". Don't forget to add the repo, too ('helm repo add')."
}
