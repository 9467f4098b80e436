//! Accounts as the way sees them, read from the store.

use std::sync::Arc;

use parlour_domain::AccountState;
use parlour_domain::push::PushTarget;
use parlour_domain::view::{AccountView, BlockList};
use parlour_store::StoreError;
use parlour_store::accounts::AccountStore;
use parlour_xmpp::jid::BareJid;

use crate::iq::BoxFuture;
use crate::keeper::Views;
use crate::locals::Locals;

/// [`Views`] over the store.
pub struct StoreViews {
    accounts: Arc<dyn AccountStore>,
    locals: Arc<Locals>,
}

impl StoreViews {
    /// Over a store.
    pub fn new(accounts: Arc<dyn AccountStore>, locals: Arc<Locals>) -> Self {
        Self { accounts, locals }
    }
}

impl Views for StoreViews {
    fn view(&self, jid: &BareJid) -> BoxFuture<Result<Option<AccountView>, StoreError>> {
        let policy = self.locals.policy(jid.domain().as_str()).map(|policy| policy.default_archive_policy);
        let row = self.accounts.view_row(jid.clone(), policy.unwrap_or_default());
        Box::pin(async move {
            let Some(row) = row.await? else { return Ok(None) };
            match row.account.state {
                AccountState::Active | AccountState::Disabled { .. } => {}
                // Gone for everybody, though the row is there.
                AccountState::Deleted { .. } | AccountState::Erased { .. } => return Ok(None),
            }
            Ok(Some(AccountView {
                active: row.account.is_active(),
                created: row.account.created,
                blocked: if row.blocked.is_empty() {
                    BlockList::nobody()
                } else {
                    Arc::new(BlockList::new(&row.blocked))
                },
                picture: row.picture,
                archive: row.archive,
                pushes: (!row.pushes.is_empty()).then(|| row.pushes.iter().map(PushTarget::from).collect()),
                ..AccountView::new(row.account.role)
            }))
        })
    }
}
