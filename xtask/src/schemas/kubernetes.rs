//! The types of Kubernetes' own API, one file a minor version: `schemas/kubernetes/<version>/types.txt`.
//!
//! They are read out of `api/openapi-spec/swagger.json` of the Go module `k8s.io/kubernetes`; descriptions are left out.
//! `schemas/kubernetes/README.md` says how the files are read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{hex, module};
use crate::{Result, root, say};

/// The releases whose types are kept.
const RELEASES: &[&str] = &["1.33.13", "1.34.4", "1.35.4", "1.36.3", "1.37.1"];

/// Writes the types of each release.
pub(super) fn run() -> Result {
    for release in RELEASES {
        let text = types_of(release, &openapi(release)?)?;
        let (minor, _) = release.rsplit_once('.').ok_or("a release has three numbers")?;
        let folder = root().join("schemas/kubernetes").join(minor);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let to = folder.join("types.txt");
        fs::write(&to, &text).map_err(|error| format!("{}: {error}", to.display()))?;
        say(&format!("{}: {} bytes", to.display(), text.len()));
    }
    Ok(())
}

/// Reads the OpenAPI document of a release.
pub(super) fn openapi(release: &str) -> Result<Vec<u8>> {
    let file =
        module("k8s.io/kubernetes", &format!("v{release}"))?.join("api/openapi-spec/swagger.json");
    fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Makes the file of one release.
fn types_of(release: &str, swagger: &[u8]) -> Result<String> {
    let api: Value = serde_json::from_slice(swagger).map_err(|error| error.to_string())?;
    let mut text = format!(
        "# Kubernetes {release}: api/openapi-spec/swagger.json of k8s.io/kubernetes@v{release}\n# sha256 {}\n\n",
        hex(&Sha256::digest(swagger))
    );
    for (kind, (resource, scope, definition)) in kinds(&api)? {
        let _ = writeln!(text, "kind {kind} {resource} {scope} {definition}");
    }
    text.push('\n');
    let definitions = api["definitions"].as_object().ok_or("no definitions")?;
    let mut types = BTreeMap::new();
    for (name, definition) in definitions {
        let is_object = definition["type"] == "object" || definition["properties"].is_object();
        if !is_object || word(&short(name)).is_some() {
            continue;
        }
        let mut lines = String::new();
        for (field, property) in definition["properties"].as_object().into_iter().flatten() {
            let _ = writeln!(lines, " {field} {}{}", shape(property)?, list_type(property));
        }
        types.insert(short(name), lines);
    }
    for (name, lines) in types {
        let _ = write!(text, "{name}\n{lines}");
    }
    Ok(text)
}

/// What is known of a kind besides its name: its resource, its scope, its type.
type Known = (String, &'static str, String);

/// Finds what can be created, by group version and kind.
fn kinds(api: &Value) -> Result<BTreeMap<String, Known>> {
    let mut found = BTreeMap::new();
    for (path, item) in api["paths"].as_object().ok_or("no paths")? {
        let post = &item["post"];
        let named = &post["x-kubernetes-group-version-kind"];
        let resource = path.rsplit('/').next().unwrap_or_default();
        if post["x-kubernetes-action"] != "post" || path.contains("{name}") {
            continue;
        }
        let [group, version, kind] =
            ["group", "version", "kind"].map(|key| named[key].as_str().unwrap_or_default());
        let group_version =
            if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let scope = if path.contains("{namespace}") { "namespaced" } else { "cluster" };
        let body = post["parameters"]
            .as_array()
            .and_then(|all| all.iter().find_map(|parameter| parameter["schema"]["$ref"].as_str()));
        let definition = short(body.unwrap_or_default().trim_start_matches("#/definitions/"));
        found.insert(format!("{group_version} {kind}"), (resource.to_owned(), scope, definition));
    }
    Ok(found)
}

/// Gives a definition's name without what all names have.
fn short(name: &str) -> String {
    let prefixes = [
        "io.k8s.apimachinery.pkg.apis.",
        "io.k8s.apimachinery.pkg.",
        "io.k8s.apiextensions-apiserver.pkg.apis.",
        "io.k8s.kube-aggregator.pkg.apis.",
        "io.k8s.api.",
    ];
    let prefix = prefixes.into_iter().find(|prefix| name.starts_with(prefix)).unwrap_or_default();
    name[prefix.len()..].to_owned()
}

/// Gives the word for a type that reads itself, whatever its definition says.
fn word(name: &str) -> Option<&'static str> {
    Some(match name {
        "api.resource.Quantity" => "quantity",
        "util.intstr.IntOrString" => "int-or-string",
        "meta.v1.Time" => "time",
        "meta.v1.MicroTime" => "micro-time",
        "meta.v1.FieldsV1" | "runtime.RawExtension" | "apiextensions.v1.JSON" => "any",
        "apiextensions.v1.JSONSchemaPropsOrBool" => "schema-or-bool",
        "apiextensions.v1.JSONSchemaPropsOrArray" => "schema-or-list",
        "apiextensions.v1.JSONSchemaPropsOrStringArray" => "schema-or-strings",
        _ => return None,
    })
}

/// Gives the shape of a property in one word.
fn shape(property: &Value) -> Result<String> {
    if let Some(reference) = property["$ref"].as_str() {
        let name = short(reference.trim_start_matches("#/definitions/"));
        return Ok(word(&name).map_or(name, str::to_owned));
    }
    let format = property["format"].as_str().unwrap_or_default();
    Ok(match property["type"].as_str().unwrap_or_default() {
        "array" => format!("[{}]", shape(&property["items"])?),
        "object" if property["additionalProperties"].is_object() => {
            format!("{{{}}}", shape(&property["additionalProperties"])?)
        }
        "object" | "" => "any".to_owned(),
        "string" if format == "byte" => "bytes".to_owned(),
        "string" if format == "date-time" => "time".to_owned(),
        "string" => "string".to_owned(),
        "boolean" => "bool".to_owned(),
        "integer" if format == "int32" => "int32".to_owned(),
        "integer" => "int64".to_owned(),
        "number" => "double".to_owned(),
        other => return Err(format!("a type that is not known: {other} {format}")),
    })
}

/// Says how a list is merged, if it is not replaced whole.
fn list_type(property: &Value) -> String {
    let keys = property["x-kubernetes-list-map-keys"]
        .as_array()
        .map(|keys| keys.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
    let merge_key = || property["x-kubernetes-patch-merge-key"].as_str().map(str::to_owned);
    match property["x-kubernetes-list-type"].as_str() {
        Some("set") => " set".to_owned(),
        Some("atomic") => String::new(),
        _ => keys.or_else(merge_key).map(|keys| format!(" by {keys}")).unwrap_or_default(),
    }
}
