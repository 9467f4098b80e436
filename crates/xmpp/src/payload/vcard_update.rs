//! Which picture somebody has, said in presence.
//!
//! Spec: XEP-0153 v1.1.1, §3; XEP-0398 v1.0.0, §4 (said by the server).
//! Left out: nothing.

use crate::ns;
use crate::xml::{self, Element};

/// What presence says of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// `<x/>` without a photo: nothing is said yet.
    NotReady,
    /// An empty photo: there is none.
    NoPicture,
    /// The SHA-1 of its bytes, as it was written.
    Picture(String),
}

/// Reads `<x/>`. `None`: it is another element.
pub fn read(el: &Element) -> Option<Update> {
    if !el.is(ns::VCARD_UPDATE, "x") {
        return None;
    }
    Some(match el.child_text("photo") {
        None => Update::NotReady,
        Some(text) if text.trim().is_empty() => Update::NoPicture,
        Some(text) => Update::Picture(text.trim().to_owned()),
    })
}

/// `<x/>` with a picture's SHA-1 in hexadecimal digits, or saying that there is none; serialised, as a stamp adds it.
pub fn to_bytes(hash: Option<&str>) -> Vec<u8> {
    let mut out = format!("<x xmlns='{}'><photo>", ns::VCARD_UPDATE).into_bytes();
    xml::escape_text(hash.unwrap_or_default(), &mut out);
    out.extend_from_slice(b"</photo></x>");
    out
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn says_which_picture() {
        let of = |inner: &str| read(&el(&format!("<x xmlns='vcard-temp:x:update'>{inner}</x>")));
        assert_eq!(of(""), Some(Update::NotReady));
        assert_eq!(of("<photo/>"), Some(Update::NoPicture));
        assert_eq!(of("<photo> ab </photo>"), Some(Update::Picture("ab".to_owned())));
        assert_eq!(read(&el("<x xmlns='urn:x'/>")), None);
        let back = |hash| read(&Element::parse(&to_bytes(hash), "").expect("XML"));
        assert_eq!(back(None), Some(Update::NoPicture));
        assert_eq!(back(Some("ab")), Some(Update::Picture("ab".to_owned())));
    }
}
