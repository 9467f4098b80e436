//! HTTP/1.1 as cheap as it gets: requests that are bytes already, answers of which only the length is read.
//!
//! Spec: RFC 9112 §6 (Content-Length and chunked bodies), §9.3 (persistent connections).
//! Left out: everything that the measured servers do not send.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection that is kept alive.
pub struct Browser<S> {
    stream: S,
    // What came and is not answered for yet; its room is used again.
    got: Vec<u8>,
}

/// What a connection was told.
pub struct Answer<'a> {
    /// Status line and headers.
    pub head: &'a str,
    /// The document.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// `200`.
    pub fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The first header of this name, in lower case, with its value.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// The document as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Browser<S> {
    /// Over a connection that is there.
    pub fn new(stream: S) -> Self {
        Self { stream, got: Vec::with_capacity(FIRST) }
    }

    /// Sends a request and reads its whole answer.
    ///
    /// # Errors
    /// When the connection ends before that.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        self.got.clear();
        let head = loop {
            if let Some(at) = find(&self.got, b"\r\n\r\n", 0) {
                break at;
            }
            ensure!(self.stream.read_buf(&mut self.got).await? > 0, "the server hung up");
        };
        let (start, text) = (head + 4, std::str::from_utf8(self.got.get(..head).unwrap_or_default())?);
        if let Some(length) = header(text, "content-length") {
            let end = start + length.parse::<usize>().context("a length")?;
            self.got.reserve(end.saturating_sub(self.got.len()));
            while self.got.len() < end {
                ensure!(self.stream.read_buf(&mut self.got).await? > 0, "the server hung up");
            }
            return self.answer(head, start, end);
        }
        ensure!(header(text, "transfer-encoding").is_some(), "an answer without a length: {text}");
        let mut from = start;
        let end = loop {
            if let Some(at) = find(&self.got, b"\r\n0\r\n\r\n", from.saturating_sub(2)) {
                break at + 7;
            }
            from = self.got.len().saturating_sub(6).max(start);
            ensure!(self.stream.read_buf(&mut self.got).await? > 0, "the server hung up");
        };
        self.answer(head, start, end)
    }

    fn answer(&self, head: usize, start: usize, end: usize) -> anyhow::Result<Answer<'_>> {
        let head = std::str::from_utf8(self.got.get(..head).context("a head")?)?;
        Ok(Answer { head, body: self.got.get(start..end).context("a body")? })
    }
}

/// What came of [`saturate`].
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// Answers with status 200.
    pub answers: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// From the first request to the last answer.
    pub wall: Duration,
}

/// Asks over so many connections at a time, each again as soon as it is answered; each begins elsewhere among `requests`.
///
/// # Errors
/// When a connection ends, or an answer is not 200.
pub async fn saturate(
    addr: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Served> {
    let mut browsers = Vec::with_capacity(connections);
    for _ in 0..connections {
        let socket = TcpStream::connect(addr).await?;
        socket.set_nodelay(true)?;
        browsers.push(Browser::new(socket));
    }
    let start = Instant::now();
    let mut running = JoinSet::new();
    for (number, mut browser) in browsers.into_iter().enumerate() {
        let requests = Arc::clone(requests);
        running.spawn(async move {
            let (mut answers, mut bytes) = (0, 0);
            for request in requests.iter().cycle().skip(number * requests.len() / connections) {
                let answer = browser.ask(request).await?;
                ensure!(answer.status() == "200", "{}\n{}", answer.head, answer.text());
                answers += 1;
                bytes += answer.body.len() as u64;
                if start.elapsed() > time {
                    break;
                }
            }
            anyhow::Ok((answers, bytes))
        });
    }
    let mut all = Served { answers: 0, bytes: 0, wall: Duration::ZERO };
    while let Some(done) = running.join_next().await {
        let (answers, bytes) = done??;
        all.answers += answers;
        all.bytes += bytes;
    }
    all.wall = start.elapsed();
    Ok(all)
}

/// What a browser sends that opens a link: Firefox on Linux, which has not been here before.
pub fn visit(host: &str, path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 \
         Firefox/140.0\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: \
         en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n\
         Upgrade-Insecure-Requests: 1\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n\
         Sec-Fetch-User: ?1\r\nPriority: u=0, i\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
    )
    .into_bytes()
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|here| here == what).map(|at| from + at)
}

/// Room for an answer at first.
const FIRST: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_end_where_their_heads_say() {
        let (mut server, client) = tokio::io::duplex(64);
        let serving = async {
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "HTTP/1.1 404 No\r\ncontent-length: 0\r\nlocation: /x\r\n\r\n",
            ] {
                let mut request = [0; 3];
                server.read_exact(&mut request).await.expect("a request");
                server.write_all(answer.as_bytes()).await.expect("room");
            }
        };
        let asking = async {
            let mut browser = Browser::new(client);
            assert_eq!(browser.ask(b"GET").await.expect("an answer").body, b"hello");
            assert_eq!(browser.ask(b"GET").await.expect("an answer").text(), "3\r\nabc\r\n0\r\n\r\n");
            let last = browser.ask(b"GET").await.expect("an answer");
            assert_eq!((last.status(), last.header("Location"), last.body.len()), ("404", Some("/x"), 0));
        };
        tokio::join!(serving, asking);
    }
}
