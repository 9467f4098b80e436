//! Stream management: acknowledgements and resumption, as elements.
//!
//! Spec: XEP-0198 v1.6.3, §2 (feature), §3 (enable), §4 (acks), §5 (resumption), §6 (errors).
//! Left out: counting, which is the stream's business.

use super::{BadPayload, MAX_ID_BYTES, attr, flag, need_attr, number};
use crate::error::{Condition, StreamCondition, StreamError};
use crate::ns;
use crate::xml::Element;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientSm {
    /// Start counting.
    Enable(Enable),
    /// Go on with an earlier stream.
    Resume(Resume),
    /// How many stanzas were handled, please?
    Request,
    /// This many stanzas were handled, modulo 2^32.
    Ack {
        /// The count.
        h: u32,
    },
}

/// `<enable/>`. §3.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enable {
    /// Whether the stream should be resumable.
    pub resume: bool,
    /// For how many seconds, as far as the client may choose.
    pub max: Option<u32>,
}

/// `<resume/>`. §5.
#[derive(Clone, PartialEq, Eq)]
pub struct Resume {
    /// The earlier stream's identifier. Whoever knows it and can sign in to the account gets what waits there.
    pub previd: String,
    /// How many stanzas the client has handled, modulo 2^32.
    pub h: u32,
}

impl std::fmt::Debug for Resume {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resume").field("h", &self.h).finish_non_exhaustive()
    }
}

impl Enable {
    /// Reads an `<enable/>`, on a stream or in a bind request.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Enable, BadPayload> {
        super::expect(el, ns::SM, "enable")?;
        Ok(Enable { resume: flag(el, "resume")?, max: number(el, "max")? })
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::SM, "enable")
            .attr_opt("resume", self.resume.then_some("true"))
            .attr_opt("max", self.max.map(|max| max.to_string()))
    }
}

impl Resume {
    /// Reads a `<resume/>`, on a stream or in an authentication request.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Resume, BadPayload> {
        super::expect(el, ns::SM, "resume")?;
        Ok(Resume { previd: need_attr(el, "previd", MAX_ID_BYTES)?.to_owned(), h: need_h(el)? })
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::SM, "resume").attr("h", self.h.to_string()).attr("previd", &*self.previd)
    }
}

impl ClientSm {
    /// Reads what a client may send.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<ClientSm, BadPayload> {
        if el.ns() != ns::SM {
            return Err(BadPayload::WrongElement { expected: "stream management element" });
        }
        match el.name() {
            "enable" => Enable::read(el).map(ClientSm::Enable),
            "resume" => Resume::read(el).map(ClientSm::Resume),
            "r" => Ok(ClientSm::Request),
            "a" => Ok(ClientSm::Ack { h: need_h(el)? }),
            _ => Err(BadPayload::WrongElement { expected: "stream management element" }),
        }
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        match self {
            ClientSm::Enable(enable) => enable.to_element(),
            ClientSm::Resume(resume) => resume.to_element(),
            ClientSm::Request => ServerSm::Request.to_element(),
            ClientSm::Ack { h } => ServerSm::Ack { h: *h }.to_element(),
        }
    }
}

/// What the server sends.
#[derive(Clone, PartialEq, Eq)]
pub enum ServerSm {
    /// Counting has started.
    Enabled {
        /// With which identifier it can be resumed, if it can.
        id: Option<String>,
        /// For how many seconds.
        max: Option<u32>,
        /// Where to reconnect, as `host:port` or `[v6]:port`.
        location: Option<String>,
    },
    /// The earlier stream goes on.
    Resumed {
        /// Its identifier.
        previd: String,
        /// How many stanzas of the client were handled.
        h: u32,
    },
    /// Neither enabled nor resumed.
    Failed {
        /// Why.
        condition: Condition,
        /// How many stanzas of the earlier stream were handled, if that is still known.
        h: Option<u32>,
    },
    /// How many stanzas were handled, please?
    Request,
    /// This many stanzas were handled.
    Ack {
        /// The count.
        h: u32,
    },
}

/// The identifiers are not shown: they reopen a stream.
impl std::fmt::Debug for ServerSm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ServerSm::Enabled { id, max, .. } => {
                write!(f, "Enabled {{ resume: {}, max: {max:?} }}", id.is_some())
            }
            ServerSm::Resumed { h, .. } => write!(f, "Resumed {{ h: {h} }}"),
            ServerSm::Failed { condition, h } => write!(f, "Failed {{ {condition:?}, h: {h:?} }}"),
            ServerSm::Request => f.write_str("Request"),
            ServerSm::Ack { h } => write!(f, "Ack {{ h: {h} }}"),
        }
    }
}

impl ServerSm {
    /// The element. An identifier says that the stream is resumable.
    pub fn to_element(&self) -> Element {
        match self {
            ServerSm::Enabled { id, max, location } => Element::new(ns::SM, "enabled")
                .attr_opt("id", id.as_deref())
                .attr_opt("resume", id.is_some().then_some("true"))
                .attr_opt("max", max.map(|max| max.to_string()))
                .attr_opt("location", location.as_deref()),
            ServerSm::Resumed { previd, h } => {
                Element::new(ns::SM, "resumed").attr("h", h.to_string()).attr("previd", &**previd)
            }
            ServerSm::Failed { condition, h } => Element::new(ns::SM, "failed")
                .attr_opt("h", h.map(|h| h.to_string()))
                .child(Element::new(ns::STANZAS, condition.as_str())),
            ServerSm::Request => Element::new(ns::SM, "r"),
            ServerSm::Ack { h } => Element::new(ns::SM, "a").attr("h", h.to_string()),
        }
    }

    /// Reads what a server may send, as a client does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<ServerSm, BadPayload> {
        let other = BadPayload::WrongElement { expected: "stream management element" };
        if el.ns() != ns::SM {
            return Err(other);
        }
        Ok(match el.name() {
            "enabled" => ServerSm::Enabled {
                id: attr(el, "id", MAX_ID_BYTES)?.filter(|_| flag(el, "resume") == Ok(true)).map(str::to_owned),
                max: number(el, "max")?,
                location: attr(el, "location", MAX_ID_BYTES)?.map(str::to_owned),
            },
            "resumed" => {
                ServerSm::Resumed { previd: need_attr(el, "previd", MAX_ID_BYTES)?.to_owned(), h: need_h(el)? }
            }
            "failed" => ServerSm::Failed {
                condition: el
                    .elements()
                    .filter(|child| child.ns() == ns::STANZAS)
                    .find_map(|child| Condition::from_word(child.name()))
                    .unwrap_or(Condition::UndefinedCondition),
                h: number(el, "h")?,
            },
            "r" => ServerSm::Request,
            "a" => ServerSm::Ack { h: need_h(el)? },
            _ => return Err(other),
        })
    }
}

/// The stream error for a client that acknowledges more than it was sent. §6.
pub fn handled_count_too_high(h: u32, sent: u32) -> StreamError {
    StreamError::new(StreamCondition::UndefinedCondition).with_app(
        Element::new(ns::SM, "handled-count-too-high").attr("h", h.to_string()).attr("send-count", sent.to_string()),
    )
}

/// The stream feature, also what SASL2 offers inline (§9.2). §2.
pub fn feature() -> Element {
    Element::new(ns::SM, "sm")
}

fn need_h(el: &Element) -> Result<u32, BadPayload> {
    number(el, "h")?.ok_or(BadPayload::Missing { what: "h" })
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let long = format!("<resume h='1' previd='{}'/>", "x".repeat(MAX_ID_BYTES + 1));
        let cases: Vec<(&str, Result<ClientSm, BadPayload>)> = vec![
            ("<enable/>", Ok(ClientSm::Enable(Enable::default()))),
            ("<enable resume='1' max='60'/>", Ok(ClientSm::Enable(Enable { resume: true, max: Some(60) }))),
            ("<enable resume='false'/>", Ok(ClientSm::Enable(Enable::default()))),
            ("<enable resume='yes'/>", Err(BadPayload::Invalid { what: "resume" })),
            ("<enable max='-1'/>", Err(BadPayload::Invalid { what: "max" })),
            ("<r/>", Ok(ClientSm::Request)),
            ("<a h='0'/>", Ok(ClientSm::Ack { h: 0 })),
            ("<a h='4294967295'/>", Ok(ClientSm::Ack { h: u32::MAX })),
            ("<a h='4294967296'/>", Err(BadPayload::Invalid { what: "h" })),
            ("<a/>", Err(BadPayload::Missing { what: "h" })),
            ("<resume h='3' previd='x'/>", Ok(ClientSm::Resume(Resume { previd: "x".to_owned(), h: 3 }))),
            ("<resume h='3'/>", Err(BadPayload::Missing { what: "previd" })),
            (&long, Err(BadPayload::TooLong { what: "previd", max: MAX_ID_BYTES })),
            ("<enabled/>", Err(BadPayload::WrongElement { expected: "stream management element" })),
        ];
        for (xml, expected) in cases {
            let el = Element::parse(xml.as_bytes(), ns::SM).expect("XML");
            let read = ClientSm::read(&el);
            assert_eq!(read, expected, "{xml:.60}");
            if let Ok(sm) = read {
                assert_eq!(ClientSm::read(&sm.to_element()), Ok(sm));
            }
        }
        assert!(ClientSm::read(&el("<r/>")).is_err());
    }

    #[test]
    fn answers_read_back() {
        let cases = [
            (
                ServerSm::Enabled { id: Some("i".to_owned()), max: Some(300), location: Some("[::1]:9222".to_owned()) },
                "<enabled xmlns='urn:xmpp:sm:3' id='i' resume='true' max='300' location='[::1]:9222'/>",
            ),
            (ServerSm::Enabled { id: None, max: None, location: None }, "<enabled xmlns='urn:xmpp:sm:3'/>"),
            (ServerSm::Resumed { previd: "p".to_owned(), h: 7 }, "<resumed xmlns='urn:xmpp:sm:3' h='7' previd='p'/>"),
            (
                ServerSm::Failed { condition: Condition::ItemNotFound, h: Some(7) },
                "<failed xmlns='urn:xmpp:sm:3' h='7'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
            ),
            (ServerSm::Request, "<r xmlns='urn:xmpp:sm:3'/>"),
            (ServerSm::Ack { h: 9 }, "<a xmlns='urn:xmpp:sm:3' h='9'/>"),
        ];
        for (sm, xml) in cases {
            assert_eq!(sm.to_element().to_string_in(ns::CLIENT), xml);
            assert_eq!(ServerSm::read(&el(xml)), Ok(sm));
        }
    }

    #[test]
    fn too_high_a_count_says_both_numbers() {
        let mut out = Vec::new();
        handled_count_too_high(10, 8).write_tcp(&mut out);
        let out = String::from_utf8(out).expect("UTF-8");
        assert!(out.contains("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='10' send-count='8'/>"), "{out}");
    }
}
