//! First-level elements that are no stanzas: SASL, STARTTLS, stream management and the like.
//!
//! Spec: XEP-0360 (the word), RFC 6120 §4.8.4.
//! Left out: their meaning.

use std::borrow::Cow;

use super::scan::{NsRef, Scan};
use super::tag::{self, Span};
use super::{Limits, StreamOpen};
use crate::ns;
use crate::stanza::escape::unescape_attr;
use crate::xml::{Element, XmlError};

/// A first-level element in a namespace other than the content namespace.
///
/// It may carry secrets (SASL): `Debug` shows its name only.
#[derive(Clone)]
pub struct Nonza {
    raw: Box<str>,
    name: Span,
    ns: NsRef,
    odd: Option<Box<str>>,
}

impl Nonza {
    pub(super) fn assemble(raw: Box<str>, scan: Scan) -> Self {
        Self { raw, name: scan.head.name, ns: scan.head.ns, odd: scan.odd.into_iter().next() }
    }

    /// Namespace of the element.
    pub fn ns(&self) -> &str {
        match self.ns {
            NsRef::Content => ns::CLIENT,
            NsRef::Streams => ns::STREAM,
            NsRef::Spelt(span) => slice(&self.raw, span),
            NsRef::Odd(_) => self.odd.as_deref().unwrap_or_default(),
        }
    }

    /// Name of the element, without prefix.
    pub fn name(&self) -> &str {
        slice(&self.raw, self.name)
    }

    /// Whether it is this element.
    pub fn is(&self, ns: &str, name: &str) -> bool {
        self.name() == name && self.ns() == ns
    }

    /// Value of an attribute without namespace, unescaped.
    pub fn attr(&self, name: &str) -> Option<Cow<'_, str>> {
        attr_of(&self.raw, name)
    }

    /// The element as it came, or without prefixes where it used them.
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_bytes()
    }

    /// The element as a tree.
    ///
    /// # Errors
    /// [`XmlError`] if the tree's own limits are narrower than the framer's.
    pub fn element(&self) -> Result<Element, XmlError> {
        Element::parse(self.bytes(), self.ns())
    }

    /// The attributes of `<open/>` (RFC 7395 §3.3.2).
    pub(super) fn stream_open(&self) -> StreamOpen {
        let attr = |name| self.attr(name).map(Cow::into_owned);
        StreamOpen {
            to: attr("to"),
            from: attr("from"),
            id: attr("id"),
            version: attr("version"),
            lang: attr("xml:lang"),
            ns: ns::CLIENT,
        }
    }
}

impl std::fmt::Debug for Nonza {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nonza").field("name", &self.name()).field("ns", &self.ns()).finish_non_exhaustive()
    }
}

/// Value of the attribute `name` in the start tag with which `raw`, already scanned, begins.
pub(crate) fn attr_of<'a>(raw: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let limits = Limits::own();
    let tag = tag::start_tag(raw.as_bytes(), 0, &limits).ok()??;
    let attr = tag.attrs.iter().find(|attr| slice(raw, attr.name) == name)?;
    Some(unescape_attr(slice(raw, attr.value)))
}

/// Spans end at ASCII characters of the text they were taken from.
pub(crate) fn slice(raw: &str, span: Span) -> &str {
    raw.get(span.start as usize..span.end as usize).unwrap_or_default()
}
