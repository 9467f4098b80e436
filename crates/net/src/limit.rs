//! How many connections one address may hold before they are authenticated.
//!
//! An address (IPv4, or an IPv6 /64) has a limit of its own, the network around it (IPv4 /24, IPv6 /48) another, since
//! whoever rents addresses rents neighbours. Each accepted connection holds a [`PendingGuard`]; its door releases it on authentication (or, for HTTP, when a
//! request is complete). A full prefix is refused at accept time, which costs us one `close`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::options::LimitOptions;
use crate::peer::AddrPrefix;

/// Counts pending connections per prefix and altogether; clones share the counts.
#[derive(Debug, Clone)]
pub struct PendingLimit(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    per_prefix: u32,
    per_network: u32,
    total: u32,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    by_prefix: HashMap<AddrPrefix, u32>,
    by_network: HashMap<AddrPrefix, u32>,
    total: u32,
}

impl PendingLimit {
    /// The limits of `[limits]`.
    pub fn new(options: &LimitOptions) -> Self {
        Self(Arc::new(Shared {
            per_prefix: options.pending_per_address,
            per_network: options.pending_per_network,
            total: options.pending_total,
            counts: Mutex::default(),
        }))
    }

    /// Takes a place for `prefix`; `None` when it, its network, or the whole server has no more.
    pub fn enter(&self, prefix: AddrPrefix) -> Option<PendingGuard> {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |by: &HashMap<AddrPrefix, u32>, key| by.get(&key).copied().unwrap_or(0);
        let network = prefix.network();
        if counts.total >= self.0.total
            || held(&counts.by_prefix, prefix) >= self.0.per_prefix
            || held(&counts.by_network, network) >= self.0.per_network
        {
            return None;
        }
        counts.total += 1;
        *counts.by_prefix.entry(prefix).or_default() += 1;
        *counts.by_network.entry(network).or_default() += 1;
        Some(PendingGuard(Some((self.clone(), prefix))))
    }

    /// How many connections are pending now.
    pub fn pending(&self) -> u32 {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    fn leave(&self, prefix: AddrPrefix) {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total = counts.total.saturating_sub(1);
        lower(&mut counts.by_prefix, prefix);
        lower(&mut counts.by_network, prefix.network());
    }
}

fn lower(by: &mut HashMap<AddrPrefix, u32>, key: AddrPrefix) {
    let Some(held) = by.get_mut(&key) else { return };
    *held -= 1;
    if *held == 0 {
        by.remove(&key);
        // A flood leaves no big table behind.
        if by.capacity() > 1024 && by.len() < 64 {
            by.shrink_to(64);
        }
    }
}

/// A place among the pending connections, given back by [`PendingGuard::release`] or by dropping it.
#[derive(Debug)]
#[must_use = "dropping it gives the place back at once"]
pub struct PendingGuard(Option<(PendingLimit, AddrPrefix)>);

impl PendingGuard {
    /// A guard that holds no place.
    pub fn none() -> Self {
        Self(None)
    }

    /// Gives the place back: the peer has authenticated. A second call changes nothing.
    pub fn release(&mut self) {
        if let Some((limit, prefix)) = self.0.take() {
            limit.leave(prefix);
        }
    }
}

impl Drop for PendingGuard {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(per_prefix: u32, per_network: u32, total: u32) -> PendingLimit {
        PendingLimit::new(&LimitOptions {
            pending_per_address: per_prefix,
            pending_per_network: per_network,
            pending_total: total,
            pending_from_loopback: true,
        })
    }

    fn prefix(ip: &str) -> AddrPrefix {
        AddrPrefix::of(ip.parse().expect("an address"))
    }

    #[test]
    fn attack_24_an_address_holds_no_more_than_its_share() {
        let limit = limit(2, 9, 3);
        let mut first = limit.enter(prefix("192.0.2.1")).expect("there is room");
        let _second = limit.enter(prefix("192.0.2.1")).expect("there is room");
        assert!(limit.enter(prefix("192.0.2.1")).is_none(), "the address is full");
        let other = limit.enter(prefix("192.0.2.2")).expect("another address has room");
        assert!(limit.enter(prefix("192.0.2.3")).is_none(), "the server is full");
        first.release();
        first.release();
        assert_eq!(limit.pending(), 2);
        assert!(limit.enter(prefix("192.0.2.1")).is_some());
        drop(other);
        assert_eq!(limit.pending(), 1);
    }

    #[test]
    fn attack_116_networks_have_a_limit_too() {
        for [one, near, far] in
            [["192.0.2.1", "192.0.2.200", "192.0.3.1"], ["2001:db8:1:1::1", "2001:db8:1:ffff::1", "2001:db8:2:1::1"]]
        {
            let limit = limit(9, 1, 9);
            let held = limit.enter(prefix(one)).expect("there is room");
            assert!(limit.enter(prefix(near)).is_none(), "{near}: the network is full");
            assert!(limit.enter(prefix(far)).is_some(), "{far}: another network");
            drop(held);
            assert!(limit.enter(prefix(near)).is_some());
        }
    }

    #[test]
    fn nothing_is_kept_for_those_who_left() {
        let none = limit(0, 9, 9);
        assert!(none.enter(prefix("192.0.2.1")).is_none());
        let one = limit(1, 9, 9);
        drop(one.enter(prefix("192.0.2.1")));
        for limit in [none, one] {
            let counts = limit.0.counts.lock().expect("not poisoned");
            assert!(counts.by_prefix.is_empty() && counts.by_network.is_empty());
            assert_eq!(counts.total, 0);
        }
    }
}
