//! What objects refer to by name, and whether the release makes it.

use super::{Object, Release};
use crate::document::{Content, Node};
use crate::validate::at::At;
use crate::validate::finding::Code;

/// Checks all that an object refers to.
pub(super) fn check<'a>(release: &Release<'a>, object: &Object<'a>) {
    let referring = Referring { release, namespace: object.namespace };
    let spec = object.at.get("spec");
    match (object.group, object.kind) {
        ("apps", "StatefulSet") => {
            referring.to("Service", spec.get("serviceName"));
        }
        ("", "ServiceAccount") => referring.pull_secrets(object.at.get("imagePullSecrets")),
        ("networking.k8s.io", "Ingress") => ingress(&referring, object),
        ("gateway.networking.k8s.io", _) => {
            for rule in spec.get("rules").items() {
                rule.get("backendRefs").items().for_each(|at| referring.backend_of_route(at));
            }
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            for subject in object.at.get("subjects").items() {
                if subject.get("kind").text() == "ServiceAccount" {
                    let namespace = subject.get("namespace").text();
                    referring.within(namespace).to("ServiceAccount", subject.get("name"));
                }
            }
        }
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => {
            for hook in object.at.get("webhooks").items() {
                referring.called_service(hook.get("clientConfig").get("service"));
            }
        }
        ("apiregistration.k8s.io", "APIService") => referring.called_service(spec.get("service")),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let client = spec.get("conversion").get("webhook").get("clientConfig");
            referring.called_service(client.get("service"));
        }
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            referring.scaled(spec.get("scaleTargetRef"));
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => referring.scaled(spec.get("targetRef")),
        _ => {}
    }
    if let Some((_, pod)) = super::selection::pod_of(object) {
        referring.pod(pod);
    }
}

/// Gives what a controller makes of an object, by kind, namespace and name.
pub(super) fn promised<'a>(object: &Object<'a>) -> Vec<(&'static str, &'a str, String)> {
    let spec = object.at.get("spec");
    let own = object.at.get("metadata").get("name").text();
    let or_own = |name: &'a str| if name.is_empty() { own } else { name };
    let secret = match (object.group, object.kind) {
        ("cert-manager.io", "Certificate") => spec.get("secretName").text(),
        ("external-secrets.io", "ExternalSecret") => or_own(spec.get("target").get("name").text()),
        ("bitnami.com", "SealedSecret") => {
            or_own(spec.get("template").get("metadata").get("name").text())
        }
        ("onepassword.com", "OnePasswordItem") => own,
        ("secrets.hashicorp.com", _) => spec.get("destination").get("name").text(),
        ("apps", "StatefulSet") => {
            let claims = spec.get("volumeClaimTemplates").items();
            let prefix = |claim: At<'_>| {
                let template = claim.get("metadata").get("name").text();
                ("PersistentVolumeClaim", object.namespace, format!("{template}-{own}-"))
            };
            return claims.map(prefix).collect();
        }
        _ => return Vec::new(),
    };
    vec![("Secret", object.namespace, secret.to_owned())]
}

/// What refers to others, and in which namespace.
#[derive(Clone, Copy)]
struct Referring<'r, 'a> {
    release: &'r Release<'a>,
    namespace: &'a str,
}

impl<'r, 'a> Referring<'r, 'a> {
    /// Looks in the namespace that is named; one that is not is the object's own.
    fn within(self, namespace: &'a str) -> Self {
        let namespace = match namespace {
            "" if self.namespace.is_empty() => self.release.namespace,
            "" => self.namespace,
            named => named,
        };
        Self { namespace, ..self }
    }

    /// Finds an object by its name; reports it if neither the release nor Kubernetes makes it.
    fn to(self, kind: &'static str, name: At<'a>) -> Option<&'r Object<'a>> {
        let text = name.text();
        let found = self.release.find(kind, self.namespace, text);
        if found.is_none() && !text.is_empty() && !self.is_there_already(kind, text) {
            let of_other = match self.namespace {
                own if own == self.release.namespace => String::new(),
                other => format!(" in namespace \"{other}\""),
            };
            name.report(
                &Code::MISSING_REFERENCE,
                format!(
                    "the release makes no {kind} \"{text}\"{of_other}: it must be there already"
                ),
            );
        }
        found
    }

    fn is_there_already(self, kind: &'static str, name: &str) -> bool {
        let by_kubernetes = matches!(
            (kind, name),
            ("ServiceAccount", "default")
                | ("ConfigMap", "kube-root-ca.crt")
                | ("Service", "kubernetes" | "kube-dns")
        );
        let unnumbered = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_promised =
            |name: &str| self.release.promised.contains(&(kind, self.namespace, name.to_owned()));
        // In a namespace that the release does not fill, all is made by others.
        let is_foreign = self.namespace != self.release.namespace
            && !self.release.namespaces.contains(self.namespace);
        by_kubernetes
            || is_foreign
            || is_promised(name)
            || unnumbered != name && is_promised(unnumbered)
    }

    /// Finds a config map or a secret that may be missing if the reference says so.
    fn to_data(
        self,
        kind: &'static str,
        reference: At<'a>,
        name: &'static str,
    ) -> Option<&'r Object<'a>> {
        if reference.get("optional").is_true() {
            return self.release.find(kind, self.namespace, reference.get(name).text());
        }
        self.to(kind, reference.get(name))
    }

    /// Checks a key of a config map or a secret.
    fn to_key(self, kind: &'static str, reference: At<'a>, name: &'static str) {
        if reference.is_set()
            && let Some(data) = self.to_data(kind, reference, name)
        {
            self.key(data, reference, reference.get("key"));
        }
    }

    /// Checks a config map or a secret that becomes files.
    fn to_files(self, kind: &'static str, reference: At<'a>, name: &'static str) {
        if reference.is_set()
            && let Some(data) = self.to_data(kind, reference, name)
        {
            for item in reference.get("items").items() {
                self.key(data, reference, item.get("key"));
            }
        }
    }

    fn pull_secrets(self, list: At<'a>) {
        for secret in list.items() {
            self.to("Secret", secret.get("name"));
        }
    }

    fn pod(self, pod: At<'a>) {
        self.to("ServiceAccount", pod.get("serviceAccountName"));
        self.pull_secrets(pod.get("imagePullSecrets"));
        for volume in pod.get("volumes").items() {
            self.to_files("ConfigMap", volume.get("configMap"), "name");
            self.to_files("Secret", volume.get("secret"), "secretName");
            self.to("PersistentVolumeClaim", volume.get("persistentVolumeClaim").get("claimName"));
            for source in volume.get("projected").get("sources").items() {
                self.to_files("ConfigMap", source.get("configMap"), "name");
                self.to_files("Secret", source.get("secret"), "name");
            }
        }
        for list in ["initContainers", "containers"] {
            for container in pod.get(list).items() {
                for from in container.get("envFrom").items() {
                    self.to_data("ConfigMap", from.get("configMapRef"), "name");
                    self.to_data("Secret", from.get("secretRef"), "name");
                }
                for variable in container.get("env").items() {
                    let from = variable.get("valueFrom");
                    self.to_key("ConfigMap", from.get("configMapKeyRef"), "name");
                    self.to_key("Secret", from.get("secretKeyRef"), "name");
                }
            }
        }
    }

    /// Checks a service that the API server calls, on port 443 if none is named.
    fn called_service(self, reference: At<'a>) {
        let namespace = reference.get("namespace").text();
        if reference.is_set()
            && !namespace.is_empty()
            && let Some(service) = self.within(namespace).to("Service", reference.get("name"))
        {
            let port = reference.get("port");
            self.has_port(service, Some(port.integer().unwrap_or(443)), "", port);
        }
    }

    fn backend_of_ingress(self, backend: At<'a>) {
        let service = backend.get("service");
        if service.is_set()
            && let Some(found) = self.to("Service", service.get("name"))
        {
            let port = service.get("port");
            let (name, number) = (port.get("name"), port.get("number"));
            let place = if number.is_set() { number } else { name };
            self.has_port(found, number.integer(), name.text(), place);
        }
    }

    fn backend_of_route(self, backend: At<'a>) {
        let is_service = backend.get("group").text().is_empty()
            && matches!(backend.get("kind").text(), "" | "Service");
        let referring = self.within(backend.get("namespace").text());
        if is_service && let Some(found) = referring.to("Service", backend.get("name")) {
            self.has_port(found, backend.get("port").integer(), "", backend.get("port"));
        }
    }

    fn scaled(self, reference: At<'a>) {
        let name = reference.get("name");
        let kind = reference.get("kind").text_or("Deployment");
        if name.text().is_empty() || self.release.find(kind, self.namespace, name.text()).is_some()
        {
            return;
        }
        let text = name.text();
        name.report(
            &Code::MISSING_REFERENCE,
            format!("the release makes no {kind} \"{text}\" that could be scaled"),
        );
    }

    /// Reports a key that a config map or a secret of the release does not have.
    fn key(self, data: &Object<'_>, reference: At<'_>, at: At<'_>) {
        let fields = ["data", "stringData", "binaryData"].map(|name| data.at.get(name).node());
        let has = |node: Option<&Node<'_>>| node.is_some_and(|node| node.get(at.text()).is_some());
        let is_empty = |node: Option<&Node<'_>>| node.is_none_or(|node| node.entries().is_empty());
        // What is empty is filled by somebody, and a token's keys are Kubernetes' own.
        let is_filled_later = fields.into_iter().all(is_empty)
            || data.at.get("type").text() == "kubernetes.io/service-account-token";
        let n_keys = fields.iter().flatten().map(|node| node.entries().len()).sum();
        if !at.text().is_empty()
            && !is_filled_later
            && self.release.budget.spend(n_keys)
            && !reference.get("optional").is_true()
            && !fields.into_iter().any(has)
        {
            let Object { kind, name, .. } = data;
            at.report(
                &Code::MISSING_KEY,
                format!("{kind} \"{name}\" of the release has no key \"{}\"", at.text()),
            );
        }
    }

    /// Reports a port that a service of the release does not have.
    fn has_port(self, service: &Object<'_>, number: Option<i64>, name: &str, place: At<'_>) {
        let spec = service.at.get("spec");
        if !self.release.budget.spend(spec.get("ports").len()) {
            return;
        }
        let mut ports = spec.get("ports").items();
        let has = ports.any(|port| match number {
            Some(number) => port.get("port").integer() == Some(number),
            None => port.get("name").text() == name,
        });
        let is_external = spec.get("type").text() == "ExternalName";
        let is_asked = number.is_some() || !name.is_empty();
        let is_empty = matches!(spec.node(), None | Some(Node { content: Content::Null, .. }));
        if !has && !is_external && is_asked && !is_empty {
            let asked = number.map_or_else(|| format!("\"{name}\""), |number| number.to_string());
            place.report(
                &Code::MISSING_PORT,
                format!("Service \"{}\" of the release has no port {asked}", service.name),
            );
        }
    }
}

fn ingress<'a>(referring: &Referring<'_, 'a>, object: &Object<'a>) {
    let spec = object.at.get("spec");
    referring.backend_of_ingress(spec.get("defaultBackend"));
    for rule in spec.get("rules").items() {
        for path in rule.get("http").get("paths").items() {
            referring.backend_of_ingress(path.get("backend"));
        }
    }
    let annotations = object.at.get("metadata").get("annotations");
    let has_issuer = annotations
        .texts()
        .any(|(key, _)| key.starts_with("cert-manager.io/") || key == "kubernetes.io/tls-acme");
    if !has_issuer {
        for tls in spec.get("tls").items() {
            referring.to("Secret", tls.get("secretName"));
        }
    }
}
