//! F10: some people's apps stop reading while thousands of messages come for each.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_testkit::Heard;
use rustix::process::Signal;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::crowd::{self, Back, Member, Talk, Way};
use crate::peers::{Extras, House};
use crate::{process, say};

/// `[--readers N] [--messages N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let [readers, messages] = crowd::numbers(words, [("--readers", 20), ("--messages", 10_000)])?;
    crate::runtime(2)?.block_on(slow(readers, messages))
}

async fn slow(readers: usize, messages: usize) -> anyhow::Result<()> {
    let config = format!("max_queue = {QUEUE}\nmax_queue_bytes = {QUEUE_BYTES}\n");
    let mut house = House::under(Extras { config, descriptors: None })?;
    house.start()?;
    house.open().await?;
    let [slow, writers, talkers] =
        [("s", readers), ("w", WRITERS), ("t", 2 * TALKS)].map(|(prefix, many)| crowd::names(prefix, many));
    for names in [&slow, &writers, &talkers] {
        house.people(names).await?;
    }
    let way = Way::to(house.c2s_tls());
    // Little is taken in by their kernels, so that the server has the rest.
    let deaf = crowd::sign_in(Way { receives: Some(16 * 1024), ..way }, &slow, 1, true).await?;
    let writers = crowd::sign_in(way, &writers, 1, false).await?;
    let mut members = crowd::sign_in(way, &talkers, 1, true).await?.into_iter();
    let mut talks = Vec::new();
    while let (Some(from), Some(to)) = (members.next(), members.next()) {
        talks.push(Talk::new(from, to));
    }
    let pid = house.pid()?;
    let mut calm = crowd::all_talk(&mut talks, Instant::now() + Duration::from_secs(5)).await?;

    let before = process::settled(pid).await?;
    let began = Instant::now();
    let mut writing = JoinSet::new();
    for (at, writer) in writers.into_iter().enumerate() {
        let to: Vec<String> = slow.iter().skip(at).step_by(WRITERS).cloned().collect();
        writing.spawn(write(writer, to, messages));
    }
    let (over, mut until) = watch::channel(false);
    let watched = async {
        let mut most = before;
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
            took.extend(crowd::all_talk(&mut talks, Instant::now() + Duration::from_millis(500)).await?);
        }
        anyhow::Ok(took)
    };
    let written = async {
        let mut all = 0;
        while let Some(one) = writing.join_next().await {
            all += one??;
        }
        let took = began.elapsed();
        // It is over once the last who does not read has been noticed.
        let mut last = None;
        let noticed = crowd::until("nobody who does not read is connected", Duration::from_secs(90), || {
            let house = &house;
            async move {
                let counters = crowd::counters(house).await?;
                let get = |name: &str| counters.get(name).copied().unwrap_or_default();
                let connected = get("parlour_router_resources") - get("parlour_c2s_parked");
                Ok(connected <= (2 * TALKS + WRITERS) as f64)
            }
        })
        .await;
        last.get_or_insert(noticed?);
        over.send_replace(true);
        anyhow::Ok((all, took, began.elapsed()))
    };
    let (most, crowded, written) = tokio::join!(watched, talked, written);
    let (most, mut crowded, (written, took, noticed)) = (most?, crowded?, written?);

    let kept = deaf.iter().map(Member::keep).collect();
    drop(deaf);
    let returns = crowd::all_come_back(way, kept).await?;
    let resumed = returns.iter().filter(|one| one.back == Back::Resumed).count();
    let mut lost = 0;
    for mut one in returns {
        let archived = one.member.archived().await.context("its archive")?;
        lost += (0..messages).filter(|n| !archived.contains(&body(&one.member.name, *n))).count();
    }
    let after = process::settled(pid).await?;
    house.end(Signal::TERM).await?;
    let grown = most.saturating_sub(before);
    say(&format!(
        "{readers} who do not read, {messages} messages for each ({written} acknowledged, {:.0} a second)",
        written as f64 / took.as_secs_f64()
    ))?;
    say(&format!(
        "  queues of at most {QUEUE} messages and {} KiB; all noticed after {noticed:.1?}, {resumed} resumed later",
        QUEUE_BYTES >> 10
    ))?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    say(&format!(
        "  memory: {:.1} MiB before, {:.1} at most, {:.1} when all were back",
        mib(before),
        mib(most),
        mib(after)
    ))?;
    say(&format!("  others' messages before:    {}", crowd::spread(&mut calm)))?;
    say(&format!("  others' messages meanwhile: {}", crowd::spread(&mut crowded)))?;
    say(&format!("  acknowledged and not in the archive: {lost}"))?;
    ensure!(written == readers * messages, "{written} were acknowledged");
    ensure!(lost == 0, "{lost} acknowledged messages are lost");
    let cap = readers as u64 * 2 * QUEUE_BYTES + (64 << 20);
    ensure!(grown <= cap, "memory grew by {grown} bytes, over {cap}");
    let (calm, crowded) = (crowd::percentile(&calm, 99), crowd::percentile(&crowded, 99));
    ensure!(crowded < calm * 5 + Duration::from_millis(50), "others had to wait: {crowded:?}");
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

fn body(to: &str, number: usize) -> String {
    format!("{to}-{number}-{:x<300}", "")
}

/// Writes so many to each, as fast as they are acknowledged. Gives how many were.
async fn write(mut writer: Member, to: Vec<String>, messages: usize) -> anyhow::Result<usize> {
    let (mut said, mut counted) = (0_u32, 0_u32);
    for number in 0..messages {
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
    Ok(counted as usize)
}

async fn acknowledged(writer: &mut Member) -> anyhow::Result<u32> {
    let heard = writer.client.next().await?;
    ensure!(matches!(heard, Heard::Element(_)), "{heard:?}");
    Ok(crowd::last_words(&[heard]).0)
}
