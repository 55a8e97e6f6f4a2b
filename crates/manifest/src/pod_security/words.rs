//! How the server names those who are to blame.

use std::collections::BTreeSet;

use super::At;

/// Those that do what they must not: the pod itself, containers by their names, and the fields by which they do.
#[derive(Debug, Default)]
pub(super) struct Setters<'a> {
    is_pod: bool,
    containers: Vec<&'a str>,
    /// the fields
    pub(super) places: Vec<At<'a>>,
}

impl<'a> Setters<'a> {
    /// Adds the pod, which has no name here, or a container.
    pub(super) fn add(&mut self, container: Option<&'a str>, place: At<'a>) {
        match container {
            None => self.is_pod = true,
            Some(name) => self.containers.push(name),
        }
        self.places.push(place);
    }

    /// Tells whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_pod && self.containers.is_empty()
    }

    /// Gives how many containers there are.
    pub(super) fn n_containers(&self) -> usize {
        self.containers.len()
    }

    /// Names the containers: `containers "a", "b"`.
    pub(super) fn containers(&self) -> String {
        named("container", "containers", &self.containers)
    }

    /// Names them all, one by one, as they are joined.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = Vec::with_capacity(2);
        if self.is_pod {
            parts.push("pod".to_owned());
        }
        if !self.containers.is_empty() {
            parts.push(self.containers());
        }
        parts
    }

    /// Names them all: `pod and container "a"`.
    pub(super) fn all(&self) -> String {
        self.parts().join(" and ")
    }
}

/// Names things of one sort: `volumes "a", "b"`.
pub(super) fn named(one: &'static str, many: &'static str, names: &[&str]) -> String {
    format!("{} {}", plural(one, many, names.len()), quoted(names.iter().copied()))
}

/// Gives the word for so many.
pub(super) fn plural(one: &'static str, many: &'static str, n: usize) -> &'static str {
    if n == 1 { one } else { many }
}

/// Puts each into quotes, as it is.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { String::new() } else { format!("\"{}\"", names.join("\", \"")) }
}

/// Puts each of a set into quotes.
pub(super) fn quoted_set(names: &BTreeSet<&str>) -> String {
    quoted(names.iter().copied())
}
