//! Cuts a server's stream into header, elements and end. Trusts nothing and forgives nothing: what is cut is then
//! parsed as XML.

use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// `<stream:stream ...>`, as an element without content.
    Header(Element),
    /// A complete child of the stream.
    Element(Element),
    /// `</stream:stream>`.
    End,
}

/// Takes the next piece from the front of `bytes`. `Ok(None)`: more is needed.
///
/// # Errors
/// In words, when what came is no stream.
pub(crate) fn next(bytes: &mut Vec<u8>) -> Result<Option<Piece>, String> {
    let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    bytes.drain(..blank);
    if bytes.starts_with(b"<?xml") {
        let Some(end) = find(bytes, b"?>") else { return Ok(None) };
        bytes.drain(..end + 2);
        return next(bytes);
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.first() != Some(&b'<') {
        return Err(format!("text outside of any element: {}", shown(bytes)));
    }
    if bytes.starts_with(b"</") {
        let Some(end) = find(bytes, b">") else { return Ok(None) };
        let tag: Vec<u8> = bytes.drain(..=end).collect();
        return if tag == b"</stream:stream>" { Ok(Some(Piece::End)) } else { Err(format!("ends {}", shown(&tag))) };
    }
    let Some(head) = tag_end(bytes) else { return Ok(None) };
    if bytes.starts_with(b"<stream:stream") {
        let mut tag: Vec<u8> = bytes.drain(..=head).collect();
        tag.extend_from_slice(b"</stream:stream>");
        let header = Element::parse(&tag, "").map_err(|error| format!("{error} in {}", shown(&tag)))?;
        return Ok(Some(Piece::Header(header)));
    }
    let Some(length) = element_end(bytes)? else { return Ok(None) };
    let piece: Vec<u8> = bytes.drain(..length).collect();
    let element = Element::parse_with(&piece, ns::CLIENT, &[("stream", ns::STREAM)])
        .map_err(|error| format!("{error} in {}", shown(&piece)))?;
    Ok(Some(Piece::Element(element)))
}

/// Where the element at the front ends.
fn element_end(bytes: &[u8]) -> Result<Option<usize>, String> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(b"<![CDATA[") {
            let Some(end) = find(rest, b"]]>") else { return Ok(None) };
            at += end + 3;
        } else if b"<![CDATA[".starts_with(rest) && rest.len() > 1 {
            return Ok(None);
        } else if rest.starts_with(b"<!") || rest.starts_with(b"<?") {
            return Err(format!("restricted XML: {}", shown(rest)));
        } else if rest.first() == Some(&b'<') {
            let Some(end) = tag_end(rest) else { return Ok(None) };
            if rest.starts_with(b"</") {
                depth = depth.checked_sub(1).ok_or("an end tag too many")?;
            } else if rest.get(end - 1) != Some(&b'/') {
                depth += 1;
            }
            at += end + 1;
            if depth == 0 {
                return Ok(Some(at));
            }
        } else {
            at += rest.iter().position(|b| *b == b'<').unwrap_or(rest.len());
        }
    }
    Ok(None)
}

/// The `>` that ends the tag at the front.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'>') => return Some(at),
            _ => {}
        }
    }
    None
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// For a failing test.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..400).unwrap_or(bytes)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_every_split() {
        let text = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='>' xmlns:stream='http://etherx.jabber.org/streams'>\
                    <message a=\"'>\"><body><![CDATA[</body>]]></body><x/></message> <iq/><stream:error><a xmlns='u'/></stream:error></stream:stream>";
        for split in 0..text.len() {
            let (mut bytes, mut pieces) = (Vec::new(), Vec::new());
            for half in [&text[..split], &text[split..]] {
                bytes.extend_from_slice(half.as_bytes());
                while let Some(piece) = next(&mut bytes).expect("a stream") {
                    pieces.push(piece);
                }
            }
            assert_eq!(pieces.len(), 5, "split at {split}");
            assert!(matches!(&pieces[1], Piece::Element(e) if e.child_text("body").as_deref() == Some("</body>")));
            assert_eq!(pieces[4], Piece::End);
        }
    }

    #[test]
    fn what_is_no_stream_is_said_to_be_none() {
        for bad in ["text", "</message>", "<message><!-- --></message>", "<a><?b ?></a>", "<a></b>"] {
            assert!(next(&mut bad.as_bytes().to_vec()).is_err(), "{bad}");
        }
    }
}
