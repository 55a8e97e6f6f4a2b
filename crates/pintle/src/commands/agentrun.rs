//! `agentrun`: what runs of agents become, and whether they would be admitted.

use crate::agentrun::{self, Fault, Form, Judgement, Known, References, Resources, Target};
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::environment;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "agentrun",
    short: "render and check runs of agents",
    long: "Renders and checks runs of agents: resources of kind AgentRun of agents.proompteng.ai/v1alpha1.\n\n\
           FILE holds runs and what they refer to (Agent, AgentProvider, ImplementationSpec, Memory, \
           VersionControlProvider), in any number of documents; a folder stands for the files in it, - for standard \
           input. What is not among the files is taken as if it said nothing.\n\n\
           Settings are those of the chart agents, which this program carries, with --values and --set over them; \
           --defaults takes what the chart mounts for its controllers: defaults.json, or the folder of it.",
    count: Count::Exactly(0),
    is_ours: true,
    commands: &[
        Command {
            name: "check",
            arguments: "FILE...",
            short: "tell whether runs would be admitted, and why not",
            long: "Tells of each run whether it would be admitted: by the definitions of the resources and their \
                   rules, by what the run's job needs, by what the agent allows, and by the pod security level. \
                   All that is wrong is told with its place; the first reason is that of the condition which a \
                   controller would write.",
            count: Count::AtLeast(1),
            flags: &[flags::VALUE_FLAGS, flags::AGENTRUN_FLAGS, flags::AGENTRUN_CHECK_FLAGS],
            run: Some(check),
            is_ours: true,
            ..Command::EMPTY
        },
        Command {
            name: "render",
            arguments: "FILE...",
            short: "print the objects that runs become",
            long: "Prints the objects that runs become, in the order in which they are created. If anything is wrong \
                   with any run, all of it is told and nothing is printed.",
            count: Count::AtLeast(1),
            flags: &[flags::VALUE_FLAGS, flags::AGENTRUN_FLAGS, flags::AGENTRUN_RENDER_FLAGS],
            run: Some(render),
            is_ours: true,
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

/// The release that settings are read for, and names are made of, unless one is named.
const RELEASE: &str = "agents";

fn render(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let asked = Asked::read(call, output)?;
    let judgements = asked.judge(References::MayBeAbsent);
    let others = others(&asked.resources);
    let mut n_faults = 0;
    for fault in others.iter().chain(judgements.iter().flat_map(|it| &it.faults)) {
        n_faults += 1;
        fault.lines().iter().for_each(|line| output.complain(line));
    }
    if n_faults > 0 {
        let s = if n_faults == 1 { "" } else { "s" };
        return Err(Failure(format!("{n_faults} fault{s}: nothing is rendered")));
    }
    for judgement in &judgements {
        for warning in judgement.warnings() {
            output.complain(&format!("warning: {}: {warning}", judgement.run.subject()));
        }
    }
    if call.args.is_on(&flags::AGENTRUN_REPORT) {
        output.complain(&agentrun::table(&judgements, asked.form));
    }
    let plans = judgements.iter().filter_map(|judgement| judgement.plan.as_ref());
    output.print_whole(agentrun::write(agentrun::objects(plans)?, asked.form)?);
    Ok(())
}

fn check(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let asked = Asked::read(call, output)?;
    let is_strict = call.args.is_on(&flags::AGENTRUN_STRICT);
    let references = if is_strict { References::MustBeThere } else { References::MayBeAbsent };
    let judgements = asked.judge(references);
    let others = others(&asked.resources);
    output.print_whole(agentrun::list(&judgements, &others, asked.form));
    let n_denied = judgements.iter().filter(|judgement| !judgement.faults.is_empty()).count();
    match (n_denied, others.len()) {
        (0, 0) => Ok(()),
        (0, _) => Err(Failure("files hold what cannot be judged".to_owned())),
        (n_denied, _) => {
            Err(Failure(format!("{n_denied} of {} runs would be denied", judgements.len())))
        }
    }
}

/// What a call asks about, and in which form it wants the answer.
struct Asked<'c> {
    form: Form,
    namespace: String,
    release: &'c str,
    known: Known,
    resources: Resources,
}

impl<'c> Asked<'c> {
    /// Reads the settings, then the files.
    fn read(call: &'c Call, output: &mut Output) -> Result<Self, Failure> {
        let args = &call.args;
        let release = args.text(&flags::AGENTRUN_RELEASE).filter(|name| !name.is_empty());
        let release = release.unwrap_or(RELEASE);
        Ok(Self {
            form: Form::by_name(args.text(&flags::AGENTRUN_OUTPUT))?,
            namespace: environment::namespace(args),
            release,
            known: Known::read(call, release, output)?,
            resources: resources(call)?,
        })
    }

    fn judge(&self, references: References) -> Vec<Judgement<'_>> {
        let target = Target { namespace: &self.namespace, release: self.release, references };
        agentrun::judge(&self.resources, &self.known, target)
    }
}

fn resources(call: &Call) -> Result<Resources, Failure> {
    let resources = Resources::read(&call.args.positional)?;
    if resources.runs().next().is_none() && resources.unreadable.is_empty() {
        let files = call.args.positional.join(", ");
        return Err(Failure(format!(
            "{files}: there is no AgentRun of agents.proompteng.ai/v1alpha1"
        )));
    }
    Ok(resources)
}

/// Gives what is wrong with files, and not with a run.
fn others(resources: &Resources) -> Vec<Fault> {
    resources.unreadable.iter().cloned().chain(resources.repeated()).collect()
}
