//! One service as inspect-k8s-sandbox converts it, key by key in its order.

use super::{is_truthy, take_extension, volume_name};
use crate::error::Problem;
use crate::extension::out;
use crate::node::{Kind, Map, Node};
use crate::output::{Out, OutMap, map, texts};
use crate::report::{Place, Report};

struct Converter<'r> {
    name: &'r str,
    place: Place,
    report: &'r mut Report,
}

/// Converts a service.
pub(super) fn convert(name: &str, place: Place, map: Map, report: &mut Report) -> OutMap {
    Converter { name, place, report }.service(map)
}

impl Converter<'_> {
    fn error(&mut self, place: Place, key: &str, reason: &str) {
        let reason = format!("`services.{}.{key}`: {reason}", self.name);
        self.report.error(place, Problem::Value, reason, "leave `--compat inspect` out");
    }

    fn note(&mut self, place: Place, key: &str) {
        let text = format!("`services.{}.{key}` has no effect", self.name);
        self.report.note(place, text);
    }

    fn service(&mut self, mut src: Map) -> OutMap {
        let mut result = OutMap::new();
        let has = |src: &Map, key: &str| src.get(key).is_some();
        let has_only_command = has(&src, "command") && !has(&src, "entrypoint");
        for (key, value) in [("runtime", "runtimeClassName"), ("image", "image")] {
            if let Some(node) = take(&mut src, key) {
                result.push((value.into(), out(&node)));
            }
        }
        for (key, value) in [("entrypoint", "command"), ("command", "args")] {
            if let Some(node) = take(&mut src, key) {
                result.push((value.into(), words(&node)));
            }
        }
        if has_only_command {
            result.push(("command".into(), Out::Null));
        }
        if let Some(node) = take(&mut src, "working_dir") {
            result.push(("workingDir".into(), out(&node)));
        }
        result.push(("dnsRecord".into(), Out::Bool(true)));
        if let Some(node) = take(&mut src, "environment") {
            result.push(("env".into(), self.env(&node)));
        }
        if let Some(node) = take(&mut src, "volumes") {
            result.push(("volumes".into(), self.volumes(&node)));
        }
        if let Some(node) = take(&mut src, "healthcheck") {
            result.push(("readinessProbe".into(), self.probe(node)));
        }
        self.resources(&mut src, &mut result);
        let mut security = OutMap::new();
        if let Some(node) = take(&mut src, "user") {
            self.user(&node, &mut security);
        }
        if let Some(node) = take(&mut src, "security_opt") {
            self.options(&node, &mut security);
        }
        if !security.is_empty() {
            result.push(("securityContext".into(), Out::Map(security)));
        }
        if let Some(node) = take(&mut src, "memswap_limit") {
            self.note(node.place, "memswap_limit");
        }
        self.network(&mut src, &mut result);
        if let Some(node) = take(&mut src, "hostname").filter(is_truthy)
            && node.str() != Some(self.name)
        {
            self.error(node.place, "hostname", "only the service's own name is converted");
        }
        for key in ["expose", "init", "build"] {
            if let Some(node) = take(&mut src, key) {
                self.note(node.place, key);
            }
        }
        if let Some(node) = take(&mut src, "x-local").filter(|node| node.str() == Some("true")) {
            self.note(node.place, "x-local");
        }
        src.take("x-default");
        if let Some(extension) =
            take_extension(&mut src, self.report).filter(|node| !node.is_null())
        {
            self.extension(extension, &mut result);
        }
        for entry in &src.0 {
            self.error(entry.place, &entry.key, "inspect-k8s-sandbox does not know this key");
        }
        result
    }

    fn env(&mut self, node: &Node) -> Out {
        let pair = |name: &str, value: Out| map([("name", name.into()), ("value", value)]);
        if let Kind::Map(map) = &node.kind {
            Out::List(map.0.iter().map(|entry| pair(&entry.key, out(&entry.value))).collect())
        } else {
            let mut result = Vec::new();
            for item in node.list().unwrap_or_default() {
                match item.str().and_then(|text| text.split_once('=')) {
                    Some((name, value)) => result.push(pair(name, value.into())),
                    None => self.error(item.place, "environment", "a variable has no `=`"),
                }
            }
            Out::List(result)
        }
    }

    fn volumes(&mut self, node: &Node) -> Out {
        let mut result = Vec::new();
        for item in node.list().unwrap_or_default() {
            match item.str().and_then(|text| text.split_once(':')) {
                Some((name, path)) => {
                    result.push(Out::Text(format!("{}:{path}", volume_name(name))));
                }
                None => self.error(item.place, "volumes", "only NAME:PATH is converted"),
            }
        }
        Out::List(result)
    }

    fn probe(&mut self, node: Node) -> Out {
        let place = node.place;
        let Kind::Map(mut src) = node.kind else { return Out::Null };
        let mut result = OutMap::new();
        let test = src.take("test").map(|entry| entry.value);
        let items = test.as_ref().and_then(Node::list).unwrap_or_default();
        let command = match items {
            [first, command @ ..] if first.str() == Some("CMD") => {
                Some(Out::List(command.iter().map(out).collect()))
            }
            [first, command, ..] if first.str() == Some("CMD-SHELL") => {
                Some(Out::List(vec!["sh".into(), "-c".into(), out(command)]))
            }
            _ => None,
        };
        match command {
            Some(command) => result.push(("exec".into(), map([("command", command)]))),
            None => self.error(
                place,
                "healthcheck.test",
                "only a list with CMD or CMD-SHELL is converted",
            ),
        }
        for (key, value) in [
            ("start_period", "initialDelaySeconds"),
            ("interval", "periodSeconds"),
            ("timeout", "timeoutSeconds"),
        ] {
            let Some(node) = take(&mut src, key) else { continue };
            match seconds(&node.scalar_text().unwrap_or_default()) {
                Some(seconds) => result.push((value.into(), Out::Int(seconds))),
                None => self.error(
                    node.place,
                    "healthcheck",
                    "only hours, minutes and seconds are converted",
                ),
            }
        }
        if let Some(node) = take(&mut src, "retries") {
            let value = match node.kind {
                Kind::Int(n) => Some(Out::Int(n + 1)),
                Kind::Float(x) => Some(Out::Float(x + 1.0)),
                _ => None,
            };
            match value {
                Some(value) => result.push(("failureThreshold".into(), value)),
                None => self.error(node.place, "healthcheck.retries", "this is no number"),
            }
        }
        if let Some(node) = take(&mut src, "start_interval") {
            self.note(node.place, "healthcheck.start_interval");
        }
        for entry in &src.0 {
            self.error(
                entry.place,
                "healthcheck",
                &format!("the key `{}` is not converted", entry.key),
            );
        }
        Out::Map(result)
    }

    fn resources(&mut self, src: &mut Map, result: &mut OutMap) {
        let mem_limit = take(src, "mem_limit").filter(is_truthy);
        let cpus = take(src, "cpus").filter(is_truthy);
        let mut deploy = match src.take("deploy").map(|entry| entry.value) {
            None => Map::default(),
            Some(Node { kind: Kind::Map(map), .. }) => map,
            Some(node) => {
                self.error(node.place, "deploy", "this is no map");
                return;
            }
        };
        let mut resources = OutMap::new();
        if let Some(Node { kind: Kind::Map(mut map), .. }) =
            deploy.take("resources").map(|entry| entry.value).filter(is_truthy)
        {
            for (key, value) in [("limits", "limits"), ("reservations", "requests")] {
                if let Some(Node { kind: Kind::Map(section), .. }) =
                    take(&mut map, key).filter(is_truthy)
                {
                    resources.push((value.into(), Out::Map(self.resource(section))));
                }
            }
            for entry in &map.0 {
                self.error(
                    entry.place,
                    "deploy.resources",
                    &format!("the key `{}` is not converted", entry.key),
                );
            }
            for (key, node) in [("mem_limit", mem_limit), ("cpus", cpus)] {
                if let Some(node) = node {
                    self.note(node.place, key);
                }
            }
            copy_limits(&mut resources);
            result.push(("resources".into(), Out::Map(resources)));
        } else {
            let mut limits = OutMap::new();
            if let Some(node) = mem_limit {
                limits.push(("memory".into(), self.memory(&node)));
            }
            if let Some(node) = cpus {
                limits.push(("cpu".into(), out(&node)));
            }
            if !limits.is_empty() {
                resources.push(("limits".into(), Out::Map(limits)));
                copy_limits(&mut resources);
                result.push(("resources".into(), Out::Map(resources)));
            }
        }
        for entry in &deploy.0 {
            self.error(entry.place, "deploy", &format!("the key `{}` is not converted", entry.key));
        }
    }

    fn resource(&mut self, mut src: Map) -> OutMap {
        let mut result = OutMap::new();
        if let Some(node) = take(&mut src, "cpus").filter(is_truthy) {
            result.push(("cpu".into(), out(&node)));
        }
        if let Some(node) = take(&mut src, "memory").filter(is_truthy) {
            result.push(("memory".into(), self.memory(&node)));
        }
        for entry in &src.0 {
            self.error(
                entry.place,
                "deploy.resources",
                &format!("the key `{}` is not converted", entry.key),
            );
        }
        result
    }

    fn memory(&mut self, node: &Node) -> Out {
        let quantity = node.str().and_then(|text| {
            let end = text.find(|c: char| c.is_ascii_alphabetic())?;
            let (number, unit) = text.split_at(end);
            let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
            let is_number =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let suffix = match unit.to_ascii_lowercase().as_str() {
                "b" => "",
                "k" | "kb" => "Ki",
                "m" | "mb" => "Mi",
                "g" | "gb" => "Gi",
                _ => return None,
            };
            (is_number(whole) && is_number(fraction)).then(|| format!("{number}{suffix}"))
        });
        if quantity.is_none() {
            self.error(
                node.place,
                "mem_limit",
                "only a text with the units b, k, m and g is converted",
            );
        }
        Out::Text(quantity.unwrap_or_default())
    }

    fn user(&mut self, node: &Node, security: &mut OutMap) {
        let text = node.str().unwrap_or_default();
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        for (key, id) in [("runAsUser", Some(user)), ("runAsGroup", group)] {
            let Some(id) = id else { continue };
            match int(id) {
                Some(id) => security.push((key.into(), Out::Int(id))),
                None => self.error(node.place, "user", "only numbers are converted"),
            }
        }
    }

    fn options(&mut self, node: &Node, security: &mut OutMap) {
        let mut profile = None;
        let mut is_held = None;
        for item in node.list().unwrap_or_default() {
            let text = item.str().unwrap_or_default();
            let (option, value) = match text.find(['=', ':']) {
                Some(at) => (&text[..at], Some(&text[at + 1..])),
                None => (text, None),
            };
            match (option, value) {
                ("seccomp", Some("unconfined")) => {
                    profile = Some(map([("type", "Unconfined".into())]));
                }
                ("seccomp", Some("builtin")) => {
                    profile = Some(map([("type", "RuntimeDefault".into())]));
                }
                ("seccomp", Some(path))
                    if !path.is_empty()
                        && !path.starts_with('/')
                        && path.split('/').all(|part| part != "..") =>
                {
                    profile = Some(map([
                        ("type", "Localhost".into()),
                        ("localhostProfile", path.into()),
                    ]));
                }
                ("no-new-privileges", value) => match value.map(str::trim) {
                    None | Some("true") => is_held = Some(true),
                    Some("false") => is_held = Some(false),
                    Some(_) => {
                        self.error(item.place, "security_opt", "this is neither true nor false");
                    }
                },
                _ => self.error(item.place, "security_opt", "this is not converted"),
            }
        }
        if let Some(profile) = profile {
            security.push(("seccompProfile".into(), profile));
        }
        if is_held == Some(true) {
            security.push(("allowPrivilegeEscalation".into(), Out::Bool(false)));
        }
    }

    fn network(&mut self, src: &mut Map, result: &mut OutMap) {
        let mode = take(src, "network_mode");
        match mode.as_ref().and_then(Node::str) {
            Some("none") => {
                if src.get("networks").is_some() {
                    self.error(
                        self.place,
                        "network_mode",
                        "none and `networks` exclude each other",
                    );
                }
                result.push(("networkIsolated".into(), Out::Bool(true)));
            }
            None | Some("bridge") => {
                if let Some(networks) = take(src, "networks") {
                    result.push(("networks".into(), out(&networks)));
                }
            }
            Some(_) => {
                let place = mode.map_or(self.place, |mode| mode.place);
                self.error(place, "network_mode", "only none and bridge are converted");
            }
        }
    }

    fn extension(&mut self, extension: Node, result: &mut OutMap) {
        let place = extension.place;
        let Kind::Map(mut extension) = extension.kind else {
            self.error(place, "x-k8s", "this is no map");
            return;
        };
        if let Some(node) = take(&mut extension, "resources") {
            let Kind::Map(mut src) = node.kind else {
                self.error(node.place, "x-k8s.resources", "this is no map");
                return;
            };
            let at = position(result, "resources");
            for section in ["requests", "limits"] {
                let Some(node) = take(&mut src, section) else { continue };
                let Kind::Map(entries) = node.kind else {
                    self.error(node.place, "x-k8s.resources", "this is no map");
                    continue;
                };
                let Out::Map(resources) = &mut result[at].1 else { continue };
                let at = position(resources, section);
                let Out::Map(target) = &mut resources[at].1 else { continue };
                let mut taken = Vec::new();
                for entry in entries.0 {
                    if target.iter().any(|(key, _)| **key == *entry.key) {
                        taken.push(entry.place);
                    } else {
                        target.push((entry.key.to_string().into(), out(&entry.value)));
                    }
                }
                for place in taken {
                    self.error(place, "x-k8s.resources", "this is set already");
                }
            }
            for entry in &src.0 {
                self.error(entry.place, "x-k8s.resources", "it has only `limits` and `requests`");
            }
        }
        for entry in &extension.0 {
            self.error(entry.place, "x-k8s", "it has only `resources`");
        }
    }
}

/// Finds a key, or adds it with an empty map.
fn position(entries: &mut OutMap, key: &str) -> usize {
    entries.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
        entries.push((key.to_owned().into(), Out::Map(OutMap::new())));
        entries.len() - 1
    })
}

/// Takes a value that is not null.
fn take(map: &mut Map, key: &str) -> Option<Node> {
    map.take(key).map(|entry| entry.value).filter(|value| !value.is_null())
}

fn copy_limits(resources: &mut OutMap) {
    let limits =
        resources.iter().find(|(key, _)| key == "limits").map(|(_, limits)| limits.clone());
    if let Some(limits) = limits
        && !resources.iter().any(|(key, _)| key == "requests")
    {
        resources.push(("requests".into(), limits));
    }
}

fn words(node: &Node) -> Out {
    match node.str() {
        Some(text) => texts(text.split_whitespace()),
        None => out(node),
    }
}

/// Reads `1h2m3s`, each part optional.
fn seconds(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i64;
    for (unit, factor) in [('h', 3600), ('m', 60), ('s', 1)] {
        let Some(at) = rest.find(unit) else { continue };
        let number = &rest[..at];
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(factor)?)?;
        rest = &rest[at + 1..];
    }
    rest.is_empty().then_some(total)
}

/// Reads an integer as Python's `int` does.
fn int(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_good =
        digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if is_good { text.replace('_', "").parse().ok() } else { None }
}
