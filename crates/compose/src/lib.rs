//! Compose files as values of the chart `agent-env`.
//!
//! ```
//! use pintle_compose::{NoFiles, Options, Source, SourceFile, convert};
//!
//! let file = SourceFile {
//!     name: "compose.yaml".to_owned(),
//!     content: b"services: {web: {image: 'nginx:${TAG:-1.27}', command: sh -c 'echo hi'}}".to_vec(),
//! };
//! let source = Source { files: &[file], project: &NoFiles };
//! let converted = convert(source, &Options::default())?;
//! assert_eq!(
//!     converted.to_yaml(),
//!     "services:\n  web:\n    image: nginx:1.27\n    args:\n    - sh\n    - -c\n    - echo hi\n    dnsRecord: true\n"
//! );
//! # Ok::<(), pintle_compose::ComposeErrors>(())
//! ```
//!
//! A project goes through `node` (YAML with places), `interpolate`, `include`, `extends` and `merge`, all led by `load`, to
//! one model; `schema` checks it, `profiles` selects, and `project` converts it, `service` by `service`. What becomes of
//! each key is in `table`. Nothing touches the file system or the environment: the caller gives a [`Project`].
//!
//! `inspect` is the other way, for [`Compat::Inspect`]: what inspect-k8s-sandbox makes of a file, text for text.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod context;
mod env_file;
mod error;
mod extends;
mod extension;
mod include;
mod inspect;
mod interpolate;
mod load;
mod merge;
mod names;
mod node;
mod objects;
mod origin;
mod output;
mod path;
mod profiles;
mod project;
mod report;
mod schema;
mod service;
mod source;
mod table;
mod units;
mod variables;
mod version_one;
mod words;

pub use error::{ComposeError, ComposeErrors, Note, Problem};
pub use pintle_yaml::Location;
pub use project::MAX_SERVICES;
pub use source::{
    Compat, FileError, MAX_FILE_BYTES, NoFiles, Options, Ports, Privileged, Project, Source,
    SourceFile,
};

use pintle_chart::origin::ForeignPlaces;
use pintle_yaml::{Map, Value};

/// The values a project became, and what there is to know about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// what has no effect or another one than in Compose, sorted by place
    pub notes: Vec<Note>,
    text: String,
}

impl Converted {
    /// Gives the values as the text of a values file, keys in the order of the chart's documentation.
    pub fn to_yaml(&self) -> &str {
        &self.text
    }

    /// Gives the values, as reading [`Converted::to_yaml`] gives them.
    pub fn values(&self) -> Map {
        match pintle_yaml::from_str(&self.text) {
            Ok(Value::Map(values)) => values,
            // OK because what was written is a map.
            _ => Map::new(),
        }
    }
}

/// Converts a project.
///
/// # Errors
///
/// [`ComposeErrors`] with everything that is wrong, sorted by place.
pub fn convert(source: Source<'_>, options: &Options) -> Result<Converted, ComposeErrors> {
    match options.compat {
        Compat::Ours => project::convert(source, options),
        Compat::Inspect => inspect::convert(source),
    }
}

/// Gives where the values of a project come from in its files: for each value that has a place of its own, the key and
/// the value; all others stand where what they are in does.
///
/// # Errors
///
/// As [`convert`].
pub fn places(source: Source<'_>, options: &Options) -> Result<ForeignPlaces, ComposeErrors> {
    match options.compat {
        Compat::Ours => origin::places(source, options),
        Compat::Inspect => inspect::convert(source).map(|_| ForeignPlaces::default()),
    }
}

/// Tells whether a file's name says that it is a Compose file: it ends in `compose.yaml` or `compose.yml`.
///
/// ```
/// assert!(pintle_compose::is_compose_file("tasks/ctf/docker-compose.yml"));
/// assert!(!pintle_compose::is_compose_file("values.yaml"));
/// ```
pub fn is_compose_file(name: &str) -> bool {
    name.ends_with("compose.yaml") || name.ends_with("compose.yml")
}
