//! Identifiers that stay with a message: the sender's own, and the archive's.
//!
//! Spec: XEP-0359 v0.7.0, §2.1 (`stanza-id`), §2.2 (`origin-id`), §3 (who may set which).
//! Left out: stripping what others forge, which the stanza does on its bytes.

use super::{BadPayload, MAX_ID_BYTES, MAX_JID_BYTES, expect, need_attr};
use crate::jid::Jid;
use crate::ns;
use crate::xml::Element;

/// The identifier that an archive gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StanzaId {
    /// The identifier, unique with this archive.
    pub id: String,
    /// Whose archive.
    pub by: Jid,
}

impl StanzaId {
    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::SID, "stanza-id").attr("id", &*self.id).attr("by", self.by.as_str())
    }

    /// Reads the element.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<StanzaId, BadPayload> {
        expect(el, ns::SID, "stanza-id")?;
        let by =
            crate::jid::parse(need_attr(el, "by", MAX_JID_BYTES)?).map_err(|_| BadPayload::BadJid { what: "by" })?;
        Ok(StanzaId { id: read_id(el)?, by })
    }
}

/// The identifier that the sender gave.
///
/// # Errors
/// [`BadPayload`].
pub fn read_origin_id(el: &Element) -> Result<String, BadPayload> {
    expect(el, ns::SID, "origin-id")?;
    read_id(el)
}

/// The sender's identifier, as a client writes it.
pub fn origin_id(id: &str) -> Element {
    Element::new(ns::SID, "origin-id").attr("id", id)
}

fn read_id(el: &Element) -> Result<String, BadPayload> {
    match need_attr(el, "id", MAX_ID_BYTES)? {
        "" => Err(BadPayload::Invalid { what: "id" }),
        id => Ok(id.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn reads_and_writes() {
        let long = format!("id='{}' by='a@b'", "x".repeat(MAX_ID_BYTES + 1));
        let cases = [
            ("id='1' by='a@b'", Ok(StanzaId { id: "1".to_owned(), by: Jid::new("a@b").expect("a JID") })),
            ("id='' by='a@b'", Err(BadPayload::Invalid { what: "id" })),
            ("by='a@b'", Err(BadPayload::Missing { what: "id" })),
            ("id='1'", Err(BadPayload::Missing { what: "by" })),
            ("id='1' by='@'", Err(BadPayload::BadJid { what: "by" })),
            (&long, Err(BadPayload::TooLong { what: "id", max: MAX_ID_BYTES })),
        ];
        for (attrs, expected) in cases {
            let read = StanzaId::read(&el(&format!("<stanza-id xmlns='urn:xmpp:sid:0' {attrs}/>")));
            assert_eq!(read, expected, "{attrs:.40}");
            if let Ok(id) = read {
                assert_eq!(StanzaId::read(&id.to_element()), Ok(id));
            }
        }
        assert_eq!(read_origin_id(&origin_id("'<1>'")), Ok("'<1>'".to_owned()));
        assert!(read_origin_id(&el("<origin-id id='1'/>")).is_err());
    }
}
