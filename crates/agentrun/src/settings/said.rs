//! What one layer of settings says of a field: nothing, that nothing shall hold, or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of one layer. `null` is more than silence: it takes back what weaker layers say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// The key is absent: a weaker layer decides.
    #[default]
    Nothing,
    /// `null`: the field stays out of the objects, whatever weaker layers say.
    Null,
    /// This, whatever weaker layers say.
    Value(T),
}

impl<T> Said<T> {
    /// Whether the key is absent.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Gives the value; none for both absent and `null`.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Null => None,
        }
    }

    /// Borrows the value.
    pub fn as_ref(&self) -> Said<&T> {
        match self {
            Self::Nothing => Said::Nothing,
            Self::Null => Said::Null,
            Self::Value(value) => Said::Value(value),
        }
    }

    /// Takes silence for `null`.
    pub(super) fn close(&mut self) {
        if matches!(self, Self::Nothing) {
            *self = Self::Null;
        }
    }

    /// Gives what holds where `weaker` is the layer below, and how two values become one.
    #[must_use]
    pub fn over(self, weaker: Self, merge: impl FnOnce(T, T) -> T) -> Self {
        match (self, weaker) {
            (Self::Nothing, weaker) => weaker,
            (Self::Value(value), Self::Value(weaker)) => Self::Value(merge(value, weaker)),
            (said, _) => said,
        }
    }
}

impl<T: Serialize> Serialize for Said<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An absent key never comes here: serde takes the default.
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
