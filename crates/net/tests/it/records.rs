//! TLS records in odd shapes: in pieces, many at once, with key updates between them, broken, cut off.

use std::future::poll_fn;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::task::Poll;

use parlour_net::{Conn, Protocol, READ_CHUNK, accept_tls};
use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::{Ask, pair, read, tls, write};

/// A client whose records are in our hands.
struct Client {
    socket: TcpStream,
    tls: ClientConnection,
}

impl Client {
    /// A finished handshake.
    async fn connected() -> (Self, Conn) {
        let (socket, server) = pair().await;
        let client = async {
            let stream = Ask::of("a.test").connect(socket).await.expect("client");
            let (socket, tls) = stream.into_inner();
            Self { socket, tls }
        };
        let certificates = tls(&["a.test"]);
        let (client, server) = tokio::join!(client, accept_tls(Conn::plain(server), &certificates, Protocol::Client));
        (client, server.expect("server"))
    }

    /// The records that `text` makes.
    fn records(&mut self, text: &[u8]) -> Vec<u8> {
        self.tls.writer().write_all(text).expect("room");
        self.pending()
    }

    fn pending(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut bytes).expect("a Vec takes all");
        }
        bytes
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.expect("written");
    }

    /// Reads until there are `len` bytes of plaintext, or an error of TLS.
    async fn receive(&mut self, len: usize) -> Result<Vec<u8>, rustls::Error> {
        let mut plain = vec![0; len];
        let mut have = 0;
        while have < len {
            let mut cipher = vec![0; 20_000];
            let got = self.socket.read(&mut cipher).await.expect("read");
            assert!(got > 0, "the server hung up");
            let mut rest = &cipher[..got];
            while !rest.is_empty() {
                self.tls.read_tls(&mut rest).expect("room");
                self.tls.process_new_packets()?;
                match self.tls.reader().read(&mut plain[have..]) {
                    Ok(more) => have += more,
                    Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
                }
            }
        }
        Ok(plain)
    }
}

/// Reads until `len` bytes are there.
async fn read_len(conn: &mut Conn, len: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < len {
        let got = read(conn).await.expect("read");
        assert!(!got.is_empty(), "ended early");
        all.extend(got);
    }
    all
}

/// Whether a read finds nothing (part of a record) for now.
async fn is_pending(conn: &mut Conn) -> bool {
    // The socket knows of the bytes before we look.
    tokio::task::yield_now().await;
    poll_fn(|cx| Poll::Ready(conn.poll_read_into(cx, &mut Vec::new(), READ_CHUNK).is_pending())).await
}

#[tokio::test]
async fn a_record_in_pieces() {
    let (mut client, mut server) = Client::connected().await;
    let record = client.records(b"hello");
    for byte in &record[..record.len() - 1] {
        client.send(&[*byte]).await;
        assert!(is_pending(&mut server).await);
    }
    // What is written meanwhile is not disturbed by half a record.
    write(&mut server, b"meanwhile").await.expect("written");
    assert_eq!(client.receive(9).await.expect("whole"), b"meanwhile");
    client.send(&record[record.len() - 1..]).await;
    assert_eq!(read(&mut server).await.expect("read"), b"hello");
}

#[tokio::test]
async fn attack_24_many_tiny_records_at_once() {
    let (mut client, mut server) = Client::connected().await;
    let mut records = Vec::new();
    for at in 0..2000u32 {
        records.extend(client.records(&[(at % 251) as u8]));
    }
    let expected: Vec<u8> = (0..2000u32).map(|at| (at % 251) as u8).collect();
    let (got, ()) = tokio::join!(read_len(&mut server, 2000), client.send(&records));
    assert!(got == expected);
}

#[tokio::test]
async fn a_reader_with_little_room() {
    let (mut client, mut server) = Client::connected().await;
    let records = client.records(b"hello");
    client.send(&records).await;
    let mut out = Vec::new();
    for _ in 0..5 {
        let read = poll_fn(|cx| server.poll_read_into(cx, &mut out, 1)).await.expect("read");
        assert_eq!(read, 1);
    }
    assert_eq!(out, b"hello");
    assert!(is_pending(&mut server).await);
}

#[tokio::test]
async fn key_updates_are_answered() {
    let (mut client, mut server) = Client::connected().await;
    for text in [b"first", b"again"] {
        client.tls.refresh_traffic_keys().expect("TLS 1.3");
        let records = client.records(text);
        client.send(&records).await;
        assert_eq!(read(&mut server).await.expect("read"), text);
        write(&mut server, b"under a new key").await.expect("written");
        assert_eq!(client.receive(15).await.expect("whole"), b"under a new key");
    }
}

#[tokio::test]
async fn attack_24_a_flood_of_key_updates_ends_the_connection() {
    let (mut client, mut server) = Client::connected().await;
    let mut flood = Vec::new();
    for _ in 0..200 {
        client.tls.refresh_traffic_keys().expect("TLS 1.3");
        flood.extend(client.pending());
    }
    client.send(&flood).await;
    let error = read(&mut server).await.expect_err("too many");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
}

#[tokio::test]
async fn a_broken_record_is_answered_by_an_alert() {
    let (mut client, mut server) = Client::connected().await;
    let mut record = client.records(b"hello");
    if let Some(last) = record.last_mut() {
        *last ^= 1;
    }
    client.send(&record).await;
    let error = read(&mut server).await.expect_err("broken");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let alert = client.receive(1).await.expect_err("an alert");
    assert_eq!(alert, rustls::Error::AlertReceived(rustls::AlertDescription::BadRecordMac));
    // It stays broken, and can still be closed.
    assert!(write(&mut server, b"more").await.is_err());
    poll_fn(|cx| server.poll_shutdown(cx)).await.expect("closed");
}

#[tokio::test]
async fn a_connection_that_is_cut_off() {
    let (mut client, mut server) = Client::connected().await;
    // With nothing unread the kernel sends an end, no reset.
    write(&mut server, b"!").await.expect("written");
    client.receive(1).await.expect("whole");
    drop(client.socket);
    let error = read(&mut server).await.expect_err("no close_notify");
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn after_close_notify_we_may_still_write() {
    let (mut client, mut server) = Client::connected().await;
    client.tls.send_close_notify();
    let last = client.pending();
    client.send(&last).await;
    assert_eq!(read(&mut server).await.expect("the end"), b"");
    assert_eq!(read(&mut server).await.expect("still the end"), b"");
    write(&mut server, b"</stream:stream>").await.expect("written");
    assert_eq!(client.receive(16).await.expect("whole"), b"</stream:stream>");
    poll_fn(|cx| server.poll_shutdown(cx)).await.expect("closed");
}

#[tokio::test]
async fn text_that_comes_with_the_end_of_the_handshake() {
    let (mut socket, server) = pair().await;
    let name = ServerName::try_from("a.test").expect("a name");
    let mut client = ClientConnection::new(Arc::new(Ask::of("a.test").config()), name).expect("a client");
    let drive = async {
        // All that the client has to say is held back until it may write, then sent at once.
        let mut out = Vec::new();
        client.write_tls(&mut out).expect("a Vec");
        socket.write_all(&out).await.expect("written");
        while client.is_handshaking() {
            let mut cipher = vec![0; 20_000];
            let got = socket.read(&mut cipher).await.expect("read");
            client.read_tls(&mut &cipher[..got]).expect("room");
            client.process_new_packets().expect("fine");
        }
        client.writer().write_all(b"<stream:stream>").expect("room");
        let mut out = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut out).expect("a Vec");
        }
        socket.write_all(&out).await.expect("written");
        socket
    };
    let certificates = tls(&["a.test"]);
    let (_socket, server) = tokio::join!(drive, accept_tls(Conn::plain(server), &certificates, Protocol::Client));
    assert_eq!(read(&mut server.expect("server")).await.expect("read"), b"<stream:stream>");
}

#[tokio::test]
async fn a_reader_that_stops_stops_the_writer() {
    let (mut client, mut server) = Client::connected().await;
    let text = vec![7; 1 << 20];
    let mut taken = 0;
    // The kernel takes some, then no more; what was taken is bounded by its buffers and one record of ours.
    poll_fn(|cx| {
        while let Poll::Ready(done) = server.poll_write_some(cx, &text[..READ_CHUNK]) {
            taken += done.expect("written");
        }
        Poll::Ready(())
    })
    .await;
    assert!(poll_fn(|cx| Poll::Ready(server.poll_flush(cx).is_pending())).await);
    let flush = poll_fn(|cx| server.poll_flush(cx));
    let (flushed, got) = tokio::join!(flush, client.receive(taken));
    flushed.expect("flushed");
    assert!(got.expect("whole").iter().all(|byte| *byte == 7));
}
