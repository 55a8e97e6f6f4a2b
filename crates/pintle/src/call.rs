//! One call of the program: what was asked, and as whom.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use jiff::Timestamp;
use pintle_engine::{CommandLine, Profile};

use crate::args::{Args, flags};
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

    /// Tells whether standard output has colours, which Helm 3 knows nothing of.
    pub(crate) fn has_colour(&self) -> bool {
        self.profile.command_line == CommandLine::Helm4
            && environment::has_colour(&self.args, io::stdout().is_terminal())
    }

    /// Says which version of a chart was asked for, if debug lines are wanted; `file` and `line` are where Helm 3 says it.
    pub(crate) fn debug_version(&self, output: &mut Output, file: &str, line: u32) {
        if !output.log.debug {
            return;
        }
        let version = self.args.text(&flags::VERSION).unwrap_or_default();
        let any = "setting version to >0.0.0-0";
        let takes_any = version.is_empty() && self.args.is_on(&flags::DEVEL);
        match self.profile.command_line {
            CommandLine::Helm4 => {
                // Commands spell it in two ways.
                let message = match file {
                    "install.go" => "Original chart version",
                    _ => "original chart version",
                };
                output.complain(&structured(Level::Debug, message, &[("version", version)]));
                if takes_any {
                    output.complain(&structured(Level::Debug, any, &[]));
                }
            }
            CommandLine::Helm3 => {
                let version = pintle_gotmpl::value::number::quote(version);
                let text = format!("Original chart version: {version}");
                self.debug_at(output, file, line, &text);
                if takes_any {
                    self.debug_at(output, file, line + 2, any);
                }
            }
        }
    }

    /// Says where the chart is, if debug lines are wanted.
    pub(crate) fn debug_path(&self, output: &mut Output, path: &str) {
        if !output.log.debug {
            return;
        }
        match self.profile.command_line {
            CommandLine::Helm4 => {
                output.complain(&structured(Level::Debug, "Chart path", &[("path", path)]));
            }
            CommandLine::Helm3 => {
                self.debug_at(output, "install.go", 242, &format!("CHART PATH: {path}\n"));
            }
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
