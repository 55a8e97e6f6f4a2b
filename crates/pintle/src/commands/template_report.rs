//! What `template` says beside the objects: warnings, debug lines and failures.
//!
//! Source: `newTemplateCmd` in `pkg/cmd/template.go` and `renderResources` in `pkg/action/action.go`, Helm v4.

use pintle_engine::{CommandLine, Profile, Rendered, Report, TemplateError, Warning};
use pintle_manifest::{Head, Object};

use crate::log::{Level, structured};
use crate::print::{Failure, Output};

/// Says what the render has to say, in the order Helm says it.
pub(super) fn say(report: &Report, profile: &Profile, output: &mut Output) {
    let (values, templates): (Vec<&Warning>, Vec<&Warning>) =
        report.warnings.iter().partition(|warning| !matches!(warning, Warning::Notice(_)));
    for warning in values {
        output.complain(&output.log.warning(warning));
    }
    if output.log.debug && profile.command_line == CommandLine::Helm4 {
        for note in report.schemas.iter().flatten() {
            if let Some(schema) = &note.schema {
                let line =
                    |message, key, value: &str| structured(Level::Debug, message, &[(key, value)]);
                output.complain(&line("chart name", "chart-name", &note.chart));
                let text = String::from_utf8_lossy(schema);
                output.complain(&line("unmarshalled JSON schema", "schema", &text));
            }
            let attributes = [
                ("chart", note.chart.as_str()),
                ("dependencies", &note.n_dependencies.to_string()),
            ];
            output.complain(&structured(
                Level::Debug,
                "number of dependencies in the chart",
                &attributes,
            ));
        }
    }
    for warning in templates {
        output.complain(&output.log.warning(warning));
    }
}

/// What Helm appends to a failure that more output may explain.
const HINT: &str = "\n\nUse --debug flag to render out invalid YAML";

/// Appends Helm's hint to a failure that came when a release had been begun.
pub(super) fn with_hint(failure: Failure) -> Failure {
    Failure(failure.0 + HINT)
}

/// Tells whether Helm had begun a release when it failed, and so offers to print it.
pub(super) fn is_late(error: &TemplateError) -> bool {
    !matches!(
        error,
        TemplateError::Dependencies(_) | TemplateError::Values(_) | TemplateError::Schema(_)
    )
}

/// Words a failure as the profile does.
pub(super) fn failure_of(error: &TemplateError, profile: &Profile, output: &mut Output) -> Failure {
    match (error, profile.command_line) {
        (TemplateError::Dependencies(reason), CommandLine::Helm3) => Failure(reason.to_string()),
        (TemplateError::Dependencies(reason), CommandLine::Helm4) => {
            let reason = reason.to_string();
            let line = structured(
                Level::Error,
                "chart dependencies processing failed",
                &[("error", &reason)],
            );
            output.complain(&line);
            Failure(error.to_string())
        }
        _ => Failure(error.to_string()),
    }
}

/// Gives files that are no manifests as if they were: each as one object, by path.
pub(super) fn unsorted(report: Report) -> Rendered {
    let mut rendered = Rendered::default();
    for (path, content) in report.files {
        if !content.trim().is_empty() {
            rendered.objects.manifests.push(Object {
                source: path.into(),
                line: 1,
                head: Head::default(),
                text: content.into(),
            });
        }
    }
    rendered
}
