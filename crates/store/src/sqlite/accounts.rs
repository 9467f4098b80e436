//! Accounts in SQLite.

use parlour_domain::account::AccountOrigin;
use parlour_domain::{Account, AccountChange, AccountState, HostName, Millis, Role, SealedKeys};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::{HostId, Sqlite, Tx, host_id};
use crate::accounts::AccountStore;
use crate::{StoreError, Ticket};

/// An account's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountId(pub(crate) i64);

impl rusqlite::ToSql for AccountId {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// The row of an account, and its host's. Erased ones have a row too.
///
/// # Errors
/// [`StoreError::UnknownAccount`] where there is none.
pub(crate) fn account_id(tx: &Tx, account: &BareJid) -> Result<(HostId, AccountId), StoreError> {
    let host = host_id(tx, &HostName::of(account))?;
    let id = find(tx, host, account)?.ok_or_else(|| StoreError::UnknownAccount { account: account.to_string() })?;
    Ok((host, id))
}

fn find(tx: &Tx, host: HostId, account: &BareJid) -> Result<Option<AccountId>, StoreError> {
    Ok(tx
        .prepare_cached("SELECT id FROM account WHERE host = ?1 AND name = ?2")?
        .query_row(params![host, local(account)], |row| row.get(0))
        .optional()?
        .map(AccountId))
}

impl AccountStore for Sqlite {
    fn account(&self, jid: BareJid) -> Ticket<Option<Account>> {
        self.read(move |tx| load(tx, &jid))
    }
}

pub(super) fn apply(tx: &Tx, change: &AccountChange) -> Result<(), StoreError> {
    match change {
        AccountChange::Created { account, keys } => {
            let id = insert(tx, account)?;
            write_keys(tx, host_id(tx, &HostName::of(&account.jid))?, id, keys)
        }
        AccountChange::PasswordChanged { account, keys } => {
            let (host, id) = account_id(tx, account)?;
            drop_keys(tx, host, id)?;
            write_keys(tx, host, id, keys)
        }
        AccountChange::RoleChanged { account, role } => {
            let (_, id) = account_id(tx, account)?;
            tx.prepare_cached("UPDATE account SET role = ?2 WHERE id = ?1")?.execute(params![id, role.as_str()])?;
            Ok(())
        }
        AccountChange::StateChanged { account, state } => {
            let (host, id) = account_id(tx, account)?;
            let (word, since) = state_columns(*state);
            tx.prepare_cached("UPDATE account SET state = ?2, since = ?3 WHERE id = ?1")?
                .execute(params![id, word, since])?;
            if matches!(state, AccountState::Erased { .. }) {
                drop_keys(tx, host, id)?;
            }
            Ok(())
        }
    }
}

fn insert(tx: &Tx, account: &Account) -> Result<AccountId, StoreError> {
    let host = host_id(tx, &HostName::of(&account.jid))?;
    let AccountOrigin { invite, inviter, depth, root } = &account.origin;
    let id_of = |jid: &Option<BareJid>| match jid {
        Some(jid) => find(tx, host, jid),
        None => Ok(None),
    };
    let (word, since) = state_columns(account.state);
    tx.prepare_cached(
        "INSERT INTO account (host, name, role, state, since, created, invite, inviter, depth, root) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        host,
        local(&account.jid),
        account.role.as_str(),
        word,
        since,
        account.created,
        invite.as_ref().map(|id| id.as_str()),
        id_of(inviter)?,
        depth,
        id_of(root)?,
    ])?;
    Ok(AccountId(tx.last_insert_rowid()))
}

fn write_keys(tx: &Tx, host: HostId, id: AccountId, keys: &[SealedKeys]) -> Result<(), StoreError> {
    let mut insert =
        tx.prepare_cached("INSERT INTO password_key (host, account, kind, sealed) VALUES (?1, ?2, ?3, ?4)")?;
    for key in keys {
        insert.execute(params![host, id, key.kind.as_str(), key.sealed])?;
    }
    Ok(())
}

fn drop_keys(tx: &Tx, host: HostId, id: AccountId) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM password_key WHERE host = ?1 AND account = ?2")?.execute(params![host, id])?;
    Ok(())
}

/// One account, whatever its state.
pub(crate) fn load(tx: &Tx, account: &BareJid) -> Result<Option<Account>, StoreError> {
    let domain = HostName::of(account);
    let host = host_id(tx, &domain)?;
    tx.prepare_cached(&format!("{SELECT} WHERE a.host = ?1 AND a.name = ?2"))?
        .query_row(params![host, local(account)], |row| Ok(read_row(&domain, row)))
        .optional()?
        .transpose()
}

pub(super) fn read_row(host: &HostName, row: &Row<'_>) -> Result<Account, StoreError> {
    let name: String = row.get("name")?;
    let (inviter, root): (Option<String>, Option<String>) = (row.get("inviter_name")?, row.get("root_name")?);
    let (role, state): (String, String) = (row.get("role")?, row.get("state")?);
    let invite: Option<String> = row.get("invite")?;
    Ok(Account {
        jid: jid(host, &name)?,
        role: Role::from_name(&role).ok_or_else(|| StoreError::damaged("an account's role"))?,
        state: read_state(&state, row.get("since")?)?,
        created: row.get("created")?,
        origin: AccountOrigin {
            invite: invite.map(|id| id.parse().map_err(|_| StoreError::damaged("an account's invite"))).transpose()?,
            inviter: inviter.map(|name| jid(host, &name)).transpose()?,
            depth: row.get("depth")?,
            root: root.map(|name| jid(host, &name)).transpose()?,
        },
    })
}

/// The address of a name that was prepared when it was written.
pub(crate) fn jid(host: &HostName, name: &str) -> Result<BareJid, StoreError> {
    BareJid::new(&format!("{name}@{host}")).map_err(|_| StoreError::damaged("an account's name"))
}

/// The local part as the store keeps it; empty for a host, which matches no row.
pub(crate) fn local(account: &BareJid) -> &str {
    account.node().map_or("", |node| node.as_str())
}

fn state_columns(state: AccountState) -> (&'static str, Option<Millis>) {
    match state {
        AccountState::Active => ("active", None),
        AccountState::Disabled { since } => ("disabled", Some(since)),
        AccountState::Deleted { since } => ("deleted", Some(since)),
        AccountState::Erased { since } => ("erased", Some(since)),
    }
}

fn read_state(word: &str, since: Option<Millis>) -> Result<AccountState, StoreError> {
    Ok(match (word, since) {
        ("active", None) => AccountState::Active,
        ("disabled", Some(since)) => AccountState::Disabled { since },
        ("deleted", Some(since)) => AccountState::Deleted { since },
        ("erased", Some(since)) => AccountState::Erased { since },
        _ => return Err(StoreError::damaged("an account's state")),
    })
}

pub(super) const SELECT: &str = "SELECT a.*, i.name AS inviter_name, r.name AS root_name FROM account a \
     LEFT JOIN account i ON i.id = a.inviter LEFT JOIN account r ON r.id = a.root";
