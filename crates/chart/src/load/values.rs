//! Reading a values file: a map, in one YAML document or several.
//!
//! Source: `LoadValues` in `pkg/chart/v2/loader/load.go`, Helm v4; `YAMLReader` in `pkg/util/yaml/decoder.go` of
//! `k8s.io/apimachinery`.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use memchr::memmem;
use pintle_yaml::{Map, Value};

use crate::Error;
use crate::decode::not_a_map;
use crate::values::merge_maps;

/// Which documents of a values file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documents {
    /// all of them, the later over the earlier, maps key by key
    All,
    /// the first; the others are not looked at
    First,
}

/// Reads a values file. An empty one is an empty map.
///
/// # Errors
///
/// Text that is not YAML, or not a map.
pub fn read_values(data: &[u8], documents: Documents) -> Result<Map, Error> {
    if documents == Documents::First {
        return read_map(data);
    }
    let mut values = Map::new();
    let plain = with_plain_lines(data);
    let (documents, fault) = split(&plain);
    for document in documents {
        let map = read_map(document).map_err(|error| Error::Document(Box::new(error)))?;
        values = merge_maps(&values, &map);
    }
    match fault {
        None => Ok(values),
        Some(error) => Err(error),
    }
}

fn read_map(data: &[u8]) -> Result<Map, Error> {
    match pintle_yaml::from_slice(data)? {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => Err(not_a_map(&other)),
    }
}

/// Ends every line with a line feed, the last one too, as Kubernetes' line reader does.
fn with_plain_lines(data: &[u8]) -> Cow<'_, [u8]> {
    let is_plain = data.last().is_none_or(|&last| last == b'\n');
    if is_plain && memchr::memchr(b'\r', data).is_none() {
        return data.into();
    }
    let mut plain = Vec::with_capacity(data.len() + 1);
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        plain.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        plain.push(b'\n');
    }
    plain.into()
}

/// Splits at lines that begin with `---`, up to one that is no separator. A separator that no line stands before belongs
/// to its document.
fn split(text: &[u8]) -> (Vec<&[u8]>, Option<Error>) {
    const SEPARATOR: &[u8] = b"---";
    let mut documents = Vec::new();
    let mut start = 0;
    for line_start in memmem::find_iter(text, SEPARATOR) {
        if line_start > 0 && text[line_start - 1] != b'\n' {
            continue;
        }
        let after = &text[line_start + SEPARATOR.len()..];
        let after = memchr::memchr(b'\n', after).map_or(after, |len| &after[..=len]);
        let line_end = line_start + SEPARATOR.len() + after.len();
        let after = String::from_utf8_lossy(after);
        let after = after.trim();
        if !after.is_empty() && !after.starts_with('#') {
            return (documents, Some(Error::DocumentSeparator(after.to_owned())));
        }
        if start < line_start {
            documents.push(&text[start..line_start]);
            start = line_end;
        }
    }
    documents.push(&text[start..]);
    (documents, None)
}

/// Gives where the documents of a values file are that count, in bytes.
pub fn document_ranges(data: &[u8], documents: Documents) -> Vec<Range<usize>> {
    if documents == Documents::First {
        return iter::once(0..data.len()).collect();
    }
    let start = data.as_ptr() as usize;
    let range = |part: &[u8]| {
        let begin = part.as_ptr() as usize - start;
        begin..begin + part.len()
    };
    split(data).0.into_iter().map(range).collect()
}

/// Gives a values file as it is read, lines ended by line feeds, and where its documents that count are.
pub(crate) fn documents_of(
    data: &[u8],
    documents: Documents,
) -> (Cow<'_, [u8]>, Vec<Range<usize>>) {
    let plain = match documents {
        Documents::First => data.into(),
        Documents::All => with_plain_lines(data),
    };
    let ranges = document_ranges(&plain, documents);
    (plain, ranges)
}
