//! The network: `getHostByName`.
//!
//! Source: `network.go` in Sprig; Helm's `pkg/engine/engine.go` makes it give nothing unless DNS was enabled.

use pintle_gotmpl::{Function, Type, Value};

use super::arguments::text;
use crate::render::world;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] =
    &[Function::new("getHostByName", &[Type::String], |env, args| {
        Ok(Value::string(world(env).resolve_host(&text(args, 0)).unwrap_or_default()))
    })];
