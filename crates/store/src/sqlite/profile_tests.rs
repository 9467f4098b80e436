//! One form is written, the others are read.

use parlour_domain::profile::picture::{Card, Picture};
use parlour_domain::pubsub::rules::{NewItem, NodeAsk};
use parlour_domain::pubsub::{MAX_ACCOUNT_BYTES, Which};
use parlour_domain::{By, Door, Role};
use parlour_xmpp::payload::pubsub::options::{AccessModel, Limit, NodeOptions};
use parlour_xmpp::payload::{avatar, vcard};
use parlour_xmpp::xml::Element;

use super::super::Sqlite;
use super::super::testing::{jid, store_with};
use super::*;
use crate::personal::PersonalStore as _;
use crate::pubsub::PubsubStore as _;

const J: &str = "juliet@capulet.example";

fn ask(node: &str) -> NodeAsk {
    NodeAsk { by: By::account(jid(J), Role::Member, Door::Xmpp, 1), owner: jid(J), node: node.into(), at: 1_000 }
}

fn publish(store: &Sqlite, node: &str, id: &str, payload: &Element) -> Result<(), ActError<PubsubRefusal>> {
    let item = NewItem { id: id.into(), payload: Some(Kept::from(payload.to_bytes(""))) };
    store.publish(ask(node), item, None).wait().map(crate::Committed::into_out)
}

fn items_of(store: &Sqlite, node: &str) -> Vec<(String, String)> {
    let found = store.items(jid(J), node.into(), jid(J), Which::Newest(None), 1_000).wait().expect("reads");
    let text = |item: Item| {
        let payload = item.payload.map(|payload| String::from_utf8_lossy(payload.as_bytes()).into_owned());
        (item.id, payload.unwrap_or_default())
    };
    found.map(|found| found.items.into_iter().map(text).collect()).unwrap_or_default()
}

fn private(store: &Sqlite) -> String {
    let kept = store.private(jid(J), bookmarks::key()).wait().expect("reads");
    kept.map(|kept| String::from_utf8_lossy(kept.as_bytes()).into_owned()).unwrap_or_default()
}

fn picture(side: u8) -> Picture {
    let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0"[..], &[side], b"\0\0\0", &[side], b"\x08\x06\0\0\0"].concat();
    Picture::new(png).expect("a picture")
}

fn card(picture: Option<&Picture>) -> Card {
    let card = vcard::empty().text_child("FN", "Juliet");
    Card::read(&vcard::with_photo(card, picture.map(|p| ("image/png", &*p.bytes)))).expect("a card")
}

fn set_card(store: &Sqlite, card: Card) {
    let picture = card.picture.map(|picture| picture.hash);
    store.set_vcard(jid(J), card.xml, picture, 1_000).wait().expect("set").into_out();
}

#[test]
fn a_picture_is_one_in_all_forms() {
    let store = store_with(&[J]);
    let (first, second) = (picture(64), picture(96));
    set_card(&store, card(Some(&first)));
    assert_eq!(store.picture(jid(J)).wait(), Ok(Some(first.hash)));
    let data = |picture: &Picture| {
        vec![(
            picture.hash.to_string(),
            String::from_utf8_lossy(&avatar::data(&picture.bytes).to_bytes("")).into_owned(),
        )]
    };
    assert_eq!(items_of(&store, ns::AVATAR_DATA), data(&first));
    assert!(items_of(&store, ns::AVATAR_METADATA)[0].1.contains("width='64'"));
    assert!(items_of(&store, ns::VCARD4_NODE)[0].1.contains("<fn><text>Juliet</text></fn>"));

    let infos = |picture: &Picture| {
        avatar::metadata(&[avatar::AvatarInfo {
            id: picture.hash.to_string(),
            bytes: 29,
            media_type: "image/png".into(),
            width: None,
            height: None,
            url: None,
        }])
    };
    let id = second.hash.to_string();
    publish(&store, ns::AVATAR_DATA, &id, &avatar::data(&second.bytes)).expect("published");
    assert_eq!(store.picture(jid(J)).wait(), Ok(Some(first.hash)), "it is not announced yet");
    publish(&store, ns::AVATAR_METADATA, &id, &infos(&second)).expect("published");
    assert_eq!(store.picture(jid(J)).wait(), Ok(Some(second.hash)));
    assert_eq!(store.vcard(jid(J)).wait(), Ok(Some(card(Some(&second)).xml)));
    store.delete(ask(ns::AVATAR_METADATA)).wait().expect("deleted").into_out();
    assert_eq!(store.picture(jid(J)).wait(), Ok(None));
    assert_eq!(store.vcard(jid(J)).wait(), Ok(Some(card(None).xml)));
}

#[test]
fn attack_69_what_is_no_picture_is_not_published() {
    let store = store_with(&[J]);
    let refused = publish(&store, ns::AVATAR_DATA, "x", &avatar::data(b"<svg/>")).expect_err("no picture");
    assert!(matches!(refused, ActError::Refused(PubsubRefusal::BadPicture(_))));
    assert!(items_of(&store, ns::AVATAR_DATA).is_empty());
}

#[test]
fn rooms_are_the_same_in_all_places() {
    let store = store_with(&[J]);
    let list = |inner: &str| {
        let xml = format!("<storage xmlns='storage:bookmarks'>{inner}</storage>");
        Element::parse(xml.as_bytes(), "").expect("XML")
    };
    let set = |list: &Element| {
        let xml = Kept::from(list.to_bytes(ns::PRIVATE));
        store.set_private(jid(J), bookmarks::key(), xml, 1_000).wait().expect("set").into_out();
    };
    set(&list("<conference jid='a@x' name='A'/><conference jid='b@x'/>"));
    let a = ("a@x".to_owned(), "<conference xmlns='urn:xmpp:bookmarks:1' name='A'/>".to_owned());
    let b = ("b@x".to_owned(), "<conference xmlns='urn:xmpp:bookmarks:1'/>".to_owned());
    assert_eq!(items_of(&store, ns::BOOKMARKS), [b.clone(), a.clone()]);
    assert_eq!(items_of(&store, ns::BOOKMARKS_LEGACY).len(), 1);
    // Nobody else may read them.
    let node = store.node(jid(J), ns::BOOKMARKS.into(), jid(J)).wait().expect("reads").expect("there");
    assert_eq!(node.config.access_model, AccessModel::Whitelist);

    store.retract(ask(ns::BOOKMARKS), "a@x".into(), true).wait().expect("retracted").into_out();
    assert_eq!(private(&store), "<storage xmlns='storage:bookmarks'><conference jid='b@x'/></storage>");
    let c = Element::new(ns::BOOKMARKS, "conference").attr("autojoin", "true");
    publish(&store, ns::BOOKMARKS, "c@x", &c).expect("published");
    let both =
        "<storage xmlns='storage:bookmarks'><conference jid='b@x'/><conference jid='c@x' autojoin='true'/></storage>";
    assert_eq!(private(&store), both);
    assert_eq!(items_of(&store, ns::BOOKMARKS_LEGACY), [("current".to_owned(), both.to_owned())]);
    publish(&store, ns::BOOKMARKS_LEGACY, "current", &list("<conference jid='b@x'/>")).expect("published");
    assert_eq!(items_of(&store, ns::BOOKMARKS), [b]);
    assert_eq!(private(&store), "<storage xmlns='storage:bookmarks'><conference jid='b@x'/></storage>");
}

#[test]
fn what_has_no_room_in_another_form_is_not_set_at_all() {
    let store = store_with(&[J]);
    let wish = NodeOptions { max_items: Some(Limit::Max), ..NodeOptions::default() };
    store.create(ask("full"), Some(wish)).wait().expect("made").into_out();
    let big = Element::new("urn:x", "x").with_text("x".repeat(250_000));
    let fits = MAX_ACCOUNT_BYTES / 250_000;
    for at in 0..fits {
        publish(&store, "full", &at.to_string(), &big).expect("room");
    }
    let rest = usize::try_from(MAX_ACCOUNT_BYTES % 250_000).expect("small").saturating_sub(20_000);
    publish(&store, "full", "rest", &Element::new("urn:x", "x").with_text("x".repeat(rest))).expect("room");
    let mut large = picture(64).bytes.to_vec();
    large.resize(90_000, 0);
    let large = card(Some(&Picture::new(large).expect("a picture")));
    let hash = large.picture.as_ref().map(|picture| picture.hash);
    let refused = store.set_vcard(jid(J), large.xml, hash, 1_000).wait().expect_err("no room");
    assert!(matches!(refused, ActError::Refused(parlour_domain::personal::PersonalRefusal::NoRoom)));
    assert_eq!(store.vcard(jid(J)).wait(), Ok(None));
}

#[test]
fn attack_63_rooms_take_no_more_than_is_read_in_a_moment() {
    let store = store_with(&[J]);
    let room = |bytes: usize| {
        Element::new(ns::BOOKMARKS, "conference").child(Element::new("urn:x", "x").with_text("x".repeat(bytes)))
    };
    let full = Err(ActError::Refused(PubsubRefusal::Full { max: bookmarks::MAX_BYTES }));
    for n in 0..5 {
        assert_eq!(publish(&store, ns::BOOKMARKS, &format!("r{n}@x.example"), &room(200_000)), Ok(()));
    }
    assert_eq!(publish(&store, ns::BOOKMARKS, "more@x.example", &room(200_000)), full);
    assert_eq!(publish(&store, ns::BOOKMARKS, "r0@x.example", &room(210_000)), Ok(()), "in its own place");
    assert_eq!(publish(&store, ns::BOOKMARKS, "little@x.example", &room(1)), Ok(()));
    store.retract(ask(ns::BOOKMARKS), "r1@x.example".into(), false).wait().expect("gone").into_out();
    assert_eq!(publish(&store, ns::BOOKMARKS, "more@x.example", &room(200_000)), Ok(()));
}
