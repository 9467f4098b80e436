//! Bytes as hexadecimal digits.
//!
//! Spec: RFC 4648 §8, in small letters; capitals are read too.
//! Left out: nothing.

/// Two digits a byte. Written in one place: where the bytes are a secret, no copy of a part is left behind.
pub fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).expect("four bits"));
        }
    }
    text
}

/// The bytes of exactly so many digits.
pub fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        for digit in pair {
            *byte = *byte << 4 | u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_and_nothing_else() {
        let bytes = [0, 1, 0x7f, 0x80, 0xff];
        assert_eq!(write(&bytes), "00017f80ff");
        assert_eq!(read(&write(&bytes)), Some(bytes));
        assert_eq!(read("00017F80FF"), Some(bytes));
        for bad in ["", "00017f80f", "00017f80fff", "00017f80fg", "00017f80+f", "0001 7f80f", "ééééé"] {
            assert_eq!(read::<5>(bad), None, "{bad}");
        }
        assert_eq!((write(&[]).as_str(), read("")), ("", Some([])));
    }
}
