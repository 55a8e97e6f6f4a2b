//! Helm's template engine: functions, built-in objects, profiles, render.
//!
//! A [`Renderer`] takes a chart and walks the house from values to objects: dependencies are switched, values meet defaults and
//! schemas, templates are executed with Helm's objects and functions, and what they write is split and ordered.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pintle_chart::{Chart, File};
//! use pintle_engine::world::Still;
//! use pintle_engine::{Release, Renderer, Settings};
//!
//! let chart = Chart::from_files(vec![
//!     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
//!     File::new("values.yaml", "port: 80\n"),
//!     File::new("templates/service.yaml", "kind: Service\nport: {{ .Values.port }}\nname: {{ .Release.Name | quote }}\n"),
//! ])?;
//! let renderer = Renderer::new(chart, Settings::new(Arc::new(Still::new(1))));
//! let values = pintle_yaml::Map::from_iter([("port", pintle_yaml::Value::Int(8080))]);
//! let rendered = renderer.render(&values, &Release::new("demo"))?;
//! assert_eq!(
//!     rendered.manifest(),
//!     "---\n# Source: web/templates/service.yaml\nkind: Service\nport: 8080\nname: \"demo\"\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where a rendered line comes from can be asked afterwards, at no cost to the render:
//!
//! ```
//! # use std::sync::Arc;
//! # use pintle_chart::{Chart, File};
//! # use pintle_engine::world::Still;
//! # use pintle_engine::{Release, Renderer, Settings};
//! use pintle_engine::origin::Line;
//!
//! # let chart = Chart::from_files(vec![
//! #     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
//! #     File::new("values.yaml", "port: 80\n"),
//! #     File::new("templates/service.yaml", "kind: Service\nport: {{ .Values.port }}\n"),
//! # ])?;
//! # let renderer = Renderer::new(chart, Settings::new(Arc::new(Still::new(1))));
//! # let values = pintle_yaml::Map::new();
//! let line = Line { file: "web/templates/service.yaml".to_owned(), line: 2 };
//! let origins = renderer.origins(&values, &Release::new("demo"), &[line])?;
//! let origin = origins[0].as_ref().unwrap();
//! assert_eq!(origin.frames[0].action, "{{.Values.port}}");
//! assert_eq!(origin.values[0].to_string(), ".Values.port");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What sets Helm versions apart is a [`Profile`]; what a render may ask of its surroundings is a [`World`]. Nothing else is asked:
//! same chart, values, release, profile and world, same bytes.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod capabilities;
mod compile;
mod context;
mod error;
mod execute;
mod files;
mod funcs;
mod glob;
mod include;
pub mod lint;
mod memo;
pub mod origin;
mod profile;
mod release_name;
mod render;
mod renderer;
mod small_template;
mod values;
pub mod world;

pub use capabilities::{Capabilities, KubeVersion, KubeVersionRules};
pub use context::Release;
pub use error::{ErrorLayout, Frame, TemplateError};
pub use funcs::format_time;
pub use profile::{CommandLine, FunctionSet, LogLayout, Profile, ValuesPackage};
pub use release_name::NameError;
pub use render::Notice;
pub use renderer::{
    Crds, Guards, Rendered, Renderer, Report, SchemaCheck, SchemaNote, Settings, Warning,
};
pub use small_template::{
    execute_name_template, execute_page_template, execute_version_template, files_value,
};
pub use world::World;
