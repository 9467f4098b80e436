//! The base64 of SASL in XMPP: strict, bounded, with `=` for a response that is there but empty.
//!
//! Spec: RFC 6120 §6.4.2 and §13.9.1, RFC 4648 §4.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::SaslError;

/// A SASL message may have this many bytes. The longest honest one is PLAIN: two names of 1,023 bytes and a
/// password of 512.
pub const MAX_MESSAGE_BYTES: usize = 4096;

/// Decodes the text of `<auth/>`, `<response/>`, `<initial-response/>`. Wiped when dropped: it may be a password.
///
/// # Errors
/// [`SaslError::TooLong`] before anything is decoded, [`SaslError::NotBase64`] for anything but canonical base64.
pub fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, SaslError> {
    if text.len() > MAX_MESSAGE_BYTES.div_ceil(3) * 4 {
        return Err(SaslError::TooLong { len: text.len() });
    }
    if text == "=" {
        return Ok(Zeroizing::new(Vec::new()));
    }
    // COMPAT XEP-0388's own examples, any version: line breaks and spaces around the text of an element.
    strict(text.trim_ascii())
}

/// Encodes a challenge or the additional data of a success.
pub fn encode(message: &[u8]) -> String {
    if message.is_empty() { "=".to_owned() } else { plain(message) }
}

pub(super) fn plain(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn strict(text: &str) -> Result<Zeroizing<Vec<u8>>, SaslError> {
    STANDARD.decode(text).map(Zeroizing::new).map_err(|_| SaslError::NotBase64)
}
