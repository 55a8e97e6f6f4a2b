//! What is known of a value by where it stands in its object: its type, whether order counts in it, whether it is a
//! secret.
//!
//! The fields of Kubernetes' own types are no secrets by their names, since none of them holds one but `data` and
//! `stringData` of a Secret; keys that users choose are asked for their words, as those of custom resources are.

use pintle_yaml::secret::{
    holds_secrets, is_harmless_key, is_secret_key, is_secret_text, without_secrets,
};
use pintle_yaml::{Map, Value};

use crate::document::{Content, Node};
use crate::validate::Minor;
use crate::validate::types::{Merge, Shape, Types};

/// What is known of a kind of objects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    types: &'static Types,
    /// whether no list of a kind without types has an order
    is_orderless: bool,
}

/// What is known of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) shape: Shape,
    /// how its items are told apart, if it is a list
    pub(crate) merge: Merge,
    /// whether items in another order mean the same, if it is a list
    pub(crate) is_orderless: bool,
    /// whether it is part of the template of Pods, or of a Pod
    pub(crate) is_in_template: bool,
    secrecy: Secrecy,
}

/// Which of the values in a place are secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    /// none
    Harmless,
    /// those whose texts are
    ByText,
    /// those whose keys or texts say so
    ByKey,
    /// every text whose key does not say otherwise
    Held,
    /// this one, if it is a text or a number
    Named,
    /// all of them
    All,
}

/// Lists that a server keeps as they are, and that mean the same in any order: the struct, and its fields.
///
/// In templates of Pods they are not: a template in another order is another template.
const ORDERLESS: &[(&str, &[&str])] = &[
    ("core.v1.PersistentVolumeClaimSpec", &["accessModes"]),
    ("core.v1.PersistentVolumeSpec", &["accessModes"]),
    ("core.v1.ServiceSpec", &["externalIPs", "loadBalancerSourceRanges"]),
    ("meta.v1.LabelSelector", &["matchExpressions"]),
    ("meta.v1.LabelSelectorRequirement", &["values"]),
    ("networking.v1.NetworkPolicyEgressRule", &["ports", "to"]),
    ("networking.v1.NetworkPolicyIngressRule", &["from", "ports"]),
    ("networking.v1.NetworkPolicySpec", &["egress", "ingress", "policyTypes"]),
    ("networking.v1.IPBlock", &["except"]),
    ("rbac.v1.ClusterRole", &["rules"]),
    ("rbac.v1.ClusterRoleBinding", &["subjects"]),
    ("rbac.v1.Role", &["rules"]),
    ("rbac.v1.RoleBinding", &["subjects"]),
    (
        "rbac.v1.PolicyRule",
        &["apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs"],
    ),
];

/// Maps of names that never are secrets: labels, and what asks for them.
const LABELS: &[&str] = &["labels", "matchLabels", "nodeSelector", "selector"];

/// The annotation in which kubectl keeps an object as it was applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Schema {
    /// Gives what is known of a kind, and of its objects.
    pub(crate) fn of(minor: Minor, api_version: &str, kind: &str) -> (Self, Place) {
        let types = Types::of(minor);
        let shape = match types.kind(api_version, kind) {
            Some(known) => Shape::Struct(known.id),
            None => Shape::Any,
        };
        let place = Place {
            shape,
            merge: Merge::Atomic,
            is_orderless: false,
            is_in_template: false,
            secrecy: Secrecy::ByKey,
        };
        (Self { types, is_orderless: api_version.starts_with("cilium.io/") }, place)
    }

    /// Gives the place of a key's value in a map.
    pub(crate) fn entry(self, at: Place, map: &Node<'_>, key: &str) -> Place {
        let mut place = Place {
            shape: Shape::Any,
            merge: Merge::Atomic,
            is_orderless: self.is_orderless,
            is_in_template: at.is_in_template,
            secrecy: self.secrecy(at, map, key),
        };
        match at.shape {
            Shape::Struct(id) => {
                let owner = self.types.get(id);
                place.is_orderless = false;
                if let Some(field) = owner.field(key) {
                    (place.shape, place.merge) = (field.shape, field.merge);
                    let is_listed = |(name, keys): &&(&str, &[&str])| {
                        *name == owner.name && keys.contains(&key)
                    };
                    place.is_orderless = field.merge == Merge::Set
                        || ORDERLESS.iter().any(|listed| is_listed(&listed));
                }
                if let Shape::Struct(id) = place.shape {
                    let name = self.types.get(id).name;
                    place.is_in_template |=
                        matches!(name, "core.v1.PodTemplateSpec" | "core.v1.PodSpec");
                }
            }
            Shape::Map(inner) => place.shape = self.types.inner(inner),
            _ => {}
        }
        place
    }

    /// Gives the place of an item of a list.
    pub(crate) fn item(self, at: Place, before: Option<&Node<'_>>) -> Place {
        let shape = match at.shape {
            Shape::List(inner) => self.types.inner(inner),
            _ => Shape::Any,
        };
        let is_flag =
            |text: &str| text.starts_with('-') && !text.contains('=') && is_secret_key(text);
        let secrecy = match at.secrecy {
            Secrecy::ByKey | Secrecy::ByText
                if before.and_then(Node::as_str).is_some_and(is_flag) =>
            {
                Secrecy::Named
            }
            // What a key says of a list it says of its items.
            secrecy => secrecy,
        };
        Place {
            shape,
            merge: Merge::Atomic,
            is_orderless: self.is_orderless && shape == Shape::Any,
            secrecy,
            ..at
        }
    }

    fn secrecy(self, at: Place, map: &Node<'_>, key: &str) -> Secrecy {
        if at.secrecy == Secrecy::All || key == LAST_APPLIED {
            return Secrecy::All;
        }
        let name = map.get("name").and_then(Node::as_str);
        if key == "value" && name.is_some_and(is_secret_key) {
            return Secrecy::Named;
        }
        match at.shape {
            Shape::Struct(id) => {
                let is_secret = self.types.get(id).name == "core.v1.Secret";
                return match key {
                    "data" | "stringData" if is_secret => Secrecy::All,
                    key if LABELS.contains(&key) => Secrecy::Harmless,
                    _ => Secrecy::ByKey,
                };
            }
            Shape::Any if LABELS.contains(&key) => return Secrecy::Harmless,
            _ => {}
        }
        if at.secrecy == Secrecy::Harmless {
            return Secrecy::Harmless;
        }
        let is_data = matches!(key, "data" | "stringData");
        if is_data && map.get("kind").and_then(Node::as_str) == Some("Secret") {
            return Secrecy::All;
        }
        // The prefix of an annotation says whose it is.
        let key = key.rsplit_once('/').map_or(key, |(_, name)| name);
        let tells = |beside: &&str| map.get(beside).is_some();
        if key == "key" && ["operator", "effect", "name", "values"].iter().any(tells) {
            return Secrecy::ByText;
        }
        if is_harmless_key(key) {
            return Secrecy::ByText;
        }
        if holds_secrets(key) || at.secrecy == Secrecy::Held {
            return if is_secret_key(key) { Secrecy::Held } else { at.secrecy };
        }
        if is_secret_key(key) { Secrecy::Named } else { Secrecy::ByKey }
    }
}

impl Place {
    /// Tells whether a value is a secret as a whole.
    pub(crate) fn is_secret(self, node: &Node<'_>) -> bool {
        match (&node.content, self.secrecy) {
            (Content::Null | Content::List(_) | Content::Map(_), _) => false,
            (Content::String(text), _) if text.is_empty() => false,
            (_, Secrecy::All) | (Content::String(_), Secrecy::Named | Secrecy::Held) => true,
            (Content::Bool(_), _) => false,
            (Content::String(text), Secrecy::ByKey | Secrecy::ByText) => {
                !text.contains('\n') && is_secret_text(text)
            }
            (_, secrecy) => secrecy == Secrecy::Named,
        }
    }

    /// Gives a text with `replace` in the place of what is secret in it; its lines stay.
    pub(crate) fn without_secrets(self, text: &str, replace: Replace<'_>) -> String {
        if self.secrecy == Secrecy::Harmless {
            text.to_owned()
        } else {
            without_secrets(text, replace)
        }
    }
}

/// Gives what is shown in the place of a secret.
pub(crate) type Replace<'r> = &'r mut dyn FnMut(&str) -> String;

/// Gives a value with `replace` in the place of each secret in it.
pub(crate) fn shown(schema: Schema, at: Place, node: &Node<'_>, replace: Replace<'_>) -> Value {
    if at.is_secret(node) {
        let text = match &node.content {
            Content::String(text) => replace(text),
            Content::Int(value) => replace(&value.to_string()),
            Content::Bool(value) => replace(&value.to_string()),
            Content::Float(value) => replace(&value.to_string()),
            Content::Null | Content::List(_) | Content::Map(_) => String::new(),
        };
        return Value::string(text);
    }
    match &node.content {
        Content::Null => Value::Null,
        Content::Bool(value) => Value::Bool(*value),
        Content::Int(value) => Value::Int(*value),
        Content::Float(value) => Value::Float(*value),
        Content::String(text) if text.contains('\n') => {
            Value::string(at.without_secrets(text, replace))
        }
        Content::String(text) => Value::string(text.as_ref()),
        Content::List(items) => {
            let mut before = None;
            let item = |item| {
                let place = schema.item(at, before);
                before = Some(item);
                with_room(|| shown(schema, place, item, replace))
            };
            Value::list(items.iter().map(item).collect())
        }
        Content::Map(entries) => entries
            .iter()
            .map(|entry| {
                let place = schema.entry(at, node, &entry.key);
                let value = with_room(|| shown(schema, place, &entry.value, replace));
                (entry.key.as_ref(), value)
            })
            .collect::<Map>()
            .into(),
    }
}

/// How much of the native stack is left when more is taken, in bytes.
const RED_ZONE: usize = 64 << 10;

/// How much of it is taken at once, in bytes.
const SEGMENT: usize = 1 << 20;

/// Runs one level of a walk with room for it on the stack: documents may nest a thousand levels.
pub(crate) fn with_room<R>(level: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, level)
}
