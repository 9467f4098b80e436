//! F19: the whole server is restarted, and everybody comes back at once; beside it, where asked, Prosody and ejabberd, whose
//! apps come back with their password as there is no other way.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use parlour_testkit::Client;
use rustix::process::Signal;
use tokio::task::JoinSet;

use super::crowd::{self, Kept, Member, Way};
use crate::peers::{Extras, HOST, House, Kind, PASSWORD};
use crate::{process, say};

/// `[--clients N] [--within SECONDS] [--server NAME,...]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let (mut clients, mut within, mut servers) = (10_000, 10, vec![Kind::Parlour]);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} what?"))?;
        match word.as_str() {
            "--clients" => clients = value.parse()?,
            "--within" => within = value.parse()?,
            "--server" => servers = value.split(',').map(Kind::named).collect::<Result<_, _>>()?,
            _ => bail!("{word} is not understood"),
        }
    }
    let clients = crowd::as_many(clients)?;
    let within = Duration::from_secs(within);
    for kind in servers {
        let storm = async {
            match kind {
                Kind::Parlour => ours(clients, within).await,
                peer => theirs(peer, clients, within).await,
            }
        };
        crate::runtime(2)?.block_on(storm).with_context(|| kind.name().to_owned())?;
    }
    Ok(())
}

async fn ours(clients: usize, within: Duration) -> anyhow::Result<()> {
    let mut house = House::under(Extras::default())?;
    let names = crowd::names("p", clients.div_ceil(DEVICES));
    house.move_in(&names).await?;
    let way = Way::to(house.c2s_tls());
    let members = crowd::sign_in(way, &names, DEVICES, true).await?;
    let mut kept: Vec<Kept> = members.iter().map(Member::keep).collect();
    let calm = process::settled(house.pid()?).await?;
    say(&format!(
        "Parlour: {} sessions of {} accounts, {} MiB; they come back over {within:?}",
        kept.len(),
        names.len(),
        calm >> 20
    ))?;
    let mut here = members;
    for signal in [Signal::KILL, Signal::TERM] {
        house.end(signal).await?;
        drop(here);
        let start = Instant::now();
        house.start()?;
        let pid = house.pid()?;
        let (returns, memory) = tokio::join!(crowd::all_come_back(way, kept, within), peak(pid, clients, within));
        let (returns, memory) = (returns?, memory?);
        let mut took: Vec<Duration> = returns.iter().map(|one| one.took).collect();
        let failed: u32 = returns.iter().map(|one| one.failed).sum();
        let all = returns.iter().map(|one| one.at).max().context("nobody")?.duration_since(start);
        let cpu = process::cpu(pid)?;
        let counters = crowd::counters(&house).await?;
        let name = if signal == Signal::KILL { "kill -9" } else { "SIGTERM" };
        say(&format!("  after {name}: all back {all:.2?} after the start; {failed} attempts failed"))?;
        say(&format!("    a login: {}", crowd::spread(&mut took)))?;
        say(&format!(
            "    server CPU {cpu:.2?} ({:.2} ms a login), memory at most {} MiB",
            each(cpu, took.len()),
            memory >> 20
        ))?;
        let over = counters.get("parlour_net_over_limit").copied().unwrap_or(-1.0);
        ensure!(over == 0.0, "{over} connections were refused for those that wait");
        let (most, p99) = (Duration::from_secs(60), crowd::percentile(&took, 99));
        ensure!(all < most, "it took {all:?} until all were back");
        ensure!(p99 < Duration::from_secs(2), "p99 of a login is {p99:?}");
        kept = returns.iter().map(|one| one.member.keep()).collect();
        here = returns.into_iter().map(|one| one.member).collect();
    }
    say("  each of them with header, token, resumption, binding and presence in one flight behind the handshake")?;
    drop(here);
    house.end(Signal::TERM).await
}

/// The most memory it takes until it no longer grows.
async fn peak(pid: u32, clients: usize, within: Duration) -> anyhow::Result<u64> {
    let (mut most, mut same) = (0, 0);
    // For as long as all could take, and then no longer than it grows.
    let least = within.as_secs() as usize * 10 + 20 + clients / 500;
    for look in 0.. {
        crowd::pause(Duration::from_millis(100)).await;
        let now = process::memory(pid)?;
        same = if now > most { 0 } else { same + 1 };
        most = most.max(now);
        if look > least && same > 30 {
            break;
        }
    }
    Ok(most)
}

fn each(cpu: Duration, logins: usize) -> f64 {
    cpu.as_secs_f64() * 1000.0 / logins.max(1) as f64
}

async fn theirs(kind: Kind, clients: usize, within: Duration) -> anyhow::Result<()> {
    let mut house = House::new(kind, None)?;
    let names = crowd::names("p", clients.div_ceil(DEVICES));
    house.move_in(&names).await?;
    house.end(Signal::TERM).await?;
    let start = Instant::now();
    house.start()?;
    let mut running = JoinSet::new();
    for (at, name) in names.iter().flat_map(|name| std::iter::repeat_n(name, DEVICES)).enumerate() {
        let (name, to) = (name.clone(), house.c2s_tls());
        running.spawn(async move { patiently(to, &name, at, within).await });
    }
    let (mut took, mut failed, mut here) = (Vec::new(), 0, Vec::new());
    while let Some(one) = running.join_next().await {
        let (client, time, times) = one??;
        here.push(client);
        took.push(time);
        failed += times;
    }
    let all = start.elapsed();
    let (cpu, memory) = (process::cpu(house.pid()?)?, process::memory(house.pid()?)?);
    say(&format!("{} ({}): {} sessions, over {within:?}", kind.name(), kind.version(), here.len()))?;
    say(&format!("  after a stop: all back {all:.2?} after the start; {failed} attempts failed"))?;
    say(&format!("    a login: {}", crowd::spread(&mut took)))?;
    say(&format!("    server CPU {cpu:.2?} ({:.2} ms a login), memory {} MiB", each(cpu, took.len()), memory >> 20))?;
    drop(here);
    house.end(Signal::TERM).await
}

async fn patiently(
    to: std::net::SocketAddr,
    name: &str,
    number: usize,
    within: Duration,
) -> anyhow::Result<(Client, Duration, u32)> {
    let (began, mut failed) = (Instant::now(), 0);
    loop {
        crowd::pause(crowd::spell(number, failed, within)).await;
        let start = Instant::now();
        match classic(to, name, number).await {
            Ok(client) => return Ok((client, start.elapsed(), failed)),
            Err(error) if began.elapsed() > Duration::from_secs(240) => return Err(error),
            Err(_) => failed += 1,
        }
    }
}

async fn classic(to: std::net::SocketAddr, name: &str, number: usize) -> anyhow::Result<Client> {
    let mut client = Client::connect_direct(to, HOST).await?;
    client.authenticate_plainly(name, PASSWORD).await?;
    client.open().await?;
    client.bind(&format!("d{number}")).await?;
    client.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/><presence/>").await;
    loop {
        if client.element().await?.is("urn:xmpp:sm:3", "enabled") {
            return Ok(client);
        }
    }
}

/// Sessions of each account.
const DEVICES: usize = 5;
