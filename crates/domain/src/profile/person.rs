//! A person's picture and card in all their forms: what an act writes in one, the same transaction writes in the others.
//!
//! Spec: XEP-0398 v1.0.0, §3 (pictures) and §8 (whom a copy may not reach); XEP-0292 v0.12.0, §11 (cards).
//! Left out: forms of a picture behind a URL, which is not fetched (ATTACKS 86); a node that is opened again copies
//! nothing until it is published to.

use parlour_xmpp::ns;
use parlour_xmpp::payload::avatar::{self, AvatarInfo};
use parlour_xmpp::payload::pubsub::options::AccessModel;
use parlour_xmpp::payload::vcard;
use parlour_xmpp::xml::Element;

use super::picture::{Picture, PictureHash};
use super::publisher::Publisher;
use super::{CURRENT, card, complete};
use crate::Change;
use crate::kept::Kept;
use crate::personal::PersonalChange;
use crate::pubsub::{Affiliation, Item, NodeConfig, NodeFacts, PubsubChange, PubsubRefusal};

/// What is true of a person before the act.
#[derive(Clone, Debug, Default)]
pub struct PersonFacts {
    /// The card in its older form, and the picture that is in it.
    pub card: Option<(Kept, Option<PictureHash>)>,
    /// The card in its newer form.
    pub vcard4: Option<Item>,
    /// What there is to know of the picture.
    pub metadata: Option<Item>,
    /// The item of the picture's bytes that the act is about, see [`data_of`].
    pub data: Option<Item>,
    /// The node of the newer card.
    pub vcard4_node: NodeFacts,
    /// The node of what there is to know.
    pub metadata_node: NodeFacts,
    /// The node of bytes.
    pub data_node: NodeFacts,
}

/// Whether an act's change touches what a person shows.
pub fn touches(change: &Change) -> bool {
    match change {
        Change::Personal(PersonalChange::VCard { .. }) => true,
        Change::Pubsub(change) => {
            [ns::VCARD4_NODE, ns::AVATAR_METADATA, ns::AVATAR_DATA].contains(&change.node().name.as_str())
        }
        _ => false,
    }
}

/// The picture that an act's change speaks of: which item of bytes is to be loaded.
pub fn data_of(change: &Change) -> Option<String> {
    let Change::Pubsub(PubsubChange::Published { node, item, .. }) = change else { return None };
    (node.name == ns::AVATAR_METADATA).then(|| shown_by(item)).flatten()
}

/// What changes besides, so that all forms say the same. `publisher` writes into nodes.
///
/// # Errors
/// [`PubsubRefusal`], where another form has no room.
pub fn follow(change: &Change, facts: &PersonFacts, publisher: &mut Publisher) -> Result<Vec<Change>, PubsubRefusal> {
    match change {
        Change::Personal(PersonalChange::VCard { xml, picture, .. }) => card_set(xml, *picture, facts, publisher),
        Change::Pubsub(PubsubChange::Published { node, item, .. }) => match node.name.as_str() {
            ns::AVATAR_DATA => data_published(&node.config, item, facts, publisher),
            ns::AVATAR_METADATA => Ok(metadata_published(&node.config, item, facts, publisher)),
            ns::VCARD4_NODE => vcard4_published(&node.config, item, facts, publisher),
            _ => Ok(Vec::new()),
        },
        Change::Pubsub(
            PubsubChange::Retracted { node, .. }
            | PubsubChange::Purged { node, .. }
            | PubsubChange::Deleted { node, .. },
        ) => match node.name.as_str() {
            ns::AVATAR_METADATA => Ok(pictured(facts, None, publisher)),
            ns::VCARD4_NODE => carded(&Element::new(ns::VCARD4, "vcard"), facts, publisher),
            _ => Ok(Vec::new()),
        },
        // §8: what only some may see from now on is taken out of the card that all contacts read.
        Change::Pubsub(PubsubChange::Configured { node, .. }) => {
            let pictures = [ns::AVATAR_METADATA, ns::AVATAR_DATA].contains(&node.name.as_str());
            Ok(if pictures && !is_shared(&node.config) { pictured(facts, None, publisher) } else { Vec::new() })
        }
        _ => Ok(Vec::new()),
    }
}

/// §3.2: the older card's photo is published, and its fields.
fn card_set(
    xml: &Kept,
    picture: Option<PictureHash>,
    facts: &PersonFacts,
    publisher: &mut Publisher,
) -> Result<Vec<Change>, PubsubRefusal> {
    let Some(card) = read(xml, ns::VCARD) else { return Ok(Vec::new()) };
    let mut changes = Vec::new();
    let published = facts.metadata.as_ref().and_then(shown_by);
    match picture {
        Some(hash) if published.as_deref().and_then(PictureHash::from_hex) != Some(hash) => {
            // It was judged when the card came.
            if let Ok(Some((_, bytes))) = vcard::photo(&card)
                && let Ok(picture) = Picture::new(bytes)
            {
                let id = hash.to_string();
                let data = complete(&avatar::data(&picture.bytes));
                changes.extend(publisher.publish(ns::AVATAR_DATA, &facts.data_node, &id, data)?);
                let data = complete(&avatar::metadata(&[info(&picture)]));
                changes.extend(publisher.publish(ns::AVATAR_METADATA, &facts.metadata_node, &id, data)?);
            }
        }
        // Taken out of the card: XEP-0084 §3.5.
        None if published.is_some() && facts.card.as_ref().is_some_and(|(_, picture)| picture.is_some()) => {
            let none = complete(&avatar::metadata(&[]));
            changes.extend(publisher.publish(ns::AVATAR_METADATA, &facts.metadata_node, CURRENT, none)?);
        }
        _ => {}
    }
    let before = facts.vcard4.as_ref().and_then(|item| Some((&item.id, read(item.payload.as_ref()?, ns::CLIENT)?)));
    let now = card::to_vcard4(&card, before.as_ref().map(|(_, before)| before));
    let same = before.as_ref().map_or(now.is_empty(), |(_, before)| *before == now);
    if !same {
        let id = before.as_ref().map_or(CURRENT, |(id, _)| id.as_str());
        changes.extend(publisher.publish(ns::VCARD4_NODE, &facts.vcard4_node, id, complete(&now))?);
    }
    Ok(changes)
}

/// The bytes of a picture, which may come after what there is to know of it.
fn data_published(
    config: &NodeConfig,
    item: &Item,
    facts: &PersonFacts,
    publisher: &mut Publisher,
) -> Result<Vec<Change>, PubsubRefusal> {
    let Some(picture) = picture_in(item).transpose()? else { return Ok(Vec::new()) };
    let wanted = facts.metadata.as_ref().and_then(shown_by);
    let open = is_shared(config) && facts.metadata_node.config.as_deref().is_some_and(is_shared);
    if wanted.as_ref() != Some(&item.id) || !open || !names(&item.id, &picture) {
        return Ok(Vec::new());
    }
    Ok(pictured(facts, Some(&picture), publisher))
}

/// §3.1: the card gets the photo that is announced now.
fn metadata_published(config: &NodeConfig, item: &Item, facts: &PersonFacts, publisher: &mut Publisher) -> Vec<Change> {
    if !is_shared(config) {
        return Vec::new();
    }
    if shown_by(item).is_none() {
        let says_none = item
            .payload
            .as_ref()
            .and_then(|xml| read(xml, ns::CLIENT))
            .is_some_and(|metadata| avatar::read_metadata(&metadata).is_ok_and(|infos| infos.is_empty()));
        return if says_none { pictured(facts, None, publisher) } else { Vec::new() };
    }
    let open = facts.data_node.config.as_deref().is_some_and(is_shared);
    match facts.data.as_ref().filter(|_| open).map(|data| (data, picture_in(data))) {
        // §3.1: the hash has to be that of the image.
        Some((data, Some(Ok(picture)))) if names(&data.id, &picture) => pictured(facts, Some(&picture), publisher),
        // It may come yet.
        _ => Vec::new(),
    }
}

/// The older card gets the fields of the newer.
fn vcard4_published(
    config: &NodeConfig,
    item: &Item,
    facts: &PersonFacts,
    publisher: &mut Publisher,
) -> Result<Vec<Change>, PubsubRefusal> {
    let card = item.payload.as_ref().and_then(|xml| read(xml, ns::CLIENT));
    match card.filter(|card| card.is(ns::VCARD4, "vcard")) {
        Some(card) if is_shared(config) => carded(&card, facts, publisher),
        _ => Ok(Vec::new()),
    }
}

/// The older card, with the fields of a newer one and the picture it had.
fn carded(vcard4: &Element, facts: &PersonFacts, publisher: &Publisher) -> Result<Vec<Change>, PubsubRefusal> {
    let before = facts.card.as_ref().and_then(|(xml, _)| read(xml, ns::VCARD));
    let now = card::to_vcard_temp(vcard4, before.as_ref());
    if before.as_ref() == Some(&now) || (before.is_none() && now.is_empty()) {
        return Ok(Vec::new());
    }
    let xml = Kept::from(now.to_bytes(ns::VCARD));
    let bytes = xml.as_bytes().len();
    if bytes > vcard::MAX_BYTES {
        return Err(PubsubRefusal::PayloadTooBig { bytes, max: vcard::MAX_BYTES });
    }
    let picture = facts.card.as_ref().and_then(|(_, picture)| *picture);
    Ok(vec![PersonalChange::VCard { owner: publisher.owner().clone(), xml, picture }.into()])
}

/// The older card with this picture, or none.
fn pictured(facts: &PersonFacts, picture: Option<&Picture>, publisher: &Publisher) -> Vec<Change> {
    let shown = facts.card.as_ref().and_then(|(_, picture)| *picture);
    let hash = picture.map(|picture| picture.hash);
    if shown == hash {
        return Vec::new();
    }
    let before = facts.card.as_ref().and_then(|(xml, _)| read(xml, ns::VCARD)).unwrap_or_else(vcard::empty);
    let now = vcard::with_photo(before, picture.map(|p| (p.image.kind.media_type(), &*p.bytes)));
    let xml = Kept::from(now.to_bytes(ns::VCARD));
    if xml.as_bytes().len() > vcard::MAX_BYTES {
        // A card that is nearly full of other things keeps the photo it had.
        return Vec::new();
    }
    vec![PersonalChange::VCard { owner: publisher.owner().clone(), xml, picture: hash }.into()]
}

/// The picture that is announced and lies in an item of its own (§3.1: one that is not behind a URL).
fn shown_by(metadata: &Item) -> Option<String> {
    let metadata = read(metadata.payload.as_ref()?, ns::CLIENT)?;
    let infos = avatar::read_metadata(&metadata).ok()?;
    infos.into_iter().find(|info| info.url.is_none()).map(|info| info.id)
}

/// The picture in an item; `None` where the item holds something else.
fn picture_in(data: &Item) -> Option<Result<Picture, PubsubRefusal>> {
    let data = read(data.payload.as_ref()?, ns::CLIENT).filter(|data| data.is(ns::AVATAR_DATA, "data"))?;
    let max = super::image::MAX_BYTES;
    let bytes = match avatar::read_data(&data, max) {
        Ok(bytes) => bytes,
        Err(parlour_xmpp::payload::BadPayload::TooLong { .. }) => {
            let bytes = data.text_cow().len() / 4 * 3;
            return Some(Err(PubsubRefusal::BadPicture(super::image::BadImage::TooLarge { bytes, max })));
        }
        Err(_) => return Some(Err(PubsubRefusal::BadPicture(super::image::BadImage::Unknown))),
    };
    Some(Picture::new(bytes).map_err(PubsubRefusal::BadPicture))
}

fn names(id: &str, picture: &Picture) -> bool {
    PictureHash::from_hex(id) == Some(picture.hash)
}

fn info(picture: &Picture) -> AvatarInfo {
    AvatarInfo {
        id: picture.hash.to_string(),
        bytes: u32::try_from(picture.bytes.len()).unwrap_or(u32::MAX),
        media_type: picture.image.kind.media_type().to_owned(),
        width: Some(picture.image.width),
        height: Some(picture.image.height),
        url: None,
    }
}

/// §8: whoever may read the card may read the node. Ours is for contacts, so a node for contacts will do, if none of them
/// is shut out.
fn is_shared(config: &NodeConfig) -> bool {
    matches!(config.access_model, AccessModel::Open | AccessModel::Presence)
        && config.affiliates.iter().all(|(_, affiliation)| *affiliation != Affiliation::Outcast)
}

fn read(xml: &Kept, default_ns: &str) -> Option<Element> {
    Element::parse(xml.as_bytes(), default_ns).ok()
}

#[cfg(test)]
#[path = "person_tests.rs"]
mod tests;
