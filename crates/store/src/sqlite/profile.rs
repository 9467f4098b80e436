//! What a change of a picture, a card or a bookmarked room means for its other forms, read and decided in the same
//! transaction. The rules are `domain::profile`.

use parlour_domain::kept::Kept;
use parlour_domain::profile::bookmarks::{self, RoomFacts};
use parlour_domain::profile::person::{self, PersonFacts};
use parlour_domain::profile::picture::PictureHash;
use parlour_domain::profile::publisher::Publisher;
use parlour_domain::pubsub::{Item, PubsubChange, PubsubRefusal};
use parlour_domain::{Change, Millis, Outcome};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use rusqlite::{OptionalExtension, params};

use super::accounts::{AccountId, account_id};
use super::{HostId, Tx, pubsub, pubsub_rows};
use crate::{ActError, StoreError};

/// Adds to an act's changes, none of which is written yet, what follows for other forms.
///
/// # Errors
/// [`PubsubRefusal`], where another form has no room: then nothing changes at all.
pub(super) fn follow(
    tx: &Tx,
    owner: &BareJid,
    at: Millis,
    outcome: Outcome<()>,
) -> Result<Outcome<()>, ActError<PubsubRefusal>> {
    let mut more = Vec::new();
    let mut publisher = Publisher::new(owner.clone(), at);
    for change in &outcome.changes {
        if person::touches(change) {
            let facts = person_facts(tx, owner, person::data_of(change))?;
            more.extend(person::follow(change, &facts, &mut publisher).map_err(ActError::Refused)?);
        } else if bookmarks::touches(change) {
            let (taken, held) = room_bytes(tx, owner, change)?;
            bookmarks::fits(change, taken, held).map_err(ActError::Refused)?;
            let facts = room_facts(tx, owner)?;
            more.extend(bookmarks::follow(change, &facts, &mut publisher).map_err(ActError::Refused)?);
        }
    }
    let mut changes = outcome.changes;
    changes.extend(more);
    Ok(Outcome { changes, out: () })
}

fn person_facts(tx: &Tx, owner: &BareJid, data: Option<String>) -> Result<PersonFacts, StoreError> {
    let (host, id) = account_id(tx, owner)?;
    let card: Option<(Vec<u8>, Option<Vec<u8>>)> = tx
        .prepare_cached("SELECT xml, picture FROM vcard WHERE host = ?1 AND account = ?2")?
        .query_row(params![host, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let hash = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| PictureHash::from_bytes(&bytes));
    let data = data.map(|name| items(tx, (host, id), ns::AVATAR_DATA, Some(&name), 1)).transpose()?;
    Ok(PersonFacts {
        card: card.map(|(xml, picture)| (Kept::from(xml), hash(picture))),
        vcard4: items(tx, (host, id), ns::VCARD4_NODE, None, 1)?.pop(),
        metadata: items(tx, (host, id), ns::AVATAR_METADATA, None, 1)?.pop(),
        data: data.and_then(|mut data| data.pop()),
        vcard4_node: pubsub::facts(tx, owner, ns::VCARD4_NODE, None)?,
        metadata_node: pubsub::facts(tx, owner, ns::AVATAR_METADATA, None)?,
        data_node: pubsub::facts(tx, owner, ns::AVATAR_DATA, None)?,
    })
}

/// What the items of rooms take, and what the one takes that is published again.
fn room_bytes(tx: &Tx, owner: &BareJid, change: &Change) -> Result<(u64, u64), StoreError> {
    let Change::Pubsub(PubsubChange::Published { item, .. }) = change else { return Ok((0, 0)) };
    let (host, id) = account_id(tx, owner)?;
    let found: Option<(i64, i64)> = tx
        .prepare_cached(
            "SELECT bytes, coalesce((SELECT i.bytes FROM pep_item i WHERE i.host = n.host AND i.account = n.account \
             AND i.node = n.id AND i.name = ?4), 0) FROM pep_node n WHERE host = ?1 AND account = ?2 AND name = ?3",
        )?
        .query_row(params![host, id, ns::BOOKMARKS, item.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (taken, held) = found.unwrap_or_default();
    Ok((pubsub::size(taken)?, pubsub::size(held)?))
}

fn room_facts(tx: &Tx, owner: &BareJid) -> Result<RoomFacts, StoreError> {
    let (host, id) = account_id(tx, owner)?;
    let key = bookmarks::key();
    let private: Option<Vec<u8>> = tx
        .prepare_cached(
            "SELECT xml FROM private_xml WHERE host = ?1 AND account = ?2 AND namespace = ?3 AND name = ?4",
        )?
        .query_row(params![host, id, key.namespace, key.name], |row| row.get(0))
        .optional()?;
    let mut all = items(tx, (host, id), ns::BOOKMARKS, None, i64::MAX)?;
    // As they were published.
    all.reverse();
    Ok(RoomFacts {
        items: all,
        private: private.map(Kept::from),
        list: items(tx, (host, id), ns::BOOKMARKS_LEGACY, None, 1)?.pop(),
        items_node: pubsub::facts(tx, owner, ns::BOOKMARKS, None)?,
        list_node: pubsub::facts(tx, owner, ns::BOOKMARKS_LEGACY, None)?,
    })
}

/// The newest items of a node, at most `max`, or the one of this name.
fn items(
    tx: &Tx,
    (host, id): (HostId, AccountId),
    node: &str,
    name: Option<&str>,
    max: i64,
) -> Result<Vec<Item>, StoreError> {
    let Some(row) = pubsub_rows::find(tx, host, id, node)? else { return Ok(Vec::new()) };
    let mut rows = tx.prepare_cached(
        "SELECT name, payload, at FROM pep_item WHERE host = ?1 AND account = ?2 AND node = ?3 \
         AND (?4 IS NULL OR name = ?4) ORDER BY id DESC LIMIT ?5",
    )?;
    let rows = rows.query_map(params![host, id, row.id, name, max], |row| {
        let payload: Option<Vec<u8>> = row.get(1)?;
        Ok(Item { id: row.get(0)?, payload: payload.map(Kept::from), at: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
