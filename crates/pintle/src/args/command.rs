//! The tree of commands, and how one is found on the command line.
//!
//! Source: `Find`, `stripFlags` and `argsMinusFirstX` in cobra's `command.go`.

use pintle_chart::near::distance;
use pintle_engine::CommandLine;

use super::{Args, ArgsError, Flag};
use crate::commands::Run;

/// A command, or a group of commands.
#[derive(Debug)]
pub(crate) struct Command {
    /// the word that calls it
    pub(crate) name: &'static str,
    /// other words that do
    pub(crate) aliases: &'static [&'static str],
    /// the arguments, as usage shows them: `[NAME] [CHART]`
    pub(crate) arguments: &'static str,
    /// one line on what it does
    pub(crate) short: &'static str,
    /// more on what it does
    pub(crate) long: &'static str,
    /// how many arguments it takes
    pub(crate) count: Count,
    /// its own flags, in tables
    pub(crate) flags: &'static [&'static [&'static Flag]],
    /// flags that only this program has for it, and Helm has not
    pub(crate) own_flags: &'static [&'static [&'static Flag]],
    /// flags of which at most one may be given, by name
    pub(crate) exclusive: &'static [&'static [&'static Flag]],
    /// flags that ask for something that needs no arguments
    pub(crate) alone: &'static [&'static Flag],
    /// what it does; nothing for a group
    pub(crate) run: Option<Run>,
    /// the commands of a group
    pub(crate) commands: &'static [Command],
    /// whether only this program has it, and Helm has not
    pub(crate) is_ours: bool,
}

/// How many arguments a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// any number
    Any,
    /// exactly so many
    Exactly(usize),
    /// so many or more
    AtLeast(usize),
    /// so many or fewer
    AtMost(usize),
    /// one or more in Helm 4; in Helm 3 any number
    AtLeastOneSinceHelm4,
}

impl Command {
    /// What a command is before more is said about it.
    pub(crate) const EMPTY: Self = Self {
        name: "",
        aliases: &[],
        arguments: "",
        short: "",
        long: "",
        count: Count::Any,
        flags: &[],
        own_flags: &[],
        exclusive: &[],
        alone: &[],
        run: None,
        commands: &[],
        is_ours: false,
    };

    /// Tells whether a word calls it.
    fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }

    /// Finds the command that a line calls, from this one down.
    ///
    /// Gives the commands on the way, and the arguments without the words that called them.
    pub(crate) fn find<'c>(
        &'c self,
        arguments: &[String],
        global: &[&'static Flag],
        ours: bool,
    ) -> (Vec<&'c Self>, Vec<String>) {
        let mut path = vec![self];
        let mut arguments = arguments.to_vec();
        let mut command = self;
        loop {
            let words = words(&arguments, &command.all_flags(global, ours));
            let Some(word) = words.first().map(|at| arguments[*at].clone()) else { break };
            let next = command
                .commands
                .iter()
                .find(|next| next.is_called(&word) && (ours || !next.is_ours));
            let Some(next) = next else { break };
            arguments.remove(words[0]);
            path.push(next);
            command = next;
        }
        (path, arguments)
    }

    /// Gives the first argument that is no flag and no value of one.
    pub(crate) fn first_word<'a>(
        &self,
        arguments: &'a [String],
        global: &[&'static Flag],
        ours: bool,
    ) -> Option<&'a str> {
        let words = words(arguments, &self.all_flags(global, ours));
        words.first().map(|at| arguments[*at].as_str())
    }

    /// Gives its flags, and the global ones that it has no flag of the same name for.
    pub(crate) fn all_flags(&self, global: &[&'static Flag], ours: bool) -> Vec<&'static Flag> {
        let mut flags = self.local_flags(ours);
        let n_local = flags.len();
        let is_free = |flag: &&Flag| flags[..n_local].iter().all(|own| own.name != flag.name);
        let global: Vec<&'static Flag> = global.iter().copied().filter(is_free).collect();
        flags.extend(global);
        flags
    }

    /// Gives its own flags; one that only this program has stands for one of Helm's with the same name.
    pub(crate) fn local_flags(&self, ours: bool) -> Vec<&'static Flag> {
        let own = if ours { self.own_flags } else { &[] };
        let own: Vec<&'static Flag> = own.iter().copied().flatten().copied().collect();
        let is_free = |flag: &&Flag| own.iter().all(|mine| mine.name != flag.name);
        let helms = self.flags.iter().copied().flatten().copied().filter(is_free);
        helms.chain(own.iter().copied()).collect()
    }

    /// Checks what was given as a whole: the number of arguments, and flags that exclude each other.
    ///
    /// # Errors
    ///
    /// [`ArgsError::Count`], [`ArgsError::Exclusive`].
    pub(crate) fn check(
        &self,
        args: &Args,
        path: &str,
        generation: CommandLine,
    ) -> Result<(), ArgsError> {
        let given = args.positional.len();
        let plural = |count| if count == 1 { "argument" } else { "arguments" };
        let complaint = match self.count {
            _ if self.alone.iter().any(|flag| args.is_on(flag)) => None,
            Count::Exactly(0) if given > 0 => Some("accepts no arguments".to_owned()),
            Count::Exactly(count) if given != count => {
                Some(format!("requires {count} {}", plural(count)))
            }
            Count::AtLeast(count) if given < count => {
                Some(format!("requires at least {count} {}", plural(count)))
            }
            Count::AtMost(count) if given > count => {
                Some(format!("accepts at most {count} {}", plural(count)))
            }
            Count::AtLeastOneSinceHelm4 if given == 0 && generation == CommandLine::Helm4 => {
                Some("requires at least 1 argument".to_owned())
            }
            _ => None,
        };
        if let Some(complaint) = complaint {
            let usage = self.usage(path);
            return Err(ArgsError::Count { path: path.to_owned(), complaint, usage });
        }
        for group in self.exclusive {
            if !group.iter().all(|flag| flag.exists_in(generation)) {
                continue;
            }
            let mut given: Vec<&str> =
                group.iter().filter(|flag| args.is_given(flag)).map(|flag| flag.name).collect();
            if given.len() > 1 {
                given.sort_unstable();
                let group: Vec<&str> = group.iter().map(|flag| flag.name).collect();
                return Err(ArgsError::Exclusive {
                    group: group.join(" "),
                    given: given.join(" "),
                });
            }
        }
        Ok(())
    }

    /// Gives the line that shows how it is used.
    pub(crate) fn usage(&self, path: &str) -> String {
        let space = if self.arguments.is_empty() { "" } else { " " };
        format!("{path}{space}{} [flags]", self.arguments)
    }

    /// Gives the names of commands that a mistyped word may mean.
    pub(crate) fn suggestions(&self, word: &str, ours: bool) -> Vec<&'static str> {
        let word = word.to_lowercase();
        let is_near = |name: &str| distance(&word, name) <= 2 || name.starts_with(&word);
        let mut names: Vec<&str> = self
            .commands
            .iter()
            .filter(|command| ours || !command.is_ours)
            .map(|command| command.name)
            .filter(|name| is_near(name))
            .collect();
        names.sort_unstable();
        names
    }
}

/// Gives the places of arguments that are no flags and no values of flags.
fn words(arguments: &[String], flags: &[&Flag]) -> Vec<usize> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(argument) = arguments.get(at) {
        at += 1;
        if argument == "--" {
            break;
        }
        let takes_next = match argument.strip_prefix("--") {
            _ if argument.contains('=') => false,
            Some(name) => !stands_alone(flags, |flag| flag.name == name),
            None => match argument.strip_prefix('-') {
                Some(letter) if letter.len() == 1 => !stands_alone(flags, |flag| {
                    flag.short.is_some_and(|short| letter.starts_with(short))
                }),
                _ => false,
            },
        };
        if takes_next {
            if arguments.len() - at <= 1 {
                break;
            }
            at += 1;
        } else if !argument.is_empty() && !argument.starts_with('-') {
            words.push(at - 1);
        }
    }
    words
}

fn stands_alone(flags: &[&Flag], is_it: impl Fn(&Flag) -> bool) -> bool {
    flags.iter().any(|flag| is_it(flag) && flag.kind.without_value().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_values_of_flags() {
        let arguments = ["-n", "web", "--debug", "show", "--foo", "bar", "values"];
        let arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
        assert_eq!(words(&arguments, crate::args::flags::GLOBAL), [3, 6]);
    }
}
