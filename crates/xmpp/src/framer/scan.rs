//! The scanner: proves one first-level element well-formed in a single pass and notes where things are.
//!
//! Whatever is legal but rare (names beyond ASCII, prefixes declared on the stream header or on the
//! stanza, prefixed attributes) only sets `slow`; `slow` then hands the element to the full parser.
//! The scan can stop at the end of any buffer and go on when more has come; no byte is looked at more
//! than a fixed number of times, however slowly it trickles in.
//!
//! Spec: RFC 6120 §11; XML 1.0; Namespaces in XML 1.0.
//! Left out: UTF-8 and the characters beyond ASCII, judged for the whole element when it is complete.

use smallvec::SmallVec;

use super::tag::{self, Attr, CDATA_STOP, CLASS, Span, StartTag, TEXT_STOP};
use super::{FrameError, Limits};
use crate::ns;
use crate::stanza::escape::unescape_attr;
use crate::stanza::{Kind, Tag};

/// Which of the two content namespaces the stream has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Client,
    Server,
}

impl Content {
    pub fn ns(self) -> &'static str {
        match self {
            Self::Client => ns::CLIENT,
            Self::Server => ns::SERVER,
        }
    }
}

/// The namespace that a first-level element without `xmlns` is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The content namespace, as on nearly every stream.
    Content,
    /// The namespace of streams; stanzas then carry their own (RFC 6120 §4.8.3).
    Streams,
    /// None: WebSocket messages stand alone.
    Nothing,
}

/// What a scan has to know about the stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub limits: &'a Limits,
    pub content: Content,
    pub scope: Scope,
    /// Qualified name of the stream element, to see a second header.
    pub header: &'a str,
    /// The bytes were written by `slow` and are known to be well-formed.
    pub canonical: bool,
}

/// The namespace of a recorded element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NsRef {
    /// The content namespace.
    Content,
    /// The namespace of streams, inherited.
    Streams,
    /// Spelt out in the bytes.
    Spelt(Span),
    /// Spelt out with references in it; index into `odd`.
    Odd(u32),
}

/// A direct child of a stanza.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChildRec {
    pub tag: Tag,
    pub name: Span,
    pub ns: NsRef,
    pub all: Span,
}

/// What the start tag of the first-level element said.
#[derive(Debug)]
pub(crate) struct Head {
    pub kind: Option<Kind>,
    pub name: Span,
    pub ns: NsRef,
    pub to: Option<Span>,
    pub from: Option<Span>,
    pub id: Option<Span>,
    pub ty: Option<Span>,
    pub lang: Option<Span>,
    /// All other attributes, from name to closing quote.
    pub extras: Vec<Span>,
    /// Between start tag and end tag.
    pub payload: Span,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Between tags; `pos` is where text goes on or where `<` stands.
    Content,
    /// `pos` is where an unfinished tag begins; no end of it before `seen`.
    Tag { quote: u8, seen: usize },
    /// Within CDATA; `pos` is where it goes on.
    Cdata,
}

#[derive(Debug)]
struct Prefix {
    name: Span,
    ns: Span,
    depth: usize,
}

#[derive(Debug)]
pub(crate) struct Scan {
    pos: usize,
    state: State,
    open: SmallVec<[Span; 8]>,
    prefixes: Vec<Prefix>,
    elements: u32,
    /// The full parser has to look at this element.
    pub slow: bool,
    pub head: Head,
    pub children: SmallVec<[ChildRec; 6]>,
    /// Namespaces that had references in them.
    pub odd: Vec<Box<str>>,
}

impl Scan {
    pub fn new() -> Self {
        Self {
            pos: 0,
            state: State::Content,
            open: SmallVec::new(),
            prefixes: Vec::new(),
            elements: 0,
            slow: false,
            head: Head {
                kind: None,
                name: Span::default(),
                ns: NsRef::Content,
                to: None,
                from: None,
                id: None,
                ty: None,
                lang: None,
                extras: Vec::new(),
                payload: Span::default(),
            },
            children: SmallVec::new(),
            odd: Vec::new(),
        }
    }

    /// Goes on with `buf`, which begins at the `<` of the element. `Some`: the length of the element.
    pub fn run(&mut self, buf: &[u8], rules: &Rules<'_>) -> Result<Option<usize>, FrameError> {
        let max = rules.limits.max_bytes;
        match self.advance(&buf[..buf.len().min(max)], rules)? {
            None if buf.len() > max => Err(FrameError::TooBig { max }),
            end => Ok(end),
        }
    }

    fn advance(&mut self, buf: &[u8], rules: &Rules<'_>) -> Result<Option<usize>, FrameError> {
        loop {
            let resumed = matches!(self.state, State::Tag { .. });
            let ready = match self.state {
                State::Content => self.open.is_empty() || self.text(buf)?,
                State::Tag { quote, seen } => self.hunt(buf, quote, seen),
                State::Cdata => self.cdata(buf)?,
            };
            if !ready {
                return Ok(None);
            }
            if matches!(self.state, State::Cdata) {
                self.state = State::Content;
                continue;
            }
            self.state = State::Content;
            let at = self.pos;
            let complete = match buf.get(at + 1) {
                None => return Ok(None),
                Some(b'/') => match tag::end_tag(buf, at)? {
                    None => false,
                    Some((name, end)) => {
                        if let Some(end) = self.close(buf, name, at, end)? {
                            return Ok(Some(end));
                        }
                        true
                    }
                },
                Some(b'!') => match self.bang(buf, at)? {
                    true => true,
                    false => return Ok(None),
                },
                Some(b'?') => return Err(processing_instruction(buf, at)),
                Some(_) => match tag::start_tag(buf, at, rules.limits)? {
                    None => false,
                    Some(tag) => {
                        if let Some(end) = self.open(buf, &tag, at, rules)? {
                            return Ok(Some(end));
                        }
                        true
                    }
                },
            };
            if !complete {
                if resumed {
                    // It has an end and no reader finds it: quotes out of place.
                    return Err(FrameError::NotWellFormed);
                }
                self.state = State::Tag { quote: 0, seen: at + 1 };
            }
        }
    }

    /// Takes text up to the next `<`. `false`: the buffer ends first.
    fn text(&mut self, buf: &[u8]) -> Result<bool, FrameError> {
        loop {
            while let Some(&byte) = buf.get(self.pos)
                && CLASS[byte as usize] & TEXT_STOP == 0
            {
                self.pos += 1;
            }
            match buf.get(self.pos) {
                None => return Ok(false),
                Some(b'<') => return Ok(true),
                Some(b'&') => match tag::reference_len(buf, self.pos, &mut self.slow)? {
                    None => return Ok(false),
                    Some(len) => self.pos += len,
                },
                Some(b']') => match brackets(buf, self.pos) {
                    Brackets::End => return Err(FrameError::NotWellFormed),
                    Brackets::Unclear => return Ok(false),
                    Brackets::Plain => self.pos += 1,
                },
                Some(_) => return Err(FrameError::NotWellFormed),
            }
        }
    }

    /// Takes CDATA up to its end. `false`: the buffer ends first.
    fn cdata(&mut self, buf: &[u8]) -> Result<bool, FrameError> {
        loop {
            while let Some(&byte) = buf.get(self.pos)
                && CLASS[byte as usize] & CDATA_STOP == 0
            {
                self.pos += 1;
            }
            match buf.get(self.pos) {
                None => return Ok(false),
                Some(b']') => match brackets(buf, self.pos) {
                    Brackets::End => {
                        self.pos += 3;
                        return Ok(true);
                    }
                    Brackets::Unclear => return Ok(false),
                    Brackets::Plain => self.pos += 1,
                },
                Some(_) => return Err(FrameError::NotWellFormed),
            }
        }
    }

    /// Looks for the end of the tag that begins at `pos`, or for a `<` that shows it has none.
    fn hunt(&mut self, buf: &[u8], mut quote: u8, mut seen: usize) -> bool {
        while let Some(&byte) = buf.get(seen) {
            match byte {
                b'<' => return true,
                b'>' if quote == 0 => return true,
                b'"' | b'\'' if quote == 0 => quote = byte,
                _ if byte == quote => quote = 0,
                _ => {}
            }
            seen += 1;
        }
        self.state = State::Tag { quote, seen };
        false
    }

    /// `<!`: begins CDATA or is not allowed. `false`: cannot be told yet.
    fn bang(&mut self, buf: &[u8], at: usize) -> Result<bool, FrameError> {
        let rest = &buf[at..];
        if rest.starts_with(CDATA_START) && !self.open.is_empty() {
            self.pos = at + CDATA_START.len();
            self.state = State::Cdata;
            Ok(true)
        } else if CDATA_START.starts_with(rest) && !self.open.is_empty() {
            Ok(false)
        } else {
            // RFC 6120 §11.1: comments and document types.
            Err(FrameError::Restricted)
        }
    }

    /// An element opens. `Some`: and the first-level element is complete, being empty.
    fn open(&mut self, buf: &[u8], tag: &StartTag, at: usize, rules: &Rules<'_>) -> Result<Option<usize>, FrameError> {
        let depth = self.open.len();
        if depth >= usize::from(rules.limits.max_depth) {
            return Err(FrameError::TooDeep { max: rules.limits.max_depth });
        }
        self.elements += 1;
        if self.elements > rules.limits.max_elements {
            return Err(FrameError::TooManyElements { max: rules.limits.max_elements });
        }
        self.slow |= tag.slow && !rules.canonical;
        let own_ns = self.attributes(buf, tag, depth, rules);
        match depth {
            0 => self.first_level(buf, tag, own_ns, rules)?,
            1 if self.head.kind.is_some() => self.child(buf, tag, own_ns, at, rules),
            _ if tag.prefix > 0 => {
                self.slow |= self.lookup(buf, tag).is_none();
            }
            _ => {}
        }
        self.pos = tag.end;
        if !tag.empty {
            self.open.push(tag.name);
            return Ok(None);
        }
        Ok(self.closed(tag.end, tag.end))
    }

    /// Sorts the attributes of a start tag; gives the value of its `xmlns`.
    fn attributes(&mut self, buf: &[u8], tag: &StartTag, depth: usize, rules: &Rules<'_>) -> Option<Span> {
        let mut own_ns = None;
        for attr in &tag.attrs {
            let name = attr.name.of(buf);
            match attr.prefix {
                0 if name == b"xmlns" => own_ns = Some(attr.value),
                0 if depth == 0 => self.head_attribute(name, attr),
                0 => {}
                3 if name.starts_with(b"xml:") => {
                    if depth == 0 {
                        self.head_attribute(name, attr);
                    }
                }
                5 if name.starts_with(b"xmlns:") => {
                    // On the first level it would have to travel with every child.
                    self.slow |= depth == 0 && !rules.canonical;
                    if depth == 0 {
                        self.head.extras.push(attr.all);
                    }
                    let name = Span { start: attr.name.start + 6, end: attr.name.end };
                    self.prefixes.push(Prefix { name, ns: attr.value, depth });
                }
                _ => {
                    // Two prefixes may stand for one namespace: not for us to compare.
                    self.slow |= !rules.canonical;
                    if depth == 0 {
                        self.head.extras.push(attr.all);
                    }
                }
            }
        }
        own_ns
    }

    fn head_attribute(&mut self, name: &[u8], attr: &Attr) {
        let head = &mut self.head;
        match name {
            b"to" => head.to = Some(attr.value),
            b"from" => head.from = Some(attr.value),
            b"id" => head.id = Some(attr.value),
            b"type" => head.ty = Some(attr.value),
            b"xml:lang" => head.lang = Some(attr.value),
            _ => head.extras.push(attr.all),
        }
    }

    /// Decides what the first-level element is, unless the full parser has to say.
    fn first_level(
        &mut self,
        buf: &[u8],
        tag: &StartTag,
        own_ns: Option<Span>,
        rules: &Rules<'_>,
    ) -> Result<(), FrameError> {
        let name = tag.name.of(buf);
        self.head.name = tag.name;
        self.head.payload = Span::new(tag.end, tag.end);
        if !rules.header.is_empty() && name == rules.header.as_bytes() {
            return Err(FrameError::BadFormat);
        }
        // Prefixed: bound on the stream header, or here, which is slow already.
        self.slow |= tag.prefix > 0;
        if self.slow {
            return Ok(());
        }
        self.head.ns = match (own_ns, rules.scope) {
            (Some(span), _) if span.of(buf) == rules.content.ns().as_bytes() => NsRef::Content,
            (Some(span), _) => self.spelt(buf, span),
            (None, Scope::Content) => NsRef::Content,
            (None, Scope::Streams) => NsRef::Streams,
            (None, Scope::Nothing) => return Err(FrameError::BadNamespace),
        };
        match self.head.ns {
            NsRef::Content => match Kind::from_name(name) {
                Some(kind) => self.head.kind = Some(kind),
                None => return Err(FrameError::UnsupportedStanza),
            },
            NsRef::Streams if name == b"stream" => return Err(FrameError::BadFormat),
            NsRef::Spelt(span) => {
                let value = span.of(buf);
                // RFC 6120 §4.9.3.10: a content namespace, but not this stream's.
                if value.is_empty() || value == ns::CLIENT.as_bytes() || value == ns::SERVER.as_bytes() {
                    return Err(FrameError::BadNamespace);
                }
                if value == ns::STREAM.as_bytes() && name == b"stream" {
                    return Err(FrameError::BadFormat);
                }
            }
            NsRef::Streams | NsRef::Odd(_) => {}
        }
        Ok(())
    }

    /// Records a direct child of a stanza.
    fn child(&mut self, buf: &[u8], tag: &StartTag, own_ns: Option<Span>, at: usize, rules: &Rules<'_>) {
        let declared = if tag.prefix == 0 {
            own_ns
        } else {
            let found = self.lookup(buf, tag);
            self.slow |= found.is_none();
            found
        };
        // Spelt out it would be wrong on the other sort of stream; inherited it is right on both.
        self.slow |= !rules.canonical && declared.is_some_and(|span| span.of(buf) == rules.content.ns().as_bytes());
        if self.slow {
            return;
        }
        let ns = match declared {
            None => NsRef::Content,
            Some(span) if span.of(buf) == ns::CLIENT.as_bytes() => NsRef::Content,
            Some(span) => self.spelt(buf, span),
        };
        let skip = if tag.prefix == 0 { 0 } else { u32::from(tag.prefix) + 1 };
        let name = Span { start: tag.name.start + skip, end: tag.name.end };
        let known = match ns {
            NsRef::Content => Tag::classify(None, ascii(name.of(buf))),
            NsRef::Spelt(span) => Tag::classify(Some(ascii(span.of(buf))), ascii(name.of(buf))),
            NsRef::Streams | NsRef::Odd(_) => Tag::Other,
        };
        self.children.push(ChildRec { tag: known, name, ns, all: Span::new(at, tag.end) });
    }

    fn spelt(&mut self, buf: &[u8], span: Span) -> NsRef {
        let value = span.of(buf);
        // No early end, so that many bytes are looked at at a time.
        if !value.iter().fold(false, |odd, b| odd | matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
            return NsRef::Spelt(span);
        }
        // Canonical bytes only, hence UTF-8.
        let value = unescape_attr(std::str::from_utf8(value).unwrap_or_default());
        self.odd.push(value.into());
        NsRef::Odd(self.odd.len() as u32 - 1)
    }

    /// The namespace that the prefix of `tag` is bound to inside this element.
    fn lookup(&self, buf: &[u8], tag: &StartTag) -> Option<Span> {
        let prefix = &tag.name.of(buf)[..usize::from(tag.prefix)];
        self.prefixes.iter().rev().find(|known| known.name.of(buf) == prefix).map(|known| known.ns)
    }

    /// An end tag. `Some`: the first-level element is complete.
    fn close(&mut self, buf: &[u8], name: Span, at: usize, end: usize) -> Result<Option<usize>, FrameError> {
        match self.open.pop() {
            Some(open) if open.of(buf) == name.of(buf) => {}
            _ => return Err(FrameError::NotWellFormed),
        }
        self.pos = end;
        Ok(self.closed(at, end))
    }

    fn closed(&mut self, payload_end: usize, end: usize) -> Option<usize> {
        let depth = self.open.len();
        while self.prefixes.last().is_some_and(|prefix| prefix.depth >= depth) {
            self.prefixes.pop();
        }
        match depth {
            0 => {
                self.head.payload.end = payload_end as u32;
                Some(end)
            }
            1 => {
                if let Some(child) = self.children.last_mut() {
                    child.all.end = end as u32;
                }
                None
            }
            _ => None,
        }
    }
}

enum Brackets {
    /// `]]>`
    End,
    /// The buffer ends before it can be told.
    Unclear,
    Plain,
}

fn brackets(buf: &[u8], at: usize) -> Brackets {
    match &buf[at..buf.len().min(at + 3)] {
        b"]]>" => Brackets::End,
        b"]" | b"]]" => Brackets::Unclear,
        _ => Brackets::Plain,
    }
}

/// An XML declaration out of place is no declaration; all others are restricted (RFC 6120 §11.1).
fn processing_instruction(buf: &[u8], at: usize) -> FrameError {
    match &buf[at..] {
        [b'<', b'?', b'x', b'm', b'l', b' ' | b'\t' | b'\n' | b'\r', ..] => FrameError::NotWellFormed,
        _ => FrameError::Restricted,
    }
}

/// Names that are not ASCII went the slow path or will not be UTF-8: they are nothing we know.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

const CDATA_START: &[u8] = b"<![CDATA[";
