//! `kill -9` and SIGTERM while people write to each other: what was acknowledged arrives.

use std::net::SocketAddr;
use std::time::Duration;

use parlour_testkit::storm::{End, Plan, Report, Victim, storm};

use crate::chance::{Chance, size};
use crate::place::{HOST, PASSWORD, Place};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_01_kill_9_under_traffic() {
    let mut place = settled(size(24, 200)).await;
    let report = storm(&mut place, plan(size(20, 100)), End::Kill).await.expect("everybody comes back");
    nothing_is_lost(&report);
    assert!(report.tally.counted > 0, "no stream's count was known after a crash: {report:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_sigterm_with_sessions_keeps_what_was_acknowledged() {
    let mut place = settled(size(24, 200)).await;
    let report = storm(&mut place, plan(size(5, 50)), End::Terminate).await.expect("everybody comes back");
    nothing_is_lost(&report);
    assert!(report.tally.errors.contains_key("system-shutdown"), "they are told why: {report:#?}");
}

/// What the test above is worth: with a server that has really lost something, it says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_01_the_storm_sees_what_a_server_has_lost() {
    let mut place = Forgetful(settled(24).await);
    let plan = Plan { settle: 1, ..plan(3) };
    let report = storm(&mut place, plan, End::Kill).await.expect("everybody comes back");
    assert!(!report.verdict.lost.is_empty(), "messages are gone: {report:#?}");
    assert!(report.verdict.contacts_lost > 0, "contacts are gone: {report:#?}");
}

/// A place with accounts for a storm of that size, and all of it folded into the database.
async fn settled(people: usize) -> Place {
    let mut place = Place::new("");
    place.start().await;
    for number in 0..people {
        place.account(&format!("storm{number}"), "member").await;
    }
    assert!(place.terminate().await.success());
    place
}

fn plan(ends: usize) -> Plan {
    let people = size(24, 200);
    Plan {
        host: HOST.to_owned(),
        password: PASSWORD.to_owned(),
        people,
        rate: u32::try_from(people).expect("a few") * 25,
        ends: u32::try_from(ends).expect("a few"),
        talk: Duration::from_millis(if people > 24 { 1500 } else { 400 }),
        leave: 30,
        away: Duration::from_millis(500),
        settle: 5,
        seed: Chance::new().below(u64::MAX),
    }
}

fn nothing_is_lost(report: &Report) {
    let verdict = &report.verdict;
    assert_eq!(verdict.lost, [], "acknowledged and lost: {report:#?}");
    assert_eq!(verdict.contacts_lost, 0, "confirmed and lost: {report:#?}");
    assert_eq!(verdict.acknowledged, verdict.said, "in the end everything is acknowledged: {report:#?}");
    // A message that is bounced is answered, not lost: at a stop the store may be closed to what comes last, and on a busy
    // machine the disk be too slow for a while.
    let odd =
        [verdict.doubled_nameless, verdict.refused_and_delivered, verdict.astray, verdict.beyond, report.tally.broken];
    assert_eq!(odd, [0; 5], "{report:#?}");
    // Else it shows nothing.
    let happened = [verdict.repeated, verdict.contacts, report.tally.resumed, report.tally.failed];
    assert!(happened.iter().all(|times| *times > 0), "{report:#?}");
}

impl Victim for Place {
    async fn start(&mut self) -> anyhow::Result<SocketAddr> {
        Ok(Place::start(self).await.c2s)
    }

    async fn end(&mut self, end: End) -> anyhow::Result<()> {
        match end {
            End::Kill => self.kill().await,
            End::Terminate => anyhow::ensure!(self.terminate().await.success(), "it does not end well"),
        }
        Ok(())
    }
}

/// Loses what is not folded into its database, as one would that never waits for the disk.
struct Forgetful(Place);

impl Victim for Forgetful {
    async fn start(&mut self) -> anyhow::Result<SocketAddr> {
        Victim::start(&mut self.0).await
    }

    async fn end(&mut self, end: End) -> anyhow::Result<()> {
        Victim::end(&mut self.0, end).await?;
        if end == End::Kill {
            for file in ["parlour.db-wal", "parlour.db-shm"] {
                std::fs::remove_file(self.0.data().join(file))?;
            }
        }
        Ok(())
    }
}
