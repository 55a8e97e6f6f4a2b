//! Values in the order in which a reader of them expects their keys, and as text.

use std::borrow::Cow;

use pintle_yaml::emit::{Emitter, Layout};

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Out {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Out>),
    Map(OutMap),
}

/// Entries in their order; nearly all keys are words of the chart.
pub(crate) type OutMap = Vec<(Cow<'static, str>, Out)>;

impl From<&str> for Out {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Out {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Out {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Out {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

/// Makes a map of entries.
pub(crate) fn map<const N: usize>(entries: [(&'static str, Out); N]) -> Out {
    Out::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// Makes a list of texts.
pub(crate) fn texts<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Out {
    Out::List(items.into_iter().map(|item| Out::Text(item.into())).collect())
}

/// Gives values as YAML, in our order.
pub(crate) fn text(entries: &OutMap) -> String {
    let mut yaml = Emitter::new(Layout::V2);
    write_map(&mut yaml, entries);
    // OK because a Compose file cannot hold what YAML cannot: its own text was YAML.
    yaml.finish().unwrap_or_default()
}

fn write_map(yaml: &mut Emitter, entries: &OutMap) {
    yaml.begin_map(entries.len());
    for (key, out) in entries {
        yaml.key(key);
        write(yaml, out);
    }
    yaml.end();
}

fn write(yaml: &mut Emitter, out: &Out) {
    match out {
        Out::Null => yaml.null(),
        Out::Bool(b) => yaml.bool(*b),
        Out::Int(n) => yaml.int(*n),
        Out::Float(x) => yaml.float(*x),
        Out::Text(text) => yaml.string(text),
        Out::List(items) => {
            yaml.begin_list(items.len());
            for item in items {
                write(yaml, item);
            }
            yaml.end();
        }
        Out::Map(entries) => write_map(yaml, entries),
    }
}
