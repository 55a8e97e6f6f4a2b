//! Where pods run and with what rights: what a run says replaces what the settings say as a whole, but for the
//! container's security context, which is merged field by field and hardened where nobody says otherwise.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, LocalObjectReference, PodSecurityContext, PodSpec, SecurityContext, Toleration,
    TopologySpreadConstraint,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Layer;
use super::at::At;
use super::report::{Claim, Report, to_json};
use super::sources::Sources;
use crate::settings::{Defaults, Hardening, PullSecret, Said};

/// What the settings of the chart say of a field, with the controller's the weakest.
struct Field<'a, T> {
    key: &'static str,
    of_settings: fn(&'a Defaults) -> &'a Said<T>,
    of_controller: (&'static str, &'a T),
}

/// Puts a pod's place and rights into its spec.
pub(super) fn schedule(sources: &Sources<'_>, report: &Report, pod: &str, spec: &mut PodSpec) {
    let workload = &sources.settings.controller.default_workload;
    let field = |name: &str| format!("{pod}.{name}");
    let map = |text: Option<&str>| text.map(str::to_owned);

    spec.node_selector = chosen::<BTreeMap<String, String>>(
        sources,
        report,
        &field("nodeSelector"),
        sources.config("nodeSelector").read(),
        &Field {
            key: "pod.nodeSelector",
            of_settings: |it| &it.pod.node_selector,
            of_controller: ("nodeSelector", &workload.node_selector),
        },
    );
    spec.tolerations = chosen::<Vec<Toleration>>(
        sources,
        report,
        &field("tolerations"),
        sources.config("tolerations").read(),
        &Field {
            key: "pod.tolerations",
            of_settings: |it| &it.pod.tolerations,
            of_controller: ("tolerations", &workload.tolerations),
        },
    );
    spec.topology_spread_constraints = chosen::<Vec<TopologySpreadConstraint>>(
        sources,
        report,
        &field("topologySpreadConstraints"),
        sources.config("topologySpreadConstraints").read(),
        &Field {
            key: "pod.topologySpreadConstraints",
            of_settings: |it| &it.pod.topology_spread_constraints,
            of_controller: ("topologySpreadConstraints", &workload.topology_spread_constraints),
        },
    );
    spec.affinity = chosen::<Affinity>(
        sources,
        report,
        &field("affinity"),
        sources.config("affinity").read(),
        &Field {
            key: "pod.affinity",
            of_settings: |it| &it.pod.affinity,
            of_controller: ("affinity", &workload.affinity),
        },
    );
    spec.security_context = chosen::<PodSecurityContext>(
        sources,
        report,
        &field("securityContext"),
        sources.config("podSecurityContext").read(),
        &Field {
            key: "pod.securityContext",
            of_settings: |it| &it.pod.security_context,
            of_controller: ("podSecurityContext", &workload.pod_security_context),
        },
    );
    spec.priority_class_name = chosen::<String>(
        sources,
        report,
        &field("priorityClassName"),
        map(sources.config("priorityClassName").text()),
        &Field {
            key: "pod.priorityClassName",
            of_settings: |it| &it.pod.priority_class_name,
            of_controller: ("priorityClassName", &workload.priority_class_name),
        },
    );
    spec.scheduler_name = chosen::<String>(
        sources,
        report,
        &field("schedulerName"),
        map(sources.config("schedulerName").text()),
        &Field {
            key: "pod.schedulerName",
            of_settings: |it| &it.pod.scheduler_name,
            of_controller: ("schedulerName", &workload.scheduler_name),
        },
    );
    let secrets = chosen::<Vec<PullSecret>>(
        sources,
        report,
        &field("imagePullSecrets"),
        sources.config("imagePullSecrets").read(),
        &Field {
            key: "image.pullSecrets",
            of_settings: |it| &it.image.pull_secrets,
            of_controller: ("imagePullSecrets", &workload.image_pull_secrets),
        },
    );
    let secrets = secrets.map(|secrets| {
        let names = secrets.iter().map(|secret| secret.name().trim());
        let reference = |name: &str| LocalObjectReference { name: name.to_owned() };
        names.filter(|name| !name.is_empty()).map(reference).collect::<Vec<_>>()
    });
    spec.image_pull_secrets = secrets.filter(|secrets| !secrets.is_empty());
}

/// Takes what the run says as a whole, else what profile and defaults say together, else the controller's.
fn chosen<'a, T: Serialize + DeserializeOwned + Clone>(
    sources: &Sources<'a>,
    report: &Report,
    name: &str,
    of_run: Option<T>,
    field: &Field<'a, T>,
) -> Option<T> {
    let of_settings = sources.settings_of(field.key, field.of_settings);
    let (key, of_controller) = &field.of_controller;
    let of_controller = (!is_empty(&to_json(of_controller))).then(|| (*of_controller).clone());
    let place = format!("controller.defaultWorkload.{key}");
    let controller = Claim::perhaps(Layer::Controller, place, of_controller);
    let settings = of_settings.into_iter().map(|(layer, field, said)| {
        // What the chart ships empty says nothing; in a profile somebody wrote it.
        let is_silent =
            layer == Layer::Defaults && said.value().is_some_and(|value| is_empty(&to_json(value)));
        let said = if is_silent { Said::Nothing } else { said.clone() };
        Claim::said(layer, field, said)
    });
    let mut claims: Vec<Claim<T>> = settings.collect();
    let is_map = claims
        .iter()
        .filter_map(|claim| claim.said.value())
        .all(|value| to_json(value).is_object());
    let n_said = claims.iter().filter(|claim| !claim.said.is_nothing()).count();
    if of_run.is_none() && is_map && n_said > 1 {
        let merged = report.merge(name, claims);
        return serde_json::from_value(merged).ok();
    }
    claims.push(controller);
    let run = Claim::perhaps(Layer::RuntimeConfig, config_field(name), of_run);
    claims.insert(0, run);
    let chosen = report.choose(name, claims)?;
    (!is_empty(&to_json(&chosen))).then_some(chosen)
}

/// Gives where a run says a field of its pod.
fn config_field(name: &str) -> String {
    let name = match name.rsplit('.').next().unwrap_or_default() {
        "securityContext" => "podSecurityContext",
        other => other,
    };
    format!("spec.runtime.config.{name}")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Merges the container's security context, and hardens it field by field.
pub(super) fn container_context(
    sources: &Sources<'_>,
    report: &Report,
    container: &str,
    of_pod: Option<&PodSecurityContext>,
) -> Option<SecurityContext> {
    let field = format!("{container}.securityContext");
    let config: At<'_> = sources.config("containerSecurityContext");
    // Read as Kubernetes has it, so that a wrong type is told; merged as it stands.
    let _: Option<SecurityContext> = config.read();
    let mut claims =
        vec![Claim::perhaps(Layer::RuntimeConfig, config.path.clone(), config.value().cloned())];
    let said =
        sources.settings_of("container.securityContext", |it| &it.container.security_context);
    for (layer, place, said) in said {
        let said = match said {
            Said::Nothing => Said::Nothing,
            Said::Null => Said::Null,
            Said::Value(value) => Said::Value(to_json(value)),
        };
        claims.push(Claim::said(layer, place, said));
    }
    let hardening = sources.settings_of("container.hardening", |it| &it.container.hardening);
    let hardening = hardening.into_iter().find_map(|(_, _, said)| match said {
        Said::Nothing => None,
        Said::Null => Some(Hardening::None),
        Said::Value(hardening) => Some(*hardening),
    });
    if hardening.unwrap_or_default() == Hardening::Restricted {
        let mut hardened = json!({
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
        });
        // What the pod says holds for its container as well, and is no less explicit.
        if of_pod.is_none_or(|pod| pod.run_as_non_root.is_none()) {
            hardened["runAsNonRoot"] = Value::Bool(true);
        }
        if of_pod.is_none_or(|pod| pod.seccomp_profile.is_none()) {
            hardened["seccompProfile"] = json!({"type": "RuntimeDefault"});
        }
        // A layer that takes all back is answered by the hardening, not hidden by it.
        let last_null = claims.iter().position(|claim| matches!(claim.said, Said::Null));
        claims.truncate(last_null.unwrap_or(claims.len()));
        let layer = Layer::BuiltIn;
        claims.push(Claim::perhaps(layer, "hardening", Some(hardened)));
    }
    let merged = report.merge(&field, claims);
    let context: SecurityContext = serde_json::from_value(merged).ok()?;
    let user = context.run_as_user.or(of_pod.and_then(|pod| pod.run_as_user));
    if user == Some(0) && is_non_root(Some(&context), of_pod) {
        let place = report.origin_of_last(&format!("{field}.runAsUser"));
        let place = place.map_or_else(|| field.clone(), |place| place.field);
        sources.notes.fault_with_help(
            crate::Reason::Invalid,
            &place,
            "the user is root, and the container must not run as root",
            "set securityContext.runAsNonRoot to false as well",
        );
    }
    Some(context)
}

/// Tells whether the container is kept from running as root.
pub(super) fn is_non_root(
    context: Option<&SecurityContext>,
    of_pod: Option<&PodSecurityContext>,
) -> bool {
    let of_container = context.and_then(|context| context.run_as_non_root);
    of_container.or(of_pod.and_then(|pod| pod.run_as_non_root)).unwrap_or_default()
}
