//! `# @schema` comments: what an author says of a value in the words of JSON Schema.
//!
//! Both public forms are read. One line, keywords parted by semicolons, above a key or behind it:
//!
//! ```yaml
//! # @schema enum:[ClusterIP, NodePort]; required:true
//! type: ClusterIP
//! port: 80 # @schema minimum:1; maximum:65535
//! ```
//!
//! Or lines of YAML between two marks; `# @schema.root` marks what is said of all values:
//!
//! ```yaml
//! # @schema
//! # type: [string, "null"]
//! # pattern: ^v
//! # @schema
//! tag:
//! ```
//!
//! Source: the public manuals of helm-values-schema-json and of helm-schema.

use pintle_chart::near;
use pintle_yaml::{Location, Map, Value};

use crate::DocsError;

/// The mark of both forms.
const MARK: &str = "@schema";

/// The mark of what is said of all values.
const ROOT_MARK: &str = "@schema.root";

/// The most bytes of one comment.
const MAX_COMMENT_BYTES: usize = 1 << 20;

/// Keywords whose value is a text, whatever it looks like.
const TEXT_KEYWORDS: &[&str] = &[
    "$comment",
    "$id",
    "$ref",
    "contentEncoding",
    "contentMediaType",
    "description",
    "format",
    "itemRef",
    "pattern",
    "title",
];

/// The other keywords: those of draft 7, of later drafts where they do no harm in it, and of the two tools.
const KEYWORDS: &[&str] = &[
    "$defs",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "default",
    "definitions",
    "dependencies",
    "deprecated",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "hidden",
    "if",
    "item",
    "itemEnum",
    "itemProperties",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "patternProperties",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "skipProperties",
    "then",
    "type",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
];

/// What `type` may be.
const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];

/// Reads the comments above a key and behind it; gives nothing if they say nothing.
///
/// # Errors
///
/// A keyword that is none, or a value that is no YAML; `place` is that of the key.
pub(crate) fn of_key(head: &str, line: &str, place: &Location) -> Result<Map, DocsError> {
    let mut found = Map::new();
    read(head, MARK, place, &mut found)?;
    read(line, MARK, place, &mut found)?;
    Ok(found)
}

/// Reads what is said of all values, at the top of a text.
///
/// # Errors
///
/// As [`of_key`].
pub(crate) fn of_root(text: &str) -> Result<Map, DocsError> {
    let is_comment = |line: &&str| line.is_empty() || line.starts_with('#');
    let top: Vec<&str> = text.lines().take_while(is_comment).collect();
    let place = Location { file: crate::comments::VALUES_YAML.to_owned(), line: 1, column: 1 };
    let mut found = Map::new();
    read(&top.join("\n"), ROOT_MARK, &place, &mut found)?;
    Ok(found)
}

fn read(comment: &str, mark: &str, place: &Location, found: &mut Map) -> Result<(), DocsError> {
    if !comment.contains(mark) {
        return Ok(());
    }
    let error = |message: String| DocsError::Schema { place: place.clone(), message };
    if comment.len() > MAX_COMMENT_BYTES {
        return Err(error(format!("a comment of more than {MAX_COMMENT_BYTES} bytes")));
    }
    let mut block: Option<String> = None;
    for line in comment.lines() {
        let Some(said) = line.trim().strip_prefix('#') else { continue };
        let rest = said.trim().strip_prefix(mark);
        match (rest, &mut block) {
            (Some(""), None) => block = Some(String::new()),
            (Some(""), Some(_)) => {
                let text = block.take().unwrap_or_default();
                let value = pintle_yaml::from_str(&text)
                    .map_err(|reason| error(format!("# {mark}: {reason}")))?;
                match value {
                    Value::Null => {}
                    Value::Map(map) => {
                        for (key, value) in map.iter() {
                            keep(key, value.clone(), found).map_err(error)?;
                        }
                    }
                    _ => return Err(error(format!("# {mark}: not a map of keywords"))),
                }
            }
            (None, Some(text)) => {
                text.push_str(said.strip_prefix(' ').unwrap_or(said));
                text.push('\n');
            }
            (Some(line), None) if line.starts_with([' ', '\t']) => {
                read_line(line, found).map_err(error)?;
            }
            _ => {}
        }
    }
    if block.is_some() {
        return Err(error(format!("# {mark} has no second line # {mark} that ends it")));
    }
    Ok(())
}

/// Reads `keyword:value; keyword:value`.
fn read_line(line: &str, found: &mut Map) -> Result<(), String> {
    for part in parts(line) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let (key, text) = part.split_once(':').unwrap_or((part, "true"));
        let (key, text) = (key.trim(), text.trim());
        let value = if TEXT_KEYWORDS.contains(&key) {
            Value::string(unquoted(text))
        } else {
            pintle_yaml::from_str(text).map_err(|reason| format!("{MARK} {key}: {reason}"))?
        };
        keep(key, value, found)?;
    }
    Ok(())
}

/// Splits at semicolons outside of brackets and quotes.
fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, ';') if depth == 0 => {
                parts.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&line[start..]);
    parts
}

fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// Notes a keyword, in the spelling of JSON Schema.
fn keep(key: &str, value: Value, found: &mut Map) -> Result<(), String> {
    let is_known = KEYWORDS.contains(&key) || TEXT_KEYWORDS.contains(&key) || key.starts_with("x-");
    if !is_known {
        let near = near::of(key, KEYWORDS.iter().chain(TEXT_KEYWORDS).copied());
        let help =
            near.first().map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        return Err(format!("{MARK} has no keyword `{key}`{help}"));
    }
    let of_items = match key {
        "item" => Some("type"),
        "itemEnum" => Some("enum"),
        "itemProperties" => Some("properties"),
        "itemRef" => Some("$ref"),
        _ => None,
    };
    let value = if matches!(key, "type" | "item") { types(&value)? } else { value };
    if let Some(keyword) = of_items {
        let mut items = found.get("items").and_then(Value::as_map).cloned().unwrap_or_default();
        items.insert(keyword, value);
        found.insert("items", Value::Map(items));
        return Ok(());
    }
    found.insert(if key == "$defs" { "definitions" } else { key }, value);
    Ok(())
}

/// Takes out of a comment what is said in it for schemas.
pub(crate) fn without(comment: &str) -> String {
    let mut is_in_block = false;
    let keep = |line: &&str| {
        let said = line.trim().trim_start_matches('#').trim();
        let is_mark = said == MARK || said == ROOT_MARK;
        is_in_block ^= is_mark;
        !is_in_block && !is_mark && !said.starts_with("@schema ")
    };
    comment.lines().filter(keep).collect::<Vec<_>>().join("\n")
}

/// Checks a type, or a list of them. YAML makes a null of `null`.
fn types(value: &Value) -> Result<Value, String> {
    let one = |value: &Value| match value {
        Value::Null => Ok(Value::string("null")),
        Value::String(name) if TYPES.contains(&&**name) => Ok(value.clone()),
        Value::String(name) => {
            Err(format!("{MARK} type: `{name}` is none of {}", TYPES.join(", ")))
        }
        _ => Err(format!("{MARK} type: neither a name nor a list of names")),
    };
    match value {
        Value::List(items) => {
            let names = items.iter().map(one).collect::<Result<Vec<_>, _>>()?;
            Ok(Value::list(names))
        }
        other => one(other),
    }
}

#[cfg(test)]
mod tests {
    use pintle_yaml::json::{Layout, to_string};

    use super::*;

    fn place() -> Location {
        Location { file: "v".to_owned(), line: 1, column: 1 }
    }

    fn json(head: &str, line: &str) -> String {
        match of_key(head, line, &place()) {
            Ok(map) => to_string(&Value::Map(map), Layout::Raw).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn lines_and_blocks_are_read() {
        assert_eq!(json("# @schema type:[string, null]; pattern:^[a-z;]+$", ""), {
            r#"{"pattern":"^[a-z;]+$","type":["string","null"]}"#
        });
        assert_eq!(json("", "# @schema minimum:1;required"), r#"{"minimum":1,"required":true}"#);
        assert_eq!(
            json(
                "# @schema\n# type: object\n# properties:\n#   a: {type: integer}\n# @schema\n# -- x",
                ""
            ),
            r#"{"properties":{"a":{"type":"integer"}},"type":"object"}"#
        );
        assert_eq!(json("# @schema item: object; itemEnum:[1]", ""), {
            r#"{"items":{"enum":[1],"type":"object"}}"#
        });
    }

    #[test]
    fn what_is_no_schema_has_a_place() {
        assert_eq!(json("# @schema Minimum:1", ""), {
            "v:1:1: @schema has no keyword `Minimum`: did you mean `minimum`?"
        });
        assert_eq!(
            json("# @schema type:int", ""),
            "v:1:1: @schema type: `int` is none of array, boolean, integer, null, number, object, string"
        );
        assert_eq!(
            json("# @schema\n# type: int", ""),
            "v:1:1: # @schema has no second line # @schema that ends it"
        );
        assert!(json("# @schema enum:[1", "").starts_with("v:1:1: @schema enum: yaml: "));
    }
}
