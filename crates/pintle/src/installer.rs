//! Releases of one chart on one cluster: rendered here, applied there.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt as _};
use pintle_chart::Chart;
use pintle_cluster::Client;
use pintle_cluster::action::{Actor, Install, Stop, Uninstall, install_definitions};
use pintle_cluster::apply::Apply;
use pintle_cluster::progress::{Reporter, Silent};
use pintle_cluster::release::{ApplyMethod, Driver, Release as Record, Storage};
use pintle_engine::{Capabilities, KubeVersion, Release, Rendered, Report, Settings};
use pintle_engine::{Renderer, TemplateError};
use pintle_yaml::Map;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::cluster_world::ClusterWorld;
use crate::record;
use crate::{Error, Options, Values};

/// How many releases are installed at once if nothing else is said.
pub const DEFAULT_CONCURRENCY: usize = 16;

/// Installs releases of one chart on one cluster: templates are parsed once, the cluster is asked for its kinds once, and
/// all share its connections. Clones are cheap.
///
/// ```no_run
/// # async fn demo() -> Result<(), pintle::Error> {
/// use pintle::{Chart, Values};
/// use pintle::cluster::{Client, Connection};
/// use pintle::{Installer, Request, options};
///
/// let client = Client::connect(&Connection::default()).await?;
/// let chart = Chart::load("charts/agent-env")?;
/// let installer = Installer::new(client, chart, options()).await?;
/// let values = Values::from_yaml("services: {default: {image: 'ubuntu:24.04'}}")?;
/// let requests = (0..100).map(|n| Request::new(format!("r{n}"), "evals", values.clone())).collect();
/// for (request, result) in installer.install_all(requests, 16).await {
///     if let Err(error) = result {
///         eprintln!("{}: {error}", request.name);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Installer {
    client: Client,
    renderer: Arc<Renderer>,
    chart: Arc<RawValue>,
    driver: Driver,
    install: Install,
    method: ApplyMethod,
    reporter: Arc<dyn Reporter>,
    stop: Stop,
}

impl std::fmt::Debug for Installer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installer")
            .field("chart", &self.renderer.chart().name())
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// A release that is wanted.
#[derive(Debug, Clone)]
pub struct Request {
    /// its name
    pub name: String,
    /// its namespace
    pub namespace: String,
    /// the user's values
    pub values: Values,
    /// labels of its record
    pub labels: BTreeMap<String, String>,
}

impl Request {
    /// Asks for a release without labels.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>, values: Values) -> Self {
        let (name, namespace) = (name.into(), namespace.into());
        Self { name, namespace, values, labels: BTreeMap::new() }
    }
}

impl Installer {
    /// Asks the cluster for its version and kinds, creates the definitions of the chart's `crds/` that are missing, and
    /// parses the chart's templates.
    ///
    /// # Errors
    ///
    /// [`Error::Cluster`] if the cluster cannot be reached, [`Error::Template`] if a template does not parse.
    pub async fn new(client: Client, chart: Chart, options: Options) -> Result<Self, Error> {
        let settings = options.settings();
        install_crds(&client, &chart, Apply::default()).await?;
        Self::ready(client, chart, settings).await
    }

    /// Makes an installer of a chart whose definitions are there.
    ///
    /// # Errors
    ///
    /// As [`Installer::new`].
    pub async fn ready(client: Client, chart: Chart, settings: Settings) -> Result<Self, Error> {
        let record = record::of_chart(&chart, &settings)?;
        let settings = of_cluster(settings, &client).await?;
        let renderer = Renderer::new(chart, settings);
        Ok(Self {
            client,
            renderer: Arc::new(renderer),
            chart: record,
            driver: Driver::Secrets,
            install: Install::default(),
            method: ApplyMethod::ServerSide,
            reporter: Arc::new(Silent),
            stop: Stop::never(),
        })
    }

    /// Says how releases are installed: waiting, hooks, what happens on failure.
    #[must_use]
    pub fn install_options(self, install: Install) -> Self {
        Self { install, ..self }
    }

    /// Says how objects are applied; by default the server merges them.
    #[must_use]
    pub fn apply_method(self, method: ApplyMethod) -> Self {
        Self { method, ..self }
    }

    /// Says where releases are recorded; by default in Secrets.
    #[must_use]
    pub fn driver(self, driver: Driver) -> Self {
        Self { driver, ..self }
    }

    /// Says who is told what happens.
    #[must_use]
    pub fn reporter(self, reporter: Arc<dyn Reporter>) -> Self {
        Self { reporter, ..self }
    }

    /// Says when to end before all is done.
    #[must_use]
    pub fn stop(self, stop: Stop) -> Self {
        Self { stop, ..self }
    }

    /// Gives how releases are installed.
    pub fn how(&self) -> &Install {
        &self.install
    }

    /// Gives the client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Gives who acts in a namespace.
    pub fn actor(&self, namespace: &str) -> Actor {
        let storage = Storage::new(self.client.clone(), self.driver.clone(), namespace);
        let reporter = Arc::clone(&self.reporter);
        Actor::new(self.client.clone(), storage, reporter, self.stop.clone())
    }

    /// Renders a release as the cluster it is for, with what there is to say about it.
    ///
    /// # Errors
    ///
    /// Helm's words, in either of the two.
    pub async fn render(
        &self,
        values: &Map,
        release: Release,
    ) -> (Result<Rendered, TemplateError>, Report) {
        let (ready, values) = (Arc::clone(&self.renderer), values.clone());
        // A template may look things up, which waits for the cluster.
        let work = spawn_blocking(move || {
            let mut report = Report::default();
            let rendered = ready.render_reporting(&values, &release, &mut report);
            (rendered, report)
        });
        work.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
    }

    /// Makes the record of a rendered release, whose status is set when it is installed.
    ///
    /// # Errors
    ///
    /// [`Error::Chart`] for values that JSON cannot hold.
    pub fn record(
        &self,
        rendered: &Rendered,
        request: &Request,
        version: u32,
    ) -> Result<Record, Error> {
        let mut release = record::of_rendered(rendered, request, version)?;
        release.chart = Some(Arc::clone(&self.chart));
        release.apply_method = Some(self.method);
        Ok(release)
    }

    /// Installs one release.
    ///
    /// # Errors
    ///
    /// Helm's words. What was made stays, and its record says `failed`.
    pub async fn install(&self, request: &Request) -> Result<Record, Error> {
        let actor = self.actor(&request.namespace);
        self.install.check_name(&actor, &request.name).await?;
        let release = Release::new(&*request.name).namespace(&*request.namespace);
        let (rendered, _) = self.render(request.values.as_map(), release).await;
        let record = self.record(&rendered?, request, 1)?;
        Ok(self.install.run(&actor, record).await.map_err(|(_, error)| error)?)
    }

    /// Installs releases, at most `concurrency` at once; one failure does not keep the others. Results come in the order of
    /// the requests.
    pub async fn install_all(
        &self,
        requests: Vec<Request>,
        concurrency: usize,
    ) -> Vec<(Request, Result<Record, Error>)> {
        let mut done: Vec<_> = self.install_each(requests, concurrency).collect().await;
        done.sort_by_key(|(n, ..)| *n);
        done.into_iter().map(|(_, request, result)| (request, result)).collect()
    }

    /// Installs releases as [`Installer::install_all`], and gives each with its place among the requests as it is done.
    pub fn install_each(
        &self,
        requests: Vec<Request>,
        concurrency: usize,
    ) -> impl Stream<Item = (usize, Request, Result<Record, Error>)> {
        let installs = requests.into_iter().enumerate().map(move |(n, request)| async move {
            let result = self.install(&request).await;
            (n, request, result)
        });
        stream::iter(installs).buffer_unordered(concurrency.max(1))
    }

    /// Uninstalls a release.
    ///
    /// # Errors
    ///
    /// Helm's words.
    pub async fn uninstall(&self, namespace: &str, name: &str) -> Result<(), Error> {
        let uninstall = Uninstall { options: self.install.options.clone(), ..Uninstall::default() };
        Ok(uninstall.run(&self.actor(namespace), name).await.map(drop)?)
    }
}

/// Makes the record of a release that was rendered without a cluster, to be shown.
///
/// # Errors
///
/// [`Error::Chart`] for values that JSON cannot hold.
pub fn record_without_cluster(
    ready: &Renderer,
    rendered: &Rendered,
    request: &Request,
) -> Result<Record, Error> {
    let mut release = record::of_rendered(rendered, request, 1)?;
    release.chart = Some(record::of_chart(ready.chart(), ready.settings())?);
    Ok(release)
}

/// Creates the definitions of a chart's `crds/` that are missing.
///
/// # Errors
///
/// Helm's words, with the file.
pub async fn install_crds(client: &Client, chart: &Chart, apply: Apply) -> Result<(), Error> {
    let crds = chart.crds();
    if crds.is_empty() {
        return Ok(());
    }
    let texts: Vec<_> = crds.iter().map(|crd| (crd.name, crd.file.text())).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, &**text)).collect();
    Ok(install_definitions(client, &files, apply).await?)
}

/// Makes settings those of a cluster: its version, its kinds, and what `lookup` finds.
///
/// # Errors
///
/// [`Error::Cluster`] if it cannot be reached.
pub async fn of_cluster(settings: Settings, client: &Client) -> Result<Settings, Error> {
    let version = client.version().await?;
    let rules = settings.profile.kube_version;
    let parsed = KubeVersion::parse(&version.git_version, rules);
    let mut kube_version = parsed
        .map_err(|reason| Error::KubeVersion { text: version.git_version.clone(), reason })?;
    (kube_version.major, kube_version.minor) = (version.major, version.minor);
    kube_version.version = version.git_version;
    let discovery = client.discovery().await?;
    let api_versions = discovery.api_versions().into_iter().map(Into::into).collect();
    let capabilities = Capabilities { kube_version, api_versions };
    let host = Arc::clone(&settings.world);
    let world = ClusterWorld { host, client: client.clone(), runtime: Handle::current() };
    Ok(Settings { capabilities, world: Arc::new(world), ..settings })
}
