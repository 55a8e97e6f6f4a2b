//! Repositories of charts as Helm keeps them on disk: `repositories.yaml`, and the index of each.
//!
//! An index may hold thousands of charts; only the entries of the chart that is asked for are looked at.
//!
//! Source: `pkg/repo/v1/repo.go` and `pkg/repo/v1/index.go`, Helm v4.

use std::cmp::Ordering;

use pintle_yaml::{Map, Value};

use crate::decode::{IndexEntry, RepositoryFile, decode, decode_value, index_field, not_a_map};
use crate::metadata::{API_VERSION_V1, Draft};
use crate::semver::Version;
use crate::{Error, LoadRules};

/// The package of Helm's types, as messages name it.
const GO_PACKAGE: &str = "repo";

/// A repository that the user has given a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// the name
    pub name: String,
    /// where it is
    pub url: String,
}

/// Reads the repositories of a `repositories.yaml`.
///
/// # Errors
///
/// A file that is no YAML, or has something of a wrong type.
pub fn read_repositories(data: &[u8]) -> Result<Vec<Repository>, Error> {
    let mut file = RepositoryFile::default();
    decode(&mut file, data, GO_PACKAGE)?;
    Ok(file.repositories.into_iter().flatten().collect())
}

/// What a repository offers: the file `index.yaml`.
#[derive(Debug, Clone)]
pub struct Index {
    entries: Map,
}

/// A version of a chart that a repository offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// the version
    pub version: String,
    /// where its archive is, absolute or from the repository's URL on
    pub urls: Vec<String>,
    /// the SHA-256 of its archive in hexadecimal digits, perhaps behind `sha256:`; empty when the index does not say
    pub digest: String,
}

/// What a repository offers of one chart.
#[derive(Debug, Default)]
pub struct Offers {
    /// its versions, the newest first
    pub versions: Vec<Offer>,
    /// the entries that are passed over, the last first
    pub skipped: Vec<Skipped>,
}

/// An entry of an index that is passed over.
#[derive(Debug)]
pub struct Skipped {
    /// the version it says
    pub version: String,
    /// what is wrong with it; `None` for an entry that says nothing
    pub reason: Option<Error>,
}

impl Index {
    /// Reads an index.
    ///
    /// # Errors
    ///
    /// A file that is empty, no YAML, no map, or without an `apiVersion`.
    pub fn read(data: &[u8]) -> Result<Self, Error> {
        if data.is_empty() {
            return Err(Error::EmptyIndex);
        }
        let value = pintle_yaml::from_slice_fields(data, &index_field)?;
        let Value::Map(fields) = value else { return Err(not_a_map(&value)) };
        if !matches!(fields.get("apiVersion"), Some(Value::String(text)) if !text.is_empty()) {
            return Err(Error::NoApiVersion);
        }
        match fields.get("entries") {
            Some(Value::Map(entries)) => Ok(Self { entries: entries.clone() }),
            None | Some(Value::Null) => Ok(Self { entries: Map::new() }),
            Some(other) => Err(not_a_map(other)),
        }
    }

    /// Gives what the repository offers of a chart; `None` where it does not have the chart.
    ///
    /// # Errors
    ///
    /// An entry with something of a wrong type.
    pub fn offers(&self, chart: &str, rules: LoadRules) -> Option<Result<Offers, Error>> {
        let entries = self.entries.get(chart)?.as_list().unwrap_or_default();
        let (mut offers, mut skipped) = (Vec::new(), Vec::new());
        for entry in entries.iter().rev() {
            match read_offer(entry, rules) {
                Ok(Ok(offer)) => offers.push(offer),
                Ok(Err(passed)) => skipped.push(passed),
                Err(error) => return Some(Err(error)),
            }
        }
        offers.reverse();
        offers.sort_by(|(a, _), (b, _)| newest_first(a.as_ref(), b.as_ref()));
        let versions = offers.into_iter().map(|(_, offer)| offer).collect();
        Some(Ok(Offers { versions, skipped }))
    }
}

type ReadOffer = Result<(Option<Version>, Offer), Skipped>;

/// Reads an entry, and checks what it says as that of a chart.
fn read_offer(entry: &Value, rules: LoadRules) -> Result<ReadOffer, Error> {
    if entry.is_null() {
        return Ok(Err(Skipped { version: String::new(), reason: None }));
    }
    let (mut draft, mut offer) = (Draft::default(), IndexEntry::default());
    decode_value(&mut draft, entry, rules.go_package)?;
    decode_value(&mut offer, entry, GO_PACKAGE)?;
    if draft.metadata.api_version.is_empty() {
        API_VERSION_V1.clone_into(&mut draft.metadata.api_version);
    }
    let version = draft.metadata.version.clone();
    // Some repositories lose the aliases of dependencies, which then seem to be there twice.
    let is_harmless = |error: &Error| {
        error.to_string().starts_with("validation: more than one dependency with name or alias")
    };
    if let Err(reason) = draft.validate()
        && !is_harmless(&reason)
    {
        return Ok(Err(Skipped { version, reason: Some(reason) }));
    }
    let IndexEntry { urls, digest } = offer;
    Ok(Ok((Version::parse(&version).ok(), Offer { version, urls, digest })))
}

fn newest_first(a: Option<&Version>, b: Option<&Version>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.precedence(a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_sorted_and_bad_ones_passed_over() {
        let index = "
apiVersion: v1
entries:
  web:
  - {name: web, version: 1.2.0, urls: [web-1.2.0.tgz], digest: 12}
  - null
  - {name: web, version: 1.10.0, apiVersion: v2, urls: [web-1.10.0.tgz]}
  - {name: web, version: one}
";
        let index = Index::read(index.as_bytes()).unwrap();
        let Offers { versions: offers, skipped } =
            index.offers("web", LoadRules::default()).unwrap().unwrap();
        let versions: Vec<&str> = offers.iter().map(|offer| offer.version.as_str()).collect();
        assert_eq!(versions, ["1.10.0", "1.2.0"]);
        assert_eq!(
            (&*offers[1].digest, &*offers[1].urls),
            ("12", &["web-1.2.0.tgz".to_owned()][..])
        );
        let reasons: Vec<String> = skipped
            .iter()
            .map(|skipped| skipped.reason.as_ref().map_or_else(String::new, Error::text))
            .collect();
        assert_eq!(reasons, ["validation: chart.metadata.version \"one\" is invalid", ""]);
        assert!(index.offers("db", LoadRules::default()).is_none());
    }

    #[test]
    fn repositories_have_names() {
        let file =
            "repositories:\n- {name: 1.0, url: 'https://example.org', username: x}\n- null\n";
        let expected = Repository { name: "1".to_owned(), url: "https://example.org".to_owned() };
        assert_eq!(read_repositories(file.as_bytes()).unwrap(), [expected]);
    }
}
