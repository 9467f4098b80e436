//! Pictures with a palette, written as PNG.
//!
//! Spec: PNG (W3C, third edition) §5, §10, §11.2: IHDR, PLTE, IDAT, IEND; each row unfiltered, since few colours in long
//! runs compress best that way.

use miniz_oxide::deflate::compress_to_vec_zlib;
use parlour_domain::Colour;

/// A picture of at most 256 colours, one byte for each pixel.
pub(crate) fn encode(width: u32, palette: &[Colour], pixels: &[u8]) -> Vec<u8> {
    let rows = pixels.chunks(width as usize);
    let height = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut raw = Vec::with_capacity(pixels.len() + rows.len());
    for row in rows {
        raw.push(0);
        raw.extend_from_slice(row);
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    // Eight bits, a palette, and the only methods there are.
    header.extend_from_slice(&[8, 3, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"PLTE", &palette.iter().flat_map(|colour| colour.0).collect::<Vec<_>>());
    chunk(&mut out, *b"IDAT", &compress_to_vec_zlib(&raw, 6));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(&kind);
    out.extend_from_slice(data);
    out.extend_from_slice(&crc(&kind, data).to_be_bytes());
}

/// PNG annex D: CRC-32 over type and data, bit by bit; a card has few bytes.
fn crc(kind: &[u8], data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_the_known_one() {
        // The empty IEND of every PNG.
        assert_eq!(crc(b"IEND", &[]), 0xae42_6082);
    }

    #[test]
    fn a_small_picture_reads_back() {
        let png = encode(2, &[Colour::WHITE, Colour::BLACK], &[0, 1, 1, 0]);
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x03"));
        let at = png.windows(4).position(|w| w == b"IDAT").expect("data");
        let length = u32::from_be_bytes(png[at - 4..at].try_into().expect("four")) as usize;
        let raw = miniz_oxide::inflate::decompress_to_vec_zlib(&png[at + 4..at + 4 + length]).expect("inflates");
        assert_eq!(raw, [0, 0, 1, 0, 1, 0]);
    }
}
