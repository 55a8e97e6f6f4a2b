//! The user's values as the command line gives them: files, standard input and the `--set` family.
//!
//! Source: `Options.MergeValues` and `readFile` in `pkg/cli/values/options.go`, Helm v4.

use std::fs;
use std::io::{self, Read};

use pintle_chart::go::url::Url;
use pintle_chart::values::{Sources, ValuesFile};
use pintle_yaml::Map;

use crate::args::flags;
use crate::call::Call;
use crate::commands::compose;
use crate::compose_files;
use crate::print::{Failure, Output};

/// Reads and merges everything that gives values.
///
/// All Compose files, by `--compose` or by their names, are one project; its values stand where the first of them does.
///
/// # Errors
///
/// The first file that cannot be read, or text that is no values.
pub(crate) fn read(call: &Call, output: &mut Output) -> Result<Map, Failure> {
    read_with_sources(call, output).map(|(values, _)| values)
}

/// As [`read`], and gives what was read as well.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_with_sources(
    call: &Call,
    output: &mut Output,
) -> Result<(Map, Sources), Failure> {
    let Call { args, profile, .. } = call;
    let is_compose = |name: &String| call.is_ours() && pintle_compose::is_compose_file(name);
    let mut project = args.texts(&flags::COMPOSE).to_vec();
    let begins_with_project = !project.is_empty();
    project.extend(args.texts(&flags::VALUES).iter().filter(|name| is_compose(name)).cloned());
    let mut converted = None;
    if !project.is_empty() {
        let options = compose::options(compose::Names {
            environment: args.texts(&flags::COMPOSE_ENV),
            env_files: args.texts(&flags::COMPOSE_ENV_FILE),
            profiles: args.texts(&flags::COMPOSE_PROFILE),
            images: args.texts(&flags::COMPOSE_IMAGE),
        })?;
        let text = compose_files::convert(&project, options, args, output)?.to_yaml().to_owned();
        converted = Some(ValuesFile { name: project[0].clone(), content: text.into_bytes() });
    }
    // A file that cannot be read must not hide that one before it cannot be parsed: so they are read one by one.
    let mut sources = Sources::default();
    if begins_with_project {
        sources.files.extend(converted.take());
    }
    for name in args.texts(&flags::VALUES) {
        if is_compose(name) {
            sources.files.extend(converted.take());
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
    let values = sources.merge(profile.values, &mut |name| read_file(name))?;
    Ok((values, sources))
}

/// Reads a file, or standard input for `-`.
fn read_file(name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        let mut content = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut content)
            .map_err(|error| format!("read /dev/stdin: {}", go_words(&error)))?;
        return Ok(content);
    }
    let scheme = Url::parse(name.as_bytes())?.scheme;
    if [&b"http"[..], b"https", b"oci"].contains(&&*scheme) {
        return Err(format!(
            "cannot read values from {name}: this program does not use the network; fetch the file first"
        ));
    }
    match fs::read(name) {
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
