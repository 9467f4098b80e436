//! What the fuzz targets and the property tests call: each panics if a promise of the parsers is broken.
//!
//! Spec: none; the promises are those of `framer`, `stanza`, `jid` and `sasl`.
//! [`payload`] has those of the payload readers.

mod payload;

pub use payload::{forms, payload, payload_of, sasl2, uri};

use rxml::{Event, Options, Parse, Parser, WithOptions};

use crate::framer::{Frame, FrameError, Framer, Limits, Mode, Progress};
use crate::jid::Jid;
use crate::ns;
use crate::sasl::{
    BindingType, ChannelBindings, Hash, HtLogin, Mechanism, Offer, PlainLogin, Scram, fake_keys, ht_proves,
    verify_password,
};
use crate::stanza::{DefaultNs, Stamp, Stanza, Strip, Tag};
use crate::xml::{Element, Node};

/// An open stream of a client, up to the first stanza.
pub const OPEN: &str = "<stream:stream to='example.org' version='1.0' xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' xmlns:odd='urn:odd'>";

/// What a framer made of some bytes.
#[derive(Debug)]
pub struct Outcome {
    /// The frames, with the length of what each was made from.
    pub frames: Vec<(Frame, std::ops::Range<usize>)>,
    /// The error that ended the stream.
    pub error: Option<FrameError>,
}

/// Feeds `bytes` in pieces that end at `cuts`.
pub fn feed(framer: &mut Framer, bytes: &[u8], cuts: impl IntoIterator<Item = usize>) -> Outcome {
    let mut frames = Vec::new();
    let mut start = 0;
    for end in cuts.into_iter().chain([bytes.len()]) {
        loop {
            match framer.next(&bytes[start..end]) {
                Ok(Progress { consumed, frame }) => {
                    let from = start;
                    start += consumed;
                    let Some(frame) = frame else { break };
                    frames.push((frame, from..start));
                }
                Err(error) => return Outcome { frames, error: Some(error) },
            }
        }
    }
    Outcome { frames, error: None }
}

/// A framer that has read [`OPEN`].
pub fn opened() -> Framer {
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    let outcome = feed(&mut framer, OPEN.as_bytes(), []);
    assert!(matches!(outcome.frames.as_slice(), [(Frame::Open(_), _)]), "the header is a header");
    framer
}

/// Promises of the framer: however the bytes are cut, the same frames come out; what it accepts, the
/// full parser accepts, as the same tree. The first byte of `data` says how to cut.
pub fn framer(data: &[u8]) {
    let Some((&step, bytes)) = data.split_first() else { return };
    let whole = feed(&mut opened(), bytes, []);
    let step = usize::from(step % 16) + 1;
    let pieces = feed(&mut opened(), bytes, (step..bytes.len()).step_by(step));
    let written = |outcome: &Outcome| outcome.frames.iter().map(|(frame, _)| raw(frame)).collect::<Vec<_>>();
    assert_eq!(written(&whole), written(&pieces), "cut every {step} bytes");
    // The end of a broken tag may still be waited for where the bytes came in pieces.
    assert!(pieces.error.is_none() || whole.error.is_some(), "{:?} only in pieces", pieces.error);

    for (frame, range) in &whole.frames {
        if matches!(frame, Frame::Stanza(_) | Frame::Nonza(_)) {
            let source = &bytes[range.clone()];
            assert!(full_parser_accepts(source), "{}", source.escape_ascii());
            same_tree(frame, source);
        }
    }

    let mut fresh = Framer::new(Mode::Stream, Limits::before_auth());
    feed(&mut fresh, bytes, []);
    if let Ok(Frame::Stanza(stanza)) = Framer::new(Mode::WebSocket, Limits::before_auth()).frame_message(bytes) {
        stamp_with(&stanza, step as u8);
    }
}

/// Promises of the slow path, which everything with a prefix takes: what it writes is framed again as the same bytes,
/// without a second look, and says the same under any other stream header. The first byte of `data` says where the
/// prefix stands.
pub fn slow(data: &[u8]) {
    let Some((&choice, inside)) = data.split_first() else { return };
    let (open, close): (&[u8], &[u8]) = match choice & 3 {
        0 => (b"<odd:message xmlns:odd='jabber:client'>", b"</odd:message>"),
        1 => (b"<message xmlns:p='urn:p' p:q='1'><p:r/>", b"</message>"),
        2 => (b"<iq type='get' id='1' odd:q=''><odd:r>", b"</odd:r></iq>"),
        _ => (b"<stream:x xmlns='urn:q'><p:message xmlns:p='jabber:client'>", b"</p:message></stream:x>"),
    };
    let bytes = [open, inside, close].concat();
    for (frame, range) in feed(&mut opened(), &bytes, []).frames {
        let source = &bytes[range];
        if matches!(frame, Frame::Stanza(_) | Frame::Nonza(_)) {
            assert!(full_parser_accepts(source), "{}", source.escape_ascii());
            same_tree(&frame, source);
        }
        let Frame::Stanza(stanza) = frame else { continue };
        // Another header, with none of the first one's prefixes.
        let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
        let head =
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
        feed(&mut framer, head.as_bytes(), []);
        let again = feed(&mut framer, stanza.bytes(), []);
        let [(Frame::Stanza(again), _)] = again.frames.as_slice() else {
            panic!("{} is no stanza elsewhere: {:?}", stanza.bytes().escape_ascii(), again.error)
        };
        assert_eq!(again.bytes(), stanza.bytes(), "written once and for all");
    }
}

/// Promises of stamping: what is written is a stanza, and differs from the original as the stamp says.
pub fn stamp(data: &[u8]) {
    let Some((&choice, bytes)) = data.split_first() else { return };
    for (frame, _) in feed(&mut opened(), bytes, []).frames {
        if let Frame::Stanza(stanza) = frame {
            stamp_with(&stanza, choice);
        }
    }
}

/// As [`stamp`], for one stanza and one of the stamps.
pub fn stamp_with(stanza: &Stanza, choice: u8) {
    let to = Jid::new("to@example.org/o'clock & \"more\" <").expect("a literal");
    let from = Jid::new("from@example.org").expect("a literal");
    let by = from.to_bare();
    let add = b"<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>";
    let strip = match choice & 3 {
        0 => Strip::NONE,
        1 => Strip::tags(&[Tag::Body, Tag::Delay]),
        2 => Strip::stanza_ids_by(&by),
        _ => Strip::tags(&[Tag::Other, Tag::StanzaId]).and_stanza_ids_by(&by),
    };
    let stamp = Stamp {
        to: (choice & 4 != 0).then_some(&to),
        from: (choice & 8 != 0).then_some(&from),
        add: if choice & 16 != 0 { add } else { b"" },
        strip,
        default_ns: if choice & 32 != 0 { DefaultNs::Client } else { DefaultNs::Stream },
    };
    let written = stanza.to_bytes(&stamp);
    let (Ok(before), Ok(after)) = (stanza.to_element(), Element::parse(&written, ns::CLIENT)) else {
        assert!(stanza.to_element().is_err(), "{}", written.escape_ascii());
        return;
    };
    let again = Stanza::parse(&written).expect("a written stanza is a stanza");
    assert_eq!(meaning(&again.to_element().expect("as before")), meaning(&after));

    let mut wanted = before;
    for (name, jid) in [("to", stamp.to.or(stanza.to())), ("from", stamp.from.or(stanza.from()))] {
        if let Some(jid) = jid {
            wanted.set_attr(name, jid.as_str());
        }
    }
    let mut children = stanza.children();
    wanted.retain(|_| {
        let child = children.next().expect("the tree has the same children");
        let ours = child.attr("by").and_then(|by| crate::jid::parse(&by).ok()).is_some_and(|jid| jid.to_bare() == by);
        match choice & 3 {
            0 => true,
            1 => !matches!(child.tag(), Tag::Body | Tag::Delay),
            2 => !(child.tag() == Tag::StanzaId && ours),
            _ => !matches!(child.tag(), Tag::Other | Tag::StanzaId),
        }
    });
    if !stamp.add.is_empty() {
        wanted.push(Element::parse(stamp.add, ns::CLIENT).expect("a literal"));
    }
    if bytes_have_cr(stanza) && choice & 3 != 0 {
        // What stood on both sides of a part that is gone may be a carriage return and a line feed, which then are one
        // line break (XML 1.0 §2.11). Between the parts of a stanza nobody reads.
        assert_eq!(breaks_joined(&meaning(&after)), breaks_joined(&meaning(&wanted)));
    } else {
        assert_eq!(meaning(&after), meaning(&wanted));
    }
}

fn bytes_have_cr(stanza: &Stanza) -> bool {
    stanza.bytes().contains(&b'\r')
}

fn breaks_joined(meaning: &str) -> String {
    let mut joined = meaning.to_owned();
    while joined.contains(r"\\n\\n") {
        joined = joined.replace(r"\\n\\n", r"\\n");
    }
    while joined.contains(r"\n\n") {
        joined = joined.replace(r"\n\n", r"\n");
    }
    joined
}

/// Promises of addresses: preparing twice changes nothing, and parts put together give the whole.
pub fn jid(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(jid) = crate::jid::parse(text) else { return };
    assert_eq!(jid, Jid::from_parts(jid.node(), jid.domain(), jid.resource()));
    assert_eq!(crate::jid::parse(jid.as_str()).as_ref(), Ok(&jid));
    assert!(crate::jid::same_bare(&jid, &jid.to_bare()));
    let mut stanza = b"<presence".to_vec();
    stanza.extend_from_slice(b" to='");
    crate::xml::escape_attr(jid.as_str(), &mut stanza);
    stanza.extend_from_slice(b"'/>");
    Stanza::parse(&stanza).expect("an address can always be written");
}

/// The bytes of a frame.
fn raw(frame: &Frame) -> Vec<u8> {
    match frame {
        Frame::Stanza(stanza) => stanza.bytes().to_vec(),
        Frame::Nonza(nonza) => nonza.bytes().to_vec(),
        Frame::Open(open) => format!("{open:?}").into_bytes(),
        Frame::Close => b"</>".to_vec(),
    }
}

fn full_parser_accepts(element: &[u8]) -> bool {
    let mut options = Options::default();
    options.max_token_length = options.max_token_length.max(element.len());
    let mut parser = Parser::with_options(options);
    let (mut depth, mut complete) = (0, false);
    for mut bytes in [OPEN.as_bytes(), element, b"</stream:stream>"] {
        while !bytes.is_empty() {
            match parser.parse(&mut bytes, false) {
                Ok(Some(Event::StartElement(..))) => depth += 1,
                Ok(Some(Event::EndElement(_))) => {
                    depth -= 1;
                    complete = depth == 0;
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(rxml::error::EndOrError::NeedMoreData) => break,
                Err(rxml::error::EndOrError::Error(_)) => return false,
            }
        }
    }
    complete
}

fn same_tree(frame: &Frame, source: &[u8]) {
    let source = source.trim_ascii_start();
    let Ok(theirs) = Element::parse_with(source, ns::CLIENT, &[("stream", ns::STREAM), ("odd", "urn:odd")]) else {
        return;
    };
    let ours = match frame {
        Frame::Stanza(stanza) => stanza.to_element(),
        Frame::Nonza(nonza) => nonza.element(),
        Frame::Open(_) | Frame::Close => return,
    };
    let ours = ours.expect("a tree within the same limits");
    assert_eq!(meaning(&ours), meaning(&theirs), "{}", source.escape_ascii());
    if let Frame::Stanza(stanza) = frame {
        let seen: Vec<_> = stanza.children().map(|child| (child.ns(), child.name())).collect();
        let there: Vec<_> = theirs.elements().map(|child| (child.ns(), child.name())).collect();
        assert_eq!(seen, there, "{}", source.escape_ascii());
        assert_eq!(stanza.id().as_deref(), theirs.attr_value("id"));
    }
}

/// A tree with nothing left of how it was written: attributes sorted, no prefixes.
pub fn meaning(element: &Element) -> String {
    let mut attrs: Vec<_> = element.attrs().iter().map(|attr| (&attr.ns, &attr.name, &attr.value)).collect();
    attrs.sort();
    let mut nodes = Vec::new();
    let mut text = String::new();
    for node in element.nodes() {
        match node {
            Node::Text(more) => text.push_str(more),
            Node::Element(child) => {
                nodes.push(format!("{:?}", std::mem::take(&mut text)));
                nodes.push(meaning(child));
            }
        }
    }
    nodes.push(format!("{text:?}"));
    format!("{{{}}}{} {attrs:?} {nodes:?}", element.ns(), element.name())
}

/// Promises of SASL: no message of a client brings it down, and none signs in without the password.
/// The first zero byte parts the first message from the second.
pub fn sasl(data: &[u8]) {
    let split = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (first, second) = data.split_at(split);
    let bindings = ChannelBindings { tls_exporter: Some(vec![7; 32]), tls_server_end_point: None };
    let offer = Offer {
        host: "example.org",
        mechanisms: &[Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha256Plus],
        binding_types: &[BindingType::TlsExporter],
        bindings: &bindings,
    };
    let keys = fake_keys(b"secret", offer.host, "anna", Hash::Sha256, 1);
    // PLAIN has its zero bytes inside one message.
    if let Ok(login) = PlainLogin::read(data, &offer) {
        assert!(!verify_password(&keys, Hash::Sha256, login.prepared_password()), "fake keys fit no password");
    }
    if let Ok(login) = HtLogin::read(data) {
        assert!(!ht_proves("another token", b"", &login.proof()), "nobody guesses a token");
    }
    for mechanism in [Mechanism::ScramSha256, Mechanism::ScramSha256Plus] {
        if let Ok(started) = Scram::first(mechanism, first, &offer) {
            let (_, waiting) = started.challenge(&keys, b"nonce");
            assert!(waiting.finish(second.get(1..).unwrap_or_default()).is_err(), "fake keys fit no proof");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_for_sasl_reaches_past_the_first_message() {
        for data in [
            "n,,n=anna,r=abc\0c=biws,r=abcbm9uY2U=,p=AAAA",
            "\0anna\0secret",
            "p=tls-exporter,,n=a,r=b\0",
            "anna\0a proof of two and thirty bytes..",
            "",
        ] {
            sasl(data.as_bytes());
        }
    }
}
