//! Snapshots of charts in a test of Rust: in a file of their own, and in the test.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use pintle::{Chart, File, Release, Values, assert_chart_snapshot};

fn chart() -> Chart {
    let template = "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\n\
                    stringData: {password: {{ required \"a password is needed\" .Values.password }}}\n";
    Chart::from_files(vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        File::new("templates/secret.yaml", template),
        File::new("templates/NOTES.txt", "{{ .Release.Name }} is up\n"),
    ])
    .unwrap()
}

#[test]
fn a_snapshot_stands_in_the_test() {
    let values = Values::from_yaml("password: hunter2").unwrap();
    assert_chart_snapshot!(chart(), values, Release::new("demo"), @r"
    ---
    # Source: web/templates/secret.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: demo
    stringData:
      password: <secret f52fbd32b2b3>
    ---
    notes: |
      demo is up
    ");
}

#[test]
fn a_snapshot_has_a_file_of_its_own() {
    let agent_env = Chart::load("../../charts/agent-env").unwrap();
    let values = Values::from_yaml("services: {default: {image: 'ubuntu:24.04'}}").unwrap();
    let mut settings = pintle::insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots/ours/insta");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| assert_chart_snapshot!("agent-env", agent_env, values));
}

#[test]
fn a_failure_is_a_snapshot_too() {
    assert_chart_snapshot!(chart(), Values::default(), @r"
    ---
    failure: |
      execution error at (web/templates/secret.yaml:4:26): a password is needed
    ");
}
