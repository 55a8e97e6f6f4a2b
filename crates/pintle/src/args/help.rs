//! What `--help` prints.

use std::fmt::Write as _;

use pintle_engine::CommandLine;

use super::command::Command;
use super::{Flag, Kind};

/// Writes the help text of a command: what it does, how it is used, its commands and its flags.
pub(crate) fn text(
    command: &Command,
    names: &str,
    global: &[&'static Flag],
    generation: CommandLine,
    ours: bool,
) -> String {
    let mut text = String::new();
    let about = if command.long.is_empty() { command.short } else { command.long };
    add(&mut text, format_args!("{about}\n\nUsage:\n"));
    if command.run.is_some() {
        add(&mut text, format_args!("  {}\n", command.usage(names)));
    }
    if !command.commands.is_empty() {
        add(&mut text, format_args!("  {names} [command]\n"));
    }
    if !command.aliases.is_empty() {
        let aliases = command.aliases.join(", ");
        add(&mut text, format_args!("\nAliases:\n  {}, {aliases}\n", command.name));
    }
    let commands: Vec<&Command> =
        command.commands.iter().filter(|command| ours || !command.is_ours).collect();
    if !commands.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        let width = commands.iter().map(|command| command.name.len()).max().unwrap_or_default();
        for command in commands {
            add(&mut text, format_args!("  {:width$}  {}\n", command.name, command.short));
        }
    }
    let own = command.local_flags(ours);
    let is_free = |flag: &&&Flag| own.iter().all(|known| known.name != flag.name);
    let global: Vec<&Flag> = global.iter().filter(is_free).copied().collect();
    list(&mut text, "Flags", &own, generation);
    list(&mut text, "Global Flags", &global, generation);
    if !command.commands.is_empty() {
        add(&mut text, format_args!("\nUse \"{names} [command] --help\" for more on a command.\n"));
    }
    text
}

/// Lists flags by name, what they do in a column of its own.
fn list(text: &mut String, title: &str, flags: &[&Flag], generation: CommandLine) {
    let mut flags: Vec<&&Flag> = flags.iter().filter(|flag| flag.is_listed(generation)).collect();
    if flags.is_empty() {
        return;
    }
    flags.sort_by_key(|flag| flag.name);
    let heads: Vec<String> = flags.iter().map(|flag| head(flag)).collect();
    let width = heads.iter().map(String::len).max().unwrap_or_default();
    add(text, format_args!("\n{title}:\n"));
    for (flag, head) in flags.iter().zip(&heads) {
        add(text, format_args!("  {head:width$}   {}\n", flag.help));
    }
}

/// Shows how a flag is written: `-f, --values strings`.
fn head(flag: &Flag) -> String {
    let short = flag.short.map_or("    ".to_owned(), |letter| format!("-{letter}, "));
    let value = match flag.kind {
        Kind::Bool => String::new(),
        kind if kind.without_value().is_some() => format!("[={}]", kind.placeholder()),
        kind => format!(" {}", kind.placeholder()),
    };
    format!("{short}--{}{value}", flag.name)
}

fn add(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a string takes everything");
}
