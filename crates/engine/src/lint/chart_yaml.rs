//! Rules on `Chart.yaml`.
//!
//! Source: `rules/chartfile.go`.

use pintle_chart::Draft;
use pintle_chart::semver::{Constraint, Version};
use pintle_gotmpl::value::number::quote;
use pintle_yaml::Value;

use super::Severity::{Error, Info, Warning};
use super::{Entry, Linter, address};
use crate::CommandLine;

const PATH: &str = "Chart.yaml";

/// The `apiVersion` of charts whose `Chart.yaml` has dependencies and a type.
const V2: &str = "v2";

impl Linter<'_> {
    pub(super) fn chart_yaml(&mut self) {
        let profile = self.settings.profile;
        let is_helm_4 = profile.command_line == CommandLine::Helm4;
        let unreadable = |why: &str| Err(format!("unable to parse YAML\n\t{why}"));
        let bytes = match &self.folder.chart_yaml {
            Entry::File(bytes) => bytes,
            Entry::Folder => {
                let text = "should be a file, not a directory".to_owned();
                self.rule(Error, PATH, Err(text));
                let why = format!("read {}/{PATH}: is a directory", self.folder.path);
                self.rule(Error, PATH, unreadable(&why));
                return;
            }
            Entry::Missing => {
                let why = format!("open {}/{PATH}: no such file or directory", self.folder.path);
                self.rule(Error, PATH, unreadable(&why));
                return;
            }
            Entry::Unreadable(why) => {
                self.rule(Error, PATH, unreadable(why));
                return;
            }
        };
        let draft = match Draft::read(bytes, profile.load.go_package) {
            Ok(draft) => draft,
            Err(error) => {
                self.rule(Error, PATH, unreadable(&error.text()));
                return;
            }
        };
        if is_helm_4 {
            let strict = Draft::check_strictly(bytes).map_err(|error| {
                format!("failed to strictly parse chart metadata file\n\t{}", error.text())
            });
            self.rule(Warning, PATH, strict);
        }
        let fields = pintle_yaml::from_slice(bytes).unwrap_or(Value::Null);
        self.rule(Error, PATH, name(&draft));
        self.rule(Error, PATH, api_version(&draft));
        self.rule(Error, PATH, is_text(&fields, "version"));
        self.rule(Error, PATH, version(&draft));
        self.rule(Error, PATH, is_text(&fields, "appVersion"));
        self.rule(Error, PATH, maintainers(&draft));
        self.rule(Error, PATH, sources(&draft));
        self.rule(Info, PATH, icon_presence(&draft));
        self.rule(Error, PATH, icon(&draft));
        self.rule(Error, PATH, chart_type(&draft));
        self.rule(Error, PATH, dependencies(&draft));
        if is_helm_4 {
            self.rule(Warning, PATH, strict_version(&draft));
        }
    }
}

fn name(draft: &Draft) -> Result<(), String> {
    let name = &draft.metadata.name;
    if name.is_empty() {
        return Err("name is required".to_owned());
    }
    // What is left of a path when all folders are taken from it is the name itself.
    if name != "/" && name.contains('/') {
        return Err(format!("chart name {} is invalid", quote(name)));
    }
    Ok(())
}

fn api_version(draft: &Draft) -> Result<(), String> {
    match draft.metadata.api_version.as_str() {
        "" => Err(r#"apiVersion is required. The value must be either "v1" or "v2""#.to_owned()),
        "v1" | V2 => Ok(()),
        other => Err(format!(
            r#"apiVersion '{other}' is not valid. The value must be either "v1" or "v2""#
        )),
    }
}

fn is_text(fields: &Value, key: &str) -> Result<(), String> {
    let go_type = match fields.as_map().and_then(|fields| fields.get(key)) {
        None | Some(Value::String(_)) => return Ok(()),
        Some(Value::Null) => "<nil>",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Int(_) | Value::Float(_)) => "float64",
        Some(Value::List(_)) => "[]interface {}",
        Some(Value::Map(_)) => "map[string]interface {}",
    };
    Err(format!("{key} should be of type string but it's of type {go_type}"))
}

fn version(draft: &Draft) -> Result<(), String> {
    let text = &draft.metadata.version;
    if text.is_empty() {
        return Err("version is required".to_owned());
    }
    let Ok(version) = Version::parse(text) else {
        return Err(format!("version '{text}' is not a valid SemVer"));
    };
    let positive = Constraint::parse(">0.0.0-0").expect("it is a constraint");
    positive
        .validate(&version)
        .map_err(|faults| format!("version {}", faults.first().map_or("", String::as_str)))
}

fn strict_version(draft: &Draft) -> Result<(), String> {
    let text = &draft.metadata.version;
    match Version::parse_strict(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("version '{text}' is not a valid SemVerV2")),
    }
}

fn maintainers(draft: &Draft) -> Result<(), String> {
    for maintainer in &draft.maintainers {
        let Some(maintainer) = maintainer else {
            return Err("a maintainer entry is empty".to_owned());
        };
        let (name, email, url) = (&maintainer.name, &maintainer.email, &maintainer.url);
        if name.is_empty() {
            return Err("each maintainer requires a name".to_owned());
        }
        if !email.is_empty() && !address::is_email(email) {
            return Err(format!("invalid email '{email}' for maintainer '{name}'"));
        }
        if !url.is_empty() && !address::is_url(url) {
            return Err(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    Ok(())
}

fn sources(draft: &Draft) -> Result<(), String> {
    match draft.metadata.sources.iter().find(|source| !address::is_request_url(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon_presence(draft: &Draft) -> Result<(), String> {
    if draft.metadata.icon.is_empty() { Err("icon is recommended".to_owned()) } else { Ok(()) }
}

fn icon(draft: &Draft) -> Result<(), String> {
    let icon = &draft.metadata.icon;
    if icon.is_empty() || address::is_request_url(icon) {
        return Ok(());
    }
    Err(format!("invalid icon URL '{icon}'"))
}

fn chart_type(draft: &Draft) -> Result<(), String> {
    let metadata = &draft.metadata;
    if metadata.chart_type.is_empty() || metadata.api_version == V2 {
        return Ok(());
    }
    Err(format!(
        "chart type is not valid in apiVersion '{}'. It is valid in apiVersion '{V2}'",
        metadata.api_version
    ))
}

fn dependencies(draft: &Draft) -> Result<(), String> {
    let version = &draft.metadata.api_version;
    if draft.dependencies.is_empty() || version == V2 {
        return Ok(());
    }
    Err(format!(
        "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion '{V2}'"
    ))
}
