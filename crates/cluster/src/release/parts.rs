//! Records that are longer than one object may be: a head that looks like Helm's, and parts behind it.
//!
//! The head holds the first piece, and says in annotations how many parts follow and which. A part's name ends in the
//! record's fingerprint, so parts of two writes never mix: parts are written first, then the head, then what an older
//! head meant is removed. Whatever is cut short, the head that is there finds all of its own parts.
//!
//! Helm sees the head, cannot unpack it, and passes over it as over every broken record; parts it never sees.

use std::collections::BTreeMap;

use super::encode::fingerprint;

/// The annotation of a head that says how many parts follow.
pub(super) const PARTS: &str = "pintle.dev/parts";

/// The annotation of a head that says with what the names of its parts end.
pub(super) const FINGERPRINT: &str = "pintle.dev/fingerprint";

/// Who owns parts, as the label `owner` says: not `helm`, which lists what it owns.
pub(super) const OWNER: &str = "pintle";

/// The type of Secrets that are parts.
pub(super) const TYPE: &str = "pintle.dev/release-part.v1";

/// How long a piece is at most, in bytes. What an object holds counts against the server's limit with all its labels.
pub(super) const MAX_PIECE: usize = 1_000_000;

/// How many parts a record may have: more bytes than that are no release.
pub(super) const MAX_PARTS: usize = 64;

/// A record in pieces.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    /// what the head holds
    pub(super) head: &'a str,
    /// what the parts hold
    pub(super) parts: Vec<&'a str>,
    /// with what the names of the parts end
    pub(super) fingerprint: String,
}

/// Where a head says that the rest of a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) n_parts: usize,
    pub(super) fingerprint: String,
}

/// Takes a record apart.
pub(super) fn split(text: &str) -> Pieces<'_> {
    let mut pieces = Vec::with_capacity(text.len() / MAX_PIECE + 1);
    let mut rest = text;
    // OK because base64 is ASCII: every byte ends a character.
    while rest.len() > MAX_PIECE {
        let (piece, behind) = rest.split_at(MAX_PIECE);
        pieces.push(piece);
        rest = behind;
    }
    pieces.push(rest);
    let head = pieces.remove(0);
    Pieces { head, parts: pieces, fingerprint: fingerprint(text) }
}

impl Pieces<'_> {
    /// Gives the annotations that a head needs.
    pub(super) fn annotate(&self, annotations: &mut BTreeMap<String, String>) {
        annotations.insert(PARTS.to_owned(), self.parts.len().to_string());
        annotations.insert(FINGERPRINT.to_owned(), self.fingerprint.clone());
    }
}

impl Rest {
    /// Reads the annotations of a head.
    ///
    /// # Errors
    ///
    /// A number of parts that is none, or too large.
    pub(super) fn read(annotations: &BTreeMap<String, String>) -> Result<Option<Self>, String> {
        let Some(parts) = annotations.get(PARTS) else { return Ok(None) };
        let n_parts: usize =
            parts.parse().map_err(|_| format!("annotation {PARTS} is no number: {parts:?}"))?;
        if n_parts > MAX_PARTS {
            return Err(format!("annotation {PARTS} says {n_parts}, and {MAX_PARTS} are the most"));
        }
        let fingerprint = annotations.get(FINGERPRINT).cloned().unwrap_or_default();
        if !fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()) || fingerprint.is_empty() {
            return Err(format!("annotation {FINGERPRINT} is none: {fingerprint:?}"));
        }
        Ok(Some(Self { n_parts, fingerprint }))
    }
}

/// Gives the name of a part, which are counted from 1.
pub(super) fn name(key: &str, number: usize, fingerprint: &str) -> String {
    format!("{key}.part{number}.{fingerprint}")
}
