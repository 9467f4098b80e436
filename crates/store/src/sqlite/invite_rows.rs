//! One invite as a row, there and back.

use std::sync::LazyLock;

use parlour_domain::invite::{Invite, InviteKind, Who};
use parlour_domain::token::TokenId;
use parlour_domain::{HostName, Role};
use parlour_xmpp::jid::BareJid;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{account_id, jid};
use super::{HostId, Tx, host_id};
use crate::StoreError;

pub(super) fn insert(tx: &Tx, host: HostId, invite: &Invite) -> Result<(), StoreError> {
    let maker = match &invite.maker {
        Who::Account(jid) => Some(account_id(tx, jid)?.1),
        Who::Operator | Who::Server | Who::Key(_) | Who::Newcomer => None,
    };
    let groups =
        serde_json::to_string(&invite.groups).map_err(|_| StoreError::damaged("groups that cannot be written"))?;
    tx.prepare_cached(
        "INSERT INTO invite (host, public, key, kind, maker_kind, maker, subscribe, created, expires, max_uses, uses, \
         opened, name, role, groups, note, hello, lang, parent, depth, revoked, revoked_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
    )?
    .execute(params![
        host,
        invite.id.as_str(),
        invite.key,
        invite.kind.as_str(),
        who_kind(&invite.maker),
        maker,
        invite.subscribe,
        invite.created,
        invite.expires,
        invite.max_uses,
        invite.uses,
        invite.opened,
        invite.name,
        invite.role.map(Role::as_str),
        groups,
        invite.note,
        invite.hello,
        invite.lang,
        invite.parent.as_ref().map(TokenId::as_str),
        invite.depth,
        invite.revoked.as_ref().map(|(_, at)| *at),
        invite.revoked.as_ref().map(|(who, _)| write_who(who)),
    ])?;
    let row = tx.last_insert_rowid();
    let mut naming =
        tx.prepare_cached("INSERT OR IGNORE INTO invite_group (host, \"group\", invite) VALUES (?1, ?2, ?3)")?;
    for group in &invite.groups {
        naming.execute(params![host, group, row])?;
    }
    Ok(())
}

pub(super) fn load(tx: &Tx, host: &HostName, id: TokenId) -> Result<Option<Invite>, StoreError> {
    tx.prepare_cached(&SELECT)?
        .query_row(params![host_id(tx, host)?, id.as_str()], |row| Ok(read(host, row)))
        .optional()?
        .transpose()
}

/// Columns in the order of [`COLUMNS`]: found by their numbers, as comparing names took longer than the look-up itself.
struct Cells<'r> {
    row: &'r Row<'r>,
    at: usize,
}

impl Cells<'_> {
    fn next<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.at += 1;
        self.row.get(self.at - 1)
    }

    /// A word that is one of ours, without a copy of it.
    fn word<T>(&mut self, what: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        self.at += 1;
        let word = self.row.get_ref(self.at - 1)?.as_str().ok();
        word.and_then(read).ok_or_else(|| StoreError::damaged(what))
    }
}

pub(super) fn read(host: &HostName, row: &Row<'_>) -> Result<Invite, StoreError> {
    let mut cells = Cells { row, at: 0 };
    let id = cells.word("an invite's id", |id| id.parse().ok())?;
    let key = cells.next()?;
    let kind = cells.word("an invite's kind", InviteKind::from_name)?;
    let maker = match (cells.row.get_ref(cells.at)?.as_str().unwrap_or_default(), cells.row.get_ref(cells.at + 1)?) {
        ("operator", ValueRef::Null) => Who::Operator,
        ("server", ValueRef::Null) => Who::Server,
        ("newcomer", ValueRef::Null) => Who::Newcomer,
        ("account", ValueRef::Text(name)) => {
            let name = std::str::from_utf8(name).map_err(|_| StoreError::damaged("an invite's maker"))?;
            Who::Account(jid(host, name)?)
        }
        _ => return Err(StoreError::damaged("an invite's maker")),
    };
    cells.at += 2;
    Ok(Invite {
        id,
        key,
        host: host.clone(),
        kind,
        maker,
        subscribe: cells.next()?,
        created: cells.next()?,
        expires: cells.next()?,
        max_uses: cells.next()?,
        uses: cells.next()?,
        opened: cells.next()?,
        name: cells.next()?,
        role: cells
            .next::<Option<String>>()?
            .map(|role| Role::from_name(&role).ok_or_else(|| StoreError::damaged("an invite's role")))
            .transpose()?,
        groups: cells.word("an invite's groups", |groups| serde_json::from_str(groups).ok())?,
        note: cells.next()?,
        hello: cells.next()?,
        lang: cells.next()?,
        parent: cells.next::<Option<String>>()?.map(|id| read_id(&id)).transpose()?,
        depth: cells.next()?,
        renewed: cells.next::<Option<String>>()?.map(|id| read_id(&id)).transpose()?,
        revoked: match (cells.next()?, cells.next::<Option<String>>()?) {
            (Some(at), Some(who)) => Some((read_who(&who)?, at)),
            _ => None,
        },
    })
}

pub(super) fn read_id(text: &str) -> Result<TokenId, StoreError> {
    text.parse().map_err(|_| StoreError::damaged("an invite's id"))
}

fn who_kind(who: &Who) -> &'static str {
    match who {
        // Nobody's invite is a key's own: see `Who::answerable`.
        Who::Operator | Who::Key(_) => "operator",
        Who::Server => "server",
        Who::Account(_) => "account",
        Who::Newcomer => "newcomer",
    }
}

/// An address has an `@` and no space before it; the other words have no `@`, but for a key's name.
pub(super) fn write_who(who: &Who) -> String {
    match who {
        Who::Account(jid) => jid.to_string(),
        Who::Key(name) => format!("{KEY}{name}"),
        other => who_kind(other).to_owned(),
    }
}

pub(super) fn read_who(text: &str) -> Result<Who, StoreError> {
    Ok(match text {
        "operator" => Who::Operator,
        "server" => Who::Server,
        "newcomer" => Who::Newcomer,
        text => match text.strip_prefix(KEY) {
            Some(name) => Who::Key(name.to_owned()),
            None => Who::Account(BareJid::new(text).map_err(|_| StoreError::damaged("who did something"))?),
        },
    })
}

/// Before the name of a key that did something.
const KEY: &str = "key ";

/// What [`read`] reads, in its order; the row's own number comes last.
pub(super) const COLUMNS: &str = "v.public, v.key, v.kind, v.maker_kind, m.name, v.subscribe, v.created, v.expires, \
    v.max_uses, v.uses, v.opened, v.name, v.role, v.groups, v.note, v.hello, v.lang, v.parent, v.depth, v.renewed, \
    v.revoked, v.revoked_by, v.id";

/// One of them.
pub(super) static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {COLUMNS} FROM invite v LEFT JOIN account m ON m.id = v.maker WHERE v.host = ?1 AND v.public = ?2")
});

/// Where the row's own number stands.
pub(super) const NUMBER: usize = 22;
