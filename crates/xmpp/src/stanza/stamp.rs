//! What changes on a hop, and writing a stanza with it.
//!
//! Spec: RFC 6120 §8.1.1.1 and §8.1.2 (stamping addresses), XEP-0359 §6 (forged stanza ids).
//! Left out: changes to the payload other than adding and leaving out children.

use super::{Address, Child, Stanza, Tag, cut};
use crate::framer::scan::ChildRec;
use crate::jid::{BareJid, Jid, same_bare};
use crate::ns;
use crate::xml::escape_attr;

/// The difference between a stanza as it came and as it goes on. Borrowed: made anew for each hop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stamp<'a> {
    /// Instead of the stanza's own `to`.
    pub to: Option<&'a Jid>,
    /// Instead of the stanza's own `from`.
    pub from: Option<&'a Jid>,
    /// Serialised children to put at the end. Each must be well-formed and carry its own `xmlns`,
    /// unless it belongs to the content namespace.
    pub add: &'a [u8],
    /// Children to leave out.
    pub strip: Strip<'a>,
    /// Whether the start tag names its namespace.
    pub default_ns: DefaultNs,
}

/// Which children to leave out: every one that fits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Strip<'a> {
    tags: u32,
    stanza_ids_by: Option<&'a BareJid>,
}

/// Where a written stanza gets its namespace from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DefaultNs {
    /// The stream header: nothing is written.
    #[default]
    Stream,
    /// `xmlns='jabber:client'` on the start tag: WebSocket, and inside `<forwarded/>`.
    Client,
}

impl<'a> Strip<'a> {
    /// Nothing is left out.
    pub const NONE: Strip<'static> = Strip { tags: 0, stanza_ids_by: None };

    /// Leaves out all children with one of these tags.
    pub fn tags(tags: &[Tag]) -> Self {
        Self { tags: tags.iter().fold(0, |bits, tag| bits | tag.bit()), stanza_ids_by: None }
    }

    /// Leaves out each `<stanza-id/>` whose `by` is this account, room or host, with or without a
    /// resource (XEP-0359 §6: only we may say such a thing).
    pub fn stanza_ids_by(by: &'a BareJid) -> Self {
        Self::NONE.and_stanza_ids_by(by)
    }

    /// As [`Strip::stanza_ids_by`], besides what is left out already.
    #[must_use]
    pub fn and_stanza_ids_by(mut self, by: &'a BareJid) -> Self {
        self.stanza_ids_by = Some(by);
        self
    }

    /// Whether nothing of `stanza` would be left out, as far as its tags tell.
    fn spares(&self, stanza: &Stanza) -> bool {
        let mut bits = self.tags;
        if self.stanza_ids_by.is_some() {
            bits |= Tag::StanzaId.bit();
        }
        stanza.0.head.tags & bits == 0
    }

    fn takes(&self, child: &Child<'_>) -> bool {
        if self.tags & child.tag().bit() != 0 {
            return true;
        }
        let Some(by) = self.stanza_ids_by else { return false };
        child.tag() == Tag::StanzaId
            && child.attr("by").is_some_and(|value| match crate::jid::parse(&value) {
                Ok(jid) => same_bare(&jid, by),
                Err(_) => false,
            })
    }
}

impl Stanza {
    /// Appends the stanza as it goes on: the start tag written anew with the stamp's addresses, the
    /// payload byte for byte but for what is left out, and what is added.
    pub fn write(&self, out: &mut Vec<u8>, stamp: &Stamp<'_>) {
        let head = &self.0.head;
        out.reserve(head.raw.len() + stamp.add.len() + ROOM_FOR_ADDRESSES);
        out.push(b'<');
        out.extend_from_slice(head.kind.name().as_bytes());
        if stamp.default_ns == DefaultNs::Client {
            attribute(out, "xmlns", ns::CLIENT);
        }
        self.write_address(out, "to", stamp.to, &head.to);
        self.write_address(out, "from", stamp.from, &head.from);
        for (name, span) in [("id", head.id), ("type", head.ty), ("xml:lang", head.lang)] {
            if let Some(span) = span {
                escaped_attribute(out, name, cut(&head.raw, span));
            }
        }
        for extra in &head.extras {
            out.push(b' ');
            out.extend_from_slice(cut(&head.raw, *extra).as_bytes());
        }
        out.push(b'>');
        let empty = out.len();
        self.write_payload(out, &stamp.strip);
        out.extend_from_slice(stamp.add);
        if out.len() == empty {
            out.pop();
            out.extend_from_slice(b"/>");
        } else {
            out.extend_from_slice(b"</");
            out.extend_from_slice(head.kind.name().as_bytes());
            out.push(b'>');
        }
    }

    /// The stanza as it goes on, as bytes of their own.
    pub fn to_bytes(&self, stamp: &Stamp<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, stamp);
        out
    }

    fn write_address(&self, out: &mut Vec<u8>, name: &str, stamped: Option<&Jid>, own: &Address) {
        match (stamped, own) {
            (Some(jid), _) | (None, Address::Valid(jid)) => attribute(out, name, jid.as_str()),
            // Quotes of the other sort inside were kept as they stood: escape_attr would double escapes.
            (None, Address::Malformed(span)) => escaped_attribute(out, name, cut(&self.0.head.raw, *span)),
            (None, Address::Missing) => {}
        }
    }

    fn write_payload(&self, out: &mut Vec<u8>, strip: &Strip<'_>) {
        let head = &self.0.head;
        let mut at = head.payload.start;
        if !strip.spares(self) {
            for rec in self.recs() {
                if strip.takes(&Child { head, rec }) {
                    let ChildRec { all, .. } = *rec;
                    out.extend_from_slice(&self.bytes()[at as usize..all.start as usize]);
                    at = all.end;
                }
            }
        }
        out.extend_from_slice(&self.bytes()[at as usize..head.payload.end as usize]);
    }
}

/// Writes an attribute from its plain value.
pub(super) fn attribute(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"='");
    escape_attr(value, out);
    out.push(b'\'');
}

/// Writes an attribute whose value is escaped already, though perhaps for the other sort of quotes.
fn escaped_attribute(out: &mut Vec<u8>, name: &str, escaped: &str) {
    let quote = if escaped.contains('\'') { b'"' } else { b'\'' };
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(&[b'=', quote]);
    out.extend_from_slice(escaped.as_bytes());
    out.push(quote);
}

/// Two addresses of a usual length and the end tag.
const ROOM_FOR_ADDRESSES: usize = 128;
