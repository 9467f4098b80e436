//! What a rule decided, written down: one match over everything that can become true.

use parlour_domain::Change;

use super::{Tx, accounts, hosts};
use crate::StoreError;

/// Applies changes in order, inside the caller's savepoint.
pub(super) fn all(tx: &Tx, changes: &[Change]) -> Result<(), StoreError> {
    for change in changes {
        match change {
            Change::Host(change) => hosts::apply(tx, change)?,
            Change::Account(change) => accounts::apply(tx, change)?,
            Change::Roster(_) | Change::Blocking(_) | Change::Personal(_) => {
                return Err(StoreError::damaged("no tables for what an account keeps"));
            }
        }
    }
    Ok(())
}
