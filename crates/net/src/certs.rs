//! Certificates: read from PEM files, or made by ourselves and kept, with the hash that channel binding needs.
//!
//! Spec: RFC 5929 §4.1 (tls-server-end-point: which hash of the certificate).
//! Left out: OCSP stapling; raw public keys.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, io};

use aws_lc_rs::digest;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::AlgorithmIdentifier;

/// A self-signed certificate lives so long: who pinned it should not be asked again soon.
const SELF_SIGNED_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Clocks of phones differ from ours.
const CLOCK_SKEW: Duration = Duration::from_secs(24 * 3600);

/// Why a certificate cannot be used. The operator's fault, or the disk's.
#[derive(Debug, thiserror::Error)]
pub enum CertError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What a file holds cannot be used.
    #[error("{}: {source}", path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: Box<CertError>,
    },
    /// The two files of a host do not go together.
    #[error("{} is not the key of {}: {source}", key.display(), certificate.display())]
    NotAPair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What was wrong.
        source: rustls::Error,
    },
    /// The chain has no readable certificate.
    #[error("no certificate in PEM form: {source}")]
    Chain {
        /// What was wrong.
        source: rustls_pki_types::pem::Error,
    },
    /// The key file has no readable private key.
    #[error("no private key in PEM form: {source}")]
    Key {
        /// What was wrong.
        source: rustls_pki_types::pem::Error,
    },
    /// The key is of a kind we do not know, or is not the certificate's key.
    #[error("certificate and private key do not go together: {source}")]
    Mismatch {
        /// What was wrong.
        source: rustls::Error,
    },
    /// One of the two keys of a certificate is set and the other is not.
    #[error("{host}: tls.certificate and tls.key go together, set both or neither")]
    OneKey {
        /// The host.
        host: String,
    },
    /// The first certificate of the chain is not an X.509 certificate.
    #[error("the first certificate is malformed")]
    Malformed,
    /// A host or another name that cannot stand in a certificate.
    #[error("\"{name}\" cannot stand in a certificate")]
    Name {
        /// The name.
        name: String,
    },
    /// Making the self-signed certificate failed.
    #[error("making a self-signed certificate: {source}")]
    SelfSigned {
        /// What was wrong.
        source: rcgen::Error,
    },
    /// Making the keys of the session tickets failed.
    #[error("making the keys of session tickets: {source}")]
    Tickets {
        /// What was wrong.
        source: rustls::Error,
    },
}

/// A chain with its private key. Cheap to clone; the key never shows in `Debug`.
#[derive(Clone)]
pub struct Certificate {
    key: Arc<CertifiedKey>,
    leaf: CertificateDer<'static>,
    end_point: Option<Arc<[u8]>>,
    expires_at: SystemTime,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Certificate {
    /// From PEM texts: the leaf first, then those that signed it.
    ///
    /// # Errors
    /// [`CertError`] when a text is not PEM or the key is not the leaf's.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CertError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|source| CertError::Chain { source })?;
        let Some(leaf) = chain.first().cloned() else {
            return Err(CertError::Chain { source: rustls_pki_types::pem::Error::NoItemsFound });
        };
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|source| CertError::Key { source })?;
        let key =
            CertifiedKey::from_der(chain, key, &default_provider()).map_err(|source| CertError::Mismatch { source })?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&leaf).map_err(|_| CertError::Malformed)?;
        let end_point =
            end_point_hash(&parsed.signature_algorithm).map(|hash| Arc::from(digest::digest(hash, &leaf).as_ref()));
        let seconds = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or(0);
        Ok(Self { key: Arc::new(key), leaf, end_point, expires_at: UNIX_EPOCH + Duration::from_secs(seconds) })
    }

    /// From two PEM files.
    ///
    /// # Errors
    /// [`CertError`] with the file that cannot be read or used, or both where they do not go together.
    pub fn from_files(chain: &Path, key: &Path) -> Result<Self, CertError> {
        Self::from_pem(&read(chain)?, &read(key)?).map_err(|error| match error {
            CertError::Mismatch { source } => {
                CertError::NotAPair { certificate: chain.to_owned(), key: key.to_owned(), source }
            }
            error @ CertError::Key { .. } => CertError::Unusable { path: key.to_owned(), source: Box::new(error) },
            error => CertError::Unusable { path: chain.to_owned(), source: Box::new(error) },
        })
    }

    /// The self-signed certificate of `host`, kept in `dir` (`data_dir/certs`) as `HOST.crt` and `HOST.key`; made on
    /// first use, and again when it has expired or lacks one of `names`. ECDSA P-256, ten years.
    ///
    /// `names` are the names and addresses it is valid for, international ones as their A-labels; `host` itself is always
    /// among them.
    ///
    /// # Errors
    /// [`CertError::Name`] for a host that is no domain, [`CertError::File`] when `dir` cannot be written.
    pub fn self_signed(dir: &Path, host: &str, names: &[&str], now: SystemTime) -> Result<Self, CertError> {
        // The host becomes a file name.
        if host.is_empty() || host.starts_with('.') || host.contains(['/', '\\', '\0']) {
            return Err(CertError::Name { name: host.to_owned() });
        }
        let chain_path = dir.join(format!("{host}.crt"));
        let key_path = dir.join(format!("{host}.key"));
        // What is no A-label and becomes none is told by `make`.
        let a_label = |name: &&str| a_label(name).unwrap_or_else(|| (*name).to_owned());
        let mut names: Vec<String> = std::iter::once(&host).chain(names).map(a_label).collect();
        names.sort();
        names.dedup();
        match Self::from_files(&chain_path, &key_path) {
            Ok(kept) if kept.expires_at > now && kept.covers(&names) => return Ok(kept),
            Err(CertError::File { source, .. }) if source.kind() != io::ErrorKind::NotFound => {
                return Err(CertError::File { path: chain_path, source });
            }
            // Not there yet, or no longer of use.
            Ok(_) | Err(_) => {}
        }
        let (chain, key) = make(host, names, now)?;
        let made = Self::from_pem(chain.as_bytes(), key.as_bytes())?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|source| CertError::File { path: dir.to_owned(), source })?;
        // A crash between the two leaves a pair that does not match: it is made again at the next start.
        write(&key_path, key.as_bytes(), 0o600)?;
        write(&chain_path, chain.as_bytes(), 0o644)?;
        Ok(made)
    }

    /// The certificate itself, in DER.
    pub fn leaf(&self) -> &CertificateDer<'static> {
        &self.leaf
    }

    /// Its hash for tls-server-end-point; `None` where RFC 5929 leaves it undefined (Ed25519 signatures).
    pub fn end_point(&self) -> Option<&[u8]> {
        self.end_point.as_deref()
    }

    /// When it expires.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    pub(crate) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.key)
    }

    /// Whether it is for all of these names (A-labels and addresses), as a client judges it: RFC 9525 §6.
    pub fn covers(&self, names: &[String]) -> bool {
        names.iter().all(|name| {
            let Ok(name) = rustls_pki_types::ServerName::try_from(name.as_str()) else {
                return false;
            };
            rustls::server::ParsedCertificate::try_from(&self.leaf)
                .is_ok_and(|leaf| rustls::client::verify_server_name(&leaf, &name).is_ok())
        })
    }
}

/// A name as it stands in certificates and in SNI: in lower case, international labels as A-labels. Nothing where there is no
/// such form of it (RFC 5891 §4.2, with the mapping of UTS 46).
pub fn a_label(name: &str) -> Option<String> {
    if name.is_ascii() { Some(name.to_ascii_lowercase()) } else { idna::domain_to_ascii(name).ok() }
}

/// RFC 5929 §4.1: the signature's own hash, but SHA-256 in place of MD5 and SHA-1; undefined without one hash.
fn end_point_hash(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static digest::Algorithm> {
    let mut oid = algorithm.algorithm.to_id_string();
    if let Ok(SignatureAlgorithm::RSASSA_PSS(params)) = SignatureAlgorithm::try_from(algorithm) {
        oid = params.hash_algorithm_oid().to_id_string();
    }
    Some(match oid.as_str() {
        // md5WithRSA, sha1WithRSA, ecdsa-with-SHA1, id-sha1 (the default of RSASSA-PSS)
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.3.14.3.2.26" => &digest::SHA256,
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" | "2.16.840.1.101.3.4.2.1" => &digest::SHA256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" | "2.16.840.1.101.3.4.2.2" => &digest::SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" | "2.16.840.1.101.3.4.2.3" => &digest::SHA512,
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" | "2.16.840.1.101.3.4.2.4" => &digest::SHA224,
        _ => return None,
    })
}

/// Chain and key in PEM.
fn make(host: &str, names: Vec<String>, now: SystemTime) -> Result<(String, String), CertError> {
    if let Some(name) = names.iter().find(|name| !name.is_ascii()) {
        return Err(CertError::Name { name: name.clone() });
    }
    let wrap = |source| CertError::SelfSigned { source };
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(wrap)?;
    let mut params = rcgen::CertificateParams::new(names).map_err(wrap)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, host);
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = (now - CLOCK_SKEW).into();
    params.not_after = (now + SELF_SIGNED_LIFE).into();
    let certificate = params.self_signed(&key).map_err(wrap)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn read(path: &Path) -> Result<Vec<u8>, CertError> {
    fs::read(path).map_err(|source| CertError::File { path: path.to_owned(), source })
}

/// Whole or not at all: written aside, synced, then renamed.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), CertError> {
    let wrap = |source| CertError::File { path: path.to_owned(), source };
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&aside).map_err(wrap)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(wrap)?;
    fs::rename(&aside, path).map_err(wrap)
}
