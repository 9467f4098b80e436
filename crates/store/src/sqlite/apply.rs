//! What a rule decided, written down: one match over everything that can become true.

use parlour_domain::Change;

use super::{
    Tx, accounts, api_keys, archive, blocking, devices, groups, hosts, invites, outbox, personal, pubsub, push,
    rosters, sessions,
};
use crate::StoreError;

/// Applies changes in order, inside the caller's savepoint.
pub(super) fn all(tx: &Tx, changes: &[Change]) -> Result<(), StoreError> {
    for change in changes {
        match change {
            Change::Host(change) => hosts::apply(tx, change)?,
            Change::Account(change) => accounts::apply(tx, change)?,
            Change::Invite(change) => invites::apply(tx, change)?,
            Change::Group(change) => groups::apply(tx, change)?,
            Change::Session(change) => sessions::apply(tx, change)?,
            Change::Device(change) => devices::apply(tx, change)?,
            Change::ApiKey(change) => api_keys::apply(tx, change)?,
            Change::Outbox(change) => outbox::apply(tx, change)?,
            Change::Roster(change) => rosters::apply(tx, change)?,
            Change::Blocking(change) => blocking::apply(tx, change)?,
            Change::Archive(change) => archive::apply(tx, change)?,
            Change::Personal(change) => personal::apply(tx, change)?,
            Change::Pubsub(change) => pubsub::apply(tx, change)?,
            Change::Push(change) => push::apply(tx, change)?,
        }
    }
    Ok(())
}
