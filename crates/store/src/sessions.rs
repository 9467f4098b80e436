//! What the store can do about web sessions.

use std::convert::Infallible;

use parlour_domain::session::{SessionHash, WebSession};
use parlour_domain::{Account, HostName, Millis, SealedKeys};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Browsers' sessions.
pub trait SessionStore: Send + Sync {
    /// Begins one for whoever proved the password of `proven`; false where the account can no longer sign in, or not by
    /// that password. The oldest gives way to one too many.
    fn start(&self, session: WebSession, proven: SealedKeys) -> Act<bool, Infallible>;
    /// Notes that one is in use.
    fn seen(&self, account: BareJid, hash: SessionHash, at: Millis) -> Act<(), Infallible>;
    /// Ends one of the account's; false where it has no such session.
    fn end(&self, account: BareJid, hash: SessionHash) -> Act<bool, Infallible>;
    /// The session of a cookie with its account, if both are good at `now`.
    fn session(&self, host: HostName, hash: SessionHash, now: Millis) -> Ticket<Option<(WebSession, Account)>>;
    /// The account's sessions that are good at `now`, newest first.
    fn list(&self, account: BareJid, now: Millis) -> Ticket<Vec<WebSession>>;
    /// Drops some that ended before `now`; answers how many. Again until none.
    fn sweep(&self, host: HostName, now: Millis) -> Act<usize, Infallible>;
}
