//! The chart `agent-env` renders as Helm renders it, from our folder and from within the program.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod calls;

use std::fs;

/// What Helm was called with when the snapshots were recorded.
const FLAGS: [&str; 4] = ["--namespace", "evals", "--kube-version", "1.34.0"];

fn compare_with(profile: &str, called_by: &str, chart: &str) {
    let root = calls::root();
    let mut outcomes = Vec::new();
    for entry in fs::read_dir(root.join("fixtures/agent-env")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let values = format!("fixtures/agent-env/{name}.yaml");
        let line = format!("template my-release {chart} -f {values} {}", FLAGS.join(" "));
        let got = calls::record(&format!("{called_by}-{name}"), &line, called_by, profile);
        let snapshots = root.join("snapshots").join(profile).join("agent-env");
        let read = |ending| fs::read_to_string(snapshots.join(format!("{name}.{ending}")));
        let expected = match (read("yaml"), read("err")) {
            (Ok(printed), _) => format!("exit 0\n-- stdout --\n{printed}-- stderr --\n-- end --"),
            (_, Ok(failure)) => format!("exit 1\n-- stdout --\n-- stderr --\n{failure}-- end --"),
            _ => panic!("{name} is not recorded"),
        };
        outcomes.push((format!("agent-env/{profile}/{name}"), expected, got));
    }
    calls::judge("agent-env", &outcomes);
}

#[test]
fn renders_as_helm_4_renders_it() {
    compare_with("helm-4.3", "helm", "charts/agent-env");
}

#[test]
fn renders_as_helm_3_renders_it() {
    compare_with("helm-3.22", "helm", "charts/agent-env");
}

#[test]
fn the_program_carries_it() {
    compare_with("helm-4.3", "pintle", "@agent-env");
}
