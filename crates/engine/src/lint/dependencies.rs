//! Rules on the charts a chart carries, and those it asks for.
//!
//! Source: `rules/dependencies.go`.

use pintle_chart::Chart;

use super::Linter;
use super::Severity::{Error, Warning};

impl Linter<'_> {
    pub(super) fn dependencies(&mut self) {
        let chart = match self.load() {
            Ok(chart) => chart,
            Err(error) => {
                self.rule(Error, "", Err(format!("unable to load chart\n\t{error}")));
                return;
            }
        };
        let path = self.folder.path.clone();
        self.rule(Error, &path, asked_for(&chart));
        self.rule(Error, &path, unique(&chart));
        self.rule(Warning, &path, carried(&chart));
    }
}

fn report(words: &str, names: &[&str]) -> Result<(), String> {
    if names.is_empty() { Ok(()) } else { Err(format!("{words}: {}", names.join(","))) }
}

fn asked_for(chart: &Chart) -> Result<(), String> {
    let asked = &chart.metadata.dependencies;
    let carried = chart.dependencies.iter().map(Chart::name);
    let missing: Vec<&str> =
        carried.filter(|name| asked.iter().all(|asked| asked.name != *name)).collect();
    report("chart metadata is missing these dependencies", &missing)
}

fn unique(chart: &Chart) -> Result<(), String> {
    let mut names: Vec<&str> = Vec::new();
    let mut twice = Vec::new();
    for asked in &chart.metadata.dependencies {
        let name = if asked.alias.is_empty() { &asked.name } else { &asked.alias };
        if names.contains(&name.as_str()) {
            twice.push(name.as_str());
        }
        names.push(name);
    }
    report("multiple dependencies with name or alias", &twice)
}

fn carried(chart: &Chart) -> Result<(), String> {
    let asked = chart.metadata.dependencies.iter().map(|asked| asked.name.as_str());
    let missing: Vec<&str> = asked.filter(|name| chart.dependency(name).is_none()).collect();
    report("chart directory is missing these dependencies", &missing)
}
