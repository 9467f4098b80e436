//! The same streams, message by message.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::DuplexStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

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

#[tokio::test]
async fn attack_74_binary_messages_and_unmasked_frames_are_refused() {
    let mut house = House::new();
    let mut socket = open(&mut house).await;
    socket.send(Message::binary(vec![1, 2, 3])).await.expect("still open");
    assert_eq!(hears(&mut socket).await, None);
    let mut raw = house.web_socket(true).await.into_inner();
    // FIN, text, 3 bytes, no mask.
    tokio::io::AsyncWriteExt::write_all(&mut raw, &[0x81, 3, b'<', b'a', b'>']).await.expect("still open");
    let mut rest = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut raw, &mut rest);
    tokio::time::timeout(PATIENCE, read).await.expect("closed").expect("readable");
    assert!(!rest.windows(5).any(|w| w == b"<open"), "{rest:?}");
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
