//! Who is on the other side of a connection, and the prefix by which we count them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::limit::PendingGuard;

/// Which door a connection came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListenerKind {
    /// XMPP clients, STARTTLS (5222).
    C2s,
    /// XMPP clients, TLS from the first byte (5223).
    C2sTls,
    /// XMPP servers (5269).
    S2s,
    /// HTTP without TLS: loopback, or behind a proxy.
    Web,
    /// HTTPS, and XMPP by ALPN if the operator shares the port.
    WebTls,
    /// Metrics and health, for this machine.
    Local,
    /// The command line's socket in the data directory.
    LocalSocket,
    /// An XMPP client that came by WebSocket (RFC 7395) through one of the web doors.
    WebSocket,
    /// An XMPP client that came by BOSH (XEP-0124) through one of the web doors.
    Bosh,
}

impl ListenerKind {
    /// The name of its key in `[listen]`, for messages to the operator.
    pub fn name(self) -> &'static str {
        match self {
            Self::C2s => "c2s",
            Self::C2sTls => "c2s_tls",
            Self::S2s => "s2s",
            Self::Web => "web",
            Self::WebTls => "web_tls",
            Self::Local => "local",
            Self::LocalSocket => "socket",
            Self::WebSocket => "websocket",
            Self::Bosh => "bosh",
        }
    }
}

impl fmt::Display for ListenerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerAddr {
    /// An internet address; IPv4 is never wrapped in IPv6 here.
    Ip(SocketAddr),
    /// A process on this machine, by the local socket.
    Local {
        /// The user the kernel says the process runs as.
        uid: u32,
        /// Its process id, where the kernel tells it.
        pid: Option<i32>,
    },
}

impl From<SocketAddr> for PeerAddr {
    fn from(addr: SocketAddr) -> Self {
        Self::Ip(SocketAddr::new(addr.ip().to_canonical(), addr.port()))
    }
}

impl fmt::Display for PeerAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(addr) => addr.fmt(f),
            Self::Local { uid, .. } => write!(f, "local uid {uid}"),
        }
    }
}

/// What one person is likely to hold: a whole IPv4 address, or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddrPrefix {
    /// All 32 bits.
    V4(Ipv4Addr),
    /// The first 64 bits; the others are zero.
    V6(Ipv6Addr),
    /// The local socket.
    Local,
}

impl AddrPrefix {
    /// The prefix of an address; IPv4 wrapped in IPv6 counts as IPv4.
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4),
            IpAddr::V6(v6) => Self::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        }
    }

    /// The network around it: an IPv4 /24 or an IPv6 /48, written as its first address.
    pub(crate) fn network(self) -> Self {
        match self {
            Self::V4(v4) => Self::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
            Self::V6(v6) => Self::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80))),
            Self::Local => Self::Local,
        }
    }
}

impl fmt::Display for AddrPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(ip) => ip.fmt(f),
            Self::V6(ip) => write!(f, "{ip}/64"),
            Self::Local => f.write_str("local"),
        }
    }
}

/// The other side of a connection, as the listener saw it.
#[derive(Debug)]
pub struct Peer {
    /// Its address. `web` replaces it by the forwarded one when the proxy is trusted.
    pub addr: PeerAddr,
    /// The door it came through.
    pub listener: ListenerKind,
    /// Its place among the connections that are not authenticated yet: release it on authentication.
    pub pending: PendingGuard,
}

impl Peer {
    /// A peer that holds no place among the pending ones.
    pub fn new(addr: impl Into<PeerAddr>, listener: ListenerKind) -> Self {
        Self { addr: addr.into(), listener, pending: PendingGuard::none() }
    }

    /// The prefix to count it by.
    pub fn prefix(&self) -> AddrPrefix {
        match self.addr {
            PeerAddr::Ip(addr) => AddrPrefix::of(addr.ip()),
            PeerAddr::Local { .. } => AddrPrefix::Local,
        }
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.addr {
            PeerAddr::Ip(addr) => addr.ip().to_canonical().is_loopback(),
            PeerAddr::Local { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        let cases = [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
        ];
        for (ip, prefix) in cases {
            let ip: IpAddr = ip.parse().expect("a case is an address");
            assert_eq!(AddrPrefix::of(ip).to_string(), prefix);
        }
    }

    #[test]
    fn wrapped_ipv4_is_unwrapped() {
        let addr: SocketAddr = "[::ffff:127.0.0.1]:9".parse().expect("an address");
        let peer = Peer::new(addr, ListenerKind::C2s);
        assert_eq!(peer.addr.to_string(), "127.0.0.1:9");
        assert!(peer.is_loopback());
    }
}
