//! What a caller gives: the Compose files, the other files of the project, and what was asked for.

use std::collections::BTreeMap;
use std::fmt;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// The files of a project.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// the Compose files; a later one is merged over those before it
    pub files: &'a [SourceFile],
    /// everything else in the folder of the first file
    pub project: &'a dyn Project,
}

/// A file that the caller has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// how messages call it
    pub name: String,
    /// its bytes
    pub content: Vec<u8>,
}

/// Gives the files of a project's folder: `.env`, and what `env_file`, `include`, `extends`, `configs` and `secrets` name.
pub trait Project: fmt::Debug {
    /// Reads a file by its path from the project's folder: relative, with `/`, without `..`.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Gives the name that messages call a file by.
    fn display_name(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Why a file is not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// there is none
    #[error("there is no such file")]
    NotFound,
    /// it is reached only by leaving the project's folder
    #[error("it lies outside the project's folder")]
    Outside,
    /// it is larger than [`MAX_FILE_BYTES`]
    #[error("it is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    /// it cannot be read
    #[error("{0}")]
    Unreadable(String),
}

/// A project without other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoFiles;

impl Project for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }
}

/// A project of files in memory, by path.
impl Project for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.get(path).cloned().ok_or(FileError::NotFound)
    }
}

/// What may be asked of a conversion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// variables for interpolation, and for environment variables without a value
    pub environment: BTreeMap<String, String>,
    /// environment files in place of the project's `.env`
    pub env_files: Vec<SourceFile>,
    /// profiles that are active; `*` for all
    pub profiles: Vec<String>,
    /// whose rules to follow
    pub compat: Compat,
    /// images by service, in place of what the file says or builds
    pub images: BTreeMap<String, String>,
    /// what to do about `privileged: true`
    pub privileged: Privileged,
    /// what `ports` and `expose` mean for other services
    pub ports: Ports,
}

/// Whose rules to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compat {
    /// ours: the table in the crate's README
    #[default]
    Ours,
    /// those of inspect-k8s-sandbox 0.14.0, text for text
    Inspect,
}

/// What to do about `privileged: true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privileged {
    /// it is an error
    #[default]
    Refused,
    /// the container is privileged
    Allowed,
}

/// What `ports` and `expose` mean for other services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ports {
    /// nothing, as in Compose: services reach each other on every port
    #[default]
    Open,
    /// other services reach only what is listed, where anything is
    Listed,
}
