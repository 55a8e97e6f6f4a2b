//! Versions and constraints.

use std::cmp::Ordering;
use std::fmt::{Display, Write as _};

use pintle_chart::semver::{Constraint, SemverError, Version};

fn said<T: Display>(value: &Result<T, SemverError>) -> String {
    match value {
        Ok(value) => value.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

/// Judges one version by one constraint.
pub(crate) fn judge(_: &str, case: &[String]) -> Option<String> {
    let [line, range] = case else { return None };
    write_judgement(line, range).ok()
}

fn write_judgement(line: &str, range: &str) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "strict\t{line}\t{}", said(&Version::parse_strict(line)))?;
    let version = Version::parse(line);
    writeln!(out, "version\t{line}\t{}", said(&version))?;
    if let Ok(version) = &version {
        let Version { major, minor, patch, prerelease, metadata, .. } = version;
        writeln!(out, "parts\t{major}\t{minor}\t{patch}\t{prerelease}\t{metadata}")?;
        match version.next_patch() {
            Some(next) => writeln!(out, "next\t{next}\t{}", next.original)?,
            None => writeln!(out, "next\tnone")?,
        }
        let sign = match version.precedence(version) {
            Ordering::Less => '<',
            Ordering::Equal => '=',
            Ordering::Greater => '>',
        };
        writeln!(out, "order\t{}\t{sign}", version.original)?;
    }
    let constraint = Constraint::parse(range);
    writeln!(out, "constraint\t{range}\t{}", said(&constraint))?;
    if let (Ok(constraint), Ok(version)) = (constraint, version) {
        if constraint.check(&version) {
            writeln!(out, "+ {}", version.original)?;
        } else {
            let reasons = constraint.validate(&version).err().unwrap_or_default();
            writeln!(out, "- {}: {}", version.original, reasons.join("; "))?;
        }
    }
    Ok(out)
}
