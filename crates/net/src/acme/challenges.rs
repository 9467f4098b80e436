//! What the authority is to find when it looks whether a name is ours: texts for HTTP-01, certificates for TLS-ALPN-01.
//!
//! Spec: RFC 8555 §8.3, RFC 8737 §3. Whoever serves HTTP asks [`Challenges::text`]; [`crate::Tls`] asks for the
//! certificates itself. Both are there only while an order waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::PrivateKeyDer;

use crate::certs::CertError;

/// The protocol that a validation by TLS-ALPN-01 asks for (RFC 8737 §6.2).
pub(crate) const ALPN: &[u8] = b"acme-tls/1";

/// A token of ours is at most so long; Let's Encrypt's have 43.
const MAX_TOKEN: usize = 256;

/// The open challenges. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Challenges(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    texts: HashMap<String, Arc<str>>,
    configs: HashMap<String, Arc<ServerConfig>>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("texts", &self.texts.len()).field("configs", &self.configs.len()).finish()
    }
}

/// An open challenge; dropping it closes it.
#[derive(Debug)]
pub(crate) struct Open {
    table: Challenges,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Token(String),
    Name(String),
}

impl Challenges {
    /// What a request for `/.well-known/acme-challenge/TOKEN` is answered with: the key authorization, as text.
    pub fn text(&self, token: &str) -> Option<Arc<str>> {
        self.lock().texts.get(token).cloned()
    }

    /// The handshake that proves `name`, while one is asked for.
    pub(crate) fn config(&self, name: &str) -> Option<Arc<ServerConfig>> {
        self.lock().configs.get(name.to_ascii_lowercase().as_str()).cloned()
    }

    /// Answers HTTP-01 for `token` from now on. `None` where that is no token (RFC 8555 §8.3: base64url), and so nothing
    /// that could stand in a path.
    pub(crate) fn open_text(&self, token: &str, key_authorization: &str) -> Option<Open> {
        let plain = token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if token.is_empty() || token.len() > MAX_TOKEN || !plain {
            return None;
        }
        self.lock().texts.insert(token.to_owned(), key_authorization.into());
        Some(Open { table: self.clone(), key: Key::Token(token.to_owned()) })
    }

    /// Answers TLS-ALPN-01 for `name` from now on, with the SHA-256 of the key authorization.
    pub(crate) fn open_certificate(&self, name: &str, digest: &[u8]) -> Result<Open, CertError> {
        let config = Arc::new(config(name, digest)?);
        self.lock().configs.insert(name.to_ascii_lowercase(), config);
        Ok(Open { table: self.clone(), key: Key::Name(name.to_ascii_lowercase()) })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut table = self.table.lock();
        match &self.key {
            Key::Token(token) => drop(table.texts.remove(token)),
            Key::Name(name) => drop(table.configs.remove(name)),
        }
    }
}

/// RFC 8737 §3: self-signed, for this name alone, with the digest in a critical extension; no other protocol is spoken.
fn config(name: &str, digest: &[u8]) -> Result<ServerConfig, CertError> {
    let wrap = |source| CertError::SelfSigned { source };
    if digest.len() != 32 {
        return Err(CertError::Name { name: name.to_owned() });
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(wrap)?;
    let mut params = CertificateParams::new(vec![name.to_owned()]).map_err(wrap)?;
    params.distinguished_name = DistinguishedName::new();
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key).map_err(wrap)?;
    // Not judged as certificates are: its critical extension is known to authorities alone.
    let key = any_ecdsa_type(&PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .map_err(|source| CertError::Mismatch { source })?;
    let key = CertifiedKey::new(vec![certificate.der().clone()], key);
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("the provider has suites for TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_open_as_long_as_somebody_holds_them() {
        let table = Challenges::default();
        let text = table.open_text("abc-_9", "abc-_9.thumb").expect("a token");
        assert_eq!(table.text("abc-_9").as_deref(), Some("abc-_9.thumb"));
        assert!(table.text("abc").is_none());
        drop(text);
        assert!(table.text("abc-_9").is_none());
        let certificate = table.open_certificate("A.example", &[7; 32]).expect("made");
        assert!(table.config("a.EXAMPLE").is_some() && table.config("b.example").is_none());
        drop(certificate);
        assert!(table.config("a.example").is_none());
    }

    #[test]
    fn what_is_no_token_is_not_served() {
        let table = Challenges::default();
        for token in ["", "../x", "a/b", "a b", "ä", "%41", &"a".repeat(MAX_TOKEN + 1)] {
            assert!(table.open_text(token, "x").is_none(), "{token}");
        }
        assert!(table.open_certificate("a.example", b"short").is_err());
    }
}
