//! Handshakes: who gets which certificate, who is refused, what channel binding sees.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use parlour_net::{Certificate, CertificateOptions, Conn, Offer, Protocol, Tls, TlsError, accept_tls};
use rustls::ProtocolVersion;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::client::TlsStream;

use crate::common::{Ask, alert, certificate, connect, echo, now, pair, read, tls, write};

type Client = TlsStream<tokio::net::TcpStream>;

/// Both ends of a direct TLS connection.
async fn direct(tls: &Tls, ask: &Ask) -> (std::io::Result<Client>, Result<Conn, TlsError>) {
    direct_for(tls, ask, Protocol::Client).await
}

async fn direct_for(tls: &Tls, ask: &Ask, protocol: Protocol) -> (std::io::Result<Client>, Result<Conn, TlsError>) {
    let (client, server) = pair().await;
    tokio::join!(ask.connect(client), accept_tls(Conn::plain(server), tls, protocol))
}

fn leaf_seen(client: &Client) -> CertificateDer<'static> {
    client.get_ref().1.peer_certificates().expect("a chain")[0].clone().into_owned()
}

/// Sends `size` bytes to an echoing `server` and expects them back, then a clean end on both sides.
async fn echoes<S>(client: S, server: Conn, size: usize)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite,
{
    let sent: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
    let (mut reader, mut writer) = tokio::io::split(client);
    let mut back = Vec::new();
    let (total, written, received) = tokio::join!(
        echo(server),
        async {
            writer.write_all(&sent).await?;
            writer.shutdown().await
        },
        reader.read_to_end(&mut back)
    );
    written.expect("written");
    received.expect("ended with close_notify");
    assert_eq!(total.expect("echoed"), size as u64);
    assert!(back == sent);
}

#[tokio::test]
async fn plain_echo() {
    let (client, server) = pair().await;
    echoes(client, Conn::plain(server), 300_000).await;
}

#[tokio::test]
async fn raw_echo_after_unread() {
    let (client, server) = tokio::io::duplex(1000);
    let mut server = Conn::raw(server, true);
    assert!(server.is_secure());
    assert!(server.tls().is_none() && server.tls_exporter().is_none());
    server.unread(b"world");
    server.unread(b"hello ");
    assert_eq!(read(&mut server).await.expect("read"), b"hello world");
    echoes(client, server, 10_000).await;
}

#[tokio::test]
async fn tls_echo_in_both_versions() {
    let tls = tls(&["a.test"]);
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        for size in [1, 387, 16 * 1024, 1_000_000] {
            let (client, server) = direct(&tls, &Ask { version, ..Ask::of("a.test") }).await;
            echoes(client.expect("client"), server.expect("server"), size).await;
        }
    }
}

#[tokio::test]
async fn starttls_after_plain_text() {
    let tls = tls(&["a.test", "b.test"]);
    let (mut client, server) = pair().await;
    let mut server = Conn::plain(server);
    assert!(!server.is_secure());
    client.write_all(b"<starttls/>").await.expect("written");
    assert_eq!(read(&mut server).await.expect("read"), b"<starttls/>");
    write(&mut server, b"<proceed/>").await.expect("written");
    let mut proceed = [0; 10];
    client.read_exact(&mut proceed).await.expect("read");
    // No SNI: the stream's `to` decides.
    let ask = Ask { sni: false, ..Ask::of("b.test") };
    let offer = Offer { protocol: Protocol::Client, host: Some("B.test") };
    let (client, server) = tokio::join!(ask.connect(client), server.start_tls(&tls, offer, &[]));
    let (client, server) = (client.expect("client"), server.expect("server"));
    assert!(server.is_secure());
    assert_eq!(leaf_seen(&client), *tls.certificate("b.test").expect("there").leaf());
    let info = server.tls().expect("TLS");
    assert_eq!((info.host, info.sni, info.alpn), ("b.test", None, None));
    assert_eq!(info.version, ProtocolVersion::TLSv1_3);
    echoes(client, server, 1000).await;
}

#[tokio::test]
async fn attack_21_plaintext_behind_starttls_closes_the_connection() {
    let tls = tls(&["a.test"]);
    let (mut client, server) = pair().await;
    client.write_all(b"<starttls/><auth/>").await.expect("written");
    let mut server = Conn::plain(server);
    let got = read(&mut server).await.expect("read");
    let leftover = got.strip_prefix(b"<starttls/>").expect("it begins so");
    let offer = Offer { protocol: Protocol::Client, host: Some("a.test") };
    let refused = server.start_tls(&tls, offer, leftover).await;
    assert!(matches!(refused, Err(TlsError::Smuggled { bytes: 7 })), "{refused:?}");
    assert_eq!(client.read(&mut [0; 8]).await.expect("closed in order"), 0);
}

#[tokio::test]
async fn attack_21_plaintext_that_arrives_later_is_no_handshake() {
    let tls = tls(&["a.test"]);
    let (mut client, server) = pair().await;
    client.write_all(b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").await.expect("written");
    let refused = accept_tls(Conn::plain(server), &tls, Protocol::Client).await;
    assert!(matches!(refused, Err(TlsError::Handshake(_))), "{refused:?}");
}

#[tokio::test]
async fn tls_starts_once_and_on_sockets_only() {
    let tls = tls(&["a.test"]);
    let (_client, server) = direct(&tls, &Ask::of("a.test")).await;
    let again = accept_tls(server.expect("server"), &tls, Protocol::Client).await;
    assert!(matches!(again, Err(TlsError::NotASocket)), "{again:?}");
}

#[tokio::test]
async fn attack_23_unknown_server_name() {
    let tls = tls(&["a.test"]);
    let (client, server) = direct(&tls, &Ask::of("other.test")).await;
    let error = client.expect_err("refused");
    assert!(alert(&error).contains("UnrecognisedName"), "{error}");
    assert!(matches!(server, Err(TlsError::UnknownName { name }) if name == "other.test"));
}

#[tokio::test]
async fn attack_23_no_server_name() {
    // One host: no doubt whom the client means. Several: no guess, no leak.
    let one = tls(&["a.test"]);
    let ask = Ask { sni: false, ..Ask::of("a.test") };
    let (client, server) = direct(&one, &ask).await;
    assert!(client.is_ok() && server.is_ok());
    let two = tls(&["a.test", "b.test"]);
    let (client, server) = direct(&two, &ask).await;
    assert!(alert(&client.expect_err("refused")).contains("UnrecognisedName"));
    assert!(matches!(server, Err(TlsError::NoName)));
}

#[tokio::test]
async fn attack_23_server_name_of_another_host_than_the_stream() {
    let tls = tls(&["a.test", "b.test"]);
    let (client, server) = pair().await;
    let ask = Ask::of("b.test");
    let offer = Offer { protocol: Protocol::Client, host: Some("a.test") };
    let (client, server) = tokio::join!(ask.connect(client), Conn::plain(server).start_tls(&tls, offer, &[]));
    assert!(alert(&client.expect_err("refused")).contains("UnrecognisedName"));
    assert!(matches!(server, Err(TlsError::OtherHost { sni, to }) if sni == "b.test" && to == "a.test"));
}

#[tokio::test]
async fn attack_23_alpn() {
    let tls = tls(&["a.test"]);
    let offered = |alpn| Ask { alpn, ..Ask::of("a.test") };
    type Case = (Protocol, &'static [&'static str], Option<&'static [u8]>);
    let cases: [Case; 5] = [
        (Protocol::Client, &["xmpp-client"], Some(b"xmpp-client")),
        (Protocol::Server, &["xmpp-server", "h2"], Some(b"xmpp-server")),
        (Protocol::Web, &["h2", "http/1.1"], Some(b"http/1.1")),
        (Protocol::WebOrClient, &["xmpp-client"], Some(b"xmpp-client")),
        (Protocol::Client, &[], None),
    ];
    for (protocol, alpn, agreed) in cases {
        let (client, server) = direct_for(&tls, &offered(alpn), protocol).await;
        client.expect("client");
        assert_eq!(server.expect("server").tls().expect("TLS").alpn, agreed);
    }
    for (protocol, alpn) in [(Protocol::Client, &["xmpp-server"]), (Protocol::Web, &["xmpp-client"])] {
        let (client, server) = direct_for(&tls, &offered(alpn), protocol).await;
        assert!(alert(&client.expect_err("refused")).contains("NoApplicationProtocol"));
        assert!(matches!(server, Err(TlsError::Handshake(rustls::Error::NoApplicationProtocol))));
    }
}

#[tokio::test]
async fn attack_23_old_tls_and_no_tls() {
    let tls = tls(&["a.test"]);
    // A ClientHello of TLS 1.0 as far as its version field, then one line of HTTP.
    let old: &[u8] = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01\
        0123456789abcdef0123456789abcdef\x00\x00\x02\x00\x2f\x01\x00";
    for first in [old, b"GET / HTTP/1.1\r\n\r\n"] {
        let (mut client, server) = pair().await;
        client.write_all(first).await.expect("written");
        let refused = accept_tls(Conn::plain(server), &tls, Protocol::Client).await;
        assert!(matches!(refused, Err(TlsError::Handshake(_))), "{refused:?}");
        let mut answer = Vec::new();
        // The kernel may reset instead, as we have not read all of it.
        if client.read_to_end(&mut answer).await.is_ok() {
            assert_eq!(answer.first(), Some(&21), "an alert and nothing else");
            assert_eq!(answer.len(), 7);
        }
    }
}

#[tokio::test]
async fn attack_24_a_handshake_that_never_finishes() {
    let budget = Duration::from_millis(30);
    let tls = Tls::with_budget(budget);
    tls.set("a.test", &[], certificate("a.test")).expect("set");
    // Silence, then half a record.
    for first in [&b""[..], &b"\x16\x03\x01\x02\x00\x01"[..]] {
        let (mut client, server) = pair().await;
        client.write_all(first).await.expect("written");
        let refused = accept_tls(Conn::plain(server), &tls, Protocol::Client).await;
        assert!(matches!(refused, Err(TlsError::TimedOut { .. })), "{refused:?}");
        // Closed: the end, or a reset as there was something unread.
        assert!(matches!(client.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    }
}

#[tokio::test]
async fn a_new_certificate_leaves_live_connections_alone() {
    let tls = tls(&["a.test"]);
    let ask = Ask::of("a.test");
    let config = Arc::new(ask.config());
    let old = tls.certificate("a.test").expect("there");
    let shake = async |tls: &Tls| {
        let (client, server) = pair().await;
        let (client, server) = tokio::join!(
            connect(Arc::clone(&config), "a.test", client),
            accept_tls(Conn::plain(server), tls, Protocol::Client)
        );
        let (mut client, mut server) = (client.expect("client"), server.expect("server"));
        // The ticket comes with the first bytes.
        write(&mut server, b"!").await.expect("written");
        client.read_exact(&mut [0]).await.expect("read");
        (client, server)
    };
    let resumed = |client: &Client| client.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);

    let (first, first_server) = shake(&tls).await;
    assert!(!resumed(&first));
    let (second, second_server) = shake(&tls).await;
    assert!(resumed(&second), "tickets work");
    assert_eq!(second_server.tls_server_end_point().as_deref(), old.end_point());

    let new = certificate("a.test");
    tls.set("a.test", &[], new.clone()).expect("set");
    let (third, third_server) = shake(&tls).await;
    assert!(!resumed(&third), "tickets change with the certificate");
    assert_eq!(leaf_seen(&third), *new.leaf());
    assert_eq!(third_server.tls_server_end_point().as_deref(), new.end_point());
    assert_eq!(first_server.tls().expect("TLS").leaf, old.leaf(), "the old connection keeps its own");
    echoes(first, first_server, 1000).await;

    tls.remove("a.test");
    assert!(matches!(direct(&tls, &ask).await.1, Err(TlsError::UnknownName { .. })));
    echoes(third, third_server, 1000).await;
}

#[tokio::test]
async fn attack_35_no_early_data_is_taken() {
    let tls = tls(&["a.test"]);
    let mut config = Ask::of("a.test").config();
    config.enable_early_data = true;
    let config = Arc::new(config);
    let (client, server) = pair().await;
    let (client, server) = tokio::join!(
        connect(Arc::clone(&config), "a.test", client),
        accept_tls(Conn::plain(server), &tls, Protocol::Client)
    );
    let (mut client, mut server) = (client.expect("client"), server.expect("server"));
    // The ticket comes with the first bytes.
    write(&mut server, b"!").await.expect("written");
    client.read_exact(&mut [0]).await.expect("read");
    let mut again = rustls::ClientConnection::new(config, "a.test".try_into().expect("a name")).expect("a client");
    assert!(again.early_data().is_none(), "a ticket that allowed early data would be used for it");
}

#[tokio::test]
async fn channel_binding_is_what_the_client_sees() {
    let tls = tls(&["a.test"]);
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let (client, server) = direct(&tls, &Ask { version, ..Ask::of("a.test") }).await;
        let (client, server) = (client.expect("client"), server.expect("server"));
        // Our certificates are signed with ECDSA and SHA-256.
        let hash = digest::digest(&digest::SHA256, &leaf_seen(&client));
        assert_eq!(server.tls_server_end_point().as_deref(), Some(hash.as_ref()));
        let theirs = client
            .get_ref()
            .1
            .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
            .expect("exported");
        let expected = (version.version == ProtocolVersion::TLSv1_3).then_some(theirs);
        assert_eq!(server.tls_exporter(), expected);
    }
}

#[tokio::test]
async fn other_names_of_a_host() {
    let tls = Tls::with_budget(Duration::from_secs(10));
    tls.set("a.test", &["chat.a.test"], certificate("a.test")).expect("set");
    tls.set("b.test", &[], certificate("b.test")).expect("set");
    let (client, server) = direct(&tls, &Ask::of("chat.a.test")).await;
    client.expect("client");
    assert_eq!(server.expect("server").tls().map(|info| info.host.to_owned()), Some("a.test".to_owned()));
    tls.set("a.test", &[], certificate("a.test")).expect("set");
    assert!(direct(&tls, &Ask::of("chat.a.test")).await.0.is_err(), "a name that was taken away");
}

#[test]
fn files_are_read_again_when_they_change() {
    let [old, new] = ["one", "two"].map(|_| tempfile::tempdir().expect("a directory"));
    for dir in [&old, &new] {
        Certificate::self_signed(dir.path(), "a.test", &[], now()).expect("made");
    }
    let paths = [old.path().join("a.test.crt"), old.path().join("a.test.key")];
    let tls = Tls::with_budget(Duration::from_secs(10));
    tls.set_files("a.test", &[], &paths[0], &paths[1]).expect("set");
    let first = tls.certificate("a.test").expect("there");
    assert!(tls.reload().is_empty(), "nothing has changed");

    // Half of a renewal: the old one stays, and we say so.
    std::fs::copy(new.path().join("a.test.crt"), &paths[0]).expect("copied");
    let outcomes = tls.reload();
    assert!(matches!(&outcomes[..], [(host, Err(_))] if &**host == "a.test"), "{outcomes:?}");
    assert_eq!(tls.certificate("a.test").expect("there").leaf(), first.leaf());

    std::fs::copy(new.path().join("a.test.key"), &paths[1]).expect("copied");
    assert!(matches!(&tls.reload()[..], [(_, Ok(()))]));
    assert_ne!(tls.certificate("a.test").expect("there").leaf(), first.leaf());
    assert!(tls.reload().is_empty());
}

#[test]
fn options_choose_the_certificate() {
    let dir = tempfile::tempdir().expect("a directory");
    let certs = dir.path().join("certs");
    let tls = Tls::with_budget(Duration::from_secs(10));
    let none = CertificateOptions::default();
    tls.set_from("a.test", &[], &none, &certs, now()).expect("self-signed");
    let own = CertificateOptions { certificate: Some(certs.join("a.test.crt")), key: Some(certs.join("a.test.key")) };
    tls.set_from("b.test", &[], &own, &certs, now()).expect("from files");
    let leaf = |host| tls.certificate(host).expect("there").leaf().clone();
    assert_eq!(leaf("a.test"), leaf("b.test"));
    let half = CertificateOptions { key: None, ..own };
    let error = tls.set_from("b.test", &[], &half, &certs, now()).expect_err("half");
    assert!(error.to_string().contains("b.test: tls.certificate and tls.key"), "{error}");
}

#[test]
fn a_self_signed_certificate_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("a directory");
    let certs = dir.path().join("certs");
    let first = Certificate::self_signed(&certs, "a.test", &["127.0.0.1"], now()).expect("made");
    let again = Certificate::self_signed(&certs, "a.test", &["127.0.0.1"], now()).expect("kept");
    assert_eq!(first.leaf(), again.leaf());
    let more = Certificate::self_signed(&certs, "a.test", &["chat.a.test"], now()).expect("made");
    assert_ne!(first.leaf(), more.leaf(), "it lacked a name");
    let late = now() + Duration::from_secs(11 * 365 * 86400);
    let renewed = Certificate::self_signed(&certs, "a.test", &[], late).expect("made");
    assert_ne!(more.leaf(), renewed.leaf(), "it had expired");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&certs), 0o700);
    assert_eq!(mode(&certs.join("a.test.key")), 0o600);
    for host in ["../a", "", ".hidden", "ü/../a"] {
        assert!(Certificate::self_signed(&certs, host, &[], now()).is_err(), "{host}");
    }
}
