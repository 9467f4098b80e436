//! What the store can do about block lists.

use parlour_domain::blocking::BlockingRefusal;
use parlour_xmpp::jid::{BareJid, Jid};

use crate::{Act, Ticket};

/// Block lists.
pub trait BlockingStore: Send + Sync {
    /// Whom an account blocks; nobody where there is no such account.
    fn blocked(&self, owner: BareJid) -> Ticket<Vec<Jid>>;
    /// Blocks these too.
    fn block(&self, owner: BareJid, items: Vec<Jid>) -> Act<(), BlockingRefusal>;
    /// Blocks a contact and removes it from the roster, where it is there.
    fn remove_and_block(&self, owner: BareJid, contact: BareJid) -> Act<(), BlockingRefusal>;
    /// Unblocks these; with none named, everybody.
    fn unblock(&self, owner: BareJid, items: Vec<Jid>) -> Act<(), BlockingRefusal>;
}
