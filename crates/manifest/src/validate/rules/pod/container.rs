//! Containers of pods: regular ones, those that run before, and those that are added for a look.
//!
//! Source: `validateContainers`, `validateInitContainers` and `validateEphemeralContainers` in
//! `pkg/apis/core/validation/validation.go`.

use super::{Whole, env, mount, probe, resources, restart_policy, security};
use crate::validate::at::{At, quoted};
use crate::validate::finding::Code;
use crate::validate::meta;
use crate::validate::names::{dns_label, port_name, port_number};
use crate::validate::seen::Seen;

/// Checks the regular containers.
pub(super) fn containers(whole: &Whole<'_>) {
    let containers = whole.spec.get("containers");
    if containers.is_empty() {
        containers.required("");
        return;
    }
    let mut names = Seen::default();
    for container in containers.items() {
        common(container, whole);
        let name = container.get("name");
        if !names.note(name.text()) {
            name.duplicate();
        }
        probe::lifecycle(container.get("lifecycle"), whole);
        probe::probes(container);
        let policy = container.get("restartPolicy");
        match whole.minor() {
            // Until it was there for all containers it was refused, and in 1.34 dropped.
            ..=33 if policy.is_set() => policy.forbidden("may not be set for non-init containers"),
            35.. => restart_rules(container),
            _ => {}
        }
    }
    let mut ports = HostPorts::default();
    for container in containers.items() {
        ports.note(container.get("ports"), container.get("ports"), has_default_ports(whole));
    }
}

/// Tells whether ports that name no port of the node take it with the same number.
fn has_default_ports(whole: &Whole<'_>) -> bool {
    whole.is_pod && whole.is_in_host_network()
}

/// Checks the containers that run before the others.
pub(super) fn init_containers(whole: &Whole<'_>) {
    let containers = whole.spec.get("initContainers");
    if containers.is_empty() {
        return;
    }
    let mut names = Seen::default();
    for container in whole.spec.get("containers").items() {
        names.note(container.get("name").text());
    }
    for container in containers.items() {
        common(container, whole);
        let policy = container.get("restartPolicy");
        let is_sidecar = policy.text() == "Always";
        init_restart_policy(container, whole.minor());
        let name = container.get("name");
        let is_new =
            if name.text().is_empty() { !names.has(name.text()) } else { names.note(name.text()) };
        if !is_new {
            name.duplicate();
        }
        // They run one by one, so each is looked at alone; Kubernetes calls each the first.
        let as_first = container.get("ports").called(containers.index(0).get("ports"));
        HostPorts::default().note(container.get("ports"), as_first, has_default_ports(whole));
        if is_sidecar {
            probe::lifecycle(container.get("lifecycle"), whole);
            probe::probes(container);
        } else {
            for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                let at = container.get(name);
                if at.is_set() && !(name == "lifecycle" && probe::is_dropped(at)) {
                    at.forbidden("may not be set for init containers without restartPolicy=Always");
                }
            }
            if whole.minor() >= 36 {
                never_restarts(container.get("resizePolicy"));
            }
        }
    }
}

/// Refuses to restart a container that runs once, to give it other resources.
fn never_restarts(at: At<'_>) {
    for policy in at.items() {
        let policy = policy.get("restartPolicy");
        if policy.text() == "RestartContainer" {
            let text = "must not be set to 'RestartContainer' for non-sidecar initContainers";
            policy.invalid(text);
        }
    }
}

fn init_restart_policy(container: At<'_>, minor: u32) {
    let (policy, rules) = (container.get("restartPolicy"), container.get("restartPolicyRules"));
    if !policy.is_set() {
        if minor >= 35 && !rules.is_empty() {
            policy.required("must specify restartPolicy when restart rules are used");
        }
        return;
    }
    match minor {
        ..=33 if policy.text() != "Always" => policy.unsupported(&["Always"]),
        // 1.34 drops all others.
        ..=34 => {}
        35 if policy.text() == "Always" => {
            if !rules.is_empty() {
                rules.forbidden(
                    "restartPolicyRules are not allowed for init containers with restart policy Always",
                );
            }
        }
        35.. => restart_rules(container),
    }
}

/// When a container is started again.
const RESTART_POLICIES: [&str; 3] = ["Always", "Never", "OnFailure"];

/// Checks when a container is started again, by its exit codes.
fn restart_rules(container: At<'_>) {
    let (policy, rules) = (container.get("restartPolicy"), container.get("restartPolicyRules"));
    if !policy.is_set() {
        if rules.is_empty() {
            return;
        }
        policy.required("must specify restartPolicy when restart rules are used");
    } else if !RESTART_POLICIES.contains(&policy.text()) {
        policy.unsupported(&RESTART_POLICIES);
    }
    let too_many = |at: At<'_>, most: usize| {
        if at.len() > most {
            at.too_many(at.len(), most);
        }
    };
    too_many(rules, 20);
    let restarts_all = container.minor().number() >= 36;
    let actions: &[&str] =
        if restarts_all { &["Restart", "RestartAllContainers"] } else { &["Restart"] };
    for rule in rules.items() {
        let (action, codes) = (rule.get("action"), rule.get("exitCodes"));
        if !actions.contains(&action.text()) {
            action.unsupported(actions);
        }
        if !codes.is_set() {
            codes.required("must be specified");
            continue;
        }
        let operator = codes.get("operator");
        if !matches!(operator.text(), "In" | "NotIn") {
            operator.unsupported(&["In", "NotIn"]);
        }
        too_many(codes.get("values"), 255);
    }
}

/// What containers that are added for a look may not have.
const NOT_EPHEMERAL: [&str; 9] = [
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
];

/// Checks containers that are added for a look.
pub(super) fn ephemeral_containers(whole: &Whole<'_>) {
    let containers = whole.spec.get("ephemeralContainers");
    if containers.is_empty() {
        return;
    }
    let (mut names, mut others) = (Seen::default(), Seen::default());
    for name in ["containers", "initContainers"] {
        for container in whole.spec.get(name).items() {
            names.note(container.get("name").text());
            others.note(container.get("name").text());
        }
    }
    for container in containers.items() {
        common(container, whole);
        image_has_no_space(container);
        let name = container.get("name");
        if !names.note(name.text()) {
            name.duplicate();
        }
        let target = container.get("targetContainerName");
        if !target.text().is_empty() && !others.has(target.text()) {
            target.not_found();
        }
        for name in NOT_EPHEMERAL {
            let at = container.get(name);
            let is_zero = match name {
                "resources" => at.is_empty(),
                "restartPolicy" | "restartPolicyRules" => whole.minor() == 34 || !at.is_set(),
                "lifecycle" => !at.is_set() || probe::is_dropped(at),
                _ => !at.is_set(),
            };
            if !is_zero {
                at.forbidden("cannot be set for an Ephemeral Container");
            }
        }
        for mount in container.get("volumeMounts").items() {
            for name in ["subPath", "subPathExpr"] {
                if !mount.get(name).text().is_empty() {
                    mount.get(name).forbidden("cannot be set for an Ephemeral Container");
                }
            }
        }
    }
}

/// Refuses white space around the name of an image; templates may have it.
pub(super) fn image_has_no_space(container: At<'_>) {
    let image = container.get("image");
    if image.text().trim().len() != image.text().len() {
        image.invalid("must not have leading or trailing whitespace");
    }
}

/// Checks what all containers have.
fn common(container: At<'_>, whole: &Whole<'_>) {
    let name = container.get("name");
    if name.text().is_empty() {
        name.required("");
    } else {
        name.invalid_each(dns_label(name.text()));
    }
    let image = container.get("image");
    if image.text().is_empty() {
        image.required("");
    }
    let message = container.get("terminationMessagePolicy");
    if !message.text().is_empty() {
        meta::one_of(message, &["File", "FallbackToLogsOnError"]);
    }
    ports(container.get("ports"));
    env::env(container.get("env"));
    env::env_from(container.get("envFrom"));
    mount::mounts(container, whole);
    mount::devices(container, whole);
    pull_policy(container.get("imagePullPolicy"));
    resources::container_resources(container.get("resources"), whole);
    let policies = container.get("resizePolicy");
    if !policies.is_empty() {
        resize_policies(policies, restart_policy(whole.spec));
    }
    security::security_context(container.get("securityContext"), !whole.has_own_users());
}

/// Checks when an image is pulled.
pub(super) fn pull_policy(at: At<'_>) {
    if !at.text().is_empty() {
        meta::one_of(at, &["Always", "IfNotPresent", "Never"]);
    }
}

/// The protocols of ports.
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

fn ports(at: At<'_>) {
    let mut names = Seen::default();
    for port in at.items() {
        let name = port.get("name");
        if !name.text().is_empty() {
            let faults = port_name(name.text());
            if !faults.is_empty() {
                name.invalid_each(faults);
            } else if !names.note(name.text()) {
                name.duplicate();
            }
        }
        let (container, host) = (port.get("containerPort"), port.get("hostPort"));
        if container.number() == 0 {
            container.required("");
        } else {
            container.invalid_each(port_number(container.number()));
        }
        if host.number() != 0 {
            host.invalid_each(port_number(host.number()));
        }
        let protocol = port.get("protocol");
        if !PROTOCOLS.contains(&protocol.text_or("TCP")) {
            protocol.unsupported(&PROTOCOLS);
        }
    }
}

/// Which ports of the node are taken.
#[derive(Default)]
struct HostPorts {
    seen: std::collections::HashSet<String>,
}

impl HostPorts {
    /// Refuses ports that were taken before; `in_paths` is what faults call the ports.
    fn note(&mut self, ports: At<'_>, in_paths: At<'_>, has_default: bool) {
        for (index, port) in ports.items().enumerate() {
            let mut number = port.get("hostPort").number();
            if number == 0 && has_default {
                number = port.get("containerPort").number();
            }
            if number == 0 {
                continue;
            }
            let (protocol, address) = (port.get("protocol"), port.get("hostIP").text());
            let taken = format!("{}/{address}/{number}", protocol.text_or("TCP"));
            if self.seen.contains(&taken) {
                let at = port.called(in_paths.index(index)).get("hostPort");
                at.report(&Code::DUPLICATE, format!("Duplicate value: {}", quoted(&taken)));
            } else {
                self.seen.insert(taken);
            }
        }
    }
}

/// Checks what happens to a container when it gets other resources.
fn resize_policies(at: At<'_>, pod_restarts: &str) {
    let mut seen = Seen::default();
    for policy in at.items() {
        let (resource, restart) = (policy.get("resourceName"), policy.get("restartPolicy"));
        if !seen.note(resource.text()) {
            resource.called(policy).duplicate();
        }
        // Kubernetes leaves the rest out of these paths.
        meta::one_of(resource.called(at), &["cpu", "memory"]);
        meta::one_of(restart.called(at), &["NotRequired", "RestartContainer"]);
        if pod_restarts == "Never" && restart.text() != "NotRequired" {
            let of_pod = if at.minor().number() >= 36 { "pod " } else { "" };
            let text = format!("must be 'NotRequired' when {of_pod}`restartPolicy` is 'Never'");
            restart.called(at).invalid_as(&quoted(restart.text()), &text);
        }
    }
}
