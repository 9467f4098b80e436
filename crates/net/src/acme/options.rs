//! `[acme]` of the configuration; the doc comments are its reference.

use std::path::PathBuf;

use http::Uri;
use serde::{Deserialize, Serialize};

/// Let's Encrypt's directory.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// `[acme]`: certificates by themselves, from Let's Encrypt or another authority that speaks ACME (RFC 8555).
///
/// Every host without a certificate of its own gets one, for its domain, the host of its `public_url` and its aliases,
/// and a new one long before it ends. Until there is one, a self-signed one serves. Files are kept in `data_dir/acme`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcmeOptions {
    /// Whether certificates are ordered. `true` also says that you agree to the authority's terms, which its directory names. Default `false`.
    pub enabled: bool,
    /// The authority's directory. Default `"https://acme-v02.api.letsencrypt.org/directory"`. All that is asked of the authority goes to the same address;
    /// only on this machine it may begin with `http://`.
    pub directory: String,
    /// Where the authority may write to when something is wrong, each as `"mailto:you@example.org"`. Default: none.
    pub contact: Vec<String>,
    /// How a name is proved, in the order in which it is tried: `"http-01"` (the authority asks at port 80, which must reach `listen.web`) and
    /// `"tls-alpn-01"` (it asks at port 443, which must reach `listen.web_tls` or another TLS door). Default: both.
    pub challenges: Vec<Challenge>,
    /// PEM file with the roots that a private directory's own certificate is checked against, instead of the public ones. With it the directory may
    /// also stand in a private network. Default: none.
    pub ca: Option<PathBuf>,
    /// For authorities that know their customers: the id of the key they gave you (external account binding). Default: none.
    pub eab_kid: Option<String>,
    /// The file with that key, in base64url as they gave it. Default: none.
    pub eab_hmac_key_file: Option<PathBuf>,
}

/// How a name is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum Challenge {
    /// RFC 8555 §8.3: a text fetched over plain HTTP from port 80.
    #[serde(rename = "http-01")]
    Http01,
    /// RFC 8737: a certificate shown in a TLS handshake at port 443.
    #[serde(rename = "tls-alpn-01")]
    TlsAlpn01,
}

impl Default for AcmeOptions {
    fn default() -> Self {
        Self {
            enabled: false,
            directory: LETS_ENCRYPT.into(),
            contact: Vec::new(),
            challenges: vec![Challenge::Http01, Challenge::TlsAlpn01],
            ca: None,
            eab_kid: None,
            eab_hmac_key_file: None,
        }
    }
}

impl AcmeOptions {
    /// What is wrong with it, if anything: key, value (empty where the key itself is the place) and what to do.
    pub fn fault(&self) -> Option<(&'static str, String, &'static str)> {
        if !is_directory(&self.directory) {
            return Some((
                "directory",
                self.directory.clone(),
                "is no ACME directory: it begins with https://, or with http:// on this machine alone",
            ));
        }
        let wrong = |contact: &&String| {
            !contact.strip_prefix("mailto:").is_some_and(|to| to.contains('@') && !to.contains([',', '?', ' ']))
        };
        if let Some(contact) = self.contact.iter().find(wrong) {
            return Some((
                "contact",
                contact.clone(),
                "is no contact; write something like \"mailto:you@example.org\"",
            ));
        }
        if self.challenges.is_empty() {
            return Some(("challenges", String::new(), "names no way to prove a name; leave it out, or name one"));
        }
        if self.eab_kid.is_some() != self.eab_hmac_key_file.is_some() {
            let key = if self.eab_kid.is_some() { "eab_kid" } else { "eab_hmac_key_file" };
            return Some((key, String::new(), "needs both keys: `eab_kid` and `eab_hmac_key_file`"));
        }
        None
    }
}

fn is_directory(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else { return false };
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return false;
    }
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_table_orders_nothing() {
        let options: AcmeOptions = toml::from_str("").expect("empty");
        assert_eq!(options, AcmeOptions::default());
        assert!(!options.enabled && options.fault().is_none());
        assert!(toml::from_str::<AcmeOptions>("challenges = ['dns-01']").is_err());
        assert!(toml::from_str::<AcmeOptions>("email = 'x'").is_err());
    }

    #[test]
    fn what_cannot_work_is_named() {
        for (text, key) in [
            ("directory = 'http://ca.example/dir'", Some("directory")),
            ("directory = 'https://user@ca.example/dir'", Some("directory")),
            ("directory = 'ca.example'", Some("directory")),
            ("directory = 'http://127.0.0.1:14000/dir'", None),
            ("directory = 'http://[::1]:14000/dir'", None),
            ("directory = 'https://10.0.0.1/dir'", None),
            ("contact = ['me@example.org']", Some("contact")),
            ("contact = ['mailto:me@example.org']", None),
            ("challenges = []", Some("challenges")),
            ("challenges = ['tls-alpn-01']", None),
            ("eab_kid = 'k'", Some("eab_kid")),
            ("eab_hmac_key_file = 'k'", Some("eab_hmac_key_file")),
            ("eab_kid = 'k'\neab_hmac_key_file = 'k'", None),
        ] {
            let options: AcmeOptions = toml::from_str(text).expect(text);
            assert_eq!(options.fault().map(|(key, ..)| key), key, "{text}");
        }
    }
}
