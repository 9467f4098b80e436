//! Accounts: what is kept of one, and what an act may do to it.
//!
//! An account that is deleted can be restored for 30 days; then it is erased and only its name
//! stays, so that nobody else receives what was meant for the person who had it.

pub mod rules;

use std::fmt;

use parlour_xmpp::jid::BareJid;

use crate::by::Role;
use crate::clock::Millis;
use crate::token::TokenId;

/// One account of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub jid: BareJid,
    /// What it may do.
    pub role: Role,
    /// Whether it can be used.
    pub state: AccountState,
    /// When it was made.
    pub created: Millis,
    /// How it came here.
    pub origin: AccountOrigin,
}

impl Account {
    /// Can sign in and be written to.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }
}

/// The edge that joins an account to the tree of who let whom in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountOrigin {
    /// The invite it came by; none where an operator made it or registration was open.
    pub invite: Option<TokenId>,
    /// Whose invite that was; none for the operator's and the server's own.
    pub inviter: Option<BareJid>,
    /// Steps from an account that nobody's invite made.
    pub depth: u32,
    /// The account at the top of its branch; none where it is that account itself.
    pub root: Option<BareJid>,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// In use.
    Active,
    /// Cannot sign in; all is kept.
    Disabled {
        /// Since when.
        since: Millis,
    },
    /// Gone for everybody, restorable for [`RESTORABLE`].
    Deleted {
        /// Since when.
        since: Millis,
    },
    /// Only the name is left.
    Erased {
        /// Since when.
        since: Millis,
    },
}

/// How long a deleted account can be restored: 30 days.
pub const RESTORABLE: Millis = 30 * 24 * 60 * 60 * 1000;

/// Which keys: one set per SCRAM hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// For SCRAM-SHA-1 and its -PLUS.
    ScramSha1,
    /// For SCRAM-SHA-256 and its -PLUS.
    ScramSha256,
}

impl KeyKind {
    /// All there are, weakest first.
    pub const ALL: [Self; 2] = [Self::ScramSha1, Self::ScramSha256];

    /// The mechanism's name without -PLUS, as the store keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
        }
    }

    /// Reads a mechanism's name without -PLUS.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A password's keys, sealed with a key that is not in the database.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKeys {
    /// For which mechanism.
    pub kind: KeyKind,
    /// Ciphertext; opaque to rules and store.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for SealedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKeys({}, ***)", self.kind.as_str())
    }
}

/// What happens to accounts.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountChange {
    /// A new one, with its password's keys.
    Created {
        /// As it now is.
        account: Account,
        /// One per mechanism; empty where it cannot sign in by password yet.
        keys: Vec<SealedKeys>,
    },
    /// Another password.
    PasswordChanged {
        /// Whose.
        account: BareJid,
        /// All its keys from now on.
        keys: Vec<SealedKeys>,
    },
    /// Out of all its apps, which can sign in again.
    SignedOut {
        /// Who.
        account: BareJid,
    },
    /// Other keys of the same password, for one mechanism.
    KeysUpgraded {
        /// Whose.
        account: BareJid,
        /// In the place of what there was for its mechanism, if anything was.
        keys: SealedKeys,
    },
    /// Another role.
    RoleChanged {
        /// Whose.
        account: BareJid,
        /// From now on.
        role: Role,
    },
    /// Disabled, enabled, deleted, restored or erased.
    StateChanged {
        /// Whose.
        account: BareJid,
        /// From now on. [`AccountState::Erased`] also drops everything kept for it but the row.
        state: AccountState,
    },
}
