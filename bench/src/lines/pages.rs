//! Landing pages: the page behind an invite's link, opened by browsers over connections that are kept alive.

use std::sync::Arc;
use std::time::Duration;

use parlour_net::BoxFuture;

use crate::http::{saturate, visit};
use crate::links;
use crate::peers::{HOST, House, Kind};
use crate::process::Meter;
use crate::table::{
    Bench, Column, Figure, Line, Measure, SERVERS, Subject, Than, at_least, at_most, generator, less, more,
};

/// Links that are handed round.
pub const SHARED: Line = Line {
    name: "pages",
    title: "Landing pages",
    about: "The page of an invite, as Firefox on Linux asks for it (which gets the square for a phone), over 64 connections \
            without TLS that are kept alive, by a web server in front that says it speaks https; 50 invites in turns, as links are that are posted in groups. Prosody with \
            mod_invites_page of Debian's prosody-modules; ejabberd has no invites, and shows its form for new accounts \
            (mod_register_web), a tenth as long.",
    subjects: SERVERS,
    figures: FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, 50)),
};

/// Links that one person each opens.
pub const SINGLE: Line = Line {
    name: "pages-single",
    title: "Landing pages, each opened once in a while",
    about: "The same with 5,000 invites in turns, so that no page is one that was sent a moment ago: the invite is read, its \
            square drawn, its words chosen. 300 invites with Prosody, which makes them ever more slowly and keeps no page.",
    subjects: &[Subject::Server(Kind::Parlour), Subject::Server(Kind::Prosody)],
    figures: &[RATE, CPU, BYTES, OWN],
    settle: |bench, subject| Box::pin(settle(bench, subject, bench.many(5_000))),
};

const RATE: Figure = more("pages/s", "", 0);
const CPU: Figure = less("server CPU each", "us", 0);
const BYTES: Figure = generator("a page", "bytes", 0);
const OWN: Figure = generator("browsers' CPU each", "us", 0);
const FIGURES: &[Figure] = &[
    RATE.aims(&[at_least(2.0, Than::Column(Column::Ejabberd)), at_least(40.0, Than::Column(Column::Prosody))]),
    CPU.aims(&[at_most(0.5, Than::Column(Column::Ejabberd)), at_most(1.0 / 40.0, Than::Column(Column::Prosody))]),
    BYTES,
    OWN,
];

struct Pages {
    house: House,
    requests: Arc<Vec<Vec<u8>>>,
    time: Duration,
}

async fn settle(bench: &Bench, subject: Subject, invites: u32) -> anyhow::Result<Box<dyn Measure>> {
    let Subject::Server(kind) = subject else { anyhow::bail!("nothing bare is like it") };
    let mut house = House::with_doors(kind, bench.cpus())?;
    house.start()?;
    house.open().await?;
    let most = if kind == Kind::Prosody { 300 } else { usize::MAX };
    let requests = Arc::new(requests(&house, most.min(invites as usize)).await?);
    saturate(house.http(), &requests, CONNECTIONS, bench.time(1.0)).await?;
    Ok(Box::new(Pages { house, requests, time: bench.time(4.0) }))
}

impl Measure for Pages {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let meter = Meter::start(self.house.pid()?)?;
            let served = saturate(self.house.http(), &self.requests, CONNECTIONS, self.time).await?;
            let [rate, cpu, own] = meter.read(served.answers as f64)?;
            Ok(vec![rate, cpu, served.bytes as f64 / served.answers as f64, own])
        })
    }
}

/// What browsers ask of a server: each of so many invites' pages.
pub async fn requests(house: &House, invites: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let path = match house.kind {
        Kind::Parlour | Kind::Forgetful => "/i/",
        Kind::Prosody | Kind::ProsodySqlite => "/invites_page?",
        Kind::Ejabberd | Kind::EjabberdSqlite => return Ok(vec![visit(HOST, "/register/new")]),
    };
    let tokens = links::tokens(house, invites).await?;
    Ok(tokens.iter().map(|token| visit(HOST, &format!("{path}{token}"))).collect())
}

const CONNECTIONS: usize = 64;
