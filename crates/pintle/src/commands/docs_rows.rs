//! The rows that `docs` writes: of a chart alone or with those of its dependencies, and all described where that is asked for.

use std::path::Path;

use pintle_chart::go::regex::LazyRegex;
use pintle_chart::{Chart, File};
use pintle_docs::{Order, Row, rows, rows_with_dependencies};

use crate::args::{Args, flags};
use crate::print::{Failure, Output};
use crate::whole_file;

/// The files of a dependency that say what its values are.
const FILES: &[&str] = &["Chart.yaml", "requirements.yaml", "values.yaml"];

/// Keys that need no description unless others are named: everybody knows what they are.
const WELL_KNOWN: &[&str] = &[r".*service\.type", r".*image\.repository", r".*image\.tag"];

/// Reads the rows of a chart. `name` is what it was called by.
///
/// # Errors
///
/// Values that cannot be read, and a value without a description where each is to have one.
pub(super) fn read(
    name: &str,
    chart: &Chart,
    folder: Option<&Path>,
    order: Order,
    args: &Args,
    output: &mut Output,
) -> Result<Vec<Row>, Failure> {
    let rows = if args.is_on(&flags::DOCS_DEPENDENCIES) {
        let mut find = |path: &str| match folder {
            Some(folder) => on_disk(&folder.join(path)).map_err(|Failure(text)| text),
            None => within(chart, path),
        };
        let all =
            rows_with_dependencies(chart, order, &mut find).map_err(|error| error.within(name))?;
        for words in all.left_out {
            output.complain(&format!("{name}: {words}"));
        }
        all.rows
    } else {
        rows(chart, order).map_err(|error| error.within(name))?
    };
    if args.is_on(&flags::DOCS_STRICT) {
        check(name, &rows, args)?;
    }
    Ok(rows)
}

/// Reads the chart in a folder, as far as it says what its values are.
fn on_disk(folder: &Path) -> Result<Option<Chart>, Failure> {
    let mut files = Vec::new();
    for name in FILES {
        if let Some(text) = whole_file::read_if_there(&folder.join(name))? {
            files.push(File::new(*name, text));
        }
    }
    chart_of(files).map_err(|error| Failure(format!("{}: {error}", folder.display())))
}

/// Finds a chart in the files of one around it.
fn within(chart: &Chart, path: &str) -> Result<Option<Chart>, String> {
    let file = |name: &&str| {
        let file = chart.raw_file(&format!("{path}/{name}"))?;
        Some(File::new(*name, &file.data))
    };
    chart_of(FILES.iter().filter_map(file).collect()).map_err(|error| format!("{path}: {error}"))
}

/// Makes a chart of files, unless one that it takes is missing.
fn chart_of(files: Vec<File>) -> Result<Option<Chart>, pintle_chart::Error> {
    let has = |name: &str| files.iter().any(|file| &*file.name == name);
    if !has("Chart.yaml") || !has("values.yaml") {
        return Ok(None);
    }
    Chart::from_files(files).map(Some)
}

/// Checks that each of a chart's own values has a description.
fn check(name: &str, rows: &[Row], args: &Args) -> Result<(), Failure> {
    let given = args.texts(&flags::DOCS_STRICT_IGNORE);
    let given = given.iter().map(String::as_str);
    let known = WELL_KNOWN.iter().copied().filter(|_| given.len() == 0);
    let mut ignored = Vec::new();
    for pattern in given.clone().chain(known) {
        let regex = LazyRegex::new(pattern.as_bytes())
            .map_err(|error| Failure(format!("--strict-ignore {pattern}: {error}")))?;
        ignored.push(regex);
    }
    let missing = rows.iter().filter(|row| {
        row.dependency.is_empty()
            && row.shown_description().is_empty()
            && !ignored.iter().any(|regex| regex.is_match(&row.key))
    });
    let mut missing: Vec<&Row> = missing.collect();
    missing.sort_by_key(|row| (row.line, row.column));
    let lines: Vec<String> = missing
        .iter()
        .map(|row| format!("{name}/{}: {} has no description", row.place(), row.key))
        .collect();
    if lines.is_empty() { Ok(()) } else { Err(Failure(lines.join("\n"))) }
}
