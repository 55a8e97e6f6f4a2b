//! Walking the arguments by a table of flags.

use pintle_engine::CommandLine;

use super::{Args, ArgsError, Flag, Kind, Notice, value};

/// What becomes of flags that are in no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// they are errors
    Refused,
    /// they are passed over, with the value behind them: for a first look at the line
    Skipped,
}

/// Takes arguments apart into flags and the rest.
///
/// What was read before an error stays in `args`.
///
/// # Errors
///
/// [`ArgsError`] for the first argument that cannot be read.
pub(crate) fn parse(
    flags: &[&'static Flag],
    generation: CommandLine,
    arguments: &[String],
    unknown: Unknown,
    args: &mut Args,
) -> Result<(), ArgsError> {
    let mut parser = Parser { flags, generation, unknown, rest: arguments, args };
    while let Some((argument, rest)) = parser.rest.split_first() {
        parser.rest = rest;
        match argument.strip_prefix("--") {
            Some("") => {
                parser.args.positional.extend_from_slice(rest);
                break;
            }
            Some(flag) => parser.long(argument, flag)?,
            None => match argument.strip_prefix('-') {
                None | Some("") => parser.args.positional.push(argument.clone()),
                Some(letters) => parser.letters(letters)?,
            },
        }
    }
    Ok(())
}

struct Parser<'a> {
    flags: &'a [&'static Flag],
    generation: CommandLine,
    unknown: Unknown,
    rest: &'a [String],
    args: &'a mut Args,
}

impl Parser<'_> {
    /// Reads `--name`, `--name=value` or `--name value`; the dashes are gone from `flag`.
    fn long(&mut self, argument: &str, flag: &str) -> Result<(), ArgsError> {
        if flag.starts_with(['-', '=']) {
            return Err(ArgsError::BadSyntax(argument.to_owned()));
        }
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag, None),
        };
        let Some(flag) = self.find(|flag| flag.name == name) else {
            return match self.unknown {
                Unknown::Refused => Err(ArgsError::UnknownFlag(name.to_owned())),
                Unknown::Skipped => {
                    if value.is_none() {
                        self.skip_value();
                    }
                    Ok(())
                }
            };
        };
        let value = match (value, flag.kind.without_value()) {
            (Some(value), _) | (None, Some(value)) => value.to_owned(),
            (None, None) => self.next().ok_or(ArgsError::NoValue(flag.name))?,
        };
        self.set(flag, value)
    }

    /// Reads joined letters: `-gn web`, `-nweb`, `-n=web`.
    fn letters(&mut self, joined: &str) -> Result<(), ArgsError> {
        let mut rest = joined;
        while let Some(letter) = rest.chars().next() {
            let behind = &rest[letter.len_utf8()..];
            let Some(flag) = self.find(|flag| flag.short == Some(letter)) else {
                if self.unknown == Unknown::Refused {
                    return Err(ArgsError::UnknownLetter { letter, joined: rest.to_owned() });
                }
                if behind.len() > 1 && behind.starts_with('=') {
                    return Ok(());
                }
                self.skip_value();
                rest = behind;
                continue;
            };
            let assigned = behind.strip_prefix('=').filter(|value| !value.is_empty());
            let value = if let Some(value) = assigned {
                rest = "";
                value.to_owned()
            } else if let Some(value) = flag.kind.without_value() {
                rest = behind;
                value.to_owned()
            } else if behind.is_empty() {
                let joined = rest.to_owned();
                rest = "";
                self.next().ok_or(ArgsError::NoValueForLetter { letter, joined })?
            } else {
                rest = "";
                behind.to_owned()
            };
            self.set(flag, value)?;
        }
        Ok(())
    }

    fn find(&self, is_it: impl Fn(&Flag) -> bool) -> Option<&'static Flag> {
        let generation = self.generation;
        self.flags.iter().copied().find(|flag| flag.exists_in(generation) && is_it(flag))
    }

    fn next(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.clone())
    }

    /// Passes over the value of a flag that is not known, if what follows may be one.
    fn skip_value(&mut self) {
        if self.rest.first().is_some_and(|next| !next.starts_with('-')) {
            self.rest = &self.rest[1..];
        }
    }

    fn set(&mut self, flag: &'static Flag, value: String) -> Result<(), ArgsError> {
        match value::check(flag.kind, &value) {
            Ok(values) => self.args.add(flag, values),
            Err(cause) => {
                let flag = match flag.short {
                    Some(letter) => format!("-{letter}, --{}", flag.name),
                    None => format!("--{}", flag.name),
                };
                return Err(ArgsError::InvalidValue { flag, value, cause });
            }
        }
        if flag.kind == Kind::Wait {
            let warning = match value.as_str() {
                "true" => {
                    "--wait=true is deprecated (boolean value) and can be replaced with --wait=watcher"
                }
                "false" => {
                    "--wait=false is deprecated (boolean value) and can be replaced with --wait=hookOnly"
                }
                _ => "",
            };
            if !warning.is_empty() {
                self.args.notices.push(Notice::Warning(warning));
            }
        }
        if let Some(advice) = flag.advice(self.generation) {
            let line = format!("Flag --{} has been deprecated, {advice}", flag.name);
            self.args.notices.push(Notice::Plain(line));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::flags;

    fn read(line: &str) -> Result<Args, ArgsError> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let mut args = Args::default();
        let table = [flags::TEMPLATE_FLAGS, flags::VALUE_FLAGS].concat();
        parse(&table, CommandLine::Helm4, &arguments, Unknown::Refused, &mut args)?;
        Ok(args)
    }

    #[test]
    fn flags_and_arguments_may_be_mixed() {
        let args = read("web --set a=1 chart -gf one,two --set=b=2 -- --set").unwrap();
        assert_eq!(args.positional, ["web", "chart", "--set"]);
        assert_eq!(args.texts(&flags::SET), ["a=1", "b=2"]);
        assert_eq!(args.texts(&flags::VALUES), ["one", "two"]);
        assert!(args.is_on(&flags::GENERATE_NAME));
    }

    #[test]
    fn an_optional_value_is_taken_only_behind_an_equals_sign() {
        let args = read("--dry-run server --wait legacy --skip-tests=0").unwrap();
        assert_eq!(args.positional, ["server", "legacy"]);
        assert_eq!(args.text(&flags::DRY_RUN), Some("unset"));
        assert!(!args.is_on(&flags::SKIP_TESTS) && args.is_given(&flags::SKIP_TESTS));
    }

    #[test]
    fn errors_are_in_the_words_of_pflag() {
        let says = |line| read(line).unwrap_err().to_string();
        assert_eq!(says("--foo"), "unknown flag: --foo");
        assert_eq!(says("-gz"), "unknown shorthand flag: 'z' in -z");
        assert_eq!(says("--set"), "flag needs an argument: --set");
        assert_eq!(says("-gf"), "flag needs an argument: 'f' in -f");
        assert_eq!(says("---x"), "bad flag syntax: ---x");
        assert_eq!(
            says("--skip-crds=x"),
            "invalid argument \"x\" for \"--skip-crds\" flag: strconv.ParseBool: parsing \"x\": invalid syntax"
        );
    }
}
