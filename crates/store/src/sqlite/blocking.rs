//! Block lists in SQLite.

use parlour_domain::blocking::{self, BlockingChange, BlockingRefusal};
use parlour_xmpp::jid::{BareJid, Jid};
use rusqlite::params;

use super::accounts::{AccountId, account_id};
use super::poison;
use super::{HostId, Sqlite, Tx, rosters};
use crate::blocking::BlockingStore;
use crate::{Act, ActError, StoreError, Ticket};

impl BlockingStore for Sqlite {
    fn blocked(&self, owner: BareJid) -> Ticket<Vec<Jid>> {
        self.read(move |tx| load(tx, &owner))
    }

    fn block(&self, owner: BareJid, items: Vec<Jid>) -> Act<(), BlockingRefusal> {
        self.act(move |tx| {
            let list = load(tx, &owner)?;
            blocking::block(owner, list, items).map_err(ActError::Refused)
        })
    }

    fn remove_and_block(&self, owner: BareJid, contact: BareJid) -> Act<(), BlockingRefusal> {
        self.act(move |tx| {
            let list = load(tx, &owner)?;
            blocking::remove_and_block(rosters::pair(tx, &owner, &contact)?, list).map_err(ActError::Refused)
        })
    }

    fn unblock(&self, owner: BareJid, items: Vec<Jid>) -> Act<(), BlockingRefusal> {
        self.upkeep(move |tx| {
            let list = load(tx, &owner)?;
            blocking::unblock(owner, list, items).map_err(ActError::Refused)
        })
    }
}

/// Whom an account blocks.
pub(crate) fn load(tx: &Tx, owner: &BareJid) -> Result<Vec<Jid>, StoreError> {
    let (host, id) = match account_id(tx, owner) {
        Err(StoreError::UnknownAccount { .. }) => return Ok(Vec::new()),
        found => found?,
    };
    let mut rows = tx.prepare_cached("SELECT jid, account FROM blocked WHERE host = ?1 AND account = ?2")?;
    let mut rows = rows.query(params![host, id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let jid = row.get::<_, String>(0).map_err(StoreError::from);
        let jid = jid.and_then(|jid| Jid::new(&jid).map_err(|_| StoreError::damaged("a blocked address")));
        all.extend(poison::sound("blocked", row.get(1)?, jid)?);
    }
    Ok(all)
}

/// Whether an account blocks all of `contact`: by its bare address or its domain.
pub(super) fn is_blocked(tx: &Tx, host: HostId, id: AccountId, contact: &BareJid) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM blocked WHERE host = ?1 AND account = ?2 AND jid IN (?3, ?4)")?
        .exists(params![host, id, contact.as_str(), contact.domain().as_str()])?)
}

pub(super) fn apply(tx: &Tx, change: &BlockingChange) -> Result<(), StoreError> {
    match change {
        BlockingChange::Blocked { owner, added, .. } => {
            let (host, id) = account_id(tx, owner)?;
            let mut insert = tx.prepare_cached("INSERT INTO blocked (host, account, jid) VALUES (?1, ?2, ?3)")?;
            for jid in added {
                insert.execute(params![host, id, jid.as_str()])?;
            }
        }
        BlockingChange::Unblocked { owner, list, .. } if list.is_empty() => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached("DELETE FROM blocked WHERE host = ?1 AND account = ?2")?.execute(params![host, id])?;
        }
        BlockingChange::Unblocked { owner, removed, .. } => {
            let (host, id) = account_id(tx, owner)?;
            let mut delete = tx.prepare_cached("DELETE FROM blocked WHERE host = ?1 AND account = ?2 AND jid = ?3")?;
            for jid in removed {
                delete.execute(params![host, id, jid.as_str()])?;
            }
        }
    }
    Ok(())
}
