//! Those who mean well: people who talk and come and go, apps that sync, guests, browsers, a quiet pair.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use parlour_testkit::faults::{HOST, invite};
use parlour_testkit::{Client, PASSWORD};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::tally::Did;
use super::{Chance, Place};

/// All of them, until it is over.
pub fn come(place: &Place, seed: u64, crowd: &mut JoinSet<()>) {
    for n in 0..place.people {
        let (place, chance) = (place.clone(), Chance::new(seed ^ (n << 8)));
        crowd.spawn(async move {
            while !place.is_over() {
                told(&place, "a talker", talk(&place, n, &chance).await);
                place.pause(chance.millis(50, 3_000)).await;
            }
        });
    }
    for n in 0..2 {
        let (door, chance) = (place.clone(), Chance::new(seed ^ (0x1_0000 + n)));
        crowd.spawn(async move {
            let mut guests = 0;
            while !door.is_over() {
                guests += 1;
                told(&door, "a guest", join(&door, &format!("guest{n}x{guests}"), guests % 2 == 0).await);
                door.pause(chance.millis(1_000, 4_000)).await;
            }
        });
        let (place, chance) = (place.clone(), Chance::new(seed ^ (0x2_0000 + n)));
        crowd.spawn(async move {
            while !place.is_over() {
                told(&place, "a browser's app", by_socket(&place, &format!("web{n}")).await);
                place.pause(chance.millis(200, 2_000)).await;
            }
        });
    }
    let surfer = place.clone();
    crowd.spawn(async move {
        while !surfer.is_over() {
            told(&surfer, "a visitor", look_around(&surfer).await);
            surfer.pause(Duration::from_millis(300)).await;
        }
    });
    let quiet = place.clone();
    crowd.spawn(async move {
        while !quiet.is_over() {
            told(&quiet, "the quiet pair", whisper(&quiet).await);
            quiet.pause(Duration::from_secs(1)).await;
        }
    });
}

fn told(place: &Place, who: &str, outcome: anyhow::Result<()>) {
    if let Err(error) = outcome {
        place.tally.complain(who, &error);
    }
}

/// Comes, talks for a while, and goes in one way or another.
async fn talk(place: &Place, n: u64, chance: &Chance) -> anyhow::Result<()> {
    let mut client = place.server.client(&format!("talker{n}")).await.context("signing in")?;
    place.tally.count(Did::SignedIn);
    let counted = chance.below(2) == 0;
    if counted {
        client.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
    }
    client
        .send(
            "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>\
             <iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq><presence/>",
        )
        .await;
    heard(&mut client).await.context("arriving")?;
    for turn in 0..chance.below(40) {
        if place.is_over() {
            break;
        }
        // Not more people than an account of today may write to.
        let to = format!("talker{}@{HOST}", (n + 1 + chance.below(8)) % place.people);
        let word = match chance.below(8) {
            0..=2 => {
                format!("<message to='{to}' type='chat' id='m{turn}'><body>{}</body></message>", "word ".repeat(20))
            }
            3 => format!(
                "<message to='{to}' type='chat'><body>not kept</body><no-store xmlns='urn:xmpp:hints'/></message>"
            ),
            4 => format!(
                "<message to='{to}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
            ),
            5 => format!("<presence><status>{turn}</status></presence>"),
            6 => "<iq type='set' id='a'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>\
                  <max>20</max><before/></set></query></iq>"
                .to_owned(),
            _ => "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>".to_owned(),
        };
        let did =
            if word.starts_with("<message") { Some(Did::Wrote) } else { word.contains("mam:2").then_some(Did::Synced) };
        client.send(&word).await;
        heard(&mut client).await.context("talking")?;
        did.into_iter().for_each(|did| place.tally.count(did));
        place.pause(chance.millis(100, 1_000)).await;
    }
    match chance.below(3) {
        0 => client.drop_connection(),
        1 => {
            client.send("</stream:stream>").await;
            client.to_the_end().await.context("leaving")?;
        }
        _ => {
            client.send("<not-a-stanza/>").await;
            client.to_the_end().await.context("leaving by mistake")?;
        }
    }
    Ok(())
}

/// All that came, until the server has done what was asked; it answers for what it asks.
async fn heard(client: &mut Client) -> anyhow::Result<()> {
    for element in client.until_pong().await? {
        ensure!(!element.to_string().contains("policy-violation"), "told to wait: {element}");
    }
    Ok(())
}

/// An invitation is made, used in an app or on the page, and the account is ended again.
async fn join(place: &Place, name: &str, by_page: bool) -> anyhow::Result<()> {
    let token = invite(&place.server).await.context("an invitation")?;
    if by_page {
        let mut browser = place.server.browser();
        let path = format!("/i/{token}/register");
        let form = browser.get(&path).await?;
        ensure!(form.status == 200, "the form: {}", form.status);
        let made = browser.post(&path, &[("name", name), ("password", PASSWORD)]).await?;
        ensure!(made.status == 200, "registered: {}", made.status);
    } else {
        let mut client = Client::connect(place.server.c2s, HOST).await?;
        client
            .send(format!(
                "<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq><iq type='set' id='r'>\
                 <query xmlns='jabber:iq:register'><username>{name}</username><password>{PASSWORD}</password></query></iq>"
            ))
            .await;
        client.expect("<iq type='result' id='p'/>").await?;
        client.expect("<iq type='result' id='r'/>").await?;
    }
    let mut client = place.server.client(name).await.context("signing in")?;
    place.tally.count(Did::Registered);
    client.send("<iq type='set' id='end'><query xmlns='jabber:iq:register'><remove/></query></iq>").await;
    client.to_the_end().await.context("the account ends")?;
    Ok(())
}

/// Pages that are there, and some that are not.
async fn look_around(place: &Place) -> anyhow::Result<()> {
    let mut browser = place.server.browser();
    for path in ["/", "/register", "/me/sign-in", "/../etc/passwd", "/%2e%2e/", "/nothing/there"] {
        let page = browser.get(path).await?;
        ensure!(page.status < 500, "{path}: {}", page.status);
        place.tally.count(Did::SawPage);
    }
    Ok(())
}

/// An app in a browser: signs in over a WebSocket, says something, and the tab is closed.
async fn by_socket(place: &Place, name: &str) -> anyhow::Result<()> {
    let mut socket = TcpStream::connect(place.server.web).await?;
    socket
        .write_all(
            b"GET /xmpp-websocket HTTP/1.1\r\nHost: chat.example.test\r\nX-Forwarded-Proto: https\r\n\
              X-Forwarded-For: 198.51.100.7\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n",
        )
        .await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await?);
    }
    ensure!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    let mut socket = WebSocketStream::from_raw_socket(socket, Role::Client, None).await;
    let open = format!("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{HOST}' version='1.0'/>");
    let plain = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("\0{name}\0{PASSWORD}"));
    for (word, answer) in [
        (open.clone(), "features"),
        (format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"), "<success"),
        (open, "features"),
        (
            "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>".into(),
            "<jid>",
        ),
        ("<presence xmlns='jabber:client'/>".into(), "<presence"),
        ("<iq xmlns='jabber:client' type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>".into(), "ping"),
    ] {
        let mut heard = Vec::new();
        let asked = async {
            socket.send(Message::text(word)).await?;
            loop {
                let frame = socket.next().await.context("the connection is gone")??;
                let text = frame.to_text()?.to_owned();
                let no = frame.is_close() || text.contains("<failure") || text.contains("<stream:error");
                let yes = text.contains(answer);
                heard.push(text);
                ensure!(!no, "refused");
                if yes {
                    return Ok(());
                }
            }
        };
        let patience = Duration::from_secs(20);
        let outcome = tokio::time::timeout(patience, asked).await.context("not answered in time").and_then(|done| done);
        outcome.with_context(|| format!("waiting for {answer}, heard {heard:?}"))?;
    }
    place.tally.count(Did::UsedSocket);
    Ok(())
}

/// Two who say a word now and then all the time: how long it takes.
async fn whisper(place: &Place) -> anyhow::Result<()> {
    let mut one = place.server.client("quiet0").await?;
    let mut other = place.server.client("quiet1").await?;
    for client in [&mut one, &mut other] {
        client.send("<presence/>").await;
        client.until_pong().await?;
    }
    let mut n = 0_u64;
    while !place.is_over() {
        n += 1;
        let said = Instant::now();
        one.send(format!("<message to='quiet1@{HOST}' type='chat' id='{n}'><body>{n}</body></message>")).await;
        loop {
            let heard = other.element().await.context("a word")?;
            if heard.name() == "message" && heard.attr_value("id") == Some(&n.to_string()) {
                break;
            }
        }
        place.tally.took(said.elapsed());
        place.pause(Duration::from_millis(500)).await;
    }
    Ok(())
}
