//! Streams over sockets with TLS: STARTTLS, direct TLS, and what a client is bound to.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use parlour_net::{Certificate, Conn, Door as _, ListenerKind, Offer, Peer, Protocol};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::house::{Client, House, plain};

/// A server with certificates for both hosts.
struct Secure {
    house: House,
    roots: RootCertStore,
    _dir: tempfile::TempDir,
}

impl Secure {
    fn new() -> Self {
        let house = House::new();
        let dir = tempfile::tempdir().expect("a directory");
        let mut roots = RootCertStore::empty();
        // 2026
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        for host in ["x.test", "y.test"] {
            let certificate = Certificate::self_signed(dir.path(), host, &[], now).expect("made");
            roots.add(certificate.leaf().clone()).expect("a certificate");
            house.tls.set(host, &[], certificate).expect("set");
        }
        Self { house, roots, _dir: dir }
    }

    /// A socket that the server serves, in the clear.
    async fn socket(&mut self) -> TcpStream {
        let (ours, theirs) = sockets().await;
        let peer = Peer::new(theirs.peer_addr().expect("connected"), ListenerKind::C2s);
        self.house.streams.spawn(self.house.server.accept(Conn::plain(theirs), peer));
        ours
    }

    /// A socket that the server serves, with TLS from the first byte.
    async fn direct(&mut self, sni: &'static str) -> TlsStream<TcpStream> {
        let (ours, theirs) = sockets().await;
        let peer = Peer::new(theirs.peer_addr().expect("connected"), ListenerKind::C2sTls);
        let (tls, server) = (self.house.tls.clone(), self.house.server.clone());
        self.house.streams.spawn(async move {
            let offer = Offer { protocol: Protocol::Client, host: None };
            if let Ok(conn) = Conn::plain(theirs).start_tls(&tls, offer, &[]).await {
                server.accept(conn, peer).await;
            }
        });
        self.handshake(sni, ours).await
    }

    async fn handshake(&self, sni: &'static str, socket: TcpStream) -> TlsStream<TcpStream> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        let name = ServerName::try_from(sni).expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, socket).await.expect("a handshake")
    }
}

async fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let ours = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connected");
    (ours, listener.accept().await.expect("accepted").0)
}

fn client<S: AsyncRead + AsyncWrite + Unpin>(pipe: S) -> Client<S> {
    Client { pipe, seen: String::new() }
}

#[tokio::test]
async fn starttls_then_signing_in_with_channel_binding_on_offer() {
    let mut secure = Secure::new();
    let mut clear = client(secure.socket().await);
    clear.header("x.test").await;
    clear.hears("</stream:features>").await;
    clear.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
    clear.hears("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
    let mut anna = client(secure.handshake("x.test", clear.pipe).await);
    anna.header("x.test").await;
    let features = anna.hears("</stream:features>").await;
    for offered in ["SCRAM-SHA-256-PLUS", "type='tls-exporter'", "type='tls-server-end-point'", "<max-bytes>8192<"] {
        assert!(features.contains(offered), "{offered} is not in {features}");
    }
    assert!(!features.contains("starttls"), "{features}");
    anna.say(&plain("anna", "secret")).await;
    anna.hears("<success").await;
    anna.header("x.test").await;
    let features = anna.hears("</stream:features>").await;
    assert!(features.contains("<max-bytes>262144<"), "{features}");
    anna.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq><presence/>").await;
    anna.hears("</bind></iq>").await;
    let body = "long ".repeat(20_000);
    anna.say(&format!("<message to='anna@x.test'><body>{body}</body></message>")).await;
    assert!(anna.hears("</message>").await.contains(&body), "more than one record each way");
}

#[tokio::test]
async fn attack_21_a_stream_header_behind_starttls_is_thrown_away_with_the_connection() {
    let mut secure = Secure::new();
    let mut clear = client(secure.socket().await);
    clear.header("x.test").await;
    clear.hears("</stream:features>").await;
    clear.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><stream:stream to='x.test' version='1.0'>").await;
    clear.hears("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
    let mut rest = Vec::new();
    // Closed, or reset since bytes were unread: either way nothing comes.
    let _ = clear.pipe.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
}

#[tokio::test]
async fn attack_23_a_stream_to_another_host_than_the_certificates_is_refused() {
    let mut secure = Secure::new();
    let mut same = client(secure.direct("x.test").await);
    same.header("x.test").await;
    assert!(same.hears("</stream:features>").await.contains("PLUS"));
    let mut other = client(secure.direct("x.test").await);
    other.header("y.test").await;
    let heard = other.hears_end().await;
    assert!(heard.contains("<host-unknown") && !heard.contains("mechanism"), "{heard}");
}
