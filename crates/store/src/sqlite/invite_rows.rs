//! One invite as a row, there and back.

use parlour_domain::invite::{Invite, InviteKind, Who};
use parlour_domain::token::TokenId;
use parlour_domain::{HostName, Role};
use parlour_xmpp::jid::BareJid;
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
    tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM invite v LEFT JOIN account m ON m.id = v.maker WHERE v.host = ?1 AND v.public = ?2"
    ))?
    .query_row(params![host_id(tx, host)?, id.as_str()], |row| Ok(read(host, row)))
    .optional()?
    .transpose()
}

pub(super) fn read(host: &HostName, row: &Row<'_>) -> Result<Invite, StoreError> {
    let word = |column: &str| row.get::<_, String>(column);
    let maker: Option<String> = row.get("maker_name")?;
    let (role, parent): (Option<String>, Option<String>) = (row.get("role")?, row.get("parent")?);
    let (revoked, revoked_by): (Option<i64>, Option<String>) = (row.get("revoked")?, row.get("revoked_by")?);
    let renewed: Option<String> = row.get("renewed")?;
    Ok(Invite {
        id: read_id(&word("public")?)?,
        key: row.get("key")?,
        host: host.clone(),
        kind: InviteKind::from_name(&word("kind")?).ok_or_else(|| StoreError::damaged("an invite's kind"))?,
        maker: match (word("maker_kind")?.as_str(), maker) {
            ("operator", None) => Who::Operator,
            ("server", None) => Who::Server,
            ("newcomer", None) => Who::Newcomer,
            ("account", Some(name)) => Who::Account(jid(host, &name)?),
            _ => return Err(StoreError::damaged("an invite's maker")),
        },
        subscribe: row.get("subscribe")?,
        created: row.get("created")?,
        expires: row.get("expires")?,
        max_uses: row.get("max_uses")?,
        uses: row.get("uses")?,
        opened: row.get("opened")?,
        name: row.get("name")?,
        role: role
            .map(|role| Role::from_name(&role).ok_or_else(|| StoreError::damaged("an invite's role")))
            .transpose()?,
        groups: serde_json::from_str(&word("groups")?).map_err(|_| StoreError::damaged("an invite's groups"))?,
        note: row.get("note")?,
        hello: row.get("hello")?,
        lang: row.get("lang")?,
        parent: parent.map(|id| read_id(&id)).transpose()?,
        depth: row.get("depth")?,
        renewed: renewed.map(|id| read_id(&id)).transpose()?,
        revoked: match (revoked, revoked_by) {
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

/// What [`read`] reads.
pub(super) const COLUMNS: &str = "v.*, m.name AS maker_name";
