//! Helm's template engine: functions, built-in objects, profiles, render.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod capabilities;
mod compile;
mod context;
mod error;
mod files;
mod funcs;
mod glob;
mod include;
pub mod lint;
mod profile;
mod release_name;
mod render;
mod renderer;
mod small_template;
pub mod world;

pub use capabilities::{Capabilities, KubeVersion, KubeVersionRules};
pub use context::Release;
pub use error::{ErrorLayout, TemplateError};
pub use profile::{CommandLine, FunctionSet, LogLayout, Profile, ValuesPackage};
pub use release_name::NameError;
pub use render::Notice;
pub use renderer::{
    Crds, Guards, Rendered, Renderer, Report, SchemaCheck, SchemaNote, Settings, Warning,
};
pub use small_template::{execute_name_template, execute_version_template};
pub use world::World;
