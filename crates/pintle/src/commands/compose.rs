//! `compose`: Compose files as values of the chart agent-env.

use std::collections::BTreeMap;
use std::path::Path;

use pintle_compose::{Compat, Options, Ports, Privileged};

use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::compose_files;
use crate::print::{Failure, Output};
use crate::whole_file;

pub(super) const COMMAND: Command = Command {
    name: "compose",
    short: "turn Compose files into values",
    long: "Turns Compose files into values of the chart agent-env.",
    count: Count::Exactly(0),
    is_ours: true,
    commands: &[Command {
        name: "convert",
        arguments: "FILE...",
        short: "print the values that a project becomes",
        long: "Prints the values of the chart agent-env that a project becomes. Later files are merged over earlier ones.\n\n\
               Variables come from --env, then from --env-file or the file .env beside the first FILE; never from the \
               environment. Other files are read only from the folder of the first FILE.",
        count: Count::AtLeast(1),
        flags: &[flags::CONVERT_FLAGS, flags::CONVERT_SWITCHES],
        run: Some(convert),
        ..Command::EMPTY
    }],
    ..Command::EMPTY
};

fn convert(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let names = Names {
        environment: args.texts(&flags::ENV),
        env_files: args.texts(&flags::ENV_FILE),
        profiles: args.texts(&flags::CONVERT_PROFILE),
        images: args.texts(&flags::IMAGE),
    };
    let mut options = options(names)?;
    options.compat = match args.text(&flags::COMPAT) {
        None | Some("") => Compat::Ours,
        Some("inspect") => Compat::Inspect,
        Some(other) => {
            return Err(Failure(format!("--compat {other} is unknown: there is inspect")));
        }
    };
    let converted = compose_files::convert(&args.positional, options, args, output)?;
    match args.text(&flags::OUTPUT).filter(|name| !name.is_empty()) {
        None => output.print(converted.to_yaml()),
        Some(name) => whole_file::write(Path::new(name), converted.to_yaml())?,
    }
    Ok(())
}

/// What the flags of a conversion say, which have other names where values are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) environment: &'a [String],
    pub(crate) env_files: &'a [String],
    pub(crate) profiles: &'a [String],
    pub(crate) images: &'a [String],
}

/// Reads the flags that conversion and reading values share.
pub(crate) fn options(names: Names<'_>) -> Result<Options, Failure> {
    let pairs = |flag: &str, texts: &[String]| -> Result<BTreeMap<String, String>, Failure> {
        texts
            .iter()
            .map(|text| match text.split_once('=') {
                Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
                _ => Err(Failure(format!("--{flag} {text} is not of the form NAME=VALUE"))),
            })
            .collect()
    };
    Ok(Options {
        environment: pairs("env", names.environment)?,
        env_files: compose_files::read_all(names.env_files)?,
        profiles: names.profiles.to_vec(),
        images: pairs("image", names.images)?,
        ..Options::default()
    })
}

/// Adds the switches that both have.
pub(crate) fn switches(options: &mut Options, args: &Args) {
    if args.is_on(&flags::ALLOW_PRIVILEGED) {
        options.privileged = Privileged::Allowed;
    }
    if args.is_on(&flags::LISTED_PORTS) {
        options.ports = Ports::Listed;
    }
}
