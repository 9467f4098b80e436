//! Invites made, by a program.

use std::time::Duration;

use parlour_net::BoxFuture;
use tokio::task::JoinSet;

use crate::links::Maker;
use crate::peers::{House, Kind};
use crate::process::Meter;
use crate::table::{Bench, Line, Measure, Subject, generator, less, more};

/// See the module.
pub const LINE: Line = Line {
    name: "invites",
    title: "Invites made",
    about: "32 connections, each making one invite after another: Parlour over its local socket, Prosody by \
            mod_invites_api. Parlour's are on the disk before they are answered, Prosody writes a file and does not sync it. \
            ejabberd 23.01 has none.",
    subjects: &[Subject::Server(Kind::Parlour), Subject::Server(Kind::Prosody)],
    figures: &[more("invites/s", "", 0), less("server CPU each", "us", 0), generator("makers' CPU each", "us", 0)],
    settle: |bench, subject| Box::pin(settle(bench, subject)),
};

struct Issuing {
    house: House,
    maker: Maker,
    time: Duration,
}

async fn settle(bench: &Bench, subject: Subject) -> anyhow::Result<Box<dyn Measure>> {
    let Subject::Server(kind) = subject else { anyhow::bail!("nothing bare is like it") };
    let mut house = House::with_doors(kind, bench.cpus())?;
    house.start()?;
    house.open().await?;
    let maker = Maker::of(&house)?;
    maker.make(usize::try_from(bench.many(500))?).await?;
    Ok(Box::new(Issuing { house, maker, time: bench.time(3.0) }))
}

impl Measure for Issuing {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let meter = Meter::start(self.house.pid()?)?;
            let mut making = JoinSet::new();
            for _ in 0..AT_A_TIME {
                let (maker, time) = (self.maker.clone(), self.time);
                making.spawn(async move { maker.make_for(time).await });
            }
            let mut all = 0;
            while let Some(made) = making.join_next().await {
                all += made??.len();
            }
            Ok(meter.read(all as f64)?.to_vec())
        })
    }
}

const AT_A_TIME: usize = 32;
