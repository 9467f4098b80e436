//! A server under everything at once, for long: people, apps that sync, guests, browsers, floods, slow readers, half stream
//! headers, bad XML. What must hold is said in [`verdict`]; a line a minute tells how it goes.
//!
//! The limits on what clients send are on, as they are by default: those who flood meet them, the others do not.

mod people;
mod strangers;
mod tally;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_domain::Dice;
use parlour_net::Timer;
use parlour_testkit::Loaded;
use parlour_testkit::faults::{Binary, Disk, until};
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;

use self::tally::Tally;
use self::watch::{Look, Watch};
use crate::say;

/// How large and how long.
struct Plan {
    minutes: u64,
    people: u64,
    seed: u64,
}

/// What everybody has.
#[derive(Clone)]
struct Place {
    server: Arc<Binary>,
    tally: Arc<Tally>,
    people: u64,
    stop: Receiver<bool>,
}

impl Place {
    fn is_over(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits, but not past the end.
    async fn pause(&self, span: Duration) {
        let mut stop = self.stop.clone();
        let mut timer = Timer::new();
        timer.set(span);
        tokio::select! {
            () = timer.rings() => {}
            // The sender lives as long as the run.
            _ = stop.wait_for(|over| *over) => {}
        }
    }
}

/// What falls how, the same in each run of a seed.
struct Chance(Loaded);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(Loaded::new(seed))
    }

    fn below(&self, end: u64) -> u64 {
        let dice: &dyn Dice = &self.0;
        u64::from_le_bytes(dice.bytes()) % end.max(1)
    }

    fn millis(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}

/// `[--minutes N] [--people N] [--seed N]`.
pub async fn run(words: &[String]) -> anyhow::Result<()> {
    let mut plan = Plan { minutes: 30, people: 40, seed: 1 };
    for pair in words.chunks(2) {
        let value = pair.get(1).with_context(|| format!("{} what?", pair[0]))?;
        match pair[0].as_str() {
            "--minutes" => plan.minutes = value.parse()?,
            "--people" => plan.people = value.parse()?,
            "--seed" => plan.seed = value.parse()?,
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    let program = std::env::current_exe()?.with_file_name("parlour");
    let mut server = Binary::new(&program, Disk::Usual, MORE)?;
    server.start().await?;
    for n in 0..plan.people {
        server.account(&format!("talker{n}"), "member").await?;
    }
    for name in ["quiet0", "quiet1", "flooder", "sloth", "hacker", "web0", "web1"] {
        server.account(name, "member").await?;
    }
    say(&format!("{} minutes, {} people, seed {}", plan.minutes, plan.people, plan.seed))?;
    let (end, stop) = tokio::sync::watch::channel(false);
    let place = Place { server: Arc::new(server), tally: Arc::default(), people: plan.people, stop };
    // What the first client of its kind costs for good is there when it is looked at.
    drop(place.server.client("quiet0").await?);
    drop(place.server.browser().get("/").await?);
    until("the first client is forgotten", SETTLES, async || {
        Ok(place.server.metric("parlour_router_resources").await? < 1.0)
    })
    .await?;
    let before = Look::at(&place.server).await?;

    let mut crowd = JoinSet::new();
    people::come(&place, plan.seed, &mut crowd);
    strangers::come(&place, plan.seed, &mut crowd);
    let mut watch = Watch::new(Duration::from_secs(plan.minutes * 60));
    watch.while_it_lasts(&place).await?;
    // Nobody waits for what is over.
    end.send(true)?;
    while let Some(ended) = crowd.join_next().await {
        ended?;
    }
    verdict(place, &watch, before).await
}

/// What must hold.
async fn verdict(place: Place, watch: &Watch, before: Look) -> anyhow::Result<()> {
    let Place { server, tally, .. } = place;
    let settling = Instant::now();
    let back = until("descriptors and tasks are back", SETTLES, async || {
        let now = Look::at(&server).await?;
        Ok(now.descriptors <= before.descriptors + FEW && now.tasks <= before.tasks + FEW)
    })
    .await;
    let after = Look::at(&server).await?;
    say(&tally.summary())?;
    say(&watch.summary())?;
    say(&format!(
        "descriptors {} before, {} after; tasks {} before, {} after; {:.0} s to settle",
        before.descriptors,
        after.descriptors,
        before.tasks,
        after.tasks,
        settling.elapsed().as_secs_f64()
    ))?;
    let errors: Vec<String> = server.log().iter().filter(|line| line.contains("\"ERROR\"")).cloned().collect();
    let warnings = server.log().iter().filter(|line| line.contains("\"WARN\"")).count();
    say(&format!("in the log: {} errors, {warnings} warnings, {} lines", errors.len(), server.log().len()))?;
    let mut server = Arc::into_inner(server).context("everybody has gone")?;
    let status = server.terminate().await?;
    server.is_whole().context("the database")?;
    say("the database is whole")?;
    ensure!(status.success(), "it ended with {status}");
    ensure!(errors.is_empty(), "errors of ours in the log: {errors:#?}");
    let complaints = tally.complaints();
    ensure!(complaints.is_empty(), "people met what they should not: {complaints:#?}");
    back?;
    watch.is_flat()
}

/// Nobody is kept out for coming often; who is lost is waited for a moment, so that the end comes soon.
const MORE: &str = "[c2s]\nresume_seconds = 5\n[accounts]\nregistration_throttle_max = 0\nallow_plain = true\n\
                    [invites]\nmax_open_invites = 100000\nmax_invites_per_day = 100000\n";

/// Within which everything is as it was.
const SETTLES: Duration = Duration::from_secs(90);

/// Descriptors and tasks that come and go by themselves.
const FEW: u64 = 4;
