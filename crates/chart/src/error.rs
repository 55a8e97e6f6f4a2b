//! What can be wrong with a chart or its values, in Helm's words.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;

use crate::quote::Quoted;

/// What can be wrong with a chart or its values.
///
/// A level says only its own level, the rest is its source; [`Error::text`] gives the whole as Helm prints it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// the file system refused, in Go's words: `open web/Chart.yaml: permission denied`
    #[error("{operation} {path}: {}", go_words(reason))]
    Io {
        /// what was tried: `stat`, `open`, `lstat`, `read`
        operation: &'static str,
        /// on which path
        path: String,
        /// what the system said
        // Not named `source`: its words are already in the message.
        reason: io::Error,
    },
    /// a folder without a readable `Chart.yaml`
    #[error("unable to detect chart at {path}")]
    NotAChart {
        /// the `Chart.yaml` it should have
        path: String,
        /// why
        source: Box<Error>,
    },
    /// an archive without a `Chart.yaml`
    #[error("unable to detect chart version, no Chart.yaml found")]
    NoChartYaml,
    /// a folder or a subchart without a `Chart.yaml`
    #[error("Chart.yaml file is missing")]
    ChartYamlMissing,
    /// an `apiVersion` no Helm knows
    #[error("unsupported chart version")]
    UnsupportedApiVersion,
    /// an `apiVersion` this Helm reads and does not render
    #[error("invalid chart apiVersion")]
    InvalidApiVersion,
    /// a file of the chart that cannot be read as what it is
    #[error("cannot load {file}")]
    Unreadable {
        /// the file: `Chart.yaml`, `values.yaml`
        file: &'static str,
        /// why
        source: Box<Error>,
    },
    /// one document of a values file that cannot be read
    #[error("cannot unmarshal yaml document")]
    Document(#[source] Box<Error>),
    /// a line that begins with `---` and goes on with something else
    #[error("error reading yaml document: invalid Yaml document separator: {0}")]
    DocumentSeparator(String),
    /// text that is not YAML, or not YAML that JSON can hold
    #[error("error converting YAML to JSON")]
    Yaml(#[from] pintle_yaml::Error),
    /// YAML of another type than the field it is for
    #[error(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {value} into Go {place} of type {expected}"
    )]
    Mistyped {
        /// what stands there: `string`, `number`, `bool`, `array`, `object`
        value: &'static str,
        /// where: `value`, `struct field Metadata.name`
        place: String,
        /// the Go type it is for
        expected: String,
    },
    /// a time that is not one
    #[error("error unmarshaling JSON: while decoding JSON: {0}")]
    Time(String),
    /// a `Chart.yaml` that says something it may not
    #[error("validation: {0}")]
    Validation(String),
    /// a chart of `charts/` that cannot be loaded
    #[error("error unpacking subchart {name} in {chart}")]
    Subchart {
        /// the file or folder in `charts/`
        name: String,
        /// the chart that carries it
        chart: String,
        /// why
        source: Box<Error>,
    },
    /// a folder of `charts/` that is named like an archive
    #[error("error unpacking subchart tar in {chart}: expected {expected}, got {found}")]
    SubchartArchive {
        /// the chart that carries it
        chart: String,
        /// the name of the archive
        expected: String,
        /// the file found there
        found: String,
    },
    /// charts in charts beyond a limit of ours
    #[error("charts are nested too deeply: the limit is {maximum}")]
    TooDeep {
        /// the deepest level allowed
        maximum: usize,
    },
    /// names of files beyond a limit of ours
    #[error("names of files in charts of charts take more than {maximum} bytes together")]
    NamesTooLong {
        /// the limit, in bytes
        maximum: usize,
    },
    /// a pattern of `.helmignore` that is not one
    #[error(transparent)]
    Ignore(#[from] crate::ignore::PatternError),
    /// a symbolic link of a chart folder that leads nowhere
    #[error("error evaluating symlink {path}")]
    BrokenLink {
        /// the link
        path: String,
        /// why
        source: Box<Error>,
    },
    /// a symbolic link to something outside the chart, which Helm would follow and we do not
    #[error("symbolic link {path} leads out of the chart, to {target}")]
    LinkOutside {
        /// the link
        path: String,
        /// where it leads
        target: String,
    },
    /// a symbolic link to a folder that holds it
    #[error("symbolic link {path} leads back to {target}")]
    LinkLoop {
        /// the link
        path: String,
        /// where it leads
        target: String,
    },
    /// a device, a socket or a pipe
    #[error("cannot load irregular file {path} as it has file mode type bits set")]
    IrregularFile {
        /// the file
        path: String,
    },
    /// a file of a chart folder that cannot be read
    #[error("error reading {name}")]
    File {
        /// the file, from the root of the chart
        name: String,
        /// why
        source: Box<Error>,
    },
    /// a chart folder larger than [`crate::load::MAX_CHART_SIZE`]
    #[error("chart exceeds maximum decompressed size of {maximum} bytes")]
    FolderTooLarge {
        /// the limit, in bytes
        maximum: u64,
    },
    /// a file of a chart folder larger than [`crate::LoadRules::max_file_size`]
    #[error("chart file {} is larger than the maximum file size {maximum}", Quoted(name))]
    FileTooLarge {
        /// the file, without its folder
        name: String,
        /// the limit, in bytes
        maximum: u64,
    },
    /// a chart folder with more files than [`crate::load::MAX_FOLDER_ENTRIES`]
    #[error("chart holds too many files: the limit is {maximum}")]
    TooManyFiles {
        /// the limit
        maximum: usize,
    },
    /// a file given as a chart that is not an archive
    #[error("file '{path}' does not appear to be a gzipped archive; got '{content_type}'")]
    NotAnArchive {
        /// the file
        path: String,
        /// what it seems to be, as browsers guess
        content_type: &'static str,
    },
    /// a folder where an archive is wanted
    #[error("cannot load a directory")]
    FolderAsArchive,
    /// a YAML file given as a chart
    #[error("file '{path}' seems to be a YAML file, but expected a gzipped archive")]
    YamlAsArchive {
        /// the file
        path: String,
    },
    /// a file that begins as an archive and goes on otherwise
    #[error("{what} does not appear to be a valid chart file (details: {details})")]
    NotAChartFile {
        /// which: `file 'x.tgz'`, `stream`
        what: String,
        /// why
        details: String,
    },
    /// an archive that cannot be loaded; Helm does not say why, `reason` does
    #[error("unable to load chart archive")]
    UnloadableArchive {
        /// why
        reason: Box<Error>,
    },
    /// a stream that cannot be loaded
    #[error("unable to load chart archive")]
    UnloadableStream(#[source] Box<Error>),
    /// an archive whose bytes are damaged, in Go's words: `unexpected EOF`, `gzip: invalid header`
    #[error("{0}")]
    Archive(String),
    /// an archive with an absolute path
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    /// an archive with a file beside the chart's folder
    #[error("chart illegally contains content outside the base directory: {}", Quoted(name))]
    OutsideBaseDirectory {
        /// the file
        name: String,
    },
    /// an archive with a path that begins with `..`
    #[error("chart illegally references parent directory")]
    ParentDirectory,
    /// an archive with a path on a Windows drive
    #[error("chart contains illegally named files")]
    IllegalName,
    /// an archive with a folder named `Chart.yaml`
    #[error("chart yaml not in base directory")]
    ChartYamlOutsideBase,
    /// an archive that unpacks to more than [`crate::load::MAX_CHART_SIZE`]
    #[error("decompressed chart is larger than the maximum {limit} {maximum}")]
    ArchiveTooLarge {
        /// what Helm calls the limit: `size`, `file size`
        limit: &'static str,
        /// the limit, in bytes
        maximum: u64,
    },
    /// a file of an archive larger than [`crate::LoadRules::max_file_size`]
    #[error(
        "decompressed chart file {} is larger than the maximum file size {maximum}",
        Quoted(name)
    )]
    ArchivedFileTooLarge {
        /// the file, with the chart's folder
        name: String,
        /// the limit, in bytes
        maximum: u64,
    },
    /// a key that means nothing, where that is not allowed
    #[error("error unmarshaling JSON: while decoding JSON: json: unknown field {}", Quoted(.0))]
    UnknownField(String),
    /// an archive without files
    #[error("no files in chart archive")]
    EmptyArchive,
    /// something that YAML or JSON cannot hold, and so no file of ours
    #[error(transparent)]
    Unwritable(pintle_yaml::Error),
    /// a `values.schema.json` that cannot be packed because it is no JSON
    #[error("invalid JSON in values.schema.json")]
    SchemaNotJson,
    /// a chart that cannot be packed, in the words of the archiver
    #[error("cannot pack {name}: {reason}")]
    Unpackable {
        /// the chart
        name: String,
        /// why
        reason: io::Error,
    },
    /// a repository's index without a byte
    #[error("empty index.yaml file")]
    EmptyIndex,
    /// a repository's index that does not say which form it has
    #[error("no API version specified")]
    NoApiVersion,
}

impl Error {
    /// Gives the message with those of its sources, as Helm prints it.
    pub fn text(&self) -> String {
        let mut text = self.to_string();
        // OK to begin at the source: a transparent level passes on its own source.
        let mut source = self.source();
        while let Some(error) = source {
            write!(text, ": {error}").expect("a string takes everything");
            source = error.source();
        }
        text
    }

    pub(crate) fn unreadable(file: &'static str) -> impl FnOnce(Self) -> Self {
        move |source| Self::Unreadable { file, source: Box::new(source) }
    }
}

/// Says what the system said as Go does: `no such file or directory`.
fn go_words(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
