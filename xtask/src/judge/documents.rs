//! The objects that are judged: those of `fixtures`, and valid ones of recorded renders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::mutate::{checksum, mixed};
use crate::{Result, root};

/// The longest document of a render that is looked at, in bytes.
const MAX_BYTES: usize = 30_000;

/// An object.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The file, without its ending.
    pub(crate) file: String,
    /// Which object of the file.
    pub(crate) number: usize,
    pub(crate) object: Json,
    /// What stands in the file.
    pub(crate) text: String,
}

impl Document {
    pub(crate) fn kind(&self) -> &str {
        self.object["kind"].as_str().unwrap_or_default()
    }

    pub(crate) fn api_version(&self) -> &str {
        self.object["apiVersion"].as_str().unwrap_or_default()
    }

    /// Takes the namespace off, if the object names one.
    fn lose_namespace(&mut self) {
        let metadata = self.object["metadata"].as_object_mut();
        if metadata.is_some_and(|metadata| metadata.remove("namespace").is_some()) {
            self.text = self.object.to_string();
        }
    }
}

/// The objects of ours: which folder of `fixtures` they lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// Objects that a cluster takes, in which faults are made.
    Manifests,
    /// Objects that have one fault each, or none.
    Validate,
}

impl Set {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Manifests, Self::Validate];

    /// Gives the name of the folder.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Manifests => "manifests",
            Self::Validate => "validate",
        }
    }

    /// Gives the folder.
    pub(crate) fn folder(self) -> PathBuf {
        root().join("fixtures").join(self.name())
    }

    /// Reads the objects.
    ///
    /// Those that have faults lose their namespace, since all are judged in one.
    ///
    /// # Errors
    ///
    /// If an object that a cluster takes is no YAML.
    pub(crate) fn read(self) -> Result<Vec<Document>> {
        let mut documents = Vec::new();
        for path in files(&self.folder(), "yaml")? {
            let file = stem(&path);
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            for (number, text) in text.split("\n---\n").enumerate() {
                let object = match json(text) {
                    Ok(object) => object,
                    Err(_) if self == Self::Validate => continue,
                    Err(error) => return Err(format!("{}: {error}", path.display())),
                };
                let mut document =
                    Document { file: file.clone(), number, object, text: text.to_owned() };
                if self == Self::Validate {
                    if !document.object["kind"].is_string() {
                        continue;
                    }
                    document.lose_namespace();
                }
                documents.push(document);
            }
        }
        Ok(documents)
    }
}

/// Reads up to `per_kind` objects of each kind from recorded renders: JSON files whose `out` is the text.
///
/// Which are taken is told by the seed; of those that are the same, one. They lose their namespace, since all are judged in one.
pub(crate) fn rendered(folder: &Path, per_kind: usize, seed: u64) -> Result<Vec<Document>> {
    let mut kinds: BTreeMap<String, Vec<(u64, Document)>> = BTreeMap::new();
    let mut met = BTreeSet::new();
    for path in files(folder, "json")? {
        let file = stem(&path);
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let render: Json =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        if render["rc"].as_i64() != Some(0) {
            continue;
        }
        let out = render["out"].as_str().unwrap_or_default();
        for (number, text) in out.split("\n---\n").enumerate() {
            let Ok(mut object) = json(text) else { continue };
            if text.len() > MAX_BYTES || !object["kind"].is_string() {
                continue;
            }
            if let Some(metadata) = object["metadata"].as_object_mut() {
                metadata.remove("namespace");
            }
            // Charts are rendered with several values, and most of their objects stay the same.
            if !met.insert(checksum(&object)) {
                continue;
            }
            let sort = format!("{} {}", object["apiVersion"], object["kind"]);
            let draw = mixed(seed, &format!("{file} {number}"));
            let text = text.to_owned();
            let document = Document { file: file.clone(), number, object, text };
            kinds.entry(sort).or_default().push((draw, document));
        }
    }
    let mut documents = Vec::new();
    for mut found in kinds.into_values() {
        found.sort_by_key(|(draw, _)| *draw);
        documents.extend(found.into_iter().take(per_kind).map(|(_, document)| document));
    }
    Ok(documents)
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads YAML as JSON.
pub(crate) fn json(text: &str) -> Result<Json> {
    let value = pintle_yaml::from_str(text).map_err(|error| error.to_string())?;
    let text = pintle_yaml::json::to_string(&value, pintle_yaml::json::Layout::Raw);
    let text = text.map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
