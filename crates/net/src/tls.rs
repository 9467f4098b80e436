//! TLS: which certificate a connection gets, and its handshake.
//!
//! The first flight of a client is read before anything is decided: its SNI, or for STARTTLS the stream's `to`, chooses
//! the host; each host has its own certificate, its own ticket keys and one configuration per protocol. Replacing a
//! certificate replaces all of these, so that a ticket never outlives the certificate it was issued under, and
//! connections that are up keep what they have.
//!
//! Spec: RFC 6120 §5.4, RFC 7590, XEP-0368 v1.1.0 (ALPN, direct TLS), RFC 6066 §3 (unrecognized_name), RFC 7301, RFC 8737 (the handshake that an
//! authority asks for).
//! Left out: client certificates (SASL EXTERNAL); 0-RTT.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime};

use bytes::BufMut as _;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::{Acceptor, NoServerSessionStorage};
use rustls::sign::SingleCertAndKey;
use rustls::{ProtocolVersion, ServerConfig};
use rustls_pki_types::CertificateDer;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::acme::{ALPN, Challenges};
use crate::certs::{CertError, Certificate, a_label};
use crate::conn::{Conn, READ_CHUNK, Secured};
use crate::options::{CertificateOptions, TlsOptions};
use crate::session::Session;
use crate::stop::Stop;

/// What is spoken inside TLS: decides which ALPN names we take. A peer that names none is always welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// XMPP clients, direct TLS or STARTTLS: `xmpp-client`.
    Client,
    /// XMPP servers: `xmpp-server`.
    Server,
    /// HTTPS: `http/1.1`.
    Web,
    /// HTTPS with XMPP clients on the same port: both.
    WebOrClient,
}

impl Protocol {
    const ALL: [Self; 4] = [Self::Client, Self::Server, Self::Web, Self::WebOrClient];

    fn alpn(self) -> &'static [&'static [u8]] {
        match self {
            Self::Client => &[b"xmpp-client"],
            Self::Server => &[b"xmpp-server"],
            Self::Web => &[b"http/1.1"],
            Self::WebOrClient => &[b"http/1.1", b"xmpp-client"],
        }
    }
}

/// What we offer in a handshake.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// What will be spoken inside.
    pub protocol: Protocol,
    /// With STARTTLS the host the stream header named, written as for [`Tls::set`]: decides where the client sends no SNI, and an SNI that names
    /// another host is refused.
    pub host: Option<&'a str>,
}

/// Why there is no TLS connection. The peer's fault but for [`TlsError::NotASocket`].
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Bytes came in the clear after `<starttls/>`: injected, or a client that does not wait.
    #[error("{bytes} bytes in the clear behind STARTTLS")]
    Smuggled {
        /// How many.
        bytes: usize,
    },
    /// The connection has TLS already, or is no socket of ours.
    #[error("TLS can be started on a plain socket only")]
    NotASocket,
    /// The handshake took longer than its budget.
    #[error("handshake not finished within {budget:?}")]
    TimedOut {
        /// The budget.
        budget: Duration,
    },
    /// SNI (or the stream's `to`) names no host of ours.
    #[error("no host \"{name}\" here")]
    UnknownName {
        /// The name, as sent.
        name: String,
    },
    /// No SNI, and several hosts to choose from.
    #[error("no server name, and several hosts to choose from")]
    NoName,
    /// SNI names another host of ours than the stream's `to`.
    #[error("server name \"{sni}\" on a stream to \"{to}\"")]
    OtherHost {
        /// What SNI says.
        sni: String,
        /// What the stream says.
        to: String,
    },
    /// What came is not TLS, is too old, has no common ALPN, or breaks the protocol.
    #[error("handshake: {0}")]
    Handshake(#[source] rustls::Error),
    /// Not a client but an authority (RFC 8737), which has been shown what it looked for. No fault at all.
    #[error("an authority has looked at \"{name}\"")]
    Looked {
        /// The name it validates.
        name: String,
    },
    /// The connection broke.
    #[error("handshake: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for TlsError {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(inner) => Self::Handshake(inner.clone()),
            None => Self::Io(error),
        }
    }
}

/// What is known of an established TLS connection.
#[derive(Debug, Clone, Copy)]
pub struct TlsInfo<'a> {
    /// TLS 1.2 or 1.3.
    pub version: ProtocolVersion,
    /// The server name the client sent.
    pub sni: Option<&'a str>,
    /// The host whose certificate was served.
    pub host: &'a str,
    /// The protocol agreed on by ALPN.
    pub alpn: Option<&'a [u8]>,
    /// The certificate that was served.
    pub leaf: &'a CertificateDer<'static>,
}

/// The certificates of all hosts. Clones share them.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    provider: Arc<CryptoProvider>,
    budget: Duration,
    /// Locked for a look-up, or for as long as one host's entries change: 10,000 hosts are loaded without copying any.
    table: RwLock<Table>,
    challenges: Challenges,
}

#[derive(Debug, Default)]
struct Table {
    hosts: HashMap<Arc<str>, Arc<Served>>,
    /// SNI name or host name -> host; a superset of the keys of `hosts`.
    names: HashMap<Arc<str>, Arc<Served>>,
}

/// One host's certificate and what was made from it.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) host: Arc<str>,
    /// How SNI writes an international host.
    a_label: Option<Arc<str>>,
    pub(crate) certificate: Certificate,
    names: Vec<Arc<str>>,
    configs: [Arc<ServerConfig>; 4],
    files: Option<Files>,
}

impl Served {
    fn all_names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names.iter().chain(&self.a_label).chain([&self.host])
    }
}

#[derive(Debug, Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// Which files they were when they were read.
    read_at: [Option<Stamp>; 2],
}

/// What changes when a file is written or another takes its place, also where its time is set to that of the one before:
/// device, number, size, and when content and entry changed, in seconds and nanoseconds.
type Stamp = [i128; 7];

impl Files {
    fn stamp(certificate: &Path, key: &Path) -> [Option<Stamp>; 2] {
        [certificate, key].map(|path| {
            let found = std::fs::metadata(path).ok()?;
            let file = [found.dev(), found.ino(), found.size()].map(i128::from);
            let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()].map(i128::from);
            Some([file[0], file[1], file[2], times[0], times[1], times[2], times[3]])
        })
    }

    fn changed(&self) -> bool {
        Self::stamp(&self.certificate, &self.key) != self.read_at
    }

    fn read(certificate: &Path, key: &Path) -> Result<(Certificate, Self), CertError> {
        // The stamp first: a change while we read is then seen next time.
        let read_at = Self::stamp(certificate, key);
        let read = Certificate::from_files(certificate, key)?;
        Ok((read, Self { certificate: certificate.to_owned(), key: key.to_owned(), read_at }))
    }
}

impl Tls {
    /// Without any host yet.
    pub fn new(options: &TlsOptions) -> Self {
        Self::with_budget(options.handshake_budget())
    }

    /// As [`Tls::new`], with a handshake budget of one's own.
    pub fn with_budget(budget: Duration) -> Self {
        Self(Arc::new(Shared {
            provider: Arc::new(default_provider()),
            budget,
            table: RwLock::default(),
            challenges: Challenges::default(),
        }))
    }

    /// Serves `certificate` for `host`, instead of what it had.
    ///
    /// `names` are the other server names clients may ask for: A-label, aliases, the web address. Connections that are
    /// up keep the certificate they have; tickets given out under the old one are no longer taken.
    ///
    /// # Errors
    /// [`CertError::Tickets`] when there is no randomness.
    pub fn set(&self, host: &str, names: &[&str], certificate: Certificate) -> Result<(), CertError> {
        self.put(host, names, certificate, None)
    }

    /// As [`Tls::set`], from PEM files that [`Tls::reload`] looks at again.
    ///
    /// # Errors
    /// [`CertError`] when the files cannot be read or do not go together; what the host had stays.
    pub fn set_files(&self, host: &str, names: &[&str], certificate: &Path, key: &Path) -> Result<(), CertError> {
        let (certificate, files) = Files::read(certificate, key)?;
        self.put(host, names, certificate, Some(files))
    }

    /// As the options of `host` say: its own files, else the self-signed certificate kept in `dir`
    /// (`data_dir/certs`), made if need be.
    ///
    /// # Errors
    /// [`CertError`]; what the host had stays.
    pub fn set_from(
        &self,
        host: &str,
        names: &[&str],
        options: &CertificateOptions,
        dir: &Path,
        now: SystemTime,
    ) -> Result<(), CertError> {
        match (&options.certificate, &options.key) {
            (Some(certificate), Some(key)) => self.set_files(host, names, certificate, key),
            (None, None) => self.set(host, names, Certificate::self_signed(dir, host, names, now)?),
            _ => Err(CertError::OneKey { host: host.to_owned() }),
        }
    }

    /// Stops to serve `host`.
    pub fn remove(&self, host: &str) {
        self.0.table.write().unwrap_or_else(PoisonError::into_inner).take(&host.to_ascii_lowercase());
    }

    /// Reads again the certificate files that have changed, and tells for each of those hosts how it went.
    ///
    /// Blocks on the disk. A host whose new files are no good keeps its old certificate.
    pub fn reload(&self) -> Vec<(Arc<str>, Result<(), CertError>)> {
        let with_files = |served: &&Arc<Served>| served.files.is_some();
        let hosts: Vec<Arc<Served>> = self.table().hosts.values().filter(with_files).cloned().collect();
        hosts
            .iter()
            .filter_map(|served| Some((served, served.files.as_ref().filter(|f| f.changed())?)))
            .map(|(served, files)| {
                let names: Vec<&str> = served.names.iter().map(AsRef::as_ref).collect();
                (Arc::clone(&served.host), self.set_files(&served.host, &names, &files.certificate, &files.key))
            })
            .collect()
    }

    /// Calls [`Tls::reload`] every `every` until told to stop, and logs what came of it. Returns at once for zero.
    pub async fn keep_fresh(self, every: Duration, mut stop: Stop) {
        if every.is_zero() {
            return;
        }
        let mut timer = crate::timer::Timer::new();
        loop {
            timer.set(every);
            tokio::select! {
                () = stop.stopped() => return,
                () = timer.rings() => {}
            }
            let tls = self.clone();
            let done = tokio::task::spawn_blocking(move || tls.reload()).await.unwrap_or_default();
            for (host, outcome) in done {
                match outcome {
                    Ok(()) => tracing::info!(%host, "certificate renewed"),
                    Err(error) => {
                        tracing::error!(%host, %error, "the new certificate is no good, the old one stays")
                    }
                }
            }
        }
    }

    /// What authorities are shown when they look whether a name is ours.
    pub fn challenges(&self) -> Challenges {
        self.0.challenges.clone()
    }

    pub(crate) fn open_challenges(&self) -> &Challenges {
        &self.0.challenges
    }

    /// The certificate that `host` serves now; it may be called by any of its names.
    pub fn certificate(&self, host: &str) -> Option<Certificate> {
        self.table().names.get(host.to_ascii_lowercase().as_str()).map(|served| served.certificate.clone())
    }

    fn table(&self) -> RwLockReadGuard<'_, Table> {
        self.0.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, host: &str, names: &[&str], certificate: Certificate, files: Option<Files>) -> Result<(), CertError> {
        let host: Arc<str> = host.to_ascii_lowercase().into();
        let names: Vec<Arc<str>> = names.iter().map(|name| name.to_ascii_lowercase().into()).collect();
        // SNI has no other form of an international name (RFC 6066 §3).
        let a_label = if host.is_ascii() { None } else { a_label(&host).map(Arc::from) };
        let configs = self.configs(&certificate)?;
        let served = Arc::new(Served { host: Arc::clone(&host), a_label, certificate, names, configs, files });
        let mut table = self.0.table.write().unwrap_or_else(PoisonError::into_inner);
        table.take(&host);
        for name in served.all_names() {
            table.names.insert(Arc::clone(name), Arc::clone(&served));
        }
        table.hosts.insert(host, served);
        Ok(())
    }

    fn configs(&self, certificate: &Certificate) -> Result<[Arc<ServerConfig>; 4], CertError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .expect("the provider has suites for TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate.certified_key())));
        config.ticketer = Ticketer::new().map_err(|source| CertError::Tickets { source })?;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 1;
        // XEP-0388 §3: what is sent as early data can be sent again by anybody who saw it, so none is taken.
        config.max_early_data_size = 0;
        Ok(Protocol::ALL.map(|protocol| {
            let mut config = config.clone();
            config.alpn_protocols = protocol.alpn().iter().map(|name| name.to_vec()).collect();
            Arc::new(config)
        }))
    }

    /// The only place where a host is chosen for a handshake; gives the server name back too, shared.
    fn choose(&self, sni: Option<&str>, to: Option<&str>) -> Result<(Arc<Served>, Option<Arc<str>>), TlsError> {
        let table = self.table();
        let find = |name: &str| {
            let found = table.names.get_key_value(name.to_ascii_lowercase().as_str());
            found.ok_or_else(|| TlsError::UnknownName { name: name.to_owned() })
        };
        let Some(sni) = sni else {
            let served = match to {
                Some(to) => find(to)?.1,
                None => {
                    let mut hosts = table.hosts.values();
                    match (hosts.next(), hosts.next()) {
                        (Some(only), None) => only,
                        _ => return Err(TlsError::NoName),
                    }
                }
            };
            return Ok((Arc::clone(served), None));
        };
        let (name, served) = find(sni)?;
        if let Some(to) = to
            && !Arc::ptr_eq(find(to)?.1, served)
        {
            return Err(TlsError::OtherHost { sni: sni.to_owned(), to: to.to_owned() });
        }
        Ok((Arc::clone(served), Some(Arc::clone(name))))
    }

    pub(crate) async fn handshake(
        self,
        socket: TcpStream,
        protocol: Protocol,
        to: Option<Box<str>>,
    ) -> Result<Conn, TlsError> {
        let budget = self.0.budget;
        let secured = self.shake_hands(socket, protocol, to);
        tokio::time::timeout(budget, secured).await.unwrap_or(Err(TlsError::TimedOut { budget }))
    }

    async fn shake_hands(self, socket: TcpStream, protocol: Protocol, to: Option<Box<str>>) -> Result<Conn, TlsError> {
        let mut hello = Vec::new();
        let asked = match read_hello(&socket, &mut hello).await? {
            Ok(asked) => asked,
            Err((error, alert)) => return Err(refuse(socket, &alert, TlsError::Handshake(error)).await),
        };
        if asked.validates && to.is_none() {
            return Err(self.show_challenge(socket, hello, asked.sni).await);
        }
        let sni = asked.sni;
        let (served, sni) = match self.choose(sni.as_deref(), to.as_deref()) {
            Ok(chosen) => chosen,
            Err(refusal) => return Err(refuse(socket, &UNRECOGNIZED_NAME, refusal).await),
        };
        let mut session = Session::new(&served.configs[protocol as usize]).map_err(TlsError::Handshake)?;
        match session.handshake(&socket, hello).await {
            Ok(()) => Ok(Conn::secured(Secured { socket, session, served, sni })),
            Err(error) => Err(refuse(socket, &[], error.into()).await),
        }
    }
}

impl Tls {
    /// RFC 8737 §3: the authority gets the certificate of the challenge or an alert, never a host's own, and nothing is spoken
    /// afterwards.
    async fn show_challenge(&self, socket: TcpStream, hello: Vec<u8>, sni: Option<String>) -> TlsError {
        let name = sni.unwrap_or_default();
        let Some(config) = self.0.challenges.config(&name) else {
            return refuse(socket, &UNRECOGNIZED_NAME, TlsError::UnknownName { name }).await;
        };
        let mut session = match Session::new(&config) {
            Ok(session) => session,
            Err(error) => return TlsError::Handshake(error),
        };
        let shown = match session.handshake(&socket, hello).await {
            Ok(()) => {
                tracing::debug!(target: "parlour::acme", %name, "an authority has looked");
                // It may have closed already: it has seen what it wanted.
                let _ = std::future::poll_fn(|cx| session.poll_close(&socket, cx)).await;
                TlsError::Looked { name }
            }
            Err(error) => error.into(),
        };
        refuse(socket, &[], shown).await
    }
}

/// What a client asks for before anything is decided.
struct Hello {
    sni: Option<String>,
    /// It offers no protocol but that of TLS-ALPN-01.
    validates: bool,
}

impl Hello {
    fn of(hello: &rustls::server::ClientHello<'_>) -> Self {
        let mut offered = hello.alpn().into_iter().flatten();
        let validates = offered.next() == Some(ALPN) && offered.next().is_none();
        Self { sni: hello.server_name().map(str::to_owned), validates }
    }
}

impl Table {
    fn take(&mut self, host: &str) {
        if let Some(old) = self.hosts.remove(host) {
            for name in old.all_names() {
                // Another host may have taken a name of it.
                if self.names.get(name).is_some_and(|served| Arc::ptr_eq(served, &old)) {
                    self.names.remove(name);
                }
            }
        }
    }
}

/// Reads the first flight into `hello` and gives what it asks for, or the alert to send.
async fn read_hello(socket: &TcpStream, hello: &mut Vec<u8>) -> io::Result<Result<Hello, (rustls::Error, Vec<u8>)>> {
    // Only looks: the session is fed with the same bytes once its configuration is chosen. It bounds what it takes.
    let mut acceptor = Acceptor::default();
    loop {
        socket.readable().await?;
        let seen = hello.len();
        match socket.try_read_buf(&mut (&mut *hello).limit(READ_CHUNK)) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let mut new = hello.get(seen..).unwrap_or_default();
        while !new.is_empty() {
            acceptor.read_tls(&mut new)?;
            match acceptor.accept() {
                Ok(Some(accepted)) => return Ok(Ok(Hello::of(&accepted.client_hello()))),
                Ok(None) => {}
                Err((error, mut alert)) => {
                    let mut bytes = Vec::new();
                    alert.write_all(&mut bytes)?;
                    return Ok(Err((error, bytes)));
                }
            }
        }
    }
}

/// Sends the alert, if the peer still takes it, and ends the connection; what matters is the refusal.
async fn refuse(mut socket: TcpStream, alert: &[u8], refusal: TlsError) -> TlsError {
    let _ = socket.write_all(alert).await;
    let _ = socket.shutdown().await;
    refusal
}

/// A TLS record with the fatal alert 112 (RFC 6066 §3). Nothing is agreed on yet, so it goes in the clear.
const UNRECOGNIZED_NAME: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];

/// TLS from the first byte: 5223, or HTTPS.
///
/// # Errors
/// [`TlsError`]; the peer has been sent its alert and the connection is closed.
///
/// # Cancel safety
/// Dropping it closes the connection.
pub fn accept_tls(
    conn: Conn,
    tls: &Tls,
    protocol: Protocol,
) -> impl Future<Output = Result<Conn, TlsError>> + Send + 'static {
    conn.start_tls(tls, Offer { protocol, host: None }, &[])
}
