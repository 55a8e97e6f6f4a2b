//! The job of a run or of a step.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{ConfigMap, Container, EnvVar, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use serde_json::Value;

use super::env::{self, Env};
use super::event::{event, missing_keys};
use super::identity::{Account, account};
use super::labels::{AGENT_RUN, Labels, label_value};
use super::names::object_name;
use super::policy::Policy;
use super::report::{Claim, Report, to_json};
use super::run_spec::{
    RUN_PATH, RUNNER, RUNNER_PATH, RunSpec, STATUS_PATH, Work, artifacts, context, pretty,
    runner_json,
};
use super::sources::Sources;
use super::system_prompt::SystemPrompt;
use super::version_control::access;
use super::volumes::{CODEX_HOME, IdentityToken, Volumes, config_map, empty, file, secret_key};
use super::workflow::Unit;
use super::{Layer, Place, PlannedJob, admission, pod, resources, telemetry, workspace};
use crate::Reason;
use crate::settings::{Image, Said};

/// The spec of the pods, as paths have it.
const POD: &str = "spec.template.spec";

/// The runner's container.
const CONTAINER: &str = "spec.template.spec.containers[0]";

/// Its name.
const CONTAINER_NAME: &str = "agent-runner";

/// How long a finished job stays where no layer says so, and within which bounds all stay.
const TTL_SECONDS: i64 = 600;
const MIN_TTL_SECONDS: i64 = 30;
const MAX_TTL_SECONDS: i64 = 604_800;

/// How much a `ConfigMap` holds, in bytes.
const MAX_CONFIG_MAP: usize = 1024 * 1024;

/// Plans the job of a unit, and tells its account.
pub(super) fn job(
    sources: &Sources<'_>,
    report: &Report,
    unit: &Unit<'_>,
) -> (PlannedJob, Account) {
    let names = Names { run: sources.name, suffix: unit.suffix.as_deref() };
    let labels = labels(sources, unit);
    let implementation: &Value = &unit.implementation;
    if !implementation.is_null() {
        admission::implementation(sources, &unit.field, implementation);
    }
    let event = event(implementation, &unit.parameters);
    let missing = missing_keys(implementation, &event);
    if !missing.is_empty() {
        let message = format!("the implementation's contract asks for {}", missing.join(", "));
        let field = format!("{}.contract.requiredKeys", unit.field);
        sources.notes.fault(Reason::MissingRequiredMetadata, &field, message);
    }
    let access = access(sources, implementation, &unit.parameters, &event);
    let mut parameters = unit.parameters.clone();
    if unit.step.is_none()
        && let Some(repository) = &access.repository
    {
        add_branches(&mut parameters, &repository.base_branch, &repository.head_branch);
    }
    let context = context(sources, implementation, &parameters, access.repository.as_ref());
    let promised = artifacts(sources, &context);
    let prompt = SystemPrompt::of(sources);
    let event = if parameters == unit.parameters {
        event
    } else {
        super::event::event(implementation, &parameters)
    };
    let work = Work {
        implementation,
        parameters: &parameters,
        event: &event,
        repository: access.repository.as_ref(),
        artifacts: &promised,
        system_prompt: prompt.text,
        system_prompt_path: prompt.path(),
        system_prompt_hash: prompt.hash.as_deref(),
    };
    let (config_maps, inputs) = config_maps(sources, &names, &labels, work, &unit.field);

    let mut volumes = Volumes::new(sources);
    volumes.add_workloads(&unit.workloads);
    workspace::mount(sources, &mut volumes);
    mount_config_maps(sources, &names, &inputs, &mut volumes);
    if let Some((volume, mount)) = prompt.volume(names.volume("system-prompt")) {
        volumes.add(Layer::Run, "agent.spec.defaults.systemPromptRef", volume, mount);
    }
    let login = mount_login(sources, &names, &mut volumes, &access.mounts);
    for (volume, mount) in access.volumes.iter().zip(&access.mounts) {
        let field = "versionControlProvider.spec.auth";
        volumes.add(Layer::Provider, field, volume.clone(), mount.clone());
    }
    let token = IdentityToken::of(sources);

    let mut env = Env::new(sources);
    let home = login.as_ref().map_or(CODEX_HOME, |login| login.folder);
    env.add_contract(home, login.as_ref().map(|login| &*login.path));
    env.add_provider(&context);
    env.add_all(&Layer::Run, "spec.vcsRef", access.env);
    if let Some(token) = &token {
        mount_token(sources, token, &mut volumes, &mut env);
    }
    env.add_all(&Layer::BuiltIn, "agent.spec.defaults", prompt.env());
    env.add_settings();
    super::artifacts::add(sources, &mut env, &mut volumes);
    telemetry::add_headers(sources, &mut env);
    let mut env_from = env::from_secrets(sources, report, CONTAINER);
    env_from.extend(telemetry::source(sources, report, CONTAINER, env_from.len()));

    let account = account(sources, report, POD);
    let automount = automount(sources, report, &account, token.is_some());
    let mut spec = PodSpec {
        automount_service_account_token: automount,
        restart_policy: Some("Never".to_owned()),
        service_account_name: account.name.clone(),
        ..PodSpec::default()
    };
    pod::schedule(sources, report, POD, &mut spec);
    let security_context =
        pod::container_context(sources, report, CONTAINER, spec.security_context.as_ref());
    if pod::is_non_root(security_context.as_ref(), spec.security_context.as_ref()) {
        warn_of_root(sources, login.is_some());
    }
    let wanted = resources::resources(sources, report, &unit.workloads, CONTAINER);
    let (image, pull_policy) = image(sources, report, unit);
    let provider = sources.provider.get("spec");
    let binary = provider.get("binary").text().unwrap_or(RUNNER);
    let args = provider.get("argsTemplate").items();
    let args: Vec<String> =
        args.iter().filter_map(|arg| Some(context.render(arg.raw_text()?))).collect();
    let has_binary = provider.get("binary").is_set();
    let from = |layer, field: &str| Place { layer, field: field.to_owned() };
    let by = if has_binary { from(Layer::Provider, "provider.spec.binary") } else { built_in() };
    report.note(&format!("{CONTAINER}.command"), &to_json(&[binary]), by, Vec::new());
    if !args.is_empty() {
        let by = from(Layer::Provider, "provider.spec.argsTemplate");
        report.note(&format!("{CONTAINER}.args"), &to_json(&args), by, Vec::new());
    }
    let env: Vec<EnvVar> = env.finish(report, CONTAINER);
    let (volumes, mounts) = volumes.finish(report, POD, CONTAINER);
    let has_resources = wanted.requests.is_some() || wanted.limits.is_some();
    spec.containers = vec![Container {
        name: CONTAINER_NAME.to_owned(),
        image,
        image_pull_policy: pull_policy,
        command: Some(vec![binary.to_owned()]),
        args: Some(args).filter(|args| !args.is_empty()),
        env: Some(env),
        env_from: Some(env_from).filter(|from| !from.is_empty()),
        resources: has_resources.then_some(wanted),
        security_context,
        volume_mounts: Some(mounts),
        termination_message_path: Some(STATUS_PATH.to_owned()),
        termination_message_policy: Some("File".to_owned()),
        ..Container::default()
    }];
    spec.volumes = Some(volumes).filter(|volumes| !volumes.is_empty());

    let metadata = ObjectMeta { name: Some(names.own("job")), ..metadata(sources, &labels) };
    let template = ObjectMeta {
        labels: Some(pod_labels(sources, report, &labels)),
        annotations: annotations(sources, report),
        ..ObjectMeta::default()
    };
    let template = PodTemplateSpec { metadata: Some(template), spec: Some(spec) };
    let job = Job { metadata, spec: Some(job_spec(sources, report, template)), status: None };
    let level = None;
    (PlannedJob { step: unit.step, config_maps, job, pod_security: level }, account)
}

fn built_in() -> Place {
    Place { layer: Layer::BuiltIn, field: "runner".to_owned() }
}

/// The names of what belongs to one job.
struct Names<'a> {
    run: &'a str,
    suffix: Option<&'a str>,
}

impl Names<'_> {
    /// Names the job itself.
    fn own(&self, what: &str) -> String {
        object_name(self.run, self.suffix.unwrap_or(what))
    }

    /// Names something beside it.
    fn volume(&self, what: &str) -> String {
        match self.suffix {
            Some(suffix) => object_name(self.run, &format!("{what}-{suffix}")),
            None => object_name(self.run, what),
        }
    }
}

fn labels(sources: &Sources<'_>, unit: &Unit<'_>) -> Labels {
    let mut labels = unit.labels.clone();
    labels.insert(AGENT_RUN.to_owned(), sources.name.to_owned());
    let reference = sources.run.down(&["spec", "implementationSpecRef", "name"]).text();
    let others = [
        ("agent", sources.agent_name),
        ("provider", sources.provider_name),
        ("implementation", reference.unwrap_or_default()),
    ];
    for (key, value) in others.into_iter().filter(|(_, value)| !value.is_empty()) {
        labels.insert(format!("agents.proompteng.ai/{key}"), label_value(value));
    }
    labels
}

fn metadata(sources: &Sources<'_>, labels: &Labels) -> ObjectMeta {
    let owner = |uid: &str| OwnerReference {
        api_version: "agents.proompteng.ai/v1alpha1".to_owned(),
        kind: "AgentRun".to_owned(),
        name: sources.name.to_owned(),
        uid: uid.to_owned(),
        ..OwnerReference::default()
    };
    ObjectMeta {
        namespace: Some(sources.namespace.to_owned()),
        labels: Some(labels.clone()),
        owner_references: sources.uid.map(|uid| vec![owner(uid)]),
        ..ObjectMeta::default()
    }
}

/// Adds the branches to the parameters, unless they name some.
fn add_branches(parameters: &mut Labels, base: &str, head: &str) {
    let has = |parameters: &Labels, keys: &[&str]| {
        keys.iter().any(|key| parameters.get(*key).is_some_and(|value| !value.trim().is_empty()))
    };
    if !base.is_empty() && !has(parameters, &["base", "baseBranch", "base_ref", "baseRef"]) {
        parameters.insert("base".to_owned(), base.to_owned());
    }
    let names = ["head", "headBranch", "head_ref", "headRef", "branch"];
    if !head.is_empty() && !has(parameters, &names) {
        parameters.insert("head".to_owned(), head.to_owned());
    }
}

/// Makes the `ConfigMap`s of the run and of the provider's files, and tells where these belong.
fn config_maps(
    sources: &Sources<'_>,
    names: &Names<'_>,
    labels: &Labels,
    work: Work<'_>,
    field: &str,
) -> (Vec<ConfigMap>, Vec<String>) {
    let mut config_maps = Vec::with_capacity(2);
    let mut make = |what: &str, data: Vec<(String, String)>, field: &str| {
        let size: usize = data.iter().map(|(key, value)| key.len() + value.len()).sum();
        if size > MAX_CONFIG_MAP {
            let message = format!("takes {size} bytes, and a ConfigMap holds {MAX_CONFIG_MAP}");
            sources.notes.fault(Reason::Invalid, field, message);
        }
        config_maps.push(ConfigMap {
            metadata: ObjectMeta { name: Some(names.volume(what)), ..metadata(sources, labels) },
            data: Some(data.into_iter().collect()),
            ..ConfigMap::default()
        });
    };
    let files = sources.provider.down(&["spec", "inputFiles"]);
    let mut paths = Vec::new();
    let mut data = Vec::new();
    for item in files.items() {
        let (path, content) = (item.get("path"), item.get("content").raw_text());
        let (Some(path_text), Some(content)) = (path.text(), content) else { continue };
        if content.trim().is_empty() {
            continue;
        }
        if !path_text.starts_with('/') || path_text.split('/').any(|part| part == "..") {
            path.fault("must be an absolute path without '..'");
        }
        if paths.iter().any(|other| other == path_text) {
            path.fault("another file has this path");
        }
        data.push((format!("input-{}", data.len()), content.to_owned()));
        paths.push(path_text.to_owned());
    }
    if !data.is_empty() {
        make("inputs", data, &files.path);
    }
    let run = RunSpec::new(sources, work);
    let mut data = vec![("run.json".to_owned(), pretty(&run))];
    if !sources.provider_name.is_empty() {
        data.push(("agent-runner.json".to_owned(), runner_json(sources, &run, work)));
    }
    make("spec", data, field);
    (config_maps, paths)
}

fn mount_config_maps(
    sources: &Sources<'_>,
    names: &Names<'_>,
    inputs: &[String],
    volumes: &mut Volumes<'_>,
) {
    if !inputs.is_empty() {
        let config = names.volume("inputs");
        let name = object_name(&config, "vol");
        for (index, path) in inputs.iter().enumerate() {
            let field = format!("provider.spec.inputFiles[{index}]");
            let mount = file(&name, path, &format!("input-{index}"));
            volumes.add(Layer::Provider, &field, config_map(&name, &config), mount);
        }
    }
    let config = names.volume("spec");
    let name = object_name(&config, "vol");
    let run = file(&name, RUN_PATH, "run.json");
    volumes.add(Layer::BuiltIn, "runner", config_map(&name, &config), run);
    if !sources.provider_name.is_empty() {
        let runner = file(&name, RUNNER_PATH, "agent-runner.json");
        volumes.add(Layer::BuiltIn, "runner", config_map(&name, &config), runner);
    }
}

/// The login of the model's provider.
struct Login<'a> {
    folder: &'a str,
    path: String,
}

fn mount_login<'a>(
    sources: &Sources<'a>,
    names: &Names<'_>,
    volumes: &mut Volumes<'_>,
    others: &[k8s_openapi::api::core::v1::VolumeMount],
) -> Option<Login<'a>> {
    let secret = &sources.settings.controller.auth_secret;
    if secret.name.is_empty() {
        return None;
    }
    let folder = secret.mount_path.strip_suffix('/').unwrap_or(&secret.mount_path);
    if !folder.starts_with('/') || folder.split('/').any(|part| part == "..") {
        let message = "must be an absolute path, not the root, and without '..'";
        sources.notes.fault(Reason::Invalid, "controller.authSecret.mountPath", message);
    }
    let field = "controller.authSecret";
    let is_mounted =
        volumes.has_mount_at(folder) || others.iter().any(|mount| mount.mount_path == folder);
    if !is_mounted {
        let name = names.volume("auth-home");
        let mount = k8s_openapi::api::core::v1::VolumeMount {
            name: name.clone(),
            mount_path: secret.mount_path.clone(),
            ..Default::default()
        };
        volumes.add(Layer::Controller, field, empty(&name), mount);
    }
    let path = format!("{folder}/{}", secret.key);
    let name = names.volume("auth-secret");
    let mut mount = file(&name, &path, &secret.key);
    mount.read_only = Some(true);
    volumes.add(Layer::Controller, field, secret_key(&name, &secret.name, &secret.key), mount);
    Some(Login { folder: &secret.mount_path, path })
}

fn mount_token(
    sources: &Sources<'_>,
    token: &IdentityToken<'_>,
    volumes: &mut Volumes<'_>,
    env: &mut Env<'_>,
) {
    let field = "provider.spec.workload.serviceAccountToken";
    if volumes.has_mount_at(token.folder) {
        let message = format!("something else is mounted at {}", token.folder);
        sources.notes.fault(Reason::Invalid, &format!("{field}.mountPath"), message);
        return;
    }
    let base = if sources.provider_name.is_empty() { sources.name } else { sources.provider_name };
    let (volume, mount) = token.volume(&object_name(base, "mcp-identity"));
    volumes.add(Layer::Provider, field, volume, mount);
    let path = format!("{}/token", token.folder);
    env.add(&Layer::BuiltIn, "runner", env::with_value("AGENTS_MCP_IDENTITY_TOKEN_PATH", &path));
}

fn automount(
    sources: &Sources<'_>,
    report: &Report,
    account: &Account,
    has_token: bool,
) -> Option<bool> {
    let field = format!("{POD}.automountServiceAccountToken");
    let of_provider = has_token.then_some(false);
    let settings = &sources.settings.service_account;
    let of_settings = (account.is_made && !settings.automount_token).then_some(false);
    let provider = "provider.spec.workload.serviceAccountToken";
    report.choose(
        &field,
        vec![
            Claim::perhaps(Layer::Provider, provider, of_provider),
            Claim::perhaps(Layer::Settings, "agentRun.serviceAccount.automountToken", of_settings),
        ],
    )
}

fn warn_of_root(sources: &Sources<'_>, has_login: bool) {
    let secret = &sources.settings.controller.auth_secret;
    let help = "set another path, or container.securityContext.runAsNonRoot to false";
    let is_of_root = |path: &str| path == "/root" || path.starts_with("/root/");
    if has_login && is_of_root(&secret.mount_path) {
        sources.notes.warn(format!(
            "controller.authSecret.mountPath: {} is in the home of root, and the container must not run as root, so \
             an image whose user is root does not start: {help}",
            secret.mount_path
        ));
    }
    for item in sources.provider.down(&["spec", "inputFiles"]).items() {
        let path = item.get("path");
        if let Some(text) = path.text().filter(|text| is_of_root(text)) {
            let message = "is in the home of root, and the container must not run as root";
            sources.notes.warn(format!("{}: {text} {message}: {help}", path.path));
        }
    }
}

/// Finds the image, and when it is pulled.
fn image(
    sources: &Sources<'_>,
    report: &Report,
    unit: &Unit<'_>,
) -> (Option<String>, Option<String>) {
    let mut claims = Vec::with_capacity(4);
    for (layer, workload) in &unit.workloads {
        let at = workload.get("image");
        claims.push(Claim::perhaps(layer.clone(), at.path.clone(), at.text().map(str::to_owned)));
    }
    let at = sources.provider.down(&["spec", "workload", "image"]);
    claims.push(Claim::perhaps(Layer::Provider, at.path.clone(), at.text().map(str::to_owned)));
    let of_settings = image_of_settings(sources);
    let (layer, field) = match sources.profile {
        Some((name, profile)) if profile.image != Image::default() => {
            (Layer::Profile(name.to_owned()), format!("agentRun.profiles.{name}.image"))
        }
        _ => (Layer::Defaults, "agentRun.defaults.image".to_owned()),
    };
    claims.push(Claim::perhaps(layer, field, of_settings));
    let is_said = claims.iter().any(|claim| !claim.said.is_nothing());
    let image = report.choose(&format!("{CONTAINER}.image"), claims);
    if let Some(image) = &image {
        let place = report.origin_of_last(&format!("{CONTAINER}.image"));
        let field = place.map_or_else(String::new, |place| place.field);
        Policy::of(sources).image(sources, &field, image);
    }
    if !is_said {
        let field = "spec.workload.image";
        let message = "neither the run, its provider nor agentRun.defaults.image names an image";
        sources.notes.fault(Reason::MissingWorkloadImage, field, message);
    }
    let policy = sources.settings_of("image.pullPolicy", |it| &it.image.pull_policy);
    let policy = policy.into_iter().map(|(layer, field, said)| {
        let said =
            if said.value().is_some_and(String::is_empty) { Said::Nothing } else { said.clone() };
        Claim::said(layer, field, said)
    });
    let policy = report.choose(&format!("{CONTAINER}.imagePullPolicy"), policy.collect());
    (image, policy)
}

/// Makes an image of its parts: the tag, and the digest behind it.
fn image_of_settings(sources: &Sources<'_>) -> Option<String> {
    let part = |said: Vec<(Layer, String, &Said<String>)>| {
        let said = said.into_iter().find(|(_, _, said)| !said.is_nothing());
        said.and_then(|(_, _, said)| said.value().cloned()).unwrap_or_default()
    };
    let repository = part(sources.settings_of("image.repository", |it| &it.image.repository));
    let tag = part(sources.settings_of("image.tag", |it| &it.image.tag));
    let digest = part(sources.settings_of("image.digest", |it| &it.image.digest));
    if repository.is_empty() {
        return None;
    }
    if tag.is_empty() && digest.is_empty() {
        let message = "a tag or a digest must be given";
        sources.notes.fault(Reason::Invalid, "agentRun.defaults.image.tag", message);
    }
    let mut image = repository;
    for (sign, part) in [(':', tag), ('@', digest)] {
        if !part.is_empty() {
            image.push(sign);
            image.push_str(&part);
        }
    }
    Some(image)
}

fn pod_labels(sources: &Sources<'_>, report: &Report, labels: &Labels) -> Labels {
    let field = "spec.template.metadata.labels";
    let mut claims =
        vec![Claim::perhaps(Layer::BuiltIn, "labels of the run", Some(labels.clone()))];
    let said = sources.settings_of("pod.labels", |it| &it.pod.labels);
    claims.extend(
        said.into_iter().map(|(layer, field, said)| Claim::said(layer, field, said.clone())),
    );
    serde_json::from_value(report.merge(field, claims)).unwrap_or_default()
}

fn annotations(sources: &Sources<'_>, report: &Report) -> Option<Labels> {
    let said = sources.settings_of("pod.annotations", |it| &it.pod.annotations);
    let claims =
        said.into_iter().map(|(layer, field, said)| Claim::said(layer, field, said.clone()));
    let merged = report.merge("spec.template.metadata.annotations", claims.collect());
    let annotations: Option<Labels> = serde_json::from_value(merged).ok();
    annotations.filter(|annotations| !annotations.is_empty())
}

fn job_spec(sources: &Sources<'_>, report: &Report, template: PodTemplateSpec) -> JobSpec {
    let config = |key: &str, least: i64, most: i64| {
        let at = sources.config(key);
        let number = at.number().map(|number| number.max(least));
        if number.is_some_and(|number| number > most) {
            at.fault(format!("must be at most {most}"));
        }
        Claim::perhaps(Layer::RuntimeConfig, at.path, number)
    };
    let settings = |key: &str, pick: fn(&crate::settings::JobDefaults) -> Said<i64>| {
        let mut claims = Vec::with_capacity(2);
        if let Some((name, profile)) = sources.profile {
            let field = format!("agentRun.profiles.{name}.job.{key}");
            claims.push(Claim::said(Layer::Profile(name.to_owned()), field, pick(&profile.job)));
        }
        let field = format!("agentRun.defaults.job.{key}");
        claims.push(Claim::said(Layer::Defaults, field, pick(&sources.settings.defaults.job)));
        claims
    };
    let chosen = |key: &str, least: i64, most: i64, pick, default: Option<i64>| {
        let mut claims = vec![config(key, least, most)];
        claims.extend(settings(key, pick));
        claims.push(Claim::perhaps(Layer::BuiltIn, "controllers", default));
        let number = report.choose(&format!("spec.{key}"), claims)?;
        Some((number, number.clamp(i64::from(i32::MIN), i64::from(i32::MAX))))
    };
    let int = |(_, number): (i64, i64)| i32::try_from(number).unwrap_or(i32::MAX);
    let most = i64::from(i32::MAX);
    // Jobs are not retried by themselves: what a run did, such as a pull request, would be done twice.
    let backoff = chosen("backoffLimit", 0, most, |job| number(&job.backoff_limit), Some(0));
    let deadline = |job: &crate::settings::JobDefaults| number(&job.active_deadline_seconds);
    let deadline = chosen("activeDeadlineSeconds", 1, MAX_TTL_SECONDS, deadline, None);
    let completions = chosen("completions", 0, most, |job| number(&job.completions), None);
    let parallelism = chosen("parallelism", 0, most, |job| number(&job.parallelism), None);
    JobSpec {
        active_deadline_seconds: deadline.map(|(number, _)| number),
        backoff_limit: backoff.map(int),
        completions: completions.map(int),
        parallelism: parallelism.map(int),
        template,
        ttl_seconds_after_finished: ttl(sources, report),
        ..JobSpec::default()
    }
}

fn number<const MIN: i64, const MAX: i64>(
    said: &Said<crate::settings::Whole<MIN, MAX>>,
) -> Said<i64> {
    match said {
        Said::Nothing => Said::Nothing,
        Said::Null => Said::Null,
        Said::Value(number) => Said::Value(number.get()),
    }
}

/// Finds how long the finished job stays: the run's word, the settings', the controllers'; then within the bounds.
fn ttl(sources: &Sources<'_>, report: &Report) -> Option<i32> {
    let settings = sources.settings;
    let controller = &settings.controller;
    let key = "ttlSecondsAfterFinished";
    let config = sources.config(key);
    let of_run = config.number();
    let of_run = match of_run {
        Some(..=0) => Said::Null,
        Some(number) => Said::Value(number),
        None => Said::Nothing,
    };
    let is_of_run = !of_run.is_nothing();
    let mut claims = vec![Claim::said(Layer::RuntimeConfig, config.path, of_run)];
    if let Some((name, profile)) = sources.profile {
        let field = format!("agentRun.profiles.{name}.job.{key}");
        let said = number(&profile.job.ttl_seconds_after_finished);
        claims.push(Claim::said(Layer::Profile(name.to_owned()), field, said));
    }
    let is_decided = is_of_run || claims.last().is_some_and(|claim| !claim.said.is_nothing());
    let shared = [
        (
            Layer::Defaults,
            "agentRun.defaults.job.ttlSecondsAfterFinished",
            number(&settings.defaults.job.ttl_seconds_after_finished),
        ),
        (
            Layer::Settings,
            "agentRun.retention.jobTtlSeconds",
            number(&settings.retention.job_ttl_seconds),
        ),
        (Layer::Controller, "controller.jobTtlSeconds", number(&controller.job_ttl_seconds)),
        (
            Layer::Controller,
            "controller.jobTtlSecondsAfterFinished",
            number(&controller.job_ttl_seconds_after_finished),
        ),
    ];
    if !is_decided {
        // 600 is what controllers take where nothing is said, and what the chart ships.
        let is_silent =
            |layer: &Layer, number: i64| *layer == Layer::Controller && number == TTL_SECONDS;
        let said: Vec<(&str, i64)> = shared
            .iter()
            .filter_map(|(layer, field, said)| Some((layer, *field, *said.value()?)))
            .filter(|(layer, _, number)| !is_silent(layer, *number))
            .map(|(_, field, number)| (field, number))
            .collect();
        if said.windows(2).any(|pair| pair[0].1 != pair[1].1) {
            let parts: Vec<String> =
                said.iter().map(|(field, number)| format!("{field}={number}")).collect();
            sources.notes.warn(format!(
                "jobs are kept for different times: {}; the first counts",
                parts.join(", ")
            ));
        }
    }
    claims.extend(shared.into_iter().map(|(layer, field, said)| Claim::said(layer, field, said)));
    claims.push(Claim::perhaps(Layer::BuiltIn, "controllers", Some(TTL_SECONDS)));
    let seconds = report.choose(&format!("spec.{key}"), claims)?;
    let clamped = seconds.clamp(MIN_TTL_SECONDS, MAX_TTL_SECONDS);
    if clamped != seconds {
        let from = report.origin_of_last(&format!("spec.{key}"));
        let field = from.map_or_else(String::new, |place| place.field);
        sources
            .notes
            .warn(format!("{field}: {seconds} s is out of bounds, and becomes {clamped} s"));
    }
    i32::try_from(clamped).ok()
}
