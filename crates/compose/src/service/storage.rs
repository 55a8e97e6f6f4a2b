//! What is mounted: `volumes`, `tmpfs`, `shm_size`, `configs`, `secrets`.
//!
//! Named volumes are claims of the release; what has no name, or lies in memory, is a volume of the pod. Nothing of this
//! machine is mounted anywhere.

use super::{Draft, Service};
use crate::context::Context;
use crate::names::nearest;
use crate::node::{Kind, Node};
use crate::objects::{self, Sort};
use crate::output::{Out, OutMap, map};
use crate::report::Place;
use crate::units;

/// What to do about files of this machine.
const BIND_HELP: &str = "put files into `configs: {NAME: {file: PATH}}` and mount that, build them into the image, or use a named volume";

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let mut mounts = Mounts { draft, paths: Vec::new(), n_unnamed: 0 };
    for item in service.get("volumes").and_then(Node::list).unwrap_or_default() {
        match &item.kind {
            Kind::Map(_) => long(service, item, &mut mounts, context),
            _ => short(service, item, &mut mounts, context),
        }
    }
    if let Some(tmpfs) = service.get("tmpfs") {
        let single = [tmpfs];
        let items = tmpfs.list().map_or_else(|| single.to_vec(), |items| items.iter().collect());
        for item in items {
            let text = item.scalar_text().unwrap_or_default();
            let (path, options) = text.split_once(':').unwrap_or((&text, ""));
            let size = options.split(',').find_map(|option| option.strip_prefix("size="));
            let size = size.map(|size| Node::text(item.place, size));
            memory(service, "tmpfs", item.place, path, size.as_ref(), &mut mounts, context);
        }
    }
    if let Some(size) = service.get("shm_size") {
        memory(service, "shm_size", size.place, "/dev/shm", Some(size), &mut mounts, context);
    }
    for (key, sort) in [("configs", Sort::Config), ("secrets", Sort::Secret)] {
        for item in service.get(key).and_then(Node::list).unwrap_or_default() {
            object(service, key, sort, item, &mut mounts, context);
        }
    }
}

/// The mounts of one service; no two have the same path.
struct Mounts<'d> {
    draft: &'d mut Draft,
    paths: Vec<String>,
    n_unnamed: usize,
}

impl Mounts<'_> {
    /// Takes a path of the container; nothing if it is none, or taken.
    fn take(
        &mut self,
        service: Service<'_>,
        key: &str,
        path: &str,
        place: Place,
        context: &mut Context<'_>,
    ) -> Option<()> {
        if !path.starts_with('/') || path.contains(':') {
            let reason = format!("`{path}` is no path of the container");
            service.wrong(context, place, key, &reason, "begin it with `/`");
            return None;
        }
        let plain = path.trim_end_matches('/').to_owned();
        if self.paths.contains(&plain) {
            let reason = format!("two things are mounted at {path}");
            service.wrong(context, place, key, &reason, "keep one of the two");
            return None;
        }
        self.paths.push(plain);
        Some(())
    }

    /// Adds a volume of the pod and its mount.
    fn add(&mut self, name: String, volume: (&'static str, Out), path: &str, more: OutMap) {
        self.draft.volumes.push(map([("name", name.clone().into()), volume]));
        let mut mount = vec![("name".into(), Out::Text(name)), ("mountPath".into(), path.into())];
        mount.extend(more);
        self.draft.mounts.push(Out::Map(mount));
    }

    /// Adds a volume that is empty at first and goes with the pod.
    fn add_empty(&mut self, what: &str, settings: OutMap, path: &str, is_read_only: bool) {
        let name = format!("compose-{what}-{}", self.n_unnamed);
        self.n_unnamed += 1;
        let more =
            if is_read_only { vec![("readOnly".into(), Out::Bool(true))] } else { Vec::new() };
        self.add(name, ("emptyDir", Out::Map(settings)), path, more);
    }
}

/// Tells whether the source of a volume is a path of this machine.
fn is_path(source: &str) -> bool {
    let is_drive = source.as_bytes().get(1) == Some(&b':') || source.contains('\\');
    source.starts_with(['.', '/', '~']) || is_drive || source.contains('/')
}

fn bind(service: Service<'_>, source: &str, place: Place, context: &mut Context<'_>) {
    let reason =
        format!("{source} is a path of this machine, which the nodes of a cluster do not have");
    service.refuse(context, place, "volumes", &reason, BIND_HELP);
}

/// Converts `[SOURCE:]PATH[:OPTIONS]`.
fn short(service: Service<'_>, item: &Node, mounts: &mut Mounts<'_>, context: &mut Context<'_>) {
    let text = item.scalar_text().unwrap_or_default();
    // A drive of Windows has a colon of its own.
    if text.as_bytes().get(1) == Some(&b':') && text.as_bytes().get(2) == Some(&b'\\') {
        bind(service, &text, item.place, context);
        return;
    }
    let parts: Vec<&str> = text.split(':').collect();
    let (source, path, options) = match parts.as_slice() {
        [path] => (None, *path, ""),
        [path, options] if path.starts_with('/') && !options.starts_with('/') => {
            (None, *path, *options)
        }
        [source, path] => (Some(*source), *path, ""),
        [source, path, options] => (Some(*source), *path, *options),
        _ => {
            service.wrong(
                context,
                item.place,
                "volumes",
                "this is no volume",
                "write `NAME:/PATH`, or `NAME:/PATH:ro`",
            );
            return;
        }
    };
    let is_read_only = options.split(',').any(|option| option == "ro");
    let known = ["ro", "rw", "z", "Z", "nocopy", "cached", "delegated", "consistent", ""];
    if let Some(option) = options.split(',').find(|option| !known.contains(option)) {
        let reason = format!("the option `{option}` has no equivalent");
        service.refuse(context, item.place, "volumes", &reason, "write `ro`, or nothing");
    }
    match source {
        Some(source) if is_path(source) => bind(service, source, item.place, context),
        Some(source) => named(service, source, path, is_read_only, item.place, mounts, context),
        None => {
            if mounts.take(service, "volumes", path, item.place, context).is_some() {
                mounts.add_empty("volume", OutMap::new(), path, is_read_only);
            }
        }
    }
}

fn long(service: Service<'_>, item: &Node, mounts: &mut Mounts<'_>, context: &mut Context<'_>) {
    let field = |key: &str| item.get(key).and_then(Node::scalar_text).unwrap_or_default();
    let is_read_only = item.get("read_only").and_then(Node::bool).unwrap_or(false);
    let (source, target) = (field("source"), field("target"));
    match field("type").as_str() {
        "bind" => bind(service, &source, item.place, context),
        "tmpfs" => {
            let size = item.get("tmpfs").and_then(|tmpfs| tmpfs.get("size"));
            memory(service, "volumes", item.place, &target, size, mounts, context);
        }
        "volume" => {
            if let Some(subpath) = item.get("volume").and_then(|volume| volume.get("subpath")) {
                let help = "mount the whole volume, or make the part a volume of its own";
                service.refuse(
                    context,
                    subpath.place,
                    "volumes",
                    "a part of a volume cannot be mounted",
                    help,
                );
            }
            if source.is_empty() {
                if mounts.take(service, "volumes", &target, item.place, context).is_some() {
                    mounts.add_empty("volume", OutMap::new(), &target, is_read_only);
                }
            } else {
                named(service, &source, &target, is_read_only, item.place, mounts, context);
            }
        }
        other => {
            let reason = format!("the type `{other}` has no equivalent");
            service.refuse(
                context,
                item.place,
                "volumes",
                &reason,
                "write `type: volume` or `type: tmpfs`",
            );
        }
    }
}

fn named(
    service: Service<'_>,
    source: &str,
    path: &str,
    is_read_only: bool,
    place: Place,
    mounts: &mut Mounts<'_>,
    context: &mut Context<'_>,
) {
    let Some(name) = context.volumes.get(source).cloned() else {
        let near = nearest(source, context.volumes.keys().map(String::as_str));
        let near = near.map(str::to_owned);
        let reason = format!("there is no volume {source}");
        let declaration = format!("volumes: {{{source}: {{}}}}");
        let about = ("volumes", reason.as_str());
        service.missing(context, place, about, near.as_deref(), &declaration);
        return;
    };
    if mounts.take(service, "volumes", path, place, context).is_some() {
        let suffix = if is_read_only { ":ro" } else { "" };
        mounts.draft.volumes.push(Out::Text(format!("{name}:{path}{suffix}")));
    }
}

/// Adds a volume in memory.
fn memory(
    service: Service<'_>,
    key: &str,
    place: Place,
    path: &str,
    size: Option<&Node>,
    mounts: &mut Mounts<'_>,
    context: &mut Context<'_>,
) {
    let mut settings: OutMap = vec![("medium".into(), "Memory".into())];
    if let Some(size) = size {
        if let Some(quantity) = size.scalar_text().and_then(|text| units::quantity(&text)) {
            settings.push(("sizeLimit".into(), quantity.into()));
        } else {
            service.wrong(
                context,
                size.place,
                key,
                "this is no size",
                "write a number with a unit: 64m, 1g",
            );
            return;
        }
    }
    if mounts.take(service, key, path, place, context).is_some() {
        let what = if key == "shm_size" { "shm" } else { "tmpfs" };
        mounts.add_empty(what, settings, path, false);
    }
}

/// Mounts a config or a secret as one file.
fn object(
    service: Service<'_>,
    key: &str,
    sort: Sort,
    item: &Node,
    mounts: &mut Mounts<'_>,
    context: &mut Context<'_>,
) {
    let written = item.get("source").unwrap_or(item);
    let Some(source) = written.scalar_text() else { return };
    let Some(name) = objects::used(sort, &source, context) else {
        let known = context.objects.names(sort);
        let near = nearest(&source, known.iter().map(String::as_str));
        let reason = format!("there is none of the name {source}");
        let declaration = format!("{key}: {{{source}: {{file: PATH}}}}");
        service.missing(context, written.place, (key, &reason), near, &declaration);
        return;
    };
    let target = item.get("target").and_then(Node::scalar_text);
    let path = match (sort, target) {
        (_, Some(target)) if target.starts_with('/') => target,
        (Sort::Config, target) => format!("/{}", target.as_deref().unwrap_or(&source)),
        (Sort::Secret, target) => format!("/run/secrets/{}", target.as_deref().unwrap_or(&source)),
    };
    let mode = item.get("mode").map(|node| (node, mode(node)));
    if let Some((node, None)) = mode {
        service.wrong(
            context,
            node.place,
            key,
            "this is no mode of a file",
            "write it in octal: \"0440\"",
        );
    }
    for owner in ["uid", "gid"] {
        if let Some(node) = item.get(owner) {
            let text = "has no effect: the file belongs to root, and its mode lets others read it";
            service.note(context, node.place, &format!("{key}.{owner}"), text);
        }
    }
    if mounts.take(service, key, &path, item.place, context).is_none() {
        return;
    }
    let file = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mode = mode.and_then(|(_, mode)| mode).unwrap_or(0o444);
    let entry = map([
        ("key", objects::KEY.into()),
        ("path", objects::no_template(&file).into()),
        ("mode", Out::Int(mode)),
    ]);
    let (field, reference) = match sort {
        Sort::Config => ("configMap", "name"),
        Sort::Secret => ("secret", "secretName"),
    };
    let volume = map([(reference, name.into()), ("items", Out::List(vec![entry]))]);
    let volume_name = format!("compose-{}-{}", sort.word(), mounts.n_unnamed);
    mounts.n_unnamed += 1;
    let settings = vec![("subPath".into(), Out::Text(file)), ("readOnly".into(), Out::Bool(true))];
    mounts.add(volume_name, (field, volume), &path, settings);
}

/// Reads a mode: a number as YAML read it, or digits in octal.
fn mode(node: &Node) -> Option<i64> {
    let mode = match &node.kind {
        Kind::Int(n) => *n,
        _ => i64::from_str_radix(node.str()?.trim_start_matches("0o"), 8).ok()?,
    };
    (0..=0o777).contains(&mode).then_some(mode)
}
