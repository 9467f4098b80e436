//! F10: some people's apps stop reading while thousands of messages come for each.
//!
//! The same load goes first to as many people who do read, so that what others notice is that these do not, and not that much
//! is written.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_testkit::Heard;
use rustix::process::Signal;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::crowd::{self, Back, Member, Talk, Way};
use crate::peers::{Extras, House};
use crate::{process, say};

/// `[--readers N] [--messages N] [--rate N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let usual = [("--readers", 20), ("--messages", 4000), ("--rate", 2000)];
    let [readers, messages, rate] = crowd::numbers(words, usual)?;
    crate::runtime(2)?.block_on(slow(readers, messages, rate))
}

async fn slow(readers: usize, messages: usize, rate: usize) -> anyhow::Result<()> {
    ensure!(readers >= WRITERS && rate > 0, "{WRITERS} write to them");
    let config = format!("max_queue = {QUEUE}\nmax_queue_bytes = {QUEUE_BYTES}\n");
    let mut house = House::under(Extras { config, descriptors: None })?;
    house.start()?;
    house.open().await?;
    let [quick, slow, writers, talkers] = [("q", readers), ("s", readers), ("w", WRITERS), ("t", 2 * TALKS)]
        .map(|(prefix, many)| crowd::names(prefix, many));
    for names in [&quick, &slow, &writers, &talkers] {
        house.people(names).await?;
    }
    let way = Way::to(house.c2s_tls());
    let mut members = crowd::sign_in(way, &talkers, 1, true).await?.into_iter();
    let mut talks = Vec::new();
    while let (Some(from), Some(to)) = (members.next(), members.next()) {
        talks.push(Talk::new(from, to));
    }
    let pid = house.pid()?;
    let mut calm = crowd::all_talk(&mut talks, Instant::now() + Duration::from_secs(5)).await?;

    let mut reading = JoinSet::new();
    for member in crowd::sign_in(way, &quick, 1, true).await? {
        reading.spawn(read(member, messages));
    }
    let writing = crowd::sign_in(way, &writers, 1, false).await?;
    let mut read = load(pid, writing, &quick, &mut talks, messages, rate).await?;
    while let Some(one) = reading.join_next().await {
        one??;
    }

    // Little is taken in by their kernels, so that the server has the rest.
    let deaf = crowd::sign_in(Way { receives: Some(16 * 1024), ..way }, &slow, 1, true).await?;
    let writing = crowd::sign_in(way, &writers, 1, false).await?;
    let before = process::settled(pid).await?;
    let mut unread = load(pid, writing, &slow, &mut talks, messages, rate).await?;
    // It is over once the last who does not read has been noticed; those who talk do not read meanwhile, but not for long.
    let written = Instant::now();
    while connected(&house).await? > 2 * TALKS {
        ensure!(written.elapsed() < NOTICED, "somebody who does not read is still connected");
        crowd::all_talk(&mut talks, Instant::now() + Duration::from_millis(200)).await?;
    }
    let noticed = written.elapsed();

    let kept = deaf.iter().map(Member::keep).collect();
    drop(deaf);
    let returns = crowd::all_come_back(way, kept, crowd::AT_ONCE).await?;
    let resumed = returns.iter().filter(|one| one.back == Back::Resumed).count();
    let mut lost = 0;
    for mut one in returns {
        let archived = one.member.archived().await.context("its archive")?;
        lost += (0..messages).filter(|n| !archived.contains(&body(&one.member.name, *n))).count();
    }
    let after = process::settled(pid).await?;
    house.end(Signal::TERM).await?;
    say(&format!("{readers} who do not read, {messages} messages for each; {} acknowledged", unread.acknowledged))?;
    say(&format!(
        "  queues of at most {QUEUE} messages and {} KiB; all noticed {noticed:.1?} after the last, {resumed} resumed later",
        QUEUE_BYTES >> 10
    ))?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    say(&format!(
        "  memory: {:.1} MiB before, {:.1} at most, {:.1} when all were back; {:.1} at most with those who read",
        mib(before),
        mib(unread.memory),
        mib(after),
        mib(read.memory)
    ))?;
    say(&format!("  others' messages, nobody else there:  {}", crowd::spread(&mut calm)))?;
    for (who, load) in [("as many who read", &mut read), ("who do not read", &mut unread)] {
        let spread = crowd::spread(&mut load.talked);
        say(&format!("  others' messages, {who:<18}  {spread}, at {:.0} messages a second", load.rate()))?;
    }
    say(&format!("  acknowledged and not in the archive: {lost}"))?;
    for load in [&read, &unread] {
        ensure!(load.acknowledged == readers * messages, "{} were acknowledged", load.acknowledged);
    }
    ensure!(lost == 0, "{lost} acknowledged messages are lost");
    let (grown, cap) = (unread.memory.saturating_sub(before), readers as u64 * 2 * QUEUE_BYTES + (64 << 20));
    ensure!(grown <= cap, "memory grew by {grown} bytes, over {cap}");
    let [fair, others] = [&read, &unread].map(|load| crowd::percentile(&load.talked, 99));
    // What is put back for those who do not read takes its turns between others' commits, which nobody notices by hand.
    ensure!(others < fair * 2 + Duration::from_millis(50), "others had to wait: p99 {others:?} instead of {fair:?}");
    Ok(())
}

/// What may wait for each of them.
const QUEUE: u64 = 2000;
const QUEUE_BYTES: u64 = 1 << 20;
/// Who write to them.
const WRITERS: usize = 4;
/// Pairs that have nothing to do with it.
const TALKS: usize = 10;
/// Messages that a writer has not heard to be handled, at most.
const AHEAD: u32 = 100;
/// Within which nobody who does not read is connected any more.
const NOTICED: Duration = Duration::from_secs(90);

/// What came of writing.
struct Load {
    acknowledged: usize,
    took: Duration,
    /// The server's, at most.
    memory: u64,
    /// How long others' messages took meanwhile.
    talked: Vec<Duration>,
}

impl Load {
    /// Messages a second.
    fn rate(&self) -> f64 {
        self.acknowledged as f64 / self.took.as_secs_f64()
    }
}

/// So many messages for each of these, while others talk.
async fn load(
    pid: u32,
    writers: Vec<Member>,
    to: &[String],
    talks: &mut [Talk],
    messages: usize,
    rate: usize,
) -> anyhow::Result<Load> {
    let began = Instant::now();
    let mut writing = JoinSet::new();
    for (at, writer) in writers.into_iter().enumerate() {
        let to: Vec<String> = to.iter().skip(at).step_by(WRITERS).cloned().collect();
        writing.spawn(write(writer, to, messages, rate));
    }
    let (over, mut until) = watch::channel(false);
    let watched = async {
        let mut most = 0;
        while !*until.borrow() {
            most = most.max(process::memory(pid)?);
            tokio::select! {
                _ = until.changed() => {}
                () = crowd::pause(Duration::from_millis(100)) => {}
            }
        }
        anyhow::Ok(most)
    };
    let talked = async {
        let mut took = Vec::new();
        while !*over.borrow() {
            took.extend(crowd::all_talk(talks, Instant::now() + Duration::from_millis(500)).await?);
        }
        anyhow::Ok(took)
    };
    let written = async {
        let mut all = 0;
        while let Some(one) = writing.join_next().await {
            all += one??;
        }
        over.send_replace(true);
        anyhow::Ok((all, began.elapsed()))
    };
    let (memory, talked, written) = tokio::join!(watched, talked, written);
    let (acknowledged, took) = written?;
    Ok(Load { acknowledged, took, memory: memory?, talked: talked? })
}

/// Sessions that have a connection.
async fn connected(house: &House) -> anyhow::Result<usize> {
    let counters = crowd::counters(house).await?;
    let get = |name: &str| counters.get(name).copied().context("a counter is not there");
    Ok((get("parlour_router_resources")? - get("parlour_c2s_parked")?) as usize)
}

/// Hears all that is written to it, in its order, and leaves.
async fn read(mut member: Member, messages: usize) -> anyhow::Result<()> {
    for number in 0..messages {
        let heard = member.hear().await.with_context(|| format!("{} of {messages}", number))?;
        ensure!(heard == body(&member.name, number), "{heard} instead of the {number}th");
    }
    member.leave().await
}

fn body(to: &str, number: usize) -> String {
    format!("{to}-{number}-{:x<1000}", "")
}

/// Writes so many to each, all of the writers together so many a second, and no faster than they are acknowledged. Gives how
/// many were.
async fn write(mut writer: Member, to: Vec<String>, messages: usize, rate: usize) -> anyhow::Result<usize> {
    let (mut said, mut counted) = (0_u32, 0_u32);
    let together = (to.len() * WRITERS) as f64;
    let mut pace = tokio::time::interval(Duration::from_secs(1).mul_f64(together / rate as f64));
    for number in 0..messages {
        pace.tick().await;
        for name in &to {
            writer.say(name, &body(name, number)).await;
            said += 1;
            if said.is_multiple_of(AHEAD / 2) {
                writer.client.send("<r xmlns='urn:xmpp:sm:3'/>").await;
            }
            while said - counted >= AHEAD {
                counted = counted.max(acknowledged(&mut writer).await?);
            }
        }
    }
    writer.client.send("<r xmlns='urn:xmpp:sm:3'/>").await;
    while counted < said {
        counted = counted.max(acknowledged(&mut writer).await?);
    }
    writer.leave().await?;
    Ok(counted as usize)
}

async fn acknowledged(writer: &mut Member) -> anyhow::Result<u32> {
    let heard = writer.client.next().await?;
    ensure!(matches!(heard, Heard::Element(_)), "{heard:?}");
    Ok(crowd::last_words(&[heard]).0)
}
