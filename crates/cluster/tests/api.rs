//! Waiting on a real API server. No controller of workloads runs there: the tests write statuses themselves.
//!
//! `PINTLE_TEST_KUBECONFIG` says which; `cargo xtask cluster up` starts one, whose kubeconfig is taken otherwise.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use http::Request;
use pintle_cluster::{
    Client, Connection, Goal, Resource, Silent, Strategy, Target, object::collection, wait,
};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

async fn client() -> Client {
    let file = std::env::var_os("PINTLE_TEST_KUBECONFIG").map_or_else(
        || {
            let home = std::env::home_dir().unwrap();
            home.join(".cache/pintle/cluster/1.34.4/state/kubeconfig")
        },
        PathBuf::from,
    );
    let connection = Connection { kubeconfig: vec![file], ..Connection::default() };
    Client::connect(&connection).await.unwrap()
}

async fn send(client: &Client, method: &str, path: &str, kind: &str, body: &Json) -> Json {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("Content-Type", kind)
        .body(body.to_string().into_bytes())
        .unwrap();
    client.kube().request(request).await.unwrap()
}

/// Makes a namespace that nobody else has.
async fn namespace(client: &Client) -> String {
    let body = json!({"metadata": {"generateName": "wait-"}});
    let made = send(client, "POST", "/api/v1/namespaces", "application/json", &body).await;
    made["metadata"]["name"].as_str().unwrap().to_owned()
}

fn target(namespace: &str, json: Json, plural: &str) -> Target {
    Target {
        api_version: json["apiVersion"].as_str().unwrap().to_owned(),
        kind: json["kind"].as_str().unwrap().to_owned(),
        name: json["metadata"]["name"].as_str().unwrap().to_owned(),
        namespace: Some(namespace.to_owned()),
        resource: Resource { plural: plural.to_owned(), is_namespaced: true },
        json,
    }
}

fn stateful_set(namespace: &str) -> Target {
    let json = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {
            "replicas": 1, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "main", "image": "none"}]},
            },
        },
    });
    target(namespace, json, "statefulsets")
}

async fn create(client: &Client, target: &Target) {
    let path = collection(&target.api_version, &target.resource, target.namespace.as_deref());
    send(client, "POST", &path, "application/json", &target.json).await;
}

#[tokio::test]
#[ignore = "needs a cluster: cargo xtask cluster up"]
async fn a_workload_is_waited_for_and_then_its_end() {
    let client = client().await;
    let namespace = namespace(&client).await;
    let settings = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}});
    let targets = [target(&namespace, settings, "configmaps"), stateful_set(&namespace)];
    for target in &targets {
        create(&client, target).await;
    }
    let path = targets[1].path();
    let timeout = Duration::from_secs(20);
    let become_ready = async {
        sleep(Duration::from_millis(700)).await;
        let status = json!({"status": {
            "observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "currentReplicas": 1,
            "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "a",
        }});
        let path = format!("{path}/status");
        send(&client, "PATCH", &path, "application/merge-patch+json", &status).await;
    };
    let before = client.n_requests();
    let ready = wait(&client, &targets, Goal::Ready, Strategy::Watcher, timeout, &Silent);
    let (ready, ()) = tokio::join!(ready, become_ready);
    ready.unwrap();
    // Two reads, a watch of the workload, and pods and events listed and watched.
    assert!(client.n_requests() - before <= 7, "{}", client.n_requests() - before);

    let go = async {
        sleep(Duration::from_millis(300)).await;
        send(&client, "DELETE", &path, "application/json", &json!({})).await;
    };
    let gone = wait(&client, &targets[1..], Goal::Gone, Strategy::Watcher, timeout, &Silent);
    let (gone, ()) = tokio::join!(gone, go);
    gone.unwrap();
    let path = format!("/api/v1/namespaces/{namespace}");
    send(&client, "DELETE", &path, "application/json", &json!({})).await;
}

#[tokio::test]
#[ignore = "needs a cluster: cargo xtask cluster up"]
async fn time_that_runs_out_is_told_with_the_last_event() {
    let client = client().await;
    let namespace = namespace(&client).await;
    let targets = [stateful_set(&namespace)];
    create(&client, &targets[0]).await;
    let now = "2100-01-01T00:00:00Z";
    let event = json!({
        "metadata": {"name": "e"}, "type": "Warning", "reason": "FailedCreate",
        "message": "exceeded quota: small", "lastTimestamp": now, "firstTimestamp": now,
        "involvedObject": {"kind": "StatefulSet", "name": "db", "namespace": namespace},
    });
    let path = format!("/api/v1/namespaces/{namespace}/events");
    send(&client, "POST", &path, "application/json", &event).await;
    let timeout = Duration::from_secs(2);
    let waited = wait(&client, &targets, Goal::Ready, Strategy::Watcher, timeout, &Silent);
    let error = waited.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "resource StatefulSet/{namespace}/db not ready. status: InProgress, message: Replicas: 0/1\n\
             context deadline exceeded"
        )
    );
    assert_eq!(
        error.help().unwrap(),
        "StatefulSet db InProgress: Replicas: 0/1\n  StatefulSet db FailedCreate: exceeded quota: small"
    );
    let path = format!("/api/v1/namespaces/{namespace}");
    send(&client, "DELETE", &path, "application/json", &json!({})).await;
}
