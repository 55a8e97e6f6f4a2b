//! Records of releases are read from an API server as Helm reads them.
//!
//! What Helm says of these records was recorded with all of them in its memory. A small server gives the same ones as
//! Secrets and as `ConfigMaps`, page by page, and the program is to say the same.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod calls;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use pintle::cluster::release::{Release, encode};
use serde_json::{Value as Json, json};

/// How many records a page has, however many are asked for.
const PAGE: usize = 3;

/// Splits a file of cases into names and bodies.
fn cases(text: &str) -> BTreeMap<String, String> {
    let mut cases = BTreeMap::new();
    for case in text.strip_prefix("--- ").unwrap().split("\n\n--- ") {
        let (name, body) = case.split_once(" ---\n").unwrap();
        cases.insert(name.to_owned(), body.trim_end_matches('\n').to_owned());
    }
    cases
}

fn records() -> Vec<Release> {
    let text =
        fs::read_to_string(calls::root().join("fixtures/cli/releases/releases.yaml")).unwrap();
    let value = pintle_yaml::from_str(&text).unwrap();
    let json = pintle_yaml::json::to_string(&value, pintle_yaml::json::Layout::Raw).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// Gives the object that holds a record, as the server does.
fn object(release: &Release, is_secret: bool) -> Json {
    let text = encode(release).unwrap();
    let data = if is_secret { base64(text.as_bytes()) } else { text };
    json!({
        "metadata": {
            "name": format!("sh.helm.release.v1.{}.v{}", release.name, release.version),
            "namespace": release.namespace,
            "resourceVersion": "1",
            "labels": {
                "name": release.name,
                "owner": "helm",
                "status": release.info.status.as_str(),
                "version": release.version.to_string(),
            },
        },
        "data": {"release": data},
    })
}

fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let number = number << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let at = usize::try_from(number >> (18 - 6 * digit) & 63).unwrap();
            text.push(if digit <= chunk.len() { char::from(alphabet[at]) } else { '=' });
        }
    }
    text
}

/// Answers one request after the other, on one connection.
fn serve(stream: TcpStream, objects: &BTreeMap<&str, Vec<Json>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.trim().is_empty() {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let (code, body) = answer(&path, objects);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn answer(path: &str, objects: &BTreeMap<&str, Vec<Json>>) -> (u16, Json) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let words: Vec<&str> = path.split('/').skip(1).collect();
    let (namespace, plural, name) = match words.as_slice() {
        ["version"] => return (200, json!({"major": "1", "minor": "34", "gitVersion": "v1.34.0"})),
        ["api", "v1", "namespaces", namespace, plural, name] => (*namespace, *plural, Some(*name)),
        ["api", "v1", "namespaces", namespace, plural] => (*namespace, *plural, None),
        ["api", "v1", plural] => ("", *plural, None),
        _ => ("", "", None),
    };
    let missing =
        json!({"kind": "Status", "code": 404, "reason": "NotFound", "message": "not found"});
    let Some(all) = objects.get(plural) else { return (404, missing) };
    let here = all
        .iter()
        .filter(|object| namespace.is_empty() || object["metadata"]["namespace"] == namespace);
    if let Some(name) = name {
        let mut here = here;
        let found = here.find(|object| object["metadata"]["name"] == name);
        return found.map_or((404, missing), |object| (200, object.clone()));
    }
    let query: BTreeMap<&str, String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key, value.replace("%3D", "=").replace("%2C", ",")))
        .collect();
    let selected = here.filter(|object| {
        query["labelSelector"].split(',').all(|pair| {
            let (key, value) = pair.split_once('=').unwrap();
            object["metadata"]["labels"][key] == value
        })
    });
    let begin: usize = query.get("continue").map_or(0, |at| at.parse().unwrap());
    let selected: Vec<&Json> = selected.collect();
    let page: Vec<&Json> = selected.iter().skip(begin).take(PAGE).copied().collect();
    let end = begin + page.len();
    let next = if end < selected.len() { end.to_string() } else { String::new() };
    (200, json!({"kind": "List", "metadata": {"continue": next}, "items": page}))
}

/// Starts a server, and gives its port.
fn start() -> u16 {
    let records = records();
    let objects = |is_secret| records.iter().map(|release| object(release, is_secret)).collect();
    let objects =
        Arc::new(BTreeMap::from([("secrets", objects(true)), ("configmaps", objects(false))]));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let objects = Arc::clone(&objects);
            thread::spawn(move || serve(stream.unwrap(), &objects));
        }
    });
    port
}

fn compare(profile: &str, driver: &str) {
    let root = calls::root();
    let lines = fs::read_to_string(root.join("fixtures/cli/releases.txt")).unwrap();
    let said = root.join("snapshots").join(profile).join("cli/releases.txt");
    let said = cases(&fs::read_to_string(said).unwrap());
    let port = start();
    let domain = format!("releases/{driver}/{profile}");
    let mut outcomes = Vec::new();
    let memory = "HELM_DRIVER=memory HELM_MEMORY_DRIVER_DATA=fixtures/cli/releases/releases.yaml ";
    for (name, line) in cases(&lines) {
        // Helm 4 looks for live objects in `status`, and shows the labels of the record in `get metadata`: in memory there
        // are neither.
        let is_other = profile == "helm-4.3"
            && (name.starts_with("status-") || name.starts_with("get-metadata"));
        // Empty values are none in a record, and stay empty in memory.
        let is_empty = ["get-values-empty", "get-values-empty-json", "get-all-2"].contains(&&*name);
        if !line.contains(memory) || is_other || is_empty {
            continue;
        }
        let server = format!("HELM_DRIVER={driver} HELM_KUBEAPISERVER=http://127.0.0.1:{port} ");
        let line = line.replace(memory, &server);
        let got = calls::record(&format!("releases-{driver}-{name}"), &line, "helm", profile);
        outcomes.push((format!("{domain}/{name}"), said[&name].clone(), got.trim_end().to_owned()));
    }
    assert!(outcomes.len() > 80, "only {} cases", outcomes.len());
    calls::judge(&domain, &outcomes);
}

#[test]
fn secrets_are_read_as_helm_4_reads_them() {
    compare("helm-4.3", "secrets");
}

#[test]
fn secrets_are_read_as_helm_3_reads_them() {
    compare("helm-3.22", "secret");
}

#[test]
fn config_maps_are_read_as_helm_4_reads_them() {
    compare("helm-4.3", "configmaps");
}
