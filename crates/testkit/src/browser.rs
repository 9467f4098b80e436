//! A browser for tests: HTTPS over a real socket, one request a connection, cookies and the hidden field of forms kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{PATIENCE, connect_tls};

/// Somebody's browser.
#[derive(Clone, Debug)]
pub struct Browser {
    addr: SocketAddr,
    proxied: bool,
    host: String,
    jar: BTreeMap<String, String>,
    /// The hidden field of the form seen last.
    pub csrf: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Page {
    /// The status code.
    pub status: u16,
    /// Headers, names in lower case; one line each.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub text: String,
}

impl Page {
    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Browser {
    /// That visits `host`, which is served at `addr`.
    pub fn new(addr: SocketAddr, host: &str) -> Self {
        Self { addr, proxied: false, host: host.to_owned(), jar: BTreeMap::new(), csrf: String::new() }
    }

    /// That reaches `host` through a proxy on this machine, which took TLS off: much cheaper, for many requests.
    pub fn proxied(addr: SocketAddr, host: &str) -> Self {
        Self { proxied: true, ..Self::new(addr, host) }
    }

    /// The same browser, with all it holds, at another host's door: what no real one would send there.
    pub fn at(&self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self.clone() }
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<Page> {
        self.ask("GET", path, &[("Sec-Fetch-Mode", "navigate")], b"").await
    }

    /// Sends a form, with the hidden field of the one seen last.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let mut body = format!("csrf={}", encoded(&self.csrf));
        for (name, value) in fields {
            let _ = write!(body, "&{name}={}", encoded(value));
        }
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")];
        self.ask("POST", path, &headers, body.as_bytes()).await
    }

    /// Any request.
    ///
    /// # Errors
    /// When there is no answer, or none that is HTTP.
    pub async fn ask(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> anyhow::Result<Page> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        if !self.jar.is_empty() {
            let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let _ = write!(head, "Cookie: {}\r\n", cookies.join("; "));
        }
        if self.proxied {
            head.push_str("X-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.100.1\r\n");
        }
        for (name, value) in more {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        let socket = TcpStream::connect(self.addr).await?;
        let answer = if self.proxied {
            exchange(socket, head.as_bytes(), body).await?
        } else {
            exchange(connect_tls(socket, &self.host).await?, head.as_bytes(), body).await?
        };
        let page = parse(&String::from_utf8_lossy(&answer))?;
        self.remember(&page);
        Ok(page)
    }

    fn remember(&mut self, page: &Page) {
        for (_, line) in page.headers.iter().filter(|(name, _)| name == "set-cookie") {
            if let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let field = page.text.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next());
        if let Some(field) = field {
            self.csrf = field.to_owned();
        }
    }
}

/// One request without a browser's ways, as the command line makes them.
pub(crate) async fn ask_plainly(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    method: &str,
    path: &str,
    body: &str,
) -> anyhow::Result<Page> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: local\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    parse(&String::from_utf8_lossy(&exchange(stream, head.as_bytes(), body.as_bytes()).await?))
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &[u8],
    body: &[u8],
) -> anyhow::Result<Vec<u8>> {
    stream.write_all(head).await?;
    stream.write_all(body).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
    Ok(answer)
}

fn parse(answer: &str) -> anyhow::Result<Page> {
    let (head, body) = answer.split_once("\r\n\r\n").context("no end of the head")?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let page = Page { status, headers, text: body.to_owned() };
    ensure!(page.header("transfer-encoding").is_none(), "pieces, which this browser does not read");
    Ok(page)
}

/// As forms are sent.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
