//! The stream header: XML declaration and the start tag of the stream.
//!
//! Spec: RFC 6120 §4.7 (attributes), §4.8 (namespaces), §11.4 to §11.6 (declaration, encoding).
//! Left out: the component namespace (XEP-0114).

use rxml::{Event, Parse, Parser, WithOptions};

use super::scan::{Content, Scope};
use super::tag::{self, StartTag};
use super::{FrameError, Limits, StreamOpen};
use crate::ns;
use crate::stanza::escape::unescape_attr;
use crate::xml::room_for;

/// A header of a stream and what later scans need of it.
#[derive(Debug)]
pub(crate) struct Header {
    pub open: StreamOpen,
    pub len: usize,
    pub content: Content,
    pub scope: Scope,
    pub qname: Box<str>,
    pub prefixes: Vec<(Box<str>, Box<str>)>,
}

/// Reads the header at the start of `buf`. `None`: the buffer ends within it.
pub(crate) fn read(buf: &[u8], limits: &Limits) -> Result<Option<Header>, FrameError> {
    let max = limits.max_bytes.min(MAX_HEADER);
    match read_within(&buf[..buf.len().min(max)], limits)? {
        None if buf.len() > max => Err(FrameError::TooBig { max }),
        found => Ok(found),
    }
}

fn read_within(buf: &[u8], limits: &Limits) -> Result<Option<Header>, FrameError> {
    let mut at = 0;
    if buf.starts_with(b"<?") || b"<?".starts_with(buf) {
        if !DECLARATION.starts_with(&buf[..buf.len().min(DECLARATION.len())]) {
            return Err(FrameError::Restricted);
        }
        let Some(end) = buf.windows(2).position(|two| two == b"?>") else { return Ok(None) };
        at = end + 2;
        check_declaration(&buf[..at])?;
    }
    at += buf[at..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
    match &buf[at..] {
        [] | [b'<'] => return Ok(None),
        [b'<', b'!', ..] => return Err(FrameError::Restricted),
        [b'<', b'?', ..] => return Err(FrameError::NotWellFormed),
        [b'<', ..] => {}
        _ => return Err(FrameError::BadFormat),
    }
    let Some(tag) = tag::start_tag(buf, at, limits)? else { return Ok(None) };
    let open = resolve(&buf[..tag.end])?;
    if tag.empty {
        return Err(FrameError::BadFormat);
    }
    finish(buf, &tag, open).map(Some)
}

/// The declaration by itself, so that its encoding can be told from other faults.
fn check_declaration(declaration: &[u8]) -> Result<(), FrameError> {
    let mut parser = Parser::with_options(room_for(declaration.len()));
    let mut bytes = declaration;
    if matches!(parser.parse(&mut bytes, false), Ok(Some(Event::XmlDeclaration(..)))) {
        return Ok(());
    }
    let text = std::str::from_utf8(declaration).map_err(|_| FrameError::NotWellFormed)?;
    let encoding = text.split_once("encoding").map(|(_, rest)| rest.trim_start_matches([' ', '=', '"', '\'']));
    match encoding.and_then(|rest| rest.split(['"', '\'']).next()) {
        Some(name) if !name.eq_ignore_ascii_case("utf-8") => Err(FrameError::UnsupportedEncoding),
        _ => Err(FrameError::NotWellFormed),
    }
}

/// The full parser's view of the start tag: prefixes bound, no attribute twice.
fn resolve(bytes: &[u8]) -> Result<StreamOpen, FrameError> {
    let mut parser = Parser::with_options(room_for(bytes.len()));
    let mut rest = bytes;
    loop {
        match parser.parse(&mut rest, false) {
            Ok(Some(Event::XmlDeclaration(..))) => {}
            Ok(Some(Event::StartElement(_, (uri, name), attrs))) => {
                if uri.as_str() != ns::STREAM {
                    return Err(FrameError::BadNamespace);
                }
                if name != "stream" {
                    return Err(FrameError::BadFormat);
                }
                let value = |uri: &str, wanted: &str| {
                    attrs
                        .iter()
                        .find(|((ns, name), _)| ns.as_str() == uri && *name == wanted)
                        .map(|(_, value)| value.to_owned())
                };
                return Ok(StreamOpen {
                    to: value("", "to"),
                    from: value("", "from"),
                    id: value("", "id"),
                    version: value("", "version"),
                    lang: value(ns::XML, "lang"),
                    ns: ns::CLIENT,
                });
            }
            _ => return Err(FrameError::NotWellFormed),
        }
    }
}

fn finish(buf: &[u8], tag: &StartTag, mut open: StreamOpen) -> Result<Header, FrameError> {
    let text = |span: tag::Span| std::str::from_utf8(span.of(buf)).map_err(|_| FrameError::NotWellFormed);
    let mut default = None;
    let mut prefixes = Vec::new();
    for attr in &tag.attrs {
        let name = text(attr.name)?;
        let value = unescape_attr(text(attr.value)?);
        if name == "xmlns" {
            default = Some(value);
        } else if let Some(prefix) = name.strip_prefix("xmlns:")
            && prefix != "xml"
        {
            prefixes.push((prefix.into(), value.into()));
        }
    }
    let (content, scope) = match default.as_deref() {
        Some(ns::CLIENT) => (Content::Client, Scope::Content),
        Some(ns::SERVER) => (Content::Server, Scope::Content),
        Some(ns::STREAM) => (Content::Client, Scope::Streams),
        _ => return Err(FrameError::BadNamespace),
    };
    open.ns = content.ns();
    Ok(Header { open, len: tag.end, content, scope, qname: text(tag.name)?.into(), prefixes })
}

const DECLARATION: &[u8] = b"<?xml";

/// No header comes near this (a guess); a longer one is not waited for.
const MAX_HEADER: usize = 8192;
