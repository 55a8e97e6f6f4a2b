//! What containers said: their logs.

use serde_json::Value as Json;

use crate::client::Call;
use crate::progress::Reporter;
use crate::watch::percent_encoded;
use crate::{Client, Error};

/// The most of one container's log that is read, in bytes: the end of it.
const MAX_LOG: usize = 1 << 20;

/// The log of one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// the container
    pub container: String,
    /// what it said
    pub text: String,
}

/// Reads the logs of all containers of a pod, those that initialise it first.
///
/// # Errors
///
/// Helm's words, if the pod is not there.
pub async fn of_pod(client: &Client, namespace: &str, name: &str) -> Result<Vec<Log>, Error> {
    let path = format!("/api/v1/namespaces/{namespace}/pods/{name}");
    let pod: Json = client
        .get(&path)
        .await
        .map_err(|error| error.context(format!("unable to get pod {name}")))?;
    let mut logs = Vec::new();
    for list in ["initContainers", "containers"] {
        for container in pod["spec"][list].as_array().into_iter().flatten() {
            let container = container["name"].as_str().unwrap_or_default();
            let path = format!("{path}/log?container={container}&limitBytes={MAX_LOG}");
            let call = Call { accept: "*/*", ..Call::get(&path) };
            let bytes = client.send(call).await.map_err(|error| {
                error.context(format!("unable to get logs for pod {name}, container {container}"))
            })?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            logs.push(Log { container: container.to_owned(), text });
        }
    }
    Ok(logs)
}

/// Tells the logs of the pods that a selector finds.
pub(crate) async fn show(
    client: &Client,
    namespace: &str,
    selector: &str,
    reporter: &dyn Reporter,
) -> Result<(), Error> {
    let path = format!("/api/v1/namespaces/{namespace}/pods?{selector}");
    let list: Json = client.get(&path).await?;
    for pod in list["items"].as_array().into_iter().flatten() {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        for log in of_pod(client, namespace, name).await? {
            reporter.say(log.text.trim_end());
        }
    }
    Ok(())
}

/// Which part of a log is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// of the container before its last restart
    pub is_previous: bool,
    /// only as many of the last lines
    pub tail_lines: Option<u32>,
    /// only as many bytes
    pub max_bytes: Option<u64>,
}

/// Reads the log of a container, whatever its bytes are.
///
/// # Errors
///
/// The API server's words, such as that the container waits to start.
pub async fn of_container(
    client: &Client,
    namespace: &str,
    pod: &str,
    container: &str,
    options: LogOptions,
) -> Result<Vec<u8>, Error> {
    let previous = if options.is_previous { "&previous=true" } else { "" };
    let tail = options.tail_lines.map(|lines| format!("&tailLines={lines}")).unwrap_or_default();
    let limit = options.max_bytes.map(|bytes| format!("&limitBytes={bytes}")).unwrap_or_default();
    let path = format!(
        "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={}{previous}{tail}{limit}",
        percent_encoded(container)
    );
    let mut bytes = client.send(Call { accept: "*/*", ..Call::get(&path) }).await?;
    if let Some(max) = options.max_bytes {
        bytes.truncate(usize::try_from(max).unwrap_or(usize::MAX));
    }
    Ok(bytes)
}

/// Gives the last lines of a log as text that is safe to show: control characters become `\u{fffd}`.
///
/// A log that is cut at its beginning loses the rest of its first line.
pub fn last_lines(log: &[u8], n_lines: usize, max_bytes: usize) -> Vec<String> {
    let start = log.len().saturating_sub(max_bytes);
    let mut text = String::from_utf8_lossy(&log[start..]).into_owned();
    if start > 0
        && log[start - 1] != b'\n'
        && let Some(end) = text.find('\n')
    {
        text.drain(..=end);
    }
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(n_lines);
    lines[skipped..].iter().map(|line| shown(line)).collect()
}

/// Replaces what would move a terminal's cursor.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => ' ',
            character if character.is_control() => char::REPLACEMENT_CHARACTER,
            character => character,
        })
        .collect()
}
