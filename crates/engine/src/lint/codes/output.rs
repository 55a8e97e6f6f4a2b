//! `duplicate-key` in what templates render to.
//!
//! Where the lines of output come from is not known; the place is the last line of the template with that key, if
//! there is one, or else its first line.

use std::collections::BTreeMap;

use pintle_chart::Chart;
use pintle_chart::load::Documents;

use super::Whose;
use super::desk::{Desk, Kind};
use super::keys::{duplicates, shown};
use super::table::DUPLICATE_KEY;

/// Looks through what the chart's own templates rendered to, by their paths.
pub(super) fn check<'a>(
    desk: &mut Desk<'a>,
    chart: &'a Chart,
    rendered: &BTreeMap<String, String>,
) {
    for template in &chart.templates {
        let is_yaml = [".yaml", ".yml"].iter().any(|ending| template.name.ends_with(ending));
        let Some(output) = rendered.get(&format!("{}/{}", chart.name(), template.name)) else {
            continue;
        };
        if !is_yaml {
            continue;
        }
        let mut found = Vec::new();
        let mut sheet = Desk::default();
        let Some(paper) =
            sheet.add(&template.name, Whose::Chart, Kind::Yaml(Documents::All), output.as_bytes())
        else {
            continue;
        };
        for (_, tree) in sheet.documents(paper).iter() {
            if let Some(root) = tree.root() {
                duplicates(root, |key, _| found.push(key.to_owned()));
            }
        }
        found.sort();
        found.dedup();
        let paper =
            if found.is_empty() { None } else { desk.template(&template.name, &template.data) };
        for key in found {
            let Some(paper) = paper else { continue };
            let offset = last_line_of(desk.papers[paper].text, &key);
            let message =
                format!("`{}` stands twice in one map of what this renders to", shown(&key));
            desk.note(&DUPLICATE_KEY, paper, offset, message);
        }
    }
}

/// Finds where a key is written for the last time at the start of a line, or of an item.
fn last_line_of(text: &str, key: &str) -> usize {
    let mut offset = 0;
    let mut found = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '-']);
        let name = bare.trim_start_matches(['"', '\'']);
        let behind = name.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']));
        if behind.is_some_and(|rest| rest.starts_with(':')) {
            found = offset + line.len() - bare.len();
        }
        offset += line.len();
    }
    found
}
