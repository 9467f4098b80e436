//! Archives and offline messages in SQLite.

use std::collections::BTreeSet;
use std::convert::Infallible;

use parlour_domain::archive::prefs::{self, PrefsRefusal, PrefsWish};
use parlour_domain::archive::{
    ArchiveChange, ArchiveId, ArchiveRow, KeepAsk, KeptAt, MAX_OFFLINE, StreamCount, peer_key, stream_key,
};
use parlour_domain::kept::Kept;
use parlour_domain::options::ArchivePolicy;
use parlour_domain::view::ArchivePrefs;
use parlour_domain::{HostName, Millis, Outcome};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, params};

use super::accounts::{AccountId, account_id};
use super::{HostId, Sqlite, Tx, archive_pages, archive_prefs, host_id, on_its_way};
use crate::archive::{ArchiveEnds, ArchiveStore, Page, PageAsk, PutBack, Told, Waiting};
use crate::{Act, ActError, StoreError, Ticket};

impl ArchiveStore for Sqlite {
    fn keep(&self, ask: KeepAsk, then: Told) {
        self.append(ask.stanza.as_bytes().len(), move |tx| keep(tx, &ask), then);
    }

    fn page(&self, ask: PageAsk) -> Ticket<Option<Page>> {
        self.read(move |tx| archive_pages::page(tx, &ask))
    }

    fn count(&self, ask: PageAsk) -> Ticket<Option<Option<u64>>> {
        self.read(move |tx| archive_pages::count(tx, &ask))
    }

    fn ends(&self, owner: BareJid) -> Ticket<ArchiveEnds> {
        self.read(move |tx| archive_pages::ends(tx, &owner))
    }

    fn prefs(&self, owner: BareJid, otherwise: ArchivePolicy) -> Ticket<ArchivePrefs> {
        self.read(move |tx| archive_prefs::load(tx, &owner, otherwise))
    }

    fn set_prefs(&self, owner: BareJid, wish: PrefsWish) -> Act<ArchivePrefs, PrefsRefusal> {
        self.act(move |tx| {
            let (host, id) = account_id(tx, &owner)?;
            // Thousands, perhaps, while others wait to write.
            let count = wish.default == ArchivePolicy::Roster;
            let contacts = if count { archive_prefs::contacts(tx, host, id)? } else { BTreeSet::new() };
            prefs::set(owner, wish, || contacts).map_err(ActError::Refused)
        })
    }

    fn expire(&self, host: HostName, from: i64, before: Millis) -> Act<Option<i64>, Infallible> {
        self.owed(move |tx| Ok(Outcome::unchanged(archive_prefs::expire(tx, &host, from, before)?)))
    }

    fn offline(&self, owner: BareJid, after: ArchiveId, limit: usize) -> Ticket<Vec<Waiting>> {
        self.read(move |tx| {
            let (host, id) = account_id(tx, &owner)?;
            let mut rows = tx.prepare_cached(
                "SELECT id, archived, at, stanza FROM archive WHERE host = ?1 AND account = ?2 AND offline \
                 AND id > ?4 ORDER BY id LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = rows.query_map(params![host, id, limit, after.0], |row| {
                Ok(Waiting {
                    id: ArchiveId(row.get(0)?),
                    archived: row.get(1)?,
                    at: row.get(2)?,
                    stanza: Kept::from(row.get::<_, Vec<u8>>(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn drop_offline(&self, owner: BareJid, ids: Vec<ArchiveId>) -> Act<(), Infallible> {
        self.owed(move |tx| {
            let (host, account) = account_id(tx, &owner)?;
            let mut keep = tx.prepare_cached(
                "UPDATE archive SET offline = 0 WHERE id = ?1 AND host = ?2 AND account = ?3 AND archived",
            )?;
            let mut drop =
                tx.prepare_cached("DELETE FROM archive WHERE id = ?1 AND host = ?2 AND account = ?3 AND NOT archived")?;
            for ArchiveId(id) in ids {
                if keep.execute(params![id, host, account])? == 0 {
                    drop.execute(params![id, host, account])?;
                }
            }
            Ok(Outcome::unchanged(()))
        })
    }

    fn put_offline(&self, owner: BareJid, rows: Vec<PutBack>) -> Act<(), Infallible> {
        self.owed(move |tx| {
            let (host, account) = account_id(tx, &owner)?;
            for row in rows {
                // The bound is for what comes in; what was accepted once is not lost for it.
                let again = match row.id {
                    Some(ArchiveId(id)) => tx
                        .prepare_cached("UPDATE archive SET offline = 1 WHERE id = ?1 AND host = ?2 AND account = ?3")?
                        .execute(params![id, host, account])?,
                    None => 0,
                };
                if let Some(id) = row.id {
                    on_its_way::forget(tx, host, id)?;
                }
                if again == 0 {
                    let new = ArchiveRow { owner: owner.clone(), with: row.with, archived: false, offline: true };
                    append(tx, host, account, &new, &row.stanza, row.at)?;
                }
            }
            Ok(Outcome::unchanged(()))
        })
    }

    fn arrived(&self, owner: &BareJid, ids: Vec<ArchiveId>) {
        self.0.arrived.add(HostName::of(owner), ids);
    }

    fn count_stream(&self, host: HostName, count: StreamCount, at: Millis) -> Act<(), Infallible> {
        self.owed(move |tx| {
            set_count(tx, host_id(tx, &host)?, &count, at)?;
            Ok(Outcome::unchanged(()))
        })
    }

    fn stream_count(&self, host: HostName, stream: String) -> Ticket<Option<u32>> {
        self.read(move |tx| {
            let host = host_id(tx, &host)?;
            Ok(tx
                .prepare_cached("SELECT h FROM stream_count WHERE host = ?1 AND stream = ?2")?
                .query_row(params![host, stream_key(&stream)], |row| row.get(0))
                .optional()?)
        })
    }

    fn sweep_stream_counts(&self, before: Millis) -> Act<usize, Infallible> {
        self.owed(move |tx| {
            let swept = tx
                .prepare_cached("DELETE FROM stream_count WHERE host IN (SELECT id FROM host) AND at < ?1")?
                .execute([before])?;
            Ok(Outcome::unchanged(swept))
        })
    }
}

pub(super) fn apply(tx: &Tx, change: &ArchiveChange) -> Result<(), StoreError> {
    match change {
        ArchiveChange::Said(ask) => keep(tx, ask).map(drop),
        ArchiveChange::PrefsSet { owner, prefs } => archive_prefs::set(tx, owner, prefs),
    }
}

fn keep(tx: &Tx, ask: &KeepAsk) -> Result<KeptAt, StoreError> {
    let mut kept = KeptAt::default();
    for mut row in ask.rows() {
        let (host, id) = account_id(tx, &row.owner)?;
        if row.offline && waiting(tx, host, id)? >= MAX_OFFLINE {
            if !row.archived {
                kept.full = true;
                continue;
            }
            row.offline = false;
        }
        let at = append(tx, host, id, &row, &ask.stanza, ask.at)?;
        // The sender's row is the only one that can be without the recipient's flags.
        if ask.sender && kept.sender.is_none() && ask.from.to_bare() == row.owner {
            kept.sender = Some(at);
        }
        if ask.to.to_bare() == row.owner {
            kept.recipient = Some(at);
            kept.offline = row.offline;
            if ask.underway && row.archived && !row.offline {
                on_its_way::note(tx, host, at)?;
            }
        }
    }
    if let Some(count) = &ask.count {
        let host = host_id(tx, &HostName::of(&ask.from.to_bare()))?;
        set_count(tx, host, count, ask.at)?;
    }
    Ok(kept)
}

fn set_count(tx: &Tx, host: HostId, count: &StreamCount, at: Millis) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT OR REPLACE INTO stream_count (host, stream, h, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![host, stream_key(&count.stream), count.h, at])?;
    Ok(())
}

fn append(
    tx: &Tx,
    host: HostId,
    id: AccountId,
    row: &ArchiveRow,
    stanza: &Kept,
    at: Millis,
) -> Result<ArchiveId, StoreError> {
    // A clock that was set back must not make the order of time another than the order of ids.
    let last: Option<Millis> = tx
        .prepare_cached("SELECT max(at) FROM archive WHERE host = ?1 AND account = ?2")?
        .query_row(params![host, id], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO archive (host, account, peer, at, archived, offline, stanza) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        host,
        id,
        peer_key(&row.with),
        last.unwrap_or(at).max(at),
        row.archived,
        row.offline,
        stanza.as_bytes()
    ])?;
    Ok(ArchiveId(tx.last_insert_rowid()))
}

fn waiting(tx: &Tx, host: HostId, id: AccountId) -> Result<usize, StoreError> {
    let count: i64 = tx
        .prepare_cached("SELECT count(*) FROM archive WHERE host = ?1 AND account = ?2 AND offline")?
        .query_row(params![host, id], |row| row.get(0))?;
    usize::try_from(count).map_err(|_| StoreError::damaged("a count"))
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
