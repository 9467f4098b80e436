//! What an account keeps about itself, as acts: private XML, vCard, when it was last here.
//!
//! Spec: XEP-0049 v1.2, XEP-0054 v1.2, XEP-0012 v2.0.

use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::kept::Kept;
use parlour_domain::personal::{LastSeen, PersonalRefusal, PrivateKey};
use parlour_domain::profile::picture::Card;
use parlour_store::personal::PersonalStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::acts::Common;

/// Acts on an account's own things.
pub struct Personal {
    store: Arc<dyn PersonalStore>,
    common: Common,
}

impl Personal {
    /// Over a store.
    pub fn new(store: Arc<dyn PersonalStore>, common: Common) -> Self {
        Self { store, common }
    }

    /// One private element.
    ///
    /// # Errors
    /// The store's.
    pub async fn private(&self, owner: &BareJid, key: PrivateKey) -> Result<Option<Kept>, StoreError> {
        self.store.private(owner.clone(), key).await
    }

    /// Keeps a private element in place of the one of that name.
    ///
    /// # Errors
    /// [`PersonalRefusal`], or the store's failure.
    pub async fn set_private(
        &self,
        by: &By,
        owner: &BareJid,
        key: PrivateKey,
        xml: Kept,
    ) -> Result<Committed<()>, ActError<PersonalRefusal>> {
        self.common.act(by, || self.store.set_private(owner.clone(), key, xml, self.common.now())).await
    }

    /// The vCard of any account.
    ///
    /// # Errors
    /// The store's.
    pub async fn vcard(&self, owner: &BareJid) -> Result<Option<Kept>, StoreError> {
        self.store.vcard(owner.clone()).await
    }

    /// Replaces the vCard.
    ///
    /// # Errors
    /// [`PersonalRefusal::TooLarge`], or the store's failure.
    pub async fn set_vcard(
        &self,
        by: &By,
        owner: &BareJid,
        card: Card,
    ) -> Result<Committed<()>, ActError<PersonalRefusal>> {
        let picture = card.picture.as_ref().map(|picture| picture.hash);
        self.common.act(by, || self.store.set_vcard(owner.clone(), card.xml, picture, self.common.now())).await
    }

    /// When the account was last here; `None` if it never left.
    ///
    /// # Errors
    /// The store's.
    pub async fn last_seen(&self, owner: &BareJid) -> Result<Option<LastSeen>, StoreError> {
        self.store.last_seen(owner.clone()).await
    }

    /// The last resource went away. Submitted by the call; nobody waits for it, and a failure only
    /// means that an older time is told.
    pub fn left(&self, owner: &BareJid, status: Option<String>) {
        drop(self.store.left(owner.clone(), self.common.now(), status));
    }
}
