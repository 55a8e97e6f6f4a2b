//! A chart as an archive: what `charts/NAME-VERSION.tgz` holds.
//!
//! Only what the loader gave a meaning goes in: `Chart.yaml` and the lock are written anew, charts of `charts/` become
//! folders, and what `.helmignore` left out stays out. The same chart gives the same bytes.
//!
//! Source: `Save` and `writeTarContents` in `pkg/chart/v2/util/save.go`, Helm v4.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use pintle_yaml::json;
use tar::{EntryType, Header};

use crate::load::{CHART_LOCK, CHART_YAML, VALUES_SCHEMA, VALUES_YAML};
use crate::metadata::{API_VERSION_V1, API_VERSION_V2};
use crate::{Chart, Error, path};

/// The mode of each file in an archive: everyone may read it, its owner may write it.
const MODE: u32 = 0o644;

/// The times that files of an archive get, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// each its own, and this one where it is not known: Helm 4's
    Own(i64),
    /// this one: the present in Helm 3, `SOURCE_DATE_EPOCH` in Helm 4
    All(i64),
}

/// Gives the name of a chart's archive: `NAME-VERSION.tgz`.
pub fn file_name(chart: &Chart) -> String {
    format!("{}-{}.tgz", chart.name(), chart.metadata.version)
}

/// Packs a chart.
///
/// # Errors
///
/// [`Error::SchemaNotJson`]; others for texts that no archive can hold.
pub fn package(chart: &Chart, times: Times) -> Result<Vec<u8>, Error> {
    let gzip = GzBuilder::new().comment("Helm").write(Vec::new(), Compression::default());
    let mut archive = Archive { tar: tar::Builder::new(gzip), times };
    archive.chart(chart, "")?;
    let finish = || archive.tar.into_inner()?.finish();
    finish().map_err(|reason| unpackable(chart.name(), reason))
}

struct Archive<W: Write> {
    tar: tar::Builder<W>,
    times: Times,
}

impl<W: Write> Archive<W> {
    /// Adds a chart and those it carries. `prefix` is the folder it stands in, with a `/` at its end.
    fn chart(&mut self, chart: &Chart, prefix: &str) -> Result<(), Error> {
        let base = format!("{prefix}{}", chart.name());
        let mut metadata = chart.metadata.clone();
        let is_old = metadata.api_version == API_VERSION_V1;
        if is_old {
            // They are in its `requirements.yaml`.
            metadata.dependencies.clear();
        }
        let modified = |name| chart.raw_file(name).and_then(|file| file.modified);
        let text = metadata.to_yaml()?;
        self.file(&base, CHART_YAML, text.as_bytes(), modified(CHART_YAML))?;
        if metadata.api_version == API_VERSION_V2
            && let Some(lock) = &chart.lock
        {
            let generated = lock.generated_seconds();
            self.file(&base, CHART_LOCK, lock.to_yaml()?.as_bytes(), generated)?;
        }
        for file in chart.raw.iter().filter(|file| &*file.name == VALUES_YAML) {
            self.file(&base, VALUES_YAML, &file.data, file.modified)?;
        }
        if let Some(schema) = &chart.schema {
            json::from_slice(schema).map_err(|_| Error::SchemaNotJson)?;
            self.file(&base, VALUES_SCHEMA, schema, modified(VALUES_SCHEMA))?;
        }
        for file in chart.templates.iter().chain(&chart.files) {
            self.file(&base, &file.name, &file.data, file.modified)?;
        }
        for carried in &chart.dependencies {
            self.chart(carried, &format!("{base}/charts/"))?;
        }
        Ok(())
    }

    fn file(&mut self, base: &str, name: &str, data: &[u8], own: Option<i64>) -> Result<(), Error> {
        let seconds = match self.times {
            Times::Own(unknown) => own.unwrap_or(unknown),
            Times::All(seconds) => seconds,
        };
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(MODE);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(seconds.try_into().unwrap_or_default());
        header.set_size(data.len() as u64);
        let name = path::clean(&format!("{base}/{name}"));
        let added = self.tar.append_data(&mut header, &name, data);
        added.map_err(|reason| unpackable(&name, reason))
    }
}

fn unpackable(name: &str, reason: io::Error) -> Error {
    Error::Unpackable { name: name.to_owned(), reason }
}
