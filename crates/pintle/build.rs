//! Puts the charts we ship into the program: a table of every file below `charts/` at the root of the workspace.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("../../charts");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut table = String::from("pub(crate) static CHARTS: &[EmbeddedChart] = &[\n");
    for chart in children(&root)?.into_iter().filter(|path| path.is_dir()) {
        let mut files = Vec::new();
        collect(&chart, &mut files)?;
        let name = chart.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(table, "EmbeddedChart {{ name: {name:?}, files: &[")
            .expect("a string takes everything");
        for file in files {
            let path = file.strip_prefix(&chart).expect("the file lies below its chart");
            let path = path.to_string_lossy().replace('\\', "/");
            let source = fs::canonicalize(&file)?.to_string_lossy().into_owned();
            writeln!(table, "({path:?}, include_bytes!({source:?})),")
                .expect("a string takes everything");
        }
        table.push_str("] },\n");
    }
    table.push_str("];\n");
    fs::write(Path::new(&variable("OUT_DIR")).join("charts.rs"), table)
}

/// Gives what a folder holds, by name; nothing if it is not there, as in a package without its workspace.
fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut children = Vec::new();
    for entry in entries {
        children.push(entry?.path());
    }
    children.sort();
    Ok(children)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for child in children(path)? {
        if child.is_dir() { collect(&child, files)? } else { files.push(child) }
    }
    Ok(())
}

fn variable(name: &str) -> String {
    env::var(name).expect("cargo sets it")
}
