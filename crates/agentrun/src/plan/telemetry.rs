//! Traces of runs: variables from the `ConfigMap` that the chart makes, and headers from a Secret.

use k8s_openapi::api::core::v1::{ConfigMapEnvSource, EnvFromSource};

use super::env::{Env, from_secret};
use super::report::Report;
use super::sources::Sources;
use super::{Layer, Place};
use crate::Reason;

/// Gives the `ConfigMap` whose keys become variables, if runs send traces; it may be missing.
pub(super) fn source(
    sources: &Sources<'_>,
    report: &Report,
    container: &str,
    number: usize,
) -> Option<EnvFromSource> {
    let telemetry = &sources.settings.telemetry;
    if !telemetry.enabled || !telemetry.otel.enabled {
        return None;
    }
    let field = "agentRun.telemetry.otel";
    if telemetry.otel.endpoint.is_empty() {
        let message = "must be given where traces are sent";
        sources.notes.fault(Reason::Invalid, &format!("{field}.endpoint"), message);
    }
    if !(0.0..=1.0).contains(&telemetry.otel.sample_rate) {
        let message = "must be from 0 to 1";
        sources.notes.fault(Reason::Invalid, &format!("{field}.sampleRate"), message);
    }
    let name = sources.chart.suffixed("agentrun-telemetry");
    let place = Place { layer: Layer::Settings, field: field.to_owned() };
    let name_field = format!("{container}.envFrom[{number}].configMapRef.name");
    report.note(&name_field, &name.as_str().into(), place, Vec::new());
    let reference = ConfigMapEnvSource { name, optional: Some(true) };
    Some(EnvFromSource { config_map_ref: Some(reference), ..EnvFromSource::default() })
}

/// Adds the headers of traces that are secrets.
pub(super) fn add_headers(sources: &Sources<'_>, env: &mut Env<'_>) {
    let telemetry = &sources.settings.telemetry;
    let secret = &telemetry.otel.headers_secret_ref;
    if telemetry.enabled && telemetry.otel.enabled && !secret.name.is_empty() {
        let field = "agentRun.telemetry.otel.headersSecretRef";
        if !telemetry.otel.headers.is_empty() {
            let message = "headers are given as a text as well";
            sources.notes.fault(Reason::Invalid, field, message);
        }
        let variable = from_secret("OTEL_EXPORTER_OTLP_HEADERS", &secret.name, &secret.key);
        env.add(&Layer::Settings, field, variable);
    }
}
