//! What accounts want kept, and what is kept no longer, in SQLite.

use std::collections::BTreeSet;

use parlour_domain::archive::prefs::{self, PrefsWish};
use parlour_domain::limits::SWEEP_ROWS;
use parlour_domain::options::ArchivePolicy;
use parlour_domain::view::{ArchiveDefault, ArchivePrefs};
use parlour_domain::{HostName, Millis};
use parlour_xmpp::jid::{BareJid, Jid};
use rusqlite::{OptionalExtension, params};

use super::accounts::{AccountId, account_id};
use super::{HostId, Tx, host_id};
use crate::StoreError;

/// The preferences of an account: its own, else those of its host.
pub(super) fn load(tx: &Tx, owner: &BareJid, otherwise: ArchivePolicy) -> Result<ArchivePrefs, StoreError> {
    let (host, id) = match account_id(tx, owner) {
        Err(StoreError::UnknownAccount { .. }) => return Ok(ArchivePrefs::default()),
        found => found?,
    };
    let row = tx
        .prepare_cached("SELECT policy, always, never FROM archive_prefs WHERE host = ?1 AND account = ?2")?
        .query_row(params![host, id], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let wish = match row {
        Some((policy, always, never)) => PrefsWish {
            default: ArchivePolicy::from_word(&policy).ok_or_else(|| StoreError::damaged("an archive's preference"))?,
            always: list(always)?,
            never: list(never)?,
        },
        None => PrefsWish { default: otherwise, always: BTreeSet::new(), never: BTreeSet::new() },
    };
    let contacts = if wish.default == ArchivePolicy::Roster { contacts(tx, host, id)? } else { BTreeSet::new() };
    Ok(prefs::in_force(wish, || contacts))
}

/// Everybody in a roster.
pub(super) fn contacts(tx: &Tx, host: HostId, id: AccountId) -> Result<BTreeSet<BareJid>, StoreError> {
    let mut rows =
        tx.prepare_cached("SELECT contact FROM roster_item WHERE host = ?1 AND account = ?2 AND NOT gone")?;
    let rows = rows.query_map(params![host, id], |row| row.get::<_, String>(0))?;
    rows.map(|jid| BareJid::new(&jid?).map_err(|_| StoreError::damaged("a contact's address"))).collect()
}

pub(super) fn set(tx: &Tx, owner: &BareJid, prefs: &ArchivePrefs) -> Result<(), StoreError> {
    let (host, id) = account_id(tx, owner)?;
    let policy = match prefs.default {
        ArchiveDefault::Always => ArchivePolicy::Always,
        ArchiveDefault::Never => ArchivePolicy::Never,
        ArchiveDefault::Roster(_) => ArchivePolicy::Roster,
    };
    let written = |list: Option<&BTreeSet<Jid>>| {
        let list: Vec<&str> = list.into_iter().flatten().map(Jid::as_str).collect();
        serde_json::to_string(&list).map_err(|_| StoreError::damaged("addresses that cannot be written"))
    };
    let lists = prefs.lists.as_deref();
    tx.prepare_cached(
        "INSERT OR REPLACE INTO archive_prefs (host, account, policy, always, never) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        host,
        id,
        policy.as_str(),
        written(lists.map(|l| &l.always))?,
        written(lists.map(|l| &l.never))?
    ])?;
    Ok(())
}

fn list(text: String) -> Result<BTreeSet<Jid>, StoreError> {
    let damaged = || StoreError::damaged("an archive's list");
    let list: Vec<String> = serde_json::from_str(&text).map_err(|_| damaged())?;
    list.iter().map(|jid| Jid::new(jid).map_err(|_| damaged())).collect()
}

/// Forgets some messages that came before `before`, going on with the account `from`. What still waits for its owner's next
/// client waits on, outside the archive; what is on its way stays until it has arrived. Gives where to go on.
pub(super) fn expire(tx: &Tx, host: &HostName, from: i64, before: Millis) -> Result<Option<i64>, StoreError> {
    let host = host_id(tx, host)?;
    let mut next = tx.prepare_cached(ACCOUNTS)?;
    let accounts: Vec<i64> =
        next.query_map(params![host, from, ACCOUNTS_A_STEP], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut left = i64::from(SWEEP_ROWS);
    let full = accounts.len() == usize::try_from(ACCOUNTS_A_STEP).unwrap_or(usize::MAX);
    let last = accounts.last().copied();
    for account in accounts {
        let old: Vec<(i64, bool)> = tx
            .prepare_cached(OLD)?
            .query_map(params![host, account, before, left], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (id, waits) in &old {
            let sql = if *waits {
                "UPDATE archive SET archived = 0 WHERE id = ?1 AND host = ?2"
            } else {
                "DELETE FROM archive WHERE id = ?1 AND host = ?2"
            };
            tx.prepare_cached(sql)?.execute(params![id, host])?;
        }
        left -= i64::try_from(old.len()).unwrap_or(left);
        if left <= 0 {
            return Ok(Some(account));
        }
    }
    Ok(last.filter(|_| full).map(|last| last + 1))
}

/// Accounts looked at in one step.
const ACCOUNTS_A_STEP: i64 = 200;

const ACCOUNTS: &str = "SELECT id FROM account WHERE host = ?1 AND id >= ?2 ORDER BY id LIMIT ?3";

const OLD: &str = "SELECT id, offline FROM archive WHERE host = ?1 AND account = ?2 AND at < ?3 AND archived \
     AND NOT EXISTS (SELECT 1 FROM on_its_way w WHERE w.host = archive.host AND w.id = archive.id) \
     ORDER BY at, id LIMIT ?4";

#[cfg(test)]
#[path = "archive_prefs_tests.rs"]
mod tests;
