//! F16: SIGTERM with many sessions, some of whom write all the time; who is there is told, and what was acknowledged is
//! kept.

use std::time::{Duration, Instant};

use anyhow::ensure;
use parlour_testkit::Heard;
use rustix::process::Signal;
use tokio::task::JoinSet;

use super::crowd::{self, Back, Kept, Member, Return, Way};
use crate::peers::{Extras, House};
use crate::say;

/// `[--clients N] [--writers N] [--seconds N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let usual = [("--clients", 10_000), ("--writers", 100), ("--seconds", 5)];
    let [clients, writers, seconds] = crowd::numbers(words, usual)?;
    crate::runtime(2)?.block_on(stopped(crowd::as_many(clients)?, writers, Duration::from_secs(seconds as u64)))
}

/// What became of one of them.
struct Told {
    at: usize,
    kept: Kept,
    said: u32,
    counted: u32,
    condition: Option<String>,
    when: Instant,
}

async fn stopped(clients: usize, writers: usize, time: Duration) -> anyhow::Result<()> {
    let mut house = House::under(Extras::default())?;
    let names = crowd::names("p", clients.div_ceil(DEVICES));
    house.move_in(&names).await?;
    let way = Way::to(house.c2s_tls());
    let people = crowd::sign_in(way, &names, DEVICES, false).await?;
    let sessions = people.len();
    ensure!(writers <= names.len(), "each writer has an account of its own");
    let mut running = JoinSet::new();
    for (at, member) in people.into_iter().enumerate() {
        let to = writer(at, writers).then(|| names[(at / DEVICES + 1) % names.len()].clone());
        running.spawn(to_the_end(at, member, to));
    }
    crowd::pause(time).await;

    let began = Instant::now();
    house.signal(Signal::TERM)?;
    let refused = crowd::until("it stops accepting", Duration::from_secs(5), async || {
        Ok(tokio::net::TcpStream::connect(house.c2s_tls()).await.is_err())
    })
    .await?;
    let status = house.ended(Duration::from_secs(30)).await?;
    let took = began.elapsed();
    let mut told = Vec::with_capacity(sessions);
    while let Some(one) = running.join_next().await {
        told.push(one?);
    }
    told.sort_by_key(|one| one.at);
    let with_reason = told.iter().filter(|one| one.condition.as_deref() == Some("system-shutdown")).count();
    let (said, counted) = told.iter().fold((0, 0), |(said, counted), one| (said + one.said, counted + one.counted));
    let mut after: Vec<Duration> = told.iter().map(|one| one.when.saturating_duration_since(began)).collect();

    house.start()?;
    house.open().await?;
    let start = Instant::now();
    let mut returns =
        crowd::all_come_back(way, told.iter().map(|one| one.kept.clone()).collect(), crowd::AT_ONCE).await?;
    let back = start.elapsed();
    // What it is told to have been handled is never less than what was acknowledged.
    let known = |(told, back): (&Told, &Return)| matches!(back.back, Back::Anew(Some(h)) if h >= told.counted);
    let exact = told.iter().zip(&returns).filter(|both| known(*both)).count();
    let mut lost = 0;
    for one in told.iter().filter(|one| one.said > 0) {
        let reader = (one.at / DEVICES + 1) % names.len() * DEVICES;
        let kept = returns[reader].member.archived().await?;
        lost += (1..=one.counted).filter(|n| !kept.contains(&body(one.at, *n))).count();
    }
    drop(returns);
    house.end(Signal::TERM).await?;
    say(&format!("{sessions} sessions with XEP-0198, {writers} of them writing"))?;
    say(&format!("  nobody is let in after {refused:.2?}; the process is gone after {took:.2?}, {status}"))?;
    say(&format!("  told system-shutdown: {with_reason} of {sessions}; {}", crowd::spread(&mut after)))?;
    say(&format!("  messages said {said}, acknowledged before the end {counted}, lost of these {lost}"))?;
    say(&format!("  all back {back:.2?} after the start; of {exact} sessions it is known what was handled"))?;
    ensure!(status.success(), "it did not end well: {status}");
    ensure!(took < Duration::from_secs(10), "it took {took:?}");
    ensure!(with_reason == sessions, "{} were not told why", sessions - with_reason);
    ensure!(lost == 0, "{lost} acknowledged messages are lost");
    ensure!(exact == sessions, "of {} sessions it is not known what was handled", sessions - exact);
    Ok(())
}

/// Sessions of each account.
const DEVICES: usize = 5;

/// The first device of the first accounts.
fn writer(at: usize, writers: usize) -> bool {
    at.is_multiple_of(DEVICES) && at / DEVICES < writers
}

fn body(at: usize, number: u32) -> String {
    format!("{at}-{number}")
}

/// Listens, and where it has somebody to write to writes as fast as it is acknowledged, until the stream ends.
async fn to_the_end(at: usize, mut member: Member, to: Option<String>) -> Told {
    let (mut said, mut counted, mut condition) = (0, 0, None);
    loop {
        if let Some(to) = &to
            && said - counted < AHEAD
        {
            said += 1;
            member.say(to, &body(at, said)).await;
            if said.is_multiple_of(AHEAD / 2) {
                member.client.send("<r xmlns='urn:xmpp:sm:3'/>").await;
            }
            continue;
        }
        match member.client.next().await {
            Ok(heard @ Heard::Element(_)) => {
                let (h, why) = crowd::last_words(std::slice::from_ref(&heard));
                counted = counted.max(h);
                condition = condition.or(why);
            }
            Ok(Heard::Header(_)) => {}
            Ok(Heard::End | Heard::Closed) => break,
            // Nothing came for a while, which is no wonder where nobody writes.
            Err(_) if to.is_none() => {}
            Err(_) => break,
        }
    }
    Told { at, kept: member.keep(), said, counted, condition, when: Instant::now() }
}

/// Messages that a writer has not heard to be handled, at most.
const AHEAD: u32 = 20;
