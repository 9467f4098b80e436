//! A client that signs in and stays: TLS from the first byte, SCRAM-SHA-256, one resource, presence.
//!
//! It reads just enough of what the server says to know that a step is over, and keeps no buffer afterwards.
//!
//! Spec: RFC 5802 §3 and RFC 7677 (SCRAM), RFC 6120 §6 and §7, XEP-0198 v1.6.3, XEP-0280 v1.0.1.
//! Left out: channel binding, which costs the server nothing that lasts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A connection to a server under measurement.
pub type Stream = TlsStream<TcpStream>;

/// What a client does after binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habits {
    /// Presence and nothing else.
    Plain,
    /// As an app: the roster, carbons, stream management with resumption, then presence.
    App,
}

/// TLS that trusts this certificate and no other.
pub fn connector(certificate: CertificateDer<'static>) -> anyhow::Result<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Every handshake is a full one.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Signs each of `names` in once, some at a time. Gives their connections and full addresses, in no order.
///
/// # Errors
/// As [`sign_in`].
pub async fn sign_in_all(
    addr: SocketAddr,
    tls: &TlsConnector,
    host: &'static str,
    names: Vec<String>,
    password: &'static str,
    habits: Habits,
) -> anyhow::Result<Vec<(Stream, String)>> {
    let mut all = Vec::with_capacity(names.len());
    let mut running = JoinSet::new();
    for name in names {
        let tls = tls.clone();
        running.spawn(async move {
            let mut stream = connect(addr, &tls, host).await?;
            let address = sign_in(&mut stream, host, &name, password, habits).await?;
            Ok::<_, anyhow::Error>((stream, address))
        });
        if running.len() >= AT_A_TIME
            && let Some(one) = running.join_next().await
        {
            all.push(one??);
        }
    }
    while let Some(one) = running.join_next().await {
        all.push(one??);
    }
    Ok(all)
}

/// A TLS connection.
///
/// # Errors
/// When nobody is there, or shows the wrong certificate.
pub async fn connect(addr: SocketAddr, tls: &TlsConnector, host: &'static str) -> anyhow::Result<Stream> {
    let socket = TcpStream::connect(addr).await?;
    socket.set_nodelay(true)?;
    Ok(tls.connect(ServerName::try_from(host)?, socket).await?)
}

/// Clients signing in at a time.
const AT_A_TIME: usize = 16;

/// Signs `name` in at `host` over `stream`. Gives the full address.
///
/// # Errors
/// When the server refuses, hangs up, or says what this client does not expect.
pub async fn sign_in(
    stream: &mut Stream,
    host: &str,
    name: &str,
    password: &str,
    habits: Habits,
) -> anyhow::Result<String> {
    let full = bind(stream, host, name, password).await?;
    if habits == Habits::App {
        say(
            stream,
            "<enable xmlns='urn:xmpp:sm:3' resume='true'/><iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>\
             <iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>",
        )
        .await?;
        let answers = hear(stream, "id='c'").await?;
        ensure!(answers.contains("<enabled"), "stream management was refused: {answers}");
    }
    say(stream, "<presence/>").await?;
    hear(stream, "<presence").await?;
    if habits == Habits::App {
        // What was sent is acknowledged, as apps do; else the server keeps it.
        say(stream, "<a xmlns='urn:xmpp:sm:3' h='3'/>").await?;
    }
    Ok(full)
}

/// Signs in and binds, and sends nothing more. Gives the full address.
///
/// # Errors
/// As [`sign_in`].
pub async fn bind(stream: &mut Stream, host: &str, name: &str, password: &str) -> anyhow::Result<String> {
    let header = header(host);
    say(stream, &header).await?;
    hear(stream, "</stream:features>").await?;
    scram(stream, name, password).await?;
    say(stream, &header).await?;
    hear(stream, "</stream:features>").await?;
    say(stream, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await?;
    let bound = hear(stream, "</iq>").await?;
    Ok(between(&bound, "<jid>", "</jid>").context("no address was bound")?.to_owned())
}

fn header(host: &str) -> String {
    format!(
        "<?xml version='1.0'?><stream:stream to='{host}' version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'>"
    )
}

async fn scram(stream: &mut Stream, name: &str, password: &str) -> anyhow::Result<()> {
    let scram = Scram::new(name);
    let first = scram.first();
    say(stream, &format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>{first}</auth>"))
        .await?;
    let last = scram.answer(&hear(stream, "</challenge>").await?, password).await?;
    say(stream, &format!("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{last}</response>")).await?;
    hear(stream, "</success>").await?;
    Ok(())
}

/// Signs `name` in at `host` and binds in one go, over `stream`. Sends no presence.
///
/// Spec: XEP-0388 v1.0.4, XEP-0386 v1.1.0.
///
/// # Errors
/// As [`sign_in`].
pub async fn sign_in_at_once(stream: &mut Stream, host: &str, name: &str, password: &str) -> anyhow::Result<()> {
    say(stream, &header(host)).await?;
    let features = hear(stream, "</stream:features>").await?;
    ensure!(features.contains("urn:xmpp:sasl:2"), "no SASL2");
    let scram = Scram::new(name);
    let first = scram.first();
    say(
        stream,
        &format!(
            "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-256'><initial-response>{first}</initial-response>\
             <bind xmlns='urn:xmpp:bind:0'><tag>bench</tag></bind></authenticate>"
        ),
    )
    .await?;
    let last = scram.answer(&hear(stream, "</challenge>").await?, password).await?;
    say(stream, &format!("<response xmlns='urn:xmpp:sasl:2'>{last}</response>")).await?;
    let success = hear(stream, "</success>").await?;
    ensure!(success.contains("urn:xmpp:bind:0"), "nothing was bound: {success}");
    Ok(())
}

/// One exchange of SCRAM-SHA-256, as far as a client has a part in it.
struct Scram {
    nonce: String,
    bare: String,
}

impl Scram {
    fn new(name: &str) -> Self {
        let nonce = BASE64.encode(name);
        Self { bare: format!("n={name},r={nonce}"), nonce }
    }

    fn first(&self) -> String {
        BASE64.encode(format!("n,,{}", self.bare))
    }

    /// What a challenge is answered with.
    async fn answer(&self, challenge: &str, password: &str) -> anyhow::Result<String> {
        let server_first = challenge.split_once("<challenge").and_then(|(_, rest)| between(rest, ">", "<"));
        let server_first = String::from_utf8(BASE64.decode(server_first.context("no challenge")?)?)?;
        let field = |key: &str| server_first.split(',').find_map(|part| part.strip_prefix(key)).context("challenge");
        let (nonce, salt, rounds) = (field("r=")?, BASE64.decode(field("s=")?)?, field("i=")?.parse()?);
        ensure!(nonce.starts_with(&self.nonce), "another's challenge");
        let salted = salted(salt, NonZeroU32::new(rounds).context("iterations")?, password).await?;
        let client_key = mac(&salted, b"Client Key");
        let stored = digest::digest(&digest::SHA256, client_key.as_ref());
        let without_proof = format!("c=biws,r={nonce}");
        let signature = mac(stored.as_ref(), format!("{},{server_first},{without_proof}", self.bare).as_bytes());
        let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(k, s)| k ^ s).collect();
        Ok(BASE64.encode(format!("{without_proof},p={}", BASE64.encode(proof))))
    }
}

/// A salted password, kept as apps keep it (RFC 5802 §5.1), so that the second time costs no hashing.
async fn salted(salt: Vec<u8>, rounds: NonZeroU32, password: &str) -> anyhow::Result<[u8; 32]> {
    let known = || SALTED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(salted) = known().get(&salt) {
        return Ok(*salted);
    }
    let (own, password) = (salt.clone(), password.to_owned());
    // A core's work for milliseconds: not on the threads that drive sockets.
    let salted = tokio::task::spawn_blocking(move || {
        let mut salted = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &own, password.as_bytes(), &mut salted);
        salted
    })
    .await?;
    known().insert(salt, salted);
    Ok(salted)
}

/// By salt, which no two accounts share.
static SALTED: Mutex<BTreeMap<Vec<u8>, [u8; 32]>> = Mutex::new(BTreeMap::new());

fn mac(key: &[u8], text: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text)
}

/// Sends this.
pub async fn say(stream: &mut Stream, text: &str) -> anyhow::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await?;
    Ok(())
}

/// Reads until `what` has come.
pub async fn hear(stream: &mut Stream, what: &str) -> anyhow::Result<String> {
    let mut got = Vec::with_capacity(2048);
    loop {
        let text = String::from_utf8_lossy(&got);
        if text.contains(what) {
            return Ok(text.into_owned());
        }
        if text.contains("</failure>") || text.contains("<stream:error>") {
            bail!("the server refuses: {text}");
        }
        ensure!(stream.read_buf(&mut got).await? > 0, "the server hung up");
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}
