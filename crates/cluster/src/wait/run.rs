//! One wait: what is known of each object, and the watches that tell more.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, join_all};
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::group::{Group, INSTANCE};
use super::rules::{Depends, Rules};
use super::why::{Crash, Pods, Scene, last_words};
use super::{Goal, UnreadyObject};
use crate::client::jittered;
use crate::progress::{Change, Reporter, Why};
use crate::status::{int, schedule_check, text};
use crate::watch::{Seen, Source, selector_text, selects};
use crate::{Client, Error, ObjectStatus, State, Target};

/// How often an object is asked for where watching is not allowed.
const POLL: Duration = Duration::from_secs(2);

/// How often a workload is judged by its pods though it did not change itself.
///
/// Source: `ResyncPeriod` in `getStatusWatcher`, Helm v4.
const RESYNC: Duration = Duration::from_mins(3);

/// After how long what was ready at first is looked at again, when all else is ready.
const STALE: Duration = Duration::from_secs(1);

/// After how long pods and events are looked at, for reasons: what is ready sooner needs none.
const GRACE: Duration = Duration::from_millis(400);

/// The work that goes on beside the wait.
type Tasks<'a> = FuturesUnordered<BoxFuture<'a, ()>>;

/// What is known of an object.
#[derive(Debug)]
struct Entry<'a> {
    target: &'a Target,
    group: usize,
    live: Option<Json>,
    /// whether it was ever there
    was_seen: bool,
    status: ObjectStatus,
}

/// What objects depend on: pods or replica sets of one namespace.
#[derive(Debug)]
struct Related {
    kind: Depends,
    namespace: String,
    objects: BTreeMap<String, Json>,
    /// whether all of them are known
    is_known: bool,
}

/// What a task tells.
#[derive(Debug)]
enum Message {
    Group(usize, Seen),
    /// the group cannot be watched
    Unwatched(usize, Error),
    Related(usize, Seen),
    /// of the namespace of a scene
    Events(usize, Seen),
    /// the last words of a container in the namespace of a scene
    Crash(usize, Crash, Vec<String>),
    Fatal(Error),
}

/// One wait.
pub(super) struct Run<'a> {
    client: &'a Client,
    reporter: &'a dyn Reporter,
    rules: Rules,
    started: Instant,
    deadline: Option<Instant>,
    targets: &'a [&'a Target],
    entries: Vec<Entry<'a>>,
    groups: Vec<Group>,
    related: Vec<Related>,
    /// the namespaces where reasons are looked for
    scenes: Vec<Scene>,
    sender: UnboundedSender<Message>,
    receiver: UnboundedReceiver<Message>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a Client,
        targets: &'a [&'a Target],
        rules: Rules,
        timeout: Option<Duration>,
        reporter: &'a dyn Reporter,
    ) -> Self {
        let started = Instant::now();
        let groups = Group::of(targets);
        let mut entries: Vec<_> = targets
            .iter()
            .map(|target| Entry {
                target,
                group: 0,
                live: None,
                was_seen: false,
                status: ObjectStatus::unknown(),
            })
            .collect();
        for (place, group) in groups.iter().enumerate() {
            group.members.values().flatten().for_each(|&index| entries[index].group = place);
        }
        let (sender, receiver) = unbounded_channel();
        Self {
            client,
            reporter,
            rules,
            started,
            // A timeout of centuries is none.
            deadline: timeout.and_then(|timeout| started.checked_add(timeout)),
            targets,
            entries,
            groups,
            related: Vec::new(),
            scenes: Vec::new(),
            sender,
            receiver,
        }
    }

    /// Waits, and tells how it ended.
    pub(super) async fn finish(mut self) -> Result<(), Error> {
        let has_timed_out = match self.deadline {
            Some(deadline) => match timeout_at(deadline, self.drive()).await {
                Ok(result) => result.map(|()| false)?,
                Err(_) => true,
            },
            None => self.drive().await.map(|()| false)?,
        };
        let is_unready = |entry: &&Entry<'_>| !self.rules.is_done(&entry.status);
        let unready = self.entries.iter().filter(is_unready).map(|entry| UnreadyObject {
            kind: entry.target.kind.clone(),
            namespace: entry.target.namespace.clone(),
            name: entry.target.name.clone(),
            status: entry.status.clone(),
            whys: self.whys(entry),
        });
        self.rules.result(unready.collect(), has_timed_out)
    }

    /// Reads and watches until all is settled.
    async fn drive(&mut self) -> Result<(), Error> {
        let mut tasks = Tasks::new();
        self.read().await?;
        self.start_related(&mut tasks);
        let mut resync = Instant::now() + RESYNC;
        let mut grace = Some(self.started + GRACE);
        loop {
            if self.is_settled() && self.is_settled_still().await {
                return Ok(());
            }
            self.start_watches(&mut tasks);
            let ticks = [self.next_check(), grace].into_iter().flatten();
            let tick = ticks.fold(resync, Instant::min);
            tokio::select! {
                Some(()) = tasks.next(), if !tasks.is_empty() => {}
                Some(message) = self.receiver.recv() => {
                    self.take(message, &mut tasks)?;
                    while let Ok(message) = self.receiver.try_recv() {
                        self.take(message, &mut tasks)?;
                    }
                    self.tell_news(&mut tasks);
                }
                () = sleep_until(tick) => {
                    let now = Instant::now();
                    if now >= resync {
                        resync = now + RESYNC;
                    }
                    if grace.is_some_and(|grace| now >= grace) {
                        grace = None;
                        self.start_scenes(&mut tasks);
                    }
                    (0..self.entries.len()).for_each(|index| self.judge(index, false));
                }
            }
        }
    }

    fn is_settled(&self) -> bool {
        self.rules.is_settled(self.entries.iter().map(|entry| &entry.status))
    }

    /// Reads all objects once.
    async fn read(&mut self) -> Result<(), Error> {
        let client = self.client;
        let reads = join_all(self.groups.iter().map(|group| group.read(client))).await;
        for (place, read) in reads.into_iter().enumerate() {
            match read {
                Ok(read) => {
                    for (name, object) in read.objects {
                        if object.is_none() && self.rules.fails_if_absent() {
                            return Err(Rules::absent(&self.groups[place].source, &name));
                        }
                        self.set(place, &name, object.as_ref(), true);
                    }
                    self.groups[place].version = read.version;
                }
                Err(error) if error.is_forbidden() => return Err(error),
                // What passes by itself is waited for by the watch.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Looks once more at what was ready at first and is not watched.
    async fn is_settled_still(&mut self) -> bool {
        let is_all_done = self.entries.iter().all(|entry| self.is_done(entry));
        if self.started.elapsed() < STALE || !is_all_done {
            return true;
        }
        let (client, groups) = (self.client, &self.groups);
        let lively = self
            .entries
            .iter()
            .filter(|entry| !groups[entry.group].is_watched && self.rules.is_lively(entry.target));
        let reads = lively.map(|entry| async move {
            let name = entry.target.name.clone();
            let object = groups[entry.group].source.get(client, &name).await;
            (entry.group, name, object)
        });
        for (place, name, object) in join_all(reads).await {
            if let Ok(object) = object {
                self.set(place, &name, object.as_ref(), false);
            }
        }
        self.is_settled()
    }

    fn is_done(&self, entry: &Entry<'_>) -> bool {
        self.rules.is_done(&entry.status)
    }

    /// Watches the groups that have something to wait for and are not watched yet.
    fn start_watches(&mut self, tasks: &mut Tasks<'a>) {
        let pending: Vec<usize> = self
            .entries
            .iter()
            .filter(|entry| !self.is_done(entry) && !self.groups[entry.group].is_watched)
            .map(|entry| entry.group)
            .collect();
        for place in pending {
            if self.groups[place].is_watched {
                continue;
            }
            self.groups[place].is_watched = true;
            self.groups[place].narrow(self.targets);
            let version = self.version(place);
            let (client, source) = (self.client, self.groups[place].source.clone());
            let sender = self.sender.clone();
            tasks.push(Box::pin(async move {
                let tell = |seen| drop(sender.send(Message::Group(place, seen)));
                let error = source.follow(client, version, &tell).await;
                let _ = sender.send(Message::Unwatched(place, error));
            }));
        }
    }

    /// Gives the version from which a group is watched: what was read so far is not read again. Nothing means a list.
    fn version(&self, place: usize) -> String {
        let group = &self.groups[place];
        if !group.version.is_empty() {
            return group.version.clone();
        }
        let mut oldest: Option<u64> = None;
        for entry in group.members.values().flatten().map(|&index| &self.entries[index]) {
            // What is ready was read at a version at which nothing of the others was missed.
            if self.is_done(entry) {
                continue;
            }
            let Some(version) = entry.live.as_ref().and_then(version_of) else {
                return String::new();
            };
            oldest = Some(oldest.map_or(version, |oldest| oldest.min(version)));
        }
        oldest.map(|version| version.to_string()).unwrap_or_default()
    }

    /// Watches what objects depend on by Helm 3's rules. By kstatus' it is the pods, which are looked at for reasons too.
    fn start_related(&mut self, tasks: &mut Tasks<'a>) {
        if !self.rules.is_legacy {
            return;
        }
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            let depends = self.rules.depends(entry.target);
            if depends == Depends::Alone || self.is_done(entry) {
                continue;
            }
            let namespace = entry.target.namespace.clone().unwrap_or_default();
            if self.related_to(depends, &namespace).is_some() {
                continue;
            }
            self.watch_related(depends, namespace, tasks);
        }
    }

    fn watch_related(&mut self, kind: Depends, namespace: String, tasks: &mut Tasks<'a>) {
        let (api_version, name, path) = match kind {
            Depends::OnReplicaSets => (
                "apps/v1",
                "ReplicaSet",
                format!("/apis/apps/v1/namespaces/{namespace}/replicasets"),
            ),
            _ => ("v1", "Pod", format!("/api/v1/namespaces/{namespace}/pods")),
        };
        let labels = self.labels_of_related(kind, &namespace);
        let source = Source {
            path,
            api_version: api_version.to_owned(),
            kind: name.to_owned(),
            labels,
            ..Source::default()
        };
        let place = self.related.len();
        let objects = BTreeMap::new();
        self.related.push(Related { kind, namespace, objects, is_known: false });
        let (client, sender) = (self.client, self.sender.clone());
        let is_needed = self
            .entries
            .iter()
            .any(|entry| self.rules.is_legacy && self.rules.depends(entry.target) == kind);
        tasks.push(Box::pin(async move {
            let tell = |seen| drop(sender.send(Message::Related(place, seen)));
            let error = source.follow(client, String::new(), &tell).await;
            if is_needed {
                let _ = sender.send(Message::Fatal(error));
            }
        }));
    }

    /// Gives a label selector that chooses what objects depend on, if one suffices: that of the only workload, or the
    /// release that all belong to.
    fn labels_of_related(&self, kind: Depends, namespace: &str) -> String {
        let pending = self.entries.iter().filter(|entry| {
            entry.target.namespace.as_deref() == Some(namespace) && !self.is_done(entry)
        });
        let objects: Vec<&Json> = pending
            .filter(|entry| has_pods(entry.target) || self.rules.depends(entry.target) == kind)
            .map(|entry| entry.live.as_ref().unwrap_or(&entry.target.json))
            .collect();
        if let [only] = objects.as_slice()
            && let Some(labels) = selector_of(only).and_then(selector_text)
        {
            return labels;
        }
        let mut instances = objects.iter().map(|object| {
            let template = object.pointer("/spec/template").unwrap_or(object);
            template.get("metadata")?.get("labels")?.get(INSTANCE)?.as_str()
        });
        match instances.next() {
            Some(Some(first)) if instances.all(|other| other == Some(first)) => {
                format!("{INSTANCE}={first}")
            }
            _ => String::new(),
        }
    }

    /// Looks for reasons in the namespaces where something is not ready.
    fn start_scenes(&mut self, tasks: &mut Tasks<'a>) {
        if self.rules.goal == Goal::Gone {
            return;
        }
        let pending = self.entries.iter().filter(|entry| !self.is_done(entry));
        let mut namespaces: Vec<(String, bool)> = pending
            .filter_map(|entry| {
                let namespace = entry.target.namespace.clone()?;
                let has_pods =
                    has_pods(entry.target) || self.rules.depends(entry.target) == Depends::OnPods;
                Some((namespace, has_pods))
            })
            .collect();
        // Those with pods come first, and stay.
        namespaces.sort_by(|one, other| (&one.0, !one.1).cmp(&(&other.0, !other.1)));
        namespaces.dedup_by(|later, first| later.0 == first.0);
        for (namespace, has_pods) in namespaces {
            if has_pods && self.related_to(Depends::OnPods, &namespace).is_none() {
                self.watch_related(Depends::OnPods, namespace.clone(), tasks);
            }
            let scene = Scene::new(namespace);
            let (place, source) = (self.scenes.len(), scene.event_source());
            self.scenes.push(scene);
            let (client, sender) = (self.client, self.sender.clone());
            tasks.push(Box::pin(async move {
                let tell = |seen| drop(sender.send(Message::Events(place, seen)));
                source.follow(client, String::new(), &tell).await;
            }));
        }
    }

    /// Tells reasons that came to light, and asks crashed containers for their last words.
    fn tell_news(&mut self, tasks: &mut Tasks<'a>) {
        for place in 0..self.scenes.len() {
            if !std::mem::take(&mut self.scenes[place].is_news) {
                continue;
            }
            let namespace = self.scenes[place].namespace.clone();
            let pods = self.related_to(Depends::OnPods, &namespace);
            for index in 0..self.entries.len() {
                let entry = &self.entries[index];
                if entry.target.namespace.as_ref() != Some(&namespace) || self.is_done(entry) {
                    continue;
                }
                let empty = Pods::new();
                let pods = pods.map_or(&empty, |pods| &self.related[pods].objects);
                let (target, live) = (entry.target, entry.live.as_ref());
                let scene = &mut self.scenes[place];
                for crash in scene.new_crashes(target, live, pods) {
                    let (client, sender) = (self.client, self.sender.clone());
                    tasks.push(Box::pin(async move {
                        let lines = last_words(client, &crash).await;
                        let _ = sender.send(Message::Crash(place, crash, lines));
                    }));
                }
                for why in scene.news(index, target, live, pods) {
                    self.tell(index, false, Some(&why));
                }
            }
        }
    }

    /// Gives all that is known of why an object is not ready.
    fn whys(&self, entry: &Entry<'_>) -> Vec<Why> {
        let Some(namespace) = &entry.target.namespace else { return Vec::new() };
        let scene = self.scenes.iter().find(|scene| scene.namespace == *namespace);
        let Some(scene) = scene else { return Vec::new() };
        let pods = self.related_to(Depends::OnPods, namespace);
        let empty = Pods::new();
        let pods = pods.map_or(&empty, |pods| &self.related[pods].objects);
        scene.whys(entry.target, entry.live.as_ref(), pods)
    }

    fn related_to(&self, kind: Depends, namespace: &str) -> Option<usize> {
        self.related
            .iter()
            .position(|related| related.kind == kind && related.namespace == namespace)
    }

    /// Takes what a task tells.
    fn take(&mut self, message: Message, tasks: &mut Tasks<'a>) -> Result<(), Error> {
        match message {
            Message::Group(place, Seen::All(objects)) => {
                let mut absent = self.groups[place].members.clone();
                for object in objects {
                    let name = text(&object, "/metadata/name", "").to_owned();
                    if absent.remove(&name).is_some() {
                        self.set(place, &name, Some(&object), false);
                    }
                }
                let mut names: Vec<_> = absent.into_keys().collect();
                names.sort_unstable();
                for name in &names {
                    self.set(place, name, None, false);
                }
            }
            Message::Group(place, Seen::One(object)) => {
                let name = text(&object, "/metadata/name", "").to_owned();
                self.set(place, &name, Some(&object), false);
            }
            Message::Group(place, Seen::Gone(object)) => self.remove(place, &object),
            Message::Unwatched(place, error) if error.is_not_found() => {
                // The kind itself is gone, and its objects with it.
                let names = self.groups[place].names();
                for name in &names {
                    self.set(place, name, None, false);
                }
            }
            Message::Unwatched(place, _) => self.poll(place, tasks),
            Message::Related(place, seen) => self.relate(place, seen),
            Message::Events(place, Seen::All(events)) => {
                for event in &events {
                    self.scenes[place].add_event(event);
                }
            }
            Message::Events(place, Seen::One(event)) => self.scenes[place].add_event(&event),
            Message::Events(_, Seen::Gone(_)) => {}
            Message::Crash(place, crash, lines) => self.scenes[place].add_crash(crash, lines),
            Message::Fatal(error) => return Err(error),
        }
        Ok(())
    }

    /// Asks for the objects of a group again and again.
    fn poll(&self, place: usize, tasks: &mut Tasks<'a>) {
        let (client, source) = (self.client, self.groups[place].source.clone());
        let (names, sender) = (self.groups[place].names(), self.sender.clone());
        tasks.push(Box::pin(async move {
            loop {
                sleep(jittered(POLL)).await;
                for name in &names {
                    let message = match source.get(client, name).await {
                        Ok(Some(object)) => Message::Group(place, Seen::One(object)),
                        Ok(None) => {
                            let object = serde_json::json!({"metadata": {"name": name}});
                            Message::Group(place, Seen::Gone(object))
                        }
                        Err(error) if error.is_forbidden() => Message::Fatal(error),
                        Err(_) => continue,
                    };
                    let _ = sender.send(message);
                }
            }
        }));
    }

    /// Takes what is known of the objects of a name.
    fn set(&mut self, place: usize, name: &str, object: Option<&Json>, is_first: bool) {
        let Some(members) = self.groups[place].members.get(name).cloned() else { return };
        for index in members {
            let entry = &mut self.entries[index];
            if let (Some(old), Some(new)) = (&entry.live, object)
                && is_older(new, old)
            {
                continue;
            }
            entry.was_seen |= object.is_some();
            entry.live = object.cloned();
            self.judge(index, is_first);
        }
    }

    /// Takes that an object is gone, if it is not an older one of the same name.
    fn remove(&mut self, place: usize, object: &Json) {
        let name = text(object, "/metadata/name", "");
        let Some(members) = self.groups[place].members.get(name).cloned() else { return };
        for index in members {
            let entry = &mut self.entries[index];
            if entry.live.as_ref().is_some_and(|live| is_older(object, live)) {
                continue;
            }
            entry.live = None;
            self.judge(index, false);
        }
    }

    /// Takes what is known of pods and replica sets.
    fn relate(&mut self, place: usize, seen: Seen) {
        let related = &mut self.related[place];
        let name = |object: &Json| text(object, "/metadata/name", "").to_owned();
        let was_known = related.is_known;
        match seen {
            Seen::All(objects) => {
                related.objects =
                    objects.into_iter().map(|object| (name(&object), object)).collect();
                related.is_known = true;
            }
            Seen::One(object) => drop(related.objects.insert(name(&object), object)),
            Seen::Gone(object) => drop(related.objects.remove(&name(&object))),
        }
        if related.kind == Depends::OnPods {
            let scenes = self.scenes.iter_mut();
            let here = scenes.filter(|scene| scene.namespace == related.namespace);
            here.for_each(|scene| scene.is_news = true);
        }
        // By kstatus' rules a workload is judged when it changes itself: pods that crash once and then run are no failure.
        if was_known && !self.rules.is_legacy {
            return;
        }
        let (kind, namespace) = (related.kind, related.namespace.clone());
        for index in 0..self.entries.len() {
            let target = self.entries[index].target;
            if self.rules.depends(target) == kind && target.namespace.as_ref() == Some(&namespace) {
                self.judge(index, false);
            }
        }
    }

    /// Judges an object by what is known of it, and tells if that changed.
    fn judge(&mut self, index: usize, is_first: bool) {
        let entry = &self.entries[index];
        let status = match &entry.live {
            None => self.rules.status_of_absent(entry.was_seen),
            Some(live) => {
                let depends = self.rules.depends(entry.target);
                let namespace = entry.target.namespace.as_deref().unwrap_or_default();
                let related = self.related_to(depends, namespace).map(|place| &self.related[place]);
                let chosen: Option<Vec<&Json>> =
                    related.filter(|related| related.is_known).map(|related| {
                        let selector = selector_of(live);
                        let is_chosen = |object: &&Json| {
                            selector.is_some_and(|selector| selects(selector, object))
                        };
                        related.objects.values().filter(is_chosen).collect()
                    });
                if self.rules.is_legacy && depends != Depends::Alone && chosen.is_none() {
                    let words = "Resource is not ready".to_owned();
                    ObjectStatus { state: State::InProgress, message: words }
                } else {
                    self.rules.status(live, chosen.as_deref(), Timestamp::now())
                }
            }
        };
        if status != entry.status || is_first {
            self.entries[index].status = status;
            self.tell(index, is_first, None);
        }
    }

    /// Tells a change.
    fn tell(&self, index: usize, is_first: bool, why: Option<&Why>) {
        let entry = &self.entries[index];
        self.reporter.object(&Change {
            elapsed: self.started.elapsed(),
            target: entry.target,
            status: &entry.status,
            is_done: self.is_done(entry),
            is_first,
            why,
            n_done: self.entries.iter().filter(|entry| self.is_done(entry)).count(),
            n_total: self.entries.len(),
        });
    }

    /// Gives the next moment at which the clock alone changes a status.
    fn next_check(&self) -> Option<Instant> {
        let now = Timestamp::now();
        let checks = self.entries.iter().filter_map(|entry| {
            let at = schedule_check(entry.live.as_ref()?)?;
            let left = Duration::try_from(at.duration_since(now)).ok()?;
            (entry.status.state == State::InProgress).then(|| Instant::now() + left)
        });
        checks.min()
    }
}

/// Gives the version of an object, if it is a number: servers promise it from 1.35 on, and always kept it.
fn version_of(object: &Json) -> Option<u64> {
    object.pointer("/metadata/resourceVersion")?.as_str()?.parse().ok()
}

/// Tells whether an object is an older version of what is known.
fn is_older(object: &Json, known: &Json) -> bool {
    match (version_of(object), version_of(known)) {
        (Some(version), Some(known)) => version < known,
        _ => int(object, "/metadata/generation", 0) < int(known, "/metadata/generation", 0),
    }
}

/// Tells whether the kind of an object is a pod's, or of what makes pods.
fn has_pods(target: &Target) -> bool {
    matches!(
        target.kind.as_str(),
        "Pod"
            | "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicaSet"
            | "ReplicationController"
            | "Job"
    )
}

/// Gives the selector of a workload.
fn selector_of(object: &Json) -> Option<&Json> {
    object.pointer("/spec/selector")
}
