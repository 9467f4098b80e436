//! The one thread that writes: takes all that waits, one savepoint each, one commit for all.
//!
//! Nothing is taken before its transaction has begun, so that what another process holds up can still be refused as late.
//! When a commit finds no room the store is *full*: [`super::reserve`] says what follows.
//!
//! A ticket is resolved only after COMMIT returned; when COMMIT fails the whole group fails, the
//! refused ones too, since they may have been refused because of what now never happened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parlour_domain::Outcome;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::on_its_way::Arrived;
use super::queue::{Need, Next, Queue};
use super::reserve::Reserve;
use super::{Gate, Meters};
use crate::{ActError, After, Committed, StoreError};

/// One operation on its way through the writer.
pub(super) trait Job: Send {
    /// Does the work inside the group's transaction; false asks for its savepoint to be undone.
    fn run(&mut self, tx: &Connection) -> bool;
    /// Adds rows and decides nothing, and may be run again: several share a savepoint.
    fn is_append(&self) -> bool {
        false
    }
    /// What it is for.
    fn need(&self) -> Need;
    /// What it carries beside itself, where peers decide how much.
    fn bytes(&self) -> usize {
        0
    }
    /// It failed by itself for want of room, whatever becomes of the group.
    fn found_no_room(&self) -> bool {
        false
    }
    /// Tells the asker, after COMMIT returned or failed.
    fn settle(self: Box<Self>, commit: Result<(), StoreError>);
}

/// An act: load, decide, apply.
pub(super) struct ActJob<T, R, F> {
    pub(super) need: Need,
    pub(super) work: Option<F>,
    pub(super) done: Option<Result<Outcome<T>, ActError<R>>>,
    pub(super) after: Option<After>,
    pub(super) tell: oneshot::Sender<Result<Committed<T>, ActError<R>>>,
}

impl<T, R, F> Job for ActJob<T, R, F>
where
    T: Send,
    R: Send,
    F: FnOnce(&Connection) -> Result<Outcome<T>, ActError<R>> + Send,
{
    fn run(&mut self, tx: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let done = catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or(Err(ActError::Failed(StoreError::Panicked)));
        let keep = done.is_ok();
        self.done = Some(done);
        keep
    }

    fn need(&self) -> Need {
        self.need
    }

    fn found_no_room(&self) -> bool {
        matches!(self.done, Some(Err(ActError::Failed(StoreError::DiskFull))))
    }

    fn settle(self: Box<Self>, commit: Result<(), StoreError>) {
        if let (Ok(()), Some(Ok(outcome)), Some(after)) = (&commit, &self.done, self.after)
            && !outcome.changes.is_empty()
            && catch_unwind(AssertUnwindSafe(|| after(&outcome.changes))).is_err()
        {
            tracing::error!(target: "parlour::store", "what was to follow a commit panicked");
        }
        let outcome = match (commit, self.done) {
            (Err(error), _) => Err(ActError::Failed(error)),
            (Ok(()), Some(Ok(outcome))) => Ok(Committed::new(outcome.out, outcome.changes)),
            (Ok(()), Some(Err(error))) => Err(error),
            (Ok(()), None) => Err(ActError::Failed(StoreError::Panicked)),
        };
        // Nobody listening is fine: dropping a ticket does not cancel.
        drop(self.tell.send(outcome));
    }
}

/// A plain append, and who hears of it.
pub(super) struct Append<T, F, G> {
    pub(super) bytes: usize,
    pub(super) work: F,
    pub(super) done: Option<Result<T, StoreError>>,
    pub(super) then: G,
}

impl<T, F, G> Job for Append<T, F, G>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, StoreError> + Send,
    G: FnOnce(Result<Committed<T>, StoreError>) + Send,
{
    fn run(&mut self, tx: &Connection) -> bool {
        let done = catch_unwind(AssertUnwindSafe(|| (self.work)(tx))).unwrap_or(Err(StoreError::Panicked));
        let keep = done.is_ok();
        self.done = Some(done);
        keep
    }

    fn is_append(&self) -> bool {
        true
    }

    fn need(&self) -> Need {
        Need::Growth
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn found_no_room(&self) -> bool {
        matches!(self.done, Some(Err(StoreError::DiskFull)))
    }

    fn settle(self: Box<Self>, commit: Result<(), StoreError>) {
        let Self { done, then, .. } = *self;
        let outcome = commit.and_then(|()| done.unwrap_or(Err(StoreError::Panicked)));
        let outcome = outcome.map(|out| Committed::new(out, Vec::new()));
        if catch_unwind(AssertUnwindSafe(|| then(outcome))).is_err() {
            tracing::error!(target: "parlour::store", "what was to follow a commit panicked");
        }
    }
}

/// A question that travels with the operations, where there are no readers.
pub(super) struct Passenger<T, F> {
    work: Option<F>,
    answer: Option<Result<T, StoreError>>,
    tell: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Passenger<T, F> {
    pub(super) fn new(work: F, tell: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Self { work: Some(work), answer: None, tell }
    }
}

impl<T, F> Job for Passenger<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, tx: &Connection) -> bool {
        if let Some(work) = self.work.take() {
            let answer = catch_unwind(AssertUnwindSafe(|| work(tx)));
            self.answer = Some(answer.unwrap_or(Err(StoreError::Panicked)));
        }
        false
    }

    fn need(&self) -> Need {
        Need::Upkeep
    }

    fn settle(self: Box<Self>, commit: Result<(), StoreError>) {
        let Self { answer, tell, .. } = *self;
        drop(tell.send(commit.and_then(|()| answer.unwrap_or(Err(StoreError::Panicked)))));
    }
}

/// What the writer works with.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) queue: Arc<Queue>,
    pub(super) meters: Arc<Meters>,
    pub(super) arrived: Arrived,
    pub(super) gate: Option<Gate>,
    // None in memory.
    pub(super) reserve: Option<Reserve>,
}

impl Writer {
    /// Runs until the queue is closed and empty, then folds the log into the database file.
    pub(super) fn run(self) {
        let Self { conn, queue, meters, arrived, gate, reserve } = &self;
        let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
        let mut dirty = false;
        let mut looked = Instant::now();
        // Whoever is started on a full disk may find room in the log as it is, and be without a reserve all the same.
        let mut lacking = reserve.as_ref().is_some_and(|reserve| !reserve.stands());
        loop {
            let full = meters.is_disk_full();
            let looking = full || lacking;
            match queue.next((dirty || looking).then_some(if looking { LOOK } else { IDLE })) {
                Next::Closed => break,
                Next::Quiet => {
                    if dirty {
                        forget_arrived(conn, arrived);
                        checkpoint(conn, "PASSIVE");
                        dirty = false;
                    }
                }
                Next::Work => {
                    let begun = begin(conn, gate.as_ref());
                    if begun == Err(StoreError::Locked) {
                        // Whoever waits too long for it is told so meanwhile.
                        queue.look();
                        continue;
                    }
                    queue.take(&mut group, GROUP);
                    if full {
                        // What came before it was known.
                        let growth = group.extract_if(.., |job| job.need() == Need::Growth).collect::<Vec<_>>();
                        for job in growth {
                            meters.no_room();
                            job.settle(Err(StoreError::DiskFull));
                        }
                    }
                    let commit = begun.and_then(|()| attempt(conn, &mut group, arrived, gate.as_ref(), full));
                    if commit.is_err() && !conn.is_autocommit() {
                        // Can itself fail only where SQLite has rolled back already.
                        drop(conn.execute_batch("ROLLBACK"));
                    }
                    meters.group(group.len(), commit.is_ok());
                    match &commit {
                        Err(StoreError::DiskFull) => self.no_room(),
                        Err(error) => {
                            let operations = group.len();
                            tracing::error!(target: "parlour::store", operations, %error, "a group was not kept");
                        }
                        Ok(()) if group.iter().any(|job| job.found_no_room()) => self.no_room(),
                        Ok(()) => {}
                    }
                    for job in group.drain(..) {
                        job.settle(commit.clone());
                    }
                    dirty = true;
                }
            }
            if looking && looked.elapsed() < LOOK {
                continue;
            }
            looked = Instant::now();
            let still = gate.as_ref().is_some_and(Gate::is_full);
            if looking && !still && reserve.as_ref().is_some_and(|reserve| reserve.is_affordable(conn)) {
                lacking = false;
                meters.disk_full(false);
                tracing::info!(target: "parlour::store", "there is room on the disk again: everything is taken");
            }
        }
        forget_arrived(conn, arrived);
        checkpoint(conn, "TRUNCATE");
    }

    /// From now on only what makes room is taken, with the room that was set aside for it.
    fn no_room(&self) {
        let Some(reserve) = &self.reserve else {
            tracing::error!(target: "parlour::store", "the disk is full");
            return;
        };
        if self.meters.is_disk_full() {
            return;
        }
        self.meters.disk_full(true);
        tracing::error!(
            target: "parlour::store", reserve = reserve.size(),
            "the disk is full: new messages, accounts and invites are refused. Make room; no restart is needed"
        );
        reserve.give_up();
        // The log begins anew where it can, instead of growing into what was set aside.
        checkpoint(&self.conn, "PASSIVE");
    }
}

/// Begins a group's transaction.
fn begin(conn: &Connection, gate: Option<&Gate>) -> Result<(), StoreError> {
    if let Some(gate) = gate {
        gate.begin()?;
    }
    exec(conn, "BEGIN IMMEDIATE")
}

fn attempt(
    conn: &Connection,
    group: &mut [Box<dyn Job>],
    arrived: &Arrived,
    gate: Option<&Gate>,
    full: bool,
) -> Result<(), StoreError> {
    for run in group.chunk_by_mut(|a, b| a.is_append() && b.is_append()) {
        // One that fails takes the rows of all with it; then each gets a savepoint of its own.
        if !together(conn, run)? && run.len() > 1 {
            for job in run.chunks_mut(1) {
                together(conn, job)?;
            }
        }
    }
    let forgotten = arrived.forget(conn)?;
    if let Some(gate) = gate {
        gate.pass(full)?;
    }
    exec(conn, "COMMIT")?;
    forgotten.for_good();
    Ok(())
}

/// A failure only means that messages are handed over once more should there be a crash.
fn forget_arrived(conn: &Connection, arrived: &Arrived) {
    if let Err(error) = arrived.forget_now(conn)
        && !error.is_passing()
    {
        tracing::warn!(target: "parlour::store", %error, "what has arrived was not noted");
    }
}

/// Runs operations in one savepoint, all or none; false where it was none.
fn together(conn: &Connection, run: &mut [Box<dyn Job>]) -> Result<bool, StoreError> {
    exec(conn, "SAVEPOINT op")?;
    let mut keep = true;
    for job in run {
        keep = job.run(conn);
        if conn.is_autocommit() {
            // A full disk or an IO error made SQLite undo the transaction itself.
            return Err(StoreError::DiskFull);
        }
        if !keep {
            exec(conn, "ROLLBACK TO op")?;
            break;
        }
    }
    exec(conn, "RELEASE op")?;
    Ok(keep)
}

fn exec(conn: &Connection, sql: &str) -> Result<(), StoreError> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn checkpoint(conn: &Connection, mode: &str) {
    // The answer says how far it came; what is left is done next time.
    let done = conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
    if let Err(error) = done.map_err(StoreError::from)
        && !error.is_passing()
    {
        tracing::warn!(target: "parlour::store", %error, "the write-ahead log was not folded in");
    }
}

/// Most operations in one commit (measured: more brings nothing).
const GROUP: usize = 1024;

/// Quiet time after which the log is folded in, so that a checkpoint meets nobody.
const IDLE: Duration = Duration::from_millis(500);

/// How often it is looked for room while the disk is full.
const LOOK: Duration = Duration::from_millis(500);
