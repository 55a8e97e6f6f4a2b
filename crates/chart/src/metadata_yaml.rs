//! `Chart.yaml` as Helm writes it: in `helm show chart`, and in a packed chart.
//!
//! What the chart did not say is left out.
//!
//! Source: the structs `Metadata`, `Maintainer` and `Dependency` in `pkg/chart/v2`, Helm v4.

use pintle_yaml::{Map, Value};

use crate::{Dependency, Error, Maintainer, Metadata};

impl Metadata {
    /// Writes a `Chart.yaml` that says this.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] for text that YAML cannot hold.
    pub fn to_yaml(&self) -> Result<String, Error> {
        pintle_yaml::to_string(&value(self)).map_err(Error::Unwritable)
    }
}

/// Gives what a `Chart.yaml` says, as it is written in a record as well.
pub(crate) fn value(metadata: &Metadata) -> Value {
    let mut fields = Fields::default();
    fields.text("name", &metadata.name);
    fields.text("home", &metadata.home);
    fields.texts("sources", &metadata.sources);
    fields.text("version", &metadata.version);
    fields.text("description", &metadata.description);
    fields.texts("keywords", &metadata.keywords);
    fields.list("maintainers", metadata.maintainers.iter().map(maintainer));
    fields.text("icon", &metadata.icon);
    fields.text("apiVersion", &metadata.api_version);
    fields.text("condition", &metadata.condition);
    fields.text("tags", &metadata.tags);
    fields.text("appVersion", &metadata.app_version);
    fields.switch("deprecated", metadata.deprecated);
    let annotations = metadata.annotations.iter().flatten();
    let mut texts = Fields::default();
    annotations.for_each(|(key, text)| {
        texts.0.insert(key.as_str(), Value::string(text.as_str()));
    });
    if !texts.0.is_empty() {
        fields.0.insert("annotations", Value::Map(texts.0));
    }
    fields.text("kubeVersion", &metadata.kube_version);
    fields.list("dependencies", metadata.dependencies.iter().map(dependency));
    fields.text("type", &metadata.chart_type);
    Value::Map(fields.0)
}

fn maintainer(maintainer: &Maintainer) -> Value {
    let mut fields = Fields::default();
    fields.text("name", &maintainer.name);
    fields.text("email", &maintainer.email);
    fields.text("url", &maintainer.url);
    Value::Map(fields.0)
}

/// Gives an entry of `dependencies` as it is written, in a lock as well.
pub(crate) fn dependency(dependency: &Dependency) -> Value {
    let mut fields = Fields::default();
    fields.0.insert("name", Value::string(dependency.name.as_str()));
    fields.text("version", &dependency.version);
    fields.0.insert("repository", Value::string(dependency.repository.as_str()));
    fields.text("condition", &dependency.condition);
    fields.texts("tags", &dependency.tags);
    fields.switch("enabled", dependency.enabled);
    fields.list("import-values", dependency.import_values.iter().cloned());
    fields.text("alias", &dependency.alias);
    Value::Map(fields.0)
}

/// Fields of which only those that say something are kept.
#[derive(Default)]
struct Fields(Map);

impl Fields {
    fn text(&mut self, key: &'static str, text: &str) {
        if !text.is_empty() {
            self.0.insert(key, Value::string(text));
        }
    }

    fn texts(&mut self, key: &'static str, texts: &[String]) {
        self.list(key, texts.iter().map(|text| Value::string(text.as_str())));
    }

    fn list(&mut self, key: &'static str, items: impl Iterator<Item = Value>) {
        let items: Vec<Value> = items.collect();
        if !items.is_empty() {
            self.0.insert(key, Value::list(items));
        }
    }

    fn switch(&mut self, key: &'static str, is_on: bool) {
        if is_on {
            self.0.insert(key, Value::Bool(true));
        }
    }
}
