//! Looks whether a name is whose it is said to be: RFC 8555 §8.3 and RFC 8737 §3, from the authority's side.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, PeerIncompatible, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::{GeneralName, ParsedExtension};

/// Type of the problem and its detail.
type Problem = (&'static str, String);

const BUDGET: Duration = Duration::from_secs(5);

/// Fetches the text of a challenge.
pub(super) async fn http(door: Option<SocketAddr>, name: &str, token: &str, expected: &str) -> Result<(), Problem> {
    let door = door.ok_or_else(|| ("dns", format!("no address for {name}")))?;
    let fetched = async {
        let mut socket = TcpStream::connect(door).await?;
        let request = format!(
            "GET /.well-known/acme-challenge/{token} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\
             User-Agent: the authority\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        socket.take(64 * 1024).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = match tokio::time::timeout(BUDGET, fetched).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(("connection", format!("{name}: {error}"))),
        Err(_) => return Err(("connection", format!("{name}: timeout"))),
    };
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if !head.starts_with("HTTP/1.1 200") {
        let line = head.lines().next().unwrap_or_default();
        return Err(("unauthorized", format!("{name}: {line}")));
    }
    // Trailing white space is ignored, as §8.3 says.
    if body.trim_end() == expected { Ok(()) } else { Err(("unauthorized", format!("{name}: another text"))) }
}

/// Looks at the certificate of a challenge, and that nothing can be said afterwards.
pub(super) async fn tls(door: Option<SocketAddr>, name: &str, expected: &str) -> Result<(), Problem> {
    let door = door.ok_or_else(|| ("dns", format!("no address for {name}")))?;
    let socket = TcpStream::connect(door).await.map_err(|error| ("connection", format!("{name}: {error}")))?;
    let connector = TlsConnector::from(Arc::new(config()));
    let server = ServerName::try_from(name.to_owned()).map_err(|error| ("malformed", error.to_string()))?;
    let looked = async {
        let mut stream =
            connector.connect(server, socket).await.map_err(|error| ("tls", format!("{name}: {error}")))?;
        let (_, session) = stream.get_ref();
        if session.alpn_protocol() != Some(b"acme-tls/1") {
            return Err(("tls", format!("{name}: another protocol")));
        }
        let leaf = session.peer_certificates().and_then(|chain| chain.first()).cloned();
        let leaf = leaf.ok_or_else(|| ("tls", format!("{name}: no certificate")))?;
        is_proof(&leaf, name, expected).map_err(|says| ("unauthorized", format!("{name}: {says}")))?;
        let mut more = [0; 1];
        match stream.read(&mut more).await {
            Ok(0) => Ok(()),
            other => Err(("tls", format!("{name}: the connection goes on: {other:?}"))),
        }
    };
    tokio::time::timeout(BUDGET, looked).await.unwrap_or_else(|_| Err(("connection", format!("{name}: timeout"))))
}

fn is_proof(leaf: &[u8], name: &str, expected: &str) -> Result<(), String> {
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf).map_err(|error| error.to_string())?;
    let names = leaf.subject_alternative_name().map_err(|error| error.to_string())?.ok_or("no names")?;
    match names.value.general_names.as_slice() {
        [GeneralName::DNSName(only)] if only.eq_ignore_ascii_case(name) => {}
        other => return Err(format!("for {other:?}")),
    }
    let digest = digest::digest(&digest::SHA256, expected.as_bytes());
    let proof = [&[0x04, 0x20], digest.as_ref()].concat();
    let found = leaf.extensions().iter().find(|found| found.oid.to_id_string() == "1.3.6.1.5.5.7.1.31");
    let found = found.ok_or("without the extension")?;
    if !found.critical || !matches!(found.parsed_extension(), ParsedExtension::UnsupportedExtension { .. }) {
        return Err("an extension that is not critical".into());
    }
    if found.value == proof { Ok(()) } else { Err("another proof".into()) }
}

/// TLS 1.3 with the one protocol.
fn config() -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider has suites for it")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Onlooker))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"acme-tls/1".to_vec()];
    config
}

/// Reads the certificate itself, afterwards: its critical extension is known to authorities alone. The handshake must be signed
/// with its key.
#[derive(Debug)]
struct Onlooker;

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::ServerDoesNotSupportTls12Or13.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let malformed = rustls::Error::InvalidCertificate(rustls::CertificateError::BadEncoding);
        let (_, leaf) = x509_parser::parse_x509_certificate(leaf).map_err(|_| malformed)?;
        let key = SubjectPublicKeyInfoDer::from(leaf.tbs_certificate.subject_pki.raw);
        let known = default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature_with_raw_key(message, &key, signed, &known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}
