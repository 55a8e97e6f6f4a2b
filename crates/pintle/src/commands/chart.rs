//! `chart`: the charts this program carries.

use std::fs;
use std::path::{Path, PathBuf};

use pintle_gotmpl::value::number::quote;

use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::embedded::{self, CHARTS, EmbeddedChart};
use crate::print::{Failure, Output};
use crate::user_values::go_words;

pub(super) const COMMAND: Command = Command {
    name: "chart",
    short: "list and export the charts this program carries",
    long: "Lists the charts that this program carries, and writes them to disk.",
    count: Count::Exactly(0),
    is_ours: true,
    commands: &[
        Command {
            name: "list",
            short: "list the charts",
            count: Count::Exactly(0),
            run: Some(list),
            ..Command::EMPTY
        },
        Command {
            name: "export",
            arguments: "@CHART DIR",
            short: "write a chart to a folder",
            long: "Writes a chart into the folder DIR, which is made. Files that are there already are left alone, and \
                   nothing is written then, unless --force is given.",
            count: Count::Exactly(2),
            flags: &[flags::EXPORT_FLAGS],
            run: Some(export),
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

fn list(call: &Call, output: &mut Output) -> Result<(), Failure> {
    for embedded in CHARTS {
        let chart = call
            .profile
            .load
            .from_files(embedded.files())
            .map_err(|error| Failure(error.text()))?;
        let metadata = &chart.metadata;
        output
            .print(format!("@{}\t{}\t{}\n", embedded.name, metadata.version, metadata.description));
    }
    Ok(())
}

fn export(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let [reference, folder] = call.args.positional.as_slice() else {
        return Err(Failure("expected a chart and a folder".to_owned()));
    };
    let chart = embedded::find(reference).unwrap_or_else(|| {
        Err(Failure(format!(
            "{} is not a chart of this program: its name begins with @",
            quote(reference)
        )))
    })?;
    write(chart, Path::new(folder), call.args.is_on(&flags::EXPORT_FORCE))?;
    output.print(format!("wrote {} files to {folder}\n", chart.files.len()));
    Ok(())
}

/// Writes all files of a chart, or none.
///
/// The files are made beside their places first, and moved there when all of them are on disk.
fn write(chart: &EmbeddedChart, folder: &Path, overwrite: bool) -> Result<(), Failure> {
    let failed = |verb: &'static str, path: &Path| {
        let path = path.display().to_string();
        move |error| Failure(format!("{verb} {path}: {}", go_words(&error)))
    };
    let places: Vec<PathBuf> = chart.files.iter().map(|(path, _)| folder.join(path)).collect();
    if !overwrite && let Some(there) = places.iter().find(|place| place.exists()) {
        let there = there.display();
        return Err(Failure(format!(
            "{there} is there already: nothing was written; --force replaces it"
        )));
    }
    let parent =
        folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed("mkdir", parent))?;
    let staging = parent.join(format!(".{}-{}.partial", chart.name, std::process::id()));
    let written = stage(chart, &staging).and_then(|()| {
        for ((path, _), place) in chart.files.iter().zip(&places) {
            let above = place.parent().unwrap_or(folder);
            fs::create_dir_all(above).map_err(failed("mkdir", above))?;
            fs::rename(staging.join(path), place).map_err(failed("rename", place))?;
        }
        Ok(())
    });
    // What is left of it is of no use to anyone, and that it cannot be removed says nothing about the export.
    let _ = fs::remove_dir_all(&staging);
    written
}

fn stage(chart: &EmbeddedChart, staging: &Path) -> Result<(), Failure> {
    for (path, bytes) in chart.files {
        let place = staging.join(path);
        let above = place.parent().unwrap_or(staging);
        let failed = |error| Failure(format!("write {}: {}", place.display(), go_words(&error)));
        fs::create_dir_all(above).map_err(failed)?;
        fs::write(&place, bytes).map_err(failed)?;
    }
    Ok(())
}
