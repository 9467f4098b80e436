//! Accounts made over a server's HTTP interface: one connection, one request for each.

use anyhow::ensure;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};

/// Where a server takes them, and how it wants to be asked.
pub struct Interface<'a> {
    /// The path.
    pub path: &'a str,
    /// The `Host` header.
    pub host: &'a str,
}

/// Makes them, in turn.
///
/// # Errors
/// What the server says of the first that it does not make.
pub async fn make<S>(stream: S, to: Interface<'_>, names: &[String], body: impl Fn(&str) -> Value) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let asking = async move {
        for name in names {
            let request = Request::post(to.path)
                .header("host", to.host)
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from(body(name).to_string())))?;
            sender.ready().await?;
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            let text = answer.into_body().collect().await?.to_bytes();
            ensure!(status.is_success(), "no account for {name}: {status} {}", String::from_utf8_lossy(&text));
        }
        Ok(())
    };
    // The connection is driven beside the requests; no task is left behind.
    let (asked, _) = tokio::join!(asking, connection);
    asked
}
