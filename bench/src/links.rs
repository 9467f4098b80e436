//! Invites at a running server, made by its own means: for pages to open and tokens to register with.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::http::Browser;
use crate::peers::{HOST, House, Kind};

/// So many tokens of invites for one account each.
///
/// # Errors
/// Where the server makes none, or has no invites.
pub async fn tokens(house: &House, number: usize) -> anyhow::Result<Vec<String>> {
    let share = number.div_ceil(AT_A_TIME).max(1);
    let mut all = Vec::with_capacity(number);
    let mut making = tokio::task::JoinSet::new();
    let maker = Maker::of(house)?;
    for part in 0..AT_A_TIME {
        let share = share.min(number.saturating_sub(part * share));
        let maker = maker.clone();
        making.spawn(async move { maker.make(share).await });
    }
    while let Some(made) = making.join_next().await {
        all.extend(made??);
    }
    Ok(all)
}

/// Who makes invites at a server.
#[derive(Debug, Clone)]
pub struct Maker {
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    /// Parlour's API, over its local socket.
    Socket(std::path::PathBuf),
    /// Prosody's mod_invites_api, with a key.
    Key(std::net::SocketAddr, String),
}

impl Maker {
    /// At this server.
    pub fn of(house: &House) -> anyhow::Result<Self> {
        let way = match house.kind {
            Kind::Parlour | Kind::Forgetful => Way::Socket(house.socket()),
            Kind::Prosody | Kind::ProsodySqlite => Way::Key(house.http(), house.prosody_key()?),
            Kind::Ejabberd | Kind::EjabberdSqlite => bail!("ejabberd 23.01 has no invites"),
        };
        Ok(Self { way })
    }

    /// So many over one connection, one after the other; gives their tokens.
    pub async fn make(&self, number: usize) -> anyhow::Result<Vec<String>> {
        self.make_while(|made| made < number).await
    }

    /// As [`Self::make`] for so long.
    pub async fn make_for(&self, time: Duration) -> anyhow::Result<Vec<String>> {
        let start = Instant::now();
        self.make_while(|_| start.elapsed() < time).await
    }

    async fn make_while(&self, more: impl Fn(usize) -> bool) -> anyhow::Result<Vec<String>> {
        match &self.way {
            Way::Socket(socket) => {
                let browser = Browser::new(UnixStream::connect(socket).await?);
                let body = json!({ "kind": "account", "expires_after": "7d" }).to_string();
                let length = body.len();
                let request = format!(
                    "POST /api/v1/hosts/{HOST}/invites HTTP/1.1\r\nHost: local\r\nContent-Type: application/json\r\n\
                     Content-Length: {length}\r\n\r\n{body}"
                );
                made(browser, &request, more, |_, body| {
                    let made: Value = serde_json::from_str(body)?;
                    Ok(made["token"].as_str().context("no token")?.to_owned())
                })
                .await
            }
            Way::Key(addr, key) => {
                let browser = Browser::new(TcpStream::connect(addr).await?);
                // Without a query it fails, a key in a header or not.
                let request =
                    format!("GET /invites_api?key={} HTTP/1.1\r\nHost: {HOST}\r\n\r\n", key.replace('/', "%2F"));
                made(browser, &request, more, |location, _| {
                    let (_, token) = location.and_then(|link| link.rsplit_once('?')).context("no link")?;
                    Ok(token.to_owned())
                })
                .await
            }
        }
    }
}

async fn made<S: AsyncRead + AsyncWrite + Unpin>(
    mut browser: Browser<S>,
    request: &str,
    more: impl Fn(usize) -> bool,
    token: impl Fn(Option<&str>, &str) -> anyhow::Result<String>,
) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    while more(all.len()) {
        let answer = browser.ask(request.as_bytes()).await?;
        ensure!(answer.status() == "201", "{}\n{}", answer.head, answer.text());
        all.push(token(answer.header("location"), &answer.text())?);
    }
    Ok(all)
}

/// Connections that make invites at a time.
const AT_A_TIME: usize = 32;
