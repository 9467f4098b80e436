//! What the store can do about what is owed.

use std::convert::Infallible;

use parlour_domain::outbox::Owed;
use parlour_domain::{HostName, Millis};

use crate::{Act, Ticket};

/// Work that follows from acts and outlives a crash.
pub trait OutboxStore: Send + Sync {
    /// What is due at `now`, oldest first.
    fn due(&self, now: Millis, limit: u32) -> Ticket<Vec<Owed>>;
    /// It is done. Done twice is done once.
    fn done(&self, host: HostName, number: i64) -> Act<(), Infallible>;
    /// It did not work out; try again at `due`.
    fn later(&self, host: HostName, number: i64, due: Millis) -> Act<(), Infallible>;
}
