//! Schemas that are surely good, told without their metaschema.
//!
//! Compiling a metaschema and applying it costs more than everything else a schema is for. Nearly all schemas use the
//! common keywords in the common way; of those this says yes, and of all others nothing: they are left to the metaschema,
//! which has the words for what is wrong with them. What is asked for here is what the strictest draft from 6 on asks for.
//!
//! Source: the metaschemas in `schemas/json-schema/`.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::doc::{Doc, Node, NodeId};
use super::draft::Draft;
use super::format;
use crate::go::regex;
use crate::stack;

/// The longest list whose items are compared each with each.
const MAX_COMPARED: usize = 16;

/// How many patterns are remembered, so that none can be chosen to be slow to find.
const MAX_REMEMBERED: usize = 500;

/// A look through a schema.
pub(super) struct Look<'d> {
    doc: &'d Doc,
    draft: Draft,
    /// the patterns that were met, each of them readable
    pub(super) patterns: FxHashSet<Arc<str>>,
}

impl<'d> Look<'d> {
    pub(super) fn new(doc: &'d Doc, draft: Draft) -> Self {
        Self { doc, draft, patterns: FxHashSet::default() }
    }

    /// Tells whether a node surely is what the metaschema wants; `false` says nothing.
    pub(super) fn is_surely_good(&mut self, node: NodeId) -> bool {
        self.draft > Draft::V4 && self.schema(node)
    }

    fn schema(&mut self, node: NodeId) -> bool {
        match self.doc.node(node) {
            Node::Bool(_) => true,
            Node::Map(keywords) => stack::with_room(|| {
                keywords.iter().all(|(keyword, value)| self.keyword(keyword, value))
            }),
            _ => false,
        }
    }

    fn keyword(&mut self, keyword: &str, node: NodeId) -> bool {
        match keyword {
            "type" => self.is_type(node),
            "description" | "title" | "$comment" | "format" | "contentMediaType"
            | "contentEncoding" => matches!(self.doc.node(node), Node::String(_)),
            "properties" | "$defs" | "definitions" | "dependentSchemas" => {
                self.schemas_by_key(node)
            }
            "patternProperties" => self.are_patterns(node) && self.schemas_by_key(node),
            "additionalProperties"
            | "propertyNames"
            | "contains"
            | "not"
            | "if"
            | "then"
            | "else"
            | "additionalItems"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema" => self.schema(node),
            "items" => self.schema(node) || (self.draft < Draft::V2020 && self.schema_list(node)),
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => self.schema_list(node),
            "$ref" => self.is_format("uri-reference", node),
            "$schema" => self.is_format("uri", node),
            "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" => {
                matches!(self.doc.node(node), Node::Bool(_))
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                matches!(self.doc.node(node), Node::Number(_))
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" | "minContains" | "maxContains" => self.is_small_count(node),
            "pattern" => self.doc.string(node).is_some_and(|text| self.is_pattern(text)),
            "required" => self.are_keys(node),
            "dependentRequired" => {
                self.doc.map(node).is_some_and(|map| map.values().all(|keys| self.are_keys(keys)))
            }
            "enum" => self
                .doc
                .list(node)
                .is_some_and(|items| !items.is_empty() && self.are_different(items)),
            "examples" => self.doc.list(node).is_some(),
            "multipleOf" | "dependencies" | "id" | "$id" | "$anchor" | "$dynamicAnchor"
            | "$dynamicRef" | "$recursiveAnchor" | "$recursiveRef" | "$vocabulary" => false,
            // No draft says anything of other keywords, nor of what `default` and `const` may be.
            _ => true,
        }
    }

    fn schemas_by_key(&mut self, node: NodeId) -> bool {
        let doc = self.doc;
        doc.map(node).is_some_and(|map| map.values().all(|inner| self.schema(inner)))
    }

    fn schema_list(&mut self, node: NodeId) -> bool {
        let doc = self.doc;
        doc.list(node)
            .is_some_and(|items| !items.is_empty() && items.iter().all(|item| self.schema(*item)))
    }

    fn is_type(&self, node: NodeId) -> bool {
        let is_name = |node: NodeId| {
            const NAMES: [&str; 7] =
                ["array", "boolean", "integer", "null", "number", "object", "string"];
            self.doc.string(node).is_some_and(|name| NAMES.contains(&&**name))
        };
        match self.doc.node(node) {
            Node::List(items) => {
                !items.is_empty()
                    && items.iter().all(|item| is_name(*item))
                    && self.are_different(items)
            }
            _ => is_name(node),
        }
    }

    fn is_format(&self, name: &str, node: NodeId) -> bool {
        let Some(text) = self.doc.string(node) else { return false };
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'$');
        let is_pointer = text.strip_prefix('#').is_some_and(|rest| rest.bytes().all(is_plain));
        (name == "uri-reference" && is_pointer)
            || format::Format::named(name).is_some_and(|format| format.check(text).is_ok())
    }

    fn is_small_count(&self, node: NodeId) -> bool {
        match self.doc.node(node) {
            Node::Number(text) => text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        }
    }

    fn are_patterns(&mut self, node: NodeId) -> bool {
        let doc = self.doc;
        doc.map(node).is_some_and(|map| map.keys().all(|text| self.is_pattern(text)))
    }

    fn is_pattern(&mut self, text: &Arc<str>) -> bool {
        if self.patterns.contains(text) {
            return true;
        }
        let is_small = regex::is_small(text.as_bytes());
        if is_small && self.patterns.len() < MAX_REMEMBERED {
            self.patterns.insert(Arc::clone(text));
        }
        is_small
    }

    /// Tells whether a node is a list of strings that are all different.
    fn are_keys(&self, node: NodeId) -> bool {
        self.doc.list(node).is_some_and(|items| {
            items.iter().all(|item| self.doc.string(*item).is_some()) && self.are_different(items)
        })
    }

    /// Tells whether the items of a list are surely different. Lists, maps and odd numbers may be the same in many forms.
    fn are_different(&self, items: &[NodeId]) -> bool {
        if items.len() > MAX_COMPARED {
            let texts: Option<BTreeSet<&str>> =
                items.iter().map(|item| self.doc.string(*item).map(|text| &**text)).collect();
            return texts.is_some_and(|texts| texts.len() == items.len());
        }
        items.iter().enumerate().all(|(n, item)| {
            items[..n].iter().all(|other| match (self.doc.node(*item), self.doc.node(*other)) {
                (Node::String(a), Node::String(b)) => a != b,
                (Node::Bool(a), Node::Bool(b)) => a != b,
                (Node::Number(_), Node::Number(_)) => {
                    self.is_small_count(*item)
                        && self.is_small_count(*other)
                        && !self.is_same_text(*item, *other)
                }
                (Node::Null, Node::Null)
                | (Node::List(_) | Node::Map(_), _)
                | (_, Node::List(_) | Node::Map(_)) => false,
                _ => true,
            })
        })
    }

    fn is_same_text(&self, a: NodeId, b: NodeId) -> bool {
        matches!((self.doc.node(a), self.doc.node(b)), (Node::Number(a), Node::Number(b)) if a == b)
    }
}

#[cfg(test)]
mod tests {
    use super::Look;
    use crate::schema::doc::Doc;
    use crate::schema::draft::{Draft, metaschema};
    use crate::schema::validate::validate_schema;

    /// Every keyword that is looked at, `@` standing for its value.
    const KEYWORDS: [&str; 49] = [
        "type",
        "title",
        "$comment",
        "format",
        "contentMediaType",
        "contentEncoding",
        "properties",
        "$defs",
        "definitions",
        "dependentSchemas",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "additionalItems",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
        "items",
        "allOf",
        "anyOf",
        "oneOf",
        "prefixItems",
        "$ref",
        "$schema",
        "uniqueItems",
        "readOnly",
        "writeOnly",
        "deprecated",
        "minimum",
        "exclusiveMaximum",
        "minLength",
        "maxItems",
        "minProperties",
        "maxContains",
        "pattern",
        "required",
        "dependentRequired",
        "enum",
        "examples",
        "multipleOf",
        "dependencies",
        "$id",
        "default",
        "other",
    ];

    const VALUES: [&str; 38] = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e2",
        "12345678901234567890",
        r#""""#,
        r#""string""#,
        r#""a b""#,
        r##""#/a/b""##,
        r##""#%zz""##,
        r#""\\""#,
        r#""(""#,
        r#""^a+$""#,
        r#""http://x.y/z""#,
        "[]",
        "{}",
        "[true]",
        "[{}]",
        "[1]",
        "[1, 1]",
        "[1, 1.0]",
        r#"["a"]"#,
        r#"["a", "a"]"#,
        r#"["string", "null"]"#,
        r#"["null", "null"]"#,
        "[{}, {}]",
        "[[], 1]",
        r#"{"a": true}"#,
        r#"{"a": 1}"#,
        r#"{"a": {"type": "string"}}"#,
        r#"{"a": {"type": "text"}}"#,
        r#"{"(": {}}"#,
        r#"{"a": ["b"]}"#,
        r#"{"a": ["b", "b"]}"#,
        r#"{"type": []}"#,
        r#"{"not": {"items": [1]}}"#,
    ];

    #[test]
    fn what_is_surely_good_is_good() {
        let mut n_good = 0;
        for draft in [Draft::V4, Draft::V6, Draft::V7, Draft::V2019, Draft::V2020] {
            let metaschema = metaschema(draft);
            for keyword in KEYWORDS {
                for value in VALUES {
                    let text = format!(r#"{{"properties": {{"x": {{"{keyword}": {value}}}}}}}"#);
                    let doc = Doc::read_own(&text);
                    if Look::new(&doc, draft).is_surely_good(Doc::ROOT) {
                        n_good += 1;
                        let judged = validate_schema(metaschema, &doc, Doc::ROOT);
                        assert_eq!(judged, Ok(()), "{draft:?}: {text}");
                    }
                }
            }
        }
        assert!(n_good > 1_000, "only {n_good} are");
    }
}
