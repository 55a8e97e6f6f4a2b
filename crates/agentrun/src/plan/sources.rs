//! The resources that a plan is made of, and what each of them is called.

use std::borrow::Cow;

use serde_json::Value;

use super::Inputs;
use super::at::At;
use super::labels::Labels;
use super::names::ChartNames;
use super::notes::Notes;
use crate::settings::{Defaults, Profile, Said, Settings};

/// All that a plan is made of.
pub(super) struct Sources<'a> {
    pub(super) notes: &'a Notes,
    pub(super) run: At<'a>,
    pub(super) agent: At<'a>,
    pub(super) provider: At<'a>,
    pub(super) memory: At<'a>,
    pub(super) version_control: At<'a>,
    implementations: &'a [&'a Value],
    pub(super) settings: &'a Settings,
    pub(super) namespace: &'a str,
    pub(super) release: &'a str,
    /// the contents of the agent's prompt, where that is a reference
    pub(super) system_prompt: Option<&'a str>,
    /// the run's name; empty if it has none
    pub(super) name: &'a str,
    pub(super) uid: Option<&'a str>,
    pub(super) agent_name: &'a str,
    pub(super) provider_name: &'a str,
    /// the profile that the run asks for, with its name
    pub(super) profile: Option<(&'a str, &'a Profile)>,
    /// the names that the chart gives
    pub(super) chart: ChartNames<'a>,
}

impl<'a> Sources<'a> {
    /// Reads the names of the resources, and finds the profile.
    pub(super) fn new(inputs: &'a Inputs<'a>, notes: &'a Notes) -> Self {
        let run = At::top(notes, Some(inputs.run), "");
        let agent = At::top(notes, inputs.agent, "agent");
        let provider = At::top(notes, inputs.provider, "provider");
        let named = |at: &At<'a>| at.down(&["metadata", "name"]).text();
        let agent_ref = run.down(&["spec", "agentRef", "name"]).text();
        let provider_ref = agent.down(&["spec", "providerRef", "name"]).text();
        let asked = run.down(&["spec", "runtime", "config", "profile"]).text();
        let profile = asked.and_then(|name| match inputs.settings.profile(name) {
            Ok(profile) => Some((name, profile)),
            Err(fault) => {
                notes.add(fault);
                None
            }
        });
        Self {
            notes,
            name: named(&run).unwrap_or_default(),
            uid: run.down(&["metadata", "uid"]).text(),
            agent_name: named(&agent).or(agent_ref).unwrap_or_default(),
            provider_name: named(&provider).or(provider_ref).unwrap_or_default(),
            memory: At::top(notes, inputs.memory, "memory"),
            version_control: At::top(notes, inputs.version_control, "versionControlProvider"),
            implementations: inputs.implementations,
            settings: inputs.settings,
            namespace: inputs.namespace,
            release: inputs.release,
            system_prompt: inputs.system_prompt,
            profile,
            chart: ChartNames::new(inputs.settings, inputs.release),
            run,
            agent,
            provider,
        }
    }

    /// Goes to a field of the run's free settings.
    pub(super) fn config(&self, key: &str) -> At<'a> {
        self.run.down(&["spec", "runtime", "config", key])
    }

    /// Gives the Secrets of the run.
    pub(super) fn secrets(&self) -> Vec<&'a str> {
        self.run.down(&["spec", "secrets"]).list()
    }

    /// Tells whether the agent allows a Secret; one that lists none allows all.
    pub(super) fn allows_secret(&self, secret: &str) -> bool {
        let allowed = self.agent.down(&["spec", "security", "allowedSecrets"]).list();
        allowed.is_empty() || allowed.contains(&secret)
    }

    /// Gives the parameters of the run, or of a step.
    pub(super) fn parameters(at: &At<'_>) -> Labels {
        let texts = at.get("parameters").texts();
        texts.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// Finds what a run or a step implements: what it says itself, or what it refers to; nothing if it says neither.
    pub(super) fn implementation(&self, at: &At<'a>) -> Option<Cow<'a, Value>> {
        let inline = at.down(&["implementation", "inline"]);
        if let Some(value) = inline.map().and(inline.value()) {
            return Some(Cow::Borrowed(value));
        }
        let reference = at.down(&["implementationSpecRef", "name"]);
        let name = reference.text()?;
        let has_name = |value: &&&Value| {
            value.get("metadata").and_then(|it| it.get("name")).and_then(Value::as_str)
                == Some(name)
        };
        if let Some(found) = self.implementations.iter().find(has_name) {
            return found.get("spec").map(Cow::Borrowed);
        }
        self.notes.warn(format!(
            "{}: the ImplementationSpec {name} is not at hand: the run is planned as if it said nothing",
            reference.path
        ));
        Some(Cow::Owned(Value::Object(serde_json::Map::new())))
    }

    /// Gives what the profile and the defaults say of a field, with the places; the profile first.
    pub(super) fn settings_of<T>(
        &self,
        key: &str,
        pick: impl Fn(&'a Defaults) -> &'a Said<T>,
    ) -> Vec<(super::Layer, String, &'a Said<T>)> {
        let mut said = Vec::with_capacity(2);
        if let Some((name, profile)) = self.profile {
            let layer = super::Layer::Profile(name.to_owned());
            said.push((layer, format!("agentRun.profiles.{name}.{key}"), pick(profile)));
        }
        let defaults = pick(&self.settings.defaults);
        said.push((super::Layer::Defaults, format!("agentRun.defaults.{key}"), defaults));
        said
    }
}
