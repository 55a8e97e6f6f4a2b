//! Follows the objects of one collection: a list once, then changes as they come, over connections that are cut.
//!
//! Source: the `ListAndWatch` of client-go's reflector.

use std::time::Duration;

use http_body_util::BodyExt as _;
use kube::client::Body;
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::time::{Instant, sleep, timeout};

use crate::client::{Call, jittered};
use crate::{Client, Error};

/// How many objects one page of a list has.
const PAGE: usize = 500;

/// How long the server keeps a watch open; it is shortened by up to a quarter, so that not all end at once.
const WATCH: Duration = Duration::from_mins(5);

/// How long a watch may be silent before it counts as dead: servers send bookmarks every minute.
const LONGEST_SILENCE: Duration = Duration::from_secs(150);

/// The first pause after a connection was cut; each is twice the last.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The longest event that is read, in bytes: an object in etcd has at most 1.5 MiB, and JSON may be twice as long.
const MAX_EVENT: usize = 16 << 20;

/// What is followed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    /// the collection's path
    pub(crate) path: String,
    /// `apiVersion` of its objects
    pub(crate) api_version: String,
    /// their `kind`
    pub(crate) kind: String,
    /// a field selector, or nothing
    pub(crate) fields: String,
    /// a label selector, or nothing
    pub(crate) labels: String,
    /// whether the metadata suffices
    pub(crate) is_metadata: bool,
}

/// What was seen.
#[derive(Debug)]
pub(crate) enum Seen {
    /// all objects there are: others are gone
    All(Vec<Json>),
    /// an object is there, or changed
    One(Json),
    /// an object is gone
    Gone(Json),
}

#[derive(Debug, Deserialize)]
struct List {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default)]
    items: Option<Vec<Json>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ListMetadata {
    resource_version: String,
    #[serde(rename = "continue")]
    next: String,
}

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    object: Json,
}

/// Why a watch ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// the server ended it, or the connection was cut
    Cut,
    /// the version is too old to go on from
    TooOld,
}

impl Source {
    /// Gives the path of one object.
    pub(crate) fn one(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// Gives the path of the collection with a query.
    fn query(&self, more: &[(&str, &str)]) -> String {
        let own =
            [("fieldSelector", self.fields.as_str()), ("labelSelector", self.labels.as_str())];
        let all = own.iter().chain(more).filter(|(_, value)| !value.is_empty());
        let query: Vec<_> =
            all.map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        format!("{}?{}", self.path, query.join("&"))
    }

    /// Gives the format that is asked for.
    fn accept(&self) -> &'static str {
        if self.is_metadata {
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
        } else {
            "application/json"
        }
    }

    /// Gets one object, or nothing if it is not there.
    pub(crate) async fn get(&self, client: &Client, name: &str) -> Result<Option<Json>, Error> {
        let path = self.one(name);
        match client.read(Call { accept: self.accept(), ..Call::get(&path) }).await {
            Ok(object) => Ok(Some(self.named(object))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lists all objects, with the version of the list.
    pub(crate) async fn list(&self, client: &Client) -> Result<(Vec<Json>, String), Error> {
        let (mut objects, mut next, mut limit) = (Vec::new(), String::new(), PAGE.to_string());
        let accept = if self.is_metadata {
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
        } else {
            "application/json"
        };
        loop {
            let path = self.query(&[("limit", &limit), ("continue", &next)]);
            let list: List = match client.read(Call { accept, ..Call::get(&path) }).await {
                Ok(list) => list,
                // A list that changes faster than it is read page by page is read at once.
                Err(error) if is_too_old(&error) && !limit.is_empty() => {
                    (objects, next, limit) = (Vec::new(), String::new(), String::new());
                    continue;
                }
                Err(error) => return Err(error),
            };
            objects.extend(list.items.unwrap_or_default().into_iter().map(|item| self.named(item)));
            next = list.metadata.next;
            if next.is_empty() {
                return Ok((objects, list.metadata.resource_version));
            }
        }
    }

    /// Says what an object is, which the items of a list do not.
    fn named(&self, mut object: Json) -> Json {
        if let Some(map) = object.as_object_mut() {
            map.insert("apiVersion".to_owned(), Json::String(self.api_version.clone()));
            map.insert("kind".to_owned(), Json::String(self.kind.clone()));
        }
        object
    }

    /// Follows the collection, from a version on or from a list, until that is refused.
    ///
    /// What passes by itself is tried again; what is returned does not: watching is forbidden, or the kind is gone.
    pub(crate) async fn follow(
        &self,
        client: &Client,
        mut version: String,
        tell: &(dyn Fn(Seen) + Send + Sync),
    ) -> Error {
        let mut pause = FIRST_PAUSE;
        loop {
            let started = Instant::now();
            let end = async {
                if version.is_empty() {
                    let (objects, at) = self.list(client).await?;
                    tell(Seen::All(objects));
                    version = at;
                }
                self.watch(client, &mut version, tell).await
            }
            .await;
            match end {
                Ok(End::TooOld) => version.clear(),
                Err(error) if is_too_old(&error) => version.clear(),
                Err(error) if is_final(&error) => return error,
                Ok(End::Cut) | Err(_) => {}
            }
            if started.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            sleep(jittered(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Tells changes until the watch ends; `version` moves with them.
    async fn watch(
        &self,
        client: &Client,
        version: &mut String,
        tell: &(dyn Fn(Seen) + Send + Sync),
    ) -> Result<End, Error> {
        let seconds = jittered(WATCH.mul_f64(0.8)).as_secs().to_string();
        let path = self.query(&[
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", &seconds),
            ("resourceVersion", version),
        ]);
        let opened = timeout(LONGEST_SILENCE, client.stream(&path, self.accept())).await;
        let Ok(body) = opened else { return Ok(End::Cut) };
        let mut lines = Lines::new(body?);
        while let Ok(Some(line)) = timeout(LONGEST_SILENCE, lines.next()).await {
            // What is no event came from something between here and the server.
            let Ok(event) = serde_json::from_slice::<Event>(&line) else { return Ok(End::Cut) };
            if event.kind == "ERROR" {
                let is_gone = event.object["code"] == 410 || event.object["reason"] == "Expired";
                return Ok(if is_gone { End::TooOld } else { End::Cut });
            }
            if let Some(at) = event.object["metadata"]["resourceVersion"].as_str() {
                at.clone_into(version);
            }
            match event.kind.as_str() {
                "ADDED" | "MODIFIED" => tell(Seen::One(self.named(event.object))),
                "DELETED" => tell(Seen::Gone(self.named(event.object))),
                _ => {}
            }
        }
        Ok(End::Cut)
    }
}

/// Tells whether a list must be made anew.
fn is_too_old(error: &Error) -> bool {
    error.status().is_some_and(|status| status.code == 410)
}

/// Tells whether asking again is of no use.
fn is_final(error: &Error) -> bool {
    error.status().is_some_and(|status| matches!(status.code, 400 | 401 | 403 | 404 | 405))
}

/// The lines of an answer that is still coming.
#[derive(Debug)]
pub(crate) struct Lines {
    body: Body,
    buffer: Vec<u8>,
    /// how much of the buffer has no end of a line
    scanned: usize,
}

impl Lines {
    pub(crate) fn new(body: Body) -> Self {
        Self { body, buffer: Vec::new(), scanned: 0 }
    }

    /// Gives the next line, or nothing at the end, after a fault, and for a line that is too long.
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let end = self.buffer[self.scanned..].iter().position(|&byte| byte == b'\n');
            if let Some(end) = end {
                let rest = self.buffer.split_off(self.scanned + end + 1);
                self.scanned = 0;
                return Some(std::mem::replace(&mut self.buffer, rest));
            }
            self.scanned = self.buffer.len();
            if self.scanned > MAX_EVENT {
                return None;
            }
            let frame = self.body.frame().await?.ok()?;
            if let Ok(data) = frame.into_data() {
                self.buffer.extend_from_slice(&data);
            }
        }
    }
}

/// Writes what has a meaning in a query as a percent sign and two digits.
pub(crate) fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Writes a label selector of an object, such as `spec.selector`, as a query has it; nothing if it chooses nothing.
pub(crate) fn selector_text(selector: &Json) -> Option<String> {
    let is_structured =
        selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some();
    let labels = if is_structured { selector.get("matchLabels") } else { Some(selector) };
    let mut parts = Vec::new();
    for (key, value) in labels.and_then(Json::as_object).into_iter().flatten() {
        parts.push(format!("{key}={}", value.as_str()?));
    }
    for expression in crate::status::items(selector, "/matchExpressions") {
        let key = expression["key"].as_str()?;
        let values: Vec<_> =
            crate::status::items(expression, "/values").iter().filter_map(Json::as_str).collect();
        let values = values.join(",");
        parts.push(match expression["operator"].as_str()? {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    (!parts.is_empty()).then(|| parts.join(","))
}

/// Tells whether a label selector chooses an object. One that says nothing chooses nothing.
pub(crate) fn selects(selector: &Json, object: &Json) -> bool {
    let is_structured =
        selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some();
    let wanted = if is_structured { selector.get("matchLabels") } else { Some(selector) };
    let wanted = wanted.and_then(Json::as_object);
    let expressions = crate::status::items(selector, "/matchExpressions");
    if wanted.is_none_or(serde_json::Map::is_empty) && expressions.is_empty() {
        return false;
    }
    let label = |key: &str| object["metadata"]["labels"].get(key);
    wanted.into_iter().flatten().all(|(key, value)| label(key) == Some(value))
        && expressions.iter().all(|expression| {
            let own = expression["key"].as_str().and_then(label);
            let is_in =
                own.is_some_and(|own| crate::status::items(expression, "/values").contains(own));
            match expression["operator"].as_str() {
                Some("In") => is_in,
                Some("NotIn") => !is_in,
                Some("Exists") => own.is_some(),
                Some("DoesNotExist") => own.is_none(),
                _ => false,
            }
        })
}
