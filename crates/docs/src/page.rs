//! The page of a chart: a `minijinja` template, ours unless the user brings one.
//!
//! A template sees `name`, `version`, `app_version`, `kube_version`, `type`, `description`, `home`, `deprecated`, `sources`,
//! `maintainers` (`name`, `email`, `url`), `dependencies` (`name`, `alias`, `version`, `repository`), `rows` and `sections`
//! (`name`, `rows`); a row has `key`, `type`, `default`, `description`, `section`, `notation` and `line`. `is_part` is true where
//! the README has words of its own around the page: ours is the values table alone there.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use pintle_chart::Chart;

use crate::facts::Facts;
use crate::{BadgeStyle, DocsError, Row, sections};

/// The page of a chart whose user brings none.
pub const DEFAULT_PAGE: &str = include_str!("pages/default.md.jinja");

/// The most steps of a page: a row of ours takes about thirty.
const MAX_FUEL: u64 = 50_000_000;

/// Where a page will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// in a file of its own
    Whole,
    /// between words that were written by hand
    Part,
}

/// Makes the page of a chart from its rows; it ends in one line break.
///
/// # Errors
///
/// A `Chart.yaml` that is no YAML, and what `minijinja` says of a template.
pub fn page(
    chart: &Chart,
    rows: &[Row],
    template: &str,
    badges: &BadgeStyle,
    place: Place,
) -> Result<String, DocsError> {
    let facts = Facts::of(chart)?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line with nothing but a block on it leaves nothing behind.
    let syntax = SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(|error| DocsError::Template(words(&error)))?;
    environment.set_syntax(syntax);
    environment.set_fuel(Some(MAX_FUEL));
    environment
        .add_template("page", template)
        .and_then(|()| {
            environment.get_template("page")?.render(context(&facts, rows, badges, place))
        })
        .map(|text| tidy(&text).trim_end_matches('\n').to_owned() + "\n")
        .map_err(|error| DocsError::Template(words(&error)))
}

/// Takes a blank away from the ends of lines, and empty lines that follow another, as helm-docs does.
///
/// One blank only: two make a line break in Markdown.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.replace(" \n", "\n");
    let mut tidy = String::with_capacity(text.len());
    let mut n_breaks = 0;
    for c in text.chars() {
        n_breaks = if c == '\n' { n_breaks + 1 } else { 0 };
        if n_breaks <= 2 {
            tidy.push(c);
        }
    }
    tidy
}

/// Says what is wrong with a template, and where.
fn words(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let text = match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => format!("more than {MAX_FUEL} steps"),
        (kind, None) => kind.to_string(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
    };
    format!("{line}{text}")
}

fn context(facts: &Facts, rows: &[Row], badges: &BadgeStyle, place: Place) -> Value {
    let maintainers = facts.maintainers.iter().map(|one| {
        map([
            ("name", Value::from(one.name.as_str())),
            ("email", Value::from(one.email.as_str())),
            ("url", Value::from(one.url.as_str())),
        ])
    });
    let dependencies = facts.dependencies.iter().map(|one| {
        map([
            ("name", Value::from(one.name.as_str())),
            ("alias", Value::from(one.alias.as_str())),
            ("version", Value::from(one.version.as_str())),
            ("repository", Value::from(one.repository.as_str())),
        ])
    });
    let sections = sections(rows).into_iter().map(|section| {
        let rows = section.rows.into_iter().map(row);
        map([("name", Value::from(section.name)), ("rows", rows.collect::<Vec<_>>().into())])
    });
    map([
        ("api_version", Value::from(facts.api_version.as_str())),
        ("app_version", Value::from(facts.app_version.as_str())),
        ("kube_version", Value::from(facts.kube_version.as_str())),
        ("name", Value::from(facts.name.as_str())),
        ("deprecated", Value::from(facts.deprecated)),
        ("description", Value::from(facts.description.as_str())),
        ("version", Value::from(facts.version.as_str())),
        ("home", Value::from(facts.home.as_str())),
        ("type", Value::from(facts.chart_type.as_str())),
        ("sources", facts.sources.iter().map(|url| Value::from(url.as_str())).collect()),
        ("maintainers", maintainers.collect()),
        ("dependencies", dependencies.collect()),
        ("rows", rows.iter().map(row).collect()),
        ("sections", sections.collect()),
        ("badge_style", Value::from(badges.to_string())),
        ("is_part", Value::from(place == Place::Part)),
    ])
}

fn row(row: &Row) -> Value {
    map([
        ("key", Value::from(row.key.as_str())),
        ("type", Value::from(row.value_type.as_str())),
        ("default", Value::from(row.shown_default())),
        ("description", Value::from(row.shown_description())),
        ("section", Value::from(row.section.as_str())),
        ("notation", Value::from(row.notation.as_str())),
        ("line", Value::from(row.line)),
        ("dependency", Value::from(row.dependency.as_str())),
        ("is_global", Value::from(row.is_global)),
    ])
}

fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::from(BTreeMap::from(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_blank_and_further_empty_lines_go() {
        assert_eq!(tidy("a \nb  \n\n\n\nc\n\n"), "a\nb \n\nc\n\n");
    }
}
