//! A small XMPP client for tests: raw XML out, elements in, one after the other, nothing answered by itself.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, anyhow, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_xmpp::jid::FullJid;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::pattern::{Pattern, Vars};
use crate::scanner::{self, Piece};
use crate::scram::{Binding, Exchange, Hash};
use crate::{PATIENCE, connect_tls};

/// What comes next on a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A stream header.
    Header(Element),
    /// A child of the stream.
    Element(Element),
    /// `</stream:stream>`.
    End,
    /// The connection is closed.
    Closed,
}

/// One connection.
pub struct Client {
    io: Io,
    unread: Vec<u8>,
    pieces: VecDeque<Piece>,
    /// The domain the stream is to.
    pub domain: String,
    /// The address it is bound to.
    pub jid: Option<FullJid>,
    /// The features announced last.
    pub features: Option<Element>,
}

enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Closed,
}

impl Client {
    /// A connection without TLS; nothing is said yet.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn clear(addr: SocketAddr, domain: &str) -> anyhow::Result<Self> {
        Self::over(TcpStream::connect(addr).await?, domain)
    }

    /// As [`Self::clear`], over a connection made before.
    ///
    /// # Errors
    /// When it is closed.
    pub fn over(socket: TcpStream, domain: &str) -> anyhow::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self {
            io: Io::Plain(socket),
            unread: Vec::new(),
            pieces: VecDeque::new(),
            domain: domain.to_owned(),
            jid: None,
            features: None,
        })
    }

    /// A stream over STARTTLS, up to the features that offer ways to sign in.
    ///
    /// # Errors
    /// Whatever goes wrong.
    pub async fn connect(addr: SocketAddr, domain: &str) -> anyhow::Result<Self> {
        let mut client = Self::clear(addr, domain).await?;
        client.open().await?;
        client.start_tls().await?;
        client.open().await?;
        Ok(client)
    }

    /// A stream over TLS from the first byte (XEP-0368), up to the features.
    ///
    /// # Errors
    /// Whatever goes wrong.
    pub async fn connect_direct(addr: SocketAddr, domain: &str) -> anyhow::Result<Self> {
        let mut client = Self::clear(addr, domain).await?;
        client.handshake().await?;
        client.open().await?;
        Ok(client)
    }

    /// Connects, signs in and binds `resource` of `name@domain`. No presence is sent.
    ///
    /// # Errors
    /// Whatever goes wrong.
    pub async fn sign_in(addr: SocketAddr, jid: &str, password: &str) -> anyhow::Result<Self> {
        let jid = FullJid::new(jid)?;
        let name = jid.node().context("an account has a name")?.to_string();
        let mut client = Self::connect(addr, jid.domain().as_str()).await?;
        client.authenticate(&name, password).await?;
        client.open().await?;
        client.bind(jid.resource().as_str()).await?;
        Ok(client)
    }

    // ---- Saying ----

    /// Sends these bytes as they are. What a server that has closed does not take is seen when listening.
    pub async fn send(&mut self, xml: impl AsRef<[u8]>) {
        // An error means that the server has closed; `next` says so, after what came before.
        let _ = match &mut self.io {
            Io::Plain(socket) => socket.write_all(xml.as_ref()).await,
            Io::Tls(tls) => match tls.write_all(xml.as_ref()).await {
                Ok(()) => tls.flush().await,
                failed => failed,
            },
            Io::Closed => Ok(()),
        };
    }

    /// Sends a stream header.
    pub async fn send_header(&mut self) {
        let header = format!(
            "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xml:lang='en' xmlns='{}' xmlns:stream='{}'>",
            self.domain,
            ns::CLIENT,
            ns::STREAM
        );
        self.send(header).await;
    }

    /// A (new) stream: header, header, features.
    ///
    /// # Errors
    /// When the server says something else.
    pub async fn open(&mut self) -> anyhow::Result<()> {
        self.send_header().await;
        match self.next().await? {
            Heard::Header(_) => {}
            other => bail!("{other:?} instead of a stream header"),
        }
        let features = self.element().await?;
        ensure!(features.is(ns::STREAM, "features"), "{features} instead of features");
        self.features = Some(features);
        Ok(())
    }

    /// STARTTLS, up to the end of the handshake.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn start_tls(&mut self) -> anyhow::Result<()> {
        self.send(format!("<starttls xmlns='{}'/>", ns::TLS)).await;
        let answer = self.element().await?;
        ensure!(answer.is(ns::TLS, "proceed"), "{answer} instead of proceed");
        ensure!(self.unread.is_empty() && self.pieces.is_empty(), "something in the clear behind <proceed/>");
        self.handshake().await
    }

    /// A TLS handshake with the domain as server name.
    ///
    /// # Errors
    /// When it fails.
    pub async fn handshake(&mut self) -> anyhow::Result<()> {
        match std::mem::replace(&mut self.io, Io::Closed) {
            Io::Plain(socket) => {
                let tls = tokio::time::timeout(PATIENCE, connect_tls(socket, &self.domain)).await??;
                self.io = Io::Tls(Box::new(tls));
                Ok(())
            }
            Io::Tls(_) | Io::Closed => Err(anyhow!("TLS on what is no plain socket")),
        }
    }

    /// SCRAM-SHA-256, with the channel's binding where that is offered.
    ///
    /// # Errors
    /// With the failure the server gives.
    pub async fn authenticate(&mut self, name: &str, password: &str) -> anyhow::Result<()> {
        let plus = self.offers("SCRAM-SHA-256-PLUS").then(|| self.exporter()).flatten().map(Binding::Exporter);
        let mechanism = if plus.is_some() { "SCRAM-SHA-256-PLUS" } else { "SCRAM-SHA-256" };
        self.authenticate_by(mechanism, Hash::Sha256, plus, name, password).await
    }

    /// SCRAM-SHA-256-PLUS, bound to the certificate that this connection was shown, one that is signed with SHA-256.
    ///
    /// # Errors
    /// As [`Self::authenticate`].
    pub async fn authenticate_by_certificate(&mut self, name: &str, password: &str) -> anyhow::Result<()> {
        let shown = self.certificate().context("no certificate was shown")?;
        let binding = Some(Binding::EndPoint(Sha256::digest(&shown).to_vec()));
        self.authenticate_by("SCRAM-SHA-256-PLUS", Hash::Sha256, binding, name, password).await
    }

    /// SCRAM-SHA-256 without binding, as any server offers it.
    ///
    /// # Errors
    /// As [`Self::authenticate`].
    pub async fn authenticate_plainly(&mut self, name: &str, password: &str) -> anyhow::Result<()> {
        self.authenticate_by("SCRAM-SHA-256", Hash::Sha256, None, name, password).await
    }

    async fn authenticate_by(
        &mut self,
        mechanism: &str,
        hash: Hash,
        plus: Option<Binding>,
        name: &str,
        password: &str,
    ) -> anyhow::Result<()> {
        let nonce = format!("nonce{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut exchange = Exchange::new(hash, name, password, &nonce, plus);
        let first = STANDARD.encode(exchange.first());
        self.send(format!("<auth xmlns='{}' mechanism='{mechanism}'>{first}</auth>", ns::SASL)).await;
        let challenge = self.element().await?;
        ensure!(challenge.is(ns::SASL, "challenge"), "{challenge} instead of a challenge");
        let answer = exchange.answer(&STANDARD.decode(challenge.text())?)?;
        self.send(format!("<response xmlns='{}'>{}</response>", ns::SASL, STANDARD.encode(answer))).await;
        let success = self.element().await?;
        ensure!(success.is(ns::SASL, "success"), "{success} instead of success");
        exchange.check(&STANDARD.decode(success.text())?)
    }

    /// SCRAM of `hash` by SASL2 (XEP-0388), with `asked` inside `<authenticate/>`: what the server says when the password is
    /// proven, `<success/>` or `<continue/>`.
    ///
    /// # Errors
    /// With the failure the server gives.
    pub async fn authenticate_inline(
        &mut self,
        hash: Hash,
        name: &str,
        password: &str,
        asked: &str,
    ) -> anyhow::Result<Element> {
        let mechanism = match hash {
            Hash::Sha1 => "SCRAM-SHA-1",
            Hash::Sha256 => "SCRAM-SHA-256",
        };
        let nonce = format!("nonce{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut exchange = Exchange::new(hash, name, password, &nonce, None);
        let first = STANDARD.encode(exchange.first());
        self.send(format!(
            "<authenticate xmlns='{}' mechanism='{mechanism}'><initial-response>{first}</initial-response>{asked}\
             </authenticate>",
            ns::SASL2
        ))
        .await;
        let challenge = self.element().await?;
        ensure!(challenge.is(ns::SASL2, "challenge"), "{challenge} instead of a challenge");
        let answer = exchange.answer(&STANDARD.decode(challenge.text())?)?;
        self.send(format!("<response xmlns='{}'>{}</response>", ns::SASL2, STANDARD.encode(answer))).await;
        let proven = self.element().await?;
        let last = proven.child_text("additional-data").with_context(|| format!("{proven} proves nothing"))?;
        exchange.check(&STANDARD.decode(last)?)?;
        Ok(proven)
    }

    /// Whether a SASL mechanism is among the features.
    pub fn offers(&self, mechanism: &str) -> bool {
        let mechanisms = self.features.as_ref().and_then(|features| features.child_named(ns::SASL, "mechanisms"));
        mechanisms.is_some_and(|all| all.elements().any(|one| one.text() == mechanism))
    }

    /// The certificate that the server has shown, in DER.
    pub fn certificate(&self) -> Option<Vec<u8>> {
        let Io::Tls(tls) = &self.io else { return None };
        tls.get_ref().1.peer_certificates()?.first().map(|leaf| leaf.to_vec())
    }

    /// What RFC 9266 derives from the TLS connection.
    pub fn exporter(&self) -> Option<Vec<u8>> {
        let Io::Tls(tls) = &self.io else { return None };
        let key = [0_u8; 32];
        tls.get_ref().1.export_keying_material(key, b"EXPORTER-Channel-Binding", None).ok().map(Vec::from)
    }

    /// Binds a resource.
    ///
    /// # Errors
    /// With the server's error.
    pub async fn bind(&mut self, resource: &str) -> anyhow::Result<()> {
        self.send(format!(
            "<iq type='set' id='bind'><bind xmlns='{}'><resource>{resource}</resource></bind></iq>",
            ns::BIND
        ))
        .await;
        let answer = self.element().await?;
        let jid = answer.child_named(ns::BIND, "bind").and_then(|bind| bind.child_text("jid"));
        let jid = jid.with_context(|| format!("{answer} instead of an address"))?;
        self.jid = Some(FullJid::new(&jid)?);
        Ok(())
    }

    /// Sends a ping and waits for its answer; what comes before it is heard next. What this client sent before has had its
    /// effect then.
    ///
    /// # Errors
    /// When the stream ends first.
    pub async fn sync(&mut self) -> anyhow::Result<()> {
        let before = self.until_pong().await?;
        before.into_iter().rev().for_each(|element| self.pieces.push_front(Piece::Element(element)));
        Ok(())
    }

    /// Sends a ping and gives what comes before its answer: all that the server has for this client at this moment.
    ///
    /// # Errors
    /// When the stream ends first.
    pub async fn until_pong(&mut self) -> anyhow::Result<Vec<Element>> {
        let id = format!("barrier-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.send(format!("<iq type='get' id='{id}' to='{}'><ping xmlns='{}'/></iq>", self.domain, ns::PING)).await;
        let mut before = Vec::new();
        loop {
            let element = self.element().await.with_context(|| format!("before the pong came {before:?}"))?;
            if element.name() == "iq" && element.attr_value("id") == Some(&id) {
                return Ok(before);
            }
            before.push(element);
        }
    }

    /// Becomes available.
    ///
    /// # Errors
    /// When the stream ends.
    pub async fn available(&mut self) -> anyhow::Result<()> {
        self.send("<presence/>").await;
        self.sync().await
    }

    // ---- Hearing ----

    /// What comes next.
    ///
    /// # Errors
    /// When nothing comes in time, or what comes is no XMPP.
    pub async fn next(&mut self) -> anyhow::Result<Heard> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Ok(match piece {
                    Piece::Header(header) => Heard::Header(header),
                    Piece::Element(element) => Heard::Element(element),
                    Piece::End => Heard::End,
                });
            }
            match scanner::next(&mut self.unread).map_err(anyhow::Error::msg)? {
                Some(piece) => self.pieces.push_back(piece),
                None if self.read().await? == 0 => return Ok(Heard::Closed),
                None => {}
            }
        }
    }

    /// The next child of the stream.
    ///
    /// # Errors
    /// When the stream ends instead.
    pub async fn element(&mut self) -> anyhow::Result<Element> {
        match self.next().await? {
            Heard::Element(element) => Ok(element),
            other => bail!("{other:?} instead of an element"),
        }
    }

    /// The next child of the stream, which must match `pattern` (see [`Pattern`]).
    ///
    /// # Errors
    /// With both when it does not.
    pub async fn expect(&mut self, pattern: &str) -> anyhow::Result<Element> {
        let parsed = Pattern::parse(pattern).map_err(|error| anyhow!("{error}"))?;
        let element = self.element().await.with_context(|| format!("expecting {pattern}"))?;
        parsed
            .check(&element, &mut Vars::new())
            .map_err(|why| anyhow!("{why}\n  heard {element}\n  for   {pattern}"))?;
        Ok(element)
    }

    /// All that comes until the connection is closed.
    ///
    /// # Errors
    /// When it is not closed in time.
    pub async fn to_the_end(&mut self) -> anyhow::Result<Vec<Heard>> {
        let mut all = Vec::new();
        loop {
            match self.next().await? {
                Heard::Closed => return Ok(all),
                heard => all.push(heard),
            }
        }
    }

    /// The condition of the stream error that ends this stream; fails when it ends without or does not end.
    ///
    /// # Errors
    /// With what was heard instead.
    pub async fn ends_with(&mut self) -> anyhow::Result<String> {
        let all = self.to_the_end().await?;
        let error = all.iter().find_map(|heard| match heard {
            Heard::Element(element) if element.is(ns::STREAM, "error") => element.first_element(),
            _ => None,
        });
        error.map(|condition| condition.name().to_owned()).ok_or_else(|| anyhow!("no stream error but {all:?}"))
    }

    /// What has come so far, without waiting for more.
    ///
    /// # Errors
    /// When what came is no XMPP.
    pub async fn so_far(&mut self) -> anyhow::Result<Vec<Heard>> {
        let mut all = Vec::new();
        loop {
            let heard = tokio::select! {
                biased;
                heard = self.next() => heard?,
                // Looked at second: `next` has seen that nothing is there. Cancel-safe: what was read stays in `unread`.
                () = std::future::ready(()) => return Ok(all),
            };
            let over = heard == Heard::Closed;
            all.push(heard);
            if over {
                return Ok(all);
            }
        }
    }

    /// Breaks the connection off.
    pub fn drop_connection(&mut self) {
        self.io = Io::Closed;
    }

    /// Whether a byte comes within the test's patience; for what is not XML.
    ///
    /// # Errors
    /// When nothing comes at all.
    pub async fn raw_to_the_end(&mut self) -> anyhow::Result<Vec<u8>> {
        while self.read().await? > 0 {}
        Ok(std::mem::take(&mut self.unread))
    }

    /// Reads some bytes. A connection that was reset counts as closed.
    async fn read(&mut self) -> anyhow::Result<usize> {
        let mut chunk = vec![0; 16 * 1024];
        let read = async {
            match &mut self.io {
                Io::Plain(socket) => socket.read(&mut chunk).await,
                Io::Tls(tls) => tls.read(&mut chunk).await,
                Io::Closed => Ok(0),
            }
        };
        let read = match tokio::time::timeout(PATIENCE, read).await {
            Err(_) => bail!("nothing came for {PATIENCE:?}"),
            Ok(Ok(read)) => read,
            Ok(Err(error)) if is_over(&error) => 0,
            Ok(Err(error)) => return Err(error.into()),
        };
        self.unread.extend_from_slice(&chunk[..read]);
        Ok(read)
    }
}

fn is_over(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
    )
}

/// Ids and nonces, distinct in the process.
static NEXT: AtomicU64 = AtomicU64::new(1);
