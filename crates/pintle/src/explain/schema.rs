//! Schema faults as reports: the line, the value underlined, the rule, and what would be right.

use std::collections::BTreeMap;
use std::ops::Range;

use pintle_chart::near;
use pintle_chart::origin::{Origin, Origins, Spotted};
use pintle_chart::schema::SchemaFault;
use pintle_chart::secret::is_secret;
use pintle_chart::value_path::Step;
use pintle_yaml::Value;
use pintle_yaml::json::{self, Layout};

use super::draw::{Place, Report};

/// The most values or alternatives that are listed.
const MAX_LISTED: usize = 12;

/// Makes reports of faults, sorted by place.
pub(crate) fn reports(
    faults: &[SchemaFault],
    origins: &Origins,
    shows_secrets: bool,
) -> Vec<Report> {
    let mut reporter = Reporter { origins, shows_secrets, secrets: BTreeMap::new() };
    let mut reports: Vec<Report> = faults.iter().map(|fault| reporter.report(fault)).collect();
    reports.sort_by_cached_key(Report::key);
    reports
}

/// What a report underlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Key,
    Value,
}

/// Shows where values stand, secrets masked.
pub(crate) struct Reporter<'o> {
    pub(crate) origins: &'o Origins,
    pub(crate) shows_secrets: bool,
    /// where secrets stand, by the number of the text
    pub(crate) secrets: BTreeMap<usize, Vec<Range<usize>>>,
}

impl Reporter<'_> {
    fn report(&mut self, fault: &SchemaFault) -> Report {
        let is_hidden = self.is_hidden(fault);
        let name =
            if fault.path.0.is_empty() { "values".to_owned() } else { fault.path.to_string() };
        let message = self.message(fault);
        let target = match fault.keyword {
            "additionalProperties" | "propertyNames" | "false" | "required" => Target::Key,
            _ => Target::Value,
        };
        let found = self.origins.spot(&fault.path);
        let mut report = Report { title: format!("{name}: {message}"), ..Report::default() };
        if let Some(spotted) = &found {
            let span = span_of(spotted, target);
            report.places.push(self.place(spotted, span, label(fault)));
            inherited(&spotted.origin, &mut report.notes);
        }
        if let Some(words) = &fault.description {
            report.notes.push(words.clone());
        }
        for (key, words) in &fault.missing {
            if let Some(words) = words {
                report.notes.push(format!("`{key}`: {words}"));
            }
        }
        if !is_hidden {
            self.alternatives(fault, &mut report.notes);
        }
        if !fault.location.is_empty() {
            let (chart, location) = (&fault.chart, &fault.location);
            report.notes.push(format!("the schema of {chart} asks for this at {location}"));
        }
        self.advise(fault, found.as_ref(), is_hidden, &mut report.help);
        report
    }

    fn is_hidden(&self, fault: &SchemaFault) -> bool {
        !self.shows_secrets && is_secret(self.origins.values(), &fault.path)
    }

    /// Gives the words for a fault: Helm's, unless they would show a secret.
    fn message(&self, fault: &SchemaFault) -> String {
        if self.is_hidden(fault) {
            format!("the value, which may be a secret, does not meet `{}`", fault.keyword)
        } else {
            fault.message.clone()
        }
    }

    /// Says what each alternative asks for.
    fn alternatives(&self, fault: &SchemaFault, notes: &mut Vec<String>) {
        let total = fault.alternatives.len();
        for (n, faults) in fault.alternatives.iter().enumerate().take(MAX_LISTED) {
            let texts: Vec<String> = faults
                .iter()
                .take(MAX_LISTED)
                .map(|inner| {
                    let message = self.message(inner);
                    if inner.path == fault.path {
                        message
                    } else {
                        format!("{}: {message}", inner.path)
                    }
                })
                .collect();
            notes.push(format!("not alternative {} of {total}: {}", n + 1, texts.join("; ")));
        }
    }

    /// Gives the lines of a place.
    pub(crate) fn place(
        &mut self,
        spotted: &Spotted<'_>,
        span: Range<usize>,
        label: String,
    ) -> Place {
        let number = spotted.text_number;
        let (origins, shows) = (self.origins, self.shows_secrets);
        let secrets = self
            .secrets
            .entry(number)
            .or_insert_with(|| if shows { Vec::new() } else { origins.secrets_in(number) });
        Place::new(spotted.text, span, label, secrets)
    }

    /// Says what would be right, where that can be told.
    fn advise(
        &self,
        fault: &SchemaFault,
        spotted: Option<&Spotted<'_>>,
        is_hidden: bool,
        help: &mut Vec<String>,
    ) {
        let known = || fault.known_keys.iter().map(String::as_str);
        let value = fault.path.find(self.origins.values());
        match fault.keyword {
            "additionalProperties" => {
                let Some(Step::Key(key)) = fault.path.0.last() else { return };
                let near = near::of(key, known());
                match near.as_slice() {
                    [] if fault.known_keys.is_empty() => {}
                    [] => help.push(format!("it may have {}", listed(known()))),
                    near => help.push(format!("did you mean {}?", either(near.iter().copied()))),
                }
            }
            "required" => {
                let here = match value {
                    Some(Value::Map(map)) => Some(map),
                    None if fault.path.0.is_empty() => Some(self.origins.values()),
                    _ => None,
                };
                for (key, _) in &fault.missing {
                    let there = here.into_iter().flat_map(pintle_yaml::Map::keys);
                    let odd = there.map(|key| &**key).filter(|key| known().all(|k| k != *key));
                    for near in near::of(key, odd) {
                        help.push(format!("`{near}` is there: did you mean `{key}`?"));
                    }
                }
            }
            "enum" | "oneOf" | "anyOf" if !fault.choices.is_empty() && !is_hidden => {
                let texts: Vec<&str> = fault.choices.iter().filter_map(Value::as_str).collect();
                let given = value.and_then(Value::as_str).unwrap_or_default();
                let near = near::of(given, texts.iter().copied());
                if !near.is_empty() {
                    help.push(format!("did you mean {}?", either(near.into_iter())));
                }
            }
            "type" if !is_hidden => {
                let written = spotted.and_then(|spotted| {
                    let span = spotted.value.clone()?;
                    spotted.text.text.get(span)
                });
                let is_set =
                    spotted.is_some_and(|spotted| matches!(spotted.origin, Origin::Set { .. }));
                let advice = value.and_then(|value| of_type(value, written, &fault.types, is_set));
                help.extend(advice);
            }
            _ => {}
        }
    }
}

/// Gives what is underlined of a place.
fn span_of(spotted: &Spotted<'_>, target: Target) -> Range<usize> {
    let value = spotted.value.clone();
    let span = match target {
        Target::Key => spotted.key.clone().or(value),
        Target::Value => value.or_else(|| spotted.key.clone()),
    };
    let span = span.unwrap_or(0..0);
    // A map or a list that begins on a line of its own is known by its key.
    let text = spotted.text.text.get(span.clone()).unwrap_or_default();
    match &spotted.key {
        Some(key) if text.contains('\n') && !text.starts_with(['|', '>', '"', '\'']) => key.clone(),
        _ if text.contains('\n') => {
            let first = text.split('\n').next().unwrap_or_default();
            span.start..span.start + first.trim_end().len()
        }
        _ => span,
    }
}

/// Says behind the underlined text what the rule is.
fn label(fault: &SchemaFault) -> String {
    match fault.keyword {
        "type" => format!(
            "must be {}",
            fault.types.iter().map(|t| article(t)).collect::<Vec<_>>().join(" or ")
        ),
        "enum" | "const" | "not" if !fault.choices.is_empty() => {
            let texts: Vec<String> = fault.choices.iter().map(shown).collect();
            let word = match (fault.keyword, texts.len()) {
                ("not", 1) => "must not be ",
                ("not", _) => "must be none of ",
                (_, 1) => "must be ",
                _ => "must be one of ",
            };
            format!("{word}{}", listed_plain(texts.iter().map(String::as_str)))
        }
        "required" => {
            let keys = fault.missing.iter().map(|(key, _)| key.as_str());
            format!("must have {}", listed(keys))
        }
        "additionalProperties" | "false" => "is not allowed here".to_owned(),
        "oneOf" | "anyOf" if !fault.types.is_empty() => {
            let types: Vec<String> = fault.types.iter().map(|t| article(t)).collect();
            format!("must be {}", types.join(" or "))
        }
        _ => String::new(),
    }
}

fn article(name: &str) -> String {
    match name {
        "null" => "null".to_owned(),
        name if name.starts_with(['a', 'i', 'o']) => format!("an {name}"),
        name => format!("a {name}"),
    }
}

/// Says how a value got here that was not given here.
pub(crate) fn inherited(origin: &Origin, notes: &mut Vec<String>) {
    match origin {
        Origin::Global(_) => notes.push("the value comes down as a global".to_owned()),
        Origin::Imported { from, .. } => notes.push(format!("the value is imported from {from}")),
        _ => {}
    }
}

/// Says how a value would have the right type. What is set by a flag needs another flag, not other quotes.
fn of_type(value: &Value, written: Option<&str>, types: &[&str], is_set: bool) -> Option<String> {
    let wants = |name| types.contains(&name);
    match value {
        Value::String(text) => {
            let is_number = wants("integer") && text.parse::<i64>().is_ok()
                || wants("number") && text.parse::<f64>().is_ok_and(f64::is_finite);
            let is_bool = wants("boolean") && matches!(&**text, "true" | "false");
            let advice = match is_set {
                _ if !is_number && !is_bool => return None,
                true => "set it with --set".to_owned(),
                false => format!("write {text} without quotes"),
            };
            Some(advice)
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) if wants("string") => {
            if is_set {
                return Some("set it with --set-string".to_owned());
            }
            let written = written.filter(|text| !text.is_empty() && text.len() < 100)?;
            let is_word = matches!(value, Value::Bool(_)) && !matches!(written, "true" | "false");
            Some(match value {
                _ if is_word => {
                    format!("YAML takes `{written}` for a boolean: write \"{written}\"")
                }
                _ => format!("write \"{written}\", in quotes"),
            })
        }
        Value::Null if written.is_some_and(str::is_empty) => {
            Some("a key without a value is null: give it one, or leave the key out".to_owned())
        }
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    json::to_string(value, Layout::Raw).unwrap_or_default()
}

/// Lists keys, not too many of them.
fn listed<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let quoted: Vec<String> = texts.map(|text| format!("`{text}`")).collect();
    listed_plain(quoted.iter().map(String::as_str))
}

fn listed_plain<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let all: Vec<&str> = texts.collect();
    let mut list = all.iter().take(MAX_LISTED).copied().collect::<Vec<_>>().join(", ");
    if all.len() > MAX_LISTED {
        list.push_str(", …");
    }
    list
}

fn either<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" or ")
}
