//! Changing what an invite still does: how long it is good, and how often.

use super::issue::{NameState, Recent, check_open, longest_life, most_uses, rank_now};
use super::revoke::may_see;
use super::{Invite, InviteChange, InviteKind, InviteState, may_invite};
use crate::account::Account;
use crate::by::{By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::host::{HostName, HostPolicy};
use crate::limits::MIN_EXPIRY;
use crate::token::TokenId;

/// What is asked.
#[derive(Clone, Debug)]
pub struct AmendAsk {
    /// Who asks.
    pub by: By,
    /// Where.
    pub host: HostName,
    /// Which invite.
    pub id: TokenId,
    /// What is to be different.
    pub what: Amendment,
    /// Now.
    pub at: Millis,
}

/// What can be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// Good until the end of this second.
    Expires(Millis),
    /// Good for so many uses altogether.
    MaxUses(u32),
}

/// What the store knows.
#[derive(Clone, Debug, Default)]
pub struct AmendFacts {
    /// The asking account, if an account asks.
    pub actor: Option<Account>,
    /// The invite, if its row is still there.
    pub invite: Option<Invite>,
    /// For a reset: whose password.
    pub target: Option<Account>,
    /// The asker's other invites that limits speak of.
    pub recent: Vec<Recent>,
    /// The name it promises.
    pub name: NameState,
}

/// Why an invite stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendRefusal {
    /// There is none, or it is not the asker's to see: the same answer.
    #[error("there is no such invite")]
    Unknown,
    /// It is used, full or withdrawn; a new one can take its place.
    #[error("the invite is {}", .0.as_str())]
    Dead(InviteState),
    /// This role may not have such an invite, or not change it so.
    #[error("not allowed")]
    NotAllowed,
    /// The host takes no new accounts.
    #[error("this place takes no new accounts")]
    Closed,
    /// It had expired, and somebody else has its name now.
    #[error("its name is taken")]
    NameTaken,
    /// It had expired, and another invite promises its name now.
    #[error("its name is promised to somebody")]
    NamePromised,
    /// It had expired, and as many others are open as may be.
    #[error("{limit} invites are open already")]
    TooManyOpen {
        /// How many may be.
        limit: u32,
        /// When the first of them expires.
        again: Option<Millis>,
    },
    /// Not a life it can have from now on.
    #[error("a life between {min} and {max} milliseconds from now")]
    Expiry {
        /// The shortest.
        min: Millis,
        /// The longest.
        max: Millis,
    },
    /// Not a number of uses it can have.
    #[error("{min} to {max} uses")]
    Uses {
        /// As many as are used.
        min: u32,
        /// The most.
        max: u32,
    },
}

/// Changes an invite. Its maker gives their own as long a life as the host's `invite_expiry` from now on; admins as
/// long a one as a new invite can have, and other numbers of uses.
///
/// # Errors
/// [`AmendRefusal`]; nothing changes then.
pub fn amend(facts: &AmendFacts, ask: &AmendAsk, policy: &HostPolicy) -> Result<Outcome<Invite>, AmendRefusal> {
    let visible = |invite: &&Invite| may_see(&ask.by, facts.actor.as_ref(), invite, facts.target.as_ref());
    let invite = facts.invite.as_ref().filter(visible).ok_or(AmendRefusal::Unknown)?;
    let rank = rank_now(&ask.by, facts.actor.as_ref(), &invite.host).ok_or(AmendRefusal::Unknown)?;
    // The owner's link is made anew instead: it is good for minutes, and for one place only.
    if !may_invite(rank, invite.kind, policy) {
        return Err(AmendRefusal::NotAllowed);
    }
    let mut invite = invite.clone();
    let (host, id, by, at) = (ask.host.clone(), invite.id, (&ask.by).into(), ask.at);
    let before = (invite.expires, invite.max_uses);
    let change: Change = match ask.what {
        Amendment::Expires(expires) => {
            check_life(facts, &invite, rank, expires, ask.at, policy)?;
            invite.expires = expires;
            InviteChange::Extended { host, id, expires, by, at }.into()
        }
        Amendment::MaxUses(max_uses) => {
            check_uses(&invite, rank, max_uses, ask.at)?;
            invite.max_uses = max_uses;
            InviteChange::UsesSet { host, id, max_uses, by, at }.into()
        }
    };
    if before == (invite.expires, invite.max_uses) {
        return Ok(Outcome::unchanged(invite));
    }
    Ok(Outcome { changes: vec![change], out: invite })
}

fn check_life(
    facts: &AmendFacts,
    invite: &Invite,
    rank: Role,
    expires: Millis,
    now: Millis,
    policy: &HostPolicy,
) -> Result<(), AmendRefusal> {
    let expired = match invite.state(now) {
        InviteState::Waiting => false,
        InviteState::Expired => true,
        dead @ (InviteState::Used | InviteState::Full | InviteState::Withdrawn) => {
            return Err(AmendRefusal::Dead(dead));
        }
    };
    if invite.kind.makes_account() && !policy.allow_registration {
        return Err(AmendRefusal::Closed);
    }
    let longest = longest_life(invite.kind, policy);
    let max = if rank >= Role::Admin { longest } else { longest.min(policy.invite_expiry.max(MIN_EXPIRY)) };
    if !(MIN_EXPIRY..=max).contains(&expires.saturating_sub(now)) {
        return Err(AmendRefusal::Expiry { min: MIN_EXPIRY, max });
    }
    if !expired {
        return Ok(());
    }
    // It comes back: what was free for others meanwhile may be theirs now.
    if rank < Role::Admin {
        check_open(&facts.recent, policy)
            .map_err(|again| AmendRefusal::TooManyOpen { limit: policy.max_open_invites, again })?;
    }
    if invite.name.is_none() || invite.kind == InviteKind::Reset || facts.name.is_free_for(Some(invite.id)) {
        Ok(())
    } else if facts.name.taken || facts.name.alike {
        Err(AmendRefusal::NameTaken)
    } else {
        Err(AmendRefusal::NamePromised)
    }
}

fn check_uses(invite: &Invite, rank: Role, max_uses: u32, now: Millis) -> Result<(), AmendRefusal> {
    if rank < Role::Admin {
        return Err(AmendRefusal::NotAllowed);
    }
    match invite.state(now) {
        dead @ (InviteState::Used | InviteState::Withdrawn) => return Err(AmendRefusal::Dead(dead)),
        InviteState::Waiting | InviteState::Full | InviteState::Expired => {}
    }
    let (min, max) = (invite.uses.max(1), most_uses(invite.kind, invite.name.is_some()));
    if (min..=max).contains(&max_uses) { Ok(()) } else { Err(AmendRefusal::Uses { min, max }) }
}
