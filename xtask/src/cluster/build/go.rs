//! Go, told to build from the modules of its proxy.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value as Json;

use crate::{Result, say};

/// Fetches a module, and gives what Go tells of it, such as its folder as `Dir`.
///
/// # Errors
///
/// If Go is not there, or the proxy has no such module.
pub(in crate::cluster) fn download(folder: &Path, module: &str) -> Result<Json> {
    let output = command(folder)
        .args(["mod", "download", "-json", module])
        .output()
        .map_err(|error| missing(&error))?;
    let told: Json = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{module}: {}", String::from_utf8_lossy(&output.stderr)))?;
    match told["Error"].as_str() {
        Some(error) => Err(format!("{module}: {error}")),
        None => Ok(told),
    }
}

/// Builds a package inside a module's folder, and says how long that took.
///
/// The program gets its name when it is whole: a build that was broken off leaves none.
pub(super) fn build(folder: &Path, package: &str, flags: &[String], program: &Path) -> Result {
    let start = Instant::now();
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    say(&format!("building {name} …"));
    let unfinished = program.with_file_name(format!(".{name}"));
    let complain = |error: std::io::Error| format!("{}: {error}", program.display());
    if let Some(parent) = program.parent() {
        fs::create_dir_all(parent).map_err(complain)?;
    }
    let mut command = command(folder);
    command.arg("build").args(flags).arg("-o").arg(&unfinished).arg(package);
    let status = command.status().map_err(|error| missing(&error))?;
    if !status.success() {
        return Err(format!("go build {package} in {} failed", folder.display()));
    }
    fs::rename(&unfinished, program).map_err(complain)?;
    say(&format!("built {name} in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(())
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(folder)
        .env("GOFLAGS", "-mod=mod -buildvcs=false")
        .env("GOWORK", "off")
        .env("GOTOOLCHAIN", "local")
        // Linked to nothing: images have no libraries, and gVisor starts itself again in an empty root.
        .env("CGO_ENABLED", "0");
    command
}

fn missing(error: &std::io::Error) -> String {
    format!("go: {error}; a cluster is built with Go 1.26 or newer")
}
