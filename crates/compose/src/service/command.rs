//! Image, command and where it runs: `image`, `build`, `pull_policy`, `runtime`, `platform`, `entrypoint`, `command`,
//! `working_dir`, `restart`, `tty`.
//!
//! Compose's `entrypoint` is Kubernetes' `command`, and its `command` is `args`.

use super::{Draft, Service};
use crate::context::Context;
use crate::node::{Kind, Node};
use crate::output::Out;
use crate::words::{escape, split};

/// Programs that end at once without a terminal or input.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "sh", "zsh", "python"];

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    image(service, draft, context);
    if let Some(runtime) = service.get("runtime") {
        draft.runtime_class = runtime.scalar_text();
    }
    if let Some(platform) = service.get("platform") {
        select_node(service, platform, draft, context);
    }
    commands(service, draft, context);
    draft.working_dir = service.get("working_dir").and_then(Node::scalar_text);
    restart(service, context);
}

fn image(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let given = context.options.images.get(service.name).cloned();
    let written =
        service.get("image").and_then(Node::scalar_text).filter(|image| !image.is_empty());
    let build = service.map.entry("build").filter(|entry| !entry.value.is_null());
    match (given.or(written), build) {
        (Some(image), build) => {
            if let Some(build) = build {
                let text = format!("nothing is built: {image} must be there to be pulled");
                service.note(context, build.place, "build", &text);
            }
            draft.image = Some(image);
        }
        (None, Some(build)) => {
            let help = format!(
                "push what it builds, and name it: `image: IMAGE` beside it, or `--image {}=IMAGE`",
                service.name
            );
            service.refuse(
                context,
                build.place,
                "build",
                "nothing is built, and no image is named",
                &help,
            );
        }
        // What it extends may have one, and is not there for another reason.
        (None, None) if context.report.is_incomplete() => {}
        (None, None) => {
            let reason = format!("`services.{}` has no image", service.name);
            let help = "write `image: IMAGE`";
            context.report.error(service.place, crate::Problem::Value, reason, help);
        }
    }
    if service.get("x-local").is_some_and(|node| node.scalar_text().as_deref() == Some("true")) {
        let place = service.map.entry("x-local").map_or(service.place, |entry| entry.place);
        service.note(context, place, "x-local", "has no effect: every image is pulled");
    }
    let Some(policy) = service.get("pull_policy") else { return };
    draft.pull_policy = match policy.str() {
        Some("always") => Some("Always"),
        Some("never") => Some("Never"),
        Some("if_not_present" | "missing") => Some("IfNotPresent"),
        Some("build") => {
            service.note(
                context,
                policy.place,
                "pull_policy",
                "nothing is built: the image is pulled",
            );
            None
        }
        _ => {
            let help = "write always, never or if_not_present";
            service.wrong(context, policy.place, "pull_policy", "this is no policy", help);
            None
        }
    };
}

/// Takes `os/arch` or `arch` for a choice of nodes.
fn select_node(
    service: Service<'_>,
    platform: &Node,
    draft: &mut Draft,
    context: &mut Context<'_>,
) {
    let text = platform.scalar_text().unwrap_or_default().to_ascii_lowercase();
    let mut parts = text.split('/');
    let (first, second, variant) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let (os, arch) = match (first, second) {
        ("linux" | "windows", arch) => (Some(first), arch),
        (arch, None) => (None, Some(arch)),
        _ => (None, None),
    };
    let arch = match arch {
        Some("amd64" | "x86_64" | "x86-64") => Some("amd64"),
        Some("arm64" | "aarch64") => Some("arm64"),
        Some("arm" | "armhf") => Some("arm"),
        Some("386" | "i386") => Some("386"),
        Some(other @ ("ppc64le" | "s390x" | "riscv64")) => Some(match other {
            "ppc64le" => "ppc64le",
            "s390x" => "s390x",
            _ => "riscv64",
        }),
        None if os.is_some() => Some(""),
        _ => None,
    };
    let Some(arch) = arch.filter(|_| parts.next().is_none()) else {
        let reason = format!("`{text}` is no platform that nodes are known by");
        service.wrong(
            context,
            platform.place,
            "platform",
            &reason,
            "write `linux/amd64` or `linux/arm64`",
        );
        return;
    };
    if let Some(variant) = variant {
        let text = format!("nodes are not known by the variant {variant}");
        service.note(context, platform.place, "platform", &text);
    }
    let mut select =
        |key: &'static str, value: &str| draft.node_selector.push((key.into(), Out::from(value)));
    if let Some(os) = os {
        select("kubernetes.io/os", os);
    }
    if !arch.is_empty() {
        select("kubernetes.io/arch", arch);
    }
}

fn commands(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let entrypoint = words(service, "entrypoint", context);
    let command = words(service, "command", context);
    let place = |key: &str| service.get(key).map_or(service.place, |node| node.place);
    match (entrypoint, command) {
        (None, None) => {}
        (None, Some(command)) if command.is_empty() => service.refuse(
            context,
            place("command"),
            "command",
            "Kubernetes cannot leave out the arguments of an image's entrypoint",
            "write the whole command as `entrypoint`",
        ),
        (None, Some(command)) => draft.args = Some(command),
        // Without an entrypoint the command itself is what runs.
        (Some(entrypoint), Some(command)) if entrypoint.is_empty() && !command.is_empty() => {
            draft.command = Some(command);
        }
        (Some(entrypoint), _) if entrypoint.is_empty() => service.refuse(
            context,
            place("entrypoint"),
            "entrypoint",
            "Kubernetes cannot leave out an image's entrypoint and keep its command",
            "write the command of the image as `command`",
        ),
        (Some(entrypoint), command) => {
            draft.command = Some(entrypoint);
            draft.args = command.filter(|command| !command.is_empty());
        }
    }
    let has_terminal = ["tty", "stdin_open"]
        .into_iter()
        .find(|key| service.get(key).and_then(Node::bool) == Some(true));
    let program = match (&draft.command, &draft.args) {
        (Some(command), None) | (None, Some(command)) => command.as_slice(),
        _ => &[],
    };
    if let ([program], Some(key)) = (program, has_terminal) {
        let name = program.rsplit('/').next().unwrap_or_default();
        if SHELLS.contains(&name) {
            let reason = format!("{program} ends at once where there is no terminal");
            let place = service.map.entry(key).map_or(service.place, |entry| entry.place);
            service.refuse(
                context,
                place,
                key,
                &reason,
                "write `command: sleep infinity` to keep it running",
            );
        }
    }
}

/// Reads a command: a list as it is, a text as a shell would split it.
fn words(service: Service<'_>, key: &str, context: &mut Context<'_>) -> Option<Vec<String>> {
    let node = service.get(key)?;
    let words = match &node.kind {
        Kind::List(items) => items.iter().filter_map(Node::scalar_text).collect(),
        _ => match split(&node.scalar_text()?) {
            Ok(words) => words,
            Err(reason) => {
                service.wrong(
                    context,
                    node.place,
                    key,
                    reason,
                    "write a list: one item for each word",
                );
                return None;
            }
        },
    };
    Some(words.into_iter().map(escape).collect())
}

fn restart(service: Service<'_>, context: &mut Context<'_>) {
    let Some(restart) = service.get("restart") else { return };
    let text = restart.scalar_text().unwrap_or_default();
    let policy = text.split(':').next().unwrap_or_default();
    match policy {
        "always" | "unless-stopped" => {}
        "no" | "false" | "on-failure" | "never" => {
            let text = "has no effect: a container of a sandbox is always started again";
            service.note(context, restart.place, "restart", text);
        }
        _ => {
            let reason = format!("`{text}` is no policy");
            service.wrong(
                context,
                restart.place,
                "restart",
                &reason,
                "write `always`, or leave it out",
            );
        }
    }
}
