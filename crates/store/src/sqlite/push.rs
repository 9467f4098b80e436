//! Registrations at push services in SQLite.

use std::convert::Infallible;

use parlour_domain::device::AgentId;
use parlour_domain::kept::Kept;
use parlour_domain::push::{self, PushChange, PushRefusal, Registration};
use parlour_domain::{Millis, Outcome};
use parlour_xmpp::jid::{BareJid, Jid};
use rusqlite::{Connection, Row, params};

use super::accounts::account_id;
use super::poison;
use super::{Sqlite, Tx};
use crate::push::PushStore;
use crate::{Act, ActError, StoreError, Ticket};

impl PushStore for Sqlite {
    fn registrations(&self, owner: BareJid) -> Ticket<Vec<Registration>> {
        self.read(move |tx| load(tx, &owner))
    }

    fn enable(&self, owner: BareJid, registration: Registration) -> Act<(), PushRefusal> {
        self.act(move |tx| {
            let kept = load(tx, &owner)?;
            push::enable(owner, &kept, registration).map_err(ActError::Refused)
        })
    }

    fn disable(&self, owner: BareJid, service: Jid, node: Option<String>) -> Act<(), Infallible> {
        self.change(owner, move |owner, kept| push::disable(owner, kept, &service, node.as_deref()))
    }

    fn forget(&self, owner: BareJid, resource: String) -> Act<(), Infallible> {
        self.change(owner, move |owner, kept| push::forget(owner, kept, &resource))
    }

    fn remove(&self, owner: BareJid, key: i64) -> Act<(), Infallible> {
        self.change(owner, move |owner, kept| push::remove(owner, kept, key))
    }

    fn note(&self, owner: BareJid, key: i64, since: Option<Millis>) -> Act<(), Infallible> {
        self.change(owner, move |owner, kept| push::note(owner, kept, key, since))
    }
}

impl Sqlite {
    fn change(
        &self,
        owner: BareJid,
        rule: impl FnOnce(BareJid, &[Registration]) -> Outcome<()> + Send + 'static,
    ) -> Act<(), Infallible> {
        self.upkeep(move |tx| {
            let kept = load(tx, &owner)?;
            Ok(rule(owner, &kept))
        })
    }
}

/// An account's registrations, the oldest first.
pub(super) fn load(tx: &Tx, owner: &BareJid) -> Result<Vec<Registration>, StoreError> {
    let (host, id) = match account_id(tx, owner) {
        Err(StoreError::UnknownAccount { .. }) => return Ok(Vec::new()),
        found => found?,
    };
    let mut rows = tx.prepare_cached(
        "SELECT id, key, service, node, resource, agent, options, request, at, failing FROM push \
         WHERE host = ?1 AND account = ?2 ORDER BY id",
    )?;
    let mut rows = rows.query(params![host, id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(poison::sound("push", row.get("id")?, read(row))?);
    }
    Ok(all)
}

fn read(row: &Row<'_>) -> Result<Registration, StoreError> {
    let service: String = row.get("service")?;
    let resource: String = row.get("resource")?;
    let options: Option<Vec<u8>> = row.get("options")?;
    let request: i64 = row.get("request")?;
    let agent: Option<[u8; 16]> = row.get("agent")?;
    Ok(Registration {
        key: row.get("key")?,
        service: Jid::new(&service).map_err(|_| StoreError::damaged("a push service's address"))?,
        node: row.get("node")?,
        resource: resource.into(),
        agent: agent.map(AgentId),
        options: options.map(Kept::from),
        request: request.cast_unsigned(),
        at: row.get("at")?,
        failing: row.get("failing")?,
    })
}

pub(super) fn apply(tx: &Tx, change: &PushChange) -> Result<(), StoreError> {
    let (host, id) = account_id(tx, change.owner())?;
    match change {
        PushChange::Enabled { registration, .. } => {
            let Registration { key, service, node, resource, agent, options, request, at, failing } = registration;
            delete(tx, (host, id), *key)?;
            tx.prepare_cached(
                "INSERT INTO push (host, account, key, service, node, resource, agent, options, request, at, failing) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                host,
                id,
                key,
                service.as_str(),
                node,
                resource,
                agent.map(|agent| agent.0),
                options.as_ref().map(Kept::as_bytes),
                request.cast_signed(),
                at,
                failing
            ])?;
        }
        PushChange::Disabled { keys, .. } => {
            for key in keys {
                delete(tx, (host, id), *key)?;
            }
        }
        PushChange::SignedOut { keep, .. } => {
            tx.prepare_cached("DELETE FROM push WHERE host = ?1 AND account = ?2 AND request IS NOT ?3")?
                .execute(params![host, id, keep.map(u64::cast_signed)])?;
        }
        PushChange::DeviceEnded { agent, .. } => {
            tx.prepare_cached("DELETE FROM push WHERE host = ?1 AND account = ?2 AND agent = ?3")?
                .execute(params![host, id, agent.0])?;
        }
        PushChange::Failing { key, since, .. } => {
            tx.prepare_cached("UPDATE push SET failing = ?4 WHERE host = ?1 AND account = ?2 AND key = ?3")?
                .execute(params![host, id, key, since])?;
        }
    }
    Ok(())
}

fn delete(tx: &Tx, (host, id): (super::HostId, super::accounts::AccountId), key: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM push WHERE host = ?1 AND account = ?2 AND key = ?3")?
        .execute(params![host, id, key])?;
    Ok(())
}

/// The sign-ins of an earlier process are over, and their numbers are given again. Before anything else is done with a
/// database.
///
/// # Errors
/// SQLite's own.
pub(super) fn recover(conn: &Connection) -> Result<(), StoreError> {
    conn.execute("UPDATE push SET request = 0 WHERE request <> 0", [])?;
    Ok(())
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
