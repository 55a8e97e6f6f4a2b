//! `JSONPath` as `kubectl` has it, to look into values.
//!
//! A text with parts in braces: `{.image.tag}`, `{.hosts[0:2]}`, `{.hosts[*].name}`, `{..name}`, `{.hosts[?(@.port==80.0)]}`,
//! `{range .hosts[*]}{.name}{"\n"}{end}`, and plain text between them. What Go goes through in random order comes sorted here.
//!
//! Source: `k8s.io/client-go/util/jsonpath/jsonpath.go`.

mod parse;

use pintle_gotmpl::value::{compare, print};
use pintle_yaml::json::{self, Layout};
use pintle_yaml::{Map, Value};

use self::parse::{Node, Slice};
use crate::print::Failure;

/// How many values an expression may find on its way. Each `..` multiplies them by the levels of the values.
const MAX_FOUND: usize = 4_000_000;

/// How many ranges an expression may have one in the other.
const MAX_OPEN_RANGES: usize = 200;

/// Prints what an expression finds. If something is not there, nothing is printed at all, as in Helm.
///
/// # Errors
///
/// An expression that cannot be read.
pub(super) fn find(expression: &str, values: &Map) -> Result<Vec<u8>, Failure> {
    let nodes = parse::parse(expression)
        .map_err(|why| Failure(format!("error parsing jsonpath {expression}: {why}")))?;
    let root = Value::Map(values.clone());
    let mut walk = Walk { nodes: &nodes, ..Walk::default() };
    let mut out = Vec::new();
    let Ok(found) = walk.template(Found::Value(&root), 0) else { return Ok(out) };
    for found in found {
        for (n, found) in found.iter().enumerate() {
            if n > 0 {
                out.push(b' ');
            }
            found.show(&mut out);
        }
    }
    Ok(out)
}

/// Something an expression found.
#[derive(Debug, Clone, Copy)]
enum Found<'v> {
    /// what an empty range goes over
    Nothing,
    Value(&'v Value),
    /// one byte of a text
    Byte(u8),
    Text(&'v [u8]),
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl<'v> Found<'v> {
    fn is_null(self) -> bool {
        matches!(self, Found::Value(Value::Null))
    }

    /// Gives what is in a map, a list or a text.
    fn contents(self) -> Vec<Found<'v>> {
        match self {
            Found::Value(Value::Map(map)) => {
                map.iter().map(|(_, value)| Found::Value(value)).collect()
            }
            Found::Value(Value::List(items)) => items.iter().map(Found::Value).collect(),
            Found::Value(Value::String(text)) => text.bytes().map(Found::Byte).collect(),
            Found::Text(text) => text.iter().copied().map(Found::Byte).collect(),
            _ => Vec::new(),
        }
    }

    fn items(self) -> Option<&'v [Value]> {
        match self {
            Found::Value(Value::List(items)) => Some(items),
            _ => None,
        }
    }

    /// Gives a value to compare, or to print as Go does.
    fn scalar(self) -> pintle_gotmpl::Value {
        use pintle_gotmpl::{UintType, Value as Scalar};
        match self {
            Found::Value(Value::String(text)) => Scalar::string(&**text),
            Found::Value(Value::Bool(value)) => (*value).into(),
            Found::Bool(value) => value.into(),
            Found::Value(Value::Float(value)) => (*value).into(),
            Found::Float(value) => value.into(),
            Found::Value(Value::Int(value)) => Scalar::int64(*value),
            Found::Int(value) => Scalar::int(value),
            Found::Byte(byte) => Scalar::Uint(UintType::Uint8, byte.into()),
            Found::Text(text) => Scalar::string(text),
            // Nothing else can be compared, as a list cannot.
            Found::Value(_) | Found::Nothing => Scalar::list([]),
        }
    }

    fn show(self, out: &mut Vec<u8>) {
        match self {
            Found::Nothing => out.extend_from_slice(b"<no value>"),
            Found::Value(value @ (Value::Map(_) | Value::List(_) | Value::Null)) => {
                let json = json::to_string(value, Layout::Compact).unwrap_or_default();
                out.extend_from_slice(json.as_bytes());
            }
            scalar => out.extend_from_slice(&print::display(&scalar.scalar())),
        }
    }
}

/// Something was not there, or of the wrong kind. Helm does not say what.
struct Missing;

/// What a part found, and whether it failed then: a filter looks at what was found before a failure.
type Outcome<'v> = (Vec<Found<'v>>, Result<(), Missing>);

/// The way through a template.
#[derive(Default)]
struct Walk<'t> {
    nodes: &'t [Node],
    /// how many values were found
    n_found: usize,
    /// `range` words not yet acted upon
    n_begun: usize,
    /// ranges that are being gone through
    n_open: usize,
    /// `end` words not yet acted upon
    n_ended: usize,
    /// where the last range ended
    last_end: Option<usize>,
}

impl<'t> Walk<'t> {
    /// Goes through the template from a place on, to its end or the end of the range.
    fn template<'v>(&mut self, dot: Found<'v>, from: usize) -> Result<Vec<Vec<Found<'v>>>, Missing>
    where
        't: 'v,
    {
        let mut all = Vec::new();
        let mut at = from;
        while let Some(node) = self.nodes.get(at) {
            let (found, outcome) = self.node(vec![dot], node);
            outcome?;
            if self.n_ended > 0 && self.n_ended <= self.n_open {
                self.n_ended -= 1;
                self.last_end = Some(at);
                break;
            }
            if self.n_begun > 0 {
                self.n_begun -= 1;
                self.n_open += 1;
                if self.n_open > MAX_OPEN_RANGES {
                    return Err(Missing);
                }
                if found.is_empty() {
                    // What is in the range is gone through all the same, and may fail.
                    self.template(Found::Nothing, at + 1)?;
                }
                for value in found {
                    let value = if value.is_null() { Found::Nothing } else { value };
                    all.extend(self.template(value, at + 1)?);
                }
                self.n_open -= 1;
                at = self.last_end.filter(|end| *end > at).unwrap_or(at) + 1;
                continue;
            }
            all.push(found);
            at += 1;
        }
        Ok(all)
    }

    fn list<'v>(&mut self, input: Vec<Found<'v>>, nodes: &'t [Node]) -> Outcome<'v>
    where
        't: 'v,
    {
        let mut found = input;
        for node in nodes {
            let outcome;
            (found, outcome) = self.node(found, node);
            if outcome.is_err() {
                return (found, outcome);
            }
        }
        (found, Ok(()))
    }

    fn node<'v>(&mut self, input: Vec<Found<'v>>, node: &'t Node) -> Outcome<'v>
    where
        't: 'v,
    {
        let each = |found: Found<'v>| vec![found; input.len()];
        let found = match node {
            Node::Text(text) => vec![Found::Text(text)],
            Node::Bool(value) => each(Found::Bool(*value)),
            Node::Int(value) => each(Found::Int(*value)),
            Node::Float(value) => each(Found::Float(*value)),
            Node::List(nodes) => return self.list(input, nodes),
            Node::Field(name) => {
                let found: Vec<_> = input.iter().filter_map(|value| field(*value, name)).collect();
                let is_missing = found.is_empty() && !input.is_empty();
                return (found, if is_missing { Err(Missing) } else { Ok(()) });
            }
            Node::Slice(slice) => match slice_all(&input, *slice) {
                Ok(found) => found,
                Err(missing) => return (input, Err(missing)),
            },
            Node::Wildcard => input.into_iter().flat_map(Found::contents).collect(),
            Node::Recursive => return self.recursive(&input),
            Node::Union(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    let (found, outcome) = self.list(input.clone(), part);
                    if outcome.is_err() {
                        return (input, outcome);
                    }
                    all.extend(found);
                }
                all
            }
            Node::Filter { left, operator } => return self.filter(input, left, operator.as_ref()),
            Node::Word(word) => match &**word {
                "range" => {
                    self.n_begun += 1;
                    input
                }
                "end" if self.n_open > 0 => {
                    self.n_ended += 1;
                    Vec::new()
                }
                "end" => return (Vec::new(), Err(Missing)),
                _ => return (input, Err(Missing)),
            },
        };
        let outcome = self.count(found.len());
        (found, outcome)
    }

    fn count(&mut self, n_found: usize) -> Result<(), Missing> {
        self.n_found = self.n_found.saturating_add(n_found);
        if self.n_found > MAX_FOUND { Err(Missing) } else { Ok(()) }
    }

    /// Gives all that has something in it, each before what is in it.
    fn recursive<'v>(&mut self, input: &[Found<'v>]) -> Outcome<'v> {
        let mut found = Vec::new();
        let mut left: Vec<_> = input.iter().rev().copied().collect();
        while let Some(value) = left.pop() {
            let contents = value.contents();
            if contents.is_empty() {
                continue;
            }
            if let Err(missing) = self.count(contents.len()) {
                return (found, Err(missing));
            }
            found.push(value);
            left.extend(contents.into_iter().rev());
        }
        (found, Ok(()))
    }

    fn filter<'v>(
        &mut self,
        input: Vec<Found<'v>>,
        left: &'t [Node],
        operator: Option<&'t (String, Vec<Node>)>,
    ) -> Outcome<'v>
    where
        't: 'v,
    {
        let mut found = Vec::new();
        for value in &input {
            let Some(items) = value.items() else { return (input, Err(Missing)) };
            for item in items {
                let item = Found::Value(item);
                let (lefts, outcome) = self.list(vec![item], left);
                let Some((operator, right)) = operator else {
                    // What failed may have found something before.
                    if !lefts.is_empty() {
                        found.push(item);
                    }
                    continue;
                };
                if outcome.is_err() || lefts.len() > 1 {
                    return (input, Err(Missing));
                }
                let Some(left) = lefts.first() else { continue };
                let (rights, outcome) = self.list(vec![item], right);
                if outcome.is_err() || rights.len() > 1 {
                    return (input, Err(Missing));
                }
                let Some(right) = rights.first() else { continue };
                match is_true(&left.scalar(), operator, &right.scalar()) {
                    Some(true) => found.push(item),
                    Some(false) => {}
                    None => return (found, Err(Missing)),
                }
            }
        }
        (found, Ok(()))
    }
}

fn field<'v>(value: Found<'v>, name: &str) -> Option<Found<'v>> {
    match value {
        Found::Value(Value::Map(map)) => map.get(name).map(Found::Value),
        _ => None,
    }
}

fn slice_all<'v>(input: &[Found<'v>], slice: Slice) -> Result<Vec<Found<'v>>, Missing> {
    let mut found = Vec::new();
    for value in input.iter().filter(|value| !value.is_null()) {
        let items = value.items().ok_or(Missing)?;
        let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let mut start = slice.start.unwrap_or(0);
        if start < 0 {
            start = start.saturating_add(len);
        }
        let mut end = slice.end.unwrap_or(len);
        if end < 0 || (end == 0 && slice.is_index) {
            end = end.saturating_add(len);
        }
        if start == end {
            // An empty one ends it, even if there is more to take from.
            return Ok(found);
        }
        let index = |at: i64| usize::try_from(at).map_err(|_| Missing);
        let items = items.get(index(start)?..index(end)?).filter(|items| !items.is_empty());
        let step = usize::try_from(slice.step.unwrap_or(1)).ok().filter(|step| *step > 0);
        found.extend(items.ok_or(Missing)?.iter().step_by(step.ok_or(Missing)?).map(Found::Value));
    }
    Ok(found)
}

/// Compares two values; `None` if they cannot be.
fn is_true(
    left: &pintle_gotmpl::Value,
    operator: &str,
    right: &pintle_gotmpl::Value,
) -> Option<bool> {
    // Go's `eq` lets a list stand beside nothing, kubectl's does not.
    if [left, right].iter().any(|value| value.as_list().is_some()) {
        return None;
    }
    match operator {
        "==" => compare::eq(left, right).ok(),
        "!=" => compare::eq(left, right).ok().map(|equal| !equal),
        "<" => compare::lt(left, right).ok(),
        "<=" => compare::le(left, right).ok(),
        ">" => compare::le(left, right).ok().map(|less| !less),
        ">=" => compare::lt(left, right).ok().map(|less| !less),
        _ => None,
    }
}
