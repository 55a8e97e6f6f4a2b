//! Releases that real Helm made are upgraded, rolled back and removed by this program, and the other way round.
//!
//! The judge is Helm: what this program makes of Helm's release is what the same Helm makes of it, object for object, but for
//! what differs from run to run.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

/// A program, and the profile that it follows if it is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    path: String,
    profile: &'static str,
}

impl Program {
    /// Gives real Helm, as the environment says where it is.
    fn helm(variable: &str) -> Self {
        let path = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names real Helm"));
        Self { path, profile: "" }
    }

    fn ours(profile: &'static str) -> Self {
        Self { path: env!("CARGO_BIN_EXE_pintle").to_owned(), profile }
    }

    /// Runs a command, and gives what it printed.
    fn run(&self, namespace: &str, words: &[&str]) -> String {
        let kubeconfig = std::env::var("PINTLE_TEST_KUBECONFIG")
            .expect("PINTLE_TEST_KUBECONFIG names a kubeconfig");
        let mut command = Command::new(&self.path);
        command.args(words).args(["--namespace", namespace]).env("KUBECONFIG", kubeconfig);
        if !self.profile.is_empty() {
            command.env("PINTLE_PROFILE", self.profile);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{self:?} {words:?}: {text}{errors}");
        text
    }
}

/// Who installs, and who changes what was installed.
struct Pair<'a> {
    first: &'a Program,
    then: &'a Program,
}

/// What is there after each step.
#[derive(Debug, PartialEq)]
struct Story {
    installed: Vec<Json>,
    upgraded: Vec<Json>,
    rolled_back: Vec<Json>,
    states: Vec<String>,
}

const KINDS: &[&str] = &[
    "apis/apps/v1/namespaces/NS/deployments",
    "api/v1/namespaces/NS/services",
    "api/v1/namespaces/NS/configmaps",
];

/// Reads objects through the API, by Helm's own means: none of what is tested is used.
fn get(path: &str) -> Json {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let file = std::env::var("PINTLE_TEST_KUBECONFIG").unwrap();
        let connection =
            pintle::cluster::Connection { kubeconfig: vec![file.into()], ..Default::default() };
        let client = pintle::cluster::Client::connect(&connection).await.unwrap();
        client.get(path).await.unwrap()
    })
}

/// Gives all objects of the release, without what differs from run to run.
fn objects(namespace: &str) -> Vec<Json> {
    let mut all = Vec::new();
    for kind in KINDS {
        let list = get(&format!("/{}", kind.replace("NS", namespace)));
        for item in list["items"].as_array().unwrap() {
            if item["metadata"]["name"] == "kube-root-ca.crt" {
                continue;
            }
            let mut item = item.clone();
            let metadata = item["metadata"].as_object_mut().unwrap();
            for key in ["uid", "resourceVersion", "creationTimestamp", "generation", "namespace"] {
                metadata.remove(key);
            }
            if let Some(annotations) = metadata.get_mut("annotations") {
                annotations.as_object_mut().unwrap().remove("meta.helm.sh/release-namespace");
            }
            let mut managers: Vec<Json> = metadata["managedFields"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| json!([entry["manager"], entry["operation"], entry["fieldsV1"]]))
                .collect();
            managers.sort_by_key(Json::to_string);
            metadata.insert("managedFields".to_owned(), Json::Array(managers));
            let spec = item["spec"].as_object_mut();
            if let Some(spec) = spec {
                spec.remove("clusterIP");
                spec.remove("clusterIPs");
            }
            all.push(item);
        }
    }
    all
}

/// Tells whether a program lets the client merge.
fn is_merged_by_client(program: &Program) -> bool {
    program.profile == "helm-3.22" || std::env::var("HELM3").is_ok_and(|helm| helm == program.path)
}

fn play(pair: &Pair<'_>, name: &str, chart: &Path) -> Story {
    let namespace = format!("takeover-{}-{name}", std::process::id());
    let chart = chart.to_str().unwrap();
    let Pair { first, then } = pair;
    first.run(&namespace, &["install", "demo", chart, "--create-namespace"]);
    let installed = objects(&namespace);
    // A change behind everybody's back stays where nobody asks for anything else.
    // What the server merges keeps the defaults of a strategy that is no longer asked for: no Helm can change it.
    let second =
        if is_merged_by_client(first) { "second=true,recreate=true" } else { "second=true" };
    then.run(&namespace, &["upgrade", "demo", chart, "--set", second]);
    let upgraded = objects(&namespace);
    then.run(&namespace, &["rollback", "demo", "1"]);
    let rolled_back = objects(&namespace);
    let history: Json =
        serde_json::from_str(&first.run(&namespace, &["history", "demo", "-o", "json"])).unwrap();
    let states = history.as_array().unwrap().iter().map(|revision| {
        format!("{} {} {}", revision["revision"], revision["status"], revision["description"])
    });
    let states = states.collect();
    assert!(first.run(&namespace, &["list"]).contains("demo"));
    assert!(then.run(&namespace, &["list", "--all-namespaces"]).contains(&namespace));
    first.run(&namespace, &["upgrade", "demo", chart]);
    then.run(&namespace, &["uninstall", "demo"]);
    assert!(objects(&namespace).is_empty(), "{name}: objects are left");
    let path = format!("/api/v1/namespaces/{namespace}/secrets");
    assert_eq!(get(&path)["items"], json!([]), "{name}: records are left");
    Story { installed, upgraded, rolled_back, states }
}

fn write_chart(folder: &Path) {
    let deployment = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: {{ if .Values.second }}2{{ else }}1{{ end }}
  {{- if .Values.recreate }}
  strategy: {type: Recreate}
  {{- end }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: {{ if .Values.second }}web:2{{ else }}web:1{{ end }}
          env:
            - {name: KEPT, value: "1"}
            {{- if .Values.second }}
            - {name: NEW, value: "2"}
            {{- else }}
            - {name: OLD, value: "3"}
            {{- end }}
          ports: [{containerPort: 80}]
          volumeMounts: [{name: data, mountPath: /data}]
        {{- if not .Values.second }}
        - {name: side, image: "side:1"}
        {{- end }}
      volumes:
        - name: data
          {{- if .Values.second }}
          configMap: {name: second}
          {{- else }}
          emptyDir: {}
          {{- end }}
"#;
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports:\n    - {port: \
                   80, name: http}\n{{- if .Values.second }}\n    - {port: 443, name: https}\n{{- end }}\n";
    let map = "{{ if .Values.second }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\ndata: {a: b}\n{{ else }}\
               apiVersion: v1\nkind: ConfigMap\nmetadata: {name: first}\ndata: {a: b}\n{{ end }}";
    fs::create_dir_all(folder.join("templates")).unwrap();
    fs::write(folder.join("Chart.yaml"), "apiVersion: v2\nname: web\nversion: 0.1.0\n").unwrap();
    fs::write(folder.join("values.yaml"), "second: false\nrecreate: false\n").unwrap();
    fs::write(folder.join("templates/deployment.yaml"), deployment).unwrap();
    fs::write(folder.join("templates/service.yaml"), service).unwrap();
    fs::write(folder.join("templates/map.yaml"), map).unwrap();
}

#[test]
#[ignore = "needs a cluster and real Helm: PINTLE_TEST_KUBECONFIG, HELM4, HELM3"]
fn what_helm_made_becomes_what_helm_would_make_of_it() {
    let folder = tempfile::tempdir().unwrap();
    write_chart(folder.path());
    let (helm_4, helm_3) = (Program::helm("HELM4"), Program::helm("HELM3"));
    let (ours_4, ours_3) = (Program::ours("helm-4.3"), Program::ours("helm-3.22"));
    let cases = [
        (
            "4-then-ours",
            Pair { first: &helm_4, then: &ours_4 },
            "4-then-4",
            Pair { first: &helm_4, then: &helm_4 },
        ),
        (
            "ours-then-4",
            Pair { first: &ours_4, then: &helm_4 },
            "4-then-4-again",
            Pair { first: &helm_4, then: &helm_4 },
        ),
        (
            "3-then-ours-3",
            Pair { first: &helm_3, then: &ours_3 },
            "3-then-3",
            Pair { first: &helm_3, then: &helm_3 },
        ),
        (
            "ours-3-then-3",
            Pair { first: &ours_3, then: &helm_3 },
            "3-then-3-again",
            Pair { first: &helm_3, then: &helm_3 },
        ),
        (
            "3-then-ours-4",
            Pair { first: &helm_3, then: &ours_4 },
            "3-then-4",
            Pair { first: &helm_3, then: &helm_4 },
        ),
        (
            "ours-alone",
            Pair { first: &ours_4, then: &ours_4 },
            "4-alone",
            Pair { first: &helm_4, then: &helm_4 },
        ),
    ];
    let mut differences = Vec::new();
    for (name, mixed, judge_name, judge) in &cases {
        let (ours, theirs) =
            (play(mixed, name, folder.path()), play(judge, judge_name, folder.path()));
        let steps = [
            ("install", &ours.installed, &theirs.installed),
            ("upgrade", &ours.upgraded, &theirs.upgraded),
            ("rollback", &ours.rolled_back, &theirs.rolled_back),
        ];
        for (step, ours, theirs) in steps {
            for (ours, theirs) in ours.iter().zip(theirs) {
                if ours != theirs {
                    differences.push(format!("{name}, {step}:\nours   {ours}\ntheirs {theirs}"));
                }
            }
            if ours.len() != theirs.len() {
                differences.push(format!(
                    "{name}, {step}: {} objects, Helm {}",
                    ours.len(),
                    theirs.len()
                ));
            }
        }
        if ours.states != theirs.states {
            differences.push(format!("{name}: {:?} {:?}", ours.states, theirs.states));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
