//! A stanza as it lies in the store: bytes whose text never shows in logs or errors.

use std::fmt;
use std::sync::Arc;

/// The bytes of one stanza, shared. What people wrote is in it, so `Debug` gives its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept(Arc<[u8]>);

impl Kept {
    /// The stanza's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Kept {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<Vec<u8>> for Kept {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_does_not_show() {
        let kept = Kept::from(&b"<body>a secret</body>"[..]);
        assert_eq!(format!("{kept:?}"), "Kept(21 bytes)");
        assert_eq!(kept.as_bytes().len(), 21);
    }
}
