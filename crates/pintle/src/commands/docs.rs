//! `docs`: the README of a chart from its values and the comments beside them.

use std::path::{Path, PathBuf};

use pintle_chart::Chart;
use pintle_docs::{
    BadgeStyle, DEFAULT_PAGE, DocsError, Order, Place, Readme, Row, TEMPLATE_FILE, difference,
    helm_docs_page, page,
};

use super::docs_rows;
use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::chart_source::{self, Located, any_version};
use crate::print::{Failure, Output};
use crate::whole_file;

/// The file in a chart that the page is written to.
const README: &str = "README.md";

pub(super) const COMMAND: Command = Command {
    name: "docs",
    arguments: "CHART...",
    short: "write the README of charts",
    long: "Writes the README of charts: a page about Chart.yaml, and a table of the values with what comments in values.yaml \
           say of them, as helm-docs reads these.\n\n\
           A chart with a README.md.gotmpl has its page made by it. In any other README only the part between the lines \
           <!-- pintle docs --> and <!-- end --> is replaced; where there are other words around it, it is the table alone. \
           What would not change is not written.",
    count: Count::AtLeast(1),
    flags: &[flags::DOCS_FLAGS],
    exclusive: &[
        &[&flags::DOCS_CHECK, &flags::DOCS_DRY_RUN],
        &[&flags::DOCS_DRY_RUN, &flags::DOCS_OUTPUT],
        &[&flags::DOCS_PAGE, &flags::DOCS_TEMPLATE],
    ],
    run: Some(run),
    is_ours: true,
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let given = |flag| args.text(flag).filter(|name| !name.is_empty());
    if args.positional.len() > 1 && given(&flags::DOCS_OUTPUT).is_some() {
        return Err(Failure("--output takes one chart".to_owned()));
    }
    let page = match (given(&flags::DOCS_PAGE), args.texts(&flags::DOCS_TEMPLATE)) {
        (Some(name), _) => Some(Page::Ours(name.to_owned(), whole_file::read(Path::new(name))?)),
        (None, []) => None,
        (None, names) => {
            let texts = names.iter().map(|name| whole_file::read(Path::new(name)));
            Some(Page::HelmDocs(texts.collect::<Result<String, _>>()?))
        }
    };
    let order = match given(&flags::DOCS_SORT) {
        None | Some("key" | "alphanum") => Order::Key,
        Some("file") => Order::File,
        Some(other) => {
            return Err(Failure(format!("--sort {other} is unknown: there are key and file")));
        }
    };
    let mut stale: Vec<String> = Vec::new();
    for reference in &args.positional {
        let located = chart_source::locate(reference, args, true)?;
        let chart = located.load(any_version(&call.profile))?;
        let folder = folder(&located);
        let page = match &page {
            Some(page) => page.clone(),
            None => page_of(&chart, folder)?,
        };
        let name = reference.trim().trim_end_matches('/');
        let rows = docs_rows::read(name, &chart, folder, order, args, output)?;
        let target = match given(&flags::DOCS_OUTPUT) {
            Some(name) => (name != "-").then(|| PathBuf::from(name)),
            None if args.is_on(&flags::DOCS_DRY_RUN) => None,
            None => Some(folder.map(|folder| folder.join(README)).ok_or_else(|| {
                Failure(format!("{} is no folder: use --output", located.display()))
            })?),
        };
        let Some(target) = target else {
            output.print(page.make(&chart, &rows, Place::Whole, args)?);
            continue;
        };
        // As it was named, so that the place in a message can be opened.
        let name = match given(&flags::DOCS_OUTPUT) {
            Some(name) => name.to_owned(),
            None => Path::new(reference.trim()).join(README).display().to_string(),
        };
        let old = whole_file::read_old(&target)?;
        let new = write_into(&name, old.as_deref(), &page, &chart, &rows, args)?;
        if old.as_ref() == Some(&new) {
            continue;
        }
        if args.is_on(&flags::DOCS_CHECK) {
            output.print(difference(&name, old.as_deref().unwrap_or_default(), &new));
            stale.push(name);
        } else {
            whole_file::write(&target, &new)?;
        }
    }
    match stale.as_slice() {
        [] => Ok(()),
        names => Err(Failure(format!("not up to date: {}", names.join(", ")))),
    }
}

/// A template, and its language.
#[derive(Debug, Clone)]
enum Page {
    /// its file, for messages
    Ours(String, String),
    HelmDocs(String),
}

impl Page {
    fn make(
        &self,
        chart: &Chart,
        rows: &[Row],
        place: Place,
        args: &Args,
    ) -> Result<String, Failure> {
        let badges = args.text(&flags::DOCS_BADGES).map(BadgeStyle::new).transpose()?;
        let badges = &badges.unwrap_or_default();
        Ok(match self {
            Self::Ours(name, template) => {
                page(chart, rows, template, badges, place).map_err(|error| match error {
                    DocsError::Template(text) => Failure(format!("{name}: {text}")),
                    other => other.into(),
                })?
            }
            Self::HelmDocs(template) => {
                helm_docs_page(chart, rows, template, badges, super::world(args))?
            }
        })
    }
}

/// Gives the text of a README with its part, or all of it, made anew.
fn write_into(
    name: &str,
    old: Option<&str>,
    page: &Page,
    chart: &Chart,
    rows: &[Row],
    args: &Args,
) -> Result<String, Failure> {
    if matches!(page, Page::HelmDocs(_)) {
        return page.make(chart, rows, Place::Whole, args);
    }
    let readme = match old {
        None | Some("") => Readme::empty(),
        Some(text) => match Readme::read(name, text) {
            Err(_) if args.is_on(&flags::DOCS_OVERWRITE) => Readme::empty(),
            readme => readme?,
        },
    };
    Ok(readme.with(&page.make(chart, rows, readme.place(), args)?))
}

/// Gives the template that a chart brings, or ours. `.helmignore` often hides it from a loaded chart.
fn page_of(chart: &Chart, folder: Option<&Path>) -> Result<Page, Failure> {
    let text = match folder {
        Some(folder) => whole_file::read_if_there(&folder.join(TEMPLATE_FILE))?,
        None => chart.raw_file(TEMPLATE_FILE).map(|file| file.text().into_owned()),
    };
    Ok(text.map_or_else(|| Page::Ours(String::new(), DEFAULT_PAGE.to_owned()), Page::HelmDocs))
}

fn folder(located: &Located) -> Option<&Path> {
    match located {
        Located::Path(path) => Some(path.as_path()).filter(|path| path.is_dir()),
        Located::Embedded(_) => None,
    }
}
