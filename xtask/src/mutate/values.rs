//! Values that are wrong somewhere, or right and odd, by what the field is for.

use serde_json::{Value as Json, json};

/// Gives a list of values as JSON.
macro_rules! table {
    ($($(#[$doc:meta])* $name:ident = [$($value:expr),* $(,)?];)*) => {
        $($(#[$doc])* pub(super) fn $name() -> Vec<Json> { vec![$(json!($value)),*] })*
    };
}

fn x(n: usize) -> String {
    "x".repeat(n)
}

table! {
    /// For the names of objects and parts of objects.
    names = ["Bad_Name", "-x", "x-", "a..b", x(64), x(254), "é", "a/b", "UPPER", "1", "a b", "a.b", "a_b", "%41", "..", "*"];
    /// For the values of labels.
    label_values = ["has space", x(63), x(64), "-x-", "é", "a/b", "_x", "x.", "A.b_c-1", "1"];
    /// For the keys of labels and annotations.
    label_keys = [
        "bad key", "a/b/c", "/x", "x/", x(64), "UPPER.example/x", "-x", "é", "under_score.example/x", "x.y", "a/b",
    ];
    /// For the keys of data.
    data_keys = ["bad/key", "..", ".", x(254), "a b", "é", "..x", "-", "UPPER_CASE.txt"];
    /// For quantities.
    quantities = [
        "10GB", "-1", "1.5.2", "lots", "0.0001", " 1", "1 Gi", "100000", "1Ki", "0", "1e3", "1E", "1e", "+2", ".5", "5.", "1i",
        "1m", "999999999999999999999", 1.5, 0, -3,
    ];
    /// For the keys of quantities.
    resource_keys = ["bogus", "example.com/a b", "requests.bogus", "hugepages-3x", "example.com/gpu", "Memory", "cpu ", "storage"];
    /// For ports, by number or by name.
    ports = [
        0, 1, 65535, 65536, -5, "not a port!", "http", x(15), x(16), "UPPER", "80", "-a", "a--b", "1", "a_b", 80.5, "0",
        4_294_967_376_u64,
    ];
    /// For IP addresses.
    ips = [
        "256.1.1.1", "1.2.3", "::g", "010.0.0.1", "1.2.3.4/33", "::ffff:1.2.3.4", "127.0.0.1", "0.0.0.0", "169.254.1.1",
        "224.0.0.1", "fe80::1", "::1", "2001:DB8::1", "1.2.3.4 ", "::", "ff02::1", "2001:db8:0:0::1",
    ];
    /// For networks.
    cidrs = [
        "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0", "010.0.0.0/8", "0.0.0.0/0", "::/129", "::ffff:1.2.3.0/120", "10.0.0.0/08",
        "10.1.0.0/16", "10.0.0.0/-1", "/8", "::/0", "192.168.0.0/16",
    ];
    /// For the schedules of cron jobs.
    schedules = [
        "* * * *", "61 * * * *", "@often", "@hourly", "@every 5m", "@every soon", "TZ=UTC * * * * *", "CRON_TZ=UTC 0 0 * * *",
        "*/0 * * * *", "0 0 31 2 *", "0 0 * * 7", "0 0 * * SUN-SAT", "* * * * * *", "5-1 * * * *", "? ? ? ? ?", "0 24 * * *",
        "0 0 0 * *", "a * * * *", "1,2,,3 * * * *", "*/61 * * * *", "  0 0 * * *  ",
    ];
    /// For time zones.
    zones = ["Mars/Base", "Local", "local", "UTC", "europe/lisbon", "Etc/GMT+5", "../UTC", "UTC+3", " UTC", "America/New_York"];
    /// For numbers that may be percentages.
    percents = ["101%", "-1%", "abc%", "5.5%", "50", 50, "0%", "%", "200%", -1, 0, "1 %", "10%%", "007%"];
    /// For bytes written as text.
    base64 = ["***", "YQ", "YQ==", "YQ==\n", "Y Q==", "é", "YQ=", "YWI=YWI="];
    /// For points in time.
    times = [
        "yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-02-30T00:00:00Z",
        "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00.123Z", "2026-01-01t00:00:00z", 1_767_225_600,
    ];
    /// For spans of time.
    durations = ["10 parsecs", "1y", "-5s", "1.5s", "10", "1h30m", "0", "0s", "5S", "1d12h"];
    /// For paths of files and of URLs.
    paths = [
        "../x", "relative/x", "a:b", "/a/../b", "/..", "/a//b", "..x", "/%zz", "/", ".", "..", "a/..", "/a\u{0}b", "$(NO", "/a b",
        "/%2f",
    ];
    /// For addresses of services.
    urls = [
        "ftp://x", "http://insecure.example/x", "https://", "not a url", "https://u:p@x.example/", "https://x.example/?q=1",
        "https://x.example/#f", "https://x.example:99999/", "HTTPS://x.example", "//x.example", "https://é.example/",
    ];
    /// For texts of any kind.
    texts = [x(70), x(254), x(2_000), " ", " x", "x ", "x\ny", "é", "1", "true", "null", "X", "x.y.z", "x/y", "$(X)"];
    /// For expressions.
    expressions = [
        "self.", "(", "true +", "1", "nosuch.thing", "'a' == 1", "true", "'text'", "object.nosuch", "self.nosuch", "has(self)",
        "[1,2].all(x, x > 0)", "matches('(', 'x')", "params.x == 1", "self == oldSelf",
    ];
    /// For the paths of fields in custom resources.
    json_paths = [".spec", "spec.x", ".spec[0]", ".status.x", ".spec.x", "bad path", ".spec.items[*].x", "{.spec.x}", "."];
    /// For images.
    images = [" ", " lead/x", "trail/x ", "UPPER/Case:tag", "x:y:z", "x@sha256:1"];
    /// For operators of selectors.
    operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Equal", "Bogus", "in"];
    /// For the modes of files.
    modes = [511, 512, -1, 1024, 0, "0644", 0.5];
    /// For the versions of an API.
    versions = ["v1/v2/v3", "1.0", "V1", "v1", "apps/v1", "v0", "v1beta", "/", "a/b", "v2alpha3"];
    /// For numbers of any kind. `1.0` is none of them: what reads YAML for a server makes `1` of it.
    numbers = [
        -1, 0, 1, 2, 100, 101, 256, 70_000, 2_147_483_648_u64, -2_147_483_649_i64, 1_099_511_627_776_u64,
        9_223_372_036_854_775_808_u64, 1.5, "3", "x",
    ];
    /// For truths.
    truths = ["true", "yes", 1, 0, "", "False"];
}

/// The words that a field may have, as far as they are known; each may be wrong beside its neighbours.
pub(super) const WORDS: &[(&str, &[&str])] = &[
    ("accessModes", &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]),
    ("action", &["Ignore", "FailJob", "Count", "FailIndex", "drop", "keep"]),
    ("addressType", &["IPv4", "IPv6", "FQDN", "IP"]),
    ("allocationMode", &["ExactCount", "All"]),
    ("completionMode", &["Indexed", "NonIndexed"]),
    ("concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("externalTrafficPolicy", &["Local", "Cluster", "Global"]),
    ("failurePolicy", &["Ignore", "Fail"]),
    ("family", &["IPv4", "IPv6"]),
    (
        "fieldPath",
        &[
            "metadata.name",
            "metadata.uid",
            "spec.nodeName",
            "status.podIP",
            "status.hostIPs",
            "metadata.annotations['a']",
            "metadata.labels['a b']",
            "spec.containers",
            "metadata.labels",
            "metadata.namespace",
            "spec.serviceAccountName",
            "nosuch",
        ],
    ),
    ("imagePullPolicy", &["Always", "IfNotPresent", "Never"]),
    ("internalTrafficPolicy", &["Local", "Cluster"]),
    ("ipFamilies", &["IPv4", "IPv6"]),
    ("ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
    ("kind", &["Role", "ClusterRole", "User", "Group", "ServiceAccount", "Pod", "Deployment"]),
    ("matchPolicy", &["Exact", "Equivalent"]),
    ("medium", &["Memory", "HugePages", "HugePages-2Mi", "HugePages-x"]),
    ("mode", &["required", "disabled"]),
    ("mountPropagation", &["None", "HostToContainer", "Bidirectional"]),
    ("operations", &["CREATE", "UPDATE", "DELETE", "CONNECT", "*", "GET"]),
    ("pathType", &["Exact", "Prefix", "ImplementationSpecific"]),
    ("persistentVolumeReclaimPolicy", &["Retain", "Recycle", "Delete"]),
    ("podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("policyTypes", &["Ingress", "Egress"]),
    ("preemptionPolicy", &["Never", "PreemptLowerPriority"]),
    ("protocol", &["TCP", "UDP", "SCTP", "tcp", "ICMP", "ANY"]),
    ("reclaimPolicy", &["Retain", "Recycle", "Delete"]),
    ("recursiveReadOnly", &["Disabled", "IfPossible", "Enabled"]),
    ("resource", &["limits.cpu", "requests.memory", "limits.hugepages-2Mi", "cpu", "pods"]),
    ("resources", &["pods", "pods/log", "*/*", "*", "pods/*", "a/b/c", "*/scale"]),
    ("restartPolicy", &["Always", "OnFailure", "Never"]),
    ("scheme", &["HTTP", "HTTPS", "http", "https"]),
    ("scope", &["Namespaced", "Cluster", "Namespace", "*"]),
    (
        "scopeName",
        &[
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
        ],
    ),
    ("scopes", &["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass"]),
    ("selectPolicy", &["Max", "Min", "Disabled"]),
    ("sessionAffinity", &["ClientIP", "None"]),
    ("shutdownPolicy", &["Delete", "Retain"]),
    ("sideEffects", &["None", "NoneOnDryRun", "Some", "Unknown"]),
    ("strategy", &["None", "Webhook"]),
    ("trafficDistribution", &["PreferClose", "PreferSameZone", "PreferSameNode"]),
    ("unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"]),
    ("validationActions", &["Deny", "Warn", "Audit"]),
    ("verbs", &["get", "*", "GET", "bind", "made-up"]),
    ("volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
    ("volumeLifecycleModes", &["Persistent", "Ephemeral"]),
    ("volumeMode", &["Block", "Filesystem"]),
    ("whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
];

/// The words of `type`, which every kind has another meaning for, by the key that leads there.
pub(super) const TYPES: &[(&str, &[&str])] = &[
    ("hostPath", &["", "File", "Socket", "CharDevice", "BlockDevice", "Directory", "FileOrCreate"]),
    ("limits", &["Pod", "Container", "PersistentVolumeClaim", "example.com/ship"]),
    ("metrics", &["Object", "Pods", "Resource", "ContainerResource", "External"]),
    ("policies", &["Pods", "Percent"]),
    ("limitResponse", &["Queue", "Reject"]),
    ("seccompProfile", &["RuntimeDefault", "Unconfined", "Localhost"]),
    ("appArmorProfile", &["RuntimeDefault", "Unconfined", "Localhost"]),
    ("spec", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Limited", "Exempt"]),
    ("strategy", &["Recreate", "RollingUpdate", "OnDelete"]),
    ("target", &["Utilization", "Value", "AverageValue"]),
    ("updateStrategy", &["OnDelete", "RollingUpdate", "Recreate"]),
    (
        "",
        &[
            "Opaque",
            "kubernetes.io/tls",
            "kubernetes.io/basic-auth",
            "kubernetes.io/ssh-auth",
            "kubernetes.io/dockerconfigjson",
            "kubernetes.io/service-account-token",
            "bootstrap.kubernetes.io/token",
            "Normal",
            "Warning",
        ],
    ),
];

/// What may not be there together with a neighbour: the neighbours of which one is needed, and the key that is added.
pub(super) fn rivals() -> Vec<(&'static [&'static str], &'static str, Json)> {
    let port = json!({"port": 80});
    vec![
        (
            &[
                "emptyDir",
                "configMap",
                "secret",
                "projected",
                "nfs",
                "csi",
                "persistentVolumeClaim",
            ],
            "hostPath",
            json!({"path": "/x"}),
        ),
        (
            &[
                "hostPath",
                "configMap",
                "secret",
                "downwardAPI",
                "iscsi",
                "local",
                "image",
                "ephemeral",
            ],
            "emptyDir",
            json!({}),
        ),
        (&["hostPath", "nfs", "csi", "local"], "nfs", json!({"server": "x.example", "path": "/x"})),
        (&["exec", "tcpSocket", "grpc", "sleep"], "httpGet", port.clone()),
        (&["httpGet"], "tcpSocket", port.clone()),
        (&["httpGet", "exec"], "grpc", port),
        (&["value"], "valueFrom", json!({"fieldRef": {"fieldPath": "metadata.name"}})),
        (&["valueFrom"], "value", json!("x")),
        (
            &["secretKeyRef", "configMapKeyRef", "resourceFieldRef"],
            "fieldRef",
            json!({"fieldPath": "metadata.name"}),
        ),
        (&["configMapRef"], "secretRef", json!({"name": "x"})),
        (&["serviceAccountToken", "downwardAPI"], "secret", json!({"name": "x"})),
        (
            &["fieldRef"],
            "resourceFieldRef",
            json!({"containerName": "x", "resource": "limits.cpu"}),
        ),
        (&["maxUnavailable"], "minAvailable", json!(1)),
        (&["minAvailable"], "maxUnavailable", json!("10%")),
        (&["service"], "resource", json!({"kind": "X", "name": "x", "apiGroup": "x.example"})),
        (&["resource"], "service", json!({"name": "x", "port": {"number": 80}})),
        (&["ipBlock"], "podSelector", json!({})),
        (&["podSelector", "namespaceSelector"], "ipBlock", json!({"cidr": "10.0.0.0/8"})),
        (&["resources", "resourceNames"], "nonResourceURLs", json!(["/x"])),
        (&["nonResourceURLs"], "resources", json!(["pods"])),
        (&["service"], "url", json!("https://x.example/")),
        (&["url"], "service", json!({"name": "x", "namespace": "y"})),
        (&["number"], "name", json!("x")),
        (&["averageUtilization"], "averageValue", json!("1")),
        (&["averageValue"], "averageUtilization", json!(5)),
        (&["averageValue"], "value", json!("5")),
        (&["exactly"], "firstAvailable", json!([{"name": "x", "deviceClassName": "x"}])),
        (&["count"], "allocationMode", json!("All")),
        (&["onExitCodes"], "onPodConditions", json!([{"type": "x", "status": "True"}])),
        (&["onPodConditions"], "onExitCodes", json!({"operator": "In", "values": [1]})),
        (
            &["dataSourceRef"],
            "dataSource",
            json!({"kind": "PersistentVolumeClaim", "name": "other"}),
        ),
        (
            &["dataSource"],
            "dataSourceRef",
            json!({"kind": "PersistentVolumeClaim", "name": "other"}),
        ),
        (&["serviceAccount", "group"], "user", json!({"name": "x"})),
        (&["resourceClaimName"], "resourceClaimTemplateName", json!("x")),
        (&["spec"], "specs", json!([{"endpointSelector": {}}])),
        (&["endpointSelector"], "nodeSelector", json!({})),
        (&["toEndpoints", "toFQDNs", "toServices"], "toEntities", json!(["all"])),
        (&["fromEndpoints", "fromEntities"], "fromCIDR", json!(["10.0.0.0/8"])),
        (&["name"], "selector", json!({"matchLabels": {"a": "b"}})),
        (&["rollingUpdate"], "type", json!("OnDelete")),
        (&["int", "string", "bool"], "version", json!("1.0.0")),
        (&["nodeName"], "allNodes", json!(true)),
    ]
}

/// What a part of an object may have by its type and may not have by its rules: what tells the part, and what is added.
pub(super) fn intruders() -> Vec<(&'static str, &'static str, Json)> {
    let owner = json!([{"apiVersion": "v1", "kind": "Pod", "name": "x", "uid": ""}]);
    let container = json!([{"name": "x", "image": "x"}]);
    vec![
        ("metadata", "resourceVersion", json!("7")),
        ("metadata", "uid", json!("x")),
        ("metadata", "finalizers", json!(["bad finalizer"])),
        ("metadata", "finalizers", json!(["unqualified"])),
        ("metadata", "ownerReferences", owner),
        ("metadata", "ownerReferences", json!([{"kind": "Pod", "name": "x", "uid": "y"}])),
        ("metadata", "managedFields", json!([{"operation": "Bogus"}])),
        ("metadata", "generateName", json!("Bad_")),
        ("metadata", "generateName", json!("fine-")),
        ("metadata", "annotations", json!({"bad key": "x"})),
        ("metadata", "labels", json!({"a/b/c": "x"})),
        ("metadata", "creationTimestamp", json!(null)),
        ("metadata", "selfLink", json!("/x")),
        ("metadata", "clusterName", json!("x")),
        ("containers", "ephemeralContainers", container.clone()),
        ("containers", "nodeName", json!("Bad_Node")),
        ("containers", "activeDeadlineSeconds", json!(0)),
        ("containers", "hostNetwork", json!(true)),
        ("containers", "hostUsers", json!(false)),
        ("containers", "restartPolicy", json!("Never")),
        ("containers", "dnsPolicy", json!("None")),
        ("containers", "initContainers", container),
        ("containers", "initContainers", json!([{"name": "Bad Name"}])),
        ("containers", "serviceAccount", json!("other")),
        ("containers", "securityContext", json!({"runAsUser": -1})),
        (
            "containers",
            "securityContext",
            json!({"sysctls": [{"name": "bad sysctl", "value": "1"}]}),
        ),
        ("containers", "securityContext", json!({"windowsOptions": {"hostProcess": true}})),
        ("containers", "os", json!({"name": "windows"})),
        ("containers", "tolerations", json!([{"operator": "Exists", "value": "x"}])),
        ("containers", "tolerations", json!([{"key": "a", "operator": "Gt", "value": "1"}])),
        ("containers", "imagePullSecrets", json!([{"name": ""}])),
        ("containers", "hostAliases", json!([{"ip": "nowhere", "hostnames": ["a_b"]}])),
        ("containers", "volumes", json!([{"name": "v"}])),
        (
            "containers",
            "volumes",
            json!([{"name": "v", "emptyDir": {}}, {"name": "v", "emptyDir": {}}]),
        ),
        ("containers", "terminationGracePeriodSeconds", json!(-1)),
        (
            "containers",
            "topologySpreadConstraints",
            json!([{"maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": "Never"}]),
        ),
        ("image", "restartPolicy", json!("Always")),
        ("image", "restartPolicy", json!("Never")),
        ("image", "ports", json!([{"containerPort": 80, "hostPort": 81}])),
        ("image", "env", json!([{"name": "=", "value": "x"}])),
        ("image", "env", json!([{"name": "A", "valueFrom": {}}])),
        ("image", "envFrom", json!([{"prefix": "="}])),
        ("image", "resources", json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}})),
        ("image", "resources", json!({"limits": {"hugepages-2Mi": "1Mi"}})),
        ("image", "resources", json!({"claims": [{"name": "x"}]})),
        ("image", "livenessProbe", json!({})),
        ("image", "livenessProbe", json!({"httpGet": {"port": 80}, "successThreshold": 2})),
        ("image", "readinessProbe", json!({"exec": {}, "terminationGracePeriodSeconds": 1})),
        ("image", "lifecycle", json!({"preStop": {}})),
        ("image", "lifecycle", json!({"stopSignal": "SIGTERM"})),
        (
            "image",
            "securityContext",
            json!({"privileged": true, "allowPrivilegeEscalation": false}),
        ),
        ("image", "securityContext", json!({"procMount": "Unmasked"})),
        ("image", "volumeMounts", json!([{"name": "nowhere", "mountPath": "/x"}])),
        ("image", "volumeMounts", json!([{"name": "nowhere"}])),
        ("image", "volumeDevices", json!([{"name": "nowhere", "devicePath": "/x"}])),
        ("ports", "clusterIP", json!("nowhere")),
        ("ports", "clusterIPs", json!(["10.96.0.300"])),
        ("ports", "externalIPs", json!(["127.0.0.1"])),
        ("ports", "loadBalancerSourceRanges", json!(["10.0.0.0"])),
        ("ports", "sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": 0}})),
        ("ports", "externalTrafficPolicy", json!("Local")),
        ("ports", "externalName", json!("x.example")),
        ("ports", "healthCheckNodePort", json!(30_001)),
        ("ports", "loadBalancerClass", json!("x.example/y")),
        ("key", "values", json!(["x"])),
        ("rules", "aggregationRule", json!({"clusterRoleSelectors": []})),
    ]
}
