//! What the store can do about contacts.

use parlour_domain::Millis;
use parlour_domain::kept::Kept;
use parlour_domain::roster::{Roster, RosterRefusal, Sent, Since, Wish};
use parlour_domain::subscription::Kind;
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Rosters. Acts between two accounts of this server judge and change both in one transaction.
pub trait RosterStore: Send + Sync {
    /// A whole roster; empty for one never written.
    fn roster(&self, owner: BareJid) -> Ticket<Roster>;
    /// What changed after `version`, which a client holds.
    fn roster_since(&self, owner: BareJid, version: u64) -> Ticket<Since>;
    /// Names a contact, new or known.
    fn set_contact(&self, owner: BareJid, contact: BareJid, wish: Wish) -> Act<(), RosterRefusal>;
    /// Removes a contact and ends what there was between the two; the answer is whom to tell what.
    fn remove_contact(&self, owner: BareJid, contact: BareJid) -> Act<Vec<Sent>, RosterRefusal>;
    /// A subscription stanza between two of whom at least one lives here. `stanza` is what a request
    /// is kept as. The answer is what is to be shown to whom.
    fn subscription(
        &self,
        from: BareJid,
        to: BareJid,
        kind: Kind,
        stanza: Kept,
        at: Millis,
    ) -> Act<Vec<Sent>, RosterRefusal>;
}
