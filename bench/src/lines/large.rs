//! Starting a large place: until the first of very many can sign in.

use std::time::Instant;

use anyhow::Context as _;
use parlour_net::BoxFuture;
use rustix::process::Signal;

use crate::client::{self, Habits};
use crate::peers::{HOST, House, Kind, PASSWORD};
use crate::process;
use crate::residents;
use crate::table::{Bench, Line, Measure, Subject, Than, at_most, generator, less};

/// See the module.
pub const LINE: Line = Line {
    name: "start",
    title: "Starting with very many accounts",
    about: "From the start of the process to the first sign-in (TLS, SCRAM, a bound resource, presence), with 1,000,000 \
            accounts in Parlour's store and 100,000 files of accounts for Prosody, whose directory would take 4 GB \
            otherwise. ejabberd is left out: its tables are not to be written from outside, and making so many one by one \
            takes too long.",
    subjects: &[Subject::Server(Kind::Parlour), Subject::Server(Kind::Prosody)],
    figures: &[
        less("start to sign-in", "ms", 0).aims(&[at_most(1000.0, Than::Number)]),
        less("memory then", "MiB", 1),
        generator("accounts", "", 0),
    ],
    settle: |bench, subject| Box::pin(settle(bench, subject)),
};

struct Large {
    house: House,
    accounts: u32,
}

async fn settle(bench: &Bench, subject: Subject) -> anyhow::Result<Box<dyn Measure>> {
    let Subject::Server(kind) = subject else { anyhow::bail!("nothing bare is like it") };
    let accounts = bench.many(if kind == Kind::Parlour { 1_000_000 } else { 100_000 });
    let mut house = House::new(kind, bench.cpus())?;
    house.move_in(&[NAME.to_owned()]).await?;
    house.end(Signal::TERM).await?;
    residents::settle(&house, NAME, accounts).await?;
    Ok(Box::new(Large { house, accounts }))
}

impl Measure for Large {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let tls = client::connector(self.house.certificate()?)?;
            let start = Instant::now();
            self.house.start()?;
            self.house.open().await?;
            let names = vec![NAME.to_owned()];
            let signed = client::sign_in_all(self.house.c2s_tls(), &tls, HOST, names, PASSWORD, Habits::Plain).await?;
            let taken = start.elapsed();
            signed.first().context("signed in")?;
            let memory = process::memory(self.house.pid()?)?;
            self.house.end(Signal::TERM).await?;
            Ok(vec![taken.as_secs_f64() * 1e3, memory as f64 / 1024.0 / 1024.0, f64::from(self.accounts)])
        })
    }
}

const NAME: &str = "somebody";
