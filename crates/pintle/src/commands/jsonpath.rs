//! `JSONPath` as `kubectl` has it, as far as it serves to look into values.
//!
//! A text with parts in braces: `{.image.tag}`, `{.hosts[0]}`, `{.hosts[*].name}`, `{.a['b.c']}`, `{"text"}`, and plain
//! text between them. Filters, ranges and recursive descent are not here, and are refused.
//!
//! Source: `k8s.io/client-go/util/jsonpath`.

use pintle_yaml::json::{self, Layout};
use pintle_yaml::{Map, Value};

use crate::print::Failure;

/// Prints what an expression finds. If a key is not there, nothing is printed at all, as in Helm.
///
/// # Errors
///
/// An expression that cannot be read.
pub(super) fn find(expression: &str, values: &Map) -> Result<String, Failure> {
    let failed = |why: &str| Failure(format!("error parsing jsonpath {expression}: {why}"));
    let root = Value::Map(values.clone());
    let mut out = String::new();
    let mut rest = expression;
    while let Some((text, behind)) = rest.split_once('{') {
        out.push_str(text);
        let (part, behind) = behind.split_once('}').ok_or_else(|| failed("unclosed action"))?;
        rest = behind;
        let part = part.trim();
        if let Some(text) = part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            out.push_str(&text.replace("\\n", "\n").replace("\\t", "\t"));
            continue;
        }
        let steps = steps(part).map_err(|why| failed(&why))?;
        let Some(found) = walk(&root, &steps) else { return Ok(String::new()) };
        let shown: Vec<String> = found.iter().map(|value| show(value)).collect();
        out.push_str(&shown.join(" "));
    }
    out.push_str(rest);
    Ok(out)
}

/// One step into a value.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(i64),
    All,
}

fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while !rest.is_empty() {
        if rest.starts_with("..") {
            return Err("recursive descent is not supported".to_owned());
        }
        if let Some(behind) = rest.strip_prefix('[') {
            let (inner, behind) = bracket(behind)?;
            steps.push(inner);
            rest = behind;
            continue;
        }
        let name = rest.strip_prefix('.').unwrap_or(rest);
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (key, behind) = name.split_at(end);
        if key == "*" {
            steps.push(Step::All);
        } else if !key.is_empty() {
            steps.push(Step::Key(key.to_owned()));
        } else if behind.is_empty() && steps.is_empty() {
            return Ok(steps);
        }
        if key.is_empty() && behind == rest {
            return Err(format!("unexpected path {rest}"));
        }
        rest = behind;
    }
    Ok(steps)
}

fn bracket(text: &str) -> Result<(Step, &str), String> {
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote) {
            let (key, behind) = inner.split_once(quote).ok_or("unterminated quoted string")?;
            let behind = behind.strip_prefix(']').ok_or("unterminated array")?;
            return Ok((Step::Key(key.to_owned()), behind));
        }
    }
    let (inner, behind) = text.split_once(']').ok_or("unterminated array")?;
    match inner.trim() {
        "*" => Ok((Step::All, behind)),
        number => {
            let index = number.parse().map_err(|_| format!("invalid array index {number}"))?;
            Ok((Step::Index(index), behind))
        }
    }
}

fn walk<'v>(root: &'v Value, steps: &[Step]) -> Option<Vec<&'v Value>> {
    let mut found = vec![root];
    for step in steps {
        let mut next = Vec::new();
        for value in found {
            match (step, value) {
                (Step::Key(key), Value::Map(map)) => next.push(map.get(key.as_str())?),
                (Step::Index(index), Value::List(list)) => {
                    let length = i64::try_from(list.len()).ok()?;
                    let index = if *index < 0 { index + length } else { *index };
                    next.push(list.get(usize::try_from(index).ok()?)?);
                }
                (Step::All, Value::List(list)) => next.extend(list.iter()),
                (Step::All, Value::Map(map)) => next.extend(map.iter().map(|(_, value)| value)),
                _ => return None,
            }
        }
        found = next;
    }
    Some(found)
}

/// Shows a value: maps and lists as JSON, everything else as it stands.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => json::to_string(other, Layout::Compact).unwrap_or_default(),
    }
}
