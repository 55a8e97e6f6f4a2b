//! Recorded verdicts: what a server said of each fault, without the objects, which are made again.
//!
//! A file is named after that of the objects. A line has, with tabs between: which object of the file, the place, the change,
//! a checksum of the changed object, and `ok` or the status and the server's words.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::documents::{Document, Set};
use super::server::Verdict;
use crate::mutate::{Change, Fault, Place, checksum};
use crate::{Result, root};

/// The longest text that is kept, in characters; a server shows whole objects in some.
const MAX_WORDS: usize = 320;

/// What ends a text that is not whole.
pub(super) const CUT: char = '…';

/// The word for no change.
const NONE: &str = "none";

/// One recorded verdict.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) document: &'a Document,
    pub(crate) fault: Option<Fault>,
    pub(crate) object: Json,
    pub(crate) server: Verdict,
}

/// Gives the folder of the verdicts of a version, such as `1.34.4`.
pub(crate) fn folder(kube_version: &str) -> PathBuf {
    let minor: Vec<&str> = kube_version.split('.').take(2).collect();
    root().join("snapshots").join(format!("kube-apiserver-{}", minor.join(".")))
}

/// Gives the versions of which verdicts are recorded, as `1.34`.
pub(crate) fn versions() -> Vec<String> {
    let entries = fs::read_dir(root().join("snapshots")).into_iter().flatten();
    let names =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    let mut versions: Vec<String> =
        names.filter_map(|name| Some(name.strip_prefix("kube-apiserver-")?.to_owned())).collect();
    versions.sort();
    versions
}

/// Writes verdicts, all files of a set anew.
pub(crate) fn write(kube_version: &str, set: Set, rows: &[Row<'_>]) -> Result {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for row in rows {
        let text = texts.entry(&row.document.file).or_default();
        let (place, word) = match &row.fault {
            Some(fault) => (fault.place.to_string(), fault.change.word()),
            None => (String::new(), NONE.to_owned()),
        };
        let said = match &row.server {
            Verdict::Accepted => "ok".to_owned(),
            Verdict::Refused(words) => kept(words),
        };
        let (number, sum) = (row.document.number, checksum(&row.object));
        writeln!(text, "{number}\t{place}\t{word}\t{sum}\t{said}")
            .expect("a string can be written to");
    }
    let folder = folder(kube_version);
    let of_set = folder.join(set.name());
    let complain = |error: std::io::Error| format!("{}: {error}", of_set.display());
    if of_set.exists() {
        fs::remove_dir_all(&of_set).map_err(complain)?;
    }
    fs::create_dir_all(&of_set).map_err(complain)?;
    for (file, text) in texts {
        fs::write(of_set.join(format!("{file}.tsv")), text).map_err(complain)?;
    }
    let oracle = format!(
        "kube-apiserver {kube_version} with its default admission, built by cargo xtask cluster up --control-plane-only --version {kube_version}\n\
         POST of each object with dryRun=All&fieldValidation=Strict; recorded by cargo xtask judge-validate --record\n"
    );
    fs::write(folder.join("ORACLE"), oracle).map_err(complain)
}

/// Gives a text in one line, and not longer than it has to be.
fn kept(words: &str) -> String {
    let line = words.replace('\n', "\\n").replace('\t', "\\t");
    if line.chars().count() <= MAX_WORDS {
        return line;
    }
    line.chars().take(MAX_WORDS).chain([CUT]).collect()
}

/// Reads the verdicts of a version, and makes the objects again.
///
/// # Errors
///
/// If an object is not what it was: then it has to be recorded anew.
pub(crate) fn read<'a>(
    kube_version: &str,
    set: Set,
    documents: &'a [Document],
) -> Result<Vec<Row<'a>>> {
    let folder = folder(kube_version).join(set.name());
    let mut files: Vec<&str> = documents.iter().map(|document| document.file.as_str()).collect();
    files.dedup();
    let mut rows = Vec::new();
    for file in files {
        let path = folder.join(format!("{file}.tsv"));
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (line, number) in text.lines().zip(1..) {
            let row = row(file, line, documents);
            rows.push(row.map_err(|error| format!("{file}.tsv:{number}: {error}"))?);
        }
    }
    Ok(rows)
}

fn row<'a>(file: &str, line: &str, documents: &'a [Document]) -> Result<Row<'a>> {
    let parts: Vec<&str> = line.splitn(5, '\t').collect();
    let [number, place, word, sum, said] = parts[..] else {
        return Err("five parts are needed".to_owned());
    };
    let of_file =
        |document: &&Document| document.file == file && document.number.to_string() == number;
    let document = documents.iter().find(of_file).ok_or("no such object: record anew")?;
    let (fault, object) = if word == NONE {
        (None, document.object.clone())
    } else {
        let place = Place::parse(place).ok_or("no place")?;
        let change = Change::parse(word).ok_or("no change")?;
        let fault = Fault { place, change };
        let object = fault.apply(&document.object).ok_or("cannot be made: record anew")?;
        (Some(fault), object)
    };
    if checksum(&object) != sum {
        return Err("another object than was judged: record anew".to_owned());
    }
    let server = match said {
        "ok" => Verdict::Accepted,
        words => Verdict::Refused(words.to_owned()),
    };
    Ok(Row { document, fault, object, server })
}
