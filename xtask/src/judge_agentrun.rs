//! `cargo xtask judge-agentrun`: whether a real API server takes what runs become.
//!
//! The objects of `snapshots/ours/agentrun` and the resources of `fixtures/agentrun` are sent to a running server as a
//! trial, into namespaces that enforce the pod security level `restricted`. A server refuses no job for what its pods
//! are, so the pod of each job is sent as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pintle_manifest::{SplitRules, split};
use serde_json::{Value as Json, json};

use crate::cluster::{Client, DEFAULT_VERSION, Place};
use crate::judge::json;
use crate::{Result, root, say};

/// How an object is sent that shall be judged and not kept.
const TRIAL: &str = "?dryRun=All&fieldValidation=Strict";

/// What was sent, and what came back.
#[derive(Default)]
struct Tally {
    by_kind: BTreeMap<String, usize>,
    n_cases: usize,
    n_restricted: usize,
    n_refused_pods: usize,
    n_refused_runs: usize,
    wrong: Vec<String>,
}

/// Sends all, prints what was taken, and fails if something was not that should be.
pub(crate) fn run(args: &[&str]) -> Result {
    let version = match args {
        [] => DEFAULT_VERSION,
        ["--kube-version", version] => version,
        _ => return Err("usage: cargo xtask judge-agentrun [--kube-version 1.34.4]".to_owned()),
    };
    let client = Client::of(&Place::of(version)?)?;
    let mut tally = Tally::default();
    for path in files("fixtures/agentrun")? {
        judge_resources(&client, &path, &mut tally)?;
    }
    for path in files("snapshots/ours/agentrun")? {
        if path.extension().is_some_and(|extension| extension == "yaml") {
            judge_objects(&client, &path, &mut tally)?;
        }
    }
    say(&format!("Kubernetes {version} judged {} cases:", tally.n_cases));
    for (kind, number) in &tally.by_kind {
        say(&format!("  {number:>4} {kind} taken"));
    }
    say(&format!("  {:>4} pods taken where restricted is enforced", tally.n_restricted));
    say(&format!(
        "  {:>4} pods refused there, as they are planned to be less",
        tally.n_refused_pods
    ));
    say(&format!("  {:>4} runs refused that the server need not even store", tally.n_refused_runs));
    if tally.wrong.is_empty() { Ok(()) } else { Err(tally.wrong.join("\n")) }
}

fn files(folder: &str) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(root().join(folder)).map_err(|error| format!("{folder}: {error}"))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// Reads the objects of a file, each with its kind.
fn objects(path: &Path) -> Result<Vec<Json>> {
    let broken = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| broken(&error))?;
    let documents = split(&text, SplitRules::LINE_START);
    let read = documents.iter().map(|document| json(document.text).map_err(|error| broken(&error)));
    let read: Vec<Json> = read.collect::<Result<_>>()?;
    Ok(read.into_iter().filter(|object| object["kind"].is_string()).collect())
}

/// Sends the run of a case and what it names. What we refuse, the server may refuse, too.
fn judge_resources(client: &Client, path: &Path, tally: &mut Tally) -> Result {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    tally.n_cases += 1;
    for object in objects(path)? {
        match send(client, &object, "agents")? {
            Ok(kind) => *tally.by_kind.entry(kind).or_default() += 1,
            Err(_) if name.starts_with("err-") => tally.n_refused_runs += 1,
            Err(message) => tally.wrong.push(format!("{name}: {message}")),
        }
    }
    Ok(())
}

/// Sends the objects of a plan, and the pods of its jobs.
fn judge_objects(client: &Client, path: &Path, tally: &mut Tally) -> Result {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let is_restricted = text.contains("\n#   restricted\n");
    for object in objects(path)? {
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or("agents").to_owned();
        match send(client, &object, &namespace)? {
            Ok(kind) => *tally.by_kind.entry(kind).or_default() += 1,
            Err(message) => tally.wrong.push(format!("{name}: {message}")),
        }
        if object["kind"] != "Job" {
            continue;
        }
        let pod = pod(&object);
        make_what_pods_need(client, &pod, &namespace)?;
        match send(client, &pod, &namespace)? {
            Ok(_) if is_restricted => tally.n_restricted += 1,
            Ok(_) => tally.wrong.push(format!("{name}: the pod is restricted, and should be less")),
            Err(message) if !is_restricted && message.contains("violates PodSecurity") => {
                tally.n_refused_pods += 1;
            }
            Err(message) => tally.wrong.push(format!("{name}: {message}")),
        }
    }
    Ok(())
}

/// Gives the pod that a job makes.
fn pod(job: &Json) -> Json {
    let template = &job["spec"]["template"];
    let mut metadata = template["metadata"].clone();
    metadata["name"] = job["metadata"]["name"].clone();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
}

/// Makes what must be there before a pod: its namespace, its account, its priority.
fn make_what_pods_need(client: &Client, pod: &Json, namespace: &str) -> Result {
    make_namespace(client, namespace)?;
    let account = pod["spec"]["serviceAccountName"].as_str().unwrap_or("default");
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}});
    client.create(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), &account)?;
    if let Some(name) = pod["spec"]["priorityClassName"].as_str() {
        let class = json!({
            "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
            "metadata": {"name": name}, "value": 1000,
        });
        client.create("/apis/scheduling.k8s.io/v1/priorityclasses", &class)?;
    }
    Ok(())
}

fn make_namespace(client: &Client, name: &str) -> Result {
    let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    let metadata = json!({"name": name, "labels": labels});
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
    client.create("/api/v1/namespaces", &namespace)
}

/// Sends an object as a trial; gives its kind, or what the server says against it.
fn send(
    client: &Client,
    object: &Json,
    namespace: &str,
) -> Result<std::result::Result<String, String>> {
    make_namespace(client, namespace)?;
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let resource = client.resource(api_version, kind)?;
    let resource = resource.ok_or_else(|| format!("the server has no {kind} of {api_version}"))?;
    let path = format!("{}{TRIAL}", resource.path(namespace));
    let (status, answer) = client.post(&path, &object.to_string())?;
    if status == 201 {
        return Ok(Ok(kind.to_owned()));
    }
    let answer: Json = serde_json::from_str(&answer).unwrap_or(Json::Null);
    // What a trial would make may be there already, made for a pod.
    if status == 409 && answer["reason"] == "AlreadyExists" {
        return Ok(Ok(kind.to_owned()));
    }
    let message = answer["message"].as_str().unwrap_or("no message");
    Ok(Err(format!("{status} {message}")))
}
