//! A small browser and a small HTTP client: one connection for each request.

use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::place::Ports;

/// What a server answers.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// One request on a connection of its own.
///
/// # Errors
/// When the connection ends before the answer is whole.
pub async fn ask<S>(stream: S, request: Request<String>) -> anyhow::Result<Answer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let answer = sender.send_request(request.map(|body| Full::new(Bytes::from(body)))).await?;
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await?.to_bytes();
        drop(sender);
        let text = String::from_utf8(bytes.to_vec())?;
        anyhow::Ok(Answer { status: parts.status, headers: parts.headers, text })
    };
    let (answer, _) = tokio::join!(answer, connection);
    answer
}

/// A browser behind the proxy of `chat.example.test`, from an address of its own.
pub struct Browser {
    ports: Ports,
    address: String,
    cookie: String,
    csrf: String,
}

impl Browser {
    /// Number `n` of the world's browsers.
    pub fn new(ports: Ports, n: usize) -> Self {
        // RFC 2544's network for tests, as wide as 131,072.
        let address = format!("198.{}.{}.{}", 18 + n / 65_536 % 2, n / 256 % 256, n % 256);
        Self { ports, address, cookie: String::new(), csrf: String::new() }
    }

    /// Looks at a page and keeps its form's field.
    ///
    /// # Errors
    /// When the connection ends.
    pub async fn look(&mut self, path: &str) -> anyhow::Result<Answer> {
        let request = self.request(Method::GET, path).header("sec-fetch-mode", "navigate").body(String::new())?;
        self.send(request).await
    }

    /// Sends the form of the page seen last.
    ///
    /// # Errors
    /// When the connection ends before the answer.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let mut form = format!("csrf={}", self.csrf);
        for (key, value) in fields {
            // The tests' names and passwords hold letters, digits and spaces.
            form.push_str(&format!("&{key}={}", value.replace(' ', "+")));
        }
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(form)?;
        self.send(request).await
    }

    /// What it holds of the server's: its cookie's value and the field of the form seen last.
    pub fn holds(&self) -> [String; 2] {
        let cookie = self.cookie.split_once('=').map_or("", |(_, value)| value);
        [cookie.to_owned(), self.csrf.clone()]
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "chat.example.test")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-for", &self.address);
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    async fn send(&mut self, request: Request<String>) -> anyhow::Result<Answer> {
        let stream = TcpStream::connect(self.ports.web).await?;
        let answer = ask(stream, request).await?;
        let set = answer.headers.get("set-cookie").and_then(|line| line.to_str().ok());
        if let Some(pair) = set.and_then(|line| line.split(';').next()) {
            self.cookie = pair.to_owned();
        }
        let field = answer.text.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next());
        if let Some(csrf) = field {
            self.csrf = csrf.to_owned();
        }
        Ok(answer)
    }
}
