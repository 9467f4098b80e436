//! The block list: asking for it, changing it, hearing of changes.
//!
//! Spec: XEP-0191 v1.3, §3.2 (list), §3.3 (block), §3.4 and §3.5 (unblock).
//! Left out: what being blocked means, a rule of `domain`.

use super::{BadPayload, MAX_JID_BYTES, each, need_attr};
use crate::error::StanzaError;
use crate::jid::Jid;
use crate::ns;
use crate::xml::Element;

/// Most addresses in one request. A guess: a person blocks some at a time, an import some hundreds.
pub const MAX_ITEMS: usize = 1000;

/// A request, a push or an answer; the type of the iq says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocking {
    /// The list: in a request nothing, in an answer all addresses.
    List(Vec<Jid>),
    /// Block these; at least one.
    Block(Vec<Jid>),
    /// Unblock these; none means all.
    Unblock(Vec<Jid>),
}

impl Blocking {
    /// Reads the payload of an iq. An address may be of any form: bare, full, domain.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Blocking, BadPayload> {
        let items = || {
            each(el, ns::BLOCKING, "item", MAX_ITEMS, |item| {
                crate::jid::parse(need_attr(item, "jid", MAX_JID_BYTES)?)
                    .map_err(|_| BadPayload::BadJid { what: "jid" })
            })
        };
        match (el.ns(), el.name()) {
            (ns::BLOCKING, "blocklist") => Ok(Blocking::List(items()?)),
            (ns::BLOCKING, "block") => match items()? {
                none if none.is_empty() => Err(BadPayload::Missing { what: "item" }),
                some => Ok(Blocking::Block(some)),
            },
            (ns::BLOCKING, "unblock") => Ok(Blocking::Unblock(items()?)),
            _ => Err(BadPayload::WrongElement { expected: "blocklist, block or unblock" }),
        }
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        let (name, items) = match self {
            Blocking::List(items) => ("blocklist", items),
            Blocking::Block(items) => ("block", items),
            Blocking::Unblock(items) => ("unblock", items),
        };
        Element::new(ns::BLOCKING, name)
            .children(items.iter().map(|jid| Element::new(ns::BLOCKING, "item").attr("jid", jid.as_str())))
    }
}

/// What a person hears who writes to somebody they have blocked. §3.3.
pub fn blocked() -> StanzaError {
    StanzaError::not_acceptable()
        .with_type(crate::error::ErrorType::Cancel)
        .with_app(Element::new(ns::BLOCKING_ERRORS, "blocked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        let jids = |list: &[&str]| list.iter().map(|jid| Jid::new(jid).expect("a JID")).collect::<Vec<_>>();
        let cases = [
            ("<blocklist/>".to_owned(), Ok(Blocking::List(Vec::new()))),
            (
                "<block><item jid='a@b'/><item jid='spam.example'/><item jid='a@b/c'/></block>".to_owned(),
                Ok(Blocking::Block(jids(&["a@b", "spam.example", "a@b/c"]))),
            ),
            ("<unblock/>".to_owned(), Ok(Blocking::Unblock(Vec::new()))),
            ("<unblock><item jid='A@B'/></unblock>".to_owned(), Ok(Blocking::Unblock(jids(&["a@b"])))),
            ("<block/>".to_owned(), Err(BadPayload::Missing { what: "item" })),
            ("<block><item/></block>".to_owned(), Err(BadPayload::Missing { what: "jid" })),
            ("<block><item jid='@'/></block>".to_owned(), Err(BadPayload::BadJid { what: "jid" })),
            (
                format!("<block>{}</block>", "<item jid='a@b'/>".repeat(MAX_ITEMS + 1)),
                Err(BadPayload::TooMany { what: "item", max: MAX_ITEMS }),
            ),
            ("<query/>".to_owned(), Err(BadPayload::WrongElement { expected: "blocklist, block or unblock" })),
        ];
        for (xml, expected) in cases {
            let read = Blocking::read(&Element::parse(xml.as_bytes(), ns::BLOCKING).expect("XML"));
            assert_eq!(read, expected, "{xml:.60}");
            if let Ok(blocking) = read {
                assert_eq!(Blocking::read(&blocking.to_element()), Ok(blocking));
            }
        }
    }

    #[test]
    fn the_error_says_blocked() {
        let el = blocked().to_element();
        assert_eq!(el.attr_value("type"), Some("cancel"));
        assert!(el.child_named(ns::BLOCKING_ERRORS, "blocked").is_some());
    }
}
