//! Typed readers and writers of payloads, one small file per document.
//!
//! No spec of its own; each file names its document and version. A reader takes an [`Element`],
//! checks every length and count, and says what is wrong as a [`BadPayload`]; a writer gives an
//! [`Element`]. What a reader does not know it ignores, as RFC 6120 §8.4 wants.

use crate::error::StanzaError;
use crate::xml::Element;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

pub mod avatar;
pub mod bind;
pub mod blocking;
pub mod carbons;
pub mod command;
pub mod contact;
pub mod delay;
pub mod disco;
pub mod entity_time;
pub mod fast;
pub mod forward;
pub mod hints;
pub mod invite;
pub mod last;
pub mod mam;
pub mod nick;
pub mod ping;
pub mod preauth;
pub mod private;
pub mod pubsub;
pub mod push;
pub mod register;
pub mod roster;
pub mod rsm;
pub mod sasl;
pub mod sasl2;
#[cfg(test)]
mod sasl2_tests;
pub mod sm;
pub mod stanza_id;
pub mod vcard;
pub mod vcard_update;
pub mod version;

#[cfg(test)]
mod any_tests;

/// Longest JID in bytes: three parts of 1023, `@` and `/`. RFC 7622 §3.1.
pub const MAX_JID_BYTES: usize = 3071;

/// Longest identifier (of a stanza, stream, session, node or archive entry) that is accepted, in
/// bytes. A guess: identifiers in the field stay under 200, node names under 400.
pub const MAX_ID_BYTES: usize = 1023;

/// Longest line of text for a person (label, name, note) that is accepted, in bytes. A guess.
pub const MAX_LINE_BYTES: usize = 4096;

/// What is wrong with a payload. Answered with a stanza error; see its conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPayload {
    /// Another element than the reader is for.
    #[error("not a {expected}")]
    WrongElement {
        /// The name that was expected.
        expected: &'static str,
    },
    /// Something required is not there.
    #[error("{what} is missing")]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// A value that is not of its type.
    #[error("{what} is not valid")]
    Invalid {
        /// What is not valid.
        what: &'static str,
    },
    /// Something that may be there once is there twice.
    #[error("{what} is there more than once")]
    Repeated {
        /// What is repeated.
        what: &'static str,
    },
    /// Longer than accepted.
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit in bytes.
        max: usize,
    },
    /// More of something than accepted.
    #[error("more than {max} of {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// Not a JID, or not one of the form that is needed here.
    #[error("{what} is not a valid address")]
    BadJid {
        /// What should be a JID.
        what: &'static str,
    },
    /// Well-formed, but the document wants `not-acceptable` here (RFC 6121 §2.3.3).
    #[error("{what} is not acceptable")]
    NotAcceptable {
        /// What is not acceptable.
        what: &'static str,
    },
}

/// `modify/bad-request`, but for addresses (`jid-malformed`) and where a document says
/// `not-acceptable`. The text names the part, never its value.
impl From<BadPayload> for StanzaError {
    fn from(bad: BadPayload) -> StanzaError {
        let error = match bad {
            BadPayload::BadJid { .. } => StanzaError::jid_malformed(),
            BadPayload::NotAcceptable { .. } => StanzaError::not_acceptable(),
            BadPayload::WrongElement { .. }
            | BadPayload::Missing { .. }
            | BadPayload::Invalid { .. }
            | BadPayload::Repeated { .. }
            | BadPayload::TooLong { .. }
            | BadPayload::TooMany { .. } => StanzaError::bad_request(),
        };
        error.with_text(bad.to_string())
    }
}

/// A password, token or SASL message: wiped when dropped and never shown.
///
/// `==` takes as long as it takes; compare secrets with `subtle` where a peer could measure.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Keeps a value secret from here on.
    pub fn new(value: T) -> Secret<T> {
        Secret(Zeroizing::new(value))
    }

    /// The value, for whoever needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Refuses another element than `name` in `ns`.
fn expect(el: &Element, ns: &str, name: &'static str) -> Result<(), BadPayload> {
    if el.is(ns, name) { Ok(()) } else { Err(BadPayload::WrongElement { expected: name }) }
}

/// An attribute of at most `max` bytes.
fn attr<'a>(el: &'a Element, name: &'static str, max: usize) -> Result<Option<&'a str>, BadPayload> {
    match el.attr_value(name) {
        Some(value) if value.len() > max => Err(BadPayload::TooLong { what: name, max }),
        other => Ok(other),
    }
}

/// An attribute that must be there, of at most `max` bytes.
fn need_attr<'a>(el: &'a Element, name: &'static str, max: usize) -> Result<&'a str, BadPayload> {
    attr(el, name, max)?.ok_or(BadPayload::Missing { what: name })
}

/// An unsigned number in an attribute.
fn number(el: &Element, name: &'static str) -> Result<Option<u32>, BadPayload> {
    el.attr_value(name).map(|value| digits(value, name)).transpose()
}

/// An unsigned decimal number and nothing but its digits (`parse` alone would take a `+`).
fn digits<N: std::str::FromStr>(text: &str, what: &'static str) -> Result<N, BadPayload> {
    let bad = BadPayload::Invalid { what };
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad);
    }
    text.parse().map_err(|_| bad)
}

/// An xs:boolean in an attribute; false if it is not there.
fn flag(el: &Element, name: &'static str) -> Result<bool, BadPayload> {
    match el.attr_value(name) {
        None => Ok(false),
        Some(word) => boolean(word).ok_or(BadPayload::Invalid { what: name }),
    }
}

/// An xs:boolean, which may be written in four ways.
pub(crate) fn boolean(word: &str) -> Option<bool> {
    match word {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The text of an element, at most `max` bytes.
fn text(el: &Element, what: &'static str, max: usize) -> Result<String, BadPayload> {
    let text = el.text_cow();
    if text.len() > max { Err(BadPayload::TooLong { what, max }) } else { Ok(text.into_owned()) }
}

/// The text of the only child `name` of the element's own namespace.
fn child_text(el: &Element, name: &'static str, max: usize) -> Result<Option<String>, BadPayload> {
    only_child(el, el.ns(), name)?.map(|child| text(child, name, max)).transpose()
}

/// The child `name` in `ns`, which may be there once.
fn only_child<'a>(el: &'a Element, ns: &str, name: &'static str) -> Result<Option<&'a Element>, BadPayload> {
    let mut found = el.elements().filter(|child| child.is(ns, name));
    let first = found.next();
    if found.next().is_some() { Err(BadPayload::Repeated { what: name }) } else { Ok(first) }
}

/// Something read from each child `name` in `ns`, at most `max` of them.
fn each<T>(
    el: &Element,
    ns: &str,
    name: &'static str,
    max: usize,
    mut read: impl FnMut(&Element) -> Result<T, BadPayload>,
) -> Result<Vec<T>, BadPayload> {
    let mut all = Vec::new();
    for child in el.elements().filter(|child| child.is(ns, name)) {
        if all.len() >= max {
            return Err(BadPayload::TooMany { what: name, max });
        }
        all.push(read(child)?);
    }
    Ok(all)
}

/// XML of a test case as an element.
#[cfg(test)]
fn el(xml: &str) -> Element {
    Element::parse(xml.as_bytes(), crate::ns::CLIENT).unwrap_or_else(|e| panic!("{e}: {xml}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Condition, ErrorType};

    #[test]
    fn bad_payloads_become_modify_errors() {
        let cases = [
            (BadPayload::Missing { what: "node" }, Condition::BadRequest, "node is missing"),
            (BadPayload::TooLong { what: "name", max: 3 }, Condition::BadRequest, "name is longer than 3 bytes"),
            (BadPayload::BadJid { what: "jid" }, Condition::JidMalformed, "jid is not a valid address"),
            (BadPayload::NotAcceptable { what: "group" }, Condition::NotAcceptable, "group is not acceptable"),
        ];
        for (bad, condition, text) in cases {
            let error = StanzaError::from(bad);
            assert_eq!((error.kind, error.condition), (ErrorType::Modify, condition));
            assert_eq!(error.text.as_deref(), Some(text));
        }
    }

    #[test]
    fn numbers_are_digits_only() {
        for bad in ["", "+1", "-1", " 1", "1 ", "0x1", "4294967296", "١"] {
            assert!(digits::<u32>(bad, "n").is_err(), "{bad}");
        }
        assert_eq!(digits::<u32>("4294967295", "n"), Ok(u32::MAX));
    }

    #[test]
    fn secrets_do_not_show() {
        assert_eq!(format!("{:?}", Secret::new("pencil".to_owned())), "***");
    }
}
