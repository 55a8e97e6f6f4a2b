//! Known gaps: classes of faults of which we say something else than the server, in `skip.txt` beside the objects.
//!
//! A line is `FILE/CHANGE PATH: reason`: the file of the objects, the sort of change, the field that the server names first,
//! without indexes. `*` stands for any file or change, and at the end of a path for all that begin so. A class without a gap
//! in it has to go.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::documents::Set;
use super::recorded::Row;
use super::report::Outcome;
use super::server::{Refusal, Verdict, without_indexes};
use crate::Result;
use crate::mutate::Fault;

/// What stands for any.
const ANY: &str = "*";

/// The reason of a class that nobody has looked at.
const NEW: &str = "no rule of ours yet";

/// One class of faults.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    file: String,
    how: String,
    path: String,
}

impl Class {
    /// Gives the class of a fault that is refused.
    pub(crate) fn of(row: &Row<'_>) -> Self {
        let words = match &row.server {
            Verdict::Refused(words) => words.as_str(),
            Verdict::Accepted => "",
        };
        let word = row.fault.as_ref().map(|fault| fault.change.word()).unwrap_or_default();
        let how = word.split(':').next().unwrap_or_default().to_owned();
        // A server that names no field is asked where the fault was made.
        let place = |fault: &Fault| fault.place.keys().collect::<Vec<_>>().join(".");
        let path = Refusal::of(words).path.map(|path| without_indexes(&path));
        let path = path.or_else(|| row.fault.as_ref().map(place)).unwrap_or_default();
        Self { file: row.document.file.clone(), how, path }
    }

    fn takes(&self, other: &Self) -> bool {
        let is = |pattern: &str, text: &str| pattern == ANY || pattern == text;
        let path = match self.path.strip_suffix(ANY) {
            Some(start) => other.path.starts_with(start),
            None => self.path == other.path,
        };
        is(&self.file, &other.file) && is(&self.how, &other.how) && path
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} {}", self.file, self.how, self.path)
    }
}

/// A listed class.
#[derive(Debug)]
struct Gap {
    class: Class,
    reason: String,
    n_met: usize,
}

/// The listed classes, and the gaps that are in none of them.
#[derive(Debug)]
pub(crate) struct Gaps {
    file: PathBuf,
    listed: Vec<Gap>,
    unlisted: BTreeMap<Class, usize>,
}

impl Gaps {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// If a line has another form, or no reason.
    pub(crate) fn read(set: Set) -> Result<Self> {
        let file = set.folder().join("skip.txt");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let gaps = text.lines().map(|line| {
            parse(line).ok_or_else(|| format!("skip.txt: not FILE/CHANGE PATH: reason: {line}"))
        });
        Ok(Self { listed: gaps.collect::<Result<_>>()?, unlisted: BTreeMap::new(), file })
    }

    /// Takes a verdict in.
    pub(crate) fn add(&mut self, row: &Row<'_>, outcome: Outcome) {
        if !matches!(outcome, Outcome::Missed | Outcome::OtherPath) {
            return;
        }
        let class = Class::of(row);
        let mut is_listed = false;
        for gap in self.listed.iter_mut().filter(|gap| gap.class.takes(&class)) {
            gap.n_met += 1;
            is_listed = true;
        }
        if !is_listed {
            *self.unlisted.entry(class).or_default() += 1;
        }
    }

    /// Gives what is wrong with the list: gaps that it lacks, and classes without a gap.
    #[cfg(test)]
    pub(crate) fn complaints(&self) -> Vec<String> {
        let unlisted =
            self.unlisted.iter().map(|(class, n)| format!("{class}: {n} gaps are not listed"));
        let closed = self.listed.iter().filter(|gap| gap.n_met == 0);
        unlisted.chain(closed.map(|gap| format!("{} is a known gap no more", gap.class))).collect()
    }

    /// Writes the list anew: what has no gap goes, and what is new has that as its reason.
    pub(crate) fn write(&self) -> Result {
        let listed = self.listed.iter().filter(|gap| gap.n_met > 0);
        let mut lines: Vec<String> =
            listed.map(|gap| format!("{}: {}\n", gap.class, gap.reason)).collect();
        for Class { file, path, .. } in self.unlisted.keys() {
            lines.push(format!("{file}/{ANY} {path}: {NEW}\n"));
        }
        lines.sort();
        lines.dedup();
        fs::write(&self.file, lines.concat()).map_err(|error| format!("skip.txt: {error}"))
    }
}

fn parse(line: &str) -> Option<Gap> {
    // Paths have no `: `, reasons may.
    let (class, reason) = line.split_once(": ")?;
    let (file, rest) = class.split_once('/')?;
    let (how, path) = rest.split_once(' ').unwrap_or((rest, ""));
    let class = Class { file: file.to_owned(), how: how.to_owned(), path: path.to_owned() };
    (!reason.trim().is_empty()).then(|| Gap { class, reason: reason.to_owned(), n_met: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_takes_what_it_names() {
        let class = |file: &str, how: &str, path: &str| Class {
            file: file.to_owned(),
            how: how.to_owned(),
            path: path.to_owned(),
        };
        let takes = |line: &str, class: &Class| parse(line).unwrap().class.takes(class);
        let name = class("pod", "name", "spec.containers.name");
        assert!(takes("pod/name spec.containers.name: why", &name));
        assert!(takes("*/* spec.*: why, with: a colon", &name));
        assert!(!takes("job/name spec.containers.name: why", &name));
        assert!(!takes("pod/name spec.containers: why", &name));
        assert!(takes("pod/type : the object itself", &class("pod", "type", "")));
        assert!(parse("pod/name spec.containers.name: ").is_none());
        assert!(parse("pod/name spec.containers.name").is_none());
    }
}
