//! Groups in SQLite.

use std::convert::Infallible;

use parlour_domain::group::{self, Group, GroupChange, GroupRefusal, MembershipFacts};
use parlour_domain::outbox::Owed;
use parlour_domain::{AccountState, By, HostName, Millis};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{self, account_id, jid, local};
use super::{HostId, Sqlite, Tx, group_contacts, host_id, poison};
use crate::groups::GroupStore;
use crate::{Act, ActError, StoreError, Ticket};

impl GroupStore for Sqlite {
    fn create(&self, by: By, host: HostName, name: String, contacts: bool, at: Millis) -> Act<(), GroupRefusal> {
        self.act(move |tx| {
            let exists = find(tx, host_id(tx, &host)?, &name)?.is_some();
            let by = accounts::as_now(tx, by, &host)?;
            group::create(&by, host, name, contacts, exists, at).map_err(ActError::Refused)
        })
    }

    fn remove(&self, by: By, host: HostName, name: String, at: Millis) -> Act<(), GroupRefusal> {
        self.upkeep(move |tx| {
            let exists = find(tx, host_id(tx, &host)?, &name)?.is_some();
            let by = accounts::as_now(tx, by, &host)?;
            group::remove(&by, host, name, exists, at).map_err(ActError::Refused)
        })
    }

    fn set_contacts(&self, by: By, host: HostName, name: String, contacts: bool, at: Millis) -> Act<(), GroupRefusal> {
        self.act(move |tx| {
            let was = find(tx, host_id(tx, &host)?, &name)?.map(|(_, contacts)| contacts);
            let by = accounts::as_now(tx, by, &host)?;
            group::set_contacts(&by, host, name, contacts, was, at).map_err(ActError::Refused)
        })
    }

    fn set_member(&self, by: By, name: String, account: BareJid, member: bool, at: Millis) -> Act<(), GroupRefusal> {
        self.act(move |tx| {
            let facts = load_membership(tx, &name, &account)?;
            let by = accounts::as_now(tx, by, &HostName::of(&account))?;
            group::set_member(&by, name, account, facts, member, at).map_err(ActError::Refused)
        })
    }

    fn step(&self, owed: Owed, at: Millis) -> Act<bool, Infallible> {
        self.act(move |tx| Ok(group_contacts::step(tx, &owed, at)?))
    }

    fn list(&self, host: HostName) -> Ticket<Vec<Group>> {
        self.read(move |tx| {
            let mut rows = tx.prepare_cached(
                "SELECT g.name, g.created, count(m.account), g.contacts, g.id FROM people_group g \
                 LEFT JOIN group_member m ON m.host = g.host AND m.\"group\" = g.id \
                 WHERE g.host = ?1 GROUP BY g.id ORDER BY g.name",
            )?;
            let mut rows = rows.query([host_id(tx, &host)?])?;
            let mut groups = Vec::new();
            while let Some(row) = rows.next()? {
                groups.extend(poison::sound("people_group", row.get(4)?, read(&host, row))?);
            }
            Ok(groups)
        })
    }

    fn members(&self, host: HostName, name: String, after: Option<BareJid>, limit: u32) -> Ticket<Vec<BareJid>> {
        self.read(move |tx| {
            let mut rows = tx.prepare_cached(
                "SELECT a.name, a.id FROM people_group g JOIN group_member m ON m.host = g.host AND m.\"group\" = g.id \
                 JOIN account a ON a.id = m.account \
                 WHERE g.host = ?1 AND g.name = ?2 AND a.name > ?3 AND a.state IN ('active', 'disabled') \
                 ORDER BY a.name",
            )?;
            let after = after.as_ref().map_or("", local);
            let mut rows = rows.query(params![host_id(tx, &host)?, name, after])?;
            let (mut members, limit) = (Vec::new(), usize::try_from(limit).unwrap_or(usize::MAX));
            // Not counted in the statement: a page with damaged ones would look like the last.
            while members.len() < limit
                && let Some(row) = rows.next()?
            {
                let member = row.get::<_, String>(0).map_err(StoreError::from).and_then(|name| jid(&host, &name));
                members.extend(poison::sound("account", row.get(1)?, member)?);
            }
            Ok(members)
        })
    }

    fn of(&self, account: BareJid) -> Ticket<Vec<String>> {
        self.read(move |tx| {
            let (host, id) = account_id(tx, &account)?;
            let mut rows = tx.prepare_cached(
                "SELECT g.name, g.id FROM group_member m JOIN people_group g ON g.id = m.\"group\" \
                 WHERE m.host = ?1 AND m.account = ?2 ORDER BY g.name",
            )?;
            let mut rows = rows.query(params![host, id])?;
            let mut names = Vec::new();
            while let Some(row) = rows.next()? {
                let name = row.get::<_, String>(0).map_err(StoreError::from);
                names.extend(poison::sound("people_group", row.get(1)?, name)?);
            }
            Ok(names)
        })
    }
}

fn read(host: &HostName, row: &Row<'_>) -> Result<Group, StoreError> {
    Ok(Group {
        host: host.clone(),
        name: row.get(0)?,
        created: row.get(1)?,
        members: row.get(2)?,
        contacts: row.get(3)?,
    })
}

pub(super) fn apply(tx: &Tx, change: &GroupChange) -> Result<(), StoreError> {
    match change {
        GroupChange::Created { host, name, contacts, at } => {
            tx.prepare_cached("INSERT INTO people_group (host, name, contacts, created) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![host_id(tx, host)?, name, contacts, at])?;
        }
        GroupChange::ContactsSet { host, name, contacts } => {
            tx.prepare_cached("UPDATE people_group SET contacts = ?3 WHERE host = ?1 AND name = ?2")?
                .execute(params![host_id(tx, host)?, name, contacts])?;
        }
        GroupChange::Tied { .. } | GroupChange::Untied { .. } | GroupChange::Kept { .. } => {
            group_contacts::apply(tx, change)?;
        }
        GroupChange::Removed { host, name } => {
            tx.prepare_cached("DELETE FROM people_group WHERE host = ?1 AND name = ?2")?
                .execute(params![host_id(tx, host)?, name])?;
        }
        GroupChange::Joined { name, account } => {
            let (host, id) = account_id(tx, account)?;
            tx.prepare_cached(
                "INSERT OR IGNORE INTO group_member (host, \"group\", account) \
                 SELECT ?1, id, ?3 FROM people_group WHERE host = ?1 AND name = ?2",
            )?
            .execute(params![host, name, id])?;
        }
        GroupChange::Left { name, account } => {
            let (host, id) = account_id(tx, account)?;
            tx.prepare_cached(
                "DELETE FROM group_member WHERE host = ?1 AND account = ?3 AND \"group\" = \
                 (SELECT id FROM people_group WHERE host = ?1 AND name = ?2)",
            )?
            .execute(params![host, name, id])?;
        }
    }
    Ok(())
}

/// Which of these names are groups of the host, in their order and once each, and whether they make contacts.
pub(super) fn existing(tx: &Tx, host: &HostName, names: &[String]) -> Result<Vec<(String, bool)>, StoreError> {
    let mut found: Vec<(String, bool)> = Vec::new();
    for name in names {
        if !found.iter().any(|(known, _)| known == name)
            && let Some((_, contacts)) = find(tx, host_id(tx, host)?, name)?
        {
            found.push((name.clone(), contacts));
        }
    }
    Ok(found)
}

fn load_membership(tx: &Tx, name: &str, account: &BareJid) -> Result<MembershipFacts, StoreError> {
    let group = find(tx, host_id(tx, &HostName::of(account))?, name)?;
    let here = accounts::load(tx, account)?
        .filter(|account| matches!(account.state, AccountState::Active | AccountState::Disabled { .. }));
    let member = match (group, &here) {
        (Some((group, _)), Some(_)) => {
            let (host, id) = account_id(tx, account)?;
            tx.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM group_member WHERE host = ?1 AND \"group\" = ?2 AND account = ?3)",
            )?
            .query_row(params![host, group, id], |row| row.get(0))?
        }
        _ => false,
    };
    let contacts = group.is_some_and(|(_, contacts)| contacts);
    Ok(MembershipFacts { group: group.is_some(), account: here.is_some(), member, contacts })
}

/// Its row, and whether it makes contacts.
fn find(tx: &Tx, host: HostId, name: &str) -> Result<Option<(i64, bool)>, StoreError> {
    Ok(tx
        .prepare_cached("SELECT id, contacts FROM people_group WHERE host = ?1 AND name = ?2")?
        .query_row(params![host, name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}
