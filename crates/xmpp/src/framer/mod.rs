//! From bytes to frames: the stream header, stanzas, other first-level elements and the end.
//!
//! The caller keeps the buffer; [`Framer::next`] is shown the same unconsumed bytes again plus what
//! came since, and remembers how far it has looked. An idle framer owns no heap for a usual stream.
//!
//! Spec: RFC 6120 §4 and §11, RFC 7395 §3.3 (WebSocket).
//! Left out: what a frame means, which `stream` and the server's streams decide.

mod error;
mod header;
mod limits;
mod nonza;
#[cfg(test)]
mod properties;
pub(crate) mod scan;
mod slow;
pub(crate) mod tag;
#[cfg(test)]
pub(crate) mod tests;

pub use error::FrameError;
pub use limits::Limits;
pub use nonza::Nonza;
pub(crate) use nonza::attr_of;

use crate::ns;
use crate::stanza::Stanza;
use scan::{Content, Rules, Scan, Scope};
use slow::{Prefixes, USUAL_PREFIX};

/// How a stream is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One long document, over TCP, TLS or BOSH's inner form.
    Stream,
    /// One document for each message, RFC 7395.
    WebSocket,
}

/// The attributes of a stream header or of `<open/>`, unescaped and not judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamOpen {
    /// Whom the peer wants to speak to.
    pub to: Option<String>,
    /// Who the peer says it is.
    pub from: Option<String>,
    /// Id of the stream, from the answering side.
    pub id: Option<String>,
    /// Version of the protocol; RFC 6120 is "1.0".
    pub version: Option<String>,
    /// `xml:lang`, the default for all stanzas.
    pub lang: Option<String>,
    /// The content namespace: `jabber:client` or `jabber:server`.
    pub ns: &'static str,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Frame {
    /// The header of a stream.
    Open(Box<StreamOpen>),
    /// A stanza.
    Stanza(Stanza),
    /// A first-level element that is no stanza, in a namespace of its own.
    Nonza(Nonza),
    /// The end tag of the stream, or `<close/>`.
    Close,
}

/// One step of [`Framer::next`].
#[derive(Debug, Clone)]
pub struct Progress {
    /// Bytes at the front of the buffer that are done with, also when there is no frame yet.
    pub consumed: usize,
    /// `None`: more bytes are needed.
    pub frame: Option<Frame>,
}

/// Finds frames in the bytes of one stream.
#[derive(Debug)]
pub struct Framer {
    limits: Limits,
    /// White space since the last frame, in bytes.
    idle: u32,
    mode: Mode,
    phase: Phase,
    content: Content,
    scope: Scope,
    /// What is unusual about the header; boxed since it nearly never exists.
    unusual: Option<Box<Unusual>>,
    /// The element in the middle of which the bytes ended.
    scan: Option<Box<Scan>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Header,
    Open,
    Closed,
}

#[derive(Debug)]
struct Unusual {
    qname: Box<str>,
    prefixes: Vec<(Box<str>, Box<str>)>,
}

impl Framer {
    /// A framer that expects a stream header.
    pub fn new(mode: Mode, limits: Limits) -> Self {
        Self {
            limits: limits.bounded(),
            idle: 0,
            mode,
            phase: Phase::Header,
            content: Content::Client,
            scope: if mode == Mode::WebSocket { Scope::Nothing } else { Scope::Content },
            unusual: None,
            scan: None,
        }
    }

    /// Changes the limits, from the next look at the buffer on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits.bounded();
    }

    /// Expects a new stream header, as after TLS and SASL (RFC 6120 §4.3.3). What had been begun is forgotten.
    pub fn restart(&mut self) {
        *self = Self::new(self.mode, self.limits);
    }

    /// Looks for the next frame in `buf`: the bytes not consumed so far, those seen before unchanged.
    ///
    /// With [`Mode::WebSocket`] `buf` is one message, as for [`Framer::frame_message`].
    ///
    /// # Errors
    /// [`FrameError`] ends the stream: the framer must not be asked again.
    pub fn next(&mut self, buf: &[u8]) -> Result<Progress, FrameError> {
        if self.mode == Mode::WebSocket {
            let frame = self.frame_message(buf)?;
            return Ok(Progress { consumed: buf.len(), frame: Some(frame) });
        }
        let space = if self.scan.is_none() { leading_space(buf) } else { 0 };
        // White space counts too, else a peer could send it for ever.
        self.idle = self.idle.saturating_add(u32::try_from(space).unwrap_or(u32::MAX));
        if self.idle as usize > self.limits.max_bytes {
            return Err(FrameError::TooBig { max: self.limits.max_bytes });
        }
        let rest = &buf[space..];
        let found = if rest.is_empty() {
            None
        } else {
            match self.phase {
                Phase::Header => self.header(rest)?,
                Phase::Open => self.first_level(rest)?,
                Phase::Closed => return Err(FrameError::BadFormat),
            }
        };
        Ok(match found {
            None => Progress { consumed: space, frame: None },
            Some((frame, len)) => {
                self.idle = 0;
                Progress { consumed: space + len, frame: Some(frame) }
            }
        })
    }

    /// Reads one WebSocket message, which is exactly one frame (RFC 7395 §3.3).
    ///
    /// # Errors
    /// [`FrameError::BadFormat`] if it is less or more than that, else as [`Framer::next`].
    pub fn frame_message(&self, message: &[u8]) -> Result<Frame, FrameError> {
        if message.first() != Some(&b'<') {
            return Err(FrameError::BadFormat);
        }
        let rules = Rules {
            limits: &self.limits,
            content: Content::Client,
            scope: Scope::Nothing,
            header: "",
            canonical: false,
        };
        let mut scan = Scan::new();
        let Some(len) = scan.run(message, &rules)? else { return Err(FrameError::NotWellFormed) };
        let rest = &message[len..];
        if leading_space(rest) != rest.len() {
            return Err(FrameError::BadFormat);
        }
        match finish(&message[..len], scan, &rules, Prefixes::None)? {
            Frame::Nonza(open) if open.is(ns::FRAMING, "open") => Ok(Frame::Open(Box::new(open.stream_open()))),
            Frame::Nonza(close) if close.is(ns::FRAMING, "close") => Ok(Frame::Close),
            Frame::Nonza(other) if other.ns() == ns::FRAMING => Err(FrameError::BadFormat),
            frame => Ok(frame),
        }
    }

    fn header(&mut self, rest: &[u8]) -> Result<Option<(Frame, usize)>, FrameError> {
        let Some(header) = header::read(rest, &self.limits)? else { return Ok(None) };
        self.phase = Phase::Open;
        self.content = header.content;
        self.scope = header.scope;
        let usual = &*header.qname == USUAL_NAME
            && header.prefixes.iter().all(|(prefix, uri)| &**prefix == USUAL_PREFIX && &**uri == ns::STREAM);
        self.unusual = (!usual).then(|| Box::new(Unusual { qname: header.qname, prefixes: header.prefixes }));
        Ok(Some((Frame::Open(Box::new(header.open)), header.len)))
    }

    fn first_level(&mut self, rest: &[u8]) -> Result<Option<(Frame, usize)>, FrameError> {
        match rest {
            [b'<'] => return Ok(None),
            [b'<', b'/', ..] => return self.end_of_stream(rest),
            [b'<', ..] => {}
            _ => return Err(FrameError::BadFormat),
        }
        let (frame, len) = {
            let header = self.unusual.as_ref().map_or(USUAL_NAME, |unusual| &unusual.qname);
            let rules =
                Rules { limits: &self.limits, content: self.content, scope: self.scope, header, canonical: false };
            let scan = if let Some(kept) = self.scan.as_mut() {
                let Some(len) = kept.run(rest, &rules)? else { return Ok(None) };
                self.scan.take().map(|scan| (*scan, len))
            } else {
                let mut scan = Scan::new();
                match scan.run(rest, &rules)? {
                    Some(len) => Some((scan, len)),
                    None => {
                        self.scan = Some(Box::new(scan));
                        None
                    }
                }
            };
            let Some((scan, len)) = scan else { return Ok(None) };
            let prefixes = match &self.unusual {
                Some(unusual) => Prefixes::Declared(&unusual.prefixes),
                None => Prefixes::Usual,
            };
            (finish(&rest[..len], scan, &rules, prefixes)?, len)
        };
        Ok(Some((frame, len)))
    }

    fn end_of_stream(&mut self, rest: &[u8]) -> Result<Option<(Frame, usize)>, FrameError> {
        let Some((name, end)) = tag::end_tag(&rest[..rest.len().min(MAX_END_TAG)], 0)? else {
            return if rest.len() > MAX_END_TAG { Err(FrameError::NotWellFormed) } else { Ok(None) };
        };
        let header = self.unusual.as_ref().map_or(USUAL_NAME, |unusual| &unusual.qname);
        if name.of(rest) != header.as_bytes() {
            return Err(FrameError::NotWellFormed);
        }
        self.phase = Phase::Closed;
        Ok(Some((Frame::Close, end)))
    }
}

/// Frames one element of our own making in the content namespace `jabber:client`.
pub(crate) fn frame_own(bytes: &[u8]) -> Result<Stanza, FrameError> {
    let limits = Limits::own();
    let rules =
        Rules { limits: &limits, content: Content::Client, scope: Scope::Content, header: "", canonical: false };
    let mut scan = Scan::new();
    match scan.run(bytes, &rules)? {
        Some(len) if len == bytes.len() => match finish(bytes, scan, &rules, Prefixes::None)? {
            Frame::Stanza(stanza) => Ok(stanza),
            _ => Err(FrameError::UnsupportedStanza),
        },
        _ => Err(FrameError::NotWellFormed),
    }
}

/// Makes the frame of a complete element, by way of the full parser where the scanner asked for it.
fn finish(bytes: &[u8], scan: Scan, rules: &Rules<'_>, prefixes: Prefixes<'_>) -> Result<Frame, FrameError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FrameError::NotWellFormed)?;
    if !scan.slow {
        if has_noncharacters(bytes) {
            return Err(FrameError::NotWellFormed);
        }
        return Ok(build(text.into(), scan));
    }
    let written = slow::canonical(text, rules, prefixes)?;
    // Each prefixed attribute has brought its own declaration.
    let limits = Limits { max_attrs: u16::MAX, max_xmlns: u16::MAX, ..*rules.limits };
    let rules = Rules { limits: &limits, canonical: true, ..*rules };
    let mut scan = Scan::new();
    let len = scan.run(&written, &rules)?;
    let written = String::from_utf8(written).map_err(|_| FrameError::NotWellFormed)?;
    if scan.slow || len != Some(written.len()) {
        return Err(FrameError::NotWellFormed);
    }
    Ok(build(written.into(), scan))
}

fn build(raw: Box<str>, scan: Scan) -> Frame {
    match scan.head.kind {
        Some(kind) => Frame::Stanza(Stanza::assemble(raw, kind, scan)),
        None => Frame::Nonza(Nonza::assemble(raw, scan)),
    }
}

/// U+FFFE and U+FFFF, which XML 1.0 §2.2 leaves out.
fn has_noncharacters(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && bytes.windows(3).any(|three| matches!(three, [0xef, 0xbf, 0xbe | 0xbf]))
}

fn leading_space(buf: &[u8]) -> usize {
    buf.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count()
}

const USUAL_NAME: &str = "stream:stream";

/// `</stream:stream>` with room for odd names and white space.
const MAX_END_TAG: usize = 1024;
