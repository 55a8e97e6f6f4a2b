//! From ranges of versions to one version each.
//!
//! Source: `Resolve` in `internal/resolver/resolver.go`, Helm v4.

use pintle_chart::semver::{Constraint, Version};
use pintle_chart::{Dependency, path};
use pintle_gotmpl::value::number::quote;

use super::repositories::Names;
use super::{DependencyError, LOCAL, Manager, REGISTRY};

impl Manager<'_> {
    /// Gives for each chart that is asked for the one that is taken: name, repository and version.
    pub(super) fn resolve(
        &mut self,
        requested: &[Dependency],
        names: &Names,
    ) -> Result<Vec<Dependency>, DependencyError> {
        let mut locked = Vec::with_capacity(requested.len());
        let mut missing = Vec::new();
        for dependency in requested {
            let range = Constraint::parse(&dependency.version).map_err(|reason| {
                DependencyError::Range { name: quote(&dependency.name), reason }
            })?;
            let version = self.choose(dependency, &range, names)?.unwrap_or_else(|| {
                let Dependency { name, repository, version, .. } = dependency;
                missing.push(format!(
                    "{} (repository {}, version {})",
                    quote(name),
                    quote(repository),
                    quote(version)
                ));
                String::new()
            });
            locked.push(Dependency {
                name: dependency.name.clone(),
                repository: dependency.repository.clone(),
                version,
                ..Dependency::default()
            });
        }
        if missing.is_empty() { Ok(locked) } else { Err(DependencyError::NoVersions(missing)) }
    }

    /// Gives the version that is taken, if there is one in the range.
    fn choose(
        &mut self,
        dependency: &Dependency,
        range: &Constraint,
        names: &Names,
    ) -> Result<Option<String>, DependencyError> {
        let repository = &dependency.repository;
        if repository.is_empty() {
            self.local_path(&path::join("charts", &dependency.name))?;
            return Ok(Some(dependency.version.clone()));
        }
        if repository.starts_with(LOCAL) {
            let folder = self.local_path(repository)?;
            let found = self.load_folder(&folder)?.metadata.version;
            let is_wanted = Version::parse(&found).is_ok_and(|version| range.check(&version));
            return Ok(is_wanted.then_some(found));
        }
        if repository.starts_with(REGISTRY) {
            // One version needs no list of them.
            return match Version::parse(&dependency.version) {
                Ok(version) => Ok(Some(version.original)),
                Err(_) => Err(DependencyError::Tags(repository.clone())),
            };
        }
        let Some(name) = names.get(&dependency.name) else {
            return Ok(Some(dependency.version.clone()));
        };
        let index = self.index(name).map_err(|error| DependencyError::NotCached {
            name: name.clone(),
            error: Box::new(error),
            refresh: self.refresh,
        })?;
        let offers = self.offers(name, &index, &dependency.name).unwrap_or_else(|| {
            let (name, repository) = (dependency.name.clone(), repository.clone());
            Err(DependencyError::NotOffered { name, repository })
        })?;
        let mut wanted = offers.iter().filter(|offer| !offer.urls.is_empty()).filter_map(|offer| {
            Version::parse(&offer.version).ok().filter(|version| range.check(version))
        });
        Ok(wanted.next().map(|version| version.original))
    }
}
