//! `get values`: the values of a release.
//!
//! Source: `pkg/cmd/get_values.go`, Helm v4.

use pintle_yaml::json::{self, Layout};

use super::get;
use crate::args::command::Command;
use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::release_json::values;
use crate::release_text::computed;
use crate::releases::{self, Form};

pub(super) const COMMAND: Command = Command {
    name: "values",
    short: "show the values of a release",
    long: "Shows the values that a release was given.",
    flags: &[flags::REVISION_FLAGS, flags::GET_VALUES_FLAGS, flags::FORMAT_FLAGS],
    run: Some(run),
    ..get::ONE
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Some((_, stored)) = releases::read(call, output)? else { return Ok(()) };
    let release = &stored.release;
    let is_all = call.args.is_on(&flags::GET_VALUES_ALL);
    let values = match &release.config {
        _ if is_all => computed(release, &call.profile)?.into(),
        Some(config) => values(config)?,
        None => pintle_yaml::Value::Null,
    };
    if Form::of(call) == Form::Json {
        output.print_whole(json::to_string(&values, Layout::Compact)? + "\n");
        return Ok(());
    }
    if Form::of(call) == Form::Table {
        output.print(if is_all { "COMPUTED VALUES:\n" } else { "USER-SUPPLIED VALUES:\n" });
    }
    output.print_whole(pintle_yaml::to_string(&values)?);
    Ok(())
}
