//! Groups: made and removed, and who belongs to them.

use std::sync::Arc;

use parlour_domain::group::{Group, GroupRefusal};
use parlour_domain::{By, HostName};
use parlour_store::groups::GroupStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::acts::Common;

/// Acts on groups.
pub struct Groups {
    store: Arc<dyn GroupStore>,
    common: Common,
}

impl Groups {
    /// Over a store.
    pub fn new(store: Arc<dyn GroupStore>, common: Common) -> Self {
        Self { store, common }
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`GroupRefusal`], or the store's failure.
    pub async fn create(&self, by: &By, host: HostName, name: String) -> Result<Committed<()>, ActError<GroupRefusal>> {
        self.common.act(by, || self.store.create(by.clone(), host, name, self.common.now())).await
    }

    /// Removes a group; its members stay.
    ///
    /// # Errors
    /// [`GroupRefusal`], or the store's failure.
    pub async fn remove(&self, by: &By, host: HostName, name: String) -> Result<Committed<()>, ActError<GroupRefusal>> {
        self.common.act(by, || self.store.remove(by.clone(), host, name)).await
    }

    /// Makes an account belong to a group, or not.
    ///
    /// # Errors
    /// [`GroupRefusal`], or the store's failure.
    pub async fn set_member(
        &self,
        by: &By,
        name: String,
        account: BareJid,
        member: bool,
    ) -> Result<Committed<()>, ActError<GroupRefusal>> {
        self.common.act(by, || self.store.set_member(by.clone(), name, account, member)).await
    }

    /// A host's groups, by name.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn list(&self, host: HostName) -> Result<Vec<Group>, StoreError> {
        self.store.list(host).await
    }

    /// Who belongs to a group, by name.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn members(
        &self,
        host: HostName,
        name: String,
        after: Option<BareJid>,
        limit: u32,
    ) -> Result<Vec<BareJid>, StoreError> {
        self.store.members(host, name, after, limit).await
    }

    /// To which groups an account belongs.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn of(&self, account: BareJid) -> Result<Vec<String>, StoreError> {
        self.store.of(account).await
    }
}
