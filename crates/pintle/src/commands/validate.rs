//! `validate`: whether a cluster would take objects, without one.

use std::path::Path;

use pintle_chart::go::regex::Regex;
use pintle_engine::{
    Capabilities, Guards, KubeVersion, Profile, Release, Rendered, Renderer, SchemaCheck, Settings,
};
use pintle_manifest::validate::{CODES, Code, Definitions, Minor, Severity, Validator};

use super::template_report::failure_of;
use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::embedded;
use crate::environment;
use crate::explain::lines::Subject;
use crate::prepare::{self, Prepared};
use crate::print::{Failure, Output};
use crate::user_values::Given;
use crate::validation::report::{Format, Report};
use crate::validation::{Choice, Judged, files, judge_rendered};

pub(super) const COMMAND: Command = Command {
    name: "validate",
    arguments: "PATH...",
    short: "check objects as an API server would, without one",
    long: "Judges objects by the types and rules of a version of Kubernetes and prints what a cluster would refuse: \
           unknown fields, wrong types, broken names, ports, selectors, quantities, and much else.\n\n\
           PATH is a file of manifests, a folder of them, - for standard input, or a chart: a folder with a \
           Chart.yaml, an archive, or @NAME for a chart that this program carries. A chart is rendered first, with the \
           values that are given.",
    count: Count::Any,
    flags: &[
        flags::VALIDATE_FLAGS,
        &[&flags::ALLOW, &flags::LIST_CODES, &flags::STRICT],
        flags::VALUE_FLAGS,
        flags::COMPOSE_FLAGS,
        &[&flags::KUBE_VERSION, &flags::API_VERSIONS, &flags::SKIP_SCHEMA_VALIDATION],
    ],
    alone: &[&flags::LIST_CODES],
    run: Some(run),
    is_ours: true,
    ..Command::EMPTY
};

/// The name of the release that a chart is rendered for.
const RELEASE_NAME: &str = "release-name";

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    if args.is_on(&flags::LIST_CODES) {
        output.print(list_of_codes());
        return Ok(());
    }
    let format = Format::by_name(args.text(&flags::VALIDATE_OUTPUT).unwrap_or_default())?;
    let choice = choice(args)?;
    let version = super::kube_version(args, profile)?;
    let minor = minor(&version, output);
    let ignored = patterns(args)?;
    let mut definitions = Definitions::default();
    for path in args.texts(&flags::SCHEMA) {
        files::read_definitions(path, &mut definitions)?;
    }
    if args.positional.is_empty() {
        return Err(Failure(
            "nothing to validate: name files, folders or charts, or - for standard input"
                .to_owned(),
        ));
    }
    let mut files = Vec::new();
    let mut charts = Vec::new();
    for path in &args.positional {
        if is_chart(path) {
            charts.push(RenderedChart::of(call, path, &version, output)?);
        } else {
            let n_before = files.len();
            files::list(path, &ignored, &mut files)?;
            if files.len() == n_before {
                output.complain(&format!(
                    "{path}: there is no manifest in this folder: their names end in {}",
                    files::ENDINGS.join(", ")
                ));
            }
        }
    }
    let files = files::read_all(files, &mut definitions);
    for chart in &charts {
        read_definitions_of(&chart.rendered, &mut definitions);
    }
    let validator = Validator::new(minor).with_definitions(definitions);
    let judge = |chart: &RenderedChart| {
        judge_rendered(call, chart.subject(), &chart.rendered, &validator, &choice)
    };
    let mut judged: Vec<Judged> = charts.iter().flat_map(judge).collect();
    judged.extend(files::judge(&files, &validator, &choice));
    let report = Report {
        judged,
        is_verbose: args.is_on(&flags::VERBOSE),
        has_summary: args.is_on(&flags::SUMMARY),
    };
    output.print_whole(report.write(format));
    report.failure().map_or(Ok(()), Err)
}

/// Gives what is left out, and what counts.
fn choice(args: &Args) -> Result<Choice, Failure> {
    let find = |name: &String| {
        let found = CODES.iter().copied().find(|code| code.name == name.trim());
        found.ok_or_else(|| {
            Failure(format!(
                "--allow {name} is unknown: `pintle validate --list-codes` lists the codes there are"
            ))
        })
    };
    let allowed: Result<Vec<&'static Code>, Failure> =
        args.texts(&flags::ALLOW).iter().map(find).collect();
    Ok(Choice {
        skipped: args.texts(&flags::SKIP).to_vec(),
        allowed: allowed?,
        is_strict: args.is_on(&flags::STRICT),
    })
}

/// Gives the version whose rules count; says so if that is another than was asked for.
fn minor(version: &KubeVersion, output: &mut Output) -> Minor {
    let asked = version.minor.parse().unwrap_or(u32::MAX);
    let near = Minor::near(asked);
    if near.number() != asked || version.major != "1" {
        output.complain(&format!(
            "the rules of Kubernetes {} are not known: those of 1.{} are taken",
            version.normalized.trim_start_matches('v'),
            near.number()
        ));
    }
    near
}

fn patterns(args: &Args) -> Result<Vec<Regex>, Failure> {
    let read = |pattern: &String| {
        Regex::new(pattern.as_bytes())
            .map_err(|error| Failure(format!("--ignore-filename-pattern {pattern}: {error}")))
    };
    args.texts(&flags::IGNORE_FILENAME_PATTERN).iter().map(read).collect()
}

/// Tells whether a path is a chart.
pub(super) fn is_chart(path: &str) -> bool {
    embedded::find(path).is_some()
        || Path::new(path).join("Chart.yaml").is_file()
        || [".tgz", ".tar.gz"].iter().any(|ending| path.ends_with(ending))
}

/// A chart that was rendered, and what is needed to tell where its lines come from.
struct RenderedChart {
    renderer: Renderer,
    path: String,
    given: Given,
    release: Release,
    rendered: Rendered,
}

impl RenderedChart {
    /// Renders a chart.
    fn of(
        call: &Call,
        path: &str,
        version: &KubeVersion,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let Call { args, profile, .. } = call;
        let release = Release::new(RELEASE_NAME).namespace(environment::namespace(args));
        let Prepared { chart, path, given, release } =
            prepare::gather(call, path.to_owned(), release, output)?;
        let ready = Renderer::new(chart, settings(args, profile, version));
        let rendered = ready
            .render(&given.values, &release)
            .map_err(|error| failure_of(&error, profile, output))?;
        Ok(Self { renderer: ready, path, given, release, rendered })
    }

    fn subject(&self) -> Subject<'_> {
        let Self { renderer, path, given, release, .. } = self;
        Subject { renderer, path, given, release }
    }
}

/// Takes the definitions of custom resources out of what a chart brings.
fn read_definitions_of(rendered: &Rendered, definitions: &mut Definitions) {
    for (_, file) in &rendered.crds {
        definitions.read_definitions_of(&file.text());
    }
    for object in rendered.objects() {
        definitions.read_definitions_of(&object.text);
    }
}

/// Judges what `template` has rendered, and says what is wrong on standard error.
///
/// # Errors
///
/// How many objects are not valid.
pub(super) fn check_rendered(
    call: &Call,
    subject: Subject<'_>,
    rendered: &Rendered,
    version: &KubeVersion,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut definitions = Definitions::default();
    read_definitions_of(rendered, &mut definitions);
    let validator = Validator::new(minor(version, output)).with_definitions(definitions);
    let judged = judge_rendered(call, subject, rendered, &validator, &Choice::default());
    let report = Report { judged, is_verbose: false, has_summary: false };
    for line in report.write(Format::Text).lines() {
        output.complain(line);
    }
    report.failure().map_or(Ok(()), Err)
}

fn settings(args: &Args, profile: &Profile, version: &KubeVersion) -> Settings {
    let skips_schema = args.is_on(&flags::SKIP_SCHEMA_VALIDATION);
    Settings {
        profile: *profile,
        capabilities: Capabilities::new(version.clone(), args.texts(&flags::API_VERSIONS)),
        world: super::world(args),
        schema: if skips_schema { SchemaCheck::Skipped } else { SchemaCheck::Checked },
        guards: Guards::Stop,
    }
}

/// Lists the codes, each with what it means.
fn list_of_codes() -> String {
    let entry = |code: &&Code| {
        let severity = match code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{} ({severity})\n  {}\n", code.name, code.meaning)
    };
    CODES.iter().map(entry).collect()
}
