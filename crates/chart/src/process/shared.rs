//! The lists of dependencies that copies of a chart share in Helm 3.
//!
//! A chart that is carried under several aliases is copied for each, but not the entries of its own list: what one copy
//! renames or switches, all have renamed and switched. So the second copy looks for its charts under the aliases they were
//! given in the first, does not find them, and keeps them under their own names, without a switch.
//!
//! Source: `getAliasDependency`, `processDependencyEnabled` and `processImportValues` in `pkg/chartutil/dependencies.go`, Helm v3.

use std::collections::BTreeMap;

use crate::{Chart, Dependency, stack};

/// Where a chart stood before anything was copied: the place of each chart within its carrier, from the outermost one on.
type Origin = Vec<usize>;

/// What was done to an entry.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    is_renamed: bool,
    is_enabled: bool,
    /// how many copies have imported by it
    n_imports: usize,
}

/// The entries of all lists.
#[derive(Debug, Default)]
pub(super) struct SharedLists {
    entries: BTreeMap<Origin, Vec<Entry>>,
}

/// What a chart and those it carries were copied from.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// where the chart stood
    pub(super) origin: Origin,
    /// the place of each entry that is left in the list it was copied from
    pub(super) entries: Vec<usize>,
    /// the charts that are left
    pub(super) carried: Vec<Copied>,
}

impl SharedLists {
    /// Gives entries the names that another copy of the chart gave them, and notes that they will have them.
    pub(super) fn rename(&mut self, origin: &Origin, requests: &mut [Dependency]) {
        let entries = self.entries.entry(origin.clone()).or_default();
        entries.resize(requests.len(), Entry::default());
        for (entry, request) in entries.iter_mut().zip(requests) {
            if entry.is_renamed && !request.alias.is_empty() {
                request.name.clone_from(&request.alias);
            }
            entry.is_renamed = true;
        }
    }

    /// Notes how entries were switched.
    pub(super) fn switch(&mut self, origin: &Origin, requests: &[Dependency]) {
        let entries = self.entries.get_mut(origin).into_iter().flatten();
        for (entry, request) in entries.zip(requests) {
            entry.is_enabled = request.enabled;
        }
    }

    /// Takes from entries what another copy has imported already. Helm writes imports out in a form that it does not read.
    pub(super) fn import(&mut self, copied: &Copied, requests: &mut [Dependency]) {
        let Some(entries) = self.entries.get_mut(&copied.origin) else { return };
        for (request, entry) in requests.iter_mut().zip(&copied.entries) {
            let Some(entry) = entries.get_mut(*entry) else { continue };
            if entry.n_imports > 0 {
                request.import_values.clear();
            }
            entry.n_imports += 1;
        }
    }

    /// Leaves the entries of every copy as the last one left them.
    pub(super) fn write_back(&self, chart: &mut Chart, copied: &Copied) {
        if let Some(entries) = self.entries.get(&copied.origin) {
            for (request, entry) in chart.metadata.dependencies.iter_mut().zip(&copied.entries) {
                let Some(entry) = entries.get(*entry) else { continue };
                request.enabled = entry.is_enabled;
                if entry.n_imports > 1 {
                    request.import_values.clear();
                }
            }
        }
        for (chart, copied) in chart.dependencies.iter_mut().zip(&copied.carried) {
            stack::with_room(|| self.write_back(chart, copied));
        }
    }
}
