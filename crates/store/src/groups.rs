//! What the store can do about groups.

use std::convert::Infallible;

use parlour_domain::group::{Group, GroupRefusal};
use parlour_domain::outbox::Owed;
use parlour_domain::{By, HostName, Millis};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Groups and who belongs to them.
pub trait GroupStore: Send + Sync {
    /// Makes one.
    fn create(&self, by: By, host: HostName, name: String, contacts: bool, at: Millis) -> Act<(), GroupRefusal>;
    /// Makes its members each other's contacts, or only members.
    fn set_contacts(&self, by: By, host: HostName, name: String, contacts: bool, at: Millis) -> Act<(), GroupRefusal>;
    /// Removes one.
    fn remove(&self, by: By, host: HostName, name: String, at: Millis) -> Act<(), GroupRefusal>;
    /// Makes an account belong to one, or not.
    fn set_member(&self, by: By, name: String, account: BareJid, member: bool, at: Millis) -> Act<(), GroupRefusal>;
    /// One step of a job that is owed to a group, which also writes what is left of it; true when nothing is. One that
    /// was worked on meanwhile stays as it is.
    fn step(&self, owed: Owed, at: Millis) -> Act<bool, Infallible>;
    /// All of a host, by name.
    fn list(&self, host: HostName) -> Ticket<Vec<Group>>;
    /// Who belongs to one, by name, after `after`.
    fn members(&self, host: HostName, name: String, after: Option<BareJid>, limit: u32) -> Ticket<Vec<BareJid>>;
    /// To which an account belongs, by name.
    fn of(&self, account: BareJid) -> Ticket<Vec<String>>;
}
