//! `template`: renders a chart and prints its objects.
//!
//! Source: `newTemplateCmd` in `pkg/cmd/template.go` and `Install.RunWithContext` in `pkg/action/install.go`, Helm v4.

use std::mem::ManuallyDrop;

use pintle_engine::{
    Capabilities, CommandLine, Crds, Guards, Renderer, Report, SchemaCheck, Settings,
};
use pintle_manifest::Hook;

use super::template_report::{failure_of, is_late, say, unsorted, with_hint};
use super::{output_dir, show_only, template_flags, validate};
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::explain;
use crate::explain::lines::Subject;
use crate::prepare::{self, Prepared};
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "template",
    arguments: "[NAME] [CHART]",
    short: "render a chart and print its objects",
    long: "Renders a chart without a cluster and prints what would be installed.\n\n\
           CHART is a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::AtLeast(1),
    own_flags: &[flags::COMPOSE_FLAGS, flags::EXPLAIN_FLAGS, flags::OWN_TEMPLATE_FLAGS],
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

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let kube_version = super::kube_version(args, profile)?;
    let capabilities = Capabilities::new(kube_version.clone(), args.texts(&flags::API_VERSIONS));
    let needs_cluster = template_flags::check(call, output)?;
    let prepared = prepare::prepare(call, DEFAULT_NAME, output)?;
    template_flags::check_late(args, profile)?;
    profile.load.check_renderable(&prepared.chart).map_err(|error| Failure(error.text()))?;
    if let Some(flag) = needs_cluster {
        return Err(Failure(format!("{flag} needs a cluster: this command renders without one")));
    }
    prepare::check_release_name(&prepared.release.name, profile, output)?;
    let Prepared { chart, path, given, mut release } = prepared;
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
    let schemas = output.log.debug.then(Vec::new);
    let mut report = Report { schemas, ..Report::default() };
    // The program ends soon: the system takes the memory back at once, piece by piece it takes a while.
    let ready = ManuallyDrop::new(Renderer::new(chart, settings));
    let rendered = ready.render_reporting(&given.values, &release, &mut report);
    let is_reached = rendered.as_ref().err().is_none_or(is_late);
    say(&report, profile, output);
    if is_reached {
        template_flags::check_labels(args)?;
    }
    let (rendered, failure) = match rendered {
        Ok(rendered) => (rendered, None),
        Err(error) => {
            let failure = if explain::are_wanted(args, call.is_ours()) {
                explain::failure(call, &error, (&ready, &release), &path, &given, output)
            } else {
                None
            };
            let failure = failure.unwrap_or_else(|| failure_of(&error, profile, output));
            if !is_late(&error) {
                return Err(failure);
            }
            if !output.log.debug {
                return Err(with_hint(failure));
            }
            // With `--debug` Helm prints what there is, and fails all the same.
            (unsorted(report), Some(failure))
        }
    };
    if call.is_ours() && args.is_on(&flags::VALIDATE_OFFLINE) && failure.is_none() {
        let subject = Subject { renderer: &ready, path: &path, given: &given, release: &release };
        validate::check_rendered(call, subject, &rendered, &kube_version, output)?;
    }
    let crds = if args.is_on(&flags::INCLUDE_CRDS) { Crds::Included } else { Crds::Omitted };
    let skips_tests = args.is_on(&flags::SKIP_TESTS);
    let has_hooks = !args.is_on(&flags::NO_HOOKS);
    let keep = move |hook: &Hook| has_hooks && !(skips_tests && hook.is_test());
    let folder = args.text(&flags::OUTPUT_DIR).filter(|folder| !folder.is_empty());
    if let Some(folder) = folder {
        let below = args.is_on(&flags::RELEASE_NAME).then_some(release.name.as_str());
        output_dir::write(folder, below, &rendered, crds, keep, output)?;
    }
    let templates = args.texts(&flags::SHOW_ONLY);
    if !templates.is_empty() {
        let text = if folder.is_some() { "\n".to_owned() } else { rendered.text(crds, keep) };
        match (show_only::pick(&text, templates, profile), failure.as_ref()) {
            (Ok(text), _) => output.print_whole(text),
            (Err(_), Some(_)) if profile.command_line == CommandLine::Helm4 => {}
            (Err(missing), _) => return Err(missing),
        }
    } else if folder.is_some() {
        output.print("\n");
    } else {
        let rendered = ManuallyDrop::new(rendered);
        output.print_parts(move |put| rendered.parts(crds, keep, put));
    }
    failure.map_or(Ok(()), Err)
}
