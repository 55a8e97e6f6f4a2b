//! Rendered releases as Helm records them.

use std::fmt::Write as _;
use std::sync::Arc;

use pintle_chart::Chart;
use pintle_chart::process::process_dependencies;
use pintle_cluster::release::{Hook, Info, Release, Time};
use pintle_engine::{Rendered, Settings, TemplateError};
use pintle_manifest::HookEvent;
use pintle_yaml::Map;
use pintle_yaml::json::{Layout, Writer};
use serde_json::value::RawValue;

use crate::installer::Request;
use crate::{Error, Values};

/// Writes a chart as records have it: with the defaults that its dependencies leave.
pub(crate) fn of_chart(chart: &Chart, settings: &Settings) -> Result<Arc<RawValue>, Error> {
    let mut processed = chart.clone();
    process_dependencies(&mut processed, &Map::new(), settings.profile.coalesce)
        .map_err(TemplateError::Dependencies)?;
    let json = processed.to_record(&processed.values)?;
    let raw = RawValue::from_string(json).expect("the writer writes JSON");
    Ok(raw.into())
}

/// Makes the record of a rendered release.
pub(crate) fn of_rendered(
    rendered: &Rendered,
    request: &Request,
    version: u32,
) -> Result<Release, Error> {
    let objects = &rendered.objects;
    let len = objects.manifests.iter().map(|object| object.text.len() + 100).sum();
    let mut manifest = String::with_capacity(len);
    for object in &objects.manifests {
        let _ = write!(manifest, "---\n# Source: {}\n{}\n", object.source, object.text);
    }
    let now = Some(Time::now());
    Ok(Release {
        name: request.name.clone(),
        namespace: request.namespace.clone(),
        version,
        info: Info {
            first_deployed: now,
            last_deployed: now,
            notes: rendered.notes.clone().unwrap_or_default(),
            ..Info::default()
        },
        chart: None,
        config: config(&request.values)?,
        manifest,
        hooks: objects.hooks.iter().map(hook).collect(),
        apply_method: None,
        labels: request.labels.clone(),
    })
}

fn hook(hook: &pintle_manifest::Hook) -> Hook {
    Hook {
        name: hook.object.head.name.clone(),
        kind: hook.object.head.kind.clone(),
        path: hook.object.source.to_string(),
        manifest: hook.object.text.to_string(),
        events: hook.events.iter().copied().map(HookEvent::as_str).map(str::to_owned).collect(),
        weight: hook.weight,
        delete_policies: hook.delete_policies.clone(),
        output_log_policies: hook.output_log_policies.clone(),
        ..Hook::default()
    }
}

/// Gives the user's values as JSON.
fn config(values: &Values) -> Result<Option<serde_json::Map<String, serde_json::Value>>, Error> {
    let map = values.as_map();
    let mut json = Writer::new(Layout::Raw);
    let value = pintle_yaml::Value::Map(map.clone());
    json.value(&value).map_err(pintle_chart::Error::Unwritable)?;
    Ok(Some(serde_json::from_str(&json.finish()).expect("the writer writes a map")))
}
