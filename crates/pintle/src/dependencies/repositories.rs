//! Repositories: which have a name, and what is known of them on disk.
//!
//! Source: `resolveRepoNames`, `ensureMissingRepos`, `hasAllRepos` and `parallelRepoUpdate` in
//! `pkg/downloader/manager.go`, Helm v4.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use pintle_chart::go::url::{Encoded, Url};
use pintle_chart::repository::{Index, Offer, Offers, Repository, Skipped, read_repositories};
use pintle_chart::{Dependency, digest, path};
use pintle_engine::CommandLine;
use pintle_gotmpl::value::number::quote;

use super::error::NO_CONNECTION;
use super::{DependencyError, LOCAL, Manager, REGISTRY};
use crate::log::{Level, structured};

/// The ways to repositories that Helm has.
const SCHEMES: [&[u8]; 3] = [b"http", b"https", b"oci"];

/// What the name of a repository begins with that the user has given none.
const UNMANAGED: &str = "helm-manager-";

/// Where Helm keeps what it knows of repositories.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// the file with their names and URLs
    pub(super) config: String,
    /// the folder with their indexes
    pub(super) cache: String,
}

/// For each chart that is asked for, the name of the repository that has it.
pub(super) type Names = BTreeMap<String, String>;

impl Manager<'_> {
    /// Gives the repositories that have a name.
    pub(super) fn repositories(&self) -> Result<Vec<Repository>, DependencyError> {
        let path = &self.places.config;
        match fs::read(path) {
            Ok(data) => Ok(read_repositories(&data)?),
            Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(reason) => Err(DependencyError::RepositoriesFile {
                path: path.clone(),
                verb: verb(&reason),
                reason,
            }),
        }
    }

    /// Finds the names of the repositories, and puts URLs in the place of aliases.
    pub(super) fn name_repositories(
        &mut self,
        requested: &mut [Dependency],
    ) -> Result<Names, DependencyError> {
        let known = self.repositories()?;
        let mut names = Names::new();
        let mut missing = Vec::new();
        for dependency in requested {
            let repository = dependency.repository.as_str();
            if repository.is_empty() {
                continue;
            }
            if repository.starts_with(LOCAL) {
                self.local_path(repository)?;
                if self.output.log.debug {
                    self.output.print(format!("Repository from local path: {repository}\n"));
                }
                names.insert(dependency.name.clone(), repository.to_owned());
                continue;
            }
            if repository.starts_with(REGISTRY) {
                names.insert(dependency.name.clone(), repository.to_owned());
                continue;
            }
            let alias = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
            let is_it = |one: &&Repository| {
                alias.is_some_and(|alias| alias == one.name) || is_equal(&one.url, repository)
            };
            match known.iter().find(is_it) {
                Some(found) => {
                    if alias.is_some_and(|alias| alias == found.name) {
                        dependency.repository.clone_from(&found.url);
                    }
                    names.insert(dependency.name.clone(), found.name.clone());
                }
                None if is_request_uri(repository) => {
                    names.insert(repository.to_owned(), repository.to_owned());
                }
                None => missing.push(repository.to_owned()),
            }
        }
        if missing.is_empty() {
            Ok(names)
        } else {
            Err(DependencyError::UnknownRepositories(missing))
        }
    }

    /// Gives a name to each repository that the user has given none.
    pub(super) fn name_unmanaged(
        &mut self,
        requested: &[Dependency],
        names: &mut Names,
    ) -> Result<(), DependencyError> {
        let mut unmanaged = Vec::new();
        for dependency in requested {
            let url = &dependency.repository;
            if url.is_empty() || names.contains_key(&dependency.name) {
                continue;
            }
            let name = unmanaged_name(url);
            names.insert(dependency.name.clone(), name.clone());
            unmanaged.push(Repository { name, url: url.clone() });
        }
        if self.refresh == super::Refresh::Tried && !unmanaged.is_empty() {
            self.output.print("Getting updates for unmanaged Helm repositories...\n");
            self.say_not_fetched(&unmanaged)?;
        }
        Ok(())
    }

    /// Says that the indexes of the repositories with names stay as they are.
    pub(super) fn refresh_repositories(&mut self) -> Result<(), DependencyError> {
        let known = self.repositories()?;
        if known.is_empty() {
            return Ok(());
        }
        let begin = "Hang tight while we grab the latest from your chart repositories...\n";
        self.output.print(begin);
        self.say_not_fetched(&known)?;
        self.output.print("Update Complete. ⎈Happy Helming!⎈\n");
        Ok(())
    }

    fn say_not_fetched(&mut self, repositories: &[Repository]) -> Result<(), DependencyError> {
        let mut said: Vec<&str> = Vec::new();
        for Repository { name, url } in repositories {
            let place = url.strip_suffix('/').unwrap_or(url);
            if said.contains(&place) && self.profile.command_line == CommandLine::Helm4 {
                continue;
            }
            said.push(place);
            let parsed =
                Url::parse(url.as_bytes()).map_err(|_| DependencyError::InvalidUrl(url.clone()))?;
            if !SCHEMES.contains(&&*parsed.scheme) {
                let scheme = String::from_utf8_lossy(&parsed.scheme).into_owned();
                return Err(DependencyError::NoHandler(scheme));
            }
            let shown = if name.starts_with(UNMANAGED) {
                format!("{} chart repository", quote(url))
            } else {
                format!("{} chart repository ({url})", quote(name))
            };
            let line = format!("...Unable to get an update from the {shown}:\n\t{NO_CONNECTION}\n");
            self.output.print(line);
        }
        Ok(())
    }

    /// Checks that the repositories of a lock have names.
    pub(super) fn check_repositories(&self, locked: &[Dependency]) -> Result<(), DependencyError> {
        let known = self.repositories()?;
        let is_missing = |url: &&str| {
            let needs_none = url.is_empty() || url.starts_with(LOCAL) || url.starts_with(REGISTRY);
            let trimmed = url.strip_suffix('/').unwrap_or(url);
            !needs_none && !known.iter().any(|one| is_equal(&one.url, trimmed))
        };
        let urls = locked.iter().map(|dependency| dependency.repository.as_str());
        let missing: Vec<String> = urls.filter(is_missing).map(str::to_owned).collect();
        if missing.is_empty() { Ok(()) } else { Err(DependencyError::MissingRepositories(missing)) }
    }

    /// Reads the cached index of a repository.
    pub(super) fn index(&self, name: &str) -> Result<Index, DependencyError> {
        let path = self.index_path(name);
        let data = fs::read(&path).map_err(|reason| DependencyError::Io {
            verb: verb(&reason),
            path: path.clone(),
            reason,
        })?;
        Index::read(&data).map_err(|error| DependencyError::Index { path, error })
    }

    fn index_path(&self, name: &str) -> String {
        let dash = if name.is_empty() { "" } else { "-" };
        path::join(&self.places.cache, &format!("{name}{dash}index.yaml"))
    }

    /// Gives what a repository offers of a chart, and says which entries of the index are passed over.
    pub(super) fn offers(
        &mut self,
        repository: &str,
        index: &Index,
        chart: &str,
    ) -> Option<Result<Vec<Offer>, DependencyError>> {
        let path = self.index_path(repository);
        let read = index.offers(chart, self.rules)?;
        Some(match read {
            Ok(Offers { versions, skipped }) => {
                for skipped in skipped {
                    self.say_skipped(chart, &path, &skipped);
                }
                Ok(versions)
            }
            Err(error) => Err(DependencyError::Index { path, error }),
        })
    }

    fn say_skipped(&mut self, chart: &str, path: &str, skipped: &Skipped) {
        const TEXT: &str = "skipping loading invalid entry for chart";
        let Skipped { version, reason } = skipped;
        let reason = reason.as_ref().map(pintle_chart::Error::text);
        let line = match (self.profile.command_line, reason) {
            (CommandLine::Helm4, None) => structured(
                Level::Warn,
                &format!("{TEXT}: empty entry"),
                &[("name", chart), ("source", path)],
            ),
            (CommandLine::Helm4, Some(reason)) => {
                let about =
                    [("name", chart), ("version", version), ("source", path), ("error", &reason)];
                structured(Level::Warn, TEXT, &about)
            }
            (CommandLine::Helm3, None) => {
                format!("index.go:359: {TEXT} {} from {path}: empty entry", quote(chart))
            }
            (CommandLine::Helm3, Some(reason)) => {
                let (chart, version) = (quote(chart), quote(version));
                format!("index.go:371: {TEXT} {chart} {version} from {path}: {reason}")
            }
        };
        self.output.complain(&line);
    }
}

/// Gives the name of a repository that the user has given none.
pub(super) fn unmanaged_name(url: &str) -> String {
    format!("{UNMANAGED}{}", digest(url.as_bytes()))
}

/// Tells whether two URLs lead to the same place.
///
/// Source: `Equal` in `internal/urlutil/urlutil.go`, Helm v4.
pub(super) fn is_equal(a: &str, b: &str) -> bool {
    let normal = |text: &str| {
        let mut url = Url::parse(text.as_bytes()).ok()?;
        let path = String::from_utf8_lossy(&url.path.decoded).into_owned();
        let path = if path.is_empty() { "/".to_owned() } else { path::clean(&path) };
        url.path = Encoded::of(path.as_bytes());
        Some(url.text())
    };
    match (normal(a), normal(b)) {
        (None, _) => path::clean(a) == path::clean(b),
        (Some(a), Some(b)) => a == b,
        (Some(_), None) => false,
    }
}

/// Tells whether a text may be asked for as it stands: an absolute URL or an absolute path.
///
/// Source: `ParseRequestURI` in Go's `net/url/url.go`.
fn is_request_uri(text: &str) -> bool {
    Url::parse(text.as_bytes()).is_ok_and(|url| text.starts_with('/') || !url.scheme.is_empty())
}

/// Gives what Go was doing when a file could not be read.
pub(super) fn verb(reason: &io::Error) -> &'static str {
    if reason.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" }
}
