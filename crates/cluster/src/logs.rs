//! What containers said: their logs.

use serde_json::Value as Json;

use crate::client::Call;
use crate::progress::Reporter;
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
