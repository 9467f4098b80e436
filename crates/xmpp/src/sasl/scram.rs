//! One SCRAM exchange as three steps that can only be taken in order.
//!
//! Spec: RFC 5802 §5 to §7 (grammar in §7), RFC 7677, RFC 9266, RFC 5929 §4; XEP-0474 v0.5.0 §5.1 (`h`).
//! Extensions that a client adds after the attributes we know are signed along and otherwise ignored (RFC 5802
//! §5.1); a mandatory one (`m=`) ends the exchange, and so does a known attribute in an extension's place.

use std::fmt;

use jid::{NodePart, NodeRef};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::base64::{decode, encode};
use super::keys::{digest, hmac};
use super::{BindingType, Hash, MAX_MESSAGE_BYTES, Mechanism, Offer, SaslError, ScramKeys, downgrade_hash};

/// The start of an exchange.
pub struct Scram;

/// The client has said who it is; it waits for salt and nonce.
pub struct ScramStarted {
    hash: Hash,
    username: NodePart,
    client_nonce: String,
    client_first_bare: String,
    /// GS2 header and channel-binding data: what `c=` has to repeat.
    binding: Zeroizing<Vec<u8>>,
    downgrade_hash: String,
}

/// The client has been challenged; it owes its proof.
pub struct ScramWaiting {
    hash: Hash,
    nonce: String,
    binding: Zeroizing<Vec<u8>>,
    /// `client-first-message-bare,server-first-message,`
    signed: String,
    stored_key: Zeroizing<Vec<u8>>,
    server_key: Zeroizing<Vec<u8>>,
}

impl Scram {
    /// Reads the client's first message, already decoded from base64.
    ///
    /// # Errors
    /// [`SaslError`]: not offered, malformed, another's authzid, or a channel binding that cannot be.
    pub fn first(mechanism: Mechanism, client_first: &[u8], offer: &Offer<'_>) -> Result<ScramStarted, SaslError> {
        offer.check(mechanism)?;
        let hash = mechanism.hash().ok_or(SaslError::NotOffered)?;
        let text = text(client_first)?;

        // gs2-header = gs2-cbind-flag "," [ authzid ] ","
        let (flag, rest) = text.split_once(',').ok_or(malformed("gs2-header"))?;
        let (authzid, bare) = rest.split_once(',').ok_or(malformed("gs2-header"))?;
        let header = &text[..text.len() - bare.len()];
        let binding = bind(flag, header, mechanism, offer)?;
        let authzid = match authzid {
            "" => None,
            named => Some(saslname(named.strip_prefix("a=").ok_or(malformed("authzid"))?)?),
        };

        let mut attributes = bare.split(',');
        let username = attributes.next().unwrap_or_default();
        if username.starts_with("m=") {
            return Err(SaslError::MandatoryExtension);
        }
        let username = saslname(username.strip_prefix("n=").ok_or(malformed("username"))?)?;
        let nonce = attributes.next().and_then(|part| part.strip_prefix("r=")).ok_or(malformed("nonce"))?;
        if nonce.is_empty() || nonce.len() > MAX_NONCE_BYTES || !nonce.bytes().all(|b| matches!(b, 0x21..=0x7e)) {
            return Err(malformed("nonce"));
        }
        attributes.try_for_each(extension)?;

        Ok(ScramStarted {
            hash,
            username: offer.identity(&username, authzid.as_deref())?,
            client_nonce: nonce.to_owned(),
            client_first_bare: bare.to_owned(),
            binding,
            downgrade_hash: downgrade_hash(hash, offer),
        })
    }
}

impl ScramStarted {
    /// The account's local part, prepared. Whoever has no such account answers with [`super::fake_keys`].
    pub fn username(&self) -> &NodeRef {
        &self.username
    }

    /// Which of the account's keys the challenge needs.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Makes the server's first message. `server_nonce`: at least 16 fresh random bytes.
    pub fn challenge(self, keys: &ScramKeys, server_nonce: &[u8]) -> (Vec<u8>, ScramWaiting) {
        let extension = format!(",h={}", self.downgrade_hash);
        self.challenge_as(keys, &encode(server_nonce), &extension)
    }

    pub(super) fn challenge_as(self, keys: &ScramKeys, nonce: &str, extension: &str) -> (Vec<u8>, ScramWaiting) {
        let nonce = format!("{}{nonce}", self.client_nonce);
        let server_first = format!("r={nonce},s={},i={}{extension}", encode(&keys.salt), keys.iterations);
        let waiting = ScramWaiting {
            hash: self.hash,
            signed: format!("{},{server_first},", self.client_first_bare),
            nonce,
            binding: self.binding,
            stored_key: Zeroizing::new(keys.stored_key.clone()),
            server_key: Zeroizing::new(keys.server_key.clone()),
        };
        (server_first.into_bytes(), waiting)
    }
}

impl ScramWaiting {
    /// Checks the client's proof and makes the server's last message, which proves us to the client.
    ///
    /// # Errors
    /// [`SaslError`]; all that a wrong password could cause have the same condition.
    pub fn finish(self, client_final: &[u8]) -> Result<Vec<u8>, SaslError> {
        let text = text(client_final)?;
        // The proof is the last attribute and signs all before it.
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or(malformed("proof"))?;
        let mut proof = decode(proof).ok_or(malformed("proof"))?;
        if proof.len() != self.hash.output_bytes() {
            return Err(malformed("proof"));
        }
        let mut attributes = without_proof.split(',');
        let binding = attributes.next().and_then(|part| part.strip_prefix("c=")).ok_or(malformed("channel-binding"))?;
        let binding = decode(binding).ok_or(malformed("channel-binding"))?;
        let nonce = attributes.next().and_then(|part| part.strip_prefix("r=")).ok_or(malformed("nonce"))?;
        attributes.try_for_each(extension)?;

        if !bool::from(binding.ct_eq(&self.binding)) {
            return Err(SaslError::BindingMismatch);
        }
        if !bool::from(nonce.as_bytes().ct_eq(self.nonce.as_bytes())) {
            return Err(SaslError::WrongNonce);
        }
        let auth_message: [&[u8]; 2] = [self.signed.as_bytes(), without_proof.as_bytes()];
        let client_signature = Zeroizing::new(hmac(self.hash, &self.stored_key, &auth_message));
        for (byte, mask) in proof.iter_mut().zip(client_signature.iter()) {
            *byte ^= mask;
        }
        // `proof` is ClientKey now.
        let mut stored_key = digest(self.hash, &proof);
        let right = bool::from(stored_key.ct_eq(&self.stored_key));
        stored_key.zeroize();
        if !right {
            return Err(SaslError::WrongProof);
        }
        Ok(format!("v={}", encode(&hmac(self.hash, &self.server_key, &auth_message))).into_bytes())
    }
}

impl fmt::Debug for ScramStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramStarted")
            .field("hash", &self.hash)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ScramWaiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramWaiting").field("hash", &self.hash).finish_non_exhaustive()
    }
}

/// Judges the GS2 flag (RFC 5802 §6) and gives the bytes that `c=` must carry.
fn bind(flag: &str, header: &str, mechanism: Mechanism, offer: &Offer<'_>) -> Result<Zeroizing<Vec<u8>>, SaslError> {
    let mut binding = Zeroizing::new(header.as_bytes().to_vec());
    match (flag, mechanism.binds_channel()) {
        ("n", false) => {}
        // "I could, but you don't": we did, so the announcement was changed on the way.
        ("y", false) if offer.offers_binding() => return Err(SaslError::BindingHidden),
        ("y", false) => {}
        (_, bound) => {
            let name = flag.strip_prefix("p=").ok_or(malformed("gs2-cbind-flag"))?;
            if !bound || name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            {
                return Err(malformed("gs2-cbind-flag"));
            }
            let kind = BindingType::from_name(name).ok_or(SaslError::BindingUnsupported)?;
            binding.extend_from_slice(offer.bindings.data(kind).ok_or(SaslError::BindingUnsupported)?);
        }
    }
    Ok(binding)
}

fn text(message: &[u8]) -> Result<&str, SaslError> {
    if message.len() > MAX_MESSAGE_BYTES {
        return Err(SaslError::TooLong { len: message.len() });
    }
    let text = std::str::from_utf8(message).map_err(|_| malformed("message"))?;
    if text.contains('\0') { Err(malformed("message")) } else { Ok(text) }
}

/// saslname: `=2C` stands for a comma, `=3D` for an equals sign, and no other `=` may appear.
fn saslname(escaped: &str) -> Result<String, SaslError> {
    let mut pieces = escaped.split('=');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (sign, rest) = if let Some(rest) = piece.strip_prefix("2C") {
            (',', rest)
        } else if let Some(rest) = piece.strip_prefix("3D") {
            ('=', rest)
        } else {
            return Err(malformed("saslname"));
        };
        name.push(sign);
        name.push_str(rest);
    }
    if name.is_empty() { Err(malformed("saslname")) } else { Ok(name) }
}

/// attr-val = ALPHA "=" value; a letter with a meaning of its own is no extension.
fn extension(attribute: &str) -> Result<(), SaslError> {
    match attribute.as_bytes() {
        [b'm', b'=', ..] => Err(SaslError::MandatoryExtension),
        [letter, b'=', _, ..] if letter.is_ascii_alphabetic() && !KNOWN_ATTRIBUTES.contains(letter) => Ok(()),
        _ => Err(malformed("extension")),
    }
}

fn malformed(what: &'static str) -> SaslError {
    SaslError::Malformed { what }
}

/// Honest clients send 20 to 64.
const MAX_NONCE_BYTES: usize = 256;
/// RFC 5802 §5.1 and XEP-0474's `h`, which only a server sends.
const KNOWN_ATTRIBUTES: &[u8] = b"anrcsipveh";
