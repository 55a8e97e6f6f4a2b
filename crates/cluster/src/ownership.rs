//! Which release an object belongs to: a label and two annotations.
//!
//! Source: `setMetadataVisitor` and `checkOwnership` in `pkg/action/validate.go`, Helm v4.

use futures_util::future::try_join_all;
use serde_json::Value as Json;

use crate::object::{entry, metadata};
use crate::{Client, Error, Target};

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const HELM: &str = "Helm";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// A release, as objects name the one they belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner<'a> {
    /// the release's name
    pub name: &'a str,
    /// the release's namespace
    pub namespace: &'a str,
}

/// What to do about objects that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// those of the same release are taken over, any other is an error
    OwnOnly,
    /// all are taken over: `--take-ownership`
    Any,
}

/// Marks objects as a release's.
pub fn mark(targets: &mut [Target], owner: Owner<'_>) {
    for target in targets {
        let metadata = metadata(&mut target.json);
        entry(metadata, "labels").insert(MANAGED_BY.to_owned(), Json::from(HELM));
        let annotations = entry(metadata, "annotations");
        annotations.insert(RELEASE_NAME.to_owned(), Json::from(owner.name));
        annotations.insert(RELEASE_NAMESPACE.to_owned(), Json::from(owner.namespace));
    }
}

/// Checks that a live object is a release's.
///
/// # Errors
///
/// Helm's words, with each label and annotation that is missing or another's.
pub fn check(live: &Json, owner: Owner<'_>) -> Result<(), Error> {
    let wanted = [
        ("label", "labels", MANAGED_BY, HELM),
        ("annotation", "annotations", RELEASE_NAME, owner.name),
        ("annotation", "annotations", RELEASE_NAMESPACE, owner.namespace),
    ];
    let faults: Vec<String> = wanted
        .into_iter()
        .filter_map(|(what, map, key, value)| {
            let fault = match live["metadata"][map].get(key).and_then(Json::as_str) {
                None => format!("missing key {key:?}: must be set to {value:?}"),
                Some(actual) if actual != value => {
                    format!("key {key:?} must equal {value:?}: current value is {actual:?}")
                }
                Some(_) => return None,
            };
            Some(format!("{what} validation error: {fault}"))
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(Error::Said(format!("invalid ownership metadata; {}", faults.join("; "))))
}

/// Gives an object as Helm names it in sentences.
pub(crate) fn named(target: &Target) -> String {
    let namespace = target.namespace.as_deref().unwrap_or_default();
    format!("{} {:?} in namespace {namespace:?}", target.kind, target.name)
}

/// Finds those of the objects that are there already and may be taken over.
///
/// # Errors
///
/// The first object that is another's, in order.
pub async fn find_existing(
    client: &Client,
    targets: &[&Target],
    owner: Owner<'_>,
    adoption: Adoption,
) -> Result<Vec<Target>, Error> {
    let look = |target: &Target| {
        let target = target.clone();
        async move {
            if target.generates_name() {
                return Ok((target, None));
            }
            if target.json.pointer("/metadata/generateName").is_some() {
                let text = "metadata.name and metadata.generateName cannot both be set";
                return Err(Error::Said(text.to_owned()));
            }
            let found: Result<Option<Json>, Error> = client.find(&target.path()).await;
            let found = found.map_err(|error| {
                let named = named(&target);
                error.context(format!("could not get information about the resource {named}"))
            })?;
            Ok((target, found))
        }
    };
    let all = try_join_all(targets.iter().map(|target| look(target))).await?;
    let mut existing = Vec::new();
    for (target, found) in all {
        let Some(live) = found else { continue };
        if adoption == Adoption::OwnOnly {
            check(&live, owner).map_err(|error| {
                let named = named(&target);
                error.context(format!(
                    "{named} exists and cannot be imported into the current release"
                ))
            })?;
        }
        existing.push(target);
    }
    Ok(existing)
}
