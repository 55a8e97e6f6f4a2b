//! Helm charts and their values: load, depend, coalesce, set, check.
//!
//! A chart is a folder or a `.tgz` of it. [`Chart::load`] reads either, with the charts it carries in `charts/`, and
//! gives Helm's words when it cannot:
//!
//! ```
//! use pintle_chart::{Chart, File};
//!
//! let chart = Chart::from_files(vec![
//!     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
//!     File::new("templates/service.yaml", "kind: Service\n"),
//! ])?;
//! assert_eq!(chart.name(), "web");
//! assert_eq!(chart.templates.len(), 1);
//! # Ok::<(), pintle_chart::Error>(())
//! ```
//!
//! What a render sees of the values, and where each comes from, tells [`origin`]; what does not fit a schema,
//! [`schema::SchemaError::faults`].
//!
//! Only `load` touches the file system.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod chart;
pub mod coalesce;
mod data;
mod decode;
mod dependency;
mod error;
pub mod go;
pub mod ignore;
pub mod load;
mod lock;
mod metadata;
mod metadata_yaml;
pub use pintle_yaml::near;
pub mod origin;
pub mod package;
pub mod path;
pub mod process;
mod quote;
mod record;
pub mod repository;
pub mod schema;
pub mod secret;
pub mod semver;
pub mod set;
mod show;
mod stack;
mod time;
pub mod value_path;
pub mod values;

pub use chart::{Chart, Crd, File};
pub use data::Data;
pub use dependency::Dependency;
pub use error::Error;
pub use load::{LoadRules, Warning};
pub use lock::{Lock, digest};
pub use metadata::{Draft, Maintainer, Metadata};
pub use stack::with_room;
