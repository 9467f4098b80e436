//! A bar before COMMIT, for tests: holds groups back, or makes them fail as a full disk would.
//!
//! With it a test shows that nothing is acknowledged before its commit.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::StoreError;

/// Shared between a test and the writer it opened. Open until told otherwise.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    held: bool,
    waiting: bool,
    failures: Vec<StoreError>,
    locked: bool,
    full: bool,
}

impl Gate {
    /// From now on no group is committed.
    pub fn hold(&self) {
        self.state().held = true;
    }

    /// Lets the waiting group and all later ones pass.
    pub fn release(&self) {
        self.state().held = false;
        self.0.1.notify_all();
    }

    /// Blocks until a group stands before the bar: its rules have run, its commit has not.
    pub fn until_waiting(&self) {
        let mut state = self.state();
        while !state.waiting {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes the next group fail with `error` instead of being committed.
    pub fn fail_next(&self, error: StoreError) {
        self.state().failures.push(error);
    }

    /// From now on no group can be begun, as while another process writes.
    pub fn lock(&self) {
        self.state().locked = true;
    }

    /// Groups can be begun again.
    pub fn unlock(&self) {
        self.state().locked = false;
    }

    /// Whether from now on the disk is full: a commit finds no room, but for what the reserve has given.
    pub fn fill(&self, full: bool) {
        self.state().full = full;
    }

    /// Stands where a transaction begins.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        if self.state().locked {
            // As long as SQLite tries.
            std::thread::park_timeout(super::BUSY_WRITER);
            return Err(StoreError::Locked);
        }
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        self.state().full
    }

    pub(super) fn pass(&self, in_reserve: bool) -> Result<(), StoreError> {
        let mut state = self.state();
        while state.held {
            state.waiting = true;
            self.0.1.notify_all();
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = false;
        if state.full && !in_reserve {
            return Err(StoreError::DiskFull);
        }
        state.failures.pop().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
