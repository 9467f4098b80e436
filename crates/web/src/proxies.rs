//! Whose X-Forwarded-For and X-Forwarded-Proto are believed.
//!
//! Only the nearest hop can be trusted: a header is read only when the connection itself comes from a proxy the
//! operator named, and of a list of addresses the last one not a proxy is the client's.

use std::net::IpAddr;

use axum::http::HeaderMap;
use parlour_net::Networks;

/// The proxies that are believed.
#[derive(Clone, Debug)]
pub struct Proxies(Networks);

impl Default for Proxies {
    fn default() -> Self {
        Self(Networks::loopback())
    }
}

impl Proxies {
    /// Those in these networks.
    pub fn new(networks: Networks) -> Self {
        Self(networks)
    }

    /// Whether `address` is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.contain(address)
    }

    /// The client's own address: the connection's, or what a trusted proxy says of it.
    pub fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = connection;
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
        for hop in hops.collect::<Vec<_>>().into_iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            client = address;
        }
        client
    }

    /// Whether a trusted proxy stands between: what TLS there is on the connection is not the client's.
    pub fn is_forwarded(&self, connection: IpAddr, headers: &HeaderMap) -> bool {
        self.trusts(connection)
            && ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via"]
                .iter()
                .any(|name| headers.contains_key(*name))
    }

    /// Whether the client spoke https: to us (`secure`), or to a trusted proxy that says so.
    pub fn is_https(&self, connection: IpAddr, secure: bool, headers: &HeaderMap) -> bool {
        secure
            || (self.trusts(connection)
                && headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"https")))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(forwarded: &'static str) -> HeaderMap {
        HeaderMap::from_iter([
            (axum::http::HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(forwarded)),
            (axum::http::HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("https")),
        ])
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_a_named_proxy_is_believed() {
        let proxies = Proxies::default();
        assert_eq!(proxies.client(ip("127.0.0.1"), &headers("203.0.113.9")), ip("203.0.113.9"));
        assert_eq!(proxies.client(ip("198.51.100.1"), &headers("203.0.113.9")), ip("198.51.100.1"));
        assert!(proxies.is_https(ip("::ffff:127.0.0.1"), false, &headers("x")));
        assert!(!proxies.is_https(ip("198.51.100.1"), false, &headers("x")));
    }

    #[test]
    fn what_a_proxy_encrypted_is_not_taken_for_the_clients_own() {
        let proxies = Proxies::default();
        assert!(proxies.is_forwarded(ip("127.0.0.1"), &headers("203.0.113.9")));
        assert!(!proxies.is_forwarded(ip("127.0.0.1"), &HeaderMap::new()), "somebody on this machine");
        assert!(!proxies.is_forwarded(ip("198.51.100.1"), &headers("203.0.113.9")), "a stranger's word counts nothing");
    }

    #[test]
    fn a_forged_first_hop_is_not_the_client() {
        let proxies = Proxies::new(Networks::new(["127.0.0.1", "10.0.0.0/8"]));
        let chain = headers("1.1.1.1, 203.0.113.9, 10.0.0.5");
        assert_eq!(proxies.client(ip("127.0.0.1"), &chain), ip("203.0.113.9"));
        assert_eq!(proxies.client(ip("127.0.0.1"), &headers("nonsense")), ip("127.0.0.1"));
    }
}
