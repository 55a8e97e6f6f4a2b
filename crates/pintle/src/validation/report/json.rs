//! The report as JSON, in the form of kubeconform's, with our findings.
//!
//! Source: `pkg/output/json.go` of kubeconform.

use serde_json::{Value, json};

use super::{Counts, Report, word};
use crate::explain::lines::Fed;
use crate::validation::{Judged, Status, Told};

pub(super) fn write(report: &Report) -> String {
    let resources: Vec<Value> = report.listed().map(resource).collect();
    let mut document = json!({ "resources": resources });
    if report.has_summary {
        let Counts { valid, invalid, errors, skipped } = report.counts();
        document["summary"] =
            json!({ "valid": valid, "invalid": invalid, "errors": errors, "skipped": skipped });
    }
    format!("{document:#}\n")
}

fn resource(judged: &Judged) -> Value {
    let identity = &judged.identity;
    let status = match judged.status {
        Status::Valid => "statusValid",
        Status::Invalid => "statusInvalid",
        Status::Error => "statusError",
        Status::Skipped => "statusSkipped",
    };
    let texts: Vec<String> = judged.findings.iter().map(|told| told.finding.to_string()).collect();
    let errors: Vec<Value> = judged
        .findings
        .iter()
        .map(|Told { finding, .. }| {
            json!({ "path": pointer(&finding.field), "msg": finding.message })
        })
        .collect();
    json!({
        "filename": judged.file,
        "kind": identity.kind,
        "name": identity.name,
        "version": identity.api_version,
        "namespace": identity.namespace,
        "status": status,
        "msg": texts.join("; "),
        "validationErrors": errors,
        "findings": judged.findings.iter().map(finding).collect::<Vec<Value>>(),
    })
}

fn finding(told: &Told) -> Value {
    let finding = &told.finding;
    let mut document = json!({
        "code": finding.code.name,
        "severity": word(finding.severity()),
        "field": finding.field,
        "message": finding.message,
        "line": told.line,
        "column": told.column,
    });
    if let Some(printed) = &told.printed {
        let templates = printed.templates.iter().map(|template| {
            let location = template.location.as_ref();
            json!({
                "file": location.map(|location| &location.file),
                "line": location.map(|location| location.line),
                "column": location.map(|location| location.column),
                "action": template.action,
            })
        });
        document["templates"] = templates.collect();
        document["values"] = printed.values.iter().map(fed).collect();
        document["guards"] = printed.guards.iter().map(fed).collect();
    }
    document
}

fn fed(fed: &Fed) -> Value {
    json!({ "key": fed.name, "setBy": fed.origin.as_ref().map(ToString::to_string) })
}

/// Makes a JSON pointer of a path: `/spec/containers/0/name` of `spec.containers[0].name`.
fn pointer(field: &str) -> String {
    let mut pointer = String::new();
    let mut rest = field;
    while !rest.is_empty() {
        let (part, behind) = match rest.strip_prefix('[') {
            Some(key) => key.split_once(']').unwrap_or((key, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
        rest = behind.strip_prefix('.').unwrap_or(behind);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_pointers() {
        assert_eq!(pointer("spec.containers[0].name"), "/spec/containers/0/name");
        assert_eq!(pointer("metadata.annotations[a.b/c]"), "/metadata/annotations/a.b~1c");
        assert_eq!(pointer(""), "");
        assert_eq!(pointer("data[x"), "/data/x");
    }
}
