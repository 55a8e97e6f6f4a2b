//! The program `pintle`: Helm's commands on charts, without a cluster.
//!
//! Called by the name `helm` it is Helm in all it says; called by its own it has more.

mod agentrun;
mod all_cores;
mod args;
mod call;
mod chart_source;
mod clauses;
mod cluster;
mod commands;
mod compose_files;
mod dependencies;
mod embedded;
mod environment;
mod exit;
mod explain;
mod glob;
mod kubeconfig;
mod label_selector;
mod log;
mod prepare;
mod print;
mod release_json;
mod release_text;
mod releases;
mod sarif;
mod table;
mod user_values;
mod validation;
mod whole_file;
mod workflow_command;

use std::process::ExitCode;
use std::time::Instant;

use args::command::Command;
use args::{Args, Notice, Unknown, flags, help};
use call::Call;
use exit::Exit;
use log::{Level, Log, structured};
use pintle_engine::{CommandLine, LogLayout, Profile};
use pintle_gotmpl::value::number::quote;
use print::{Failure, Output};

fn main() -> ExitCode {
    let started = Instant::now();
    let mut line = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let program = environment::program(line.next().as_deref());
    let arguments: Vec<String> = line.collect();
    run(program, &arguments, started).into()
}

fn run(program: &'static str, arguments: &[String], started: Instant) -> Exit {
    // Helm looks through the line for its global flags before it knows the command; what is wrong is found later.
    let global = global_flags(program);
    let mut first = Args::default();
    let unsure = CommandLine::Helm4;
    let _ = args::parse(&global, unsure, arguments, Unknown::Skipped, &mut first);
    let (path, rest) = commands::ROOT.find(arguments, &global, environment::is_ours(program));
    let command = *path.last().expect("the path begins with the program itself");
    // What `compose convert` calls a profile is one of Compose.
    let is_helm_profile =
        command.local_flags(true).iter().all(|flag| flag.name != flags::PROFILE.name);
    let wanted = first.text(&flags::PROFILE).filter(|_| is_helm_profile);
    let chosen = environment::profile(wanted);
    let profile = chosen.as_ref().copied().unwrap_or_default();
    let log = Log { layout: profile.log, debug: environment::debug(&first) };
    let mut output = Output::new(log);
    if let Err(failure) = chosen {
        return output.write(Err(failure));
    }
    if let Err(line) = check_color(&first, &profile) {
        output.complain(&line);
        let _ = output.write(Ok(()));
        return Exit::Failure;
    }
    let names = std::iter::once(program).chain(path[1..].iter().map(|command| command.name));
    let names = names.collect::<Vec<_>>().join(" ");
    let mut call = Call { program, profile, args: Args::default(), started };
    let result = dispatch(&mut call, command, &names, &rest, &global, &mut output);
    let failed = result.as_ref().err().map(|Failure(text)| text.clone());
    let (debug, is_helm_3) = (output.log.debug, profile.log == LogLayout::Plain);
    let exit = output.write(result);
    if let Some(text) = failed.filter(|_| debug && is_helm_3) {
        let mut again = Output::new(log);
        call.debug_at(&mut again, "helm.go", 92, &clauses::turned_round(&text));
        let _ = again.write(Ok(()));
    }
    exit
}

/// Reads the arguments of a command and runs it.
fn dispatch(
    call: &mut Call,
    command: &'static Command,
    names: &str,
    arguments: &[String],
    global: &[&'static args::Flag],
    output: &mut Output,
) -> Result<(), Failure> {
    let generation = call.profile.command_line;
    let ours = call.is_ours();
    let is_root = std::ptr::eq(command, &raw const commands::ROOT);
    if is_root && let Some(word) = command.first_word(arguments, global, ours) {
        if word == "help" {
            help_on(call, arguments, global, output);
            return Ok(());
        }
        return Err(unknown_command(command, names, word, ours));
    }
    let table = command.all_flags(global, ours);
    let read = args::parse(&table, generation, arguments, Unknown::Refused, &mut call.args);
    for notice in std::mem::take(&mut call.args.notices) {
        output.complain(&match notice {
            Notice::Plain(line) => line,
            Notice::Warning(text) => structured(Level::Warn, text, &[]),
        });
    }
    read?;
    let is_helped = call.args.is_on(&flags::HELP);
    // Of a word that it does not know behind a group of its own, Helm makes nothing, and is content.
    if let Some(word) = call.args.positional.first()
        && command.run.is_none()
        && command.is_ours
        && !is_helped
    {
        return Err(unknown_command(command, names, word, ours));
    }
    let Some(run) = command.run.filter(|_| !is_helped) else {
        output.print(help::text(command, names, global, generation, ours));
        return Ok(());
    };
    command.check(&call.args, names, generation)?;
    run(call, output)
}

/// Shows the help of the command that the words behind `help` name.
fn help_on(call: &Call, arguments: &[String], global: &[&'static args::Flag], output: &mut Output) {
    let ours = call.is_ours();
    let words: Vec<String> =
        arguments.iter().skip_while(|word| *word != "help").skip(1).cloned().collect();
    let (path, _) = commands::ROOT.find(&words, global, ours);
    let command = *path.last().expect("the path begins with the program itself");
    let names = std::iter::once(call.program).chain(path[1..].iter().map(|command| command.name));
    let names = names.collect::<Vec<_>>().join(" ");
    output.print(help::text(command, &names, global, call.profile.command_line, ours));
}

fn global_flags(program: &str) -> Vec<&'static args::Flag> {
    let own: &[&args::Flag] = if environment::is_ours(program) { flags::OWN } else { &[] };
    flags::GLOBAL.iter().chain(own).copied().collect()
}

/// Checks the colour mode, which Helm 4 does before everything else and in words of their own.
fn check_color(args: &Args, profile: &Profile) -> Result<(), String> {
    if profile.command_line != CommandLine::Helm4 {
        return Ok(());
    }
    let mode = args.text(&flags::COLOUR).or_else(|| args.text(&flags::COLOR)).unwrap_or("auto");
    if ["never", "auto", "always"].contains(&mode) {
        return Ok(());
    }
    let error = format!("invalid color mode {}: must be one of: never, auto, always", quote(mode));
    Err(structured(Level::Warn, "command failed", &[("error", &error)]))
}

fn unknown_command(group: &Command, names: &str, word: &str, ours: bool) -> Failure {
    let mut text = format!("unknown command {} for {names:?}", quote(word));
    let near = group.suggestions(word, ours);
    if !near.is_empty() {
        text.push_str("\n\nDid you mean this?\n");
        for name in near {
            text.push('\t');
            text.push_str(name);
            text.push('\n');
        }
    }
    Failure(format!("{text}\nRun '{names} --help' for usage."))
}
