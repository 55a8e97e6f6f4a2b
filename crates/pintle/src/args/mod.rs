//! The command line, read as Helm reads it.
//!
//! Helm's flags follow pflag's grammar: flags and arguments may be mixed, `--flag value` and `--flag=value` are the
//! same but for flags whose value is optional, short flags may be joined, and every value is checked where it stands.
//! Scripts depend on these rules and on the texts of their errors, which no Rust parser has; so the flags are tables
//! ([`flags`]), and [`parse`] walks the arguments by them.
//!
//! Source: `github.com/spf13/pflag` 1.0.10 and `github.com/spf13/cobra` 1.10.2.

pub(crate) mod command;
pub(crate) mod csv;
pub(crate) mod flags;
pub(crate) mod help;
mod parse;
mod value;

pub(crate) use parse::{Unknown, parse};
pub(crate) use value::{parse_bool, parse_duration};

use pintle_engine::CommandLine;
use pintle_gotmpl::value::number::quote;

/// What a flag takes, and how it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// yes or no; yes without a value
    Bool,
    /// any text
    Text,
    /// a text; without `=`, the one given here
    OptionalText(&'static str),
    /// a text that may be given often
    Texts,
    /// texts separated by commas, that may be given often
    List,
    /// `key=value` pairs separated by commas
    Pairs,
    /// a whole number
    Integer,
    /// a whole number from 0
    Unsigned,
    /// a number
    Float,
    /// in what form to print: `table`, `json` or `yaml`
    Format,
    /// a time such as `5m0s`
    Duration,
    /// how to wait, in Helm 4: a name; `watcher` without one
    Wait,
    /// a post-renderer of Helm 4: a plugin, of which there are none
    Plugin,
    /// a post-renderer of Helm 3: a program
    Program,
}

impl Kind {
    /// Gives the value of a flag that stands alone, if it may.
    pub(crate) fn without_value(self) -> Option<&'static str> {
        match self {
            Self::Bool => Some("true"),
            Self::OptionalText(value) => Some(value),
            Self::Wait => Some("watcher"),
            _ => None,
        }
    }

    /// Tells whether a later value replaces an earlier one.
    fn keeps_last(self) -> bool {
        !matches!(self, Self::Texts | Self::List | Self::Pairs)
    }

    /// Gives the word that stands for a value in help texts.
    pub(crate) fn placeholder(self) -> &'static str {
        match self {
            Self::Bool => "",
            Self::Text | Self::OptionalText(_) => "string",
            Self::Texts => "stringArray",
            Self::List => "strings",
            Self::Pairs => "stringToString",
            Self::Integer => "int",
            Self::Unsigned => "uint",
            Self::Float => "float32",
            Self::Duration => "duration",
            Self::Format => "format",
            Self::Wait => "WaitStrategy",
            Self::Plugin | Self::Program => "postRendererString",
        }
    }
}

/// A flag of a command.
#[derive(Debug)]
pub(crate) struct Flag {
    /// the name behind `--`
    pub(crate) name: &'static str,
    /// the letter behind `-`
    pub(crate) short: Option<char>,
    /// what it takes
    pub(crate) kind: Kind,
    /// one line on what it does
    pub(crate) help: &'static str,
    /// what to use instead, as the notice on standard error says it
    pub(crate) deprecated: Option<&'static str>,
    /// whether help texts leave it out
    pub(crate) hidden: bool,
    /// the generation of Helm that has it; both without one
    pub(crate) only: Option<CommandLine>,
    /// the generations in which [`Flag::deprecated`] and [`Flag::hidden`] count; both without one
    pub(crate) retired_in: Option<CommandLine>,
}

impl Flag {
    /// Makes a flag that every profile has.
    pub(crate) const fn new(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            name,
            short: None,
            kind,
            help,
            deprecated: None,
            hidden: false,
            only: None,
            retired_in: None,
        }
    }

    /// Gives it a letter.
    pub(crate) const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    /// Leaves it out of help texts.
    pub(crate) const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Keeps it to one generation of Helm.
    pub(crate) const fn only(mut self, generation: CommandLine) -> Self {
        self.only = Some(generation);
        self
    }

    /// Makes one generation of Helm advise against it.
    pub(crate) const fn deprecated(
        mut self,
        generation: CommandLine,
        advice: &'static str,
    ) -> Self {
        self.deprecated = Some(advice);
        self.retired_in = Some(generation);
        self
    }

    /// Tells whether a generation of Helm has it.
    pub(crate) fn exists_in(&self, generation: CommandLine) -> bool {
        self.only.is_none_or(|only| only == generation)
    }

    /// Gives what to use instead, where a generation of Helm advises against it.
    fn advice(&self, generation: CommandLine) -> Option<&'static str> {
        self.deprecated.filter(|_| self.retired_in.is_none_or(|retired| retired == generation))
    }

    /// Tells whether a help text lists it.
    pub(crate) fn is_listed(&self, generation: CommandLine) -> bool {
        self.exists_in(generation) && !self.hidden && self.advice(generation).is_none()
    }
}

/// The flags and arguments of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Args {
    /// what is no flag, in order
    pub(crate) positional: Vec<String>,
    given: Vec<(&'static str, Vec<String>)>,
    /// what is to be said on standard error about flags that were used, in order
    pub(crate) notices: Vec<Notice>,
}

/// Something to be said about a flag that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// a line as it stands
    Plain(String),
    /// a warning for the log
    Warning(&'static str),
}

impl Args {
    /// Tells whether a flag was given, with whatever value.
    pub(crate) fn is_given(&self, flag: &Flag) -> bool {
        self.given.iter().any(|(name, _)| *name == flag.name)
    }

    /// Tells whether a switch is on.
    pub(crate) fn is_on(&self, flag: &Flag) -> bool {
        self.text(flag).is_some_and(|text| value::parse_bool(text) == Some(true))
    }

    /// Gives the last value of a flag, as it was given.
    pub(crate) fn text(&self, flag: &Flag) -> Option<&str> {
        self.texts(flag).last().map(String::as_str)
    }

    /// Gives a number of which [`parse`] has made sure that it is one.
    pub(crate) fn unsigned(&self, flag: &Flag) -> Option<u64> {
        value::parse_unsigned(self.text(flag)?).ok()
    }

    /// Gives a whole number of which [`parse`] has made sure that it is one.
    pub(crate) fn integer(&self, flag: &Flag) -> Option<i64> {
        value::parse_integer(self.text(flag)?).ok()
    }

    /// Gives all values of a flag, lists taken apart.
    pub(crate) fn texts(&self, flag: &Flag) -> &[String] {
        self.given
            .iter()
            .find(|(name, _)| *name == flag.name)
            .map_or(&[], |(_, values)| values.as_slice())
    }

    /// Gives a flag other values.
    pub(crate) fn replace(&mut self, flag: &'static Flag, values: Vec<String>) {
        self.given.retain(|(name, _)| *name != flag.name);
        self.given.push((flag.name, values));
    }

    /// Gives a flag more values, or another one if it keeps but one.
    pub(crate) fn add(&mut self, flag: &'static Flag, values: Vec<String>) {
        match self.given.iter_mut().find(|(name, _)| *name == flag.name) {
            Some((_, known)) if flag.kind.keeps_last() => *known = values,
            Some((_, known)) => known.extend(values),
            None => self.given.push((flag.name, values)),
        }
    }
}

/// A command line that cannot be read, in pflag's and cobra's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgsError {
    /// a long flag that the command does not have
    #[error("unknown flag: --{0}")]
    UnknownFlag(String),
    /// a short flag that the command does not have
    #[error("unknown shorthand flag: {letter} in -{joined}", letter = quoted_letter(*.letter))]
    UnknownLetter {
        /// the letter
        letter: char,
        /// it and the letters behind it
        joined: String,
    },
    /// a long flag at the end of the line that needs a value
    #[error("flag needs an argument: --{0}")]
    NoValue(&'static str),
    /// a short flag at the end of the line that needs a value
    #[error("flag needs an argument: {letter} in -{joined}", letter = quoted_letter(*.letter))]
    NoValueForLetter {
        /// the letter
        letter: char,
        /// it and the letters behind it
        joined: String,
    },
    /// a value that the flag does not take
    #[error("invalid argument {value} for {flag:?} flag: {cause}", value = quote(.value))]
    InvalidValue {
        /// the flag in its spellings: `-f, --values`
        flag: String,
        /// the value
        value: String,
        /// why not
        cause: String,
    },
    /// dashes that are followed by no name
    #[error("bad flag syntax: {0}")]
    BadSyntax(String),
    /// a wrong number of arguments
    #[error("{path:?} {complaint}\n\nUsage:  {usage}")]
    Count {
        /// the program and its command: `helm template`
        path: String,
        /// what is wrong: `requires at least 1 argument`
        complaint: String,
        /// how the command is used
        usage: String,
    },
    /// two flags that exclude one another
    #[error(
        "if any flags in the group [{group}] are set none of the others can be; [{given}] were all set"
    )]
    Exclusive {
        /// all flags of the group
        group: String,
        /// those that were given, by name
        given: String,
    },
}

/// Shows a letter as Go's `%q` does.
fn quoted_letter(letter: char) -> String {
    match letter {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        letter => {
            let quoted = quote(letter.to_string());
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}
