//! Inputs that fuzzing found, among them all that once showed a fault: `fixtures/fuzz`, checked without a fuzzer.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets see it as a library")]
mod checks;

type Check = fn(&[u8]);

/// Each target and its check.
const TARGETS: [(&str, Check); 7] = [
    ("archive", checks::archive::check),
    ("exec", checks::exec::check),
    ("lexer", checks::lexer::check),
    ("parser", checks::parser::check),
    ("strvals", checks::strvals::check),
    ("yaml_read", checks::yaml_read::check),
    ("yaml_write", checks::yaml_write::check),
];

#[test]
fn inputs_of_the_fuzzer_show_no_fault() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/fuzz");
    let mut faults = Vec::new();
    for (target, check) in TARGETS {
        let inputs = fs::read_dir(folder.join(target)).unwrap().map(|entry| entry.unwrap().path());
        let mut n_inputs = 0;
        for path in inputs {
            let input = fs::read(&path).unwrap();
            if catch_unwind(|| check(&input)).is_err() {
                faults.push(path.display().to_string());
            }
            n_inputs += 1;
        }
        assert!(n_inputs > 0, "{target} has no inputs");
    }
    assert!(faults.is_empty(), "faults are shown by:\n{}", faults.join("\n"));
}

#[test]
fn every_folder_of_inputs_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/fuzz");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        let is_known = TARGETS.iter().any(|(target, _)| name == **target);
        assert!(is_known, "{} is of no target", name.display());
    }
}
