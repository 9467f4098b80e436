//! How the directory is asked: one address, bounded in every way.
//!
//! Whatever addresses the directory's answers name, only those of its own origin (scheme, host, port) are asked, and
//! redirects are not followed: nobody can make this server fetch from elsewhere. A name that leads to this machine or into a
//! private network is refused, unless the operator wrote such an address, or named the roots of a private authority.
//! TLS is checked for the name, whatever DNS says.
//!
//! Spec: RFC 8555 §6.1 (HTTPS), §6.6 (Retry-After); RFC 9110 §15.4.
//! Left out: HTTP/2, proxies on the way out, connections that are kept.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, HttpClient, Problem};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::is_public;
use super::failure::FetchError;
use super::options::AcmeOptions;

/// For one request with its answer.
const BUDGET: Duration = Duration::from_secs(30);
/// Until an address has taken the connection.
const CONNECT: Duration = Duration::from_secs(8);
/// An answer's body. A chain of certificates has some ten thousand bytes.
const MAX_BODY: usize = 256 * 1024;
/// An answer's head.
const MAX_HEAD: usize = 32 * 1024;
/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 4;

const AGENT: &str = concat!("parlour/", env!("CARGO_PKG_VERSION"), " (instant-acme)");

/// Asks one directory.
#[derive(Clone)]
pub(crate) struct Fetcher(Arc<Inner>);

struct Inner {
    directory: Uri,
    origin: Origin,
    /// Nothing where the directory is asked in the clear.
    tls: Option<TlsConnector>,
    /// Addresses outside the public network are fine.
    private: bool,
    /// What the last answer with Retry-After asked for.
    wait: Mutex<Option<Duration>>,
    clock: super::Clock,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    https: bool,
    host: String,
    port: u16,
}

impl Origin {
    fn of(uri: &Uri) -> Option<Self> {
        let https = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let port = authority.port_u16().unwrap_or(if https { 443 } else { 80 });
        Some(Self { https, host: authority.host().to_ascii_lowercase(), port })
    }

    /// The host without the brackets of an IPv6 address.
    fn name(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

impl Fetcher {
    /// For the directory of `options`; reads the file with roots, if there is one, and so blocks on the disk for a moment.
    pub(crate) fn new(options: &AcmeOptions, clock: super::Clock) -> Result<Self, FetchError> {
        let uri: Uri =
            options.directory.parse().map_err(|_| FetchError::Elsewhere { url: options.directory.clone() })?;
        let origin = Origin::of(&uri).ok_or_else(|| FetchError::Elsewhere { url: options.directory.clone() })?;
        let tls = match origin.https {
            true => Some(TlsConnector::from(Arc::new(client(roots(options)?)))),
            false => None,
        };
        // What the operator wrote down is what they want: an address, or the one name that means this machine.
        let written = origin.name().parse::<IpAddr>().is_ok() || origin.host == "localhost";
        let private = written || options.ca.is_some();
        Ok(Self(Arc::new(Inner { directory: uri, origin, tls, private, wait: Mutex::default(), clock })))
    }

    /// What the last answer with a Retry-After asked for; forgotten then.
    pub(crate) fn take_wait(&self) -> Option<Duration> {
        self.0.wait.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn roots(options: &AcmeOptions) -> Result<RootCertStore, FetchError> {
    let Some(path) = &options.ca else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let wrap = |says: String| FetchError::Roots { path: path.clone(), says };
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(path).map_err(|error| wrap(error.to_string()))? {
        let root = root.map_err(|error| wrap(error.to_string()))?;
        roots.add(root).map_err(|error| wrap(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrap("no certificate in it".into()));
    }
    Ok(roots)
}

fn client(roots: RootCertStore) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("the provider has suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

impl Inner {
    async fn ask(&self, request: Request<BodyWrapper<Bytes>>) -> Result<Response<Bytes>, FetchError> {
        let uri = request.uri().clone();
        if Origin::of(&uri).as_ref() != Some(&self.origin) {
            return Err(FetchError::Elsewhere { url: shortened(&uri.to_string()) });
        }
        let asked = self.ask_within(request, &uri);
        let (head, body) = tokio::time::timeout(BUDGET, asked)
            .await
            .unwrap_or(Err(FetchError::TooSlow { budget: BUDGET }))?
            .into_parts();
        if let Some(wait) = head.headers.get(RETRY_AFTER).and_then(|value| self.wait(value)) {
            *self.wait.lock().unwrap_or_else(PoisonError::into_inner) = Some(wait);
        }
        if head.status.is_redirection() {
            return Err(FetchError::Redirected { status: head.status.as_u16() });
        }
        // A problem document says what is wrong; anything else is a page for people, or another server's.
        if !head.status.is_success() && serde_json::from_slice::<Problem>(&body).is_err() {
            return Err(FetchError::Status { status: head.status.as_u16() });
        }
        if uri == self.directory {
            self.judge_directory(&body)?;
        }
        Ok(Response::from_parts(head, body))
    }

    /// Every address in a directory is its own, and is one: instant-acme takes the latter for granted.
    fn judge_directory(&self, body: &[u8]) -> Result<(), FetchError> {
        let Ok(Value::Object(all)) = serde_json::from_slice(body) else { return Err(FetchError::Garbled) };
        for (_, url) in all.iter().filter(|(name, _)| *name != "meta") {
            let Some(url) = url.as_str() else { continue };
            if url.parse::<Uri>().ok().and_then(|uri| Origin::of(&uri)).as_ref() != Some(&self.origin) {
                return Err(FetchError::Elsewhere { url: shortened(url) });
            }
        }
        Ok(())
    }

    async fn ask_within(
        &self,
        mut request: Request<BodyWrapper<Bytes>>,
        uri: &Uri,
    ) -> Result<Response<Bytes>, FetchError> {
        let headers = request.headers_mut();
        let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        headers.insert(HOST, HeaderValue::from_str(authority).map_err(|_| FetchError::Garbled)?);
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse().map_err(|_| FetchError::Garbled)?;

        let socket = self.connect().await?;
        match &self.tls {
            None => converse(socket, request).await,
            Some(tls) => {
                let name = ServerName::try_from(self.origin.name().to_owned()).map_err(|_| FetchError::Garbled)?;
                let secured = tls.connect(name, socket).await.map_err(|source| FetchError::Tls { source })?;
                converse(secured, request).await
            }
        }
    }

    async fn connect(&self) -> Result<TcpStream, FetchError> {
        let Origin { port, .. } = self.origin;
        let host = self.origin.name();
        let unresolved = |source| FetchError::Unresolved { host: host.to_owned(), source };
        let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(unresolved)?.collect();
        let fine: Vec<SocketAddr> =
            found.iter().copied().filter(|addr| self.may_ask(addr.ip())).take(MAX_ADDRESSES).collect();
        let Some(last) = found.first() else {
            return Err(unresolved(io::ErrorKind::NotFound.into()));
        };
        if fine.is_empty() {
            return Err(FetchError::Private { host: host.to_owned(), address: last.ip() });
        }
        let mut failed = io::Error::from(io::ErrorKind::TimedOut);
        for addr in fine {
            match tokio::time::timeout(CONNECT, TcpStream::connect(addr)).await {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(error)) => failed = error,
                Err(_) => failed = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(FetchError::Unreachable { host: host.to_owned(), source: failed })
    }

    /// In the clear only this machine is asked; else what is public, or what the operator has set free.
    fn may_ask(&self, address: IpAddr) -> bool {
        if !self.origin.https {
            return address.to_canonical().is_loopback();
        }
        self.private || is_public(address)
    }

    /// RFC 9110 §10.2.3: seconds, or a date.
    fn wait(&self, value: &HeaderValue) -> Option<Duration> {
        let text = value.to_str().ok()?.trim();
        match text.parse::<u64>() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => {
                let at: SystemTime = httpdate::parse_http_date(text).ok()?;
                Some(at.duration_since((self.clock)()).unwrap_or_default())
            }
        }
    }
}

/// One request over one connection, which ends with it.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<BodyWrapper<Bytes>>,
) -> Result<Response<Bytes>, FetchError> {
    let wrap = |source| FetchError::Http { source };
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(wrap)?;
    let mut connection = pin!(connection);
    let answered = async {
        let (head, body) = sender.send_request(request).await.map_err(wrap)?.into_parts();
        Ok(Response::from_parts(head, whole(body).await?))
    };
    let mut answered = pin!(answered);
    tokio::select! {
        done = &mut answered => return done,
        // It ends before the answer is read only where the peer has closed: what came of it is read from what is there.
        _ = &mut connection => {}
    }
    answered.await
}

async fn whole(body: Incoming) -> Result<Bytes, FetchError> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(FetchError::TooLong { bytes: MAX_BODY }),
        Err(error) => match error.downcast::<hyper::Error>() {
            Ok(source) => Err(FetchError::Http { source: *source }),
            Err(_) => Err(FetchError::Garbled),
        },
    }
}

/// The beginning of what somebody else wrote, for a message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut out: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if out.len() < text.len() && out.chars().count() == LONGEST {
        out.push('…');
    }
    out
}

impl HttpClient for Fetcher {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let (parts, body) =
                inner.ask(request).await.map_err(|error| instant_acme::Error::Other(Box::new(error)))?.into_parts();
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}
