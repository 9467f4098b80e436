//! Resource binding, and the session request that old clients still send.
//!
//! Spec: RFC 6120 §7; RFC 3921 §3 with RFC 6121 appendix E (session: answered, does nothing).

use super::{BadPayload, child_text, expect};
use crate::jid::FullJid;
use crate::ns;
use crate::xml::Element;

/// Longest resource, in bytes. RFC 7622 §3.4.
const MAX_RESOURCE_BYTES: usize = 1023;

/// The resource that a client asks for, as it stands; preparing it is the caller's business.
/// `None` leaves it to the server, as does an empty one.
///
/// # Errors
/// [`BadPayload`].
pub fn read_request(el: &Element) -> Result<Option<String>, BadPayload> {
    expect(el, ns::BIND, "bind")?;
    Ok(child_text(el, "resource", MAX_RESOURCE_BYTES)?.filter(|resource| !resource.is_empty()))
}

/// A request for a resource, as a client sends it.
pub fn request(resource: Option<&str>) -> Element {
    let bind = Element::new(ns::BIND, "bind");
    match resource {
        Some(resource) => bind.text_child("resource", resource),
        None => bind,
    }
}

/// The answer: the address that the stream now has.
pub fn bound(jid: &FullJid) -> Element {
    Element::new(ns::BIND, "bind").text_child("jid", jid.as_str())
}

/// Reads the answer, as a client does.
///
/// # Errors
/// [`BadPayload`].
pub fn read_bound(el: &Element) -> Result<FullJid, BadPayload> {
    expect(el, ns::BIND, "bind")?;
    let jid = child_text(el, "jid", super::MAX_JID_BYTES)?.ok_or(BadPayload::Missing { what: "jid" })?;
    crate::jid::parse_full(&jid).map_err(|_| BadPayload::BadJid { what: "jid" })
}

/// The stream feature.
pub fn feature() -> Element {
    Element::new(ns::BIND, "bind").child(Element::new(ns::BIND, "required"))
}

/// The stream feature of sessions, marked optional so that clients may skip the round trip.
pub fn session_feature() -> Element {
    Element::new(ns::SESSION, "session").child(Element::new(ns::SESSION, "optional"))
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn reads_requests() {
        let long = "x".repeat(MAX_RESOURCE_BYTES + 1);
        let long = format!("<bind xmlns='{}'><resource>{long}</resource></bind>", ns::BIND);
        let cases: [(&str, Result<Option<&str>, BadPayload>); 6] = [
            ("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>", Ok(None)),
            ("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource/></bind>", Ok(None)),
            ("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>a b</resource></bind>", Ok(Some("a b"))),
            (
                "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>a</resource><resource>b</resource></bind>",
                Err(BadPayload::Repeated { what: "resource" }),
            ),
            ("<bind xmlns='urn:xmpp:bind:0'/>", Err(BadPayload::WrongElement { expected: "bind" })),
            (&long, Err(BadPayload::TooLong { what: "resource", max: MAX_RESOURCE_BYTES })),
        ];
        for (xml, expected) in cases {
            assert_eq!(read_request(&el(xml)), expected.map(|r| r.map(str::to_owned)), "{xml:.100}");
        }
        assert_eq!(read_request(&request(Some("phone"))), Ok(Some("phone".to_owned())));
    }

    #[test]
    fn the_answer_reads_back() {
        let jid = FullJid::new("juliet@chat.example/<b&b>").expect("a JID");
        assert_eq!(read_bound(&bound(&jid)), Ok(jid));
        assert_eq!(read_bound(&request(None)), Err(BadPayload::Missing { what: "jid" }));
    }
}
