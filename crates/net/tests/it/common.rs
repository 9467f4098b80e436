//! A TLS client that trusts nothing but what it is told, and a door that echoes.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parlour_net::{BoxFuture, Certificate, Conn, Door, Peer, READ_CHUNK, Tls};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::take_any::TakeAny;

/// A moment for certificates: 2026-01-01.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// A fresh self-signed certificate.
pub fn certificate(host: &str) -> Certificate {
    let dir = tempfile::tempdir().expect("a directory");
    Certificate::self_signed(dir.path(), host, &[], now()).expect("a certificate")
}

/// Certificates for these hosts.
pub fn tls(hosts: &[&str]) -> Tls {
    let tls = Tls::with_budget(Duration::from_secs(10));
    for host in hosts {
        tls.set(host, &[], certificate(host)).expect("set");
    }
    tls
}

/// A connected pair of sockets.
pub async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
    let (server, _) = listener.accept().await.expect("accepted");
    (client, server)
}

/// What a client asks for.
#[derive(Clone)]
pub struct Ask {
    pub name: &'static str,
    pub sni: bool,
    pub alpn: &'static [&'static str],
    pub version: &'static rustls::SupportedProtocolVersion,
}

impl Ask {
    pub fn of(name: &'static str) -> Self {
        Self { name, sni: true, alpn: &[], version: &rustls::version::TLS13 }
    }

    pub fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[self.version])
            .expect("a version we have")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TakeAny))
            .with_no_client_auth();
        config.enable_sni = self.sni;
        config.alpn_protocols = self.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }

    pub async fn connect(&self, socket: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        connect(Arc::new(self.config()), self.name, socket).await
    }
}

pub async fn connect(
    config: Arc<ClientConfig>,
    name: &'static str,
    socket: TcpStream,
) -> std::io::Result<TlsStream<TcpStream>> {
    TlsConnector::from(config).connect(ServerName::try_from(name).expect("a name"), socket).await
}

/// The alert a failed handshake ended with, in the client's eyes.
pub fn alert(error: &std::io::Error) -> String {
    error.get_ref().map(ToString::to_string).unwrap_or_else(|| error.to_string())
}

/// Reads once through the polled side.
pub async fn read(conn: &mut Conn) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    poll_fn(|cx| conn.poll_read_into(cx, &mut out, READ_CHUNK)).await?;
    Ok(out)
}

/// Writes and flushes through the polled side.
pub async fn write(conn: &mut Conn, bytes: &[u8]) -> std::io::Result<()> {
    let mut rest = bytes;
    poll_fn(|cx| conn.poll_write_all(cx, &mut rest)).await?;
    poll_fn(|cx| conn.poll_flush(cx)).await
}

/// Sends back what comes until the peer ends, then ends too.
pub async fn echo(mut conn: Conn) -> std::io::Result<u64> {
    let mut total = 0;
    loop {
        let got = read(&mut conn).await?;
        if got.is_empty() {
            poll_fn(|cx| conn.poll_shutdown(cx)).await?;
            return Ok(total);
        }
        total += got.len() as u64;
        write(&mut conn, &got).await?;
    }
}

/// A door that echoes.
pub struct Echo;

impl Door for Echo {
    fn accept(&self, conn: Conn, peer: Peer) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let _held = peer;
            // A client that breaks off is the end of the echo too.
            let _ = echo(conn).await;
        })
    }
}

/// Where a door listens.
pub async fn dial(addr: SocketAddr) -> TcpStream {
    TcpStream::connect(addr).await.expect("connected")
}
