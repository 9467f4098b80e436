//! The same streams, message by message.

use std::pin::pin;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::SM;
use super::house::{House, PATIENCE, plain};

type Socket = WebSocketStream<DuplexStream>;

const OPEN: &str = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='x.test' version='1.0'/>";

async fn say(socket: &mut Socket, xml: &str) {
    // A server that has closed is seen when listening.
    let _ = socket.send(Message::text(xml.to_owned())).await;
}

/// The next message; `None` when the connection is closed.
async fn hears(socket: &mut Socket) -> Option<String> {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.expect("something comes") {
            Some(Ok(Message::Text(text))) => return Some(text.as_str().to_owned()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return None,
        }
    }
}

async fn hear(socket: &mut Socket) -> String {
    hears(socket).await.expect("still open")
}

async fn open(house: &mut House) -> Socket {
    let mut socket = house.web_socket(true).await;
    say(&mut socket, OPEN).await;
    assert!(hear(&mut socket).await.starts_with("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'"));
    let features = hear(&mut socket).await;
    assert!(features.starts_with("<stream:features xmlns:stream=") && !features.contains("starttls"), "{features}");
    socket
}

#[tokio::test]
async fn each_element_is_a_message() {
    let mut house = House::new();
    let mut ben = house.online("ben", "b").await;
    let mut anna = open(&mut house).await;
    say(&mut anna, &plain("anna", "secret")).await;
    assert!(hear(&mut anna).await.starts_with("<success"));
    say(&mut anna, OPEN).await;
    hear(&mut anna).await;
    hear(&mut anna).await;
    say(&mut anna, "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        .await;
    let bound = hear(&mut anna).await;
    assert!(bound.starts_with("<iq xmlns='jabber:client'") && bound.contains("<jid>anna@x.test/"), "{bound}");
    say(&mut anna, "<presence xmlns='jabber:client'/>").await;
    say(&mut anna, &format!("<enable {SM}/>")).await;
    assert!(hear(&mut anna).await.starts_with("<enabled"));
    say(&mut anna, "<message xmlns='jabber:client' to='ben@x.test' type='chat'><body>hi</body></message>").await;
    let heard = ben.hears("</message>").await;
    assert!(heard.contains("<body>hi</body>") && heard.contains("from='anna@x.test/"), "{heard}");
    ben.say("<message to='anna@x.test'><body>one</body></message><message to='anna@x.test'><body>two</body></message>")
        .await;
    let mut all = Vec::new();
    while all.len() < 4 {
        all.push(hear(&mut anna).await);
    }
    // Two messages, `<a/>` for what was sent and `<r/>` for what came, each by itself.
    let stanzas: Vec<_> = all.iter().filter(|m| m.starts_with("<message xmlns='jabber:client'")).collect();
    assert_eq!(stanzas.len(), 2, "{all:?}");
    assert!(stanzas[0].contains("one") && stanzas[1].contains("two"), "{all:?}");
    say(&mut anna, "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>").await;
    loop {
        if hear(&mut anna).await.starts_with("<close") {
            break;
        }
    }
    assert_eq!(hears(&mut anna).await, None);
}

#[tokio::test]
async fn attack_74_what_is_no_single_element_ends_the_stream() {
    for wrong in [
        "<presence xmlns='jabber:client'/><presence xmlns='jabber:client'/>",
        "<message xmlns='jabber:client'>",
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='x.test' version='1.0'>",
        "<!DOCTYPE a><a/>",
        "",
    ] {
        let mut house = House::new();
        let mut socket = open(&mut house).await;
        say(&mut socket, wrong).await;
        let heard = hear(&mut socket).await;
        assert!(
            heard.starts_with("<stream:error xmlns:stream=") || heard.starts_with("<error xmlns="),
            "{wrong}: {heard}"
        );
        assert!(hear(&mut socket).await.starts_with("<close"));
        assert_eq!(hears(&mut socket).await, None);
    }
}

/// All that comes until the connection ends: texts, and the code of the close frame.
async fn hears_end(socket: &mut Socket) -> (Vec<String>, Option<u16>) {
    let (mut texts, mut code) = (Vec::new(), None);
    while let Some(Ok(message)) = tokio::time::timeout(PATIENCE, socket.next()).await.expect("ends") {
        match message {
            Message::Text(text) => texts.push(text.as_str().to_owned()),
            Message::Close(frame) => code = frame.map(|frame| frame.code.into()),
            _ => {}
        }
    }
    (texts, code)
}

/// A frame as a client sends it, under a mask of zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match u16::try_from(payload.len()) {
        Ok(len) if len < 126 => out.push(0x80 | u8::try_from(len).expect("short")),
        Ok(len) => {
            out.push(0xfe);
            out.extend(len.to_be_bytes());
        }
        Err(_) => {
            out.push(0xff);
            out.extend(u64::try_from(payload.len()).expect("fits").to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(payload);
    out
}

const TWO: &str = "<presence xmlns='jabber:client'/><presence xmlns='jabber:client'/>";

const FIN: u8 = 0x80;
const CONTINUE: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const PING: u8 = 9;

/// Says the bytes on a stream that is open, and checks that it ends with the stream error and the close code.
async fn ends_with(house: &mut House, socket: Socket, said: Vec<u8>, condition: &str, code: u16) {
    let mut pipe = socket.into_inner();
    // All of it is taken, so that whoever writes before it reads hears the end too.
    tokio::time::timeout(PATIENCE, pipe.write_all(&said)).await.expect("taken").expect("still open");
    let mut socket = Socket::from_raw_socket(pipe, Role::Client, None).await;
    let (texts, closed) = hears_end(&mut socket).await;
    let [.., error, close] = texts.as_slice() else { panic!("{texts:?}") };
    assert!(error.contains(&format!("<{condition} xmlns=")), "{condition}: {texts:?}");
    assert!(close.starts_with("<close"), "{condition}: {texts:?}");
    assert_eq!(closed, Some(code), "{condition}: {texts:?}");
    drop(socket);
    // Nothing of it is left.
    tokio::time::timeout(PATIENCE, house.streams.join_next()).await.expect("its task ends");
}

#[tokio::test]
async fn attack_74_whatever_breaks_the_framing_hears_why_and_a_code() {
    let unmasked = vec![FIN | TEXT, 3, b'<', b'a', b'>'];
    let endless = [&[FIN | TEXT, 0xff][..], &(1_u64 << 63).to_be_bytes(), &[0; 4]].concat();
    let fragments = [&[TEXT][..], &[CONTINUE; 1_000]].concat().into_iter().flat_map(|first| frame(first, &[b' '; 10]));
    for (said, condition, code) in [
        (frame(FIN | BINARY, &[1, 2, 3]), "unsupported-encoding", 1003),
        (frame(FIN | TEXT, b"<a>\xff</a>"), "unsupported-encoding", 1007),
        (unmasked, "bad-format", 1002),
        // Reserved bit, unknown kinds, a long ping, a part of a ping, a second beginning, the end of nothing.
        (frame(FIN | 0x40 | TEXT, b"<a/>"), "bad-format", 1002),
        (frame(FIN | 3, b"<a/>"), "bad-format", 1002),
        (frame(FIN | 11, b""), "bad-format", 1002),
        (frame(FIN | PING, &[0; 126]), "bad-format", 1002),
        (frame(PING, b""), "bad-format", 1002),
        ([frame(TEXT, b"<a"), frame(FIN | TEXT, b"/>")].concat(), "bad-format", 1002),
        (frame(FIN | CONTINUE, b"<a/>"), "bad-format", 1002),
        // Too much before anybody has signed in: announced, sent at once, sent in parts.
        (endless, "policy-violation", 1009),
        (frame(FIN | TEXT, &[b' '; 200_000]), "policy-violation", 1009),
        (fragments.collect(), "policy-violation", 1009),
        (frame(FIN | TEXT, TWO.as_bytes()), "bad-format", 1002),
    ] {
        let mut house = House::new();
        let socket = open(&mut house).await;
        ends_with(&mut house, socket, said, condition, code).await;
    }
}

/// A stream that is signed in and bound.
async fn bound(house: &mut House) -> Socket {
    let mut socket = open(house).await;
    say(&mut socket, &plain("anna", "secret")).await;
    hear(&mut socket).await;
    say(&mut socket, OPEN).await;
    hear(&mut socket).await;
    hear(&mut socket).await;
    say(
        &mut socket,
        "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    )
    .await;
    hear(&mut socket).await;
    socket
}

#[tokio::test]
async fn attack_74_signed_in_the_same_holds_with_a_larger_limit() {
    let body = |len: usize| format!("<message xmlns='jabber:client'><body>{}</body></message>", "a".repeat(len));
    let parts = |whole: &str| {
        let mut chunks = whole.as_bytes().chunks(50_000).peekable();
        let mut out = Vec::new();
        let mut kind = TEXT;
        while let Some(chunk) = chunks.next() {
            out.extend(frame(kind | if chunks.peek().is_none() { FIN } else { 0 }, chunk));
            kind = CONTINUE;
        }
        out
    };
    for (said, condition, code) in [
        (frame(FIN | TEXT, body(300_000).as_bytes()), "policy-violation", 1009),
        (parts(&body(300_000)), "policy-violation", 1009),
        (frame(FIN | BINARY, body(10).as_bytes()), "unsupported-encoding", 1003),
        (vec![FIN | TEXT, 3, b'<', b'a', b'>'], "bad-format", 1002),
    ] {
        let mut house = House::new();
        let socket = bound(&mut house).await;
        ends_with(&mut house, socket, said, condition, code).await;
    }
    // What fits passes, in parts too.
    let mut house = House::new();
    let mut ben = house.online("ben", "b").await;
    let socket = bound(&mut house).await;
    let whole = body(200_000).replace("<message", "<message to='ben@x.test'");
    let mut pipe = socket.into_inner();
    pipe.write_all(&parts(&whole)).await.expect("still open");
    assert!(ben.hears("</message>").await.len() > 200_000);
}

#[tokio::test]
async fn attack_74_pings_without_end_are_answered_at_the_pace_at_which_answers_are_read() {
    let mut house = House::new();
    let (mut reads, mut writes) = tokio::io::split(bound(&mut house).await.into_inner());
    let pings = frame(FIN | PING, &[7; 125]).repeat(PINGS);
    let mut flood = pin!(writes.write_all(&pings));
    // Nobody reads the answers. What the pipe and our side hold is bounded, so that this comes to a halt.
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut flood).await.is_err(), "read without end");
    // Whoever reads is served again, and misses none.
    let mut answers = vec![0; PINGS * 127];
    let all = async { tokio::join!(flood, reads.read_exact(&mut answers)) };
    let (said, heard) = tokio::time::timeout(PATIENCE, all).await.expect("answered");
    said.expect("still open");
    heard.expect("still open");
    assert!(answers.chunks(127).all(|pong| pong.starts_with(&[FIN | 10, 125, 7])));
}

/// Ten times what pipes and buffers hold.
const PINGS: usize = 8_000;

#[tokio::test]
async fn a_close_frame_is_answered() {
    let mut house = House::new();
    let mut socket = open(&mut house).await;
    let going = CloseFrame { code: CloseCode::Away, reason: "".into() };
    socket.send(Message::Close(Some(going))).await.expect("still open");
    assert_eq!(hears_end(&mut socket).await, (Vec::new(), Some(1001)));
}

#[tokio::test]
async fn nothing_is_offered_where_the_way_is_not_secure() {
    let mut house = House::new();
    let mut socket = house.web_socket(false).await;
    say(&mut socket, OPEN).await;
    assert!(hear(&mut socket).await.starts_with("<open"));
    let error = hear(&mut socket).await;
    assert!(error.contains("policy-violation") && !error.contains("starttls"), "{error}");
}
