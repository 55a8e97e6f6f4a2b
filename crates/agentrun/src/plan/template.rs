//! The templates of providers: `{{ a.b }}` is what stands there, a map or a list as JSON, nothing where nothing stands.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// What templates can name: trees of JSON, by the first part of the path.
#[derive(Debug, Default, Clone)]
pub(super) struct Context<'a> {
    roots: Vec<(&'a str, Cow<'a, Value>)>,
}

impl<'a> Context<'a> {
    /// Adds a tree; one that comes later wins.
    pub(super) fn add(&mut self, name: &'a str, tree: Cow<'a, Value>) {
        self.roots.push((name, tree));
    }

    /// Adds a text.
    pub(super) fn add_text(&mut self, name: &'a str, text: &str) {
        self.add(name, Cow::Owned(Value::String(text.to_owned())));
    }

    /// Adds each entry of a map.
    pub(super) fn add_all(&mut self, map: &'a Map<String, Value>) {
        for (key, value) in map {
            self.add(key, Cow::Borrowed(value));
        }
    }

    /// Finds what a path names; parts are trimmed, and empty ones left out.
    fn find(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.').map(str::trim).filter(|part| !part.is_empty());
        let first = parts.next()?;
        let (_, root) = self.roots.iter().rev().find(|(name, _)| *name == first)?;
        let found = parts.try_fold(root.as_ref(), |value, part| value.as_object()?.get(part))?;
        (!found.is_null()).then_some(found)
    }

    /// Finds what a whole text names.
    fn named(&self, name: &str) -> Option<&Value> {
        let (_, root) = self.roots.iter().rev().find(|(other, _)| *other == name)?;
        (!root.is_null()).then_some(root.as_ref())
    }

    /// Renders `{{ path }}`.
    pub(super) fn render(&self, template: &str) -> String {
        replace(template, "{{", "}}", |path| Some(self.find(path).map(shown).unwrap_or_default()))
    }

    /// Renders `{{ path }}`, and then `${ path }`, which stays where it names nothing.
    pub(super) fn render_all(&self, template: &str) -> String {
        let rendered = self.render(template);
        replace(&rendered, "${", "}", |path| {
            let path = path.trim();
            self.find(path).or_else(|| self.named(path)).map(shown)
        })
    }
}

/// Gives a value as a template shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Replaces what stands between two signs, and has no `}` itself; what is answered with nothing stays.
fn replace(
    template: &str,
    open: &str,
    close: &str,
    mut with: impl FnMut(&str) -> Option<String>,
) -> String {
    let mut rendered = String::with_capacity(template.len());
    let mut at = 0;
    // Where the next `}` is, so that many openings do not look for it again and again.
    let mut end = 0;
    while let Some(found) = template[at..].find(open) {
        let (start, inside) = (at + found, at + found + open.len());
        if end < inside {
            match template[inside..].find('}') {
                Some(found) => end = inside + found,
                None => break,
            }
        }
        let is_closed = end > inside && template[end..].starts_with(close);
        let value = if is_closed { with(&template[inside..end]) } else { None };
        // What is no template is a text like any other, from its first sign on.
        let behind = if value.is_some() { end + close.len() } else { start + 1 };
        rendered.push_str(&template[at..if value.is_some() { start } else { behind }]);
        rendered.push_str(value.as_deref().unwrap_or_default());
        at = behind;
    }
    rendered.push_str(&template[at..]);
    rendered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_values() {
        let tree = serde_json::json!({"b": "x", "c": {"d": 1, "e": null}, "l": [1]});
        let mut context = Context::default();
        context.add("a", Cow::Borrowed(&tree));
        context.add_text("issue.number", "7");
        let render = |text: &str| context.render_all(text);
        assert_eq!(render("{{a.b}}-{{ a . b }}-{{a.c}}"), "x-x-{\"d\":1,\"e\":null}");
        assert_eq!(render("{{a.c.d}}{{a.c.e}}{{a.none.x}}{{a.l.0}}|{{a.l}}"), "1|[1]");
        assert_eq!(render("${a.b} ${none} ${} ${issue.number} {a}"), "x ${none} ${} 7 {a}");
        assert_eq!(render("{{}} {{a} {{{a.b}} {{a.b"), "{{}} {{a}  {{a.b");
    }

    #[test]
    fn many_openings_take_no_more_time_than_they_should() {
        let text = format!("{}}}", "{{".repeat(200_000));
        assert_eq!(Context::default().render(&text), text);
    }
}
