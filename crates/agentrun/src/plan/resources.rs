//! What the runner's container asks for and may have, merged key by key.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use pintle_manifest::validate::quantity;
use serde_json::Value;

use super::Layer;
use super::at::{At, join};
use super::report::{Claim, Report, to_json};
use super::sources::Sources;
use crate::Reason;
use crate::settings::Said;

/// Merges what all layers say.
pub(super) fn resources(
    sources: &Sources<'_>,
    report: &Report,
    workloads: &[(Layer, At<'_>)],
    container: &str,
) -> ResourceRequirements {
    let field = format!("{container}.resources");
    let mut claims: Vec<Claim<Value>> = Vec::new();
    let mut add = |layer: &Layer, at: At<'_>| {
        if let Some(value) = quantities(&at) {
            claims.push(Claim::perhaps(layer.clone(), at.path, Some(value)));
        }
    };
    for (layer, workload) in workloads {
        add(layer, workload.get("resources"));
    }
    add(&Layer::RuntimeConfig, sources.config("resources"));
    add(&Layer::Provider, sources.provider.down(&["spec", "workload", "resources"]));
    for (layer, field, said) in
        sources.settings_of("container.resources", |it| &it.container.resources)
    {
        let said = match said {
            Said::Nothing => Said::Nothing,
            Said::Null => Said::Null,
            Said::Value(value) => Said::Value(to_json(value)),
        };
        claims.push(Claim::said(layer, field, said));
    }
    let of_controller = &sources.settings.controller.default_workload.resources;
    claims.push(Claim::perhaps(
        Layer::Controller,
        "controller.defaultWorkload.resources",
        Some(to_json(of_controller)),
    ));
    let merged = report.merge(&field, claims);

    let side = |name: &str| {
        let map = merged.get(name).and_then(Value::as_object);
        let map = map.map(|map| {
            let pair = |(key, value): (&String, &Value)| {
                Some((key.clone(), Quantity(value.as_str()?.trim().to_owned())))
            };
            map.iter().filter_map(pair).collect::<BTreeMap<_, _>>()
        });
        map.filter(|map| !map.is_empty())
    };
    let (requests, limits) = (side("requests"), side("limits"));
    for (key, limit) in limits.iter().flatten() {
        let Some(request) = requests.as_ref().and_then(|requests| requests.get(key)) else {
            continue;
        };
        let (asked, allowed) = (quantity::parse(&request.0), quantity::parse(&limit.0));
        if let (Ok(asked), Ok(allowed)) = (asked, allowed)
            && asked > allowed
        {
            let place_of = |side: &str| {
                let field = join(&format!("{field}.{side}"), key);
                report.origin_of_last(&field).map_or(field, |place| place.field)
            };
            let message =
                format!("{} is more than {} of {}", request.0, limit.0, place_of("limits"));
            sources.notes.fault(Reason::Invalid, &place_of("requests"), message);
        }
    }
    for (side, map) in [("requests", &requests), ("limits", &limits)] {
        for (key, amount) in map.iter().flatten() {
            if let Err(message) = check(&amount.0) {
                let field = join(&format!("{field}.{side}"), key);
                let place = report.origin_of_last(&field).map_or(field, |place| place.field);
                sources.notes.fault(Reason::Invalid, &place, message);
            }
        }
    }
    ResourceRequirements { requests, limits, claims: None }
}

/// Reads the quantities of a layer; numbers are taken as texts.
fn quantities(at: &At<'_>) -> Option<Value> {
    let map = at.map()?;
    let mut read = serde_json::Map::new();
    for side in ["requests", "limits"] {
        let side_at = at.get(side);
        let Some(entries) = side_at.map() else { continue };
        let mut amounts = serde_json::Map::new();
        for (key, value) in entries {
            let amount = side_at.get(key);
            let text = match value {
                Value::Number(number) => Some(number.to_string()),
                _ => amount.text().map(str::to_owned),
            };
            match text {
                Some(text) => {
                    amounts.insert(key.clone(), text.into());
                }
                None if value.is_string() || value.is_null() => amount.fault("must be a quantity"),
                None => {}
            }
        }
        read.insert(side.to_owned(), Value::Object(amounts));
    }
    for key in map.keys().filter(|key| !matches!(key.as_str(), "requests" | "limits")) {
        at.get(key).fault("resources have requests and limits only");
    }
    Some(Value::Object(read))
}

/// Reports a text that is no quantity.
pub(super) fn check_quantity(at: &At<'_>, text: &str) {
    if let Err(message) = check(text) {
        at.fault(message);
    }
}

fn check(text: &str) -> Result<(), String> {
    match quantity::parse(text) {
        Ok(amount) if amount < quantity::Quantity::ZERO => {
            Err(format!("{text:?} is less than nothing"))
        }
        Ok(_) => Ok(()),
        Err(message) => Err(format!("{text:?} is no quantity: {message}")),
    }
}
