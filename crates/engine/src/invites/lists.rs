//! Looking at invites, and what the server forgets of them.

use parlour_domain::invite::issue::IssueRefusal;
use parlour_domain::invite::{InviteEvent, revoke};
use parlour_domain::{Account, By, HostName, Invite, InviteKind, Millis, Role};
use parlour_store::invites::{InviteCounts, InviteQuery, Looked};
use parlour_store::{ActError, StoreError};

use super::{Invites, is_admin};

impl Invites {
    /// One invite with its history, for its maker and for admins; `which` is its id or its token. Links that lead
    /// above an admin's own role are not there for them.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn show(
        &self,
        by: &By,
        host: &HostName,
        which: &str,
    ) -> Result<Option<(Invite, Vec<InviteEvent>)>, StoreError> {
        let Some(invite) = self.seen(by, host, which).await? else { return Ok(None) };
        let history = self.store.history(host.clone(), invite.id).await?;
        Ok(Some((invite, history)))
    }

    /// The accounts that came of an invite, oldest first, for its maker and for admins; `which` is its id or its token.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn who_joined(&self, by: &By, host: &HostName, which: &str) -> Result<Option<Vec<Account>>, StoreError> {
        match self.seen(by, host, which).await? {
            Some(invite) => Ok(Some(self.store.joined(host.clone(), invite.id).await?)),
            None => Ok(None),
        }
    }

    /// A page of invites, newest first: all for admins, a member's own for a member.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn list(&self, by: &By, mut query: InviteQuery) -> Result<Vec<Invite>, StoreError> {
        let Some(rank) = by.rank() else { return Ok(Vec::new()) };
        if !is_admin(by, &query.host) {
            let own = by.jid().filter(|jid| HostName::of(jid) == query.host);
            let Some(own) = own.filter(|_| query.kind != Some(InviteKind::Reset)) else { return Ok(Vec::new()) };
            query.maker = Some(own.clone());
        }
        query.limit = query.limit.min(MAX_PAGE);
        query.at = self.common.now();
        // What they made themselves they see, whatever it promises; but for others' passwords.
        let own = by.jid().is_some() && query.maker.as_ref() == by.jid() && query.kind != Some(InviteKind::Reset);
        query.rank = if own { Role::Owner } else { rank };
        self.store.list(query).await
    }

    /// How many invites have become what: all of the host's for admins, a member's own for a member. Links for a new
    /// password are not among them. One pass over a narrow index: a few milliseconds at 100,000 invites.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn counts(&self, by: &By, host: &HostName) -> Result<InviteCounts, StoreError> {
        let maker = match by.jid().filter(|jid| HostName::of(jid) == *host) {
            _ if is_admin(by, host) => None,
            Some(own) => Some(own.clone()),
            None => return Ok(InviteCounts::default()),
        };
        self.store.counts(host.clone(), maker, self.common.now()).await
    }

    /// How many more invites an account can make now; `None`: as many as it likes.
    ///
    /// # Errors
    /// Why none, and when again; or the store's failure.
    pub async fn room(&self, by: &By, host: &HostName) -> Result<Option<u32>, ActError<IssueRefusal>> {
        let policy = self.common.policy(host).map_err(|error| StoreError::UnknownHost { host: error.host })?;
        match by.jid() {
            Some(jid) if by.rank() < Some(Role::Admin) && HostName::of(jid) == *host => {
                let room = self.store.room(jid.clone(), policy, self.common.now()).await?;
                room.map(Some).map_err(ActError::Refused)
            }
            _ => Ok(None),
        }
    }

    /// Forgets some invites that expired before these moments, unused or otherwise; answers how
    /// many. Again until none. For admins and the server itself.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn sweep(
        &self,
        by: &By,
        host: &HostName,
        unused_before: Millis,
        used_before: Millis,
    ) -> Result<usize, StoreError> {
        if !is_admin(by, host) {
            return Ok(0);
        }
        loop {
            match self.common.act(by, || self.store.sweep(host.clone(), unused_before, used_before)).await {
                // Some of a long history went, and its invite is still there.
                Ok(done) if done.out().more && done.out().invites == 0 => {}
                Ok(done) => return Ok(done.into_out().invites),
                Err(ActError::Failed(error)) => return Err(error),
                Err(ActError::Refused(never)) => match never {},
            }
        }
    }

    /// Notes that some invites have expired, which keeps lists quick; answers how many. Again until none.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn lapse(&self, host: &HostName) -> Result<usize, StoreError> {
        match self.common.act(&By::system(), || self.store.lapse(host.clone(), self.common.now())).await {
            Ok(done) => Ok(done.into_out()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    async fn seen(&self, by: &By, host: &HostName, which: &str) -> Result<Option<Invite>, StoreError> {
        let Some(id) = self.which(host, which) else { return Ok(None) };
        let looked = self.store.look(host.clone(), id).await?;
        Ok(looked.filter(|looked| sees(by, host, looked)).map(|looked| looked.invite))
    }
}

fn sees(by: &By, host: &HostName, looked: &Looked) -> bool {
    by.rank().is_some_and(|rank| by.reaches(host) && revoke::shows(by, rank, &looked.invite, looked.target.as_ref()))
}

/// Rows of one page at most.
const MAX_PAGE: u32 = 500;
