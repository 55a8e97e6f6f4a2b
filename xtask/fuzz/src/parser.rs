//! Trees of templates: what they print as parses to the same again, and errors have a place.

use std::cell::LazyCell;
use std::sync::Arc;

use pintle_gotmpl::inspect::{Class, tokens};
use pintle_gotmpl::{FuncMap, Function, ParseError, TemplateSet, Type, Value};

/// Names that are functions, beside Go's own.
const NAMES: [&str; 12] =
    ["include", "tpl", "list", "dict", "set", "f", "g", "x", "default", "toYaml", "show", "fail"];

thread_local! {
    static FUNCTIONS: LazyCell<Arc<FuncMap>> = LazyCell::new(|| {
        let mut functions = FuncMap::new();
        for name in NAMES {
            functions.add(Function::variadic(name, &[Type::Any], |_, _| Ok(Value::Nil)));
        }
        functions.into()
    });
}

/// Checks what the parser makes of a text.
///
/// # Panics
///
/// If the parser is at fault.
pub fn check(text: &[u8]) {
    let mut set = TemplateSet::new(FUNCTIONS.with(|functions| Arc::clone(functions)));
    let empty = set.clone();
    let result = set.parse_main("text", text);
    let mut together = empty.clone();
    let result_together = together.parse_all(&[("text", text.into())]);
    assert_eq!(words(&result), words(&result_together), "alone and together");
    if let Err(error) = result {
        check_error(text, &error);
        return;
    }
    check_forms(text, &set, &empty);
}

fn words(result: &Result<(), ParseError>) -> Option<String> {
    result.as_ref().err().map(ToString::to_string)
}

fn check_error(text: &[u8], error: &ParseError) {
    assert!(error.offset <= text.len(), "{error}: outside of the text");
    let line = text[..error.offset].split(|byte| *byte == b'\n').count();
    assert_eq!(error.line, line, "{error}: another line");
    assert!(!error.message.is_empty(), "an error without words");
}

/// Checks that each template prints as a text that parses to a template that prints so.
fn check_forms(text: &[u8], set: &TemplateSet, empty: &TemplateSet) {
    if !is_printed_well(text) {
        return;
    }
    for name in set.names() {
        let form = set.normal_form(name).expect("it is in the set");
        let mut again = empty.clone();
        if let Err(error) = again.parse_main(name, &form) {
            panic!("{}: {error}", String::from_utf8_lossy(&form));
        }
        let form_again = again.normal_form(name).expect("it is in the set");
        assert_eq!(
            String::from_utf8_lossy(&form),
            String::from_utf8_lossy(&form_again),
            "{name}: printed twice"
        );
    }
}

/// Tells whether no text ends in a brace, which another text or an action could follow: Go prints them without
/// anything between them, so that they may mean something else.
pub(crate) fn is_printed_well(text: &[u8]) -> bool {
    let mut is_well = true;
    let _ = tokens(text, |token| {
        is_well &= token.class != Class::Text || !text[token.span].ends_with(b"{");
    });
    is_well
}
