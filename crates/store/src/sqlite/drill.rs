//! For drills: what other programs may do to a database, and what earlier ones of ours have left.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::migrate;
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

/// Makes a database as a program that knew the first `version` steps (4 at least) would have left it, with `rows` invites and
/// in proportion accounts, contacts, groups and messages of `example.test`.
///
/// # Errors
/// SQLite's.
pub fn earlier(path: &Path, version: u32, rows: u64) -> Result<(), StoreError> {
    let mut conn = Connection::open(path)?;
    super::prepare(&conn)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    migrate::up_to(&mut conn, 4)?;
    let (few, some) = ((rows / 100).max(10), (rows / 10).max(10));
    let tx = conn.transaction()?;
    for (count, insert) in ROWS {
        let count = match *count {
            "1" => 1,
            "few" => few,
            "some" => some,
            _ => rows,
        };
        tx.execute(
            &format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) {}",
                insert.replace("FEW", &few.to_string())
            ),
            [],
        )?;
    }
    tx.commit()?;
    migrate::up_to(&mut conn, version)?;
    Ok(())
}

/// Rows of what there was at version 4: how many, and from which number `i` each is made.
const ROWS: &[(&str, &str)] = &[
    ("1", "INSERT INTO host (id, domain, created, options) SELECT i, 'example.test', 1, '{}' FROM n"),
    (
        "few",
        "INSERT INTO account (id, host, name, looks, role, created) \
         SELECT i, 1, 'p' || i, 'p' || i, 'member', 1700000000000 + i FROM n",
    ),
    ("few", "INSERT INTO password_key (host, account, kind, sealed) SELECT 1, i, 'SCRAM-SHA-256', zeroblob(96) FROM n"),
    ("few", "INSERT INTO password_key (host, account, kind, sealed) SELECT 1, i, 'SCRAM-SHA-1', zeroblob(96) FROM n"),
    ("few", "INSERT INTO roster (host, account, version) SELECT 1, i, 1 FROM n"),
    (
        "few",
        "INSERT INTO roster_item (host, account, contact, sees, seen, approved, version) \
         SELECT 1, i, 'p' || (1 + i % FEW) || '@example.test', 2, 1, 0, 1 FROM n",
    ),
    ("1", "INSERT INTO people_group (id, host, name, created) SELECT i, 1, 'choir', 1 FROM n"),
    ("few", "INSERT INTO group_member (host, \"group\", account) SELECT 1, 1, i FROM n"),
    (
        "rows",
        "INSERT INTO invite (host, public, key, kind, maker_kind, subscribe, created, expires, max_uses, groups) \
         SELECT 1, printf('%016x', i), 1, 'account', 'operator', 0, 1700000000000 + i, 4100000000000, 1 + i % 3, \
         CASE i % 10 WHEN 0 THEN '[\"choir\"]' ELSE '[]' END FROM n",
    ),
    (
        "some",
        "INSERT INTO invite_event (host, invite, at, who, what) \
         SELECT 1, printf('%016x', i), 1700000000000 + i, 'operator', 'made' FROM n",
    ),
    (
        "some",
        "INSERT INTO archive (host, account, peer, at, archived, offline, stanza) \
         SELECT 1, 1 + i % FEW, i % 7, 1700000000000 + i, 1, 0, \
         CAST('<message xmlns=''jabber:client''><body>' || hex(zeroblob(200)) || i || '</body></message>' AS BLOB) FROM n",
    ),
];

/// Sets the version a database says it has.
///
/// # Errors
/// SQLite's.
pub fn pretend(path: &Path, version: u32) -> Result<(), StoreError> {
    Ok(Connection::open(path)?.pragma_update(None, "user_version", version)?)
}

/// The version a database says it has.
///
/// # Errors
/// SQLite's.
pub fn version(path: &Path) -> Result<u32, StoreError> {
    migrate::version(&Connection::open(path)?)
}

/// The version this program makes of every database.
pub fn newest() -> u32 {
    migrate::newest()
}

/// What a database holds, table by table: rows, and a sum over all their values. Its tables and indexes are in it too.
///
/// # Errors
/// SQLite's.
pub fn contents(path: &Path) -> Result<BTreeMap<String, (u64, u64)>, StoreError> {
    let conn = Connection::open(path)?;
    let mut names =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%'")?;
    let mut names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    names.push("sqlite_schema".to_owned());
    let mut all = BTreeMap::new();
    for name in names {
        let columns = if name == "sqlite_schema" { "type, name, sql" } else { "*" };
        let mut asked = conn.prepare(&format!("SELECT {columns} FROM \"{name}\""))?;
        let width = asked.column_count();
        let mut rows = asked.query([])?;
        let (mut count, mut sum) = (0, 0_u64);
        while let Some(row) = rows.next()? {
            let mut hash = DefaultHasher::new();
            for column in 0..width {
                match row.get_ref(column)? {
                    ValueRef::Null => 0.hash(&mut hash),
                    ValueRef::Integer(number) => (1, number).hash(&mut hash),
                    ValueRef::Real(number) => (2, number.to_bits()).hash(&mut hash),
                    ValueRef::Text(text) => (3, text).hash(&mut hash),
                    ValueRef::Blob(bytes) => (4, bytes).hash(&mut hash),
                }
            }
            count += 1;
            // In no order.
            sum = sum.wrapping_add(hash.finish());
        }
        all.insert(name, (count, sum));
    }
    Ok(all)
}
