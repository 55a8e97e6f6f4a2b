//! The last look at a planned job: what an API server would say of it, and which pod security level it meets.

use pintle_manifest::document::Document;
use pintle_manifest::pod_security::{Level, Standard, level_of, violations};
use pintle_manifest::typed;
use pintle_manifest::validate::{Minor, Severity, Validator};

use super::PlannedJob;
use super::report::Report;
use super::sources::Sources;
use crate::Reason;

/// The version of Kubernetes whose rules count.
const MINOR: u32 = 34;

/// Checks a job, and notes the level that it meets.
pub(super) fn job(sources: &Sources<'_>, report: &Report, planned: &mut PlannedJob) {
    // OK because objects of Kubernetes have texts for keys.
    let Ok(root) = typed::write(&planned.job) else { return };
    let document = Document { root, repeated: Vec::new() };
    let server = Minor::near(MINOR);
    let inspected = Validator::new(server).inspect_read("", &document);
    for finding in inspected.into_iter().flat_map(|it| it.findings) {
        let field = place_of(report, planned, &finding.field);
        match finding.severity() {
            Severity::Error => sources.notes.fault(Reason::Invalid, &field, finding.message),
            Severity::Warning => sources.notes.warn(format!("{field}: {}", finding.message)),
        }
    }
    let settings = &sources.settings.pod_security;
    planned.pod_security = level_of(&document.root, server);
    let Some(level) = planned.pod_security else { return };
    let named = |name: &str| Level::named(name).unwrap_or(Level::Privileged);
    let (enforced, warned) = (named(settings.enforce.as_str()), named(settings.warn.as_str()));
    if level < enforced {
        let standard = Standard::latest(enforced);
        for violation in violations(&document.root, standard, server) {
            let field = violation.fields.first().map_or("", String::as_str);
            let field = place_of(report, planned, field);
            let message = format!("violates PodSecurity \"{standard}\": {violation}");
            let help = "agentRun.podSecurity.enforce names the level that the namespace asks for";
            sources.notes.fault_with_help(Reason::PodSecurity, &field, message, help);
        }
    } else if level < warned {
        let standard = Standard::latest(warned);
        let found = violations(&document.root, standard, server);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let message = format!("would violate PodSecurity \"{standard}\": {}", found.join(", "));
        sources.notes.warn(message);
    }
}

/// Finds where a field of the job was said; what nobody said is the job's own.
fn place_of(report: &Report, planned: &PlannedJob, field: &str) -> String {
    let field = with_names(planned, field);
    match report.origin_of(planned.step, &field) {
        Some(place) => place.field,
        None => format!("job.{field}"),
    }
}

/// Names variables and resources as the report does: by their names.
fn with_names(planned: &PlannedJob, field: &str) -> String {
    let mut field = field.to_owned();
    for side in ["limits", "requests"] {
        let open = format!(".resources.{side}[");
        if let Some(at) = field.find(&open) {
            let key = at + open.len();
            let end = field[key..].find(']').map_or(field.len(), |end| key + end);
            if !field[key..end].contains(['.', '/']) {
                let rest = field.get(end + 1..).unwrap_or_default();
                field = format!("{}.{}{rest}", &field[..key - 1], &field[key..end]);
            }
        }
    }
    let open = ".env[";
    if let Some(at) = field.find(open) {
        let start = at + open.len();
        let end = field[start..].find(']').map_or(field.len(), |end| start + end);
        let template = planned.job.spec.as_ref().map(|spec| &spec.template);
        let container = template
            .and_then(|template| template.spec.as_ref())
            .and_then(|spec| spec.containers.first());
        let variable = field[start..end]
            .parse::<usize>()
            .ok()
            .and_then(|index| container.and_then(|container| container.env.as_ref()?.get(index)));
        if let Some(variable) = variable {
            field = format!("{}{}]", &field[..start], variable.name);
        }
    }
    field
}
