//! Why objects are not ready: what their pods do, what events say, and the last words of containers that crash.
//!
//! Nothing here decides anything. Who may not read pods or events is told less.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::logs::{LogOptions, last_lines, of_container, shown};
use crate::progress::Why;
use crate::status::{conditions, int, items, text};
use crate::watch::{Source, selects};
use crate::{Client, Target};

/// How many lines of a crashed container are shown.
const CRASH_LINES: usize = 10;

/// How many bytes of a crashed container are read.
const CRASH_BYTES: usize = 4096;

/// How many logs one wait reads.
const MAX_CRASHES: usize = 16;

/// How many reasons are kept of one object.
const MAX_WHYS: usize = 6;

/// How many events are kept of one namespace.
const MAX_EVENTS: usize = 4096;

/// How long a sentence is, in characters.
const MAX_MESSAGE: usize = 500;

/// How old an event may be when the wait begins: the clocks of two machines differ, and objects were sent before.
const OLDEST_EVENT: SignedDuration = SignedDuration::from_secs(120);

/// Pods by their names.
pub(super) type Pods = BTreeMap<String, Json>;

/// What is known of one namespace.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) namespace: String,
    /// whether something changed since it was last told
    pub(super) is_news: bool,
    /// the last event of each object, by kind and name
    events: HashMap<(String, String), Event>,
    oldest: Timestamp,
    /// what containers that crashed said last, by pod, container and how often it began
    crashes: HashMap<Crash, Vec<String>>,
    asked: HashSet<Crash>,
    /// what was told last of each object, by the entry that waits
    told: HashMap<(usize, String, String), Why>,
}

/// A container that ended ill, for one time that it ran.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Crash {
    namespace: String,
    pod: String,
    uid: String,
    container: String,
    n_restarts: i64,
    /// whether it began again since
    is_previous: bool,
}

#[derive(Debug, Clone)]
struct Event {
    uid: String,
    reason: String,
    message: String,
    at: Timestamp,
}

impl Scene {
    pub(super) fn new(namespace: String) -> Self {
        Self {
            namespace,
            is_news: false,
            events: HashMap::new(),
            oldest: Timestamp::now().checked_sub(OLDEST_EVENT).unwrap_or(Timestamp::MIN),
            crashes: HashMap::new(),
            asked: HashSet::new(),
            told: HashMap::new(),
        }
    }

    /// Gives what the warnings of the namespace are.
    pub(super) fn event_source(&self) -> Source {
        Source {
            path: format!("/api/v1/namespaces/{}/events", self.namespace),
            api_version: "v1".to_owned(),
            kind: "Event".to_owned(),
            fields: "type=Warning".to_owned(),
            ..Source::default()
        }
    }

    /// Keeps an event, if it is newer than what is known of its object.
    pub(super) fn add_event(&mut self, event: &Json) {
        let time = |pointer| text(event, pointer, "").parse::<Timestamp>().ok();
        let at = time("/series/lastObservedTime")
            .or_else(|| time("/lastTimestamp"))
            .or_else(|| time("/eventTime"))
            .or_else(|| time("/metadata/creationTimestamp"))
            .unwrap_or(Timestamp::MIN);
        let owned = |pointer| text(event, pointer, "").to_owned();
        let key = (owned("/involvedObject/kind"), owned("/involvedObject/name"));
        let is_news = self.events.get(&key).is_none_or(|known| known.at <= at);
        if at < self.oldest || !is_news || self.events.len() >= MAX_EVENTS {
            return;
        }
        let message = short(text(event, "/message", ""));
        let uid = owned("/involvedObject/uid");
        self.is_news = true;
        self.events.insert(key, Event { uid, reason: shown(&owned("/reason")), message, at });
    }

    pub(super) fn add_crash(&mut self, crash: Crash, lines: Vec<String>) {
        self.is_news = true;
        self.crashes.insert(crash, lines);
    }

    /// Gives the containers that crashed and whose last words nobody asked for yet.
    pub(super) fn new_crashes(
        &mut self,
        target: &Target,
        live: Option<&Json>,
        pods: &Pods,
    ) -> Vec<Crash> {
        let mut crashes = Vec::new();
        for pod in pods_of(target, live, pods) {
            for container in containers(pod) {
                let crash = crash_of(&self.namespace, pod, container);
                crashes.extend(crash.filter(|crash| !self.asked.contains(crash)));
            }
        }
        crashes.truncate(MAX_CRASHES.saturating_sub(self.asked.len()));
        self.asked.extend(crashes.iter().cloned());
        crashes
    }

    /// Gives what is new about an object: reasons that were not told before.
    pub(super) fn news(
        &mut self,
        index: usize,
        target: &Target,
        live: Option<&Json>,
        pods: &Pods,
    ) -> Vec<Why> {
        let whys = self.whys(target, live, pods);
        let mut news = Vec::new();
        for why in whys {
            let key = (index, why.kind.clone(), why.name.clone());
            if self.told.get(&key) != Some(&why) {
                self.told.insert(key, why.clone());
                news.push(why);
            }
        }
        news
    }

    /// Gives all reasons why an object is not ready.
    pub(super) fn whys(&self, target: &Target, live: Option<&Json>, pods: &Pods) -> Vec<Why> {
        let mut whys = Vec::new();
        let uid = live.map_or("", |live| text(live, "/metadata/uid", ""));
        let is_pod = target.kind == "Pod" && target.api_version == "v1";
        let own = self.events.get(&(target.kind.clone(), target.name.clone()));
        if let Some(event) = own.filter(|event| !is_pod && is_of(event, uid)) {
            whys.push(why_of_event(&target.kind, &target.name, event));
        }
        if target.kind == "Deployment" {
            whys.extend(self.why_of_replica_set(target));
        }
        for pod in pods_of(target, live, pods) {
            whys.extend(self.why_of_pod(pod));
        }
        whys.truncate(MAX_WHYS);
        whys
    }

    /// Gives what events say of a replica set of a deployment, such as that a quota does not allow its pods.
    fn why_of_replica_set(&self, target: &Target) -> Option<Why> {
        let mut events: Vec<_> = self
            .events
            .iter()
            .filter(|((kind, name), _)| {
                let hash = name.strip_prefix(&target.name).and_then(|rest| rest.strip_prefix('-'));
                kind == "ReplicaSet" && hash.is_some_and(|hash| !hash.contains('-'))
            })
            .collect();
        events.sort_by_key(|(_, event)| event.at);
        let ((kind, name), event) = events.pop()?;
        Some(why_of_event(kind, name, event))
    }

    /// Tells why a pod is not ready, if it is not.
    fn why_of_pod(&self, pod: &Json) -> Option<Why> {
        let name = text(pod, "/metadata/name", "");
        let phase = text(pod, "/status/phase", "");
        let conditions = conditions(pod).unwrap_or_default();
        let is_ready = conditions.iter().any(|one| one.name == "Ready" && one.status == "True");
        if is_ready || phase == "Succeeded" {
            return None;
        }
        let why = |reason: &str, message: &str| Why {
            kind: "Pod".to_owned(),
            name: name.to_owned(),
            phase: phase.to_owned(),
            reason: shown(reason),
            message: short(message),
            output: Vec::new(),
        };
        for container in containers(pod) {
            let crash = crash_of(&self.namespace, pod, container);
            if let Some(mut why) = why_of_container(container, &why) {
                let output = crash.and_then(|crash| self.crashes.get(&crash));
                why.output = output.cloned().unwrap_or_default();
                return Some(why);
            }
        }
        let unscheduled =
            conditions.iter().find(|one| one.name == "PodScheduled" && one.status == "False");
        if let Some(condition) = unscheduled {
            let reason = match condition.reason {
                // The event that says the same is known by this name.
                "Unschedulable" => "FailedScheduling",
                reason => reason,
            };
            return Some(why(reason, condition.message));
        }
        let event = self.events.get(&("Pod".to_owned(), name.to_owned()));
        let uid = text(pod, "/metadata/uid", "");
        if let Some(event) = event.filter(|event| is_of(event, uid)) {
            return Some(why(&event.reason, &event.message));
        }
        let (reason, message) = (text(pod, "/status/reason", ""), text(pod, "/status/message", ""));
        Some(why(reason, message))
    }
}

/// Gives the pods of an object: it, or those that its selector chooses and nobody deletes.
fn pods_of<'a>(target: &Target, live: Option<&Json>, pods: &'a Pods) -> Vec<&'a Json> {
    if target.kind == "Pod" && target.api_version == "v1" {
        return pods.get(&target.name).into_iter().collect();
    }
    let object = live.unwrap_or(&target.json);
    let is_workload = matches!(
        target.kind.as_str(),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job"
    );
    let Some(selector) = object.pointer("/spec/selector").filter(|_| is_workload) else {
        return Vec::new();
    };
    let is_chosen = |pod: &&Json| {
        selects(selector, pod) && text(pod, "/metadata/deletionTimestamp", "").is_empty()
    };
    pods.values().filter(is_chosen).collect()
}

/// Gives the states of a pod's containers, those that begin first before the others.
fn containers(pod: &Json) -> impl Iterator<Item = &Json> {
    items(pod, "/status/initContainerStatuses")
        .iter()
        .chain(items(pod, "/status/containerStatuses"))
}

/// Gives how a container ended last, if that was ill.
fn ill_end(container: &Json) -> Option<&Json> {
    ["/state/terminated", "/lastState/terminated"]
        .into_iter()
        .filter_map(|pointer| container.pointer(pointer))
        .find(|end| int(end, "/exitCode", 0) != 0)
}

/// Gives the crash of a container, if it ended ill and does not run.
fn crash_of(namespace: &str, pod: &Json, container: &Json) -> Option<Crash> {
    ill_end(container)?;
    let is_previous = container.pointer("/state/terminated").is_none();
    Some(Crash {
        namespace: namespace.to_owned(),
        pod: text(pod, "/metadata/name", "").to_owned(),
        uid: text(pod, "/metadata/uid", "").to_owned(),
        container: text(container, "/name", "").to_owned(),
        n_restarts: int(container, "/restartCount", 0),
        // What waits to begin again has its last words under its own name, what began again under that of before.
        is_previous: is_previous && container.pointer("/state/running").is_some(),
    })
}

/// Tells why a container is not ready, if it says so.
fn why_of_container(container: &Json, why: &impl Fn(&str, &str) -> Why) -> Option<Why> {
    let name = text(container, "/name", "");
    let is_running = container.pointer("/state/running").is_some();
    let is_ready = container.get("ready") == Some(&Json::Bool(true));
    let waiting = text(container, "/state/waiting/reason", "");
    if let Some(end) = ill_end(container).filter(|_| !is_ready) {
        let code = int(end, "/exitCode", 0);
        let reason = match (waiting, text(end, "/reason", "")) {
            ("", "") => "Error",
            ("", reason) => reason,
            (waiting, _) => waiting,
        };
        let again = if is_running { ", and runs again" } else { "" };
        let killed = match text(end, "/reason", "") {
            word @ "OOMKilled" if reason != word => " (OOMKilled)",
            _ => "",
        };
        let said = text(end, "/message", "");
        let separator = if said.is_empty() { "" } else { ": " };
        let message =
            format!("container {name} exited with code {code}{killed}{again}{separator}{said}");
        return Some(why(reason, &message));
    }
    if matches!(waiting, "" | "ContainerCreating" | "PodInitializing") {
        return None;
    }
    let message = text(container, "/state/waiting/message", "");
    Some(why(waiting, &format!("container {name}: {message}")))
}

fn why_of_event(kind: &str, name: &str, event: &Event) -> Why {
    Why {
        kind: kind.to_owned(),
        name: name.to_owned(),
        phase: String::new(),
        reason: event.reason.clone(),
        message: event.message.clone(),
        output: Vec::new(),
    }
}

/// Tells whether an event is about this object, and not about one of its name before it.
fn is_of(event: &Event, uid: &str) -> bool {
    event.uid.is_empty() || uid.is_empty() || event.uid == uid
}

/// Gives a sentence in one line that is not too long.
fn short(message: &str) -> String {
    let line = shown(&message.replace(['\n', '\r'], " "));
    match line.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Reads what a container said before it ended. Who may not read it gets nothing.
pub(super) async fn last_words(client: &Client, crash: &Crash) -> Vec<String> {
    let options = LogOptions {
        is_previous: crash.is_previous,
        tail_lines: Some(10),
        max_bytes: Some(CRASH_BYTES as u64),
    };
    let read = of_container(client, &crash.namespace, &crash.pod, &crash.container, options).await;
    last_lines(&read.unwrap_or_default(), CRASH_LINES, CRASH_BYTES)
}
