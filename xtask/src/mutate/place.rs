//! Places in an object, written as JSON pointers.

use std::fmt;

use serde_json::Value as Json;

/// A path from the top of an object to one of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(Vec<Step>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// To a key of a map.
    Key(String),
    /// To an item of a list.
    Item(usize),
}

impl Place {
    /// Reads what [`Place`] prints: a JSON pointer, with `#` before the number of an item.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        for part in text.split('/').skip(1) {
            steps.push(match part.strip_prefix('#') {
                Some(number) => Step::Item(number.parse().ok()?),
                None => Step::Key(part.replace("~2", "#").replace("~1", "/").replace("~0", "~")),
            });
        }
        (text.is_empty() || text.starts_with('/')).then_some(Self(steps))
    }

    /// Gives the place of a key.
    pub(super) fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// Gives the place of an item.
    pub(super) fn item(&self, number: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Item(number));
        Self(steps)
    }

    /// Gives the last step and the place it starts from.
    pub(super) fn split(&self) -> Option<(Self, &Step)> {
        let (last, before) = self.0.split_last()?;
        Some((Self(before.to_vec()), last))
    }

    /// Gives the last key on the way, whatever items follow.
    pub(super) fn last_key(&self) -> &str {
        self.keys().next_back().unwrap_or_default()
    }

    /// Gives the keys on the way.
    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        })
    }

    /// Tells whether the last step is to an item.
    pub(super) fn is_item(&self) -> bool {
        matches!(self.0.last(), Some(Step::Item(_)))
    }

    /// Finds the value that is there.
    pub(super) fn find<'a>(&self, object: &'a mut Json) -> Option<&'a mut Json> {
        self.0.iter().try_fold(object, |value, step| match step {
            Step::Key(key) => value.as_object_mut()?.get_mut(key),
            Step::Item(number) => value.as_array_mut()?.get_mut(*number),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Key(key) => {
                    let key = key.replace('~', "~0").replace('/', "~1").replace('#', "~2");
                    write!(f, "/{key}")?;
                }
                Step::Item(number) => write!(f, "/#{number}")?,
            }
        }
        Ok(())
    }
}
