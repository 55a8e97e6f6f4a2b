//! The page of a chart that brings a `README.md.gotmpl`: run by our own engine, with the names and data helm-docs gives.
//!
//! The named templates are ours; what they write is what those of helm-docs write, blank for blank. Two of Sprig's functions are
//! missing, `env` and `expandenv`: a page is the same wherever it is made.

use std::sync::Arc;

use pintle_chart::Chart;
use pintle_engine::{World, execute_page_template, files_value};
use pintle_gotmpl::{List, Value};

use crate::facts::Facts;
use crate::page::tidy;
use crate::{BadgeStyle, DocsError, Row, sections};

/// The file in a chart that asks for such a page.
pub const TEMPLATE_FILE: &str = "README.md.gotmpl";

/// The release of helm-docs that is matched: what `helm-docs.version` says.
const HELM_DOCS_VERSION: &str = "1.14.2";

/// The templates a page can call, with a word for the style of badges.
const NAMED: &str = include_str!("pages/helm-docs.gotmpl");

/// Makes the page of a chart from its rows by a template for helm-docs.
///
/// # Errors
///
/// A `Chart.yaml` that is no YAML, and what Go says of a template that does not parse, or fails.
pub fn helm_docs_page(
    chart: &Chart,
    rows: &[Row],
    template: &str,
    badges: &BadgeStyle,
    world: Arc<dyn World>,
) -> Result<String, DocsError> {
    // OK because a style is a word, of which a template makes nothing else.
    let named = NAMED.replace("BADGE_STYLE", &badges.to_string());
    let data = data(chart, &Facts::of(chart)?, rows);
    execute_page_template(TEMPLATE_FILE, &[&named, template], &data, world)
        .map(|text| tidy(&text))
        .map_err(DocsError::Template)
}

fn data(chart: &Chart, facts: &Facts, rows: &[Row]) -> Value {
    let text = |text: &str| Value::string(text);
    let maintainers = facts.maintainers.iter().map(|one| {
        Value::map([
            ("Name", text(&one.name)),
            ("Email", text(&one.email)),
            ("Url", text(&one.url)),
        ])
    });
    let dependencies = facts.dependencies.iter().map(|one| {
        Value::map([
            ("Name", text(&one.name)),
            ("Version", text(&one.version)),
            ("Repository", text(&one.repository)),
            ("Alias", text(&one.alias)),
        ])
    });
    let mut sections = sections(rows);
    let others = sections.pop();
    Value::map([
        ("ApiVersion", text(&facts.api_version)),
        ("AppVersion", text(&facts.app_version)),
        ("KubeVersion", text(&facts.kube_version)),
        ("Name", text(&facts.name)),
        ("Deprecated", Value::from(facts.deprecated)),
        ("Description", text(&facts.description)),
        ("Version", text(&facts.version)),
        ("Home", text(&facts.home)),
        ("Type", text(&facts.chart_type)),
        ("Engine", text(&facts.engine)),
        ("Sources", List::strings(facts.sources.iter().map(String::as_str)).into()),
        ("Maintainers", Value::list(maintainers.collect::<Vec<_>>())),
        ("Dependencies", Value::list(dependencies.collect::<Vec<_>>())),
        ("HelmDocsVersion", text(HELM_DOCS_VERSION)),
        ("SkipVersionFooter", Value::from(false)),
        ("Values", Value::list(rows.iter().map(row).collect::<Vec<_>>())),
        (
            "Sections",
            Value::map([
                ("DefaultSection", section(others.as_ref())),
                (
                    "Sections",
                    Value::list(sections.iter().map(|one| section(Some(one))).collect::<Vec<_>>()),
                ),
            ]),
        ),
        ("Files", files_value(&chart.raw)),
    ])
}

fn section(section: Option<&crate::Section<'_>>) -> Value {
    let rows = section.map(|section| section.rows.as_slice()).unwrap_or_default();
    Value::map([
        ("SectionName", Value::string(section.map_or("", |section| section.name))),
        ("SectionItems", Value::list(rows.iter().map(|one| row(one)).collect::<Vec<_>>())),
    ])
}

fn row(row: &Row) -> Value {
    let text = |text: &str| Value::string(text);
    let number = |n: usize| Value::int(i64::try_from(n).unwrap_or(i64::MAX));
    Value::map([
        ("Key", text(&row.key)),
        ("Type", text(&row.value_type)),
        ("NotationType", text(&row.notation)),
        ("AutoDefault", text(&row.auto_default)),
        ("Default", text(&row.default)),
        ("AutoDescription", text(&row.auto_description)),
        ("Description", text(&row.description)),
        ("Section", text(&row.section)),
        ("Column", number(row.column)),
        ("LineNumber", number(row.line)),
        ("Dependency", text(&row.dependency)),
        ("IsGlobal", Value::from(row.is_global)),
    ])
}
