//! What the store can do about where clients are woken.

use std::convert::Infallible;

use parlour_domain::Millis;
use parlour_domain::push::{PushRefusal, Registration};
use parlour_xmpp::jid::{BareJid, Jid};

use crate::{Act, Ticket};

/// Registrations at push services.
pub trait PushStore: Send + Sync {
    /// An account's, in order of age; none where there is no such account.
    fn registrations(&self, owner: BareJid) -> Ticket<Vec<Registration>>;
    /// Registers a client, see [`parlour_domain::push::enable`].
    fn enable(&self, owner: BareJid, registration: Registration) -> Act<(), PushRefusal>;
    /// Ends what is registered at a service, at one node of it or at all.
    fn disable(&self, owner: BareJid, service: Jid, node: Option<String>) -> Act<(), Infallible>;
    /// Ends what a client has registered.
    fn forget(&self, owner: BareJid, resource: String) -> Act<(), Infallible>;
    /// Ends one registration whose service takes nothing.
    fn remove(&self, owner: BareJid, key: i64) -> Act<(), Infallible>;
    /// Notes since when a service has taken nothing; `None` when it takes what it is given again.
    fn note(&self, owner: BareJid, key: i64, since: Option<Millis>) -> Act<(), Infallible>;
}
