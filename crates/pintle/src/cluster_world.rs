//! The world of a render for a cluster: `lookup` finds what is there.
//!
//! Source: `newLookupFunction` in `pkg/engine/lookup_func.go`, Helm v4.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pintle_cluster::object::collection;
use pintle_cluster::{Client, Error};
use pintle_engine::World;
use pintle_gotmpl::Value;
use serde_json::Value as Json;
use tokio::runtime::Handle;

/// A world with a cluster in it. It waits for the cluster, so renders run where waiting is allowed.
#[derive(Debug)]
pub(crate) struct ClusterWorld {
    /// the world it is otherwise
    pub(crate) host: Arc<dyn World>,
    pub(crate) client: Client,
    pub(crate) runtime: Handle,
}

impl World for ClusterWorld {
    fn now(&self) -> Timestamp {
        self.host.now()
    }

    fn local_time_zone(&self) -> TimeZone {
        self.host.local_time_zone()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.host.fill_random(bytes);
    }

    fn resolve_host(&self, name: &str) -> Option<String> {
        self.host.resolve_host(name)
    }

    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, String> {
        let found = self.runtime.block_on(self.find(api_version, kind, namespace, name));
        match found {
            Ok(Some(json)) => value(&json),
            Ok(None) => Ok(Value::map::<&str>([])),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl ClusterWorld {
    async fn find(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Json>, Error> {
        let discovery = self.client.discovery().await?;
        let Some(resource) = discovery.resource(api_version, kind) else {
            return Ok(None);
        };
        let namespace = Some(namespace).filter(|name| resource.is_namespaced && !name.is_empty());
        let path = collection(api_version, resource, namespace);
        if name.is_empty() {
            return self.client.find(&path).await;
        }
        self.client.find(&format!("{path}/{name}")).await
    }
}

/// Gives a JSON answer as templates see it: whole numbers are `int64`.
fn value(json: &Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::int64(whole),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => {
            Value::list(items.iter().map(value).collect::<Result<Vec<Value>, String>>()?)
        }
        Json::Object(map) => {
            let entries: Result<Vec<(&str, Value)>, String> =
                map.iter().map(|(key, item)| Ok((key.as_str(), value(item)?))).collect();
            Value::map(entries?)
        }
    })
}
