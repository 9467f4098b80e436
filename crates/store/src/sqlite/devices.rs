//! Devices and their tokens in SQLite: a row for each device, with both places for tokens in it, so that a return
//! writes one row.

use std::convert::Infallible;

use parlour_domain::account::rules::{self, AccountRefusal};
use parlour_domain::device::{
    self, Agent, AgentId, Device, DeviceChange, Token, TokenNonce, TokenRefusal, TokenWish, UseAsk,
};
use parlour_domain::limits::{MAX_DEVICES, STEP_ROWS};
use parlour_domain::{By, HostName, Millis, Outcome, SealedKeys};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::sasl::HtMechanism;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{self, AccountId, account_id};
use super::poison;
use super::{HostId, Sqlite, Tx, host_id};
use crate::devices::DeviceStore;
use crate::{Act, ActError, StoreError, Ticket};

impl DeviceStore for Sqlite {
    fn come_back(&self, ask: UseAsk) -> Act<Option<Token>, TokenRefusal> {
        self.upkeep(move |tx| {
            let account = accounts::load(tx, &ask.account)?;
            let kept = match &account {
                Some(_) => load(tx, account_id(tx, &ask.account)?, ask.agent.id)?,
                None => None,
            };
            device::come_back(account.as_ref(), kept, &ask).map_err(ActError::Refused)
        })
    }

    fn give(
        &self,
        account: BareJid,
        proven: SealedKeys,
        agent: Agent,
        wish: TokenWish,
        at: Millis,
    ) -> Act<Option<Token>, Infallible> {
        self.act(move |tx| {
            let Some(found) = accounts::load_credentials(tx, &account)? else { return Ok(Outcome::unchanged(None)) };
            let kept = load(tx, account_id(tx, &account)?, agent.id)?;
            Ok(device::give((Some(&found.account), &found.keys), &proven, kept, (agent, wish), at))
        })
    }

    fn end(&self, by: By, account: BareJid, agent: Option<AgentId>) -> Act<bool, AccountRefusal> {
        self.upkeep(move |tx| {
            let facts = accounts::load_facts(tx, &by, &HostName::of(&account), Some(&account))?;
            let kept = match facts.target {
                Some(_) => list(tx, &account, Millis::MIN)?,
                None => Vec::new(),
            };
            let kept: Vec<AgentId> = kept.iter().map(|device| device.agent.id).collect();
            let asked = agent.map_or_else(|| kept.clone(), |agent| vec![agent]);
            rules::end_devices(&by, &facts, &kept, &asked).map_err(ActError::Refused)
        })
    }

    fn device(&self, account: BareJid, agent: AgentId) -> Ticket<Option<Device>> {
        self.read(move |tx| {
            let (host, own, id) = accounts::spot(tx, &account)?;
            let found = match id {
                Some(id) => load(tx, (host, id), agent)?,
                None => None,
            };
            Ok(found.filter(|_| own))
        })
    }

    fn list(&self, account: BareJid, now: Millis) -> Ticket<Vec<Device>> {
        self.read(move |tx| list(tx, &account, now))
    }

    fn sweep(&self, host: HostName, now: Millis) -> Act<usize, Infallible> {
        self.owed(move |tx| {
            let gone = tx
                .prepare_cached(
                    "DELETE FROM device WHERE id IN (SELECT id FROM device WHERE host = ?1 AND ends <= ?2 LIMIT ?3)",
                )?
                .execute(params![host_id(tx, &host)?, now, STEP_ROWS])?;
            Ok(Outcome::unchanged(gone))
        })
    }
}

pub(super) fn apply(tx: &Tx, change: &DeviceChange) -> Result<(), StoreError> {
    match change {
        DeviceChange::Kept { account, device } => keep(tx, account_id(tx, account)?, device),
        DeviceChange::Forgotten { account, agent, .. } => {
            let (host, id) = account_id(tx, account)?;
            tx.prepare_cached("DELETE FROM device WHERE host = ?1 AND account = ?2 AND agent = ?3")?
                .execute(params![host, id, agent.0])?;
            Ok(())
        }
    }
}

/// Those of an account that can sign in no more as it did.
pub(super) fn forget_those_of(tx: &Tx, (host, account): (HostId, AccountId)) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM device WHERE host = ?1 AND account = ?2")?.execute(params![host, account])?;
    Ok(())
}

fn keep(tx: &Tx, (host, account): (HostId, AccountId), device: &Device) -> Result<(), StoreError> {
    let Device { agent, seen, current, new } = device;
    tx.prepare_cached(
        "INSERT INTO device (host, account, agent, software, name, seen, ends, current_nonce, current_mechanism, \
         current_issued, current_expires, current_count, new_nonce, new_mechanism, new_issued, new_expires) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
         ON CONFLICT (host, account, agent) DO UPDATE SET software = ?4, name = ?5, seen = max(seen, ?6), ends = ?7, \
         current_nonce = ?8, current_mechanism = ?9, current_issued = ?10, current_expires = ?11, current_count = ?12, \
         new_nonce = ?13, new_mechanism = ?14, new_issued = ?15, new_expires = ?16",
    )?
    .execute(params![
        host,
        account,
        agent.id.0,
        agent.software,
        agent.device,
        seen,
        device.expires().unwrap_or(*seen),
        current.map(|token| token.nonce.0),
        current.map(|token| token.mechanism.name()),
        current.map(|token| token.issued),
        current.map(|token| token.expires),
        current.and_then(|token| token.count),
        new.map(|token| token.nonce.0),
        new.map(|token| token.mechanism.name()),
        new.map(|token| token.issued),
        new.map(|token| token.expires),
    ])?;
    tx.prepare_cached(
        "DELETE FROM device WHERE id IN (SELECT id FROM device WHERE host = ?1 AND account = ?2 \
         ORDER BY seen DESC, id DESC LIMIT -1 OFFSET ?3)",
    )?
    .execute(params![host, account, MAX_DEVICES])?;
    Ok(())
}

fn load(tx: &Tx, (host, account): (HostId, AccountId), agent: AgentId) -> Result<Option<Device>, StoreError> {
    tx.prepare_cached(ONE)?.query_row(params![host, account, agent.0], |row| Ok(read(row))).optional()?.transpose()
}

fn list(tx: &Tx, account: &BareJid, now: Millis) -> Result<Vec<Device>, StoreError> {
    let (host, id) = account_id(tx, account)?;
    let mut rows = tx.prepare_cached(
        "SELECT * FROM device WHERE host = ?1 AND account = ?2 AND ends > ?3 ORDER BY seen DESC, id DESC",
    )?;
    let mut rows = rows.query(params![host, id, now])?;
    let mut devices = Vec::new();
    while let Some(row) = rows.next()? {
        devices.extend(poison::sound("device", row.get("id")?, read(row))?);
    }
    Ok(devices)
}

fn read(row: &Row<'_>) -> Result<Device, StoreError> {
    let software: Option<String> = row.get("software")?;
    let name: Option<String> = row.get("name")?;
    let agent =
        Agent { id: AgentId(row.get("agent")?), software: software.map(Into::into), device: name.map(Into::into) };
    let current = token(
        row.get("current_nonce")?,
        row.get("current_mechanism")?,
        row.get("current_issued")?,
        row.get("current_expires")?,
        row.get("current_count")?,
    )?;
    let new =
        token(row.get("new_nonce")?, row.get("new_mechanism")?, row.get("new_issued")?, row.get("new_expires")?, None)?;
    Ok(Device { agent, seen: row.get("seen")?, current, new })
}

fn token(
    nonce: Option<[u8; 16]>,
    mechanism: Option<String>,
    issued: Option<Millis>,
    expires: Option<Millis>,
    count: Option<u32>,
) -> Result<Option<Token>, StoreError> {
    let Some(nonce) = nonce else { return Ok(None) };
    let damaged = || StoreError::damaged("a device's token");
    let mechanism = mechanism.and_then(|name| HtMechanism::from_name(&name)).ok_or_else(damaged)?;
    Ok(Some(Token {
        nonce: TokenNonce(nonce),
        mechanism,
        issued: issued.ok_or_else(damaged)?,
        expires: expires.ok_or_else(damaged)?,
        count,
    }))
}

const ONE: &str = "SELECT * FROM device WHERE host = ?1 AND account = ?2 AND agent = ?3";

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;
