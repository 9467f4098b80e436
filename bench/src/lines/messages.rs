//! Messages between two accounts that are online: not stored, and archived.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use parlour_net::BoxFuture;
use tokio::process::Command;

use crate::bare;
use crate::client::{self, Habits, Stream};
use crate::load::{Load, Pair, Reading, Setting, Until, archived, message};
use crate::peers::{HOST, House, Kind, Modules, PASSWORD};
use crate::table::{
    ALL, Bench, Column, Figure, Line, Measure, SERVERS, Subject, Than, at_least, at_most, generator, less, more,
};

/// Not stored.
pub const UNSTORED: Line = Line {
    name: "messages",
    title: "Messages that are not stored",
    about: "Chat messages of 387 bytes with the hint that keeps them out of archives (XEP-0334), between two accounts that are \
            online, over TLS 1.3; 50 pairs, each with one message under way; then 1,000 a second in all, evenly; then one pair \
            alone. Modules alike: Parlour runs everything it has and cannot do otherwise, the others what their packages run \
            and an archive. The limit is a process that copies bytes from one TLS connection to the other.",
    subjects: ALL,
    figures: UNSTORED_FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, Kept::Not)),
};

/// Not stored, by servers that run little else.
pub const FEW: Line = Line {
    name: "messages-few",
    title: "Messages that are not stored, with few modules",
    about: "The same with Prosody and ejabberd cut down to rosters and what streams need: no archive, no carbons, no stream \
            management. Parlour is as it is.",
    subjects: SERVERS,
    figures: FEW_FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, Kept::NotByFew)),
};

/// Archived, as servers are.
pub const ARCHIVED: Line = Line {
    name: "archived",
    title: "Messages that are archived",
    about: "The same messages without the hint, kept in both archives; 50 pairs, 20 messages of each under way. Parlour has \
            synced a message to the disk before anybody gets it; Prosody (files) and ejabberd (Mnesia) write and do not sync, as \
            their packages have it. All modules. The last message of a pair is looked for in both archives.",
    subjects: SERVERS,
    figures: ARCHIVED_FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, Kept::Archive)),
};

/// Archived, and synced by all.
pub const SYNCED: Line = Line {
    name: "synced",
    title: "Messages that are archived and synced",
    about: "The same with SQLite for Prosody's and ejabberd's archives: a synced transaction for each row.",
    subjects: &[
        Subject::Server(Kind::Parlour),
        Subject::Server(Kind::ProsodySqlite),
        Subject::Server(Kind::EjabberdSqlite),
    ],
    figures: SYNCED_FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, Kept::Archive)),
};

const UNSTORED_FIGURES: &[Figure] = &[
    more("messages/s", "", 0).aims(&[at_least(8.0, Than::Column(Column::Ejabberd))]),
    less("server CPU for 1,000", "s", 4).aims(&[at_most(2.0, Than::Column(Column::Limit))]),
    less("p50", "ms", 3),
    less("p99", "ms", 3).aims(&[at_most(1.0, Than::BetterPeers("p50"))]),
    less("p99.9", "ms", 3),
    less("1,000 a second: p50", "ms", 3),
    less("1,000 a second: p99", "ms", 3),
    less("1,000 a second: p99.9", "ms", 3),
    less("alone: p50", "ms", 3).aims(&[at_most(0.3, Than::Number)]),
    less("alone: p99", "ms", 3),
    less("context switches each", "", 2),
    less("system calls each", "", 2),
    generator("clients' CPU for 1,000", "s", 4),
];
const FEW_FIGURES: &[Figure] = &[
    more("messages/s", "", 0),
    less("server CPU for 1,000", "s", 4),
    less("p50", "ms", 3),
    less("p99", "ms", 3),
    less("p99.9", "ms", 3),
    less("1,000 a second: p50", "ms", 3),
    less("1,000 a second: p99", "ms", 3),
    less("1,000 a second: p99.9", "ms", 3),
    less("alone: p50", "ms", 3),
    less("alone: p99", "ms", 3),
    less("context switches each", "", 2),
    less("system calls each", "", 2),
    generator("clients' CPU for 1,000", "s", 4),
];
const ARCHIVED_RATE: Figure = more("messages/s", "", 0);
const ARCHIVED_FIGURES: &[Figure] = &[
    ARCHIVED_RATE.aims(&[at_least(8.0, Than::BetterPeer)]),
    less("server CPU for 1,000", "s", 3),
    less("alone: p50", "ms", 2),
    less("alone: p99", "ms", 2),
    generator("clients' CPU for 1,000", "s", 4),
];
const SYNCED_FIGURES: &[Figure] = &[
    ARCHIVED_RATE,
    less("server CPU for 1,000", "s", 3),
    less("alone: p50", "ms", 2),
    less("alone: p99", "ms", 2),
    generator("clients' CPU for 1,000", "s", 4),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    Not,
    NotByFew,
    Archive,
}

enum Keep {
    Bare(Setting<Stream, bare::Server>),
    House(Setting<Stream, House>),
}

struct Messages {
    keep: Keep,
    kept: Kept,
    time: Duration,
}

async fn settle(bench: &Bench, subject: Subject, kept: Kept) -> anyhow::Result<Box<dyn Measure>> {
    let (ahead, alone) = if kept == Kept::Archive { (20, 100) } else { (1, 500) };
    let load = Load { pairs: 50, warm_up: Until::Over(bench.time(2.0)), ahead, alone };
    let keep = match subject {
        Subject::Limit => Keep::Bare(bare::relay(&load, bench.cpus()).await?),
        Subject::Server(kind) => Keep::House(house(kind, &load, kept, bench.cpus()).await?),
    };
    Ok(Box::new(Messages { keep, kept, time: bench.time(4.0) }))
}

async fn house(kind: Kind, load: &Load, kept: Kept, cpus: Option<&str>) -> anyhow::Result<Setting<Stream, House>> {
    let modules = if kept == Kept::NotByFew { Modules::Few } else { Modules::Full };
    let mut house = House::with(kind, modules, cpus)?;
    let names: Vec<String> = (0..load.pairs * 2).map(|number| format!("p{number}")).collect();
    house.move_in(&names).await?;
    let tls = client::connector(house.certificate()?)?;
    let clients = client::sign_in_all(house.c2s_tls(), &tls, HOST, names, PASSWORD, Habits::Plain).await?;
    let mut clients = clients.into_iter();
    let mut pairs = Vec::new();
    while let (Some((sender, _)), Some((receiver, address))) = (clients.next(), clients.next()) {
        pairs.push(Pair::new(
            sender,
            receiver,
            if kept == Kept::Archive { archived(&address) } else { message(&address) },
        ));
    }
    Setting::warm(house.pid()?, house, pairs, *load).await
}

impl Measure for Messages {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let time = self.time;
            match (&mut self.keep, self.kept) {
                (Keep::Bare(setting), _) => unstored(setting, time).await,
                (Keep::House(setting), Kept::Not | Kept::NotByFew) => unstored(setting, time).await,
                (Keep::House(setting), Kept::Archive) => {
                    let r = setting.run(Until::Over(time)).await?;
                    look(setting).await.context("the last message is not in the archive")?;
                    let millis = |at: usize| r.alone.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
                    Ok(vec![rate(&r), for_thousand(&r, r.cpu), millis(0), millis(1), for_thousand(&r, r.generator)])
                }
            }
        })
    }
}

async fn unstored<P>(setting: &mut Setting<Stream, P>, time: Duration) -> anyhow::Result<Vec<f64>> {
    let r = setting.run(Until::Over(time)).await?;
    let paced = setting.paced(STEADY, time / 2).await?;
    let calls = calls(setting, time / 4).await.unwrap_or(f64::NAN);
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let [alone, alone_99] = r.alone;
    Ok(vec![
        rate(&r),
        for_thousand(&r, r.cpu),
        millis(r.loaded.p50),
        millis(r.loaded.p99),
        millis(r.loaded.p999),
        millis(paced.p50),
        millis(paced.p99),
        millis(paced.p999),
        millis(alone),
        millis(alone_99),
        r.switches as f64 / f64::from(r.messages),
        calls,
        for_thousand(&r, r.generator),
    ])
}

/// System calls of the server for a message, by perf(1) where it may count them.
async fn calls<P>(setting: &mut Setting<Stream, P>, time: Duration) -> anyhow::Result<f64> {
    let pid = setting.pid().to_string();
    let perf = Command::new("perf")
        .args([
            "stat",
            "-x",
            ",",
            "-e",
            "raw_syscalls:sys_enter",
            "-p",
            &pid,
            "--",
            "sleep",
            &time.as_secs_f64().to_string(),
        ])
        .stdin(Stdio::null())
        .output();
    // The load lasts longer than what is counted, and what it does in a second is known.
    let (counted, reading) = tokio::join!(perf, setting.busy(Until::Over(time + time / 2)));
    let told = String::from_utf8(counted?.stderr)?;
    let count: f64 =
        told.split(',').next().unwrap_or_default().trim().parse().context("perf counts no system calls")?;
    Ok(count / time.as_secs_f64() / rate(&reading?))
}

fn rate(r: &Reading) -> f64 {
    f64::from(r.messages) / r.wall.as_secs_f64()
}

fn for_thousand(r: &Reading, time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0 / f64::from(r.messages.max(1))
}

/// Asks both of a pair for the newest of their archives, which must be the last that was sent.
async fn look(setting: &mut Setting<Stream, House>) -> anyhow::Result<()> {
    let pair = setting.pair()?;
    let number = pair.number();
    for stream in [&mut pair.sender, &mut pair.receiver] {
        let query = "<iq type='set' id='newest'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>\
                     <max>1</max><before/></set></query></iq>";
        client::say(stream, query).await?;
        let answer = client::hear(stream, "</iq>").await?;
        anyhow::ensure!(answer.contains(&number), "{number} is not in {answer}");
    }
    Ok(())
}

/// Messages a second that all servers can carry.
const STEADY: u32 = 1000;
