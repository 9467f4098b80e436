//! A person's card in its old form, kept as it is.
//!
//! Spec: XEP-0054 v1.3.0, §3.
//! Left out: a reading of the fields, but for the photo that XEP-0153 and XEP-0398 need.

use super::{BadPayload, expect, only_child};
use crate::ns;
use crate::xml::Element;
use base64::Engine as _;

/// Most elements in a card, itself counted. A guess: one with every field filled has some sixty.
pub const MAX_ELEMENTS: usize = 512;
/// Most bytes of a card as it is kept. A guess that leaves room for a photo of [`MAX_PHOTO_BYTES`].
pub const MAX_BYTES: usize = 160 * 1024;
/// Most bytes of a photo. XEP-0153 §4.1 wants 8 KiB, apps send up to some 100.
pub const MAX_PHOTO_BYTES: usize = 100 * 1024;

/// Reads a card that is to be kept, or the empty one of a request.
///
/// # Errors
/// [`BadPayload`].
pub fn read(el: &Element) -> Result<&Element, BadPayload> {
    expect(el, ns::VCARD, "vCard")?;
    if count(el) > MAX_ELEMENTS {
        return Err(BadPayload::TooMany { what: "elements", max: MAX_ELEMENTS });
    }
    if el.to_bytes(ns::CLIENT).len() > MAX_BYTES {
        return Err(BadPayload::TooLong { what: "vCard", max: MAX_BYTES });
    }
    Ok(el)
}

/// The empty card: a request, or the answer where there is none.
pub fn empty() -> Element {
    Element::new(ns::VCARD, "vCard")
}

/// The photo of a card, as (media type, bytes); white space within the base64 is allowed here.
///
/// # Errors
/// [`BadPayload`] if there is one that cannot be read.
pub fn photo(card: &Element) -> Result<Option<(String, Vec<u8>)>, BadPayload> {
    let Some(photo) = only_child(card, ns::VCARD, "PHOTO")? else {
        return Ok(None);
    };
    let Some(data) = photo.child_text("BINVAL").filter(|data| !data.is_empty()) else {
        return Ok(None);
    };
    let data: String = data.split_ascii_whitespace().collect();
    if data.len() > MAX_PHOTO_BYTES.div_ceil(3) * 4 {
        return Err(BadPayload::TooLong { what: "photo", max: MAX_PHOTO_BYTES });
    }
    let data = base64::engine::general_purpose::STANDARD.decode(data);
    let data = data.map_err(|_| BadPayload::Invalid { what: "photo" })?;
    Ok(Some((super::child_text(photo, "TYPE", 128)?.unwrap_or_default(), data)))
}

/// The card with this photo, as (media type, bytes), in place of what it had.
pub fn with_photo(mut card: Element, photo: Option<(&str, &[u8])>) -> Element {
    card.retain(|el| !el.is(ns::VCARD, "PHOTO"));
    let Some((kind, bytes)) = photo else { return card };
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    card.child(Element::new(ns::VCARD, "PHOTO").text_child("TYPE", kind).text_child("BINVAL", data))
}

/// How many elements a tree has. Its depth is bounded by whoever read it.
fn count(el: &Element) -> usize {
    1 + el.elements().map(count).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(children: &str) -> Element {
        Element::parse(format!("<vCard>{children}</vCard>").as_bytes(), ns::VCARD).expect("XML")
    }

    #[test]
    fn cards_are_bounded() {
        assert!(read(&card("<FN>Juliet</FN><N><GIVEN>J</GIVEN></N>")).is_ok());
        assert!(read(&empty()).is_ok());
        assert!(read(&Element::new("urn:x", "vCard")).is_err());
        let many = card(&"<TEL/>".repeat(MAX_ELEMENTS));
        assert_eq!(read(&many), Err(BadPayload::TooMany { what: "elements", max: MAX_ELEMENTS }));
        let long = card(&format!("<DESC>{}</DESC>", "x".repeat(MAX_BYTES)));
        assert_eq!(read(&long), Err(BadPayload::TooLong { what: "vCard", max: MAX_BYTES }));
    }

    #[test]
    fn photos_are_read() {
        let big = format!("<PHOTO><BINVAL>{}</BINVAL></PHOTO>", "AAAA".repeat(MAX_PHOTO_BYTES.div_ceil(3) + 1));
        type Photo = Result<Option<(String, Vec<u8>)>, BadPayload>;
        let cases: [(&str, Photo); 6] = [
            ("", Ok(None)),
            ("<PHOTO/>", Ok(None)),
            (
                "<PHOTO><TYPE>image/png</TYPE><BINVAL>AA\n EC</BINVAL></PHOTO>",
                Ok(Some(("image/png".to_owned(), vec![0, 1, 2]))),
            ),
            ("<PHOTO><BINVAL>?</BINVAL></PHOTO>", Err(BadPayload::Invalid { what: "photo" })),
            ("<PHOTO/><PHOTO/>", Err(BadPayload::Repeated { what: "PHOTO" })),
            (&big, Err(BadPayload::TooLong { what: "photo", max: MAX_PHOTO_BYTES })),
        ];
        for (children, expected) in cases {
            assert_eq!(photo(&card(children)), expected, "{children:.60}");
        }
    }
}
