//! Helm's template engine: functions, built-in objects, profiles, render.

mod render;
pub mod world;
