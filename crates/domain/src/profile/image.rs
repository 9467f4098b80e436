//! What a picture says of itself in its first bytes: its kind and how large it is once decoded. Nothing is decoded.
//!
//! Spec: PNG (W3C) §11.2.2 (IHDR), GIF89a §18, JPEG (ITU T.81) §B.2.2 (frame header), WebP (RFC 9649 §2).
//! Left out: other kinds. An SVG is a program, the rest is shown by few apps.

use thiserror::Error;

/// Bytes of a picture. What apps send as a person's picture stays under 100 KiB; see `vcard::MAX_PHOTO_BYTES`.
pub const MAX_BYTES: usize = parlour_xmpp::payload::vcard::MAX_PHOTO_BYTES;
/// Pixels of a side. A guess: apps send 96 to 512.
pub const MAX_SIDE: u32 = 4_096;
/// Pixels of a picture: decoded it takes four bytes each, 16 MiB on somebody's phone.
pub const MAX_PIXELS: u32 = 2_048 * 2_048;

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
    /// `image/gif`.
    Gif,
    /// `image/webp`.
    WebP,
}

impl ImageKind {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// What a picture says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// What it is, whatever somebody called it.
    pub kind: ImageKind,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadImage {
    /// Too many bytes.
    #[error("a picture of {bytes} bytes, where {max} are taken")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// Not one of the kinds, whatever it is called, or cut off within its header.
    #[error("a picture is PNG, JPEG, GIF or WebP")]
    Unknown,
    /// It would be too large once decoded, or has no pixels at all.
    #[error("a picture of {width} x {height} pixels, where {max} to a side and {area} in all are taken")]
    Pixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// The bound of each.
        max: u32,
        /// The bound of both.
        area: u32,
    },
}

/// Reads a picture's header and judges it by bytes and pixels.
///
/// # Errors
/// [`BadImage`].
pub fn judge(bytes: &[u8]) -> Result<Image, BadImage> {
    if bytes.len() > MAX_BYTES {
        return Err(BadImage::TooLarge { bytes: bytes.len(), max: MAX_BYTES });
    }
    let image = png(bytes).or_else(|| gif(bytes)).or_else(|| webp(bytes)).or_else(|| jpeg(bytes));
    let image = image.ok_or(BadImage::Unknown)?;
    let Image { width, height, .. } = image;
    let side = 1..=MAX_SIDE;
    if !side.contains(&width) || !side.contains(&height) || width * height > MAX_PIXELS {
        return Err(BadImage::Pixels { width, height, max: MAX_SIDE, area: MAX_PIXELS });
    }
    Ok(image)
}

fn png(bytes: &[u8]) -> Option<Image> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..)?.strip_prefix(b"IHDR")?;
    let side = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some(Image { kind: ImageKind::Png, width: side(0)?, height: side(4)? })
}

fn gif(bytes: &[u8]) -> Option<Image> {
    let screen = bytes.strip_prefix(b"GIF87a").or_else(|| bytes.strip_prefix(b"GIF89a"))?;
    Some(Image { kind: ImageKind::Gif, width: u16_le(screen, 0)?, height: u16_le(screen, 2)? })
}

fn webp(bytes: &[u8]) -> Option<Image> {
    let chunk = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    let data = chunk.get(8..)?;
    let (width, height) = match chunk.get(..4)? {
        b"VP8 " => {
            // A key frame: three bytes of tag, a start code, 14 bits each.
            (data.get(3..6)? == b"\x9d\x01\x2a").then_some(())?;
            (u16_le(data, 6)? & 0x3fff, u16_le(data, 8)? & 0x3fff)
        }
        b"VP8L" => {
            (*data.first()? == 0x2f).then_some(())?;
            let bits = u32::from_le_bytes(data.get(1..5)?.try_into().ok()?);
            ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
        }
        b"VP8X" => (u24_le(data, 4)? + 1, u24_le(data, 7)? + 1),
        _ => return None,
    };
    Some(Image { kind: ImageKind::WebP, width, height })
}

/// Walks the segments before the frame header. Several frames (JPEG's hierarchical mode) are shown by nobody: the
/// first counts.
fn jpeg(bytes: &[u8]) -> Option<Image> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        // Each marker may be led by any number of fill bytes.
        let marker = rest.iter().position(|b| *b != 0xff).filter(|at| *at > 0)?;
        let (kind, after) = rest.get(marker..)?.split_first()?;
        match kind {
            // Frame headers: all SOFs, but for DHT, JPG and DAC which share their range.
            0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                let side = |at: usize| Some(u32::from(u16::from_be_bytes(after.get(at..at + 2)?.try_into().ok()?)));
                return Some(Image { kind: ImageKind::Jpeg, width: side(5)?, height: side(3)? });
            }
            // Markers without a length.
            0x01 | 0xd0..=0xd7 => rest = after,
            // The scan or the end before any frame, or no marker.
            0x00 | 0xd8..=0xda => return None,
            _ => {
                let length = u16::from_be_bytes(after.get(..2)?.try_into().ok()?);
                rest = after.get(usize::from(length.max(2))..)?;
            }
        }
    }
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn u24_le(bytes: &[u8], at: usize) -> Option<u32> {
    let [a, b, c]: [u8; 3] = bytes.get(at..at + 3)?.try_into().ok()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The header of a PNG of that size, and nothing after it.
    pub(crate) fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend_from_slice(&width.to_be_bytes());
        png.extend_from_slice(&height.to_be_bytes());
        png.extend_from_slice(&[8, 6, 0, 0, 0]);
        png
    }

    fn jpeg_of(segments: &[u8], width: u16, height: u16) -> Vec<u8> {
        let mut jpeg = b"\xff\xd8".to_vec();
        jpeg.extend_from_slice(segments);
        jpeg.extend_from_slice(b"\xff\xc2\0\x11\x08");
        jpeg.extend_from_slice(&height.to_be_bytes());
        jpeg.extend_from_slice(&width.to_be_bytes());
        jpeg
    }

    fn webp_of(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", &kind[..], b"\0\0\0\0", data].concat()
    }

    #[test]
    fn each_kind_says_how_large_it_is() {
        let lossless = (63_u32 | (31 << 14)).to_le_bytes();
        let cases = [
            (png_of(64, 32), ImageKind::Png),
            (b"GIF89a\x40\0\x20\0\0\0\0".to_vec(), ImageKind::Gif),
            (b"GIF87a\x40\0\x20\0\0\0\0".to_vec(), ImageKind::Gif),
            (jpeg_of(b"", 64, 32), ImageKind::Jpeg),
            // Fill bytes, an application's segment that holds what looks like a frame, a marker alone.
            (jpeg_of(b"\xff\xff\xe1\0\x06\xff\xc0\0\x11\xff\x01\xff\xdb\0\x02", 64, 32), ImageKind::Jpeg),
            (webp_of(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x40\0\x20\0"), ImageKind::WebP),
            (webp_of(b"VP8L", &[&[0x2f][..], &lossless].concat()), ImageKind::WebP),
            (webp_of(b"VP8X", b"\0\0\0\0\x3f\0\0\x1f\0\0"), ImageKind::WebP),
        ];
        for (bytes, kind) in cases {
            assert_eq!(judge(&bytes), Ok(Image { kind, width: 64, height: 32 }), "{kind:?}");
            for cut in 0..bytes.len().min(10) {
                assert_eq!(judge(&bytes[..cut]), Err(BadImage::Unknown), "{kind:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn attack_69_pictures_are_judged_by_what_they_are() {
        let pixels = |bytes: &[u8]| matches!(judge(bytes), Err(BadImage::Pixels { .. }));
        assert!(pixels(&png_of(30_000, 30_000)));
        assert!(pixels(&png_of(u32::MAX, u32::MAX)));
        assert!(pixels(&png_of(MAX_SIDE, MAX_SIDE)));
        assert!(pixels(&png_of(0, 64)));
        assert!(pixels(&jpeg_of(b"", 65_535, 65_535)));
        assert!(pixels(&webp_of(b"VP8X", b"\0\0\0\0\xff\xff\xff\xff\xff\xff")));
        assert!(judge(&png_of(MAX_SIDE, 1_024)).is_ok());
        assert!(judge(&png_of(2_048, 2_048)).is_ok());
        for not in [
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"\xff\xd8\xff\xda\0\x02",
            b"\xff\xd8\xff\xe1\0\0\xff\xe1\0\0",
            b"BM",
            b"",
        ] {
            assert_eq!(judge(not), Err(BadImage::Unknown));
        }
        let mut five_megabytes = png_of(64, 64);
        five_megabytes.resize(5_000_000, 0);
        assert_eq!(judge(&five_megabytes), Err(BadImage::TooLarge { bytes: 5_000_000, max: MAX_BYTES }));
        // A frame behind a segment of metadata that is as long as a segment can be.
        let mut exif = b"\xff\xe1\xff\xff".to_vec();
        exif.resize(65_537, 0);
        assert!(judge(&jpeg_of(&exif, 64, 64)).is_ok());
        assert!(pixels(&jpeg_of(&exif, 30_000, 30_000)));
    }

    proptest! {
        #[test]
        fn attack_69_no_bytes_are_too_odd(start in 0_usize..4, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let starts: [&[u8]; 4] = [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X"];
            if let Ok(image) = judge(&[starts[start], &bytes].concat()) {
                prop_assert!(image.width <= MAX_SIDE && image.height <= MAX_SIDE);
            }
        }
    }
}
