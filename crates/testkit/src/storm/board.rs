//! What the people of a storm and whoever lets it loose tell each other. Nothing here waits.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use parlour_domain::Dice as _;
use tokio::sync::watch;

use super::Plan;
use super::ledger::Ledger;
use crate::Loaded;

/// What everybody does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Write, read, go away, come back.
    Talk,
    /// Come back, say nothing new, and get everything acknowledged; numbered, as is the next.
    Settle(u32),
    /// Look into the archive for what is missing.
    CatchUp(u32),
    /// Take leave.
    Over,
}

/// Everything that is shared.
pub(super) struct Board {
    pub plan: Plan,
    pub dice: Loaded,
    /// Where the server is; none while it does not run.
    pub address: watch::Sender<Option<SocketAddr>>,
    pub phase: watch::Sender<Phase>,
    state: Mutex<State>,
    ledger: Mutex<Ledger>,
}

/// Who is where.
#[derive(Debug, Default)]
pub(super) struct State {
    pub people: Vec<Where>,
    /// How often the server was started.
    pub life: u32,
    /// It runs, as far as anybody knows.
    pub alive: bool,
    /// Somebody cannot go on, and why.
    pub stuck: Option<String>,
    pub tally: Tally,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Where {
    pub here: bool,
    /// When it came.
    pub since: Instant,
    /// The last numbered phase that it is done with.
    pub done: u32,
}

/// How people fared with their streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sessions that were resumed.
    pub resumed: u64,
    /// Sessions that could not be.
    pub failed: u64,
    /// Of these, with the count of what the server had handled.
    pub counted: u64,
    /// Streams that ended while the server ran and nobody wanted that.
    pub broken: u64,
    /// Conditions of stream errors and of refused requests.
    pub errors: BTreeMap<String, u64>,
}

impl Board {
    pub fn new(plan: Plan) -> Self {
        let nobody = Where { here: false, since: Instant::now(), done: 0 };
        let state = State { people: vec![nobody; plan.people], ..State::default() };
        Self {
            dice: Loaded::new(plan.seed),
            address: watch::Sender::new(None),
            phase: watch::Sender::new(Phase::Talk),
            state: Mutex::new(state),
            ledger: Mutex::new(Ledger::new(plan.people)),
            plan,
        }
    }

    /// Who is where.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What everybody does now.
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// A number below `end`.
    pub fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        u64::from_be_bytes(bytes) % end.max(1)
    }

    /// A time shorter than `end`.
    pub fn within(&self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).unwrap_or(u64::MAX)))
    }

    /// Notes an error by its name.
    pub fn error(&self, name: &str) {
        *self.state().tally.errors.entry(name.to_owned()).or_default() += 1;
    }
}

/// Lets time pass.
pub(super) async fn pause(time: Duration) {
    // It ends by the clock: nothing else can end it.
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
