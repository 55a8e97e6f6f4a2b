//! Waiting, against a server that says what the test wants.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::server::{Answer, Server, Step, list, refusal, stateful_set, target};
use pintle_cluster::{Change, Goal, Reporter, Silent, Strategy, wait};
use serde_json::json;

const LONG: Duration = Duration::from_secs(20);

/// Keeps what it is told.
#[derive(Default)]
struct Kept(Mutex<Vec<String>>);

impl Reporter for Kept {
    fn object(&self, change: &Change<'_>) {
        let Change { target, status, is_done, why, .. } = change;
        let text = match why {
            Some(why) => format!("{} {why}", target.name),
            None => format!("{} {}: {} {is_done}", target.name, status.state, status.message),
        };
        self.0.lock().unwrap().push(text);
    }
}

fn is_watch(path: &str) -> bool {
    path.contains("watch=true")
}

#[tokio::test]
async fn what_is_ready_at_once_costs_one_read() {
    let server = Server::start(|path, _| match path.rsplit('/').next().unwrap() {
        "db" => Answer::Json(200, stateful_set("db", "7", 1)),
        name => Answer::Json(200, json!({"metadata": {"name": name, "resourceVersion": "3"}})),
    })
    .await;
    let targets = [
        target("apps/v1", "StatefulSet", "statefulsets", "db"),
        target("v1", "Secret", "secrets", "s"),
    ];
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent).await.unwrap();
    let mut requests = server.requests();
    requests.sort();
    assert_eq!(
        requests,
        ["/api/v1/namespaces/web/secrets/s", "/apis/apps/v1/namespaces/web/statefulsets/db",]
    );
}

#[tokio::test]
async fn what_is_not_ready_is_watched_from_where_it_was_read() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) && path.contains("statefulsets") => Answer::Watch(vec![
            Step::Pause(100),
            Step::Event("MODIFIED", stateful_set("db", "9", 1)),
            Step::Hold,
        ]),
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ => list("8", &[]),
    })
    .await;
    let kept = Kept::default();
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &kept).await.unwrap();
    assert_eq!(
        kept.0.into_inner().unwrap(),
        [
            "db InProgress: Ready: 0/1 false",
            "db Current: All replicas scheduled as expected. Replicas: 1 true",
        ]
    );
    let requests = server.requests();
    let watch = requests.iter().find(|path| is_watch(path) && path.contains("statefulsets"));
    let watch = watch.unwrap();
    assert!(watch.contains("resourceVersion=7") && watch.contains("metadata.name%3Ddb"), "{watch}");
}

#[tokio::test]
async fn time_that_runs_out_is_told_in_helms_words() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ if path.ends_with("/none") => refusal(404, "NotFound", "not found"),
        _ => list("8", &[]),
    })
    .await;
    let targets = [
        target("apps/v1", "StatefulSet", "statefulsets", "db"),
        target("v1", "ConfigMap", "configmaps", "none"),
    ];
    let started = Instant::now();
    let timeout = Duration::from_millis(600);
    let error = wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, timeout, &Silent)
        .await
        .unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "resource StatefulSet/web/db not ready. status: InProgress, message: Ready: 0/1\n\
         resource ConfigMap/web/none not ready. status: Unknown, message: \n\
         context deadline exceeded"
    );
}

#[tokio::test]
async fn a_cut_connection_goes_on_where_it_was() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) && path.contains("resourceVersion=7&") || path.ends_with("=7") => {
            let step = Step::Event("MODIFIED", stateful_set("db", "9", 0));
            Answer::Watch(vec![step, Step::Cut])
        }
        _ if is_watch(path) && path.ends_with("=9") => {
            Answer::Watch(vec![Step::Event("MODIFIED", stateful_set("db", "12", 1)), Step::Hold])
        }
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ => list("8", &[]),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent).await.unwrap();
}

#[tokio::test]
async fn a_version_that_is_too_old_is_listed_anew() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) && path.ends_with("=7") => {
            let gone = json!({"kind": "Status", "code": 410, "reason": "Expired"});
            Answer::Watch(vec![Step::Event("ERROR", gone)])
        }
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ if path.contains("statefulsets?") => list("20", &[stateful_set("db", "19", 1)]),
        _ => list("8", &[]),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent).await.unwrap();
}

#[tokio::test]
async fn who_may_not_watch_asks_every_two_seconds() {
    let server = Server::start(|path, nth| match path {
        _ if path.ends_with("/db") => {
            Answer::Json(200, stateful_set("db", &format!("{}", nth + 7), u32::from(nth > 0)))
        }
        _ => refusal(403, "Forbidden", "statefulsets.apps is forbidden"),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    let started = Instant::now();
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent).await.unwrap();
    assert!(started.elapsed() > Duration::from_secs(1));
    let reads = server.requests().iter().filter(|path| path.ends_with("/db")).count();
    assert_eq!(reads, 2);
}

#[tokio::test]
async fn who_may_not_read_is_told_so() {
    let server =
        Server::start(|_, _| refusal(403, "Forbidden", "secrets \"s\" is forbidden")).await;
    let targets = [target("v1", "Secret", "secrets", "s")];
    let error = wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "secrets \"s\" is forbidden");
}

#[tokio::test]
async fn what_failed_is_left_and_the_others_are_waited_for() {
    let failed = json!({
        "metadata": {"name": "x", "resourceVersion": "5"},
        "status": {"conditions": [{"type": "Stalled", "status": "True", "message": "no"}]},
    });
    let server = Server::start(move |path, _| match path {
        _ if is_watch(path) && path.contains("statefulsets") => Answer::Watch(vec![
            Step::Pause(200),
            Step::Event("MODIFIED", stateful_set("db", "9", 1)),
            Step::Hold,
        ]),
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ if path.ends_with("/x") => Answer::Json(200, failed.clone()),
        _ => list("8", &[]),
    })
    .await;
    let targets = [
        target("example.com/v1", "Thing", "things", "x"),
        target("apps/v1", "StatefulSet", "statefulsets", "db"),
    ];
    let kept = Kept::default();
    let error = wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &kept)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "resource Thing/web/x not ready. status: Failed, message: no");
    assert!(!error.is_timeout());
    let kept = kept.0.into_inner().unwrap();
    assert!(kept.last().unwrap().starts_with("db Current"), "{kept:?}");
}

#[tokio::test]
async fn what_is_deleted_is_waited_for_until_it_is_gone() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) => Answer::Watch(vec![
            Step::Pause(100),
            Step::Event("DELETED", stateful_set("db", "9", 1)),
            Step::Hold,
        ]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 1)),
        _ => refusal(404, "NotFound", "not found"),
    })
    .await;
    let targets = [
        target("apps/v1", "StatefulSet", "statefulsets", "db"),
        target("v1", "Secret", "secrets", "s"),
    ];
    wait(&server.client, &targets, Goal::Gone, Strategy::Watcher, LONG, &Silent).await.unwrap();
}

#[tokio::test]
async fn what_stays_is_told_in_helms_words() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ => Answer::Json(200, stateful_set("db", "7", 0)),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    let timeout = Duration::from_millis(300);
    let gone = |strategy| wait(&server.client, &targets, Goal::Gone, strategy, timeout, &Silent);
    assert_eq!(
        gone(Strategy::Watcher).await.unwrap_err().to_string(),
        "resource StatefulSet/web/db still exists. status: InProgress, message: Ready: 0/1\n\
         context deadline exceeded"
    );
    assert_eq!(gone(Strategy::Legacy).await.unwrap_err().to_string(), "context deadline exceeded");
    gone(Strategy::HookOnly).await.unwrap();
}

#[tokio::test]
async fn dropping_the_wait_ends_its_watches() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ => list("8", &[]),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    let waited = wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent);
    let half = tokio::time::timeout(Duration::from_millis(800), waited).await;
    assert!(half.is_err());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.n_watches(), 0);
}

#[tokio::test]
async fn helm_3s_rules_look_at_replica_sets() {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "web", "uid": "u1", "resourceVersion": "7", "generation": 1},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "app"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "template": {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": []}},
        },
        "status": {"observedGeneration": 1},
    });
    let replica_set = |version: &str, ready: u32| {
        json!({
            "metadata": {
                "name": "app-1", "namespace": "web", "resourceVersion": version, "generation": 1,
                "labels": {"app": "app"},
                "ownerReferences": [{"controller": true, "uid": "u1", "kind": "Deployment"}],
            },
            "spec": {"template": {
                "metadata": {"labels": {"app": "app", "pod-template-hash": "1"}},
                "spec": {"containers": []},
            }},
            "status": {"observedGeneration": 1, "readyReplicas": ready},
        })
    };
    let (first, last) = (replica_set("8", 0), replica_set("9", 1));
    let server = Server::start(move |path, _| match path {
        _ if is_watch(path) && path.contains("replicasets") => {
            Answer::Watch(vec![Step::Pause(100), Step::Event("MODIFIED", last.clone()), Step::Hold])
        }
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.ends_with("/app") => Answer::Json(200, deployment.clone()),
        _ if path.contains("replicasets") => list("8", std::slice::from_ref(&first)),
        _ => list("8", &[]),
    })
    .await;
    let targets = [target("apps/v1", "Deployment", "deployments", "app")];
    wait(&server.client, &targets, Goal::Ready, Strategy::Legacy, LONG, &Silent).await.unwrap();
    let requests = server.requests();
    assert!(requests.iter().any(|path| path.contains("labelSelector=app%3Dapp")), "{requests:?}");
}

#[tokio::test]
async fn hooks_are_done_when_their_jobs_ended() {
    let job = |version: &str, condition: &str| {
        json!({
            "metadata": {"name": "j", "namespace": "web", "resourceVersion": version},
            "status": {
                "failed": 1,
                "conditions": [{"type": condition, "status": "True", "reason": "BackoffLimitExceeded"}],
            },
        })
    };
    for (strategy, words) in [
        (
            Strategy::Watcher,
            "resource Job/web/j not ready. status: Failed, message: Job Failed. failed: 1/1",
        ),
        (Strategy::Legacy, "job j failed: BackoffLimitExceeded"),
    ] {
        let (first, last) = (job("7", "Suspended"), job("9", "Failed"));
        let server = Server::start(move |path, _| match path {
            _ if is_watch(path) && path.contains("jobs") => Answer::Watch(vec![
                Step::Pause(50),
                Step::Event("MODIFIED", last.clone()),
                Step::Hold,
            ]),
            _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
            _ if path.ends_with("/j") => Answer::Json(200, first.clone()),
            _ => list("8", &[]),
        })
        .await;
        let targets = [target("batch/v1", "Job", "jobs", "j")];
        let error = wait(&server.client, &targets, Goal::HookDone, strategy, LONG, &Silent)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), words);
    }
}

/// Gives a pod of the stateful set `db` whose container crashes.
fn crashing_pod() -> serde_json::Value {
    json!({
        "metadata": {
            "name": "db-0", "namespace": "web", "uid": "pod-1", "resourceVersion": "9",
            "labels": {"app": "db"},
        },
        "status": {
            "phase": "Pending",
            "containerStatuses": [{
                "name": "main", "ready": false, "restartCount": 2,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
            }],
        },
    })
}

#[tokio::test]
async fn reasons_and_last_words_are_told() {
    let event = json!({
        "metadata": {"name": "e1", "namespace": "web", "resourceVersion": "9"},
        "involvedObject": {"kind": "StatefulSet", "name": "db", "uid": "uid-db"},
        "type": "Warning", "reason": "FailedCreate", "message": "exceeded quota: small\u{1b}[2J",
        "lastTimestamp": "2100-01-01T00:00:00Z",
    });
    let stale = json!({
        "metadata": {"name": "e2", "namespace": "web", "resourceVersion": "9"},
        "involvedObject": {"kind": "StatefulSet", "name": "db", "uid": "uid-db"},
        "type": "Warning", "reason": "Old", "message": "old", "lastTimestamp": "2020-01-01T00:00:00Z",
    });
    let server = Server::start(move |path, _| match path {
        _ if is_watch(path) => Answer::Watch(vec![Step::Hold]),
        _ if path.contains("/log?") => Answer::Text("one\ntwo\u{1b}[31m\nlast words\n"),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ if path.contains("/pods?") => list("8", &[crashing_pod()]),
        _ if path.contains("/events?") => list("8", &[event.clone(), stale.clone()]),
        _ => list("8", &[]),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    let kept = Kept::default();
    let timeout = Duration::from_millis(1200);
    let error = wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, timeout, &kept)
        .await
        .unwrap_err();
    assert_eq!(
        error.help().unwrap(),
        "StatefulSet db InProgress: Ready: 0/1\n  \
         StatefulSet db FailedCreate: exceeded quota: small\u{fffd}[2J\n  \
         Pod db-0 Pending: CrashLoopBackOff container main exited with code 3\n    \
         | one\n    | two\u{fffd}[31m\n    | last words"
    );
    let told = kept.0.into_inner().unwrap();
    let crash = "db Pod db-0 Pending: CrashLoopBackOff container main exited with code 3";
    assert!(told.iter().any(|line| line == crash), "{told:#?}");
    let requests = server.requests();
    let log = requests.iter().filter(|path| path.contains("/log?")).collect::<Vec<_>>();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("tailLines=10&limitBytes=4096"), "{log:?}");
}

#[tokio::test]
async fn who_may_not_read_pods_and_events_still_waits() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) && path.contains("statefulsets") => Answer::Watch(vec![
            Step::Pause(1000),
            Step::Event("MODIFIED", stateful_set("db", "9", 1)),
            Step::Hold,
        ]),
        _ if path.ends_with("/db") => Answer::Json(200, stateful_set("db", "7", 0)),
        _ => refusal(403, "Forbidden", "no"),
    })
    .await;
    let targets = [target("apps/v1", "StatefulSet", "statefulsets", "db")];
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent).await.unwrap();
    assert!(server.requests().len() <= 4, "{:?}", server.requests());
}

#[tokio::test]
async fn many_objects_are_one_list_and_one_watch() {
    let server = Server::start(|path, _| match path {
        _ if is_watch(path) && path.contains("statefulsets") => {
            let mut steps = vec![Step::Pause(100)];
            for n in 0..40 {
                let done = stateful_set(&format!("db-{n}"), &format!("{}", 100 + n), 1);
                steps.push(Step::Event("MODIFIED", done));
            }
            steps.push(Step::Hold);
            Answer::Watch(steps)
        }
        _ => {
            let all: Vec<_> = (0..40).map(|n| stateful_set(&format!("db-{n}"), "7", 0)).collect();
            list("8", &all)
        }
    })
    .await;
    let targets: Vec<_> = (0..40)
        .map(|n| target("apps/v1", "StatefulSet", "statefulsets", &format!("db-{n}")))
        .collect();
    wait(&server.client, &targets, Goal::Ready, Strategy::Watcher, LONG, &Silent).await.unwrap();
    assert_eq!(server.requests().len(), 2, "{:?}", server.requests());
}
