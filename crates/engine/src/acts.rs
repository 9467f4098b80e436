//! What the acts of all areas share: time, dice, and what is done after a commit.

use std::sync::Arc;

use parlour_domain::outbox::OutboxChange;
use parlour_domain::{By, Change, Clock, Dice, HostName, HostPolicy, Millis};
use parlour_store::Act;
use tokio::sync::Notify;

use crate::audit;
use crate::locals::Locals;
use crate::once;

/// What follows from changes that are durable: pushes, views, events. Run once per act, in the order
/// of the commits, before the act's answer, and also when the asker has gone away meanwhile. It may
/// be lost in a crash.
pub trait Effects: Send + Sync + 'static {
    /// Does not wait for anything: the next commit waits for it.
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
    /// Rung when something is owed, for whoever runs [`crate::chores`].
    pub bell: Arc<Notify>,
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

    /// Submits an act with all that follows from it: one line in the log, and the effects. Where the door began
    /// with [`crate::once::once`], it is done once.
    pub fn act<T, R>(&self, by: &By, submit: impl FnOnce() -> Act<T, R>) -> Act<T, R> {
        let (by, effects, bell) = (by.clone(), Arc::clone(&self.effects), Arc::clone(&self.bell));
        let after = move |changes: &[Change]| {
            audit::log(&by, changes);
            effects.run(&by, changes);
            if changes.iter().any(|change| matches!(change, Change::Outbox(OutboxChange::Owed { .. }))) {
                bell.notify_one();
            }
        };
        parlour_store::followed_by(Box::new(after), || match once::take() {
            Some(request) => parlour_store::once(request, submit),
            None => submit(),
        })
    }
}
