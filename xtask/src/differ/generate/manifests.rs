//! Files of manifests: documents, hooks, and what separates them.

use super::yaml;
use crate::differ::random::Random;

const KINDS: &[&str] = &[
    "Pod", "Service", "Deployment", "ConfigMap", "Secret", "Namespace", "CustomResourceDefinition", "Job", "Unknown",
    "ClusterRole", "Ingress", "APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration",
    "PriorityClass", "List", "", "\"Pod\"", "1", "null", "[a]", "StatefulSet", "ServiceAccount", "RoleBinding",
    "HorizontalPodAutoscaler", "Abc",
];
const SEPARATORS: &[&str] = &[
    "---\n", "---\n", "---\n", "\n---\n", "--- \n", "---\t\n", "--- # c\n", "---a: b\n", " ---\n", "----\n",
    "---\r\n", "...\n", "\n\n---\n\n", "---\n---\n", "# c\n---\n", "--- {}\n", "---  \n\n",
];

fn document(random: &mut Random) -> String {
    if random.chance(12) {
        return yaml::document(random).remove(0).replace("{{", "{ {");
    }
    let mut out = String::new();
    if random.chance(90) {
        out += &format!(
            "apiVersion: {}\n",
            random.pick(&["v1", "apps/v1", "\"v1\"", "1", "", "v1 # c", "null", "batch/v1"])
        );
    }
    if random.chance(95) {
        out += &format!("kind: {}\n", random.pick(KINDS));
    }
    out += random.pick(&[
        "metadata:\n", "metadata:\n", "metadata:\n", "metadata: {}\n", "metadata: null\n", "metadata: x\n",
        "metadata: # c\n", "",
    ]);
    if out.ends_with("metadata:\n") || out.ends_with("# c\n") {
        out += &format!(
            "  name: {}\n",
            random.pick(&["a", "b", "c", "x-y", "\"q\"", "1", "", "true", "1.10", "[a]", "é"])
        );
        if random.chance(45) {
            out += "  annotations:\n";
            for _ in 0..random.between(1, 3) {
                let line = match random.below(6) {
                    0..=2 => format!(
                        "helm.sh/hook: {}",
                        random.pick(&[
                            "pre-install", "post-install", "pre-install,post-upgrade", "test", "test-success",
                            "crd-install", "nope", "pre-install, pre-delete", "\"\"", "Pre-Install", "\" test \"",
                            "pre-rollback,nope", "post-delete", "null", "1",
                            "pre-upgrade"
                        ])
                    ),
                    3 => format!(
                        "helm.sh/hook-weight: {}",
                        random.pick(&[
                            "\"1\"", "\"-5\"", "1", "\"x\"", "\"+3\"", "\"0x10\"", "\"1_0\"",
                            "\"99999999999999999999\"", "\"\"", "\" 1\"", "1.5",
                            "-1"
                        ])
                    ),
                    4 => format!(
                        "helm.sh/hook-delete-policy: {}",
                        random.pick(&[
                            "hook-succeeded", "before-hook-creation,hook-failed", "Hook-Succeeded, x", "\"\"", "nope",
                            "null"
                        ])
                    ),
                    _ => random
                        .pick(&[
                            "a: b", "a: 1", "a: true", "a: null", "a: [x]", "helm.sh/resource-policy: keep",
                            "a: 1.10", "a: \"\"",
                        ])
                        .to_owned(),
                };
                out += &format!("    {line}\n");
            }
        }
    }
    if random.chance(30) {
        out += random.pick(&[
            "spec:\n  x: |\n    a\n    ---\n    b\n", "data:\n  k: v\n", "x: \"a\n---\nb\"\n", "x: &a 1\ny: *a\n",
            "x: 1\nx: 2\n", "spec: [1, 2]\n", "y: 'it''s'\n", "z: !!str 1\n", "\tx: 1\n", "bad\n", "a: b: c\n",
            "#only\n",
        ]);
    }
    out
}

/// Draws a chart whose templates are files of manifests without actions.
pub(crate) fn case(random: &mut Random) -> Vec<String> {
    let mut out = String::from("-- Chart.yaml --\napiVersion: v2\nname: c\nversion: 0.1.0\n");
    for name in ["templates/a.yaml", "templates/b.yaml", "templates/d/c.yaml"] {
        if random.chance(55) {
            let mut content = random
                .pick(&["", "", "---\n", "# head\n", "\n", " \n", "--- # x\n", "\u{feff}"])
                .to_owned();
            for _ in 0..random.between(0, 3) {
                content += &document(random);
                content += random.pick(SEPARATORS);
            }
            while random.chance(10) {
                content =
                    random.mutated(&content, &["---", "\n", " ", ":", "-", "#", "\t", "\r\n", "x"]);
            }
            let content = content.replace("\n-- ", "\n-  ").replace("{{", "{ {");
            let newline = if content.ends_with('\n') { "" } else { "\n" };
            out += &format!("-- {name} --\n{content}{newline}");
        }
    }
    vec![out]
}
