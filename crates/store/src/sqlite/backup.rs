//! A complete copy of a running database, and a look at a copy before it is trusted.

use std::fs::File;
use std::path::{Path, PathBuf};

use std::convert::Infallible;

use parlour_domain::{Millis, Outcome};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{Sqlite, migrate};
use crate::{Act, StoreError};

/// What a database file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its schema version, not newer than this program's.
    pub version: u32,
    /// The domains it serves.
    pub hosts: Vec<String>,
    /// Accounts in it, the erased ones too.
    pub accounts: u64,
}

/// Checks a database file without changing it: whole, of a known version, with hosts in it.
///
/// # Errors
/// [`StoreError::Damaged`], [`StoreError::TooNew`], or that it cannot be read.
pub fn inspect(path: &Path) -> Result<Found, StoreError> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let version = migrate::version(&conn)?;
    if version > migrate::newest() {
        return Err(StoreError::TooNew { found: version, known: migrate::newest() });
    }
    if version == 0 {
        return Err(StoreError::damaged("no database of this program"));
    }
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Damaged { what: verdict });
    }
    let hosts = conn
        .prepare("SELECT domain FROM host ORDER BY domain")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let accounts = conn.query_row("SELECT count(*) FROM account", [], |row| row.get::<_, i64>(0))?.unsigned_abs();
    Ok(Found { version, hosts, accounts })
}

impl Sqlite {
    /// What an old copy must not claim, once it is brought back at `now`. Rows of archives go on where no copy has ever
    /// been: clients know the ids of messages that came after it, and would take a new message under such an id for one
    /// they have. Nor does it know how far streams were counted since. Unless it is the newest state there is
    /// (`newest`), it does not know either who was signed out: browsers and apps sign in again with their
    /// passwords, and say anew where they want to be woken.
    pub fn brought_back(&self, newest: bool, now: Millis) -> Act<(), Infallible> {
        self.act(move |tx| {
            // More than a thousand messages in each millisecond since 1970 would have to be kept to come near it.
            let beyond = now.saturating_mul(1 << 10);
            let known = tx.execute("UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'archive'", [beyond])?;
            if known == 0 {
                tx.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('archive', ?1)", [beyond])?;
            }
            tx.execute("DELETE FROM stream_count", [])?;
            if !newest {
                tx.execute("DELETE FROM web_session", [])?;
                tx.execute("DELETE FROM device", [])?;
                tx.execute("DELETE FROM push", [])?;
            }
            Ok(Outcome::unchanged(()))
        })
    }
}

/// Copies what `from` sees at this moment to a new file at `to`, readable by its owner only.
pub(super) fn write(from: &Connection, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::File { what: to.display().to_string(), why: "exists already".into() });
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let done = copy(from, &part).and_then(|()| {
        let named = std::fs::rename(&part, to).and_then(|()| match to.parent() {
            // The name too is to be there after a power cut.
            Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
            _ => Ok(()),
        });
        named.map_err(|e| StoreError::file(format!("naming {}", to.display()), &e))
    });
    if done.is_err() {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut name = part.as_os_str().to_owned();
            name.push(suffix);
            // It may never have been made.
            drop(std::fs::remove_file(PathBuf::from(name)));
        }
    }
    done
}

fn copy(from: &Connection, part: &Path) -> Result<(), StoreError> {
    drop(std::fs::remove_file(part));
    super::make_private(part)?;
    let mut copy = Connection::open(part)?;
    let backup = Backup::new(from, &mut copy)?;
    // All pages in one step: one snapshot, however busy the writer is.
    if backup.step(-1)? != StepResult::Done {
        return Err(StoreError::Locked);
    }
    drop(backup);
    // One file, without a log beside it; a server that opens it turns the log on again.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| StoreError::from(error))?;
    File::open(part)
        .and_then(|file| file.sync_all())
        .map_err(|e| StoreError::file(format!("writing {}", part.display()), &e))
}
