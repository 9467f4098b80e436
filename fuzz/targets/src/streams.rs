//! Client streams as a whole, in memory: before anybody has signed in, over TCP and WebSocket, and after.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parlour_net::ListenerKind;
use parlour_testkit::PASSWORD;
use parlour_xmpp::framer::{Frame, Framer, Limits, Mode};
use parlour_xmpp::fuzzing::{feed, opened};
use parlour_xmpp::ns;
use parlour_xmpp::payload::Secret;
use parlour_xmpp::payload::sasl::ClientSasl;
use parlour_xmpp::stanza::{Kind, Stanza};
use parlour_xmpp::xml::Element;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use crate::house::{self, HOST, House};

/// What a client says first.
fn header() -> String {
    format!(
        "<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'>"
    )
}

/// A stranger's stream: whatever is said, nobody is signed in, nothing is heard unasked, and what is heard is XML. The
/// first byte: whether it begins in the clear, whether a header is said first, in how large pieces.
pub(crate) fn c2s(data: &[u8]) {
    let Some((&how, rest)) = data.split_first() else { return };
    let said = if how & 2 == 0 { [header().as_bytes(), rest].concat() } else { rest.to_vec() };
    let heard = house::with(async |house| {
        let pipe = house.pipe(&house.server, ListenerKind::C2s, how & 1 == 0);
        house.answer(pipe, &said, usize::from(how >> 2) * 7 + 1).await
    });
    if heard.is_empty() {
        return;
    }
    let text = String::from_utf8(heard).expect("what is heard is text");
    let text = text.trim_start_matches("<?xml version='1.0'?>");
    let whole = if text.ends_with("</stream:stream>") { text.to_owned() } else { format!("{text}</stream:stream>") };
    let stream = Element::parse(whole.as_bytes(), "").unwrap_or_else(|error| panic!("{error}: {text}"));
    judge(stream.elements(), &said);
}

/// As [`c2s`], by WebSocket. Odd first byte: the bytes as they are. Even: taken for frames, each a byte with its kind
/// and two with its length, and masked as RFC 6455 has it, so that most of them pass.
pub(crate) fn websocket(data: &[u8]) {
    let Some((&how, rest)) = data.split_first() else { return };
    let said = if how & 1 == 1 { rest.to_vec() } else { framed(rest) };
    let heard = house::with(async |house| {
        let pipe = house.pipe(&house.server, ListenerKind::WebSocket, true);
        house.answer(pipe, &said, usize::from(how >> 1) * 7 + 1).await
    });
    let texts = messages(&heard);
    let stream: Vec<Element> = texts
        .iter()
        .map(|text| Element::parse(text.as_bytes(), "").unwrap_or_else(|error| panic!("{error}: {text}")))
        .collect();
    judge(stream.iter().filter(|el| el.ns() != ns::FRAMING), &said);
}

/// Frames of a client.
fn framed(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let [head, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (payload, after) = rest.split_at(length);
        // Reserved bits are for the raw form.
        out.push(head & 0x8f);
        match u8::try_from(length) {
            Ok(short @ 0..=125) => out.push(0x80 | short),
            _ => {
                out.push(0x80 | 126);
                out.extend_from_slice(&(length as u16).to_be_bytes());
            }
        }
        // A mask that changes nothing, so that whoever makes up inputs sees what is read.
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(payload);
        bytes = after;
    }
    out
}

/// The texts of a server's frames.
fn messages(mut bytes: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    while let [head, second, rest @ ..] = bytes {
        assert_eq!(head & 0x70, 0, "no extension was agreed on");
        assert_eq!(second & 0x80, 0, "servers do not mask");
        let (length, rest) = match second {
            126 => {
                (rest.split_first_chunk().map(|(n, rest)| (usize::from(u16::from_be_bytes(*n)), rest))).expect("whole")
            }
            127 => (rest.split_first_chunk().map(|(n, rest)| (u64::from_be_bytes(*n) as usize, rest))).expect("whole"),
            short => (usize::from(*short), rest),
        };
        let (payload, after) = rest.split_at_checked(length).expect("frames are whole");
        match head {
            0x81 => texts.push(String::from_utf8(payload.to_vec()).expect("text")),
            0x88..=0x8a => {}
            other => panic!("a frame of kind {other:#x}"),
        }
        bytes = after;
    }
    texts
}

/// What a stranger may hear: features, answers to what was asked, refusals.
fn judge<'a>(heard: impl Iterator<Item = &'a Element>, said: &[u8]) {
    let asked = said.windows(2).filter(|two| two == b"iq").count();
    let mut answers = 0;
    for el in heard {
        match (el.ns(), el.name()) {
            (ns::STREAM, "features" | "error")
            | (ns::SASL, "challenge" | "failure")
            | (ns::SASL2, "challenge" | "failure")
            | (ns::TLS, "proceed" | "failure")
            | (ns::SM, "failed") => {}
            (ns::CLIENT, "iq") => {
                answers += 1;
                assert!(matches!(el.attr_value("type"), Some("result" | "error")), "{el}");
                assert!(el.child_named(ns::BIND, "bind").is_none(), "a stranger is bound: {el}");
            }
            _ => panic!("a stranger heard {el}"),
        }
    }
    assert!(answers <= asked, "{answers} answers to {asked} questions");
}

/// A member's stream: what anna says after she has signed in. Whatever it is, ben, who is her contact, hears only what
/// bears her address or the host's; she hears no answer she did not ask for; and the server goes on.
pub(crate) fn session(data: &[u8]) {
    let Some((&how, rest)) = data.split_first() else { return };
    // What is no whole stanza would swallow the question after it. So may what is none at all: the end of a broken tag is
    // waited for, where it comes in pieces.
    let outcome = feed(&mut opened(), rest, []);
    let broken = outcome.error.is_some();
    let whole = outcome.frames.last().map_or(0, |(_, range)| range.end);
    let said = if broken { rest } else { &rest[..whole] };
    let asked: Vec<Stanza> = outcome.frames.into_iter().filter_map(|(frame, _)| stanza(frame)).collect();
    house::with(async |house| {
        let mut ben = Member::enter(house, "ben").await;
        let mut anna = Member::enter(house, "anna").await;
        for piece in said.chunks(usize::from(how >> 1) * 7 + 1) {
            anna.say(piece).await;
        }
        let heard = if broken { anna.until_the_end().await } else { anna.until_pong().await };
        for answer in heard.iter().filter(|stanza| is_answer(stanza)) {
            let same = |stanza: &&Stanza| stanza.kind() == Kind::Iq && stanza.id() == answer.id();
            let questions = asked.iter().filter(same).count();
            let answers = heard.iter().filter(same).filter(|stanza| is_answer(stanza)).count();
            assert!(
                answers <= questions,
                "{answers} answers to {questions} questions: {}",
                answer.bytes().escape_ascii()
            );
        }
        for stanza in ben.until_pong().await {
            let from = stanza.from().map(ToString::to_string).unwrap_or_default();
            let from = from.split('/').next().unwrap_or_default();
            let known = ["", HOST, "anna@h.example", "ben@h.example"].contains(&from);
            assert!(known, "ben heard of {from}: {}", stanza.bytes().escape_ascii());
        }
        anna.leave().await;
        ben.leave().await;
    });
}

fn stanza(frame: Frame) -> Option<Stanza> {
    match frame {
        Frame::Stanza(stanza) => Some(stanza),
        Frame::Nonza(_) | Frame::Open(_) | Frame::Close => None,
    }
}

fn is_answer(stanza: &Stanza) -> bool {
    stanza.kind() == Kind::Iq && matches!(stanza.type_str().as_deref(), Some("result" | "error"))
}

/// Somebody who is signed in.
struct Member {
    pipe: DuplexStream,
    heard: Vec<u8>,
    /// All that was ever heard, for a finding.
    seen: Vec<u8>,
}

impl Member {
    async fn enter(house: &House, name: &str) -> Self {
        let pipe = house.pipe(&house.server, ListenerKind::C2s, true);
        let mut member = Self { pipe, heard: Vec::new(), seen: Vec::new() };
        let initial = Some(Secret::new(format!("\0{name}\0{PASSWORD}").into_bytes()));
        let auth = ClientSasl::Auth { mechanism: "PLAIN".to_owned(), initial }.to_element().to_string();
        member.say(format!("{}{auth}", header()).as_bytes()).await;
        member.until(b"<success").await;
        let bind = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq><presence/>";
        member.say(format!("{}{bind}", header()).as_bytes()).await;
        member.until(b"</bind></iq>").await;
        let _ = member.until_pong().await;
        member
    }

    async fn say(&mut self, bytes: &[u8]) {
        // A server that has closed is seen when listening. Beside listening, or both would wait for each other.
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let mut chunk = [0; 4096];
            let (mut from, mut to) = tokio::io::split(&mut self.pipe);
            tokio::select! {
                biased;
                read = from.read(&mut chunk) => match read {
                    Ok(n) if n > 0 => {
                        self.heard.extend_from_slice(&chunk[..n]);
                        self.seen.extend_from_slice(&chunk[..n]);
                    }
                    _ => return,
                },
                written = to.write(bytes) => match written {
                    Ok(n) => bytes = &bytes[n..],
                    Err(_) => return,
                },
            }
        }
    }

    /// Everything up to and with `what`, or to the end of the stream.
    async fn until(&mut self, what: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.heard.windows(what.len()).position(|window| window == what) {
                let rest = self.heard.split_off(at + what.len());
                return std::mem::replace(&mut self.heard, rest);
            }
            let mut chunk = [0; 4096];
            match self.pipe.read(&mut chunk).await {
                Ok(n) if n > 0 => {
                    self.heard.extend_from_slice(&chunk[..n]);
                    self.seen.extend_from_slice(&chunk[..n]);
                }
                _ => return std::mem::take(&mut self.heard),
            }
        }
    }

    /// The stanzas that came before the answer to a question of ours, or before the end of the stream.
    async fn until_pong(&mut self) -> Vec<Stanza> {
        let id = pong();
        self.say(format!("<iq type='get' id='{id}' to='{HOST}'><ping xmlns='urn:xmpp:ping'/></iq>").as_bytes()).await;
        let heard = self.until(format!("id='{id}' type='result'/>").as_bytes()).await;
        stanzas(heard, &self.seen)
    }

    /// Says no more; the stanzas that come then.
    async fn until_the_end(&mut self) -> Vec<Stanza> {
        // A server that has closed is seen when listening.
        let _ = self.pipe.shutdown().await;
        let heard = self.until(b"</stream:stream>").await;
        stanzas(heard, &self.seen)
    }

    async fn leave(mut self) {
        self.say(b"</stream:stream>").await;
        let _ = self.until(b"</stream:stream>").await;
    }
}

/// The stanzas of a stream, without the answers to questions of ours.
fn stanzas(mut heard: Vec<u8>, seen: &[u8]) -> Vec<Stanza> {
    // What came before is in pieces at most where the stream has ended.
    if heard.ends_with(b"</stream:stream>") {
        heard.truncate(heard.len() - b"</stream:stream>".len());
    }
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    let bytes = [header().as_bytes(), &heard].concat();
    let outcome = feed(&mut framer, &bytes, []);
    assert!(outcome.error.is_none(), "{:?}: {}", outcome.error, seen.escape_ascii());
    let stanzas = outcome.frames.into_iter().filter_map(|(frame, _)| stanza(frame));
    stanzas.filter(|stanza| !stanza.id().is_some_and(|id| id.starts_with(PONG))).collect()
}

/// An id that nobody hits upon: each is asked with once. A fuzzer reads along, and one that had put the id of all questions into
/// a message made it look as if that message's first half were lost.
fn pong() -> String {
    static ASKED: AtomicU64 = AtomicU64::new(1);
    // Knuth's multiplier, so that none is near another.
    format!("{PONG}{:016x}", ASKED.fetch_add(1, Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// What they all begin with.
const PONG: &str = "pong-";
