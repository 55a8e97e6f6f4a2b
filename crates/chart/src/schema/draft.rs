//! The drafts of JSON Schema: where each has subschemas, and the metaschema that judges it.
//!
//! The metaschemas in `schemas/json-schema/` are those of json-schema.org, as the specifications publish them.

use std::sync::LazyLock;

use super::compile::{Compiled, Formats, compile};
use super::doc::{Doc, Entries, Node, NodeId};

/// A draft of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    V4,
    V6,
    V7,
    V2019,
    V2020,
}

impl Draft {
    /// The draft of documents that do not say theirs.
    pub(super) const LATEST: Self = Self::V2020;

    pub(super) fn from_url(url: &str) -> Option<Self> {
        let url = url.strip_suffix('#').unwrap_or(url);
        let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        match url.unwrap_or_default().strip_prefix("json-schema.org/")? {
            "schema" => Some(Self::LATEST),
            "draft/2020-12/schema" => Some(Self::V2020),
            "draft/2019-09/schema" => Some(Self::V2019),
            "draft-07/schema" => Some(Self::V7),
            "draft-06/schema" => Some(Self::V6),
            "draft-04/schema" => Some(Self::V4),
            _ => None,
        }
    }

    /// Gives the number of the draft, or its year.
    pub(super) fn version(self) -> u16 {
        match self {
            Self::V4 => 4,
            Self::V6 => 6,
            Self::V7 => 7,
            Self::V2019 => 2019,
            Self::V2020 => 2020,
        }
    }

    pub(super) fn id_keyword(self) -> &'static str {
        if self == Self::V4 { "id" } else { "$id" }
    }

    fn url(self) -> &'static str {
        match self {
            Self::V4 => "http://json-schema.org/draft-04/schema",
            Self::V6 => "http://json-schema.org/draft-06/schema",
            Self::V7 => "http://json-schema.org/draft-07/schema",
            Self::V2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::V2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// Gives the subschemas of a schema.
    pub(super) fn subschemas(self, doc: &Doc, keywords: &Entries) -> Vec<NodeId> {
        let mut found = Vec::new();
        for (keyword, id) in keywords.iter() {
            match (Shape::of(self, keyword), doc.node(id)) {
                (Shape::List | Shape::OneOrList, Node::List(items)) => found.extend(items),
                (Shape::Map, Node::Map(map)) => found.extend(map.values()),
                (Shape::One | Shape::OneOrList, _) => found.push(id),
                _ => {}
            }
        }
        found
    }
}

/// How a keyword holds subschemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    One,
    OneOrList,
    List,
    Map,
}

impl Shape {
    fn of(draft: Draft, keyword: &str) -> Self {
        let (shape, since) = match keyword {
            "not" | "additionalProperties" | "additionalItems" => (Self::One, Draft::V4),
            "allOf" | "anyOf" | "oneOf" => (Self::List, Draft::V4),
            "definitions" | "properties" | "patternProperties" | "dependencies" => {
                (Self::Map, Draft::V4)
            }
            "items" => (Self::OneOrList, Draft::V4),
            "propertyNames" | "contains" => (Self::One, Draft::V6),
            "if" | "then" | "else" => (Self::One, Draft::V7),
            "$defs" | "dependentSchemas" => (Self::Map, Draft::V2019),
            "unevaluatedProperties" | "unevaluatedItems" | "contentSchema" => {
                (Self::One, Draft::V2019)
            }
            "prefixItems" => (Self::List, Draft::V2020),
            _ => (Self::Nothing, Draft::V4),
        };
        if draft >= since { shape } else { Self::Nothing }
    }
}

/// Gives the text of a metaschema by its URL.
pub(super) fn metaschema_document(url: &str) -> Option<&'static str> {
    let path = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let path = path.strip_prefix("json-schema.org/")?;
    Some(match path {
        "draft-04/schema" => include_str!("../../../../schemas/json-schema/draft-04.json"),
        "draft-06/schema" => include_str!("../../../../schemas/json-schema/draft-06.json"),
        "draft-07/schema" => include_str!("../../../../schemas/json-schema/draft-07.json"),
        "draft/2019-09/schema" => include_str!("../../../../schemas/json-schema/2019-09.json"),
        "draft/2019-09/meta/applicator" => {
            include_str!("../../../../schemas/json-schema/2019-09-applicator.json")
        }
        "draft/2019-09/meta/content" => {
            include_str!("../../../../schemas/json-schema/2019-09-content.json")
        }
        "draft/2019-09/meta/core" => {
            include_str!("../../../../schemas/json-schema/2019-09-core.json")
        }
        "draft/2019-09/meta/format" => {
            include_str!("../../../../schemas/json-schema/2019-09-format.json")
        }
        "draft/2019-09/meta/meta-data" => {
            include_str!("../../../../schemas/json-schema/2019-09-meta-data.json")
        }
        "draft/2019-09/meta/validation" => {
            include_str!("../../../../schemas/json-schema/2019-09-validation.json")
        }
        "schema" | "draft/2020-12/schema" => {
            include_str!("../../../../schemas/json-schema/2020-12.json")
        }
        "draft/2020-12/meta/applicator" => {
            include_str!("../../../../schemas/json-schema/2020-12-applicator.json")
        }
        "draft/2020-12/meta/content" => {
            include_str!("../../../../schemas/json-schema/2020-12-content.json")
        }
        "draft/2020-12/meta/core" => {
            include_str!("../../../../schemas/json-schema/2020-12-core.json")
        }
        "draft/2020-12/meta/format-annotation" => {
            include_str!("../../../../schemas/json-schema/2020-12-format-annotation.json")
        }
        "draft/2020-12/meta/format-assertion" => {
            include_str!("../../../../schemas/json-schema/2020-12-format-assertion.json")
        }
        "draft/2020-12/meta/meta-data" => {
            include_str!("../../../../schemas/json-schema/2020-12-meta-data.json")
        }
        "draft/2020-12/meta/unevaluated" => {
            include_str!("../../../../schemas/json-schema/2020-12-unevaluated.json")
        }
        "draft/2020-12/meta/validation" => {
            include_str!("../../../../schemas/json-schema/2020-12-validation.json")
        }
        _ => return None,
    })
}

/// Gives the compiled metaschema of a draft; each is compiled once, when it is first needed.
pub(super) fn metaschema(draft: Draft) -> &'static Compiled {
    fn compiled(draft: Draft) -> Compiled {
        let text = metaschema_document(draft.url()).unwrap_or("true");
        // OK because the texts are our own; a test compiles each.
        compile(draft.url(), Doc::read_own(text), Formats::Always).expect("metaschemas are schemas")
    }
    static V4: LazyLock<Compiled> = LazyLock::new(|| compiled(Draft::V4));
    static V6: LazyLock<Compiled> = LazyLock::new(|| compiled(Draft::V6));
    static V7: LazyLock<Compiled> = LazyLock::new(|| compiled(Draft::V7));
    static V2019: LazyLock<Compiled> = LazyLock::new(|| compiled(Draft::V2019));
    static V2020: LazyLock<Compiled> = LazyLock::new(|| compiled(Draft::V2020));
    match draft {
        Draft::V4 => &V4,
        Draft::V6 => &V6,
        Draft::V7 => &V7,
        Draft::V2019 => &V2019,
        Draft::V2020 => &V2020,
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, metaschema};

    #[test]
    fn metaschemas_compile() {
        for draft in [Draft::V4, Draft::V6, Draft::V7, Draft::V2019, Draft::V2020] {
            assert!(metaschema(draft).schemas.len() > 20);
        }
    }
}
