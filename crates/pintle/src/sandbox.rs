//! Sandboxes: releases of the chart `agent-env`, as places to run commands in.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use pintle_cluster::action::OnFailure;
use pintle_cluster::exec::{Command, Container, Output};
use pintle_cluster::{Strategy, files};
use serde_json::Value as Json;
use tokio::runtime::Handle;

use crate::{Error, Installer, Request, Values};

/// The label that releases of sandboxes have, so that those that a crash left are found.
pub const LABEL: &str = "pintle.dev/sandbox";

/// How a sandbox is made.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// the release's name; without one it is made of eight random letters and digits
    pub name: Option<String>,
    /// the namespace
    pub namespace: String,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self { name: None, namespace: "default".to_owned() }
    }
}

/// A release whose pods are ready to run commands.
///
/// ```no_run
/// # async fn demo(installer: pintle::Installer, values: pintle::Values) -> Result<(), pintle::Error> {
/// use std::time::Duration;
/// use pintle::{Sandbox, SandboxOptions};
///
/// let sandbox = Sandbox::install(&installer, &values, SandboxOptions::default()).await?;
/// let out = sandbox.exec("default", ["python3", "-c", "print(6 * 7)"]).timeout(Duration::from_secs(30)).run().await?;
/// assert_eq!(out.stdout, b"42\n");
/// sandbox.write_file("default", "/tmp/a", vec![0; 1 << 20]).await?;
/// let bytes = sandbox.read_file("default", "/tmp/a").await?;
/// sandbox.uninstall().await?;
/// # Ok(())
/// # }
/// ```
///
/// One that is dropped is uninstalled in the background, while a runtime runs.
#[derive(Debug)]
pub struct Sandbox {
    installer: Installer,
    namespace: String,
    name: String,
    containers: Mutex<HashMap<String, Container>>,
    is_there: bool,
}

impl Sandbox {
    /// Installs a release, and waits until its pods are ready. What failed is removed again.
    ///
    /// # Errors
    ///
    /// Helm's words, with the objects that are not ready and why.
    pub async fn install(
        installer: &Installer,
        values: &Values,
        options: SandboxOptions,
    ) -> Result<Self, Error> {
        let mut how = installer.how().clone();
        how.options.on_failure = OnFailure::RollBack;
        if how.options.strategy == Strategy::HookOnly {
            how.options.strategy = Strategy::Watcher;
        }
        let installer = installer.clone().install_options(how);
        let name = options.name.unwrap_or_else(random_name);
        let mut request = Request::new(name, options.namespace, values.clone());
        request.labels.insert(LABEL.to_owned(), "true".to_owned());
        installer.install(&request).await?;
        let Request { name, namespace, .. } = request;
        let containers = Mutex::default();
        Ok(Self { installer, namespace, name, containers, is_there: true })
    }

    /// Gives the release's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the release's namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Gives the container of a service: the first of its pod.
    ///
    /// # Errors
    ///
    /// [`Error::Cluster`] if the service has no pod, and the API server's words.
    pub async fn container(&self, service: &str) -> Result<Container, Error> {
        let known = |all: &HashMap<String, Container>| all.get(service).cloned();
        if let Some(container) = self.containers.lock().ok().as_deref().and_then(known) {
            return Ok(container);
        }
        let client = self.installer.client();
        let Self { namespace, name, .. } = self;
        let path = format!(
            "/api/v1/namespaces/{namespace}/pods?labelSelector=app.kubernetes.io%2Finstance%3D{name}%2C\
             inspect%2Fservice%3D{service}"
        );
        let pods: Json = client.get(&path).await?;
        let Some(pod) = pods["items"][0]["metadata"]["name"].as_str() else {
            let text = format!("sandbox {name} has no pod for the service {service}");
            return Err(pintle_cluster::Error::Said(text).into());
        };
        let container = Container::open(client, namespace, pod, None).await?;
        if let Ok(mut all) = self.containers.lock() {
            all.insert(service.to_owned(), container.clone());
        }
        Ok(container)
    }

    /// Makes a command to run in a service.
    pub fn exec<T: Into<String>>(
        &self,
        service: impl Into<String>,
        arguments: impl IntoIterator<Item = T>,
    ) -> Exec<'_> {
        Exec { sandbox: self, service: service.into(), command: Command::new(arguments) }
    }

    /// Writes a file in a service, with the directories above it.
    ///
    /// # Errors
    ///
    /// [`Error::Cluster`], with the path and what is wrong with it.
    pub async fn write_file(&self, service: &str, path: &str, bytes: Vec<u8>) -> Result<(), Error> {
        Ok(self.container(service).await?.write_file(path, bytes).await?)
    }

    /// Reads a file of a service, of at most [`files::MAX_FILE`] bytes.
    ///
    /// # Errors
    ///
    /// As [`Sandbox::write_file`].
    pub async fn read_file(&self, service: &str, path: &str) -> Result<Vec<u8>, Error> {
        Ok(self.container(service).await?.read_file(path, files::MAX_FILE).await?)
    }

    /// Removes the release.
    ///
    /// # Errors
    ///
    /// Helm's words.
    pub async fn uninstall(mut self) -> Result<(), Error> {
        self.is_there = false;
        self.installer.uninstall(&self.namespace, &self.name).await
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !std::mem::take(&mut self.is_there) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let (installer, namespace, name) = (
            self.installer.clone(),
            std::mem::take(&mut self.namespace),
            std::mem::take(&mut self.name),
        );
        runtime.spawn(async move {
            // Nobody is left to be told.
            let _ = installer.uninstall(&namespace, &name).await;
        });
    }
}

/// A command that is about to run in a sandbox.
#[derive(Debug)]
#[must_use = "it runs when `run` is awaited"]
pub struct Exec<'a> {
    sandbox: &'a Sandbox,
    service: String,
    command: Command,
}

impl Exec<'_> {
    /// Gives it bytes to read.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.command = self.command.stdin(bytes);
        self
    }

    /// Runs it in a directory.
    pub fn directory(mut self, path: impl Into<String>) -> Self {
        self.command = self.command.directory(path);
        self
    }

    /// Kills it after a time.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.command = self.command.timeout(timeout);
        self
    }

    /// Keeps at most so many bytes of each stream.
    pub fn max_output(mut self, n_bytes: usize) -> Self {
        self.command = self.command.max_output(n_bytes);
        self
    }

    /// Runs it, and waits until it ends.
    ///
    /// # Errors
    ///
    /// [`Error::Cluster`]: the pod restarted, or the API server's words. A command that fails is no error.
    pub async fn run(self) -> Result<Output, Error> {
        let container = self.sandbox.container(&self.service).await?;
        Ok(container.run(&self.command).await?)
    }
}

/// Makes a name of eight letters and digits, the first a letter.
fn random_name() -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let letter = |(n, byte): (usize, u8)| {
        let n_letters = if n == 0 { 26 } else { LETTERS.len() };
        char::from(LETTERS[usize::from(byte) % n_letters])
    };
    bytes.into_iter().enumerate().map(letter).collect()
}
