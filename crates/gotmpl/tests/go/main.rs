//! The language against what Go says: every case of `fixtures/gotmpl` and `fixtures/gotmpl-host`, output or
//! error text, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what helps it")]

mod cases;
mod host;

use std::sync::Arc;

use pintle_gotmpl::{FuncMap, TemplateSet};

#[test]
fn templates_do_as_in_go() {
    cases::compare("gotmpl", |case| {
        let mut set =
            TemplateSet::new(Arc::new(FuncMap::new())).with_missing_key(case.missing_key());
        set.parse(case.name, case.template()).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        set.execute(case.name, &case.data(), &(), &mut out).map_err(|error| error.to_string())?;
        Ok(out)
    });
}

#[test]
fn functions_and_types_of_a_host_do_as_in_go() {
    let functions = Arc::new(host::functions());
    cases::compare("gotmpl-host", |case| {
        let mut set = TemplateSet::new(Arc::clone(&functions))
            .with_name("set")
            .with_missing_key(case.missing_key());
        set.parse(case.name, case.template()).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        set.execute(case.name, &case.data(), &(), &mut out).map_err(|error| error.to_string())?;
        Ok(out)
    });
}
