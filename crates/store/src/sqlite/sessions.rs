//! Web sessions in SQLite.

use std::convert::Infallible;

use parlour_domain::limits::{MAX_SESSIONS, STEP_ROWS};
use parlour_domain::session::{SessionChange, SessionHash, WebSession};
use parlour_domain::{Account, HostName, Millis, Outcome, SealedKeys};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{self, account_id};
use super::{Sqlite, Tx, devices, host_id};
use crate::sessions::SessionStore;
use crate::{Act, StoreError, Ticket};

impl SessionStore for Sqlite {
    fn start(&self, session: WebSession, proven: SealedKeys) -> Act<bool, Infallible> {
        self.upkeep(move |tx| {
            let kept = accounts::load_credentials(tx, &session.account)?;
            // A password that was reset while it was being checked opens nothing any more.
            if !kept.is_some_and(|kept| kept.account.is_active() && kept.keys.contains(&proven)) {
                return Ok(Outcome::unchanged(false));
            }
            Ok(Outcome { changes: vec![SessionChange::Started { session }.into()], out: true })
        })
    }

    fn seen(&self, account: BareJid, hash: SessionHash, at: Millis) -> Act<(), Infallible> {
        self.owed(move |_| Ok(Outcome { changes: vec![SessionChange::Seen { account, hash, at }.into()], out: () }))
    }

    fn end(&self, account: BareJid, hash: SessionHash) -> Act<bool, Infallible> {
        self.upkeep(move |tx| {
            let (host, id) = account_id(tx, &account)?;
            let there: bool = tx
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM web_session WHERE host = ?1 AND hash = ?2 AND account = ?3)",
                )?
                .query_row(params![host, hash.0, id], |row| row.get(0))?;
            if !there {
                return Ok(Outcome::unchanged(false));
            }
            Ok(Outcome { changes: vec![SessionChange::Ended { account, hash }.into()], out: true })
        })
    }

    fn session(&self, host: HostName, hash: SessionHash, now: Millis) -> Ticket<Option<(WebSession, Account)>> {
        self.read(move |tx| {
            let found = tx
                .prepare_cached(&format!("{SELECT} WHERE s.host = ?1 AND s.hash = ?2 AND s.expires > ?3"))?
                .query_row(params![host_id(tx, &host)?, hash.0, now], |row| Ok(read(&host, row)))
                .optional()?
                .transpose()?;
            let Some(session) = found else { return Ok(None) };
            let account = accounts::load(tx, &session.account)?.filter(Account::is_active);
            Ok(account.map(|account| (session, account)))
        })
    }

    fn list(&self, account: BareJid, now: Millis) -> Ticket<Vec<WebSession>> {
        self.read(move |tx| {
            let (host, id) = account_id(tx, &account)?;
            let mut rows = tx.prepare_cached(&format!(
                "{SELECT} WHERE s.host = ?1 AND s.account = ?2 AND s.expires > ?3 ORDER BY s.id DESC"
            ))?;
            let domain = HostName::of(&account);
            let mut rows = rows.query(params![host, id, now])?;
            let mut sessions = Vec::new();
            while let Some(row) = rows.next()? {
                sessions.push(read(&domain, row)?);
            }
            Ok(sessions)
        })
    }

    fn sweep(&self, host: HostName, now: Millis) -> Act<usize, Infallible> {
        self.owed(move |tx| {
            let gone = tx
                .prepare_cached(
                    "DELETE FROM web_session WHERE id IN (SELECT id FROM web_session WHERE host = ?1 AND expires <= ?2 LIMIT ?3)",
                )?
                .execute(params![host_id(tx, &host)?, now, STEP_ROWS])?;
            Ok(Outcome::unchanged(gone))
        })
    }
}

pub(super) fn apply(tx: &Tx, change: &SessionChange) -> Result<(), StoreError> {
    match change {
        SessionChange::Started { session } => {
            let (host, id) = account_id(tx, &session.account)?;
            tx.prepare_cached(
                "INSERT INTO web_session (host, account, hash, created, expires, seen, browser) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                host,
                id,
                session.hash.0,
                session.created,
                session.expires,
                session.seen,
                session.browser
            ])?;
            tx.prepare_cached(
                "DELETE FROM web_session WHERE id IN (SELECT id FROM web_session WHERE host = ?1 AND account = ?2 \
                 ORDER BY id DESC LIMIT -1 OFFSET ?3)",
            )?
            .execute(params![host, id, MAX_SESSIONS])?;
        }
        SessionChange::Seen { account, hash, at } => {
            tx.prepare_cached("UPDATE web_session SET seen = max(seen, ?3) WHERE host = ?1 AND hash = ?2")?
                .execute(params![host_id(tx, &HostName::of(account))?, hash.0, at])?;
        }
        SessionChange::Ended { account, hash } => {
            tx.prepare_cached("DELETE FROM web_session WHERE host = ?1 AND hash = ?2")?
                .execute(params![host_id(tx, &HostName::of(account))?, hash.0])?;
        }
        SessionChange::AllEnded { account } => {
            let (host, id) = account_id(tx, account)?;
            tx.prepare_cached("DELETE FROM web_session WHERE host = ?1 AND account = ?2")?
                .execute(params![host, id])?;
            devices::forget_those_of(tx, (host, id))?;
        }
    }
    Ok(())
}

fn read(host: &HostName, row: &Row<'_>) -> Result<WebSession, StoreError> {
    let name: String = row.get("name")?;
    Ok(WebSession {
        hash: SessionHash(row.get("hash")?),
        account: accounts::jid(host, &name)?,
        created: row.get("created")?,
        expires: row.get("expires")?,
        seen: row.get("seen")?,
        browser: row.get("browser")?,
    })
}

const SELECT: &str = "SELECT s.*, a.name FROM web_session s JOIN account a ON a.id = s.account";
