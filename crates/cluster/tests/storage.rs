//! Records on a real API server.
//!
//! `PINTLE_TEST_KUBECONFIG` says which; `cargo xtask cluster up` starts one, whose kubeconfig is taken otherwise.

use std::path::PathBuf;

use pintle_cluster::release::{Driver, Holder, Info, Memory, Release, Status, Storage};
use pintle_cluster::{Client, Connection, Error};
use serde_json::{Value as Json, json};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Connects, and makes a namespace of its own for a test, which is empty when the test begins.
async fn cluster(driver: Driver, namespace: &str) -> Result<Cluster> {
    let kubeconfig = std::env::var_os("PINTLE_TEST_KUBECONFIG").map_or_else(
        || {
            let home = std::env::home_dir().expect("there is a home folder");
            home.join(".cache/pintle/cluster/1.34.4/state/kubeconfig")
        },
        PathBuf::from,
    );
    let connection = Connection { kubeconfig: vec![kubeconfig], ..Connection::default() };
    let client = Client::connect(&connection).await?;
    let namespace = format!("releases-{namespace}-{}", std::process::id());
    let body = json!({"metadata": {"name": namespace}});
    ask(&client, "POST", "/api/v1/namespaces", &body).await?;
    Ok(Cluster { storage: Storage::new(client.clone(), driver, namespace), client })
}

struct Cluster {
    storage: Storage,
    client: Client,
}

impl Cluster {
    /// Gives the path of the Secrets or `ConfigMaps` of the namespace.
    fn path(&self, plural: &str) -> String {
        format!("/api/v1/namespaces/{}/{plural}", self.storage.namespace())
    }

    /// Gives the names of all records and parts.
    async fn names(&self, plural: &str) -> Result<Vec<String>> {
        let list = ask(&self.client, "GET", &self.path(plural), &Json::Null).await?;
        let items = list["items"].as_array().into_iter().flatten();
        let names = items.filter_map(|item| item["metadata"]["name"].as_str());
        Ok(names.filter(|name| name.starts_with("sh.helm.")).map(str::to_owned).collect())
    }
}

async fn ask(client: &Client, method: &str, path: &str, body: &Json) -> Result<Json> {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = http::Request::builder().method(method).uri(path);
    let request = request.header("Content-Type", "application/json").body(body)?;
    Ok(client.kube().request(request).await?)
}

fn release(storage: &Storage, version: u32, status: Status) -> Release {
    Release {
        name: "web".to_owned(),
        info: Info { status, ..Info::default() },
        chart: None,
        config: json!({"a": 1}).as_object().cloned(),
        manifest: "---\nkind: <A> & b\n".to_owned(),
        hooks: Vec::new(),
        version,
        namespace: storage.namespace().to_owned(),
        apply_method: None,
        labels: [("team".to_owned(), "a".to_owned())].into(),
    }
}

/// Gives text that no packer makes shorter than it is by much.
fn noise(len: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                [(state >> 58) as usize],
        )
    };
    std::iter::repeat_with(&mut next).take(len).collect()
}

#[tokio::test]
#[ignore = "needs a cluster: cargo xtask cluster up"]
async fn records_live_as_helm_s_do() -> Result {
    for (driver, name) in [
        (Driver::Secrets, "secrets"),
        (Driver::ConfigMaps, "maps"),
        (Driver::Memory(Memory::default()), "memory"),
    ] {
        let Cluster { storage, .. } = cluster(driver, name).await?;
        assert!(matches!(storage.last("web").await, Err(Error::ReleaseNotFound)));
        assert!(matches!(storage.get("web", 1).await, Err(Error::ReleaseNotFound)));
        let error = storage.delete("web", 1).await.unwrap_err();
        assert_eq!(error.to_string(), "release: not found");
        let error = storage.deployed("web").await.unwrap_err();
        assert_eq!(error.to_string(), "\"web\" has no deployed releases");
        let holder = Holder::now("me");
        let first = release(&storage, 1, Status::PendingInstall);
        storage.create(&first, Some(&holder)).await?;
        let read = storage.get("web", 1).await?;
        assert_eq!(read.release.manifest, first.manifest);
        assert_eq!(read.release.labels, first.labels);
        assert_eq!(read.holder.as_ref().map(|holder| holder.identity.as_str()), Some("me"));
        let mut other = first.clone();
        other.info.description = "other".to_owned();
        let error = storage.create(&other, Some(&holder)).await.unwrap_err();
        assert_eq!(error.to_string(), "release: already exists");
        assert!(storage.renew("web", 1, &Holder::now("me")).await?);
        if name != "memory" {
            assert!(!storage.renew("web", 1, &Holder::now("you")).await?, "somebody else holds it");
            assert!(!storage.take(&read, &Holder::now("you")).await?, "it changed since");
        }
        let read = storage.get("web", 1).await?;
        assert!(storage.take(&read, &Holder::now("you")).await?);
        for version in 1..=7 {
            let status = if version == 5 { Status::Deployed } else { Status::Superseded };
            let release = release(&storage, version, status);
            if version > 1 {
                storage.create(&release, None).await?;
                // The answer may have been lost: the same record again is the same record.
                if name != "memory" {
                    storage.create(&release, None).await?;
                }
            }
            let stored = storage.update(&release, None).await?;
            assert!(stored.holder.is_none());
        }
        assert!(storage.get("web", 1).await?.holder.is_none());
        assert_eq!(storage.last("web").await?.release.version, 7);
        assert_eq!(storage.deployed("web").await?.release.version, 5);
        let versions = |found: Vec<pintle_cluster::release::Stored>| {
            found.iter().map(|stored| stored.release.version).collect::<Vec<_>>()
        };
        assert_eq!(versions(storage.history("web").await?), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(storage.list(|stored| Some(stored.release.version)).await?.items.len(), 7);
        storage.prune("web", 1).await?;
        assert_eq!(versions(storage.history("web").await?), [5], "what runs stays");
        storage.delete("web", 5).await?;
        assert!(matches!(storage.history("web").await, Err(Error::ReleaseNotFound)));
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs a cluster: cargo xtask cluster up"]
async fn long_records_are_refused_or_split() -> Result {
    for (driver, plural) in [(Driver::Secrets, "secrets"), (Driver::ConfigMaps, "configmaps")] {
        let cluster = cluster(driver, &format!("long-{plural}")).await?;
        let whole = cluster.storage.clone();
        let split = whole.clone().chunked();
        let mut long = release(&whole, 1, Status::PendingInstall);
        long.manifest = noise(3_000_000);
        let error = whole.create(&long, None).await.unwrap_err().to_string();
        assert!(error.contains("takes 3") && error.contains("--chunked"), "{error}");
        split.create(&long, None).await?;
        let read = whole.get("web", 1).await?;
        assert!(read.release.manifest == long.manifest, "it is read back whole");
        // What is in parts stays so, whoever writes.
        long.info.status = Status::Deployed;
        whole.update(&long, None).await?;
        let read = whole.last("web").await?;
        assert!(
            read.release.manifest == long.manifest && read.release.info.status == Status::Deployed
        );
        let all = cluster.names(plural).await?;
        assert_eq!(all.len(), 1 + 3, "the parts of the first write are gone: {all:?}");
        let part = all.iter().find(|name| name.contains(".part2.")).expect("there is one");
        let path = format!("{}/{part}", cluster.path(plural));
        ask(&cluster.client, "DELETE", &path, &Json::Null).await?;
        let error = whole.get("web", 1).await.unwrap_err().to_string();
        assert!(error.contains("part 2 of 3 is missing"), "{error}");
        whole.delete("web", 1).await?;
        assert_eq!(cluster.names(plural).await?, [""; 0]);
    }
    Ok(())
}
