//! Every key of a Compose file, and what becomes of it. The table of the README is this one.

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// it becomes values; some of its forms may be refused
    Converted,
    /// it has no effect, and need not have; a note says so
    Noted,
    /// it has an effect that nothing in Kubernetes or the chart gives: an error
    Refused,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) key: &'static str,
    pub(crate) fate: Fate,
    /// what it becomes, or why it has no effect, or why it is refused
    pub(crate) words: &'static str,
    /// what to write instead of what is refused
    pub(crate) instead: &'static str,
}

const fn converted(key: &'static str, words: &'static str) -> Rule {
    Rule { key, fate: Fate::Converted, words, instead: "" }
}

const fn noted(key: &'static str, words: &'static str) -> Rule {
    Rule { key, fate: Fate::Noted, words, instead: "" }
}

const fn refused(key: &'static str, words: &'static str, instead: &'static str) -> Rule {
    Rule { key, fate: Fate::Refused, words, instead }
}

/// The keys at the top of a file.
pub(crate) const TOP: &[Rule] = &[
    noted("version", "declares nothing since Compose 2"),
    noted("name", "the release is named when it is installed"),
    converted("include", "what the files have becomes part of the project"),
    converted(
        "services",
        "`services`: one pod each; without `default`, the one with `x-default: true` or else the first of several is renamed to it",
    ),
    converted("networks", "`networks`, where services name them; only the driver `bridge`"),
    converted(
        "volumes",
        "`volumes`: a claim each; drivers with options and external volumes are refused",
    ),
    converted("secrets", "`additionalResources`: a Secret each, from `file` or `environment`"),
    converted(
        "configs",
        "`additionalResources`: a ConfigMap each, from `file`, `content` or `environment`",
    ),
    converted(
        "x-k8s",
        "`allow_domains`, `allow_domains_ports`, `allow_entities`, `allow_cidr`, `automount_service_account_token`, `service_account_create`, `service_account_name` become values of these names",
    ),
    converted("x-inspect_k8s_sandbox", "as `x-k8s`; only one of the two may be there"),
];

/// The keys of a service.
pub(crate) const SERVICE: &[Rule] = &[
    noted("develop", "it is about development on this machine"),
    converted(
        "deploy",
        "`resources` from `resources`; replicas other than 1, `mode: global` and placement are refused",
    ),
    converted("annotations", "`annotations`, on the pod"),
    noted("attach", "output is read with `kubectl logs`"),
    converted("build", "the image comes from `image` or `--image SERVICE=IMAGE`: nothing is built"),
    refused("blkio_config", "Kubernetes has no limits on block devices", "remove it"),
    converted("cap_add", "`securityContext.capabilities.add`"),
    converted("cap_drop", "`securityContext.capabilities.drop`"),
    refused("cgroup", "a pod does not choose its cgroup namespace", "remove it"),
    refused("cgroup_parent", "a pod does not choose its cgroup", "remove it"),
    converted("command", "`args`, split as a shell would split it"),
    converted("configs", "a volume and a mount of the ConfigMap, read-only"),
    converted("container_name", "`additionalDnsRecords`: other services find it by this name"),
    converted("cpu_count", "`resources.limits.cpu`"),
    refused("cpu_percent", "it is for Windows containers", "write `cpus: NUMBER`"),
    noted(
        "cpu_shares",
        "weights between containers of one machine mean nothing across pods; `cpus` limits",
    ),
    converted("cpu_quota", "`resources.limits.cpu`: the part of `cpu_period` that it is"),
    converted("cpu_period", "what `cpu_quota` is a part of, 100000 unless given"),
    refused("cpu_rt_period", "pods have no real-time scheduling", "remove it"),
    refused("cpu_rt_runtime", "pods have no real-time scheduling", "remove it"),
    converted("cpus", "`resources.limits.cpu`, and requests alike"),
    refused("cpuset", "a pod does not choose its processors", "write `cpus: NUMBER` for how many"),
    refused("credential_spec", "it is for Windows containers", "remove it"),
    converted(
        "depends_on",
        "nothing, and a note: all services start at once, and the release is ready when every health check passes",
    ),
    refused("device_cgroup_rules", "a pod has no devices of its node", "remove it"),
    refused(
        "devices",
        "a pod has no devices of its node",
        "ask for a device plugin's resource under `x-k8s.resources.limits`",
    ),
    refused(
        "dns",
        "each pod resolves names through its own resolver, which knows the services",
        "set `corednsUpstream` in a values file of its own",
    ),
    refused("dns_opt", "each pod resolves names through its own resolver", "remove it"),
    refused(
        "dns_search",
        "each pod resolves names through its own resolver, without search domains",
        "write names in full",
    ),
    noted("domainname", "a pod has the domain of its cluster"),
    converted("entrypoint", "`command`, split as a shell would split it"),
    converted("env_file", "`env`, below `environment`"),
    noted("label_file", "the file is not read: write what it has under `labels`"),
    converted("environment", "`env`; values are text"),
    converted("expose", "as `ports`"),
    converted("extends", "the service it names lies below this one"),
    refused(
        "external_links",
        "containers outside the project are not there",
        "add the service to this project",
    ),
    refused(
        "extra_hosts",
        "the hosts file of a pod is not read: names go through its resolver",
        "give the service that is meant a network alias: `networks: {NAME: {aliases: [HOST]}}`",
    ),
    refused(
        "gpus",
        "which resource a GPU is depends on the cluster",
        "write `x-k8s: {resources: {limits: {nvidia.com/gpu: 1}}}`",
    ),
    refused(
        "group_add",
        "the chart has no groups beside the one of `user`",
        "write `user: UID:GID`",
    ),
    converted("healthcheck", "`readinessProbe`; one retry is one failure more"),
    converted(
        "hostname",
        "`additionalDnsRecords`; the pod's own host name stays that of its StatefulSet",
    ),
    converted("image", "`image`"),
    noted(
        "init",
        "the container's process is the first of its pod's container: nothing reaps orphans",
    ),
    refused(
        "ipc",
        "containers do not share the memory of others or of the node",
        "remove it; `shm_size` sets the size of /dev/shm",
    ),
    refused("isolation", "it is for Windows containers", "choose a `runtime`"),
    converted(
        "labels",
        "`labels`, on the pod; what Kubernetes takes for no label is one of its `annotations`",
    ),
    converted("links", "`additionalDnsRecords` of the linked service, for an alias"),
    noted("logging", "output is kept by the node"),
    refused("mac_address", "a pod does not choose its address", "remove it"),
    converted("mem_limit", "`resources.limits.memory`, and requests alike"),
    converted("mem_reservation", "`resources.requests.memory`"),
    noted("mem_swappiness", "pods do not swap unless their node says so"),
    noted("memswap_limit", "pods do not swap unless their node says so"),
    converted(
        "network_mode",
        "`none` is `networkIsolated`, `bridge` is nothing; others are refused",
    ),
    converted(
        "networks",
        "`networks`; aliases become `additionalDnsRecords`, fixed addresses are refused",
    ),
    refused(
        "oom_kill_disable",
        "a container beyond its memory is always ended",
        "set `mem_limit` high enough",
    ),
    refused("oom_score_adj", "the kubelet sets it by the pod's class", "remove it"),
    refused("pid", "containers do not share the processes of others or of the node", "remove it"),
    refused(
        "pids_limit",
        "the limit of processes is set on the node",
        "remove it, and set the kubelet's podPidsLimit",
    ),
    converted("platform", "`nodeSelector` on `kubernetes.io/os` and `kubernetes.io/arch`"),
    converted(
        "ports",
        "with `--listed-ports`, `ports`: only these are open to other services; without, all are, as in Compose",
    ),
    refused("post_start", "the chart has no hooks of containers", "make it part of the command"),
    refused("pre_stop", "a sandbox is ended without a grace period", "remove it"),
    converted(
        "privileged",
        "with `--allow-privileged`, `securityContext.privileged`; else refused",
    ),
    converted("profiles", "a service of no active profile is left out"),
    converted("pull_policy", "`imagePullPolicy`"),
    converted("read_only", "`securityContext.readOnlyRootFilesystem`"),
    converted("restart", "nothing: always is what a sandbox does, with a note for other policies"),
    converted("runtime", "`runtimeClassName`"),
    refused("scale", "a service is one pod", "copy the service under another name"),
    converted("security_opt", "`securityContext`: seccomp, apparmor and no-new-privileges"),
    converted("shm_size", "a volume in memory at /dev/shm"),
    converted("secrets", "a volume and a mount of the Secret, read-only"),
    refused(
        "sysctls",
        "the chart sets no kernel parameters",
        "remove them, or set them on the nodes",
    ),
    noted("stdin_open", "nothing is attached to the container's input"),
    noted("stop_grace_period", "a sandbox is ended without a grace period"),
    noted("stop_signal", "a sandbox is ended without a grace period"),
    refused(
        "storage_opt",
        "the node's runtime decides how the root file system is stored",
        "write `x-k8s: {resources: {limits: {ephemeral-storage: 1Gi}}}`",
    ),
    converted("tmpfs", "a volume in memory, and a mount"),
    noted(
        "tty",
        "the container has no terminal: a shell as command ends at once, `sleep infinity` stays",
    ),
    refused(
        "ulimits",
        "limits of processes are those of the node's runtime",
        "remove them, or call `ulimit` in the command",
    ),
    converted("user", "`securityContext.runAsUser` and `runAsGroup`: numbers, or root"),
    refused("uts", "a pod does not share the node's host name", "remove it"),
    refused("userns_mode", "a pod does not choose its user namespace here", "remove it"),
    converted(
        "volumes",
        "`volumes` for named ones; unnamed ones and tmpfs are volumes of the pod; bind mounts are refused",
    ),
    refused(
        "volumes_from",
        "the volumes of another service are not known by its name",
        "name the volumes in both services",
    ),
    converted("working_dir", "`workingDir`"),
];

/// Keys of a service that are not Compose's.
#[cfg(test)]
pub(crate) const EXTENSIONS: &[Rule] = &[
    converted("x-default", "`true` makes this service the one named `default`"),
    converted("x-local", "nothing: every image is pulled, with a note"),
    converted("x-k8s", "`resources`: merged with the limits and requests that are there"),
    converted("x-inspect_k8s_sandbox", "as `x-k8s`; only one of the two may be there"),
];

/// Finds a key of a service.
pub(crate) fn of_service(key: &str) -> Option<&'static Rule> {
    SERVICE.iter().find(|rule| rule.key == key)
}

/// Writes a table as the README has it.
#[cfg(test)]
pub(crate) fn markdown(rules: &[Rule]) -> String {
    let mut text = String::from("| Key | Fate | What becomes of it |\n|---|---|---|\n");
    for rule in rules {
        let (fate, advice) = match rule.fate {
            Fate::Converted => ("converted", String::new()),
            Fate::Noted => ("accepted with a note", String::new()),
            Fate::Refused => ("refused", format!("; instead: {}", rule.instead)),
        };
        let row = format!("| `{}` | {fate} | {}{advice} |\n", rule.key, rule.words);
        text.push_str(&row);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use pintle_yaml::Value;

    use super::*;

    /// Set by `cargo xtask accept`: the README gets the tables as they are now.
    const ACCEPT: &str = "PINTLE_ACCEPT";

    #[test]
    fn every_key_of_the_schema_has_a_line() {
        let schema = include_str!("../../../schemas/compose/compose-spec.json");
        let Ok(Value::Map(schema)) = pintle_yaml::json::from_str(schema) else {
            panic!("the schema is a map")
        };
        let keys = |map: &pintle_yaml::Map| -> BTreeSet<String> {
            let properties = map.get("properties").and_then(Value::as_map).unwrap();
            properties.keys().map(ToString::to_string).collect()
        };
        let known = |rules: &[Rule]| -> BTreeSet<String> {
            rules
                .iter()
                .map(|rule| rule.key.to_owned())
                .filter(|key| !key.starts_with("x-"))
                .collect()
        };
        let definitions = schema.get("definitions").and_then(Value::as_map).unwrap();
        let service = definitions.get("service").and_then(Value::as_map).unwrap();
        assert_eq!(known(SERVICE), keys(service));
        assert_eq!(SERVICE.len(), 88);
        assert_eq!(known(TOP), keys(&schema));
    }

    /// The keys that stand in the Compose files of a case: those of services, and those at the top.
    fn keys_of(case: &Path, in_services: &mut BTreeSet<String>, at_top: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(case).unwrap() {
            let path = entry.unwrap().path();
            let is_yaml =
                path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
            let Some(Ok(Value::Map(top))) =
                is_yaml.then(|| pintle_yaml::from_slice(&std::fs::read(&path).unwrap()))
            else {
                continue;
            };
            at_top.extend(top.keys().map(ToString::to_string));
            let services = top.get("services").and_then(Value::as_map);
            for (_, service) in services.into_iter().flat_map(pintle_yaml::Map::iter) {
                in_services.extend(
                    service
                        .as_map()
                        .into_iter()
                        .flat_map(pintle_yaml::Map::keys)
                        .map(ToString::to_string),
                );
            }
        }
    }

    #[test]
    fn every_key_has_a_case_that_meets_its_fate() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (mut services, mut tops) = (BTreeSet::new(), BTreeSet::new());
        let (mut good, mut bad) = (String::new(), String::new());
        for entry in std::fs::read_dir(root.join("fixtures/compose")).unwrap() {
            let case = entry.unwrap().path();
            let name = case.file_name().unwrap().to_str().unwrap();
            let outcome = root.join(format!("snapshots/ours/compose/{name}.txt"));
            let outcome = std::fs::read_to_string(outcome).unwrap();
            if name.starts_with("err-") {
                bad.push_str(&outcome);
            } else {
                good.push_str(&outcome);
                keys_of(&case, &mut services, &mut tops);
            }
        }
        let mut without = Vec::new();
        for (rules, keys, before) in [(SERVICE, &services, "."), (TOP, &tops, ": `")] {
            for rule in rules {
                let named = format!("{before}{}`", rule.key);
                let is_met = match rule.fate {
                    Fate::Converted => keys.contains(rule.key),
                    Fate::Noted => keys.contains(rule.key) && good.contains(&named),
                    Fate::Refused => bad.contains(&format!("{named}: {}", rule.words)),
                };
                if !is_met {
                    without.push((rule.key, rule.fate));
                }
            }
        }
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn the_readme_has_the_tables() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let readme = std::fs::read_to_string(&path).unwrap();
        let mut expected = readme.clone();
        for (title, rules) in
            [("At the top", TOP), ("In a service", SERVICE), ("Beside them", EXTENSIONS)]
        {
            let start = expected.find(&format!("### {title}\n\n")).unwrap() + title.len() + 6;
            let end = expected[start..].find("\n\n").map_or(expected.len(), |at| start + at + 1);
            expected.replace_range(start..end, &markdown(rules));
        }
        if std::env::var_os(ACCEPT).is_some() {
            std::fs::write(&path, &expected).unwrap();
        } else {
            assert!(readme == expected, "the tables are stale: run `cargo xtask accept`");
        }
    }
}
