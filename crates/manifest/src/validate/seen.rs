//! Which texts were seen, and what was kept of each: a list while there are few, then a hash map.

use std::collections::HashMap;

/// Up to how many texts are searched one by one.
const FEW: usize = 16;

/// What was kept by texts.
#[derive(Debug)]
pub(crate) struct Seen<'a, T = ()> {
    few: Vec<(&'a str, T)>,
    many: HashMap<&'a str, T>,
}

impl<T> Default for Seen<'_, T> {
    fn default() -> Self {
        Self { few: Vec::new(), many: HashMap::new() }
    }
}

impl<'a, T> Seen<'a, T> {
    /// Keeps something by a text, unless there is something already. Tells whether the text is new.
    pub(crate) fn insert(&mut self, text: &'a str, value: T) -> bool {
        if self.get(text).is_some() {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push((text, value));
        } else {
            self.many.insert(text, value);
        }
        true
    }

    /// Finds what was kept by a text.
    pub(crate) fn get(&self, text: &str) -> Option<&T> {
        let few = self.few.iter().find(|(seen, _)| *seen == text).map(|(_, value)| value);
        few.or_else(|| if self.many.is_empty() { None } else { self.many.get(text) })
    }

    /// Tells whether a text was seen.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.get(text).is_some()
    }

    /// Tells whether nothing was seen.
    pub(crate) fn is_empty(&self) -> bool {
        self.few.is_empty()
    }
}

impl<'a> Seen<'a> {
    /// Notes a text. Tells whether it is new.
    pub(crate) fn note(&mut self, text: &'a str) -> bool {
        self.insert(text, ())
    }
}
