//! Commands of GitHub's workflows: lines of output that become annotations.
//!
//! Source: `escapeData` and `escapeProperty` in `packages/core/src/command.ts` of actions/toolkit.

use std::fmt::Write as _;

/// Adds a command: `::error file=a.yaml,line=1,col=2,title=code::message`.
pub(crate) fn write(
    text: &mut String,
    command: &str,
    file: &str,
    place: Option<(usize, usize)>,
    title: &str,
    message: &str,
) {
    let _ = write!(text, "::{command} file={}", property(file));
    if let Some((line, column)) = place {
        let _ = write!(text, ",line={line},col={column}");
    }
    let _ = writeln!(text, ",title={}::{}", property(title), data(message));
}

/// Escapes what stands behind the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_on_their_line() {
        assert_eq!(data("50%:\r\na, b"), "50%25:%0D%0Aa, b");
        assert_eq!(property("c:d,e%"), "c%3Ad%2Ce%25");
    }
}
