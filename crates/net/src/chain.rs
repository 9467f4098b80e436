//! What can be said of a certificate's chain without trusting anybody: whether it is whole, and in order.
//!
//! Spec: RFC 8446 §4.4.2 (each certificate is followed by the one that certifies it; the root may be left out).
//! Left out: signatures and trust; whoever connects judges those.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_pki_types::CertificateDer;
use x509_parser::prelude::X509Certificate;

use crate::certs::Certificate;

/// How a chain looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// The leaf, then those that signed it, each by the next.
    Whole,
    /// The leaf names itself as its issuer.
    SelfSigned,
    /// The leaf alone, signed by somebody who is not there. With a public authority something is missing.
    Alone,
    /// Some certificate is not followed by the one that it names as its issuer.
    Disorder,
}

impl Certificate {
    /// How its chain looks. One that cannot be parsed counts as out of order.
    pub fn chain(&self) -> Chain {
        let key = self.certified_key();
        let parsed: Vec<X509Certificate<'_>> = key.cert.iter().filter_map(parse).collect();
        let Some(leaf) = parsed.first().filter(|_| parsed.len() == key.cert.len()) else { return Chain::Disorder };
        if leaf.issuer().as_raw() == leaf.subject().as_raw() {
            return Chain::SelfSigned;
        }
        if parsed.len() == 1 {
            return Chain::Alone;
        }
        let follows = |pair: &[X509Certificate<'_>]| match pair {
            [below, above] => below.issuer().as_raw() == above.subject().as_raw(),
            _ => true,
        };
        if parsed.windows(2).all(follows) { Chain::Whole } else { Chain::Disorder }
    }

    /// From when it is good.
    pub fn valid_from(&self) -> SystemTime {
        let seconds = parse(self.leaf()).map_or(0, |leaf| leaf.validity().not_before.timestamp());
        UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    x509_parser::parse_x509_certificate(der).ok().map(|(_, parsed)| parsed)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    fn named(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    #[test]
    fn a_chain_is_whole_alone_mixed_up_or_its_own() {
        let mut root = named("root.example");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().expect("a key");
        let mut between = named("between.example");
        between.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let between_key = KeyPair::generate().expect("a key");
        let root_issuer = Issuer::from_params(&root, &root_key);
        let between_cert = between.signed_by(&between_key, &root_issuer).expect("signed");
        let between_issuer = Issuer::from_params(&between, &between_key);
        let key = KeyPair::generate().expect("a key");
        let leaf = named("a.example").signed_by(&key, &between_issuer).expect("signed").pem();
        let own = named("a.example").self_signed(&key).expect("signed").pem();
        let root_cert = root.self_signed(&root_key).expect("signed").pem();
        let between_cert = between_cert.pem();
        for (chain, expected) in [
            (format!("{leaf}{between_cert}"), Chain::Whole),
            (format!("{leaf}{between_cert}{root_cert}"), Chain::Whole),
            (leaf.clone(), Chain::Alone),
            (format!("{leaf}{root_cert}{between_cert}"), Chain::Disorder),
            (own, Chain::SelfSigned),
        ] {
            let certificate = Certificate::from_pem(chain.as_bytes(), key.serialize_pem().as_bytes()).expect("usable");
            assert_eq!(certificate.chain(), expected);
            assert!(certificate.valid_from() < certificate.expires_at());
        }
    }
}
