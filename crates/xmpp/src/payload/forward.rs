//! A stanza inside a stanza.
//!
//! Spec: XEP-0297 v1.0, §3.
//! Left out: any trust in it. Who may forward what to whom is the business of what wraps it.

use super::delay::Delay;
use super::{BadPayload, expect, only_child};
use crate::ns;
use crate::xml::Element;

/// `<forwarded/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// When the stanza was first sent.
    pub delay: Option<Delay>,
    /// The stanza.
    pub stanza: Element,
}

impl Forwarded {
    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::FORWARD, "forwarded")
            .child_opt(self.delay.as_ref().map(Delay::to_element))
            .child(self.stanza.clone())
    }

    /// Reads the element: exactly one stanza, of a content namespace.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Forwarded, BadPayload> {
        expect(el, ns::FORWARD, "forwarded")?;
        let stanza = |el: &&Element| {
            [ns::CLIENT, ns::SERVER].contains(&el.ns()) && ["message", "presence", "iq"].contains(&el.name())
        };
        let mut stanzas = el.elements().filter(stanza);
        let first = stanzas.next().ok_or(BadPayload::Missing { what: "stanza" })?;
        if stanzas.next().is_some() {
            return Err(BadPayload::Repeated { what: "stanza" });
        }
        Ok(Forwarded {
            delay: only_child(el, ns::DELAY, "delay")?.map(Delay::read).transpose()?,
            stanza: first.clone(),
        })
    }
}

/// Appends `<forwarded/>` around a stanza that is bytes already. These must be one stanza that
/// names its own namespace, since inside it would take that of the wrapper.
pub fn write_raw(out: &mut Vec<u8>, delay: Option<&Delay>, stanza: &[u8]) {
    out.extend_from_slice(b"<forwarded xmlns='urn:xmpp:forward:0'>");
    if let Some(delay) = delay {
        delay.to_element().write(out, ns::FORWARD);
    }
    out.extend_from_slice(stanza);
    out.extend_from_slice(b"</forwarded>");
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn written_raw_and_as_a_tree_is_the_same() {
        let stanza = "<message xmlns='jabber:client' from='a@b'><body>1 &lt; 2</body></message>";
        let delay = Delay { from: None, stamp: Timestamp::from_secs(0), reason: None };
        for delay in [None, Some(delay)] {
            let mut raw = Vec::new();
            write_raw(&mut raw, delay.as_ref(), stanza.as_bytes());
            let forwarded = Forwarded { delay, stanza: el(stanza) };
            let read = Forwarded::read(&Element::parse(&raw, "").expect("XML"));
            assert_eq!(read.as_ref(), Ok(&forwarded));
            assert_eq!(Forwarded::read(&forwarded.to_element()), Ok(forwarded));
        }
    }

    #[test]
    fn holds_exactly_one_stanza() {
        let cases = [
            ("", BadPayload::Missing { what: "stanza" }),
            ("<message/>", BadPayload::Missing { what: "stanza" }),
            ("<query xmlns='jabber:client'/>", BadPayload::Missing { what: "stanza" }),
            ("<message xmlns='jabber:client'/><iq xmlns='jabber:client'/>", BadPayload::Repeated { what: "stanza" }),
        ];
        for (children, expected) in cases {
            let el = el(&format!("<forwarded xmlns='urn:xmpp:forward:0'>{children}</forwarded>"));
            assert_eq!(Forwarded::read(&el), Err(expected), "{children}");
        }
    }
}
