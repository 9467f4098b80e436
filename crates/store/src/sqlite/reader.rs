//! The threads that read, each with a read-only connection of its own: none waits for the writer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::StoreError;

/// One question.
pub(super) trait Question: Send {
    /// Asks and answers.
    fn answer(self: Box<Self>, conn: &Connection);
}

/// A question and where its answer goes.
pub(super) struct Read<T, F> {
    pub(super) work: F,
    pub(super) tell: oneshot::Sender<Result<T, StoreError>>,
    /// When nobody waits for it any more.
    pub(super) until: Instant,
}

impl<T, F> Question for Read<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn answer(self: Box<Self>, conn: &Connection) {
        let Self { work, tell, until } = *self;
        if Instant::now() > until {
            let late = StoreError::Late { millis: u64::try_from(super::PATIENCE.as_millis()).unwrap_or(u64::MAX) };
            return drop(tell.send(Err(late)));
        }
        let answer = catch_unwind(AssertUnwindSafe(|| snapshot(conn, work))).unwrap_or(Err(StoreError::Panicked));
        drop(tell.send(answer));
    }
}

/// All selects of one question see the same state. Nothing is written, so that there is nothing to commit.
fn snapshot<T>(conn: &Connection, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let _end = End(conn);
    work(conn)
}

/// Ends a snapshot, however its question ended.
struct End<'a>(&'a Connection);

impl Drop for End<'_> {
    fn drop(&mut self) {
        // One that fails has ended by itself, or the next question is told that it cannot begin.
        drop(self.0.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([])));
    }
}

/// Answers until every sender is gone.
pub(super) fn run(conn: &Connection, inbox: &Arc<Mutex<Receiver<Box<dyn Question>>>>) {
    loop {
        // The lock is held while waiting: one thread waits on the queue, the others on the lock.
        let next = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(question) = next else { return };
        question.answer(conn);
    }
}
