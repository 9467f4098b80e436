//! Archived messages that are on their way to a client, so that a crash does not end it.
//!
//! A row is noted with its message and forgotten once a client has it: together with the next commit, or when the writer
//! has nothing to do, so that nothing is written for that alone. A crash in between hands a message over once more,
//! under the same ids.
//!
//! Spec: XEP-0198 v1.6.3 §4 (an acknowledgement takes responsibility).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::HostName;
use parlour_domain::archive::ArchiveId;
use rusqlite::{Connection, params};

use super::{HostId, Tx, host_id};
use crate::StoreError;

/// What clients have taken and the store has not forgotten yet. Bounded by what was noted, as each commit empties it.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrived(Arc<Mutex<List>>);

type List = Vec<(HostName, Vec<ArchiveId>)>;

impl Arrived {
    /// Clients have these.
    pub(super) fn add(&self, host: HostName, ids: Vec<ArchiveId>) {
        self.lock().push((host, ids));
    }

    /// Forgets them in the running transaction; gives what has to be forgotten again should it fail.
    pub(super) fn forget(&self, tx: &Tx) -> Result<Forgotten, StoreError> {
        let taken = Forgotten { list: self.clone(), what: std::mem::take(&mut *self.lock()) };
        let mut last: Option<(&HostName, Option<HostId>)> = None;
        for (host, ids) in &taken.what {
            let row = match last {
                Some((same, row)) if same == host => row,
                _ => match host_id(tx, host) {
                    Ok(row) => Some(row),
                    // Its rows went with it.
                    Err(StoreError::UnknownHost { .. }) => None,
                    Err(error) => return Err(error),
                },
            };
            last = Some((host, row));
            if let Some(row) = row {
                for id in ids {
                    forget(tx, row, *id)?;
                }
            }
        }
        Ok(taken)
    }

    /// Forgets them in a transaction of their own.
    pub(super) fn forget_now(&self, conn: &Connection) -> Result<(), StoreError> {
        if self.lock().is_empty() {
            return Ok(());
        }
        let tx = conn.unchecked_transaction()?;
        let forgotten = self.forget(&tx)?;
        tx.commit()?;
        forgotten.for_good();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgotten in a transaction whose end is not known; back in the list unless it is told to be [`Self::for_good`].
pub(super) struct Forgotten {
    list: Arrived,
    what: List,
}

impl Forgotten {
    /// The transaction is committed.
    pub(super) fn for_good(mut self) {
        self.what.clear();
    }
}

impl Drop for Forgotten {
    fn drop(&mut self) {
        self.list.lock().append(&mut self.what);
    }
}

/// Notes a row.
pub(super) fn note(tx: &Tx, host: HostId, id: ArchiveId) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO on_its_way (host, id) VALUES (?1, ?2)")?.execute(params![host, id.0])?;
    Ok(())
}

/// Whether somebody's client is still to take it.
pub(super) fn is(tx: &Tx, host: HostId, id: ArchiveId) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached("SELECT 1 FROM on_its_way WHERE host = ?1 AND id = ?2")?.exists(params![host, id.0])?)
}

/// It has arrived, or waits.
pub(super) fn forget(tx: &Tx, host: HostId, id: ArchiveId) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM on_its_way WHERE host = ?1 AND id = ?2")?.execute(params![host, id.0])?;
    Ok(())
}

/// What a crash has cut off waits for the next client. Before anything else is done with a database.
///
/// # Errors
/// SQLite's own.
pub(super) fn recover(conn: &mut Connection) -> Result<(), StoreError> {
    let tx = conn.transaction()?;
    let waiting = tx.execute(WAIT_AGAIN, [])?;
    tx.execute("DELETE FROM on_its_way", [])?;
    tx.commit()?;
    if waiting > 0 {
        tracing::info!(target: "parlour::store", messages = waiting, "cut off on their way, now waiting");
    }
    Ok(())
}

/// An id is one of all hosts. Without a word that ties the inner to the outer, or the inner is asked anew for each message
/// there is: that took ten seconds after an hour of load.
const WAIT_AGAIN: &str = "UPDATE archive SET offline = 1 WHERE id IN (SELECT id FROM on_its_way)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::migrate;

    #[test]
    fn coming_back_looks_at_what_was_on_its_way_and_at_nothing_else() {
        let mut conn = Connection::open_in_memory().expect("a database");
        migrate::migrate(&mut conn).expect("tables");
        let mut asked = conn.prepare(&format!("EXPLAIN QUERY PLAN {WAIT_AGAIN}")).expect("SQL");
        let plan = asked.query_map([], |row| row.get::<_, String>("detail")).expect("a plan");
        let plan: Vec<String> = plan.collect::<Result<_, _>>().expect("a plan");
        assert!(plan.iter().any(|step| step.starts_with("SEARCH archive USING INTEGER PRIMARY KEY")), "{plan:?}");
        assert!(!plan.iter().any(|step| step.contains("CORRELATED") || step.starts_with("SCAN archive")), "{plan:?}");
    }
}
