//! What a cluster makes of a change: Pods that restart, objects that must be replaced, volumes that come and go, traffic
//! that is allowed.
//!
//! Only what follows from the two objects is said. Source for fields that cannot change: the `Validate…Update` functions of
//! `pkg/apis` in Kubernetes.

use std::fmt;

use super::reach::{self, Direction};
use super::{Change, Delta, FieldChange};
use crate::document::{Content, Node};
use crate::hook::HOOK;
use crate::validate::Identity;
use crate::validate::quantity;

/// What a cluster makes of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// what kind of effect
    pub kind: EffectKind,
    /// what happens, in a clause
    pub text: String,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A kind of effect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EffectKind {
            $($(#[$doc])* $name,)*
        }

        impl EffectKind {
            /// Gives its stable name: `restarts-pods`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

kinds! {
    /// the object must be deleted and made anew, or the cluster refuses the change
    Replaces = "replaces";
    /// data may be lost
    LosesData = "loses-data";
    /// Pods are replaced by new ones
    RestartsPods = "restarts-pods";
    /// what the template says counts only for Pods to come
    ChangesNextPods = "changes-next-pods";
    /// more or fewer Pods
    Scales = "scales";
    /// claims of volumes are made
    NewVolume = "new-volume";
    /// a volume gets another size
    ResizesVolume = "resizes-volume";
    /// more traffic out of Pods is allowed
    OpensEgress = "opens-egress";
    /// less traffic out of Pods is allowed
    NarrowsEgress = "narrows-egress";
    /// more traffic to Pods is allowed
    OpensIngress = "opens-ingress";
    /// less traffic to Pods is allowed
    NarrowsIngress = "narrows-ingress";
    /// someone may do more
    WidensRights = "widens-rights";
    /// someone may do less
    NarrowsRights = "narrows-rights";
    /// a secret has another value
    RotatesSecret = "rotates-secret";
    /// Helm runs the object as a hook from now on, or no longer
    ChangesHook = "changes-hook";
    /// the object stays in the cluster
    Stays = "stays";
}

/// What cannot change of a kind.
struct Fixed {
    group: &'static str,
    kind: &'static str,
    /// the fields; what they hold cannot change either
    fields: &'static [&'static [&'static str]],
    /// fields within them that can
    except: &'static [&'static [&'static str]],
}

const FIXED: &[Fixed] = &[
    Fixed { group: "apps", kind: "Deployment", fields: &[&["spec", "selector"]], except: &[] },
    Fixed { group: "apps", kind: "ReplicaSet", fields: &[&["spec", "selector"]], except: &[] },
    Fixed { group: "apps", kind: "DaemonSet", fields: &[&["spec", "selector"]], except: &[] },
    Fixed {
        group: "apps",
        kind: "StatefulSet",
        fields: &[&["spec"]],
        except: &[
            &["spec", "replicas"],
            &["spec", "template"],
            &["spec", "updateStrategy"],
            &["spec", "revisionHistoryLimit"],
            &["spec", "persistentVolumeClaimRetentionPolicy"],
            &["spec", "minReadySeconds"],
            &["spec", "ordinals"],
        ],
    },
    Fixed {
        group: "batch",
        kind: "Job",
        fields: &[
            &["spec", "template"],
            &["spec", "selector"],
            &["spec", "completions"],
            &["spec", "completionMode"],
            &["spec", "podFailurePolicy"],
            &["spec", "successPolicy"],
            &["spec", "backoffLimitPerIndex"],
            &["spec", "managedBy"],
        ],
        except: &[],
    },
    Fixed {
        group: "",
        kind: "PersistentVolumeClaim",
        fields: &[&["spec"]],
        except: &[&["spec", "resources"], &["spec", "volumeAttributesClassName"]],
    },
    Fixed {
        group: "",
        kind: "Service",
        fields: &[&["spec", "clusterIP"], &["spec", "clusterIPs"]],
        except: &[],
    },
    Fixed { group: "", kind: "Secret", fields: &[&["type"]], except: &[] },
    Fixed {
        group: "",
        kind: "Pod",
        fields: &[&["spec"]],
        except: &[
            &["spec", "activeDeadlineSeconds"],
            &["spec", "tolerations"],
            &["spec", "schedulingGates"],
        ],
    },
    Fixed {
        group: "rbac.authorization.k8s.io",
        kind: "RoleBinding",
        fields: &[&["roleRef"]],
        except: &[],
    },
    Fixed {
        group: "rbac.authorization.k8s.io",
        kind: "ClusterRoleBinding",
        fields: &[&["roleRef"]],
        except: &[],
    },
    Fixed {
        group: "storage.k8s.io",
        kind: "StorageClass",
        fields: &[&["provisioner"], &["parameters"], &["reclaimPolicy"], &["volumeBindingMode"]],
        except: &[],
    },
    Fixed {
        group: "scheduling.k8s.io",
        kind: "PriorityClass",
        fields: &[&["value"], &["preemptionPolicy"]],
        except: &[],
    },
    Fixed {
        group: "networking.k8s.io",
        kind: "IngressClass",
        fields: &[&["spec", "controller"]],
        except: &[],
    },
    Fixed { group: "node.k8s.io", kind: "RuntimeClass", fields: &[&["handler"]], except: &[] },
    Fixed {
        group: "discovery.k8s.io",
        kind: "EndpointSlice",
        fields: &[&["addressType"]],
        except: &[],
    },
    Fixed {
        group: "apiextensions.k8s.io",
        kind: "CustomResourceDefinition",
        fields: &[&["spec", "group"], &["spec", "scope"], &["spec", "names", "plural"]],
        except: &[],
    },
];

/// A change of one object, as effects are looked for.
struct Changed<'a, 'n> {
    old: Option<&'a Node<'n>>,
    new: Option<&'a Node<'n>>,
    identity: &'a Identity,
    fields: &'a [FieldChange],
    effects: Vec<Effect>,
}

/// Gives the effects of a change, the most disruptive first.
pub(super) fn of(
    old: Option<&Node<'_>>,
    new: Option<&Node<'_>>,
    identity: &Identity,
    change: &Change,
    fields: &[FieldChange],
) -> Vec<Effect> {
    let is_renamed = matches!(change, Change::Renamed { .. });
    let mut changed = Changed { old, new, identity, fields, effects: Vec::new() };
    changed.hooks();
    if is_renamed {
        changed.add(EffectKind::Replaces, "is deleted, and made under another name");
    } else if old.is_some() && new.is_some() {
        changed.fixed();
        changed.template();
        changed.scale();
    }
    changed.stays(is_renamed);
    changed.volumes(is_renamed);
    changed.traffic();
    changed.rights();
    changed.secret();
    changed.definition();
    changed.effects.sort_by_key(|effect| effect.kind);
    changed.effects
}

impl Changed<'_, '_> {
    fn add(&mut self, kind: EffectKind, text: impl Into<String>) {
        self.effects.push(Effect { kind, text: text.into() });
    }

    fn is(&self, group: &str, kinds: &[&str]) -> bool {
        self.identity.group() == group && kinds.contains(&self.identity.kind.as_str())
    }

    fn has_changed(&self, keys: &[&str]) -> bool {
        self.fields.iter().any(|field| field.path.is_below(keys))
    }

    fn hooks(&mut self) {
        let (was, is) = (is_hook(self.old), is_hook(self.new));
        if self.old.is_none() || self.new.is_none() || was == is {
            return;
        }
        let text = if is {
            "becomes a hook: Helm deletes the object of the release, and runs the hook"
        } else {
            "is no hook any more: Helm keeps it as an object of the release"
        };
        self.add(EffectKind::ChangesHook, text);
    }

    /// Finds fields that a server does not let change.
    fn fixed(&mut self) {
        let is_fixed = |fixed: &Fixed, field: &FieldChange| {
            fixed.fields.iter().any(|keys| field.path.is_below(keys))
                && !fixed.except.iter().any(|keys| field.path.is_below(keys))
        };
        let known = FIXED.iter().find(|fixed| self.is(fixed.group, &[fixed.kind]));
        let mut names: Vec<String> = Vec::new();
        for field in
            self.fields.iter().filter(|field| known.is_some_and(|fixed| is_fixed(fixed, field)))
        {
            // An image is all of a container that can change in a Pod.
            let is_image = self.is("", &["Pod"]) && field.path.to_string().ends_with("].image");
            let steps =
                field.path.0.iter().take(if field.path.is_below(&["spec"]) { 2 } else { 1 });
            let name = crate::field::FieldPath(steps.cloned().collect()).to_string();
            if !is_image && !names.contains(&name) {
                names.push(name);
            }
        }
        let is_immutable = self.old.and_then(|old| old.get("immutable")).map(|node| &node.content);
        let data: &[&str] = &["data", "stringData", "binaryData", "immutable"];
        if self.is("", &["ConfigMap", "Secret"]) && is_immutable == Some(&Content::Bool(true)) {
            names.extend(
                data.iter().filter(|key| self.has_changed(&[key])).map(|key| (*key).to_owned()),
            );
        }
        if !names.is_empty() {
            self.add(
                EffectKind::Replaces,
                format!("must be replaced: {} cannot change", names.join(", ")),
            );
        }
    }

    fn template(&mut self) {
        let text = |keys: &[&str]| self.new.and_then(|new| at(new, keys)).and_then(Node::as_str);
        let is_changed = self.has_changed(&["spec", "template"]);
        if self.is("apps", &["Deployment", "DaemonSet", "StatefulSet"]) && is_changed {
            let strategy = text(&["spec", "strategy", "type"])
                .or_else(|| text(&["spec", "updateStrategy", "type"]));
            let (kind, text) = match strategy {
                Some("Recreate") => (EffectKind::RestartsPods, "restarts its Pods, all at once"),
                Some("OnDelete") => {
                    (EffectKind::ChangesNextPods, "counts for each Pod once it is deleted")
                }
                _ => (EffectKind::RestartsPods, "restarts its Pods"),
            };
            self.add(kind, text);
        }
        let is_lasting =
            self.is("apps", &["ReplicaSet"]) || self.is("", &["ReplicationController"]);
        if is_lasting && is_changed {
            self.add(EffectKind::ChangesNextPods, "counts for new Pods only");
        }
        if self.is("batch", &["CronJob"]) && self.has_changed(&["spec", "jobTemplate"]) {
            self.add(EffectKind::ChangesNextPods, "counts from the next run on");
        }
    }

    fn scale(&mut self) {
        let is_workload = self.is("apps", &["Deployment", "ReplicaSet", "StatefulSet"])
            || self.is("", &["ReplicationController"]);
        let number =
            |side: Option<&Node<'_>>, keys: &[&str]| match side.and_then(|side| at(side, keys)) {
                None => Some(1),
                Some(node) => match node.content {
                    Content::Int(value) => Some(value),
                    Content::Null => Some(1),
                    _ => None,
                },
            };
        if is_workload && self.has_changed(&["spec", "replicas"]) {
            let keys = &["spec", "replicas"];
            if let (Some(old), Some(new)) = (number(self.old, keys), number(self.new, keys))
                && old != new
            {
                self.add(EffectKind::Scales, format!("scales from {old} to {new}"));
            }
        }
        if self.is("autoscaling", &["HorizontalPodAutoscaler"]) {
            for (key, words) in [("minReplicas", "at least"), ("maxReplicas", "at most")] {
                let keys = &["spec", key];
                if let (Some(old), Some(new)) = (number(self.old, keys), number(self.new, keys))
                    && old != new
                {
                    self.add(
                        EffectKind::Scales,
                        format!("scales to {words} {new} in place of {old}"),
                    );
                }
            }
        }
    }

    fn stays(&mut self, is_renamed: bool) {
        const POLICY: &[&str] = &["metadata", "annotations", "helm.sh/resource-policy"];
        let is_gone = self.new.is_none() || is_renamed;
        let policy = self.old.and_then(|old| at(old, POLICY)).and_then(Node::as_str);
        if is_gone && policy.is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep")) {
            self.add(
                EffectKind::Stays,
                "stays in the cluster: its helm.sh/resource-policy is keep",
            );
        }
    }

    fn volumes(&mut self, is_renamed: bool) {
        if self.is("", &["PersistentVolumeClaim"]) {
            if self.old.is_none() || is_renamed {
                self.add(EffectKind::NewVolume, "needs a new volume");
            }
            let is_kept = self.effects.iter().any(|effect| effect.kind == EffectKind::Stays);
            if (self.new.is_none() || is_renamed) && !is_kept {
                self.add(
                    EffectKind::LosesData,
                    "gives its volume up, and its data unless the class retains them",
                );
            }
            self.resize();
        }
        if !self.is("apps", &["StatefulSet"]) {
            return;
        }
        let names = |side: Option<&Node<'_>>| -> Vec<String> {
            let claims = side.and_then(|side| at(side, &["spec", "volumeClaimTemplates"]));
            let claims = claims.map(Node::items).unwrap_or_default().iter();
            let name = |claim| {
                at(claim, &["metadata", "name"]).and_then(Node::as_str).unwrap_or("?").to_owned()
            };
            claims.map(name).collect()
        };
        let old = names(self.old.filter(|_| !is_renamed));
        let new =
            names(self.new).into_iter().filter(|name| !old.contains(name)).collect::<Vec<_>>();
        if !new.is_empty() {
            self.add(
                EffectKind::NewVolume,
                format!("needs new volumes for each Pod: {}", new.join(", ")),
            );
        }
    }

    /// Says whether a claim asks for more, or for less, which no server takes.
    fn resize(&mut self) {
        let keys = &["spec", "resources", "requests", "storage"];
        let size = |side: Option<&Node<'_>>| match &at(side?, keys)?.content {
            Content::String(text) => Some((quantity::parse(text).ok()?, text.to_string())),
            Content::Int(value) => Some((quantity::Quantity::whole(*value), value.to_string())),
            _ => None,
        };
        let (Some((old, was)), Some((new, is))) = (size(self.old), size(self.new)) else { return };
        if new > old {
            self.add(EffectKind::ResizesVolume, format!("grows its volume from {was} to {is}"));
        } else if new < old {
            self.add(
                EffectKind::Replaces,
                format!("must be replaced: a volume cannot shrink from {was} to {is}"),
            );
        }
    }

    fn traffic(&mut self) {
        let is_cilium =
            self.is("cilium.io", &["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"]);
        if !is_cilium && !self.is("networking.k8s.io", &["NetworkPolicy"]) {
            return;
        }
        let group = self.identity.group();
        for direction in Direction::BOTH {
            let name = direction.name();
            let (opens, narrows) = match direction {
                Direction::Egress => (EffectKind::OpensEgress, EffectKind::NarrowsEgress),
                Direction::Ingress => (EffectKind::OpensIngress, EffectKind::NarrowsIngress),
            };
            let old = self.old.and_then(|old| reach::of_policy(old, group, direction));
            let new = self.new.and_then(|new| reach::of_policy(new, group, direction));
            match (old, new) {
                (None, None) => {}
                (None, Some(new)) if new.is_empty() => self.add(narrows, format!("denies {name}")),
                (None, Some(_)) => {
                    let text = format!(
                        "allows some {name}, and denies the rest where no other policy did"
                    );
                    self.add(opens, text);
                }
                (Some(old), None) if old.is_empty() => {
                    self.add(opens, format!("no longer denies {name}"));
                }
                (Some(_), None) => {
                    let text = format!(
                        "no longer allows some {name}; where no other policy is left, all of it is allowed"
                    );
                    self.add(opens, text);
                }
                (Some(old), Some(new)) => {
                    if reach::is_wider(&old, &new) {
                        self.add(opens, format!("opens {name}"));
                    }
                    if reach::is_wider(&new, &old) {
                        self.add(narrows, format!("narrows {name}"));
                    }
                }
            }
            let denied = format!("{name}Deny");
            if self.has_changed(&["spec", &denied]) {
                self.add(opens, format!("denies other {name} than before"));
            }
        }
    }

    fn rights(&mut self) {
        const GROUP: &str = "rbac.authorization.k8s.io";
        let none = reach::Allowed::new;
        if self.is(GROUP, &["Role", "ClusterRole"]) {
            let side = |side: Option<&Node<'_>>| side.map_or_else(|| Some(none()), reach::of_role);
            let (Some(old), Some(new)) = (side(self.old), side(self.new)) else { return };
            if reach::is_wider(&old, &new) {
                self.add(EffectKind::WidensRights, "lets those who have the role do more");
            }
            if reach::is_wider(&new, &old) && self.new.is_some() {
                self.add(EffectKind::NarrowsRights, "lets those who have the role do less");
            }
        }
        if self.is(GROUP, &["RoleBinding", "ClusterRoleBinding"]) {
            let (old, new) = (
                self.old.map_or_else(none, reach::of_binding),
                self.new.map_or_else(none, reach::of_binding),
            );
            if reach::is_wider(&old, &new) {
                self.add(EffectKind::WidensRights, "gives its role to more subjects");
            }
            if reach::is_wider(&new, &old) {
                self.add(EffectKind::NarrowsRights, "takes its role from subjects");
            }
        }
    }

    fn secret(&mut self) {
        if !self.is("", &["Secret"]) || self.old.is_none() || self.new.is_none() {
            return;
        }
        let is_data = |field: &&FieldChange| {
            field.path.is_below(&["data"]) || field.path.is_below(&["stringData"])
        };
        let n_rotated = self.fields.iter().filter(is_data);
        let n_rotated =
            n_rotated.filter(|field| matches!(field.delta, Delta::Changed { .. })).count();
        if n_rotated > 0 {
            let values = if n_rotated == 1 { "value" } else { "values" };
            let text = format!(
                "rotates {n_rotated} secret {values}; Pods see it in variables once they restart"
            );
            self.add(EffectKind::RotatesSecret, text);
        }
    }

    /// Definitions of resources and namespaces take what lies in them along.
    fn definition(&mut self) {
        if self.new.is_none() && self.is("", &["Namespace"]) {
            self.add(EffectKind::LosesData, "deletes the namespace, and all objects in it");
        }
        if !self.is("apiextensions.k8s.io", &["CustomResourceDefinition"]) {
            return;
        }
        if self.new.is_none() {
            self.add(EffectKind::LosesData, "deletes the definition, and all objects of its kind");
            return;
        }
        let versions = |side: Option<&Node<'_>>| -> Vec<String> {
            let versions = side
                .and_then(|side| at(side, &["spec", "versions"]))
                .map(Node::items)
                .unwrap_or_default();
            let name = |version: &Node<'_>| Some(version.get("name")?.as_str()?.to_owned());
            versions.iter().filter_map(name).collect()
        };
        let new = versions(self.new);
        let gone =
            versions(self.old).into_iter().filter(|name| !new.contains(name)).collect::<Vec<_>>();
        if !gone.is_empty() {
            let text = format!(
                "no longer serves {}: objects stored so must be converted first",
                gone.join(", ")
            );
            self.add(EffectKind::Replaces, text);
        }
    }
}

fn is_hook(side: Option<&Node<'_>>) -> bool {
    side.is_some_and(|side| at(side, &["metadata", "annotations", HOOK]).is_some())
}

fn at<'a, 'n>(node: &'a Node<'n>, keys: &[&str]) -> Option<&'a Node<'n>> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}
