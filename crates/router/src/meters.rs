//! What the router counts, for whoever renders metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start. Relaxed: each is right, two of them need not agree.
#[derive(Debug, Default)]
pub struct Meters {
    /// Resources signed in now.
    pub resources: AtomicU64,
    /// Resources bound since the start.
    pub binds: AtomicU64,
    /// Resources that were taken over by a newer client.
    pub conflicts: AtomicU64,
    /// Binds refused since the account had too many resources.
    pub resource_limits: AtomicU64,
    /// Stanzas queued for local resources.
    pub pushed: AtomicU64,
    /// Stanzas that a full or closed queue refused.
    pub refused: AtomicU64,
    /// Stanzas given to another domain or node.
    pub sent_out: AtomicU64,
}

impl Meters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
