//! How cost grows: what a login, a message, a presence, a page, a registration and an invite take of the server with so
//! many accounts and invites, with ten and with a hundred times as many, and with rosters that grow likewise.
//!
//! The work is the same each time: what is done does not look at what there is beside it, so that no figure should grow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::{self, Habits, Stream};
use crate::http::saturate;
use crate::lines::{pages, storm};
use crate::links::{self, Maker};
use crate::load::message;
use crate::newcomers::{Crowd, Door};
use crate::peers::{HOST, House, Kind, PASSWORD};
use crate::process::Meter;
use crate::table::machine::Machine;
use crate::{residents, runtime, say};

/// With `number` accounts and invites at first.
pub fn run(number: u32) -> anyhow::Result<()> {
    let machine = Machine::prepare()?;
    let cpus = machine.servers.context("servers and clients need cores of their own")?;
    runtime(2)?.block_on(async {
        let mut columns = Vec::new();
        for times in [1, 10, 100] {
            columns.push(measure(number, times, &cpus).await?);
        }
        let [one, ten, hundred] = columns.as_slice() else { anyhow::bail!("three columns") };
        say("| server CPU, us | 1 x | 10 x | 100 x | 100 x to 1 x |\n| --- | --- | --- | --- | --- |")?;
        for (((what, one), (_, ten)), (_, hundred)) in one.iter().zip(ten).zip(hundred) {
            say(&format!("| {what} | {one:.1} | {ten:.1} | {hundred:.1} | {:.2} |", hundred / one))?;
        }
        Ok(())
    })
}

type Costs = Vec<(&'static str, f64)>;

async fn measure(number: u32, times: u32, cpus: &str) -> anyhow::Result<Costs> {
    let mut house = House::with_doors(Kind::Parlour, Some(cpus))?;
    house.start()?;
    house.open().await?;
    let people: Vec<String> = (0..PEOPLE).map(|one| format!("p{one}")).collect();
    house.people(&people).await?;
    house.end(Signal::TERM).await?;
    residents::settle(&house, "p0", number * times).await?;
    house.start()?;
    house.open().await?;
    links::tokens(&house, usize::try_from(number * times)?).await?;
    let tls = client::connector(house.certificate()?)?;
    let circle: Vec<String> = (0..=CONTACTS).map(|one| format!("c{one}")).collect();
    let mut friends = storm::gather(&house, &[circle]).await?;
    for friend in &mut friends {
        friend.add(CONTACTS * times).await?;
    }
    let pid = house.pid()?;
    let mut costs = Costs::new();
    let mut note = |what, meter: Meter, count: usize| -> anyhow::Result<()> {
        ensure!(count > 0, "nothing came of it: {what}");
        let [_, cpu, _] = meter.read(count as f64)?;
        costs.push((what, cpu));
        Ok(())
    };
    let sign_in = || client::sign_in_all(house.c2s_tls(), &tls, HOST, people.clone(), PASSWORD, Habits::Plain);
    let mut clients = sign_in().await?;
    let (meter, start, mut count) = (Meter::start(pid)?, Instant::now(), 0);
    while start.elapsed() < TIME {
        clients = sign_in().await?;
        count += clients.len();
    }
    note("a login", meter, count)?;

    let mut pairs = pairs(clients)?;
    chat(&mut pairs, Duration::from_secs(1)).await?;
    let meter = Meter::start(pid)?;
    let count = chat(&mut pairs, TIME).await?;
    note("a message, not stored", meter, count)?;

    let (meter, start, mut count) = (Meter::start(pid)?, Instant::now(), 0);
    while start.elapsed() < TIME {
        count += storm::blow(&mut friends, None).await?;
    }
    note("a presence that arrives, 10 contacts online", meter, count)?;

    let requests = Arc::new(pages::requests(&house, 1_000).await?);
    let meter = Meter::start(pid)?;
    let served = saturate(house.http(), &requests, 32, TIME).await?;
    note("a landing page, each opened once in a while", meter, usize::try_from(served.answers)?)?;

    let crowd = Crowd::new(&house, Door::InBand, "n", links::tokens(&house, 3_000).await?)?;
    let meter = Meter::start(pid)?;
    let joined = crowd.come(16, TIME).await?;
    note("a registration in an app", meter, usize::try_from(joined)?)?;

    let maker = Maker::of(&house)?;
    let meter = Meter::start(pid)?;
    let made = maker.make_for(TIME).await?;
    note("an invite made", meter, made.len())?;
    Ok(costs)
}

/// Every second one of them writes to the next.
fn pairs(clients: Vec<(Stream, String)>) -> anyhow::Result<Vec<(Stream, Stream, Vec<u8>)>> {
    let mut clients = clients.into_iter();
    let mut pairs = Vec::new();
    while let (Some((sender, _)), Some((receiver, address))) = (clients.next(), clients.next()) {
        pairs.push((sender, receiver, message(&address)));
    }
    ensure!(!pairs.is_empty(), "nobody is there");
    Ok(pairs)
}

/// One message of each pair under way at a time; gives how many arrived.
async fn chat(pairs: &mut [(Stream, Stream, Vec<u8>)], time: Duration) -> anyhow::Result<usize> {
    let (start, mut count, mut got) = (Instant::now(), 0, Vec::with_capacity(4096));
    while start.elapsed() < time {
        for (sender, _, message) in pairs.iter_mut() {
            sender.write_all(message).await?;
            sender.flush().await?;
        }
        for (_, receiver, _) in pairs.iter_mut() {
            got.clear();
            while !got.ends_with(b"</message>") {
                let read = tokio::time::timeout(PATIENCE, receiver.read_buf(&mut got)).await.context("no message")?;
                ensure!(read? > 0, "the server hung up");
            }
            count += 1;
        }
    }
    Ok(count)
}

/// Who signs in and writes.
const PEOPLE: u32 = 32;
/// Contacts of a person who sends presence, all online; of the larger rosters, that many times.
const CONTACTS: u32 = 10;
/// Of each measurement.
const TIME: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(30);
