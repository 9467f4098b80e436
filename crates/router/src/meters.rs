//! What the router counts, for whoever renders metrics.

use std::sync::atomic::{AtomicU64, Ordering};

parlour_domain::meters! {
    /// Counters since the start. Relaxed: each is right, two of them need not agree.
    pub struct Meters {
        /// Resources signed in now.
        pub resources: Gauge,
        /// Resources bound since the start.
        pub binds: Counter,
        /// Resources that were taken over by a newer client.
        pub conflicts: Counter,
        /// Binds refused since the account had too many resources.
        pub resource_limits: Counter,
        /// Stanzas queued for local resources.
        pub pushed: Counter,
        /// Stanzas that a full or closed queue refused.
        pub refused: Counter,
        /// Stanzas given to another domain or node.
        pub sent_out: Counter,
    }
}

impl Meters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
