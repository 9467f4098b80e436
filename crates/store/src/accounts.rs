//! What the store can do about accounts.

use std::convert::Infallible;

use parlour_domain::account::rules::{AccountRefusal, CreateAsk, Turn};
use parlour_domain::options::ArchivePolicy;
use parlour_domain::profile::picture::PictureHash;
use parlour_domain::push::Registration;
use parlour_domain::view::ArchivePrefs;
use parlour_domain::{Account, AccountState, By, HostName, KeyKind, Millis, Role, SealedKeys};
use parlour_xmpp::jid::{BareJid, Jid};

use crate::{Act, Ticket};

/// An account with its password's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The account, whatever its state.
    pub account: Account,
    /// One per mechanism it can use.
    pub keys: Vec<SealedKeys>,
}

/// What there is to check a password against, for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordRow {
    /// Whether the name is this account's. Otherwise the row is some other account's, good for nothing but to take as
    /// long as one's own.
    pub own: bool,
    /// The name of the account whose row it is.
    pub name: String,
    /// Whether it can be used.
    pub state: AccountState,
    /// Sealed keys, one per mechanism.
    pub keys: Vec<SealedKeys>,
}

/// All that the way of stanzas has to know of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// The account, whatever its state.
    pub account: Account,
    /// Whom it blocks.
    pub blocked: Vec<Jid>,
    /// Its picture.
    pub picture: Option<PictureHash>,
    /// What it is kept of.
    pub archive: ArchivePrefs,
    /// Who wakes its apps.
    pub pushes: Vec<Registration>,
}

/// Which accounts to list, by the order in which they came.
#[derive(Clone, Debug)]
pub struct AccountQuery {
    /// Where.
    pub host: HostName,
    /// Only those this account's invites brought.
    pub inviter: Option<BareJid>,
    /// Only those that belong to this group.
    pub group: Option<String>,
    /// Only those with this role.
    pub role: Option<Role>,
    /// Only those that are in use, disabled or deleted.
    pub standing: Option<Standing>,
    /// Only those whose name holds this, small letters and capitals alike.
    pub text: Option<String>,
    /// The latest first, and not the earliest.
    pub newest_first: bool,
    /// Go on after this one.
    pub after: Option<BareJid>,
    /// How many at most.
    pub limit: u32,
}

impl AccountQuery {
    /// All of a host, from the first that came.
    pub fn all(host: HostName, limit: u32) -> Self {
        Self {
            host,
            inviter: None,
            group: None,
            role: None,
            standing: None,
            text: None,
            newest_first: false,
            after: None,
            limit,
        }
    }
}

/// Whether an account can be used, without since when. Erased ones are never listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In use.
    Active,
    /// Cannot sign in.
    Disabled,
    /// Can be restored.
    Deleted,
}

impl Standing {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Active, Self::Disabled, Self::Deleted];

    /// The word used by pages and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    /// Reads that word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }
}

/// How many accounts a host has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountCounts {
    /// In use.
    pub active: u32,
    /// That cannot sign in.
    pub disabled: u32,
    /// That can be restored.
    pub deleted: u32,
    /// In use, and made after the moment asked for.
    pub new: u32,
}

/// Accounts and their keys.
pub trait AccountStore: Send + Sync {
    /// Makes one without an invite.
    fn create(&self, ask: CreateAsk) -> Act<Account, AccountRefusal>;
    /// Another password.
    fn set_password(&self, by: By, jid: BareJid, keys: Vec<SealedKeys>, at: Millis) -> Act<(), AccountRefusal>;
    /// Other keys of the same password, while the kept ones are still those that were `seen`; false where not.
    fn upgrade_keys(&self, jid: BareJid, seen: Vec<SealedKeys>, keys: SealedKeys) -> Act<bool, Infallible>;
    /// Another role.
    fn set_role(&self, by: By, jid: BareJid, role: Role) -> Act<Account, AccountRefusal>;
    /// Signed out of all browsers.
    fn sign_out(&self, by: By, jid: BareJid) -> Act<(), AccountRefusal>;
    /// Disabled, enabled, deleted or restored.
    fn turn(&self, by: By, jid: BareJid, turn: Turn, at: Millis) -> Act<Account, AccountRefusal>;
    /// Erases one of the host's accounts whose time to be restored is over; `None` when there is none.
    fn erase_next(&self, host: HostName, at: Millis) -> Act<Option<BareJid>, Infallible>;
    /// Drops some of what belonged to an erased account; true when nothing is left.
    fn erase_step(&self, jid: BareJid) -> Act<bool, Infallible>;
    /// One account, whatever its state.
    fn account(&self, jid: BareJid) -> Ticket<Option<Account>>;
    /// One account with its keys.
    fn credentials(&self, jid: BareJid) -> Ticket<Option<Credentials>>;
    /// What to check a password against. A name that nobody has costs the same work and gives somebody else's row, so
    /// that neither the store's time nor the caller's tells (ATTACKS 33); `None` where the host has no keys at all.
    fn password_row(&self, jid: BareJid) -> Ticket<Option<PasswordRow>>;
    /// What a view is made of, in one question, as everybody who signs in asks it. `otherwise`: what is kept of those who
    /// wished nothing.
    fn view_row(&self, jid: BareJid, otherwise: ArchivePolicy) -> Ticket<Option<ViewRow>>;
    /// A page of accounts; erased ones are left out.
    fn list(&self, query: AccountQuery) -> Ticket<Vec<Account>>;
    /// How many there are; `new` are those made after `since`.
    fn counts(&self, host: HostName, since: Millis) -> Ticket<AccountCounts>;
    /// Some account of the host can sign in by password, but not with keys of this kind.
    fn lacks(&self, host: HostName, kind: KeyKind) -> Ticket<bool>;
}
