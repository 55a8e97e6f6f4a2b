//! Copies of a module's sources with edits of ours, each of which must be found as it was written for.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::go;
use crate::Result;

/// One change of a file.
pub(super) struct Edit {
    /// The file, inside the module.
    pub(super) file: &'static str,
    /// What stands there.
    pub(super) before: &'static str,
    /// What shall stand there.
    pub(super) after: &'static str,
    /// How often it stands there, exactly.
    pub(super) times: usize,
}

/// Fetches a module, and makes `folder` a copy of it with the edits, unless it is that already.
pub(super) fn copy(parent: &Path, module: &str, edits: &[Edit], folder: &Path) -> Result {
    let complain = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mark = folder.join(".pintle");
    let stamp = stamp(module, edits);
    if fs::read_to_string(&mark).is_ok_and(|text| text == stamp) {
        return Ok(());
    }
    fs::create_dir_all(parent).map_err(complain)?;
    let told = go::download(parent, module)?;
    let from = told["Dir"].as_str().ok_or_else(|| format!("{module}: no folder"))?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(complain)?;
    }
    // What a module carries of others is fetched as modules, too.
    let files = WalkDir::new(from).into_iter();
    let files = files.filter_entry(|entry| !(entry.depth() == 1 && entry.file_name() == "vendor"));
    for entry in files {
        let entry = entry.map_err(|error| format!("{module}: {error}"))?;
        let path = entry.path().strip_prefix(from).expect("it was found there");
        let to = folder.join(path);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).map_err(complain)?;
        } else {
            // Written anew, as a copy would be as read-only as the cache is.
            let text = fs::read(entry.path()).map_err(complain)?;
            fs::write(&to, text).map_err(complain)?;
        }
    }
    for edit in edits {
        apply(module, edit, folder)?;
    }
    fs::write(mark, stamp).map_err(complain)
}

/// Says what the copy is of: it is made anew when this changes.
pub(super) fn stamp(module: &str, edits: &[Edit]) -> String {
    let edits =
        edits.iter().map(|edit| format!("{}\n{}\n{}\n", edit.file, edit.before, edit.after));
    format!("{module}\n{}", edits.collect::<String>())
}

fn apply(module: &str, edit: &Edit, folder: &Path) -> Result {
    let path = folder.join(edit.file);
    let text =
        fs::read_to_string(&path).map_err(|error| format!("{module}: {}: {error}", edit.file))?;
    let n_found = text.matches(edit.before).count();
    if n_found != edit.times {
        let (file, times) = (edit.file, edit.times);
        return Err(format!(
            "{module}: {file}: an edit was written for {times} places and finds {n_found}; review it"
        ));
    }
    let text = text.replace(edit.before, edit.after);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("pintle-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.go"), "one two one\n").unwrap();
        folder
    }

    #[test]
    fn an_edit_is_made_in_each_place() {
        let folder = folder("edit");
        let edit = Edit { file: "a.go", before: "one", after: "three", times: 2 };
        apply("m@v1", &edit, &folder).unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.go")).unwrap(), "three two three\n");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_edit_that_finds_another_text_fails() {
        let folder = folder("no-edit");
        let edit = Edit { file: "a.go", before: "one", after: "three", times: 1 };
        let error = apply("m@v1", &edit, &folder).unwrap_err();
        assert_eq!(error, "m@v1: a.go: an edit was written for 1 places and finds 2; review it");
        assert_eq!(fs::read_to_string(folder.join("a.go")).unwrap(), "one two one\n");
        fs::remove_dir_all(folder).unwrap();
    }
}
