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

/// Who may see an invite in full and take it back: its maker, and admins.
pub fn may_see(by: &By, actor: Option<&Account>, invite: &Invite) -> bool {
    let own = by.jid().is_some_and(|jid| invite.maker == Who::Account(jid.clone()));
    rank_now(by, actor, &invite.host).is_some_and(|rank| own || rank >= Role::Admin)
}

/// Takes an invite back. Withdrawn twice is withdrawn once.
///
/// # Errors
/// [`RevokeRefusal`].
pub fn revoke(
    by: &By,
    actor: Option<&Account>,
    invite: Option<&Invite>,
    at: Millis,
) -> Result<Outcome<()>, RevokeRefusal> {
    let invite = invite.filter(|invite| may_see(by, actor, invite)).ok_or(RevokeRefusal::Unknown)?;
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

/// One step of forgetting: the ids the store found dead long enough. Answers how many went.
pub fn sweep(host: HostName, ids: Vec<TokenId>) -> Outcome<usize> {
    let out = ids.len();
    let changes = if ids.is_empty() { Vec::new() } else { vec![InviteChange::Swept { host, ids }.into()] };
    Outcome { changes, out }
}
