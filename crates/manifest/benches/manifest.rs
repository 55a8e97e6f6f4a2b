//! What making objects of rendered files costs: `cargo bench -p pintle-manifest`.

use std::fmt::Write as _;

use divan::Bencher;
use divan::counter::BytesCount;
use pintle_manifest::{INSTALL_ORDER, Objects, Rules, SplitRules, split};

const RULES: Rules =
    Rules { split: SplitRules::LINE_START, order: INSTALL_ORDER, head_type: "util.SimpleHead" };

fn main() {
    divan::main();
}

/// A file of so many documents, their kinds mixed.
fn file(n_documents: usize) -> String {
    let kinds = ["Deployment", "Service", "ConfigMap", "Secret", "Thing", "Namespace"];
    let mut text = String::new();
    for number in 0..n_documents {
        let kind = kinds[number % kinds.len()];
        let _ = write!(
            text,
            r#"---
apiVersion: v1
kind: {kind}
metadata:
  name: object-{number}
  namespace: evals
  labels:
    app.kubernetes.io/name: "bench"
    app.kubernetes.io/instance: "demo"
  annotations:
    checksum/config: 01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: main
          image: "registry.example.com/team/main:1.0"
          args: ["--level", "info"]
"#
        );
    }
    text
}

/// A file to documents.
#[divan::bench]
fn split_file(bencher: Bencher<'_, '_>) {
    let text = file(100);
    bencher.counter(BytesCount::of_str(&text)).bench(|| split(&text, RULES.split).len());
}

/// One document to an object: its head is read.
#[divan::bench]
fn head(bencher: Bencher<'_, '_>) {
    let text = file(1);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Objects::sort([("c/templates/a.yaml", text.as_str())], &RULES));
}

/// Files to objects in the order of installation.
#[divan::bench(args = [10, 100, 1000])]
fn sort(bencher: Bencher<'_, '_>, n_documents: usize) {
    let text = file(n_documents);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Objects::sort([("c/templates/a.yaml", text.as_str())], &RULES));
}
