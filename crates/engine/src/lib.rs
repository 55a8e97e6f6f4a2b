//! Helm's template engine: functions, built-in objects, profiles, render.

mod funcs;
mod render;
pub mod world;
