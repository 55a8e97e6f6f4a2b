//! What a run may do with a repository: its branches, its login, and the variables by which runners know.

use std::borrow::Cow;

use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EnvVar, KeyToPath, SecretVolumeSource, Volume, VolumeMount,
};
use serde::Serialize;
use serde_json::Value;

use super::at::At;
use super::env::{from_secret, with_value};
use super::event::Event;
use super::labels::Labels;
use super::names::object_name;
use super::policy::{Policy, matches_any};
use super::report::to_json;
use super::sources::Sources;
use super::template::Context;
use crate::Reason;

/// A repository as runners read of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repository {
    provider: String,
    provider_name: String,
    #[serde(rename = "repository")]
    path: String,
    pub(super) base_branch: String,
    pub(super) head_branch: String,
    mode: &'static str,
    write_enabled: bool,
    pull_requests_enabled: bool,
    api_base_url: Option<String>,
    clone_base_url: Option<String>,
    web_base_url: Option<String>,
    clone_protocol: Option<String>,
    ssh_host: Option<String>,
    ssh_user: Option<String>,
    defaults: RepositoryDefaults,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryDefaults {
    base_branch: Option<String>,
    branch_template: Option<String>,
    branch_conflict_suffix_template: Option<String>,
    commit_author_name: Option<String>,
    commit_author_email: Option<String>,
    pull_request: PullRequestDefaults,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PullRequestDefaults {
    enabled: bool,
    draft: bool,
    title_template: Option<String>,
    body_template: Option<String>,
}

/// A repository, and what a pod needs for it.
#[derive(Debug, Default)]
pub(super) struct Access {
    pub(super) repository: Option<Repository>,
    pub(super) env: Vec<EnvVar>,
    pub(super) volumes: Vec<Volume>,
    pub(super) mounts: Vec<VolumeMount>,
}

/// What a kind of provider takes for a login.
struct Adapter {
    methods: &'static [&'static str],
    token_types: &'static [&'static str],
    old_token_types: &'static [&'static str],
    username: &'static str,
    token_type: Option<&'static str>,
}

fn adapter(kind: &str) -> Adapter {
    let most: &[&str] = &["token", "ssh", "none"];
    let adapter = |token_types, username, token_type| Adapter {
        methods: most,
        token_types,
        old_token_types: &[],
        username,
        token_type,
    };
    match kind {
        "github" => Adapter {
            methods: &["token", "app", "ssh", "none"],
            old_token_types: &["pat"],
            ..adapter(
                &["pat", "fine_grained", "access_token"],
                "x-access-token",
                Some("fine_grained"),
            )
        },
        "gitlab" => adapter(&["pat", "access_token"], "oauth2", Some("access_token")),
        "bitbucket" => adapter(&["access_token"], "x-token-auth", Some("access_token")),
        "gitea" => adapter(&["api_token", "access_token"], "git", Some("api_token")),
        _ => adapter(&["pat", "fine_grained", "api_token", "access_token"], "git", None),
    }
}

/// What keeps a run from its repository: a fault where the run needs it, or where it is final, else a warning.
struct Refusal {
    reason: Reason,
    message: String,
    is_final: bool,
}

impl Refusal {
    fn new(message: String) -> Self {
        Self { reason: Reason::VersionControl, message, is_final: false }
    }
}

/// Where pods find a key of SSH.
const SSH_FOLDER: &str = "/var/run/secrets/agents/vcs/ssh";

/// Where they find the hosts that it is known for.
const KNOWN_HOSTS_FOLDER: &str = "/var/run/secrets/agents/vcs/known-hosts";

/// Tells what a run may do with its repository, and what its pod needs for that.
pub(super) fn access(
    sources: &Sources<'_>,
    implementation: &Value,
    parameters: &Labels,
    event: &Event,
) -> Access {
    let policy = sources.run.down(&["spec", "vcsPolicy"]);
    let desired = policy.get("mode").text().unwrap_or("read-write");
    let is_required = policy.get("required").flag() == Some(true) && desired != "none";
    let of_implementation = implementation.get("vcsRef").and_then(|it| it.get("name"));
    let of_run = sources.run.down(&["spec", "vcsRef", "name"]).text();
    let name = of_run
        .or_else(|| of_implementation.and_then(Value::as_str).filter(|name| !name.is_empty()))
        .or_else(|| sources.agent.down(&["spec", "vcsRef", "name"]).text());
    let field = "spec.vcsRef.name";
    let providers = sources.settings.controller.others.get("vcsProviders").map(to_json);
    let is_off = providers.is_some_and(|it| it.get("enabled") == Some(&Value::Bool(false)));
    if is_off {
        if name.is_some() {
            let message = "controller.vcsProviders is off: the run is planned without a repository";
            sources.notes.warn(message);
        }
        return Access::default();
    }
    let Some(name) = name else {
        if is_required {
            let message = "the policy requires version control, and no provider is named";
            sources.notes.fault(Reason::VersionControl, field, message);
        }
        return Access::default();
    };
    let found = sources.version_control.down(&["metadata", "name"]).text();
    if found != Some(name) {
        let message = format!("there is no version control provider {name:?}");
        if found.is_some() && is_required {
            sources.notes.fault(Reason::VersionControl, field, message);
        } else {
            sources.notes.warn(format!("{message}: the run is planned without it"));
        }
        return Access::default();
    }
    match granted(sources, name, desired, parameters, event, is_required) {
        Ok(access) => access,
        Err(Refusal { reason, message, is_final }) => {
            if is_required || is_final {
                sources.notes.fault(reason, field, message);
            } else {
                sources.notes.warn(format!("{message}: the run is planned without a repository"));
            }
            Access::default()
        }
    }
}

/// The variables of one plan, which leave out what is empty.
struct Variables(Vec<EnvVar>);

impl Variables {
    fn put(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.0.push(with_value(name, value));
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.0.push(with_value(name, if value { "true" } else { "false" }));
    }
}

fn granted(
    sources: &Sources<'_>,
    name: &str,
    desired: &str,
    parameters: &Labels,
    event: &Event,
    is_required: bool,
) -> Result<Access, Refusal> {
    let spec = sources.version_control.get("spec");
    let refuse = |message: String| Err(Refusal::new(message));
    let text = |at: &At<'_>, key: &str| at.get(key).text().map(str::to_owned);
    let kind = spec.get("provider").text().unwrap_or("generic");
    let repository = event.repository.as_str();
    if repository.is_empty() {
        return refuse("no parameter names the repository".to_owned());
    }
    let lists = spec.get("repositoryPolicy");
    let matches = |key: &str| {
        let patterns = lists.get(key).list();
        (!patterns.is_empty()).then(|| matches_any(repository, &patterns))
    };
    let denied =
        |message: String| Err(Refusal { is_final: desired != "none", ..Refusal::new(message) });
    if matches("deny") == Some(true) {
        return denied(format!("{name} denies the repository {repository}"));
    }
    if matches("allow") == Some(false) {
        return denied(format!("{name} does not allow the repository {repository}"));
    }
    if desired == "none" {
        return Ok(Access::default());
    }
    let can = |key: &str| spec.down(&["capabilities", key]).flag() != Some(false);
    let mut mode = if desired == "read-only" { "read-only" } else { "read-write" };
    if mode == "read-write" && !can("write") {
        mode = "read-only";
    }
    if mode == "read-only" && !can("read") {
        return refuse(format!("{name} cannot give {desired}"));
    }
    if is_required && mode != desired {
        return refuse(format!("{name} cannot give {desired}"));
    }

    let defaults = spec.get("defaults");
    let pull_request = defaults.get("pullRequest");
    let base_branch = match event.base.as_str() {
        "" => text(&defaults, "baseBranch").unwrap_or_default(),
        base => base.to_owned(),
    };
    let branch_template = text(&defaults, "branchTemplate");
    let head_branch = head_branch(sources, parameters, event, branch_template.as_deref(), mode);

    let mut access = Access::default();
    let login = Login::of(sources, &spec, kind, &mut access)?;
    let can_write = mode == "read-write" && login.is_available;
    if mode == "read-write" && !can_write {
        if is_required {
            return refuse(format!("{name} has no login that may write"));
        }
        mode = "read-only";
    }
    let opens = pull_request.get("enabled").flag() != Some(false);
    let repository = Repository {
        provider: kind.to_owned(),
        provider_name: name.to_owned(),
        path: repository.to_owned(),
        base_branch,
        head_branch,
        mode,
        write_enabled: can_write,
        pull_requests_enabled: can_write && can("pullRequests") && opens,
        api_base_url: text(&spec, "apiBaseUrl")
            .or_else(|| (kind == "github").then(|| "https://api.github.com".to_owned())),
        clone_base_url: text(&spec, "cloneBaseUrl"),
        web_base_url: text(&spec, "webBaseUrl"),
        clone_protocol: text(&spec, "cloneProtocol"),
        ssh_host: text(&spec, "sshHost"),
        ssh_user: text(&spec, "sshUser"),
        defaults: RepositoryDefaults {
            base_branch: text(&defaults, "baseBranch"),
            branch_template,
            branch_conflict_suffix_template: text(&defaults, "branchConflictSuffixTemplate"),
            commit_author_name: text(&defaults, "commitAuthorName"),
            commit_author_email: text(&defaults, "commitAuthorEmail"),
            pull_request: PullRequestDefaults {
                enabled: opens,
                draft: pull_request.get("draft").flag() == Some(true),
                title_template: text(&pull_request, "titleTemplate"),
                body_template: text(&pull_request, "bodyTemplate"),
            },
        },
    };
    access.env.append(&mut variables(sources, &repository, login.username.as_deref()));
    access.repository = Some(repository);
    Ok(access)
}

fn variables(
    sources: &Sources<'_>,
    repository: &Repository,
    username: Option<&str>,
) -> Vec<EnvVar> {
    let defaults = &repository.defaults;
    let mut env = Variables(Vec::with_capacity(24));
    env.put("VCS_PROVIDER", Some(&repository.provider));
    env.put("VCS_PROVIDER_NAME", Some(&repository.provider_name));
    env.put("VCS_API_BASE_URL", repository.api_base_url.as_deref());
    env.put("VCS_CLONE_BASE_URL", repository.clone_base_url.as_deref());
    env.put("VCS_WEB_BASE_URL", repository.web_base_url.as_deref());
    env.put("VCS_REPOSITORY", Some(&repository.path));
    env.put("VCS_BASE_BRANCH", Some(&repository.base_branch));
    env.put("VCS_HEAD_BRANCH", Some(&repository.head_branch));
    env.put("VCS_CLONE_PROTOCOL", repository.clone_protocol.as_deref());
    env.put("VCS_SSH_HOST", repository.ssh_host.as_deref());
    env.put("VCS_SSH_USER", repository.ssh_user.as_deref());
    env.put("VCS_USERNAME", username);
    env.put("GIT_ASKPASS_USERNAME", username);
    env.put("VCS_BRANCH_TEMPLATE", defaults.branch_template.as_deref());
    let conflict = defaults.branch_conflict_suffix_template.as_deref();
    env.put("VCS_BRANCH_CONFLICT_SUFFIX_TEMPLATE", conflict);
    let (name, email) = (&defaults.commit_author_name, &defaults.commit_author_email);
    env.put("VCS_COMMIT_AUTHOR_NAME", name.as_deref());
    env.put("VCS_COMMIT_AUTHOR_EMAIL", email.as_deref());
    env.put("GIT_AUTHOR_NAME", name.as_deref());
    env.put("GIT_COMMITTER_NAME", name.as_deref());
    env.put("GIT_AUTHOR_EMAIL", email.as_deref());
    env.put("GIT_COMMITTER_EMAIL", email.as_deref());
    env.put("VCS_PR_TITLE_TEMPLATE", defaults.pull_request.title_template.as_deref());
    env.put("VCS_PR_BODY_TEMPLATE", defaults.pull_request.body_template.as_deref());
    let providers = sources.settings.controller.others.get("vcsProviders").map(to_json);
    let limits = providers.as_ref().and_then(|it| it.get("prRateLimits")?.as_object());
    let limits = limits.filter(|limits| !limits.is_empty()).map(to_json);
    env.put("VCS_PR_RATE_LIMITS", limits.map(|limits| limits.to_string()).as_deref());
    env.flag("VCS_PR_DRAFT", defaults.pull_request.draft);
    env.flag("VCS_WRITE_ENABLED", repository.write_enabled);
    env.flag("VCS_PULL_REQUESTS_ENABLED", repository.pull_requests_enabled);
    env.put("VCS_MODE", Some(repository.mode));
    env.0
}

fn head_branch(
    sources: &Sources<'_>,
    parameters: &Labels,
    event: &Event,
    template: Option<&str>,
    mode: &str,
) -> String {
    if !event.head.is_empty() {
        return event.head.clone();
    }
    let own = || format!("codex/{}", sources.name);
    let Some(template) = template else {
        return if mode == "read-write" { own() } else { String::new() };
    };
    let mut context = Context::default();
    for (key, value) in event.metadata.map.iter().chain(parameters) {
        context.add_text(key, value);
    }
    let run = serde_json::json!({"name": sources.name, "namespace": sources.namespace});
    context.add("agentRun", Cow::Owned(run));
    context.add("parameters", Cow::Owned(to_json(parameters)));
    context.add("metadata", Cow::Owned(to_json(&event.metadata.map)));
    context.add("event", Cow::Owned(to_json(event)));
    let branch = context.render(template);
    let branch = branch.trim();
    if branch.split('/').any(str::is_empty) { own() } else { branch.to_owned() }
}

/// How a run logs in.
struct Login {
    is_available: bool,
    username: Option<String>,
}

impl Login {
    fn of(
        sources: &Sources<'_>,
        spec: &At<'_>,
        kind: &str,
        access: &mut Access,
    ) -> Result<Self, Refusal> {
        let auth = spec.get("auth");
        let adapter = adapter(kind);
        let secret_of = |path: &[&str]| auth.down(path).get("name").text();
        let token = secret_of(&["token", "secretRef"]);
        let app = secret_of(&["app", "privateKeySecretRef"]);
        let ssh = secret_of(&["ssh", "privateKeySecretRef"]);
        let method = auth.get("method").text().unwrap_or(match (token, app, ssh) {
            (Some(_), _, _) => "token",
            (None, Some(_), _) => "app",
            (None, None, Some(_)) => "ssh",
            (None, None, None) => "none",
        });
        let refuse = |message: String| Err(Refusal::new(message));
        if !adapter.methods.contains(&method) {
            return refuse(format!("a login by {method} does not fit a provider of type {kind}"));
        }
        let said = auth.get("username").text().map(str::to_owned);
        let username = match method {
            "token" | "app" => said.or_else(|| Some(adapter.username.to_owned())),
            _ => said,
        };
        let key = |path: &[&str], default: &str| {
            auth.down(path).get("key").text().unwrap_or(default).to_owned()
        };
        let missing = |field: &str| Refusal::new(format!("the provider needs spec.auth.{field}"));
        match method {
            "token" => {
                let kind_of_token = auth.down(&["token", "type"]).text().or(adapter.token_type);
                if let Some(found) = kind_of_token {
                    if !adapter.token_types.contains(&found) {
                        return refuse(format!("tokens of type {found} do not fit {kind}"));
                    }
                    if adapter.old_token_types.contains(&found) {
                        let message = format!("tokens of type {found} are deprecated for {kind}");
                        sources.notes.warn(message);
                    }
                }
                let name = token.ok_or_else(|| missing("token.secretRef.name"))?;
                allowed(sources, name)?;
                let key = key(&["token", "secretRef"], "token");
                let variables: &[&str] = match kind {
                    "github" => &["VCS_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"],
                    _ => &["VCS_TOKEN"],
                };
                let variables = variables.iter().map(|variable| from_secret(variable, name, &key));
                access.env.extend(variables);
            }
            "app" => {
                let has_ids =
                    ["appId", "installationId"].iter().all(|id| auth.down(&["app", id]).is_set());
                let name = app.filter(|_| has_ids);
                let name = name.ok_or_else(|| {
                    missing("app.appId, installationId and privateKeySecretRef.name")
                })?;
                allowed(sources, name)?;
                sources.notes.warn(
                    "the token of a GitHub App is made when the run starts: VCS_TOKEN, GITHUB_TOKEN and \
                     GH_TOKEN are not planned",
                );
            }
            "ssh" => {
                let name = ssh.ok_or_else(|| missing("ssh.privateKeySecretRef.name"))?;
                allowed(sources, name)?;
                mount_ssh(sources, &auth, name, access);
            }
            _ => {}
        }
        Ok(Self { is_available: method != "none", username })
    }
}

fn mount_ssh(sources: &Sources<'_>, auth: &At<'_>, secret: &str, access: &mut Access) {
    let key = auth.down(&["ssh", "privateKeySecretRef", "key"]).text().unwrap_or("privateKey");
    let item =
        |key: &str| Some(vec![KeyToPath { key: key.to_owned(), path: key.to_owned(), mode: None }]);
    let mut mount = |suffix: &str, folder: &str, volume: Volume| {
        let name = object_name(sources.name, suffix);
        access.mounts.push(VolumeMount {
            name: name.clone(),
            mount_path: folder.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        });
        access.volumes.push(Volume { name, ..volume });
    };
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_owned()),
        items: item(key),
        ..SecretVolumeSource::default()
    };
    mount("vcs-ssh", SSH_FOLDER, Volume { secret: Some(source), ..Volume::default() });
    access.env.push(with_value("VCS_SSH_KEY_PATH", &format!("{SSH_FOLDER}/{key}")));
    let hosts = auth.down(&["ssh", "knownHostsConfigMapRef"]);
    if let Some(name) = hosts.get("name").text() {
        let key = hosts.get("key").text().unwrap_or("known_hosts");
        let source = ConfigMapVolumeSource {
            name: name.to_owned(),
            items: item(key),
            ..ConfigMapVolumeSource::default()
        };
        let volume = Volume { config_map: Some(source), ..Volume::default() };
        mount("vcs-known-hosts", KNOWN_HOSTS_FOLDER, volume);
        let path = format!("{KNOWN_HOSTS_FOLDER}/{key}");
        access.env.push(with_value("VCS_SSH_KNOWN_HOSTS_PATH", &path));
    }
}

fn allowed(sources: &Sources<'_>, secret: &str) -> Result<(), Refusal> {
    Policy::of(sources).secret(sources, "versionControlProvider.spec.auth", secret);
    if sources.allows_secret(secret) {
        return Ok(());
    }
    let message = format!("the agent does not allow the Secret {secret}");
    Err(Refusal { reason: Reason::SecretNotAllowed, ..Refusal::new(message) })
}
