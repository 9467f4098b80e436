//! The load: pairs of clients, one of each sends a message at a time to the other.
//!
//! A [`Setting`] is any pairs of streams and the process id of what is between them, so that the bare relay and a whole
//! server are measured by the same code and with messages of the same length.

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
    /// Messages of all pairs together, in each round.
    pub messages: u32,
}

/// Two clients, and what one sends the other.
#[derive(Debug)]
pub struct Pair<S> {
    /// Sends.
    pub sender: S,
    /// Receives.
    pub receiver: S,
    /// One message.
    pub message: Vec<u8>,
}

/// What it cost.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Messages that arrived.
    pub messages: u32,
    /// From the first to the last.
    pub wall: Duration,
    /// The server's.
    pub cpu: Duration,
    /// The server's.
    pub switches: u64,
    /// From one client to the other with nothing else going on: the median, and what 99 of 100 do not exceed.
    pub alone: [Duration; 2],
}

/// Bytes of a message: the one that the budget was set with.
const LENGTH: usize = 387;
/// Messages of each pair before anything is measured.
const WARM_UP: u32 = 200;
/// Messages sent alone, for the latency.
const ALONE: usize = 1000;
/// Where a message ends.
const END: &[u8] = b"</message>";

/// A chat message of 387 bytes as an app sends it: chat state, origin-id, receipt request; with the hint that keeps it
/// out of archives, so that nothing is stored.
pub fn message(to: &str) -> Vec<u8> {
    let head = format!(
        "<message type='chat' to='{to}' id='3f0c8f7e-0b1d-4a53-9f34-1d5a0c7be9a1'><body>See you at eight &amp; bring \
         the book"
    );
    let tail = "</body><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' \
                id='3f0c8f7e-0b1d'/><request xmlns='urn:xmpp:receipts'/><no-store xmlns='urn:xmpp:hints'/></message>";
    let fill = ".".repeat(LENGTH.saturating_sub(head.len() + tail.len()));
    [head, fill, tail.to_owned()].concat().into_bytes()
}

/// Something that relays, and its clients.
#[derive(Debug)]
pub struct Setting<S, P> {
    server: u32,
    pairs: Vec<Pair<S>>,
    // Ended when dropped.
    _process: P,
}

impl<S, P> Setting<S, P>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    /// `pairs` over the process `server`, each with some messages behind it.
    ///
    /// # Errors
    /// As [`Setting::run`].
    pub async fn warm(server: u32, process: P, pairs: Vec<Pair<S>>) -> anyhow::Result<Self> {
        let mut setting = Self { server, pairs, _process: process };
        setting.send(WARM_UP).await?;
        Ok(setting)
    }

    /// Sends `messages` over all pairs and measures the server meanwhile.
    ///
    /// # Errors
    /// When a stream breaks or a pair gets no message within 10 s.
    pub async fn run(&mut self, messages: u32) -> anyhow::Result<Reading> {
        let first = self.pairs.first_mut().context("no pairs")?;
        let mut alone = Vec::with_capacity(ALONE);
        for _ in 0..ALONE {
            let start = Instant::now();
            first.pass().await?;
            alone.push(start.elapsed());
        }
        alone.sort_unstable();
        let each = messages / u32::try_from(self.pairs.len())?;
        let (cpu, switches) = (process::cpu(self.server)?, process::switches(self.server)?);
        let start = Instant::now();
        self.send(each).await?;
        Ok(Reading {
            messages: each * u32::try_from(self.pairs.len())?,
            wall: start.elapsed(),
            cpu: process::cpu(self.server)?.saturating_sub(cpu),
            switches: process::switches(self.server)?.saturating_sub(switches),
            alone: [alone[ALONE / 2], alone[ALONE * 99 / 100]],
        })
    }

    /// Sends `each` messages over every pair, all pairs at a time.
    async fn send(&mut self, each: u32) -> anyhow::Result<()> {
        let mut running = JoinSet::new();
        for mut pair in self.pairs.drain(..) {
            running.spawn(async move {
                for _ in 0..each {
                    pair.pass().await?;
                }
                Ok::<_, anyhow::Error>(pair)
            });
        }
        while let Some(pair) = running.join_next().await {
            self.pairs.push(pair??);
        }
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pair<S> {
    /// One message from one to the other.
    async fn pass(&mut self) -> anyhow::Result<()> {
        self.sender.write_all(&self.message).await?;
        self.sender.flush().await?;
        tokio::time::timeout(Duration::from_secs(10), receive(&mut self.receiver)).await.context("no message")?
    }
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
        assert_eq!(message("bob@example.test").len(), LENGTH);
        assert_eq!(message("p123@bench.test/0123456789ab").len(), LENGTH);
    }
}
