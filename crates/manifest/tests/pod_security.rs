//! The Pod Security Standards say what the library of Kubernetes says.
//!
//! A file in `fixtures/pod-security` has pods, and workloads that make some; `snapshots/go-1.26/pod-security` has what the
//! library says of each by both levels, in every version of the standards.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pintle_manifest::document::Document;
use pintle_manifest::pod_security::{Level, Standard, Version, Violation, level_of, violations};
use pintle_manifest::validate::{Minor, Validator};
use pintle_manifest::{SplitRules, split};

/// The newest version of the standards in the snapshots.
const NEWEST: u32 = 37;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn said(violations: &[Violation]) -> String {
    if violations.is_empty() {
        return "allowed".to_owned();
    }
    let texts: Vec<String> = violations.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

fn judged(text: &str) -> String {
    let server = Minor::near(NEWEST);
    let mut judged = String::new();
    for document in split(text, SplitRules::LINE_START) {
        let object = Document::read(document.text).expect("an object is YAML");
        let of = |node: &pintle_manifest::document::Node<'_>, key: &str| {
            node.get(key).and_then(|node| node.as_str()).unwrap_or_default().to_owned()
        };
        let metadata = object.root.get("metadata").expect("an object has metadata");
        let _ = writeln!(judged, "{}/{}", of(&object.root, "kind"), of(metadata, "name"));
        for level in [Level::Baseline, Level::Restricted] {
            let at = |minor| {
                let standard = Standard { level, version: Version::Minor(minor) };
                said(&violations(&object.root, standard, server))
            };
            let mut first = 0;
            for minor in 0..=NEWEST {
                let now = at(minor);
                if minor == NEWEST || at(minor + 1) != now {
                    let _ = writeln!(judged, "  {level} v1.{first}-v1.{minor}: {now}");
                    first = minor + 1;
                }
            }
        }
    }
    judged
}

#[test]
fn objects_are_judged_as_by_the_library() {
    let mut n_objects = 0;
    for case in fs::read_dir(root().join("fixtures/pod-security")).expect("they are there") {
        let path = case.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a case is text");
        let name = path.file_name().expect("a file has a name");
        let recorded = root().join("snapshots/go-1.26/pod-security").join(name);
        let recorded = fs::read_to_string(recorded).expect("each case is recorded");
        let judged = judged(&text);
        n_objects += judged.lines().filter(|line| !line.starts_with(' ')).count();
        for (ours, theirs) in judged.lines().zip(recorded.lines()) {
            assert_eq!(ours, theirs, "{}", path.display());
        }
        assert_eq!(judged, recorded);
    }
    assert!(n_objects >= 150, "{n_objects}");
}

/// The server's own versions of the standards end with its version.
#[test]
fn a_server_knows_no_newer_standard() {
    let text = "apiVersion: v1\nkind: Pod\nspec: {securityContext: {sysctls: [{name: net.ipv4.tcp_notsent_lowat}]}}";
    let pod = Document::read(text).unwrap();
    let standard = Standard { level: Level::Baseline, version: Version::Minor(99) };
    assert_eq!(violations(&pod.root, standard, Minor::near(34)).len(), 1);
    assert!(violations(&pod.root, standard, Minor::near(37)).is_empty());
    assert_eq!(level_of(&pod.root, Minor::near(34)), Some(Level::Privileged));
    assert_eq!(Document::read("a: b").map(|it| level_of(&it.root, Minor::near(34))), Ok(None));
}

#[test]
fn each_violation_has_its_places() {
    let text = "
apiVersion: batch/v1
kind: CronJob
spec:
  jobTemplate:
    spec:
      template:
        spec:
          securityContext: {runAsUser: 0}
          containers:
          - {name: a, securityContext: {runAsUser: 0}}
          - {name: b, securityContext: {capabilities: {add: [NET_RAW]}}}
";
    let object = Document::read(text).unwrap();
    let found = violations(&object.root, Standard::latest(Level::Restricted), Minor::near(34));
    let of = |name: &str| {
        let violation = found.iter().find(|violation| violation.check == name).unwrap();
        (violation.fields.join(" "), &text[violation.offset..][..5])
    };
    let spec = "spec.jobTemplate.spec.template.spec";
    let (fields, place) = of("runAsUser");
    let expected =
        format!("{spec}.securityContext.runAsUser {spec}.containers[0].securityContext.runAsUser");
    assert_eq!((fields, place), (expected, "runAs"));
    let (fields, _) = of("capabilities_restricted");
    let context = "securityContext.capabilities";
    assert_eq!(
        fields,
        format!(
            "{spec}.containers[0].{context}.drop {spec}.containers[1].{context}.drop \
             {spec}.containers[1].{context}.add"
        )
    );
}

#[test]
fn labels_of_namespaces_are_read_as_the_server_does() {
    let text = "
apiVersion: v1
kind: Namespace
metadata:
  name: a
  labels:
    pod-security.kubernetes.io/enforce: high
    pod-security.kubernetes.io/warn-version: v1.07
";
    let inspected = Validator::new(Minor::near(34)).inspect(text);
    let found: Vec<String> = inspected[0].findings.iter().map(ToString::to_string).collect();
    let at = "metadata.labels[pod-security.kubernetes.io";
    assert_eq!(
        found,
        [
            format!(
                "{at}/enforce]: Invalid value: \"high\": must be one of privileged, baseline, restricted"
            ),
            format!("{at}/warn-version]: Invalid value: \"v1.07\": must be \"latest\" or \"v1.x\""),
        ]
    );
}
