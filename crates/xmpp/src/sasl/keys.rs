//! SCRAM's keys: made from a password, checked against one, and made up for accounts that do not exist.
//!
//! Spec: RFC 5802 §3 (SaltedPassword, StoredKey, ServerKey) and §9 (fake salts), RFC 7677 §4 (4,096 at least).
//! Left out: sealing them for storage, which needs a key of the server.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Hash;

/// Rounds of PBKDF2 for new keys of either hash: what a phone does without a noticeable pause.
pub const ITERATIONS: u32 = 10_000;
/// Bytes of a new salt.
pub const SALT_BYTES: usize = 16;

/// What the server keeps of a password for one hash. Enough to check a sign-in, not enough to make one, but
/// enough to guess at: it prints as `***` and is wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ScramKeys {
    /// Shown to whoever asks to sign in.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2; shown likewise.
    pub iterations: u32,
    /// `H(ClientKey)`, 20 or 32 bytes.
    pub stored_key: Vec<u8>,
    /// Signs the server's last message; as long.
    pub server_key: Vec<u8>,
}

impl fmt::Debug for ScramKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScramKeys(***)")
    }
}

/// Makes the keys of a prepared password ([`super::prep::password`]). Costs `iterations` rounds of PBKDF2: some
/// milliseconds, so run it on a blocking pool behind a bound.
pub fn derive(hash: Hash, prepared_password: &[u8], salt: &[u8], iterations: u32) -> ScramKeys {
    let mut salted = Zeroizing::new(vec![0; hash.output_bytes()]);
    match hash {
        Hash::Sha1 => pbkdf2_hmac::<Sha1>(prepared_password, salt, iterations, &mut salted),
        Hash::Sha256 => pbkdf2_hmac::<Sha256>(prepared_password, salt, iterations, &mut salted),
    }
    from_salted(hash, &salted, salt, iterations)
}

/// The keys of a SaltedPassword (RFC 5802 §3) that a client made itself, with this salt and these rounds (XEP-0480
/// §3). `None` where it is not as long as the hash.
pub fn derive_salted(hash: Hash, salted: &[u8], salt: &[u8], iterations: u32) -> Option<ScramKeys> {
    (salted.len() == hash.output_bytes()).then(|| from_salted(hash, salted, salt, iterations))
}

fn from_salted(hash: Hash, salted: &[u8], salt: &[u8], iterations: u32) -> ScramKeys {
    let client_key = Zeroizing::new(hmac(hash, salted, &[b"Client Key"]));
    ScramKeys {
        salt: salt.to_vec(),
        iterations,
        stored_key: digest(hash, &client_key),
        server_key: hmac(hash, salted, &[b"Server Key"]),
    }
}

/// Says whether a prepared password is the one these keys were made of. As costly as [`derive`]; the comparison
/// takes the same time whatever differs.
pub fn verify_password(keys: &ScramKeys, hash: Hash, prepared: &[u8]) -> bool {
    derive(hash, prepared, &keys.salt, keys.iterations).stored_key.ct_eq(&keys.stored_key).into()
}

/// Keys for an account that does not exist, so that asking for it looks like asking for any other: the same name
/// always gets the same salt, and no password fits. PLAIN and the web form check against them too, so that an unknown
/// name costs the same hashing.
///
/// `secret` is a key of this server for this purpose alone; `username` the prepared local part; `iterations` what
/// the host's real accounts have.
pub fn fake_keys(secret: &[u8], host: &str, username: &str, hash: Hash, iterations: u32) -> ScramKeys {
    let part = |purpose: &[u8], len: usize| {
        let host_len = (host.len() as u64).to_be_bytes();
        let mechanism = hash.mechanism().name().as_bytes();
        let mut bytes = hmac(
            Hash::Sha256,
            secret,
            &[purpose, b"\0", mechanism, b"\0", &host_len, host.as_bytes(), username.as_bytes()],
        );
        bytes.truncate(len);
        bytes
    };
    ScramKeys {
        salt: part(b"salt", SALT_BYTES),
        iterations,
        stored_key: part(b"stored key", hash.output_bytes()),
        server_key: part(b"server key", hash.output_bytes()),
    }
}

pub(super) fn digest(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => Sha1::digest(bytes).to_vec(),
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
    }
}

pub(super) fn hmac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    fn run<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
    match hash {
        Hash::Sha1 => run::<Hmac<Sha1>>(key, parts),
        Hash::Sha256 => run::<Hmac<Sha256>>(key, parts),
    }
}
