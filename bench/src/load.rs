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
    /// What comes before anything is measured.
    pub warm_up: Until,
    /// Messages of a pair under way at a time.
    pub ahead: u32,
    /// Messages sent alone before each round, for the latency.
    pub alone: usize,
}

/// When a round is over.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// So many messages of all pairs together.
    Messages(u32),
    /// So much time.
    Over(Duration),
}

/// Two clients, and what one sends the other.
#[derive(Debug)]
pub struct Pair<S> {
    /// Sends.
    pub sender: S,
    /// Receives.
    pub receiver: S,
    /// One message.
    message: Vec<u8>,
    /// Where it carries its number.
    numbers: Vec<usize>,
    /// How many were sent.
    sent: u64,
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
    /// Of this process: what it takes to send and to receive.
    pub generator: Duration,
    /// The server's.
    pub switches: u64,
    /// From one client to the other with nothing else going on: the median, and what 99 of 100 do not exceed.
    pub alone: [Duration; 2],
    /// How long a pair's messages under way took to arrive while all pairs were busy.
    pub loaded: Delays,
}

/// How long messages took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delays {
    /// The median.
    pub p50: Duration,
    /// What 99 of 100 do not exceed.
    pub p99: Duration,
    /// What 999 of 1,000 do not exceed.
    pub p999: Duration,
}

impl Delays {
    /// Of these, in any order.
    pub fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let at = |thousandth: usize| all.get(all.len() * thousandth / 1000).copied().unwrap_or_default();
        Self { p50: at(500), p99: at(990), p999: at(999) }
    }
}

/// Bytes of a message: the one that the budget was set with.
const LENGTH: usize = 387;
/// Where a message ends.
const END: &[u8] = b"</message>";

/// A chat message of 387 bytes as an app sends it: chat state, origin-id, receipt request; with the hint that keeps it
/// out of archives, so that nothing is stored.
pub fn message(to: &str) -> Vec<u8> {
    filled(to, "3f0c8f7e-0b1d", "<no-store xmlns='urn:xmpp:hints'/>")
}

/// As [`message`], to be archived: without the hint, and each with a number of its own in its ids.
pub fn archived(to: &str) -> Vec<u8> {
    filled(to, NUMBER, "")
}

fn filled(to: &str, id: &str, hint: &str) -> Vec<u8> {
    let head = format!(
        "<message type='chat' to='{to}' id='{id}-4a53-9f34-1d5a0c7be9a1'><body>See you at eight &amp; bring \
         the book"
    );
    let tail = format!(
        "</body><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' \
         id='{id}-4a53-9f34-1d5a0c7be9a1'/><request xmlns='urn:xmpp:receipts'/>{hint}</message>"
    );
    let fill = ".".repeat(LENGTH.saturating_sub(head.len() + tail.len()));
    [head, fill, tail].concat().into_bytes()
}

/// Something that relays, and its clients.
#[derive(Debug)]
pub struct Setting<S, P> {
    server: u32,
    pairs: Vec<Pair<S>>,
    load: Load,
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
    pub async fn warm(server: u32, process: P, pairs: Vec<Pair<S>>, load: Load) -> anyhow::Result<Self> {
        let mut setting = Self { server, pairs, load, _process: process };
        setting.send(load.warm_up).await?;
        Ok(setting)
    }

    /// Sends messages over all pairs and measures the server meanwhile.
    ///
    /// # Errors
    /// When a stream breaks or a pair gets nothing for a minute.
    pub async fn run(&mut self, until: Until) -> anyhow::Result<Reading> {
        let first = self.pairs.first_mut().context("no pairs")?;
        let mut alone = Vec::with_capacity(self.load.alone);
        for _ in 0..self.load.alone {
            let start = Instant::now();
            first.pass(1).await?;
            alone.push(start.elapsed());
        }
        let alone = Delays::of(alone);
        Ok(Reading { alone: [alone.p50, alone.p99], ..self.busy(until).await? })
    }

    /// As [`Setting::run`], without the messages that are alone.
    ///
    /// # Errors
    /// As [`Setting::run`].
    pub async fn busy(&mut self, until: Until) -> anyhow::Result<Reading> {
        let (cpu, switches) = (process::cpu(self.server)?, process::switches(self.server)?);
        let (generator, start) = (process::cpu(std::process::id())?, Instant::now());
        let (messages, delays) = self.send(until).await?;
        Ok(Reading {
            messages,
            wall: start.elapsed(),
            cpu: process::cpu(self.server)?.saturating_sub(cpu),
            generator: process::cpu(std::process::id())?.saturating_sub(generator),
            switches: process::switches(self.server)?.saturating_sub(switches),
            alone: [Duration::ZERO; 2],
            loaded: Delays::of(delays),
        })
    }

    /// Sends so many messages a second over all pairs together, evenly and whether earlier ones have arrived or not; gives
    /// how long each took from when it was due.
    ///
    /// # Errors
    /// As [`Setting::run`].
    pub async fn paced(&mut self, rate: u32, time: Duration) -> anyhow::Result<Delays> {
        let every = Duration::from_secs(1) * u32::try_from(self.pairs.len())? / rate.max(1);
        let step = every / u32::try_from(self.pairs.len().max(1))?;
        let begin = Instant::now() + every;
        let mut running = JoinSet::new();
        for (at, mut pair) in (0..).zip(self.pairs.drain(..)) {
            running.spawn(async move {
                let mut ticks = tokio::time::interval_at((begin + step * at).into(), every);
                let (mut delays, mut free) = (Vec::new(), begin);
                while begin.elapsed() < time {
                    let due = ticks.tick().await.into_std();
                    // What waited for the one before was due earlier; else the timer's millisecond is not the server's.
                    let start = if free > due { due } else { Instant::now() };
                    pair.pass(1).await?;
                    free = Instant::now();
                    delays.push(free - start);
                }
                Ok::<_, anyhow::Error>((pair, delays))
            });
        }
        let mut all = Vec::new();
        while let Some(done) = running.join_next().await {
            let (pair, delays) = done??;
            self.pairs.push(pair);
            all.extend(delays);
        }
        Ok(Delays::of(all))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.server
    }

    /// All pairs at a time; gives how many messages there were, and how long each pair's under way took.
    async fn send(&mut self, until: Until) -> anyhow::Result<(u32, Vec<Duration>)> {
        let (pairs, ahead, start) = (u32::try_from(self.pairs.len())?, self.load.ahead.max(1), Instant::now());
        let mut running = JoinSet::new();
        for mut pair in self.pairs.drain(..) {
            running.spawn(async move {
                let (mut sent, mut delays) = (0, Vec::new());
                loop {
                    let more = match until {
                        Until::Messages(all) => (all / pairs - sent).min(ahead),
                        Until::Over(time) if start.elapsed() < time => ahead,
                        Until::Over(_) => 0,
                    };
                    if more == 0 {
                        return Ok::<_, anyhow::Error>((pair, sent, delays));
                    }
                    let begin = Instant::now();
                    pair.pass(more).await?;
                    delays.push(begin.elapsed());
                    sent += more;
                }
            });
        }
        let (mut all, mut delays) = (0, Vec::new());
        while let Some(done) = running.join_next().await {
            let (pair, sent, its) = done??;
            self.pairs.push(pair);
            all += sent;
            delays.extend(its);
        }
        Ok((all, delays))
    }

    /// One of the pairs.
    pub fn pair(&mut self) -> anyhow::Result<&mut Pair<S>> {
        self.pairs.first_mut().context("no pairs")
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pair<S> {
    /// Two clients. Where `message` has a number, each gets another.
    pub fn new(sender: S, receiver: S, message: Vec<u8>) -> Self {
        let places = message.windows(NUMBER.len()).enumerate();
        let numbers = places.filter(|(_, here)| *here == NUMBER.as_bytes()).map(|(at, _)| at).collect();
        Self { sender, receiver, message, numbers, sent: 0 }
    }

    /// So many messages from one to the other.
    async fn pass(&mut self, count: u32) -> anyhow::Result<()> {
        let mut bytes = Vec::with_capacity(self.message.len() * count as usize);
        for _ in 0..count {
            self.sent += 1;
            let number = self.number();
            for at in &self.numbers {
                self.message[*at..*at + NUMBER.len()].copy_from_slice(number.as_bytes());
            }
            bytes.extend_from_slice(&self.message);
        }
        self.sender.write_all(&bytes).await?;
        self.sender.flush().await?;
        let received = receive(&mut self.receiver, count);
        tokio::time::timeout(PATIENCE, received).await.context("no message")?
    }

    /// The number of the last message that was sent, as it stands in it.
    pub fn number(&self) -> String {
        format!("{:0width$}", self.sent, width = NUMBER.len())
    }
}

/// Reads so many messages to their ends; the server may have stamped them, so that their length is not known.
async fn receive<S: AsyncRead + Unpin>(stream: &mut S, count: u32) -> anyhow::Result<()> {
    let (mut got, mut ends) = (Vec::with_capacity(4096), 0);
    loop {
        ensure!(stream.read_buf(&mut got).await? > 0, "the server hung up");
        ends += got.windows(END.len()).filter(|here| *here == END).count();
        if ends >= count as usize {
            return Ok(());
        }
        // An end may be cut in two.
        let whole = got.windows(END.len()).rposition(|here| here == END).map_or(0, |at| at + END.len());
        got.drain(..whole.max(got.len().saturating_sub(END.len() - 1)));
    }
}

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Stands where a message has its number.
const NUMBER: &str = "number-000000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_as_long_as_the_one_the_budget_was_measured_with() {
        assert_eq!(message("bob@example.test").len(), LENGTH);
        assert_eq!(message("p123@bench.test/0123456789ab").len(), LENGTH);
        assert_eq!(archived("bob@example.test").len(), LENGTH);
    }
}
