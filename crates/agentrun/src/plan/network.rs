//! The policy for the network of runners' pods, in the cluster's own form or in Cilium's.

use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use pintle_manifest::typed;
use pintle_manifest::typed::cilium::CiliumNetworkPolicy;
use serde_json::json;

use super::Plan;
use super::labels::{AGENT_RUN, of_chart};
use super::report::to_json;
use super::sources::Sources;
use crate::Reason;

/// Adds the policy to a plan.
pub(super) fn add(sources: &Sources<'_>, plan: &mut Plan) {
    let settings = &sources.settings.network_policy;
    if !settings.enabled {
        return;
    }
    let field = "agentRun.networkPolicy";
    for (index, kind) in settings.policy_types.iter().enumerate() {
        if !matches!(kind.as_str(), "Ingress" | "Egress") {
            let field = format!("{field}.policyTypes[{index}]");
            sources.notes.fault(Reason::Invalid, &field, "must be Ingress or Egress");
        }
    }
    let has = |kind: &str| settings.policy_types.iter().any(|found| found == kind);
    let is_closed = if settings.cilium.enabled {
        settings.cilium.egress.is_empty()
    } else {
        settings.egress.is_empty()
    };
    if has("Egress") && is_closed {
        sources
            .notes
            .warn(format!("{field} allows no egress: runs reach nothing, name servers neither"));
    }
    let name = sources.chart.suffixed("agentrun");
    let labels = of_chart(&sources.chart, sources.release);
    if settings.cilium.enabled {
        // A rule without peers allows nothing, and its presence forbids the rest.
        let mut spec = serde_json::Map::new();
        let selector = json!({"matchExpressions": [{"key": AGENT_RUN, "operator": "Exists"}]});
        spec.insert("endpointSelector".to_owned(), selector);
        if has("Ingress") {
            spec.insert("ingress".to_owned(), json!([{}]));
        }
        if has("Egress") {
            let rules = to_json(&settings.cilium.egress);
            let rules = if settings.cilium.egress.is_empty() { json!([{}]) } else { rules };
            spec.insert("egress".to_owned(), rules);
        }
        let mut metadata = json!({"name": name, "namespace": sources.namespace, "labels": labels});
        if !settings.annotations.is_empty() {
            metadata["annotations"] = to_json(&settings.annotations);
        }
        let policy = json!({
            "apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy",
            "metadata": metadata, "spec": spec,
        });
        match typed::read::<CiliumNetworkPolicy>(&policy.to_string()) {
            Ok(policy) => plan.cilium_network_policy = Some(policy),
            Err(error) => {
                let field = format!("{field}.cilium");
                sources.notes.fault(Reason::Invalid, &field, error.to_string());
            }
        }
        return;
    }
    let exists = LabelSelectorRequirement {
        key: AGENT_RUN.to_owned(),
        operator: "Exists".to_owned(),
        values: None,
    };
    let selector =
        LabelSelector { match_expressions: Some(vec![exists]), ..LabelSelector::default() };
    plan.network_policy = Some(NetworkPolicy {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: Some(sources.namespace.to_owned()),
            labels: Some(labels),
            annotations: (!settings.annotations.is_empty()).then(|| settings.annotations.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selector),
            policy_types: Some(settings.policy_types.clone()),
            egress: has("Egress").then(|| settings.egress.clone()),
            ingress: None,
        }),
    });
}
