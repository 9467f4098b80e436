//! A stanza as it came: proven bytes, and where things are in them.
//!
//! A stanza never changes and is shared, not copied: fan-out to a room, carbons, resumption queues
//! and the archive all hold the same bytes. What differs on each hop is a [`Stamp`]. The content
//! namespace is always called `jabber:client`, also on streams between servers, where the same
//! bytes inherit `jabber:server`.
//!
//! Spec: RFC 6120 §8, RFC 6121 §4.7 and §5.2.
//! Left out: typed payloads, which `payload` reads from a [`Child`].

mod build;
pub(crate) mod escape;
mod stamp;
mod tag;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use thiserror::Error;

use crate::framer::scan::{ChildRec, NsRef, Scan};
use crate::framer::tag::Span;
pub use crate::framer::{FrameError, Limits};
use crate::jid::Jid;
use crate::ns;
use crate::xml::{Element, XmlError};
use escape::unescape_attr;
pub use stamp::{DefaultNs, Stamp, Strip};
pub use tag::{Hint, IqType, Kind, MessageType, PresenceType, Tag, UnknownType};

/// One message, presence or iq. Cloning counts a reference.
#[derive(Clone)]
pub struct Stanza(Arc<Inner>);

/// One allocation, as long as its children need: those that are kept (the presence of whoever is there, what waits for a
/// phone) mostly have one or none.
struct Inner<C: ?Sized = [ChildRec]> {
    head: Head,
    children: C,
}

/// All that is known of a stanza beside its children.
struct Head {
    /// Exactly one element, unprefixed, in its own allocation.
    raw: Box<str>,
    kind: Kind,
    /// Which tags the children have, as bits.
    tags: u32,
    /// Between start tag and end tag.
    payload: Span,
    to: Address,
    from: Address,
    /// Still escaped, as the next two.
    id: Option<Span>,
    ty: Option<Span>,
    lang: Option<Span>,
    /// All other attributes of the start tag, as they stand.
    extras: Vec<Span>,
    rest: Option<Box<Rest>>,
}

/// What hardly any stanza has.
struct Rest {
    /// The children behind those that an allocation is made for.
    children: Vec<ChildRec>,
    /// Namespaces of children that were written with references.
    odd: Vec<Box<str>>,
}

enum Address {
    Missing,
    Valid(Jid),
    /// The value as it stands, still escaped.
    Malformed(Span),
}

/// Which address of a stanza is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedAddress {
    /// The `to`.
    To,
    /// The `from`.
    From,
}

/// Why an iq has no payload to look at; answered with `bad-request` (RFC 6120 §8.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// There is none.
    #[error("an iq without payload")]
    Missing,
    /// There are several.
    #[error("an iq with more than one payload")]
    Several,
}

/// Children that have their place in a stanza's own allocation.
const MAX_FIRST: usize = 8;

impl Inner {
    /// With so many children, at most [`MAX_FIRST`].
    fn with(head: Head, children: &[ChildRec]) -> Arc<Self> {
        fn sized<const N: usize>(head: Head, children: &[ChildRec]) -> Arc<Inner> {
            Arc::new(Inner { head, children: std::array::from_fn::<_, N, _>(|at| children[at]) })
        }
        match children.len() {
            0 => sized::<0>(head, children),
            1 => sized::<1>(head, children),
            2 => sized::<2>(head, children),
            3 => sized::<3>(head, children),
            4 => sized::<4>(head, children),
            5 => sized::<5>(head, children),
            6 => sized::<6>(head, children),
            7 => sized::<7>(head, children),
            _ => sized::<MAX_FIRST>(head, children),
        }
    }
}

impl Stanza {
    pub(crate) fn assemble(raw: Box<str>, kind: Kind, scan: Scan) -> Self {
        let head = scan.head;
        let address = |span: Option<Span>| {
            let Some(span) = span else { return Address::Missing };
            match crate::jid::parse(&unescape_attr(cut(&raw, span))) {
                Ok(jid) => Address::Valid(jid),
                Err(_) => Address::Malformed(span),
            }
        };
        let (to, from) = (address(head.to), address(head.from));
        let (first, more) = scan.children.split_at(scan.children.len().min(MAX_FIRST));
        let is_plain = more.is_empty() && scan.odd.is_empty();
        let head = Head {
            kind,
            tags: scan.children.iter().fold(0, |tags, child| tags | child.tag.bit()),
            payload: head.payload,
            to,
            from,
            id: head.id,
            ty: head.ty,
            lang: head.lang,
            extras: head.extras,
            rest: (!is_plain).then(|| Box::new(Rest { children: more.to_vec(), odd: scan.odd })),
            raw,
        };
        Self(Inner::with(head, first))
    }

    fn recs(&self) -> impl Iterator<Item = &ChildRec> {
        self.0.children.iter().chain(self.0.head.rest.iter().flat_map(|rest| &rest.children))
    }

    /// Message, presence or iq.
    pub fn kind(&self) -> Kind {
        self.0.head.kind
    }

    /// Whom it is for. `None` also if it is malformed, see [`Stanza::malformed_address`].
    pub fn to(&self) -> Option<&Jid> {
        self.0.head.to.valid()
    }

    /// Who it says it is from. `None` also if it is malformed, see [`Stanza::malformed_address`].
    pub fn from(&self) -> Option<&Jid> {
        self.0.head.from.valid()
    }

    /// The address that cannot be one, `to` first; the stanza is answered with `jid-malformed`
    /// (RFC 6120 §8.3.3.8) and goes nowhere.
    pub fn malformed_address(&self) -> Option<MalformedAddress> {
        match (&self.0.head.to, &self.0.head.from) {
            (Address::Malformed(_), _) => Some(MalformedAddress::To),
            (_, Address::Malformed(_)) => Some(MalformedAddress::From),
            _ => None,
        }
    }

    /// The id, unescaped.
    pub fn id(&self) -> Option<Cow<'_, str>> {
        self.value(self.0.head.id)
    }

    /// The type as it is written, unescaped.
    pub fn type_str(&self) -> Option<Cow<'_, str>> {
        self.value(self.0.head.ty)
    }

    /// The type of a message; a missing or unknown one is [`MessageType::Normal`].
    pub fn message_type(&self) -> MessageType {
        MessageType::from_value(self.type_str().as_deref())
    }

    /// The type of a presence.
    ///
    /// # Errors
    /// [`UnknownType`] if the RFC has no such type.
    pub fn presence_type(&self) -> Result<PresenceType, UnknownType> {
        PresenceType::from_value(self.type_str().as_deref())
    }

    /// The type of an iq.
    ///
    /// # Errors
    /// [`UnknownType`] if there is none or the RFC has no such type.
    pub fn iq_type(&self) -> Result<IqType, UnknownType> {
        IqType::from_value(self.type_str().as_deref())
    }

    /// `xml:lang`, unescaped.
    pub fn lang(&self) -> Option<Cow<'_, str>> {
        self.value(self.0.head.lang)
    }

    /// The direct children, in order.
    pub fn children(&self) -> impl Iterator<Item = Child<'_>> {
        self.recs().map(|rec| Child { head: &self.0.head, rec })
    }

    /// Whether there is a child with this tag.
    pub fn has(&self, tag: Tag) -> bool {
        self.0.head.tags & tag.bit() != 0
    }

    /// The first child with this tag.
    pub fn child(&self, tag: Tag) -> Option<Child<'_>> {
        if self.has(tag) { self.children().find(|child| child.tag() == tag) } else { None }
    }

    /// The first child of this namespace and name. [`ns::CLIENT`] stands for the content namespace.
    pub fn find(&self, ns: &str, name: &str) -> Option<Child<'_>> {
        self.children().find(|child| child.name() == name && child.ns() == ns)
    }

    /// The payload of an iq: its one child besides `<error/>`.
    ///
    /// # Errors
    /// [`PayloadError`] unless there is exactly one.
    pub fn iq_payload(&self) -> Result<Child<'_>, PayloadError> {
        let mut payloads = self.children().filter(|child| child.tag() != Tag::Error);
        match (payloads.next(), payloads.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(PayloadError::Missing),
            (Some(_), Some(_)) => Err(PayloadError::Several),
        }
    }

    /// A child as a tree.
    ///
    /// # Errors
    /// [`XmlError`] if the tree's own limits are narrower than the framer's.
    pub fn child_element(&self, child: &Child<'_>) -> Result<Element, XmlError> {
        child.element()
    }

    /// The whole stanza as a tree, in `jabber:client`.
    ///
    /// # Errors
    /// [`XmlError`] if the tree's own limits are narrower than the framer's.
    pub fn to_element(&self) -> Result<Element, XmlError> {
        Element::parse(self.bytes(), ns::CLIENT)
    }

    /// Length in bytes, as it came.
    #[expect(clippy::len_without_is_empty, reason = "a stanza is never empty")]
    pub fn len(&self) -> usize {
        self.0.head.raw.len()
    }

    /// The bytes as they came, or without prefixes where it used them. The start tag may declare the
    /// content namespace (WebSocket); [`Stanza::write`] gives one that fits where it goes.
    pub fn bytes(&self) -> &[u8] {
        self.0.head.raw.as_bytes()
    }

    fn value(&self, span: Option<Span>) -> Option<Cow<'_, str>> {
        span.map(|span| unescape_attr(cut(&self.0.head.raw, span)))
    }
}

/// Addresses and sizes, never what people say to each other.
impl std::fmt::Debug for Stanza {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stanza")
            .field("kind", &self.kind())
            .field("type", &self.type_str())
            .field("to", &self.to().map(Jid::as_str))
            .field("from", &self.from().map(Jid::as_str))
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Address {
    fn valid(&self) -> Option<&Jid> {
        match self {
            Self::Valid(jid) => Some(jid),
            Self::Missing | Self::Malformed(_) => None,
        }
    }
}

/// A direct child of a stanza.
#[derive(Clone, Copy)]
pub struct Child<'a> {
    head: &'a Head,
    rec: &'a ChildRec,
}

impl<'a> Child<'a> {
    /// What it is, if the server knows it by sight.
    pub fn tag(&self) -> Tag {
        self.rec.tag
    }

    /// Name, without prefix.
    pub fn name(&self) -> &'a str {
        cut(&self.head.raw, self.rec.name)
    }

    /// Namespace; [`ns::CLIENT`] stands for the content namespace.
    pub fn ns(&self) -> &'a str {
        match self.rec.ns {
            NsRef::Content => ns::CLIENT,
            NsRef::Streams => ns::STREAM,
            NsRef::Spelt(span) => cut(&self.head.raw, span),
            NsRef::Odd(index) => {
                self.head.rest.as_ref().and_then(|rest| rest.odd.get(index as usize)).map_or("", |ns| ns)
            }
        }
    }

    /// Whether it is this element.
    pub fn is(&self, ns: &str, name: &str) -> bool {
        self.name() == name && self.ns() == ns
    }

    /// Value of an attribute without namespace, unescaped.
    pub fn attr(&self, name: &str) -> Option<Cow<'a, str>> {
        crate::framer::attr_of(cut(&self.head.raw, self.rec.all), name)
    }

    /// The element as it stands. A child without `xmlns` inherits the content namespace.
    pub fn bytes(&self) -> &'a [u8] {
        cut(&self.head.raw, self.rec.all).as_bytes()
    }

    /// The element as a tree.
    ///
    /// # Errors
    /// [`XmlError`] if the tree's own limits are narrower than the framer's.
    pub fn element(&self) -> Result<Element, XmlError> {
        Element::parse(self.bytes(), ns::CLIENT)
    }
}

/// Namespace and name only.
impl std::fmt::Debug for Child<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Child").field("name", &self.name()).field("ns", &self.ns()).finish_non_exhaustive()
    }
}

/// Spans were taken from these bytes and end at ASCII characters.
fn cut(raw: &str, span: Span) -> &str {
    raw.get(span.start as usize..span.end as usize).unwrap_or_default()
}
