//! What one form means for the others.

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;

use super::*;
use crate::profile::image::tests::png_of;
use crate::pubsub::{Node, cost};

fn owner() -> BareJid {
    BareJid::new("juliet@capulet.example").expect("an address")
}

fn node(name: &str, model: AccessModel) -> Node {
    Node { name: name.to_owned(), config: Arc::new(NodeConfig { access_model: model, ..NodeConfig::of_node(name) }) }
}

fn there(name: &str, items: &[&Item]) -> NodeFacts {
    let held = items.iter().map(|item| crate::pubsub::Held {
        id: item.id.clone(),
        bytes: cost(&item.id, item.payload.as_ref()),
        at: 0,
    });
    NodeFacts {
        config: Some(node(name, AccessModel::Presence).config),
        items: items.len(),
        nodes: 3,
        oldest: held.collect(),
        ..NodeFacts::default()
    }
}

fn item(id: &str, el: &Element) -> Item {
    Item { id: id.to_owned(), payload: Some(complete(el)), at: 0 }
}

fn published(name: &str, model: AccessModel, item: Item) -> Change {
    PubsubChange::Published { owner: owner(), node: node(name, model), item, evicted: vec![] }.into()
}

fn picture() -> Picture {
    Picture::new(png_of(64, 32)).expect("a picture")
}

fn data() -> Item {
    item(&picture().hash.to_string(), &avatar::data(&picture().bytes))
}

fn metadata() -> Item {
    item(&picture().hash.to_string(), &avatar::metadata(&[info(&picture())]))
}

/// The card with the picture.
fn card() -> Element {
    let name = vcard::empty().text_child("FN", "Juliet");
    vcard::with_photo(name, Some(("image/png", &picture().bytes)))
}

fn run(change: &Change, facts: &PersonFacts) -> Vec<Change> {
    assert!(touches(change));
    follow(change, facts, &mut Publisher::new(owner(), 5)).expect("room for all")
}

/// The card that follows, with its picture's hash.
fn cards(changes: &[Change]) -> Vec<(Element, Option<PictureHash>)> {
    let each = changes.iter().filter_map(|change| match change {
        Change::Personal(PersonalChange::VCard { xml, picture, .. }) => Some((read(xml, ns::VCARD)?, *picture)),
        _ => None,
    });
    each.collect()
}

/// The items that follow, as (node, id, payload).
fn items(changes: &[Change]) -> Vec<(String, String, Element)> {
    let each = changes.iter().filter_map(|change| match change {
        Change::Pubsub(PubsubChange::Published { node, item, .. }) => {
            Some((node.name.clone(), item.id.clone(), read(item.payload.as_ref()?, ns::CLIENT)?))
        }
        _ => None,
    });
    each.collect()
}

#[test]
fn an_avatar_becomes_the_photo_of_the_card_whichever_item_comes_first() {
    let before = PersonFacts {
        card: Some((Kept::from(vcard::empty().text_child("FN", "Juliet").to_bytes(ns::VCARD)), None)),
        data: Some(data()),
        data_node: there(ns::AVATAR_DATA, &[&data()]),
        ..PersonFacts::default()
    };
    let change = published(ns::AVATAR_METADATA, AccessModel::Open, metadata());
    assert_eq!(data_of(&change), Some(picture().hash.to_string()));
    let expected = [(card(), Some(picture().hash))];
    assert_eq!(cards(&run(&change, &before)), expected);
    let before = PersonFacts {
        data: None,
        metadata: Some(metadata()),
        metadata_node: there(ns::AVATAR_METADATA, &[&metadata()]),
        ..before
    };
    assert_eq!(run(&change, &before).len(), 0, "it may come yet");
    let change = published(ns::AVATAR_DATA, AccessModel::Presence, data());
    assert_eq!(cards(&run(&change, &before)), expected);
    // What the card has already is not written again.
    let same = PersonFacts { card: Some((Kept::from(card().to_bytes(ns::VCARD)), Some(picture().hash))), ..before };
    assert_eq!(run(&change, &same).len(), 0);
}

#[test]
fn attack_69_what_is_no_picture_or_not_the_one_that_is_named_goes_nowhere() {
    let facts = PersonFacts {
        data: Some(data()),
        data_node: there(ns::AVATAR_DATA, &[&data()]),
        metadata: Some(metadata()),
        metadata_node: there(ns::AVATAR_METADATA, &[&metadata()]),
        ..PersonFacts::default()
    };
    let wrong = Item { id: picture().hash.to_string(), ..item("", &avatar::data(&png_of(8, 8))) };
    assert_eq!(run(&published(ns::AVATAR_DATA, AccessModel::Open, wrong.clone()), &facts).len(), 0);
    let mismatch = PersonFacts { data: Some(wrong), ..facts.clone() };
    assert_eq!(run(&published(ns::AVATAR_METADATA, AccessModel::Open, metadata()), &mismatch).len(), 0);
    for bad in [avatar::data(b"<svg/>"), avatar::data(&png_of(30_000, 30_000)), avatar::data(&vec![0; 110_000])] {
        let change = published(ns::AVATAR_DATA, AccessModel::Open, item("x", &bad));
        let refused = follow(&change, &facts, &mut Publisher::new(owner(), 5)).expect_err("no picture");
        assert!(matches!(refused, PubsubRefusal::BadPicture(_)), "{refused}");
    }
    // Not for everybody who may read the card.
    for model in [AccessModel::Whitelist, AccessModel::Roster] {
        assert_eq!(run(&published(ns::AVATAR_METADATA, model, metadata()), &facts).len(), 0);
        assert_eq!(run(&published(ns::AVATAR_DATA, model, data()), &facts).len(), 0);
    }
}

#[test]
fn no_avatar_is_no_photo() {
    let facts = PersonFacts {
        card: Some((Kept::from(card().to_bytes(ns::VCARD)), Some(picture().hash))),
        metadata: Some(metadata()),
        metadata_node: there(ns::AVATAR_METADATA, &[&metadata()]),
        ..PersonFacts::default()
    };
    let empty = item("x", &avatar::metadata(&[]));
    let expected = [(vcard::empty().text_child("FN", "Juliet"), None)];
    let node = node(ns::AVATAR_METADATA, AccessModel::Presence);
    for change in [
        published(ns::AVATAR_METADATA, AccessModel::Presence, empty),
        PubsubChange::Deleted { owner: owner(), node: node.clone() }.into(),
        PubsubChange::Purged { owner: owner(), node }.into(),
    ] {
        assert_eq!(cards(&run(&change, &facts)), expected);
    }
    // Nor is one that only some may see from now on.
    for model in [AccessModel::Whitelist, AccessModel::Open] {
        let narrowed = PubsubChange::Configured {
            owner: owner(),
            node: self::node(ns::AVATAR_DATA, model),
            before: self::node(ns::AVATAR_DATA, AccessModel::Presence).config,
            evicted: vec![],
        };
        let narrow = model == AccessModel::Whitelist;
        assert_eq!(cards(&run(&narrowed.into(), &facts)).len(), usize::from(narrow));
    }
    // A contact who may not read the node may read the card.
    let mut shut = self::node(ns::AVATAR_DATA, AccessModel::Presence);
    let before = Arc::clone(&shut.config);
    let nurse = BareJid::new("nurse@capulet.example").expect("an address");
    Arc::make_mut(&mut shut.config).affiliates.push((nurse, Affiliation::Outcast));
    let shut = PubsubChange::Configured { owner: owner(), node: shut, before, evicted: vec![] };
    assert_eq!(cards(&run(&shut.into(), &facts)), expected);
    // One behind a URL only is another that we do not have.
    let away = AvatarInfo { url: Some("https://x.example/a.png".to_owned()), ..info(&picture()) };
    let away = published(ns::AVATAR_METADATA, AccessModel::Presence, item("x", &avatar::metadata(&[away])));
    assert_eq!(run(&away, &facts).len(), 0);
}

#[test]
fn a_card_is_published_with_its_photo() {
    let set: Change = PersonalChange::VCard {
        owner: owner(),
        xml: Kept::from(card().to_bytes(ns::VCARD)),
        picture: Some(picture().hash),
    }
    .into();
    let changes = run(&set, &PersonFacts::default());
    let name = Element::new(ns::VCARD4, "vcard").child(Element::new(ns::VCARD4, "fn").text_child("text", "Juliet"));
    let id = picture().hash.to_string();
    assert_eq!(
        items(&changes),
        [
            (ns::AVATAR_DATA.to_owned(), id.clone(), avatar::data(&picture().bytes)),
            (ns::AVATAR_METADATA.to_owned(), id, avatar::metadata(&[info(&picture())])),
            (ns::VCARD4_NODE.to_owned(), CURRENT.to_owned(), name.clone()),
        ]
    );
    // Three nodes are made for them.
    assert_eq!(changes.len(), 6);
    // The same card again says nothing new; without its photo it says that there is none.
    let gender = Element::new(ns::VCARD4, "gender").text_child("sex", "F");
    let mine = item("mine", &name.clone().child(gender.clone()));
    let facts = PersonFacts {
        card: Some((Kept::from(card().to_bytes(ns::VCARD)), Some(picture().hash))),
        metadata: Some(metadata()),
        metadata_node: there(ns::AVATAR_METADATA, &[&metadata()]),
        vcard4_node: there(ns::VCARD4_NODE, &[&mine]),
        vcard4: Some(mine),
        ..PersonFacts::default()
    };
    assert_eq!(run(&set, &facts).len(), 0);
    let plain = vcard::empty().text_child("FN", "Julia");
    let set: Change =
        PersonalChange::VCard { owner: owner(), xml: Kept::from(plain.to_bytes(ns::VCARD)), picture: None }.into();
    let changes = run(&set, &facts);
    let julia = Element::new(ns::VCARD4, "vcard").child(Element::new(ns::VCARD4, "fn").text_child("text", "Julia"));
    assert_eq!(
        items(&changes),
        [
            (ns::AVATAR_METADATA.to_owned(), CURRENT.to_owned(), avatar::metadata(&[])),
            (ns::VCARD4_NODE.to_owned(), "mine".to_owned(), julia.child(gender)),
        ]
    );
    let Some(Change::Pubsub(PubsubChange::Published { evicted, .. })) = changes.first() else { panic!("{changes:?}") };
    assert_eq!(*evicted, [picture().hash.to_string()]);
}

#[test]
fn a_newer_card_is_the_older_too() {
    let facts = PersonFacts {
        card: Some((Kept::from(card().to_bytes(ns::VCARD)), Some(picture().hash))),
        ..PersonFacts::default()
    };
    let now = Element::new(ns::VCARD4, "vcard").child(Element::new(ns::VCARD4, "fn").text_child("text", "Julia"));
    let change = published(ns::VCARD4_NODE, AccessModel::Open, item("x", &now));
    let expected = vcard::with_photo(vcard::empty().text_child("FN", "Julia"), Some(("image/png", &picture().bytes)));
    assert_eq!(cards(&run(&change, &facts)), [(expected, Some(picture().hash))]);
    let hidden = published(ns::VCARD4_NODE, AccessModel::Whitelist, item("x", &now));
    assert_eq!(run(&hidden, &facts).len(), 0);
    let odd = published(ns::VCARD4_NODE, AccessModel::Open, item("x", &Element::new("urn:x", "vcard")));
    assert_eq!(run(&odd, &facts).len(), 0);
    let gone = PubsubChange::Deleted { owner: owner(), node: node(ns::VCARD4_NODE, AccessModel::Open) }.into();
    let bare = vcard::with_photo(vcard::empty(), Some(("image/png", &picture().bytes)));
    assert_eq!(cards(&run(&gone, &facts)), [(bare, Some(picture().hash))]);
}
