//! Contacts: reading a roster, naming and removing contacts, and subscription stanzas as acts.
//!
//! Spec: RFC 6121 §2 and §3.

use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::kept::Kept;
use parlour_domain::roster::{Roster, RosterRefusal, Since, Wish};
use parlour_domain::subscription;
use parlour_router::Router;
use parlour_store::rosters::RosterStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::stanza::{Stamp, Stanza};

use crate::acts::Common;
use crate::contacts::{Contacts, ContactsCache};

/// Acts on rosters.
pub struct Rosters {
    store: Arc<dyn RosterStore>,
    common: Common,
    router: Arc<Router>,
    cache: Arc<ContactsCache>,
}

impl Rosters {
    /// Over a store; `cache` is the one that [`crate::Effects`] keeps up to date.
    pub fn new(store: Arc<dyn RosterStore>, common: Common, router: Arc<Router>, cache: Arc<ContactsCache>) -> Self {
        Self { store, common, router, cache }
    }

    #[cfg(test)]
    pub(crate) fn cache(&self) -> &ContactsCache {
        &self.cache
    }

    /// Who may see whom, if that is in memory. Always, for an account that has sent presence.
    pub fn cached(&self, owner: &str) -> Option<Arc<Contacts>> {
        self.cache.find(owner)
    }

    /// Who may see whom.
    ///
    /// # Errors
    /// The store's; [`StoreError::UnknownAccount`] where there is no such account.
    pub async fn contacts(&self, owner: &BareJid) -> Result<Arc<Contacts>, StoreError> {
        match self.cached(owner.as_str()) {
            Some(contacts) => Ok(contacts),
            None => Ok(self.read(owner).await?.1),
        }
    }

    /// The whole roster with what waits for an answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(&self, owner: &BareJid) -> Result<(Roster, Arc<Contacts>), StoreError> {
        let asked = self.cache.before(owner.as_str());
        let roster = self.store.roster(owner.clone()).await?;
        let is_needed = |owner: &str| {
            BareJid::new(owner)
                .ok()
                .and_then(|owner| self.router.find(&owner))
                .is_some_and(|live| !live.view().resources.is_empty())
        };
        let contacts = self.cache.remember(owner, &roster, asked, is_needed);
        Ok((roster, contacts))
    }

    /// What changed since a version that a client holds.
    ///
    /// # Errors
    /// The store's.
    pub async fn since(&self, owner: &BareJid, version: u64) -> Result<Since, StoreError> {
        self.store.roster_since(owner.clone(), version).await
    }

    /// Names a contact, new or known.
    ///
    /// # Errors
    /// [`RosterRefusal`], or the store's failure.
    pub async fn set(
        &self,
        by: &By,
        owner: &BareJid,
        contact: BareJid,
        wish: Wish,
    ) -> Result<Committed<()>, ActError<RosterRefusal>> {
        self.common.act(by, || self.store.set_contact(owner.clone(), contact, wish)).await
    }

    /// Removes a contact: nobody of the two sees the other any more.
    ///
    /// # Errors
    /// [`RosterRefusal::NotFound`], or the store's failure.
    pub async fn remove(
        &self,
        by: &By,
        owner: &BareJid,
        contact: BareJid,
    ) -> Result<Committed<()>, ActError<RosterRefusal>> {
        Ok(self.common.act(by, || self.store.remove_contact(owner.clone(), contact)).await?.map(|_| ()))
    }

    /// A subscription stanza from one bare address to another, of whom at least one lives here.
    ///
    /// # Errors
    /// [`RosterRefusal`], or the store's failure.
    pub async fn subscription(
        &self,
        by: &By,
        from: &BareJid,
        to: &BareJid,
        kind: subscription::Kind,
        stanza: &Stanza,
    ) -> Result<Committed<()>, ActError<RosterRefusal>> {
        let (now, stanza) = (self.common.now(), stamped(from, to, stanza));
        let act = self.common.act(by, || self.store.subscription(from.clone(), to.clone(), kind, stanza, now));
        Ok(act.await?.map(|_| ()))
    }
}

/// A stanza with both bare addresses written into it.
fn stamped(from: &BareJid, to: &BareJid, stanza: &Stanza) -> Kept {
    let (from, to) = (Jid::from(from.clone()), Jid::from(to.clone()));
    Kept::from(stanza.to_bytes(&Stamp { from: Some(&from), to: Some(&to), ..Stamp::default() }))
}
