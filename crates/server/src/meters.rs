//! What the doors count, for whoever renders metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start, and what is open now.
#[derive(Debug, Default)]
pub struct Meters {
    /// Client connections taken.
    pub accepted: AtomicU64,
    /// Clients signed in.
    pub signed_in: AtomicU64,
    /// Failed attempts to sign in.
    pub auth_failed: AtomicU64,
    /// Streams ended by us with a stream error.
    pub stream_errors: AtomicU64,
    /// Sessions resumed.
    pub resumed: AtomicU64,
    /// Sessions that wait to be resumed now.
    pub parked: AtomicU64,
    /// Bytes read from clients that are signed in.
    pub bytes_in: AtomicU64,
    /// Bytes written to clients that are signed in.
    pub bytes_out: AtomicU64,
}

impl Meters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add(counter: &AtomicU64, n: usize) {
        counter.fetch_add(n as u64, Ordering::Relaxed);
    }
}
