//! Helm's template engine: functions, built-in objects, profiles, render.

mod capabilities;
mod compile;
mod context;
mod error;
mod files;
mod funcs;
mod glob;
mod include;
mod profile;
mod render;
mod renderer;
pub mod world;

pub use capabilities::{Capabilities, KubeVersion, KubeVersionRules};
pub use context::Release;
pub use error::{ErrorLayout, TemplateError};
pub use profile::{FunctionSet, LogLayout, Profile, ValuesPackage};
pub use render::Notice;
pub use renderer::{Crds, Guards, Rendered, Renderer, SchemaCheck, Settings, Warning};
pub use world::World;
