//! `diff`: what changes between two renders, and what a cluster makes of it.

mod side;

use std::io::{self, IsTerminal};

use pintle_manifest::FieldPattern;
use pintle_manifest::diff::{Colour, DiffOptions, diff, json, markdown, text};

use crate::args::command::{Command, Count};
use crate::args::{Args, Flag, flags};
use crate::call::Call;
use crate::environment;
use crate::exit::Exit;
use crate::print::{Failure, Output};
use side::Side;

pub(super) const COMMAND: Command = Command {
    name: "diff",
    arguments: "OLD [NEW]",
    short: "show what changes between two renders",
    long: "Shows which objects come, go and change from OLD to NEW, by field, and what a cluster makes of it: Pods that \
           restart, objects that must be replaced, volumes, traffic that is allowed. Secrets are masked, and what does \
           not count in a cluster is left out: order of keys, comments, order of items that have names.\n\n\
           OLD and NEW are charts (a folder, an archive, @NAME) or manifests (a file, a folder, - for standard input). \
           With one chart, the flags that begin with --to- say what is new about its values:\n\n  \
           pintle diff CHART -f old.yaml --to-values new.yaml\n  \
           pintle diff CHART -f values.yaml --to-set image.tag=2\n  \
           pintle diff web-1.0.0.tgz ./web -f values.yaml -o markdown\n  \
           helm get manifest web | pintle diff - ./web --release web -f values.yaml\n\n\
           Charts are rendered with a clock that stands still, and random values that follow from --seed.",
    count: Count::AtLeast(1),
    flags: &[
        flags::DIFF_FLAGS,
        flags::VALUE_FLAGS,
        flags::COMPOSE_FLAGS,
        flags::CHART_FLAGS,
        &[
            &flags::API_VERSIONS,
            &flags::DEPENDENCY_UPDATE,
            &flags::DEVEL,
            &flags::EXPLAIN,
            &flags::INCLUDE_CRDS,
            &flags::IS_UPGRADE,
            &flags::KUBE_VERSION,
            &flags::NO_HOOKS,
            &flags::SKIP_SCHEMA_VALIDATION,
            &flags::SKIP_TESTS,
        ],
    ],
    run: Some(run),
    is_ours: true,
    ..Command::EMPTY
};

/// The flags that say what is new about the values of a chart.
const TO_FLAGS: [&Flag; 3] = [&flags::TO_VALUES, &flags::TO_SET, &flags::TO_SET_STRING];

/// In what form changes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Markdown,
}

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let form = match args.text(&flags::DIFF_OUTPUT) {
        None | Some("" | "text") => Form::Text,
        Some("json") => Form::Json,
        Some("markdown") => Form::Markdown,
        Some(other) => {
            return Err(Failure(format!(
                "--output {other} is unknown: there are text, json and markdown"
            )));
        }
    };
    let ignored = args.texts(&flags::DIFF_IGNORE).iter().map(|text| text.parse::<FieldPattern>());
    let ignored =
        ignored.collect::<Result<_, _>>().map_err(|error| Failure(format!("--ignore {error}")))?;
    let (old, new) = references(args)?;
    // What there is to say about the values of both sides is said once.
    let mut unsaid = Output::new(output.log);
    let old =
        Side::read(call, &old, &mut unsaid).map_err(|why| of_side("old", why, &unsaid, output))?;
    let new_call = Call {
        program: call.program,
        profile: call.profile,
        started: call.started,
        args: new_args(args),
    };
    let new_side = Side::read(&new_call, &new, output)
        .map_err(|Failure(why)| Failure(format!("the new side: {why}")))?;
    if let (Side::Files(_), Some(flag)) =
        (&new_side, TO_FLAGS.iter().find(|flag| args.is_given(flag)))
    {
        let name = flag.name;
        return Err(Failure(format!(
            "the new side: {new} is no chart that --{name} could give values"
        )));
    }
    let namespace = environment::namespace(args);
    let options = DiffOptions { namespace, ignored, ..DiffOptions::default() };
    let found = diff(&old.documents(args), &new_side.documents(args), &options)?;
    let has_colour = environment::has_colour(args, io::stdout().is_terminal());
    output.print_whole(match form {
        Form::Text => text(&found, if has_colour { Colour::Ansi } else { Colour::Plain }),
        Form::Json => json(&found),
        Form::Markdown => markdown(&found, "What changes in the cluster"),
    });
    if args.is_on(&flags::DIFF_EXIT_CODE) && !found.is_empty() {
        output.exit = Exit::Changes;
    }
    Ok(())
}

/// Says on which side something failed, after all there was to say about it.
fn of_side(side: &str, Failure(why): Failure, said: &Output, output: &mut Output) -> Failure {
    output.err.extend_from_slice(&said.err);
    Failure(format!("the {side} side: {why}"))
}

/// Gives what is compared: what the command line names, or one chart with itself.
fn references(args: &Args) -> Result<(String, String), Failure> {
    let is_new = TO_FLAGS.iter().any(|flag| args.is_given(flag));
    match args.positional.as_slice() {
        [old, new] if old == "-" && new == "-" => {
            Err(Failure("standard input is one side, and cannot be both".to_owned()))
        }
        [old, new] => Ok((old.clone(), new.clone())),
        [chart] if is_new => Ok((chart.clone(), chart.clone())),
        [one] => Err(Failure(format!(
            "nothing to compare {one} with: name what is NEW, or say what is new about its values by --to-values or --to-set"
        ))),
        others => Err(Failure(format!(
            "expected OLD and NEW, unexpected arguments: {}",
            others[2..].join(", ")
        ))),
    }
}

/// Gives the flags of the new side.
fn new_args(args: &Args) -> Args {
    let mut new = args.clone();
    if args.is_given(&flags::TO_VALUES) {
        new.replace(&flags::VALUES, args.texts(&flags::TO_VALUES).to_vec());
    }
    new.add(&flags::SET, args.texts(&flags::TO_SET).to_vec());
    new.add(&flags::SET_STRING, args.texts(&flags::TO_SET_STRING).to_vec());
    new
}
