//! Moving archives into `charts/`, dropping those that are outdated, and writing the lock.
//!
//! Source: `safeMoveDeps` and `writeLock` in `pkg/downloader/manager.go`, Helm v4.

use std::path::{Path, PathBuf};
use std::{fs, io, process};

use pintle_chart::{Dependency, Lock, path};

use super::fetch::Archives;
use super::{DependencyError, Manager, OLD_API_VERSION};
use crate::user_values::go_words;

impl Manager<'_> {
    /// Moves archives into the folder `charts`, and deletes the archives there that are none of them.
    pub(super) fn store(
        &mut self,
        locked: &[Dependency],
        archives: &Archives,
        folder: &str,
    ) -> Result<(), DependencyError> {
        let staging = Staging::new(&self.chart_path)?;
        for (name, archive) in archives {
            staging.write(name, archive)?;
        }
        fs::create_dir_all(folder).map_err(io_error("mkdir", folder))?;
        let present = files(folder).map_err(io_error("open", folder))?;
        for name in archives.keys() {
            if let Err(reason) = staging.move_to(name, &path::join(folder, name)) {
                let from = staging.path(name).display().to_string();
                let why = go_words(&reason);
                self.output.print(format!("Unable to move {from} to charts dir {why} (Skipping)"));
            }
        }
        self.output.print("Deleting outdated charts\n");
        for name in present.iter().filter(|name| !archives.contains_key(*name)) {
            self.delete_outdated(&path::join(folder, name), locked);
        }
        Ok(())
    }

    /// Deletes an archive, unless it is one of a chart that no repository has.
    fn delete_outdated(&mut self, path: &str, locked: &[Dependency]) {
        let chart = match self.rules.load_archive(path) {
            Ok(chart) => chart,
            Err(error) => {
                let why = error.text();
                self.output
                    .print(format!("Could not verify {path} for deletion: {why} (Skipping)\n"));
                return;
            }
        };
        let mut carried = locked.iter().filter(|dependency| dependency.repository.is_empty());
        if carried.any(|dependency| dependency.name == chart.name()) {
            return;
        }
        if let Err(reason) = fs::remove_file(path) {
            let why = go_words(&reason);
            self.output.print(format!("Could not delete {path}: remove {path}: {why} (Skipping)"));
        }
    }

    /// Writes the lock of a chart of the form `api_version`.
    pub(super) fn write_lock(
        &mut self,
        lock: &Lock,
        api_version: &str,
    ) -> Result<(), DependencyError> {
        let is_old = api_version == OLD_API_VERSION;
        let name = if is_old { "requirements.lock" } else { "Chart.lock" };
        let text = lock.to_yaml()?;
        let place = path::join(&self.chart_path, name);
        if let Ok(target) = fs::read_link(&place) {
            let target = target.display().to_string();
            return Err(DependencyError::LinkedLock { name, target });
        }
        let staging = Staging::new(&self.chart_path)?;
        staging.write(name, text.as_bytes())?;
        staging.move_to(name, &place).map_err(io_error("open", &place))
    }
}

/// A folder beside `charts/` in which files are made before they are moved; gone when this is.
#[derive(Debug)]
struct Staging(PathBuf);

impl Staging {
    fn new(chart_path: &str) -> Result<Self, DependencyError> {
        let path = path::join(chart_path, &format!("tmpcharts-{}", process::id()));
        // What is there is left over from a process that ended early, or was put there to lead elsewhere.
        let made = match fs::create_dir(&path) {
            Err(reason) if reason.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_dir_all(&path).and_then(|()| fs::create_dir(&path))
            }
            made => made,
        };
        made.map_err(io_error("mkdir", &path))?;
        Ok(Self(PathBuf::from(path)))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, data: &[u8]) -> Result<(), DependencyError> {
        let path = self.path(name);
        fs::write(&path, data).map_err(io_error("open", &path.display().to_string()))
    }

    fn move_to(&self, name: &str, place: &str) -> io::Result<()> {
        fs::rename(self.path(name), Path::new(place))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed is of no use to anyone, and says nothing about what was moved.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Gives the names of what lies in a folder and is no folder, in order; links count, wherever they lead.
fn files(folder: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn io_error(verb: &'static str, path: &str) -> impl FnOnce(io::Error) -> DependencyError {
    move |reason| DependencyError::Io { verb, path: path.to_owned(), reason }
}
