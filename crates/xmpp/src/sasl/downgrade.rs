//! SCRAM downgrade protection: a hash of everything announced, made part of what both sides sign.
//!
//! Spec: XEP-0474 v0.5.0, §5.1. The client checks it (§5.2); a list changed on the way shows to us as a wrong proof.

use super::base64::encode;
use super::keys::digest;
use super::{Hash, Offer};

/// The value of the attribute `h` in the server's first message.
///
/// Names are sorted by their bytes and joined by 0x1E; the binding types, where XEP-0440 announced any, follow
/// after 0x1F. Neither byte can stand in XML.
pub fn downgrade_hash(hash: Hash, offer: &Offer<'_>) -> String {
    let mut names: Vec<&str> = offer.mechanisms.iter().map(|mechanism| mechanism.name()).collect();
    names.sort_unstable();
    let mut text = names.join("\x1e");
    if !offer.binding_types.is_empty() {
        let mut types: Vec<&str> = offer.binding_types.iter().map(|kind| kind.name()).collect();
        types.sort_unstable();
        text.push('\x1f');
        text.push_str(&types.join("\x1e"));
    }
    encode(&digest(hash, text.as_bytes()))
}
