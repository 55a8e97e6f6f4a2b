//! Sets of templates: what replaces what, what a child set sees, and limits that a template may run into.

use std::sync::Arc;

use pintle_gotmpl::{
    Env, ExecError, FuncError, FuncMap, Function, MAX_NESTED_EXECUTIONS, MAX_OUTPUT, MAX_STEPS,
    ParseError, TemplateSet, Type, Value,
};

fn name_of(value: &Value) -> String {
    String::from_utf8_lossy(value.as_bytes().unwrap_or_default()).into_owned()
}

fn include(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    Ok(Value::String(env.execute(name_of(&args[0]), &args[1])?))
}

fn set() -> TemplateSet {
    let mut functions = FuncMap::new();
    functions.add(Function::new("include", &[Type::String, Type::Any], include));
    functions.add(Function::new("host", &[], |env, _| {
        Ok(Value::string(*env.host().downcast_ref::<&str>().unwrap_or(&"none")))
    }));
    TemplateSet::new(Arc::new(functions)).with_name("gotpl")
}

fn execute(set: &TemplateSet, name: &str) -> Result<String, ExecError> {
    let mut out = Vec::new();
    set.execute(name, &Value::Nil, &(), &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn is_shareable<T: Send + Sync + Clone>(_: &T) {}

#[test]
fn a_set_can_be_shared_between_threads() {
    is_shareable(&set());
}

#[test]
fn a_later_definition_wins_unless_it_is_empty() {
    let mut set = set();
    set.parse("a", "{{ define \"x\" }}first{{ end }}").unwrap();
    set.parse("b", "{{ define \"x\" }}second{{ end }}").unwrap();
    set.parse("c", "{{ define \"x\" }} {{/* nothing */}} {{ end }}{{ template \"x\" }}").unwrap();
    assert_eq!(execute(&set, "c").unwrap(), "second");
    assert_eq!(set.parse_name("x"), Some("b"));
    assert_eq!(set.names().collect::<Vec<_>>(), ["x", "a", "b", "c"]);
}

#[test]
fn a_text_that_does_not_parse_leaves_the_set_as_it_was() {
    let mut set = set();
    set.parse("a", "old").unwrap();
    set.parse("a", "{{ define \"x\" }}{{ end }}{{ nope }}").unwrap_err();
    assert_eq!(execute(&set, "a").unwrap(), "old");
    assert!(!set.contains("x"));
}

#[test]
fn what_is_parsed_into_a_child_stays_in_it() {
    let mut parent = set();
    parent.parse("a", "{{ define \"x\" }}parent{{ end }}{{ template \"x\" }}").unwrap();
    let mut child = parent.overlay();
    child.parse("b", "{{ define \"x\" }}child{{ end }}").unwrap();
    assert_eq!(execute(&child, "a").unwrap(), "child");
    assert_eq!(execute(&parent, "a").unwrap(), "parent");
    assert_eq!(child.names().collect::<Vec<_>>(), ["x", "a", "b"]);
    parent.parse("late", "x").unwrap();
    assert!(!child.contains("late"));
}

#[test]
fn children_of_children_see_all_that_is_above() {
    let mut set = set();
    for depth in 0..40 {
        set = set.overlay();
        set.parse(&format!("t{depth}"), format!("{depth}")).unwrap();
        set.parse("last", format!("{depth}")).unwrap();
    }
    assert_eq!(execute(&set, "t0").unwrap(), "0");
    assert_eq!(execute(&set, "t20").unwrap(), "20");
    assert_eq!(execute(&set, "last").unwrap(), "39");
    assert_eq!(set.names().count(), 41);
}

#[test]
fn the_main_template_can_take_a_name_without_a_body() {
    let mut parent = set();
    parent.parse("a", "body").unwrap();
    let mut child = parent.overlay();
    child.parse("a", "").unwrap();
    assert_eq!(execute(&child, "a").unwrap(), "body");
    child.parse_main("a", "").unwrap();
    assert_eq!(execute(&child, "a").unwrap(), "");
}

#[test]
fn functions_see_the_host_also_within_an_include() {
    let mut set = set();
    set.parse("a", "{{ define \"x\" }}{{ host }}{{ end }}{{ include \"x\" . }}").unwrap();
    let mut out = Vec::new();
    set.execute("a", &Value::Nil, &"here", &mut out).unwrap();
    assert_eq!(out, b"here");
}

#[test]
fn output_is_appended_and_kept_up_to_a_failure() {
    let mut set = set();
    set.parse("a", "{{ define \"x\" }}lost{{ index nil }}{{ end }}kept{{ include \"x\" . }}")
        .unwrap();
    let mut out = b"before ".to_vec();
    set.execute("a", &Value::Nil, &(), &mut out).unwrap_err();
    assert_eq!(out, b"before kept");
}

#[test]
fn text_outside_of_actions_need_not_be_utf_8() {
    let mut set = set();
    set.parse("a", b"\xff{{ `\xfe` }}\xfd{{ \"\xfc\" }}").unwrap();
    let mut out = Vec::new();
    set.execute("a", &Value::Nil, &(), &mut out).unwrap();
    assert_eq!(out, b"\xff\xfe\xfd\xef\xbf\xbd");
}

#[test]
fn a_template_that_is_not_there_has_the_name_of_its_set() {
    let error = execute(&set(), "nope").unwrap_err();
    let text = r#"template: no template "nope" associated with template "gotpl""#;
    assert_eq!(error.to_string(), text);
    assert!(error.place.is_none());
}

#[test]
fn a_chain_of_includes_is_kept_link_by_link() {
    let mut set = set();
    set.parse("a", "{{ define \"x\" }}{{ index . 1 }}{{ end }}\n {{ include \"x\" 5 }}").unwrap();
    let error = execute(&set, "a").unwrap_err();
    assert_eq!(error.message, "error calling include");
    let inner = error.inner().unwrap();
    assert_eq!((&*inner.parse_name, &*inner.name), ("a", "x"));
    assert_eq!(inner.place.as_ref().unwrap().node, "index . 1");
    assert_eq!(inner.cause.as_ref().unwrap().error.message, "can't index item of type int");
    assert!(inner.inner().is_none());
}

#[test]
fn endless_includes_end_in_an_error_that_can_be_printed() {
    let mut set = set();
    set.parse("a", "{{ include \"a\" . }}").unwrap();
    let error = execute(&set, "a").unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with(&format!("nested executions ({MAX_NESTED_EXECUTIONS})")), "{text}");
    drop(error.clone());
}

#[test]
fn endless_loops_and_exponential_calls_end() {
    let mut set = set();
    set.parse("loop", "{{ range 1000000000000 }}{{ end }}").unwrap();
    let mut doubling = String::from("{{ template \"t0\" }}");
    for depth in 0..60 {
        let call = format!("{{{{ template \"t{}\" }}}}", depth + 1);
        let parts = ["{{ define \"t", &depth.to_string(), "\" }}", &call, &call, "{{ end }}"];
        doubling.extend(parts);
    }
    doubling += "{{ define \"t60\" }}{{ end }}";
    set.parse("calls", doubling).unwrap();
    for name in ["loop", "calls"] {
        let text = execute(&set, name).unwrap_err().to_string();
        assert!(text.ends_with(&format!("iterations ({MAX_STEPS})")), "{text}");
    }
}

#[test]
fn output_and_strings_without_bound_end() {
    let mut set = set();
    let filler = "x".repeat(1 << 20);
    set.parse("text", format!("{{{{ range 1000000 }}}}{filler}{{{{ end }}}}")).unwrap();
    set.parse("string", "{{ $x := \"xxxxxxxxxx\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}")
        .unwrap();
    for name in ["text", "string"] {
        let text = execute(&set, name).unwrap_err().to_string();
        assert!(text.ends_with(&format!("({MAX_OUTPUT} bytes)")), "{text}");
    }
}

#[test]
fn deep_nesting_neither_overflows_nor_hangs() {
    let mut set = set();
    let deep = 19_000;
    let ifs = "{{ if true }}".repeat(deep) + "x" + &"{{ end }}".repeat(deep);
    set.parse("ifs", ifs).unwrap();
    assert_eq!(execute(&set, "ifs").unwrap(), "x");
    let chain = String::from("{{ if false }}")
        + &"{{ else if false }}".repeat(deep)
        + "{{ else }}x{{ end }}";
    set.parse("chain", chain).unwrap();
    assert_eq!(execute(&set, "chain").unwrap(), "x");
    let parens = format!("{{{{ print {}1{} }}}}", "(".repeat(9_999), ")".repeat(9_999));
    set.parse("parens", parens).unwrap();
    assert_eq!(execute(&set, "parens").unwrap(), "1");
    let printed = format!("{{{{ index 1 {}1{} }}}}", "(".repeat(9_999), ")".repeat(9_999));
    set.parse("printed", printed).unwrap();
    assert!(execute(&set, "printed").unwrap_err().to_string().len() > 20_000);
    let too_deep = "{{ if true }}".repeat(100_000);
    let error = set.parse("ifs", too_deep).unwrap_err();
    assert_eq!(error.message, "max control depth exceeded");
}

/// Texts enough for two threads, each of which defines `x` and a template of its own.
fn many_texts() -> Vec<(String, Arc<[u8]>)> {
    let filler = "{{ print . }} ".repeat(200);
    let text = |n| {
        format!(
            "{{{{ define \"x\" }}}}{n}{{{{ end }}}}{{{{ define \"x{n}\" }}}}{filler}{{{{ end }}}}"
        )
    };
    (0..200).map(|n| (format!("t{n}"), text(n).into_bytes().into())).collect()
}

fn parse_all(texts: &[(String, Arc<[u8]>)]) -> Result<TemplateSet, ParseError> {
    let texts: Vec<_> =
        texts.iter().map(|(name, text)| (name.as_str(), Arc::clone(text))).collect();
    let mut set = set();
    set.parse_all(&texts).map(|()| set)
}

#[test]
fn texts_parsed_together_are_a_set_as_if_parsed_in_order() {
    let texts = many_texts();
    let together = parse_all(&texts).unwrap();
    let mut in_order = set();
    for (name, text) in &texts {
        in_order.parse(name, text).unwrap();
    }
    assert_eq!(together.names().collect::<Vec<_>>(), in_order.names().collect::<Vec<_>>());
    assert_eq!(together.parse_name("x"), Some("t199"));
    assert_eq!(execute(&together, "x").unwrap(), "199");
    assert_eq!(execute(&together, "x7").unwrap(), execute(&in_order, "x7").unwrap());
}

#[test]
fn of_texts_parsed_together_the_first_that_is_refused_is_named() {
    for first in [0, 1, 57, 198] {
        let mut texts = many_texts();
        for (_, text) in &mut texts[first..] {
            *text = b"\n{{ nope }}".as_slice().into();
        }
        let error = parse_all(&texts).unwrap_err();
        let message = format!("template: t{first}:2: function \"nope\" not defined");
        assert_eq!(error.to_string(), message);
    }
}
