//! A storm: people who write to each other, change contacts, lose their connections and come back, while the server is
//! killed and started again; and what became of everything that it had acknowledged.
//!
//! Speaks to any server: STARTTLS, SCRAM, XEP-0198 with resumption, XEP-0313 where it is offered. Everybody does as a
//! careful app does: what was not acknowledged is sent again after `<resumed/>` or `<failed/>`, under the same id and
//! origin-id; what is acknowledged and does not come is looked for in the archive.
//!
//! Spec: XEP-0198 v1.6.3 §4-§6, XEP-0313 v1.1.3 §4, XEP-0359 v0.7.0 §3.

mod board;
mod catch_up;
mod ledger;
mod outgoing;
mod person;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::task::JoinSet;

pub use board::Tally;
use board::{Board, Phase, pause};
pub use ledger::{Id, Ledger, Verdict};
use person::Person;

/// How large and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The domain.
    pub host: String,
    /// Accounts `storm0` and so on, all with this password. They must be there.
    pub password: String,
    /// How many.
    pub people: usize,
    /// Messages a second that all of them together try to send.
    pub rate: u32,
    /// Ends of the server.
    pub ends: u32,
    /// The longest they talk between two of them.
    pub talk: Duration,
    /// One in so many steps of each is to go away for a while, cleanly or not; 0: nobody does.
    pub leave: u64,
    /// The longest somebody is away.
    pub away: Duration,
    /// After so many ends all are asked to get everything settled.
    pub settle: u32,
    /// Chance begins with this.
    pub seed: u64,
}

/// How a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// SIGKILL.
    Kill,
    /// SIGTERM, and it takes its time.
    Terminate,
}

/// A server that can be ended and started again over what it has kept.
pub trait Victim: Send {
    /// Starts it; it need not listen yet.
    fn start(&mut self) -> impl Future<Output = anyhow::Result<SocketAddr>> + Send;

    /// Ends it, and waits until it is gone.
    fn end(&mut self, end: End) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What a storm was like.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Ends of the server.
    pub ends: u32,
    /// What became of what was said.
    pub verdict: Verdict,
    /// How people fared with their streams.
    pub tally: Tally,
    /// From each start to the first who was signed in, with a stream that is counted.
    pub first: Vec<Duration>,
    /// From each start until all were that who had been there at the end.
    pub all: Vec<Duration>,
}

/// Lets it loose. The server must not run; it does not run afterwards.
///
/// # Errors
/// When the server does not come up or somebody cannot come back. What is lost is no error but in the report.
pub async fn storm(victim: &mut impl Victim, plan: Plan, end: End) -> anyhow::Result<Report> {
    let mut storm = Storm { board: Arc::new(Board::new(plan)), report: Report::default(), asked: 0 };
    storm.board.phase.send_replace(Phase::Settle(0));
    storm.begin(victim).await?;
    let mut people = JoinSet::new();
    for number in 0..storm.board.plan.people {
        let board = Arc::clone(&storm.board);
        people.spawn(async move {
            if let Err(error) = Person::new(Arc::clone(&board), number).live().await {
                board.state().stuck.get_or_insert(format!("storm{number}: {error:#}"));
            }
        });
    }
    storm.ask("everybody is here", Phase::Settle).await?;
    storm.board.phase.send_replace(Phase::Talk);
    let ends = storm.board.plan.ends;
    for number in 1..=ends {
        pause(storm.board.within(storm.board.plan.talk)).await;
        storm.end(victim, end).await?;
        if number % storm.board.plan.settle == 0 || number == ends {
            storm.settle().await?;
        }
    }
    storm.board.phase.send_replace(Phase::Over);
    while people.join_next().await.is_some() {}
    victim.end(End::Terminate).await?;
    let Storm { board, mut report, .. } = storm;
    report.ends = ends;
    report.verdict = board.ledger().verdict();
    report.tally = board.state().tally.clone();
    Ok(report)
}

struct Storm {
    board: Arc<Board>,
    report: Report,
    /// Phases with a number so far.
    asked: u32,
}

impl Storm {
    async fn begin(&mut self, victim: &mut impl Victim) -> anyhow::Result<()> {
        let address = victim.start().await?;
        {
            let mut state = self.board.state();
            state.life += 1;
            state.alive = true;
        }
        self.board.address.send_replace(Some(address));
        Ok(())
    }

    /// Ends the server in the middle of it all and starts it again.
    async fn end(&mut self, victim: &mut impl Victim, end: End) -> anyhow::Result<()> {
        let ended = Instant::now();
        let there: Vec<usize> = {
            let mut state = self.board.state();
            state.alive = false;
            (0..).zip(&state.people).filter(|(_, person)| person.here).map(|(number, _)| number).collect()
        };
        victim.end(end).await?;
        self.board.address.send_replace(None);
        let start = Instant::now();
        self.begin(victim).await?;
        let back = move |board: &Board, number: &usize| board.state().people[*number].since > ended;
        let someone = there.clone();
        self.until("the first is back", move |board| someone.iter().any(|n| back(board, n)) || someone.is_empty())
            .await?;
        let came = |board: &Board| -> Vec<Instant> {
            let state = board.state();
            there.iter().map(|n| state.people[*n].since).filter(|since| *since > ended).collect()
        };
        self.report.first.extend(came(&self.board).iter().min().map(|first| first.duration_since(start)));
        if self.board.below(IN_A_ROW) == 0 {
            // The next end meets people who are still on their way back.
            return Ok(());
        }
        let all = there.clone();
        self.until("all are back", move |board| all.iter().all(|n| back(board, n))).await?;
        self.report.all.extend(came(&self.board).iter().max().map(|last| last.duration_since(start)));
        Ok(())
    }

    /// Everybody comes, gets acknowledged what was said, and gets what is owed, from the archive in the end.
    async fn settle(&mut self) -> anyhow::Result<()> {
        self.ask("everything is acknowledged", Phase::Settle).await?;
        let (mut owed, mut since) = (usize::MAX, Instant::now());
        loop {
            let now = self.board.ledger().owed();
            if now < owed {
                (owed, since) = (now, Instant::now());
            }
            if now == 0 || since.elapsed() > QUIET {
                break;
            }
            pause(LOOK).await;
        }
        if owed > 0 {
            self.ask("all have looked into their archives", Phase::CatchUp).await?;
        }
        self.board.phase.send_replace(Phase::Talk);
        Ok(())
    }

    /// Has everybody do something, and waits until they are done with it.
    async fn ask(&mut self, what: &str, phase: fn(u32) -> Phase) -> anyhow::Result<()> {
        self.asked += 1;
        let number = self.asked;
        self.board.phase.send_replace(phase(number));
        self.until(what, |board| board.state().people.iter().all(|person| person.done == number)).await
    }

    async fn until(&self, what: &str, so: impl Fn(&Board) -> bool) -> anyhow::Result<()> {
        let waiting = async {
            while !so(&self.board) {
                if let Some(why) = self.board.state().stuck.take() {
                    bail!("{why}");
                }
                pause(LOOK).await;
            }
            Ok(())
        };
        tokio::time::timeout(LONGEST, waiting).await.with_context(|| format!("it takes too long until {what}"))?
    }
}

/// One in so many ends comes while people are on their way back.
const IN_A_ROW: u64 = 8;
/// Between two looks at how things stand.
const LOOK: Duration = Duration::from_millis(5);
/// Nothing new came for so long: nothing comes.
const QUIET: Duration = Duration::from_secs(1);
/// Anything that takes longer does not happen.
const LONGEST: Duration = Duration::from_secs(120);
