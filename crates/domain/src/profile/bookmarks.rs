//! Bookmarked rooms in all their places: one item each, the list in an item, and the list in private XML. What an act
//! writes in one, the same transaction writes in the others.
//!
//! Spec: XEP-0402 v1.2.0, §5.3; XEP-0411 v1.1.0, §3 and §5; XEP-0048 v1.2; XEP-0049 v1.2.
//! Left out: a list whose node is deleted takes nothing away: apps that move to items do that.

use parlour_xmpp::ns;
use parlour_xmpp::payload::pubsub::options::AccessModel;
use parlour_xmpp::xml::Element;

use super::publisher::Publisher;
use super::rooms::{self, RoomItem, TooManyRooms};
use super::{CURRENT, complete};
use crate::Change;
use crate::kept::Kept;
use crate::personal::{PersonalChange, PrivateKey};
use crate::pubsub::{Item, MAX_PAYLOAD_BYTES, NodeFacts, PubsubChange, PubsubRefusal, cost};

/// Bytes that the items of rooms may take together: a thousand of a kilobyte. Some milliseconds to read.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// What is true of an account's rooms before the act.
#[derive(Clone, Debug, Default)]
pub struct RoomFacts {
    /// The items, in the order they were published.
    pub items: Vec<Item>,
    /// The list in private XML.
    pub private: Option<Kept>,
    /// The id of the item that holds the list, and the list.
    pub list: Option<Item>,
    /// The node of the items.
    pub items_node: NodeFacts,
    /// The node of the list.
    pub list_node: NodeFacts,
}

/// Under what the list is in private XML.
pub fn key() -> PrivateKey {
    PrivateKey { namespace: ns::BOOKMARKS_LEGACY.to_owned(), name: "storage".to_owned() }
}

/// Whether an act's change touches rooms.
pub fn touches(change: &Change) -> bool {
    match change {
        Change::Personal(PersonalChange::Private { key: set, .. }) => *set == key(),
        Change::Pubsub(PubsubChange::Created { .. } | PubsubChange::Configured { .. }) => false,
        Change::Pubsub(change) => [ns::BOOKMARKS, ns::BOOKMARKS_LEGACY].contains(&change.node().name.as_str()),
        _ => false,
    }
}

/// Whether an item still fits among the rooms, which are all read whenever one of them changes, while others wait to
/// write. `taken` is what they take, `held` what the item of that id does.
///
/// # Errors
/// [`PubsubRefusal::Full`].
pub fn fits(change: &Change, taken: u64, held: u64) -> Result<(), PubsubRefusal> {
    match change {
        Change::Pubsub(PubsubChange::Published { node, item, .. })
            if node.name == ns::BOOKMARKS
                && taken.saturating_sub(held).saturating_add(cost(&item.id, item.payload.as_ref())) > MAX_BYTES =>
        {
            Err(PubsubRefusal::Full { max: MAX_BYTES })
        }
        _ => Ok(()),
    }
}

/// What changes besides, so that all places say the same. `publisher` writes into nodes.
///
/// # Errors
/// [`PubsubRefusal`], where another place has no room.
pub fn follow(change: &Change, facts: &RoomFacts, publisher: &mut Publisher) -> Result<Vec<Change>, PubsubRefusal> {
    let mut shelf = Shelf { items: facts.items.iter().filter_map(room).collect(), node: facts.items_node.clone() };
    match change {
        Change::Personal(PersonalChange::Private { xml, .. }) => {
            let Some(list) = read(xml, ns::PRIVATE) else { return Ok(Vec::new()) };
            let mut changes = shelf.spread(&list, publisher)?;
            changes.extend(shelf.publish_list(&rooms::collate(&shelf.items, Some(&list)), facts, publisher)?);
            Ok(changes)
        }
        Change::Pubsub(PubsubChange::Published { node, item, .. }) if node.name == ns::BOOKMARKS_LEGACY => {
            let list = item.payload.as_ref().and_then(|xml| read(xml, ns::CLIENT));
            // Not what is private to the owner, or no list.
            let Some(list) = list.filter(|list| list.is(ns::BOOKMARKS_LEGACY, "storage")) else {
                return Ok(Vec::new());
            };
            let mut changes = shelf.spread(&list, publisher)?;
            changes.extend(shelf.keep_private(&rooms::collate(&shelf.items, Some(&list)), facts, publisher)?);
            Ok(changes)
        }
        Change::Pubsub(change) if change.node().name == ns::BOOKMARKS => shelf.items_changed(change, facts, publisher),
        _ => Ok(Vec::new()),
    }
}

/// The items as they will be.
struct Shelf {
    items: Vec<RoomItem>,
    node: NodeFacts,
}

impl Shelf {
    /// One item, or all, came or went: the lists are written anew.
    fn items_changed(
        &mut self,
        change: &PubsubChange,
        facts: &RoomFacts,
        publisher: &mut Publisher,
    ) -> Result<Vec<Change>, PubsubRefusal> {
        let mut changes = Vec::new();
        let private = facts.private.as_ref().and_then(|xml| read(xml, ns::PRIVATE));
        match change {
            PubsubChange::Published { item, evicted, node, .. } => {
                self.items.retain(|old| old.id != item.id && !evicted.contains(&old.id));
                self.items.extend(room(item));
                let list = private.as_ref().filter(|_| facts.items_node.config.is_none());
                if let Some(list) = list {
                    // The first item of all: rooms that were only ever in the list come along, and none goes.
                    self.node = NodeFacts { config: Some(node.config.clone()), items: 1, ..self.node.clone() };
                    let missing = rooms::spread(list, &self.items).map_err(too_many)?.publish;
                    let new = |room: &RoomItem| !self.items.iter().any(|item| item.id == room.id);
                    let missing: Vec<RoomItem> = missing.into_iter().filter(new).collect();
                    changes.extend(self.put(missing, publisher)?);
                }
            }
            PubsubChange::Retracted { id, .. } => self.items.retain(|old| old.id != *id),
            PubsubChange::Purged { .. } | PubsubChange::Deleted { .. } => self.items.clear(),
            PubsubChange::Created { .. } | PubsubChange::Configured { .. } => return Ok(changes),
        }
        let list = rooms::collate(&self.items, private.as_ref());
        if private.as_ref() != Some(&list) {
            changes.extend(self.keep_private(&list, facts, publisher)?);
        }
        changes.extend(self.publish_list(&list, facts, publisher)?);
        Ok(changes)
    }

    /// A list came: the items follow it. §5: not into a node that others may read.
    fn spread(&mut self, list: &Element, publisher: &mut Publisher) -> Result<Vec<Change>, PubsubRefusal> {
        if !is_private(&self.node) {
            return Ok(Vec::new());
        }
        let change = rooms::spread(list, &self.items).map_err(too_many)?;
        let mut changes = Vec::new();
        for id in &change.retract {
            let held = self.held(id);
            changes.extend(publisher.take_back(ns::BOOKMARKS, &mut self.node, id, held.unwrap_or_default())?);
            self.items.retain(|item| item.id != *id);
        }
        changes.extend(self.put(change.publish, publisher)?);
        Ok(changes)
    }

    fn put(&mut self, items: Vec<RoomItem>, publisher: &mut Publisher) -> Result<Vec<Change>, PubsubRefusal> {
        let mut changes = Vec::new();
        for item in items {
            let held = self.held(&item.id);
            let payload = complete(&item.conference);
            changes.extend(publisher.put(ns::BOOKMARKS, &mut self.node, &item.id, payload, held)?);
            // In its place, so that lists keep their order.
            match self.items.iter_mut().find(|old| old.id == item.id) {
                Some(old) => *old = item,
                None => self.items.push(item),
            }
        }
        Ok(changes)
    }

    fn held(&self, id: &str) -> Option<u64> {
        let item = self.items.iter().find(|item| item.id == id)?;
        Some(cost(id, Some(&complete(&item.conference))))
    }

    fn keep_private(
        &self,
        list: &Element,
        facts: &RoomFacts,
        publisher: &Publisher,
    ) -> Result<Vec<Change>, PubsubRefusal> {
        if facts.private.is_none() && list.is_empty() {
            return Ok(Vec::new());
        }
        let xml = Kept::from(list.to_bytes(ns::PRIVATE));
        let bytes = xml.as_bytes().len();
        if bytes > MAX_PAYLOAD_BYTES {
            return Err(PubsubRefusal::PayloadTooBig { bytes, max: MAX_PAYLOAD_BYTES });
        }
        Ok(vec![PersonalChange::Private { owner: publisher.owner().clone(), key: key(), xml }.into()])
    }

    fn publish_list(
        &self,
        list: &Element,
        facts: &RoomFacts,
        publisher: &mut Publisher,
    ) -> Result<Vec<Change>, PubsubRefusal> {
        let before = facts.list.as_ref().and_then(|item| read(item.payload.as_ref()?, ns::CLIENT));
        let same = before.as_ref().map_or(list.is_empty(), |before| before == list);
        if same || !is_private(&facts.list_node) {
            return Ok(Vec::new());
        }
        let id = facts.list.as_ref().map_or(CURRENT, |item| item.id.as_str());
        publisher.publish(ns::BOOKMARKS_LEGACY, &facts.list_node, id, complete(list))
    }
}

fn too_many(_: TooManyRooms) -> PubsubRefusal {
    PubsubRefusal::OutOfBounds { field: "pubsub#max_items" }
}

fn room(item: &Item) -> Option<RoomItem> {
    let conference = read(item.payload.as_ref()?, ns::CLIENT)?;
    conference.is(ns::BOOKMARKS, "conference").then(|| RoomItem { id: item.id.clone(), conference })
}

/// Nobody else may read the node; one that is made now is made so.
fn is_private(node: &NodeFacts) -> bool {
    node.config.as_ref().is_none_or(|config| config.access_model == AccessModel::Whitelist)
}

fn read(xml: &Kept, default_ns: &str) -> Option<Element> {
    Element::parse(xml.as_bytes(), default_ns).ok()
}

#[cfg(test)]
#[path = "bookmarks_tests.rs"]
mod tests;
