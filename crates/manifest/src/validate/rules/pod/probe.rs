//! How containers are asked whether they are well, and told that they begin and end.
//!
//! Source: `validateProbe`, `validateLifecycle` and `validateHandler` in
//! `pkg/apis/core/validation/validation.go`.

use super::Whole;
use crate::document::Content;
use crate::validate::at::{At, quoted};
use crate::validate::meta::{not_negative, one_of};
use crate::validate::names::{header_name, port_name, port_number};

/// What is asked of one thing that can be done.
type Check = fn(At<'_>);

/// What can be done to ask or to tell.
const HANDLERS: [(&str, Check); 4] =
    [("exec", exec), ("httpGet", http_get), ("tcpSocket", port), ("grpc", grpc)];

/// Checks the three probes of a container.
pub(super) fn probes(container: At<'_>) {
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = container.get(name);
        if probe.is_set() {
            self::probe(probe, name == "readinessProbe");
        }
    }
}

fn probe(at: At<'_>, is_of_readiness: bool) {
    handler(at, true, None);
    for name in [
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ] {
        not_negative(at.get(name));
    }
    let period = at.get("terminationGracePeriodSeconds");
    if period.integer().is_some_and(|period| period <= 0) {
        period.invalid("must be greater than 0");
    }
    let threshold = at.get("successThreshold");
    if is_of_readiness {
        if period.is_set() {
            period.invalid("must not be set for readinessProbes");
        }
    } else if !matches!(threshold.number(), 0 | 1) {
        threshold.invalid("must be 1");
    }
}

/// Checks what a container is told when it begins and before it ends.
pub(super) fn lifecycle(at: At<'_>, whole: &Whole<'_>) {
    if !at.is_set() {
        return;
    }
    for name in ["postStart", "preStop"] {
        let hook = at.get(name);
        if hook.is_set() {
            handler(hook, false, Some(whole.grace_period()));
        }
    }
}

/// Tells whether nothing of a lifecycle is left when its signal is dropped, which clusters do without a word.
pub(super) fn is_dropped(lifecycle: At<'_>) -> bool {
    lifecycle.get("stopSignal").is_set()
        && ["postStart", "preStop"].into_iter().all(|name| !lifecycle.get(name).is_set())
}

/// Checks what is done to ask or to tell: one thing. Sleeping is only for those with a time to end.
fn handler(at: At<'_>, is_probe: bool, grace_period: Option<i64>) {
    let mut has_one = false;
    for (name, check) in HANDLERS {
        let action = at.get(name);
        if !action.is_set() || name == "grpc" && !is_probe {
            continue;
        }
        if has_one {
            action.forbidden("may not specify more than 1 handler type");
        } else {
            has_one = true;
            check(action);
        }
    }
    let sleep = at.get("sleep");
    if let Some(period) = grace_period.filter(|_| sleep.is_set()) {
        if has_one {
            sleep.forbidden("may not specify more than 1 handler type");
        } else {
            has_one = true;
            let seconds = sleep.get("seconds").number();
            if !(0..=period).contains(&seconds) {
                let text = format!(
                    "must be non-negative and less than terminationGracePeriodSeconds ({period})"
                );
                sleep.invalid_as(&seconds.to_string(), &text);
            }
        }
    }
    if !has_one {
        at.required("must specify a handler type");
    }
}

fn exec(at: At<'_>) {
    if at.get("command").is_empty() {
        at.get("command").required("");
    }
}

fn http_get(at: At<'_>) {
    port(at);
    let scheme = at.get("scheme");
    if !scheme.text().is_empty() {
        one_of(scheme, &["HTTP", "HTTPS"]);
    }
    for header in at.get("httpHeaders").items() {
        let name = header.get("name");
        for fault in header_name(name.text()) {
            name.called(at.get("httpHeaders")).invalid_as(&quoted(name.text()), &fault);
        }
    }
}

fn grpc(at: At<'_>) {
    let port = at.get("port");
    for fault in port_number(port.number()) {
        port.invalid_as(&port.number().to_string(), &fault);
    }
}

/// Checks the port of a handler: a number or a name.
fn port(at: At<'_>) {
    let port = at.get("port");
    match port.node().map(|node| &node.content) {
        Some(Content::String(name)) => port.invalid_each(port_name(name)),
        _ => {
            for fault in port_number(port.number()) {
                port.invalid_as(&port.number().to_string(), &fault);
            }
        }
    }
}
