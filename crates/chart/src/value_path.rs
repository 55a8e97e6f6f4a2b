//! Where something is within values: keys and places in lists, written as `--set` writes them.
//!
//! `a.b[0].c` is the key `c` of the first item of `a.b`; a backslash takes the next character as it is, so that
//! `ports.web\.tls` has two keys.

use std::fmt;
use std::sync::Arc;

use pintle_yaml::{Map, Value};

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// to an item of a list, from 0
    Index(usize),
    /// to the value of a key
    Key(Arc<str>),
}

/// The steps from the root of values to one of them. The empty path is the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ValuePath(pub Vec<Step>);

/// A text that is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is no key: {reason}")]
pub struct PathError {
    /// the text
    pub text: String,
    /// what is wrong with it, in one clause
    pub reason: &'static str,
}

impl ValuePath {
    /// Reads a path as `--set` would.
    ///
    /// # Errors
    ///
    /// [`PathError`] for a key without a name, and for brackets that hold no number or do not close.
    ///
    /// ```
    /// use pintle_chart::value_path::ValuePath;
    ///
    /// let path = ValuePath::parse(r"hosts[1].tls\.key")?;
    /// assert_eq!(path.0.len(), 3);
    /// assert_eq!(path.to_string(), r"hosts[1].tls\.key");
    /// # Ok::<(), pintle_chart::value_path::PathError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let fail = |reason| PathError { text: text.to_owned(), reason };
        let mut steps = Vec::new();
        let mut chars = text.chars();
        let mut key = String::new();
        // A bracket ends a key and needs none after it.
        let mut is_open = true;
        loop {
            let c = chars.next();
            match c {
                Some('\\') => key.push(chars.next().ok_or_else(|| fail("it ends in a backslash"))?),
                Some('.' | '[') | None => {
                    if !key.is_empty() {
                        if !is_open {
                            return Err(fail("a dot is missing behind a bracket"));
                        }
                        steps.push(Step::Key(std::mem::take(&mut key).into()));
                    } else if is_open {
                        return Err(fail("a key has no name"));
                    }
                    is_open = c == Some('.');
                    if c == Some('[') {
                        let digits: String = chars.by_ref().take_while(|c| *c != ']').collect();
                        let index =
                            digits.parse().map_err(|_| fail("brackets hold a place in a list"))?;
                        steps.push(Step::Index(index));
                    }
                    if c.is_none() {
                        return Ok(Self(steps));
                    }
                }
                Some(c) => key.push(c),
            }
        }
    }

    /// Reads a path such as templates and conditions have: dots and keys, nothing else.
    pub fn of_keys<'k>(keys: impl IntoIterator<Item = &'k str>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.into())).collect())
    }

    /// Gives the path one step further.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Gives the value at this path.
    pub fn find<'v>(&self, values: &'v Map) -> Option<&'v Value> {
        let (first, rest) = self.0.split_first()?;
        let Step::Key(key) = first else { return None };
        let mut value = values.get(key)?;
        for step in rest {
            value = step.into_value(value)?;
        }
        Some(value)
    }

    /// Gives the last key on the path, if there is one.
    pub fn last_key(&self) -> Option<&Arc<str>> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        })
    }
}

impl Step {
    /// Gives the part of a value that the step leads to.
    pub fn into_value<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match (self, value) {
            (Self::Key(key), Value::Map(map)) => map.get(key),
            (Self::Index(index), Value::List(items)) => items.get(*index),
            _ => None,
        }
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    if n > 0 {
                        f.write_str(".")?;
                    }
                    for c in key.chars() {
                        if matches!(c, '.' | '[' | ']' | '\\' | ',' | '=') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{c}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_path_says_why() {
        let reason = |text| ValuePath::parse(text).unwrap_err().reason;
        assert_eq!(reason(""), "a key has no name");
        assert_eq!(reason("a..b"), "a key has no name");
        assert_eq!(reason("a[x]"), "brackets hold a place in a list");
        assert_eq!(reason("a[0]b"), "a dot is missing behind a bracket");
        assert_eq!(reason("a\\"), "it ends in a backslash");
    }

    #[test]
    fn paths_read_as_they_are_written() {
        for text in ["a", "a.b", "a[0]", "a[0][1].b", "a\\.b.c"] {
            assert_eq!(ValuePath::parse(text).unwrap().to_string(), text);
        }
    }
}
