//! What one place means for the others.

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;

use super::*;
use crate::pubsub::{Held, Node, NodeConfig};

fn owner() -> BareJid {
    BareJid::new("juliet@capulet.example").expect("an address")
}

fn list(inner: &str) -> Element {
    Element::parse(format!("<storage>{inner}</storage>").as_bytes(), ns::BOOKMARKS_LEGACY).expect("XML")
}

fn item(id: &str, xml: &str) -> Item {
    let el = Element::parse(xml.as_bytes(), ns::BOOKMARKS).expect("XML");
    Item { id: id.to_owned(), payload: Some(complete(&el)), at: 0 }
}

fn node(name: &str) -> Node {
    Node { name: name.to_owned(), config: Arc::new(NodeConfig::of_node(name)) }
}

fn there(name: &str, items: &[Item]) -> NodeFacts {
    let held = |item: &Item| Held { id: item.id.clone(), bytes: cost(&item.id, item.payload.as_ref()), at: 0 };
    NodeFacts {
        config: Some(node(name).config),
        items: items.len(),
        nodes: 2,
        oldest: items.iter().map(held).collect(),
        ..NodeFacts::default()
    }
}

/// All three places agree on these items.
fn agreed(items: &[Item]) -> RoomFacts {
    let rooms: Vec<RoomItem> = items.iter().filter_map(room).collect();
    let all = rooms::collate(&rooms, None);
    let list = Item { id: CURRENT.to_owned(), payload: Some(complete(&all)), at: 0 };
    RoomFacts {
        items: items.to_vec(),
        private: Some(Kept::from(all.to_bytes(ns::PRIVATE))),
        items_node: there(ns::BOOKMARKS, items),
        list_node: there(ns::BOOKMARKS_LEGACY, std::slice::from_ref(&list)),
        list: Some(list),
    }
}

fn run(change: &Change, facts: &RoomFacts) -> Vec<String> {
    assert!(touches(change));
    let changes = follow(change, facts, &mut Publisher::new(owner(), 5)).expect("room for all");
    let words = changes.iter().filter_map(|change| match change {
        Change::Personal(PersonalChange::Private { xml, .. }) => {
            Some(format!("private {}", read(xml, ns::PRIVATE)?.to_string_in(ns::BOOKMARKS_LEGACY)))
        }
        Change::Pubsub(PubsubChange::Published { node, item, .. }) => {
            let payload = read(item.payload.as_ref()?, ns::CLIENT)?;
            Some(format!("{} {} {}", node.name, item.id, payload.to_string_in(&node.name)))
        }
        Change::Pubsub(PubsubChange::Retracted { node, id, notify: true, .. }) => {
            Some(format!("{} without {id}", node.name))
        }
        _ => None,
    });
    words.collect()
}

fn set(list: &Element) -> Change {
    PersonalChange::Private { owner: owner(), key: key(), xml: Kept::from(list.to_bytes(ns::PRIVATE)) }.into()
}

fn published(name: &str, item: Item) -> Change {
    PubsubChange::Published { owner: owner(), node: node(name), item, evicted: vec![] }.into()
}

const A: &str = "<conference name='A'/>";

#[test]
fn a_list_in_private_is_items_and_a_list_in_an_item() {
    let one = list("<conference jid='a@x' name='A'/><url name='page' url='https://x.example/'/>");
    let words = run(&set(&one), &RoomFacts::default());
    assert_eq!(
        words,
        [
            format!("urn:xmpp:bookmarks:1 a@x {A}"),
            format!("storage:bookmarks current {}", one.to_string_in(ns::BOOKMARKS_LEGACY))
        ]
    );
    // Removed from the list, retracted; what did not change is not told.
    let facts = agreed(&[item("a@x", A), item("b@x", "<conference/>")]);
    let words = run(&set(&list("<conference jid='a@x' name='A'/>")), &facts);
    assert_eq!(
        words,
        [
            "urn:xmpp:bookmarks:1 without b@x",
            "storage:bookmarks current <storage><conference jid='a@x' name='A'/></storage>"
        ]
    );
    assert!(run(&set(&list("<conference jid='a@x' name='A'/><conference jid='b@x'/>")), &facts).is_empty());
}

#[test]
fn an_item_is_part_of_both_lists() {
    let facts = agreed(&[item("a@x", A)]);
    let words = run(&published(ns::BOOKMARKS, item("b@x", "<conference autojoin='true'/>")), &facts);
    let both = "<storage><conference jid='a@x' name='A'/><conference jid='b@x' autojoin='true'/></storage>";
    assert_eq!(words, [format!("private {both}"), format!("storage:bookmarks current {both}")]);
    let gone = PubsubChange::Retracted { owner: owner(), node: node(ns::BOOKMARKS), id: "a@x".into(), notify: false };
    assert_eq!(run(&gone.into(), &facts), ["private <storage/>", "storage:bookmarks current <storage/>"]);
    let gone = PubsubChange::Deleted { owner: owner(), node: node(ns::BOOKMARKS) };
    assert_eq!(run(&gone.into(), &facts), ["private <storage/>", "storage:bookmarks current <storage/>"]);
    // An old list's node may go when an app has moved; that takes no room away.
    let gone = PubsubChange::Deleted { owner: owner(), node: node(ns::BOOKMARKS_LEGACY) };
    assert!(run(&gone.into(), &facts).is_empty());
}

#[test]
fn a_list_in_an_item_is_items_and_the_list_in_private() {
    let facts = agreed(&[item("a@x", A)]);
    let now = list("<conference jid='c@x'/>");
    let words =
        run(&published(ns::BOOKMARKS_LEGACY, Item { id: "x".into(), payload: Some(complete(&now)), at: 0 }), &facts);
    assert_eq!(
        words,
        [
            "urn:xmpp:bookmarks:1 without a@x",
            "urn:xmpp:bookmarks:1 c@x <conference/>",
            "private <storage><conference jid='c@x'/></storage>"
        ]
    );
}

#[test]
fn rooms_that_were_only_in_the_list_come_along() {
    let old = list("<conference jid='a@x' name='A'/><conference jid='b@x' name='old'/>");
    let facts = RoomFacts { private: Some(Kept::from(old.to_bytes(ns::PRIVATE))), ..RoomFacts::default() };
    let words = run(&published(ns::BOOKMARKS, item("b@x", "<conference name='new'/>")), &facts);
    let both = "<storage><conference jid='b@x' name='new'/><conference jid='a@x' name='A'/></storage>";
    assert_eq!(
        words,
        [
            format!("urn:xmpp:bookmarks:1 a@x {A}"),
            format!("private {both}"),
            format!("storage:bookmarks current {both}")
        ]
    );
}

#[test]
fn nothing_goes_where_others_read() {
    let open = |name| {
        let config = NodeConfig { access_model: AccessModel::Open, ..NodeConfig::of_node(name) };
        NodeFacts { config: Some(Arc::new(config)), ..NodeFacts::default() }
    };
    let facts =
        RoomFacts { items_node: open(ns::BOOKMARKS), list_node: open(ns::BOOKMARKS_LEGACY), ..RoomFacts::default() };
    assert!(run(&set(&list("<conference jid='a@x' password='p'/>")), &facts).is_empty());
    let other = PrivateKey { namespace: "urn:x".into(), name: "storage".into() };
    let xml = Kept::from(list("").to_bytes(ns::PRIVATE));
    assert!(!touches(&PersonalChange::Private { owner: owner(), key: other, xml }.into()));
}

#[test]
fn a_list_that_is_too_long_is_refused_as_a_whole() {
    let long = "x".repeat(MAX_PAYLOAD_BYTES);
    let change = published(ns::BOOKMARKS, item("a@x", &format!("<conference name='{long}'/>")));
    let refused = follow(&change, &RoomFacts::default(), &mut Publisher::new(owner(), 5)).expect_err("too long");
    assert!(matches!(refused, PubsubRefusal::PayloadTooBig { .. }), "{refused}");
}
