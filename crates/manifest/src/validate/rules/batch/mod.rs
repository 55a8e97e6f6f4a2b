//! `Job` and `CronJob`.
//!
//! Source: `pkg/apis/batch/validation/validation.go`; which labels and selector a job is given, in
//! `pkg/registry/batch/job/strategy.go`.

mod cron;
mod policy;

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::tz::TimeZoneDatabase;

use super::{Rules, pod};
use crate::validate::at::{At, quoted};
use crate::validate::finding::Code;
use crate::validate::meta::{self, not_negative};
use crate::validate::names::{self, NameRule, dns_label};

/// The most completions and parallel pods of a job whose pods bear an index.
const MAX_INDEXES: i64 = 100_000;
/// The most parallel pods and failed indexes of a job with more completions than [`MAX_INDEXES`].
const MAX_OF_LARGE_JOB: i64 = 10_000;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let check: fn(At<'_>) = match (group, kind) {
        ("batch", "Job") => job,
        ("batch", "CronJob") => cron_job,
        _ => return None,
    };
    Some(Rules { name: NameRule::Subdomain, check })
}

fn job(at: At<'_>) {
    let (metadata, spec) = (at.get("metadata"), at.get("spec"));
    let labels = spec.get("template").get("metadata").get("labels");
    let name = metadata.get("name");
    // A job without labels is given those of its pods.
    let inherits = metadata.get("labels").is_empty() && !labels.is_empty();
    if inherits {
        meta::labels(labels.called(metadata.get("labels")));
    }
    if spec.get("manualSelector").is_true() {
        manual_selector(spec);
    } else {
        if inherits {
            label_of_name(name, metadata.get("labels"), labels);
        }
        generated_selector(at, labels);
    }
    // Without both, a job has one completion and one pod.
    let is_single = !spec.get("parallelism").is_set();
    let completions = spec.get("completions").integer().or(is_single.then_some(1));
    job_spec(spec, completions);
    let completions = completions.unwrap_or_default();
    if is_indexed(spec) && completions > 0 {
        let generated = meta::generated_name(metadata.get("generateName").text());
        let text = if name.text().is_empty() { &generated } else { name.text() };
        let host = format!("{text}-{}", completions - 1);
        if !dns_label(&host).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {host}");
            name.invalid(&detail);
        }
    }
}

fn manual_selector(spec: At<'_>) {
    let (selector, template) = (spec.get("selector"), spec.get("template"));
    let labels = template.get("metadata").get("labels");
    if selector.is_set() {
        meta::label_selector(selector);
    } else {
        selector.required("");
    }
    let is_selected = selector.is_set() && meta::selects(selector, labels);
    if meta::is_valid_selector(selector) && !is_selected {
        labels.invalid("`selector` does not match template `labels`");
    }
}

/// What stands for the identifier and the name that a job will be given; no text of a user's is the same.
const UNKNOWN: &str = "\0";

/// Checks the selector and labels of a job that the server completes: with its name, and an identifier.
fn generated_selector(job: At<'_>, labels: At<'_>) {
    let spec = job.get("spec");
    let (selector, template) = (spec.get("selector"), spec.get("template").get("metadata"));
    let name = job.get("metadata").get("name");
    let name = if name.text().is_empty() { UNKNOWN } else { name.text() };
    let given = |key: &str| labels.text_of(key);
    let expected = |key: &str| match key {
        "controller-uid" | "batch.kubernetes.io/controller-uid" => Some(UNKNOWN),
        "job-name" | "batch.kubernetes.io/job-name" => Some(name),
        _ => None,
    };
    for key in [
        "controller-uid",
        "job-name",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-name",
    ] {
        if given(key).is_some_and(|text| Some(text) != expected(key)) {
            let wanted = expected(key).filter(|text| *text != UNKNOWN);
            let detail = match wanted {
                Some(wanted) => format!("must be '{wanted}'"),
                None => "must be what the server generates".to_owned(),
            };
            labels.called(template.get("labels").key(key)).invalid(&detail);
        }
    }
    let place = spec.get("template").get("labels");
    label_of_name(job.get("metadata").get("name"), place, labels);
    meta::label_selector(selector);
    if !meta::is_valid_selector(selector) {
        return;
    }
    if !meta::selects_by(selector, expected) {
        selector.invalid("`selector` not auto-generated");
    }
    if !meta::selects_by(selector, |key| given(key).or_else(|| expected(key))) {
        labels.invalid("`selector` does not match template `labels`");
    }
}

/// Refuses a name that becomes a label and is none; `at` is where those labels are.
fn label_of_name(name: At<'_>, at: At<'_>, given: At<'_>) {
    for key in ["job-name", "batch.kubernetes.io/job-name"] {
        if given.node().is_none_or(|node| node.get(key).is_none()) {
            for fault in names::label_value(name.text()) {
                name.called(at).invalid(&fault);
            }
        }
    }
}

fn is_indexed(spec: At<'_>) -> bool {
    spec.get("completionMode").text() == "Indexed"
}

/// Checks the spec of a job, but for its selector; `completions` are those after defaulting.
fn job_spec(spec: At<'_>, completions: Option<i64>) {
    for name in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        not_negative(spec.get(name));
    }
    let per_index = spec.get("backoffLimitPerIndex");
    if spec.get("maxFailedIndexes").is_set() && !per_index.is_set() {
        per_index.required("when maxFailedIndexes is specified");
    }
    managed_by(spec.get("managedBy"));
    completion_mode(spec, completions);
    policy::pod_failure_policy(spec);
    policy::success_policy(spec, is_indexed(spec), completions);
    replacement_policy(spec);
    let template = spec.get("template");
    pod::template(template);
    let at = template.get("spec").get("restartPolicy");
    match pod::restart_policy(template.get("spec")) {
        "Always" => at.required("valid values: \"OnFailure\", \"Never\""),
        "Never" => {}
        "OnFailure" => {
            if spec.get("podFailurePolicy").is_set() {
                at.invalid("only \"Never\" is supported when podFailurePolicy is specified");
            }
        }
        _ => at.unsupported(&["OnFailure", "Never"]),
    }
}

/// Checks who manages a job: `example.com/path`, of at most 63 bytes.
fn managed_by(at: At<'_>) {
    if !at.is_set() {
        return;
    }
    match at.text().split_once('/') {
        _ if at.text().is_empty() => at.required(""),
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            for fault in names::dns_subdomain(domain) {
                at.invalid_as(&quoted(domain), &fault);
            }
            if !is_http_path(path) {
                let detail = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
                at.invalid_as(&quoted(path), detail);
            }
        }
        _ => at.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")"),
    }
    if at.text().len() > names::MAX_LABEL {
        at.too_long(names::MAX_LABEL);
    }
}

/// Tells whether a text is a path of a URL.
fn is_http_path(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte))
}

fn completion_mode(spec: At<'_>, completions: Option<i64>) {
    let (mode, parallelism) = (spec.get("completionMode"), spec.get("parallelism"));
    let (per_index, failed) = (spec.get("backoffLimitPerIndex"), spec.get("maxFailedIndexes"));
    match mode.text_or("NonIndexed") {
        "NonIndexed" if !mode.is_set() || !mode.text().is_empty() => {
            for at in [per_index, failed] {
                if at.is_set() {
                    at.invalid("requires indexed completion mode");
                }
            }
        }
        "Indexed" => {
            if completions.is_none() {
                spec.get("completions").required("when completion mode is Indexed");
            }
            if parallelism.number() > MAX_INDEXES {
                parallelism.invalid(&format!(
                    "must be less than or equal to {MAX_INDEXES} when completion mode is Indexed"
                ));
            }
            if failed.is_set() && completions.is_some_and(|most| failed.number() > most) {
                failed.invalid("must be less than or equal to completions");
            }
            if failed.number() > MAX_INDEXES {
                failed.invalid(&format!("must be less than or equal to {MAX_INDEXES}"));
            }
            if completions.is_some_and(|n| n > MAX_INDEXES) && per_index.is_set() {
                if !failed.is_set() {
                    failed.required(&format!(
                        "must be specified when completions is above {MAX_INDEXES}"
                    ));
                }
                for at in [parallelism, failed] {
                    if at.number() > MAX_OF_LARGE_JOB {
                        at.invalid(&format!(
                            "must be less than or equal to {MAX_OF_LARGE_JOB} when completions are above {MAX_INDEXES} and used with backoff limit per index"
                        ));
                    }
                }
            }
        }
        _ => mode.unsupported(&["NonIndexed", "Indexed"]),
    }
}

fn replacement_policy(spec: At<'_>) {
    let at = spec.get("podReplacementPolicy");
    if !at.is_set() {
        return;
    }
    let supported: &[&str] = if spec.get("podFailurePolicy").is_set() {
        &["Failed"]
    } else {
        &["Failed", "TerminatingOrFailed"]
    };
    if !supported.contains(&at.text()) {
        at.unsupported(supported);
    }
}

fn cron_job(at: At<'_>) {
    let (name, spec) = (at.get("metadata").get("name"), at.get("spec"));
    schedule(spec.get("schedule"));
    for name in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"]
    {
        not_negative(spec.get(name));
    }
    time_zone(spec.get("timeZone"));
    let concurrency = spec.get("concurrencyPolicy");
    let policies = ["Allow", "Forbid", "Replace"];
    if !policies.contains(&concurrency.text_or("Allow")) {
        concurrency.unsupported(&policies);
    }
    let job = spec.get("jobTemplate").get("spec");
    // Of a template nothing is defaulted.
    job_spec(job, job.get("completions").integer());
    let (selector, manual) = (job.get("selector"), job.get("manualSelector"));
    if selector.is_set() {
        selector.invalid("`selector` will be auto-generated");
    }
    if manual.is_true() {
        manual.unsupported(&["nil", "false"]);
    }
    // Jobs have names of 11 bytes more.
    if name.text().len() > names::MAX_LABEL - 11 {
        name.invalid("must be no more than 52 characters");
    }
}

fn schedule(at: At<'_>) {
    let text = at.text();
    if text.is_empty() {
        at.required("");
        return;
    }
    if text.contains("TZ") {
        at.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if let Err(error) = cron::parse(text) {
        at.invalid(&error);
    }
}

fn time_zone(at: At<'_>) {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    if !at.is_set() {
        return;
    }
    let name = at.text();
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.len() <= 14
            && !part.starts_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    let fault: Cow<'_, str> = if name.is_empty() {
        "timeZone must be nil or non-empty string".into()
    } else if !name.split('/').all(is_part) {
        format!("unknown time zone {name}").into()
    } else if name.eq_ignore_ascii_case("Local") {
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
            .into()
    } else {
        // Names are told apart by case, as by the file system that Go reads zones from. There they may lie once more
        // in two folders, and beside the zone of the machine itself.
        let plain = name.strip_prefix("posix/").or(name.strip_prefix("right/")).unwrap_or(name);
        let is_of_machine = matches!(name, "posixrules" | "localtime");
        let zone = ZONES.get(plain);
        if is_of_machine || zone.is_ok_and(|zone| zone.iana_name() == Some(plain)) {
            return;
        }
        format!("unknown time zone {name}").into()
    };
    at.report(&Code::INVALID, format!("Invalid value: {}: {fault}", quoted(name)));
}
