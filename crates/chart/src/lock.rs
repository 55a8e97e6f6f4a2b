//! `Chart.lock`: the exact charts that were fetched, and the digest that ties them to what was asked for.
//!
//! The digest is the SHA-256 of JSON: the list of what `Chart.yaml` asks for and the list of what the lock pins. Helm 2
//! took the first list alone, in another form.
//!
//! Source: `Lock` in `pkg/chart/v2/dependency.go`; `HashReq` and `HashV2Req` in `internal/resolver/resolver.go`, Helm v4.

use std::fmt::Write as _;

use pintle_yaml::json::{Layout, Writer};
use pintle_yaml::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::metadata_yaml::dependency;
use crate::time::Time;
use crate::{Dependency, Error};

/// The time of a lock that does not say when it was written, as Go shows it.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// What a lock file says: the exact charts that were fetched.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    /// when it was written, as the file says it; empty when it does not
    pub generated: String,
    /// the digest of the dependencies it was made from
    pub digest: String,
    /// the charts, each with one version
    pub dependencies: Vec<Dependency>,
}

impl Lock {
    /// Gives the digest of a lock that pins `locked` for a chart that asks for `requested`.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] for imports with a number that JSON does not have.
    pub fn digest_of(requested: &[Dependency], locked: &[Dependency]) -> Result<String, Error> {
        let mut json = Writer::new(Layout::Compact);
        json.begin_list();
        write_list(&mut json, requested)?;
        write_list(&mut json, locked)?;
        json.end();
        Ok(format!("sha256:{}", digest(json.finish().as_bytes())))
    }

    /// Gives the digest that Helm 2 wrote for a chart that asks for `requested`.
    ///
    /// # Errors
    ///
    /// As [`Lock::digest_of`].
    pub fn digest_of_helm_2(requested: &[Dependency]) -> Result<String, Error> {
        let mut json = Writer::new(Layout::Compact);
        json.begin_map();
        json.key("dependencies");
        write_list(&mut json, requested)?;
        json.end();
        Ok(format!("sha256:{}", digest(json.finish().as_bytes())))
    }

    /// Writes a lock file that says this.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] for text that YAML cannot hold.
    pub fn to_yaml(&self) -> Result<String, Error> {
        let mut fields = Map::new();
        fields.insert("generated", Value::string(self.generated_text()));
        fields.insert("digest", Value::string(self.digest.as_str()));
        let dependencies = self.dependencies.iter().map(dependency).collect();
        fields.insert("dependencies", Value::list(dependencies));
        pintle_yaml::to_string(&Value::Map(fields)).map_err(Error::Unwritable)
    }

    /// Gives when it was written, in seconds since 1970; `None` when it does not say.
    pub fn generated_seconds(&self) -> Option<i64> {
        let time = Time::parse(&self.generated).ok()?;
        (time.text() != NO_TIME).then(|| time.seconds())
    }

    /// Gives when it was written as Go writes a time that it has read.
    fn generated_text(&self) -> String {
        Time::parse(&self.generated).map_or_else(|_| NO_TIME.to_owned(), |time| time.text())
    }
}

/// Gives the SHA-256 of bytes in hexadecimal digits, as Helm writes digests.
pub fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    text
}

fn write_list(json: &mut Writer, dependencies: &[Dependency]) -> Result<(), Error> {
    json.begin_list();
    for dependency in dependencies {
        json.begin_map();
        write_text(json, "name", &dependency.name, Empty::Kept);
        write_text(json, "version", &dependency.version, Empty::Omitted);
        write_text(json, "repository", &dependency.repository, Empty::Kept);
        write_text(json, "condition", &dependency.condition, Empty::Omitted);
        if !dependency.tags.is_empty() {
            json.key("tags");
            json.begin_list();
            dependency.tags.iter().for_each(|tag| json.string(tag));
            json.end();
        }
        if dependency.enabled {
            json.key("enabled");
            json.bool(true);
        }
        if !dependency.import_values.is_empty() {
            json.key("import-values");
            json.begin_list();
            for import in &dependency.import_values {
                json.value(import).map_err(Error::Unwritable)?;
            }
            json.end();
        }
        write_text(json, "alias", &dependency.alias, Empty::Omitted);
        json.end();
    }
    json.end();
    Ok(())
}

/// What becomes of a text that says nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Kept,
    Omitted,
}

fn write_text(json: &mut Writer, key: &str, text: &str, empty: Empty) {
    if empty == Empty::Kept || !text.is_empty() {
        json.key(key);
        json.string(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_in_hexadecimal() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(b""), empty);
    }

    #[test]
    fn a_lock_writes_its_time_as_go_would() {
        let written = |generated: &str| {
            let lock = Lock { generated: generated.to_owned(), ..Lock::default() };
            let text = lock.to_yaml().unwrap();
            (text.lines().last().unwrap().to_owned(), lock.generated_seconds())
        };
        let is = |time: &str, seconds| (format!("generated: \"{time}\""), seconds);
        assert_eq!(written(""), is("0001-01-01T00:00:00Z", None));
        assert_eq!(written("1970-01-02T00:00:00.500Z"), is("1970-01-02T00:00:00.5Z", Some(86400)));
        assert_eq!(
            written("2020-02-29T12:00:00,120+02:00"),
            is("2020-02-29T12:00:00.12+02:00", Some(1_582_970_400))
        );
        assert_eq!(
            written("2020-02-29T12:00:00-00:00"),
            is("2020-02-29T12:00:00Z", Some(1_582_977_600))
        );
    }
}
