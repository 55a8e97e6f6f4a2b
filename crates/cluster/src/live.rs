//! The objects of a release as they are in the cluster now, for people to look at.
//!
//! Source: `Client.Get` in `pkg/kube/client.go`, Helm v4; `TablePrinter` in `k8s.io/cli-runtime/pkg/printers`.

use std::fmt::Write as _;

use futures_util::stream::{self, StreamExt as _};
use serde_json::{Map, Value as Json};

use crate::client::Call;
use crate::release::escape;
use crate::{Client, Error, Target, object};

/// How many objects are asked for at once.
const MAX_CONCURRENT: usize = 16;

/// What the server is asked for to lay out a table.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/// Under what name the pods of other objects are shown.
const RELATED: &str = "v1/Pod(related)";

/// How wide a column is at least, and how far the next one is away. Source: `GetNewTabWriter`.
const MIN_WIDTH: usize = 6;
const PADDING: usize = 3;

/// Objects of one kind, or tables of them: the kind, such as `v1/Deployment`, and what the server says of each.
pub type Kind = (String, Vec<Json>);

/// Reads the objects of a manifest, with the pods that their selectors name: kinds in the order in which the manifest has
/// them first. Objects that cannot be read are left out.
///
/// # Errors
///
/// As [`object::build`].
pub async fn live(
    client: &Client,
    manifest: &str,
    namespace: &str,
    as_table: bool,
) -> Result<Vec<Kind>, Error> {
    let targets = object::build(client, manifest, namespace).await?;
    let read = targets
        .iter()
        .map(|target| async move { (target, ask(client, &target.path(), as_table).await) });
    let found: Vec<(&Target, Option<Json>)> =
        stream::iter(read).buffered(MAX_CONCURRENT).collect().await;
    let mut kinds: Vec<Kind> = Vec::new();
    let mut seen: Vec<&Map<String, Json>> = Vec::new();
    for (target, object) in found {
        let Some(object) = object else { continue };
        let version = target.api_version.rsplit('/').next().unwrap_or_default();
        add(&mut kinds, &format!("{version}/{}", target.kind), object);
        let Some(selector) = selector(target).filter(|selector| !seen.contains(selector)) else {
            continue;
        };
        seen.push(selector);
        let namespace = target.namespace.as_deref().unwrap_or(namespace);
        let path = format!("/api/v1/namespaces/{namespace}/pods?labelSelector={}", query(selector));
        match ask(client, &path, as_table).await {
            Some(table) if as_table => add(&mut kinds, RELATED, table),
            Some(mut list) => {
                let Some(Json::Array(pods)) = list.get_mut("items").map(Json::take) else {
                    continue;
                };
                for mut pod in pods {
                    if let Json::Object(pod) = &mut pod {
                        pod.insert("apiVersion".to_owned(), "v1".into());
                        pod.insert("kind".to_owned(), "Pod".into());
                    }
                    add(&mut kinds, RELATED, pod);
                }
            }
            None => {}
        }
    }
    Ok(kinds)
}

async fn ask(client: &Client, path: &str, as_table: bool) -> Option<Json> {
    let accept = if as_table { TABLE } else { "application/json" };
    client.read(Call { accept, ..Call::get(path) }).await.ok()
}

fn add(kinds: &mut Vec<Kind>, name: &str, object: Json) {
    match kinds.iter_mut().find(|(known, _)| known == name) {
        Some((_, objects)) => objects.push(object),
        None => kinds.push((name.to_owned(), vec![object])),
    }
}

/// Gives the labels of the pods that belong to an object.
fn selector(target: &Target) -> Option<&Map<String, Json>> {
    let selector = target.json.get("spec")?.get("selector")?;
    match target.kind.as_str() {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            selector.get("matchLabels")?.as_object()
        }
        "ReplicationController" => selector.as_object(),
        _ => None,
    }
}

fn query(selector: &Map<String, Json>) -> String {
    let pairs: Vec<String> = selector
        .iter()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    escape(&pairs.join(","))
}

/// Lays tables out as kubectl does, each kind under its name.
pub fn tables(kinds: &[Kind]) -> String {
    let mut text = String::new();
    let mut last = &Json::Null;
    for (kind, tables) in kinds {
        let _ = writeln!(text, "==> {kind}");
        for table in tables {
            let columns = &table["columnDefinitions"];
            rows(table, columns != last, &mut text);
            last = columns;
        }
        text.push('\n');
    }
    text
}

/// Lays one table out, with the names of its columns if the table before had others.
fn rows(table: &Json, has_heads: bool, text: &mut String) {
    let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let (columns, found) = (list(&table["columnDefinitions"]), list(&table["rows"]));
    if found.is_empty() {
        return;
    }
    let is_shown: Vec<bool> =
        columns.iter().map(|column| column["priority"].as_i64().unwrap_or_default() == 0).collect();
    let shown = |cells: Vec<String>| -> Vec<String> {
        cells
            .into_iter()
            .zip(&is_shown)
            .filter(|(_, is_shown)| **is_shown)
            .map(|(c, _)| c)
            .collect()
    };
    let mut lines = Vec::new();
    if has_heads {
        let names = columns.iter().map(|c| c["name"].as_str().unwrap_or_default().to_uppercase());
        lines.push(shown(names.collect()));
    }
    for row in &found {
        lines.push(shown(list(&row["cells"]).iter().map(cell).collect()));
    }
    let mut widths = vec![MIN_WIDTH; lines.iter().map(Vec::len).max().unwrap_or_default()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (cell.chars().count() + PADDING).max(*width);
        }
    }
    for line in lines {
        for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
            text.push_str(cell);
            if at + 1 < line.len() {
                text.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
            }
        }
        text.push('\n');
    }
}

/// Gives the text of a cell: no more than its first line.
fn cell(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => match text.find(['\n', '\r', '\u{c}']) {
            Some(end) => format!("{}...", &text[..end]),
            None => text.replace('\u{1b}', "^["),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tables_are_laid_out_as_kubectl_does() {
        let columns = json!([{"name": "Name"}, {"name": "Data"}, {"name": "Wide", "priority": 1}, {"name": "Age"}]);
        let one = |name: &str| json!({"columnDefinitions": columns, "rows": [{"cells": [name, 1, "x", "5m"]}]});
        let kinds = [
            ("v1/ConfigMap".to_owned(), vec![one("a"), one("a-long-name\nx")]),
            ("v1/Pod(related)".to_owned(), vec![json!({"columnDefinitions": [], "rows": []})]),
        ];
        let expected = "==> v1/ConfigMap\nNAME   DATA   AGE\na      1      5m\na-long-name...   1     5m\n\n==> v1/Pod(related)\n\n";
        assert_eq!(tables(&kinds), expected);
    }
}
