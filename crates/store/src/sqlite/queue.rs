//! What waits for the writer: bounded, and not for ever.
//!
//! Whatever the writer has not begun after its time is taken out again and refused, so a refusal is always true: nothing of
//! it was done. What was begun has no such bound; its outcome is awaited (`docs/design/slow-disks.md`).

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Meters;
use super::writer::Job;
use crate::StoreError;

/// What an operation is for: who is refused first when room or time is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Adds to what is kept. Refused at once while the disk is full.
    Growth,
    /// Makes room, shuts somebody out, or lets somebody in: may use the reserve.
    Upkeep,
    /// The server's own work, for which nobody waits and which is not asked for again: never late.
    Owed,
}

/// How much may wait, and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Operations. What is [`Need::Owed`] may go half as far again.
    pub(super) operations: usize,
    /// What they carry.
    pub(super) bytes: usize,
    /// How long one may wait before it is begun.
    pub(super) patience: Duration,
}

/// The operations that were handed over and not begun yet.
pub(super) struct Queue {
    state: Mutex<State>,
    // The writer waits here, and only the writer.
    work: Condvar,
    // Who looks for what is late.
    watch: Condvar,
    bounds: Bounds,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct State {
    jobs: VecDeque<(Instant, Box<dyn Job>)>,
    bytes: usize,
    writer_waits: bool,
    watch_waits: bool,
    closed: bool,
    ended: bool,
}

/// What the writer finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Something to do.
    Work,
    /// Nothing for the time that was named.
    Quiet,
    /// Nothing, and nothing will come.
    Closed,
}

impl Queue {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { state: Mutex::default(), work: Condvar::new(), watch: Condvar::new(), bounds }
    }

    /// Takes an operation, or gives it back with the reason.
    pub(super) fn push(&self, job: Box<dyn Job>) -> Result<(), (StoreError, Box<dyn Job>)> {
        let mut state = self.state();
        let Bounds { operations, bytes, .. } = self.bounds;
        let bound = if job.need() == Need::Owed { operations + operations / 2 } else { operations };
        if state.closed {
            return Err((StoreError::Closed, job));
        }
        if state.jobs.len() >= bound || (job.bytes() > 0 && state.bytes + job.bytes() > bytes) {
            return Err((StoreError::Busy { bound }, job));
        }
        state.bytes += job.bytes();
        state.jobs.push_back((Instant::now(), job));
        if std::mem::take(&mut state.writer_waits) {
            self.work.notify_one();
        } else if std::mem::take(&mut state.watch_waits) {
            // The writer is at something else: how long?
            self.watch.notify_one();
        }
        Ok(())
    }

    /// Waits for work, at most `quiet` where that is given.
    pub(super) fn next(&self, quiet: Option<Duration>) -> Next {
        let until = quiet.map(|quiet| Instant::now() + quiet);
        let mut state = self.state();
        loop {
            if !state.jobs.is_empty() {
                return Next::Work;
            }
            if state.closed {
                return Next::Closed;
            }
            state.writer_waits = true;
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => {
                    state.writer_waits = false;
                    return Next::Quiet;
                }
                Some(left) => self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.writer_waits = false;
        }
    }

    /// Takes the oldest, at most `most`: they are begun now.
    pub(super) fn take(&self, into: &mut Vec<Box<dyn Job>>, most: usize) {
        let mut state = self.state();
        let count = state.jobs.len().min(most);
        let from = into.len();
        into.extend(state.jobs.drain(..count).map(|(_, job)| job));
        state.bytes -= into.iter().skip(from).map(|job| job.bytes()).sum::<usize>();
    }

    /// The writer is held up before it has taken anything.
    pub(super) fn look(&self) {
        if std::mem::take(&mut self.state().watch_waits) {
            self.watch.notify_one();
        }
    }

    /// Takes no more; what waits is still done, or late.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.work.notify_one();
        self.watch.notify_one();
    }

    /// The writer has ended: nobody needs to look any more.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.watch.notify_one();
    }

    /// Refuses what is late, until the writer has ended. Sleeps while the writer keeps up.
    pub(super) fn watch(&self, meters: &Meters) {
        let mut slow = false;
        let mut calm = 0;
        loop {
            let (late, ended) = {
                let mut state = self.state();
                if calm > CALM && !state.ended {
                    state.watch_waits = true;
                    state = self.watch.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.watch_waits = false;
                    calm = 0;
                }
                if !state.ended {
                    state = self.watch.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
                }
                meters.waiting(state.jobs.len());
                calm = if state.jobs.is_empty() { calm + 1 } else { 0 };
                (state.late(self.bounds.patience), state.ended)
            };
            if ended {
                return;
            }
            if late.is_empty() {
                if slow && calm > 0 {
                    slow = false;
                    tracing::info!(target: "parlour::store", "the store keeps up again");
                }
                continue;
            }
            meters.late(late.len());
            if !slow {
                slow = true;
                tracing::error!(
                    target: "parlour::store",
                    patience = ?self.bounds.patience,
                    "the disk is slow, or another process holds the database: what waits too long is refused"
                );
            }
            for job in late {
                job.settle(Err(StoreError::Late { millis: millis(self.bounds.patience) }));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes out what has waited for so long. Nothing is owed any more by a store that closes.
    fn late(&mut self, patience: Duration) -> Vec<Box<dyn Job>> {
        let now = Instant::now();
        let oldest = self.jobs.front().map(|(since, _)| now.saturating_duration_since(*since));
        if oldest.is_none_or(|oldest| oldest < patience) {
            return Vec::new();
        }
        let (mut late, mut stays) = (Vec::new(), VecDeque::with_capacity(self.jobs.len()));
        for (since, job) in self.jobs.drain(..) {
            let is_late = now.saturating_duration_since(since) >= patience;
            if is_late && (self.closed || job.need() != Need::Owed) {
                self.bytes -= job.bytes();
                late.push(job);
            } else {
                stays.push_back((since, job));
            }
        }
        self.jobs = stays;
        late
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// How often is looked for what is late.
const TICK: Duration = Duration::from_millis(100);

/// So many looks at an empty queue, and the next waits for a writer that does not keep up.
const CALM: u32 = 50;
