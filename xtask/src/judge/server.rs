//! What an API server says of an object, taken apart: which fields it names, and what it says of them.
//!
//! A refusal is one of three: the JSON does not fit the Go type (a path without list indexes), a field is unknown or given
//! twice (`strict decoding error`), or validation failed (`PATH: REASON: detail`, several in brackets). Some values refuse
//! themselves while they are read, such as a time; the server then names no field.
//!
//! Source: `Error` of `encoding/json`'s `UnmarshalTypeError`, `pkg/runtime/error.go` and
//! `pkg/util/validation/field/errors.go` in `k8s.io/apimachinery`.

use super::recorded::CUT;

/// The reasons that a validation error names between its path and its detail.
const REASONS: &[&str] = &[
    "Required value",
    "Invalid value",
    "Unsupported value",
    "Duplicate value",
    "Forbidden",
    "Too long",
    "Too many",
    "Not found",
    "Internal error",
];

/// What an API server said of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It would store the object.
    Accepted,
    /// It would not; its words.
    Refused(String),
}

/// A refusal, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal<'a> {
    /// The first field that is named, if one is; empty for the object itself.
    pub(crate) path: Option<String>,
    /// Whether the path has no list indexes, since Go names none where JSON does not fit a type.
    pub(crate) is_without_indexes: bool,
    /// What is said of that field, and of those behind it.
    pub(crate) detail: &'a str,
}

impl<'a> Refusal<'a> {
    /// Takes a text apart.
    pub(crate) fn of(text: &'a str) -> Self {
        let text = without_status(text);
        if let Some(at) = text.find("json: cannot unmarshal") {
            let detail = &text[at..];
            return Self { path: Some(go_field(detail)), is_without_indexes: true, detail };
        }
        if let Some((_, detail)) = text.split_once("strict decoding error: ") {
            return Self { path: unquoted(detail), is_without_indexes: false, detail };
        }
        let rest = text.split_once(" is invalid: ").map_or(text, |(_, rest)| rest);
        let rest = rest.strip_prefix('[').unwrap_or(rest);
        // Of what fits none of several schemas the whole object is refused, and the words say where it does not.
        if let Some(detail) = rest.strip_prefix("<nil>: Invalid value: \"\": ")
            && let Some(path) = unquoted(detail)
            && detail.contains("\" must validate ")
        {
            let detail = &rest["<nil>: ".len()..];
            return Self { path: Some(path), is_without_indexes: false, detail };
        }
        let Some((at, _)) = first_reason(rest) else {
            return Self { path: None, is_without_indexes: false, detail: text };
        };
        let path = match &rest[..at] {
            "<nil>" => "",
            path => path,
        };
        let detail = rest[at..].trim_start_matches(": ");
        Self { path: Some(path.to_owned()), is_without_indexes: false, detail }
    }

    /// Tells whether a path of ours is the one that is named.
    pub(crate) fn names(&self, ours: &str) -> bool {
        match &self.path {
            None => true,
            Some(path) if self.is_without_indexes => {
                let ours = without_indexes(ours);
                // What reads itself, as a schema of either form does, is where Go's path ends.
                let reads_itself = ["items", "additionalProperties", "additionalItems"]
                    .into_iter()
                    .any(|name| path.ends_with(name));
                let below = ours.strip_prefix(path.as_str());
                below
                    .is_some_and(|below| below.is_empty() || reads_itself && below.starts_with('.'))
            }
            Some(path) => path == ours,
        }
    }

    /// Tells whether a message of ours says what the server says of the first field.
    pub(crate) fn says(&self, ours: &str) -> bool {
        // A hint is ours alone.
        let ours = ours.split_once("; did you mean").map_or(ours, |(before, _)| before);
        if let Some(kept) = self.detail.strip_suffix(CUT) {
            return ours.starts_with(kept) || kept.starts_with(ours);
        }
        // Further errors follow the first after a comma, the last one's bracket closes the list.
        self.detail
            .strip_prefix(ours)
            .is_some_and(|rest| rest.is_empty() || rest == "]" || rest.starts_with(", "))
    }
}

/// Takes the HTTP status off, with which recorded texts begin.
pub(crate) fn without_status(text: &str) -> &str {
    match text.split_once(' ') {
        Some((status, rest)) if status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit()) => {
            rest
        }
        _ => text,
    }
}

/// Gives the path of a JSON error: what follows the name of the struct.
///
/// The metadata of a custom resource is read by itself, and errors do not say where it lies.
fn go_field(text: &str) -> String {
    let Some((_, field)) = text.split_once("Go struct field ") else {
        let is_metadata = text.contains("Go value of type v1.ObjectMeta");
        return if is_metadata { "metadata".to_owned() } else { String::new() };
    };
    let field = field.split(' ').next().unwrap_or_default();
    match field.split_once('.') {
        Some(("ObjectMeta", path)) if !path.split('.').any(|part| part == "metadata") => {
            format!("metadata.{path}")
        }
        Some((_, path)) => path.to_owned(),
        None => String::new(),
    }
}

/// Gives what stands in the first quotes, as Go's `%q` writes them.
fn unquoted(text: &str) -> Option<String> {
    let (_, quoted) = text.split_once('"')?;
    let mut out = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some(out),
            '\\' => match characters.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                c @ ('"' | '\\') => out.push(c),
                c @ ('x' | 'u') => {
                    let n_digits = if c == 'x' { 2 } else { 4 };
                    let digits: String = characters.by_ref().take(n_digits).collect();
                    out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                }
                c => out.extend(['\\', c]),
            },
            c => out.push(c),
        }
    }
}

/// Finds the first reason of a validation error: where its colon is, and which.
fn first_reason(text: &str) -> Option<(usize, &'static str)> {
    let found = REASONS.iter().filter_map(|reason| {
        let at = text
            .match_indices(reason)
            .map(|(at, _)| at)
            .find(|at| at.checked_sub(2).is_some_and(|colon| text.get(colon..*at) == Some(": ")))?;
        Some((at - 2, *reason))
    });
    found.min()
}

/// Gives a path without what stands in brackets.
pub(crate) fn without_indexes(path: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_refusal_is_taken_apart() {
        let cases = [
            (
                "400 Job in version \"v1\" cannot be handled as a Job: json: cannot unmarshal object into Go struct field \
                 Container.spec.template.spec.containers.image of type string",
                "spec.template.spec.containers[0].image",
            ),
            (
                "cannot be handled: strict decoding error: unknown field \"metadata.lables\"",
                "metadata.lables",
            ),
            (
                "422 Deployment.apps \"a\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.replicas",
            ),
            (
                "Pod \"a\" is invalid: [spec.containers[0].name: Required value, spec.volumes: Too many: 3: b]",
                "spec.containers[0].name",
            ),
            ("json: cannot unmarshal string into Go value of type v1.Pod", ""),
            ("400 json: cannot unmarshal bool into Go value of type v1.ObjectMeta", "metadata"),
            (
                "json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string",
                "metadata.labels[a]",
            ),
            (
                "422 <nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf)",
                "spec",
            ),
        ];
        for (text, path) in cases {
            assert!(Refusal::of(text).names(path), "{path}: {:?}", Refusal::of(text));
        }
        assert_eq!(Refusal::of("illegal base64 data at input byte 4").path, None);
        assert!(!Refusal::of(cases[2].0).names("spec.replica"));
        assert!(Refusal::of(cases[3].0).says("Required value"));
        assert!(!Refusal::of(cases[3].0).says("Required"));
    }
}
