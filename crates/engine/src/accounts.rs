//! Accounts: made by an operator, given passwords and roles, disabled, deleted, restored, erased.
//! Newcomers' accounts are made in [`crate::invites`].

use std::sync::Arc;

use parlour_domain::account::rules::{AccountRefusal, CreateAsk, Turn};
use parlour_domain::names::{NamePolicy, NewName};
use parlour_domain::password::{Password, PasswordPolicy, PasswordRefusal};
use parlour_domain::{Account, By, HostName, Millis, Role};
use parlour_store::accounts::{AccountCounts, AccountQuery, AccountStore};
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::acts::{Common, UnknownHost};
use crate::hasher::{Hasher, HasherBusy};

/// Acts on accounts.
pub struct Accounts {
    store: Arc<dyn AccountStore>,
    common: Common,
    hasher: Hasher,
}

/// Why an act on an account came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The asker's: a rule says no.
    #[error("{0}")]
    Refused(AccountRefusal),
    /// The asker's: the password is not taken.
    #[error("{0}")]
    Password(PasswordRefusal),
    /// The asker's: no such host here.
    #[error("{0}")]
    UnknownHost(#[from] UnknownHost),
    /// Ours: too much to do at this moment.
    #[error("{0}")]
    Busy(#[from] HasherBusy),
    /// Ours.
    #[error("{0}")]
    Failed(#[from] StoreError),
}

impl From<ActError<AccountRefusal>> for AccountError {
    fn from(error: ActError<AccountRefusal>) -> Self {
        match error {
            ActError::Refused(refusal) => Self::Refused(refusal),
            // A host that vanished in between is unknown, not a failure.
            ActError::Failed(StoreError::UnknownHost { host }) => Self::UnknownHost(UnknownHost { host }),
            ActError::Failed(error) => Self::Failed(error),
        }
    }
}

impl Accounts {
    /// Over a store.
    pub fn new(store: Arc<dyn AccountStore>, common: Common, hasher: Hasher) -> Self {
        Self { store, common, hasher }
    }

    /// Makes an account without an invite; without a password it waits for a reset link.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn create(
        &self,
        by: &By,
        host: &HostName,
        name: &str,
        role: Role,
        password: Option<&str>,
    ) -> Result<Committed<Account>, AccountError> {
        let policy = self.common.policy(host)?;
        if by.rank() < Some(Role::Admin) {
            // Before any hashing; judged again in the transaction.
            return Err(AccountError::Refused(AccountRefusal::NotAllowed));
        }
        let rules = NamePolicy { host, reserved: &policy.reserved_names, allow_reserved: true };
        let name =
            NewName::accept(name, &rules).map_err(|refusal| AccountError::Refused(AccountRefusal::Name(refusal)))?;
        let keys = match password {
            Some(raw) => {
                let rules = PasswordPolicy { host, name: Some(name.as_str()) };
                let password = Password::accept(raw, &rules).map_err(AccountError::Password)?;
                self.hasher.derive(name.at(host), password).await?
            }
            None => Vec::new(),
        };
        let ask = CreateAsk { by: by.clone(), host: host.clone(), name, role, keys, at: self.common.now() };
        Ok(self.common.act(by, || self.store.create(ask)).await?)
    }

    /// Gives an account another password. Ends its browsers' sessions and its open reset links; its
    /// chat sessions are the effects' business.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn set_password(&self, by: &By, jid: &BareJid, password: &str) -> Result<Committed<()>, AccountError> {
        let host = HostName::of(jid);
        self.common.policy(&host)?;
        if by.jid() != Some(jid) && by.rank() < Some(Role::Admin) {
            return Err(AccountError::Refused(AccountRefusal::NotAllowed));
        }
        let rules = PasswordPolicy { host: &host, name: jid.node().map(|node| node.as_str()) };
        let password = Password::accept(password, &rules).map_err(AccountError::Password)?;
        let keys = self.hasher.derive(jid.clone(), password).await?;
        let at = self.common.now();
        Ok(self.common.act(by, || self.store.set_password(by.clone(), jid.clone(), keys, at)).await?)
    }

    /// Gives an account another role.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn set_role(&self, by: &By, jid: &BareJid, role: Role) -> Result<Committed<Account>, AccountError> {
        Ok(self.common.act(by, || self.store.set_role(by.clone(), jid.clone(), role)).await?)
    }

    /// Signs an account out of all browsers, in somebody else's name too: for itself, and for admins who are not below
    /// it. Chat apps are [`crate::devices::Devices`]'.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn sign_out(&self, by: &By, jid: &BareJid) -> Result<Committed<()>, AccountError> {
        Ok(self.common.act(by, || self.store.sign_out(by.clone(), jid.clone())).await?)
    }

    /// Disables, enables, deletes or restores an account.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn turn(&self, by: &By, jid: &BareJid, turn: Turn) -> Result<Committed<Account>, AccountError> {
        Ok(self.common.act(by, || self.store.turn(by.clone(), jid.clone(), turn, self.common.now())).await?)
    }

    /// One account, whatever its state.
    ///
    /// # Errors
    /// The store's failure; [`StoreError::UnknownHost`] where its domain is not served here.
    pub async fn account(&self, jid: BareJid) -> Result<Option<Account>, StoreError> {
        self.store.account(jid).await
    }

    /// A page of a host's accounts, for admins.
    ///
    /// # Errors
    /// [`AccountRefusal::NotAllowed`] for everybody else.
    pub async fn list(&self, by: &By, query: AccountQuery) -> Result<Vec<Account>, AccountError> {
        admins_only(by, &query.host)?;
        Ok(self.store.list(query).await?)
    }

    /// How many accounts a host has, and how many of them came after `since`; for admins.
    ///
    /// # Errors
    /// [`AccountRefusal::NotAllowed`] for everybody else.
    pub async fn counts(&self, by: &By, host: &HostName, since: Millis) -> Result<AccountCounts, AccountError> {
        admins_only(by, host)?;
        Ok(self.store.counts(host.clone(), since).await?)
    }

    /// Erases one account that was deleted more than 30 days ago; false when there is none.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn erase_next(&self, host: HostName) -> Result<bool, StoreError> {
        let by = By::system();
        match self.common.act(&by, || self.store.erase_next(host, self.common.now())).await {
            Ok(done) => Ok(done.into_out().is_some()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    /// Drops some of what belonged to an erased account; true when nothing is left.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn erase_step(&self, jid: BareJid) -> Result<bool, StoreError> {
        match self.store.erase_step(jid).await {
            Ok(done) => Ok(done.into_out()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }
}

fn admins_only(by: &By, host: &HostName) -> Result<(), AccountError> {
    if by.reaches(host) && by.rank() >= Some(Role::Admin) {
        Ok(())
    } else {
        Err(AccountError::Refused(AccountRefusal::NotAllowed))
    }
}
