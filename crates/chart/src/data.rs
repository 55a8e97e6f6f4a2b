//! The bytes of a file: at hand, or read when they are first looked at.
//!
//! Definitions of `crds/` and pages of documentation are most of what large charts weigh, and a render looks at none
//! of them. A file that is deferred is open already, so that it is there and may be read, whatever becomes of its name.

use std::fmt;
use std::fs::File as OpenFile;
use std::io::Read as _;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How a file of text may begin that says its encoding.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a file, without a byte order mark. A clone shares them.
#[derive(Clone)]
pub struct Data(Inner);

#[derive(Clone)]
enum Inner {
    Here(Arc<[u8]>),
    Deferred(Arc<Deferred>),
}

struct Deferred {
    bytes: OnceLock<Arc<[u8]>>,
    /// until it is read, with the most it may weigh, in bytes
    file: Mutex<Option<(OpenFile, u64)>>,
}

impl Data {
    /// Defers reading an open file to when its bytes are first looked at. What can no longer be read by then is missing.
    pub(crate) fn deferred(file: OpenFile, max_len: u64) -> Self {
        let file = Mutex::new(Some((file, max_len)));
        Self(Inner::Deferred(Arc::new(Deferred { bytes: OnceLock::new(), file })))
    }

    /// Gives the bytes as what many may hold.
    pub fn shared(&self) -> &Arc<[u8]> {
        match &self.0 {
            Inner::Here(bytes) => bytes,
            Inner::Deferred(deferred) => deferred.bytes.get_or_init(|| deferred.read()),
        }
    }
}

impl Deferred {
    fn read(&self) -> Arc<[u8]> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut bytes = Vec::new();
        if let Some((file, max_len)) = file {
            // OK because a regular file that is open can be read, but for a disk that fails.
            drop(file.take(max_len).read_to_end(&mut bytes));
        }
        without_mark(&bytes).into()
    }
}

/// Takes the mark away that text may begin with.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

impl Deref for Data {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.shared()
    }
}

impl AsRef<[u8]> for Data {
    fn as_ref(&self) -> &[u8] {
        self.shared()
    }
}

impl From<Arc<[u8]>> for Data {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self(Inner::Here(bytes))
    }
}

impl Default for Data {
    fn default() -> Self {
        Self(Inner::Here(Arc::default()))
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Data {}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Here(bytes) => write!(f, "{} bytes", bytes.len()),
            Inner::Deferred(_) => f.write_str("bytes to be read"),
        }
    }
}
