//! Seals what is kept of a password, so that a copy of the database alone lets nobody guess at it.
//!
//! AES-256-GCM with a random nonce; host, name and mechanism are bound to each seal, so that one
//! account's keys cannot be put in another's place. SCRAM (RFC 5802 §3) leaves no room for a pepper
//! in the hash itself.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use parlour_domain::{Dice, KeyKind, SealedKeys};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::sasl::{Hash, ScramKeys};
use zeroize::Zeroizing;

use crate::keys::SecretKey;

/// Seals and opens.
pub struct Sealer(LessSafeKey);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(***)")
    }
}

/// Sealed with another key, for another account, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password's keys cannot be opened with the sealing key there is")]
pub struct Unsealable;

impl Sealer {
    /// Takes the sealing key.
    pub fn new(key: &SecretKey) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).expect("AES-256 takes 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals the keys of `account`'s password.
    pub fn seal(&self, account: &BareJid, hash: Hash, keys: &ScramKeys, dice: &dyn Dice) -> SealedKeys {
        let kind = kind_of(hash);
        let name = account.node().map_or("", |node| node.as_str());
        let bound = bound(account.domain().as_str(), name, kind);
        let nonce: [u8; NONCE_LEN] = dice.bytes();
        let mut plain = Zeroizing::new(Vec::with_capacity(128));
        plain.push(FORM);
        plain.extend_from_slice(&keys.iterations.to_be_bytes());
        for part in [&keys.salt, &keys.stored_key, &keys.server_key] {
            plain.push(u8::try_from(part.len()).expect("salts and keys have fewer than 256 bytes"));
            plain.extend_from_slice(part);
        }
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), bound, &mut plain)
            .expect("AES-GCM seals a hundred bytes");
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + tag.as_ref().len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&plain);
        sealed.extend_from_slice(tag.as_ref());
        SealedKeys { kind, sealed }
    }

    /// Opens what [`Self::seal`] made for the same account.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub fn open(&self, account: &BareJid, keys: &SealedKeys) -> Result<ScramKeys, Unsealable> {
        self.open_named(account.domain().as_str(), account.node().map_or("", |node| node.as_str()), keys)
    }

    /// As [`Self::open`], for an account by its domain and prepared name.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub fn open_named(&self, domain: &str, name: &str, keys: &SealedKeys) -> Result<ScramKeys, Unsealable> {
        let (nonce, rest) = keys.sealed.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut rest = Zeroizing::new(rest.to_vec());
        let plain = self.0.open_in_place(nonce, bound(domain, name, keys.kind), &mut rest).map_err(|_| Unsealable)?;
        parse(plain).ok_or(Unsealable)
    }
}

fn parse(plain: &[u8]) -> Option<ScramKeys> {
    let (form, rest) = plain.split_first()?;
    let (iterations, mut rest) = rest.split_first_chunk::<4>()?;
    let mut part = || {
        let (len, tail) = rest.split_first()?;
        let (part, tail) = tail.split_at_checked(usize::from(*len))?;
        rest = tail;
        Some(part.to_vec())
    };
    let (salt, stored_key, server_key) = (part()?, part()?, part()?);
    let whole = *form == FORM && rest.is_empty();
    whole.then(|| ScramKeys { salt, iterations: u32::from_be_bytes(*iterations), stored_key, server_key })
}

fn bound(domain: &str, name: &str, kind: KeyKind) -> Aad<Vec<u8>> {
    let mut bytes = LABEL.to_vec();
    for part in [domain, name, kind.as_str()] {
        // The length comes first, so that the same bytes cannot be cut elsewhere.
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    Aad::from(bytes)
}

/// The rules' word for a hash.
pub fn kind_of(hash: Hash) -> KeyKind {
    match hash {
        Hash::Sha1 => KeyKind::ScramSha1,
        Hash::Sha256 => KeyKind::ScramSha256,
    }
}

const LABEL: &[u8] = b"parlour password keys 1\0";

/// How the plaintext is laid out; another number when it changes.
const FORM: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Loaded;
    use parlour_xmpp::sasl::derive;

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).expect("an address")
    }

    #[test]
    fn what_is_sealed_opens_for_its_account_and_mechanism_only() {
        let sealer = Sealer::new(&SecretKey::new([7; 32]));
        let keys = derive(Hash::Sha256, b"a password", b"salt of 16 bytes", 1);
        let sealed = sealer.seal(&jid("a@h"), Hash::Sha256, &keys, &Loaded::new(1));
        assert!(sealer.open(&jid("a@h"), &sealed).expect("opens") == keys);
        assert_eq!(sealer.open(&jid("b@h"), &sealed), Err(Unsealable));
        assert_eq!(sealer.open(&jid("a@g"), &sealed), Err(Unsealable));
        let moved = SealedKeys { kind: KeyKind::ScramSha1, ..sealed.clone() };
        assert_eq!(sealer.open(&jid("a@h"), &moved), Err(Unsealable));
        let other = Sealer::new(&SecretKey::new([8; 32]));
        assert_eq!(other.open(&jid("a@h"), &sealed), Err(Unsealable));
        let mut bent = sealed;
        bent.sealed[20] ^= 1;
        assert_eq!(sealer.open(&jid("a@h"), &bent), Err(Unsealable));
    }

    #[test]
    fn attack_81_the_database_holds_no_key_in_the_clear() {
        let sealer = Sealer::new(&SecretKey::new([7; 32]));
        let keys = derive(Hash::Sha1, b"a password", b"salt of 16 bytes", 1);
        let sealed = sealer.seal(&jid("a@h"), Hash::Sha1, &keys, &Loaded::new(1)).sealed;
        for part in [&keys.salt, &keys.stored_key, &keys.server_key] {
            assert!(!sealed.windows(part.len()).any(|window| window == &part[..]));
        }
    }
}
