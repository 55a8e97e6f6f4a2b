//! Values and where they come from, for machines.

use pintle_chart::origin::Origin;
use pintle_yaml::{Location, Map, Value};

/// Gives an origin as JSON holds it.
pub(crate) fn origin(origin: &Origin) -> Value {
    let place = |kind: &str, location: &Location| {
        Map::from_iter([
            ("kind", Value::string(kind)),
            ("file", Value::string(location.file.as_str())),
            ("line", number(location.line)),
            ("column", number(location.column)),
        ])
    };
    match origin {
        Origin::File(location) => place("file", location).into(),
        Origin::Compose(location) => place("compose", location).into(),
        Origin::ChartDefault { chart, location } => {
            let mut map = place("chart", location);
            map.insert("chart", Value::string(chart.as_str()));
            map.into()
        }
        Origin::Set { flag, argument, key, .. } => {
            let key = argument.get(key.clone()).unwrap_or_default();
            Map::from_iter([
                ("kind", Value::string("set")),
                ("flag", Value::string(flag.name())),
                ("key", Value::string(key)),
            ])
            .into()
        }
        Origin::Global(inner) => with_inner(inner, "global", Value::Bool(true)),
        Origin::Imported { from, origin } => {
            with_inner(origin, "importedFrom", Value::string(from.to_string()))
        }
        // The list may grow with the library; what has no form of its own says what it is.
        other => Value::string(other.to_string()),
    }
}

fn with_inner(inner: &Origin, key: &str, value: Value) -> Value {
    match origin(inner) {
        Value::Map(mut map) => {
            map.insert(key, value);
            map.into()
        }
        other => other,
    }
}

fn number(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}
