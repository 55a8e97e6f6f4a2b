//! An API server that says what a test tells it to.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pintle_cluster::{Client, Resource, Target};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// What is answered to one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// a status and a body
    Json(u16, Json),
    /// lines of a watch
    Watch(Vec<Step>),
    /// plain text
    Text(&'static str),
}

/// What happens in a watch.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Event(&'static str, Json),
    Pause(u64),
    /// the connection is cut in the middle of an event
    Cut,
    /// nothing more happens until the client goes
    Hold,
}

/// A server on a port of its own.
pub(crate) struct Server {
    pub(crate) client: Client,
    requests: Arc<Mutex<Vec<String>>>,
    n_watches: Arc<AtomicUsize>,
}

/// Answers a request: its path with the query, and how many requests to the same path, without the query, came before.
type Script = dyn Fn(&str, usize) -> Answer + Send + Sync;

impl Server {
    pub(crate) async fn start(
        script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let n_watches: Arc<AtomicUsize> = Arc::default();
        let script: Arc<Script> = Arc::new(script);
        let (log, open) = (Arc::clone(&requests), Arc::clone(&n_watches));
        tokio::spawn(async move {
            let seen: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
            while let Ok((stream, _)) = listener.accept().await {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                let (log, open) = (Arc::clone(&log), Arc::clone(&open));
                tokio::spawn(async move { serve(stream, &script, &seen, &log, &open).await });
            }
        });
        let config = kube::Config::new(url.parse().unwrap());
        let kube = kube::Client::try_from(config).unwrap();
        Self { client: Client::of(kube, url, "default".to_owned()), requests, n_watches }
    }

    /// Gives the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Gives how many watches are open.
    pub(crate) fn n_watches(&self) -> usize {
        self.n_watches.load(Ordering::SeqCst)
    }
}

/// Answers the requests of one connection.
async fn serve(
    mut stream: TcpStream,
    script: &Arc<Script>,
    seen: &Mutex<HashMap<String, usize>>,
    log: &Mutex<Vec<String>>,
    open: &AtomicUsize,
) {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let mut bytes = [0; 4096];
            match stream.read(&mut bytes).await {
                Ok(n) if n > 0 => buffer.extend_from_slice(&bytes[..n]),
                _ => return,
            }
        };
        let head: Vec<u8> = buffer.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        log.lock().unwrap().push(path.clone());
        let plain = path.split('?').next().unwrap().to_owned();
        let nth = {
            let mut seen = seen.lock().unwrap();
            let count = seen.entry(plain).or_insert(0);
            *count += 1;
            *count - 1
        };
        match script(&path, nth) {
            Answer::Json(code, body) => {
                let body = body.to_string();
                let text = format!(
                    "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Answer::Text(body) => {
                let text =
                    format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Answer::Watch(steps) => {
                open.fetch_add(1, Ordering::SeqCst);
                let is_whole = watch(&mut stream, steps).await;
                open.fetch_sub(1, Ordering::SeqCst);
                if !is_whole {
                    return;
                }
            }
        }
    }
}

/// Plays a watch; gives whether the connection may be used again.
async fn watch(stream: &mut TcpStream, steps: Vec<Step>) -> bool {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    if stream.write_all(head.as_bytes()).await.is_err() {
        return false;
    }
    for step in steps {
        match step {
            Step::Event(kind, object) => {
                let line = json!({"type": kind, "object": object}).to_string();
                let chunk = format!("{:x}\r\n{line}\n\r\n", line.len() + 1);
                if stream.write_all(chunk.as_bytes()).await.is_err() {
                    return false;
                }
            }
            Step::Pause(millis) => sleep(Duration::from_millis(millis)).await,
            Step::Cut => {
                let _ = stream.write_all(b"10\r\n{\"type\":\"MODI").await;
                return false;
            }
            Step::Hold => {
                let mut byte = [0];
                let _ = stream.read(&mut byte).await;
                return false;
            }
        }
    }
    stream.write_all(b"0\r\n\r\n").await.is_ok()
}

/// Gives the server's refusal.
pub(crate) fn refusal(code: u16, reason: &str, message: &str) -> Answer {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    Answer::Json(code, status)
}

/// Gives a list of objects at a version.
pub(crate) fn list(version: &str, items: &[Json]) -> Answer {
    Answer::Json(200, json!({"metadata": {"resourceVersion": version}, "items": items}))
}

/// Makes a target of an object in the namespace `web`.
pub(crate) fn target(api_version: &str, kind: &str, plural: &str, name: &str) -> Target {
    Target {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        namespace: Some("web".to_owned()),
        resource: Resource { plural: plural.to_owned(), is_namespaced: true },
        json: json!({
            "apiVersion": api_version, "kind": kind,
            "metadata": {"name": name, "namespace": "web"},
        }),
    }
}

/// Gives a stateful set of one replica.
pub(crate) fn stateful_set(name: &str, version: &str, ready: u32) -> Json {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": {
            "name": name, "namespace": "web", "uid": format!("uid-{name}"),
            "resourceVersion": version, "generation": 1,
        },
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": name}},
            "updateStrategy": {"type": "RollingUpdate"},
        },
        "status": {
            "observedGeneration": 1, "replicas": 1, "readyReplicas": ready,
            "currentReplicas": 1, "updatedReplicas": 1,
            "currentRevision": "a", "updateRevision": "a",
        },
    })
}
