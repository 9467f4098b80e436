//! Requests that are done once, in SQLite.

use parlour_domain::limits::{DAY, STEP_ROWS};
use parlour_domain::{Change, HostName, Millis};
use rusqlite::{OptionalExtension, params};

use super::{HostId, Tx, host_id};
use crate::StoreError;
use crate::once::{Repeated, Request, made};

/// Whether it was done before.
///
/// # Errors
/// [`StoreError::Repeated`] where it was, [`StoreError::Reused`] where another one was with the same key.
pub(super) fn look(tx: &Tx, request: &Request) -> Result<(), StoreError> {
    let found: Option<(Vec<u8>, String)> = tx
        .prepare_cached("SELECT fingerprint, made FROM once WHERE host = ?1 AND key = ?2 AND at > ?3")?
        .query_row(params![owner(tx, request)?, request.key, request.at.saturating_sub(KEEP)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match found {
        None => Ok(()),
        Some((fingerprint, made)) if fingerprint == request.fingerprint => {
            Err(StoreError::Repeated(Repeated::new(made)))
        }
        Some(_) => Err(StoreError::Reused),
    }
}

/// It is done now.
pub(super) fn note(tx: &Tx, request: &Request, changes: &[Change]) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT OR REPLACE INTO once (host, key, fingerprint, made, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![owner(tx, request)?, request.key, request.fingerprint, made(changes), request.at])?;
    Ok(())
}

/// Forgets some that are older than a day; answers how many.
pub(super) fn sweep(tx: &Tx, host: HostId, now: Millis) -> Result<usize, StoreError> {
    Ok(tx
        .prepare_cached(
            "DELETE FROM once WHERE host = ?1 AND rowid IN (SELECT rowid FROM once WHERE host = ?1 AND at <= ?2 LIMIT ?3)",
        )?
        .execute(params![host, now.saturating_sub(KEEP), STEP_ROWS])?)
}

fn owner(tx: &Tx, request: &Request) -> Result<HostId, StoreError> {
    request.host.as_ref().map_or(Ok(HostId(0)), |host: &HostName| host_id(tx, host))
}

/// How long a key is remembered.
const KEEP: Millis = DAY;
