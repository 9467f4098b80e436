//! What all queues of a server may hold together, so that many slow clients at once do not fill its memory.
//!
//! Only what a queue holds beyond [`FREE_BYTES`] is counted: most queues are shorter and touch no shared counter, and are
//! never refused anything for what others hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What long queues hold, and may hold, in bytes.
#[derive(Debug)]
pub struct Budget {
    used: AtomicUsize,
    max: AtomicUsize,
}

impl Default for Budget {
    /// Without an end.
    fn default() -> Self {
        Self { used: AtomicUsize::new(0), max: AtomicUsize::new(usize::MAX) }
    }
}

impl Budget {
    /// How much there may be from here on.
    pub fn set_max(&self, bytes: usize) {
        self.max.store(bytes, Ordering::Relaxed);
    }

    /// How much there is.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// One queue's part of a budget; given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct Part {
    of: Option<Arc<Budget>>,
    taken: usize,
}

impl Part {
    pub(crate) fn of(budget: &Arc<Budget>) -> Self {
        Self { of: Some(Arc::clone(budget)), taken: 0 }
    }

    /// Whether a queue may come to hold so much.
    pub(crate) fn allows(&self, bytes: usize) -> bool {
        let over = bytes.saturating_sub(FREE_BYTES);
        // About: what others take at this very moment is not seen, and is small.
        over <= self.taken
            || self
                .of
                .as_ref()
                .is_none_or(|budget| budget.used() + (over - self.taken) <= budget.max.load(Ordering::Relaxed))
    }

    /// The queue holds so much now.
    pub(crate) fn settle(&mut self, bytes: usize) {
        let over = bytes.saturating_sub(FREE_BYTES);
        if over == self.taken {
            return;
        }
        if let Some(budget) = &self.of {
            if over > self.taken {
                budget.used.fetch_add(over - self.taken, Ordering::Relaxed);
            } else {
                budget.used.fetch_sub(self.taken - over, Ordering::Relaxed);
            }
            self.taken = over;
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.settle(0);
    }
}

/// What each queue may hold whatever others hold: a busy moment of a client that reads.
pub const FREE_BYTES: usize = 64 * 1024;
