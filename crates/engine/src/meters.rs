//! What the way of a stanza counts, for whoever renders metrics.

use std::sync::atomic::{AtomicU64, Ordering};

parlour_domain::meters! {
    /// Counters since the start. Relaxed: each is right, two of them need not agree.
    pub struct Meters {
        /// Messages accepted from anybody.
        pub messages: Counter,
        /// Presences accepted from anybody.
        pub presences: Counter,
        /// Iqs accepted from anybody.
        pub iqs: Counter,
        /// Messages kept before they were delivered.
        pub kept: Counter,
        /// Messages that could not be kept and were bounced.
        pub keep_failed: Counter,
        /// Carbons delivered.
        pub carbons: Counter,
        /// Stanzas answered with an error.
        pub bounced: Counter,
        /// Payloads that only a server may send, taken out of what a client sent.
        pub stripped: Counter,
        /// Answers to requests that nobody made.
        pub stray_answers: Counter,
        /// Stanzas refused as their account had sent too many.
        pub over_limit: Counter,
        /// Presences that came too often: told later, or never as a newer one came.
        pub late_presences: Counter,
    }
}

impl Meters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

parlour_domain::meters! {
    /// What [`crate::events`] counts.
    pub struct EventMeters {
        /// Events of accounts' nodes given to clients.
        pub sent: Counter,
        /// Changes, and clients that came, for which there was no room: nobody was told.
        pub lost: Counter,
    }
}

impl EventMeters {
    /// Gives the number before.
    pub(crate) fn count(counter: &AtomicU64) -> u64 {
        counter.fetch_add(1, Ordering::Relaxed)
    }
}
