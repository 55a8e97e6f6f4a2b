//! What a runner reads: `run.json` and `agent-runner.json`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::event::Event;
use super::labels::Labels;
use super::report::to_json;
use super::sources::Sources;
use super::template::Context;
use super::version_control::Repository;

/// The run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunSpec<'a> {
    provider: &'a str,
    agent_run: RunName<'a>,
    implementation: &'a Value,
    pub(super) parameters: &'a Labels,
    memory: Option<Memory<'a>>,
    artifacts: &'a [Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    vcs: Option<&'a Repository>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<Goal<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_prompt: Option<&'a str>,
    #[serde(flatten)]
    event: &'a Event,
}

#[derive(Debug, Serialize)]
struct RunName<'a> {
    name: &'a str,
    uid: &'a str,
    namespace: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Memory<'a> {
    r#type: &'a str,
    connection_ref: &'a str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Goal<'a> {
    objective: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_budget: Option<i64>,
}

/// What one job works on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) implementation: &'a Value,
    pub(super) parameters: &'a Labels,
    pub(super) event: &'a Event,
    pub(super) repository: Option<&'a Repository>,
    pub(super) artifacts: &'a [Value],
    /// the prompt, where it is no reference
    pub(super) system_prompt: Option<&'a str>,
    /// where the prompt is mounted, where it is one
    pub(super) system_prompt_path: Option<&'a str>,
    /// the hash of the prompt, where it is known
    pub(super) system_prompt_hash: Option<&'a str>,
}

impl<'a> RunSpec<'a> {
    /// Tells a run as its runner reads it.
    pub(super) fn new(sources: &'a Sources<'a>, work: Work<'a>) -> Self {
        let memory = &sources.memory;
        let goal = sources.run.down(&["spec", "goal"]);
        let objective = goal.get("objective").text();
        Self {
            provider: sources.provider_name,
            agent_run: RunName {
                name: sources.name,
                uid: sources.uid.unwrap_or_default(),
                namespace: sources.namespace,
            },
            implementation: work.implementation,
            parameters: work.parameters,
            memory: memory.is_set().then(|| Memory {
                r#type: memory.down(&["spec", "type"]).text().unwrap_or("custom"),
                connection_ref: memory
                    .down(&["spec", "connection", "secretRef", "name"])
                    .text()
                    .unwrap_or_default(),
            }),
            artifacts: work.artifacts,
            vcs: work.repository,
            goal: objective.map(|objective| Goal {
                objective,
                token_budget: goal.get("tokenBudget").number().filter(|budget| *budget > 0),
            }),
            system_prompt: work.system_prompt,
            event: work.event,
        }
    }
}

/// Gives what the provider's templates can name.
pub(super) fn context<'a>(
    sources: &'a Sources<'_>,
    implementation: &'a Value,
    parameters: &Labels,
    repository: Option<&Repository>,
) -> Context<'a> {
    let empty = || Cow::Owned(Value::Object(Map::new()));
    let agent = sources.agent.get("spec");
    let mut context = Context::default();
    let run = RunName {
        name: sources.name,
        uid: sources.uid.unwrap_or_default(),
        namespace: sources.namespace,
    };
    context.add("agentRun", Cow::Owned(to_json(&run)));
    let field = |key: &str| agent.get(key).value().cloned();
    context.add(
        "agent",
        Cow::Owned(serde_json::json!({
            "name": sources.agent_name,
            "config": field("config").unwrap_or_else(|| Value::Object(Map::new())),
            "env": field("env").unwrap_or_else(|| Value::Array(Vec::new())),
        })),
    );
    context.add("implementation", Cow::Borrowed(implementation));
    let parameters = to_json(parameters);
    context.add("parameters", Cow::Owned(parameters.clone()));
    context.add("inputs", Cow::Owned(parameters));
    context.add("memory", sources.memory.value().map_or_else(empty, Cow::Borrowed));
    context.add("vcs", repository.map_or_else(empty, |repository| Cow::Owned(to_json(repository))));
    context
}

/// Renders the artifacts that a provider promises.
pub(super) fn artifacts(sources: &Sources<'_>, context: &Context<'_>) -> Vec<Value> {
    let promised = sources.provider.down(&["spec", "outputArtifacts"]);
    let rendered = promised.items().into_iter().filter_map(|artifact| {
        let mut map = Map::new();
        map.insert("name".to_owned(), artifact.get("name").text()?.into());
        for key in ["path", "key", "url"] {
            if let Some(text) = artifact.get(key).text() {
                map.insert(key.to_owned(), context.render(text).into());
            }
        }
        Some(Value::Object(map))
    });
    rendered.collect()
}

/// How a runner runs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunnerSpec<'a> {
    schema_version: &'static str,
    provider: &'a str,
    inputs: &'a Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<Goal<'a>>,
    payloads: Payloads,
    artifacts: RunnerArtifacts,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_spec: Option<BTreeMap<&'static str, &'a Value>>,
    adapter: Value,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Payloads {
    event_file_path: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunnerArtifacts {
    status_path: &'static str,
    log_path: &'static str,
    log_retention_seconds: i64,
}

/// Where a runner finds the run.
pub(super) const RUN_PATH: &str = "/workspace/run.json";

/// Where it finds how to run.
pub(super) const RUNNER_PATH: &str = "/workspace/agent-runner.json";

/// Where it leaves how it ended.
pub(super) const STATUS_PATH: &str = "/workspace/.agent/status.json";

/// How long logs of runs are kept unless the chart says otherwise: a week.
const LOG_RETENTION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The binary of the runner, which knows the model's provider itself.
pub(super) const RUNNER: &str = "/usr/local/bin/agent-runner";

/// Writes `agent-runner.json`.
pub(super) fn runner_json(sources: &Sources<'_>, run: &RunSpec<'_>, work: Work<'_>) -> String {
    let spec = sources.provider.get("spec");
    let explicit = spec.get("adapter");
    let kind = explicit.get("type").text();
    let binary = spec.get("binary").text();
    let is_runner =
        binary.is_none_or(|binary| binary == RUNNER || binary.ends_with("/agent-runner"));
    let is_exec = kind == Some("exec") || kind != Some("codex-app-server") && !is_runner;
    let adapter = match explicit.value() {
        _ if !is_exec => codex_adapter(sources, run, work),
        Some(adapter) => without_secrets(adapter),
        None => {
            let mut exec = Map::new();
            for key in ["binary", "argsTemplate", "envTemplate", "inputFiles", "outputArtifacts"] {
                if let Some(value) = spec.get(key).value() {
                    exec.insert(key.to_owned(), value.clone());
                }
            }
            serde_json::json!({"type": "exec", "exec": exec})
        }
    };
    let promised = spec.get("outputArtifacts");
    let promised =
        promised.value().filter(|value| value.as_array().is_some_and(|it| !it.is_empty()));
    let config = sources.run.down(&["spec", "runtime", "config", "logRetentionSeconds"]);
    let of_chart = || {
        let retention = sources.settings.controller.others.get("logRetentionSeconds")?;
        to_json(retention).as_f64()
    };
    #[expect(clippy::cast_possible_truncation, reason = "a number of seconds")]
    let seconds = config
        .number()
        .unwrap_or_else(|| of_chart().map_or(LOG_RETENTION_SECONDS, |seconds| seconds as i64));
    let runner = RunnerSpec {
        schema_version: "agents.proompteng.ai/runner/v1",
        provider: sources.provider_name,
        inputs: work.parameters,
        goal: run.goal.clone(),
        payloads: Payloads { event_file_path: RUN_PATH },
        artifacts: RunnerArtifacts {
            status_path: STATUS_PATH,
            log_path: "/workspace/.agent/runner.log",
            log_retention_seconds: seconds.max(0),
        },
        provider_spec: promised.map(|promised| BTreeMap::from([("outputArtifacts", promised)])),
        adapter,
    };
    pretty(&runner)
}

/// Gives an adapter without the names of the Secrets that its variables come from: its runner need not know them.
fn without_secrets(adapter: &Value) -> Value {
    let mut adapter = adapter.clone();
    if let Some(map) = adapter.as_object_mut() {
        map.remove("secretEnv");
        if let Some(codex) = map.get_mut("codex").and_then(Value::as_object_mut) {
            codex.remove("secretEnv");
        }
    }
    adapter
}

/// What the runner asks of the model unless the provider says otherwise.
const CODEX_DEFAULTS: [(&str, &str); 4] = [
    ("model", "gpt-5.6-sol"),
    ("effort", "high"),
    ("sandbox", "danger-full-access"),
    ("approval", "never"),
];

fn codex_adapter(sources: &Sources<'_>, run: &RunSpec<'_>, work: Work<'_>) -> Value {
    let codex = sources.provider.down(&["spec", "adapter", "codex"]);
    let has_templates = codex.value().is_some_and(|codex| codex.to_string().contains("{{"));
    let tree = if has_templates { to_json(run) } else { Value::Null };
    let mut context = Context::default();
    if let Some(map) = tree.as_object() {
        context.add_all(map);
        context.add("run", Cow::Borrowed(&tree));
        if let Some(parameters) = map.get("parameters") {
            context.add("inputs", Cow::Borrowed(parameters));
        }
    }
    let rendered = |key: &str| codex.get(key).text().map(|text| context.render(text));
    let mut adapter = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            adapter.insert(key.to_owned(), value);
        }
    };
    for key in ["binaryPath", "cwd", "threadId", "baseInstructions", "developerInstructions"] {
        put(key, rendered(key).map(Value::from));
    }
    for (key, default) in CODEX_DEFAULTS {
        put(key, Some(rendered(key).unwrap_or_else(|| default.to_owned()).into()));
    }
    let overrides = codex.get("cliConfigOverrides");
    put(
        "cliConfigOverrides",
        overrides.value().map(|_| {
            let texts = overrides.items().into_iter().filter_map(|item| item.raw_text());
            texts.map(|text| Value::from(context.render(text))).collect()
        }),
    );
    let is_null = codex.value().is_some_and(|it| it.get("threadConfig") == Some(&Value::Null));
    let thread = codex.get("threadConfig").map().cloned().map(Value::Object);
    let default_thread = || serde_json::json!({"mcp_servers": {}, "web_search": "live"});
    put(
        "threadConfig",
        Some(if is_null { Value::Null } else { thread.unwrap_or_else(default_thread) }),
    );
    for key in ["experimentalRawEvents", "persistExtendedHistory"] {
        put(key, codex.get(key).flag().map(Value::from));
    }
    put("bootstrapTimeoutMs", codex.get("bootstrapTimeoutMs").number().map(Value::from));
    put("goal", codex.get("goal").map().cloned().map(Value::Object));
    put("systemPromptPath", work.system_prompt_path.map(Value::from));
    put("systemPromptExpectedHash", work.system_prompt_hash.map(Value::from));

    let text = |key: &str| {
        let text = work.implementation.get(key).and_then(Value::as_str).unwrap_or_default();
        text.trim().to_owned()
    };
    let prompts = [
        rendered("prompt").map(|prompt| prompt.trim().to_owned()).unwrap_or_default(),
        work.event.prompt.trim().to_owned(),
        text("text"),
        text("summary"),
        work.event.issue_body.trim().to_owned(),
    ];
    let prompt = prompts.into_iter().find(|prompt| !prompt.is_empty());
    put("prompt", Some(prompt.unwrap_or_else(|| pretty(run)).into()));
    serde_json::json!({"type": "codex-app-server", "codex": adapter})
}

/// Writes JSON with two blanks for each depth.
pub(super) fn pretty<T: Serialize>(value: &T) -> String {
    // OK because what is written has texts for keys.
    serde_json::to_string_pretty(value).unwrap_or_default()
}
