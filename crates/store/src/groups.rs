//! What the store can do about groups.

use parlour_domain::group::{Group, GroupRefusal};
use parlour_domain::{By, HostName, Millis};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Groups and who belongs to them.
pub trait GroupStore: Send + Sync {
    /// Makes one.
    fn create(&self, by: By, host: HostName, name: String, at: Millis) -> Act<(), GroupRefusal>;
    /// Removes one.
    fn remove(&self, by: By, host: HostName, name: String) -> Act<(), GroupRefusal>;
    /// Makes an account belong to one, or not.
    fn set_member(&self, by: By, name: String, account: BareJid, member: bool) -> Act<(), GroupRefusal>;
    /// All of a host, by name.
    fn list(&self, host: HostName) -> Ticket<Vec<Group>>;
    /// Who belongs to one, by name, after `after`.
    fn members(&self, host: HostName, name: String, after: Option<BareJid>, limit: u32) -> Ticket<Vec<BareJid>>;
    /// To which an account belongs, by name.
    fn of(&self, account: BareJid) -> Ticket<Vec<String>>;
}
