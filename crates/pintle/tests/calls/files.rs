//! What a call leaves behind in its folder, written down as the oracle does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use jiff::{SignedDuration, Timestamp};

/// What files hold, by their path from the folder on.
pub(crate) type Held = BTreeMap<String, Vec<u8>>;

/// Copies files and links of `FOLDER/{a,b}`, and gives what each file holds. In text, `$TMP` becomes the path of the copy.
pub(crate) fn copy(folders: &str, to: &Path) -> Held {
    let (from, names) = folders.trim_end_matches('}').split_once("/{").unwrap();
    let mut held = Held::new();
    for folder in names.split(',') {
        copy_one(&super::root().join(from), to, folder, &mut held);
    }
    held
}

fn copy_one(from: &Path, to: &Path, folder: &str, held: &mut Held) {
    walk(&from.join(folder), &mut |path| {
        let name = name(path, from);
        let place = to.join(&name[1..]);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        if path.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(path).unwrap(), place).unwrap();
            return;
        }
        let mut data = fs::read(path).unwrap();
        if let (false, Ok(text)) = (is_archive(&name), std::str::from_utf8(&data)) {
            data = text.replace("$TMP", to.to_str().unwrap()).into_bytes();
        }
        fs::write(place, &data).unwrap();
        held.insert(name, data);
    });
}

/// Adds every file below a folder with what it holds, but for those that hold what they held before; then those that
/// are gone.
pub(crate) fn list(folder: &Path, before: Option<Held>, text: &mut String) {
    let is_copy = before.is_some();
    let mut gone = before.unwrap_or_default();
    walk(folder, &mut |path| {
        let name = name(path, folder);
        let held = gone.remove(&name);
        if is_copy && path.is_symlink() {
            return;
        }
        let data = fs::read(path).unwrap();
        if held.as_ref() == Some(&data) {
            return;
        }
        if is_copy && is_archive(&name) {
            let entries = list_archive(&data);
            write!(text, "\n-- archive {name} --\n{entries}-- end --").unwrap();
            return;
        }
        let content = mask_lock(&String::from_utf8_lossy(&data), folder);
        write!(text, "\n-- file {name} --\n{content}-- end --").unwrap();
    });
    for name in gone.keys() {
        write!(text, "\n-- gone {name} --").unwrap();
    }
}

/// Gives each file and link below a folder, in order of names.
fn walk(folder: &Path, found: &mut impl FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() { walk(&path, found) } else { found(&path) }
    }
}

fn name(path: &Path, folder: &Path) -> String {
    format!("/{}", path.strip_prefix(folder).unwrap().display())
}

fn is_archive(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "tgz")
}

/// Gives the comment of an archive, and the entries by name with mode, size and time; of what Helm writes itself, the
/// text, too.
fn list_archive(data: &[u8]) -> String {
    let unzipped = GzDecoder::new(data);
    let comment = unzipped.header().and_then(|header| header.comment()).unwrap_or_default();
    let comment = String::from_utf8_lossy(comment).into_owned();
    let mut entries = Vec::new();
    for entry in tar::Archive::new(unzipped).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        let name = entry.path().unwrap().display().to_string();
        let header = entry.header();
        let (mode, time) = (header.mode().unwrap(), header.mtime().unwrap());
        let time = present(Timestamp::from_second(i64::try_from(time).unwrap()).unwrap());
        let mut text = format!("{name} {mode:o} {} {time}\n", content.len());
        if name.ends_with("/Chart.yaml") || name.ends_with("/Chart.lock") {
            for line in content.split_inclusive('\n') {
                write!(text, "| {line}").unwrap();
            }
        }
        entries.push(text);
    }
    entries.sort();
    format!("{comment}\n{}", entries.concat())
}

/// Gives a time, or `$NOW` for one of these days.
fn present(when: Timestamp) -> String {
    let is_now = Timestamp::now().duration_since(when).abs() < SignedDuration::from_hours(24);
    if is_now { "$NOW".to_owned() } else { when.to_string() }
}

/// Takes out of a lock when it was made, and the digest of a path in scratch.
fn mask_lock(text: &str, folder: &Path) -> String {
    let has_folder = text.contains(folder.to_str().unwrap());
    let mask = |line: &str| {
        let time = line.strip_prefix("generated: \"").and_then(|time| time.strip_suffix("\"\n"));
        match time.and_then(|time| time.parse().ok()) {
            Some(time) => format!("generated: \"{}\"\n", present(time)),
            None if has_folder && line.starts_with("digest: sha256:") => {
                "digest: $DIGEST\n".to_owned()
            }
            None => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(mask).collect()
}
