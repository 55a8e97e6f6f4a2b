//! `show`: what a chart says of itself.
//!
//! Source: `Show.Run` in `pkg/action/show.go`, Helm v4.

use pintle_chart::{Chart, File};
use pintle_engine::CommandLine;

use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::chart_source::{self, any_version};
use crate::print::{Failure, Output};

/// The flags of each command but `show values`.
const FLAGS: &[&[&crate::args::Flag]] = &[flags::CHART_FLAGS, &[&flags::DEVEL]];

/// The flags of `show values`.
const VALUES_FLAGS: &[&[&crate::args::Flag]] =
    &[flags::CHART_FLAGS, &[&flags::DEVEL], flags::SHOW_VALUES_FLAGS];

pub(super) const COMMAND: Command = Command {
    name: "show",
    aliases: &["inspect"],
    short: "show what a chart says of itself",
    long: "Shows parts of a chart: a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::Exactly(0),
    commands: &[
        part("all", "show everything", |call, output| show(call, Part::All, output), FLAGS),
        part("chart", "show Chart.yaml", |call, output| show(call, Part::Chart, output), FLAGS),
        part(
            "crds",
            "show the definitions of crds/",
            |call, output| show(call, Part::Crds, output),
            FLAGS,
        ),
        part("readme", "show the README", |call, output| show(call, Part::Readme, output), FLAGS),
        part(
            "values",
            "show values.yaml",
            |call, output| show(call, Part::Values, output),
            VALUES_FLAGS,
        ),
    ],
    ..Command::EMPTY
};

const fn part(
    name: &'static str,
    short: &'static str,
    run: super::Run,
    flags: &'static [&'static [&'static crate::args::Flag]],
) -> Command {
    Command {
        name,
        arguments: "[CHART]",
        short,
        long: "",
        count: Count::Exactly(1),
        flags,
        run: Some(run),
        ..Command::EMPTY
    }
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Chart,
    Values,
    Readme,
    Crds,
}

fn show(call: &Call, part: Part, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let reference = args.positional.first().map_or("", String::as_str);
    call.debug_version(output, "show.go", 214);
    let mut chart =
        chart_source::locate(reference, args, call.is_ours())?.load(any_version(profile))?;
    for warning in std::mem::take(&mut chart.warnings) {
        output.complain(&output.log.load(&warning));
    }
    let shows = |one| part == one || part == Part::All;
    if shows(Part::Chart) {
        output.print(chart.metadata.to_yaml()?);
        output.print("\n");
    }
    if shows(Part::Values)
        && let Some(file) = chart.raw_file("values.yaml")
    {
        separate(part, output);
        match args.text(&flags::JSONPATH).filter(|path| !path.is_empty()) {
            Some(path) => output.print(super::jsonpath::find(path, &chart.values)?),
            None => print_file(file, output),
        }
    }
    if shows(Part::Readme)
        && let Some(readme) = readme(&chart)
    {
        separate(part, output);
        print_file(readme, output);
    }
    if shows(Part::Crds) {
        for (number, crd) in chart.crds().iter().enumerate() {
            // Helm 3 puts one separator before all definitions, and only where everything is shown.
            let wanted = match profile.command_line {
                CommandLine::Helm4 => true,
                CommandLine::Helm3 => part == Part::All && number == 0,
            };
            if wanted && !crd.file.data.starts_with(b"---") {
                output.print("---\n");
            }
            print_file(crd.file, output);
        }
    }
    Ok(())
}

fn separate(part: Part, output: &mut Output) {
    if part == Part::All {
        output.print("---\n");
    }
}

fn print_file(file: &File, output: &mut Output) {
    output.print(&file.data);
    output.print("\n");
}

fn readme(chart: &Chart) -> Option<&File> {
    let names = ["readme.md", "readme.txt", "readme"];
    chart.files.iter().find(|file| names.iter().any(|name| file.name.eq_ignore_ascii_case(name)))
}
