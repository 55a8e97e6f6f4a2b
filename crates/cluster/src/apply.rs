//! Objects on the way to the cluster and away from it: kind after kind in the order given, those of one kind at once.
//!
//! Source: `Client.Create`, `Client.Update` and `Client.Delete` in `pkg/kube/client.go`, Helm v4.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep};

use crate::client::{Call, FIELD_MANAGER};
use crate::error::join;
use crate::merge::{is_built_in, merge_patch, three_way};
use crate::release::ApplyMethod;
use crate::{Client, Error, Target};

const APPLY: &str = "application/apply-patch+yaml";
const JSON: &str = "application/json";
const JSON_PATCH: &str = "application/json-patch+json";
const MERGE_PATCH: &str = "application/merge-patch+json";

/// The annotation of objects that stay when their release goes.
pub const RESOURCE_POLICY: &str = "helm.sh/resource-policy";
/// Its value.
pub const KEEP: &str = "keep";

/// How often an object that changed meanwhile is read and changed again.
const MAX_CONFLICTS: usize = 8;

/// How long a definition is given until its kind is served.
const DEFINITION_PATIENCE: Duration = Duration::from_mins(1);

/// How objects are applied.
#[derive(Debug, Clone, Copy)]
pub struct Apply {
    /// who merges
    pub method: ApplyMethod,
    /// what is done to objects that are there
    pub change: Change,
    /// whether the fields that a client-side manager of the same name owns become the server-side one's first
    pub migrates_fields: bool,
    /// whether the server only says what would come of it
    pub is_dry_run: bool,
    /// whether the server refuses fields that it does not know
    pub validation: Validation,
}

/// What is done to objects that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// they are merged; a field of another manager is a conflict
    Merge,
    /// they are merged, and fields of other managers are taken: `--force-conflicts`
    TakeFields,
    /// they are replaced: `--force-replace`
    Replace,
}

/// What the server does about fields that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validation {
    /// it refuses
    Strict,
    /// it drops them
    Ignored,
}

impl Default for Apply {
    fn default() -> Self {
        Self {
            method: ApplyMethod::ServerSide,
            change: Change::Merge,
            migrates_fields: false,
            is_dry_run: false,
            validation: Validation::Strict,
        }
    }
}

impl Apply {
    fn query(self, is_patch_of_fields: bool) -> String {
        let mut query = format!("?fieldManager={FIELD_MANAGER}");
        if is_patch_of_fields {
            query.push_str(if self.change == Change::TakeFields {
                "&force=true"
            } else {
                "&force=false"
            });
        }
        if self.method == ApplyMethod::ServerSide || self.change == Change::Replace {
            query.push_str(match self.validation {
                Validation::Strict => "&fieldValidation=Strict",
                Validation::Ignored => "&fieldValidation=Ignore",
            });
        }
        if self.is_dry_run {
            query.push_str("&dryRun=All");
        }
        query
    }
}

/// What an update did.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// objects that were not there
    pub created: Vec<Target>,
    /// objects that were
    pub updated: Vec<Target>,
    /// objects that are asked for no longer
    pub deleted: Vec<Target>,
}

/// What becomes of objects that belong to a deleted one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// they go later
    #[default]
    Background,
    /// they go first
    Foreground,
    /// they stay
    Orphan,
}

impl Propagation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

/// Splits objects into runs of one kind.
fn by_kind(targets: &[Target]) -> impl Iterator<Item = &[Target]> {
    targets.chunk_by(|left, right| left.kind == right.kind)
}

/// Makes objects that are not there.
///
/// # Errors
///
/// Those of all objects of the first kind that fails, a line each.
pub async fn create(client: &Client, targets: &[Target], apply: Apply) -> Result<(), Error> {
    for group in by_kind(targets) {
        let results = join_all(group.iter().map(|target| create_one(client, target, apply))).await;
        all_or_errors(results)?;
        await_definitions(client, group, apply).await?;
    }
    Ok(())
}

fn all_or_errors(results: Vec<Result<(), Error>>) -> Result<(), Error> {
    let mut errors: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(Error::Many(errors)),
    }
}

async fn create_one(client: &Client, target: &Target, apply: Apply) -> Result<(), Error> {
    if apply.method == ApplyMethod::ServerSide && !target.generates_name() {
        return apply_fields(client, target, apply).await;
    }
    let path = format!("{}{}", target.collection(), apply.query(false));
    let call = Call::new(Method::POST, &path, JSON, bytes(&target.json));
    client.send(call).await.map(drop)
}

fn bytes(json: &Json) -> Vec<u8> {
    json.to_string().into_bytes()
}

/// Applies an object on the server's side.
async fn apply_fields(client: &Client, target: &Target, apply: Apply) -> Result<(), Error> {
    let path = format!("{}{}", target.path(), apply.query(true));
    let call = Call::new(Method::PATCH, &path, APPLY, bytes(&target.json));
    client.send(call).await.map(drop).map_err(|error| {
        let what = if error.status().is_some_and(|status| status.code == 415) {
            return error.context("server-side apply not available on the server");
        } else if error.status().is_some_and(|status| status.code == 409) {
            "conflict occurred while applying object"
        } else {
            "server-side apply failed for object"
        };
        error.context(format!("{what} {}", go_name(target)))
    })
}

/// Gives an object as client-go prints it: `ns/name apps/v1, Kind=Deployment`.
fn go_name(target: &Target) -> String {
    let namespace = target.namespace.as_deref().unwrap_or_default();
    let api_version = match target.api_version.split_once('/') {
        Some(_) => target.api_version.clone(),
        None => format!("/{}", target.api_version),
    };
    format!("{namespace}/{} {api_version}, Kind={}", target.name, target.kind)
}

/// Waits until the kinds that new definitions define are served, so that objects of them may follow.
async fn await_definitions(client: &Client, group: &[Target], apply: Apply) -> Result<(), Error> {
    let is_definition =
        group.first().is_some_and(|target| target.kind == "CustomResourceDefinition");
    if !is_definition || apply.is_dry_run {
        return Ok(());
    }
    let started = Instant::now();
    let mut pause = Duration::from_millis(20);
    for target in group {
        loop {
            let live: Json = client.get(&target.path()).await?;
            let conditions = live["status"]["conditions"].as_array().into_iter().flatten();
            if conditions.clone().any(|c| c["type"] == "Established" && c["status"] == "True") {
                break;
            }
            if started.elapsed() > DEFINITION_PATIENCE {
                return Err(Error::TimedOut.context(format!(
                    "CustomResourceDefinition {} is not established",
                    target.name
                )));
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }
    client.rediscover().await.map(drop)
}

/// Makes objects what is asked for: creates, changes, and deletes those of `originals` that are asked for no longer.
///
/// # Errors
///
/// With the error comes what was done until then.
pub async fn update(
    client: &Client,
    originals: &[Target],
    targets: &[Target],
    apply: Apply,
) -> Result<Applied, (Applied, Error)> {
    let mut applied = Applied::default();
    let known: HashMap<String, &Target> =
        originals.iter().map(|original| (identity(original), original)).collect();
    let mut faults = Vec::new();
    for group in by_kind(targets) {
        let each = group
            .iter()
            .map(|target| update_one(client, known.get(&identity(target)).copied(), target, apply));
        let results = join_all(each).await;
        let mut stop = None;
        for (target, result) in group.iter().zip(results) {
            match result {
                Ok(Done::Created) => applied.created.push(target.clone()),
                Ok(Done::Updated) => applied.updated.push(target.clone()),
                Err(Fault::Create(error)) => {
                    applied.created.push(target.clone());
                    stop = stop.or(Some(error.context("failed to create resource")));
                }
                Err(Fault::Look(error)) => {
                    let text = "could not get information about the resource";
                    stop = stop.or(Some(error.context(text)));
                }
                Err(Fault::Update(error)) => {
                    applied.updated.push(target.clone());
                    faults.push(error);
                }
            }
        }
        if let Some(error) = stop {
            return Err((applied, error));
        }
        if let Err(error) = await_definitions(client, group, apply).await {
            return Err((applied, error));
        }
    }
    if !faults.is_empty() {
        return Err((applied, one_of(faults)));
    }
    let asked: HashSet<String> = targets.iter().map(identity).collect();
    let gone = originals.iter().filter(|original| !asked.contains(&identity(original)));
    let results = join_all(gone.map(|original| remove(client, original, apply))).await;
    for (original, result) in results {
        match result {
            Ok(true) => applied.deleted.push(original.clone()),
            Ok(false) => {}
            Err(error) => faults.push(error.context(format!(
                "failed to delete resource namespace={}, name={}, kind={}",
                original.namespace.as_deref().unwrap_or_default(),
                original.name,
                original.kind
            ))),
        }
    }
    if faults.is_empty() { Ok(applied) } else { Err((applied, one_of(faults))) }
}

/// Joins the faults of several objects as Helm does.
fn one_of(mut faults: Vec<Error>) -> Error {
    match faults.len() {
        1 => faults.remove(0),
        _ => Error::Said(join(&faults, " && ")),
    }
}

/// Gives what makes two revisions' objects the same: all but the version of the API.
fn identity(target: &Target) -> String {
    let group = target.api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let namespace = target.namespace.as_deref().unwrap_or_default();
    format!("{group}/{}/{namespace}/{}", target.kind, target.name)
}

enum Done {
    Created,
    Updated,
}

enum Fault {
    Look(Error),
    Create(Error),
    Update(Error),
}

async fn update_one(
    client: &Client,
    original: Option<&Target>,
    target: &Target,
    apply: Apply,
) -> Result<Done, Fault> {
    let live = if target.generates_name() {
        None
    } else {
        client.find::<Json>(&target.path()).await.map_err(Fault::Look)?
    };
    let Some(live) = live else {
        create_one(client, target, apply).await.map_err(Fault::Create)?;
        return Ok(Done::Created);
    };
    let change = async {
        match (apply.change, apply.method) {
            (Change::Replace, _) => replace(client, target, &live, apply).await,
            (_, ApplyMethod::ServerSide) => {
                if apply.migrates_fields {
                    migrate_fields(client, target, live, apply).await?;
                }
                apply_fields(client, target, apply).await
            }
            (_, ApplyMethod::ClientSide) => {
                let original =
                    original.map_or_else(|| live.clone(), |original| original.json.clone());
                merge(client, &original, target, live, apply).await
            }
        }
    };
    change.await.map(|()| Done::Updated).map_err(Fault::Update)
}

async fn replace(client: &Client, target: &Target, live: &Json, apply: Apply) -> Result<(), Error> {
    let mut object = target.json.clone();
    // What some kinds may not be replaced without.
    let version = &live["metadata"]["resourceVersion"];
    crate::object::metadata(&mut object).insert("resourceVersion".to_owned(), version.clone());
    let path = format!("{}{}", target.path(), apply.query(false));
    let call = Call::new(Method::PUT, &path, JSON, bytes(&object));
    client.send(call).await.map(drop).map_err(|error| error.context("failed to replace object"))
}

/// Changes an object on the client's side, again if it changed meanwhile.
async fn merge(
    client: &Client,
    original: &Json,
    target: &Target,
    mut live: Json,
    apply: Apply,
) -> Result<(), Error> {
    let path = format!("{}{}", target.path(), apply.query(false));
    for n in 0.. {
        let change = if is_built_in(&target.api_version) {
            let merged = three_way(original, &target.json, &live);
            merge_patch(&live, &merged)
        } else {
            merge_patch(original, &target.json)
        };
        let Some(mut change) = change else { return Ok(()) };
        // Lists were merged with what was there, so that must be there still.
        if is_built_in(&target.api_version) {
            let version = live["metadata"]["resourceVersion"].clone();
            crate::object::metadata(&mut change).insert("resourceVersion".to_owned(), version);
        }
        let call = Call::new(Method::PATCH, &path, MERGE_PATCH, bytes(&change));
        match client.send(call).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_conflict() && n < MAX_CONFLICTS => {
                live = client.get(&target.path()).await?;
            }
            Err(error) => {
                let text = format!("cannot patch {:?} with kind {}", target.name, target.kind);
                return Err(error.context(text));
            }
        }
    }
    unreachable!("the loop ends in a return")
}

/// Gives the fields that a client-side manager owns to the server-side manager of the same name.
///
/// Source: `UpgradeManagedFieldsPatch` in `k8s.io/client-go/util/csaupgrade`.
async fn migrate_fields(
    client: &Client,
    target: &Target,
    mut live: Json,
    apply: Apply,
) -> Result<(), Error> {
    for n in 0.. {
        let Some(fields) = migrated(&live["metadata"]["managedFields"]) else { return Ok(()) };
        let change = json!([
            {"op": "replace", "path": "/metadata/managedFields", "value": fields},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        ]);
        let path = format!("{}{}", target.path(), apply.query(false));
        let call = Call::new(Method::PATCH, &path, JSON_PATCH, bytes(&change));
        match client.send(call).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_conflict() && n < MAX_CONFLICTS => {
                live = client.get(&target.path()).await?;
            }
            Err(error) => {
                let text = format!(
                    "failed to patch object to upgrade CSA field manager {}",
                    go_name(target)
                );
                return Err(error.context(text));
            }
        }
    }
    unreachable!("the loop ends in a return")
}

/// Gives managed fields with those of the client-side manager made server-side; nothing if it has none.
fn migrated(managed: &Json) -> Option<Json> {
    let entries = managed.as_array()?;
    let is_of = |entry: &Json, operation: &str| {
        entry["manager"] == FIELD_MANAGER
            && entry["operation"] == operation
            && entry["subresource"].as_str().unwrap_or_default().is_empty()
    };
    let (old, mut kept): (Vec<Json>, Vec<Json>) =
        entries.iter().cloned().partition(|entry| is_of(entry, "Update"));
    let mut old = old.into_iter();
    let first = old.next()?;
    let place = kept.iter().position(|entry| is_of(entry, "Apply"));
    let place = place.unwrap_or_else(|| {
        let mut entry = first.clone();
        entry["operation"] = Json::from("Apply");
        kept.push(entry);
        kept.len() - 1
    });
    for entry in std::iter::once(first).chain(old) {
        unite(&mut kept[place]["fieldsV1"], &entry["fieldsV1"]);
    }
    Some(Json::Array(kept))
}

/// Adds the fields of one set to another.
fn unite(into: &mut Json, from: &Json) {
    let Json::Object(from) = from else { return };
    if !into.is_object() {
        *into = json!({});
    }
    for (key, value) in from {
        unite(&mut into[key.as_str()], value);
    }
}

/// Deletes an object that is asked for no longer, unless it is to stay. Gives whether it was there.
async fn remove<'a>(
    client: &Client,
    original: &'a Target,
    apply: Apply,
) -> (&'a Target, Result<bool, Error>) {
    let look = async {
        let Some(live) = client.find::<Json>(&original.path()).await? else { return Ok(false) };
        let policy = live["metadata"]["annotations"][RESOURCE_POLICY].as_str();
        if policy == Some(KEEP) {
            return Ok(false);
        }
        delete_one(client, original, Propagation::Background, apply.is_dry_run).await
    };
    (original, look.await)
}

/// Deletes an object. Gives whether it was there.
async fn delete_one(
    client: &Client,
    target: &Target,
    propagation: Propagation,
    is_dry_run: bool,
) -> Result<bool, Error> {
    let mut options = json!({"propagationPolicy": propagation.as_str()});
    if is_dry_run {
        options["dryRun"] = json!(["All"]);
    }
    let path = target.path();
    let call = Call::new(Method::DELETE, &path, JSON, bytes(&options));
    match client.send(call).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes objects; one that is not there is as good as deleted.
///
/// # Errors
///
/// Those of all objects that were not deleted.
pub async fn delete(
    client: &Client,
    targets: &[Target],
    propagation: Propagation,
) -> Result<(), Vec<Error>> {
    let mut errors = Vec::new();
    for group in by_kind(targets) {
        let each = group.iter().map(|target| delete_one(client, target, propagation, false));
        errors.extend(join_all(each).await.into_iter().filter_map(Result::err));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
