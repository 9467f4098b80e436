//! Who signs: a root, and what it signs for orders whose request is right.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;

pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A key of P-256, as somebody sent it.
struct Theirs(Vec<u8>);

impl PublicKeyData for Theirs {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl Authority {
    pub(super) fn new(now: SystemTime) -> Self {
        let mut params = params(vec![], now, Duration::from_secs(20 * 365 * 24 * 3600));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "An authority for tests");
        Self { issuer: CertifiedIssuer::self_signed(params, key()).expect("a root") }
    }

    pub(super) fn root(&self) -> String {
        self.issuer.pem()
    }

    /// For a directory that is asked by TLS.
    pub(super) fn server(&self, now: SystemTime) -> TlsAcceptor {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let own = key();
        let signed = params(names, now, Duration::from_secs(24 * 3600)).signed_by(&own, &self.issuer).expect("signed");
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("both versions")
            .with_no_client_auth()
            .with_single_cert(vec![signed.der().clone()], PrivateKeyDer::Pkcs8(own.serialize_der().into()))
            .expect("its own certificate");
        TlsAcceptor::from(Arc::new(config))
    }

    /// A chain for the request `csr`, which must be for exactly `names` and signed with its own key.
    pub(super) fn sign(
        &self,
        csr: &[u8],
        names: &[String],
        instead: Option<&[String]>,
        (now, life, serial): (SystemTime, Duration, u64),
    ) -> Result<String, String> {
        let (rest, request) = X509CertificationRequest::from_der(csr).map_err(|error| error.to_string())?;
        let info = &request.certification_request_info;
        let theirs = info.subject_pki.subject_public_key.data.to_vec();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &theirs)
            .verify(info.raw, &request.signature_value.data)
            .map_err(|_| "the request is not signed with its key")?;
        let mut asked: Vec<String> = Vec::new();
        for extension in request.requested_extensions().into_iter().flatten() {
            if let ParsedExtension::SubjectAlternativeName(found) = extension {
                for name in &found.general_names {
                    match name {
                        GeneralName::DNSName(name) => asked.push(name.to_ascii_lowercase()),
                        other => return Err(format!("asks for {other}")),
                    }
                }
            }
        }
        asked.sort();
        let mut ordered = names.to_vec();
        ordered.sort();
        if !rest.is_empty() || asked != ordered || info.subject.iter().count() != 0 {
            return Err(format!("asks for {asked:?}, ordered were {ordered:?}"));
        }
        let mut params = params(instead.unwrap_or(names).to_vec(), now, life);
        params.serial_number = Some(SerialNumber::from(serial));
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let signed = params.signed_by(&Theirs(theirs), &self.issuer).map_err(|error| error.to_string())?;
        Ok(format!("{}{}", signed.pem(), self.root()))
    }
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

fn params(names: Vec<String>, now: SystemTime, life: Duration) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name = DistinguishedName::new();
    params.not_before = (now - Duration::from_secs(3600)).into();
    params.not_after = (now + life).into();
    params
}
