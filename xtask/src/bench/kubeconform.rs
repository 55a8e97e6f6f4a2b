//! `validate` beside kubeconform, on one folder of 1,000 objects that both take, each with its own schemas on this disk.
//!
//! kubeconform is built through Go's module proxy. Its schemas are made of the OpenAPI document that ours come from, in the
//! form it is used with: one file a kind with all that it refers to, fields that a type does not have refused, no
//! descriptions. Objects that it refuses, being less exact, are not in the folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use super::process::{self, Sample};
use super::table::{bytes, duration, median, three_digits};
use super::{Bench, KUBE_VERSION};
use crate::schemas;
use crate::{Result, root, say};

/// The name of these rows on the command line.
pub(super) const NAME: &str = "validate";

const MODULE: &str = "github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0";

/// The release of Kubernetes whose types both judge by.
const RELEASE: &str = "1.34.4";

/// How many objects are judged.
const N_OBJECTS: usize = 1_000;

/// How long one batch of judgements in one process takes, in milliseconds.
const BATCH_MS: usize = 500;

/// Measures both, and gives a table in Markdown, or the reason why there is none.
///
/// # Errors
///
/// If a program cannot be run, or the folder not be made.
pub(super) fn measure(bench: &Bench) -> Result<std::result::Result<String, String>> {
    let Some(kubeconform) = build(&bench.scratch) else {
        return Ok(Err("kubeconform cannot be built: is there Go?".to_owned()));
    };
    let schemas = bench.scratch.join("schemas");
    write_schemas(&schemas)?;
    let location =
        format!("{}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json", schemas.display());
    let theirs = |folder: &Path| {
        let args = [
            "-strict",
            "-kubernetes-version",
            RELEASE,
            "-schema-location",
            &location,
            "-output",
            "json",
        ];
        let mut args = super::words(&args);
        args.push(folder.to_string_lossy().into_owned());
        args
    };
    let folder = bench.scratch.join("objects");
    write_objects(&folder, |folder| refused(&kubeconform, &theirs(folder)))?;
    let path = folder.to_string_lossy().into_owned();
    let ours = super::words(&["validate", "--kube-version", KUBE_VERSION, &path]);
    let pairs = super::alternate(
        bench.pairs,
        || process::whole(bench, &bench.pintle, &ours),
        || process::whole(bench, &kubeconform, &theirs(&folder)),
    )?;
    let inside = process::renders(
        bench,
        &bench.xtask,
        &["bench", "inside", NAME, &path, "", &BATCH_MS.to_string()],
    )?;
    let of = |sample: fn(&super::Pair) -> Sample| {
        let wall = duration(median(pairs.iter().map(|pair| sample(pair).wall)));
        let peak = bytes(median(pairs.iter().map(|pair| sample(pair).peak)));
        format!("{wall}, {peak}")
    };
    let ratio = |of: fn(Sample) -> f64| {
        let ratios = pairs.iter().map(|pair| of(pair.helm) / of(pair.ours).max(1.0));
        format!("{}×", three_digits(median(ratios)))
    };
    Ok(Ok(format!(
        "| Beside kubeconform 0.7.0 | pintle | kubeconform | time | CPU | memory |\n|---|---|---|---|---|---|\n\
         | `validate`, a folder of 1,000 objects | {} | {} | {} | {} | {} |\n\
         | the same in one process, judged again | {} | | | | |\n",
        of(|pair| pair.ours),
        of(|pair| pair.helm),
        ratio(|sample| sample.wall),
        ratio(|sample| sample.cpu),
        ratio(|sample| sample.peak),
        duration(inside.wall),
    )))
}

/// Builds kubeconform, if there is Go.
fn build(scratch: &Path) -> Option<PathBuf> {
    let status = Command::new("go").args(["install", MODULE]).env("GOBIN", scratch).status();
    let program = scratch.join(format!("kubeconform{}", std::env::consts::EXE_SUFFIX));
    status.is_ok_and(|status| status.success()).then_some(program)
}

/// Writes a folder of objects, one a file: those of our fixtures that both take, again and again by other names.
fn write_objects(folder: &Path, refused: impl Fn(&Path) -> Result<BTreeSet<String>>) -> Result {
    let mut objects: Vec<(String, String)> = Vec::new();
    let fixtures = root().join("fixtures/manifests");
    let entries =
        fs::read_dir(&fixtures).map_err(|error| format!("{}: {error}", fixtures.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "yaml"))
    {
        let text =
            fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for document in text.split("\n---\n").filter(|document| document.contains("kind:")) {
            objects.push((format!("{stem}-{}.yaml", objects.len()), document.to_owned()));
        }
    }
    write_all(folder, objects.iter())?;
    let refused = refused(folder)?;
    fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    objects.retain(|(name, _)| !refused.contains(name));
    if objects.is_empty() {
        return Err("kubeconform refuses every object".to_owned());
    }
    say(&format!("  {} of {} objects are judged", objects.len(), objects.len() + refused.len()));
    let many = (0..N_OBJECTS).map(|number| {
        let (name, text) = &objects[number % objects.len()];
        (format!("{number}-{name}"), text.clone())
    });
    write_all(folder, many.collect::<Vec<_>>().iter())
}

fn write_all<'a>(folder: &Path, files: impl Iterator<Item = &'a (String, String)>) -> Result {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Gives the names of the files that kubeconform has something against.
fn refused(kubeconform: &Path, args: &[String]) -> Result<BTreeSet<String>> {
    let output =
        Command::new(kubeconform).args(args).output().map_err(|error| error.to_string())?;
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("kubeconform: {error}: {}", String::from_utf8_lossy(&output.stderr))
    })?;
    let resources = report["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |resource: &Value| {
        let file = Path::new(resource["filename"].as_str()?);
        Some(file.file_name()?.to_string_lossy().into_owned())
    };
    Ok(resources.iter().filter_map(name).collect())
}

/// Writes a schema for each kind.
fn write_schemas(folder: &Path) -> Result {
    let api = schemas::openapi(RELEASE)?;
    let definitions = api["definitions"].as_object().ok_or("no definitions")?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, definition) in definitions {
        let kinds = definition["x-kubernetes-group-version-kind"].as_array();
        for kind in kinds.into_iter().flatten() {
            let [group, version, kind] =
                ["group", "version", "kind"].map(|key| kind[key].as_str().unwrap_or_default());
            let group = group.split('.').next().unwrap_or_default();
            let dash = if group.is_empty() { "" } else { "-" };
            let file = format!("{}{dash}{group}-{version}.json", kind.to_lowercase());
            let schema = standalone(name, definitions);
            fs::write(folder.join(file), schema.to_string()).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// Gives a type as a schema with all that it refers to.
fn standalone(name: &str, definitions: &Map<String, Value>) -> Value {
    let mut kept = Map::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        if let (false, Some(definition)) = (kept.contains_key(&name), definitions.get(&name)) {
            let strict = strict(&name, definition, &mut open);
            kept.insert(name, strict);
        }
    }
    json!({ "$ref": format!("#/definitions/{name}"), "definitions": kept })
}

/// Gives a schema without descriptions that refuses other fields; notes what it refers to.
fn strict(name: &str, schema: &Value, refers_to: &mut Vec<String>) -> Value {
    if name.ends_with(".IntOrString") || name.ends_with(".Quantity") {
        return json!({ "oneOf": [{ "type": "string" }, { "type": "number" }] });
    }
    let Some(fields) = schema.as_object() else { return schema.clone() };
    let mut kept = Map::new();
    for (key, value) in fields {
        let kept_value = match (key.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                refers_to.extend(reference.strip_prefix("#/definitions/").map(str::to_owned));
                value.clone()
            }
            ("properties", Value::Object(properties)) => {
                kept.insert("additionalProperties".to_owned(), json!(false));
                let strict =
                    |(key, value): (&String, &Value)| (key.clone(), strict("", value, refers_to));
                Value::Object(properties.iter().map(strict).collect())
            }
            ("items" | "additionalProperties", value) => strict("", value, refers_to),
            ("type" | "format" | "required" | "enum", value) => value.clone(),
            _ => continue,
        };
        kept.insert(key.clone(), kept_value);
    }
    Value::Object(kept)
}
