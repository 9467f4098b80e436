//! From an [`Element`] to bytes that any parser reads as the same tree.
//!
//! Spec: XML 1.0 §2.2 (characters), §2.4 (escaping), §2.11 and §3.3.3 (what parsers normalise).
//!
//! A character that XML cannot carry, not even escaped (U+0000, most controls, U+FFFE, U+FFFF),
//! is written as U+FFFD. Writing cannot fail: a stanza half made has nobody to tell. Leaving the
//! character out instead would join what stood apart, which filters do not expect.

use super::{Element, Node};
use crate::ns;
use std::borrow::Cow;

impl Element {
    /// Appends the element. `xmlns` is written where it differs from the parent's, `parent_ns` for
    /// this one; only `xml:` attributes have a fixed prefix, others of a namespace get one made up.
    pub fn write(&self, out: &mut Vec<u8>, parent_ns: &str) {
        // The xml prefix is bound for good and its namespace can be nobody's default
        // (Namespaces in XML 1.0 §3), so such an element leaves the default as it was.
        let in_xml = *self.ns == *ns::XML;
        let default_ns = if in_xml { parent_ns } else { &*self.ns };
        out.push(b'<');
        self.write_name(out, in_xml);
        if default_ns != parent_ns {
            out.extend_from_slice(b" xmlns='");
            escape_attr(default_ns, out);
            out.push(b'\'');
        }
        self.write_attrs(out);
        if self.children.is_empty() {
            out.extend_from_slice(b"/>");
            return;
        }
        out.push(b'>');
        for node in &self.children {
            match node {
                Node::Element(child) => child.write(out, default_ns),
                Node::Text(text) => escape_text(text, out),
            }
        }
        out.extend_from_slice(b"</");
        self.write_name(out, in_xml);
        out.push(b'>');
    }

    fn write_name(&self, out: &mut Vec<u8>, in_xml: bool) {
        if in_xml {
            out.extend_from_slice(b"xml:");
        }
        out.extend_from_slice(self.name.as_bytes());
    }

    fn write_attrs(&self, out: &mut Vec<u8>) {
        for (at, attr) in self.attrs.iter().enumerate() {
            out.push(b' ');
            match attr.ns.as_deref() {
                None => {}
                Some(ns::XML) => out.extend_from_slice(b"xml:"),
                Some(uri) => {
                    // A number per attribute keeps prefixes apart without a table.
                    let prefix = format!("ns{at}");
                    out.extend_from_slice(format!("xmlns:{prefix}='").as_bytes());
                    escape_attr(uri, out);
                    out.extend_from_slice(format!("' {prefix}:").as_bytes());
                }
            }
            out.extend_from_slice(attr.name.as_bytes());
            out.extend_from_slice(b"='");
            escape_attr(&attr.value, out);
            out.push(b'\'');
        }
    }

    /// The element as bytes; see [`Element::write`].
    pub fn to_bytes(&self, parent_ns: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        self.write(&mut out, parent_ns);
        out
    }

    /// The element as a string; see [`Element::write`].
    pub fn to_string_in(&self, parent_ns: &str) -> String {
        String::from_utf8(self.to_bytes(parent_ns)).expect("only whole strings and ASCII are written")
    }
}

/// Appends character data. `>` is escaped too, so that `]]>` cannot appear; a carriage return, which
/// a parser would turn into a line feed, becomes a reference.
pub fn escape_text(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |b| match b {
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'&' => Some(b"&amp;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

/// Appends an attribute value that fits between quotes of either kind. White space that a parser
/// would turn into spaces becomes references.
pub fn escape_attr(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |b| match b {
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'&' => Some(b"&amp;"),
        b'\'' => Some(b"&apos;"),
        b'"' => Some(b"&quot;"),
        b'\r' => Some(b"&#xD;"),
        b'\n' => Some(b"&#xA;"),
        b'\t' => Some(b"&#x9;"),
        _ => None,
    });
}

fn escape(text: &str, out: &mut Vec<u8>, special: impl Fn(u8) -> Option<&'static [u8]>) {
    let bytes = text.as_bytes();
    // Addresses and namespaces, that is nearly everything, are plain. Without an early end the compiler looks at many
    // bytes at a time: 40 instructions for an address instead of 1,300.
    if bytes.iter().fold(true, |plain, b| plain & is_plain(*b)) {
        out.extend_from_slice(bytes);
        return;
    }
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let instead: &[u8] = match u8::try_from(c) {
            Ok(b) if b.is_ascii() && special(b).is_some() => special(b).unwrap_or_default(),
            _ if !is_xml_char(c) => "\u{FFFD}".as_bytes(),
            _ => continue,
        };
        out.extend_from_slice(&bytes[plain..at]);
        out.extend_from_slice(instead);
        plain = at + c.len_utf8();
    }
    out.extend_from_slice(&bytes[plain..]);
}

/// ASCII that stands for itself in text and between quotes of either kind.
fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~') & !matches!(b, b'<' | b'>' | b'&' | b'\'' | b'"')
}

/// Whether XML 1.0 can carry this character (§2.2, `Char`).
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The name, or one with `_` for each character that a name without a prefix may not hold.
pub(super) fn mend_name(name: &str) -> Cow<'_, str> {
    if rxml::strings::validate_ncname(name).is_ok() {
        return Cow::Borrowed(name);
    }
    let keep = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut mended: String = name.chars().map(|c| if keep(c) { c } else { '_' }).collect();
    if !mended.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        mended.insert(0, '_');
    }
    Cow::Owned(mended)
}
