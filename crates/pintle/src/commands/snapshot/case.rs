//! The cases of a chart: found, rendered on all cores, and compared with what is stored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle::{Chart, Still};
use pintle_chart::ignore::Pattern;
use pintle_engine::{
    Capabilities, Guards, KubeVersion, Release, Rendered, Renderer, SchemaCheck, Settings as Render,
};
use pintle_manifest::diff::{DiffOptions, Document, ReadError};
use pintle_manifest::snapshot::{Snapshot, SnapshotDiff, SnapshotRules};

use super::settings::{Options, Settings};
use crate::all_cores;
use crate::args::{Args, flags};
use crate::call::Call;
use crate::commands::template_report::failure_of;
use crate::print::{Failure, Output};
use crate::user_values::{self, go_words};
use crate::whole_file;

/// How a stored snapshot begins, which tells it from other files.
pub(super) const HEADER: &str =
    "# Written by `pintle snapshot accept`: review it, and do not edit it.\n";

/// A case.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    /// its own values file, if it has one
    file: Option<PathBuf>,
    options: Options,
    /// where its snapshot is stored
    pub(super) stored: PathBuf,
}

#[cfg(test)]
impl Case {
    pub(super) fn for_test(name: &str) -> Self {
        let (file, options) = (None, Options::default());
        Self { name: name.to_owned(), file, options, stored: PathBuf::from(format!("{name}.yaml")) }
    }
}

/// A case that was rendered, and how it compares.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) case: Case,
    pub(super) verdict: Verdict,
    /// what would be stored
    pub(super) text: String,
}

/// How a case compares with what is stored.
#[derive(Debug)]
pub(super) enum Verdict {
    /// it is the same
    Same,
    /// it means the same, and is written in another way
    Rewritten,
    /// nothing is stored
    New,
    /// it changes
    Changed(Box<SnapshotDiff>),
    /// it does not render, and should
    Fails(String),
    /// it renders, and should not
    Renders,
    /// something is wrong with the case or what is stored, and nothing can be said
    Broken(String),
}

/// Finds the cases: one for each values file, and those that the settings name.
///
/// # Errors
///
/// No folder, no cases, two of one name, or settings of a case that is not there.
pub(super) fn find(settings: &Settings) -> Result<Vec<Case>, Failure> {
    let folder = &settings.cases;
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    match fs::read_dir(folder) {
        Ok(entries) => {
            for path in entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.is_file())
            {
                let Some(name) = case_name(&path) else { continue };
                if let Some(other) = files.insert(name.clone(), path) {
                    let other = other.display();
                    return Err(Failure(format!(
                        "{other}: there is another file of the case {name}"
                    )));
                }
            }
        }
        Err(_) if !settings.each.is_empty() => {}
        Err(error) => {
            return Err(Failure(format!(
                "open {}: {}: put a values file there for each case, or name another folder by --cases",
                folder.display(),
                go_words(&error)
            )));
        }
    }
    for (name, options) in &settings.each {
        if !files.contains_key(name)
            && options.values.is_empty()
            && options.set.is_empty()
            && options.set_string.is_empty()
        {
            return Err(Failure(format!(
                "the case {name} of the settings has neither values of its own nor a file {}",
                folder.join(format!("{name}.yaml")).display()
            )));
        }
    }
    let mut names: Vec<&String> = files.keys().chain(settings.each.keys()).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err(Failure(format!(
            "{}: no cases: put a values file there for each",
            folder.display()
        )));
    }
    let case = |name: &String| Case {
        name: name.clone(),
        file: files.get(name).cloned(),
        options: settings.options(name),
        stored: settings.snapshots.join(format!("{name}.yaml")),
    };
    Ok(names.into_iter().map(case).collect())
}

/// Gives the name of the case that a file is, if it is one.
fn case_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    (!stem.starts_with('.') && !stem.is_empty() && stem != "snapshot").then(|| stem.to_owned())
}

/// Leaves only the cases whose names match one of the patterns, if there are any.
///
/// # Errors
///
/// A pattern that is none, or that no case matches.
pub(super) fn choose(cases: Vec<Case>, patterns: &[String]) -> Result<Vec<Case>, Failure> {
    if patterns.is_empty() {
        return Ok(cases);
    }
    let mut parsed = Vec::new();
    for text in patterns {
        let pattern =
            Pattern::parse(text).map_err(|error| Failure(format!("--case {text}: {error}")))?;
        if !cases.iter().any(|case| pattern.matches(&case.name)) {
            return Err(Failure(format!("--case {text}: no case has such a name")));
        }
        parsed.push(pattern);
    }
    let is_meant = |case: &Case| parsed.iter().any(|pattern| pattern.matches(&case.name));
    Ok(cases.into_iter().filter(is_meant).collect())
}

/// Renders cases on all cores and compares them; they keep their order.
pub(super) fn judge(
    call: &Call,
    chart: &Chart,
    settings: &Settings,
    cases: Vec<Case>,
) -> Vec<Judged> {
    let verdicts = all_cores::map(&cases, |_, case| judge_one(call, chart, settings, case));
    cases
        .into_iter()
        .zip(verdicts)
        .map(|(case, (text, verdict))| Judged { case, verdict, text })
        .collect()
}

fn judge_one(call: &Call, chart: &Chart, settings: &Settings, case: &Case) -> (String, Verdict) {
    let options = &case.options;
    let rules = SnapshotRules {
        masks: options.mask.clone(),
        secrets: options.secrets.unwrap_or_default(),
        ..SnapshotRules::default()
    };
    let stored = match whole_file::read_if_there(&case.stored) {
        Ok(stored) => stored,
        Err(Failure(why)) => return (String::new(), Verdict::Broken(why)),
    };
    let file = case.stored.display().to_string();
    let stored = match stored.as_deref().map(|text| (text, Snapshot::read(&file, text))) {
        None => None,
        Some((text, Ok(snapshot))) => Some((text, snapshot)),
        Some((_, Err(error))) => return (String::new(), Verdict::Broken(error.to_string())),
    };
    let must_fail = options.fails.unwrap_or_else(|| case.name.starts_with("err-"));
    let rendered = render(call, chart, settings, case);
    let (text, failure) = match rendered {
        Ok(rendered) => match write(&rendered, options, &rules) {
            Ok(text) => (text, None),
            Err(error) => return (String::new(), Verdict::Broken(error.to_string())),
        },
        Err(Failure(words)) => (Snapshot::write_failure(&words, &rules), Some(words)),
    };
    let text = HEADER.to_owned() + &text;
    let verdict = match (failure, &stored) {
        (Some(words), _) if !must_fail => Verdict::Fails(words),
        (None, _) if must_fail => Verdict::Renders,
        (_, None) => Verdict::New,
        (_, Some((known, _))) if is_same(known, &text) => Verdict::Same,
        (_, Some((_, snapshot))) => compare(snapshot, &text, options),
    };
    (text, verdict)
}

/// Tells whether two texts are the same but for line endings, which a checkout may change.
fn is_same(stored: &str, text: &str) -> bool {
    stored == text || stored.contains('\r') && stored.lines().eq(text.lines())
}

fn compare(stored: &Snapshot<'_>, text: &str, options: &Options) -> Verdict {
    let namespace = options.namespace.clone().unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned());
    let diff_options = DiffOptions { namespace, ..DiffOptions::default() };
    let fresh = Snapshot::read("", text);
    match fresh.and_then(|fresh| stored.diff(&fresh, &diff_options)) {
        Ok(diff) if diff.is_empty() => Verdict::Rewritten,
        Ok(diff) => Verdict::Changed(Box::new(diff)),
        Err(error) => Verdict::Broken(error.to_string()),
    }
}

const DEFAULT_NAMESPACE: &str = "default";

/// The name of the release of a case that names none.
const DEFAULT_RELEASE: &str = "release-name";

/// Renders a case in a world of its own that stands still.
fn render(
    call: &Call,
    chart: &Chart,
    settings: &Settings,
    case: &Case,
) -> Result<Rendered, Failure> {
    let options = &case.options;
    let profile = options.profile.unwrap_or(call.profile);
    let mut args = Args::default();
    let values =
        options.values.iter().map(|path| settings.base.join(path)).chain(case.file.clone());
    args.add(&flags::VALUES, values.map(|path| path.display().to_string()).collect());
    args.add(&flags::SET, options.set.clone());
    args.add(&flags::SET_STRING, options.set_string.clone());
    let mut unsaid = Output::new(crate::log::Log { layout: profile.log, debug: false });
    let case_call = Call { program: call.program, profile, args, started: call.started };
    let base = |Failure(words): Failure| Failure(without_folders(&words, settings));
    let given = user_values::read(&case_call, &mut unsaid).map_err(base)?;
    let kube_version = match &options.kube_version {
        None => KubeVersion::default(),
        Some(text) => KubeVersion::parse(text, profile.kube_version)
            .map_err(|reason| Failure(format!("invalid kube version '{text}': {reason}")))?,
    };
    let seed = options.seed.or_else(|| call.args.unsigned(&flags::SEED)).unwrap_or_default();
    let world = options.now.map_or_else(|| Still::new(seed), |now| Still::at(now, seed));
    let render = Render {
        profile,
        capabilities: Capabilities::new(kube_version, &options.api_versions),
        world: Arc::new(world),
        schema: SchemaCheck::Checked,
        guards: Guards::Stop,
    };
    let namespace = options.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
    let mut release =
        Release::new(options.release.as_deref().unwrap_or(DEFAULT_RELEASE)).namespace(namespace);
    release.is_upgrade = options.is_upgrade.unwrap_or_default();
    let renderer = Renderer::new(chart.clone(), render);
    renderer
        .render(&given.values, &release)
        .map_err(|error| base(failure_of(&error, &profile, &mut unsaid)))
}

/// Takes the folders out of words that are stored: they differ from machine to machine.
fn without_folders(words: &str, settings: &Settings) -> String {
    let mut words = words.to_owned();
    for folder in [&settings.cases, &settings.base] {
        let prefix = format!("{}/", folder.display());
        if prefix.len() > 1 {
            words = words.replace(&prefix, "");
        }
    }
    words
}

fn write(
    rendered: &Rendered,
    options: &Options,
    rules: &SnapshotRules,
) -> Result<String, ReadError> {
    let crds: Vec<(&str, String)> = if options.include_crds.unwrap_or_default() {
        rendered.crds.iter().map(|(path, file)| (path.as_str(), file.text().into_owned())).collect()
    } else {
        Vec::new()
    };
    let mut documents: Vec<Document<'_>> = Vec::new();
    for (path, text) in &crds {
        documents.extend(Document::of_file(path, text));
    }
    documents.extend(rendered.objects().map(Document::of_object));
    Snapshot::write(&documents, rendered.notes.as_deref(), rules)
}
