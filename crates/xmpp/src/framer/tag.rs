//! One tag: names, attributes and the checks that need nothing but the tag itself.
//!
//! Spec: XML 1.0 §3.1 (tags), §3.3.3; Namespaces in XML 1.0 §3, §4, §5.
//! Left out: names with characters beyond ASCII, which go the slow path (see `scan`).

use smallvec::SmallVec;

use super::{FrameError, Limits};
use crate::ns;
use crate::stanza::escape::{MAX_REFERENCE, reference};

/// Byte range, counted from the start of the first-level element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// Offsets come from buffers cut to `Limits::max_bytes`, which `Limits` keeps under 4 GiB.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Attr {
    /// Qualified name.
    pub name: Span,
    /// Characters between the quotes, still escaped.
    pub value: Span,
    /// From the name to the closing quote.
    pub all: Span,
    /// Length of the prefix, 0 if there is none.
    pub prefix: u16,
}

/// A start tag that is complete and well-formed by itself.
#[derive(Debug)]
pub(crate) struct StartTag {
    pub name: Span,
    /// Length of the prefix of the name, 0 if there is none.
    pub prefix: u16,
    pub attrs: SmallVec<[Attr; 8]>,
    /// `<a/>`
    pub empty: bool,
    /// Just behind `>`.
    pub end: usize,
    /// Something here wants the full parser.
    pub slow: bool,
}

/// Reads the start tag at `at`, where `<` stands. `None`: the buffer ends within it.
pub(crate) fn start_tag(buf: &[u8], at: usize, limits: &Limits) -> Result<Option<StartTag>, FrameError> {
    let mut slow = false;
    let Some((name, prefix)) = qname(buf, at + 1, &mut slow)? else { return Ok(None) };
    let mut tag = StartTag { name, prefix, attrs: SmallVec::new(), empty: false, end: 0, slow: false };
    let mut pos = name.end as usize;
    let (mut plain, mut declared) = (0u32, 0u32);
    loop {
        let before = pos;
        pos = skip_space(buf, pos);
        match buf.get(pos) {
            None => return Ok(None),
            Some(b'>') => {
                tag.end = pos + 1;
                break;
            }
            Some(b'/') => match buf.get(pos + 1) {
                None => return Ok(None),
                Some(b'>') => {
                    tag.empty = true;
                    tag.end = pos + 2;
                    break;
                }
                Some(_) => return Err(FrameError::NotWellFormed),
            },
            Some(_) if pos == before => return Err(FrameError::NotWellFormed),
            Some(_) => {}
        }
        let start = pos;
        let Some((name, prefix)) = qname(buf, pos, &mut slow)? else { return Ok(None) };
        let is_declaration = match prefix {
            0 => name.of(buf) == b"xmlns",
            5 => name.of(buf).starts_with(b"xmlns:"),
            _ => false,
        };
        if is_declaration {
            declared += 1;
            if declared > u32::from(limits.max_xmlns) {
                return Err(FrameError::TooManyNamespaces { max: limits.max_xmlns });
            }
        } else {
            plain += 1;
            if plain > u32::from(limits.max_attrs) {
                return Err(FrameError::TooManyAttributes { max: limits.max_attrs });
            }
        }
        pos = skip_space(buf, name.end as usize);
        match buf.get(pos) {
            None => return Ok(None),
            Some(b'=') => pos = skip_space(buf, pos + 1),
            Some(_) => return Err(FrameError::NotWellFormed),
        }
        let quote = match buf.get(pos) {
            None => return Ok(None),
            Some(&quote @ (b'"' | b'\'')) => quote,
            Some(_) => return Err(FrameError::NotWellFormed),
        };
        let mut odd = false;
        let Some(end) = attr_value(buf, pos + 1, quote, &mut odd, &mut slow)? else { return Ok(None) };
        let attr = Attr { name, value: Span::new(pos + 1, end), all: Span::new(start, end + 1), prefix };
        pos = end + 1;
        if tag.attrs.iter().any(|other| other.name.of(buf) == name.of(buf)) {
            return Err(FrameError::NotWellFormed);
        }
        if is_declaration {
            slow |= odd;
            declaration(name.of(buf), attr.value.of(buf), &mut slow)?;
        }
        tag.attrs.push(attr);
    }
    tag.slow = slow;
    Ok(Some(tag))
}

/// Reads the end tag at `at`, where `</` stands: its name and where it ends.
pub(crate) fn end_tag(buf: &[u8], at: usize) -> Result<Option<(Span, usize)>, FrameError> {
    let mut slow = false;
    let Some((name, _)) = qname(buf, at + 2, &mut slow)? else { return Ok(None) };
    let end = skip_space(buf, name.end as usize);
    match buf.get(end) {
        None => Ok(None),
        Some(b'>') => Ok(Some((name, end + 1))),
        Some(_) => Err(FrameError::NotWellFormed),
    }
}

/// Length of the reference at `at`, where `&` stands.
pub(crate) fn reference_len(buf: &[u8], at: usize, slow: &mut bool) -> Result<Option<usize>, FrameError> {
    let rest = &buf[at..buf.len().min(at + MAX_REFERENCE)];
    let end = rest.iter().position(|&b| b == b';');
    let name = rest.get(1..end.unwrap_or(rest.len())).unwrap_or_default();
    if !name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#') {
        return Err(bad_reference(rest));
    }
    match end {
        None if rest.len() < MAX_REFERENCE => Ok(None),
        // Digits without end are legal XML; the full parser has its own view of them.
        _ if name.first() == Some(&b'#') && name.len() > SHORT_REFERENCE => {
            *slow = true;
            Ok(Some(1))
        }
        None => Err(bad_reference(rest)),
        Some(end) => {
            let text = std::str::from_utf8(&rest[..=end]).map_err(|_| FrameError::NotWellFormed)?;
            reference(text).map(|(_, len)| Some(len)).ok_or_else(|| bad_reference(rest))
        }
    }
}

/// `&name` of something undeclared is restricted (RFC 6120 §11.1), all else is no reference at all.
fn bad_reference(rest: &[u8]) -> FrameError {
    match rest.get(1) {
        Some(b) if b.is_ascii_alphabetic() || *b == b'_' => FrameError::Restricted,
        _ => FrameError::NotWellFormed,
    }
}

/// Reads a qualified name: its span and the length of its prefix.
fn qname(buf: &[u8], start: usize, slow: &mut bool) -> Result<Option<(Span, u16)>, FrameError> {
    let mut pos = start;
    let mut colon = None;
    let mut part = start;
    while let Some(&byte) = buf.get(pos) {
        let class = CLASS[byte as usize];
        if class & NAME == 0 {
            break;
        }
        if byte >= 0x80 {
            *slow = true;
        } else if byte == b':' {
            if colon.is_some() || pos == part {
                return Err(FrameError::NotWellFormed);
            }
            colon = Some(pos - start);
            part = pos + 1;
        } else if pos == part && class & NAME_START == 0 {
            return Err(FrameError::NotWellFormed);
        }
        pos += 1;
    }
    if pos == buf.len() {
        return Ok(None);
    }
    if pos == part {
        return Err(FrameError::NotWellFormed);
    }
    let prefix = match colon {
        None => 0,
        // A longer prefix is nobody's; refusing it keeps the length small.
        Some(len) => u16::try_from(len).map_err(|_| FrameError::NotWellFormed)?,
    };
    Ok(Some((Span::new(start, pos), prefix)))
}

/// Where the closing quote stands. `odd` tells that the characters are not the value as it is.
fn attr_value(
    buf: &[u8],
    start: usize,
    quote: u8,
    odd: &mut bool,
    slow: &mut bool,
) -> Result<Option<usize>, FrameError> {
    let mut pos = start;
    loop {
        while let Some(&byte) = buf.get(pos)
            && CLASS[byte as usize] & VALUE_STOP == 0
        {
            pos += 1;
        }
        match buf.get(pos) {
            None => return Ok(None),
            Some(&byte) if byte == quote => return Ok(Some(pos)),
            Some(b'"' | b'\'') => pos += 1,
            Some(b'\t' | b'\n') => {
                *odd = true;
                pos += 1;
            }
            // rxml 0.14 has a view of its own about these; let it speak.
            Some(b'\r') => {
                *slow = true;
                pos += 1;
            }
            Some(b'&') => {
                *odd = true;
                match reference_len(buf, pos, slow)? {
                    None => return Ok(None),
                    Some(len) => pos += len,
                }
            }
            Some(_) => return Err(FrameError::NotWellFormed),
        }
    }
}

/// Namespaces in XML 1.0 §3: what may be bound to what.
fn declaration(name: &[u8], value: &[u8], slow: &mut bool) -> Result<(), FrameError> {
    let reserved = value == ns::XML.as_bytes() || value == ns::XMLNS.as_bytes();
    match name.strip_prefix(b"xmlns:") {
        None if reserved => Err(FrameError::NotWellFormed),
        None => Ok(()),
        Some(b"xml") if value == ns::XML.as_bytes() => {
            *slow = true;
            Ok(())
        }
        Some(b"xml" | b"xmlns") => Err(FrameError::NotWellFormed),
        Some(_) if reserved || value.is_empty() => Err(FrameError::NotWellFormed),
        Some(_) => Ok(()),
    }
}

fn skip_space(buf: &[u8], mut pos: usize) -> usize {
    while matches!(buf.get(pos), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        pos += 1;
    }
    pos
}

/// The longest character reference that needs no second look, without `&` and `;`: `#x10ffff`.
const SHORT_REFERENCE: usize = 8;

/// May stand in a name (all bytes beyond ASCII, to be looked at by the full parser).
pub(crate) const NAME: u8 = 1;
/// May begin a name.
pub(crate) const NAME_START: u8 = 2;
/// Ends a plain run of text.
pub(crate) const TEXT_STOP: u8 = 4;
/// Ends a plain run within quotes.
pub(crate) const VALUE_STOP: u8 = 8;
/// Ends a plain run within CDATA.
pub(crate) const CDATA_STOP: u8 = 16;

pub(crate) static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        let start = byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80;
        if start {
            class[i] |= NAME_START;
        }
        if start || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':') {
            class[i] |= NAME;
        }
        let control = byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
        if control || matches!(byte, b'<' | b'&' | b']') {
            class[i] |= TEXT_STOP;
        }
        if byte < 0x20 || matches!(byte, b'<' | b'&' | b'"' | b'\'') {
            class[i] |= VALUE_STOP;
        }
        if control || byte == b']' {
            class[i] |= CDATA_STOP;
        }
        i += 1;
    }
    class
};
