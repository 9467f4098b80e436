//! Logins: a new connection, signing in by password, a bound resource, and away again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use parlour_net::BoxFuture;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::bare;
use crate::client;
use crate::load::Delays;
use crate::peers::{HOST, House, Kind, PASSWORD};
use crate::process;
use crate::table::{
    ALL, Bench, Column, Figure, Line, Measure, Subject, Than, at_least, at_most, generator, less, more,
};

/// RFC 6120's way.
pub const CLASSIC: Line = Line {
    name: "logins",
    title: "Logins",
    about: "TLS 1.3 from the first byte with a full handshake, SCRAM-SHA-256 with the iterations each server keeps (Parlour and \
            Prosody 10,000, ejabberd 4,096: the client's work, which it has done before), binding a resource; then the stream is closed. 32 at a \
            time, by 128 accounts. All modules. The limit is the handshake alone.",
    subjects: ALL,
    figures: FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, Way::Classic)),
};

/// Fewer round trips.
pub const AT_ONCE: Line = Line {
    name: "logins-sasl2",
    title: "Logins with SASL2 and Bind 2",
    about: "The same in fewer round trips (XEP-0388, XEP-0386), which Debian 12's ejabberd does not have, nor Prosody without \
            community modules.",
    subjects: &[Subject::Limit, Subject::Server(Kind::Parlour)],
    figures: MORE_FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, Way::AtOnce)),
};

const RATE: Figure = more("logins/s", "", 0);
const CPU: Figure = less("server CPU each", "ms", 3).aims(&[at_most(2.5, Than::Column(Column::Limit))]);
const FIGURES: &[Figure] = &[
    RATE.aims(&[at_least(5.0, Than::Column(Column::Ejabberd))]),
    CPU,
    less("p50", "ms", 2),
    less("p99", "ms", 2),
    generator("clients' CPU each", "ms", 3),
];
const MORE_FIGURES: &[Figure] =
    &[RATE, CPU, less("p50", "ms", 2), less("p99", "ms", 2), generator("clients' CPU each", "ms", 3)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Handshake,
    Classic,
    AtOnce,
}

/// What is kept running.
enum Keep {
    Bare(bare::Server),
    House(House),
}

struct Logins {
    keep: Keep,
    way: Way,
    addr: SocketAddr,
    tls: TlsConnector,
    time: Duration,
}

async fn settle(bench: &Bench, subject: Subject, way: Way) -> anyhow::Result<Box<dyn Measure>> {
    let time = bench.time(4.0);
    let logins = match subject {
        Subject::Limit => {
            let server = bare::Server::start(bench.cpus())?;
            let (addr, tls) = server.way();
            Logins { keep: Keep::Bare(server), way: Way::Handshake, addr, tls, time }
        }
        Subject::Server(kind) => {
            let mut house = House::new(kind, bench.cpus())?;
            house.start()?;
            house.open().await?;
            house.people(&(0..AT_A_TIME * EACH).map(name).collect::<Vec<_>>()).await?;
            let tls = client::connector(house.certificate()?)?;
            Logins { addr: house.c2s_tls(), keep: Keep::House(house), way, tls, time }
        }
    };
    // Everybody once: the clients hash their passwords, the server warms up.
    logins.many(Duration::ZERO).await?;
    Ok(Box::new(logins))
}

impl Measure for Logins {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let pid = match &self.keep {
                Keep::Bare(server) => server.pid(),
                Keep::House(house) => house.pid()?,
            };
            let (cpu, own, start) = (process::cpu(pid)?, process::cpu(std::process::id())?, Instant::now());
            let delays = self.many(self.time).await?;
            let (wall, count) = (start.elapsed(), delays.len() as f64);
            let each = |time: Duration| time.as_secs_f64() * 1e3 / count;
            let cpu = each(process::cpu(pid)?.saturating_sub(cpu));
            let own = each(process::cpu(std::process::id())?.saturating_sub(own));
            let delays = Delays::of(delays);
            let millis = |time: Duration| time.as_secs_f64() * 1e3;
            Ok(vec![count / wall.as_secs_f64(), cpu, millis(delays.p50), millis(delays.p99), own])
        })
    }
}

impl Logins {
    /// Everybody at a time, each again and again for so long, but at least with all of its accounts. Gives how long each
    /// login took.
    async fn many(&self, time: Duration) -> anyhow::Result<Vec<Duration>> {
        let start = Instant::now();
        let mut running = JoinSet::new();
        for one in 0..AT_A_TIME {
            let (addr, tls, way) = (self.addr, self.tls.clone(), self.way);
            running.spawn(async move {
                let mut delays = Vec::new();
                for turn in 0.. {
                    if turn >= EACH && start.elapsed() >= time {
                        break;
                    }
                    let begin = Instant::now();
                    let mut stream = client::connect(addr, &tls, HOST).await?;
                    let name = name(one * EACH + turn % EACH);
                    match way {
                        Way::Handshake => {}
                        Way::Classic => client::bind(&mut stream, HOST, &name, PASSWORD).await.map(drop)?,
                        Way::AtOnce => client::sign_in_at_once(&mut stream, HOST, &name, PASSWORD).await?,
                    }
                    delays.push(begin.elapsed());
                    if way != Way::Handshake {
                        client::say(&mut stream, "</stream:stream>").await?;
                    }
                    // Some servers have hung up by then.
                    let _ = stream.shutdown().await;
                }
                Ok::<_, anyhow::Error>(delays)
            });
        }
        let mut all = Vec::new();
        while let Some(done) = running.join_next().await {
            all.extend(done?.context("a login")?);
        }
        Ok(all)
    }
}

fn name(number: usize) -> String {
    format!("l{number}")
}

/// Clients at a time.
const AT_A_TIME: usize = 32;
/// Accounts that each of them uses in turns, as the server may still be ending a session.
const EACH: usize = 4;
