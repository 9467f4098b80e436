//! Invites in memory, with what a page must know of them: a link that is handed round is opened much more often than it
//! changes.
//!
//! No spec. Every change goes through [`Known::changed`] after its commit, on the store's thread and before whoever made it
//! hears of it: an invite that is used up or withdrawn is never shown as good to anybody who could know better.
//! Whether one is good at this moment (its time, the host's policy) is judged by whoever looks, each time.
//! How often its page was opened is not kept up to date here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::invite::{Invite, InviteChange};
use parlour_domain::token::TokenId;
use parlour_domain::{AccountChange, Change, HostName, Who};
use parlour_store::invites::Looked;
use parlour_xmpp::jid::BareJid;

/// Bounded: when there are too many, all go and are read again.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    invites: HashMap<TokenId, Arc<Looked>>,
    /// Grows with each change: what was read before one is not kept after it.
    turn: u64,
}

/// When one was asked for: taken before the store is asked, given back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked(u64);

impl Known {
    /// One that is here; else when it was asked for.
    pub(crate) fn find(&self, host: &HostName, id: TokenId) -> Result<Arc<Looked>, Asked> {
        let inner = self.inner();
        let found = inner.invites.get(&id).filter(|looked| looked.invite.host == *host);
        found.cloned().ok_or(Asked(inner.turn))
    }

    /// What the store answered to a question of that time.
    pub(crate) fn remember(&self, asked: Asked, looked: Looked) -> Arc<Looked> {
        let looked = Arc::new(looked);
        let mut inner = self.inner();
        if Asked(inner.turn) == asked {
            if inner.invites.len() >= MOST {
                inner.invites.clear();
            }
            inner.invites.insert(looked.invite.id, Arc::clone(&looked));
        }
        looked
    }

    /// What became true, in the order of the commits.
    pub(crate) fn changed(&self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Invite(change) => self.invite(change),
                Change::Account(
                    AccountChange::Created { account: parlour_domain::Account { jid, .. }, .. }
                    | AccountChange::RoleChanged { account: jid, .. }
                    | AccountChange::StateChanged { account: jid, .. },
                ) => self.forget_of(jid),
                Change::Host(_) => self.forget(|_| true),
                // None of it is in what is kept here.
                Change::Account(
                    AccountChange::PasswordChanged { .. }
                    | AccountChange::SignedOut { .. }
                    | AccountChange::KeysUpgraded { .. },
                )
                | Change::Group(_)
                | Change::Session(_)
                | Change::Device(_)
                | Change::ApiKey(_)
                | Change::Outbox(_)
                | Change::Roster(_)
                | Change::Blocking(_)
                | Change::Archive(_)
                | Change::Personal(_)
                | Change::Pubsub(_)
                | Change::Push(_) => {}
            }
        }
    }

    fn invite(&self, change: &InviteChange) {
        match change {
            // Nobody has asked for it yet.
            InviteChange::Issued { .. } => {}
            // Seen by nobody here.
            InviteChange::Opened { .. } | InviteChange::HistorySwept { .. } => {}
            InviteChange::Used { invite: Invite { id, .. }, .. }
            | InviteChange::Revoked { id, .. }
            | InviteChange::Extended { id, .. }
            | InviteChange::UsesSet { id, .. } => self.forget_these(&[*id]),
            InviteChange::Renewed { old, new, .. } => self.forget_these(&[*old, *new]),
            InviteChange::Lapsed { ids, .. } | InviteChange::Swept { ids, .. } => self.forget_these(ids),
            InviteChange::RevokedAll { maker: jid, .. } | InviteChange::ResetsRevoked { account: jid, .. } => {
                self.forget_of(jid);
            }
            InviteChange::AllRevoked { host, .. } => self.forget(|looked| looked.invite.host == *host),
        }
    }

    fn forget_these(&self, ids: &[TokenId]) {
        let mut inner = self.inner();
        inner.turn += 1;
        for id in ids {
            inner.invites.remove(id);
        }
    }

    /// Those an account has made, and those for its password.
    fn forget_of(&self, account: &BareJid) {
        self.forget(|looked| {
            let of = &looked.invite;
            matches!(&of.maker, Who::Account(maker) if maker == account)
                || of.name.as_deref().is_some_and(|name| account.node().is_some_and(|node| node.as_str() == name))
        });
    }

    fn forget(&self, which: impl Fn(&Looked) -> bool) {
        let mut inner = self.inner();
        inner.turn += 1;
        inner.invites.retain(|_, looked| !which(looked));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Invites held: about a kilobyte each. More than are opened within the same minutes, and few enough to walk through on
/// the store's thread when an account changes (microseconds).
const MOST: usize = 1_024;

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
