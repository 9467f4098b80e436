//! From bytes to an [`Element`], with limits.
//!
//! Spec: XML 1.0 and Namespaces in XML 1.0 as narrowed by RFC 6120 §11.1. rxml's raw parser proves
//! the former; prefixes are resolved here, since rxml 0.14's resolver takes the last of two
//! `xmlns` on one element, where a stricter reader would see an error (two readers that disagree
//! are how stanzas get smuggled).
//! Left out: streaming. The framer knows where an element ends before it hands it over.

use super::{Attr, Element, Node};
use crate::ns;
use rxml::error::EndOrError;
use rxml::{Options, Parse, RawEvent, RawParser, RawQName, WithOptions};
use std::sync::Arc;

/// How deep a tree read from bytes may be, the outermost element counted. Walking it recurses, and
/// a depth of some thousands would overflow a worker's stack.
pub const MAX_DEPTH: usize = 64;

/// How many elements a tree read from bytes may have. `<a/>` is four bytes on the wire and some
/// eighty in memory; the largest honest payloads (imported rosters, bookmarks) stay far below.
pub const MAX_ELEMENTS: usize = 10_000;

/// How many attributes one element may have, declarations counted.
pub const MAX_ATTRS: usize = 128;

/// How many namespace declarations may be in force at once; looking a prefix up walks them.
const MAX_DECLARATIONS: usize = 256;

/// Why bytes are not an element. None of them carries any of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed, not namespace-well-formed, not UTF-8, or with XML that XMPP forbids.
    #[error("not well-formed")]
    NotWellFormed,
    /// The bytes end before the element does.
    #[error("the element is not complete")]
    Incomplete,
    /// Something stands before or after the element.
    #[error("more than one element")]
    Trailing,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {max}")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// More elements than [`MAX_ELEMENTS`], or more attributes on one than [`MAX_ATTRS`].
    #[error("more than {max} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        max: usize,
    },
}

impl Element {
    /// Reads exactly one element, with nothing before or after it. `default_ns` holds where the
    /// bytes declare none, as on a stream.
    ///
    /// # Errors
    /// [`XmlError`], whatever the bytes are.
    pub fn parse(bytes: &[u8], default_ns: &str) -> Result<Element, XmlError> {
        Element::parse_with(bytes, default_ns, &[])
    }

    /// As [`Element::parse`], with prefixes that an outer element has bound, as (prefix, namespace).
    ///
    /// # Errors
    /// [`XmlError`], whatever the bytes are.
    pub fn parse_with(bytes: &[u8], default_ns: &str, prefixes: &[(&str, &str)]) -> Result<Element, XmlError> {
        let mut scope = Scope { default: vec![(0, default_ns.into())], prefixes: Vec::new() };
        for (prefix, uri) in prefixes {
            scope.prefixes.push((0, (*prefix).into(), (*uri).into()));
        }
        let builder = Builder { scope, open: Vec::new(), head: None, elements: 0 };
        builder.run(&mut RawParser::with_options(room_for(bytes.len())), bytes)
    }
}

/// Takes every token of a text of so many bytes; a parser sets as much aside at once, 8 KiB if it is not told.
pub(crate) fn room_for(bytes: usize) -> Options {
    Options { max_token_length: bytes.max(64), ..Options::default() }
}

/// The namespaces in force, innermost last, each with the depth of the element that declared it.
struct Scope {
    default: Vec<(usize, Arc<str>)>,
    prefixes: Vec<(usize, Box<str>, Arc<str>)>,
}

impl Scope {
    fn lookup(&self, prefix: Option<&str>) -> Result<Arc<str>, XmlError> {
        let uri = match prefix {
            None => self.default.last().map(|(_, uri)| uri),
            Some("xml") => return Ok(ns::XML.into()),
            Some(prefix) => self.prefixes.iter().rev().find(|(_, p, _)| **p == *prefix).map(|(_, _, uri)| uri),
        };
        uri.cloned().ok_or(XmlError::NotWellFormed)
    }

    /// Takes a declaration of the element at `depth`; the raw parser has refused those that touch
    /// the `xml` and `xmlns` prefixes and empty ones.
    fn declare(&mut self, depth: usize, prefix: Option<&str>, uri: &str) -> Result<(), XmlError> {
        // Namespaces in XML 1.0 §3: nothing else may be bound to the namespace of declarations.
        if uri == ns::XMLNS {
            return Err(XmlError::NotWellFormed);
        }
        match prefix {
            None => {
                if self.default.last().is_some_and(|(at, _)| *at == depth) {
                    return Err(XmlError::NotWellFormed);
                }
                self.default.push((depth, uri.into()));
            }
            Some(prefix) => {
                let here = self.prefixes.iter().rev().take_while(|(at, _, _)| *at == depth);
                if here.into_iter().any(|(_, p, _)| **p == *prefix) {
                    return Err(XmlError::NotWellFormed);
                }
                if self.prefixes.len() >= MAX_DECLARATIONS {
                    return Err(XmlError::TooMany { what: "declarations", max: MAX_DECLARATIONS });
                }
                self.prefixes.push((depth, prefix.into(), uri.into()));
            }
        }
        Ok(())
    }

    fn leave(&mut self, depth: usize) {
        self.default.pop_if(|(at, _)| *at == depth);
        while self.prefixes.pop_if(|(at, _, _)| *at == depth).is_some() {}
    }
}

/// A start tag of which not everything has been seen.
struct Head {
    name: RawQName,
    attrs: Vec<(RawQName, String)>,
    declarations: usize,
}

/// Open elements, outermost first, and the start tag being read.
struct Builder {
    scope: Scope,
    open: Vec<Element>,
    head: Option<Head>,
    elements: usize,
}

impl Builder {
    fn run(mut self, parser: &mut RawParser, bytes: &[u8]) -> Result<Element, XmlError> {
        if bytes.first().is_some_and(|b| *b != b'<') {
            return Err(XmlError::Trailing);
        }
        let mut rest = bytes;
        loop {
            let event = match parser.parse(&mut rest, false) {
                Ok(Some(event)) => event,
                Ok(None) | Err(EndOrError::NeedMoreData) => return Err(XmlError::Incomplete),
                Err(EndOrError::Error(_)) => return Err(XmlError::NotWellFormed),
            };
            match event {
                RawEvent::ElementHeadOpen(_, name) => self.open_head(name)?,
                RawEvent::Attribute(_, name, value) => self.attribute(name, value)?,
                RawEvent::ElementHeadClose(_) => self.close_head()?,
                RawEvent::Text(_, text) => {
                    self.open.last_mut().ok_or(XmlError::NotWellFormed)?.push_text(&text);
                }
                RawEvent::ElementFoot(_) => {
                    self.scope.leave(self.open.len());
                    let done = self.open.pop().ok_or(XmlError::NotWellFormed)?;
                    match self.open.last_mut() {
                        Some(parent) => parent.children.push(Node::Element(done)),
                        None if rest.is_empty() => return Ok(done),
                        None => return Err(XmlError::Trailing),
                    }
                }
                RawEvent::XmlDeclaration(..) => return Err(XmlError::NotWellFormed),
            }
        }
    }

    fn open_head(&mut self, name: RawQName) -> Result<(), XmlError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(XmlError::TooMany { what: "elements", max: MAX_ELEMENTS });
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::TooDeep { max: MAX_DEPTH });
        }
        self.head = Some(Head { name, attrs: Vec::new(), declarations: 0 });
        Ok(())
    }

    fn attribute(&mut self, name: RawQName, value: String) -> Result<(), XmlError> {
        let head = self.head.as_mut().ok_or(XmlError::NotWellFormed)?;
        if head.attrs.len() + head.declarations >= MAX_ATTRS {
            return Err(XmlError::TooMany { what: "attributes", max: MAX_ATTRS });
        }
        let depth = self.open.len() + 1;
        match (name.0.as_ref().map(|p| p.as_str()), name.1.as_str()) {
            (None, "xmlns") => self.scope.declare(depth, None, &value)?,
            (Some("xmlns"), prefix) => self.scope.declare(depth, Some(prefix), &value)?,
            _ => {
                head.attrs.push((name, value));
                return Ok(());
            }
        }
        head.declarations += 1;
        Ok(())
    }

    fn close_head(&mut self) -> Result<(), XmlError> {
        let head = self.head.take().ok_or(XmlError::NotWellFormed)?;
        let ns = self.scope.lookup(head.name.0.as_ref().map(|p| p.as_str()))?;
        let mut attrs: Vec<Attr> = Vec::with_capacity(head.attrs.len());
        for ((prefix, name), value) in head.attrs {
            let ns = prefix.map(|prefix| self.scope.lookup(Some(prefix.as_str()))).transpose()?;
            if attrs.iter().any(|a| *a.name == *name.as_str() && a.ns == ns) {
                return Err(XmlError::NotWellFormed);
            }
            attrs.push(Attr { ns, name: name.as_str().into(), value });
        }
        self.open.push(Element { ns, name: head.name.1.as_str().into(), attrs, children: Vec::new() });
        Ok(())
    }
}
