//! Brings a database of any earlier version up to this program's.
//!
//! Each step is one SQL file, run once in one transaction with the new `user_version`. A released
//! step is never edited; a new one is added at the end.

use rusqlite::Connection;

use crate::StoreError;

/// The version a database has once every step ran.
pub(super) fn newest() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// The version a database has.
pub(super) fn version(conn: &Connection) -> Result<u32, StoreError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Runs the steps that are missing; returns the version found before.
///
/// # Errors
/// [`StoreError::TooNew`] for a database of a later program; SQLite's own. A step that fails leaves
/// the database at the version before it.
pub(super) fn migrate(conn: &mut Connection) -> Result<u32, StoreError> {
    up_to(conn, newest())
}

/// Runs those that are missing up to `target`.
pub(super) fn up_to(conn: &mut Connection, target: u32) -> Result<u32, StoreError> {
    let found = version(conn)?;
    if found > newest() {
        return Err(StoreError::TooNew { found, known: newest() });
    }
    for (number, step) in (1..=target).zip(STEPS).filter(|(number, _)| *number > found) {
        let tx = conn.transaction()?;
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(found)
}

/// In order; the first makes version 1.
const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_people.sql"),
    include_str!("../../migrations/0002_invites.sql"),
    include_str!("../../migrations/0003_contacts.sql"),
    include_str!("../../migrations/0004_archive.sql"),
    include_str!("../../migrations/0005_on_its_way.sql"),
    include_str!("../../migrations/0006_api_keys.sql"),
    include_str!("../../migrations/0007_invite_lists.sql"),
    include_str!("../../migrations/0008_group_contacts.sql"),
    include_str!("../../migrations/0009_once.sql"),
    include_str!("../../migrations/0010_pubsub.sql"),
    include_str!("../../migrations/0011_pictures.sql"),
    include_str!("../../migrations/0012_push.sql"),
    include_str!("../../migrations/0013_devices.sql"),
    include_str!("../../migrations/0014_archive_prefs.sql"),
    include_str!("../../migrations/0015_push_devices.sql"),
    include_str!("../../migrations/0016_owners.sql"),
    include_str!("../../migrations/0017_account_counts.sql"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_reaches_the_newest() {
        for start in 0..=newest() {
            let mut conn = Connection::open_in_memory().expect("memory");
            up_to(&mut conn, start).expect("the earlier program's schema");
            assert_eq!(migrate(&mut conn), Ok(start));
            assert_eq!(version(&conn), Ok(newest()));
        }
    }

    #[test]
    fn a_later_programs_database_is_left_alone() {
        let mut conn = Connection::open_in_memory().expect("memory");
        conn.pragma_update(None, "user_version", newest() + 1).expect("set");
        assert_eq!(migrate(&mut conn), Err(StoreError::TooNew { found: newest() + 1, known: newest() }));
    }

    /// Nothing is shared between hosts, so every table and every key begins with the host.
    #[test]
    fn every_key_begins_with_the_host() {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate(&mut conn).expect("migrates");
        let mut tables = conn
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'host'",
            )
            .expect("schema");
        let tables: Vec<String> =
            tables.query_map([], |row| row.get(0)).expect("tables").map(|row| row.expect("a name")).collect();
        assert!(!tables.is_empty());
        for table in tables {
            let has_host: bool = conn
                .query_row(
                    "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'host' AND \"notnull\"",
                    [&table],
                    |r| r.get(0),
                )
                .expect("columns");
            assert!(has_host, "{table} has no host");
            let mut keys = conn
                .prepare(
                    "SELECT l.name, i.name FROM pragma_index_list(?1) l JOIN pragma_index_info(l.name) i ON i.seqno = 0",
                )
                .expect("indexes");
            let keys: Vec<(String, String)> = keys
                .query_map([&table], |row| Ok((row.get(0)?, row.get(1)?)))
                .expect("indexes")
                .map(|row| row.expect("an index"))
                .collect();
            assert!(!keys.is_empty(), "{table} has no key but its row number");
            for (index, first) in keys {
                assert_eq!(first, "host", "{index} of {table}");
            }
        }
    }
}
