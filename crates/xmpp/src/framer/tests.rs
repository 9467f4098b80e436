//! The framer's tests: attacks by number, then properties.

use super::*;

pub(super) const OPEN: &str = "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xml:lang='en' \
    xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/// Feeds `bytes` in pieces that end at `cuts`; all frames, and the error if there was one.
pub(super) fn feed(framer: &mut Framer, bytes: &[u8], cuts: &[usize]) -> (Vec<Frame>, Option<FrameError>) {
    let mut frames = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([bytes.len()]) {
        loop {
            match framer.next(&bytes[start..end]) {
                Ok(Progress { consumed, frame }) => {
                    start += consumed;
                    let Some(frame) = frame else { break };
                    frames.push(frame);
                }
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

/// An authenticated client's stream, its header read.
pub(super) fn opened() -> Framer {
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    let (frames, error) = feed(&mut framer, OPEN.as_bytes(), &[]);
    assert!(matches!(frames.as_slice(), [Frame::Open(_)]) && error.is_none());
    framer
}

pub(super) fn stanza(text: &str) -> Stanza {
    match feed(&mut opened(), text.as_bytes(), &[]) {
        (mut frames, None) if frames.len() == 1 => match frames.remove(0) {
            Frame::Stanza(stanza) => stanza,
            other => panic!("{text}: {other:?}"),
        },
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_stream_from_header_to_end() {
    let text = format!(
        "{OPEN}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AA==</auth>\n \
         <message to='b@example.org' id='1'><body>hi &amp; bye</body></message><presence/></stream:stream>"
    );
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    let (frames, error) = feed(&mut framer, text.as_bytes(), &[]);
    assert_eq!(error, None);
    let [Frame::Open(open), Frame::Nonza(auth), Frame::Stanza(message), Frame::Stanza(presence), Frame::Close] =
        frames.as_slice()
    else {
        panic!("{frames:?}")
    };
    assert_eq!((open.to.as_deref(), open.lang.as_deref()), (Some("example.org"), Some("en")));
    assert!(auth.is(ns::SASL, "auth"));
    assert_eq!(auth.attr("mechanism").as_deref(), Some("PLAIN"));
    assert_eq!(message.id().as_deref(), Some("1"));
    assert_eq!(message.to().map(crate::jid::Jid::as_str), Some("b@example.org"));
    assert_eq!(presence.bytes(), b"<presence/>");
}
