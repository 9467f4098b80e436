//! Taking an invite back, and forgetting the ones that died long ago.

use super::issue::rank_now;
use super::{Invite, InviteChange, InviteKind, InviteState, Presented, Who};
use crate::account::Account;
use crate::by::{By, Role};
use crate::change::Outcome;
use crate::clock::Millis;
use crate::host::HostName;
use crate::token::TokenId;

/// Why an invite is not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeRefusal {
    /// There is none, or it is not the asker's to see: the same answer.
    #[error("there is no such invite")]
    Unknown,
    /// All its uses are used.
    #[error("the invite is {}", .0.as_str())]
    Dead(InviteState),
}

/// Who may see an invite in full, token and all, and change it or take it back: its maker, and admins. `target` is
/// the account whose password a reset is for.
pub fn may_see(by: &By, actor: Option<&Account>, invite: &Invite, target: Option<&Account>) -> bool {
    rank_now(by, actor, &invite.host).is_some_and(|rank| shows(by, rank, invite, target))
}

/// The same for an asker whose rank is known. Whoever sees a link can use it: so nobody sees one that leads above
/// their own role, but what they made themselves, which is judged by their role when it is used.
pub fn shows(by: &By, rank: Role, invite: &Invite, target: Option<&Account>) -> bool {
    let own = by.jid().is_some_and(|jid| invite.maker == Who::Account(jid.clone()));
    let leads_to = match invite.kind {
        InviteKind::Owner => Role::Owner,
        InviteKind::Reset => target.map_or(Role::Member, |target| target.role),
        InviteKind::Account | InviteKind::AccountAndContact | InviteKind::Contact => {
            invite.role.unwrap_or(Role::Member)
        }
    };
    (own && invite.kind != InviteKind::Reset) || (rank >= Role::Admin && rank >= leads_to)
}

/// Takes an invite back. Withdrawn twice is withdrawn once.
///
/// # Errors
/// [`RevokeRefusal`].
pub fn revoke(
    by: &By,
    actor: Option<&Account>,
    invite: Option<&Invite>,
    target: Option<&Account>,
    at: Millis,
) -> Result<Outcome<()>, RevokeRefusal> {
    let invite = invite.filter(|invite| may_see(by, actor, invite, target)).ok_or(RevokeRefusal::Unknown)?;
    match invite.state(at) {
        InviteState::Withdrawn => Ok(Outcome::unchanged(())),
        dead @ (InviteState::Used | InviteState::Full) => Err(RevokeRefusal::Dead(dead)),
        // An expired one too: somebody may have presented it in time and still be typing.
        InviteState::Waiting | InviteState::Expired => {
            let change = InviteChange::Revoked { host: invite.host.clone(), id: invite.id, by: by.into(), at };
            Ok(Outcome { changes: vec![change.into()], out: () })
        }
    }
}

/// Why an invite is not turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeclineRefusal {
    /// There is nothing to turn down any more.
    #[error("the invite is over")]
    Over,
    /// It is not for one newcomer alone: others would lose it, or its maker would.
    #[error("the invite is not for one newcomer alone")]
    NotOnes,
}

/// Turns an invite down, as whoever it is for: that its token was presented is the authority. Only one that promises
/// a single person an account or a new password; any other holder's no shall not take it from the rest.
///
/// # Errors
/// [`DeclineRefusal`].
pub fn decline(by: &By, shown: &Presented, invite: Option<&Invite>, at: Millis) -> Result<Outcome<()>, DeclineRefusal> {
    let invite = invite.filter(|invite| invite.id == shown.id).ok_or(DeclineRefusal::Over)?;
    invite.open_for(shown.at).map_err(|_| DeclineRefusal::Over)?;
    if invite.max_uses > 1 || !matches!(invite.kind, InviteKind::Account | InviteKind::Reset) {
        return Err(DeclineRefusal::NotOnes);
    }
    let change = InviteChange::Revoked { host: invite.host.clone(), id: invite.id, by: by.into(), at };
    Ok(Outcome { changes: vec![change.into()], out: () })
}

/// Takes back all that a host has open. The operator's.
///
/// # Errors
/// [`RevokeRefusal::Unknown`] for anybody else.
pub fn revoke_all(by: &By, host: HostName, at: Millis) -> Result<Outcome<()>, RevokeRefusal> {
    if by.is_operator() {
        Ok(Outcome { changes: vec![InviteChange::AllRevoked { host, by: by.into(), at }.into()], out: () })
    } else {
        Err(RevokeRefusal::Unknown)
    }
}

/// What the store found dead long enough, for one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dead {
    /// Which: with their histories no more rows than a step may touch.
    pub ids: Vec<TokenId>,
    /// One whose history alone is more than that; then `ids` is empty.
    pub long: Option<TokenId>,
}

/// What one step forgot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// How many invites went.
    pub invites: usize,
    /// There may be more to do.
    pub more: bool,
}

/// One step of forgetting.
pub fn sweep(host: HostName, dead: Dead) -> Outcome<Swept> {
    let out = Swept { invites: dead.ids.len(), more: dead.long.is_some() || !dead.ids.is_empty() };
    let mut changes = Vec::new();
    if let Some(id) = dead.long {
        changes.push(InviteChange::HistorySwept { host, id }.into());
    } else if !dead.ids.is_empty() {
        changes.push(InviteChange::Swept { host, ids: dead.ids }.into());
    }
    Outcome { changes, out }
}

/// One step of noting which have expired; answers how many.
pub fn lapse(host: HostName, ids: Vec<TokenId>) -> Outcome<usize> {
    let out = ids.len();
    let changes = if ids.is_empty() { Vec::new() } else { vec![InviteChange::Lapsed { host, ids }.into()] };
    Outcome { changes, out }
}
