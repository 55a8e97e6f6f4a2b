//! The charts we ship render to what is stored, by our own `snapshot test`.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod calls;

use std::fs;

/// Set by `cargo xtask accept`: what the charts render to now becomes what they shall render to.
const ACCEPT: &str = "PINTLE_ACCEPT";

#[test]
fn our_charts_render_to_what_is_stored() {
    let settings = fs::read_dir(calls::root().join("fixtures/snapshot")).unwrap();
    let mut n_charts = 0;
    for path in settings.map(|entry| entry.unwrap().path()) {
        let chart = format!("charts/{}", path.file_stem().unwrap().to_str().unwrap());
        let file = path.file_name().unwrap().to_str().unwrap();
        let mut command = calls::program("pintle", "");
        if std::env::var_os(ACCEPT).is_some() {
            command.args(["snapshot", "accept", "--unreferenced", "delete"]);
        } else {
            // Where CI is set, nothing is written.
            command.env("CI", "true").args(["snapshot", "test", "--unreferenced", "reject"]);
        }
        let output = command
            .args([&chart, "--settings", &format!("fixtures/snapshot/{file}")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        n_charts += 1;
    }
    assert!(n_charts >= 1);
}
