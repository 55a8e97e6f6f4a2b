//! Lines of Helm's log on standard error.
//!
//! Helm 4 logs structured lines, `level=WARN msg="…" key=value`; Helm 3 the place in its source and a text. Source:
//! `TextHandler` in Go's `log/slog`; the places are those of the `log.Printf` calls of Helm v3.22.0.

use pintle_chart::load::Warning as LoadWarning;
use pintle_chart::process::ProcessWarning;
use pintle_engine::{LogLayout, Notice, Warning};
use pintle_gotmpl::value::number::quote;

/// How Helm writes to its log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    /// the layout of lines
    pub(crate) layout: LogLayout,
    /// whether debug lines are written
    pub(crate) debug: bool,
}

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// only with `--debug`
    Debug,
    /// worth knowing
    Info,
    /// probably not wanted
    Warn,
    /// the reason of a failure
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Makes a structured line, as Helm 4 logs it.
pub(crate) fn structured(level: Level, message: &str, attributes: &[(&str, &str)]) -> String {
    let mut line = format!("level={} msg={}", level.name(), quoted(message));
    for (key, value) in attributes {
        line.push(' ');
        line.push_str(key);
        line.push('=');
        line.push_str(&quoted(value));
    }
    line
}

/// Quotes a text if it would not stand for itself.
fn quoted(text: &str) -> String {
    let stands_for_itself = |c: char| match c {
        ' ' | '=' | '"' => false,
        c if c.is_ascii() => !c.is_ascii_control(),
        c => !c.is_whitespace() && pintle_gotmpl::value::number::is_print(u32::from(c)),
    };
    let is_plain = !text.is_empty() && text.chars().all(stands_for_itself);
    if is_plain { text.to_owned() } else { quote(text) }
}

impl Log {
    /// Gives the line on something a render had to say.
    pub(crate) fn warning(self, warning: &Warning) -> String {
        match warning {
            Warning::Dependencies(warning) => self.process(warning),
            Warning::Values(text) => self.coalesce(text),
            Warning::UnresolvedUrn { urn } => self.unresolved_urn(urn),
            Warning::Notice(notice) => self.notice(notice),
            // The list may grow with the engine; what has no line of its own says what it is.
            other => self.plain(0, &format!("{other:?}")),
        }
    }

    /// Gives the line on something loading a chart had to say.
    pub(crate) fn load(self, warning: &LoadWarning) -> String {
        match (self.layout, warning) {
            (LogLayout::Structured, LoadWarning::SymbolicLink { path, resolved }) => structured(
                Level::Info,
                "found symbolic link in path. Contents of linked file included and used",
                &[("path", path), ("resolved", resolved)],
            ),
            (LogLayout::Structured, other) => structured(Level::Info, &other.to_string(), &[]),
            (LogLayout::Plain, LoadWarning::SymbolicLink { .. }) => {
                format!("walk.go:75: {warning}")
            }
            (LogLayout::Plain, LoadWarning::OldRequirementsLock) => {
                format!("load.go:138: {warning}")
            }
            (LogLayout::Plain, _) => format!("load.go:120: {warning}"),
        }
    }

    fn process(self, warning: &ProcessWarning) -> String {
        if let ProcessWarning::Coalesce(text) = warning {
            return self.coalesce(text);
        }
        match (self.layout, warning.attributes()) {
            (LogLayout::Structured, Some((message, attributes))) => {
                let attributes: Vec<(&str, &str)> =
                    attributes.iter().map(|(key, value)| (*key, value.as_str())).collect();
                structured(Level::Warn, message, &attributes)
            }
            (LogLayout::Structured, None) => structured(Level::Info, &warning.to_string(), &[]),
            (LogLayout::Plain, _) => {
                let line = match warning {
                    ProcessWarning::ConditionNotBool { .. } => 64,
                    ProcessWarning::TagNotBool { .. } => 95,
                    ProcessWarning::ImportMissing { chart: Some(_), .. } => 270,
                    _ => 287,
                };
                format!("dependencies.go:{line}: {warning}")
            }
        }
    }

    fn coalesce(self, text: &str) -> String {
        let places = [
            ("warning: skipping globals because destination", 138),
            ("warning: skipping globals because source", 145),
            ("Conflict: ", 161),
            ("key ", 175),
            ("warning: skipped value for", 237),
            ("warning: cannot overwrite table with non table", 316),
            ("warning: destination for", 319),
        ];
        let line =
            places.iter().find(|(begin, _)| text.starts_with(begin)).map_or(0, |(_, line)| *line);
        self.plain(line, text)
    }

    fn unresolved_urn(self, urn: &str) -> String {
        match self.layout {
            LogLayout::Structured => structured(
                Level::Warn,
                "unresolved URN reference ignored; using permissive schema",
                &[("urn", urn)],
            ),
            LogLayout::Plain => format!(
                "jsonschema.go:192: WARNING: unresolved URN reference ignored; using permissive schema: {urn}"
            ),
        }
    }

    /// Gives the line for a text that Helm prints through Go's old logger.
    fn plain(self, line: u32, text: &str) -> String {
        match self.layout {
            LogLayout::Structured => structured(Level::Info, text, &[]),
            LogLayout::Plain => format!("coalesce.go:{line}: {text}"),
        }
    }

    fn notice(self, notice: &Notice) -> String {
        match (self.layout, notice) {
            (LogLayout::Structured, Notice::RequiredIsNil { message }) => {
                structured(Level::Warn, "missing required value", &[("message", message)])
            }
            (LogLayout::Structured, Notice::RequiredIsEmpty { message }) => {
                structured(Level::Warn, "missing required values", &[("message", message)])
            }
            (LogLayout::Structured, Notice::Failed { message }) => {
                structured(Level::Info, "funcMap fail", &[("message", message)])
            }
            (LogLayout::Structured, Notice::UnknownHook { annotation }) => {
                structured(Level::Info, "skipping unknown hooks", &[("hookTypes", annotation)])
            }
            (LogLayout::Plain, Notice::RequiredIsNil { message }) => {
                format!("engine.go:206: [INFO] Missing required value: {message}")
            }
            (LogLayout::Plain, Notice::RequiredIsEmpty { message }) => {
                format!("engine.go:214: [INFO] Missing required value: {message}")
            }
            (LogLayout::Plain, Notice::Failed { message }) => {
                format!("engine.go:227: [INFO] Fail: {message}")
            }
            (LogLayout::Plain, Notice::UnknownHook { annotation }) => {
                format!(
                    "manifest_sorter.go:199: info: skipping unknown hook: {}",
                    quote(annotation)
                )
            }
            (_, other) => self.plain(0, &format!("{other:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_only_where_they_must_be() {
        let line = structured(
            Level::Warn,
            "two words",
            &[("path", "a/b\\c"), ("none", ""), ("say", "\"x\"")],
        );
        assert_eq!(line, r#"level=WARN msg="two words" path=a/b\c none="" say="\"x\"""#);
    }
}
