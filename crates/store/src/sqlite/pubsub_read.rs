//! Questions about what accounts publish, judged on what is true when they are answered.

use std::sync::Arc;

use parlour_domain::Millis;
use parlour_domain::kept::Kept;
use parlour_domain::pubsub::access::{self, Standing};
use parlour_domain::pubsub::{
    Found, Item, Last, MAX_ANSWER_BYTES, News, Node, NodeConfig, PubsubRefusal, Which, choose,
};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, params};

use super::accounts::{AccountId, account_id};
use super::pubsub::Key;
use super::pubsub_rows::{self, NodeRow};
use super::{HostId, Tx, blocking};
use crate::StoreError;

/// What a question ends with.
type Answer<T> = Result<Result<T, PubsubRefusal>, StoreError>;

pub(super) fn node(tx: &Tx, owner: &BareJid, name: String, asker: &BareJid) -> Answer<Node> {
    Ok(readable(tx, owner, &name, asker)?.map(|(_, row)| Node { name, config: Arc::new(row.config) }))
}

pub(super) fn nodes(tx: &Tx, owner: &BareJid, asker: &BareJid) -> Answer<Vec<Node>> {
    let Some((host, id)) = known(tx, owner)? else { return Ok(Err(PubsubRefusal::Hidden)) };
    let standing = standing(tx, host, id, owner, asker)?;
    let mut rows = tx.prepare_cached(
        "SELECT id, name, config, items FROM pep_node WHERE host = ?1 AND account = ?2 ORDER BY name",
    )?;
    let mut rows = rows.query(params![host, id])?;
    let mut nodes = Vec::new();
    while let Some(row) = rows.next()? {
        let config = pubsub_rows::read_row(row)?.config;
        if access::may_read(&config, asker, &standing).is_ok() {
            nodes.push(Node { name: row.get("name")?, config: Arc::new(config) });
        }
    }
    Ok(if nodes.is_empty() && !standing.knows() { Err(PubsubRefusal::Hidden) } else { Ok(nodes) })
}

pub(super) fn items(
    tx: &Tx,
    owner: &BareJid,
    name: String,
    asker: &BareJid,
    which: &Which,
    now: Millis,
) -> Answer<Found> {
    let (key, row) = match readable(tx, owner, &name, asker)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !row.config.persist_items {
        return Ok(Err(PubsubRefusal::NotKept));
    }
    let order = order(tx, key, &row.config, row.config.max_items, now)?;
    let names: Vec<&str> = order.iter().map(|(_, name)| name.as_str()).collect();
    let chosen = match choose(&names, which) {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // What comes before an item ends there: if it is cut, then at its beginning.
    let backwards = matches!(which, Which::Before { .. });
    let near: Vec<usize> = if backwards { chosen.iter().rev().copied().collect() } else { chosen.clone() };
    let (mut items, mut bytes, mut first) = (Vec::with_capacity(chosen.len()), 0, None);
    for at in near {
        let Some((number, _)) = order.get(at) else { continue };
        let item = one(tx, key, *number)?;
        bytes += item.payload.as_ref().map_or(0, |payload| payload.as_bytes().len());
        // One always fits; the rest is there for whoever asks for the next page.
        if bytes > MAX_ANSWER_BYTES && !items.is_empty() {
            break;
        }
        items.push(item);
        first = if backwards { Some(at) } else { first.or(Some(at)) };
    }
    if backwards {
        items.reverse();
    }
    let first = first.unwrap_or_default();
    let node = Node { name, config: Arc::new(row.config) };
    Ok(Ok(Found { node, complete: items.len() == chosen.len(), items, first, total: order.len() }))
}

pub(super) fn news(
    tx: &Tx,
    owners: Vec<BareJid>,
    names: &[String],
    asker: &BareJid,
    now: Millis,
) -> Result<News, StoreError> {
    let (mut news, mut bytes) = (News::default(), 0);
    for owner in owners {
        if bytes > MAX_ANSWER_BYTES {
            break;
        }
        news.looked += 1;
        let Some((host, id)) = known(tx, &owner)? else { continue };
        let wanted = wanted(tx, host, id, names)?;
        if wanted.is_empty() {
            continue;
        }
        let standing = standing(tx, host, id, &owner, asker)?;
        // Who publishes much leaves room for others: the rest of it is there for whoever asks.
        let most = bytes + MAX_ANSWER_BYTES / 2;
        for (name, row) in wanted {
            if bytes > most {
                break;
            }
            if !row.config.greets() || access::may_read(&row.config, asker, &standing).is_err() {
                continue;
            }
            let key = (host, id, row.id);
            let Some((number, _)) = order(tx, key, &row.config, 1, now)?.into_iter().next() else { continue };
            let item = one(tx, key, number)?;
            bytes += item.payload.as_ref().map_or(0, |payload| payload.as_bytes().len());
            news.found.push((owner.clone(), Last { node: Node { name, config: Arc::new(row.config) }, item }));
        }
    }
    Ok(news)
}

/// The nodes of these names that hold something: most accounts have few, and few that somebody wants.
fn wanted(tx: &Tx, host: HostId, id: AccountId, names: &[String]) -> Result<Vec<(String, NodeRow)>, StoreError> {
    let mut rows = tx.prepare_cached(
        "SELECT id, name, config, items FROM pep_node WHERE host = ?1 AND account = ?2 AND items > 0 ORDER BY name",
    )?;
    let mut rows = rows.query(params![host, id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get("name")?;
        if names.contains(&name) {
            found.push((name, pubsub_rows::read_row(row)?));
        }
    }
    Ok(found)
}

/// An account that is there, though perhaps switched off; `None` for one that was deleted.
pub(super) fn known(tx: &Tx, owner: &BareJid) -> Result<Option<(HostId, AccountId)>, StoreError> {
    let (host, id) = match account_id(tx, owner) {
        Ok(found) => found,
        Err(StoreError::UnknownAccount { .. } | StoreError::UnknownHost { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let there = tx
        .prepare_cached("SELECT 1 FROM account WHERE host = ?1 AND id = ?2 AND state IN ('active', 'disabled')")?
        .exists(params![host, id])?;
    Ok(there.then_some((host, id)))
}

pub(super) fn standing(
    tx: &Tx,
    host: HostId,
    id: AccountId,
    owner: &BareJid,
    who: &BareJid,
) -> Result<Standing, StoreError> {
    if who == owner {
        return Ok(Standing::Owner);
    }
    if blocking::is_blocked(tx, host, id, who)? {
        return Ok(Standing::Blocked);
    }
    let found: Option<(i64, bool, String)> = tx
        .prepare_cached(
            "SELECT sees, seen, groups FROM roster_item WHERE host = ?1 AND account = ?2 AND contact = ?3 AND NOT gone",
        )?
        .query_row(params![host, id, who.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((sees, seen, groups)) = found else { return Ok(Standing::Stranger) };
    let groups = serde_json::from_str(&groups).map_err(|_| StoreError::damaged("a roster item's groups"))?;
    Ok(Standing::Contact { sees: seen, wanted: sees != 0, groups })
}

/// The node, if the asker may read it.
fn readable(tx: &Tx, owner: &BareJid, name: &str, asker: &BareJid) -> Answer<(Key, NodeRow)> {
    let Some((host, id)) = known(tx, owner)? else { return Ok(Err(PubsubRefusal::Hidden)) };
    let standing = standing(tx, host, id, owner, asker)?;
    let Some(row) = pubsub_rows::find(tx, host, id, name)? else { return Ok(Err(access::missing(&standing))) };
    Ok(access::may_read(&row.config, asker, &standing).map(|()| ((host, id, row.id), row)))
}

/// The items that are shown, as number and name, the newest first.
fn order(
    tx: &Tx,
    (host, id, node): Key,
    config: &NodeConfig,
    most: u32,
    now: Millis,
) -> Result<Vec<(i64, String)>, StoreError> {
    let until = config.expired_until(now).unwrap_or(Millis::MIN);
    let mut rows = tx.prepare_cached(
        "SELECT id, name FROM pep_item WHERE host = ?1 AND account = ?2 AND node = ?3 AND at > ?4 \
         ORDER BY id DESC LIMIT ?5",
    )?;
    let rows = rows.query_map(params![host, id, node, until, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn one(tx: &Tx, (host, id, node): Key, number: i64) -> Result<Item, StoreError> {
    Ok(tx
        .prepare_cached(
            "SELECT name, payload, at FROM pep_item WHERE host = ?1 AND account = ?2 AND node = ?3 AND id = ?4",
        )?
        .query_row(params![host, id, node, number], |row| {
            let payload: Option<Vec<u8>> = row.get(1)?;
            Ok(Item { id: row.get(0)?, payload: payload.map(Kept::from), at: row.get(2)? })
        })?)
}
