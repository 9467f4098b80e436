//! Rosters in SQLite.

use parlour_domain::kept::Kept;
use parlour_domain::roster::{
    self, Difference, MAX_REMEMBERED_REMOVALS, Pair, Party, Request, Roster, RosterChange, RosterItem, RosterRefusal,
    Sent, Side, Since, Wish,
};
use parlour_domain::subscription::{From, Kind, State, To};
use parlour_domain::{Change, HostName, Millis};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{AccountId, account_id, local};
use super::poison;
use super::{HostId, Sqlite, Tx, blocking, group_contacts, host_id};
use crate::rosters::RosterStore;
use crate::{Act, ActError, StoreError, Ticket};

impl RosterStore for Sqlite {
    fn roster(&self, owner: BareJid) -> Ticket<Roster> {
        self.read(move |tx| whole(tx, &owner))
    }

    fn roster_since(&self, owner: BareJid, version: u64) -> Ticket<Since> {
        self.read(move |tx| since(tx, &owner, version))
    }

    fn set_contact(&self, owner: BareJid, contact: BareJid, wish: Wish) -> Act<(), RosterRefusal> {
        self.act(move |tx| {
            let (host, id) = account_id(tx, &owner)?;
            roster::set(side(tx, host, id, &owner, &contact)?, wish).map_err(ActError::Refused)
        })
    }

    fn remove_contact(&self, owner: BareJid, contact: BareJid) -> Act<Vec<Sent>, RosterRefusal> {
        self.upkeep(move |tx| roster::remove(pair(tx, &owner, &contact)?).map_err(ActError::Refused))
    }

    fn subscription(
        &self,
        from: BareJid,
        to: BareJid,
        kind: Kind,
        stanza: Kept,
        at: Millis,
    ) -> Act<Vec<Sent>, RosterRefusal> {
        self.act(move |tx| roster::subscription(pair(tx, &from, &to)?, kind, stanza, at).map_err(ActError::Refused))
    }
}

/// Both sides of what may be between two addresses, read for an act that may change both.
pub(crate) fn pair(tx: &Tx, from: &BareJid, to: &BareJid) -> Result<Pair, StoreError> {
    Ok(Pair { from: party(tx, from, to)?, to: party(tx, to, from)? })
}

/// Counts in what `changes`, not written yet, do to these two rosters beside the pair's own items.
pub(super) fn ahead(pair: &mut Pair, changes: &[Change]) {
    for party in [&mut pair.from, &mut pair.to] {
        let Party::Local(side) = party else { continue };
        for change in changes {
            match change {
                Change::Roster(RosterChange::Put { owner, before, item, version }) if *owner == side.owner => {
                    side.version = *version;
                    // One more or none: a bound that is off by those is safe.
                    side.items += usize::from(*before == State::default() && item.state != *before);
                }
                Change::Roster(RosterChange::Removed { owner, version, .. }) if *owner == side.owner => {
                    side.version = *version;
                }
                _ => {}
            }
        }
    }
}

fn party(tx: &Tx, owner: &BareJid, contact: &BareJid) -> Result<Party, StoreError> {
    let host = match host_id(tx, &HostName::of(owner)) {
        Err(StoreError::UnknownHost { .. }) => return Ok(Party::Remote(owner.clone())),
        found => found?,
    };
    let id = tx
        .prepare_cached("SELECT id FROM account WHERE host = ?1 AND name = ?2 AND state <> 'erased'")?
        .query_row(params![host, local(owner)], |row| row.get(0))
        .optional()?;
    match id {
        Some(id) => Ok(Party::Local(side(tx, host, AccountId(id), owner, contact)?)),
        None => Ok(Party::Nobody(owner.clone())),
    }
}

fn side(tx: &Tx, host: HostId, id: AccountId, owner: &BareJid, contact: &BareJid) -> Result<Side, StoreError> {
    let mut side = Side::new(owner.clone(), contact.clone());
    side.item = tx
        .prepare_cached(&format!("{ITEM} WHERE host = ?1 AND account = ?2 AND contact = ?3 AND NOT gone"))?
        .query_row(params![host, id, contact.as_str()], |row| Ok(read_item(row)))
        .optional()?
        .transpose()?;
    side.requested = tx
        .prepare_cached("SELECT 1 FROM roster_request WHERE host = ?1 AND account = ?2 AND contact = ?3")?
        .exists(params![host, id, contact.as_str()])?;
    side.version = versions(tx, host, id)?.0;
    side.items = count(tx, "SELECT count(*) FROM roster_item WHERE host = ?1 AND account = ?2 AND NOT gone", host, id)?;
    side.blocks = blocking::is_blocked(tx, host, id, contact)?;
    side.tie = group_contacts::tie(tx, host, id, contact)?;
    side.requests = count(tx, "SELECT count(*) FROM roster_request WHERE host = ?1 AND account = ?2", host, id)?;
    Ok(side)
}

pub(super) fn apply(tx: &Tx, change: &RosterChange) -> Result<(), StoreError> {
    match change {
        RosterChange::Put { owner, item, version, .. } => {
            let (host, id) = account_id(tx, owner)?;
            let groups = serde_json::to_string(&item.groups)
                .map_err(|_| StoreError::damaged("groups that cannot be written"))?;
            let State { to, from, approved } = item.state;
            let version = raise(tx, host, id, *version)?;
            tx.prepare_cached(
                "INSERT OR REPLACE INTO roster_item \
                 (host, account, contact, name, groups, sees, seen, approved, version, gone) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)",
            )?
            .execute(params![
                host,
                id,
                item.contact.as_str(),
                item.name,
                groups,
                sees_column(to),
                from == From::Yes,
                approved,
                version
            ])?;
        }
        RosterChange::Removed { owner, contact, version, .. } => {
            let (host, id) = account_id(tx, owner)?;
            let version = raise(tx, host, id, *version)?;
            tx.prepare_cached(
                "UPDATE roster_item SET name = NULL, groups = '[]', sees = 0, seen = 0, approved = 0, version = ?4, \
                 gone = 1 WHERE host = ?1 AND account = ?2 AND contact = ?3",
            )?
            .execute(params![host, id, contact.as_str(), version])?;
            // Removed is removed, whatever group was behind it.
            tx.prepare_cached("DELETE FROM group_contact WHERE host = ?1 AND account = ?2 AND contact = ?3")?
                .execute(params![host, id, contact.as_str()])?;
            forget_old_removals(tx, host, id)?;
        }
        RosterChange::Requested { owner, from, stanza, at } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached(
                "INSERT INTO roster_request (host, account, contact, stanza, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![host, id, from.as_str(), stanza.as_bytes(), at])?;
        }
        // Said, not written.
        RosterChange::Sent(_) => {}
        RosterChange::Settled { owner, from } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached("DELETE FROM roster_request WHERE host = ?1 AND account = ?2 AND contact = ?3")?
                .execute(params![host, id, from.as_str()])?;
        }
    }
    Ok(())
}

/// Writes the roster's version and returns it as a column.
fn raise(tx: &Tx, host: HostId, id: AccountId, version: u64) -> Result<i64, StoreError> {
    let version = i64::try_from(version).map_err(|_| StoreError::damaged("a roster's version"))?;
    tx.prepare_cached(
        "INSERT INTO roster (host, account, version) VALUES (?1, ?2, ?3) \
         ON CONFLICT (host, account) DO UPDATE SET version = ?3",
    )?
    .execute(params![host, id, version])?;
    Ok(version)
}

/// Keeps the newest removals only; who holds an older version then reads the whole roster.
fn forget_old_removals(tx: &Tx, host: HostId, id: AccountId) -> Result<(), StoreError> {
    let oldest_forgotten: Option<i64> = tx
        .prepare_cached(
            "SELECT version FROM roster_item WHERE host = ?1 AND account = ?2 AND gone \
             ORDER BY version DESC LIMIT 1 OFFSET ?3",
        )?
        .query_row(params![host, id, MAX_REMEMBERED_REMOVALS], |row| row.get(0))
        .optional()?;
    if let Some(floor) = oldest_forgotten {
        tx.prepare_cached("DELETE FROM roster_item WHERE host = ?1 AND account = ?2 AND gone AND version <= ?3")?
            .execute(params![host, id, floor])?;
        tx.prepare_cached("UPDATE roster SET floor = ?3 WHERE host = ?1 AND account = ?2")?
            .execute(params![host, id, floor])?;
    }
    Ok(())
}

fn whole(tx: &Tx, owner: &BareJid) -> Result<Roster, StoreError> {
    let (host, id) = account_id(tx, owner)?;
    let mut rows =
        tx.prepare_cached(&format!("{ITEM} WHERE host = ?1 AND account = ?2 AND NOT gone ORDER BY contact"))?;
    let mut rows = rows.query(params![host, id])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.extend(poison::sound("roster_item", row.get("row")?, read_item(row))?);
    }
    let mut rows = tx.prepare_cached(
        "SELECT contact, stanza, at, id FROM roster_request WHERE host = ?1 AND account = ?2 ORDER BY id",
    )?;
    let mut rows = rows.query(params![host, id])?;
    let mut requests = Vec::new();
    while let Some(row) = rows.next()? {
        requests.extend(poison::sound("roster_request", row.get(3)?, read_request(row))?);
    }
    Ok(Roster { version: versions(tx, host, id)?.0, items, requests })
}

fn read_request(row: &Row<'_>) -> Result<Request, StoreError> {
    let (contact, stanza, at): (String, Vec<u8>, Millis) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(Request { from: read_contact(&contact)?, stanza: Kept::from(stanza), at })
}

fn since(tx: &Tx, owner: &BareJid, version: u64) -> Result<Since, StoreError> {
    let (host, id) = account_id(tx, owner)?;
    let (newest, floor) = versions(tx, host, id)?;
    // A version from the future was given out before an older copy of the database was restored.
    let Some(version) = Some(version).filter(|held| (floor..=newest).contains(held)) else { return Ok(Since::All) };
    let version = i64::try_from(version).map_err(|_| StoreError::damaged("a roster's version"))?;
    let mut rows = tx.prepare_cached(&format!(
        "{ITEM} WHERE host = ?1 AND account = ?2 AND version > ?3 ORDER BY version LIMIT {}",
        MAX_DIFFERENCES + 1
    ))?;
    let mut rows = rows.query(params![host, id, version])?;
    let (mut seen, mut all) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        seen += 1;
        all.extend(poison::sound("roster_item", row.get("row")?, read_difference(row))?);
    }
    if seen > MAX_DIFFERENCES {
        return Ok(Since::All);
    }
    Ok(Since::Some(all))
}

fn read_difference(row: &Row<'_>) -> Result<Difference, StoreError> {
    let (version, gone): (i64, bool) = (row.get("version")?, row.get("gone")?);
    let item = read_item(row)?;
    Ok(Difference { version: version.unsigned_abs(), contact: item.contact.clone(), item: (!gone).then_some(item) })
}

/// Version and floor; 0 and 0 for a roster never written.
fn versions(tx: &Tx, host: HostId, id: AccountId) -> Result<(u64, u64), StoreError> {
    let found: Option<(i64, i64)> = tx
        .prepare_cached("SELECT version, floor FROM roster WHERE host = ?1 AND account = ?2")?
        .query_row(params![host, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map_or((0, 0), |(version, floor)| (version.unsigned_abs(), floor.unsigned_abs())))
}

fn count(tx: &Tx, sql: &str, host: HostId, id: AccountId) -> Result<usize, StoreError> {
    let count: i64 = tx.prepare_cached(sql)?.query_row(params![host, id], |row| row.get(0))?;
    usize::try_from(count).map_err(|_| StoreError::damaged("a count"))
}

fn read_item(row: &Row<'_>) -> Result<RosterItem, StoreError> {
    let (contact, groups): (String, String) = (row.get("contact")?, row.get("groups")?);
    let to = match row.get("sees")? {
        0 => To::No,
        1 => To::Asked,
        2 => To::Yes,
        _ => return Err(StoreError::damaged("a roster item's subscription")),
    };
    let from = if row.get("seen")? { From::Yes } else { From::No };
    Ok(RosterItem {
        contact: read_contact(&contact)?,
        name: row.get("name")?,
        groups: serde_json::from_str(&groups).map_err(|_| StoreError::damaged("a roster item's groups"))?,
        state: State { to, from, approved: row.get("approved")? },
    })
}

fn read_contact(contact: &str) -> Result<BareJid, StoreError> {
    BareJid::new(contact).map_err(|_| StoreError::damaged("a contact's address"))
}

fn sees_column(to: To) -> i64 {
    match to {
        To::No => 0,
        To::Asked => 1,
        To::Yes => 2,
    }
}

/// More than this is no smaller than the whole roster, about.
const MAX_DIFFERENCES: usize = 500;

const ITEM: &str = "SELECT contact, name, groups, sees, seen, approved, version, gone, account AS row FROM roster_item";

#[cfg(test)]
#[path = "rosters_tests.rs"]
mod tests;
