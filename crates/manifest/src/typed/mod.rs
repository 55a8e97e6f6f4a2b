//! Typed views of objects: strict, so that a field that the type does not have is an error and not lost.
//!
//! Any type of serde's will do: those of the crate `k8s-openapi` in the version that the caller has chosen, which is
//! why this crate does not depend on it; those of this module, for kinds that it does not have; and [`Raw`], which
//! takes anything whole.
//!
//! ```
//! use pintle_manifest::typed::{self, cilium::CiliumNetworkPolicy};
//!
//! let text = "
//! apiVersion: cilium.io/v2
//! kind: CiliumNetworkPolicy
//! metadata: {name: web}
//! spec: {endpointSelector: {}, egress: [{toPort: []}]}
//! ";
//! let error = typed::read::<CiliumNetworkPolicy>(text).unwrap_err();
//! assert_eq!(error.to_string(), "spec.egress[0].toPort: unknown field");
//! let policy: CiliumNetworkPolicy = typed::read(&text.replace("toPort:", "toPorts:"))?;
//! assert_eq!(policy.metadata.name.as_deref(), Some("web"));
//! # Ok::<(), pintle_manifest::typed::TypedError>(())
//! ```

pub mod cilium;
mod meta;
mod raw;
mod reader;
pub mod sandbox;
mod writer;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use meta::{ManagedFields, ObjectMeta, OwnerReference};
pub use raw::{IntOrString, Raw};
pub use writer::WriteError;

use crate::document::{Document, Node, key_at};

/// An object that does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{message}", self.field, if self.field.is_empty() { "" } else { ": " })]
pub struct TypedError {
    /// the path of the field: `spec.template.spec.containers[0].image`; empty for the whole object
    pub field: String,
    /// what is wrong with it
    pub message: String,
    /// where it is in the document's text, in bytes
    pub offset: usize,
}

/// Reads a document as a type.
///
/// # Errors
///
/// A document that is no YAML, a value of another type than its field, a field that the type does not have, a field
/// that is missing, and a key that occurs twice in one map.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, TypedError> {
    let document = Document::read(text).map_err(|error| TypedError {
        field: String::new(),
        message: error.to_string(),
        offset: 0,
    })?;
    if let Some(offset) = document.repeated.first() {
        let offset = *offset as usize;
        return Err(TypedError {
            field: key_at(text, offset).to_owned(),
            message: "the key occurs twice in its map".to_owned(),
            offset,
        });
    }
    reader::read(&document.root)
}

/// Gives the tree that reading a value's JSON would give, without a text between.
///
/// ```
/// use pintle_manifest::document::Document;
/// use pintle_manifest::typed;
///
/// let ports = std::collections::BTreeMap::from([("http", Some(80)), ("none", None)]);
/// let read = Document::read(r#"{"http": 80, "none": null}"#)?;
/// let written = typed::write(&ports)?;
/// assert_eq!(written.get("http").map(|port| &port.content), read.root.get("http").map(|port| &port.content));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What the value's own writer says, and a key that is neither a text, a number nor a boolean.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<Node<'static>, WriteError> {
    value.serialize(writer::Writer)
}

#[cfg(test)]
mod tests {
    use super::cilium::CiliumNetworkPolicy;
    use super::sandbox::{Sandbox, SandboxClaim, SandboxTemplate, SandboxWarmPool};
    use super::*;

    /// Every field that a definition has is one of its type.
    #[test]
    fn types_have_the_fields_of_their_definitions() {
        let of = |name: &str| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/manifests");
            std::fs::read_to_string(format!("{folder}/{name}.yaml")).unwrap()
        };
        let each = |name: &str, read: &dyn Fn(&str) -> Result<(), TypedError>| {
            for document in crate::split(&of(name), crate::SplitRules::LINE_START) {
                read(document.text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        };
        each("cilium-network-policy", &|text| read::<CiliumNetworkPolicy>(text).map(|_| ()));
        each("cilium-clusterwide-network-policy", &|text| {
            read::<cilium::CiliumClusterwideNetworkPolicy>(text).map(|_| ())
        });
        each("sandbox", &|text| read::<Sandbox>(text).map(|_| ()));
        each("sandbox-claim", &|text| read::<SandboxClaim>(text).map(|_| ()));
        each("sandbox-template", &|text| read::<SandboxTemplate>(text).map(|_| ()));
        each("sandbox-warm-pool", &|text| read::<SandboxWarmPool>(text).map(|_| ()));
    }

    /// What a cluster takes fits the types of `k8s-openapi`, and what it does not know they do not know.
    #[test]
    fn types_of_k8s_openapi_are_strict_views() {
        use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
        use k8s_openapi::api::batch::v1::CronJob;
        use k8s_openapi::api::core::v1::{Pod, Service};
        use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};

        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/manifests");
        let each = |name: &str, read: &dyn Fn(&str) -> Result<(), TypedError>| {
            let text = std::fs::read_to_string(format!("{folder}/{name}.yaml")).unwrap();
            for document in crate::split(&text, crate::SplitRules::LINE_START) {
                read(document.text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            text
        };
        each("deployment", &|text| read::<Deployment>(text).map(|_| ()));
        each("cron-job", &|text| read::<CronJob>(text).map(|_| ()));
        each("pod", &|text| read::<Pod>(text).map(|_| ()));
        each("service", &|text| read::<Service>(text).map(|_| ()));
        each("ingress", &|text| read::<Ingress>(text).map(|_| ()));
        each("network-policy", &|text| read::<NetworkPolicy>(text).map(|_| ()));
        let text = each("stateful-set", &|text| read::<StatefulSet>(text).map(|_| ()));
        let first = crate::split(&text, crate::SplitRules::LINE_START)[0].text;
        let error = read::<StatefulSet>(&first.replacen("image:", "iamge:", 1)).unwrap_err();
        let words = "spec.template.spec.initContainers[0].iamge: unknown field";
        assert_eq!(error.to_string(), words);
    }

    #[test]
    fn errors_have_places() {
        let error = |text: &str| read::<SandboxWarmPool>(text).unwrap_err();
        let head = "apiVersion: extensions.agents.x-k8s.io/v1alpha1\nkind: SandboxWarmPool\nmetadata: {name: a}\n";
        let found =
            error(&format!("{head}spec: {{replicas: many, sandboxTemplateRef: {{name: a}}}}\n"));
        assert_eq!(found.field, "spec.replicas");
        let found = error(&format!("{head}spec: {{replicas: 1}}\n"));
        assert_eq!(found.to_string(), "spec: missing field `sandboxTemplateRef`");
        let found = error(&format!("{head}spec: {{replicas: 1, replicas: 2}}\n"));
        assert_eq!(found.to_string(), "replicas: the key occurs twice in its map");
        assert_eq!(error("- a\n").field, "");
        assert!(read::<Raw>("a: [1, x, null]\n").is_ok());
    }
}
