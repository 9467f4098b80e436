//! Messages that are archived: how many a second, and what they cost, beside Prosody and ejabberd.
//!
//! All servers run at once and are measured in turns, so that whatever else the machine does is fair to all; they share
//! one half of the cores and this process has the other. A message counts when its receiver has it; the last one of a
//! pair is looked for in both archives afterwards (XEP-0313).

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::client::{self, Habits, Stream};
use crate::load::{Load, Pair, Reading, Setting, Until, archived};
use crate::peers::{HOST, House, Kind, PASSWORD};
use crate::{median, process, runtime, say, spread};

/// `[--server NAME,...] [--seconds N] [--rounds N] [--pairs N] [--ahead N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let mut kinds: Vec<Kind> = Kind::ALL.iter().map(|(_, kind, _)| *kind).filter(|k| *k != Kind::Forgetful).collect();
    let (mut seconds, mut rounds, mut pairs, mut ahead) = (5, 3, 50, 20);
    for pair in words.chunks(2) {
        let [word, value] = pair else { bail!("{pair:?} what?") };
        match word.as_str() {
            "--server" => kinds = value.split(',').map(Kind::named).collect::<Result<_, _>>()?,
            "--seconds" => seconds = value.parse()?,
            "--rounds" => rounds = value.parse()?,
            "--pairs" => pairs = value.parse()?,
            "--ahead" => ahead = value.parse()?,
            _ => bail!("{word} is not understood"),
        }
    }
    let servers = halves()?;
    let load = Load { pairs, warm_up: Until::Over(WARM_UP), ahead, alone: 100 };
    runtime(2)?.block_on(compare(&kinds, &load, rounds, Duration::from_secs(seconds), &servers))
}

/// Keeps this process to the second half of the cores; gives the first.
pub fn halves() -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism()?.get();
    ensure!(cores > 1, "servers and clients need cores of their own");
    let mut own = CpuSet::new();
    (cores / 2..cores).for_each(|core| own.set(core));
    sched_setaffinity(None, &own)?;
    Ok(format!("0-{}", cores / 2 - 1))
}

async fn compare(kinds: &[Kind], load: &Load, rounds: u32, time: Duration, cpus: &str) -> anyhow::Result<()> {
    say(&format!(
        "{} pairs, {} messages of each under way, {} rounds of {} s; servers on cores {cpus}",
        load.pairs,
        load.ahead,
        rounds,
        time.as_secs()
    ))?;
    let mut settings = Vec::new();
    for kind in kinds {
        settings.push((*kind, settle(*kind, load, cpus).await.context(kind.name())?, Vec::new()));
    }
    for _ in 0..rounds {
        for (kind, setting, readings) in &mut settings {
            readings.push(setting.run(Until::Over(time)).await.context(kind.name())?);
        }
    }
    say(&format!(
        "{:<17}{:>24}{:>26}{:>26}{:>24}{:>24}",
        "median (range)", "messages/s", "server CPU s/1,000", "clients' CPU s/1,000", "alone, p50 ms", "alone, p99 ms"
    ))?;
    for (kind, setting, readings) in &mut settings {
        look(setting).await.with_context(|| format!("{}: the last message is not in the archive", kind.name()))?;
        let alone = |at: usize| move |r: &Reading| r.alone.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        say(&format!(
            "{:<17}{:>24}{:>26}{:>26}{:>24}{:>24}",
            kind.name(),
            spread(readings, 0, &rate),
            spread(readings, 4, &cost),
            spread(readings, 4, &|r| r.generator.as_secs_f64() * 1000.0 / f64::from(r.messages)),
            spread(readings, 2, &alone(0)),
            spread(readings, 2, &alone(1)),
        ))?;
    }
    let Some((_, _, own)) = settings.iter().find(|(kind, ..)| *kind == Kind::Parlour) else { return Ok(()) };
    for (kind, _, readings) in settings.iter().filter(|(kind, ..)| *kind != Kind::Parlour) {
        say(&format!(
            "Parlour archives {:.1} times as many messages a second as {}, for {:.2} of the CPU each ({})",
            median(own, &rate) / median(readings, &rate),
            kind.name(),
            median(own, &cost) / median(readings, &cost),
            kind.version(),
        ))?;
    }
    Ok(())
}

fn rate(r: &Reading) -> f64 {
    f64::from(r.messages) / r.wall.as_secs_f64()
}

fn cost(r: &Reading) -> f64 {
    r.cpu.as_secs_f64() * 1000.0 / f64::from(r.messages.max(1))
}

/// A server with its pairs signed in and warm.
async fn settle(kind: Kind, load: &Load, cpus: &str) -> anyhow::Result<Setting<Stream, House>> {
    let mut house = House::new(kind, Some(cpus))?;
    house.start()?;
    house.open().await?;
    let names: Vec<String> = (0..load.pairs * 2).map(|number| format!("p{number}")).collect();
    house.people(&names).await?;
    let tls = client::connector(house.certificate()?)?;
    let clients = client::sign_in_all(house.c2s_tls(), &tls, HOST, names, PASSWORD, Habits::Plain).await?;
    let mut clients = clients.into_iter();
    let mut pairs = Vec::new();
    while let (Some((sender, _)), Some((receiver, address))) = (clients.next(), clients.next()) {
        pairs.push(Pair::new(sender, receiver, archived(&address)));
    }
    let pid = house.pid()?;
    process::cpu(pid)?;
    Setting::warm(pid, house, pairs, *load).await
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
        ensure!(answer.contains(&number), "{number} is not in {answer}");
    }
    Ok(())
}

/// Before anything is measured.
const WARM_UP: Duration = Duration::from_secs(2);
