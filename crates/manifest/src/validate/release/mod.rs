//! What is wrong with a release as a whole, though each of its objects may be right.
//!
//! Two objects of one name are a fault. What the release refers to but does not make may be there already, and what
//! selects nothing may select what others make: of these there are warnings.

mod references;
mod security;
mod selection;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::at::{At, Check};
use super::finding::{Code, Finding};
use super::types::{Minor, Types};
use super::{Definitions, Identity, identity};
use crate::document::Node;
use selection::Workloads;

/// An object of a release.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// which object it is
    pub identity: Identity,
    /// what it says
    pub node: &'a Node<'a>,
}

impl<'a> Member<'a> {
    /// Makes a member of what an object says.
    pub fn new(node: &'a Node<'a>) -> Self {
        Self { identity: identity(node), node }
    }
}

/// Where a release goes.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// the namespace of objects that name none
    pub namespace: &'a str,
    /// the version of Kubernetes
    pub minor: Minor,
    /// what defines custom resources
    pub definitions: &'a Definitions,
}

/// Judges the objects of one release together; each finding comes with the number of its object.
pub fn check(members: &[Member<'_>], target: Target<'_>) -> Vec<(usize, Finding)> {
    let checks: Vec<Check> = members.iter().map(|_| Check::new(target.minor)).collect();
    let release = Release::new(members, &checks, target);
    release.same_identities();
    for object in &release.objects {
        references::check(&release, object);
        selection::check(&release, object);
    }
    security::check(&release);
    drop(release);
    let numbered = checks.into_iter().enumerate();
    numbered
        .flat_map(|(number, check)| check.into_findings().into_iter().map(move |f| (number, f)))
        .collect()
}

/// How many labels, keys and ports are compared in one release; what comes after that is not judged.
const MAX_COMPARED: usize = 2_000_000;

/// What is left of the comparisons that a release may take.
#[derive(Debug)]
struct Budget(Cell<usize>);

impl Budget {
    /// Takes some comparisons; tells whether there were so many left.
    fn spend(&self, n: usize) -> bool {
        let left = self.0.get().checked_sub(n);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// The objects of a release, and how to find them.
struct Release<'a> {
    namespace: &'a str,
    definitions: &'a Definitions,
    /// the namespaces that the release makes something in
    namespaces: HashSet<&'a str>,
    budget: Budget,
    objects: Vec<Object<'a>>,
    /// by kind, namespace and name
    made: HashMap<(&'a str, &'a str, &'a str), usize>,
    /// what other objects have made, by kind, namespace and name
    promised: HashSet<(&'static str, &'a str, String)>,
    workloads: Workloads<'a>,
}

/// An object, and where it goes.
struct Object<'a> {
    at: At<'a>,
    group: &'a str,
    kind: &'a str,
    /// empty for one that lies in no namespace
    namespace: &'a str,
    name: &'a str,
}

impl<'a> Release<'a> {
    fn new(members: &'a [Member<'_>], checks: &'a [Check], target: Target<'a>) -> Self {
        let types = Types::of(target.minor);
        let objects: Vec<Object<'a>> = members
            .iter()
            .zip(checks)
            .map(|(member, check)| {
                let identity = &member.identity;
                let known = types.kind(&identity.api_version, &identity.kind);
                let namespace = match identity.namespace.as_str() {
                    _ if known.is_some_and(|kind| !kind.is_namespaced) => "",
                    "" => target.namespace,
                    named => named,
                };
                let at = check.top(member.node);
                let group = identity.api_version.rsplit_once('/').map_or("", |(group, _)| group);
                let name = at.get("metadata").get("name").text();
                Object { at, group, kind: &identity.kind, namespace, name }
            })
            .collect();
        let mut made = HashMap::with_capacity(objects.len());
        for (number, object) in objects.iter().enumerate() {
            made.entry((object.kind, object.namespace, object.name)).or_insert(number);
        }
        let promised = objects.iter().flat_map(references::promised).collect();
        let workloads = Workloads::new(&objects, types);
        Self {
            namespace: target.namespace,
            definitions: target.definitions,
            namespaces: objects.iter().map(|object| object.namespace).collect(),
            budget: Budget(Cell::new(MAX_COMPARED)),
            objects,
            made,
            promised,
            workloads,
        }
    }

    /// Finds an object by its kind, namespace and name.
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object<'a>> {
        self.made.get(&(kind, namespace, name)).and_then(|number| self.objects.get(*number))
    }

    /// Reports objects that replace each other.
    fn same_identities(&self) {
        let mut seen: HashMap<_, &Object<'a>> = HashMap::with_capacity(self.objects.len());
        for object in self.objects.iter().filter(|object| !object.name.is_empty()) {
            let key = (object.group, object.kind, object.namespace, object.name);
            match seen.get(&key) {
                Some(first) if !may_follow(first, object) => {
                    let Object { kind, name, .. } = object;
                    let of = if object.namespace.is_empty() { "" } else { " of this namespace" };
                    object.at.get("metadata").get("name").report(
                        &Code::SAME_IDENTITY,
                        format!("the release has another {kind} \"{name}\"{of}"),
                    );
                }
                Some(_) => {}
                None => {
                    seen.insert(key, object);
                }
            }
        }
    }
}

/// Tells whether an object can be made although another of its name was: only hooks are deleted in between.
///
/// A hook is deleted before it is made anew unless it says otherwise, and after its success if it says so.
fn may_follow(first: &Object<'_>, second: &Object<'_>) -> bool {
    let has = |policies: &str, wanted| policies.split(',').any(|policy| policy.trim() == wanted);
    match (delete_policies(first), delete_policies(second)) {
        (None, None) => false,
        (Some(first), Some(second)) => {
            second.is_empty() || has(second, "before-hook-creation") || has(first, "hook-succeeded")
        }
        (Some(hook), None) | (None, Some(hook)) => has(hook, "hook-succeeded"),
    }
}

/// Gives when a hook is deleted; what is no hook has none.
fn delete_policies<'a>(object: &Object<'a>) -> Option<&'a str> {
    let annotations = object.at.get("metadata").get("annotations").node();
    let text = |key| annotations.and_then(|node| node.get(key)).and_then(Node::as_str);
    text("helm.sh/hook").map(|_| text("helm.sh/hook-delete-policy").unwrap_or_default())
}
