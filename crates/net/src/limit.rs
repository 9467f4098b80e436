//! How many connections one address may hold before they are authenticated.
//!
//! Each accepted connection holds a [`PendingGuard`]; its door releases it on authentication (or, for HTTP, when a
//! request is complete). A full prefix is refused at accept time, which costs us one `close`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::peer::AddrPrefix;

/// Counts pending connections per prefix and altogether; clones share the counts.
#[derive(Debug, Clone)]
pub struct PendingLimit(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    per_prefix: u32,
    total: u32,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    by_prefix: HashMap<AddrPrefix, u32>,
    total: u32,
}

impl PendingLimit {
    /// A limit of `per_prefix` connections for one prefix and `total` for all of them together.
    pub fn new(per_prefix: u32, total: u32) -> Self {
        Self(Arc::new(Shared { per_prefix, total, counts: Mutex::default() }))
    }

    /// Takes a place for `prefix`; `None` when it, or the whole server, has no more.
    pub fn enter(&self, prefix: AddrPrefix) -> Option<PendingGuard> {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.total >= self.0.total {
            return None;
        }
        let held = counts.by_prefix.entry(prefix).or_default();
        if *held >= self.0.per_prefix {
            // Only a limit of nought gets here with a fresh entry.
            if *held == 0 {
                counts.by_prefix.remove(&prefix);
            }
            return None;
        }
        *held += 1;
        counts.total += 1;
        Some(PendingGuard(Some((self.clone(), prefix))))
    }

    /// How many connections are pending now.
    pub fn pending(&self) -> u32 {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    fn leave(&self, prefix: AddrPrefix) {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total = counts.total.saturating_sub(1);
        if let Some(held) = counts.by_prefix.get_mut(&prefix) {
            *held -= 1;
            if *held == 0 {
                counts.by_prefix.remove(&prefix);
                // A flood leaves no big table behind.
                if counts.by_prefix.capacity() > 1024 && counts.by_prefix.len() < 64 {
                    counts.by_prefix.shrink_to(64);
                }
            }
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

    fn prefix(last: u8) -> AddrPrefix {
        AddrPrefix::V4([192, 0, 2, last].into())
    }

    #[test]
    fn attack_24_a_prefix_holds_no_more_than_its_share() {
        let limit = PendingLimit::new(2, 3);
        let mut first = limit.enter(prefix(1)).expect("there is room");
        let _second = limit.enter(prefix(1)).expect("there is room");
        assert!(limit.enter(prefix(1)).is_none(), "the prefix is full");
        let other = limit.enter(prefix(2)).expect("another prefix has room");
        assert!(limit.enter(prefix(3)).is_none(), "the server is full");
        first.release();
        first.release();
        assert_eq!(limit.pending(), 2);
        assert!(limit.enter(prefix(1)).is_some());
        drop(other);
        assert_eq!(limit.pending(), 1);
    }

    #[test]
    fn nothing_is_kept_for_those_who_left() {
        let limit = PendingLimit::new(0, 10);
        assert!(limit.enter(prefix(1)).is_none());
        let limit = PendingLimit::new(1, 10);
        drop(limit.enter(prefix(1)));
        let counts = limit.0.counts.lock().expect("not poisoned");
        assert!(counts.by_prefix.is_empty());
    }
}
