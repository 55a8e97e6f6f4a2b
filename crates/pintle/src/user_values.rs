//! The user's values as the command line gives them: files, standard input and the `--set` family.
//!
//! Source: `Options.MergeValues` and `readFile` in `pkg/cli/values/options.go`, Helm v4.

use std::fs;
use std::io::{self, Read};

use pintle_chart::go::url::Url;
use pintle_chart::values::{Sources, ValuesFile};
use pintle_engine::Profile;
use pintle_yaml::Map;

use crate::args::{Args, flags};
use crate::print::Failure;

/// Reads and merges everything that gives values.
///
/// # Errors
///
/// The first file that cannot be read, or text that is no values.
pub(crate) fn read(args: &Args, profile: &Profile) -> Result<Map, Failure> {
    // A file that cannot be read must not hide that one before it cannot be parsed: so they are read one by one.
    let mut sources = Sources::default();
    for name in args.texts(&flags::VALUES) {
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
    Ok(sources.merge(profile.values, &mut |name| read_file(name))?)
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
