//! The tables `[listen]`, `[tls]` and `[limits]` of the configuration; the doc comments are their reference.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::proxied::ProxiedDoor;

/// `[listen]`: the addresses of each door. An empty list switches a door off.
///
/// An address is written `"[::]:5222"` (IPv6 and IPv4 together), `"0.0.0.0:5222"` (IPv4 only) or
/// `"127.0.0.1:5222"` (this machine only).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListenOptions {
    /// XMPP apps, STARTTLS. Default `["[::]:5222"]`.
    pub c2s: Vec<SocketAddr>,
    /// XMPP apps, TLS from the first byte. Default `["[::]:5223"]`.
    pub c2s_tls: Vec<SocketAddr>,
    /// Other XMPP servers; not served yet, so nothing listens there. Default `["[::]:5269"]`.
    pub s2s: Vec<SocketAddr>,
    /// Plain HTTP: on loopback, behind a proxy, or port 80 for ACME. Default `["[::]:5280"]`.
    pub web: Vec<SocketAddr>,
    /// HTTPS, where no proxy stands in front. Default `[]`.
    pub web_tls: Vec<SocketAddr>,
    /// Health (`/healthz`) and counters (`/metrics`, OpenMetrics), for this machine. Default `["127.0.0.1:5288"]`.
    pub local: Vec<SocketAddr>,
    /// Doors behind a proxy that passes bytes on as they are and begins each connection with a PROXY header (version 1 or
    /// 2), so that limits and logs see people's own addresses: any of `"c2s"`, `"c2s_tls"`, `"web"`, `"web_tls"`. Who
    /// comes to such a door from one of `trusted_proxies` must send it; who comes from elsewhere comes for themselves.
    /// Default: none.
    pub use_proxy_protocol: Vec<ProxiedDoor>,
}

impl Default for ListenOptions {
    fn default() -> Self {
        let any = |port| vec![SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port)];
        Self {
            c2s: any(5222),
            c2s_tls: any(5223),
            s2s: any(5269),
            web: any(5280),
            web_tls: Vec::new(),
            local: vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5288)],
            use_proxy_protocol: Vec::new(),
        }
    }
}

impl ListenOptions {
    /// The doors of the trial: the same ports, on this machine only, without other servers and without metrics.
    pub fn trial() -> Self {
        let loopback = |port| vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)];
        Self {
            c2s: loopback(5222),
            c2s_tls: loopback(5223),
            s2s: Vec::new(),
            web: loopback(5280),
            web_tls: Vec::new(),
            local: Vec::new(),
            use_proxy_protocol: Vec::new(),
        }
    }
}

/// `[tls]`: what holds for every TLS connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsOptions {
    /// Seconds a TLS handshake may take, from 1 to 120. Default `10`.
    pub handshake_seconds: u16,
    /// Seconds between two looks at certificate files for a newer one; `0` looks only when told to. Default `3600`.
    pub reload_seconds: u32,
    /// With `domain`: PEM file with its certificate, then those that signed it (`fullchain.pem`). Default: a
    /// self-signed one, made on first start. With `[[host]]` tables it stands in each one's `[host.tls]`.
    pub certificate: Option<PathBuf>,
    /// PEM file with that certificate's private key (`privkey.pem`).
    pub key: Option<PathBuf>,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self { handshake_seconds: 10, reload_seconds: 3600, certificate: None, key: None }
    }
}

impl TlsOptions {
    /// The handshake's budget, within the documented bounds.
    pub fn handshake_budget(&self) -> Duration {
        Duration::from_secs(u64::from(self.handshake_seconds.clamp(1, 120)))
    }
}

/// `[tls]` inside a host: a certificate of one's own. Without it the server makes a self-signed one.
///
/// Both keys or none. The files are read again when they change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CertificateOptions {
    /// PEM file with the certificate, then those that signed it (`fullchain.pem`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// PEM file with its private key (`privkey.pem`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

/// `[limits]`: what one address may hold before it has authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitOptions {
    /// Connections not yet authenticated that one IPv4 address or IPv6 /64 may hold. Default `50`: a school behind one
    /// address still signs in after a restart, as each place is free again within seconds. A guess.
    pub pending_per_address: u32,
    /// The same for one IPv4 /24 or IPv6 /48. Default `200`. A guess.
    pub pending_per_network: u32,
    /// The same for all addresses together, and at most half of the descriptors that the process may have. Default `20000`.
    pub pending_total: u32,
    /// Whether connections from this machine count too. Default `false`: a proxy in front, bridges and bots come from
    /// there.
    pub pending_from_loopback: bool,
}

impl Default for LimitOptions {
    fn default() -> Self {
        Self { pending_per_address: 50, pending_per_network: 200, pending_total: 20_000, pending_from_loopback: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_an_empty_table() {
        assert_eq!(toml::from_str::<ListenOptions>("").expect("empty"), ListenOptions::default());
        let some: ListenOptions = toml::from_str("c2s = []\nweb = ['127.0.0.1:80', '[::1]:80']").expect("two keys");
        assert!(some.c2s.is_empty());
        assert_eq!(some.web.len(), 2);
        assert_eq!(some.c2s_tls, ListenOptions::default().c2s_tls);
    }

    #[test]
    fn a_wrong_key_or_address_says_where() {
        let error = toml::from_str::<ListenOptions>("\nc2z = []").expect_err("no such key").to_string();
        assert!(error.contains("line 2") && error.contains("`c2s`"), "{error}");
        let error = toml::from_str::<ListenOptions>("c2s = ['localhost']").expect_err("no address").to_string();
        assert!(error.contains("line 1"), "{error}");
        assert!(toml::from_str::<CertificateOptions>("cert = 'x'").is_err());
        assert!(toml::from_str::<LimitOptions>("pending = 1").is_err());
    }

    #[test]
    fn the_handshake_budget_is_bounded() {
        assert_eq!(TlsOptions::default().handshake_budget().as_secs(), 10);
        let never = TlsOptions { handshake_seconds: 0, ..TlsOptions::default() };
        assert_eq!(never.handshake_budget().as_secs(), 1);
    }
}
