//! `healthcheck` as a readiness probe.
//!
//! Both run a command in the container. Compose counts failures beyond `retries`, Kubernetes up to its threshold.

use super::{Draft, Service};
use crate::context::Context;
use crate::node::{Kind, Node};
use crate::output::{Out, OutMap, map, texts};
use crate::units;
use crate::words::escape;

/// How long a check may take unless it says so: Compose's default, since that of Kubernetes is one second.
const DEFAULT_TIMEOUT_SECONDS: i64 = 30;

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let Some(check) = service.get("healthcheck") else { return };
    let Some(entries) = check.map() else { return };
    if entries.get("disable").and_then(Node::bool) == Some(true) {
        return;
    }
    let Some(test) = entries.get("test") else {
        let reason = "there is no test, and the one of the image is not known here";
        service.refuse(
            context,
            check.place,
            "healthcheck",
            reason,
            "write `test: [CMD, PROGRAM, …]`",
        );
        return;
    };
    let Some(command) = command(service, test, context) else { return };
    let mut probe = OutMap::new();
    let command = command.into_iter().map(escape);
    probe.push(("exec".into(), map([("command", texts(command))])));
    let mut set = |key: &'static str, value: i64| probe.push((key.into(), Out::Int(value)));
    if let Some(seconds) = duration(service, entries.get("start_period"), "start_period", context) {
        set("initialDelaySeconds", seconds);
    }
    if let Some(seconds) = duration(service, entries.get("interval"), "interval", context) {
        set("periodSeconds", seconds.max(1));
    }
    let timeout = duration(service, entries.get("timeout"), "timeout", context);
    set("timeoutSeconds", timeout.unwrap_or(DEFAULT_TIMEOUT_SECONDS).max(1));
    if let Some(retries) = entries.get("retries") {
        if let Some(retries) = retries.int().filter(|retries| (0..1_000_000).contains(retries)) {
            set("failureThreshold", retries + 1);
        } else {
            let help = "write a whole number";
            service.wrong(context, retries.place, "healthcheck.retries", "this is no count", help);
        }
    }
    if let Some(interval) = entries.entry("start_interval").filter(|entry| !entry.value.is_null()) {
        let words = "has no effect: a probe has one interval";
        service.note(context, interval.place, "healthcheck.start_interval", words);
    }
    draft.probe = Some(Out::Map(probe));
}

/// Gives the command of a test; nothing for none.
fn command(service: Service<'_>, test: &Node, context: &mut Context<'_>) -> Option<Vec<String>> {
    let shell = |text: String| vec!["sh".to_owned(), "-c".to_owned(), text];
    let items = match &test.kind {
        Kind::List(items) => items.iter().filter_map(Node::scalar_text).collect::<Vec<_>>(),
        _ => return test.scalar_text().filter(|text| !text.is_empty()).map(shell),
    };
    match items.first().map(String::as_str) {
        Some("NONE") => None,
        Some("CMD") if items.len() > 1 => Some(items[1..].to_vec()),
        Some("CMD-SHELL") if items.len() > 1 => Some(shell(items[1..].join(" "))),
        _ => {
            let help = "write `[CMD, PROGRAM, …]`, or `[CMD-SHELL, COMMAND]`";
            let reason = "a list begins with NONE, CMD or CMD-SHELL and goes on with a command";
            service.wrong(context, test.place, "healthcheck.test", reason, help);
            None
        }
    }
}

fn duration(
    service: Service<'_>,
    node: Option<&Node>,
    key: &str,
    context: &mut Context<'_>,
) -> Option<i64> {
    let node = node?;
    let seconds = node.scalar_text().and_then(|text| units::seconds(&text));
    if seconds.is_none() {
        let help = "write it with units: 30s, 1m30s, 500ms";
        service.wrong(
            context,
            node.place,
            &format!("healthcheck.{key}"),
            "this is no duration",
            help,
        );
    }
    seconds
}
