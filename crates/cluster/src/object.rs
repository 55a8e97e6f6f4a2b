//! Objects ready to be sent: a manifest's documents as JSON, with the places where the cluster keeps them.
//!
//! Source: `buildResourceList` in `pkg/kube/client.go`, Helm v4, and what `cli-runtime`'s resource builder does for it.

use pintle_manifest::{SplitRules, split, typed};
use serde_json::{Map, Value as Json};

use crate::{Client, Discovery, Error, Resource};

/// An object, and where the cluster keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// the name; empty if the server makes it from `generateName`
    pub name: String,
    /// the namespace, if the kind has one
    pub namespace: Option<String>,
    /// how the server calls the kind
    pub resource: Resource,
    /// the object itself
    pub json: Json,
}

impl Target {
    /// Makes a target of an object.
    ///
    /// # Errors
    ///
    /// [`Error::NoMatch`] for a kind that the cluster does not have, [`Error::Manifest`] for what is no object.
    pub fn new(mut json: Json, namespace: &str, discovery: &Discovery) -> Result<Self, Error> {
        let text =
            |path: &str| json.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (api_version, kind, name) =
            (text("/apiVersion"), text("/kind"), text("/metadata/name"));
        if kind.is_empty() {
            return Err(Error::Manifest(format!("Object 'Kind' is missing in '{json}'")));
        }
        if api_version.is_empty() {
            return Err(Error::Manifest(format!("Object 'apiVersion' is missing in '{json}'")));
        }
        let own = text("/metadata/namespace");
        let Some(resource) = discovery.resource(&api_version, &kind).cloned() else {
            let namespace = if own.is_empty() { namespace.to_owned() } else { own };
            return Err(Error::NoMatch { api_version, kind, name, namespace });
        };
        let namespace =
            resource.is_namespaced.then(|| if own.is_empty() { namespace.to_owned() } else { own });
        if let Some(namespace) = &namespace {
            metadata(&mut json).insert("namespace".to_owned(), Json::String(namespace.clone()));
        }
        Ok(Self { api_version, kind, name, namespace, resource, json })
    }

    /// Gives the path of the collection it is in, such as `/apis/apps/v1/namespaces/web/deployments`.
    pub fn collection(&self) -> String {
        collection(&self.api_version, &self.resource, self.namespace.as_deref())
    }

    /// Gives the path of the object.
    pub fn path(&self) -> String {
        format!("{}/{}", self.collection(), self.name)
    }

    /// Gives what tells objects apart: version, kind, namespace and name.
    pub fn key(&self) -> String {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        format!("{}/{}/{namespace}/{}", self.api_version, self.kind, self.name)
    }

    /// Gives an annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.json.get("metadata")?.get("annotations")?.get(name)?.as_str()
    }

    /// Tells whether the server makes the name.
    pub fn generates_name(&self) -> bool {
        self.name.is_empty() && self.json.pointer("/metadata/generateName").is_some()
    }
}

/// Gives the path of a collection.
pub fn collection(api_version: &str, resource: &Resource, namespace: Option<&str>) -> String {
    let root = if api_version.contains('/') { "apis" } else { "api" };
    let plural = &resource.plural;
    match namespace {
        Some(namespace) => format!("/{root}/{api_version}/namespaces/{namespace}/{plural}"),
        None => format!("/{root}/{api_version}/{plural}"),
    }
}

/// Gives the metadata of an object, made if it has none.
pub(crate) fn metadata(object: &mut Json) -> &mut Map<String, Json> {
    if !object.is_object() {
        *object = Json::Object(Map::new());
    }
    entry(object.as_object_mut().expect("it was made one"), "metadata")
}

/// Gives a map in a map, made if it is not there.
pub(crate) fn entry<'a>(map: &'a mut Map<String, Json>, key: &str) -> &'a mut Map<String, Json> {
    let value = map.entry(key).or_insert(Json::Null);
    if !value.is_object() {
        *value = Json::Object(Map::new());
    }
    value.as_object_mut().expect("it was made one")
}

/// Reads the objects of a manifest, in its order; lists become their items.
///
/// # Errors
///
/// [`Error::Manifest`] for text that is no YAML or no object.
pub fn documents(manifest: &str) -> Result<Vec<Json>, Error> {
    let mut objects = Vec::new();
    for document in split(manifest, SplitRules::LINE_START) {
        let json: Json = typed::read(document.text)
            .map_err(|error| Error::Manifest(format!("error parsing : {error}")))?;
        if !json.is_null() {
            flatten(json, &mut objects);
        }
    }
    Ok(objects)
}

/// Puts an object behind others, or the items of a list.
fn flatten(json: Json, objects: &mut Vec<Json>) {
    let is_list = json["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    match json {
        Json::Object(mut list) if is_list && list.get("items").is_some_and(Json::is_array) => {
            let Some(Json::Array(items)) = list.remove("items") else { return };
            objects.extend(items);
        }
        json => objects.push(json),
    }
}

/// Makes targets of all objects of a manifest.
///
/// What the cluster does not know is asked for once more: a definition may have come since.
///
/// # Errors
///
/// As [`documents`] and [`Target::new`]; all kinds that are missing are told.
pub async fn build(client: &Client, manifest: &str, namespace: &str) -> Result<Vec<Target>, Error> {
    prepare(client, documents(manifest)?, namespace).await
}

/// Makes targets of objects, as [`build`].
pub(crate) async fn prepare(
    client: &Client,
    objects: Vec<Json>,
    namespace: &str,
) -> Result<Vec<Target>, Error> {
    let discovery = client.discovery().await?;
    match targets(objects.clone(), namespace, &discovery) {
        Err(Error::NoMatch { .. } | Error::Many(_)) => {
            let discovery = client.rediscover().await?;
            targets(objects, namespace, &discovery)
        }
        result => result,
    }
}

fn targets(
    objects: Vec<Json>,
    namespace: &str,
    discovery: &Discovery,
) -> Result<Vec<Target>, Error> {
    let (mut targets, mut errors) = (Vec::with_capacity(objects.len()), Vec::new());
    for object in objects {
        match Target::new(object, namespace, discovery) {
            Ok(target) => targets.push(target),
            Err(error) => errors.push(error),
        }
    }
    match errors.len() {
        0 => Ok(targets),
        1 => Err(errors.remove(0)),
        _ => Err(Error::Many(errors)),
    }
}
