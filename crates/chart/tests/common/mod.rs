//! Cases are files of `fixtures/`; what they must give is the file of the same path in `snapshots/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Gives every file of `fixtures/<domain>` to `report` and compares with what `oracle` said.
///
/// Cases listed in `fixtures/skip.txt` must differ.
pub(crate) fn compare(domain: &str, oracle: &str, report: impl Fn(&str) -> String) {
    let root = root();
    let skipped = fs::read_to_string(root.join("fixtures/skip.txt")).unwrap_or_default();
    let skipped: BTreeSet<_> =
        skipped.lines().filter_map(|line| line.split_once(": ")).map(|(case, _)| case).collect();
    let mut faults = Vec::new();
    let mut n_cases = 0;
    let mut paths: Vec<_> = fs::read_dir(root.join("fixtures").join(domain))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    for path in paths {
        n_cases += 1;
        let file = path.file_name().unwrap().to_str().unwrap();
        let recorded = root.join("snapshots").join(oracle).join(domain).join(file);
        let recorded = fs::read_to_string(&recorded)
            .unwrap_or_else(|error| panic!("{}: {error}", recorded.display()));
        let ours = report(&fs::read_to_string(&path).unwrap());
        let case = format!("{domain}/{file}");
        let is_skipped = skipped.contains(&*case) || skipped.contains(&*format!("{oracle}/{case}"));
        if is_skipped {
            assert!(ours != recorded, "{case} is listed in skip.txt, but passes");
        } else if ours != recorded {
            let at = ours.lines().zip(recorded.lines()).position(|(a, b)| a != b);
            let at = at.unwrap_or(ours.lines().count().min(recorded.lines().count()));
            let (a, b) = (ours.lines().nth(at), recorded.lines().nth(at));
            let n = at + 1;
            faults.push(format!("{oracle}/{case}:{n}:\n    ours: {a:?}\nrecorded: {b:?}"));
        }
    }
    assert!(n_cases > 0, "no cases in {domain}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
