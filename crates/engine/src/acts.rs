//! What the acts of all areas share: time, dice, and what is done after a commit.

use std::sync::Arc;

use parlour_domain::{By, Change, Clock, Dice, HostName, HostPolicy, Millis};
use parlour_store::Committed;

use crate::audit;
use crate::locals::Locals;

/// What follows from changes that are durable: pushes, views, events. Run once per act, after its
/// commit and before its answer; it may be lost in a crash.
pub trait Effects: Send + Sync + 'static {
    /// Does not wait for anything.
    fn run(&self, by: &By, changes: &[Change]);
}

/// Handed to each area. Cloning shares it.
#[derive(Clone)]
pub struct Common {
    /// Hosts and their policies as they are now.
    pub locals: Arc<Locals>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
    /// What follows.
    pub effects: Arc<dyn Effects>,
}

impl std::fmt::Debug for Common {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Common").field("locals", &self.locals).finish_non_exhaustive()
    }
}

/// The host is not served here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host} is not served here")]
pub struct UnknownHost {
    /// The domain asked for.
    pub host: HostName,
}

impl Common {
    /// Now, in wall time.
    pub fn now(&self) -> Millis {
        self.clock.wall()
    }

    /// What a host allows at this moment.
    ///
    /// # Errors
    /// [`UnknownHost`].
    pub fn policy(&self, host: &HostName) -> Result<Arc<HostPolicy>, UnknownHost> {
        self.locals.policy(host.as_str()).ok_or_else(|| UnknownHost { host: host.clone() })
    }

    /// The end of every act: one line in the log, and what follows.
    pub fn done<T>(&self, by: &By, committed: Committed<T>) -> Committed<T> {
        audit::log(by, committed.changes());
        self.effects.run(by, committed.changes());
        committed
    }
}
