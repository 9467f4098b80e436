//! Registrations by token: in an app, in a browser, by a portal.

use std::time::Duration;

use anyhow::ensure;
use parlour_net::BoxFuture;

use crate::bare;
use crate::links;
use crate::newcomers::{Crowd, Door};
use crate::peers::{House, Kind};
use crate::process::Meter;
use crate::table::{
    ALL, Bench, Column, Figure, Line, Measure, Subject, Than, at_least, at_most, generator, less, more,
};

/// In an app.
pub const IN_BAND: Line = Line {
    name: "registrations",
    title: "Registrations in an app",
    about: "Each newcomer opens a TLS connection of their own (a full handshake), shows the token of an invite (XEP-0445), \
            registers (XEP-0077) and leaves; 32 at a time. Each password becomes two keys of 10,000 rounds at Parlour, one \
            of 10,000 at Prosody (SHA-256; the next sign-in can use no other) and one of 4,096 at ejabberd, which has no \
            invites: there everybody registers without a token. Limits on how often one address may are off. The limit: the \
            handshake and two keys of 10,000 rounds, nothing kept.",
    subjects: ALL,
    figures: &[
        RATE.aims(&[at_least(5.0, Than::Column(Column::Prosody))]),
        CPU.aims(&[at_most(1.4, Than::Column(Column::Limit))]),
        OWN,
    ],
    settle: |bench, subject| Box::pin(settle(bench, subject, Door::InBand)),
};

/// In a browser.
pub const FORM: Line = Line {
    name: "registrations-form",
    title: "Registrations in a browser",
    about: "The same over HTTPS: the form behind an invite's link is opened and sent. Prosody with mod_invites_register_web.",
    subjects: &[Subject::Server(Kind::Parlour), Subject::Server(Kind::Prosody)],
    figures: &[RATE.aims(&[at_least(5.0, Than::Column(Column::Prosody))]), CPU, OWN],
    settle: |bench, subject| Box::pin(settle(bench, subject, Door::Form)),
};

/// By a portal.
pub const API: Line = Line {
    name: "registrations-api",
    title: "Registrations by a portal",
    about: "The same over HTTPS in one request (`/register_api`, as mod_invites_register_api has it, which Debian does not \
            package).",
    subjects: &[Subject::Server(Kind::Parlour)],
    figures: &[RATE, CPU, OWN],
    settle: |bench, subject| Box::pin(settle(bench, subject, Door::Api)),
};

const RATE: Figure = more("registrations/s", "", 0);
const CPU: Figure = less("server CPU each", "us", 0);
const OWN: Figure = generator("newcomers' CPU each", "us", 0);

/// The handshake and a password's keys.
struct Hashes {
    server: bare::Server,
    time: Duration,
}

impl Measure for Hashes {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let meter = Meter::start(self.server.pid())?;
            let hashed = self.server.hash(AT_A_TIME, self.time).await?;
            Ok(meter.read(f64::from(hashed))?.to_vec())
        })
    }
}

struct Registrations {
    house: House,
    door: Door,
    time: Duration,
    round: u32,
}

async fn settle(bench: &Bench, subject: Subject, door: Door) -> anyhow::Result<Box<dyn Measure>> {
    let Subject::Server(kind) = subject else {
        let server = bare::Server::start(bench.cpus())?;
        server.hash(AT_A_TIME, bench.time(1.0)).await?;
        return Ok(Box::new(Hashes { server, time: bench.time(4.0) }));
    };
    let mut house = House::with_doors(kind, bench.cpus())?;
    house.start()?;
    house.open().await?;
    let mut all = Registrations { house, door, time: bench.time(1.0), round: 0 };
    all.round().await?;
    all.time = bench.time(4.0);
    Ok(Box::new(all))
}

impl Measure for Registrations {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            self.round += 1;
            let number = |most: f64| (self.time.as_secs_f64() * most) as usize;
            let tokens = match self.house.kind {
                Kind::Ejabberd | Kind::EjabberdSqlite => vec![String::new(); number(MOST_A_SECOND)],
                Kind::Prosody | Kind::ProsodySqlite => links::tokens(&self.house, number(MOST_OF_PROSODY)).await?,
                Kind::Parlour | Kind::Forgetful => links::tokens(&self.house, number(MOST_A_SECOND)).await?,
            };
            let tokens_made = tokens.len();
            let crowd = Crowd::new(&self.house, self.door, &format!("n{}x", self.round), tokens)?;
            let meter = Meter::start(self.house.pid()?)?;
            let joined = crowd.come(AT_A_TIME, self.time).await?;
            ensure!((joined as usize) < tokens_made, "all {joined} tokens were used up before the time was");
            Ok(meter.read(f64::from(joined))?.to_vec())
        })
    }
}

const AT_A_TIME: usize = 32;
/// More than can be used up.
const MOST_A_SECOND: f64 = 1_500.0;
/// The same for Prosody, which makes them ever more slowly.
const MOST_OF_PROSODY: f64 = 120.0;
