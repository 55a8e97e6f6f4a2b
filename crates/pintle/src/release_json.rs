//! A release as Go writes it in JSON, fields in the order of its struct.
//!
//! Source: `pkg/release/v1`, Helm v4; `pkg/release` and `pkg/time`, Helm v3.

use pintle::cluster::release::{ApplyMethod, Hook, Release, Time};
use pintle_engine::CommandLine;
use pintle_yaml::json::{Layout, Writer};
use pintle_yaml::{Error, Value};
use serde_json::{Map, Value as Json};

/// Writes a release; its chart as it stands in the record, if it is there. `resources` are its live objects, by kind.
///
/// # Errors
///
/// Values that have no JSON.
pub(crate) fn release(
    release: &Release,
    resources: &[(String, Vec<Json>)],
    generation: CommandLine,
) -> Result<String, Error> {
    let is_helm_3 = generation == CommandLine::Helm3;
    let mut json = Fields { json: Writer::new(Layout::Compact), is_helm_3 };
    json.json.begin_map();
    json.text("name", &release.name);
    json.info(release, resources)?;
    json.json.end();
    let mut begin = json.json.finish();
    if let Some(chart) = &release.chart {
        // The brace that closes what comes before is left out, and what comes behind goes on.
        begin.truncate(begin.len() - 1);
        begin.push_str(",\"chart\":");
        begin.push_str(chart.get());
        begin.push('}');
    }
    json.json = Writer::new(Layout::Compact);
    json.json.begin_map();
    if let Some(config) = release.config.as_ref().filter(|config| !config.is_empty()) {
        json.json.key("config");
        json.json.value(&values(config)?)?;
    }
    json.text("manifest", &release.manifest);
    if !release.hooks.is_empty() {
        json.json.key("hooks");
        json.json.begin_list();
        for hook in &release.hooks {
            json.hook(hook);
        }
        json.json.end();
    }
    json.number("version", release.version.into());
    json.text("namespace", &release.namespace);
    if !is_helm_3 && let Some(method) = release.apply_method {
        json.text(
            "apply_method",
            match method {
                ApplyMethod::ClientSide => "csa",
                ApplyMethod::ServerSide => "ssa",
            },
        );
    }
    json.json.end();
    let rest = json.json.finish();
    if rest != "{}" {
        begin.truncate(begin.len() - 1);
        begin.push(',');
        begin.push_str(&rest[1..]);
    }
    Ok(begin)
}

/// Makes values of values.
///
/// # Errors
///
/// Values that have no JSON.
pub(crate) fn values(map: &Map<String, Json>) -> Result<Value, Error> {
    pintle_yaml::json::from_str(&serde_json::to_string(map).unwrap_or_default())
}

struct Fields {
    json: Writer,
    is_helm_3: bool,
}

impl Fields {
    /// Writes a text that is not empty.
    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.json.key(key);
            self.json.string(text);
        }
    }

    /// Writes a number that is not zero.
    fn number(&mut self, key: &str, number: i64) {
        if number != 0 {
            self.json.key(key);
            self.json.int(number);
        }
    }

    /// Writes texts, if there are any.
    fn texts(&mut self, key: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.json.key(key);
            self.json.begin_list();
            for text in texts {
                self.json.string(text);
            }
            self.json.end();
        }
    }

    /// Writes a time; for none, Helm 3 writes an empty text.
    fn time(&mut self, key: &str, time: Option<Time>) {
        if time.is_some() || self.is_helm_3 {
            self.json.key(key);
            self.json.string(&time.map(|time| time.to_string()).unwrap_or_default());
        }
    }

    fn info(&mut self, release: &Release, resources: &[(String, Vec<Json>)]) -> Result<(), Error> {
        let info = &release.info;
        self.json.key("info");
        self.json.begin_map();
        self.time("first_deployed", info.first_deployed);
        self.time("last_deployed", info.last_deployed);
        self.time("deleted", info.deleted);
        self.text("description", &info.description);
        self.text("status", info.status.as_str());
        if !self.is_helm_3 {
            self.number("rollback_revision", info.rollback_revision.into());
        }
        self.text("notes", &info.notes);
        if !resources.is_empty() {
            self.json.key("resources");
            let mut sorted: Vec<&(String, Vec<Json>)> = resources.iter().collect();
            sorted.sort_by_key(|(kind, _)| kind);
            self.json.begin_map();
            for (kind, objects) in sorted {
                self.json.key(kind);
                self.json.begin_list();
                for object in objects {
                    self.json.value(&pintle_yaml::json::from_str(&object.to_string())?)?;
                }
                self.json.end();
            }
            self.json.end();
        }
        self.json.end();
        Ok(())
    }

    fn hook(&mut self, hook: &Hook) {
        self.json.begin_map();
        self.text("name", &hook.name);
        self.text("kind", &hook.kind);
        self.text("path", &hook.path);
        self.text("manifest", &hook.manifest);
        self.texts("events", &hook.events);
        self.json.key("last_run");
        self.json.begin_map();
        self.time("started_at", hook.last_run.started_at);
        self.time("completed_at", hook.last_run.completed_at);
        self.json.key("phase");
        self.json.string(&hook.last_run.phase);
        self.json.end();
        self.number("weight", hook.weight);
        self.texts("delete_policies", &hook.delete_policies);
        self.texts("output_log_policies", &hook.output_log_policies);
        self.json.end();
    }
}
