//! Charts as both Helms render them: each file of `fixtures/render` is a chart with a user's values.

mod sections;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle_chart::File;
use pintle_engine::world::Still;
use pintle_engine::{
    Capabilities, KubeVersion, Profile, Release, Rendered, Renderer, Settings, TemplateError,
};
use pintle_manifest::{Hook, HookEvent};
use pintle_yaml::{Map, Value};
use sections::{sections, take};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Gives an error with what it comes from, as the program prints it.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

fn render(text: &str, profile: Profile) -> Result<String, String> {
    let mut files = sections(text);
    let mut user = Map::new();
    if let Some(text) = take(&mut files, "user.yaml")
        && let Ok(Value::Map(values)) = pintle_yaml::from_str(&text)
    {
        user = values;
    }
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let chart = profile.load.from_files(files).map_err(|error| chain(&error))?;
    let kube_version = KubeVersion::parse("1.34.0", profile.kube_version)?;
    let capabilities = Capabilities::new::<&str>(kube_version, []);
    let settings = Settings { profile, capabilities, ..Settings::new(Arc::new(Still::new(1))) };
    let release = Release::new("rel").namespace("default");
    let rendered = Renderer::new(chart, settings).render(&user, &release);
    Ok(show(&rendered.map_err(|error| said(&error, &profile))?))
}

/// Words an error as the program does.
fn said(error: &TemplateError, profile: &Profile) -> String {
    match error {
        TemplateError::Dependencies(reason) if profile.name == "helm-3.22" => reason.to_string(),
        error => error.to_string(),
    }
}

/// Writes objects, hooks and notes as the recorder does.
fn show(rendered: &Rendered) -> String {
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
    out + &format!("=== notes\n{}\n", rendered.notes.as_deref().unwrap_or_default())
}

/// Writes what a hook is, as Go prints its fields.
fn about(hook: &Hook) -> String {
    let name = |event: &HookEvent| match event {
        HookEvent::PreInstall => "pre-install",
        HookEvent::PostInstall => "post-install",
        HookEvent::PreDelete => "pre-delete",
        HookEvent::PostDelete => "post-delete",
        HookEvent::PreUpgrade => "pre-upgrade",
        HookEvent::PostUpgrade => "post-upgrade",
        HookEvent::PreRollback => "pre-rollback",
        HookEvent::PostRollback => "post-rollback",
        HookEvent::Test => "test",
    };
    let events: Vec<&str> = hook.events.iter().map(name).collect();
    let policies = hook.delete_policies.join(" ");
    format!("# Hook: [{}] {} [{policies}]\n", events.join(" "), hook.weight)
}

/// Compares all charts with what a Helm made of them; known gaps must be gaps.
fn charts_match(oracle: &str, profile: Profile) {
    let skipped = fs::read_to_string(root().join("fixtures/skip.txt")).expect("the list is there");
    let entries = fs::read_dir(root().join("fixtures/render")).expect("the charts are there");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name is text");
        let snapshot = root().join("snapshots").join(oracle).join("render").join(name);
        // Bytes that are no UTF-8 are U+FFFD here.
        let wanted = fs::read(snapshot).expect("the chart was recorded");
        let wanted = String::from_utf8_lossy(&wanted);
        let text = fs::read_to_string(&file).expect("a chart is text");
        let got = render(&text, profile).unwrap_or_else(|error| format!("error: {error}\n"));
        let ids = [format!("render/{name}: "), format!("render/{name} {oracle}: ")];
        let is_gap = skipped.lines().any(|line| ids.iter().any(|id| line.starts_with(id)));
        if (got == wanted) == is_gap {
            wrong.push(format!("render/{name}\n helm: {wanted}\n ours: {got}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} charts differ, or are listed and do not:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn charts_are_rendered_as_by_helm_4() {
    charts_match("helm-4.3", Profile::HELM_4_3);
}

#[test]
fn charts_are_rendered_as_by_helm_3() {
    charts_match("helm-3.22", Profile::HELM_3_22);
}
