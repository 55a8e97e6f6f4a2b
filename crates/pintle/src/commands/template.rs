//! `template`: renders a chart and prints its objects.
//!
//! Source: `newTemplateCmd` in `pkg/cmd/template.go` and `Install.RunWithContext` in `pkg/action/install.go`, Helm v4.

use pintle_engine::{
    Capabilities, CommandLine, Crds, Guards, Profile, Rendered, Renderer, Report, SchemaCheck,
    Settings, TemplateError, Warning,
};
use pintle_manifest::{Head, Hook, Object};

use super::{output_dir, show_only, template_flags};
use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::log::{Level, structured};
use crate::prepare::{self, Prepared};
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "template",
    arguments: "[NAME] [CHART]",
    short: "render a chart and print its objects",
    long: "Renders a chart without a cluster and prints what would be installed.\n\n\
           CHART is a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::AtLeast(1),
    flags: &[flags::TEMPLATE_FLAGS, flags::VALUE_FLAGS, flags::CHART_FLAGS],
    exclusive: &[
        &[&flags::FORCE, &flags::FORCE_CONFLICTS],
        &[&flags::FORCE_REPLACE, &flags::FORCE_CONFLICTS],
        &[&flags::VALIDATE, &flags::DRY_RUN],
    ],
    run: Some(run),
    ..Command::EMPTY
};

/// The name of a release that was not given any.
const DEFAULT_NAME: &str = "release-name";

/// What Helm appends to a failure that more output may explain.
pub(super) const HINT: &str = "\n\nUse --debug flag to render out invalid YAML";

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let capabilities = capabilities(args, profile)?;
    let needs_cluster = template_flags::check(args, profile, output)?;
    let prepared = prepare::prepare(call, DEFAULT_NAME, output)?;
    template_flags::check_late(args, profile)?;
    profile.load.check_renderable(&prepared.chart).map_err(|error| Failure(error.text()))?;
    if let Some(flag) = needs_cluster {
        return Err(Failure(format!("{flag} needs a cluster: this command renders without one")));
    }
    prepare::check_release_name(&prepared.release.name, profile, output)?;
    let Prepared { chart, values, mut release } = prepared;
    release.is_upgrade = args.is_on(&flags::IS_UPGRADE);
    let skip_schema = args.is_on(&flags::SKIP_SCHEMA_VALIDATION);
    let schema = if skip_schema { SchemaCheck::Skipped } else { SchemaCheck::Checked };
    let settings = Settings {
        profile: *profile,
        capabilities,
        world: super::world(args),
        schema,
        guards: Guards::Stop,
    };
    let mut report = Report::default();
    let rendered = Renderer::new(chart, settings).render_reporting(&values, &release, &mut report);
    let is_reached = rendered.as_ref().err().is_none_or(is_late);
    say(&report, profile, output);
    if is_reached {
        template_flags::check_labels(args)?;
    }
    let (rendered, failure) = match rendered {
        Ok(rendered) => (rendered, None),
        Err(error) => {
            let failure = failure(&error, profile, output);
            if !output.log.debug || !is_late(&error) {
                let hint = if is_late(&error) { HINT } else { "" };
                return Err(Failure(failure.0 + hint));
            }
            // With `--debug` Helm prints what there is, and fails all the same.
            (unsorted(report), Some(failure))
        }
    };
    let crds = if args.is_on(&flags::INCLUDE_CRDS) { Crds::Included } else { Crds::Omitted };
    let skips_tests = args.is_on(&flags::SKIP_TESTS);
    let has_hooks = !args.is_on(&flags::NO_HOOKS);
    let keep = |hook: &Hook| has_hooks && !(skips_tests && hook.is_test());
    let text = match args.text(&flags::OUTPUT_DIR) {
        Some(folder) if !folder.is_empty() => {
            let below = args.is_on(&flags::RELEASE_NAME).then_some(release.name.as_str());
            output_dir::write(folder, below, &rendered, crds, keep, output)?;
            "\n".to_owned()
        }
        _ => rendered.text(crds, keep),
    };
    match show_only::pick(&text, args.texts(&flags::SHOW_ONLY), profile) {
        Ok(text) => output.print(text),
        Err(missing) => {
            let original = failure.filter(|_| profile.command_line == CommandLine::Helm4);
            return Err(original.unwrap_or(missing));
        }
    }
    failure.map_or(Ok(()), Err)
}

fn capabilities(args: &Args, profile: &Profile) -> Result<Capabilities, Failure> {
    let more = args.texts(&flags::API_VERSIONS);
    Ok(Capabilities::new(super::kube_version(args, profile)?, more))
}

/// Says what the render has to say, in the order Helm says it.
fn say(report: &Report, profile: &Profile, output: &mut Output) {
    let (values, templates): (Vec<&Warning>, Vec<&Warning>) =
        report.warnings.iter().partition(|warning| !matches!(warning, Warning::Notice(_)));
    for warning in values {
        output.complain(&output.log.warning(warning));
    }
    if output.log.debug && profile.command_line == CommandLine::Helm4 {
        for note in &report.schemas {
            if let Some(schema) = &note.schema {
                let line =
                    |message, key, value: &str| structured(Level::Debug, message, &[(key, value)]);
                output.complain(&line("chart name", "chart-name", &note.chart));
                let text = String::from_utf8_lossy(schema);
                output.complain(&line("unmarshalled JSON schema", "schema", &text));
            }
            let attributes = [
                ("chart", note.chart.as_str()),
                ("dependencies", &note.n_dependencies.to_string()),
            ];
            output.complain(&structured(
                Level::Debug,
                "number of dependencies in the chart",
                &attributes,
            ));
        }
    }
    for warning in templates {
        output.complain(&output.log.warning(warning));
    }
}

/// Tells whether Helm had begun a release when it failed, and so offers to print it.
fn is_late(error: &TemplateError) -> bool {
    !matches!(
        error,
        TemplateError::Dependencies(_) | TemplateError::Values(_) | TemplateError::Schema(_)
    )
}

/// Words a failure as the profile does.
fn failure(error: &TemplateError, profile: &Profile, output: &mut Output) -> Failure {
    match (error, profile.command_line) {
        (TemplateError::Dependencies(reason), CommandLine::Helm3) => Failure(reason.to_string()),
        (TemplateError::Dependencies(reason), CommandLine::Helm4) => {
            let reason = reason.to_string();
            let line = structured(
                Level::Error,
                "chart dependencies processing failed",
                &[("error", &reason)],
            );
            output.complain(&line);
            Failure(error.to_string())
        }
        _ => Failure(error.to_string()),
    }
}

/// Gives files that are no manifests as if they were: each as one object, by path.
fn unsorted(report: Report) -> Rendered {
    let mut rendered = Rendered::default();
    for (path, content) in report.files {
        if !content.trim().is_empty() {
            rendered.objects.manifests.push(Object {
                source: path.into(),
                line: 1,
                head: Head::default(),
                text: content.into(),
            });
        }
    }
    rendered
}
