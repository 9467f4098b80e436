//! The base64 inside SCRAM's attributes. (The one around whole messages is the XML layer's.)
//!
//! Spec: RFC 5802 §7 (`base64`), RFC 4648 §4: padded, canonical.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `None` for anything but canonical base64.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    STANDARD.decode(text).ok().map(Zeroizing::new)
}
