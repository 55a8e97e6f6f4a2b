//! `version`: which program this is, and which Helm it follows.
//!
//! As `helm` it answers as Helm does, with a full version number, since programs that call Helm parse it.
//!
//! Source: `newVersionCmd` in `pkg/cmd/version.go`, Helm v4.

use pintle_engine::{Profile, execute_version_template};
use pintle_gotmpl::value::number::quote;

use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "version",
    short: "print the version",
    long: "Prints the version of this program and of the Helm it follows.\n\n\
           A template has .Version, .GitCommit, .GitTreeState and .GoVersion.",
    count: Count::Exactly(0),
    flags: &[flags::VERSION_FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    if let Some(template) = args.text(&flags::VERSION_TEMPLATE).filter(|text| !text.is_empty()) {
        output.print(
            execute_version_template(template, profile, super::world(args)).map_err(Failure)?,
        );
        return Ok(());
    }
    let text = match (call.is_ours(), args.is_on(&flags::SHORT)) {
        (true, true) => format!("v{}", env!("CARGO_PKG_VERSION")),
        (true, false) => {
            format!(
                "pintle v{}, as Helm {} ({})",
                env!("CARGO_PKG_VERSION"),
                profile.helm_version,
                profile.name
            )
        }
        (false, true) => profile.helm_version.to_owned(),
        (false, false) => build_info(profile),
    };
    output.print(text + "\n");
    Ok(())
}

/// Shows the build information as Go's `%#v` does.
fn build_info(profile: &Profile) -> String {
    let kube = match profile.kube_client_version {
        Some(version) => format!(", KubeClientVersion:{}", quote(version)),
        None => String::new(),
    };
    format!(
        "version.BuildInfo{{Version:{}, GitCommit:\"\", GitTreeState:\"\", GoVersion:{}{kube}}}",
        quote(profile.helm_version),
        quote(profile.go_version),
    )
}
