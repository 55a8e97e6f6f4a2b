//! Every row of `fixtures/regex`: what Go's `regexp` finds, splits and replaces.

use pintle_gotmpl::Value;
use serde_json::json;

use super::{compiled, find, find_all, replace_all, replace_all_literal, split};
use crate::funcs::grids::{bytes, check, shown};

/// What the recorder replaces matches by.
const TEMPLATE: &str = "<$0|$1|${name}|$2x>";

fn all(value: &Value) -> serde_json::Value {
    let list = value.as_list().unwrap();
    if list.is_nil() {
        return serde_json::Value::Null;
    }
    list.iter().map(|text| shown(text.as_bytes().unwrap())).collect()
}

#[test]
fn patterns_match_as_in_go() {
    check("regex", |row| {
        let pattern = Value::string(bytes(&row["pattern"]));
        let regex = match compiled(&pattern) {
            Ok(regex) => regex,
            Err(error) => return json!({ "error": error }),
        };
        let texts = row["texts"].as_array().unwrap();
        texts
            .iter()
            .map(|text| {
                let args = |last: Value| [pattern.clone(), Value::string(bytes(text)), last];
                let text = |value: Value| shown(value.as_bytes().unwrap());
                let matches = regex.is_match(args(Value::Nil)[1].as_bytes().unwrap());
                let found = text(find(&regex, &args(Value::Nil)).unwrap());
                json!({
                    "find": if matches { found } else { serde_json::Value::Null },
                    "find_all": all(&find_all(&regex, &args(Value::int(-1))).unwrap()),
                    "find_two": all(&find_all(&regex, &args(Value::int(2))).unwrap()),
                    "split": all(&split(&regex, &args(Value::int(-1))).unwrap()),
                    "split_in_three": all(&split(&regex, &args(Value::int(3))).unwrap()),
                    "replace": text(replace_all(&regex, &args(Value::string(TEMPLATE))).unwrap()),
                    "replace_literal":
                        text(replace_all_literal(&regex, &args(Value::string("<$0>"))).unwrap()),
                })
            })
            .collect()
    });
}
