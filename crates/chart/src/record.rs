//! A chart as Helm writes it into the record of a release.
//!
//! The charts that it carries are not part of it, as in Helm.
//!
//! Source: `Chart` in `pkg/chart/v2/chart.go`, Helm v4.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_yaml::json::{Layout, Writer};
use pintle_yaml::{Map, Value};

use crate::metadata_yaml::{self, dependency};
use crate::{Chart, Error, File};

impl Chart {
    /// Writes the chart as JSON for the record of a release whose defaults are `values`: the chart's own, after dependencies
    /// were processed.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] for values that JSON cannot hold.
    pub fn to_record(&self, values: &Map) -> Result<String, Error> {
        let mut json = Writer::new(Layout::Raw);
        json.begin_map();
        json.key("metadata");
        put(&mut json, &metadata_yaml::value(&self.metadata))?;
        json.key("lock");
        match &self.lock {
            None => json.null(),
            Some(lock) => {
                json.begin_map();
                // Go reads an empty text as no time.
                if !lock.generated.is_empty() {
                    json.key("generated");
                    json.string(&lock.generated);
                }
                json.key("digest");
                json.string(&lock.digest);
                json.key("dependencies");
                let dependencies = lock.dependencies.iter().map(dependency).collect();
                put(&mut json, &Value::list(dependencies))?;
                json.end();
            }
        }
        json.key("templates");
        files(&mut json, &self.templates);
        json.key("values");
        put(&mut json, &Value::Map(values.clone()))?;
        json.key("schema");
        match &self.schema {
            None => json.null(),
            Some(schema) => json.string(&STANDARD.encode(schema)),
        }
        json.key("files");
        files(&mut json, &self.files);
        json.end();
        Ok(json.finish())
    }
}

fn put(json: &mut Writer, value: &Value) -> Result<(), Error> {
    json.value(value).map_err(Error::Unwritable)
}

fn files(json: &mut Writer, files: &[File]) {
    json.begin_list();
    for file in files {
        json.begin_map();
        json.key("name");
        json.string(&file.name);
        json.key("data");
        json.string(&STANDARD.encode(&*file.data));
        json.end();
    }
    json.end();
}
