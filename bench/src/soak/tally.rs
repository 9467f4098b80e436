//! What was done, and what nobody should have met.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum Did {
    SignedIn,
    Wrote,
    Synced,
    Registered,
    SawPage,
    UsedSocket,
    Flooded,
    WasRefused,
    ReadNothing,
    SaidHalf,
    SaidNonsense,
}

const WORDS: [&str; 11] = [
    "sign-ins",
    "messages",
    "archive pages",
    "registrations",
    "web pages",
    "WebSockets",
    "floods",
    "told to wait",
    "slow readers",
    "half headers",
    "bad XML",
];

/// Counted over the whole run.
#[derive(Debug, Default)]
pub struct Tally {
    done: [AtomicU64; 11],
    complaints: Mutex<Vec<String>>,
    round_trips: Mutex<Vec<Duration>>,
}

impl Tally {
    pub fn count(&self, did: Did) {
        self.add(did, 1);
    }

    pub fn add(&self, did: Did, n: u64) {
        self.done[did as usize].fetch_add(n, Ordering::Relaxed);
    }

    /// Somebody met what they should not have.
    pub fn complain(&self, who: &str, error: &anyhow::Error) {
        let mut all = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        // The first ones say enough.
        if all.len() < 20 {
            all.push(format!("{who}: {error:#}"));
        }
    }

    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long a word of the quiet pair took.
    pub fn took(&self, span: Duration) {
        self.round_trips.lock().unwrap_or_else(PoisonError::into_inner).push(span);
    }

    /// Those since the last look, sorted.
    pub fn round_trips(&self) -> Vec<Duration> {
        let mut all = std::mem::take(&mut *self.round_trips.lock().unwrap_or_else(PoisonError::into_inner));
        all.sort_unstable();
        all
    }

    pub fn summary(&self) -> String {
        let each = WORDS.iter().zip(&self.done).map(|(word, n)| format!("{} {word}", n.load(Ordering::Relaxed)));
        each.collect::<Vec<_>>().join(", ")
    }
}
