//! Proxies in front of doors: who is believed, and the header in which one says whom a connection is from.
//!
//! Spec: the PROXY protocol (HAProxy's proxy-protocol.txt of 2020-03-05), versions 1 and 2, receiving side.
//! Left out: what version 2 carries beside addresses (TLVs): nobody here would believe it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use proxy_header::{ParseConfig, ProxyHeader};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::peer::ListenerKind;

/// Addresses and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// One of them: a network (`10.0.0.0/8`) or an address.
    pub fn parse(text: &str) -> Option<IpNet> {
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
    }

    /// This machine.
    pub fn loopback() -> Self {
        Self::new(["127.0.0.0/8", "::1/128"])
    }

    /// From configuration; what is no network is left out (the configuration's check has refused it before).
    pub fn new<'a>(listed: impl IntoIterator<Item = &'a str>) -> Self {
        Self(listed.into_iter().filter_map(Self::parse).collect())
    }

    /// Whether `address` is in one of them; IPv4 wrapped in IPv6 counts as IPv4.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }
}

/// A door that can stand behind a proxy which passes bytes on as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxiedDoor {
    /// XMPP apps, STARTTLS.
    C2s,
    /// XMPP apps, TLS from the first byte.
    C2sTls,
    /// Plain HTTP.
    Web,
    /// HTTPS.
    WebTls,
}

impl ProxiedDoor {
    /// The door it is.
    pub fn kind(self) -> ListenerKind {
        match self {
            Self::C2s => ListenerKind::C2s,
            Self::C2sTls => ListenerKind::C2sTls,
            Self::Web => ListenerKind::Web,
            Self::WebTls => ListenerKind::WebTls,
        }
    }
}

/// What a proxy did not say, or not so that it can be understood.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// It closed the connection, or it broke, before the header was whole.
    #[error("the connection ended before its PROXY header was whole")]
    Ended(#[source] io::Error),
    /// It did not come in time.
    #[error("no PROXY header within {0:?}")]
    Late(Duration),
    /// The connection begins with something else.
    #[error("the connection does not begin with a PROXY header")]
    Missing,
    /// It begins like one.
    #[error("its PROXY header cannot be read: {0}")]
    Malformed(proxy_header::Error),
}

/// The address for which a proxy made this connection; `None` where it speaks for itself (a health check) or does not know.
///
/// Reads the header and not a byte more.
///
/// # Errors
/// [`HeaderError`]: the connection is to be closed, since what follows cannot be told from what is missing.
pub(crate) async fn client(socket: &mut TcpStream, within: Duration) -> Result<Option<SocketAddr>, HeaderError> {
    tokio::time::timeout(within, read(socket)).await.unwrap_or(Err(HeaderError::Late(within)))
}

async fn read(socket: &mut TcpStream) -> Result<Option<SocketAddr>, HeaderError> {
    let mut header = vec![0; SIGNATURE.len()];
    socket.read_exact(&mut header).await.map_err(HeaderError::Ended)?;
    if header == SIGNATURE {
        let mut rest = [0; 4];
        socket.read_exact(&mut rest).await.map_err(HeaderError::Ended)?;
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if length > MOST {
            return Err(HeaderError::Malformed(proxy_header::Error::HeaderTooBig));
        }
        header.extend_from_slice(&rest);
        let begun = header.len();
        header.resize(begun + length, 0);
        socket.read_exact(&mut header[begun..]).await.map_err(HeaderError::Ended)?;
    } else if header.starts_with(b"PROXY ") {
        // It ends with its line, so no more than a byte at a time can be taken without taking what follows; once in the
        // life of a connection.
        while !header.ends_with(b"\r\n") {
            if header.len() >= LINE {
                return Err(HeaderError::Malformed(proxy_header::Error::HeaderTooBig));
            }
            header.push(socket.read_u8().await.map_err(HeaderError::Ended)?);
        }
    } else {
        return Err(HeaderError::Missing);
    }
    let config = ParseConfig { include_tlvs: false, ..ParseConfig::default() };
    let (parsed, _) = ProxyHeader::parse(&header, config).map_err(HeaderError::Malformed)?;
    Ok(parsed.proxied_address().map(|addresses| addresses.source))
}

/// What version 2 begins with, §2.2.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Bytes of version 2 beyond its first 16: two addresses take 36 (216 for a socket's path), and what else proxies say is short.
const MOST: usize = 4096;

/// Bytes of version 1, §2.1.
const LINE: usize = 107;

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    /// What is read from `bytes`, and what is left for whoever comes after.
    async fn of(bytes: &[u8]) -> (Result<Option<SocketAddr>, HeaderError>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let mut proxy = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        let (mut socket, _) = listener.accept().await.expect("accepted");
        proxy.write_all(bytes).await.expect("written");
        proxy.shutdown().await.expect("shut");
        let said = client(&mut socket, Duration::from_secs(5)).await;
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.expect("read");
        (said, rest)
    }

    fn two(command: u8, family: u8, addresses: &[u8], tlvs: &[u8]) -> Vec<u8> {
        let length = u16::try_from(addresses.len() + tlvs.len()).expect("short");
        [&SIGNATURE[..], &[0x20 | command, family], &length.to_be_bytes(), addresses, tlvs, b"<?xml"].concat()
    }

    #[tokio::test]
    async fn both_versions_say_whom_it_is_from_and_leave_the_rest() {
        let four = [203, 0, 113, 9, 192, 0, 2, 1, 0x30, 0x39, 0x14, 0x66];
        let mut six = [0; 36];
        six[..16].copy_from_slice(&"2001:db8::7".parse::<std::net::Ipv6Addr>().expect("an address").octets());
        six[32..34].copy_from_slice(&12345_u16.to_be_bytes());
        for (bytes, client) in [
            (b"PROXY TCP4 203.0.113.9 192.0.2.1 12345 5222\r\n<?xml".to_vec(), Some("203.0.113.9:12345")),
            (b"PROXY TCP6 2001:db8::7 2001:db8::1 12345 5222\r\n<?xml".to_vec(), Some("[2001:db8::7]:12345")),
            (b"PROXY UNKNOWN\r\n<?xml".to_vec(), None),
            (two(1, 0x11, &four, b""), Some("203.0.113.9:12345")),
            (two(1, 0x11, &four, &[0x04, 0, 3, 1, 2, 3]), Some("203.0.113.9:12345")),
            (two(1, 0x21, &six, b""), Some("[2001:db8::7]:12345")),
            (two(0, 0, b"", b""), None),
        ] {
            let (said, rest) = of(&bytes).await;
            assert_eq!(said.expect("understood"), client.map(|text| text.parse().expect("an address")), "{bytes:?}");
            assert_eq!(rest, b"<?xml");
        }
    }

    #[tokio::test]
    async fn what_is_no_header_is_an_error() {
        for bytes in [
            &b""[..],
            b"PROXY TCP4 203",
            b"PROXY TCP4 203.0.113.9 192.0.2.1 99999 5222\r\n",
            b"PROXY TCP4 nonsense\r\n<?xml",
            b"<?xml version='1.0'?><stream:stream",
            &two(1, 0x11, &[1, 2], b""),
            &two(7, 0x11, &[0; 12], b""),
            &two(1, 0x11, &[0; 5000], b""),
            &[b"PROXY TCP4 ".as_slice(), &[b'1'; 200], b"\r\n"].concat(),
        ] {
            assert!(of(bytes).await.0.is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn networks() {
        let networks = Networks::new(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "nonsense"]);
        for (address, inside) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8::1", true),
        ] {
            assert_eq!(networks.contain(address.parse().expect("an address")), inside, "{address}");
        }
        assert!(Networks::loopback().contain("::1".parse().expect("an address")));
    }
}
