//! What becomes of invites after they were made, one by one or many at a time: longer, more often, anew, not at all.

use parlour_domain::invite::amend::{AmendAsk, AmendRefusal, Amendment};
use parlour_domain::invite::renew::{RenewAsk, RenewRefusal};
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::limits::MAX_BULK;
use parlour_domain::token::TokenId;
use parlour_domain::{By, HostName, Invite, Millis};
use parlour_store::{Act, ActError, Committed, StoreError};

use super::Invites;
use crate::acts::UnknownHost;

/// What came of each invite a bulk act named, in the order they were named.
pub type Each<T, R> = Vec<(TokenId, Result<Committed<T>, ActError<R>>)>;

/// A bulk act names more invites than one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most {max} invites at a time")]
pub struct TooMany {
    /// The bound.
    pub max: usize,
}

impl Invites {
    /// Gives an invite another end; `which` is its id or its token. An expired one is good again then.
    ///
    /// Its maker: up to the host's `invite_expiry` from now. Admins: as long as a new one can have.
    ///
    /// # Errors
    /// [`AmendRefusal`], or the store's failure.
    pub async fn extend(
        &self,
        by: &By,
        host: &HostName,
        which: &str,
        expires: Millis,
    ) -> Result<Committed<Invite>, ActError<AmendRefusal>> {
        self.amend(by, host, which, Amendment::Expires(expires)).await
    }

    /// Sets how often an invite can be used altogether, for admins: not less than it was used. One that is full is
    /// good again then.
    ///
    /// # Errors
    /// [`AmendRefusal`], or the store's failure.
    pub async fn set_max_uses(
        &self,
        by: &By,
        host: &HostName,
        which: &str,
        max_uses: u32,
    ) -> Result<Committed<Invite>, ActError<AmendRefusal>> {
        self.amend(by, host, which, Amendment::MaxUses(max_uses)).await
    }

    /// Makes a new invite with an older one's promise: the same kind, maker, name, role, groups, note, first message,
    /// language and number of uses, another token, and as long a life again. The old one is withdrawn in the same
    /// transaction if it could still be used; a name it promised passes over. For its maker and for admins.
    ///
    /// # Errors
    /// [`RenewRefusal`], or the store's failure; the old one is as good as before then.
    pub async fn renew(
        &self,
        by: &By,
        host: &HostName,
        which: &str,
    ) -> Result<Committed<Invite>, ActError<RenewRefusal>> {
        let id = self.which(host, which).ok_or(ActError::Refused(RenewRefusal::Unknown))?;
        self.renew_one(by, host, id)?.await
    }

    /// Takes several back, each by itself.
    ///
    /// # Errors
    /// [`TooMany`]; what came of each stands with its id.
    pub async fn revoke_many(
        &self,
        by: &By,
        host: &HostName,
        ids: &[TokenId],
    ) -> Result<Each<(), RevokeRefusal>, TooMany> {
        let at = self.common.now();
        in_steps(ids, |id| Ok(self.common.act(by, || self.store.revoke(by.clone(), host.clone(), id, at)))).await
    }

    /// Gives several another end, each by itself.
    ///
    /// # Errors
    /// [`TooMany`]; what came of each stands with its id.
    pub async fn extend_many(
        &self,
        by: &By,
        host: &HostName,
        ids: &[TokenId],
        expires: Millis,
    ) -> Result<Each<Invite, AmendRefusal>, TooMany> {
        in_steps(ids, |id| self.amend_one(by, host, id, Amendment::Expires(expires))).await
    }

    /// Makes a new one in the place of each of several.
    ///
    /// # Errors
    /// [`TooMany`]; what came of each stands with its id, the old one's.
    pub async fn renew_many(
        &self,
        by: &By,
        host: &HostName,
        ids: &[TokenId],
    ) -> Result<Each<Invite, RenewRefusal>, TooMany> {
        in_steps(ids, |id| self.renew_one(by, host, id)).await
    }

    async fn amend(
        &self,
        by: &By,
        host: &HostName,
        which: &str,
        what: Amendment,
    ) -> Result<Committed<Invite>, ActError<AmendRefusal>> {
        let id = self.which(host, which).ok_or(ActError::Refused(AmendRefusal::Unknown))?;
        self.amend_one(by, host, id, what)?.await
    }

    fn amend_one(
        &self,
        by: &By,
        host: &HostName,
        id: TokenId,
        what: Amendment,
    ) -> Result<Act<Invite, AmendRefusal>, StoreError> {
        let policy = self.common.policy(host).map_err(unknown)?;
        let ask = AmendAsk { by: by.clone(), host: host.clone(), id, what, at: self.common.now() };
        Ok(self.common.act(by, || self.store.amend(ask, policy)))
    }

    fn renew_one(&self, by: &By, host: &HostName, old: TokenId) -> Result<Act<Invite, RenewRefusal>, StoreError> {
        let policy = self.common.policy(host).map_err(unknown)?;
        let (id, key) = self.mint(host);
        let ask = RenewAsk { by: by.clone(), host: host.clone(), old, id, key, at: self.common.now() };
        Ok(self.common.act(by, || self.store.renew(ask, policy)))
    }
}

/// One act for each id, a few of them in one commit, and other people's acts between those.
async fn in_steps<T: Unpin, R: Unpin>(
    ids: &[TokenId],
    act: impl Fn(TokenId) -> Result<Act<T, R>, StoreError>,
) -> Result<Each<T, R>, TooMany> {
    if ids.len() > MAX_BULK {
        return Err(TooMany { max: MAX_BULK });
    }
    let mut each = Vec::with_capacity(ids.len());
    for step in ids.chunks(STEP) {
        let acts: Vec<_> = step.iter().map(|id| (*id, act(*id))).collect();
        for (id, act) in acts {
            let outcome = match act {
                Ok(act) => act.await,
                Err(error) => Err(ActError::Failed(error)),
            };
            each.push((id, outcome));
        }
    }
    Ok(each)
}

fn unknown(error: UnknownHost) -> StoreError {
    StoreError::UnknownHost { host: error.host }
}

/// Acts of one bulk act that wait for the writer at a time: about a millisecond of its time.
const STEP: usize = 16;
