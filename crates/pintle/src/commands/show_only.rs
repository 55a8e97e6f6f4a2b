//! `--show-only`: what some templates made, out of all that was rendered.
//!
//! Source: the end of `newTemplateCmd` in `pkg/cmd/template.go`, Helm v4.

use pintle_chart::ignore::Pattern;
use pintle_engine::Profile;
use pintle_manifest::split;

use crate::print::Failure;

/// Picks the documents of the given templates, in the order they are asked for.
///
/// A template is named by its path without the chart's name, in which `*`, `?` and `[…]` stand for others.
///
/// # Errors
///
/// A name that fits no document.
pub(super) fn pick(text: &str, templates: &[String], profile: &Profile) -> Result<String, Failure> {
    let documents = split(text, profile.manifests.split);
    let mut picked = String::new();
    for template in templates {
        let pattern = Pattern::parse(template).ok();
        let mut found = false;
        for document in &documents {
            let Some(path) = source(document.text) else { continue };
            // A pattern that cannot be read fits nothing, as Helm passes its error over.
            if pattern.as_ref().is_some_and(|pattern| pattern.matches(path)) {
                found = true;
                for part in ["---\n", document.text, "\n"] {
                    picked.push_str(part);
                }
            }
        }
        if !found {
            return Err(Failure(format!("could not find template {template} in chart")));
        }
    }
    Ok(picked)
}

/// Gives the path of the template a document says it came from, without the chart's name.
fn source(document: &str) -> Option<&str> {
    document.match_indices("# Source: ").find_map(|(at, words)| {
        let line = document[at + words.len()..].split('\n').next()?;
        let (chart, path) = line.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}
