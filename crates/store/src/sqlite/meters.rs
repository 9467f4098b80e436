//! What is asked of the store, counted: for `/metrics`, and for the test that the way of an
//! unstored stanza reads nothing.

use std::sync::atomic::Ordering;

parlour_domain::meters! {
    /// Counters since the store was opened. Relaxed: each is right, together they may be a moment apart.
    pub struct Meters {
        /// Questions asked.
        reads: Counter,
        /// Operations handed over.
        writes: Counter,
        /// Groups committed.
        commits: Counter,
        /// Groups that failed as a whole.
        failed_commits: Counter,
        /// Operations in the largest group so far.
        largest_group: Gauge,
        /// Operations that wait for the writer.
        waiting: Gauge,
        /// Operations refused since the writer did not come to them in time, or too many waited.
        late: Counter,
        /// 1 while the disk is full: what adds to the store is refused then.
        disk_full: Gauge,
        /// Operations refused since the disk was full.
        no_room: Counter,
    }
}

impl Meters {
    /// Questions asked.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Operations handed over.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Groups committed.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Groups that failed as a whole.
    pub fn failed_commits(&self) -> u64 {
        self.failed_commits.load(Ordering::Relaxed)
    }

    /// Operations in the largest group so far.
    pub fn largest_group(&self) -> u64 {
        self.largest_group.load(Ordering::Relaxed)
    }

    /// Operations refused since the writer did not come to them in time, or too many waited.
    pub fn refused_late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed) != 0
    }

    pub(super) fn waiting(&self, operations: usize) {
        self.waiting.store(u64::try_from(operations).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn late(&self, operations: usize) {
        self.late.fetch_add(u64::try_from(operations).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn disk_full(&self, full: bool) {
        self.disk_full.store(u64::from(full), Ordering::Relaxed);
    }

    pub(super) fn no_room(&self) {
        self.no_room.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn group(&self, operations: usize, committed: bool) {
        let counter = if committed { &self.commits } else { &self.failed_commits };
        counter.fetch_add(1, Ordering::Relaxed);
        self.largest_group.fetch_max(u64::try_from(operations).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
