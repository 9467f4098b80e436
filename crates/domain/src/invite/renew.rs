//! A new invite with an older one's promise: for a link that was lost, seen by the wrong eyes, or came too late.

use super::issue::{IssueAsk, IssueFacts, IssueRefusal, Wish, judge};
use super::revoke::may_see;
use super::{Invite, InviteChange, InviteKind, InviteState, Who, may_invite};
use crate::account::Account;
use crate::by::{By, Role};
use crate::change::Outcome;
use crate::clock::Millis;
use crate::host::{HostName, HostPolicy};
use crate::limits::{MIN_EXPIRY, RESERVATION_GRACE};
use crate::names::{NamePolicy, NewName};
use crate::token::TokenId;

/// What is asked.
#[derive(Clone, Debug)]
pub struct RenewAsk {
    /// Who asks.
    pub by: By,
    /// Where.
    pub host: HostName,
    /// Whose place is to be taken.
    pub old: TokenId,
    /// The new token's id.
    pub id: TokenId,
    /// The number of the key that makes the new token.
    pub key: u32,
    /// Now.
    pub at: Millis,
}

/// Why no invite takes its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewRefusal {
    /// There is none, or it is not the asker's to see: the same answer.
    #[error("there is no such invite")]
    Unknown,
    /// Another one has its place already.
    #[error("{by} has taken its place already")]
    Renewed {
        /// Which.
        by: TokenId,
    },
    /// Its maker may no longer invite so, or is gone.
    #[error("whoever made the invite may no longer invite")]
    MakerGone,
    /// A new one like it is not made either.
    #[error("{0}")]
    Issue(IssueRefusal),
}

/// Whether the asker may see it and nothing has its place.
///
/// # Errors
/// [`RenewRefusal`].
pub fn may_renew<'a>(
    ask: &RenewAsk,
    actor: Option<&Account>,
    old: Option<&'a Invite>,
    target: Option<&Account>,
) -> Result<&'a Invite, RenewRefusal> {
    let old = old.filter(|old| may_see(&ask.by, actor, old, target)).ok_or(RenewRefusal::Unknown)?;
    match old.renewed {
        Some(by) => Err(RenewRefusal::Renewed { by }),
        None => Ok(old),
    }
}

/// What is asked for when a new one is to promise what `old` promised: also its life is as long again.
pub fn as_new(ask: &RenewAsk, old: &Invite, policy: &HostPolicy, rank: Option<Role>) -> IssueAsk {
    let longest = super::issue::longest_life(old.kind, policy);
    let max = if rank >= Some(Role::Admin) { longest } else { longest.min(policy.invite_expiry.max(MIN_EXPIRY)) };
    let promised = old.name.as_deref().filter(|_| old.kind.makes_account());
    let rules = NamePolicy { host: &old.host, reserved: &[], allow_reserved: true };
    IssueAsk {
        by: ask.by.clone(),
        host: old.host.clone(),
        wish: Wish {
            kind: Some(old.kind),
            on_behalf: match &old.maker {
                Who::Account(maker) => Some(maker.clone()),
                Who::Operator | Who::Server | Who::Key(_) | Who::Newcomer => None,
            },
            subscribe: old.subscribe,
            name: old.name.clone(),
            expires_after: Some(old.expires.saturating_sub(old.created).clamp(MIN_EXPIRY, max)),
            max_uses: Some(old.max_uses),
            role: old.role,
            groups: old.groups.clone(),
            note: old.note.clone(),
            hello: old.hello.clone(),
            lang: old.lang.clone(),
        },
        kind: old.kind,
        name: promised.and_then(|name| NewName::accept(name, &rules).ok()),
        id: ask.id,
        key: ask.key,
        at: ask.at,
    }
}

/// The one that counts against its maker's limits no more when a new one has its place.
pub fn gives_way(old: &Invite) -> Option<TokenId> {
    (old.uses == 0).then_some(old.id)
}

/// Makes the new one, and withdraws the old one where it could still be used.
///
/// `facts` are those of making the new one, without the old one among what limits count.
///
/// # Errors
/// [`RenewRefusal`]; the old one is as good as before then.
pub fn renew(
    mut facts: IssueFacts,
    mut new: IssueAsk,
    old: &Invite,
    policy: &HostPolicy,
) -> Result<Outcome<Invite>, RenewRefusal> {
    if old.kind == InviteKind::Owner {
        // That link has its own act.
        return Err(RenewRefusal::Issue(IssueRefusal::NotAllowed));
    }
    let by_account = matches!(old.maker, Who::Account(_));
    let stands =
        facts.maker.as_ref().is_some_and(|maker| maker.is_active() && may_invite(maker.role, old.kind, policy));
    if by_account && !stands {
        return Err(RenewRefusal::MakerGone);
    }
    // The name passes over: nobody else can have it in between.
    facts.name.promised_by = facts.name.promised_by.filter(|id| *id != old.id);
    new.wish.groups.retain(|group| facts.groups.contains(group));
    let mut invite = judge(&facts, &new, policy).map_err(RenewRefusal::Issue)?;
    invite.maker = old.maker.clone();
    invite.subscribe = old.subscribe;
    (invite.parent, invite.depth) = (old.parent, old.depth);
    let by = Who::from(&new.by);
    // Also a moment after its end: somebody may have presented it in time.
    let withdrawn = old.state(new.at.saturating_sub(RESERVATION_GRACE)) == InviteState::Waiting;
    let renewed = InviteChange::Renewed {
        host: new.host.clone(),
        old: old.id,
        new: invite.id,
        withdrawn,
        by: by.clone(),
        at: new.at,
    };
    let issued = InviteChange::Issued { invite: invite.clone(), by };
    Ok(Outcome { changes: vec![issued.into(), renewed.into()], out: invite })
}
