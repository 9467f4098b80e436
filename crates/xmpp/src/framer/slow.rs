//! The slow path: one element through the full parser and back, written without prefixes.
//!
//! What comes out has the same names, attributes and text; every element stands in the default
//! namespace, and each prefixed attribute brings its declaration along. Such bytes may be forwarded
//! under any stream header, and the scanner takes them without a second look.
//!
//! Spec: Namespaces in XML 1.0; RFC 6120 §4.8.5 (stanzas may use prefixes).
//! Left out: keeping the prefixes as they were (RFC 6120 §4.8.5 asks for meaning, not spelling).

use rxml::{Event, Namespace, Parse, Parser, WithOptions};

use super::scan::{Rules, Scope};
use super::{FrameError, Limits};
use crate::ns;
use crate::xml::{escape_attr, escape_text, room_for};

/// Prefixes that are bound outside the element.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Prefixes<'a> {
    /// None: a document of its own.
    None,
    /// `stream`, as on nearly every stream.
    Usual,
    /// Those of the stream header.
    Declared(&'a [(Box<str>, Box<str>)]),
}

/// The prefix that nearly every stream header declares and uses.
pub(crate) const USUAL_PREFIX: &str = "stream";

/// Rewrites `element`, whose bytes are complete and UTF-8.
pub(crate) fn canonical(element: &str, rules: &Rules<'_>, prefixes: Prefixes<'_>) -> Result<Vec<u8>, FrameError> {
    let default = match rules.scope {
        Scope::Content => rules.content.ns(),
        Scope::Streams => ns::STREAM,
        Scope::Nothing => "",
    };
    let mut head = Vec::with_capacity(128);
    head.extend_from_slice(b"<s xmlns='");
    escape_attr(default, &mut head);
    head.push(b'\'');
    let mut declare = |prefix: &str, uri: &str| {
        head.extend_from_slice(b" xmlns:");
        head.extend_from_slice(prefix.as_bytes());
        head.extend_from_slice(b"='");
        escape_attr(uri, &mut head);
        head.push(b'\'');
    };
    match prefixes {
        Prefixes::None => {}
        Prefixes::Usual => declare(USUAL_PREFIX, ns::STREAM),
        Prefixes::Declared(prefixes) => prefixes.iter().for_each(|(prefix, uri)| declare(prefix, uri)),
    }
    head.push(b'>');

    let mut parser = Parser::with_options(room_for(head.len().max(element.len())));
    let mut writer = Writer { out: Vec::with_capacity(element.len() + 64), open: Vec::new(), unfinished: false };
    for mut bytes in [head.as_slice(), element.as_bytes(), b"</s>"] {
        while !bytes.is_empty() {
            match parser.parse(&mut bytes, false) {
                Ok(Some(event)) => writer.event(&event, default, rules.limits)?,
                Ok(None) | Err(rxml::error::EndOrError::NeedMoreData) => break,
                Err(rxml::error::EndOrError::Error(_)) => return Err(FrameError::NotWellFormed),
            }
        }
    }
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    /// Name and namespace of each open element; the first is the wrapper.
    open: Vec<(String, Namespace<'static>)>,
    /// The last start tag lacks its `>`.
    unfinished: bool,
}

impl Writer {
    fn event(&mut self, event: &Event, default: &str, limits: &Limits) -> Result<(), FrameError> {
        match event {
            Event::XmlDeclaration(..) => return Err(FrameError::NotWellFormed),
            Event::StartElement(_, (uri, name), attrs) => {
                if !self.open.is_empty() {
                    self.start(uri, name, attrs, default);
                }
                self.open.push((name.to_string(), uri.clone()));
            }
            Event::EndElement(_) => {
                let closed = self.open.pop();
                if let Some((name, _)) = closed
                    && !self.open.is_empty()
                {
                    if self.unfinished {
                        self.out.extend_from_slice(b"/>");
                        self.unfinished = false;
                    } else {
                        self.out.extend_from_slice(b"</");
                        self.out.extend_from_slice(name.as_bytes());
                        self.out.push(b'>');
                    }
                }
            }
            Event::Text(_, text) => {
                self.finish_tag();
                escape_text(text, &mut self.out);
            }
        }
        // A short prefix may stand for a long name: without this a stanza could grow a hundredfold.
        if self.out.len() > limits.max_bytes {
            return Err(FrameError::TooBig { max: limits.max_bytes });
        }
        Ok(())
    }

    fn start(&mut self, uri: &Namespace<'static>, name: &str, attrs: &rxml::AttrMap, default: &str) {
        self.finish_tag();
        let inherited = match self.open.as_slice() {
            [_wrapper] => default,
            [.., (_, parent)] => parent.as_str(),
            [] => "",
        };
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        if uri.as_str() != inherited {
            self.attribute("xmlns", uri.as_str());
        }
        for (number, ((uri, name), value)) in attrs.iter().enumerate() {
            if uri.as_str().is_empty() {
                self.attribute(name, value);
            } else if uri.as_str() == ns::XML {
                self.attribute(&format!("xml:{name}"), value);
            } else {
                self.attribute(&format!("xmlns:a{number}"), uri.as_str());
                self.attribute(&format!("a{number}:{name}"), value);
            }
        }
        self.unfinished = true;
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"='");
        escape_attr(value, &mut self.out);
        self.out.push(b'\'');
    }

    fn finish_tag(&mut self) {
        if self.unfinished {
            self.out.push(b'>');
            self.unfinished = false;
        }
    }
}
