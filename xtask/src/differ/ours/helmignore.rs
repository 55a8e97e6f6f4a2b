//! Rules of `.helmignore`, asked about paths.

use pintle_chart::ignore::Rules;
use serde_json::{Value as Json, json};

/// Gives the paths that are ignored as files and as folders.
pub(crate) fn ignored(_: &str, case: &[String]) -> Option<String> {
    let [rules, paths] = case else { return None };
    let result = match Rules::parse(rules) {
        Err(error) => json!({"error": error.to_string()}),
        Ok(rules) => {
            let ignored = |is_folder| -> Vec<&str> {
                paths.split('\n').filter(|path| rules.ignores(path, is_folder)).collect()
            };
            let mut result = json!({});
            for (kind, ignored) in [("files", ignored(false)), ("folders", ignored(true))] {
                if !ignored.is_empty() {
                    result[kind] = Json::from(ignored);
                }
            }
            result
        }
    };
    // The recorder shows an empty object in one line, as this does.
    Some(format!("{:#}\n", json!({"case": result})))
}
