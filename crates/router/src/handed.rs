//! What of its account's offline storage a client was given already.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One word while there are none, as with nearly everybody; a set by itself has three.
type Rows = Option<Box<BTreeSet<i64>>>;

/// Rows of offline storage that one client was given, waiting or as a copy, and which may still be there. No more than may
/// wait for an account at a time, and those that were there before.
#[derive(Debug, Default)]
pub struct Handed(Mutex<Rows>);

impl Handed {
    /// Notes one. False where it was given that one already.
    pub fn add(&self, row: i64) -> bool {
        self.lock().get_or_insert_default().insert(row)
    }

    /// Whether it was given this one.
    pub fn has(&self, row: i64) -> bool {
        self.lock().as_ref().is_some_and(|rows| rows.contains(&row))
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
