//! `ValidatingAdmissionPolicy`, `MutatingAdmissionPolicy` and their bindings.
//!
//! Source: `validateValidatingAdmissionPolicySpec`, `validateMutatingAdmissionPolicySpec` and what they call.

use std::collections::HashSet;

use super::expression::{self, Declared, Type, Wanted};
use super::{MAX_EXPRESSIONS, one_of_if_set, rule, selector};
use crate::validate::at::{At, quoted};
use crate::validate::cel::names::is_identifier;
use crate::validate::meta;
use crate::validate::names::{self, NameRule};

/// The most audit annotations of a policy.
const MAX_AUDIT_ANNOTATIONS: usize = 20;
/// The most bytes of an expression that gives the value of one.
const MAX_AUDIT_EXPRESSION: usize = 5 << 10;
const REASONS: &[&str] = &["Forbidden", "Invalid", "RequestEntityTooLarge"];
const ACTIONS: &[&str] = &["Audit", "Deny", "Warn"];

/// Checks a `ValidatingAdmissionPolicy`.
pub(super) fn validating(at: At<'_>) {
    let spec = at.get("spec");
    let declared = common(spec, !spec.get("variables").is_empty());
    let (validations, audits) = (spec.get("validations"), spec.get("auditAnnotations"));
    if validations.is_empty() && audits.is_empty() {
        let detail = "validations or auditAnnotations must contain at least one item";
        validations.required(detail);
        audits.required(detail);
        return;
    }
    for validation in validations.items().take(MAX_EXPRESSIONS) {
        self::validation(validation, &declared);
    }
    if audits.len() > MAX_AUDIT_ANNOTATIONS {
        let detail = format!("must not have more than {MAX_AUDIT_ANNOTATIONS} auditAnnotations");
        audits.invalid(&detail);
    }
    let mut seen = HashSet::new();
    for audit in audits.items().take(MAX_EXPRESSIONS) {
        let name = meta::name_to_be(at.get("metadata"));
        audit_annotation(audit, &name, &declared);
        let key = audit.get("key");
        if audits.len() > 1 && !seen.insert(key.text()) {
            key.duplicate();
        }
    }
}

/// Checks a `MutatingAdmissionPolicy`.
pub(super) fn mutating(at: At<'_>) {
    let spec = at.get("spec");
    let declared = Declared { has_patches: true, ..common(spec, true) };
    mutating_operations(spec.get("matchConstraints"));
    let mutations = spec.get("mutations");
    if mutations.is_empty() {
        mutations.required("mutations must contain at least one item");
    }
    for mutation in mutations.items().take(MAX_EXPRESSIONS) {
        self::mutation(mutation, &declared);
    }
    meta::one_of(spec.get("reinvocationPolicy"), super::REINVOCATION_POLICIES);
}

/// Checks what both kinds of policies have, and gives what their expressions may name.
fn common(spec: At<'_>, has_variables: bool) -> Declared<'_> {
    one_of_if_set(spec.get("failurePolicy"), super::FAILURE_POLICIES);
    let kind = spec.get("paramKind");
    if kind.is_set() {
        param_kind(kind);
    }
    let constraints = spec.get("matchConstraints");
    if constraints.is_set() {
        rule::match_resources(constraints);
        if constraints.get("resourceRules").is_empty() {
            constraints.get("resourceRules").required("");
        }
    } else {
        constraints.required("");
    }
    super::match_conditions(spec.get("matchConditions"), kind.is_set());
    let mut declared = Declared {
        has_params: kind.is_set(),
        has_authorizer: true,
        has_patches: false,
        variables: has_variables.then(Vec::new),
    };
    for variable in spec.get("variables").items().take(MAX_EXPRESSIONS) {
        let found = self::variable(variable, &declared);
        let name = variable.get("name").text();
        declared.variables.get_or_insert_default().push((name, found));
    }
    declared
}

/// Refuses operations that leave nothing to change; the path names no item.
fn mutating_operations(resources: At<'_>) {
    for rule in resources.get("resourceRules").items() {
        for operation in rule.get("operations").items() {
            if !rule::MUTATING_OPERATIONS.contains(&operation.text()) {
                let at = operation.called(resources.get("resourceRules").named("operations"));
                at.unsupported(rule::MUTATING_OPERATIONS);
            }
        }
    }
}

fn param_kind(at: At<'_>) {
    let version = at.get("apiVersion");
    let text = version.text();
    let mut parts = text.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        _ if text.is_empty() => version.required(""),
        _ if text == "/" => version.invalid("version must be specified"),
        (Some(group), Some(of_group), None) => {
            if !group.is_empty() {
                joined(version, group, &names::dns_subdomain(group), "");
            }
            if of_group.is_empty() {
                version.invalid("version must be specified");
            } else {
                joined(version, of_group, &names::dns_1035_label(of_group), "");
            }
        }
        (Some(of_core), None, _) => {
            joined(version, of_core, &names::dns_1035_label(of_core), "");
        }
        _ => version.invalid(&format!("unexpected GroupVersion string: {text}")),
    }
    let kind = at.get("kind");
    if kind.text().is_empty() {
        kind.required("");
    } else {
        let faults = &names::dns_1035_label(&kind.text().to_lowercase());
        joined(kind, kind.text(), faults, "may have mixed case, but should otherwise match: ");
    }
}

/// Reports all faults of a text at once.
fn joined(at: At<'_>, text: &str, faults: &names::Faults, before: &str) {
    if !faults.is_empty() {
        at.invalid_as(&quoted(text), &format!("{before}{}", faults.join(",")));
    }
}

/// Checks a variable, and gives what it comes to.
fn variable(at: At<'_>, declared: &Declared<'_>) -> Type {
    let (name, expression) = (at.get("name"), at.get("expression"));
    if name.text().trim().is_empty() {
        name.required("name is not specified");
    } else if !is_identifier(name.text()) {
        let old = at.minor().number() < 34;
        name.invalid(if old {
            "name is not a valid CEL identifier"
        } else {
            "must be a valid CEL identifier"
        });
    }
    if expression.text().trim().is_empty() {
        expression.required("expression is not specified");
        return Type::Unknown;
    }
    expression::check(expression, expression.text(), declared, Wanted::Anything)
}

fn validation(at: At<'_>, declared: &Declared<'_>) {
    let expression = at.get("expression");
    if expression.text().trim().is_empty() {
        expression.required("expression is not specified");
    } else {
        expression::check(expression, expression.text(), declared, Wanted::Bool);
    }
    let of_message = at.get("messageExpression");
    match (of_message.text(), of_message.text().trim()) {
        ("", _) => {}
        (_, "") => of_message.invalid("must be non-empty if specified"),
        (text, _) => {
            let declared = Declared { has_authorizer: false, ..declared.clone() };
            expression::check(of_message, text, &declared, Wanted::Text);
        }
    }
    let message = at.get("message");
    let before = if at.minor().number() < 34 { "message " } else { "" };
    match (message.text(), message.text().trim()) {
        ("", _) => {}
        (_, "") => message.invalid(&format!("{before}must be non-empty if specified")),
        (_, trimmed) if trimmed.contains(['\n', '\r']) => {
            message.invalid(&format!("{before}must not contain line breaks"));
        }
        _ => {}
    }
    one_of_if_set(at.get("reason"), REASONS);
}

fn audit_annotation(at: At<'_>, policy: &str, declared: &Declared<'_>) {
    let key = at.get("key");
    if policy.is_empty() {
        key.invalid_as(&quoted(key.text()), "requires metadata.name be non-empty");
    } else {
        let name = format!("{policy}/{}", key.text());
        for fault in names::qualified_name(&name) {
            key.invalid_as(&quoted(&name), &fault);
        }
    }
    let value = at.get("valueExpression");
    let trimmed = value.text().trim();
    if trimmed.is_empty() {
        value.required("valueExpression is not specified");
    } else if trimmed.len() > MAX_AUDIT_EXPRESSION {
        value.required(&format!("must not exceed {MAX_AUDIT_EXPRESSION} bytes in length"));
    } else {
        expression::check(value, trimmed, declared, Wanted::TextOrNull);
    }
}

fn mutation(at: At<'_>, declared: &Declared<'_>) {
    let kinds = [("ApplyConfiguration", "applyConfiguration"), ("JSONPatch", "jsonPatch")];
    let patch_type = at.get("patchType");
    meta::one_of(patch_type, &kinds.map(|(name, _)| name));
    let Some((chosen, _)) = kinds.into_iter().find(|(name, _)| *name == patch_type.text()) else {
        return;
    };
    for (name, field) in kinds {
        let patch = at.get(field);
        if name != chosen {
            if patch.is_set() {
                let detail = format!("must not be specified when patchType is {chosen}");
                patch.invalid_as(&quoted(&format!("{{{field}}}")), &detail);
            }
        } else if !patch.is_set() {
            patch.required(&format!("must be specified when patchType is {chosen}"));
        } else {
            let expression = patch.get("expression");
            let wanted = if field == "jsonPatch" { Wanted::Patches } else { Wanted::Configuration };
            match expression.text().trim() {
                "" => expression.required(""),
                text => {
                    expression::check(expression, text, declared, wanted);
                }
            }
        }
    }
}

/// Checks a binding of either kind of policy.
pub(super) fn binding(at: At<'_>, is_mutating: bool) {
    let spec = at.get("spec");
    meta::object_name(spec.get("policyName"), NameRule::Subdomain);
    param_ref(spec.get("paramRef"), at.get("apiVersion").text());
    let resources = spec.get("matchResources");
    rule::match_resources(resources);
    if is_mutating {
        mutating_operations(resources);
    } else {
        validation_actions(spec.get("validationActions"));
    }
}

fn param_ref(at: At<'_>, api_version: &str) {
    if !at.is_set() {
        return;
    }
    let (name, of_labels) = (at.get("name"), at.get("selector"));
    let exclusive = "name and selector are mutually exclusive";
    if !name.text().is_empty() {
        name.invalid_each(NameRule::PathSegment.faults(name.text(), false));
        if of_labels.is_set() {
            name.forbidden(exclusive);
        }
    }
    selector(of_labels);
    if of_labels.is_set() && !name.text().is_empty() {
        of_labels.forbidden(exclusive);
    }
    if !of_labels.is_set() && name.text().is_empty() {
        at.required("one of name or selector must be specified");
    }
    let action = at.get("parameterNotFoundAction");
    let has_default = api_version.ends_with("/v1alpha1") && !action.is_set();
    if action.text().is_empty() {
        if !has_default {
            action.required("");
        }
    } else if !matches!(action.text(), "Deny" | "Allow") {
        action.unsupported(&["Deny", "Allow"]);
    }
}

fn validation_actions(list: At<'_>) {
    let mut seen = HashSet::new();
    for action in list.items() {
        if !ACTIONS.contains(&action.text()) {
            action.unsupported(ACTIONS);
        }
        if !seen.insert(action.text()) {
            action.duplicate();
        }
    }
    if seen.contains("Deny") && seen.contains("Warn") {
        list.invalid(
            "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)",
        );
    }
    if list.is_empty() {
        list.required("at least one validation action is required");
    }
}
