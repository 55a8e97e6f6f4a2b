//! Archives of the charts of a lock: packed from folders, or copied from where they lie.
//!
//! Source: `downloadAll`, `tarFromLocalDir` and `findChartURL` in `pkg/downloader/manager.go`, Helm v4.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use pintle_chart::go::url::{Encoded, Url};
use pintle_chart::package::{file_name, package};
use pintle_chart::repository::{Index, Offer, Repository};
use pintle_chart::semver::{Constraint, Version};
use pintle_chart::{Dependency, Error, digest, path};
use pintle_engine::CommandLine;
use pintle_gotmpl::value::number::quote;

use super::error::NO_CONNECTION;
use super::repositories::{is_equal, unmanaged_name, verb};
use super::{DependencyError, LOCAL, Manager, REGISTRY, Refresh, Verify};
use crate::user_values::go_words;

/// Archives by file name.
pub(super) type Archives = BTreeMap<String, Vec<u8>>;

/// The repositories that have names, each with its index or why it cannot be read.
type Indexes = Vec<(Repository, Result<Index, DependencyError>)>;

impl Manager<'_> {
    /// Puts the archives of a lock into `charts/`, and writes the versions that were found into the lock.
    pub(super) fn fetch_all(&mut self, locked: &mut [Dependency]) -> Result<(), DependencyError> {
        let indexes = self.indexes()?;
        let folder = path::join(&self.chart_path, "charts");
        match fs::metadata(&folder) {
            Ok(found) if !found.is_dir() => return Err(DependencyError::NotAFolder(folder)),
            Err(reason) if reason.kind() != ErrorKind::NotFound => {
                return Err(DependencyError::NoInfo { path: folder, reason });
            }
            _ => {}
        }
        self.output.print(format!("Saving {} charts\n", locked.len()));
        let mut archives = Archives::new();
        let mut urls = Vec::new();
        for dependency in &mut *locked {
            if dependency.repository.is_empty() {
                let Carried { is_wanted, found } = self.look_at_carried(dependency, &folder)?;
                if !is_wanted {
                    let (name, wanted) = (dependency.name.clone(), dependency.version.clone());
                    return self.fail(DependencyError::Unsatisfied { name, found, wanted });
                }
                continue;
            }
            let fetched = if dependency.repository.starts_with(LOCAL) {
                self.pack_local(dependency, &mut archives)
            } else {
                self.copy(dependency, &indexes, &folder, &mut urls, &mut archives)
            };
            if let Err(error) = fetched {
                return self.fail(error);
            }
        }
        self.store(locked, &archives, &folder)
    }

    /// Says that the archives cannot be had.
    fn fail(&mut self, error: DependencyError) -> Result<(), DependencyError> {
        self.output.print(format!("Save error occurred:  {error}\n"));
        Err(error)
    }

    /// Reads the indexes of the repositories with names.
    ///
    /// One that Helm would have fetched may be missing as long as nothing needs it.
    fn indexes(&self) -> Result<Indexes, DependencyError> {
        let known = self.repositories()?.into_iter();
        let mut indexes = Indexes::new();
        for repository in known {
            let index = self.index(&repository.name);
            match index {
                Err(error) if self.refresh == Refresh::Skipped => return Err(error),
                index => indexes.push((repository, index)),
            }
        }
        Ok(indexes)
    }

    /// Looks at a chart that no repository has: it stands in `charts/`.
    fn look_at_carried(
        &mut self,
        dependency: &Dependency,
        folder: &str,
    ) -> Result<Carried, DependencyError> {
        let Dependency { name, version, .. } = dependency;
        self.output.print(format!(
            "Dependency {name} did not declare a repository. Assuming it exists in the charts directory\n"
        ));
        let path = path::join(folder, name);
        let chart = self
            .load_folder(&path)
            .map_err(|error| DependencyError::Carried { path: path.clone(), error })?;
        let range = Constraint::parse(version)
            .map_err(|reason| DependencyError::Range { name: name.clone(), reason })?;
        let found = chart.metadata.version;
        let is_wanted = range.check(&Version::parse(&found)?);
        Ok(Carried { is_wanted, found })
    }

    /// Packs a chart of a local repository.
    fn pack_local(
        &mut self,
        dependency: &mut Dependency,
        archives: &mut Archives,
    ) -> Result<(), DependencyError> {
        let Dependency { name, version, repository, .. } = dependency;
        if self.output.log.debug {
            self.output.print(format!("Archiving {name} from repo {repository}\n"));
        }
        let folder = self.local_path(repository)?;
        let mut chart = self.load_folder(&folder)?;
        let times = self.stamp(&mut chart);
        let range = Constraint::parse(version)
            .map_err(|reason| DependencyError::Range { name: name.clone(), reason })?;
        if !range.check(&Version::parse(&chart.metadata.version)?) {
            return Err(DependencyError::NoVersion(name.clone()));
        }
        let archive = package(&chart, times).map_err(|error| match error {
            Error::SchemaNotJson if self.profile.command_line == CommandLine::Helm3 => {
                DependencyError::SchemaNotJson
            }
            error => error.into(),
        })?;
        archives.insert(file_name(&chart), archive);
        version.clone_from(&chart.metadata.version);
        Ok(())
    }

    /// Takes an archive of another repository from where it lies.
    fn copy(
        &mut self,
        dependency: &Dependency,
        indexes: &Indexes,
        folder: &str,
        urls: &mut Vec<String>,
        archives: &mut Archives,
    ) -> Result<(), DependencyError> {
        let Dependency { name, version, repository, .. } = dependency;
        let (url, offer) = if repository.starts_with(REGISTRY) {
            (format!("{repository}/{name}:{version}"), None)
        } else {
            let (url, offer) = self.find_url(dependency, indexes)?;
            (url, Some(offer))
        };
        if urls.contains(&url) {
            self.output.print(format!("Already downloaded {name} from repo {repository}\n"));
            return Ok(());
        }
        self.output.print(format!("Downloading {name} from repo {repository}\n"));
        let Some(offer) = offer else {
            let url = url.rsplit_once(':').map_or(&*url, |(before, _)| before).to_owned();
            return Err(DependencyError::NoArchive { url, reason: NO_CONNECTION.to_owned() });
        };
        let (file, archive) = self
            .archive(&url, &offer, folder)
            .map_err(|reason| DependencyError::NoArchive { url: url.clone(), reason })?;
        archives.insert(file, archive);
        urls.push(url);
        Ok(())
    }

    /// Finds where the archive of a chart is, by the index of its repository.
    fn find_url(
        &mut self,
        dependency: &Dependency,
        indexes: &Indexes,
    ) -> Result<(String, Offer), DependencyError> {
        let Dependency { name, version, repository, .. } = dependency;
        let unknown = |reason: String| DependencyError::NoUrl { url: String::new(), reason };
        let known = indexes.iter().find(|(known, _)| is_equal(repository, &known.url));
        let offers = match known {
            Some((Repository { name: known, .. }, Ok(index))) => self
                .offers(known, index, name)
                .unwrap_or_else(|| Err(unknown("entry not found".to_owned())))?,
            // It was read before; what is wrong with it is said once more.
            Some((Repository { name: known, .. }, Err(_))) => {
                self.index(known)?;
                Vec::new()
            }
            None => {
                let known = unmanaged_name(repository);
                let not_found = |reason: String| {
                    unknown(format!("chart {name} not found in {repository}: {reason}"))
                };
                let index = self.index(&known).map_err(|_| {
                    let quoted = quote(repository);
                    not_found(format!(
                        "looks like {quoted} is not a valid chart repository or cannot be reached: {NO_CONNECTION}"
                    ))
                })?;
                self.offers(&known, &index, name).unwrap_or_else(|| {
                    let (name, version) = (quote(name), quote(version));
                    Err(not_found(format!(
                        "chart {name} version {version} not found in {repository} repository"
                    )))
                })?
            }
        };
        let is_it = |offer: &&Offer| {
            !offer.urls.is_empty() && (version.is_empty() || is_same(version, &offer.version))
        };
        let offer =
            offers.iter().find(is_it).ok_or_else(|| unknown("no matching version".to_owned()))?;
        let url = resolve_url(repository, &offer.urls[0]).map_err(unknown)?;
        Ok((url, offer.clone()))
    }

    /// Gives file name and bytes of an archive that lies on disk: where a `file://` URL says, or in `charts/` already.
    fn archive(&self, url: &str, offer: &Offer, folder: &str) -> Result<(String, Vec<u8>), String> {
        if self.verify == Verify::Asked {
            return Err("this program does not verify charts: use it without --verify".to_owned());
        }
        let parsed = Url::parse(url.as_bytes())?;
        let url_path = String::from_utf8_lossy(&parsed.path.decoded).into_owned();
        let file = path::base(&url_path).to_owned();
        let wanted = offer.digest.rsplit(':').next().unwrap_or_default();
        let archive = if parsed.scheme == b"file" {
            let archive = fs::read(&url_path)
                .map_err(|reason| format!("{} {url_path}: {}", verb(&reason), go_words(&reason)))?;
            let found = digest(&archive);
            if !wanted.is_empty() && !wanted.eq_ignore_ascii_case(&found) {
                return Err(format!(
                    "its digest is {found}, and that of the chart in the index {wanted}"
                ));
            }
            archive
        } else {
            // An archive that is there already needs no connection if the index vouches for it.
            let present = fs::read(path::join(folder, &file)).ok();
            present
                .filter(|archive| wanted.eq_ignore_ascii_case(&digest(archive)))
                .ok_or(NO_CONNECTION)?
        };
        self.rules.from_archive(&archive).map_err(|error| error.text())?;
        Ok((file, archive))
    }
}

/// A chart that stands in `charts/`, looked at.
struct Carried {
    is_wanted: bool,
    /// its version
    found: String,
}

/// Tells whether two versions are the same; what is no version is compared as text.
fn is_same(a: &str, b: &str) -> bool {
    match (Version::parse(a), Version::parse(b)) {
        (Ok(a), Ok(b)) => a.precedence(&b).is_eq(),
        (Ok(_), Err(_)) => false,
        (Err(_), _) => a == b,
    }
}

/// Gives the URL that an index says, seen from its repository's.
///
/// Source: `ResolveReferenceURL` in `pkg/repo/v1/chartrepo.go`, Helm v4.
fn resolve_url(repository: &str, reference: &str) -> Result<String, String> {
    let read = |text: &str| {
        Url::parse(text.as_bytes()).map_err(|why| format!("failed to parse {text} as URL: {why}"))
    };
    let parsed = read(reference)?;
    if !parsed.scheme.is_empty() {
        return Ok(reference.to_owned());
    }
    let mut base = read(repository)?;
    let mut folder = base.path.decoded.strip_suffix(b"/").unwrap_or(&base.path.decoded).to_vec();
    folder.push(b'/');
    base.path = Encoded::of(&folder);
    let mut url = base.resolve(&parsed);
    url.query = base.query;
    Ok(String::from_utf8_lossy(&url.text()).into_owned())
}
