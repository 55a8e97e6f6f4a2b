//! Charts, rendered to manifests, hooks and notes.

use std::fmt::Write as _;
use std::sync::Arc;

use pintle::{
    Capabilities, File, Hook, HookEvent, KubeVersion, Release, Rendered, Still, TemplateError,
    Values,
};
use pintle_engine::{Renderer, Settings};

use super::sections;
use super::template::profile;

/// Renders the chart of a case with the values of its user.
pub(crate) fn render(oracle: &str, case: &[String]) -> Option<String> {
    let mut files = sections(&case[0]);
    let user = files.remove("user.yaml").unwrap_or_default();
    let user = pintle_yaml::from_str(&user).ok()?;
    let user = match user {
        pintle_yaml::Value::Map(map) => Values::from(map),
        pintle_yaml::Value::Null => Values::default(),
        _ => return None,
    };
    let profile = profile(oracle);
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let render = || {
        let chart = profile.load.from_files(files).map_err(|error| chain(&error))?;
        // Templates are parsed when the user's values have switched the dependencies.
        let settings = Settings {
            capabilities: Capabilities::new::<&str>(
                KubeVersion::parse("1.34.0", profile.kube_version)?,
                [],
            ),
            profile,
            ..Settings::new(Arc::new(Still::new(1)))
        };
        let renderer = Renderer::new(chart, settings);
        let release = Release::new("rel").namespace("default");
        renderer.render(user.as_map(), &release).map_err(|error| said(&error, oracle))
    };
    Some(match render() {
        Ok(rendered) => text(&rendered),
        Err(error) => format!("error: {error}\n"),
    })
}

/// Gives an error with what it comes from, as the program prints it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

/// Words an error as the program does.
fn said(error: &TemplateError, oracle: &str) -> String {
    match error {
        TemplateError::Dependencies(reason) if oracle == "helm-3.22" => reason.to_string(),
        error => error.to_string(),
    }
}

fn text(rendered: &Rendered) -> String {
    let mut out = String::new();
    let mut add = |source: &str, about: &str, text: &str| {
        write!(out, "---\n# Source: {source}\n{about}{text}\n").expect("a string takes all");
    };
    for object in &rendered.objects.manifests {
        add(&object.source, "", &object.text);
    }
    for hook in &rendered.objects.hooks {
        add(&hook.object.source, &about(hook), &hook.object.text);
    }
    let notes = rendered.notes.as_deref().unwrap_or_default();
    write!(out, "=== notes\n{notes}\n").expect("a string takes all");
    out
}

/// Writes what a hook is, as Go prints its fields.
fn about(hook: &Hook) -> String {
    let events: Vec<&str> = hook
        .events
        .iter()
        .map(|event| match event {
            HookEvent::PreInstall => "pre-install",
            HookEvent::PostInstall => "post-install",
            HookEvent::PreDelete => "pre-delete",
            HookEvent::PostDelete => "post-delete",
            HookEvent::PreUpgrade => "pre-upgrade",
            HookEvent::PostUpgrade => "post-upgrade",
            HookEvent::PreRollback => "pre-rollback",
            HookEvent::PostRollback => "post-rollback",
            HookEvent::Test => "test",
        })
        .collect();
    let policies = hook.delete_policies.join(" ");
    format!("# Hook: [{}] {} [{policies}]\n", events.join(" "), hook.weight)
}
