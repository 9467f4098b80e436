//! What people are to each other besides contacts: a picture, a name, rooms they keep. Each has an older and a newer
//! form on the wire; what one app writes in one form, every app sees in the form it knows.
//!
//! Spec: XEP-0398 v1.0.0 (pictures), XEP-0292 v0.12.0 §11 (cards), XEP-0402 v1.2.0 §5.3 and XEP-0411 v1.1.0 (rooms).

pub mod bookmarks;
pub mod card;
pub mod image;
pub mod person;
pub mod picture;
pub mod publisher;
pub mod rooms;

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::payload::nick;
use parlour_xmpp::xml::Element;

use crate::kept::Kept;
use crate::personal::PersonalChange;
use crate::pubsub::{Item, Node, NodeConfig, PubsubChange};
use crate::{Change, Millis};

/// What a new account says of its person: the name they chose, in each form apps look for it (XEP-0172, XEP-0054,
/// XEP-0292), so that the first chat has a name at its top. `typed` is how they wrote it; where the account's name is not
/// just that in small letters, that one is taken.
pub fn introduce(account: &BareJid, typed: &str, at: Millis) -> Vec<Change> {
    let Some(local) = account.node() else { return Vec::new() };
    let typed = typed.trim();
    // One that was never escaped stands for itself (XEP-0106).
    let local_name = local.unescape().map_or_else(|_| local.to_string(), |name| name.into_owned());
    let name = if typed.to_lowercase() == local_name { typed.to_owned() } else { local_name };
    let older = card::of_name(&name);
    let newer = card::to_vcard4(&older, None);
    let mut changes = Vec::with_capacity(5);
    for (node, payload) in [(ns::NICK, nick::to_element(&name)), (ns::VCARD4_NODE, newer)] {
        let owner = account.clone();
        let node = Node { name: node.to_owned(), config: Arc::new(NodeConfig::of_node(node)) };
        let item = Item { id: CURRENT.to_owned(), payload: Some(complete(&payload)), at };
        changes.push(PubsubChange::Created { owner: owner.clone(), node: node.clone() }.into());
        changes.push(PubsubChange::Published { owner, node, item, evicted: Vec::new() }.into());
    }
    let xml = Kept::from(older.to_bytes(ns::VCARD));
    changes.push(PersonalChange::VCard { owner: account.clone(), xml, picture: None }.into());
    changes
}

/// An item's payload, with its namespace.
fn complete(payload: &Element) -> Kept {
    Kept::from(payload.to_bytes(""))
}

/// The id of an item that is the only one of its node. XEP-0060 §12.20.
const CURRENT: &str = "current";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_is_called_as_they_typed() {
        for (account, typed, shown) in [
            ("marie@x.example", " Marie ", "Marie"),
            ("marie@x.example", "marie", "marie"),
            ("marie@x.example", "somebody else", "marie"),
            ("élodie@x.example", "Élodie", "Élodie"),
            ("o\\27hara@x.example", "O'Hara", "O'Hara"),
        ] {
            let account = BareJid::new(account).expect("an address");
            let changes = introduce(&account, typed, 5);
            let says: Vec<String> = changes
                .iter()
                .filter_map(|change| match change {
                    Change::Pubsub(PubsubChange::Published { item, .. }) => item.payload.as_ref(),
                    Change::Personal(PersonalChange::VCard { xml, .. }) => Some(xml),
                    _ => None,
                })
                .map(|xml| String::from_utf8_lossy(xml.as_bytes()).replace("&apos;", "'"))
                .collect();
            assert_eq!(says.len(), 3, "{changes:?}");
            assert!(says.iter().all(|xml| xml.contains(&format!(">{shown}<"))), "{says:?}");
        }
        assert!(introduce(&BareJid::new("x.example").expect("a host"), "x", 5).is_empty());
    }
}
