//! Registrations: people who come with a token each, over a TLS connection of their own, and make an account.
//!
//! Spec: XEP-0445 v0.2.1 §4 and XEP-0077 v2.4 §3.1 in an app; the form behind an invite's link in a browser; the address
//! that other people's portals post to (mod_invites_register_api).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::client::{self, Stream};
use crate::http::Browser;
use crate::peers::{HOST, House, Kind, PASSWORD};

/// By which door somebody joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// An app: a token, a name, a password, within a stream.
    InBand,
    /// A browser: the form is opened and sent.
    Form,
    /// A portal of somebody's: one request.
    Api,
}

/// Those who are to come.
#[derive(Clone)]
pub struct Crowd {
    kind: Kind,
    addr: SocketAddr,
    tls: TlsConnector,
    door: Door,
    waiting: Arc<Mutex<VecDeque<(String, String)>>>,
}

impl Crowd {
    /// To one door of a server: each with a token, and a name that begins with `prefix`.
    pub fn new(house: &House, door: Door, prefix: &str, tokens: Vec<String>) -> anyhow::Result<Self> {
        let addr = if door == Door::InBand { house.c2s_tls() } else { house.https() };
        let waiting = tokens.into_iter().enumerate().map(|(n, token)| (format!("{prefix}{n}"), token)).collect();
        let tls = client::connector(house.certificate()?)?;
        Ok(Self { kind: house.kind, addr, tls, door, waiting: Arc::new(Mutex::new(waiting)) })
    }

    /// Lets them come, so many at a time, for so long; gives how many joined.
    ///
    /// # Errors
    /// Whatever one of them is told that is no success.
    pub async fn come(&self, at_a_time: usize, time: Duration) -> anyhow::Result<u32> {
        let start = Instant::now();
        let mut running = JoinSet::new();
        for _ in 0..at_a_time {
            let crowd = self.clone();
            running.spawn(async move {
                let mut joined = 0;
                while start.elapsed() < time
                    && let Some((name, token)) = crowd.next()
                {
                    crowd.join(&name, &token).await.with_context(|| format!("{name} by {:?}", crowd.door))?;
                    joined += 1;
                }
                anyhow::Ok(joined)
            });
        }
        let mut joined = 0;
        while let Some(done) = running.join_next().await {
            joined += done??;
        }
        Ok(joined)
    }

    fn next(&self) -> Option<(String, String)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    async fn join(&self, name: &str, token: &str) -> anyhow::Result<()> {
        let socket = TcpStream::connect(self.addr).await?;
        socket.set_nodelay(true)?;
        let mut stream = self.tls.connect(ServerName::try_from(HOST)?, socket).await?;
        match self.door {
            Door::InBand => in_band(&mut stream, name, token).await,
            Door::Form if self.kind == Kind::Parlour => form(stream, name, token).await,
            Door::Form => prosody_form(stream, name, token).await,
            Door::Api => api(stream, name, token).await,
        }
    }
}

async fn in_band(stream: &mut Stream, name: &str, token: &str) -> anyhow::Result<()> {
    let header = format!(
        "<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'>"
    );
    told(stream, &header, "</stream:features>").await?;
    if !token.is_empty() {
        let preauth =
            format!("<iq type='set' id='t' to='{HOST}'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>");
        iq(stream, &preauth).await?;
    }
    let register = format!(
        "<iq type='set' id='r' to='{HOST}'><query xmlns='jabber:iq:register'><username>{name}</username>\
         <password>{PASSWORD}</password></query></iq>"
    );
    iq(stream, &register).await
}

async fn iq(stream: &mut Stream, text: &str) -> anyhow::Result<()> {
    let answer = told(stream, text, "<iq").await?;
    ensure!(answer.contains("result") && !answer.contains("<error"), "{answer}");
    Ok(())
}

/// Says something and reads until `what` has come, and the element that it begins or ends.
async fn told(stream: &mut Stream, text: &str, what: &str) -> anyhow::Result<String> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await?;
    let mut got = Vec::with_capacity(2048);
    loop {
        ensure!(stream.read_buf(&mut got).await? > 0, "the server hung up: {}", String::from_utf8_lossy(&got));
        let text = String::from_utf8_lossy(&got);
        if text.split_once(what).is_some_and(|(_, rest)| {
            what.ends_with('>')
                || rest.contains("</iq>")
                || rest.split_once('>').is_some_and(|(tag, _)| tag.ends_with('/'))
        }) {
            return Ok(text.into_owned());
        }
    }
}

async fn form(stream: Stream, name: &str, token: &str) -> anyhow::Result<()> {
    let mut browser = Browser::new(stream);
    let path = format!("/i/{token}/register");
    let page = browser.ask(&crate::http::visit(HOST, &path)).await?;
    let cookie = page.header("set-cookie").and_then(|c| c.split(';').next()).context("no cookie")?.to_owned();
    let text = page.text();
    let field = text.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let csrf = field.with_context(|| format!("no form: {}", page.head))?.0;
    let body = format!("csrf={}&name={name}&password={}", escaped(csrf), escaped(PASSWORD));
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\nOrigin: https://{HOST}\r\n\r\n{body}"
    );
    let done = browser.ask(request.as_bytes()).await?;
    ensure!(done.status() == "200" && done.text().contains(name), "{}\n{}", done.head, done.text());
    Ok(())
}

async fn prosody_form(stream: Stream, name: &str, token: &str) -> anyhow::Result<()> {
    let mut browser = Browser::new(stream);
    let page = browser.ask(&crate::http::visit(HOST, &format!("/register?t={token}"))).await?;
    ensure!(page.status() == "200", "{}", page.head);
    let body = format!("user={name}&password={}&token={}", escaped(PASSWORD), escaped(token));
    let length = body.len();
    let request = format!(
        "POST /register HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let done = browser.ask(request.as_bytes()).await?;
    // Its page of errors is 200 as well, and has no address in it.
    let address = format!("{name}@{HOST}");
    ensure!(done.status() == "200" && done.text().contains(&address), "{}\n{}", done.head, done.text());
    Ok(())
}

async fn api(stream: Stream, name: &str, token: &str) -> anyhow::Result<()> {
    let body = serde_json::json!({ "username": name, "password": PASSWORD, "token": token }).to_string();
    let length = body.len();
    let request = format!(
        "POST /register_api/register HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let mut browser = Browser::new(stream);
    let done = browser.ask(request.as_bytes()).await?;
    ensure!(done.status() == "200", "{}\n{}", done.head, done.text());
    Ok(())
}

/// As a form's field is sent (WHATWG URL §5.2).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_escaped() {
        assert_eq!(escaped("a b&c=\u{e9}.-_"), "a+b%26c%3D%C3%A9.-_");
    }
}
