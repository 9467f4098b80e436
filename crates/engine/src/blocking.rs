//! Block lists as acts.
//!
//! Spec: XEP-0191 v1.3 §3. What a block means is in `domain::delivery` (stanzas), `domain::roster`
//! (requests) and [`crate::presence`] (presence).

use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::blocking::BlockingRefusal;
use parlour_store::blocking::BlockingStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::{BareJid, Jid};

use crate::acts::Common;

/// Acts on block lists.
pub struct Blocks {
    store: Arc<dyn BlockingStore>,
    common: Common,
}

impl Blocks {
    /// Over a store.
    pub fn new(store: Arc<dyn BlockingStore>, common: Common) -> Self {
        Self { store, common }
    }

    /// Whom an account blocks.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, owner: &BareJid) -> Result<Vec<Jid>, StoreError> {
        self.store.blocked(owner.clone()).await
    }

    /// Blocks these too.
    ///
    /// # Errors
    /// [`BlockingRefusal`], or the store's failure.
    pub async fn block(
        &self,
        by: &By,
        owner: &BareJid,
        items: Vec<Jid>,
    ) -> Result<Committed<()>, ActError<BlockingRefusal>> {
        self.common.act(by, || self.store.block(owner.clone(), items)).await
    }

    /// Ends a contact in one step: blocked, and removed from the roster where it is there. Whoever came in by an invite
    /// gets rid so of the one who invited them.
    ///
    /// # Errors
    /// [`BlockingRefusal`], or the store's failure.
    pub async fn remove_and_block(
        &self,
        by: &By,
        owner: &BareJid,
        contact: BareJid,
    ) -> Result<Committed<()>, ActError<BlockingRefusal>> {
        self.common.act(by, || self.store.remove_and_block(owner.clone(), contact)).await
    }

    /// Unblocks these; with none named, everybody.
    ///
    /// # Errors
    /// [`BlockingRefusal`], or the store's failure.
    pub async fn unblock(
        &self,
        by: &By,
        owner: &BareJid,
        items: Vec<Jid>,
    ) -> Result<Committed<()>, ActError<BlockingRefusal>> {
        self.common.act(by, || self.store.unblock(owner.clone(), items)).await
    }
}
