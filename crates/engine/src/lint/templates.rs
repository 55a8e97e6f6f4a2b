//! Rules on templates, and on what they render to.
//!
//! Source: `rules/template.go`.

use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_chart::coalesce::coalesce;
use pintle_chart::process::process_dependencies;
use pintle_chart::schema::CheckedValues;
use pintle_chart::{Chart, File};
use pintle_gotmpl::value::number::quote;
use pintle_yaml::{Value, json};

use super::Severity::{Error, Warning as Warn};
use super::documents::{Documents, Object, STRUCT_3, STRUCT_4};
use super::{Entry, Linter, Logged, deprecations, names};
use crate::compile::Cache;
use crate::render::render;
use crate::{Capabilities, CommandLine, Guards, Release, SchemaCheck, Settings, Warning};

const PATH: &str = "templates/";

/// The name of the release that is rendered to be judged.
const RELEASE: &str = "test-release";

impl Linter<'_> {
    pub(super) fn templates(&mut self) {
        if !self.has_folder() {
            return;
        }
        let mut chart = match self.load() {
            Ok(chart) => chart,
            Err(error) => {
                self.rule(Error, PATH, Err(error));
                return;
            }
        };
        let Some(files) = self.rendered(&mut chart) else { return };
        self.judge(&chart, &files);
        self.findings.rendered = files;
    }

    /// Judges the templates, and what they rendered to.
    fn judge(&mut self, chart: &Chart, files: &BTreeMap<String, String>) {
        for template in &chart.templates {
            self.rule(Error, &template.name, extension(&template.name));
            if self.is_helm_3() {
                self.rule(Warn, &template.name, no_crd_hook(template));
                self.rule(Error, &template.name, no_release_time(template));
            }
            if !self.is_yaml(&template.name) {
                continue;
            }
            let Some(content) = files.get(&format!("{}/{}", chart.name(), template.name)) else {
                continue;
            };
            if !content.trim().is_empty() && !self.content(&template.name, content) {
                return;
            }
        }
    }

    fn is_helm_3(&self) -> bool {
        self.settings.profile.command_line == CommandLine::Helm3
    }

    /// Checks that there are templates to look at.
    fn has_folder(&mut self) -> bool {
        let not_a_folder = || Err("not a directory".to_owned());
        match (&self.folder.templates, self.is_helm_3()) {
            (Entry::Folder, _) | (Entry::Missing, true) => true,
            (Entry::Missing, false) => {
                self.rule(Warn, PATH, Err("directory does not exist".to_owned()))
            }
            (_, true) => self.rule(Warn, PATH, not_a_folder()),
            (_, false) => self.rule(Error, PATH, not_a_folder()),
        }
    }

    /// Tells whether what a template renders to is looked at. Helm 3 means `.yml`, too, but does not say so.
    fn is_yaml(&self, name: &str) -> bool {
        let extension = extension_of(name);
        if self.is_helm_3() {
            return extension == ".yaml";
        }
        [".yaml", ".yml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    }

    /// Renders the chart; says so if that fails.
    fn rendered(&mut self, chart: &mut Chart) -> Option<BTreeMap<String, String>> {
        let super::LintSettings { profile, kube_version, namespace, schema, world } = self.settings;
        let warnings = process_dependencies(chart, self.values, profile.coalesce).ok()?;
        self.log(warnings.into_iter().map(Warning::Dependencies));
        // Helm coalesces what it has coalesced already, and logs it again.
        let mut coalesced = coalesce(chart, self.values, profile.coalesce).ok()?;
        self.log(std::mem::take(&mut coalesced.warnings).into_iter().map(Warning::Values));
        let mut coalesced = coalesce(chart, &coalesced.values, profile.coalesce).ok()?;
        self.log(std::mem::take(&mut coalesced.warnings).into_iter().map(Warning::Values));
        let values = match schema {
            SchemaCheck::Checked => CheckedValues::check(chart, &coalesced),
            SchemaCheck::Skipped => Ok(CheckedValues::unchecked(&coalesced)),
        };
        let values = match values {
            Ok(values) => values,
            Err(error) => {
                self.rule(Error, PATH, Err(error.to_string()));
                return None;
            }
        };
        let urns = values.unresolved_urns().iter().cloned();
        self.log(urns.map(|urn| Warning::UnresolvedUrn { urn }));
        let settings = Settings {
            profile: *profile,
            capabilities: Capabilities::new(kube_version.clone(), std::iter::empty::<&str>()),
            world: Arc::clone(world),
            schema: *schema,
            guards: Guards::Notice,
        };
        let release = Release::new(RELEASE).namespace(namespace.as_str());
        let mut warnings = Vec::new();
        let files = render(chart, &values, &release, &settings, &Cache::default(), &mut warnings);
        self.log(warnings);
        match files {
            Ok(files) => Some(files),
            Err(error) => {
                self.rule(Error, PATH, Err(error.to_string()));
                None
            }
        }
    }

    fn log(&mut self, warnings: impl IntoIterator<Item = Warning>) {
        self.findings.logged.extend(warnings.into_iter().map(Logged::Warning));
    }

    /// Judges what one template rendered to; tells whether it could be read.
    fn content(&mut self, path: &str, content: &str) -> bool {
        self.rule(Warn, path, top_indent(content));
        let struct_name = if self.is_helm_3() { STRUCT_3 } else { STRUCT_4 };
        for object in Documents::new(content, struct_name) {
            let object = match object {
                Ok(object) => object,
                Err(why) => {
                    return self.rule(Error, path, Err(format!("unable to parse YAML: {why}")));
                }
            };
            self.rule(Warn, path, names::check(&object.kind, &object.name));
            let kube_version = &self.settings.kube_version;
            let deprecated = deprecations::check(&object.api_version, &object.kind, kube_version);
            self.rule(Warn, path, deprecated);
            self.rule(Error, path, selector(&object, content));
            let annotations = list_annotations(&object, content, self.is_helm_3());
            self.rule(Error, path, annotations);
        }
        true
    }
}

/// Gives the end of a path from its last dot on, as Go's `filepath.Ext` does.
fn extension_of(path: &str) -> &str {
    let base = path.rsplit('/').next().unwrap_or(path);
    base.rfind('.').map_or("", |at| &base[at..])
}

fn extension(path: &str) -> Result<(), String> {
    match extension_of(path) {
        ".yaml" | ".yml" | ".tpl" | ".txt" => Ok(()),
        other => Err(format!(
            "file extension '{other}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"
        )),
    }
}

/// Looks for the hook of Helm 2 that installed definitions: `helm.sh/hook`, quoted or not, a colon, white space, its name.
fn no_crd_hook(template: &File) -> Result<(), String> {
    let text = template.text();
    let is_hook = text.match_indices("helm.sh/hook").any(|(at, key)| {
        let rest = &text[at + key.len()..];
        let rest = rest.strip_prefix('"').unwrap_or(rest);
        let Some(rest) = rest.strip_prefix(':') else { return false };
        let value = rest.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        value.len() < rest.len() && value.starts_with("crd-install")
    });
    if is_hook {
        return Err("manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also \
                    exist the crds/ directory at the top level of the chart"
            .to_owned());
    }
    Ok(())
}

fn no_release_time(template: &File) -> Result<(), String> {
    if template.text().contains(".Release.Time") {
        return Err(".Release.Time has been removed in v3, please replace with the `now` function in your templates"
            .to_owned());
    }
    Ok(())
}

fn top_indent(content: &str) -> Result<(), String> {
    let first = content.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.starts_with([' ', '\t']) {
        let quoted = quote(first);
        return Err(format!(
            "document starts with an illegal indent: {quoted}, which may cause parsing problems"
        ));
    }
    Ok(())
}

fn selector(object: &Object, content: &str) -> Result<(), String> {
    let needs_one =
        ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].contains(&object.kind.as_str());
    if needs_one && !content.contains("matchLabels") && !content.contains("matchExpressions") {
        return Err(format!(
            "a {} must contain matchLabels or matchExpressions, and {} does not",
            object.kind,
            quote(&object.name)
        ));
    }
    Ok(())
}

/// Looks for annotations on the items of a list, which Helm does not see.
fn list_annotations(object: &Object, content: &str, is_helm_3: bool) -> Result<(), String> {
    if object.kind != "List" {
        return Ok(());
    }
    let unparsable = |why: String| format!("unable to parse YAML: {why}");
    let value = pintle_yaml::from_str(content)
        .map_err(|error| unparsable(format!("error converting YAML to JSON: {error}")))?;
    let mistyped = |found: &Value, place: &str, go_type: &str| {
        let shape = json::type_name(found);
        Err(unparsable(format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {shape} into Go struct field \
             .{place} of type {go_type}"
        )))
    };
    let get = |value: &Value, name: &str| {
        let fields = value.as_map()?;
        fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    };
    let items = match get(&value, "items") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::List(items)) => items,
        Some(other) => {
            let go_type = "[]struct { Metadata struct { Annotations map[string]string } }";
            return mistyped(&other, "Items", go_type);
        }
    };
    for item in items.iter() {
        let annotations =
            match get(item, "metadata").as_ref().map(|metadata| get(metadata, "annotations")) {
                None | Some(None | Some(Value::Null)) => continue,
                Some(Some(Value::Map(annotations))) => annotations,
                Some(Some(other)) => {
                    return mistyped(&other, "Items.Metadata.Annotations", "map[string]string");
                }
            };
        if annotations.contains_key("helm.sh/resource-policy") {
            let first = if is_helm_3 { "Annotation" } else { "annotation" };
            return Err(format!(
                "{first} 'helm.sh/resource-policy' within List objects are ignored"
            ));
        }
    }
    Ok(())
}
