//! Bookmarked rooms in their two forms: one item for each room, and one list of all.
//!
//! Spec: XEP-0402 v1.2.0, §2 and §5.3 (one item for each room, and living beside the list), XEP-0048 v1.2 (the list).
//! Left out: attributes of the list that no document names.

use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use crate::pubsub::MAX_ITEMS;

/// A room as an item: its id, which is the room's address, and its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomItem {
    /// The id, as it was published.
    pub id: String,
    /// `<conference/>` of XEP-0402.
    pub conference: Element,
}

/// What a changed list means for the items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// To be published; those that say the same as before are not among them.
    pub publish: Vec<RoomItem>,
    /// The ids of those to be retracted.
    pub retract: Vec<String>,
}

/// A list names more rooms than a node holds items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyRooms;

/// The list of all rooms, in the order of the items. What the list `before` held besides rooms is kept.
pub fn collate(items: &[RoomItem], before: Option<&Element>) -> Element {
    let rooms = items.iter().filter(|item| room(&item.id).is_some()).map(listed);
    let rest = before.into_iter().flat_map(Element::elements).filter(|el| listed_room(el).is_none());
    Element::new(ns::BOOKMARKS_LEGACY, "storage").children(rooms).children(rest.cloned())
}

/// What the list as it is now means for the items as they are. What only an item can say stays in it.
///
/// # Errors
/// [`TooManyRooms`]: each would be an item, and one too many would push others out, out of the list then too.
pub fn spread(list: &Element, items: &[RoomItem]) -> Result<Spread, TooManyRooms> {
    let max = usize::try_from(MAX_ITEMS).unwrap_or(usize::MAX);
    let rooms = list.elements().filter(|el| el.is(ns::BOOKMARKS_LEGACY, "conference")).count();
    if rooms > max {
        return Err(TooManyRooms);
    }
    // Addresses are read once: this is done while the store writes, and others wait.
    let before: Vec<(BareJid, &RoomItem)> = items.iter().filter_map(|item| Some((room(&item.id)?, item))).collect();
    let mut first: HashMap<&BareJid, &RoomItem> = HashMap::with_capacity(before.len());
    for (jid, item) in &before {
        first.entry(jid).or_insert(item);
    }
    let mut seen: HashSet<BareJid> = HashSet::with_capacity(rooms);
    let mut out = Spread::default();
    for listed in list.elements() {
        let Some(jid) = listed_room(listed).filter(|jid| !seen.contains(jid)) else { continue };
        let before = first.get(&jid);
        let conference = itemised(listed, before.map(|item| &item.conference));
        if before.is_none_or(|before| before.conference != conference) {
            let id = before.map_or_else(|| jid.to_string(), |before| before.id.clone());
            out.publish.push(RoomItem { id, conference });
        }
        seen.insert(jid);
    }
    out.retract = before.iter().filter(|(jid, _)| !seen.contains(jid)).map(|(_, item)| item.id.clone()).collect();
    Ok(out)
}

fn room(id: &str) -> Option<BareJid> {
    BareJid::from_str(id).ok()
}

/// The address of a room of the list; `None`: it is something else, or of nowhere.
fn listed_room(el: &Element) -> Option<BareJid> {
    el.is(ns::BOOKMARKS_LEGACY, "conference").then(|| el.attr_value("jid").and_then(room))?
}

/// A room as the list has it: the address as an attribute, extensions right inside.
fn listed(item: &RoomItem) -> Element {
    let from = &item.conference;
    let field = |name| {
        let text = from.child_text(name)?;
        Some(Element::new(ns::BOOKMARKS_LEGACY, name).with_text(text))
    };
    let extensions = from.child_named(ns::BOOKMARKS, "extensions").into_iter().flat_map(Element::elements);
    Element::new(ns::BOOKMARKS_LEGACY, "conference")
        .attr("jid", &item.id)
        .attr_opt("name", from.attr_value("name"))
        .attr_opt("autojoin", from.attr_value("autojoin"))
        .child_opt(field("nick"))
        .child_opt(field("password"))
        .children(extensions.cloned())
}

/// A room of the list as an item; `before` is what the item was, edited in place so that nothing of it is lost.
fn itemised(listed: &Element, before: Option<&Element>) -> Element {
    let mut out = before.cloned().unwrap_or_else(|| Element::new(ns::BOOKMARKS, "conference"));
    set(&mut out, "name", listed.attr_value("name"));
    // The same truth in another word is no change.
    let truth = |el: &Element| el.attr_value("autojoin").is_some_and(|word| matches!(word.trim(), "1" | "true"));
    if truth(&out) != truth(listed) {
        set(&mut out, "autojoin", Some(if truth(listed) { "true" } else { "false" }));
    }
    for name in ["nick", "password"] {
        let text = listed.child_text(name).filter(|text| !text.is_empty());
        if out.child_text(name).filter(|text| !text.is_empty()) != text {
            out.retain(|el| !el.is(ns::BOOKMARKS, name));
            out = match text {
                Some(text) => out.text_child(name, text),
                None => out,
            };
        }
    }
    let own = |el: &&Element| !["nick", "password"].iter().any(|name| el.is(ns::BOOKMARKS_LEGACY, name));
    let more: Vec<&Element> = listed.elements().filter(own).collect();
    let had = out.child_named(ns::BOOKMARKS, "extensions");
    // An app that knows nothing of them leaves them out; that does not take them away.
    if more.iter().all(|el| had.is_some_and(|had| had.elements().any(|old| old == *el))) {
        return out;
    }
    let mut extensions = had.cloned().unwrap_or_else(|| Element::new(ns::BOOKMARKS, "extensions"));
    extensions.retain(|old| !more.iter().any(|el| el.is(old.ns(), old.name())));
    out.retain(|el| !el.is(ns::BOOKMARKS, "extensions"));
    out.child(extensions.children(more.into_iter().cloned()))
}

fn set(el: &mut Element, name: &str, value: Option<&str>) {
    match value {
        Some(value) => el.set_attr(name, value),
        None => drop(el.remove_attr(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(inner: &str) -> Element {
        Element::parse(format!("<storage>{inner}</storage>").as_bytes(), ns::BOOKMARKS_LEGACY).expect("XML")
    }

    fn item(id: &str, xml: &str) -> RoomItem {
        RoomItem { id: id.to_owned(), conference: Element::parse(xml.as_bytes(), ns::BOOKMARKS).expect("XML") }
    }

    #[test]
    fn a_list_becomes_items_and_items_a_list() {
        let both = list(
            "<conference jid='play@chat.example' name='The Play' autojoin='true'><nick>JC</nick></conference>\
             <conference jid='orchard@chat.example'><password>secret</password></conference>",
        );
        let items = [
            item("play@chat.example", "<conference name='The Play' autojoin='true'><nick>JC</nick></conference>"),
            item("orchard@chat.example", "<conference><password>secret</password></conference>"),
        ];
        assert_eq!(spread(&both, &[]).expect("few"), Spread { publish: items.to_vec(), retract: vec![] });
        assert_eq!(collate(&items, None), both);
        assert_eq!(spread(&both, &items), Ok(Spread::default()));
    }

    #[test]
    fn only_what_differs_changes() {
        let items = [
            item("Play@chat.example", "<conference name='A' autojoin='1'/>"),
            item("orchard@chat.example", "<conference name='B'/>"),
            item("gone@chat.example", "<conference/>"),
        ];
        let now = list(
            "<conference jid='play@chat.example' name='A' autojoin='true'/><conference jid='orchard@chat.example' name='C' autojoin='0'/>",
        );
        let change = spread(&now, &items).expect("few");
        assert_eq!(change.publish, [item("orchard@chat.example", "<conference name='C'/>")]);
        assert_eq!(change.retract, ["gone@chat.example"]);
        // Twice in a list, the first counts; nowhere is nowhere.
        let odd = list(
            "<conference jid='play@chat.example' name='A' autojoin='1'/><conference jid='play@chat.example'/><conference jid='@'/><conference/>",
        );
        let change = spread(&odd, &items).expect("few");
        assert!(change.publish.is_empty());
        assert_eq!(change.retract, ["orchard@chat.example", "gone@chat.example"]);
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        let state = "<state xmlns='urn:mine' minimised='true'/>";
        let rich = item(
            "play@chat.example",
            &format!("<conference autojoin='1'><extensions>{state}</extensions><odd/></conference>"),
        );
        let shown = collate(std::slice::from_ref(&rich), None);
        assert_eq!(shown, list(&format!("<conference jid='play@chat.example' autojoin='1'>{state}</conference>")));
        // An app that knows neither leaves them out and gives a name; another knows one of them.
        let named = list("<conference jid='play@chat.example' autojoin='true' name='N'/>");
        let change = spread(&named, std::slice::from_ref(&rich)).expect("few");
        assert_eq!(
            change.publish,
            [item(
                "play@chat.example",
                &format!("<conference autojoin='1' name='N'><extensions>{state}</extensions><odd/></conference>")
            )]
        );
        let grown = "<state xmlns='urn:mine' minimised='false'/><pin xmlns='urn:pin'/>";
        let change = spread(
            &list(&format!("<conference jid='play@chat.example' autojoin='1'>{grown}</conference>")),
            std::slice::from_ref(&rich),
        )
        .expect("few");
        assert_eq!(
            change.publish,
            [item(
                "play@chat.example",
                &format!("<conference autojoin='1'><odd/><extensions>{grown}</extensions></conference>")
            )]
        );
        // The list's own: pages, and what no address leads to.
        let before =
            list("<url name='x' url='https://x.example/'/><conference jid='old@chat.example'/><conference jid='@'/>");
        let now = collate(std::slice::from_ref(&rich), Some(&before));
        assert_eq!(now.elements().count(), 3);
        assert!(now.elements().all(|el| el.attr_value("jid") != Some("old@chat.example")));
        // An item that is no room is no part of the list, and no list takes it away.
        let odd = item("not an address@", "<conference/>");
        assert_eq!(collate(std::slice::from_ref(&odd), None), list(""));
        assert_eq!(spread(&list(""), &[odd]), Ok(Spread::default()));
    }

    #[test]
    fn a_list_of_more_rooms_than_a_node_holds_is_not_taken() {
        let rooms = |n: u32| list(&(0..n).map(|n| format!("<conference jid='r{n}@x.example'/>")).collect::<String>());
        assert_eq!(spread(&rooms(MAX_ITEMS), &[]).map(|spread| spread.publish.len()), Ok(1_000));
        assert_eq!(spread(&rooms(MAX_ITEMS + 1), &[]), Err(TooManyRooms));
    }
}
