//! Documents are read alike by every reader: line by line, by events, through a tree, strictly, field by field.

use pintle_yaml::{Error, Event, Field, Parser, Value, emit, json};

/// Checks what is read from bytes.
///
/// # Panics
///
/// If a reader is at fault.
pub fn check(data: &[u8]) {
    let read = pintle_yaml::from_slice(data);
    check_place(data, &read);
    if let Ok(text) = std::str::from_utf8(data) {
        let through_tree = pintle_yaml::parse(text).and_then(|tree| tree.to_value());
        assert_eq!(through_tree, read, "through a tree");
    }
    // All of this for each input would make it a third of the inputs.
    match data.len() % 4 {
        0 => check_strict(data, &read),
        1 => check_fields(data, &read),
        2 => std::str::from_utf8(data).iter().for_each(|text| check_text(text, &read)),
        _ => read.iter().for_each(check_written),
    }
}

fn check_strict(data: &[u8], read: &Result<Value, Error>) {
    let strict = pintle_yaml::from_slice_strict(data);
    check_place(data, &strict);
    match (read, &strict) {
        (read, Ok(strict)) => assert_eq!(read.as_ref(), Ok(strict), "strict"),
        (Ok(_), Err(error)) => {
            assert!(error.to_string().contains("already set in map"), "strict: {error}");
        }
        (Err(_), Err(_)) => {}
    }
}

fn check_fields(data: &[u8], read: &Result<Value, Error>) {
    let skipped = pintle_yaml::from_slice_fields(data, &|_| Field::Skipped);
    assert_eq!(words(&skipped), words(read), "all fields skipped");
    let any = pintle_yaml::from_slice_fields(data, &|_| Field::Any);
    assert_eq!(&any, read, "all fields");
}

fn words(result: &Result<Value, Error>) -> Option<String> {
    result.as_ref().err().map(ToString::to_string)
}

fn check_place(data: &[u8], result: &Result<Value, Error>) {
    if let Err(Error::Yaml { offset, .. } | Error::Json { offset, .. }) = result {
        // UTF-16 may be shorter than what is made of it.
        let is_utf16 = data.starts_with(b"\xff\xfe") || data.starts_with(b"\xfe\xff");
        assert!(is_utf16 || *offset <= data.len(), "{result:?}");
    }
}

fn check_text(text: &str, read: &Result<Value, Error>) {
    assert_eq!(&pintle_yaml::from_str(text), read, "text and bytes");
    if !text.starts_with('\u{feff}') {
        // A text with this mark is not read line by line. Of two errors, goyaml finds that one first which its buffer of
        // a certain size shows first.
        let marked = pintle_yaml::from_str(&format!("\u{feff}{text}"));
        assert_eq!(marked.as_ref().ok(), read.as_ref().ok(), "by events");
    }
    let mut n_events = 0;
    for event in Parser::new(text).map_while(Result::ok) {
        let Event { span, .. } = &event;
        assert!(text.get(span.clone()).is_some(), "{event:?}");
        n_events += 1;
        assert!(n_events <= 8 * text.len() + 8, "more events than text");
    }
}

/// Checks that what was read can be written, and read again.
fn check_written(value: &Value) {
    let text = json::to_string(value, json::Layout::Raw).expect("JSON has all that YAML gives");
    assert_eq!(json::from_str(&text).as_ref(), Ok(value), "through JSON");
    if !super::yaml_write::comes_back(value, emit::Layout::V2) {
        return;
    }
    if let Ok(text) = emit::to_string(value) {
        assert_eq!(pintle_yaml::from_str(&text).as_ref(), Ok(value), "{text}");
    }
}
