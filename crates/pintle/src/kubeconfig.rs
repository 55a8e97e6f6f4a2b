//! The namespace a kubeconfig names. Nothing else of it matters without a cluster.
//!
//! Source: `DeferredLoadingClientConfig.Namespace` in `k8s.io/client-go/tools/clientcmd`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pintle_yaml::{Map, Value};

/// Where a pod finds what it needs to talk to its cluster.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// A kubeconfig that cannot be read, or lacks the context that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Gives the namespace of a context, or of the current one. Files that are not there are passed over; of several that
/// say something, the first counts.
///
/// # Errors
///
/// [`Unreadable`].
pub(crate) fn namespace(
    files: &[PathBuf],
    context: Option<&str>,
) -> Result<Option<String>, Unreadable> {
    let mut configs = Vec::new();
    for file in files {
        match fs::read_to_string(file) {
            Ok(text) => match pintle_yaml::from_str(&text) {
                Ok(Value::Map(config)) => configs.push(config),
                Ok(Value::Null) => {}
                _ => return Err(Unreadable),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(_) => return Err(Unreadable),
        }
    }
    let current = || {
        configs
            .iter()
            .filter_map(|config| text(config, "current-context"))
            .find(|name| !name.is_empty())
    };
    let context = match context.filter(|name| !name.is_empty()) {
        Some(context) => context,
        None => match current() {
            Some(context) => context,
            None => return Ok(None),
        },
    };
    match configs.iter().find_map(|config| find(config, context)) {
        Some(found) => {
            Ok(text(found, "namespace").filter(|name| !name.is_empty()).map(str::to_owned))
        }
        None => Err(Unreadable),
    }
}

/// Gives the namespace of the pod that this program runs in, if it does.
pub(crate) fn namespace_of_pod() -> Option<String> {
    crate::environment::variable("KUBERNETES_SERVICE_HOST")?;
    crate::environment::variable("KUBERNETES_SERVICE_PORT")?;
    let folder = Path::new(SERVICE_ACCOUNT);
    if !folder.join("token").is_file() {
        return None;
    }
    let name = crate::environment::variable("POD_NAMESPACE")
        .or_else(|| fs::read_to_string(folder.join("namespace")).ok())?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn find<'a>(config: &'a Map, context: &str) -> Option<&'a Map> {
    let Some(Value::List(contexts)) = config.get("contexts") else { return None };
    let named = contexts.iter().find_map(|entry| match entry {
        Value::Map(entry) if text(entry, "name") == Some(context) => entry.get("context"),
        _ => None,
    });
    match named {
        Some(Value::Map(context)) => Some(context),
        _ => None,
    }
}

fn text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    match map.get(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
