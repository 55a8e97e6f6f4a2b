//! Versions and version constraints, by the rules of Masterminds/semver.
//!
//! Helm matches dependencies with them and templates use them through `semver` and
//! `semverCompare`. The grammar is wider than the specification's (`v1.2`, `^1.x || >=2, <3`), and
//! a pre-release only satisfies a group of constraints one of which names a pre-release.
//!
//! Source: `version.go` and `constraints.go` of Masterminds/semver v3.5.0.

use std::cmp::Ordering;
use std::fmt;

use crate::quote::Quoted;

/// The longest version that is read, in bytes.
pub const MAX_VERSION_LEN: usize = 256;

/// The longest constraint that is read, in bytes.
pub const MAX_CONSTRAINT_LEN: usize = 512;

/// The largest number of groups (separated by `||`) in a constraint.
pub const MAX_CONSTRAINT_GROUPS: usize = 32;

/// A version or constraint that cannot be read, in the words of Masterminds/semver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SemverError {
    /// not a version at all
    #[error("invalid semantic version")]
    Invalid,
    /// nothing where a strict version was wanted
    #[error("version string empty")]
    Empty,
    /// more bytes than [`MAX_VERSION_LEN`]
    #[error("version string is too long (max {MAX_VERSION_LEN} bytes)")]
    TooLong,
    /// something other than digits in major, minor or patch of a strict version
    #[error("invalid characters in version")]
    Characters,
    /// a number such as `01`
    #[error("version segment starts with 0")]
    LeadingZero,
    /// build metadata with an empty or odd identifier
    #[error("invalid metadata string")]
    Metadata,
    /// a pre-release with an empty or odd identifier
    #[error("invalid prerelease string")]
    Prerelease,
    /// a number beyond 64 bits, in a version read leniently
    #[error("error parsing version segment: strconv.ParseUint: parsing {}: value out of range", Quoted(.0))]
    SegmentRange(String),
    /// a number beyond 64 bits, in a strict version
    #[error("strconv.ParseUint: parsing {}: value out of range", Quoted(.0))]
    StrictRange(String),
    /// no digits where a strict version needs a number
    #[error("strconv.ParseUint: parsing \"\": invalid syntax")]
    StrictEmptySegment,
    /// a constraint that does not follow the grammar
    #[error("improper constraint: {}", Quoted(.0))]
    Improper(String),
    /// a constraint that follows the grammar, with a version that is none
    #[error("constraint parser error")]
    ConstraintVersion,
    /// more bytes than [`MAX_CONSTRAINT_LEN`]
    #[error("constraint string is too long (max {MAX_CONSTRAINT_LEN} bytes)")]
    ConstraintTooLong,
    /// more groups than [`MAX_CONSTRAINT_GROUPS`]
    #[error("too many constraint groups (max {MAX_CONSTRAINT_GROUPS})")]
    TooManyGroups,
}

/// A semantic version.
///
/// Displays in full (`1.2.0-rc.1+build`), whatever was left out of the text it came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// the first number
    pub major: u64,
    /// the second number, 0 where the text had none
    pub minor: u64,
    /// the third number, 0 where the text had none
    pub patch: u64,
    /// what stands after `-`, or nothing
    pub prerelease: String,
    /// what stands after `+`, or nothing
    pub metadata: String,
    /// the text that was read
    pub original: String,
}

impl Version {
    /// Reads a version leniently: `v1`, `1.2` and `01.2.3` are versions.
    ///
    /// # Errors
    ///
    /// [`SemverError::Invalid`] for what has no such form; others for wrong parts of it.
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        if text.len() > MAX_VERSION_LEN {
            return Err(SemverError::TooLong);
        }
        let parts = Parts::scan(text, |b| b.is_ascii_digit()).ok_or(SemverError::Invalid)?;
        if parts.len != text.len() {
            return Err(SemverError::Invalid);
        }
        let number = |digits: &str| match digits {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| SemverError::SegmentRange(digits.to_owned())),
        };
        let version = Self {
            major: number(parts.major)?,
            minor: number(parts.minor.unwrap_or_default())?,
            patch: number(parts.patch.unwrap_or_default())?,
            prerelease: parts.prerelease.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: text.to_owned(),
        };
        if !version.prerelease.is_empty() {
            check_prerelease(&version.prerelease)?;
        }
        Ok(version)
    }

    /// Reads a version as the specification writes it: three numbers without leading zeros.
    ///
    /// # Errors
    ///
    /// Any of [`SemverError`] about versions.
    pub fn parse_strict(text: &str) -> Result<Self, SemverError> {
        if text.is_empty() {
            return Err(SemverError::Empty);
        }
        if text.len() > MAX_VERSION_LEN {
            return Err(SemverError::TooLong);
        }
        let mut segments = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) =
            (segments.next(), segments.next(), segments.next())
        else {
            return Err(SemverError::Invalid);
        };
        let (rest, metadata) = match rest.split_once('+') {
            Some((rest, metadata)) => (rest, Some(metadata)),
            None => (rest, None),
        };
        if let Some(metadata) = metadata {
            check_metadata(metadata)?;
        }
        let (patch, prerelease) = match rest.split_once('-') {
            Some((patch, prerelease)) => (patch, Some(prerelease)),
            None => (rest, None),
        };
        if let Some(prerelease) = prerelease {
            check_prerelease(prerelease)?;
        }
        for segment in [major, minor, patch] {
            if !segment.bytes().all(|b| b.is_ascii_digit()) {
                return Err(SemverError::Characters);
            }
            if segment.len() > 1 && segment.starts_with('0') {
                return Err(SemverError::LeadingZero);
            }
        }
        let number = |digits: &str| match digits {
            "" => Err(SemverError::StrictEmptySegment),
            digits => digits.parse().map_err(|_| SemverError::StrictRange(digits.to_owned())),
        };
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// Compares by precedence: build metadata does not count, a pre-release comes before its release.
    ///
    /// This is not [`Ord`], because versions of equal precedence need not be equal.
    pub fn precedence(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_prereleases(&self.prerelease, &other.prerelease))
    }

    /// Gives the version whose major number is one more; `None` where 64 bits do not hold it.
    pub fn next_major(&self) -> Option<Self> {
        Some(self.successor(self.major.checked_add(1)?, 0, 0))
    }

    /// Gives the version whose minor number is one more; `None` where 64 bits do not hold it.
    pub fn next_minor(&self) -> Option<Self> {
        Some(self.successor(self.major, self.minor.checked_add(1)?, 0))
    }

    /// Gives the release of a pre-release, or else the version whose patch number is one more;
    /// `None` where 64 bits do not hold it.
    pub fn next_patch(&self) -> Option<Self> {
        let patch =
            if self.prerelease.is_empty() { self.patch.checked_add(1)? } else { self.patch };
        Some(self.successor(self.major, self.minor, patch))
    }

    /// Gives this version with another pre-release, or with none.
    ///
    /// # Errors
    ///
    /// [`SemverError::Prerelease`] and [`SemverError::LeadingZero`].
    pub fn with_prerelease(&self, prerelease: &str) -> Result<Self, SemverError> {
        if !prerelease.is_empty() {
            check_prerelease(prerelease)?;
        }
        Ok(self.renamed(Self { prerelease: prerelease.to_owned(), ..self.clone() }))
    }

    /// Gives this version with other build metadata, or with none.
    ///
    /// # Errors
    ///
    /// [`SemverError::Metadata`].
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, SemverError> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(self.renamed(Self { metadata: metadata.to_owned(), ..self.clone() }))
    }

    fn successor(&self, major: u64, minor: u64, patch: u64) -> Self {
        let (prerelease, metadata, original) = (String::new(), String::new(), String::new());
        self.renamed(Self { major, minor, patch, prerelease, metadata, original })
    }

    /// Gives `next` the original text that fits it; it keeps the `v` of this version.
    fn renamed(&self, next: Self) -> Self {
        let v = if self.original.starts_with('v') { "v" } else { "" };
        Self { original: format!("{v}{next}"), ..next }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// The parts of a loose version at the beginning of a text.
struct Parts<'a> {
    major: &'a str,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    /// the `-` and what follows it, for constraints
    dashed_prerelease: &'a str,
    prerelease: &'a str,
    metadata: &'a str,
    /// how much of the text was used, in bytes
    len: usize,
}

impl<'a> Parts<'a> {
    /// Scans `v? N (.N)? (.N)? (-id(.id)*)? (+id(.id)*)?`, where `is_number` says what `N` is made of.
    ///
    /// Greedy is right: no part can begin with a character that the part before it may end with.
    fn scan(text: &'a str, is_number: impl Fn(u8) -> bool) -> Option<Self> {
        let bytes = text.as_bytes();
        let run = |from: usize| from + bytes[from..].iter().take_while(|&&b| is_number(b)).count();
        let start = usize::from(bytes.first() == Some(&b'v'));
        let mut at = run(start);
        if at == start {
            return None;
        }
        let major = &text[start..at];
        let mut segment = || {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            let end = run(at + 1);
            if end == at + 1 {
                return None;
            }
            let digits = &text[at + 1..end];
            at = end;
            Some(digits)
        };
        let minor = segment();
        let patch = if minor.is_some() { segment() } else { None };
        let dashed_prerelease = identifiers(&text[at..], b'-');
        at += dashed_prerelease.len();
        let metadata = identifiers(&text[at..], b'+');
        at += metadata.len();
        Some(Self {
            major,
            minor,
            patch,
            dashed_prerelease,
            prerelease: dashed_prerelease.get(1..).unwrap_or_default(),
            metadata: metadata.get(1..).unwrap_or_default(),
            len: at,
        })
    }
}

/// Gives the `sign` and the identifiers, separated by dots, that `text` begins with.
fn identifiers(text: &str, sign: u8) -> &str {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&sign) {
        return "";
    }
    let mut end = 0;
    loop {
        // `end` is at the sign or at a dot, which only counts when an identifier follows.
        let len = bytes[end + 1..].iter().take_while(|&&b| is_identifier_byte(b)).count();
        if len == 0 {
            return &text[..end];
        }
        end += 1 + len;
        if bytes.get(end) != Some(&b'.') {
            return &text[..end];
        }
    }
}

fn is_identifier_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-'
}

fn check_prerelease(prerelease: &str) -> Result<(), SemverError> {
    for identifier in prerelease.split('.') {
        if identifier.is_empty() || !identifier.bytes().all(is_identifier_byte) {
            return Err(SemverError::Prerelease);
        }
        let all_digits = identifier.bytes().all(|b| b.is_ascii_digit());
        if all_digits && identifier.len() > 1 && identifier.starts_with('0') {
            return Err(SemverError::LeadingZero);
        }
    }
    Ok(())
}

fn check_metadata(metadata: &str) -> Result<(), SemverError> {
    let good =
        |identifier: &str| !identifier.is_empty() && identifier.bytes().all(is_identifier_byte);
    if metadata.split('.').all(good) { Ok(()) } else { Err(SemverError::Metadata) }
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match compare_identifiers(a, b) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// Compares numbers by amount, other identifiers as text, numbers before others.
///
/// What does not fit into 64 bits is no number, and two writings of one number (`1`, `01`) are not
/// equal: the first is less. Both as upstream has it.
fn compare_identifiers(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    // A sign is no part of Go's unsigned numbers; `parse` would take a `+`, which cannot occur here.
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(a), Ok(b)) if a > b => Ordering::Greater,
        (Ok(_), Ok(_) | Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

/// What versions must satisfy: groups separated by `||`, in each of which all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    comparisons: Vec<Comparison>,
    /// Whether one of the comparisons names a pre-release, so that pre-releases may satisfy all.
    allows_prereleases: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparison {
    operator: Operator,
    /// the operator as it was written
    sign: String,
    version: Version,
    /// the version as it was written
    text: String,
    /// Which numbers were written.
    written: Written,
}

/// How much of a version was written; the rest is missing or `x`, `X`, `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Nothing,
    Major,
    MajorMinor,
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

impl Constraint {
    /// Reads a constraint such as `^1.2`, `>=1.0, <3 || ~4.1` or `1.2 - 2`.
    ///
    /// # Errors
    ///
    /// [`SemverError::Improper`], [`SemverError::ConstraintVersion`],
    /// [`SemverError::ConstraintTooLong`], [`SemverError::TooManyGroups`].
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        if text.len() > MAX_CONSTRAINT_LEN {
            return Err(SemverError::ConstraintTooLong);
        }
        let text = rewrite_ranges(text);
        if text.split("||").count() > MAX_CONSTRAINT_GROUPS {
            return Err(SemverError::TooManyGroups);
        }
        let groups = text.split("||").map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// Tells whether `version` satisfies one of the groups.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            group.comparisons.iter().all(|c| {
                (group.allows_prereleases || version.prerelease.is_empty())
                    && c.fault(version).is_none()
            })
        })
    }

    /// Gives every reason why `version` satisfies no group, or `Ok` if it satisfies one.
    ///
    /// # Errors
    ///
    /// One text per comparison that does not hold; that pre-releases are not wanted is said once.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut said = false;
        for group in &self.groups {
            let mut holds = true;
            for comparison in &group.comparisons {
                if !group.allows_prereleases && !version.prerelease.is_empty() {
                    holds = false;
                    if !said {
                        said = true;
                        reasons.push(format!(
                            "\"{version}\" is a prerelease version and the constraint is only looking for release versions"
                        ));
                    }
                } else if let Some(fault) = comparison.fault(version) {
                    holds = false;
                    reasons.push(fault.text(version, comparison));
                }
            }
            if holds {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, group) in self.groups.iter().enumerate() {
            f.write_str(if n == 0 { "" } else { " || " })?;
            for (n, comparison) in group.comparisons.iter().enumerate() {
                f.write_str(if n == 0 { "" } else { " " })?;
                write!(f, "{}{}", comparison.sign, comparison.text)?;
            }
        }
        Ok(())
    }
}

/// What `\s` is in Go.
fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// What numbers in constraints are made of. The `|` is upstream's; no version has one.
fn is_constraint_number(b: u8) -> bool {
    b.is_ascii_digit() || matches!(b, b'x' | b'X' | b'*' | b'|')
}

fn spaces(text: &str) -> usize {
    text.bytes().take_while(|&b| is_space(b)).count()
}

/// Turns each `A - B` into `>= A, <= B `.
fn rewrite_ranges(text: &str) -> String {
    let mut out = text.to_owned();
    let mut at = 0;
    while at < text.len() {
        let Some(range) = text.get(at..).and_then(Range::scan) else {
            at += 1;
            continue;
        };
        let found = &text[at..at + range.len];
        // Upstream replaces the first place with the same text, wherever that is.
        out = out.replacen(found, &format!(">= {}, <= {} ", range.from, range.to), 1);
        at += range.len;
    }
    out
}

/// A hyphen range at the beginning of a text, with the space around it.
struct Range<'a> {
    from: &'a str,
    to: &'a str,
    len: usize,
}

impl<'a> Range<'a> {
    fn scan(text: &'a str) -> Option<Self> {
        let mut at = spaces(text);
        let from_len = Parts::scan(&text[at..], is_constraint_number)?.len;
        let from = &text[at..at + from_len];
        at += from_len;
        let gap = spaces(&text[at..]);
        at += gap;
        if gap == 0 || text.as_bytes().get(at) != Some(&b'-') {
            return None;
        }
        at += 1;
        let gap = spaces(&text[at..]);
        if gap == 0 {
            return None;
        }
        at += gap;
        let to_len = Parts::scan(&text[at..], is_constraint_number)?.len;
        let to = &text[at..at + to_len];
        at += to_len;
        at += spaces(&text[at..]);
        Some(Self { from, to, len: at })
    }
}

impl Group {
    /// Reads comparisons separated by a comma or by space.
    fn parse(text: &str) -> Result<Self, SemverError> {
        let improper = || SemverError::Improper(text.to_owned());
        // A version that is none matters only if the group as a whole has the form of one.
        let mut comparisons: Vec<Result<Comparison, SemverError>> = Vec::new();
        let mut rest = text;
        loop {
            rest = &rest[spaces(rest)..];
            let sign_len = rest.bytes().take_while(|b| b"=!<>~^".contains(b)).count();
            let sign = &rest[..sign_len];
            let operator = Operator::parse(sign).ok_or_else(improper)?;
            rest = &rest[sign_len..];
            rest = &rest[spaces(rest)..];
            let parts = Parts::scan(rest, is_constraint_number).ok_or_else(improper)?;
            let (version, after) = rest.split_at(parts.len);
            let gap = spaces(after);
            let comma = after[gap..].starts_with(',');
            let done = after.len() == gap;
            if !done && gap == 0 && !comma {
                return Err(improper());
            }
            comparisons.push(Comparison::new(operator, sign, version, &parts));
            if done {
                break;
            }
            rest = &after[gap + usize::from(comma)..];
        }
        let comparisons = comparisons.into_iter().collect::<Result<Vec<_>, _>>()?;
        let allows_prereleases = comparisons.iter().any(|c| !c.version.prerelease.is_empty());
        Ok(Self { comparisons, allows_prereleases })
    }
}

impl Operator {
    fn parse(sign: &str) -> Option<Self> {
        Some(match sign {
            "" | "=" => Self::Equal,
            "!=" => Self::NotEqual,
            ">" => Self::Greater,
            "<" => Self::Less,
            ">=" | "=>" => Self::GreaterOrEqual,
            "<=" | "=<" => Self::LessOrEqual,
            "~" | "~>" => Self::Tilde,
            "^" => Self::Caret,
            _ => return None,
        })
    }
}

/// Why a version does not satisfy a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Major,
    MajorMinor,
    Minor,
    MinorOfZero,
    NotExactlyEqual,
}

impl Fault {
    fn text(self, version: &Version, comparison: &Comparison) -> String {
        let (before, after) = match self {
            Self::Equal => ("is equal to", ""),
            Self::NotEqual => ("is not equal to", ""),
            Self::LessOrEqual => ("is less than or equal to", ""),
            Self::GreaterOrEqual => ("is greater than or equal to", ""),
            Self::Less => ("is less than", ""),
            Self::Greater => ("is greater than", ""),
            Self::Major => ("does not have same major version as", ""),
            Self::MajorMinor => ("does not have same major and minor version as", ""),
            Self::Minor => ("does not have same minor version as", ""),
            Self::MinorOfZero => (
                "does not have same minor version as",
                ". Expected minor versions to match when constraint major version is 0",
            ),
            Self::NotExactlyEqual => (
                "does not equal",
                ". Expect version and constraint to equal when major and minor versions are 0",
            ),
        };
        format!("\"{version}\" {before} {}{after}", Quoted(&comparison.text))
    }
}

impl Comparison {
    fn new(
        operator: Operator,
        sign: &str,
        text: &str,
        parts: &Parts<'_>,
    ) -> Result<Self, SemverError> {
        let is_open = |number: Option<&str>| matches!(number, None | Some("x" | "X" | "*"));
        let pre = parts.dashed_prerelease;
        let (major, minor) = (parts.major, parts.minor.unwrap_or_default());
        let (version, written) = if is_open(Some(major)) {
            (Version::parse(&format!("0.0.0{pre}")), Written::Nothing)
        } else if is_open(parts.minor) {
            (Version::parse(&format!("{major}.0.0{pre}")), Written::Major)
        } else if is_open(parts.patch) {
            (Version::parse(&format!("{major}.{minor}.0{pre}")), Written::MajorMinor)
        } else {
            (Version::parse(text), Written::Full)
        };
        let version = version.map_err(|_| SemverError::ConstraintVersion)?;
        Ok(Self { operator, sign: sign.to_owned(), version, text: text.to_owned(), written })
    }

    /// Gives what is wrong with `version`, a release or a pre-release that may be considered.
    fn fault(&self, version: &Version) -> Option<Fault> {
        let order = version.precedence(&self.version);
        let fault_if = |wrong: bool, fault: Fault| wrong.then_some(fault);
        match self.operator {
            Operator::Equal if self.written == Written::Full => {
                fault_if(order.is_ne(), Fault::NotEqual)
            }
            Operator::Equal | Operator::Tilde => self.tilde_fault(version, order),
            Operator::NotEqual => fault_if(self.is_excluded(version, order), Fault::Equal),
            Operator::Greater => fault_if(!self.is_exceeded(version, order), Fault::LessOrEqual),
            Operator::Less => fault_if(order.is_ge(), Fault::GreaterOrEqual),
            Operator::GreaterOrEqual => fault_if(order.is_lt(), Fault::Less),
            Operator::LessOrEqual => {
                let wrong = match self.written {
                    Written::Full => order.is_gt(),
                    Written::Major => version.major > self.version.major,
                    Written::Nothing | Written::MajorMinor => {
                        (version.major, version.minor) > (self.version.major, self.version.minor)
                    }
                };
                fault_if(wrong, Fault::Greater)
            }
            Operator::Caret => self.caret_fault(version, order),
        }
    }

    /// `!=`: within the numbers that were written nothing is left to differ.
    fn is_excluded(&self, version: &Version, order: Ordering) -> bool {
        let wanted = &self.version;
        match self.written {
            Written::Full | Written::Nothing => order.is_eq(),
            Written::Major => version.major == wanted.major,
            Written::MajorMinor => {
                (version.major, version.minor) == (wanted.major, wanted.minor)
                    && version.prerelease == wanted.prerelease
            }
        }
    }

    /// `>`: `>11` needs 12, `>11.1` needs 11.2.
    fn is_exceeded(&self, version: &Version, order: Ordering) -> bool {
        match self.written {
            Written::Full => order.is_gt(),
            _ if version.major != self.version.major => version.major > self.version.major,
            Written::Major => false,
            Written::MajorMinor => version.minor > self.version.minor,
            Written::Nothing => order.is_gt(),
        }
    }

    fn tilde_fault(&self, version: &Version, order: Ordering) -> Option<Fault> {
        let wanted = &self.version;
        let is_zero = (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0);
        if order.is_lt() {
            Some(Fault::Less)
        } else if is_zero && matches!(self.written, Written::Nothing | Written::Full) {
            // `~0.0.0` takes anything.
            None
        } else if version.major != wanted.major {
            Some(Fault::Major)
        } else if version.minor != wanted.minor && self.written != Written::Major {
            Some(Fault::MajorMinor)
        } else {
            None
        }
    }

    fn caret_fault(&self, version: &Version, order: Ordering) -> Option<Fault> {
        let wanted = &self.version;
        if order.is_lt() {
            return Some(Fault::Less);
        }
        if wanted.major > 0 || self.written == Written::Major {
            return (version.major != wanted.major).then_some(Fault::Major);
        }
        if version.major > 0 {
            return Some(Fault::Major);
        }
        if wanted.minor > 0 || self.written == Written::MajorMinor {
            return (version.minor != wanted.minor).then_some(Fault::MinorOfZero);
        }
        if version.minor > 0 {
            return Some(Fault::Minor);
        }
        (version.patch != wanted.patch).then_some(Fault::NotExactlyEqual)
    }
}
