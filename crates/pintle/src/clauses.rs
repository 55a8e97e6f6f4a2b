//! How Helm 3 says a failure once more with `--debug`: what it comes from first, then a line for each clause around that.
//!
//! Helm 3 also prints the stack of each clause, which are names of its own functions.
//!
//! Source: `main` in `cmd/helm/helm.go`, Helm v3; `Wrap` in `github.com/pkg/errors`, by which these clauses are put around.

/// The clauses that Helm 3 puts around a failure of the commands we have: each begins one of these ways and ends in a colon.
const CLAUSES: &[&str] = &[
    "An error occurred while checking for chart dependencies.",
    "YAML parse error on ",
    "cannot load Chart.lock",
    "cannot load Chart.yaml",
    "cannot load requirements.lock",
    "cannot load requirements.yaml",
    "cannot load values.yaml",
    "error evaluating symlink ",
    "error parsing index",
    "error parsing jsonpath ",
    "error reading ",
    "error unpacking subchart ",
    "failed parsing --set data",
    "failed parsing --set-file data",
    "failed parsing --set-literal data",
    "failed parsing --set-string data",
    "failed to parse ",
    "release name \"",
    "unable to check Chart.yaml file in chart",
    "unable to extract tarball",
    "unable to open tarball",
];

/// Turns the clauses of a failure round.
pub(crate) fn turned_round(failure: &str) -> String {
    let mut clauses = Vec::new();
    let mut rest = failure;
    while CLAUSES.iter().any(|clause| rest.starts_with(clause))
        && let Some((clause, cause)) = rest.split_once(": ")
    {
        clauses.push(clause);
        rest = cause;
    }
    clauses.push(rest);
    clauses.reverse();
    clauses.join("\n")
}
