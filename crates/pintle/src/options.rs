//! Everything a render can be told beside chart, values and release.

use std::sync::Arc;

use pintle_chart::Chart;
use pintle_engine::world::Still;
use pintle_engine::{
    Capabilities, Guards, KubeVersion, Profile, Renderer as EngineRenderer, SchemaCheck, Settings,
    World,
};

use crate::{Error, Host, Renderer};

/// Begins with what Helm 4.3 does without a cluster, in the world of this machine.
pub fn options() -> Options {
    Options {
        profile: Profile::default(),
        kube_version: KubeVersion::default(),
        api_versions: Vec::new(),
        world: Arc::new(Host::default()),
        schema: SchemaCheck::Checked,
        guards: Guards::Stop,
    }
}

/// Everything a render can be told; made by [`options`].
#[derive(Debug, Clone)]
pub struct Options {
    profile: Profile,
    kube_version: KubeVersion,
    api_versions: Vec<String>,
    world: Arc<dyn World>,
    schema: SchemaCheck,
    guards: Guards,
}

impl Options {
    /// Follows another version of Helm.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets the version of Kubernetes that charts see; the profile is chosen before.
    ///
    /// # Errors
    ///
    /// [`Error::KubeVersion`].
    pub fn kube_version(mut self, text: &str) -> Result<Self, Error> {
        self.kube_version = KubeVersion::parse(text, self.profile.kube_version)
            .map_err(|reason| Error::KubeVersion { text: text.to_owned(), reason })?;
        Ok(self)
    }

    /// Adds API versions that charts find in the cluster.
    #[must_use]
    pub fn api_versions<S: Into<String>>(mut self, versions: impl IntoIterator<Item = S>) -> Self {
        self.api_versions.extend(versions.into_iter().map(Into::into));
        self
    }

    /// Makes renders repeat themselves: the clock stands still, and what is random follows from a seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.world(Still::new(seed))
    }

    /// Sets the world templates may ask: a cluster for `lookup`, say.
    #[must_use]
    pub fn world(mut self, world: impl World + 'static) -> Self {
        self.world = Arc::new(world);
        self
    }

    /// Leaves values unchecked by the charts' schemas.
    #[must_use]
    pub fn skip_schema_validation(mut self) -> Self {
        self.schema = SchemaCheck::Skipped;
        self
    }

    /// Lets `required` and `fail` leave a notice instead of failing, as `helm lint` does.
    #[must_use]
    pub fn lint(mut self) -> Self {
        self.guards = Guards::Notice;
        self
    }

    /// Makes a chart ready to render.
    ///
    /// # Errors
    ///
    /// [`Error::Template`] if a template does not parse that the chart's own defaults enable.
    pub fn build(self, chart: &Chart) -> Result<Renderer, Error> {
        let renderer = EngineRenderer::new(chart.clone(), self.settings());
        renderer.compile()?;
        Ok(Renderer(renderer))
    }

    /// Gives the engine's settings.
    pub(crate) fn settings(self) -> Settings {
        Settings {
            profile: self.profile,
            capabilities: Capabilities::new(self.kube_version, self.api_versions),
            world: self.world,
            schema: self.schema,
            guards: self.guards,
        }
    }
}
