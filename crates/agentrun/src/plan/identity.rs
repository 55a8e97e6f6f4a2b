//! The account of a run's pods, and what it may do.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::labels::{AGENT_RUNNER, Labels, of_chart};
use super::names::{is_dns_label, is_subdomain};
use super::report::{Claim, Report};
use super::sources::Sources;
use super::{Layer, Place, Plan};
use crate::Reason;

/// The account of one job.
pub(super) struct Account {
    pub(super) name: Option<String>,
    /// whether the settings make it
    pub(super) is_made: bool,
}

/// Finds the account, which the agent must allow.
pub(super) fn account(sources: &Sources<'_>, report: &Report, pod: &str) -> Account {
    let hint = "name the account in spec.runtime.config.serviceAccount";
    let unknown = sources.run.down(&["spec", "workload", "serviceAccountName"]);
    if unknown.is_set() {
        let message = "runs have no such field";
        sources.notes.fault_with_help(Reason::Invalid, &unknown.path, message, hint);
    }
    let text = |value: Option<&str>| value.map(str::to_owned);
    let config = ["serviceAccount", "serviceAccountName"].map(|key| sources.config(key));
    let provider = sources.provider.down(&["spec", "workload", "serviceAccountName"]);
    let of_controller = sources.settings.controller.default_workload.service_account_name.as_str();
    let (field, of_settings) = of_settings(sources);
    let mut claims = Vec::with_capacity(5);
    for at in config {
        let name = text(at.text());
        claims.push(Claim::perhaps(Layer::RuntimeConfig, at.path, name));
    }
    let of_provider = text(provider.text());
    claims.push(Claim::perhaps(Layer::Provider, provider.path, of_provider));
    // As the chart has it: what names the account for the controllers wins over what the chart makes.
    let named = text(Some(of_controller).filter(|name| !name.is_empty()));
    let place = "controller.defaultWorkload.serviceAccountName";
    claims.push(Claim::perhaps(Layer::Controller, place, named));
    claims.push(Claim::perhaps(Layer::Settings, field, of_settings));
    let said: Vec<Place> = claims
        .iter()
        .filter(|claim| !claim.said.is_nothing())
        .map(|claim| Place { layer: claim.layer.clone(), field: claim.field.clone() })
        .collect();
    let name = report.choose(&format!("{pod}.serviceAccountName"), claims);
    let from = said.into_iter().next();
    let place = from.as_ref().map_or("spec.runtime.config.serviceAccount", |from| &*from.field);
    if let Some(name) = name.as_deref().filter(|name| !is_subdomain(name)) {
        sources.notes.fault(Reason::Invalid, place, format!("{name:?} is no name of an account"));
    }
    let allowed = sources.agent.down(&["spec", "security", "allowedServiceAccounts"]).list();
    let effective = name.as_deref().unwrap_or("default");
    if !allowed.is_empty() && !allowed.contains(&effective) {
        let message = format!("the agent does not allow the account {effective:?}");
        let help = format!("it allows {}", allowed.join(", "));
        sources.notes.fault_with_help(Reason::ServiceAccountNotAllowed, place, message, help);
    }
    let is_made = from.is_some_and(|from| from.layer == Layer::Settings);
    Account { name, is_made }
}

/// Gives the account that the settings make, and where they say so.
fn of_settings(sources: &Sources<'_>) -> (&'static str, Option<String>) {
    let (account, each) =
        (&sources.settings.service_account, &sources.settings.service_account_per_namespace);
    if each.enabled {
        let field = "agentRun.serviceAccountPerNamespace.nameTemplate";
        return (field, per_namespace(sources, field, &each.name_template));
    }
    if !account.enabled {
        return ("agentRun.serviceAccount.enabled", None);
    }
    match account.name.as_str() {
        "" => ("agentRun.serviceAccount.enabled", Some(sources.chart.suffixed("runner"))),
        name => ("agentRun.serviceAccount.name", Some(name.to_owned())),
    }
}

/// Renders the template of a name, which can name the release and nothing else.
fn per_namespace(sources: &Sources<'_>, field: &str, template: &str) -> Option<String> {
    let mut name = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((action, behind)) = inside.split_once("}}") else {
            sources.notes.fault(Reason::Invalid, field, "an action of the template does not end");
            return None;
        };
        let trimmed = action.trim_matches(|c: char| c.is_whitespace() || c == '-');
        if trimmed != ".Release.Name" {
            let message = format!("{{{{{action}}}}} is not known here");
            let help = "a name can be made of {{ .Release.Name }} alone";
            sources.notes.fault_with_help(Reason::Invalid, field, message, help);
            return None;
        }
        let is_trimmed = (action.starts_with("- "), action.ends_with(" -"));
        name.push_str(if is_trimmed.0 { before.trim_end() } else { before });
        name.push_str(sources.release);
        rest = if is_trimmed.1 { behind.trim_start() } else { behind };
    }
    name.push_str(rest);
    if !is_dns_label(&name) {
        let message = format!("{name:?} is no DNS label");
        let help = "small letters, digits and '-', at most 63";
        sources.notes.fault_with_help(Reason::Invalid, field, message, help);
        return None;
    }
    Some(name)
}

/// What runs are known to need.
const USUAL: [&str; 4] = ["secrets", "configmaps", "persistentvolumeclaims", "events"];

/// Adds the account that the settings make to a plan, and what it may do.
pub(super) fn objects(sources: &Sources<'_>, name: &str, plan: &mut Plan) {
    let settings = &sources.settings.service_account;
    let metadata = |own: bool| {
        let mut labels: Labels = of_chart(&sources.chart, sources.release);
        if own {
            labels.insert(AGENT_RUNNER.to_owned(), name.to_owned());
        }
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(sources.namespace.to_owned()),
            labels: Some(labels),
            ..ObjectMeta::default()
        }
    };
    plan.service_account = Some(ServiceAccount {
        metadata: ObjectMeta {
            annotations: (!settings.annotations.is_empty()).then(|| settings.annotations.clone()),
            ..metadata(false)
        },
        automount_service_account_token: Some(settings.automount_token),
        ..ServiceAccount::default()
    });
    if !settings.rbac.create {
        return;
    }
    check_rules(sources, &settings.rbac.rules);
    plan.role = Some(Role { metadata: metadata(true), rules: Some(settings.rbac.rules.clone()) });
    plan.role_binding = Some(RoleBinding {
        metadata: metadata(true),
        role_ref: RoleRef {
            api_group: "rbac.authorization.k8s.io".to_owned(),
            kind: "Role".to_owned(),
            name: name.to_owned(),
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".to_owned(),
            name: name.to_owned(),
            namespace: Some(sources.namespace.to_owned()),
            api_group: None,
        }]),
    });
}

fn check_rules(sources: &Sources<'_>, rules: &[PolicyRule]) {
    let top = "agentRun.serviceAccount.rbac.rules";
    if rules.is_empty() {
        sources.notes.fault(Reason::Invalid, top, "a Role that is made needs rules");
    }
    let mut unusual = BTreeSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let lists = [
            ("verbs", Some(&rule.verbs)),
            ("resources", rule.resources.as_ref()),
            ("apiGroups", rule.api_groups.as_ref()),
            ("nonResourceURLs", rule.non_resource_urls.as_ref()),
        ];
        for (name, list) in lists {
            for (number, _) in
                list.into_iter().flatten().enumerate().filter(|(_, text)| text.contains('*'))
            {
                let field = format!("{top}[{index}].{name}[{number}]");
                sources.notes.fault(Reason::Invalid, &field, "runners get no wildcards");
            }
        }
        let resources = rule.resources.as_deref().unwrap_or_default();
        if resources.iter().any(|resource| resource == "secrets")
            && rule.resource_names.as_ref().is_none_or(Vec::is_empty)
        {
            let message = "secrets without resourceNames are all Secrets of the namespace";
            sources.notes.warn(format!("{top}[{index}]: {message}"));
        }
        unusual.extend(resources.iter().filter(|it| !USUAL.contains(&it.as_str())));
    }
    for resource in unusual {
        sources.notes.warn(format!(
            "{top}: runners seldom need {resource}; secrets, configmaps, persistentvolumeclaims and events are usual"
        ));
    }
}
