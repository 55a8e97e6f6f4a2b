//! One call of the program: what was asked, and as whom.

use std::time::Instant;

use jiff::Timestamp;
use pintle_engine::{CommandLine, Profile};

use crate::args::Args;
use crate::environment;
use crate::log::{Level, structured};
use crate::print::Output;

/// What a command is given.
#[derive(Debug)]
pub(crate) struct Call {
    /// the program's name: `pintle`, or `helm`
    pub(crate) program: &'static str,
    /// the version of Helm to follow
    pub(crate) profile: Profile,
    /// flags and arguments
    pub(crate) args: Args,
    /// when the program began
    pub(crate) started: Instant,
}

impl Call {
    /// Tells whether the program is itself, and not called as Helm.
    pub(crate) fn is_ours(&self) -> bool {
        environment::is_ours(self.program)
    }

    /// Says something with one attribute if debug lines are wanted; `line` is where Helm 3 says it, in `install.go`.
    pub(crate) fn debug(
        &self,
        output: &mut Output,
        line: u32,
        message: &str,
        key: &str,
        value: &str,
    ) {
        if !output.log.debug {
            return;
        }
        match self.profile.command_line {
            CommandLine::Helm4 => {
                output.complain(&structured(Level::Debug, message, &[(key, value)]));
            }
            CommandLine::Helm3 => {
                let text = match key {
                    "path" => format!("CHART PATH: {value}\n"),
                    _ => format!("{message}: {}", pintle_gotmpl::value::number::quote(value)),
                };
                self.debug_at(output, "install.go", line, &text);
            }
        }
    }

    /// Says something without attributes if debug lines are wanted.
    pub(crate) fn debug_plain(&self, output: &mut Output, line: u32, message: &str) {
        if !output.log.debug {
            return;
        }
        match self.profile.command_line {
            CommandLine::Helm4 => output.complain(&structured(Level::Debug, message, &[])),
            CommandLine::Helm3 => self.debug_at(output, "install.go", line, message),
        }
    }

    /// Says something as Helm 3 does: with the place in its source and the time, as Go prints it.
    pub(crate) fn debug_at(&self, output: &mut Output, file: &str, line: u32, text: &str) {
        let now = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S%.f +0000 UTC").to_string();
        let running = self.started.elapsed();
        let (seconds, nanoseconds) = (running.as_secs(), running.subsec_nanos());
        output.complain(&format!(
            "{file}:{line}: {now} m=+{seconds}.{nanoseconds:09} [debug] {text}"
        ));
    }
}
