//! Charts as cases: a file of `-- path --` sections, one for each file of the chart.

/// Gives the files of a case, in order of their names.
pub(crate) fn sections(text: &str) -> Vec<(String, String)> {
    let mut files = Vec::<(String, String)>::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
            Some(name) => {
                files.retain(|(other, _)| other != name);
                files.push((name.to_owned(), String::new()));
            }
            None => files.last_mut().expect("a case begins with a path").1.push_str(line),
        }
    }
    files.sort();
    files
}

/// Takes a file out of a case.
pub(crate) fn take(files: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = files.iter().position(|(known, _)| known == name)?;
    Some(files.remove(at).1)
}
