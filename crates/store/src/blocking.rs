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
    /// Unblocks these; with none named, everybody.
    fn unblock(&self, owner: BareJid, items: Vec<Jid>) -> Act<(), BlockingRefusal>;
}
