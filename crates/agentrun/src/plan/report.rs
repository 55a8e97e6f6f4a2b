//! Which layer gave a field, and which lost.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use pintle_yaml::secret::{is_secret_key, is_secret_text};
use serde::Serialize;
use serde_json::{Map, Value};

use super::at::join;
use super::{Layer, Origin, Place};
use crate::settings::Said;

/// What stands for a value that may be a secret.
const MASK: &str = "***";

/// What one layer says of a field.
#[derive(Debug, Clone)]
pub(super) struct Claim<T> {
    pub(super) layer: Layer,
    /// the path there
    pub(super) field: String,
    pub(super) said: Said<T>,
}

impl<T> Claim<T> {
    /// A layer that may say a value, or nothing.
    pub(super) fn perhaps(layer: Layer, field: impl Into<String>, value: Option<T>) -> Self {
        let said = value.map_or(Said::Nothing, Said::Value);
        Self { layer, field: field.into(), said }
    }

    /// A layer that says a value, `null`, or nothing.
    pub(super) fn said(layer: Layer, field: impl Into<String>, said: Said<T>) -> Self {
        Self { layer, field: field.into(), said }
    }

    fn place(&self) -> Place {
        Place { layer: self.layer.clone(), field: self.field.clone() }
    }
}

/// The origins of all fields so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    origins: RefCell<Vec<Origin>>,
    step: Cell<Option<usize>>,
}

/// A field in the making: its value, who gave it, who lost.
struct Leaf {
    value: Value,
    from: Place,
    overrides: Vec<Place>,
}

/// The fields in the making by their paths, whose parts are set apart by NUL, which no key can hold.
type Leaves = BTreeMap<String, Leaf>;

impl Report {
    /// Turns to the job of a step.
    pub(super) fn turn_to(&self, step: Option<usize>) {
        self.step.set(step);
    }

    /// Takes what the strongest layer says, which is the first.
    pub(super) fn choose<T: Serialize>(&self, field: &str, claims: Vec<Claim<T>>) -> Option<T> {
        let mut claims = claims.into_iter().filter(|claim| !claim.said.is_nothing());
        let first = claims.next()?;
        let overrides = claims.map(|claim| claim.place()).collect();
        let from = first.place();
        match first.said {
            Said::Value(value) => {
                self.note(field, &to_json(&value), from, overrides);
                Some(value)
            }
            Said::Null | Said::Nothing => {
                self.note(field, &Value::Null, from, overrides);
                None
            }
        }
    }

    /// Lays maps over each other field by field, the first the strongest; `null` takes back what weaker layers say.
    pub(super) fn merge<T: Serialize>(&self, field: &str, claims: Vec<Claim<T>>) -> Value {
        let mut leaves = Leaves::new();
        let mut is_set = false;
        for claim in claims.into_iter().rev() {
            match &claim.said {
                Said::Nothing => {}
                Said::Null => {
                    leaves.clear();
                    is_set = false;
                }
                Said::Value(value) => {
                    is_set = true;
                    lay(&mut leaves, String::new(), &claim.field, &claim.layer, to_json(value));
                }
            }
        }
        let mut merged = Value::Object(Map::new());
        for (path, Leaf { value, from, overrides }) in leaves {
            let keys = path.split('\0').filter(|key| !key.is_empty());
            let shown = keys.clone().fold(field.to_owned(), |path, key| join(&path, key));
            self.note(&shown, &value, from, overrides);
            put(&mut merged, keys, value);
        }
        if is_set { merged } else { Value::Null }
    }

    /// Notes where a field came from.
    pub(super) fn note(&self, field: &str, value: &Value, from: Place, overrides: Vec<Place>) {
        let origin = Origin {
            step: self.step.get(),
            field: field.to_owned(),
            value: shown(field, value),
            from,
            overrides,
        };
        self.origins.borrow_mut().push(origin);
    }

    /// Finds who gave a field, or the nearest one above or below it.
    pub(super) fn origin_of(&self, step: Option<usize>, field: &str) -> Option<Place> {
        let origins = self.origins.borrow();
        let of_step = origins.iter().filter(|origin| origin.step == step);
        let is_above = |origin: &&Origin| {
            field.strip_prefix(origin.field.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('.') || rest.starts_with('[')
            })
        };
        let above = of_step.clone().filter(is_above).max_by_key(|origin| origin.field.len());
        let found = above.or_else(|| {
            let mut below = of_step.filter(|origin| origin.field.starts_with(field));
            below.next()
        })?;
        let rest = field.strip_prefix(found.field.as_str()).unwrap_or_default();
        Some(Place {
            layer: found.from.layer.clone(),
            field: format!("{}{rest}", found.from.field),
        })
    }

    /// Finds who gave a field of the job that is being planned.
    pub(super) fn origin_of_last(&self, field: &str) -> Option<Place> {
        self.origin_of(self.step.get(), field)
    }

    /// Gives all origins, sorted by step and field.
    pub(super) fn into_origins(self) -> Vec<Origin> {
        let mut origins = self.origins.into_inner();
        origins.sort_by(|a, b| (a.step, &a.field).cmp(&(b.step, &b.field)));
        origins
    }
}

/// Puts a value to where keys lead, through maps that are made as needed.
fn put<'k>(place: &mut Value, mut keys: impl Iterator<Item = &'k str>, value: Value) {
    let Some(key) = keys.next() else {
        *place = value;
        return;
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if let Some(map) = place.as_object_mut() {
        put(map.entry(key.to_owned()).or_insert(Value::Null), keys, value);
    }
}

/// Lays a value over the leaves.
fn lay(leaves: &mut Leaves, path: String, field: &str, layer: &Layer, value: Value) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let below = if path.is_empty() { key.clone() } else { format!("{path}\0{key}") };
                lay(leaves, below, &join(field, &key), layer, value);
            }
        }
        // An empty map says nothing.
        Value::Object(_) => {}
        value => {
            // A scalar takes the whole branch's place, and is replaced by a branch below it.
            let mut touched: Vec<String> = path
                .match_indices('\0')
                .map(|(end, _)| path[..end].to_owned())
                .filter(|above| leaves.contains_key(above))
                .collect();
            let is_below = |other: &str| {
                other.strip_prefix(path.as_str()).is_some_and(|rest| {
                    path.is_empty() || rest.is_empty() || rest.starts_with('\0')
                })
            };
            let below = leaves.range(path.clone()..).map(|(other, _)| other);
            touched.extend(below.take_while(|other| is_below(other)).cloned());
            let mut overrides = Vec::new();
            for leaf in touched.iter().filter_map(|path| leaves.remove(path)) {
                overrides.push(leaf.from);
                overrides.extend(leaf.overrides);
            }
            let from = Place { layer: layer.clone(), field: field.to_owned() };
            leaves.insert(path, Leaf { value, from, overrides });
        }
    }
}

/// Gives a value as JSON.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Value {
    // OK because types of Kubernetes and texts have no keys that JSON could not hold.
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Shows a value on one line, unless it may be a secret.
fn shown(field: &str, value: &Value) -> String {
    let key = field.trim_end_matches(".value").trim_end_matches(']');
    let key = key.rsplit(['.', '[', '/']).next().unwrap_or_default();
    let may_be_secret = match value {
        Value::String(text) => is_secret_key(key) || is_secret_text(text),
        _ => false,
    };
    if may_be_secret { MASK.to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_laid_over_each_other() {
        let report = Report::default();
        let claim = |layer, field: &str, value: Value| Claim::perhaps(layer, field, Some(value));
        let merged = report.merge(
            "limits",
            vec![
                claim(Layer::Run, "spec.limits", json!({"cpu": "4", "x": {"y": 1}})),
                claim(Layer::Provider, "provider.limits", json!({"cpu": "3"})),
                claim(Layer::Defaults, "defaults.limits", json!({"cpu": "2", "memory": "1Gi"})),
            ],
        );
        assert_eq!(merged, json!({"cpu": "4", "memory": "1Gi", "x": {"y": 1}}));
        let origins = report.into_origins();
        assert_eq!(origins.len(), 3);
        assert_eq!(origins[0].from.field, "spec.limits.cpu");
        let lost: Vec<&str> = origins[0].overrides.iter().map(|place| &*place.field).collect();
        assert_eq!(lost, ["provider.limits.cpu", "defaults.limits.cpu"]);
    }

    #[test]
    fn null_takes_back_and_secrets_are_masked() {
        let report = Report::default();
        let merged = report.merge(
            "env",
            vec![
                Claim::said(Layer::Profile("p".to_owned()), "p", Said::<Value>::Null),
                Claim::perhaps(Layer::Defaults, "d", Some(json!({"A": "1"}))),
            ],
        );
        assert_eq!(merged, Value::Null);
        let place = Place { layer: Layer::Run, field: "x".to_owned() };
        report.note("env[API_TOKEN].value", &json!("abc"), place, Vec::new());
        assert_eq!(report.into_origins()[0].value, "***");
    }
}
