//! Definitions of custom resources: `CustomResourceDefinition`.
//!
//! An API server judges them in an older form: what all versions have alike stands at the top then, and that is what
//! its paths say.
//!
//! Source: `pkg/apis/apiextensions/validation` and `v1/conversion.go` of apiextensions-apiserver.

mod schema;
mod structural;

use super::super::at::{At, quoted};
use super::super::custom;
use super::super::custom::formats::Format;
use super::super::custom::schema::{Schema, Type};
use super::super::meta;
use super::super::names::{self, NameRule, dns_1035_label, dns_subdomain};
use super::{Rules, admission};

/// Finds the rules of a kind of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    (group == "apiextensions.k8s.io" && kind == "CustomResourceDefinition")
        .then_some(Rules { name: NameRule::Subdomain, check: definition })
}

/// The group whose CRDs need an approval.
const APPROVAL: &str = "api-approved.kubernetes.io";
/// How many fields objects may be selected by.
const MAX_SELECTABLE: usize = 8;

fn definition(at: At<'_>) {
    let spec = at.get("spec");
    let names = spec.get("names");
    let (group, plural) = (spec.get("group").text(), names.get("plural").text());
    let wanted = format!("{plural}.{group}");
    for field in ["generateName", "name"] {
        let name = at.get("metadata").get(field);
        if !name.text().is_empty() && name.text() != wanted {
            name.invalid("must be spec.names.plural+\".\"+spec.group");
        }
    }
    let group_at = spec.get("group");
    if group.is_empty() {
        group_at.required("");
    } else {
        let faults = dns_subdomain(group);
        if !faults.is_empty() {
            group_at.invalid(&faults.join(","));
        } else if !group.contains('.') {
            group_at.invalid("should be a domain with at least one dot");
        }
    }
    meta::one_of(spec.get("scope"), &["Cluster", "Namespaced"]);
    versions(spec);
    all_names(names);
    conversion(spec.get("conversion"));
    if spec.get("preserveUnknownFields").is_true() {
        spec.get("preserveUnknownFields").invalid(
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
        );
    }
    approval(at, group);
}

fn approval(at: At<'_>, group: &str) {
    let is_protected = ["k8s.io", "kubernetes.io"].into_iter().any(|protected| {
        group.strip_suffix(protected).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if !is_protected {
        return;
    }
    let annotation = at.get("metadata").get("annotations").key(APPROVAL);
    let text = annotation.text();
    let see = "see https://github.com/kubernetes/enhancements/pull/1111";
    if text.is_empty() {
        annotation.required(&format!(
            "protected groups must have approval annotation {APPROVAL:?}, {see}"
        ));
    } else if !(text.starts_with("unapproved") || text.contains("://") && Format::Uri.fits(text)) {
        annotation.invalid(&format!(
            "protected groups must have approval annotation {APPROVAL:?} with either a URL or a reason starting with \"unapproved\", {see}"
        ));
    }
}

/// A part that versions have, and that stands at the top if all have the same.
fn is_shared(versions: At<'_>, name: &'static str) -> bool {
    let mut parts = versions.items().map(|version| version.get(name));
    let Some(first) = parts.next() else { return false };
    parts.all(|part| match (first.node(), part.node()) {
        (Some(a), Some(b)) => custom::is_same(a, b),
        (None, None) => true,
        (Some(node), None) | (None, Some(node)) => node.is_null(),
    })
}

fn versions(spec: At<'_>) {
    let versions = spec.get("versions");
    let shared = |name| is_shared(versions, name);
    let (schema_is_shared, subresources_are_shared, columns_are_shared, fields_are_shared) = (
        shared("schema"),
        shared("subresources"),
        shared("additionalPrinterColumns"),
        shared("selectableFields"),
    );
    let mut seen: Vec<&str> = Vec::new();
    let mut is_unique = true;
    let mut n_stored = 0_usize;
    let has_any_status =
        versions.items().any(|version| version.get("subresources").get("status").is_set());
    for (index, version) in versions.items().enumerate() {
        let name = version.get("name");
        n_stored += usize::from(version.get("storage").is_true());
        is_unique &= !seen.contains(&name.text());
        seen.push(name.text());
        let faults = dns_1035_label(name.text());
        if !faults.is_empty() {
            name.invalid_as(&quoted(name.text()), &faults.join(","));
        }
        deprecation(version);
        if !version.get("schema").get("openAPIV3Schema").is_set() {
            version.get("schema").get("openAPIV3Schema").required("");
        }
        let is_first = index == 0;
        let place = |is_shared: bool, at_version: &'static str, at_top: &'static str| {
            let part = version.get(at_version);
            if !is_shared {
                Some(part)
            } else if is_first {
                Some(spec.get(at_top).standing_for(part))
            } else {
                None
            }
        };
        let subresources = place(subresources_are_shared, "subresources", "subresources");
        if let Some(at) = subresources {
            scale(at);
        }
        let columns =
            place(columns_are_shared, "additionalPrinterColumns", "additionalPrinterColumns");
        columns.into_iter().flat_map(At::items).for_each(column);
        let has_status = if schema_is_shared {
            has_any_status
        } else {
            version.get("subresources").get("status").is_set()
        };
        let read = place(schema_is_shared, "schema", "validation")
            .map(|at| schema::schema(at.get("openAPIV3Schema"), has_status));
        let fields = place(fields_are_shared, "selectableFields", "selectableFields");
        if let Some(fields) = fields
            && !fields.is_empty()
        {
            let read = read.flatten().or_else(|| {
                custom::read_schema(version.get("schema").get("openAPIV3Schema").node()?).ok()
            });
            match read {
                Some(read) => selectable(fields, &read),
                None => {
                    fields
                        .invalid_as("\"\"", "may only be set when validations.schema is included");
                }
            }
        }
    }
    if !is_unique {
        versions.invalid("must contain unique version names");
    }
    if n_stored != 1 {
        versions.invalid("must have exactly one version marked as storage version");
    }
}

fn deprecation(version: At<'_>) {
    let warning = version.get("deprecationWarning");
    if !warning.is_set() {
        return;
    }
    if !version.get("deprecated").is_true() {
        warning.invalid("can only be set for deprecated versions");
    } else if warning.text().is_empty() {
        warning.invalid("must not be an empty string");
    } else if warning.text().len() > 256 {
        warning.invalid("must be <= 256 characters long");
    } else if let Some((index, _)) = warning.text().char_indices().find(|(_, c)| c.is_control()) {
        warning.invalid(&format!(
            "must only contain printable UTF-8 characters; non-printable character found at index {index}"
        ));
    }
}

fn all_names(names: At<'_>) {
    for name in ["plural", "kind"] {
        if names.get(name).text().is_empty() {
            names.get(name).required("");
        }
    }
    let kind = names.get("kind").text();
    if kind.is_empty() && names.get("singular").text().is_empty() {
        names.get("singular").required("");
    }
    if kind.is_empty() && names.get("listKind").text().is_empty() {
        names.get("listKind").required("");
    }
    let label = |at: At<'_>| {
        let faults = dns_1035_label(at.text());
        if !faults.is_empty() {
            at.invalid_as(&quoted(at.text()), &faults.join(","));
        }
    };
    for name in ["plural", "singular"] {
        if !names.get(name).text().is_empty() {
            label(names.get(name));
        }
    }
    if names.get("singular").text().is_empty()
        && !dns_1035_label(&kind.to_lowercase()).is_empty()
        && !kind.is_empty()
    {
        let faults = dns_1035_label(&kind.to_lowercase());
        names.get("singular").invalid_as(&quoted(&kind.to_lowercase()), &faults.join(","));
    }
    for name in ["kind", "listKind"] {
        let at = names.get(name);
        let text = match (name, at.text()) {
            ("listKind", "") if !kind.is_empty() => format!("{kind}List"),
            (_, text) => text.to_owned(),
        };
        let faults = dns_1035_label(&text.to_lowercase());
        if !text.is_empty() && !faults.is_empty() {
            let detail =
                format!("may have mixed case, but should otherwise match: {}", faults.join(","));
            at.invalid_as(&quoted(&text), &detail);
        }
    }
    names.get("shortNames").items().for_each(label);
    if !kind.is_empty() && kind == names.get("listKind").text() {
        names.get("listKind").invalid("kind and listKind may not be the same");
    }
    names.get("categories").items().for_each(label);
}

fn column(column: At<'_>) {
    const TYPES: &[&str] = &["boolean", "date", "integer", "number", "string"];
    const FORMATS: &[&str] =
        &["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
    if column.get("name").text().is_empty() {
        column.get("name").required("");
    }
    let kind = column.get("type");
    let must = format!("must be one of {}", TYPES.join(","));
    if kind.text().is_empty() {
        kind.required(&must);
    } else if !TYPES.contains(&kind.text()) {
        kind.invalid(&must);
    }
    let format = column.get("format");
    if !format.text().is_empty() && !FORMATS.contains(&format.text()) {
        format.invalid(&format!("must be one of {}", FORMATS.join(",")));
    }
    let path = column.named("JSONPath").standing_for(column.get("jsonPath"));
    if path.text().is_empty() {
        path.required("");
    } else {
        simple_path(path);
    }
}

/// Refuses a path that does not begin with a dot. Gives whether it does.
fn simple_path(at: At<'_>) -> bool {
    let fits = at.text().starts_with('.');
    if !fits {
        at.invalid("must be a simple json path starting with .");
    }
    fits
}

fn scale(subresources: At<'_>) {
    let scale = subresources.get("scale");
    if !scale.is_set() {
        return;
    }
    for (name, below) in [("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")] {
        let at = scale.get(name);
        if at.text().is_empty() {
            at.required("");
        } else if simple_path(at) && !at.text().starts_with(&format!("{below}.")) {
            at.invalid(&format!("should be a json path under {below}"));
        }
    }
    let selector = scale.get("labelSelectorPath");
    let is_below =
        [".spec.", ".status."].into_iter().any(|below| selector.text().starts_with(below));
    if !selector.text().is_empty() && simple_path(selector) && !is_below {
        selector.invalid("should be a json path under either .spec or .status");
    }
}

fn selectable(fields: At<'_>, schema: &Schema) {
    let mut seen: Vec<&str> = Vec::new();
    for field in fields.items() {
        let path = field.get("jsonPath");
        let text = path.text();
        if text.is_empty() {
            path.required("");
            continue;
        }
        if text.contains('[') {
            path.invalid("is an invalid path: array notation is not allowed");
            continue;
        }
        let mut found = Some(schema);
        for name in text.trim_start_matches('.').split('.') {
            found = found.and_then(|schema| schema.property(name));
        }
        let Some(found) = found else {
            path.invalid("is an invalid path: does not refer to a valid field");
            continue;
        };
        if text.starts_with(".metadata") {
            path.invalid("must not point to fields in metadata");
        }
        let can_be = [Type::String, Type::Boolean, Type::Integer];
        if !found.types.first().is_some_and(|kind| can_be.contains(kind)) {
            path.invalid(
                "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.",
            );
        }
        if seen.contains(&text) {
            path.duplicate();
        } else {
            seen.push(text);
        }
    }
    if seen.len() > MAX_SELECTABLE {
        fields.too_many(seen.len(), MAX_SELECTABLE);
    }
}

fn conversion(conversion: At<'_>) {
    if !conversion.is_set() {
        return;
    }
    meta::one_of(conversion.get("strategy"), &["None", "Webhook"]);
    let webhook = conversion.get("webhook");
    let client = conversion.named("webhookClientConfig").standing_for(webhook.get("clientConfig"));
    let reviewed = conversion
        .named("conversionReviewVersions")
        .standing_for(webhook.get("conversionReviewVersions"));
    if conversion.get("strategy").text() != "Webhook" {
        let words = "should not be set when strategy is not set to Webhook";
        if client.is_set() {
            client.forbidden(words);
        }
        if !reviewed.is_empty() {
            reviewed.forbidden(words);
        }
        return;
    }
    let (url, service) = (client.get("url"), client.get("service"));
    if !client.is_set() {
        client.required("required when strategy is set to Webhook");
    } else if url.is_set() == service.is_set() {
        client.required("exactly one of url or service is required");
    } else if url.is_set() {
        admission::webhook_url(url);
    } else {
        admission::webhook_service(service);
    }
    if reviewed.is_empty() {
        reviewed.required("");
        return;
    }
    let mut seen: Vec<&str> = Vec::new();
    for version in reviewed.items() {
        if seen.contains(&version.text()) {
            version.invalid("duplicate version");
            continue;
        }
        seen.push(version.text());
        version.invalid_each(names::dns_1035_label(version.text()));
    }
    if !seen.iter().any(|version| matches!(*version, "v1" | "v1beta1")) {
        reviewed.invalid("must include at least one of v1, v1beta1");
    }
}
