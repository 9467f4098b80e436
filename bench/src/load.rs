//! The load: pairs of clients, one of each sends a message at a time to the other.
//!
//! [`run`] takes any pairs of streams and the server's process id, so that the bare relay and a whole server are
//! measured by the same code: for the latter connect, sign in and bind first, then hand the streams over.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::process;

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Pairs of clients.
    pub pairs: u32,
    /// Messages of all pairs together.
    pub messages: u32,
}

/// What it cost.
#[derive(Debug)]
pub struct Reading {
    /// Messages that arrived.
    pub messages: u32,
    /// From the first to the last.
    pub wall: Duration,
    /// The server's.
    pub cpu: Duration,
    /// The server's.
    pub switches: u64,
}

/// Where a message ends.
const END: &[u8] = b"</message>";

/// A chat message of 387 bytes as an app sends it: chat state, origin-id, receipt request.
pub fn message(to: &str) -> Vec<u8> {
    let head = format!(
        "<message type='chat' to='{to}' id='3f0c8f7e-0b1d-4a53-9f34-1d5a0c7be9a1'><body>See you at eight &amp; bring \
         the book"
    );
    let tail = "</body><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' \
                id='3f0c8f7e-0b1d-4a53-9f34-1d5a0c7be9a1'/><request xmlns='urn:xmpp:receipts'/></message>";
    let fill = ".".repeat(387usize.saturating_sub(head.len() + tail.len()));
    [head, fill, tail.to_owned()].concat().into_bytes()
}

/// Sends `load.messages` over `pairs` (sender, receiver) and measures the process `server` meanwhile.
///
/// # Errors
/// When a stream breaks or a pair gets no message within 10 s.
pub async fn run<S>(server: u32, pairs: Vec<(S, S)>, load: &Load) -> anyhow::Result<Reading>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    ensure!(!pairs.is_empty(), "no pairs");
    let each = load.messages / u32::try_from(pairs.len())?;
    let (cpu, switches) = (process::cpu(server)?, process::switches(server)?);
    let start = Instant::now();
    let mut running = JoinSet::new();
    let mut messages = 0;
    for (mut sender, mut receiver) in pairs {
        messages += each;
        running.spawn(async move {
            let message = message("bob@example.test");
            for _ in 0..each {
                sender.write_all(&message).await?;
                sender.flush().await?;
                tokio::time::timeout(Duration::from_secs(10), receive(&mut receiver)).await.context("no message")??;
            }
            // Handed back so that nobody hangs up while others are still measured.
            Ok::<_, anyhow::Error>((sender, receiver))
        });
    }
    let mut done = Vec::new();
    while let Some(pair) = running.join_next().await {
        done.push(pair??);
    }
    let wall = start.elapsed();
    Ok(Reading {
        messages,
        wall,
        cpu: process::cpu(server)?.saturating_sub(cpu),
        switches: process::switches(server)?.saturating_sub(switches),
    })
}

/// Reads one message to its end; the server may have stamped it, so that its length is not known.
async fn receive<S: AsyncRead + Unpin>(stream: &mut S) -> anyhow::Result<()> {
    let mut got = Vec::with_capacity(1024);
    while !got.ends_with(END) {
        ensure!(stream.read_buf(&mut got).await? > 0, "the server hung up");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_as_long_as_the_one_the_budget_was_measured_with() {
        assert_eq!(message("bob@example.test").len(), 387);
    }
}
