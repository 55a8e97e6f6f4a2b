//! One side of a comparison: a chart that is rendered, or manifests that were.

use std::borrow::Cow;
use std::fs;
use std::sync::Arc;

use pintle::Still;
use pintle_engine::{
    Capabilities, Guards, Release, Rendered, Renderer, Report, SchemaCheck, Settings,
};
use pintle_manifest::Hook;
use pintle_manifest::diff::Document;

use crate::args::{Args, flags};
use crate::call::Call;
use crate::commands::template_report::{failure_of, say};
use crate::commands::validate;
use crate::prepare::{self, Prepared};
use crate::print::{Failure, Output};
use crate::user_values::go_words;
use crate::validation::files;
use crate::whole_file::{self, NOT_TEXT};
use crate::{environment, explain};

/// What is compared.
#[derive(Debug)]
pub(super) enum Side {
    /// a chart, rendered
    Chart(Rendered),
    /// files of manifests, by path
    Files(Vec<(String, String)>),
}

/// The name of a release that was not given any.
const DEFAULT_NAME: &str = "release-name";

impl Side {
    /// Reads what the command line calls `reference`.
    ///
    /// # Errors
    ///
    /// A chart that cannot be rendered, or a file that cannot be read.
    pub(super) fn read(call: &Call, reference: &str, output: &mut Output) -> Result<Self, Failure> {
        let is_there = reference == files::STANDARD_INPUT || fs::metadata(reference).is_ok();
        if !is_there && !reference.starts_with('@') && !reference.contains("://") {
            return Err(Failure(format!("{reference}: no such chart, file or folder")));
        }
        if validate::is_chart(reference) || !is_there {
            return render(call, reference, output).map(Self::Chart);
        }
        let mut paths = Vec::new();
        files::list(reference, &[], &mut paths)?;
        let read = |path: String| text(&path).map(|text| (path, text));
        Ok(Self::Files(paths.into_iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Gives the documents.
    pub(super) fn documents(&self, args: &Args) -> Vec<Document<'_>> {
        match self {
            Self::Files(files) => {
                files.iter().flat_map(|(path, text)| Document::of_file(path, text)).collect()
            }
            Self::Chart(rendered) => {
                let keep = |hook: &&Hook| {
                    let is_left_out = args.is_on(&flags::NO_HOOKS)
                        || args.is_on(&flags::SKIP_TESTS) && hook.is_test();
                    !is_left_out
                };
                let manifests = rendered.objects.manifests.iter();
                let hooks = rendered.objects.hooks.iter().filter(keep).map(|hook| &hook.object);
                let mut documents: Vec<Document<'_>> =
                    manifests.chain(hooks).map(Document::of_object).collect();
                if args.is_on(&flags::INCLUDE_CRDS) {
                    for (path, file) in &rendered.crds {
                        // A definition that is no text is not one that a cluster takes.
                        if let Cow::Borrowed(text) = file.text() {
                            documents.extend(Document::of_file(path, text));
                        }
                    }
                }
                documents
            }
        }
    }
}

/// Renders a chart in a world that stands still.
fn render(call: &Call, reference: &str, output: &mut Output) -> Result<Rendered, Failure> {
    let Call { args, profile, .. } = call;
    let name =
        args.text(&flags::DIFF_RELEASE).filter(|name| !name.is_empty()).unwrap_or(DEFAULT_NAME);
    prepare::check_release_name(name, profile, output)?;
    let kube_version = crate::commands::kube_version(args, profile)?;
    let capabilities = Capabilities::new(kube_version, args.texts(&flags::API_VERSIONS));
    let release = Release::new(name);
    let prepared = prepare::gather(call, reference.to_owned(), release, output)?;
    profile.load.check_renderable(&prepared.chart).map_err(|error| Failure(error.text()))?;
    let Prepared { chart, path, given, release } = prepared;
    let mut release = release.namespace(environment::namespace(args));
    release.is_upgrade = args.is_on(&flags::IS_UPGRADE);
    let skip_schema = args.is_on(&flags::SKIP_SCHEMA_VALIDATION);
    let settings = Settings {
        profile: *profile,
        capabilities,
        world: Arc::new(Still::new(args.unsigned(&flags::SEED).unwrap_or_default())),
        schema: if skip_schema { SchemaCheck::Skipped } else { SchemaCheck::Checked },
        guards: Guards::Stop,
    };
    let renderer = Renderer::new(chart, settings);
    let mut report = Report::default();
    let result = renderer.render_reporting(&given.values, &release, &mut report);
    say(&report, profile, output);
    result.map_err(|error| {
        let explained = explain::are_wanted(args, call.is_ours())
            .then(|| explain::failure(call, &error, (&renderer, &release), &path, &given, output))
            .flatten();
        explained.unwrap_or_else(|| failure_of(&error, profile, output))
    })
}

/// Reads a file of manifests, or standard input.
fn text(path: &str) -> Result<String, Failure> {
    let bytes =
        files::read(path).map_err(|error| Failure(format!("{path}: {}", go_words(&error))))?;
    let mut text = whole_file::text_of(path, bytes)
        .map_err(|place| Failure(format!("{place}: {NOT_TEXT}")))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}
