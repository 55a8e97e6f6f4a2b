//! Questions to the API server of a running cluster.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use pintle_manifest::{SplitRules, split};
use serde_json::Value as Json;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Place;
use super::place::Kind;
use crate::Result;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How an API server calls the objects of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// The path of its API, such as `/apis/apps/v1`.
    api: String,
    /// Its name in paths, such as `deployments`.
    name: String,
    is_namespaced: bool,
}

impl Resource {
    /// Gives the path at which objects are made.
    pub(crate) fn path(&self, namespace: &str) -> String {
        let Self { api, name, is_namespaced } = self;
        if *is_namespaced {
            format!("{api}/namespaces/{namespace}/{name}")
        } else {
            format!("{api}/{name}")
        }
    }
}

/// Speaks with one API server, as its administrator.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    authorization: String,
    resources: Mutex<BTreeMap<String, BTreeMap<String, Resource>>>,
}

impl Client {
    /// Makes a client of a cluster that `cluster up` started.
    ///
    /// # Errors
    ///
    /// If none was started.
    pub(crate) fn of(place: &Place) -> Result<Self> {
        let read = |name: &str| {
            fs::read_to_string(place.state().join(name)).map_err(|_| {
                let only = match place.kind {
                    Kind::ControlPlane => " --control-plane-only",
                    Kind::Node => "",
                };
                format!(
                    "Kubernetes {0} is not up: cargo xtask cluster up{only} --version {0}",
                    place.version
                )
            })
        };
        let (port, token, authority) = (read("port")?, read("token")?, read("ca.crt")?);
        let authority = Certificate::from_pem(authority.as_bytes())
            .map_err(|error| format!("ca.crt: {error}"))?;
        // Only the first client of a program installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .proxy(None);
        Ok(Self {
            agent: config.build().into(),
            url: format!("https://127.0.0.1:{port}"),
            authorization: format!("Bearer {token}"),
            resources: Mutex::default(),
        })
    }

    /// Tells whether the server says that it is ready.
    pub(crate) fn is_ready(&self) -> bool {
        self.get("/readyz").is_ok_and(|(status, _)| status == 200)
    }

    /// Gets what is at a path, with its HTTP status.
    pub(crate) fn get(&self, path: &str) -> Result<(u16, String)> {
        let request = self.agent.get(format!("{}{path}", self.url));
        let response = request.header("Authorization", &self.authorization).call();
        let mut response = response.map_err(|error| format!("{path}: {error}"))?;
        let text = response.body_mut().with_config().lossy_utf8(true).read_to_string();
        Ok((response.status().as_u16(), text.map_err(|error| format!("{path}: {error}"))?))
    }

    /// Sends an object to a path, and gives the HTTP status of the answer, and the answer.
    pub(crate) fn post(&self, path: &str, body: &str) -> Result<(u16, String)> {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("Authorization", &self.authorization)
            .header("Content-Type", "application/json");
        let mut response = request.send(body).map_err(|error| format!("{path}: {error}"))?;
        let text = response.body_mut().with_config().lossy_utf8(true).read_to_string();
        Ok((response.status().as_u16(), text.map_err(|error| format!("{path}: {error}"))?))
    }

    /// Makes an object, or finds it made already.
    pub(crate) fn create(&self, path: &str, object: &Json) -> Result {
        let (status, text) = self.post(path, &object.to_string())?;
        if status < 300 || status == 409 { Ok(()) } else { Err(format!("{path}: {status} {text}")) }
    }

    /// Makes the objects of a file, or finds them made already.
    pub(super) fn make(&self, yaml: &str) -> Result {
        for document in split(yaml, SplitRules::LINE_START) {
            let object = crate::judge::json(document.text)?;
            let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
            let (api_version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
            let resource = self.resource(&api_version, &kind)?;
            let resource =
                resource.ok_or_else(|| format!("the server has no {kind} of {api_version}"))?;
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
            self.create(&resource.path(namespace), &object)?;
        }
        Ok(())
    }

    /// Finds what the server calls a kind; nothing if it has none such.
    pub(crate) fn resource(&self, api_version: &str, kind: &str) -> Result<Option<Resource>> {
        let mut resources = self.resources.lock().map_err(|error| error.to_string())?;
        if !resources.contains_key(api_version) {
            let known = self.resources_of(api_version)?;
            resources.insert(api_version.to_owned(), known);
        }
        Ok(resources.get(api_version).and_then(|known| known.get(kind)).cloned())
    }

    fn resources_of(&self, api_version: &str) -> Result<BTreeMap<String, Resource>> {
        let root = if api_version.contains('/') { "apis" } else { "api" };
        let api = format!("/{root}/{api_version}");
        let (status, text) = self.get(&api)?;
        let list: Json = match status {
            200 => serde_json::from_str(&text).map_err(|error| format!("{api}: {error}"))?,
            _ => Json::Null,
        };
        let resources = list["resources"].as_array().into_iter().flatten();
        Ok(resources
            .filter_map(|resource| {
                let (name, kind) = (resource["name"].as_str()?, resource["kind"].as_str()?);
                let is_namespaced = resource["namespaced"].as_bool()?;
                // What has a slash is a part of another, such as its status.
                let is_whole = !name.contains('/');
                is_whole.then(|| {
                    (
                        kind.to_owned(),
                        Resource { api: api.clone(), name: name.to_owned(), is_namespaced },
                    )
                })
            })
            .collect())
    }
}
