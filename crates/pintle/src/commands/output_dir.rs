//! `--output-dir`: each template's objects in a file of their own.
//!
//! Source: `writeToFile` and its callers in `pkg/action/action.go` and `pkg/cmd/template.go`, Helm v4.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path};

use pintle_engine::{Crds, Rendered};
use pintle_manifest::Hook;

use super::template_report::with_hint;
use crate::print::{Failure, Output};
use crate::user_values::go_words;

/// Writes the files below `folder`; objects and hooks go below the folder `below` of it, if there is one.
///
/// A file that several objects came from is begun by the first; hooks are added to files that are there.
///
/// # Errors
///
/// A file that cannot be written, or that would lie outside the folder.
pub(super) fn write(
    folder: &str,
    below: Option<&str>,
    rendered: &Rendered,
    crds: Crds,
    keep: impl Fn(&Hook) -> bool,
    output: &mut Output,
) -> Result<(), Failure> {
    // Helm writes all but the hooks while it still renders, so only their failures are late.
    let mut begun = BTreeSet::new();
    if crds == Crds::Included {
        for (path, file) in &rendered.crds {
            write_one(folder, path, &file.text(), begun.contains(path.as_str()), output)
                .map_err(with_hint)?;
            begun.insert(path.as_str());
        }
    }
    let inner = match below {
        Some(below) => Path::new(folder).join(below).to_string_lossy().into_owned(),
        None => folder.to_owned(),
    };
    for object in &rendered.objects.manifests {
        let append = begun.contains(&*object.source);
        write_one(&inner, &object.source, &object.text, append, output).map_err(with_hint)?;
        begun.insert(&object.source);
    }
    for hook in rendered.objects.hooks.iter().filter(|hook| keep(hook)) {
        let path = &hook.object.source;
        let exists = Path::new(&inner).join(&**path).exists();
        write_one(&inner, path, &hook.object.text, exists, output)?;
    }
    Ok(())
}

fn write_one(
    folder: &str,
    path: &str,
    content: &str,
    append: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    // Names of charts and templates cannot lead out of a folder today; a chart is untrusted all the same.
    let stays_inside =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !stays_inside {
        return Err(Failure(format!("refusing to write {path}: it would lie outside {folder}")));
    }
    let file = format!("{folder}/{path}");
    let text = format!("---\n# Source: {path}\n{content}\n");
    let failed = |verb: &'static str, path: String| {
        move |error| Failure(format!("{verb} {path}: {}", go_words(&error)))
    };
    if let Some(parent) = Path::new(&file).parent() {
        if let Err(error) = fs::metadata(parent)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(failed("stat", parent.display().to_string())(error));
        }
        fs::create_dir_all(parent).map_err(failed("mkdir", parent.display().to_string()))?;
    }
    let opened =
        if append { OpenOptions::new().append(true).open(&file) } else { File::create(&file) };
    let mut opened = opened.map_err(failed("open", file.clone()))?;
    opened.write_all(text.as_bytes()).map_err(failed("write", file.clone()))?;
    output.print(format!("wrote {file}\n"));
    Ok(())
}
