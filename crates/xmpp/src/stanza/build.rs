//! Stanzas of our own making: replies, errors, and those built from parts or trees.
//!
//! Spec: RFC 6120 §8.2.3 (iq replies), §8.3.1 (errors); XEP-0205 §4 (no echo of what is too big).
//! Left out: deciding whether to answer.

use super::stamp::attribute;
use super::{IqType, Kind, MessageType, PresenceType, Stanza, Tag};
use crate::error::StanzaError;
use crate::framer::{FrameError, frame_own};
use crate::jid::Jid;
use crate::ns;
use crate::xml::Element;

impl Stanza {
    /// Reads one stanza of the archive, of the store or of our own making. No limits apply.
    ///
    /// # Errors
    /// [`FrameError`] unless `bytes` are exactly one stanza of `jabber:client`.
    pub fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        frame_own(bytes)
    }

    /// The stanza that a tree describes.
    ///
    /// # Errors
    /// [`FrameError`] if the tree is no stanza of `jabber:client`.
    pub fn from_element(element: &Element) -> Result<Self, FrameError> {
        frame_own(&element.to_bytes(ns::CLIENT))
    }

    /// A stanza from its parts. `type_` and `id` may be empty, which leaves them out; `payload` is
    /// serialised children, as for [`super::Stamp::add`].
    ///
    /// # Errors
    /// [`FrameError`] if `payload` is not well-formed.
    pub fn build(
        kind: Kind,
        type_: &str,
        id: &str,
        to: Option<&Jid>,
        from: Option<&Jid>,
        payload: &[u8],
    ) -> Result<Self, FrameError> {
        let mut out = Vec::with_capacity(payload.len() + 128);
        start(&mut out, kind, type_, id, to, from);
        end(&mut out, kind, payload);
        frame_own(&out)
    }

    /// The stanza as `stamp` would write it, as a stanza: for what is kept after it was stamped.
    ///
    /// # Errors
    /// [`FrameError`] if what the stamp adds is not well-formed.
    pub fn stamped(&self, stamp: &super::Stamp<'_>) -> Result<Self, FrameError> {
        frame_own(&self.to_bytes(stamp))
    }

    /// The error that answers this stanza, from whom it was for, to whom it is from.
    ///
    /// `None` where no answer may be given: to errors, and to results of an iq (RFC 6120 §8.3.1).
    /// An iq gets its payload back if that is small; nothing else is echoed.
    pub fn error_reply(&self, error: &StanzaError) -> Option<Self> {
        let answerable = match self.kind() {
            Kind::Message => self.message_type() != MessageType::Error,
            Kind::Presence => self.presence_type() != Ok(PresenceType::Error),
            Kind::Iq => !matches!(self.iq_type(), Ok(IqType::Result | IqType::Error)),
        };
        if !answerable {
            return None;
        }
        let mut payload = Vec::new();
        if self.kind() == Kind::Iq
            && let Ok(child) = self.iq_payload()
            && child.bytes().len() <= MAX_ECHO
            // XEP-0077 §3.3: what may hold a password or a token is not sent back.
            && ![ns::REGISTER, ns::PARS].contains(&child.ns())
        {
            payload.extend_from_slice(child.bytes());
        }
        error.to_element().write(&mut payload, ns::CLIENT);
        self.reply("error", &payload)
    }

    /// The result that answers this iq.
    pub fn result_reply(&self, payload: Option<&Element>) -> Self {
        let bytes = payload.map(|payload| payload.to_bytes(ns::CLIENT)).unwrap_or_default();
        self.reply("result", &bytes).expect("a tree is written as well-formed XML")
    }

    /// The result that answers this iq, with payload that is serialised already.
    ///
    /// # Errors
    /// [`FrameError`] if `payload` is not well-formed.
    pub fn result_reply_bytes(&self, payload: &[u8]) -> Result<Self, FrameError> {
        frame_own(&self.reply_bytes("result", payload))
    }

    /// Whether this presence, message or iq is an error.
    pub fn is_error(&self) -> bool {
        self.type_str().as_deref() == Some("error")
    }

    /// Whether there is text that a person wrote: a body or an encrypted payload.
    pub fn has_content(&self) -> bool {
        self.has(Tag::Body) || self.has(Tag::Encrypted)
    }

    fn reply(&self, type_: &str, payload: &[u8]) -> Option<Self> {
        frame_own(&self.reply_bytes(type_, payload)).ok()
    }

    fn reply_bytes(&self, type_: &str, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(payload.len() + 128);
        start(&mut out, self.kind(), type_, &self.id().unwrap_or_default(), self.from(), self.to());
        end(&mut out, self.kind(), payload);
        out
    }
}

fn start(out: &mut Vec<u8>, kind: Kind, type_: &str, id: &str, to: Option<&Jid>, from: Option<&Jid>) {
    out.push(b'<');
    out.extend_from_slice(kind.name().as_bytes());
    for (name, jid) in [("to", to), ("from", from)] {
        if let Some(jid) = jid {
            attribute(out, name, jid.as_str());
        }
    }
    for (name, value) in [("id", id), ("type", type_)] {
        if !value.is_empty() {
            attribute(out, name, value);
        }
    }
}

fn end(out: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    if payload.is_empty() {
        out.extend_from_slice(b"/>");
    } else {
        out.push(b'>');
        out.extend_from_slice(payload);
        out.extend_from_slice(b"</");
        out.extend_from_slice(kind.name().as_bytes());
        out.push(b'>');
    }
}

/// Longest payload that an error brings back, in bytes. A guess: a query, not an avatar.
const MAX_ECHO: usize = 1024;
