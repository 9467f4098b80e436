//! What the doors count, for whoever renders metrics.

use std::sync::atomic::{AtomicU64, Ordering};

parlour_domain::meters! {
    /// Counters since the start, and what is open now.
    pub struct Meters {
        /// Client connections taken.
        pub accepted: Counter,
        /// Clients signed in.
        pub signed_in: Counter,
        /// Failed attempts to sign in.
        pub auth_failed: Counter,
        /// Streams ended by us with a stream error.
        pub stream_errors: Counter,
        /// Sessions resumed.
        pub resumed: Counter,
        /// Sessions that wait to be resumed now.
        pub parked: Gauge,
        /// Times a client sent faster than it may, and reading from it waited.
        pub paused: Counter,
        /// Bytes read from clients that are signed in.
        pub bytes_in: Counter,
        /// Bytes written to clients that are signed in.
        pub bytes_out: Counter,
    }
}

impl Meters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add(counter: &AtomicU64, n: usize) {
        counter.fetch_add(n as u64, Ordering::Relaxed);
    }
}
