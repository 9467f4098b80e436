//! A person's picture as two items of personal eventing: its bytes, and what there is to know of it.
//!
//! Spec: XEP-0084 v1.1.4, §4 (protocol).
//! Left out: `<pointer/>`, which travels as it came.

use super::{BadPayload, MAX_ID_BYTES, attr, digits, each, expect, need_attr};
use crate::ns;
use crate::xml::Element;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most forms of one picture. A guess: apps send one or two.
pub const MAX_INFOS: usize = 16;

/// One form of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvatarInfo {
    /// SHA-1 of its bytes, in hexadecimal digits; also the id of the item that holds them.
    pub id: String,
    /// How many bytes.
    pub bytes: u32,
    /// Its media type.
    pub media_type: String,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// Where it is, if it is not in an item.
    pub url: Option<String>,
}

/// Reads `<data/>`: a picture's bytes, at most `max`. White space within the base64 is allowed (§4.1).
///
/// # Errors
/// [`BadPayload`].
pub fn read_data(el: &Element, max: usize) -> Result<Vec<u8>, BadPayload> {
    expect(el, ns::AVATAR_DATA, "data")?;
    let text: String = el.text_cow().split_ascii_whitespace().collect();
    if text.len() > max.div_ceil(3) * 4 {
        return Err(BadPayload::TooLong { what: "picture", max });
    }
    STANDARD.decode(text).map_err(|_| BadPayload::Invalid { what: "picture" })
}

/// `<data/>` around a picture.
pub fn data(bytes: &[u8]) -> Element {
    Element::new(ns::AVATAR_DATA, "data").with_text(STANDARD.encode(bytes))
}

/// Reads `<metadata/>`: the forms of a picture. None: there is no picture (§3.5).
///
/// # Errors
/// [`BadPayload`].
pub fn read_metadata(el: &Element) -> Result<Vec<AvatarInfo>, BadPayload> {
    expect(el, ns::AVATAR_METADATA, "metadata")?;
    each(el, ns::AVATAR_METADATA, "info", MAX_INFOS, |info| {
        // Only recommended, and some write nothing or a fraction: then it is not known.
        let side = |name| info.attr_value(name).and_then(|value| digits(value, name).ok());
        Ok(AvatarInfo {
            id: need_attr(info, "id", MAX_ID_BYTES)?.to_owned(),
            bytes: digits(need_attr(info, "bytes", 20)?, "bytes")?,
            media_type: need_attr(info, "type", MAX_ID_BYTES)?.to_owned(),
            width: side("width"),
            height: side("height"),
            url: attr(info, "url", MAX_ID_BYTES)?.map(str::to_owned),
        })
    })
}

/// `<metadata/>` of a picture; of none, where `infos` is empty.
pub fn metadata(infos: &[AvatarInfo]) -> Element {
    let info = |info: &AvatarInfo| {
        Element::new(ns::AVATAR_METADATA, "info")
            .attr("id", &info.id)
            .attr("bytes", info.bytes.to_string())
            .attr("type", &info.media_type)
            .attr_opt("width", info.width.map(|side| side.to_string()))
            .attr_opt("height", info.height.map(|side| side.to_string()))
            .attr_opt("url", info.url.as_ref())
    };
    Element::new(ns::AVATAR_METADATA, "metadata").children(infos.iter().map(info))
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn bytes_are_read_and_written() {
        let read = |text: &str| read_data(&el(&format!("<data xmlns='{}'>{text}</data>", ns::AVATAR_DATA)), 3);
        assert_eq!(read("AA\n EC"), Ok(vec![0, 1, 2]));
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("?"), Err(BadPayload::Invalid { what: "picture" }));
        assert_eq!(read("AAECAAEC"), Err(BadPayload::TooLong { what: "picture", max: 3 }));
        assert_eq!(read_data(&data(b"abc"), 3), Ok(b"abc".to_vec()));
        assert!(read_data(&el("<data xmlns='urn:x'/>"), 3).is_err());
    }

    #[test]
    fn forms_are_read_and_written() {
        let read =
            |info: &str| read_metadata(&el(&format!("<metadata xmlns='{}'>{info}</metadata>", ns::AVATAR_METADATA)));
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("<stop/>"), Ok(vec![]));
        let one = read("<info id='ab' bytes='12' type='image/png' width='64' height=''/>").expect("an info");
        assert_eq!(one[0].width, Some(64));
        assert_eq!(one[0].height, None);
        let both = [AvatarInfo { url: Some("https://a.example/p.gif".to_owned()), ..one[0].clone() }, one[0].clone()];
        assert_eq!(read_metadata(&metadata(&both)), Ok(both.to_vec()));
        for bad in
            ["<info bytes='1' type='image/png'/>", "<info id='a' type='t'/>", "<info id='a' bytes='-1' type='t'/>"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&"<info id='a' bytes='1' type='t'/>".repeat(MAX_INFOS + 1)).is_err());
    }
}
