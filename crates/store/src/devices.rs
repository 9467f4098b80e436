//! What the store can do about devices that come back without a password.

use std::convert::Infallible;

use parlour_domain::account::rules::AccountRefusal;
use parlour_domain::device::{Agent, AgentId, Device, Token, TokenRefusal, TokenWish, UseAsk};
use parlour_domain::{By, HostName, Millis, SealedKeys};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Devices and their tokens.
pub trait DeviceStore: Send + Sync {
    /// A device has proven a token: it is used, counted and replaced where it is due, all before anybody is told. Gives
    /// the token that the device is to be told.
    fn come_back(&self, ask: UseAsk) -> Act<Option<Token>, TokenRefusal>;
    /// A device that has just proven the password of `proven` gets a token; `None` where that is the password no longer,
    /// or the account can no longer sign in.
    fn give(
        &self,
        account: BareJid,
        proven: SealedKeys,
        agent: Agent,
        wish: TokenWish,
        at: Millis,
    ) -> Act<Option<Token>, Infallible>;
    /// Signs one of the account's devices out, or all that are kept: their tokens are good for nothing and their streams
    /// end. False where no such device is kept.
    fn end(&self, by: By, account: BareJid, agent: Option<AgentId>) -> Act<bool, AccountRefusal>;
    /// One device of an account. Takes the same statements whether there is such an account or not.
    fn device(&self, account: BareJid, agent: AgentId) -> Ticket<Option<Device>>;
    /// The account's devices that can come back at `now`, the latest first.
    fn list(&self, account: BareJid, now: Millis) -> Ticket<Vec<Device>>;
    /// Drops some whose tokens ended before `now`; answers how many. Again until none.
    fn sweep(&self, host: HostName, now: Millis) -> Act<usize, Infallible>;
}
