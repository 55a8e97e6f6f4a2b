//! A native Helm engine: load a chart, render it as Helm does, look at its objects.
//!
//! Once:
//!
//! ```
//! let chart = pintle::Chart::load("../../charts/agent-env")?;
//! let values = pintle::Values::from_yaml("services: {default: {image: 'ubuntu:24.04'}}")?;
//! let release = pintle::render(&chart, &values, &pintle::Release::new("demo"))?;
//! assert!(release.manifest().contains("image: \"ubuntu:24.04\""));
//! # Ok::<(), pintle::Error>(())
//! ```
//!
//! Often: a [`Renderer`] parses the templates once and may be shared by threads.
//!
//! ```
//! let chart = pintle::Chart::load("../../charts/agent-env")?;
//! let renderer = pintle::Renderer::new(&chart)?;
//! let values = pintle::Values::from_yaml("services: {default: {image: 'ubuntu:24.04'}}")?;
//! for sample in 0..3 {
//!     let release = pintle::Release::new(format!("r{sample}")).namespace("evals");
//!     for object in renderer.render(&values, &release)?.objects() {
//!         assert!(object.source.starts_with("agent-env/templates/"));
//!         assert!(object.line > 0 && !object.head.kind.is_empty() && object.head.name.contains(&release.name));
//!     }
//! }
//! # Ok::<(), pintle::Error>(())
//! ```
//!
//! And with everything else said, through [`options`]:
//!
//! ```
//! use pintle::{Profile, Release};
//!
//! let chart = pintle::Chart::load("../../charts/agent-env")?;
//! let renderer = pintle::options().profile(Profile::HELM_3_22).seed(7).kube_version("1.34.0")?.build(&chart)?;
//! let values = pintle::Values::default();
//! let text = renderer.render(&values, &Release::new("web").namespace("prod"))?.manifest();
//! assert_eq!(text, renderer.render(&values, &Release::new("web").namespace("prod"))?.manifest());
//! # Ok::<(), pintle::Error>(())
//! ```
//!
//! Where values come from:
//!
//! ```
//! use pintle::origin::{Origins, Question, ValuePath};
//!
//! let chart = pintle::Chart::load("../../charts/agent-env")?;
//! let sources = pintle::origin::Sources { set: vec!["clusterDomain=evals".to_owned()], ..Default::default() };
//! let origins = Origins::trace(&Question::new(&chart, &sources), &mut |_| Ok(Vec::new()))?;
//! assert_eq!(origins.of(&ValuePath::parse("clusterDomain")?).unwrap().to_string(), "--set clusterDomain");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What differs from Helm is listed in the engine's `COMPATIBILITY.md`.

#[cfg(feature = "cluster")]
mod cluster_world;
mod error;
#[cfg(feature = "cluster")]
pub mod installer;
mod options;
#[cfg(feature = "cluster")]
mod record;
mod render;
#[cfg(feature = "cluster")]
mod sandbox;
mod snapshot;
mod values;
mod world;

pub use error::Error;
#[cfg(feature = "cluster")]
pub use installer::{Installer, Request};
pub use options::{Options, options};
pub use render::{Renderer, render};
#[cfg(feature = "cluster")]
pub use sandbox::{Exec, LABEL as SANDBOX_LABEL, Sandbox, SandboxOptions};
pub use snapshot::snapshot_text;
pub use values::Values;
pub use world::Host;

/// Where values come from.
pub mod origin {
    pub use pintle_chart::origin::*;
    pub use pintle_chart::value_path::{PathError, Step, ValuePath};
    pub use pintle_chart::values::{Sources, ValuesFile};
}
/// What [`assert_chart_snapshot`] is made of; with the feature `insta`.
#[cfg(feature = "insta")]
pub use insta;
/// Runs of agents, and the objects that they become; with the feature `agentrun`.
#[cfg(feature = "agentrun")]
pub use pintle_agentrun as agentrun;
pub use pintle_chart::{Chart, File, Metadata};
/// Releases on a cluster; with the feature `cluster`.
#[cfg(feature = "cluster")]
pub use pintle_cluster as cluster;
/// Compose files as values of the chart `agent-env`; with the feature `compose`.
#[cfg(feature = "compose")]
pub use pintle_compose as compose;
pub use pintle_engine::world::Still;
pub use pintle_engine::{
    Capabilities, Crds, Guards, KubeVersion, Notice, Profile, Release, Rendered, SchemaCheck,
    TemplateError, Warning, World,
};
/// What changes between two sets of objects.
pub use pintle_manifest::{Head, Hook, HookEvent, Object, Objects, diff, validate};
