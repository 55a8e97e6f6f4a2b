//! Secrets and `ConfigMaps` that hold records, as they travel.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What the server is asked for where only the metadata matters.
pub(super) const METADATA: &str =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/// As [`METADATA`], of a list.
pub(super) const METADATA_LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<'a> {
    #[serde(default)]
    pub(super) metadata: PageMetadata,
    /// of nothing, lists of metadata say null
    #[serde(borrow, default = "Option::default")]
    pub(super) items: Option<Vec<Object<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PageMetadata {
    /// what the next page is asked for with; empty behind the last
    #[serde(default, rename = "continue")]
    pub(super) next: String,
}

/// An object that was read.
#[derive(Debug, Deserialize)]
pub(super) struct Object<'a> {
    #[serde(default)]
    pub(super) metadata: Metadata,
    #[serde(borrow, default)]
    pub(super) data: Data<'a>,
}

impl Object<'_> {
    /// Copies what is held out of the answer.
    pub(super) fn into_owned(self) -> Object<'static> {
        let release = Cow::Owned(self.data.release.into_owned());
        Object { metadata: self.metadata, data: Data { release } }
    }
}

/// What is known of an object beside what it holds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) resource_version: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) annotations: BTreeMap<String, String>,
}

/// What an object holds. It is not copied out of the answer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Data<'a> {
    #[serde(borrow, default)]
    pub(super) release: Cow<'a, str>,
}

/// An object that is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent<'a> {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) metadata: SentMetadata<'a>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) type_: Option<&'static str>,
    pub(super) data: SentData<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SentMetadata<'a> {
    pub(super) name: &'a str,
    pub(super) labels: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource_version: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct SentData<'a> {
    pub(super) release: Cow<'a, str>,
}

/// Gives what an object of a kind holds for a text: Secrets wrap it in base64 once more.
pub(super) fn wrap(text: &str, is_secret: bool) -> Cow<'_, str> {
    if is_secret { Cow::Owned(STANDARD.encode(text)) } else { Cow::Borrowed(text) }
}

/// Gives the text that an object holds.
///
/// # Errors
///
/// Data that is no base64, which the server does not let pass.
pub(super) fn unwrap<'a>(data: &'a Data<'_>, is_secret: bool) -> Result<Cow<'a, [u8]>, String> {
    let bytes = data.release.as_bytes();
    if is_secret { super::encode::unbase(bytes).map(Cow::Owned) } else { Ok(Cow::Borrowed(bytes)) }
}

/// Writes what stands behind `?` or between `&` of a URL.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
