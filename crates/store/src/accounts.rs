//! What the store can do about accounts.

use parlour_domain::Account;
use parlour_xmpp::jid::BareJid;

use crate::Ticket;

/// Accounts and their keys.
pub trait AccountStore: Send + Sync {
    /// One account, whatever its state.
    fn account(&self, jid: BareJid) -> Ticket<Option<Account>>;
}
