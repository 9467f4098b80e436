//! What the way of a stanza counts, for whoever renders metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start. Relaxed: each is right, two of them need not agree.
#[derive(Debug, Default)]
pub struct Meters {
    /// Messages accepted from anybody.
    pub messages: AtomicU64,
    /// Presences accepted from anybody.
    pub presences: AtomicU64,
    /// Iqs accepted from anybody.
    pub iqs: AtomicU64,
    /// Messages kept before they were delivered.
    pub kept: AtomicU64,
    /// Messages that could not be kept and were bounced.
    pub keep_failed: AtomicU64,
    /// Carbons delivered.
    pub carbons: AtomicU64,
    /// Stanzas answered with an error.
    pub bounced: AtomicU64,
    /// Payloads that only a server may send, taken out of what a client sent.
    pub stripped: AtomicU64,
    /// Answers to requests that nobody made.
    pub stray_answers: AtomicU64,
}

impl Meters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
