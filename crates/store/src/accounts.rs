//! What the store can do about accounts.

use std::convert::Infallible;

use parlour_domain::account::rules::{AccountRefusal, CreateAsk, Turn};
use parlour_domain::{Account, By, HostName, KeyKind, Millis, Role, SealedKeys};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// An account with its password's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The account, whatever its state.
    pub account: Account,
    /// One per mechanism it can use.
    pub keys: Vec<SealedKeys>,
}

/// Which accounts to list, by the order in which they came.
#[derive(Clone, Debug)]
pub struct AccountQuery {
    /// Where.
    pub host: HostName,
    /// Only those this account's invites brought.
    pub inviter: Option<BareJid>,
    /// Go on after this one.
    pub after: Option<BareJid>,
    /// How many at most.
    pub limit: u32,
}

/// Accounts and their keys.
pub trait AccountStore: Send + Sync {
    /// Makes one without an invite.
    fn create(&self, ask: CreateAsk) -> Act<Account, AccountRefusal>;
    /// Another password.
    fn set_password(&self, by: By, jid: BareJid, keys: Vec<SealedKeys>, at: Millis) -> Act<(), AccountRefusal>;
    /// Other keys of the same password, while the kept ones are still those that were `seen`; false where not.
    fn upgrade_keys(&self, jid: BareJid, seen: Vec<SealedKeys>, keys: SealedKeys) -> Act<bool, Infallible>;
    /// Another role.
    fn set_role(&self, by: By, jid: BareJid, role: Role) -> Act<Account, AccountRefusal>;
    /// Disabled, enabled, deleted or restored.
    fn turn(&self, by: By, jid: BareJid, turn: Turn, at: Millis) -> Act<Account, AccountRefusal>;
    /// Erases one of the host's accounts whose time to be restored is over; `None` when there is none.
    fn erase_next(&self, host: HostName, at: Millis) -> Act<Option<BareJid>, Infallible>;
    /// Drops some of what belonged to an erased account; true when nothing is left.
    fn erase_step(&self, jid: BareJid) -> Act<bool, Infallible>;
    /// One account, whatever its state.
    fn account(&self, jid: BareJid) -> Ticket<Option<Account>>;
    /// One account with its keys.
    fn credentials(&self, jid: BareJid) -> Ticket<Option<Credentials>>;
    /// A page of accounts; erased ones are left out.
    fn list(&self, query: AccountQuery) -> Ticket<Vec<Account>>;
    /// Some account of the host can sign in by password, but not with keys of this kind.
    fn lacks(&self, host: HostName, kind: KeyKind) -> Ticket<bool>;
}
