//! Where a values file cannot be read.

use pintle_yaml::{Error as YamlError, parse};

use super::Text;
use crate::load::{Documents, documents_of, read_values};
use crate::values::{Sources, ValuesError};

/// Finds where the values file that an error is about stops being YAML: its text, and the offset in it in bytes.
///
/// Nothing is known of what is no text, or is YAML but no map.
pub fn place_of(
    error: &ValuesError,
    sources: &Sources,
    documents: Documents,
) -> Option<(Text, usize)> {
    let ValuesError::File { name, .. } = error else { return None };
    let is_it = |data: &[u8]| read_values(data, documents).is_err();
    let file = sources.files.iter().find(|file| file.name == *name && is_it(&file.content))?;
    let data = file.content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.content);
    let (plain, ranges) = documents_of(data, documents);
    let text = String::from_utf8(plain.into_owned()).ok()?;
    for range in ranges {
        if let Err(YamlError::Yaml { offset, .. }) = parse(text.get(range.clone())?) {
            let offset = (range.start + offset).min(range.end);
            return Some((Text::new(name, text), offset));
        }
    }
    None
}
