//! What forgetting costs others (ATTACKS 105): so many invites that are over are swept while people go on.
//!
//! The store has one writer. While it sweeps, somebody's small change waits for it: that wait is measured, beside how long
//! each step takes by itself. No step may hold the writer longer than 50 ms.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_domain::By;
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::DAY;
use tokio::task::JoinSet;

use crate::say;
use crate::within::{Place, operator};

/// Makes `rows` invites, lets them be over, and sweeps them.
pub async fn run(rows: u32) -> anyhow::Result<()> {
    let place = Place::new(4).await?;
    place.settle(["somebody".to_owned()], false).await?;
    let began = Instant::now();
    let mut making = JoinSet::new();
    for part in 0..AT_A_TIME {
        let (people, host) = (place.people.clone(), place.host.clone());
        let share = rows / AT_A_TIME + u32::from(part < rows % AT_A_TIME);
        making.spawn(async move {
            for _ in 0..share {
                people.invites.issue(&operator(), &host, Wish::default()).await?.into_out();
            }
            anyhow::Ok(())
        });
    }
    while let Some(made) = making.join_next().await {
        made??;
    }
    say(&format!("{rows} invites made in {:.0} s", began.elapsed().as_secs_f64()))?;
    let mut idle = Vec::new();
    for _ in 0..PROBES {
        idle.push(probe(&place).await?);
    }
    tell("a small change, nothing else going on", &mut idle)?;

    place.clock.pass(1000 * DAY);
    let mut waits = Vec::new();
    let began = Instant::now();
    let sweeping = async {
        let (mut noted, mut steps, mut swept) = (Vec::new(), Vec::new(), 0);
        loop {
            let step = Instant::now();
            let late = place.people.invites.lapse(&place.host).await?;
            noted.push(step.elapsed());
            if late == 0 {
                break;
            }
        }
        loop {
            let step = Instant::now();
            let gone = place.people.invites.sweep(&By::system(), &place.host, i64::MAX / 2, i64::MAX / 2).await?;
            steps.push(step.elapsed());
            swept += gone;
            if gone == 0 {
                return anyhow::Ok((noted, steps, swept));
            }
        }
    };
    let mut sweeping = std::pin::pin!(sweeping);
    let (mut noted, mut steps, swept) = loop {
        tokio::select! {
            done = &mut sweeping => break done?,
            wait = probe(&place) => waits.push(wait?),
        }
    };
    say(&format!(
        "over in {:.0} s: {} steps to note it, {} to forget them",
        began.elapsed().as_secs_f64(),
        noted.len(),
        steps.len()
    ))?;
    ensure!(swept >= rows as usize, "{swept} of {rows} were swept");
    tell("a step that notes what is over", &mut noted)?;
    tell("a step that forgets", &mut steps)?;
    tell("a small change meanwhile", &mut waits)?;
    let longest = noted.last().max(steps.last()).copied().unwrap_or_default();
    say(&format!("the longest step held the writer {:.1} ms (at most 50)", longest.as_secs_f64() * 1e3))
}

/// How long somebody waits for a new role.
async fn probe(place: &Place) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let (jid, role) = (place.jid("somebody")?, parlour_domain::Role::Limited);
    place.people.accounts.set_role(&operator(), &jid, role).await?.into_out();
    Ok(began.elapsed())
}

fn tell(what: &str, times: &mut [Duration]) -> anyhow::Result<()> {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 1000).context("measured").map(|t| t.as_secs_f64() * 1e3);
    let most = times.last().context("measured")?.as_secs_f64() * 1e3;
    say(&format!("{what:<40} p50 {:>7.2} ms   p99 {:>7.2} ms   longest {most:>7.2} ms", at(500)?, at(990)?))
}

/// Who makes invites at a time.
const AT_A_TIME: u32 = 256;
/// Changes measured with nothing else going on.
const PROBES: usize = 200;
