//! The user's values as the command line gives them: files, standard input and the `--set` family.
//!
//! Source: `Options.MergeValues` and `readFile` in `pkg/cli/values/options.go`, Helm v4.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use pintle_chart::go::url::Url;
use pintle_chart::origin::ForeignPlaces;
use pintle_chart::values::{Sources, ValuesFile};
use pintle_compose::Options;
use pintle_yaml::Map;

use crate::args::{Args, flags};
use crate::call::Call;
use crate::commands::compose;
use crate::compose_files;
use crate::explain;
use crate::print::{Failure, Output};
use crate::whole_file;

/// What the user gave, merged and as it was given.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// the values
    pub(crate) values: Map,
    /// what they were merged from
    pub(crate) sources: Sources,
    /// the Compose files, and the place of their values among the files of `sources`
    pub(crate) project: Option<(usize, Vec<String>)>,
    /// what `--set-file` has read, by name: standard input can be read only once
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Given {
    /// Gives where the values of Compose files come from, by their place among the files of `sources`.
    ///
    /// # Errors
    ///
    /// As reading the values.
    pub(crate) fn foreign(&self, args: &Args) -> Result<BTreeMap<usize, ForeignPlaces>, Failure> {
        let Some((at, names)) = &self.project else { return Ok(BTreeMap::new()) };
        Ok(BTreeMap::from([(*at, compose_files::places(names, compose_options(args)?, args)?)]))
    }

    /// Gives a file that `--set-file` has read.
    pub(crate) fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        self.files.get(name).cloned().ok_or_else(|| format!("open {name}: it was not read before"))
    }
}

/// Reads and merges everything that gives values.
///
/// All Compose files, by `--compose` or by their names, are one project; its values stand where the first of them does.
///
/// # Errors
///
/// The first file that cannot be read, or text that is no values.
pub(crate) fn read(call: &Call, output: &mut Output) -> Result<Given, Failure> {
    let Call { args, profile, .. } = call;
    let is_compose = |name: &String| call.is_ours() && pintle_compose::is_compose_file(name);
    let mut project = args.texts(&flags::COMPOSE).to_vec();
    let begins_with_project = !project.is_empty();
    project.extend(args.texts(&flags::VALUES).iter().filter(|name| is_compose(name)).cloned());
    let mut converted = None;
    let mut project_at = None;
    if !project.is_empty() {
        let options = compose_options(args)?;
        let text = compose_files::convert(&project, options, args, output)?.to_yaml().to_owned();
        converted = Some(ValuesFile { name: project[0].clone(), content: text.into_bytes() });
    }
    // A file that cannot be read must not hide that one before it cannot be parsed: so they are read one by one.
    let mut sources = Sources::default();
    let mut take_converted = |sources: &mut Sources| {
        if let Some(converted) = converted.take() {
            project_at = Some(sources.files.len());
            sources.files.push(converted);
        }
    };
    if begins_with_project {
        take_converted(&mut sources);
    }
    for name in args.texts(&flags::VALUES) {
        if is_compose(name) {
            take_converted(&mut sources);
            continue;
        }
        match read_file(name) {
            Ok(content) => sources.files.push(ValuesFile { name: name.clone(), content }),
            Err(text) => {
                sources.merge(profile.values, &mut |_| Ok(Vec::new()))?;
                return Err(Failure(text));
            }
        }
    }
    sources.json = args.texts(&flags::SET_JSON).to_vec();
    sources.set = args.texts(&flags::SET).to_vec();
    sources.strings = args.texts(&flags::SET_STRING).to_vec();
    sources.set_files = args.texts(&flags::SET_FILE).to_vec();
    sources.literals = args.texts(&flags::SET_LITERAL).to_vec();
    let mut files = BTreeMap::new();
    let merged = sources.merge(profile.values, &mut |name| {
        let content = read_file(name)?;
        files.insert(name.to_owned(), content.clone());
        Ok(content)
    });
    let values = match merged {
        Ok(values) => values,
        Err(error) => {
            explain::broken(call, &error, &sources, output);
            return Err(error.into());
        }
    };
    Ok(Given { values, sources, project: project_at.map(|at| (at, project)), files })
}

/// Gives what the flags say about Compose files among values.
fn compose_options(args: &Args) -> Result<Options, Failure> {
    compose::options(compose::Names {
        environment: args.texts(&flags::COMPOSE_ENV),
        env_files: args.texts(&flags::COMPOSE_ENV_FILE),
        profiles: args.texts(&flags::COMPOSE_PROFILE),
        images: args.texts(&flags::COMPOSE_IMAGE),
    })
}

/// Reads a file, or standard input for `-`.
fn read_file(name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        return whole_file::read_all(io::stdin().lock())
            .map_err(|error| format!("read /dev/stdin: {}", go_words(&error)));
    }
    let scheme = Url::parse(name.as_bytes())?.scheme;
    if [&b"http"[..], b"https", b"oci"].contains(&&*scheme) {
        return Err(format!(
            "cannot read values from {name}: this program does not use the network; fetch the file first"
        ));
    }
    match whole_file::read_bytes(Path::new(name)) {
        Ok(content) => Ok(content),
        Err(error) => {
            let verb = if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" };
            Err(format!("{verb} {name}: {}", go_words(&error)))
        }
    }
}

/// Says what the system said as Go does: `no such file or directory`.
pub(crate) fn go_words(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
