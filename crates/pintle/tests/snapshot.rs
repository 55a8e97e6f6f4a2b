//! The charts we ship render to what is stored, by our own `snapshot test`.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Set by `cargo xtask accept`: what the charts render to now becomes what they shall render to.
const ACCEPT: &str = "PINTLE_ACCEPT";

#[test]
fn our_charts_render_to_what_is_stored() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let settings = fs::read_dir(root.join("fixtures/snapshot")).unwrap();
    let mut n_charts = 0;
    for path in settings.map(|entry| entry.unwrap().path()) {
        let chart = format!("charts/{}", path.file_stem().unwrap().to_str().unwrap());
        let file = path.file_name().unwrap().to_str().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
        command.current_dir(&root).env_clear();
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
