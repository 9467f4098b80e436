//! When a stanza was first sent, or since when it was kept.
//!
//! Spec: XEP-0203 v2.0, §2.

use super::{BadPayload, MAX_JID_BYTES, MAX_LINE_BYTES, attr, expect, need_attr, text};
use crate::jid::Jid;
use crate::ns;
use crate::time::Timestamp;
use crate::xml::Element;

/// Longest stamp that is looked at, in bytes: a date, nine digits of a fraction, an offset.
const MAX_STAMP_BYTES: usize = 64;

/// `<delay/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delay {
    /// Who kept the stanza.
    pub from: Option<Jid>,
    /// Since when.
    pub stamp: Timestamp,
    /// Why, for a person.
    pub reason: Option<String>,
}

impl Delay {
    /// A delay without a reason.
    pub fn new(from: Jid, stamp: Timestamp) -> Delay {
        Delay { from: Some(from), stamp, reason: None }
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::DELAY, "delay")
            .attr_opt("from", self.from.as_ref().map(Jid::as_str))
            .attr("stamp", self.stamp.to_string())
            .with_text(self.reason.as_deref().unwrap_or_default())
    }

    /// Reads the element.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Delay, BadPayload> {
        expect(el, ns::DELAY, "delay")?;
        let from = attr(el, "from", MAX_JID_BYTES)?.map(Jid::new).transpose();
        let stamp = Timestamp::parse(need_attr(el, "stamp", MAX_STAMP_BYTES)?);
        Ok(Delay {
            from: from.map_err(|_| BadPayload::BadJid { what: "from" })?,
            stamp: stamp.map_err(|_| BadPayload::Invalid { what: "stamp" })?,
            reason: Some(text(el, "reason", MAX_LINE_BYTES)?).filter(|reason| !reason.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn reads_and_writes() {
        let stamp = Timestamp::from_millis(1_509_936_975_250);
        let delay = |reason: Option<&str>| Delay {
            reason: reason.map(str::to_owned),
            ..Delay::new(Jid::new("chat.example").expect("a JID"), stamp)
        };
        let cases = [
            ("from='chat.example' stamp='2017-11-06T02:56:15.25Z'/>", Ok(delay(None))),
            ("from='chat.example' stamp='2017-11-06T02:56:15.25Z'>Offline</delay>", Ok(delay(Some("Offline")))),
            ("stamp='2017-11-06T02:56:15.25Z'/>", Ok(Delay { from: None, ..delay(None) })),
            ("/>", Err(BadPayload::Missing { what: "stamp" })),
            ("stamp='20171106T02:56:15'/>", Err(BadPayload::Invalid { what: "stamp" })),
            ("from='@' stamp='2017-11-06T02:56:15Z'/>", Err(BadPayload::BadJid { what: "from" })),
        ];
        for (rest, expected) in cases {
            let read = Delay::read(&el(&format!("<delay xmlns='urn:xmpp:delay' {rest}")));
            assert_eq!(read, expected, "{rest}");
            if let Ok(delay) = read {
                assert_eq!(Delay::read(&delay.to_element()), Ok(delay));
            }
        }
    }
}
