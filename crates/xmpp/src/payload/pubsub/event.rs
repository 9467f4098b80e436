//! Events: what a node's readers are told.
//!
//! Spec: XEP-0060 v1.30.0, §7.1.2.1 (items), §7.2.2.1 (retraction), §8.2.5.3 (configuration), §8.4.2 (deletion), §8.5.2
//! (purge).
//! Left out: subscription ids; publishers, since an account's nodes have but one.

use crate::ns;
use crate::xml::Element;

/// An item, with its payload where that is delivered.
pub fn item(id: &str, payload: Option<Element>) -> Element {
    Element::new(ns::PUBSUB_EVENT, "item").attr("id", id).child_opt(payload)
}

/// Items were published; each made by [`item`].
pub fn published(node: &str, items: impl IntoIterator<Item = Element>) -> Element {
    event(Element::new(ns::PUBSUB_EVENT, "items").attr("node", node).children(items))
}

/// Items are no longer there.
pub fn retracted<'a>(node: &str, ids: impl IntoIterator<Item = &'a str>) -> Element {
    let gone = ids.into_iter().map(|id| Element::new(ns::PUBSUB_EVENT, "retract").attr("id", id));
    event(Element::new(ns::PUBSUB_EVENT, "items").attr("node", node).children(gone))
}

/// The node has no items any more.
pub fn purged(node: &str) -> Element {
    event(Element::new(ns::PUBSUB_EVENT, "purge").attr("node", node))
}

/// The node is no longer there.
pub fn deleted(node: &str) -> Element {
    event(Element::new(ns::PUBSUB_EVENT, "delete").attr("node", node))
}

/// The node is configured otherwise.
pub fn configured(node: &str) -> Element {
    event(Element::new(ns::PUBSUB_EVENT, "configuration").attr("node", node))
}

fn event(what: Element) -> Element {
    Element::new(ns::PUBSUB_EVENT, "event").child(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_written_as_the_document_shows_them() {
        let tune = Element::new("http://jabber.org/protocol/tune", "tune");
        let cases = [
            (
                published("n", [item("1", Some(tune)), item("2", None)]),
                "<items node='n'><item id='1'><tune xmlns='http://jabber.org/protocol/tune'/></item><item id='2'/></items>",
            ),
            (retracted("n", ["1"]), "<items node='n'><retract id='1'/></items>"),
            (purged("n"), "<purge node='n'/>"),
            (deleted("n"), "<delete node='n'/>"),
            (configured("n"), "<configuration node='n'/>"),
        ];
        for (event, inside) in cases {
            let expected = super::super::super::el(&format!(
                "<event xmlns='http://jabber.org/protocol/pubsub#event'>{inside}</event>"
            ));
            assert_eq!(event, expected);
        }
    }
}
