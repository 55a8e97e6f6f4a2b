//! Values that are equal: numbers by what they amount to, `1` and `1.0` are one.
//!
//! Source: `equals` and `duplicates` in `util.go` of santhosh-tekuri/jsonschema v6.

use std::collections::HashMap;

use pintle_yaml::Value;
use pintle_yaml::json::{Layout, to_string};

use crate::schema::doc::{Doc, Node, NodeId};
use crate::schema::number::Decimal;
use crate::show::Shown;
use crate::stack;

/// Up to how many items duplicates are looked for pair by pair.
const PAIRWISE: usize = 20;

/// Tells whether a value equals one of a schema; numbers do by what they amount to.
pub(super) fn equals(value: &Value, doc: &Doc, node: NodeId) -> bool {
    match (value, doc.node(node)) {
        (Value::Null, Node::Null) => true,
        (Value::Bool(a), Node::Bool(b)) => a == b,
        (Value::String(a), Node::String(b)) => a == b,
        (Value::Int(_) | Value::Float(_), Node::Number(text)) => {
            Decimal::of(value).is_some_and(|number| Decimal::parse(text) == Some(number))
        }
        (Value::List(a), Node::List(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| stack::with_room(|| equals(a, doc, *b)))
        }
        (Value::Map(a), Node::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|((a_key, a), (b_key, b))| {
                    a_key == b_key && stack::with_room(|| equals(a, doc, b))
                })
        }
        _ => false,
    }
}

/// Gives the first item that equals an earlier one, behind that.
pub(super) fn duplicates(items: &[Value]) -> Option<(usize, usize)> {
    if items.len() <= PAIRWISE {
        let mut pairs = (1..items.len()).flat_map(|n| (0..n).map(move |m| (m, n)));
        return pairs.find(|(m, n)| same_value(&items[*m], &items[*n]));
    }
    let mut seen = HashMap::new();
    items.iter().enumerate().find_map(|(n, item)| {
        // JSON text is the same for equal values: keys are sorted, numbers have one form.
        let text = to_string(item, Layout::Raw).unwrap_or_else(|_| Shown(item).to_string());
        let first = *seen.entry(text).or_insert(n);
        (first != n).then_some((first, n))
    })
}

fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            Decimal::of(a) == Decimal::of(b)
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len()
                && a.iter().zip(&**b).all(|(a, b)| stack::with_room(|| same_value(a, b)))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|((a_key, a), (b_key, b))| {
                    a_key == b_key && stack::with_room(|| same_value(a, b))
                })
        }
        (a, b) => a == b,
    }
}
