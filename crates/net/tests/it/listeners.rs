//! Listening: ports that are taken, doors, limits, and the end of it all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use parlour_net::{
    BoxFuture, ByAlpn, Conn, Door, LimitOptions, ListenerKind, Listeners, LocalSocket, Networks, Peer, Ports, Protocol,
    ProxiedDoor, Security, Stopper, connect_local,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::common::{Ask, Echo, dial, read, tls, write};

const ANY_PORT: &str = "127.0.0.1:0";

fn addr(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

async fn echo_once(stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin)) {
    stream.write_all(b"hello").await.expect("written");
    let mut back = [0; 5];
    stream.read_exact(&mut back).await.expect("read");
    assert_eq!(&back, b"hello");
}

#[tokio::test]
async fn plain_tls_and_local_doors() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("parlour.sock");
    let tls = tls(&["a.test"]);
    let mut listeners = Listeners::new(&LimitOptions::default());
    listeners.bind(ListenerKind::C2s, &[addr(ANY_PORT), addr("[::1]:0")], Ports::Exact).expect("bound");
    listeners.bind(ListenerKind::C2sTls, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    listeners.add_local(LocalSocket::bind(&path).expect("bound"));
    let all: Vec<_> = listeners.bound().collect();
    let meters = listeners.meters();
    let stopper = Stopper::new();
    let doors = |kind| {
        let security = match kind {
            ListenerKind::C2sTls => Security::Tls(tls.clone(), Protocol::Client),
            _ => Security::Plain,
        };
        (Arc::new(Echo) as Arc<dyn Door>, security)
    };
    let serving = listeners.serve(doors, stopper.token(), Duration::from_secs(10));
    let clients = async {
        echo_once(&mut dial(all[0].addr).await).await;
        echo_once(&mut dial(all[1].addr).await).await;
        let mut secure = Ask::of("a.test").connect(dial(all[2].addr).await).await.expect("TLS");
        echo_once(&mut secure).await;
        let mut rude = dial(all[2].addr).await;
        rude.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("written");
        // An alert, then the end; or a reset.
        let _ = rude.read_to_end(&mut Vec::new()).await;
        let mut local = connect_local(&path).await.expect("connected");
        write(&mut local, b"hello").await.expect("written");
        assert_eq!(read(&mut local).await.expect("read"), b"hello");
        drop((secure, local));
        stopper.stop();
    };
    // Stopped: `serve` returns as soon as the last door has.
    tokio::join!(serving, clients);
    assert_eq!(meters.accepted.load(Relaxed), 5);
    assert_eq!(meters.tls_failed.load(Relaxed), 1);
    assert!(tokio::net::TcpStream::connect(all[0].addr).await.is_err());
    assert!(!path.exists());
}

#[tokio::test]
async fn a_taken_port_is_named_or_replaced() {
    let taken = tokio::net::TcpListener::bind(ANY_PORT).await.expect("bound");
    let taken = (taken.local_addr().expect("an address"), taken);
    let mut listeners = Listeners::new(&LimitOptions::default());
    let error = listeners.bind(ListenerKind::Web, &[taken.0], Ports::Exact).expect_err("taken");
    assert_eq!(error.source.kind(), std::io::ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(text.contains(&taken.0.to_string()) && text.contains("web"), "{text}");
    listeners.bind(ListenerKind::Web, &[taken.0], Ports::FreeIfTaken).expect("another");
    let bound: Vec<_> = listeners.bound().collect();
    assert_eq!(bound.len(), 1);
    assert_eq!(bound[0].asked, taken.0);
    assert_ne!(bound[0].addr.port(), taken.0.port());
    assert_eq!(listeners.addr(ListenerKind::Web), Some(bound[0].addr));
}

/// Holds connections until the peer ends, and releases the place once it has read something.
struct SignsInOnFirstByte;

impl Door for SignsInOnFirstByte {
    fn accept(&self, mut conn: Conn, mut peer: Peer) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            while let Ok(got) = read(&mut conn).await
                && !got.is_empty()
            {
                peer.pending.release();
                if write(&mut conn, &got).await.is_err() {
                    return;
                }
            }
        })
    }
}

#[tokio::test]
async fn attack_24_connections_of_one_address_that_do_not_authenticate() {
    let limits = LimitOptions { pending_per_address: 2, pending_from_loopback: true, ..LimitOptions::default() };
    let mut listeners = Listeners::new(&limits);
    listeners.bind(ListenerKind::C2s, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    let (to, limit, meters) =
        (listeners.addr(ListenerKind::C2s).expect("bound"), listeners.pending_limit(), listeners.meters());
    let stopper = Stopper::new();
    let doors = |_| (Arc::new(SignsInOnFirstByte) as Arc<dyn Door>, Security::Plain);
    let serving = listeners.serve(doors, stopper.token(), Duration::from_secs(10));
    let clients = async {
        let mut first = dial(to).await;
        let second = dial(to).await;
        let mut third = dial(to).await;
        assert_eq!(third.read(&mut [0; 8]).await.expect("closed at once"), 0);
        assert_eq!(limit.pending(), 2);
        echo_once(&mut first).await;
        let mut fourth = dial(to).await;
        echo_once(&mut fourth).await;
        drop((first, second, fourth));
        stopper.stop();
    };
    tokio::join!(serving, clients);
    assert_eq!(limit.pending(), 0);
    assert_eq!(meters.over_limit.load(Relaxed), 1);
}

/// Says whom it is for, then ends.
struct TellsAddress;

impl Door for TellsAddress {
    fn accept(&self, mut conn: Conn, peer: Peer) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let _ = write(&mut conn, peer.addr.to_string().as_bytes()).await;
        })
    }
}

#[tokio::test]
async fn behind_a_proxy_people_count_by_their_own_addresses() {
    let limits = LimitOptions { pending_per_address: 1, ..LimitOptions::default() };
    let mut listeners = Listeners::new(&limits);
    listeners.bind(ListenerKind::C2s, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    listeners.bind(ListenerKind::C2sTls, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    listeners.bind(ListenerKind::Web, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    listeners.behind(&[ProxiedDoor::C2s, ProxiedDoor::C2sTls], Networks::loopback());
    let at = |kind| listeners.addr(kind).expect("bound");
    let (plain, secure, direct) = (at(ListenerKind::C2s), at(ListenerKind::C2sTls), at(ListenerKind::Web));
    let meters = listeners.meters();
    let tls = tls(&["a.test"]);
    let stopper = Stopper::new();
    let doors = |kind| match kind {
        ListenerKind::C2sTls => {
            (Arc::new(SignsInOnFirstByte) as Arc<dyn Door>, Security::Tls(tls.clone(), Protocol::Client))
        }
        _ => (Arc::new(TellsAddress) as Arc<dyn Door>, Security::Plain),
    };
    let serving = listeners.serve(doors, stopper.token(), Duration::from_secs(10));
    let header = b"PROXY TCP4 203.0.113.9 192.0.2.1 12345 5222\r\n";
    let told = async |to, says: &'static [u8]| {
        let mut stream = dial(to).await;
        stream.write_all(says).await.expect("written");
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text).await;
        text
    };
    let clients = async {
        assert_eq!(told(plain, header).await, "203.0.113.9:12345");
        assert!(told(plain, b"PROXY UNKNOWN\r\n").await.starts_with("127.0.0.1:"), "the proxy for itself");
        assert_eq!(told(plain, b"<?xml version='1.0'?><stream:stream>").await, "", "no header, no service");
        assert!(told(direct, b"").await.starts_with("127.0.0.1:"), "this door asks nobody");
        let mut held = Vec::new();
        for _ in 0..2 {
            let mut stream = dial(secure).await;
            stream.write_all(header).await.expect("written");
            held.push(Ask::of("a.test").connect(stream).await.ok());
        }
        // The second of the same address is one too many, and another address is not.
        assert!(held[0].is_some() && held[1].is_none());
        let mut other = dial(secure).await;
        other.write_all(b"PROXY TCP6 2001:db8::7 2001:db8::1 1 5223\r\n").await.expect("written");
        echo_once(&mut Ask::of("a.test").connect(other).await.expect("TLS after the header")).await;
        drop(held);
        stopper.stop();
    };
    tokio::join!(serving, clients);
    assert_eq!(meters.no_proxy_header.load(Relaxed), 1);
    assert_eq!(meters.over_limit.load(Relaxed), 1);
}

#[tokio::test]
async fn attack_11_connections_that_break_off_leave_nothing_behind() {
    let certificates = tls(&["a.test"]);
    let limits = LimitOptions {
        pending_per_address: 1000,
        pending_per_network: 1000,
        pending_from_loopback: true,
        ..LimitOptions::default()
    };
    let mut listeners = Listeners::new(&limits);
    listeners.bind(ListenerKind::C2sTls, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    let to = listeners.addr(ListenerKind::C2sTls).expect("bound");
    let (limit, meters) = (listeners.pending_limit(), listeners.meters());
    let stopper = Stopper::new();
    let doors = |_| (Arc::new(Echo) as Arc<dyn Door>, Security::Tls(certificates.clone(), Protocol::Client));
    let serving = listeners.serve(doors, stopper.token(), Duration::from_secs(10));
    let clients = async {
        for round in 0..200 {
            let mut socket = dial(to).await;
            // Nothing, half a record's header, half a ClientHello.
            let said: &[u8] = [&b""[..], b"\x16\x03", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"][round % 3];
            socket.write_all(said).await.expect("written");
        }
        // The last one is served after all others, which shows that they were accepted.
        echo_once(&mut Ask::of("a.test").connect(dial(to).await).await.expect("TLS")).await;
        stopper.stop();
    };
    tokio::join!(serving, clients);
    assert_eq!(limit.pending(), 0);
    assert_eq!(meters.accepted.load(Relaxed), 201);
    assert_eq!(meters.tls_failed.load(Relaxed), 200);
}

/// Says its name and ends.
struct Named(&'static [u8]);

impl Door for Named {
    fn accept(&self, mut conn: Conn, peer: Peer) -> BoxFuture<'static, ()> {
        let answer = [self.0, b" ", peer.listener.name().as_bytes()].concat();
        Box::pin(async move {
            // The client compares what it gets.
            let _ = write(&mut conn, &answer).await;
            let _ = conn.shutdown().await;
        })
    }
}

#[tokio::test]
async fn one_port_for_web_and_chat() {
    let certificates = tls(&["a.test"]);
    let mut listeners = Listeners::new(&LimitOptions::default());
    listeners.bind(ListenerKind::WebTls, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    let to = listeners.addr(ListenerKind::WebTls).expect("bound");
    let stopper = Stopper::new();
    let door: Arc<dyn Door> = Arc::new(ByAlpn { client: Arc::new(Named(b"chat")), web: Arc::new(Named(b"web")) });
    let doors = |_| (Arc::clone(&door), Security::Tls(certificates.clone(), Protocol::WebOrClient));
    let serving = listeners.serve(doors, stopper.token(), Duration::from_secs(10));
    let clients = async {
        let cases: [(&'static [&'static str], &str); 3] =
            [(&["xmpp-client"], "chat c2s_tls"), (&["h2", "http/1.1"], "web web_tls"), (&[], "web web_tls")];
        for (alpn, expected) in cases {
            let mut stream = Ask { alpn, ..Ask::of("a.test") }.connect(dial(to).await).await.expect("TLS");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("ended in order");
            assert_eq!(answer, expected);
        }
        stopper.stop();
    };
    tokio::join!(serving, clients);
}

#[tokio::test]
async fn the_drain_has_an_end() {
    let mut listeners = Listeners::new(&LimitOptions::default());
    listeners.bind(ListenerKind::C2s, &[addr(ANY_PORT)], Ports::Exact).expect("bound");
    let to = listeners.addr(ListenerKind::C2s).expect("bound");
    let stopper = Stopper::new();
    let doors = |_| (Arc::new(Echo) as Arc<dyn Door>, Security::Plain);
    let serving = listeners.serve(doors, stopper.token(), Duration::from_millis(20));
    let client = async {
        let mut client = dial(to).await;
        echo_once(&mut client).await;
        stopper.stop();
        // The door would go on for as long as we stay.
        assert!(matches!(client.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    };
    tokio::join!(serving, client);
}
