//! Speaks with one API server: every request goes through here, is tried again where that helps, and fails in the server's
//! words.
//!
//! A request is sent again after 429 and 503, after as long as the server says or twice as long as before; after 500, 502,
//! 504 and a connection that was cut, if doing it twice is the same as doing it once; and when a quota changed meanwhile.
//! Before the first answer of a server a connection that fails is final: it is not there.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::sync::{RwLock, Semaphore};
use tokio::time::{Instant, sleep};

use crate::config::Connection;
use crate::discovery::{Aggregated, Discovery, ResourceList};
use crate::error::{Error, Status};

/// The name under which fields are owned. It is Helm's, so that both may go on with the other's releases.
pub const FIELD_MANAGER: &str = "helm";

/// How many requests may be under way at once.
const MAX_CONCURRENT: usize = 32;

/// How long a server that answered before is given to answer again.
const PATIENCE: Duration = Duration::from_mins(1);

/// The first pause between two tries; each is twice the last.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes: a list of 10,000 releases of a megabyte is read page by page.
const MAX_ANSWER: usize = 512 << 20;

/// What a server is asked for to tell all kinds at once.
const ALL_KINDS: &str =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/// A client of one cluster; clones share their connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    kube: kube::Client,
    /// the server's URL, without a slash at its end
    url: String,
    namespace: String,
    permits: Semaphore,
    discovery: RwLock<Option<Arc<Discovery>>>,
    has_answered: AtomicBool,
    n_requests: AtomicU64,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("url", &self.shared.url).finish_non_exhaustive()
    }
}

/// What the server says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServerVersion {
    /// such as `1`
    pub major: String,
    /// such as `34`, or `34+`
    pub minor: String,
    /// such as `v1.34.4`
    pub git_version: String,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// the path, with the query
    pub(crate) path: &'a str,
    pub(crate) content_type: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) body: Vec<u8>,
    /// whether doing it twice is the same as doing it once
    pub(crate) is_repeatable: bool,
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: &'a str) -> Self {
        Self::new(Method::GET, path, "", Vec::new())
    }

    pub(crate) fn new(
        method: Method,
        path: &'a str,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Self {
        let is_repeatable = method != Method::POST;
        Self { method, path, content_type, accept: "application/json", body, is_repeatable }
    }
}

impl Client {
    /// Makes a client of the cluster that a configuration names. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`Error::Config`].
    pub async fn connect(connection: &Connection) -> Result<Self, Error> {
        let config = connection.config().await?;
        let url = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let namespace = config.default_namespace.clone();
        let kube =
            kube::Client::try_from(config).map_err(|error| Error::Config(reason(&error, None)))?;
        Ok(Self::of(kube, url, namespace))
    }

    /// Makes a client of one of `kube`'s; `url` is only told in errors.
    pub fn of(kube: kube::Client, url: String, namespace: String) -> Self {
        let shared = Shared {
            kube,
            url,
            namespace,
            permits: Semaphore::new(MAX_CONCURRENT),
            discovery: RwLock::new(None),
            has_answered: AtomicBool::new(false),
            n_requests: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Gives the namespace of the context.
    pub fn namespace(&self) -> &str {
        &self.shared.namespace
    }

    /// Gives `kube`'s own client, for streams.
    pub fn kube(&self) -> &kube::Client {
        &self.shared.kube
    }

    /// Gives how many requests were sent, tries included.
    pub fn n_requests(&self) -> u64 {
        self.shared.n_requests.load(Ordering::Relaxed)
    }

    /// Asks the server for its version; that shows whether it is there.
    ///
    /// # Errors
    ///
    /// Helm's words, which begin with `kubernetes cluster unreachable`.
    pub async fn version(&self) -> Result<ServerVersion, Error> {
        self.read(Call::get("/version"))
            .await
            .map_err(|error| error.context("kubernetes cluster unreachable"))
    }

    /// Gives the cluster's kinds, asked for once.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn discovery(&self) -> Result<Arc<Discovery>, Error> {
        if let Some(known) = &*self.shared.discovery.read().await {
            return Ok(Arc::clone(known));
        }
        let mut place = self.shared.discovery.write().await;
        if let Some(known) = &*place {
            return Ok(Arc::clone(known));
        }
        let discovery = Arc::new(self.discover().await?);
        *place = Some(Arc::clone(&discovery));
        Ok(discovery)
    }

    /// Asks for the cluster's kinds anew.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn rediscover(&self) -> Result<Arc<Discovery>, Error> {
        let discovery = Arc::new(self.discover().await?);
        *self.shared.discovery.write().await = Some(Arc::clone(&discovery));
        Ok(discovery)
    }

    async fn discover(&self) -> Result<Discovery, Error> {
        let mut discovery = Discovery::default();
        for root in ["/api", "/apis"] {
            let call = Call { accept: ALL_KINDS, ..Call::get(root) };
            let answer: Json = self.read(call).await?;
            if answer["kind"] == "APIGroupDiscoveryList" {
                let all: Aggregated = from_json(answer, root)?;
                discovery.add(all);
                continue;
            }
            for path in old_paths(root, &answer) {
                // What one aggregated server does not answer keeps nobody from using the others.
                if let Ok(list) = self.read::<ResourceList>(Call::get(&path)).await {
                    discovery.add_list(list);
                }
            }
        }
        Ok(discovery)
    }

    /// Gets what is at a path.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.read(Call::get(path)).await
    }

    /// Gets what is at a path, or nothing if it is not there.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Error> {
        match self.get(path).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a request, and reads the answer.
    pub(crate) async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Error> {
        let path = call.path;
        let bytes = self.send(call).await?;
        serde_json::from_slice(&bytes).map_err(|error| Error::Answer {
            url: format!("{}{path}", self.shared.url),
            reason: error.to_string(),
        })
    }

    /// Sends a request, again where that helps, and gives the answer's bytes.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Vec<u8>, Error> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let (error, again) = match self.send_once(&call).await {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => failed,
            };
            let wait = match again {
                Again::Never => return Err(error),
                Again::Soon => pause,
                Again::After(said) => said,
            };
            if started.elapsed() + wait > PATIENCE {
                return Err(error);
            }
            sleep(jittered(wait)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Opens an answer that is read while it comes, such as a watch. It is asked for once, and takes no place among the
    /// requests that are under way.
    pub(crate) async fn stream(&self, path: &str, accept: &'static str) -> Result<Body, Error> {
        self.shared.n_requests.fetch_add(1, Ordering::Relaxed);
        let cut = |reason: String| {
            let url = format!("{}{path}", self.shared.url);
            Error::Connection { method: "GET", url, reason }
        };
        let host = self.shared.url.as_str();
        let sent = self.shared.kube.send(request(&Call { accept, ..Call::get(path) })?).await;
        let response = sent.map_err(|error| cut(reason(&error, Some(host))))?;
        self.shared.has_answered.store(true, Ordering::Relaxed);
        let (head, body) = response.into_parts();
        if head.status.is_success() {
            return Ok(body);
        }
        let body = http_body_util::Limited::new(body, MAX_ANSWER);
        let bytes = body.collect().await.map_err(|error| cut(error.to_string()))?.to_bytes();
        Err(status_of(head.status, &bytes).into())
    }

    /// Sends a request once. An error comes with whether to try again, and when if the server says so.
    async fn send_once(&self, call: &Call<'_>) -> Result<Vec<u8>, (Error, Again)> {
        let permit = self.shared.permits.acquire().await;
        self.shared.n_requests.fetch_add(1, Ordering::Relaxed);
        let request = request(call).map_err(|error| (error, Again::Never))?;
        let has_answered = self.shared.has_answered.load(Ordering::Relaxed);
        let cut = |reason: String, is_there: bool| {
            let url = format!("{}{}", self.shared.url, call.path);
            let method = method_name(&call.method);
            let may_repeat = call.is_repeatable && (has_answered || is_there);
            let again = if may_repeat { Again::Soon } else { Again::Never };
            (Error::Connection { method, url, reason }, again)
        };
        let host = self.shared.url.as_str();
        let sent = self.shared.kube.send(request).await;
        let response = sent.map_err(|error| cut(reason(&error, Some(host)), was_cut(&error)))?;
        self.shared.has_answered.store(true, Ordering::Relaxed);
        let (head, body) = response.into_parts();
        let body = http_body_util::Limited::new(body, MAX_ANSWER);
        let bytes = body.collect().await.map_err(|error| cut(error.to_string(), true))?.to_bytes();
        drop(permit);
        if head.status.is_success() {
            return Ok(bytes.into());
        }
        let status = status_of(head.status, &bytes);
        let wait = wait_after(&status, &head.headers, call.is_repeatable);
        Err((status.into(), wait))
    }
}

fn request(call: &Call<'_>) -> Result<Request<Body>, Error> {
    let uri = call.path.parse::<Uri>();
    let uri = uri.map_err(|error| Error::Config(format!("{}: {error}", call.path)))?;
    let mut request =
        Request::builder().method(&call.method).uri(uri).header("Accept", call.accept);
    if !call.content_type.is_empty() {
        request = request.header("Content-Type", call.content_type);
    }
    request
        .body(Body::from(call.body.clone()))
        .map_err(|error| Error::Config(format!("{}: {error}", call.path)))
}

/// Whether a request that failed is worth another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// it is not
    Never,
    /// it is, after a pause
    Soon,
    /// it is, when the server says
    After(Duration),
}

/// Tells whether an answer is worth another try.
fn wait_after(status: &Status, headers: &HeaderMap, is_repeatable: bool) -> Again {
    let seconds = headers.get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
    let said = seconds.map(Duration::from_secs).or_else(|| status.retry_after());
    let again = said.map_or(Again::Soon, Again::After);
    match status.code {
        429 | 503 => again,
        502 | 504 if is_repeatable => again,
        // A quota that changed while it was counted refused the request whole.
        409 if status.message.contains("Operation cannot be fulfilled on resourcequotas")
            && status.message.contains("the object has been modified") =>
        {
            Again::Soon
        }
        500 if is_repeatable && status.reason != "InternalError" => again,
        500 if is_repeatable && is_passing(&status.message) => again,
        _ => Again::Never,
    }
}

/// Tells whether an internal error goes away by itself: etcd that chooses a leader, a server that starts or ends.
fn is_passing(message: &str) -> bool {
    [
        "etcdserver:",
        "connection refused",
        "leader changed",
        "not yet ready",
        "context deadline exceeded",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

/// Reads the server's `Status`; what is none becomes one.
fn status_of(code: StatusCode, body: &[u8]) -> Status {
    match serde_json::from_slice::<Status>(body) {
        Ok(status) if status.code != 0 && !status.message.is_empty() => status,
        _ => {
            let text = String::from_utf8_lossy(body);
            let text = text.trim();
            let message = match (code, text) {
                (StatusCode::UNAUTHORIZED, "") => {
                    "the server has asked for the client to provide credentials".to_owned()
                }
                (_, "") => format!("the server answered {code}"),
                (_, text) => text.chars().take(1000).collect(),
            };
            let reason = if code == StatusCode::NOT_FOUND { "NotFound" } else { "" };
            Status { message, reason: reason.to_owned(), code: code.as_u16(), details: None }
        }
    }
}

fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "REQUEST",
    }
}

/// Tells whether a connection was there, and broke: then the server is there as well.
fn was_cut(error: &kube::Error) -> bool {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let broken = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::UnexpectedEof];
    kind.is_some_and(|kind| broken.contains(&kind))
        || cause.to_string().contains("connection closed before message completed")
}

/// Gives the reason of a failed connection, in Go's words where they differ: callers look for those.
fn reason(error: &kube::Error, url: Option<&str>) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    let host = url.and_then(|url| {
        let uri: Uri = url.parse().ok()?;
        let port =
            uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        Some((uri.host()?.to_owned(), port))
    });
    let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    match (io, host) {
        (Some(ErrorKind::ConnectionRefused), Some((host, port))) => {
            let host = if host == "localhost" { "127.0.0.1".to_owned() } else { host };
            format!("dial tcp {host}:{port}: connect: connection refused")
        }
        (Some(ErrorKind::TimedOut), Some((host, port))) => {
            format!("dial tcp {host}:{port}: i/o timeout")
        }
        (Some(ErrorKind::ConnectionReset), _) => "read: connection reset by peer".to_owned(),
        (_, Some((host, _))) if text.contains("failed to lookup address") => {
            format!("dial tcp: lookup {host}: no such host")
        }
        _ => text,
    }
}

/// Shortens or lengthens a pause by up to a quarter, so that many do not try again at once.
pub(crate) fn jittered(pause: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness all wait alike.
    let _ = getrandom::fill(&mut byte);
    pause.mul_f64(0.75 + f64::from(byte[0]) / 512.0)
}

fn from_json<T: DeserializeOwned>(json: Json, path: &str) -> Result<T, Error> {
    serde_json::from_value(json)
        .map_err(|error| Error::Answer { url: path.to_owned(), reason: error.to_string() })
}

/// Gives the paths of all groups and versions that a server before 1.26 names.
fn old_paths(root: &str, answer: &Json) -> Vec<String> {
    let texts = |list: &Json, key: Option<&str>| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        items
            .filter_map(|item| key.map_or(item, |key| &item[key]).as_str().map(str::to_owned))
            .collect()
    };
    let mut names = texts(&answer["versions"], None);
    for group in answer["groups"].as_array().into_iter().flatten() {
        names.extend(texts(&group["versions"], Some("groupVersion")));
    }
    names.into_iter().map(|name| format!("{root}/{name}")).collect()
}
