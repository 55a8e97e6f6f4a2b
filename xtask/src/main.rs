//! What CI and maintainers run: `cargo xtask COMMAND`.

mod accept;
mod bench;
mod check;
mod cluster;
mod codegen;
mod conform;
mod differ;
mod judge;
mod judge_agentrun;
mod layers;
mod mutate;
mod record;
mod schemas;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What a command can fail with: a text for a person.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check                                  all that CI does, without Go, Helm or a network
  tidy                                   the house rules that no linter knows
  conform --charts DIR --golden DIR      renders recorded charts and prints how many are the same
  bench [--helm PATH] [--charts DIR] [--pairs N] [--only NAME]… [--write-readme]
                                         what renders cost beside real Helm; needs Helm, and Go for rows in process
  cluster up|down|status|check|test|build|built|kubeconfig [--control-plane-only] [--version V] [--port N]
                                         a real cluster on this machine, in the user's cache; needs Go (xtask/README.md)
  codegen                                the definitions of custom resources, from the types of the crate agentrun
  accept                                 what our programs say now becomes what they shall say, where Helm has no say
  differ [--seed N] [--cases N] [--minutes N] [--domain NAME]… [--dry-run]
                                         draws cases, compares with Go and Helm, keeps what differs; needs Go
  schemas                                makes the types of Kubernetes' versions anew; needs Go
  judge-validate [--replay | --record | --against FILE | --golden DIR [--per-kind N]] [--kube-version V] [--seed N]
      [--faults N] [--save FILE] [--gaps] [--show N [--kind K] [--how H] [--text T] [--whole]]
                                         what validate says of objects with a fault, beside what a running API server says
                                         (cluster up --control-plane-only), or said: --replay what is recorded, --against one JSON a line;
                                         --golden takes the objects of recorded renders instead of fixtures/manifests,
                                         --save keeps the verdicts for --against, --replay --gaps writes fixtures/manifests/skip.txt anew
  judge-agentrun [--kube-version V]      whether a running API server takes what runs become
  record [DOMAIN…]                       records snapshots anew; needs Go, and real Helm in HELM4 and HELM3
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["accept"] => accept::run(),
        ["bench", ref args @ ..] => bench::run(args),
        ["cluster", ref arguments @ ..] => cluster::run(arguments),
        ["codegen"] => codegen::run(),
        ["check"] => check::run(),
        ["tidy"] => tidy::run(),
        ["conform", "--charts", charts, "--golden", golden]
        | ["conform", "--golden", golden, "--charts", charts] => {
            conform::run(Path::new(charts), Path::new(golden))
        }
        ["schemas"] => schemas::run(),
        ["differ", ref arguments @ ..] => differ::run(arguments),
        ["judge-validate", ref arguments @ ..] => judge::run(arguments),
        ["judge-agentrun", ref arguments @ ..] => judge_agentrun::run(arguments),
        ["record", ref domains @ ..] => record::run(domains),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            say(&text);
            ExitCode::FAILURE
        }
    }
}

/// Gives the root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

/// Runs a program in the root of the workspace, its output on the terminal.
pub(crate) fn run(program: &str, args: &[&str]) -> Result {
    say(&format!("$ {program} {}", args.join(" ")));
    let status = Command::new(program)
        .args(args)
        .current_dir(root())
        .status()
        .map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {} failed", args.join(" "))) }
}

#[expect(clippy::print_stderr, reason = "this program talks to a person")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
