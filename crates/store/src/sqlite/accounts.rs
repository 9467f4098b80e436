//! Accounts in SQLite.

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use parlour_domain::account::rules::{self, AccountFacts, AccountRefusal, CreateAsk, Turn};
use parlour_domain::account::{AccountOrigin, RESTORABLE};
use parlour_domain::invite::issue::rank_now;
use parlour_domain::limits::MAX_USES;
use parlour_domain::options::ArchivePolicy;
use parlour_domain::token::TokenId;
use parlour_domain::{
    Account, AccountChange, AccountState, Actor, By, HostName, KeyKind, Millis, Outcome, Role, SealedKeys, names,
};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::poison;
use super::{
    HostId, Sqlite, Tx, archive_prefs, blocking, erase, group_contacts, host_id, hosts, invite_facts, personal, push,
};
use crate::accounts::{AccountCounts, AccountQuery, AccountStore, Credentials, PasswordRow, Standing, ViewRow};
use crate::{Act, ActError, StoreError, Ticket};

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
    fn create(&self, ask: CreateAsk) -> Act<Account, AccountRefusal> {
        self.act(move |tx| {
            let facts = load_facts(tx, &ask.by, &ask.host, None)?;
            let state = invite_facts::name_state(tx, &ask.host, &ask.name, ask.at)?;
            rules::create(&facts, &state, &ask).map_err(ActError::Refused)
        })
    }

    fn set_password(&self, by: By, jid: BareJid, keys: Vec<SealedKeys>, at: Millis) -> Act<(), AccountRefusal> {
        self.act(move |tx| {
            let facts = load_facts(tx, &by, &HostName::of(&jid), Some(&jid))?;
            rules::set_password(&by, &facts, &keys, at).map_err(ActError::Refused)
        })
    }

    fn upgrade_keys(&self, jid: BareJid, seen: Vec<SealedKeys>, keys: SealedKeys) -> Act<bool, Infallible> {
        self.act(move |tx| {
            let kept = load_credentials(tx, &jid)?;
            let (account, kept) = kept.map_or((None, Vec::new()), |found| (Some(found.account), found.keys));
            Ok(rules::upgrade_keys(account.as_ref(), &kept, &seen, keys))
        })
    }

    fn set_role(&self, by: By, jid: BareJid, role: Role) -> Act<Account, AccountRefusal> {
        self.act(move |tx| {
            let facts = load_facts(tx, &by, &HostName::of(&jid), Some(&jid))?;
            rules::set_role(&by, &facts, role).map_err(ActError::Refused)
        })
    }

    fn sign_out(&self, by: By, jid: BareJid) -> Act<(), AccountRefusal> {
        self.upkeep(move |tx| {
            let facts = load_facts(tx, &by, &HostName::of(&jid), Some(&jid))?;
            rules::sign_out(&by, &facts).map_err(ActError::Refused)
        })
    }

    fn turn(&self, by: By, jid: BareJid, turn: Turn, at: Millis) -> Act<Account, AccountRefusal> {
        self.upkeep(move |tx| {
            let facts = load_facts(tx, &by, &HostName::of(&jid), Some(&jid))?;
            rules::turn(&by, &facts, turn, at).map_err(ActError::Refused)
        })
    }

    fn erase_next(&self, host: HostName, at: Millis) -> Act<Option<BareJid>, Infallible> {
        self.owed(move |tx| {
            let Some(account) = to_erase(tx, &host, at)? else { return Ok(Outcome::unchanged(None)) };
            let Outcome { changes, out: () } = rules::erase(&account, at);
            Ok(Outcome { out: (!changes.is_empty()).then_some(account.jid), changes })
        })
    }

    fn erase_step(&self, jid: BareJid) -> Act<bool, Infallible> {
        self.owed(move |tx| match group_contacts::forget(tx, &jid)? {
            Some(changes) => Ok(Outcome { changes, out: false }),
            None => Ok(Outcome::unchanged(erase::step(tx, &jid)?)),
        })
    }

    fn account(&self, jid: BareJid) -> Ticket<Option<Account>> {
        self.read(move |tx| load(tx, &jid))
    }

    fn credentials(&self, jid: BareJid) -> Ticket<Option<Credentials>> {
        self.read(move |tx| load_credentials(tx, &jid))
    }

    fn password_row(&self, jid: BareJid) -> Ticket<Option<PasswordRow>> {
        self.read(move |tx| load_password(tx, &jid))
    }

    fn view_row(&self, jid: BareJid, otherwise: ArchivePolicy) -> Ticket<Option<ViewRow>> {
        self.read(move |tx| {
            let Some(account) = load(tx, &jid)? else { return Ok(None) };
            Ok(Some(ViewRow {
                account,
                blocked: blocking::load(tx, &jid)?,
                picture: personal::load_picture(tx, &jid)?,
                archive: archive_prefs::load(tx, &jid, otherwise)?,
                pushes: push::load(tx, &jid)?,
            }))
        })
    }

    fn list(&self, query: AccountQuery) -> Ticket<Vec<Account>> {
        self.read(move |tx| list(tx, &query))
    }

    fn counts(&self, host: HostName, since: Millis) -> Ticket<AccountCounts> {
        self.read(move |tx| counts(tx, &host, since))
    }

    fn lacks(&self, host: HostName, kind: KeyKind) -> Ticket<bool> {
        self.read(move |tx| {
            // Those without any key cannot sign in by password at all and do not count.
            Ok(tx
                .prepare_cached(
                    // Once through the index as it lies: looked for in each account, it takes over twice as long.
                    "SELECT EXISTS (SELECT 1 FROM password_key k WHERE k.host = ?1 GROUP BY k.account \
                     HAVING NOT max(k.kind = ?2) AND EXISTS \
                     (SELECT 1 FROM account a WHERE a.id = k.account AND a.state = 'active'))",
                )?
                .query_row(params![host_id(tx, &host)?, kind.as_str()], |row| row.get(0))?)
        })
    }
}

/// An account with its keys.
pub(super) fn load_credentials(tx: &Tx, jid: &BareJid) -> Result<Option<Credentials>, StoreError> {
    let Some(account) = load(tx, jid)? else { return Ok(None) };
    let (host, id) = account_id(tx, jid)?;
    Ok(Some(Credentials { account, keys: load_keys(tx, host, id)? }))
}

fn load_keys(tx: &Tx, host: HostId, account: AccountId) -> Result<Vec<SealedKeys>, StoreError> {
    let mut rows = tx.prepare_cached(KEYS)?;
    let mut rows = rows.query(params![host, account])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let kind = KeyKind::from_name(&kind).ok_or_else(|| StoreError::damaged("a password key's kind"))?;
        keys.push(SealedKeys { kind, sealed: row.get(1)? });
    }
    Ok(keys)
}

/// The same four statements whoever has the name, or nobody. Nobody's name stands for one and the same account each
/// time, so that its rows are as warm, or cold, as those of a real one.
fn load_password(tx: &Tx, jid: &BareJid) -> Result<Option<PasswordRow>, StoreError> {
    let (host, own, id) = spot(tx, jid)?;
    let Some(id) = id else { return Ok(None) };
    let (name, state, since): (String, String, Option<Millis>) =
        tx.prepare_cached(STATE)?.query_row(params![host, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let keys = load_keys(tx, host, id)?;
    Ok(Some(PasswordRow { own, name, state: read_state(&state, since)?, keys }))
}

/// The row of a name on its host; nobody's name has somebody's row, and then the answer is false.
pub(super) fn spot(tx: &Tx, jid: &BareJid) -> Result<(HostId, bool, Option<AccountId>), StoreError> {
    let host = host_id(tx, &HostName::of(jid))?;
    let own = find(tx, host, jid)?;
    let mut hasher = DefaultHasher::new();
    local(jid).hash(&mut hasher);
    // 63 bits, which SQLite can count.
    let spot = i64::try_from(hasher.finish() >> 1).unwrap_or(0);
    let other: Option<i64> =
        tx.prepare_cached(SOMEBODY)?.query_row(params![host, spot], |row| row.get(0)).optional()?;
    Ok((host, own.is_some(), own.or(other.map(AccountId))))
}

/// The account that answers for what is asked, as it is now: the asking one, or whose key asks.
pub(super) fn load_actor(tx: &Tx, by: &By) -> Result<Option<Account>, StoreError> {
    match by.answerable() {
        Some(jid) => load(tx, jid),
        None => Ok(None),
    }
}

/// Who asks, with the rank they have at `host` now; nobody where a door believed too much.
pub(super) fn as_now(tx: &Tx, by: By, host: &HostName) -> Result<By, StoreError> {
    let actor = load_actor(tx, &by)?;
    let rank = rank_now(&by, actor.as_ref(), host);
    let actor = match (by.actor, rank) {
        (Actor::Account { jid, .. }, Some(role)) => Actor::Account { jid, role },
        (Actor::Account { .. } | Actor::Key(_), None) => Actor::Newcomer,
        (other, _) => other,
    };
    Ok(By { actor, ..by })
}

pub(super) fn load_facts(
    tx: &Tx,
    by: &By,
    host: &HostName,
    target: Option<&BareJid>,
) -> Result<AccountFacts, StoreError> {
    let id = host_id(tx, host)?;
    Ok(AccountFacts {
        host: Some(host.clone()),
        actor: load_actor(tx, by)?,
        target: match target {
            Some(jid) => load(tx, jid)?,
            None => None,
        },
        owners: tx.prepare_cached(OWNERS)?.query_row([id], |row| row.get(0))?,
        owned: hosts::load(tx, host)?.is_some_and(|row| row.owned),
        circles: match target {
            Some(jid) => circles(tx, id, jid)?,
            None => Vec::new(),
        },
    })
}

/// How many owners a host has. Asked by every act on an account, so without a look at all others.
const OWNERS: &str = "SELECT count(*) FROM account WHERE host = ?1 AND role = 'owner' AND state = 'active'";

/// Groups of an account that make their members contacts.
fn circles(tx: &Tx, host: HostId, account: &BareJid) -> Result<Vec<String>, StoreError> {
    let mut rows = tx.prepare_cached(
        "SELECT g.name FROM account a JOIN group_member m ON m.host = a.host AND m.account = a.id \
         JOIN people_group g ON g.id = m.\"group\" WHERE a.host = ?1 AND a.name = ?2 AND g.contacts ORDER BY g.name",
    )?;
    Ok(rows.query_map(params![host, local(account)], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn to_erase(tx: &Tx, host: &HostName, at: Millis) -> Result<Option<Account>, StoreError> {
    let since = at.saturating_sub(RESTORABLE);
    let mut rows = tx.prepare_cached(&format!(
        "{SELECT} WHERE a.host = ?1 AND a.state = 'deleted' AND a.since < ?2 ORDER BY a.since"
    ))?;
    let mut rows = rows.query(params![host_id(tx, host)?, since])?;
    while let Some(row) = rows.next()? {
        if let Some(account) = poison::sound("account", row.get("id")?, read_row(host, row))? {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

/// Those that came by one invite, oldest first.
pub(super) fn by_invite(tx: &Tx, host: &HostName, id: TokenId) -> Result<Vec<Account>, StoreError> {
    let mut rows =
        tx.prepare_cached(&format!("{SELECT} WHERE a.host = ?1 AND a.invite = ?2 ORDER BY a.id LIMIT {MAX_USES}"))?;
    let mut rows = rows.query(params![host_id(tx, host)?, id.as_str()])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.extend(poison::sound("account", row.get("id")?, read_row(host, row))?);
    }
    Ok(accounts)
}

fn list(tx: &Tx, query: &AccountQuery) -> Result<Vec<Account>, StoreError> {
    let host = host_id(tx, &query.host)?;
    let unknown = if query.newest_first { i64::MIN } else { i64::MAX };
    let mut after = match &query.after {
        Some(jid) => find(tx, host, jid)?.map_or(unknown, |id| id.0),
        None if query.newest_first => i64::MAX,
        None => 0,
    };
    let inviter = match &query.inviter {
        // Nobody has the number 0.
        Some(jid) => Some(find(tx, host, jid)?.map_or(0, |id| id.0)),
        None => None,
    };
    // What is not asked for is bound all the same, and stands in no condition that costs anything.
    let by_inviter = if inviter.is_some() { "a.inviter = ?3" } else { "?3 IS NULL" };
    let by_group = match query.group {
        Some(_) => {
            "EXISTS (SELECT 1 FROM group_member m JOIN people_group g ON g.id = m.\"group\" \
             WHERE m.host = ?1 AND m.account = a.id AND g.host = ?1 AND g.name = ?5)"
        }
        None => "?5 IS NULL",
    };
    let by_role = if query.role.is_some() { "a.role = ?6" } else { "?6 IS NULL" };
    let by_state = if query.standing.is_some() { "a.state = ?7" } else { "?7 IS NULL" };
    let by_text = if query.text.is_some() { "a.name LIKE ?8 ESCAPE '!'" } else { "?8 IS NULL" };
    let (from, order) = if query.newest_first { ("<", "DESC") } else { (">", "ASC") };
    let mut rows = tx.prepare_cached(&format!(
        "{SELECT} WHERE a.host = ?1 AND a.id {from} ?2 AND {by_inviter} AND {by_group} AND {by_role} AND {by_state} \
         AND {by_text} AND a.state <> 'erased' ORDER BY a.id {order} LIMIT ?4"
    ))?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut page = Vec::new();
    loop {
        let wanted = limit - page.len();
        let mut some = rows.query(params![
            host,
            after,
            inviter,
            i64::try_from(wanted).unwrap_or(i64::MAX),
            query.group,
            query.role.map(Role::as_str),
            query.standing.map(Standing::as_str),
            query.text.as_deref().map(holding),
        ])?;
        let mut seen = 0;
        while let Some(row) = some.next()? {
            seen += 1;
            after = row.get("id")?;
            page.extend(poison::sound("account", after, read_row(&query.host, row))?);
        }
        // A page that is not full is the last, so that others take the places of damaged ones.
        if seen < wanted || page.len() >= limit {
            return Ok(page);
        }
    }
}

/// A pattern for what holds `text`, whatever `text` holds. Names are kept in small letters.
fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern + "%"
}

fn counts(tx: &Tx, host: &HostName, since: Millis) -> Result<AccountCounts, StoreError> {
    let host = host_id(tx, host)?;
    let mut of = tx.prepare_cached(COUNT)?;
    let mut of =
        |state: &str| of.query_row(params![host, state], |row| row.get(0)).optional().map(Option::unwrap_or_default);
    let (active, disabled, deleted) = (of("active")?, of("disabled")?, of("deleted")?);
    let new = tx.prepare_cached(COUNT_NEW)?.query_row(params![host, since], |row| row.get(0))?;
    Ok(AccountCounts { active, disabled, deleted, new })
}

/// Kept by the database itself: see the migration.
const COUNT: &str = "SELECT count FROM account_count WHERE host = ?1 AND state = ?2";

const COUNT_NEW: &str = "SELECT count(*) FROM account WHERE host = ?1 AND state = 'active' AND created > ?2";

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
        // Apps that are signed in are in no table.
        AccountChange::SignedOut { .. } => Ok(()),
        AccountChange::KeysUpgraded { account, keys } => {
            let (host, id) = account_id(tx, account)?;
            tx.prepare_cached("DELETE FROM password_key WHERE host = ?1 AND account = ?2 AND kind = ?3")?
                .execute(params![host, id, keys.kind.as_str()])?;
            write_keys(tx, host, id, std::slice::from_ref(keys))
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
        "INSERT INTO account (host, name, looks, role, state, since, created, invite, inviter, depth, root) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        host,
        local(&account.jid),
        names::skeleton(local(&account.jid)),
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

const KEYS: &str = "SELECT kind, sealed FROM password_key WHERE host = ?1 AND account = ?2 ORDER BY kind";

const STATE: &str = "SELECT name, state, since FROM account WHERE host = ?1 AND id = ?2";

/// The account with keys that stands for a number.
const SOMEBODY: &str = "SELECT account FROM password_key WHERE host = ?1 AND account >= \
     ?2 % (SELECT max(account) + 1 FROM password_key WHERE host = ?1) ORDER BY account LIMIT 1";

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
