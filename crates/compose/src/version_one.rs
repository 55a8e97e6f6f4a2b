//! Files in the format before Compose's version 2, in which services stand at the top.

use crate::error::Problem;
use crate::node::Node;
use crate::report::Report;

/// Keys of a service that only a service has.
const SERVICE_KEYS: [&str; 8] =
    ["image", "build", "command", "ports", "links", "environment", "volumes", "container_name"];

/// Says so if a file is in that format; tells whether it is.
pub(crate) fn check(document: &Node, report: &mut Report) -> bool {
    let Some(map) = document.map() else { return false };
    if map.get("services").is_some() || map.get("include").is_some() {
        return false;
    }
    let service = map.0.iter().find(|entry| {
        !entry.key.starts_with("x-")
            && SERVICE_KEYS.iter().any(|key| entry.value.get(key).is_some())
    });
    let Some(service) = service else { return false };
    let reason = format!(
        "this is a Compose file of version 1: the service {} stands at the top",
        service.key
    );
    report.error(
        service.place,
        Problem::VersionOne,
        reason,
        "put all services under a key `services:`; in place of `links` they find each other by name",
    );
    true
}
