//! Go strings: immutable bytes, usually UTF-8.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How many bytes a string holds in itself, so that a value with a string is as large as any other.
const INLINE: usize = 22;

/// From which length on a buffer is taken over as it is, rather than copied to where a clone finds it in one step.
const TAKEN_OVER: usize = 256;

/// An immutable Go string: any bytes, usually UTF-8. A short one holds its bytes itself; clones of a longer one share them.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Shared(Arc<[u8]>),
    TakenOver(Arc<Vec<u8>>),
}

impl Str {
    /// Gives the bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len).min(INLINE)],
            Repr::Shared(bytes) => bytes,
            Repr::TakenOver(bytes) => bytes,
        }
    }

    /// Gives the text, if the bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// Gives the text with each invalid byte sequence replaced by U+FFFD.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        lossy(self.as_bytes())
    }

    /// Gives the length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Inline { len, .. } => usize::from(*len),
            Repr::Shared(bytes) => bytes.len(),
            Repr::TakenOver(bytes) => bytes.len(),
        }
    }

    /// Tells whether there are no bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes a short string.
    #[inline]
    fn inline(text: &[u8]) -> Option<Self> {
        let len = u8::try_from(text.len()).ok().filter(|len| usize::from(*len) <= INLINE)?;
        let mut bytes = [0; INLINE];
        bytes[..text.len()].copy_from_slice(text);
        Some(Self(Repr::Inline { len, bytes }))
    }
}

/// Gives bytes as text with each invalid sequence replaced by U+FFFD.
///
/// The standard library's function looks at each sequence even of valid text, which costs several times the check of the whole.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

impl PartialEq for Str {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Str {}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str_lossy(), f)
    }
}

impl std::borrow::Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self::inline(bytes).unwrap_or_else(|| Self(Repr::Shared(bytes.into())))
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Vec<u8>> for Str {
    /// Takes a long buffer over without a copy, unless most of it is unused.
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.len() >= TAKEN_OVER && bytes.capacity() / 2 <= bytes.len() {
            Self(Repr::TakenOver(Arc::new(bytes)))
        } else {
            Self::from(&*bytes)
        }
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<Arc<[u8]>> for Str {
    /// Shares the bytes, if there are many.
    fn from(bytes: Arc<[u8]>) -> Self {
        Self::inline(&bytes).unwrap_or(Self(Repr::Shared(bytes)))
    }
}

impl From<Arc<str>> for Str {
    /// Shares the text, if it is long.
    fn from(text: Arc<str>) -> Self {
        Self::from(Arc::<[u8]>::from(text))
    }
}

impl From<&Arc<str>> for Str {
    /// Shares the text, if it is long.
    fn from(text: &Arc<str>) -> Self {
        Self::inline(text.as_bytes()).unwrap_or_else(|| Self::from(Arc::clone(text)))
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::from(text),
            Cow::Owned(text) => Self::from(text),
        }
    }
}
