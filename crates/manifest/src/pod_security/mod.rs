//! The Pod Security Standards, judged without a cluster: which level a pod meets, and what keeps it from another.
//!
//! The standards have three levels; a namespace says by its labels which level its pods must meet ([`Policy`]). What is
//! asked at a level has changed with versions of Kubernetes, so a level comes with a [`Version`]. Texts are the API
//! server's own.
//!
//! ```
//! use pintle_manifest::document::Document;
//! use pintle_manifest::pod_security::{Level, Standard, level_of, violations};
//! use pintle_manifest::validate::Minor;
//!
//! let text = "apiVersion: v1\nkind: Pod\nspec: {hostPID: true, containers: [{name: a}]}\n";
//! let pod = Document::read(text)?;
//! let found = violations(&pod.root, Standard::latest(Level::Baseline), Minor::near(34));
//! assert_eq!(found[0].to_string(), "host namespaces (hostPID=true)");
//! assert_eq!(found[0].fields, ["spec.hostPID"]);
//! assert_eq!(level_of(&pod.root, Minor::near(34)), Some(Level::Privileged));
//! # Ok::<(), pintle_yaml::Error>(())
//! ```
//!
//! Source: the module `k8s.io/pod-security-admission`, versions 0.33 to 0.37.

mod baseline;
mod policy;
mod restricted;
mod words;

use std::fmt;

pub use policy::{Mode, Policy};

use crate::document::Node;
use crate::validate::Minor;
use crate::validate::at::{At, Check};

/// How much a pod may do, from all to little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// anything
    Privileged,
    /// what common workloads need, without known ways out of the pod
    Baseline,
    /// what a hardened pod needs
    Restricted,
}

/// From which version of Kubernetes the rules of a level are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// the version of the server
    Latest,
    /// `v1.N`; one that the server does not know yet is the server's
    Minor(u32),
}

/// A level with its version, shown as `restricted:latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standard {
    /// the level
    pub level: Level,
    /// the version of its rules
    pub version: Version,
}

/// What keeps a pod from a level, shown as `privileged (container "a" must not set securityContext.privileged=true)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// the name of the check: `allowPrivilegeEscalation`
    pub check: &'static str,
    /// the short reason
    pub reason: &'static str,
    /// who does what
    pub detail: String,
    /// the fields that are to blame, as paths from the top of the object; of what is missing, where it would be
    pub fields: Vec<String>,
    /// where the first of them is in the document's text, in bytes
    pub offset: usize,
}

impl Level {
    /// All there are, from the least strict.
    pub const ALL: [Self; 3] = [Self::Privileged, Self::Baseline, Self::Restricted];

    /// Gives the name, as labels have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    /// Finds a level by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Version {
    /// Reads `latest` or `v1.N`.
    pub fn named(name: &str) -> Option<Self> {
        if name == "latest" {
            return Some(Self::Latest);
        }
        let number = name.strip_prefix("v1.")?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        let is_plain = is_number && (number == "0" || !number.starts_with('0'));
        if is_plain { number.parse().ok().map(Self::Minor) } else { None }
    }

    /// Gives the version whose rules a server applies.
    fn on(self, server: Minor) -> u32 {
        let newest = server.number();
        match self {
            Self::Latest => newest,
            Self::Minor(number) => number.min(newest),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Minor(number) => write!(f, "v1.{number}"),
        }
    }
}

impl Standard {
    /// Gives a level by the rules of the server's version.
    pub fn latest(level: Level) -> Self {
        Self { level, version: Version::Latest }
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.reason, self.detail)
    }
}

/// Gives what keeps the pods of an object from a level; nothing for an object that makes none.
pub fn violations(object: &Node<'_>, standard: Standard, server: Minor) -> Vec<Violation> {
    let check = Check::new(server);
    let found = Pod::of_object(check.top(object));
    found.map(|pod| pod.violations(standard)).unwrap_or_default()
}

/// Gives the strictest level that the pods of an object meet by the rules of the server's version, if it makes pods.
pub fn level_of(object: &Node<'_>, server: Minor) -> Option<Level> {
    let check = Check::new(server);
    let pod = Pod::of_object(check.top(object))?;
    Some(pod.level())
}

/// The metadata and the spec of a pod, or of a template for pods.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pod<'a> {
    /// the metadata, there or not
    pub(crate) metadata: At<'a>,
    /// the spec, there or not
    pub(crate) spec: At<'a>,
    /// whether others make pods of it
    pub(crate) is_template: bool,
}

/// The lists of a pod that hold containers, in the order in which they are looked at.
const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

impl<'a> Pod<'a> {
    /// Finds the pod of an object of one of Kubernetes' own kinds.
    pub(crate) fn of_object(top: At<'a>) -> Option<Self> {
        let api_version = top.get("apiVersion").text();
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        let (spec, kind) = (top.get("spec"), top.get("kind").text());
        let template = match (group, kind) {
            ("", "Pod") => top,
            ("", "PodTemplate") => top.get("template"),
            ("", "ReplicationController")
            | ("apps", "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet")
            | ("batch", "Job") => spec.get("template"),
            ("batch", "CronJob") => spec.get("jobTemplate").get("spec").get("template"),
            _ => return None,
        };
        let (metadata, spec) = (template.get("metadata"), template.get("spec"));
        Some(Self { metadata, spec, is_template: kind != "Pod" })
    }

    /// Gives what keeps the pod from a level, in the order of the checks' names, those of the baseline first.
    pub(crate) fn violations(self, standard: Standard) -> Vec<Violation> {
        let version = standard.version.on(self.spec.minor());
        let is_replaced = |rule: &Rule| {
            let mut rules = restricted::RULES.iter().filter(|rule| rule.since <= version);
            rules.any(|other| other.instead_of == Some(rule.name))
        };
        let (baseline, restricted) = match standard.level {
            Level::Privileged => return Vec::new(),
            Level::Baseline => (baseline::RULES, &[][..]),
            Level::Restricted => (baseline::RULES, restricted::RULES),
        };
        let is_restricted = standard.level == Level::Restricted;
        let baseline = baseline.iter().filter(|rule| !is_restricted || !is_replaced(rule));
        let rules = baseline.chain(restricted).filter(|rule| rule.since <= version);
        rules
            .filter_map(|rule| {
                let Blame { reason, detail, places } = (rule.check)(self, version)?;
                let offset = places.first().map_or(0, |at| at.offset());
                let fields = places.into_iter().map(At::path).collect();
                Some(Violation { check: rule.name, reason, detail, fields, offset })
            })
            .collect()
    }

    /// Gives the strictest level that the pod meets.
    pub(crate) fn level(self) -> Level {
        let meets = |level: &Level| self.violations(Standard::latest(*level)).is_empty();
        Level::ALL.into_iter().rev().find(meets).unwrap_or(Level::Privileged)
    }

    /// Gives all containers.
    fn containers(self) -> impl Iterator<Item = At<'a>> {
        CONTAINER_LISTS.into_iter().flat_map(move |list| self.spec.get(list).items())
    }

    /// Gives the security contexts: with no name that of the pod, then those of the containers by their names.
    fn contexts(self) -> impl Iterator<Item = (Option<&'a str>, At<'a>)> {
        let of_pod = (None, self.spec.get("securityContext"));
        let of_containers = self.containers().map(|container| {
            (Some(container.get("name").text()), container.get("securityContext"))
        });
        std::iter::once(of_pod).chain(of_containers)
    }

    /// Tells whether the pod says that it runs on Windows, where some fields mean nothing.
    fn is_for_windows(self) -> bool {
        self.spec.get("os").get("name").text() == "windows"
    }

    /// Tells whether the pod's users are not those of its node.
    fn has_own_users(self) -> bool {
        self.spec.get("hostUsers").boolean() == Some(false)
    }
}

/// A check of a level.
struct Rule {
    name: &'static str,
    /// the minor version of Kubernetes that first had it
    since: u32,
    /// the check of the baseline that it makes needless
    instead_of: Option<&'static str>,
    check: for<'a> fn(Pod<'a>, u32) -> Option<Blame<'a>>,
}

/// What a check found.
struct Blame<'a> {
    reason: &'static str,
    detail: String,
    places: Vec<At<'a>>,
}
