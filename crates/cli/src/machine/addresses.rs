//! This machine's own addresses, and which addresses mean something to others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses of this machine's interfaces, but for loopback and link-local ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(Vec<IpAddr>);

impl Addresses {
    /// As the kernel has them now; none where it does not say.
    pub fn of_this_machine() -> Self {
        Self::new(if_addrs::get_if_addrs().unwrap_or_default().into_iter().map(|interface| interface.ip()))
    }

    /// These.
    pub fn new(all: impl IntoIterator<Item = IpAddr>) -> Self {
        let mut kept: Vec<IpAddr> = all.into_iter().filter(|ip| !is_loopback(*ip) && !is_link_local(*ip)).collect();
        // IPv4 first: that is the record that everybody needs.
        kept.sort_by_key(|ip| (ip.is_ipv6(), !is_public(*ip), *ip));
        kept.dedup();
        Self(kept)
    }

    /// All of them, IPv4 first, those that others can reach before those that they cannot.
    pub fn all(&self) -> &[IpAddr] {
        &self.0
    }

    /// Whether one of them is `ip`.
    pub fn has(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }

    /// Those that others can reach.
    pub fn public(&self) -> impl Iterator<Item = IpAddr> {
        self.0.iter().copied().filter(|ip| is_public(*ip))
    }

    /// Whether a router may stand between the world and this machine: it has no public IPv4 address of its own, so
    /// either one forwards to it (NAT) or IPv4 does not come here.
    pub fn may_be_behind_nat(&self) -> bool {
        !self.public().any(|ip| ip.is_ipv4())
    }
}

/// Whether an address means the same everywhere: RFC 6890, as far as people meet it.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64; // RFC 6598: behind a provider's NAT.
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
                || shared)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(v4.into()),
            None => {
                let documentation = v6.segments()[0] == 0x2001 && v6.segments()[1] == 0xdb8;
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
                    || v6.is_multicast()
                    || documentation)
            }
        },
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.is_loopback()
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// The address of every interface: `[::]`, which takes IPv4 too, or `0.0.0.0` where the kernel has no IPv6.
pub fn every_interface() -> IpAddr {
    match std::net::UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)) {
        Ok(_) => Ipv6Addr::UNSPECIFIED.into(),
        Err(_) => Ipv4Addr::UNSPECIFIED.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn addresses_that_mean_something_to_others() {
        for public in ["8.8.8.8", "100.63.0.1", "100.128.0.1", "172.32.0.1", "2a01:4f8::1", "::ffff:8.8.8.8"] {
            assert!(is_public(ip(public)), "{public}");
        }
        for here in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "192.0.2.1",
            "255.255.255.255",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(ip(here)), "{here}");
        }
    }

    #[test]
    fn what_is_for_this_machine_alone_is_left_out_and_the_rest_stands_in_order() {
        let all = ["fe80::1", "2a01:4f8::1", "10.0.0.5", "127.0.0.1", "::1", "8.8.8.8", "8.8.8.8", "fd00::1"];
        let found = Addresses::new(all.into_iter().map(ip));
        let shown: Vec<String> = found.all().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["8.8.8.8", "10.0.0.5", "2a01:4f8::1", "fd00::1"]);
        assert!(found.has(ip("10.0.0.5")) && !found.has(ip("10.0.0.6")));
        assert!(!found.may_be_behind_nat());
        assert!(Addresses::new([ip("10.0.0.5"), ip("2a01:4f8::1")]).may_be_behind_nat());
    }
}
