//! What lies beyond the render: `getHostByName` and `lookup`.
//!
//! Source: `network.go` in Sprig; `initFunMap` and `newLookupFunction` in Helm's `pkg/engine`, which resolve no names
//! unless asked to, and look nothing up without a cluster.

use pintle_gotmpl::{FuncError, Function, Type, Value};

use super::arguments::text;
use crate::render::{host, world};

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    // `getHostByName NAME`: an address, or nothing where the world resolves no names.
    Function::new("getHostByName", &[Type::String], |env, args| {
        Ok(Value::string(world(env)?.resolve_host(&text(args, 0)).unwrap_or_default()))
    }),
    // `lookup API-VERSION KIND NAMESPACE NAME`: an object of the cluster, or an empty map. A lint render asks no cluster.
    Function::new(
        "lookup",
        &[Type::String, Type::String, Type::String, Type::String],
        |env, args| {
            if host(env).lint {
                return Ok(Value::map::<&str>([]));
            }
            let [api_version, kind, namespace, name] = [0, 1, 2, 3].map(|at| text(args, at));
            world(env)?.lookup(&api_version, &kind, &namespace, &name).map_err(FuncError::new)
        },
    ),
];
