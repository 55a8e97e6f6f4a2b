//! `VersionControlProvider`: who hosts repositories, and how runs reach them.

use kube::CustomResource;
use pintle_manifest::typed::IntOrString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{self, Condition, ConfigMapRef, SecretRef};

/// Who hosts repositories, and how runs reach them.
#[derive(CustomResource, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "agents.proompteng.ai",
    version = "v1alpha1",
    kind = "VersionControlProvider",
    namespaced,
    status = "VersionControlProviderStatus",
    doc = "Who hosts repositories, and how runs reach them.",
    derive = "PartialEq",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Provider", type_ = "string", json_path = ".spec.provider")
)]
#[serde(rename_all = "camelCase")]
pub struct VersionControlProviderSpec {
    /// Who hosts them.
    pub provider: VcsProvider,
    /// The address of its API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri"))]
    pub api_base_url: Option<String>,
    /// The address that repositories are cloned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri"))]
    pub clone_base_url: Option<String>,
    /// The address for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri"))]
    pub web_base_url: Option<String>,
    /// How repositories are cloned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone_protocol: Option<CloneProtocol>,
    /// The host, for cloning by SSH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh_host: Option<String>,
    /// The user, for cloning by SSH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh_user: Option<String>,
    /// How to log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<VcsAuth>,
    /// Which repositories runs may reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_policy: Option<RepositoryPolicy>,
    /// What runs may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<VcsCapabilities>,
    /// What runs get unless they say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<VcsDefaults>,
}

/// Who hosts repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VcsProvider {
    /// GitHub.
    #[serde(rename = "github")]
    GitHub,
    /// GitLab.
    #[serde(rename = "gitlab")]
    GitLab,
    /// Bitbucket.
    #[serde(rename = "bitbucket")]
    Bitbucket,
    /// Gitea.
    #[serde(rename = "gitea")]
    Gitea,
    /// Anything that speaks Git.
    #[serde(rename = "generic")]
    Generic,
}

/// How repositories are cloned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CloneProtocol {
    /// By HTTPS.
    #[serde(rename = "https")]
    Https,
    /// By SSH.
    #[serde(rename = "ssh")]
    Ssh,
}

/// How to log in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsAuth {
    /// The way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<VcsAuthMethod>,
    /// For method `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<VcsTokenAuth>,
    /// For method `app`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<VcsAppAuth>,
    /// For method `ssh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<VcsSshAuth>,
    /// The user that goes with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// Ways to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VcsAuthMethod {
    /// With a token.
    #[serde(rename = "token")]
    Token,
    /// As an app of GitHub.
    #[serde(rename = "app")]
    App,
    /// With a key.
    #[serde(rename = "ssh")]
    Ssh,
    /// Not at all.
    #[serde(rename = "none")]
    None,
}

/// A login with a token.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsTokenAuth {
    /// The Secret with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<SecretRef>,
    /// What kind of token it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<VcsTokenType>,
}

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VcsTokenType {
    /// A personal one.
    #[serde(rename = "pat")]
    Pat,
    /// A personal one with few rights.
    #[serde(rename = "fine_grained")]
    FineGrained,
    /// One of the API.
    #[serde(rename = "api_token")]
    ApiToken,
    /// One of a project or group.
    #[serde(rename = "access_token")]
    AccessToken,
}

/// A login as an app of GitHub.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsAppAuth {
    /// The app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::int_or_string")]
    pub app_id: Option<IntOrString>,
    /// Its installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::int_or_string")]
    pub installation_id: Option<IntOrString>,
    /// The Secret with its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key_secret_ref: Option<SecretRef>,
    /// How long its tokens are good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub token_ttl_seconds: Option<i32>,
}

/// A login with a key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsSshAuth {
    /// The Secret with the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key_secret_ref: Option<SecretRef>,
    /// The `ConfigMap` with the keys of hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_hosts_config_map_ref: Option<ConfigMapRef>,
}

/// Which repositories runs may reach; `*` stands for any text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryPolicy {
    /// Those that they may; all if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200))]
    pub allow: Vec<String>,
    /// Those that they may not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200))]
    pub deny: Vec<String>,
}

/// What runs may do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsCapabilities {
    /// Read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
    /// Write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<bool>,
    /// Ask for changes to be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_requests: Option<bool>,
}

/// What runs get unless they say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsDefaults {
    /// The branch to begin from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_branch: Option<String>,
    /// A template of the branch to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_template: Option<String>,
    /// A template of what follows its name if there is such a branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_conflict_suffix_template: Option<String>,
    /// Who commits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_author_name: Option<String>,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_author_email: Option<String>,
    /// How changes are offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequestDefaults>,
}

/// How changes are offered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PullRequestDefaults {
    /// Whether they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether as a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<bool>,
    /// A template of the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_template: Option<String>,
    /// A template of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_template: Option<String>,
}

/// What a controller knows of a host of repositories.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionControlProviderStatus {
    /// What is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// When the login was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub last_validated_at: Option<String>,
    /// When this was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub updated_at: Option<String>,
    /// For which generation it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}
