//! Cases that hold files.

use std::collections::BTreeMap;

/// Gives the files of a case, which stand in it as `-- path --` sections.
pub(crate) fn sections(text: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::<String, String>::new();
    let mut name = None;
    for line in text.split_inclusive('\n') {
        let header = line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n"));
        if let Some(header) = header {
            name = Some(header.to_owned());
            files.insert(header.to_owned(), String::new());
        } else if let Some(name) = &name {
            files.get_mut(name).unwrap().push_str(line);
        }
    }
    files
}
