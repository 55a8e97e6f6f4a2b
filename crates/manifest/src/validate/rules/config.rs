//! `ConfigMap` and `Secret`.
//!
//! Source: `ValidateConfigMap` and `ValidateSecret` in `pkg/apis/core/validation/validation.go`.

use std::borrow::Cow;

use pintle_yaml::json::{self, Target};

use super::Rules;
use crate::document::{Content, Node};
use crate::validate::at::{At, quoted};
use crate::validate::decode;
use crate::validate::names::{NameRule, config_key};

/// The most bytes of all data of one object.
const MAX_DATA: usize = 1 << 20;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let check = match (group, kind) {
        ("", "ConfigMap") => config_map,
        ("", "Secret") => secret,
        _ => return None,
    };
    Some(Rules { name: NameRule::Subdomain, check })
}

fn config_map(at: At<'_>) {
    let (data, binary) = (at.get("data"), at.get("binaryData"));
    let mut size = 0;
    for (key, value) in data.texts() {
        data.key(key).invalid_key(key, config_key(key));
        if binary.node().is_some_and(|node| node.get(key).is_some()) {
            data.key(key).invalid_as(&quoted(key), "duplicate of key present in binaryData");
        }
        size += value.len();
    }
    for (key, value) in binary.texts() {
        binary.key(key).invalid_key(key, config_key(key));
        size += decoded_len(value);
    }
    if size > MAX_DATA {
        // The path of the whole object is empty, and Kubernetes gives it as that.
        at.too_long(MAX_DATA);
    }
}

fn secret(at: At<'_>) {
    let data = at.get("data");
    let text_data = at.get("stringData");
    let mut size = 0;
    for (key, value) in data.texts() {
        data.key(key).invalid_key(key, config_key(key));
        size += decoded_len(value);
    }
    for (key, value) in text_data.texts() {
        // What is given as text becomes data before anything is checked.
        data.near_key(key).key(key).invalid_key(key, config_key(key));
        size += value.len();
    }
    if size > MAX_DATA {
        data.too_long(MAX_DATA);
    }
    required_keys(at);
}

/// Checks what a secret of a known type holds.
fn required_keys(at: At<'_>) {
    let data = at.get("data");
    let value = |key: &str| {
        let found = |of: At<'_>| of.node().and_then(|node| node.get(key)).map(is_empty);
        found(at.get("stringData")).or_else(|| found(data))
    };
    let require = |key: &str| {
        if value(key).is_none() {
            data.key(key).required("");
        }
    };
    match at.get("type").text() {
        "kubernetes.io/service-account-token" => {
            let name = "kubernetes.io/service-account.name";
            let annotations = at.get("metadata").get("annotations");
            if annotations.key(name).text().is_empty() {
                annotations.key(name).required("");
            }
        }
        "kubernetes.io/dockercfg" => registry_keys(at, ".dockercfg"),
        "kubernetes.io/dockerconfigjson" => registry_keys(at, ".dockerconfigjson"),
        "kubernetes.io/basic-auth"
            if value("username").is_none() && value("password").is_none() =>
        {
            data.key("username").required("");
            data.key("password").required("");
        }
        "kubernetes.io/ssh-auth" if value("ssh-privatekey").is_none_or(|is_empty| is_empty) => {
            data.key("ssh-privatekey").required("");
        }
        "kubernetes.io/tls" => ["tls.crt", "tls.key"].into_iter().for_each(require),
        _ => {}
    }
}

/// Checks that the keys of registries are an object of JSON.
fn registry_keys(at: At<'_>, key: &str) {
    let data = at.get("data");
    let text = at.get("stringData").node().and_then(|node| node.get(key));
    let content = match (text, data.node().and_then(|node| node.get(key))) {
        (Some(text), _) => Cow::Borrowed(text.as_str().unwrap_or_default().as_bytes()),
        (None, Some(bytes)) => match &bytes.content {
            Content::String(text) => Cow::Owned(decode::base64(text).unwrap_or_default()),
            _ => Cow::Borrowed(&[][..]),
        },
        (None, None) => {
            data.key(key).required("");
            return;
        }
    };
    if let (_, Some(fault)) = json::unmarshal(&content, Target::Map) {
        data.key(key).invalid_as("\"<secret contents redacted>\"", &fault.to_string());
    }
}

fn is_empty(node: &Node<'_>) -> bool {
    match &node.content {
        Content::String(text) => text.is_empty(),
        _ => true,
    }
}

/// Gives how many bytes a text in base64 stands for.
fn decoded_len(text: &str) -> usize {
    let n = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n' | b'=')).count();
    n * 3 / 4
}
