//! Real connections: attack 76, the end of the house, and the way to a WebSocket.

use std::net::SocketAddr;

use parlour_domain::invite::issue::Wish;
use parlour_domain::{AccountChange, Change, HostOptions};
use parlour_net::{AddrPrefix, Conn, Door as _, LimitOptions, ListenerKind, Peer, PeerAddr, PendingLimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinSet;

use super::world::World;

/// A connection to the pages over a pipe, by https.
fn connect(world: &World, tasks: &mut JoinSet<()>) -> DuplexStream {
    let (ours, theirs) = tokio::io::duplex(256 * 1024);
    let addr: SocketAddr = "203.0.113.9:4321".parse().expect("an address");
    tasks.spawn(world.web.accept(Conn::raw(theirs, true), Peer::new(addr, ListenerKind::WebTls)));
    ours
}

async fn rest(pipe: &mut DuplexStream) -> String {
    let mut text = Vec::new();
    pipe.read_to_end(&mut text).await.expect("read");
    String::from_utf8_lossy(&text).into_owned()
}

/// Reads to the end of one answer's head.
async fn head(pipe: &mut DuplexStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(pipe.read_u8().await.expect("more"));
    }
    String::from_utf8(text).expect("text")
}

#[tokio::test(start_paused = true)]
async fn attack_76_a_slow_head_is_cut_off() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    let start = tokio::time::Instant::now();
    pipe.write_all(b"GET / HTTP/1.1\r\nHost: h.exam").await.expect("written");
    rest(&mut pipe).await;
    assert!(
        start.elapsed() <= crate::service::HEADER_TIME + std::time::Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    tasks.join_next().await.expect("a task").expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn attack_76_a_slow_body_is_cut_off() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    let start = tokio::time::Instant::now();
    pipe.write_all(b"POST /me/sign-in HTTP/1.1\r\nHost: h.example\r\nContent-Length: 100\r\n\r\nna")
        .await
        .expect("written");
    assert!(head(&mut pipe).await.starts_with("HTTP/1.1 408 "));
    assert!(start.elapsed() <= crate::front::BODY_TIME + std::time::Duration::from_secs(1));
    drop(pipe);
    tasks.join_next().await.expect("a task").expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn attack_76_heads_and_bodies_are_bounded() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    pipe.write_all(b"GET / HTTP/1.1\r\nHost: h.example\r\nX: ").await.expect("written");
    pipe.write_all(&vec![b'x'; 100_000]).await.expect("written");
    assert!(rest(&mut pipe).await.starts_with("HTTP/1.1 431 "));
    let mut pipe = connect(&world, &mut tasks);
    let many: String = (0..100).map(|n| format!("X-{n}: y\r\n")).collect();
    pipe.write_all(format!("GET / HTTP/1.1\r\nHost: h.example\r\n{many}\r\n").as_bytes()).await.expect("written");
    assert!(rest(&mut pipe).await.starts_with("HTTP/1.1 431 "));
    let mut pipe = connect(&world, &mut tasks);
    pipe.write_all(b"POST /me HTTP/1.1\r\nHost: h.example\r\nContent-Length: 1000000000\r\n\r\n")
        .await
        .expect("written");
    assert!(head(&mut pipe).await.starts_with("HTTP/1.1 413 "));
    // No length, and no end: chunks until it is too much.
    let mut pipe = connect(&world, &mut tasks);
    pipe.write_all(b"POST /me HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await
        .expect("written");
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for _ in 0..6 {
        if pipe.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    assert!(head(&mut pipe).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test(start_paused = true)]
async fn attack_76_a_second_request_cannot_be_smuggled() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    for smuggling in [
        "Content-Length: 5\r\nContent-Length: 50\r\n",
        "Content-Length: 5, 50\r\n",
        "Content-Length: +5\r\n",
        "Transfer-Encoding: identity, chunked, x\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let mut pipe = connect(&world, &mut tasks);
        let text = format!(
            "POST /robots.txt HTTP/1.1\r\nHost: h.example\r\n{smuggling}\r\n0\r\n\r\nGET /favicon.svg HTTP/1.1\r\nHost: h.example\r\n\r\n"
        );
        pipe.write_all(text.as_bytes()).await.expect("written");
        let answer = rest(&mut pipe).await;
        assert!(!answer.contains("image/svg+xml"), "{smuggling:?}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{smuggling:?}: {answer}");
    }
    // Chunked beside a length: RFC 9112 §6.3 lets chunked win. What follows the last chunk is the next request of the
    // same client and nothing that a proxy had judged as a body.
    let mut pipe = connect(&world, &mut tasks);
    let text = "POST /robots.txt HTTP/1.1\r\nHost: h.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    pipe.write_all(text.as_bytes()).await.expect("written");
    let answer = rest(&mut pipe).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_house_lets_a_request_finish_and_closes() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    pipe.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: h.example\r\n\r\n").await.expect("written");
    assert!(head(&mut pipe).await.starts_with("HTTP/1.1 200 "));
    world.stopper.stop();
    rest(&mut pipe).await;
    tasks.join_next().await.expect("a task").expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn a_websocket_is_agreed_on_and_handed_over_with_what_came_early() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    let ask = "GET /xmpp-websocket HTTP/1.1\r\nHost: h.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
               Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n\
               Sec-WebSocket-Extensions: permessage-deflate\r\nOrigin: https://elsewhere.example\r\n\r\nearly";
    pipe.write_all(ask.as_bytes()).await.expect("written");
    let answer = head(&mut pipe).await.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 101 "), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="));
    assert!(answer.contains("sec-websocket-protocol: xmpp\r\n"));
    assert!(!answer.contains("extensions") && !answer.contains("content-security") && !answer.contains("set-cookie"));
    tasks.join_next().await.expect("a task").expect("no panic");
    let (mut conn, kind, addr) = world.streams.0.lock().expect("streams").pop().expect("handed over");
    assert_eq!(kind, ListenerKind::WebSocket);
    assert!(conn.is_secure());
    assert_eq!(addr.to_string(), "203.0.113.9:4321");
    let mut early = [0; 5];
    conn.read_exact(&mut early).await.expect("read");
    assert_eq!(&early, b"early");
    conn.write_all(b"frame").await.expect("written");
    conn.flush().await.expect("flushed");
    let mut frame = [0; 5];
    pipe.read_exact(&mut frame).await.expect("read");
    assert_eq!(&frame, b"frame");
}

#[tokio::test(start_paused = true)]
async fn a_websocket_is_agreed_on_where_passwords_may_travel() {
    let world = World::new().await;
    let local = HostOptions { public_url: Some("http://localhost:5280".into()), ..HostOptions::default() };
    let trial = World::of(&[("localhost", local)], crate::Exposure::Trial).await;
    let proxy = "X-Forwarded-Proto: https\r\n";
    for (world, host, from, header, status) in [
        (&world, "h.example", "203.0.113.9:4321", "", 403),
        (&world, "h.example", "203.0.113.9:4321", proxy, 403),
        (&world, "h.example", "127.0.0.1:4321", proxy, 101),
        (&world, "h.example", "127.0.0.1:4321", "", 403),
        (&trial, "localhost:5280", "127.0.0.1:4321", "", 101),
        (&trial, "127.0.0.1:5280", "127.0.0.1:4321", "", 101),
    ] {
        let (mut pipe, theirs) = tokio::io::duplex(64 * 1024);
        let addr: SocketAddr = from.parse().expect("an address");
        let mut served = JoinSet::new();
        served.spawn(world.web.accept(Conn::raw(theirs, false), Peer::new(addr, ListenerKind::Web)));
        let ask = format!(
            "GET /xmpp-websocket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{header}\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n"
        );
        pipe.write_all(ask.as_bytes()).await.expect("written");
        let answer = head(&mut pipe).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host} {from} {header}: {answer}");
        drop(pipe);
        served.join_next().await.expect("a task").expect("no panic");
        let streams = std::mem::take(&mut *world.streams.0.lock().expect("streams"));
        assert_eq!(streams.len(), usize::from(status == 101));
        // What passes counts as secure: the stream never offers STARTTLS.
        assert!(streams.iter().all(|(conn, _, _)| conn.is_secure() && conn.tls().is_none()));
    }
}

#[tokio::test(start_paused = true)]
async fn attack_74_no_websocket_without_the_subprotocol_or_at_another_host() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    for (host, protocol, status) in [("h.example", "chat", 400), ("evil.example", "xmpp", 421)] {
        let mut pipe = connect(&world, &mut tasks);
        let ask = format!(
            "GET /xmpp-websocket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
        );
        pipe.write_all(ask.as_bytes()).await.expect("written");
        assert!(head(&mut pipe).await.starts_with(&format!("HTTP/1.1 {status} ")));
    }
    assert!(world.streams.0.lock().expect("streams").is_empty());
}

/// The form of a fresh invite as bytes to be sent, and the invite's name.
async fn form_bytes(world: &World) -> (String, String) {
    let (invite, token) = world.invite(&super::world::operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    let cookies: Vec<String> = browser.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = format!("csrf={}&name=juliet&password=correct+horse+battery", browser.csrf);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: h.example\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        cookies.join("; "),
        body.len()
    );
    (head, invite.id.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_before_it_is_durable() {
    let world = World::new().await;
    let (form, _) = form_bytes(&world).await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    world.gate.hold();
    pipe.write_all(form.as_bytes()).await.expect("written");
    let gate = world.gate.clone();
    tokio::task::spawn_blocking(move || gate.until_waiting()).await.expect("waiting");
    let mut first = [0; 1];
    let early = tokio::time::timeout(std::time::Duration::from_millis(50), pipe.read(&mut first)).await;
    assert!(early.is_err(), "not a byte before the commit");
    world.gate.release();
    assert!(head(&mut pipe).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_no_success() {
    let world = World::new().await;
    let (form, id) = form_bytes(&world).await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    world.gate.fail_next(parlour_engine::StoreError::DiskFull);
    pipe.write_all(form.as_bytes()).await.expect("written");
    assert!(head(&mut pipe).await.starts_with("HTTP/1.1 503 "));
    assert_eq!(world.kept(&id).await.uses, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_has_its_effects_when_the_browser_is_gone() {
    let world = World::new().await;
    let (form, _) = form_bytes(&world).await;
    let mut tasks = JoinSet::new();
    let mut pipe = connect(&world, &mut tasks);
    world.gate.hold();
    pipe.write_all(form.as_bytes()).await.expect("written");
    let gate = world.gate.clone();
    tokio::task::spawn_blocking(move || gate.until_waiting()).await.expect("waiting");
    world.told.0.lock().expect("told").clear();
    drop(pipe);
    world.gate.release();
    tasks.join_next().await.expect("a task").expect("no panic");
    let told = world.told.0.lock().expect("told");
    assert!(told.iter().any(|change| matches!(change, Change::Account(AccountChange::Created { .. }))), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn the_local_socket_speaks_the_api() {
    let world = World::new().await;
    let mut tasks = JoinSet::new();
    let (mut pipe, theirs) = tokio::io::duplex(64 * 1024);
    let peer = Peer::new(PeerAddr::Local { uid: 0, pid: None }, ListenerKind::LocalSocket);
    tasks.spawn(world.web.accept(Conn::raw(theirs, true), peer));
    pipe.write_all(b"GET /api/v1/info HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n").await.expect("written");
    let answer = rest(&mut pipe).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"hosts\":1"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_place_among_the_pending_is_given_back_after_a_request() {
    let world = World::new().await;
    let limit = PendingLimit::new(&LimitOptions { pending_from_loopback: true, ..LimitOptions::default() });
    let addr: SocketAddr = "203.0.113.9:4321".parse().expect("an address");
    let guard = limit.enter(AddrPrefix::of(addr.ip())).expect("room");
    let (mut pipe, theirs) = tokio::io::duplex(64 * 1024);
    let mut tasks = JoinSet::new();
    let peer = Peer { addr: addr.into(), listener: ListenerKind::Web, pending: guard };
    tasks.spawn(world.web.accept(Conn::raw(theirs, true), peer));
    assert_eq!(limit.pending(), 1);
    pipe.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: h.example\r\n\r\n").await.expect("written");
    head(&mut pipe).await;
    assert_eq!(limit.pending(), 0);
}
