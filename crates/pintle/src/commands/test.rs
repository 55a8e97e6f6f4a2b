//! `test`: runs the tests of a release.
//!
//! Source: `newReleaseTestCmd` in `pkg/cmd/release_testing.go`, Helm v4.

use pintle::cluster::action::{Filter, Test};
use pintle::cluster::logs;
use pintle::cluster::wait::Strategy;
use pintle_engine::Release;

use super::action_options;
use super::action_report::{self, Notes};
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::cluster;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "test",
    arguments: "[RELEASE]",
    short: "run tests for a release",
    long: "Runs the tests of a release: the hooks of its chart for the event `test`.",
    count: Count::Exactly(1),
    flags: &[flags::TEST_FLAGS, &[&flags::TIMEOUT]],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let name = &args.positional[0];
    let mut options = action_options::read(args, profile);
    options.strategy = Strategy::Watcher;
    let test = Test { options, filter: filter(args.texts(&flags::TEST_FILTER)) };
    cluster::block_on(async {
        let client = cluster::client(call).await?;
        cluster::reach(&client, profile).await?;
        if Release::check_name(name).is_err() {
            return Err(Failure(format!("releaseTest: Release name is invalid: {name}")));
        }
        let actor = cluster::actor(call, &client, "")?;
        let show = async |record: pintle::cluster::release::Release, _failed: Option<String>| {
            let _ = action_report::print(call, &record, Notes::Hidden, output);
            if !args.is_on(&flags::TEST_LOGS) {
                return;
            }
            output.print("\n");
            for hook in &record.hooks {
                let is_test = hook.events.iter().any(|event| event == "test");
                if !is_test || hook.kind != "Pod" || !test.filter.takes(hook) {
                    continue;
                }
                match logs::of_pod(&client, &record.namespace, &hook.name).await {
                    Ok(logs) => {
                        for log in logs {
                            output.print(format!("POD LOGS: {} ({})\n", hook.name, log.container));
                            output.print(log.text);
                            output.print("\n");
                        }
                    }
                    Err(error) => output.complain(&error.to_string()),
                }
            }
        };
        Ok(test.run(&actor, name, show).await?)
    })
}

/// Reads `--filter`.
fn filter(words: &[String]) -> Filter {
    let mut filter = Filter::default();
    for word in words {
        if let Some(name) = word.strip_prefix("name=") {
            filter.include.push(name.to_owned());
        } else if let Some(rest) = word.strip_prefix('!') {
            let rest = rest.strip_prefix(char::is_whitespace).unwrap_or(rest);
            if let Some(name) = rest.strip_prefix("name=") {
                filter.exclude.push(name.to_owned());
            }
        }
    }
    filter
}
