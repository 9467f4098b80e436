//! What the store can do about invites.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::host::HostPolicy;
use parlour_domain::invite::amend::{AmendAsk, AmendRefusal};
use parlour_domain::invite::contact::{ContactAsk, ContactRefusal};
use parlour_domain::invite::issue::{IssueAsk, IssueRefusal};
use parlour_domain::invite::redeem::{RedeemAsk, RedeemRefusal, Redeemed};
use parlour_domain::invite::renew::{RenewAsk, RenewRefusal};
use parlour_domain::invite::revoke::{DeclineRefusal, RevokeRefusal, Swept};
use parlour_domain::invite::{Invite, InviteEvent, Presented};
use parlour_domain::roster::Sent;
use parlour_domain::token::TokenId;
use parlour_domain::{Account, By, HostName, InviteKind, InviteState, Millis, Role};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// Which invites to list, newest first. What is unset does not matter.
#[derive(Clone, Debug)]
pub struct InviteQuery {
    /// Where.
    pub host: HostName,
    /// Only this account's.
    pub maker: Option<BareJid>,
    /// Only those of which this has become, seen at `at`.
    pub state: Option<InviteState>,
    /// Only of this kind. Links for a new password are listed where this asks for them, and only there.
    pub kind: Option<InviteKind>,
    /// Only those that name this group.
    pub group: Option<String>,
    /// Only those with these words in the note, the promised name, or the name or address of who used it; small and
    /// capital letters are the same. Never the token. The one filter that looks at row after row.
    pub text: Option<String>,
    /// The moment states are seen at; `engine` fills in now.
    pub at: Millis,
    /// The role of who asks: what leads above it is not listed. `engine` fills it in.
    pub rank: Role,
    /// Go on after this one. Nothing is skipped or repeated by it, whatever becomes of invites between two pages; if
    /// that very one is forgotten meanwhile (long after its end), the list ends.
    pub after: Option<TokenId>,
    /// How many at most.
    pub limit: u32,
}

impl InviteQuery {
    /// The first hundred of all there are on a host.
    pub fn new(host: HostName) -> Self {
        Self {
            host,
            maker: None,
            state: None,
            kind: None,
            group: None,
            text: None,
            at: Millis::MAX,
            rank: Role::Owner,
            after: None,
            limit: 100,
        }
    }
}

/// How many invites have become what; links for a new password are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InviteCounts {
    /// Can be used.
    pub waiting: u64,
    /// Were good for one, and are used.
    pub used: u64,
    /// Were good for several, and all are used.
    pub full: u64,
    /// Too late.
    pub expired: u64,
    /// Taken back.
    pub withdrawn: u64,
}

impl InviteCounts {
    /// All together.
    pub fn all(&self) -> u64 {
        self.waiting + self.used + self.full + self.expired + self.withdrawn
    }
}

/// An invite with what a page must know to say whether it is any good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The invite.
    pub invite: Invite,
    /// Its maker, if an account made it.
    pub maker: Option<Account>,
    /// For a link for a new password: whose.
    pub target: Option<Account>,
    /// The host was owned at some time.
    pub owned: bool,
}

/// Who opened which invite's page, until the store has counted it: one operation of the writer for all that came while
/// the one before it waited. Lossy: past [`Openings::MOST`] invites at a time, and when the store fails.
#[derive(Debug, Default)]
pub struct Openings(Mutex<Opened>);

#[derive(Debug, Default)]
struct Opened {
    times: HashMap<(HostName, TokenId), u32>,
    /// Somebody has submitted an operation that has not run yet.
    flying: bool,
}

impl Openings {
    /// Invites counted by one operation: as many rows as one may touch.
    pub const MOST: usize = 200;

    /// Counts one. True: whoever said so submits an operation.
    pub fn note(&self, host: &HostName, id: TokenId) -> bool {
        let mut opened = self.opened();
        if let Some(times) = opened.times.get_mut(&(host.clone(), id)) {
            *times = times.saturating_add(1);
        } else if opened.times.len() < Self::MOST {
            opened.times.insert((host.clone(), id), 1);
        }
        !std::mem::replace(&mut opened.flying, true)
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operation under way. However it ends, the next opening submits another.
pub(crate) struct Flight(Arc<Openings>);

impl Flight {
    pub(crate) fn of(openings: Arc<Openings>) -> Self {
        Self(openings)
    }

    /// All that were counted so far.
    pub(crate) fn land(self) -> HashMap<(HostName, TokenId), u32> {
        let mut opened = self.0.opened();
        opened.flying = false;
        std::mem::take(&mut opened.times)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.opened().flying = false;
    }
}

/// Invites and their history.
pub trait InviteStore: Send + Sync {
    /// Makes one.
    fn issue(&self, ask: IssueAsk, policy: Arc<HostPolicy>) -> Act<Invite, IssueRefusal>;
    /// Uses one for an account or a new password, or registers without.
    fn redeem(&self, ask: RedeemAsk, policy: Arc<HostPolicy>) -> Act<Redeemed, RedeemRefusal>;
    /// Uses one for a contact; answers what is to be sent.
    fn consume(&self, ask: ContactAsk, policy: Arc<HostPolicy>) -> Act<Vec<Sent>, ContactRefusal>;
    /// Changes how long or how often one is good.
    fn amend(&self, ask: AmendAsk, policy: Arc<HostPolicy>) -> Act<Invite, AmendRefusal>;
    /// Puts a new one in an older one's place.
    fn renew(&self, ask: RenewAsk, policy: Arc<HostPolicy>) -> Act<Invite, RenewRefusal>;
    /// Takes one back.
    fn revoke(&self, by: By, host: HostName, id: TokenId, at: Millis) -> Act<(), RevokeRefusal>;
    /// Turns one down, as whoever it is for.
    fn decline(&self, by: By, host: HostName, shown: Presented, at: Millis) -> Act<(), DeclineRefusal>;
    /// Takes back all that a host has open.
    fn revoke_all(&self, by: By, host: HostName, at: Millis) -> Act<(), RevokeRefusal>;
    /// Counts those who opened pages since it was last asked to.
    fn opened(&self, openings: Arc<Openings>) -> Act<(), Infallible>;
    /// Forgets some that expired before `unused_before` unused, or `used_before` otherwise: with their histories at
    /// most [`parlour_domain::limits::SWEEP_ROWS`] rows. Again while there is more.
    fn sweep(&self, host: HostName, unused_before: Millis, used_before: Millis) -> Act<Swept, Infallible>;
    /// Notes that some have expired at `at`, so that lists stay quick; answers how many. Again until none.
    fn lapse(&self, host: HostName, at: Millis) -> Act<usize, Infallible>;
    /// Up to three free names like a taken one.
    fn suggest(&self, host: HostName, name: String, at: Millis) -> Ticket<Vec<String>>;
    /// One, with what it takes to judge it.
    fn look(&self, host: HostName, id: TokenId) -> Ticket<Option<Looked>>;
    /// A page of them.
    fn list(&self, query: InviteQuery) -> Ticket<Vec<Invite>>;
    /// How many more a member can make at `at`, or why none.
    fn room(&self, maker: BareJid, policy: Arc<HostPolicy>, at: Millis) -> Ticket<Result<u32, IssueRefusal>>;
    /// How many there are, all or one maker's, seen at `at`: one pass over a narrow index, rows are not looked at.
    fn counts(&self, host: HostName, maker: Option<BareJid>, at: Millis) -> Ticket<InviteCounts>;
    /// The accounts that came of one, oldest first: as many as it can have uses.
    fn joined(&self, host: HostName, id: TokenId) -> Ticket<Vec<Account>>;
    /// What happened to one, oldest first.
    fn history(&self, host: HostName, id: TokenId) -> Ticket<Vec<InviteEvent>>;
}
