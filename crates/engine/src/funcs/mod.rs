//! The functions templates may call besides Go's builtins: Sprig's, without what reads the environment, and Helm's own.
//!
//! One file per family, as Sprig's manual groups them. Each gives its functions in a `FUNCTIONS` list; [`table`] joins the
//! lists and takes away what a Helm version does not have. Functions that execute templates, ask the cluster or depend on the
//! way Helm was started are added by the engine on top.
//!
//! Source: `functions.go` of Sprig v3.3.0, and `funcMap` in Helm's `pkg/engine/funcs.go`.

mod arguments;
pub(crate) mod convert;
mod crypto;
mod dates;
mod defaults;
mod dicts;
mod encoding;
mod flow;
#[cfg(test)]
mod grids;
mod limits;
mod lists;
mod math;
mod network;
mod paths;
mod random;
mod reflection;
mod regex;
mod semver;
mod strings;
mod toml;
mod unicode;
mod urls;

use pintle_gotmpl::{FuncMap, Function};

pub use dates::format_time;

/// Which of Helm's function sets a profile has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionSet {
    /// Helm 3's: Sprig's and Helm's first eleven
    Helm3,
    /// Helm 4's: also `mustToYaml`, `mustToToml` and the duration helpers
    Helm4,
}

/// All families. A later one replaces names of an earlier one.
const FAMILIES: &[&[Function]] = &[
    convert::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    flow::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    network::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflection::FUNCTIONS,
    regex::FUNCTIONS,
    semver::FUNCTIONS,
    strings::FUNCTIONS,
    toml::FUNCTIONS,
    urls::FUNCTIONS,
];

/// What Helm 4 added to Helm 3's functions.
const HELM_4_ONLY: &[&str] = &[
    "durationDays",
    "durationHours",
    "durationMicroseconds",
    "durationMilliseconds",
    "durationMinutes",
    "durationNanoseconds",
    "durationRoundTo",
    "durationSeconds",
    "durationTruncateTo",
    "durationWeeks",
    "mustToDuration",
    "mustToToml",
    "mustToYaml",
];

/// Makes the table of functions that templates of a profile may call.
pub(crate) fn table(set: FunctionSet) -> FuncMap {
    let n_functions: usize = FAMILIES.iter().map(|family| family.len()).sum();
    // The engine adds a few.
    let mut functions = FuncMap::with_capacity(n_functions + 8);
    for family in FAMILIES {
        functions.extend(family);
    }
    if set == FunctionSet::Helm3 {
        for name in HELM_4_ONLY {
            functions.remove(name);
        }
    }
    functions
}
