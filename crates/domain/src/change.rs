//! What follows from an act: changes that a store applies in one transaction and that
//! `engine::effects` then turns into what people see.
//!
//! Each area keeps its own enum in its own module; this one only gathers them, so that store and
//! effects are exhaustive over everything there is.

use crate::account::AccountChange;
use crate::api_key::ApiKeyChange;
use crate::archive::ArchiveChange;
use crate::blocking::BlockingChange;
use crate::device::DeviceChange;
use crate::group::GroupChange;
use crate::host::HostChange;
use crate::invite::InviteChange;
use crate::outbox::OutboxChange;
use crate::personal::PersonalChange;
use crate::pubsub::PubsubChange;
use crate::push::PushChange;
use crate::roster::RosterChange;
use crate::session::SessionChange;

/// One thing that becomes true.
#[derive(Clone, Debug)]
pub enum Change {
    /// About a host.
    Host(HostChange),
    /// About an account.
    Account(AccountChange),
    /// About an invite.
    Invite(InviteChange),
    /// About a group of the host, or who belongs to it.
    Group(GroupChange),
    /// About a browser's session.
    Session(SessionChange),
    /// About a device that can come back without a password.
    Device(DeviceChange),
    /// About a key of the API.
    ApiKey(ApiKeyChange),
    /// About what is owed.
    Outbox(OutboxChange),
    /// A contact, or a request to become one.
    Roster(RosterChange),
    /// Whom an account blocks.
    Blocking(BlockingChange),
    /// About an archive.
    Archive(ArchiveChange),
    /// What an account keeps about itself.
    Personal(PersonalChange),
    /// What an account publishes about itself.
    Pubsub(PubsubChange),
    /// Where an account's clients are woken.
    Push(PushChange),
}

impl From<AccountChange> for Change {
    fn from(change: AccountChange) -> Self {
        Self::Account(change)
    }
}

impl From<InviteChange> for Change {
    fn from(change: InviteChange) -> Self {
        Self::Invite(change)
    }
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
