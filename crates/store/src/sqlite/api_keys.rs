//! Keys of the API in SQLite.

use std::convert::Infallible;

use parlour_domain::api_key::{self, ApiKey, ApiKeyChange, KeyAsk, KeyHash, KeyHost, KeyId, KeyRefusal, Scope};
use parlour_domain::limits::STEP_ROWS;
use parlour_domain::{Account, By, HostName, Millis, Outcome, Role};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{self, account_id};
use super::poison;
use super::{HostId, Sqlite, Tx, host_id, invite_rows, once};
use crate::api_keys::ApiKeyStore;
use crate::{Act, ActError, StoreError, Ticket};

impl ApiKeyStore for Sqlite {
    fn create(&self, ask: KeyAsk) -> Act<ApiKey, KeyRefusal> {
        self.act(move |tx| {
            let actor = accounts::load_actor(tx, &ask.by)?;
            let alive = tx
                .prepare_cached(
                    "SELECT count(*) FROM api_key WHERE host = ?1 AND revoked IS NULL \
                     AND (expires IS NULL OR expires > ?2)",
                )?
                .query_row(params![owner(tx, &ask.host)?, ask.at], |row| row.get(0))?;
            api_key::create(&ask, actor.as_ref(), alive).map_err(ActError::Refused)
        })
    }

    fn revoke(&self, by: By, host: KeyHost, id: KeyId, at: Millis) -> Act<ApiKey, KeyRefusal> {
        self.upkeep(move |tx| {
            let actor = accounts::load_actor(tx, &by)?;
            let key = load(tx, &host, id)?;
            api_key::revoke(&by, actor.as_ref(), &host, key, at).map_err(ActError::Refused)
        })
    }

    fn used(&self, host: KeyHost, id: KeyId, at: Millis) -> Act<(), Infallible> {
        self.owed(move |_| Ok(Outcome { changes: vec![ApiKeyChange::Used { host, id, at }.into()], out: () }))
    }

    fn find(&self, host: HostName, id: KeyId) -> Ticket<Option<(ApiKey, Option<Account>)>> {
        self.read(move |tx| {
            let host = Some(host);
            let found = match load(tx, &host, id)? {
                None => load(tx, &None, id)?,
                found => found,
            };
            let Some(key) = found else { return Ok(None) };
            let maker = match &key.maker {
                Some(jid) => accounts::load(tx, jid)?,
                None => None,
            };
            Ok(Some((key, maker)))
        })
    }

    fn list(&self, host: KeyHost) -> Ticket<Vec<ApiKey>> {
        self.read(move |tx| {
            let mut rows = tx.prepare_cached(&format!("{SELECT} WHERE k.host = ?1 ORDER BY k.id DESC"))?;
            let mut rows = rows.query([owner(tx, &host)?])?;
            let mut keys = Vec::new();
            while let Some(row) = rows.next()? {
                keys.extend(poison::sound("api_key", row.get("id")?, read(&host, row))?);
            }
            Ok(keys)
        })
    }

    fn forget_requests(&self, host: KeyHost, now: Millis) -> Act<usize, Infallible> {
        self.owed(move |tx| Ok(Outcome::unchanged(once::sweep(tx, owner(tx, &host)?, now)?)))
    }

    fn sweep(&self, host: KeyHost, before: Millis) -> Act<usize, Infallible> {
        self.owed(move |tx| {
            let gone = tx
                .prepare_cached(
                    "DELETE FROM api_key WHERE id IN (SELECT id FROM api_key WHERE host = ?1 \
                     AND (revoked < ?2 OR expires < ?2) LIMIT ?3)",
                )?
                .execute(params![owner(tx, &host)?, before, STEP_ROWS])?;
            Ok(Outcome::unchanged(gone))
        })
    }
}

pub(super) fn apply(tx: &Tx, change: &ApiKeyChange) -> Result<(), StoreError> {
    match change {
        ApiKeyChange::Created { key } => {
            let scopes: Vec<&str> = key.scopes.iter().map(Scope::as_str).collect();
            let maker = key.maker.as_ref().map(|jid| account_id(tx, jid)).transpose()?.map(|(_, id)| id);
            tx.prepare_cached(
                "INSERT INTO api_key (host, public, hash, name, role, scopes, account, created, expires) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                owner(tx, &key.host)?,
                key.id.as_str(),
                key.hash.0,
                key.name,
                key.role.as_str(),
                scopes.join(" "),
                maker,
                key.created,
                key.expires
            ])?;
        }
        ApiKeyChange::Used { host, id, at } => {
            tx.prepare_cached("UPDATE api_key SET used = max(coalesce(used, 0), ?3) WHERE host = ?1 AND public = ?2")?
                .execute(params![owner(tx, host)?, id.as_str(), at])?;
        }
        ApiKeyChange::Revoked { host, id, by, at, .. } => {
            tx.prepare_cached(
                "UPDATE api_key SET revoked = ?3, revoked_by = ?4 WHERE host = ?1 AND public = ?2 AND revoked IS NULL",
            )?
            .execute(params![owner(tx, host)?, id.as_str(), at, invite_rows::write_who(by)])?;
        }
    }
    Ok(())
}

fn load(tx: &Tx, host: &KeyHost, id: KeyId) -> Result<Option<ApiKey>, StoreError> {
    tx.prepare_cached(&format!("{SELECT} WHERE k.host = ?1 AND k.public = ?2"))?
        .query_row(params![owner(tx, host)?, id.as_str()], |row| Ok(read(host, row)))
        .optional()?
        .transpose()
}

/// The number in the host's column: no host has the number 0.
fn owner(tx: &Tx, host: &KeyHost) -> Result<HostId, StoreError> {
    host.as_ref().map_or(Ok(HostId(0)), |host| host_id(tx, host))
}

fn read(host: &KeyHost, row: &Row<'_>) -> Result<ApiKey, StoreError> {
    let (id, role, scopes): (String, String, String) = (row.get("public")?, row.get("role")?, row.get("scopes")?);
    let maker: Option<String> = row.get("maker")?;
    let (revoked, revoked_by): (Option<i64>, Option<String>) = (row.get("revoked")?, row.get("revoked_by")?);
    let maker = match (host, maker) {
        (Some(host), Some(name)) => Some(accounts::jid(host, &name)?),
        (_, None) => None::<BareJid>,
        (None, Some(_)) => return Err(StoreError::damaged("an account's key of the whole server")),
    };
    let scopes = scopes.split(' ').map(Scope::from_name).collect::<Option<_>>();
    Ok(ApiKey {
        id: id.parse().map_err(|_| StoreError::damaged("a key's id"))?,
        host: host.clone(),
        hash: KeyHash(row.get("hash")?),
        name: row.get("name")?,
        role: Role::from_name(&role).ok_or_else(|| StoreError::damaged("a key's role"))?,
        scopes: scopes.ok_or_else(|| StoreError::damaged("a key's scopes"))?,
        maker,
        created: row.get("created")?,
        expires: row.get("expires")?,
        used: row.get("used")?,
        revoked: match (revoked, revoked_by) {
            (Some(at), Some(who)) => Some((invite_rows::read_who(&who)?, at)),
            _ => None,
        },
    })
}

const SELECT: &str = "SELECT k.*, a.name AS maker FROM api_key k LEFT JOIN account a ON a.id = k.account";
