//! Rendering: parse all templates in Helm's order, execute all but the partials.

use std::sync::Arc;

use pintle_gotmpl::Env;

use crate::world::World;

/// What the functions of one render share; templates carry it as their host.
#[derive(Debug)]
pub(crate) struct Host {
    world: Arc<dyn World>,
}

/// Gives what the functions of this render share.
pub(crate) fn host<'a>(env: &Env<'_, 'a>) -> &'a Host {
    env.host().downcast_ref().expect("only this module executes templates, always with a `Host`")
}

/// Gives the world of the render that a function was called in.
pub(crate) fn world<'a>(env: &Env<'_, 'a>) -> &'a dyn World {
    &*host(env).world
}
