//! Which picture somebody has: its hash, and what presence says of it.
//!
//! Spec: XEP-0153 v1.1.1, §3; XEP-0398 v1.0.0, §4; XEP-0084 v1.1.4, §4.2.1 (the hash).
//! Left out: nothing.

use std::fmt;
use std::sync::Arc;

use parlour_xmpp::ns;
use parlour_xmpp::payload::vcard_update::{self, Update};
use parlour_xmpp::payload::{BadPayload, vcard};
use parlour_xmpp::stanza::{Stanza, Tag};
use parlour_xmpp::xml::Element;
use sha1::{Digest as _, Sha1};
use thiserror::Error;

use super::image::{self, BadImage, Image};
use crate::hex;
use crate::kept::Kept;

/// SHA-1 of a picture's bytes. No secret and no proof: a name for what is fetched once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PictureHash([u8; 20]);

impl PictureHash {
    /// Of a picture.
    pub fn of(picture: &[u8]) -> Self {
        Self(Sha1::digest(picture).into())
    }

    /// From the digits of an item's id, in either case.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }

    /// As it is stored.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// From where it is stored.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }
}

/// A picture that was judged, see [`image::judge`].
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// What it says of itself.
    pub image: Image,
    /// Its name.
    pub hash: PictureHash,
}

impl Picture {
    /// From its bytes.
    ///
    /// # Errors
    /// [`BadImage`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, BadImage> {
        Ok(Self { image: image::judge(&bytes)?, hash: PictureHash::of(&bytes), bytes: bytes.into() })
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({:?}, {} bytes)", self.image, self.bytes.len())
    }
}

/// A card in its older form, and the picture that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The `<vCard/>` element.
    pub xml: Kept,
    /// Its photo.
    pub picture: Option<Picture>,
}

impl Card {
    /// From a card as an app sends it.
    ///
    /// # Errors
    /// [`BadCard`].
    pub fn read(card: &Element) -> Result<Self, BadCard> {
        let card = vcard::read(card)?;
        let photo = vcard::photo(card)?.map(|(_, bytes)| Picture::new(bytes)).transpose()?;
        Ok(Self { xml: Kept::from(card.to_bytes(ns::VCARD)), picture: photo })
    }
}

/// Why a card is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadCard {
    /// It is none, or too large.
    #[error(transparent)]
    Payload(#[from] BadPayload),
    /// Its photo is no picture, or too large.
    #[error(transparent)]
    Image(#[from] BadImage),
}

/// Forty lower-case hexadecimal digits.
impl fmt::Display for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::write(&self.0))
    }
}

impl fmt::Debug for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether a presence says that there is no picture: that is its sender's word, and stands.
pub fn denies(presence: &Stanza) -> bool {
    says(presence) == Some(Update::NoPicture)
}

/// What has to stand in an available presence in place of what it says of a picture, serialised. `None`: it is right as
/// it is. §4: whatever it says but that there is none gives way to what the server knows.
pub fn shown(presence: &Stanza, picture: Option<&PictureHash>) -> Option<Vec<u8>> {
    match (says(presence), picture) {
        (Some(Update::NoPicture), _) | (None, None) => None,
        (Some(Update::Picture(said)), Some(hash)) if PictureHash::from_hex(&said) == Some(*hash) => None,
        (_, hash) => Some(update(hash)),
    }
}

/// What presence says of a picture, serialised.
pub fn update(picture: Option<&PictureHash>) -> Vec<u8> {
    vcard_update::to_bytes(picture.map(PictureHash::to_string).as_deref())
}

fn says(presence: &Stanza) -> Option<Update> {
    if !presence.has(Tag::VcardUpdate) {
        return None;
    }
    let child = presence.children().find(|child| child.tag() == Tag::VcardUpdate)?;
    vcard_update::read(&child.element().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_forty_digits() {
        let hash = PictureHash::of(b"abc");
        assert_eq!(hash.to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(PictureHash::from_hex(&hash.to_string().to_uppercase()), Some(hash));
        assert_eq!(PictureHash::from_bytes(hash.as_bytes()), Some(hash));
        for bad in ["", "a9", &"g".repeat(40), &"é".repeat(20), &"a".repeat(41)] {
            assert_eq!(PictureHash::from_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn presence_says_what_the_server_knows() {
        let hash = PictureHash::of(b"abc");
        let x =
            |inner: &str| format!("<presence><x xmlns='vcard-temp:x:update'>{inner}</x><show>away</show></presence>");
        let right = x(&format!("<photo>{hash}</photo>"));
        let cases = [
            // (presence, whether it changes with a picture, and without)
            ("<presence/>", true, false),
            (&*x(""), true, true),
            (&*x("<photo/>"), false, false),
            (&*x("<photo>0123</photo>"), true, true),
            (&*right, false, true),
        ];
        for (xml, with, without) in cases {
            let presence = Stanza::parse(xml.as_bytes()).expect("a stanza");
            assert_eq!(shown(&presence, Some(&hash)), with.then(|| update(Some(&hash))), "{xml}");
            assert_eq!(shown(&presence, None), without.then(|| update(None)), "{xml}");
            assert_eq!(denies(&presence), xml.contains("<photo/>"), "{xml}");
        }
    }
}
