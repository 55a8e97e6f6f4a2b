//! What state objects are in, and how a wait for them ends: as real kstatus and real Helm say.

use std::path::PathBuf;
use std::time::Duration;

use crate::server::{Answer, Server, Step, list, refusal};
use futures_util::{StreamExt as _, stream};
use pintle_cluster::{Error, Goal, Silent, State, Strategy, Target, status_of, wait};
use serde_json::Value as Json;

/// How long an object is waited for; nothing about it changes meanwhile.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How long one is waited for that has others beside it, which must be read first.
const LONG_TIMEOUT: Duration = Duration::from_secs(3);

/// How many objects are waited for at once.
const N_AT_ONCE: usize = 48;

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Reads the objects of a file, each with those that are there beside it.
fn cases(text: &str) -> Vec<(Json, Vec<Json>)> {
    let complete = |object: &mut Json| {
        object["metadata"]["namespace"] = "web".into();
        object["metadata"]["resourceVersion"] = "7".into();
    };
    let read = |document: &str| {
        let mut object: Json = pintle_manifest::typed::read(document).unwrap();
        let related = object.as_object_mut().unwrap().remove("related");
        let mut related = match related {
            Some(Json::Array(related)) => related,
            _ => Vec::new(),
        };
        complete(&mut object);
        related.iter_mut().for_each(complete);
        (object, related)
    };
    text.split("\n---\n").map(read).collect()
}

fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(start) => format!("{start}ies"),
        None => format!("{lower}s"),
    }
}

/// Starts a server that has these objects, which never change.
async fn serve(objects: Vec<Json>) -> Server {
    Server::start(move |path, _| {
        if path.contains("watch=true") {
            return Answer::Watch(vec![Step::Hold]);
        }
        let plain = path.split('?').next().unwrap();
        let collection = |object: &Json| plural(object["kind"].as_str().unwrap());
        let (parent, name) = plain.rsplit_once('/').unwrap();
        let found = objects.iter().find(|object| {
            object["metadata"]["name"] == name && parent.ends_with(&collection(object))
        });
        if let Some(object) = found {
            return Answer::Json(200, object.clone());
        }
        if parent.ends_with("/web") {
            let items: Vec<Json> =
                objects.iter().filter(|object| collection(object) == name).cloned().collect();
            return list("8", &items);
        }
        refusal(404, "NotFound", "not found")
    })
    .await
}

/// Says how a wait ended, as the recorder does.
fn ended(result: Result<(), Error>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(error) => error.to_string().replace('\n', " | "),
    }
}

/// An object, and a server that has it.
struct Case {
    object: Json,
    target: Target,
    server: Server,
    timeout: Duration,
}

async fn prepared((object, related): (Json, Vec<Json>)) -> Case {
    let kind = object["kind"].as_str().unwrap();
    let name = object["metadata"]["name"].as_str().unwrap();
    let api_version = object["apiVersion"].as_str().unwrap();
    let mut target = crate::server::target(api_version, kind, &plural(kind), name);
    target.json = object.clone();
    let timeout = if related.is_empty() { TIMEOUT } else { LONG_TIMEOUT };
    let mut objects = vec![object.clone()];
    objects.extend(related);
    Case { object, target, server: serve(objects).await, timeout }
}

/// Says of an object what the recorder lets kstatus and Helm say.
async fn said(case: &Case) -> String {
    let Case { object, target, server, timeout } = case;
    let (kind, name) = (&target.kind, &target.name);
    let status = status_of(object);
    let kstatus = match status.state {
        State::Unknown => "malformed".to_owned(),
        state => format!("{state}: {}", status.message),
    };
    let targets = std::slice::from_ref(target);
    let run = |goal, strategy| wait(&server.client, targets, goal, strategy, *timeout, &Silent);
    let watcher = |goal| run(goal, Strategy::Watcher);
    let legacy = |result: Result<(), Error>| match result {
        Ok(()) => "true".to_owned(),
        Err(error) if error.is_timeout() => "false".to_owned(),
        Err(error) => error.to_string(),
    };
    let (ready, with_jobs, hook, gone, legacy_ready, legacy_with_jobs) = tokio::join!(
        watcher(Goal::Ready),
        watcher(Goal::ReadyWithJobs),
        watcher(Goal::HookDone),
        watcher(Goal::Gone),
        run(Goal::Ready, Strategy::Legacy),
        run(Goal::ReadyWithJobs, Strategy::Legacy),
    );
    format!(
        "{kind}/{name}\n  kstatus: {kstatus}\n  wait: {}\n  wait with jobs: {}\n  hook: {}\n  delete: {}\n  \
         legacy: {}\n  legacy with jobs: {}\n",
        ended(ready),
        ended(with_jobs),
        ended(hook),
        ended(gone),
        legacy(legacy_ready),
        legacy(legacy_with_jobs),
    )
}

/// Gives lines without what differs: an object whose status makes no sense is gone for Helm 4 and ready for Helm 3, and
/// while objects are deleted Helm 4 still counts their pods.
fn compared(text: &str) -> Vec<&str> {
    let mut is_malformed = false;
    let mut have_pods_failed = false;
    text.lines()
        .filter(|line| {
            if line.starts_with("  kstatus: ") {
                is_malformed = line.ends_with(": malformed");
                have_pods_failed = false;
            }
            have_pods_failed |= line.starts_with("  wait: ") && line.ends_with(" pods have failed");
            let is_delete = line.starts_with("  delete: ");
            let is_legacy = line.starts_with("  legacy");
            !(is_malformed && (is_delete || is_legacy) || have_pods_failed && is_delete)
        })
        .collect()
}

#[tokio::test]
async fn objects_are_judged_and_waited_for_as_by_helm() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder("fixtures/status"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    // All servers are there before the first wait begins.
    let mut prepared_files = Vec::new();
    for file in &files {
        let mut prepared_cases = Vec::new();
        for case in cases(&std::fs::read_to_string(file).unwrap()) {
            prepared_cases.push(prepared(case).await);
        }
        prepared_files.push((file, prepared_cases));
    }
    let all = prepared_files.iter().flat_map(|(_, cases)| cases);
    let mut all = stream::iter(all).map(said).buffered(N_AT_ONCE);
    let (mut n_lines, mut wrong) = (0, Vec::new());
    for (file, cases) in &prepared_files {
        let mut ours = String::new();
        for _ in cases {
            ours.push_str(&all.next().await.unwrap());
        }
        let name = file.file_name().unwrap().to_str().unwrap();
        let snapshot = folder("snapshots/helm-4.3/status").join(name);
        let theirs = std::fs::read_to_string(snapshot).unwrap();
        let (ours, theirs) = (compared(&ours), compared(&theirs));
        assert_eq!(ours.len(), theirs.len(), "{name}: record it anew");
        for (our, their) in ours.iter().zip(&theirs) {
            n_lines += 1;
            if our != their {
                wrong.push(format!("{name}\n   ours: {our}\n  Helm's: {their}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {n_lines} differ:\n{}", wrong.len(), wrong.join("\n"));
}
