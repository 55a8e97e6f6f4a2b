//! Variables of the runner's container, merged by name: what a run or its provider says wins over what the settings say.

use k8s_openapi::api::core::v1::{
    ConfigMapKeySelector, EnvFromSource, EnvVar, EnvVarSource, SecretEnvSource, SecretKeySelector,
};
use serde_json::Value;

use super::names::is_variable;
use super::report::{Report, to_json};
use super::run_spec::{RUN_PATH, RUNNER_PATH};
use super::sources::Sources;
use super::template::Context;
use super::volumes::CODEX_HOME;
use super::{Layer, Place};
use crate::Reason;
use crate::settings::Said;

/// A variable with a value.
pub(super) fn with_value(name: &str, value: &str) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Some(value.to_owned()), value_from: None }
}

/// A variable from a key of a Secret.
pub(super) fn from_secret(name: &str, secret: &str, key: &str) -> EnvVar {
    let selector =
        SecretKeySelector { name: secret.to_owned(), key: key.to_owned(), optional: None };
    let source = EnvVarSource { secret_key_ref: Some(selector), ..EnvVarSource::default() };
    EnvVar { name: name.to_owned(), value: None, value_from: Some(source) }
}

fn from_config_map(name: &str, config_map: &str, key: &str) -> EnvVar {
    let selector =
        ConfigMapKeySelector { name: config_map.to_owned(), key: key.to_owned(), optional: None };
    let source = EnvVarSource { config_map_key_ref: Some(selector), ..EnvVarSource::default() };
    EnvVar { name: name.to_owned(), value: None, value_from: Some(source) }
}

struct Given {
    variable: EnvVar,
    from: Place,
    overrides: Vec<Place>,
}

/// Variables in the making, in the order in which they were first named.
pub(super) struct Env<'a> {
    sources: &'a Sources<'a>,
    variables: Vec<Given>,
}

/// The variables by which runners find what was mounted for them: nobody may say otherwise.
const CONTRACT: [&str; 4] = [
    "AGENT_RUN_SPEC",
    "AGENT_RUNNER_SPEC_PATH",
    "AGENT_PROVIDER",
    "AGENTS_MCP_IDENTITY_TOKEN_PATH",
];

impl<'a> Env<'a> {
    /// Begins with no variables.
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, variables: Vec::with_capacity(32) }
    }

    /// Adds a variable. Of two of one name, that of the stronger layer stays, and of one layer the later one.
    pub(super) fn add(&mut self, layer: &Layer, field: &str, variable: EnvVar) {
        if !is_variable(&variable.name) {
            let message = format!("{:?} is no name of a variable", variable.name);
            let help = "a name has letters, digits, '_', '-' and '.', and begins with no digit";
            self.sources.notes.fault_with_help(Reason::Invalid, field, message, help);
        }
        let from = Place { layer: layer.clone(), field: field.to_owned() };
        let found = self.variables.iter_mut().find(|other| other.variable.name == variable.name);
        let Some(found) = found else {
            self.variables.push(Given { variable, from, overrides: Vec::new() });
            return;
        };
        let is_fixed =
            found.from.layer == Layer::BuiltIn && CONTRACT.contains(&variable.name.as_str());
        if is_fixed {
            let message = format!("{field}: {} is the runner's own and stays", variable.name);
            self.sources.notes.warn(message);
        }
        if is_fixed || found.from.layer > *layer && found.from.layer != Layer::BuiltIn {
            found.overrides.push(from);
        } else {
            let lost = std::mem::replace(&mut found.from, from);
            found.overrides.insert(0, lost);
            found.variable = variable;
        }
    }

    /// Adds variables of ours.
    pub(super) fn add_all(&mut self, layer: &Layer, field: &str, variables: Vec<EnvVar>) {
        for variable in variables {
            self.add(layer, field, variable);
        }
    }

    /// Adds what every runner gets.
    pub(super) fn add_contract(&mut self, codex_home: &str, codex_auth: Option<&str>) {
        let built_in = &Layer::BuiltIn;
        self.add(built_in, "runner", with_value("AGENT_RUN_SPEC", RUN_PATH));
        self.add(built_in, "runner", with_value("AGENT_RUNNER_SPEC_PATH", RUNNER_PATH));
        let (layer, field) = match codex_home {
            CODEX_HOME if codex_auth.is_none() => (Layer::BuiltIn, "runner"),
            _ => (Layer::Controller, "controller.authSecret.mountPath"),
        };
        self.add(&layer, field, with_value("CODEX_HOME", codex_home));
        if let Some(path) = codex_auth {
            self.add(&Layer::Controller, "controller.authSecret", with_value("CODEX_AUTH", path));
        }
    }

    /// Adds what the provider says.
    pub(super) fn add_provider(&mut self, context: &Context<'_>) {
        let spec = self.sources.provider.get("spec");
        let templates = spec.get("envTemplate");
        for (name, template) in templates.texts() {
            let variable = with_value(name, &context.render(template));
            self.add(&Layer::Provider, &templates.get(name).path, variable);
        }
        let adapter = spec.get("adapter");
        let lists = [
            spec.get("secretEnv"),
            adapter.get("secretEnv"),
            adapter.down(&["codex", "secretEnv"]),
        ];
        let listed = lists.into_iter().find(|list| list.value().is_some_and(Value::is_array));
        for item in listed.map(|list| list.items()).unwrap_or_default() {
            let [name, secret, key] = ["name", "secretName", "key"].map(|key| item.get(key).text());
            let (Some(name), Some(secret), Some(key)) = (name, secret, key) else {
                item.fault("needs name, secretName and key");
                continue;
            };
            let mut variable = from_secret(name, secret, key);
            if item.get("optional").flag() == Some(true)
                && let Some(selector) =
                    variable.value_from.as_mut().and_then(|from| from.secret_key_ref.as_mut())
            {
                selector.optional = Some(true);
            }
            self.add(&Layer::Provider, &item.path, variable);
        }
        if !self.sources.provider_name.is_empty() {
            let variable = with_value("AGENT_PROVIDER", self.sources.provider_name);
            self.add(&Layer::BuiltIn, "runner", variable);
        }
    }

    /// Adds what the settings say: values, then references, the profile's before the defaults'.
    pub(super) fn add_settings(&mut self) {
        let sources = self.sources;
        for (layer, field, vars) in taken(sources.settings_of("env.vars", |it| &it.env.vars)) {
            for (name, value) in vars {
                self.add(&layer, &super::at::join(&field, name), with_value(name, value));
            }
        }
        for (layer, field, list) in taken(sources.settings_of("env.secrets", |it| &it.env.secrets))
        {
            for (index, it) in list.iter().enumerate() {
                let variable = from_secret(&it.name, &it.secret_name, it.key());
                self.add(&layer, &format!("{field}[{index}]"), variable);
            }
        }
        for (layer, field, list) in taken(sources.settings_of("env.config", |it| &it.env.config)) {
            for (index, it) in list.iter().enumerate() {
                let variable = from_config_map(&it.name, &it.config_map_name, it.key());
                self.add(&layer, &format!("{field}[{index}]"), variable);
            }
        }
    }

    /// Gives the variables, and notes where each came from.
    pub(super) fn finish(self, report: &Report, container: &str) -> Vec<EnvVar> {
        let finish = |Given { variable, from, overrides }: Given| {
            let field = format!("{container}.env[{}].value", variable.name);
            let (field, value) = match &variable.value_from {
                // Where a secret is, is none.
                Some(source) => (field.replace(".value", ".valueFrom"), to_json(source)),
                None => (field, to_json(&variable.value)),
            };
            report.note(&field, &value, from, overrides);
            variable
        };
        self.variables.into_iter().map(finish).collect()
    }
}

/// Gives what each layer says that no stronger one takes back.
fn taken<T>(said: Vec<(Layer, String, &Said<T>)>) -> impl Iterator<Item = (Layer, String, &T)> {
    let mut is_taken_back = false;
    said.into_iter().filter_map(move |(layer, field, said)| {
        let value = if is_taken_back { None } else { said.value() };
        is_taken_back |= matches!(said, Said::Null);
        Some((layer, field, value?))
    })
}

/// Gives the Secrets of the run, each of whose keys becomes a variable.
pub(super) fn from_secrets(
    sources: &Sources<'_>,
    report: &Report,
    container: &str,
) -> Vec<EnvFromSource> {
    let list = sources.run.down(&["spec", "secrets"]);
    let mut from = Vec::new();
    for secret in list.items() {
        let Some(name) = secret.text() else { continue };
        let place = Place { layer: Layer::Run, field: secret.path.clone() };
        let field = format!("{container}.envFrom[{}].secretRef.name", from.len());
        report.note(&field, &name.into(), place, Vec::new());
        let source = SecretEnvSource { name: name.to_owned(), optional: None };
        from.push(EnvFromSource { secret_ref: Some(source), ..EnvFromSource::default() });
    }
    from
}
