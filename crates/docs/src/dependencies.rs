//! The rows of a chart with those of the charts it depends on, below their names.
//!
//! A dependency without a repository is looked for in `charts/`, by its name; one at `file://` in that folder. What others
//! publish is not here, and what `charts/` has in an archive is not read, as in helm-docs. Of a global that several charts
//! have, the outermost and then the first has the row.
//!
//! Source: the public manual of helm-docs 1.14, and the behaviour of its `--document-dependency-values`.

use std::collections::HashSet;

use pintle_chart::Chart;

use crate::DocsError;
use crate::facts::{Facts, Requirement};
use crate::table::{MAX_ROWS, MAX_TABLE_BYTES, Order, Row, sort, unsorted};

/// How deep dependencies may have dependencies: charts at `file://` may depend on each other.
const MAX_DEPTH: usize = 32;

/// The most dependencies of a chart and of those it depends on.
const MAX_DEPENDENCIES: usize = 1_000;

/// A chart's rows with those of its dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllRows {
    /// globals, then the chart's own values, then those of each dependency
    pub rows: Vec<Row>,
    /// which dependencies are left out, and why
    pub left_out: Vec<String>,
}

/// Gives the chart in a folder, if there is one, or why it cannot be read.
pub type Find<'a> = dyn FnMut(&str) -> Result<Option<Chart>, String> + 'a;

/// Reads the rows of a chart's values table as [`rows`](crate::rows) does, and those of its dependencies.
///
/// `find` gives the chart in a folder, named from the folder of `chart`: `charts/web`, `../common`.
///
/// # Errors
///
/// As [`rows`](crate::rows), for each of the charts; dependencies past a limit; what `find` fails with.
pub fn rows_with_dependencies(
    chart: &Chart,
    order: Order,
    find: &mut Find<'_>,
) -> Result<AllRows, DocsError> {
    let mut rows = unsorted(chart)?;
    let mut left_out = Vec::new();
    let mut walk =
        Walk { find, found: Vec::new(), n_rows: rows.len(), n_bytes: 0, left_out: &mut left_out };
    walk.dependencies(&Facts::of(chart)?.dependencies, "", "", 0)?;
    let found = walk.found;
    let mut globals = HashSet::new();
    // Where no dependency is found, a global is a value like others.
    if !found.is_empty() {
        for row in rows.iter_mut().filter(|row| row.key.starts_with("global.")) {
            row.is_global = true;
            globals.insert(row.key.clone());
        }
    }
    for Dependency { prefix, rows: own } in found {
        for mut row in own {
            if row.key == "global" || row.key.starts_with("global.") {
                if !globals.insert(row.key.clone()) {
                    continue;
                }
                row.is_global = true;
            } else {
                row.key = format!("{prefix}.{}", row.key);
            }
            row.dependency.clone_from(&prefix);
            rows.push(row);
        }
    }
    sort(&mut rows, order);
    Ok(AllRows { rows, left_out })
}

/// A dependency that was found.
struct Dependency {
    /// its name, behind those of the charts between
    prefix: String,
    rows: Vec<Row>,
}

struct Walk<'a, 'f> {
    find: &'a mut Find<'f>,
    found: Vec<Dependency>,
    n_rows: usize,
    n_bytes: usize,
    left_out: &'a mut Vec<String>,
}

impl Walk<'_, '_> {
    /// Finds the dependencies of the chart in a folder, each followed by its own.
    fn dependencies(
        &mut self,
        dependencies: &[Requirement],
        folder: &str,
        prefix: &str,
        depth: usize,
    ) -> Result<(), DocsError> {
        if depth > MAX_DEPTH && !dependencies.is_empty() {
            return Err(limit("nesting of dependencies", MAX_DEPTH));
        }
        for one in dependencies {
            let name = &one.name;
            let place = match one.repository.strip_prefix("file://") {
                Some(place) => join(folder, place),
                None if one.repository.is_empty() => join(folder, &format!("charts/{name}")),
                None => {
                    self.left_out.push(format!(
                        "the values of {prefix}{name} are left out: it is not of this folder, but of {}",
                        one.repository
                    ));
                    continue;
                }
            };
            let Some(chart) = (self.find)(&place).map_err(DocsError::Dependency)? else {
                let text =
                    format!("the values of {prefix}{name} are left out: no chart is in {place}");
                self.left_out.push(text);
                continue;
            };
            if self.found.len() >= MAX_DEPENDENCIES {
                return Err(limit("number of dependencies", MAX_DEPENDENCIES));
            }
            let alias = if one.alias.is_empty() { name } else { &one.alias };
            let prefix = format!("{prefix}{alias}");
            let rows = unsorted(&chart).map_err(|error| error.within(&place))?;
            let bytes_of = |row: &Row| row.key.len() + row.default.len() + row.description.len();
            self.n_rows += rows.len();
            self.n_bytes += rows.iter().map(bytes_of).sum::<usize>();
            if self.n_rows > MAX_ROWS {
                return Err(limit("rows of the table", MAX_ROWS));
            }
            if self.n_bytes > MAX_TABLE_BYTES {
                return Err(limit("size of the table", MAX_TABLE_BYTES));
            }
            self.found.push(Dependency { prefix: prefix.clone(), rows });
            let inner = Facts::of(&chart).map_err(|error| error.within(&place))?.dependencies;
            self.dependencies(&inner, &place, &format!("{prefix}."), depth + 1)?;
        }
        Ok(())
    }
}

fn limit(limit: &'static str, maximum: usize) -> DocsError {
    DocsError::Limit { limit, maximum }
}

/// Puts a path behind a folder, without `.` and with each `..` taken back.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_chart::File;

    #[test]
    fn paths_are_joined_as_folders_are_walked() {
        assert_eq!(join("", "charts/web"), "charts/web");
        assert_eq!(join("charts/web", "../../../common/"), "../common");
        assert_eq!(join("..", "../a/./b"), "../../a/b");
        assert_eq!(join("a", "/tmp"), "a/tmp");
    }

    #[test]
    fn charts_that_depend_on_each_other_end() {
        let again = || {
            let text = "apiVersion: v2\nname: a\nversion: 0.1.0\ndependencies: [{name: a, version: 1.0.0, repository: 'file://.'}]\n";
            Chart::from_files(vec![File::new("Chart.yaml", text)]).unwrap()
        };
        let mut find = |_: &str| Ok(Some(again()));
        let error = rows_with_dependencies(&again(), Order::Key, &mut find).unwrap_err();
        assert!(error.to_string().contains("nesting of dependencies exceeded"), "{error}");
    }
}
