//! Copies of messages for an account's other resources.
//!
//! Spec: XEP-0280 v1.0.1, §4 (enable), §5 (disable), §7 (received), §8 (sent), §9 (private).
//! Left out: which messages are copied (§6), a rule of `domain`.

use super::forward::{self, Forwarded};
use super::{BadPayload, only_child};
use crate::error::words;
use crate::ns;
use crate::xml::Element;

words! {
    /// What a client asks of its own session.
    CarbonsRequest {
        /// Copies, please.
        Enable = "enable",
        /// No more copies.
        Disable = "disable",
    }
}

impl CarbonsRequest {
    /// Reads the payload of an iq of type set.
    ///
    /// # Errors
    /// [`BadPayload::WrongElement`].
    pub fn read(el: &Element) -> Result<CarbonsRequest, BadPayload> {
        let word = if el.ns() == ns::CARBONS { CarbonsRequest::from_word(el.name()) } else { None };
        word.ok_or(BadPayload::WrongElement { expected: "enable or disable" })
    }

    /// The element.
    pub fn to_element(self) -> Element {
        Element::new(ns::CARBONS, self.as_str())
    }
}

words! {
    /// Which way the copied message went.
    Direction {
        /// To the account, at another resource or none in particular.
        Received = "received",
        /// From another resource of the account.
        Sent = "sent",
    }
}

/// Appends the wrapper for a message that is bytes already; they must be as for
/// [`forward::write_raw`], with the addresses that it had on its way.
pub fn write_raw(out: &mut Vec<u8>, direction: Direction, message: &[u8]) {
    let name = direction.as_str().as_bytes();
    out.push(b'<');
    out.extend_from_slice(name);
    out.extend_from_slice(b" xmlns='urn:xmpp:carbons:2'>");
    forward::write_raw(out, None, message);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name);
    out.push(b'>');
}

/// Reads a wrapper, as a client does. Whether the message around it may hold one (§11: only from
/// the account's own bare JID) is the caller's to judge.
///
/// # Errors
/// [`BadPayload`].
pub fn read(el: &Element) -> Result<(Direction, Forwarded), BadPayload> {
    let direction = if el.ns() == ns::CARBONS { Direction::from_word(el.name()) } else { None };
    let direction = direction.ok_or(BadPayload::WrongElement { expected: "received or sent" })?;
    let forwarded = only_child(el, ns::FORWARD, "forwarded")?.ok_or(BadPayload::Missing { what: "forwarded" })?;
    Ok((direction, Forwarded::read(forwarded)?))
}

/// The sender's wish that no copies be made. §9.
pub fn private() -> Element {
    Element::new(ns::CARBONS, "private")
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn requests_read_back() {
        for &request in CarbonsRequest::ALL {
            assert_eq!(CarbonsRequest::read(&request.to_element()), Ok(request));
        }
        for xml in ["<enable/>", "<enable xmlns='urn:xmpp:sm:3'/>", "<private xmlns='urn:xmpp:carbons:2'/>"] {
            assert!(CarbonsRequest::read(&el(xml)).is_err(), "{xml}");
        }
    }

    #[test]
    fn wrappers_read_back() {
        let message = "<message xmlns='jabber:client' to='a@b'><body>]]&gt;</body></message>";
        for &direction in Direction::ALL {
            let mut raw = Vec::new();
            write_raw(&mut raw, direction, message.as_bytes());
            let (read_direction, forwarded) = read(&Element::parse(&raw, ns::CLIENT).expect("XML")).expect("a carbon");
            assert_eq!((read_direction, forwarded.stanza), (direction, el(message)));
        }
        assert_eq!(read(&el("<sent xmlns='urn:xmpp:carbons:2'/>")), Err(BadPayload::Missing { what: "forwarded" }));
        assert!(read(&private()).is_err());
    }
}
