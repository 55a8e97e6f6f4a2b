//! Rows recorded from Go: one JSON value a line in `fixtures/DOMAIN/*.jsonl`, what Go says of it in the same line of
//! `snapshots/go-1.26/DOMAIN/*.jsonl`.

use std::path::Path;

use serde_json::Value;

/// Judges every row of a domain: `ours` makes of a row what Go's line must equal.
pub(super) fn check(domain: &str, ours: impl Fn(&Value) -> Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let fixtures = root.join("fixtures").join(domain);
    let mut n_rows = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&fixtures).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let snapshot = root.join("snapshots/go-1.26").join(domain).join(path.file_name().unwrap());
        let rows = std::fs::read_to_string(&path).unwrap();
        let recorded = std::fs::read_to_string(&snapshot).unwrap();
        assert_eq!(rows.lines().count(), recorded.lines().count(), "record {snapshot:?} again");
        for (row, go) in rows.lines().zip(recorded.lines()) {
            n_rows += 1;
            let go: Value = serde_json::from_str(go).unwrap();
            let ours = ours(&serde_json::from_str(row).unwrap());
            if ours != go {
                wrong.push(format!("row:  {row}\nours: {ours}\ngo:   {go}"));
            }
        }
    }
    assert!(n_rows > 0, "no rows in {fixtures:?}");
    assert!(
        wrong.is_empty(),
        "{} of {n_rows} rows differ from Go:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// Gives the bytes of a text in which U+F780 to U+F7FF stand for bytes that are no UTF-8.
pub(super) fn bytes(text: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in text.as_str().unwrap_or_default().chars() {
        match u32::from(c) {
            raw @ 0xF780..=0xF7FF => bytes.push(u8::try_from(raw & 0xFF).unwrap()),
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// Gives bytes as such a text.
pub(super) fn shown(bytes: &[u8]) -> Value {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(
            chunk.invalid().iter().map(|byte| char::from_u32(0xF700 + u32::from(*byte)).unwrap()),
        );
    }
    text.into()
}
