//! What a container may: `user`, `security_opt`, `cap_add`, `cap_drop`, `read_only`, `privileged`.

use super::{Draft, Service};
use crate::context::Context;
use crate::node::Node;
use crate::output::{Out, OutMap, map, texts};
use crate::source::Privileged;

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let security = &mut draft.security;
    if let Some(user) = service.get("user") {
        self::user(service, user, security, context);
    }
    for option in service.get("security_opt").and_then(Node::list).unwrap_or_default() {
        self::option(service, option, security, context);
    }
    let mut capabilities = OutMap::new();
    for (key, field) in [("cap_add", "add"), ("cap_drop", "drop")] {
        let names = service.get(key).and_then(Node::list).unwrap_or_default();
        let names: Vec<String> =
            names.iter().filter_map(Node::scalar_text).map(|name| capability(&name)).collect();
        if !names.is_empty() {
            capabilities.push((field.into(), texts(names)));
        }
    }
    if !capabilities.is_empty() {
        set(security, "capabilities", Out::Map(capabilities));
    }
    if let Some(read_only) = flag(service, "read_only", context) {
        set(security, "readOnlyRootFilesystem", Out::Bool(read_only));
    }
    if flag(service, "privileged", context) == Some(true) {
        match context.options.privileged {
            Privileged::Allowed => set(security, "privileged", Out::Bool(true)),
            Privileged::Refused => {
                let place =
                    service.map.entry("privileged").map_or(service.place, |entry| entry.place);
                let reason = "a privileged container is not held by its sandbox";
                let help =
                    "add what is needed with `cap_add`, or ask for it with `--allow-privileged`";
                service.refuse(context, place, "privileged", reason, help);
            }
        }
    }
}

fn flag(service: Service<'_>, key: &str, context: &mut Context<'_>) -> Option<bool> {
    let node = service.get(key)?;
    let flag = node.bool();
    if flag.is_none() {
        service.wrong(
            context,
            node.place,
            key,
            "this is neither true nor false",
            "write true or false",
        );
    }
    flag
}

fn set(security: &mut OutMap, key: &'static str, value: Out) {
    match security.iter_mut().find(|(known, _)| known == key) {
        Some((_, there)) => *there = value,
        None => security.push((key.into(), value)),
    }
}

/// Gives a capability as Kubernetes names it: without `CAP_`.
fn capability(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    upper.strip_prefix("CAP_").map_or(upper.clone(), str::to_owned)
}

fn user(service: Service<'_>, node: &Node, security: &mut OutMap, context: &mut Context<'_>) {
    let text = node.scalar_text().unwrap_or_default();
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (text.as_str(), None),
    };
    let id = |name: &str| match name {
        "root" => Some(0),
        name => name.parse::<i64>().ok().filter(|id| (0..=i64::from(u32::MAX)).contains(id)),
    };
    let (Some(user), Some(group)) =
        (id(user), group.map_or(Some(None), |group| id(group).map(Some)))
    else {
        let reason = format!("`{text}`: the names of an image's users are not known here");
        service.wrong(context, node.place, "user", &reason, "write numbers: `user: \"1000:1000\"`");
        return;
    };
    set(security, "runAsUser", Out::Int(user));
    if let Some(group) = group {
        set(security, "runAsGroup", Out::Int(group));
    }
}

fn option(service: Service<'_>, node: &Node, security: &mut OutMap, context: &mut Context<'_>) {
    let text = node.scalar_text().unwrap_or_default();
    let (option, value) = match text.find(['=', ':']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim())),
        None => (text.as_str(), None),
    };
    let key = "security_opt";
    match (option, value) {
        ("no-new-privileges", None | Some("true")) => {
            set(security, "allowPrivilegeEscalation", Out::Bool(false));
        }
        // Leaving it out is not the same as allowing it: the cluster may be stricter.
        ("no-new-privileges", Some("false")) => {}
        ("no-new-privileges", Some(_)) => {
            service.wrong(
                context,
                node.place,
                key,
                "this is neither true nor false",
                "write `no-new-privileges:true`",
            );
        }
        ("seccomp" | "apparmor", Some(value)) => {
            if let Some(profile) = profile(value) {
                let field = if option == "seccomp" { "seccompProfile" } else { "appArmorProfile" };
                set(security, field, profile);
                if !["unconfined", "builtin", "docker-default", "runtime/default"].contains(&value)
                {
                    let text = format!("the profile {value} must be on every node");
                    service.note(context, node.place, key, &text);
                }
            } else {
                let reason = format!("`{value}` is no profile of a node");
                let help = "write unconfined, or a path below the kubelet's folder of profiles, without `..`";
                service.wrong(context, node.place, key, &reason, help);
            }
        }
        _ => {
            let reason = format!("`{text}` has no equivalent");
            let help = "write `seccomp=…`, `apparmor=…` or `no-new-privileges:true`, or remove it";
            service.refuse(context, node.place, key, &reason, help);
        }
    }
}

fn profile(value: &str) -> Option<Out> {
    match value {
        "unconfined" => Some(map([("type", "Unconfined".into())])),
        "builtin" | "docker-default" | "runtime/default" => {
            Some(map([("type", "RuntimeDefault".into())]))
        }
        _ if value.is_empty()
            || value.starts_with('/')
            || value.split('/').any(|part| part == "..") =>
        {
            None
        }
        _ => Some(map([("type", "Localhost".into()), ("localhostProfile", value.into())])),
    }
}
