//! Cilium's policies: `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy` of `cilium.io/v2`.
//!
//! The fields are those of the definitions in `schemas/crds/cilium.io`, and bear their names; what they mean is said in
//! Cilium's own documentation of network policies.

#![expect(missing_docs, reason = "fields bear the names that Cilium documents")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{IntOrString, ObjectMeta};

/// A type of a field.
trait Field {
    /// Tells whether the field is left out where it is written.
    fn is_left_out(&self) -> bool {
        false
    }
}

impl<T> Field for Option<T> {
    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

impl Field for String {}
impl Field for IntOrString {}
impl Field for ObjectMeta {}
impl Field for EnvoyConfig {}
impl Field for LabelSelector {}
impl Field for Secret {}

/// Makes types of fields in camel case, all public.
macro_rules! types {
    ($(
        $(#[$about:meta])*
        struct $name:ident {
            $($(#[$rename:meta])* $field:ident: $ty:ty,)*
        }
    )*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[$rename])*
                #[serde(skip_serializing_if = "Field::is_left_out")]
                pub $field: $ty,
            )*
        }
    )*};
}

types! {
    /// A policy for the endpoints of a namespace.
    struct CiliumNetworkPolicy {
        api_version: String,
        kind: String,
        metadata: ObjectMeta,
        spec: Option<Rule>,
        specs: Option<Vec<Rule>>,
        status: Option<PolicyStatus>,
    }

    /// A policy for the endpoints of all namespaces, or for nodes.
    struct CiliumClusterwideNetworkPolicy {
        api_version: String,
        kind: String,
        metadata: ObjectMeta,
        spec: Option<Rule>,
        specs: Option<Vec<Rule>>,
        status: Option<PolicyStatus>,
    }

    /// How a policy is.
    struct PolicyStatus {
        conditions: Option<Vec<PolicyCondition>>,
        derivative_policies: Option<BTreeMap<String, DerivativePolicyStatus>>,
    }

    /// How a policy made of another is.
    struct DerivativePolicyStatus {
        annotations: Option<BTreeMap<String, String>>,
        enforcing: Option<bool>,
        error: Option<String>,
        last_updated: Option<String>,
        local_policy_revision: Option<i64>,
        ok: Option<bool>,
    }

    /// A condition of a policy.
    struct PolicyCondition {
        last_transition_time: Option<String>,
        message: Option<String>,
        reason: Option<String>,
        status: String,
        r#type: String,
    }

    /// A rule: whom it is for, and what they may do.
    struct Rule {
        description: Option<String>,
        egress: Option<Vec<EgressRule>>,
        egress_deny: Option<Vec<EgressDenyRule>>,
        enable_default_deny: Option<DefaultDeny>,
        endpoint_selector: Option<LabelSelector>,
        ingress: Option<Vec<IngressRule>>,
        ingress_deny: Option<Vec<IngressDenyRule>>,
        labels: Option<Vec<Label>>,
        log: Option<LogConfig>,
        node_selector: Option<LabelSelector>,
    }

    /// What is logged with a policy.
    struct LogConfig {
        value: Option<String>,
    }

    /// A label of a rule.
    struct Label {
        key: String,
        source: Option<String>,
        value: Option<String>,
    }

    /// Who may not come in.
    struct IngressDenyRule {
        #[serde(rename = "fromCIDR")]
        from_cidr: Option<Vec<String>>,
        #[serde(rename = "fromCIDRSet")]
        from_cidr_set: Option<Vec<CidrRule>>,
        from_endpoints: Option<Vec<LabelSelector>>,
        from_entities: Option<Vec<String>>,
        from_groups: Option<Vec<Groups>>,
        from_nodes: Option<Vec<LabelSelector>>,
        from_requires: Option<Vec<String>>,
        icmps: Option<Vec<IcmpRule>>,
        to_ports: Option<Vec<PortDenyRule>>,
    }

    /// Who may come in.
    struct IngressRule {
        authentication: Option<Authentication>,
        #[serde(rename = "fromCIDR")]
        from_cidr: Option<Vec<String>>,
        #[serde(rename = "fromCIDRSet")]
        from_cidr_set: Option<Vec<CidrRule>>,
        from_endpoints: Option<Vec<LabelSelector>>,
        from_entities: Option<Vec<String>>,
        from_groups: Option<Vec<Groups>>,
        from_nodes: Option<Vec<LabelSelector>>,
        from_requires: Option<Vec<String>>,
        icmps: Option<Vec<IcmpRule>>,
        to_ports: Option<Vec<PortRule>>,
    }

    /// Whether what is not let through is refused.
    struct DefaultDeny {
        egress: Option<bool>,
        ingress: Option<bool>,
    }

    /// Where one may not go.
    struct EgressDenyRule {
        icmps: Option<Vec<IcmpRule>>,
        #[serde(rename = "toCIDR")]
        to_cidr: Option<Vec<String>>,
        #[serde(rename = "toCIDRSet")]
        to_cidr_set: Option<Vec<CidrRule>>,
        to_endpoints: Option<Vec<LabelSelector>>,
        to_entities: Option<Vec<String>>,
        to_groups: Option<Vec<Groups>>,
        to_nodes: Option<Vec<LabelSelector>>,
        to_ports: Option<Vec<PortDenyRule>>,
        to_requires: Option<Vec<String>>,
        to_services: Option<Vec<Service>>,
    }

    /// Ports that are closed.
    struct PortDenyRule {
        ports: Option<Vec<PortProtocol>>,
    }

    /// Where one may go.
    struct EgressRule {
        authentication: Option<Authentication>,
        icmps: Option<Vec<IcmpRule>>,
        #[serde(rename = "toCIDR")]
        to_cidr: Option<Vec<String>>,
        #[serde(rename = "toCIDRSet")]
        to_cidr_set: Option<Vec<CidrRule>>,
        to_endpoints: Option<Vec<LabelSelector>>,
        to_entities: Option<Vec<String>>,
        #[serde(rename = "toFQDNs")]
        to_fqdns: Option<Vec<FqdnSelector>>,
        to_groups: Option<Vec<Groups>>,
        to_nodes: Option<Vec<LabelSelector>>,
        to_ports: Option<Vec<PortRule>>,
        to_requires: Option<Vec<String>>,
        to_services: Option<Vec<Service>>,
    }

    /// A service, by its name or its labels.
    struct Service {
        k8s_service: Option<ServiceReference>,
        k8s_service_selector: Option<ServiceSelector>,
    }

    /// Services by their labels.
    struct ServiceSelector {
        namespace: Option<String>,
        selector: LabelSelector,
    }

    /// A service by its name.
    struct ServiceReference {
        namespace: Option<String>,
        service_name: Option<String>,
    }

    /// Ports, and what is let through there.
    struct PortRule {
        listener: Option<Listener>,
        #[serde(rename = "originatingTLS")]
        originating_tls: Option<TlsContext>,
        ports: Option<Vec<PortProtocol>>,
        rules: Option<L7Rules>,
        server_names: Option<Vec<String>>,
        #[serde(rename = "terminatingTLS")]
        terminating_tls: Option<TlsContext>,
    }

    /// What is let through on the application layer.
    struct L7Rules {
        dns: Option<Vec<FqdnSelector>>,
        http: Option<Vec<HttpRule>>,
    }

    /// What a request over HTTP must look like.
    struct HttpRule {
        header_matches: Option<Vec<HeaderMatch>>,
        headers: Option<Vec<String>>,
        host: Option<String>,
        method: Option<String>,
        path: Option<String>,
    }

    /// What a header must be, and what is done if it is not.
    struct HeaderMatch {
        mismatch: Option<String>,
        name: String,
        secret: Option<Secret>,
        value: Option<String>,
    }

    /// A port or a range of ports.
    struct PortProtocol {
        end_port: Option<i32>,
        port: Option<String>,
        protocol: Option<String>,
    }

    /// How TLS is ended or begun.
    struct TlsContext {
        certificate: Option<String>,
        private_key: Option<String>,
        secret: Secret,
        #[serde(rename = "trustedCA")]
        trusted_ca: Option<String>,
    }

    /// A secret by its name.
    struct Secret {
        name: String,
        namespace: Option<String>,
    }

    /// A listener of Envoy.
    struct Listener {
        envoy_config: EnvoyConfig,
        name: String,
        priority: Option<i64>,
    }

    /// A configuration of Envoy.
    struct EnvoyConfig {
        kind: Option<String>,
        name: String,
    }

    /// Groups of machines of a cloud.
    struct Groups {
        aws: Option<AwsGroup>,
    }

    /// Groups of machines of AWS.
    struct AwsGroup {
        labels: Option<BTreeMap<String, String>>,
        region: Option<String>,
        security_groups_ids: Option<Vec<String>>,
        security_groups_names: Option<Vec<String>>,
    }

    /// Names of hosts.
    struct FqdnSelector {
        match_name: Option<String>,
        match_pattern: Option<String>,
    }

    /// A range of addresses, without some.
    struct CidrRule {
        cidr: Option<String>,
        cidr_group_ref: Option<String>,
        cidr_group_selector: Option<LabelSelector>,
        except: Option<Vec<String>>,
    }

    /// Selects endpoints, nodes, services or groups by their labels.
    struct LabelSelector {
        match_expressions: Option<Vec<LabelRequirement>>,
        match_labels: Option<BTreeMap<String, String>>,
    }

    /// A condition on one label.
    struct LabelRequirement {
        key: String,
        operator: String,
        values: Option<Vec<String>>,
    }

    /// Types of ICMP.
    struct IcmpRule {
        fields: Option<Vec<IcmpField>>,
    }

    /// A type of ICMP.
    struct IcmpField {
        family: Option<String>,
        r#type: IntOrString,
    }

    /// How the other side proves who it is.
    struct Authentication {
        mode: String,
    }
}
