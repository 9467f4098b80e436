//! Unescaping of attribute values that the scanner has accepted.
//!
//! Spec: XML 1.0 §2.11 (line ends), §3.3.3 (attribute values), §4.1 and §4.6 (references).
//! Left out: references to declared entities, since there are no declarations in XMPP (RFC 6120 §11.1).

use std::borrow::Cow;

use crate::xml::is_xml_char;

/// The value of an attribute, from the characters between its quotes.
///
/// The input has passed the scanner; a reference that would not have passed is kept as it stands.
pub(crate) fn unescape_attr(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.find(['&', '\t', '\n', '\r']) else {
        return Cow::Borrowed(raw);
    };
    let mut value = String::with_capacity(raw.len());
    let (head, mut rest) = raw.split_at(first);
    value.push_str(head);
    while let Some(c) = rest.chars().next() {
        if c == '&'
            && let Some((decoded, taken)) = reference(rest)
        {
            value.push(decoded);
            rest = &rest[taken..];
            continue;
        }
        match c {
            // XML 1.0 §2.11 comes first: CR LF is one line end, hence one space.
            '\r' if rest.starts_with("\r\n") => {}
            '\t' | '\n' | '\r' => value.push(' '),
            other => value.push(other),
        }
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(value)
}

/// The character that a reference at the start of `text` stands for, and the length of the reference.
pub(crate) fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(MAX_REFERENCE).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let decoded = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok()?,
                None if !digits.starts_with('+') => digits.parse().ok()?,
                _ => return None,
            };
            char::from_u32(code).filter(|&c| is_xml_char(c))?
        }
    };
    Some((decoded, end + 1))
}

/// `&`, `#x`, eight digits and `;`: what rxml takes too, and twice what any character needs.
pub(crate) const MAX_REFERENCE: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::escape_attr;
    use proptest::prelude::*;

    #[test]
    fn references_are_decoded_and_white_space_is_normalised() {
        let cases = [
            ("plain", "plain"),
            ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"),
            ("&#65;&#x42;&#x1F600;", "AB\u{1f600}"),
            ("a\r\nb\tc\rd\ne", "a b c d e"),
            ("a&#13;&#10;b&#9;", "a\r\nb\t"),
            ("&amp;amp;", "&amp;"),
            // Refused by the scanner, so never seen here; still no panic and nothing invented.
            ("&unknown; &#0; & &#x+41;", "&unknown; &#0; & &#x+41;"),
        ];
        for (raw, value) in cases {
            assert_eq!(unescape_attr(raw), value, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn attack_18_an_attribute_survives_the_round_trip(value in any::<String>()) {
            let wanted: String = value.chars().map(|c| if is_xml_char(c) { c } else { '\u{fffd}' }).collect();
            let mut out = Vec::new();
            escape_attr(&value, &mut out);
            let raw = String::from_utf8(out).expect("escaping keeps UTF-8");
            prop_assert!(!raw.contains(['<', '>', '"', '\'', '\r', '\n', '\t']));
            prop_assert_eq!(unescape_attr(&raw), wanted);
        }
    }
}
