//! Accounts as the way sees them, read from the store.

use std::sync::Arc;

use parlour_domain::AccountState;
use parlour_domain::push::PushTarget;
use parlour_domain::view::{AccountView, BlockList};
use parlour_store::StoreError;
use parlour_store::accounts::AccountStore;
use parlour_store::archive::ArchiveStore;
use parlour_store::blocking::BlockingStore;
use parlour_store::personal::PersonalStore;
use parlour_store::push::PushStore;
use parlour_xmpp::jid::BareJid;

use crate::iq::BoxFuture;
use crate::keeper::Views;
use crate::locals::Locals;

/// [`Views`] over the store's areas.
pub struct StoreViews {
    accounts: Arc<dyn AccountStore>,
    blocking: Arc<dyn BlockingStore>,
    personal: Arc<dyn PersonalStore>,
    pushes: Arc<dyn PushStore>,
    archive: Arc<dyn ArchiveStore>,
    locals: Arc<Locals>,
}

impl StoreViews {
    /// Over a store.
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        blocking: Arc<dyn BlockingStore>,
        personal: Arc<dyn PersonalStore>,
        pushes: Arc<dyn PushStore>,
        (archive, locals): (Arc<dyn ArchiveStore>, Arc<Locals>),
    ) -> Self {
        Self { accounts, blocking, personal, pushes, archive, locals }
    }
}

impl Views for StoreViews {
    fn view(&self, jid: &BareJid) -> BoxFuture<Result<Option<AccountView>, StoreError>> {
        let account = self.accounts.account(jid.clone());
        let blocked = self.blocking.blocked(jid.clone());
        let picture = self.personal.picture(jid.clone());
        let pushes = self.pushes.registrations(jid.clone());
        let policy = self.locals.policy(jid.domain().as_str()).map(|policy| policy.default_archive_policy);
        let archive = self.archive.prefs(jid.clone(), policy.unwrap_or_default());
        Box::pin(async move {
            let Some(account) = account.await? else { return Ok(None) };
            match account.state {
                AccountState::Active | AccountState::Disabled { .. } => {}
                // Gone for everybody, though the row is there.
                AccountState::Deleted { .. } | AccountState::Erased { .. } => return Ok(None),
            }
            let blocked = blocked.await?;
            let pushes = pushes.await?;
            Ok(Some(AccountView {
                active: account.is_active(),
                created: account.created,
                blocked: Arc::new(BlockList::new(&blocked)),
                picture: picture.await?,
                archive: archive.await?,
                pushes: (!pushes.is_empty()).then(|| pushes.iter().map(PushTarget::from).collect()),
                ..AccountView::new(account.role)
            }))
        })
    }
}
