//! The client's side of SCRAM, written from the RFC and apart from the server's.
//!
//! Spec: RFC 5802 §3 and §5, RFC 7677, RFC 9266 (tls-exporter), RFC 5929 §4 (tls-server-end-point).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, anyhow, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A hash that SCRAM is spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// What ties an exchange to its TLS connection.
#[derive(Clone, Debug)]
pub enum Binding {
    /// tls-exporter (RFC 9266).
    Exporter(Vec<u8>),
    /// tls-server-end-point (RFC 5929 §4).
    EndPoint(Vec<u8>),
}

/// SCRAM, with or without a channel's binding.
pub(crate) struct Exchange {
    hash: Hash,
    bare: String,
    gs2: &'static str,
    binding: Vec<u8>,
    password: String,
    signature: Option<Vec<u8>>,
}

impl Exchange {
    /// For a name and password; with a binding as the -PLUS mechanism.
    pub(crate) fn new(hash: Hash, name: &str, password: &str, nonce: &str, binding: Option<Binding>) -> Self {
        let name = name.replace('=', "=3D").replace(',', "=2C");
        let (gs2, binding) = match binding {
            None => ("n,,", Vec::new()),
            Some(Binding::Exporter(bytes)) => ("p=tls-exporter,,", bytes),
            Some(Binding::EndPoint(bytes)) => ("p=tls-server-end-point,,", bytes),
        };
        Self { hash, bare: format!("n={name},r={nonce}"), gs2, binding, password: password.to_owned(), signature: None }
    }

    /// What is said first.
    pub(crate) fn first(&self) -> Vec<u8> {
        format!("{}{}", self.gs2, self.bare).into_bytes()
    }

    /// The answer to the server's challenge.
    pub(crate) fn answer(&mut self, challenge: &[u8]) -> anyhow::Result<Vec<u8>> {
        let challenge = std::str::from_utf8(challenge)?;
        let part = |key: &str| {
            challenge
                .split(',')
                .find_map(|part| part.strip_prefix(key))
                .ok_or_else(|| anyhow!("no {key} in {challenge}"))
        };
        let (nonce, salt, rounds) = (part("r=")?, STANDARD.decode(part("s=")?)?, part("i=")?.parse()?);
        let own = self.bare.split("r=").nth(1).context("a nonce of our own")?;
        ensure!(nonce.starts_with(own) && nonce.len() > own.len(), "the server's nonce does not continue ours");
        let salted = remembered(self.hash, &self.password, &salt, rounds);
        let client_key = mac(self.hash, &salted, b"Client Key");
        let channel = STANDARD.encode([self.gs2.as_bytes(), &self.binding].concat());
        let without_proof = format!("c={channel},r={nonce}");
        let all = format!("{},{challenge},{without_proof}", self.bare);
        let stored = match self.hash {
            Hash::Sha1 => Sha1::digest(&client_key).to_vec(),
            Hash::Sha256 => Sha256::digest(&client_key).to_vec(),
        };
        let proof: Vec<u8> =
            client_key.iter().zip(mac(self.hash, &stored, all.as_bytes())).map(|(a, b)| a ^ b).collect();
        self.signature = Some(mac(self.hash, &mac(self.hash, &salted, b"Server Key"), all.as_bytes()));
        Ok(format!("{without_proof},p={}", STANDARD.encode(proof)).into_bytes())
    }

    /// Whether the server knows the keys as well.
    pub(crate) fn check(&self, last: &[u8]) -> anyhow::Result<()> {
        let signature = self.signature.as_ref().context("success before the challenge")?;
        ensure!(last == format!("v={}", STANDARD.encode(signature)).as_bytes(), "the server's signature is wrong");
        Ok(())
    }
}

/// As [`salted_password`], worked out once in this process, as apps keep it too.
fn remembered(hash: Hash, password: &str, salt: &[u8], rounds: u32) -> Vec<u8> {
    static KNOWN: Mutex<BTreeMap<Known, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let what = (hash == Hash::Sha256, password.to_owned(), salt.to_owned(), rounds);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(salted) = known().get(&what) {
        return salted.clone();
    }
    let salted = salted_password(hash, password, salt, rounds);
    known().insert(what, salted.clone());
    salted
}

/// Hash, password, salt, rounds.
type Known = (bool, String, Vec<u8>, u32);

/// What SCRAM makes of a password first; XEP-0480 has it sent to the server.
pub fn salted_password(hash: Hash, password: &str, salt: &[u8], rounds: u32) -> Vec<u8> {
    match hash {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password.as_bytes(), salt, rounds).to_vec(),
        Hash::Sha256 => pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, rounds).to_vec(),
    }
}

fn mac(hash: Hash, key: &[u8], text: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => mac_with::<Hmac<Sha1>>(key, text),
        Hash::Sha256 => mac_with::<Hmac<Sha256>>(key, text),
    }
}

fn mac_with<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
