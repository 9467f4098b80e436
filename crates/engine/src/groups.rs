//! Groups: made and removed, and who belongs to them.

use std::sync::Arc;

use parlour_domain::group::{Group, GroupRefusal};
use parlour_domain::{By, HostName};
use parlour_store::groups::GroupStore;
use parlour_store::outbox::OutboxStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::acts::Common;
use crate::meetings::Meetings;

/// Acts on groups.
pub struct Groups {
    store: Arc<dyn GroupStore>,
    common: Common,
    meetings: Meetings,
}

impl Groups {
    /// Over a store.
    pub fn new(store: Arc<dyn GroupStore>, outbox: Arc<dyn OutboxStore>, common: Common) -> Self {
        let meetings = Meetings::new(Arc::clone(&store), outbox, common.clone());
        Self { store, common, meetings }
    }

    /// Makes a group, with `contacts` one whose members are each other's contacts.
    ///
    /// # Errors
    /// [`GroupRefusal`], or the store's failure.
    pub async fn create(
        &self,
        by: &By,
        host: HostName,
        name: String,
        contacts: bool,
    ) -> Result<Committed<()>, ActError<GroupRefusal>> {
        self.common.act(by, || self.store.create(by.clone(), host, name, contacts, self.common.now())).await
    }

    /// Makes a group's members each other's contacts, or only members. Either follows in steps.
    ///
    /// # Errors
    /// [`GroupRefusal`], or the store's failure.
    pub async fn set_contacts(
        &self,
        by: &By,
        host: HostName,
        name: String,
        contacts: bool,
    ) -> Result<Committed<()>, ActError<GroupRefusal>> {
        self.common.act(by, || self.store.set_contacts(by.clone(), host, name, contacts, self.common.now())).await
    }

    /// Removes a group; its members stay, those who were contacts only through it are so no longer.
    ///
    /// # Errors
    /// [`GroupRefusal`], or the store's failure.
    pub async fn remove(&self, by: &By, host: HostName, name: String) -> Result<Committed<()>, ActError<GroupRefusal>> {
        self.common.act(by, || self.store.remove(by.clone(), host, name, self.common.now())).await
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
        let now = self.common.now();
        let done = self.common.act(by, || self.store.set_member(by.clone(), name, account, member, now)).await?;
        self.meetings.begin(done.changes()).await;
        Ok(done)
    }

    /// What is owed to groups.
    pub(crate) fn meetings(&self) -> &Meetings {
        &self.meetings
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
