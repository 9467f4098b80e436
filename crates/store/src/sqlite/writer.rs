//! The one thread that writes: takes all that waits, one savepoint each, one commit for all.
//!
//! A ticket is resolved only after COMMIT returned; when COMMIT fails the whole group fails, the
//! refused ones too, since they may have been refused because of what now never happened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use parlour_domain::Outcome;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::on_its_way::Arrived;
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
    /// Tells the asker, after COMMIT returned or failed.
    fn settle(self: Box<Self>, commit: Result<(), StoreError>);
}

/// An act: load, decide, apply.
pub(super) struct ActJob<T, R, F> {
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

    fn settle(self: Box<Self>, commit: Result<(), StoreError>) {
        let Self { answer, tell, .. } = *self;
        drop(tell.send(commit.and_then(|()| answer.unwrap_or(Err(StoreError::Panicked)))));
    }
}

/// Runs until every sender is gone, then folds the log into the database file.
pub(super) fn run(
    conn: Connection,
    inbox: Receiver<Box<dyn Job>>,
    meters: &Meters,
    arrived: &Arrived,
    gate: Option<&Gate>,
) {
    let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
    let mut dirty = false;
    loop {
        let first = if dirty {
            match inbox.recv_timeout(IDLE) {
                Err(RecvTimeoutError::Timeout) => {
                    forget_arrived(&conn, arrived);
                    checkpoint(&conn, "PASSIVE");
                    dirty = false;
                    continue;
                }
                other => other.ok(),
            }
        } else {
            inbox.recv().ok()
        };
        let Some(first) = first else { break };
        group.push(first);
        while group.len() < GROUP
            && let Ok(next) = inbox.try_recv()
        {
            group.push(next);
        }
        let commit = write_group(&conn, &mut group, arrived, gate);
        meters.group(group.len(), commit.is_ok());
        if let Err(error) = &commit {
            tracing::error!(target: "parlour::store", operations = group.len(), %error, "a group was not kept");
        }
        for job in group.drain(..) {
            job.settle(commit.clone());
        }
        dirty = true;
    }
    forget_arrived(&conn, arrived);
    checkpoint(&conn, "TRUNCATE");
}

fn write_group(
    conn: &Connection,
    group: &mut [Box<dyn Job>],
    arrived: &Arrived,
    gate: Option<&Gate>,
) -> Result<(), StoreError> {
    let result = attempt(conn, group, arrived, gate);
    if result.is_err() && !conn.is_autocommit() {
        // Can itself fail only where SQLite has rolled back already.
        drop(conn.execute_batch("ROLLBACK"));
    }
    result
}

fn attempt(
    conn: &Connection,
    group: &mut [Box<dyn Job>],
    arrived: &Arrived,
    gate: Option<&Gate>,
) -> Result<(), StoreError> {
    exec(conn, "BEGIN IMMEDIATE")?;
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
        gate.pass()?;
    }
    exec(conn, "COMMIT")?;
    forgotten.for_good();
    Ok(())
}

/// A failure only means that messages are handed over once more should there be a crash.
fn forget_arrived(conn: &Connection, arrived: &Arrived) {
    if let Err(error) = arrived.forget_now(conn) {
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
    if let Err(error) = done {
        tracing::warn!(target: "parlour::store", %error, "the write-ahead log was not folded in");
    }
}

/// Most operations in one commit (measured: more brings nothing).
const GROUP: usize = 1024;

/// Quiet time after which the log is folded in, so that a checkpoint meets nobody.
const IDLE: Duration = Duration::from_millis(500);
