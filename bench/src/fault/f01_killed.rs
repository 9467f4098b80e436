//! F1: a server is killed again and again while people write to each other, and what it had acknowledged is looked
//! for; the same for every server, by `parlour_testkit::storm`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use parlour_testkit::storm::{End, Plan, Report, Victim, storm};
use rustix::process::Signal;

use crate::peers::{HOST, House, Kind, PASSWORD};
use crate::say;

/// `[--server NAME|all] [--kills N] [--clients N] [--rate N] [--seed N] [--full]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    crate::runtime(2)?.block_on(all(words))
}

async fn all(words: &[String]) -> anyhow::Result<()> {
    let (mut servers, mut plan) = (vec![Kind::Parlour], plan());
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--full" {
            plan.ends = 100;
            continue;
        }
        let value = words.next().with_context(|| format!("{word} what?"))?;
        match word {
            "--server" if value == "all" => servers = Kind::ALL.map(|(_, kind, _)| kind).to_vec(),
            "--server" => servers = value.split(',').map(Kind::named).collect::<Result<_, _>>()?,
            "--kills" => plan.ends = value.parse()?,
            "--clients" => plan.people = value.parse()?,
            "--rate" => plan.rate = value.parse()?,
            "--seed" => plan.seed = value.parse()?,
            _ => bail!("{word} is not understood"),
        }
    }
    let intent = format!(
        "{} clients, {} messages a second at most, {} kills, seed {}",
        plan.people, plan.rate, plan.ends, plan.seed
    );
    say(&intent)?;
    let mut sound = true;
    for kind in servers {
        let report = one(kind, plan.clone()).await.with_context(|| kind.name().to_owned())?;
        tell(kind, &report)?;
        sound &= match kind {
            Kind::Parlour => report.verdict.lost.is_empty() && report.verdict.contacts_lost == 0,
            Kind::Forgetful => !report.verdict.lost.is_empty() && report.verdict.contacts_lost > 0,
            _ => true,
        };
    }
    ensure!(sound, "Parlour has lost something, or the harness has not seen what was lost");
    Ok(())
}

fn plan() -> Plan {
    Plan {
        host: HOST.to_owned(),
        password: PASSWORD.to_owned(),
        people: 200,
        rate: 5000,
        ends: 20,
        talk: Duration::from_millis(1500),
        leave: 100,
        away: Duration::from_millis(1500),
        settle: 10,
        seed: u64::from(std::process::id()),
    }
}

async fn one(kind: Kind, plan: Plan) -> anyhow::Result<Report> {
    let mut house = House::new(kind, None)?;
    let names: Vec<String> = (0..plan.people).map(|number| format!("storm{number}")).collect();
    house.move_in(&names).await?;
    // What was there before is on its disk, with every server.
    house.end(Signal::TERM).await?;
    storm(&mut house, plan, End::Kill).await
}

impl Victim for House {
    async fn start(&mut self) -> anyhow::Result<SocketAddr> {
        House::start(self)?;
        // People try until it listens.
        Ok(self.c2s())
    }

    async fn end(&mut self, end: End) -> anyhow::Result<()> {
        let signal = match end {
            End::Kill => Signal::KILL,
            End::Terminate => Signal::TERM,
        };
        House::end(self, signal).await
    }
}

fn tell(kind: Kind, report: &Report) -> anyhow::Result<()> {
    let (verdict, tally) = (&report.verdict, &report.tally);
    say(&format!("\n{} ({})", kind.name(), kind.version()))?;
    let rows = [
        ("kills", report.ends.into()),
        ("messages said", verdict.said),
        ("acknowledged", verdict.acknowledged),
        ("acknowledged and lost", verdict.lost.len() as u64),
        ("  of these, kept by its writer", verdict.lost_between),
        ("only in the archive", verdict.only_archived),
        ("doubled without equal id", verdict.doubled_nameless),
        ("doubled with equal id", verdict.doubled),
        ("  of these, said once", verdict.doubled_by_server),
        ("said again", verdict.repeated),
        ("refused", verdict.bounced),
        ("refused and delivered", verdict.refused_and_delivered),
        ("to somebody else", verdict.astray),
        ("impossible counts", verdict.beyond),
        ("contacts confirmed", verdict.contacts),
        ("confirmed and lost", verdict.contacts_lost),
        ("sessions resumed", tally.resumed),
        ("resumption failed", tally.failed),
        ("  of these, with a count", tally.counted),
        ("broke without a kill", tally.broken),
    ];
    for (what, number) in rows {
        say(&format!("  {what:<32}{number:>10}"))?;
    }
    for (what, times) in [("start to first login, ms", &report.first), ("start to all back, ms", &report.all)] {
        let mut times: Vec<u128> = times.iter().map(Duration::as_millis).collect();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let ends = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
        say(&format!("  {what:<32}{median:>10}  ({}-{}, {} times)", ends.0, ends.1, times.len()))?;
    }
    for (condition, times) in &tally.errors {
        say(&format!("  error {condition:<22}{times:>10}"))?;
    }
    Ok(())
}
