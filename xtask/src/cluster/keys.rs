//! The keys of a cluster: its authority, the certificates of the API server and of the kubelet, the key that signs the
//! tokens of service accounts, and the tokens of the administrator and of the node.
//!
//! They are made by a template, with the functions that charts make theirs with.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use pintle::{File, Host, Profile, Release, Values};

use super::network::{ADDRESS, NODE};
use crate::Result;

/// Prints each file's name and text as JSON.
const TEMPLATE: &str = r#"
{{- $ca := genCAWithKey "pintle-cluster" 30 (genPrivateKey "ecdsa") -}}
{{- $ips := list "127.0.0.1" "10.96.0.1" "ADDRESS" -}}
{{- $names := list "localhost" "kubernetes" "kubernetes.default" "kubernetes.default.svc" "kubernetes.default.svc.cluster.local" -}}
{{- $server := genSignedCertWithKey "kube-apiserver" $ips $names 30 $ca (genPrivateKey "ecdsa") -}}
{{- $kubelet := genSignedCertWithKey "kubelet" (list "ADDRESS") (list "NODE") 30 $ca (genPrivateKey "ecdsa") -}}
{{- $asks := genSignedCertWithKey "kubelet-client" nil nil 30 $ca (genPrivateKey "ecdsa") -}}
{{- dict "ca.crt" $ca.Cert "ca.key" $ca.Key "server.crt" $server.Cert "server.key" $server.Key
    "kubelet.crt" $kubelet.Cert "kubelet.key" $kubelet.Key
    "kubelet-client.crt" $asks.Cert "kubelet-client.key" $asks.Key
    "tokens.key" (genPrivateKey "ecdsa") "token" (randAlphaNum 40) "kubelet.token" (randAlphaNum 40)
    | dict "kind" "Keys" "files" | toJson }}
"#;

/// Writes the keys into a folder, readable for the user alone.
pub(super) fn write(folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let keys = make()?;
    for (name, text) in &keys {
        write_private(&folder.join(name), text)?;
    }
    let token = |name: &str| keys.get(name).ok_or_else(|| format!("no {name} was made"));
    // The group is the one that may do all; the kubelet may do what a node may, and no more.
    let tokens = format!(
        "{},admin,admin,\"system:masters\"\n{},system:node:{NODE},kubelet,\"system:nodes\"\n",
        token("token")?,
        token("kubelet.token")?
    );
    write_private(&folder.join("tokens.csv"), &tokens)
}

fn make() -> Result<BTreeMap<String, String>> {
    let template = TEMPLATE.replace("ADDRESS", ADDRESS).replace("NODE", NODE);
    let files = vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: keys\nversion: 1.0.0\n"),
        File::new("templates/keys.json", template),
    ];
    let text = || -> std::result::Result<String, pintle::Error> {
        let chart = Profile::HELM_4_3.load.from_files(files)?;
        let renderer = pintle::options().world(Host::default()).build(&chart)?;
        Ok(renderer.render(&Values::default(), &Release::new("keys"))?.manifest())
    };
    let text = text().map_err(|error| error.to_string())?;
    let json = text.lines().find(|line| line.starts_with('{')).unwrap_or_default();
    let keys: serde_json::Value =
        serde_json::from_str(json).map_err(|error| format!("keys: {error}"))?;
    serde_json::from_value(keys["files"].clone()).map_err(|error| format!("keys: {error}"))
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, text: &str) -> Result {
    let complain = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(complain)?;
    file.write_all(text.as_bytes()).map_err(complain)
}
