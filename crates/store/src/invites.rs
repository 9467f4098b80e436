//! What the store can do about invites.

use std::convert::Infallible;
use std::sync::Arc;

use parlour_domain::host::HostPolicy;
use parlour_domain::invite::contact::{ContactAsk, ContactRefusal};
use parlour_domain::invite::issue::{IssueAsk, IssueRefusal};
use parlour_domain::invite::redeem::{RedeemAsk, RedeemRefusal, Redeemed};
use parlour_domain::invite::revoke::{DeclineRefusal, RevokeRefusal};
use parlour_domain::invite::{Invite, InviteEvent, Presented};
use parlour_domain::roster::Sent;
use parlour_domain::token::TokenId;
use parlour_domain::{Account, By, HostName, Millis};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Which invites to list, newest first.
#[derive(Clone, Debug)]
pub struct InviteQuery {
    /// Where.
    pub host: HostName,
    /// Only this account's.
    pub maker: Option<BareJid>,
    /// Only those that can be used at this moment.
    pub open_at: Option<Millis>,
    /// Go on after this one.
    pub after: Option<TokenId>,
    /// How many at most.
    pub limit: u32,
}

/// An invite with what a page must know to say whether it is any good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The invite.
    pub invite: Invite,
    /// Its maker, if an account made it.
    pub maker: Option<Account>,
    /// The host was owned at some time.
    pub owned: bool,
}

/// Invites and their history.
pub trait InviteStore: Send + Sync {
    /// Makes one.
    fn issue(&self, ask: IssueAsk, policy: Arc<HostPolicy>) -> Act<Invite, IssueRefusal>;
    /// Uses one for an account or a new password, or registers without.
    fn redeem(&self, ask: RedeemAsk, policy: Arc<HostPolicy>) -> Act<Redeemed, RedeemRefusal>;
    /// Uses one for a contact; answers what is to be sent.
    fn consume(&self, ask: ContactAsk, policy: Arc<HostPolicy>) -> Act<Vec<Sent>, ContactRefusal>;
    /// Takes one back.
    fn revoke(&self, by: By, host: HostName, id: TokenId, at: Millis) -> Act<(), RevokeRefusal>;
    /// Turns one down, as whoever it is for.
    fn decline(&self, by: By, host: HostName, shown: Presented, at: Millis) -> Act<(), DeclineRefusal>;
    /// Takes back all that a host has open.
    fn revoke_all(&self, by: By, host: HostName, at: Millis) -> Act<(), RevokeRefusal>;
    /// Counts a person who opened its page.
    fn opened(&self, host: HostName, id: TokenId) -> Act<(), Infallible>;
    /// Forgets some that expired before `unused_before` unused, or `used_before` otherwise; answers
    /// how many. Again until none.
    fn sweep(&self, host: HostName, unused_before: Millis, used_before: Millis) -> Act<usize, Infallible>;
    /// Up to three free names like a taken one.
    fn suggest(&self, host: HostName, name: String, at: Millis) -> Ticket<Vec<String>>;
    /// One, with what it takes to judge it.
    fn look(&self, host: HostName, id: TokenId) -> Ticket<Option<Looked>>;
    /// A page of them.
    fn list(&self, query: InviteQuery) -> Ticket<Vec<Invite>>;
    /// What happened to one, oldest first.
    fn history(&self, host: HostName, id: TokenId) -> Ticket<Vec<InviteEvent>>;
}
