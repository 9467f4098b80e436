//! What follows from an act: changes that a store applies in one transaction and that
//! `engine::effects` then turns into what people see.
//!
//! Each area keeps its own enum in its own module; this one only gathers them, so that store and
//! effects are exhaustive over everything there is.

use crate::account::AccountChange;
use crate::blocking::BlockingChange;
use crate::host::HostChange;
use crate::personal::PersonalChange;
use crate::roster::RosterChange;

/// One thing that becomes true.
#[derive(Clone, Debug)]
pub enum Change {
    /// About a host.
    Host(HostChange),
    /// About an account.
    Account(AccountChange),
    /// A contact, or a request to become one.
    Roster(RosterChange),
    /// Whom an account blocks.
    Blocking(BlockingChange),
    /// What an account keeps about itself.
    Personal(PersonalChange),
}

impl From<RosterChange> for Change {
    fn from(change: RosterChange) -> Self {
        Self::Roster(change)
    }
}

/// What a rule decided: the changes, and the answer once they are durable.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// In the order they are to be applied. At most 200 rows are touched (bulk goes in steps).
    pub changes: Vec<Change>,
    /// The answer.
    pub out: T,
}

impl<T> Outcome<T> {
    /// An answer that changes nothing.
    pub fn unchanged(out: T) -> Self {
        Self { changes: Vec::new(), out }
    }
}
