//! For drills: what another program that has the database open may do to it.

use std::path::Path;

use rusqlite::Connection;

use crate::StoreError;

/// The write lock of a database, held as a shell with an open transaction holds it. Dropped, it is given back and nothing
/// has changed.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "its transaction is what is held")] Connection);

/// Takes the write lock of a database that a server has open.
///
/// # Errors
/// SQLite's.
pub fn hold(path: &Path) -> Result<Held, StoreError> {
    let conn = Connection::open(path)?;
    super::prepare(&conn)?;
    conn.execute_batch("BEGIN IMMEDIATE")?;
    Ok(Held(conn))
}
