//! Top-level `configs` and `secrets` as objects of the release, named after it.
//!
//! The chart runs objects and pod volumes as templates, so that both sides have the same name; what stands in a config is
//! therefore escaped, and what stands in a secret is in base 64 anyway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::context::Context;
use crate::error::Problem;
use crate::names::{MAX_NAME, dns_label};
use crate::node::{Entry, Map, Node};
use crate::output::{Out, map};
use crate::path;
use crate::report::Place;

/// The key of the one file that an object holds.
pub(crate) const KEY: &str = "content";

/// The largest content of an object, in bytes: Kubernetes takes 1 MiB with everything round it.
pub(crate) const MAX_CONTENT_BYTES: usize = 1_000_000;

/// Config or secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Config,
    Secret,
}

impl Sort {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Secret => "secret",
        }
    }
}

/// All configs and secrets of a project.
#[derive(Debug, Default)]
pub(crate) struct Objects(Vec<Object>);

#[derive(Debug)]
struct Object {
    sort: Sort,
    name: String,
    new_name: String,
    content: Vec<u8>,
    is_used: bool,
}

impl Objects {
    /// Gives the names of all configs, or of all secrets.
    pub(crate) fn names(&self, sort: Sort) -> Vec<String> {
        self.0
            .iter()
            .filter(|object| object.sort == sort)
            .map(|object| object.name.clone())
            .collect()
    }

    /// Gives the objects that services use.
    pub(crate) fn out(&self) -> Vec<Out> {
        self.0.iter().filter(|object| object.is_used).map(Object::out).collect()
    }
}

impl Object {
    fn template(&self) -> String {
        let (word, name) = (self.sort.word(), &self.new_name);
        format!("{{{{ include \"agentEnv.fullname\" $ }}}}-{word}-{name}")
    }

    fn out(&self) -> Out {
        let encoded = || Out::Text(STANDARD.encode(&self.content));
        let (kind, field, content) = match (self.sort, std::str::from_utf8(&self.content)) {
            (Sort::Secret, _) => ("Secret", "data", encoded()),
            (Sort::Config, Ok(text))
                if text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()) =>
            {
                ("ConfigMap", "data", Out::Text(no_template(text)))
            }
            (Sort::Config, _) => ("ConfigMap", "binaryData", encoded()),
        };
        map([
            ("apiVersion", "v1".into()),
            ("kind", kind.into()),
            ("metadata", map([("name", self.template().into())])),
            (field, map([(KEY, content)])),
        ])
    }
}

/// Escapes a text for the chart, which runs it as a template: without a space, so that no line break comes between words.
pub(crate) fn no_template(text: &str) -> String {
    text.replace("{{", "{{`{{`}}")
}

/// Marks an object as used; gives the template of its name.
pub(crate) fn used(sort: Sort, name: &str, context: &mut Context<'_>) -> Option<String> {
    let object =
        context.objects.0.iter_mut().find(|object| object.sort == sort && object.name == name)?;
    object.is_used = true;
    Some(object.template())
}

/// Reads the definitions.
pub(crate) fn read(sort: Sort, section: &Map, context: &mut Context<'_>) {
    for entry in &section.0 {
        let new_name = dns_label(&entry.key);
        let wrong = |context: &mut Context<'_>, place: Place, problem, reason: &str, help: &str| {
            let reason = format!("`{}s.{}`: {reason}", sort.word(), entry.key);
            context.report.error(place, problem, reason, help);
        };
        let is_taken = context
            .objects
            .0
            .iter()
            .any(|object| object.sort == sort && object.new_name == new_name);
        if new_name.is_empty() || new_name.len() > MAX_NAME || is_taken {
            let reason = "the name, in lower case and with `-`, is empty, too long or taken";
            wrong(context, entry.place, Problem::Value, reason, "choose another name");
            continue;
        }
        // A name that is known keeps its references from being reported as well.
        let bytes = content(entry, sort, context).unwrap_or_default();
        if bytes.len() > MAX_CONTENT_BYTES {
            let reason = format!("it has more than {MAX_CONTENT_BYTES} bytes");
            wrong(context, entry.place, Problem::Limit, &reason, "build it into the image");
        }
        let name = entry.key.to_string();
        context.objects.0.push(Object { sort, name, new_name, content: bytes, is_used: false });
    }
}

fn content(entry: &Entry, sort: Sort, context: &mut Context<'_>) -> Option<Vec<u8>> {
    let node = &entry.value;
    let name = format!("`{}s.{}`", sort.word(), entry.key);
    if node.get("external").and_then(Node::bool) == Some(true) {
        let reason = format!("{name}: nothing outside the release is used");
        let help = "write `file: PATH`, or `environment: NAME`";
        context.report.error(entry.place, Problem::Refused, reason, help);
        return None;
    }
    if let Some(content) = node.get("content") {
        return content.scalar_text().map(String::into_bytes);
    }
    if let Some(variable) = node.get("environment") {
        let key = variable.scalar_text()?;
        let value = context.variables.get(&key).map(|value| value.as_bytes().to_vec());
        if value.is_none() {
            let reason = format!("{name}: the variable {key} is not set");
            let help = format!("give it with `--env {key}=VALUE`, or in `.env`");
            context.report.error(variable.place, Problem::Variable, reason, help);
        }
        return value;
    }
    let Some(file) = node.get("file") else {
        let reason = format!("{name}: it has no content");
        let help = "write `file: PATH`, or `environment: NAME`";
        context.report.error(entry.place, Problem::Value, reason, help);
        return None;
    };
    let text = file.scalar_text()?;
    let Some(path) = path::join(context.report.folder(file.place), &text) else {
        let reason = format!("{name}: the file {text} lies outside the project's folder");
        let help = "copy it into the project, and name it by its path there";
        context.report.error(file.place, Problem::File, reason, help);
        return None;
    };
    match context.project.read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let reason = format!("{name}: the file {text} cannot be read: {error}");
            let help = "paths start from the folder of the Compose file";
            context.report.error(file.place, Problem::File, reason, help);
            None
        }
    }
}
