//! Invites: what one is, what it may still do, and what happens to it.
//!
//! An invite is made by one act ([`issue`]), used by one of two doors ([`redeem`] makes an account
//! or a new password, [`contact`] makes a contact), and can be changed ([`amend`]), replaced ([`renew`]) and taken back
//! ([`revoke`]). Nothing is
//! counted before success.
//!
//! Spec: XEP-0379 v0.3.3 (contact), XEP-0401 v0.6.0 (making), XEP-0445 v0.2.1 (redeeming).

pub mod amend;
pub mod contact;
pub mod issue;
pub mod redeem;
pub mod renew;
pub mod revoke;

use parlour_xmpp::jid::BareJid;

use crate::by::{Actor, By, Role};
use crate::clock::Millis;
use crate::host::{HostName, HostPolicy};
use crate::limits::{RESERVATION_GRACE, SECOND};
use crate::token::TokenId;

/// What an invite promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InviteKind {
    /// An account. `xmpp:[name@]host?register`
    Account,
    /// An account with its maker as first contact, or only the contact. `xmpp:maker@host?roster;ibr=y`
    AccountAndContact,
    /// A contact. `xmpp:maker@host?roster`
    Contact,
    /// A new password for an account that exists. `xmpp:name@host?register`
    Reset,
    /// The first account of a host, as its owner. `xmpp:host?register`
    Owner,
}

impl InviteKind {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Account, Self::AccountAndContact, Self::Contact, Self::Reset, Self::Owner];

    /// The word used by the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::AccountAndContact => "account-and-contact",
            Self::Contact => "contact",
            Self::Reset => "reset",
            Self::Owner => "owner",
        }
    }

    /// Reads that word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Redeeming it makes an account.
    pub fn makes_account(self) -> bool {
        matches!(self, Self::Account | Self::AccountAndContact | Self::Owner)
    }

    /// A subscription request may carry it.
    pub fn makes_contact(self) -> bool {
        matches!(self, Self::AccountAndContact | Self::Contact)
    }
}

/// Who did something, as it is kept: without role or door, and readable years later.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever held the machine.
    Operator,
    /// The server by itself.
    Server,
    /// An account.
    Account(BareJid),
    /// A program with a key of the API, by the key's name.
    Key(String),
    /// Somebody without an account.
    Newcomer,
}

impl Who {
    /// Who answers for what is made: the account that acts or whose key acts, else the operator or the server.
    pub fn answerable(by: &By) -> Self {
        match (&by.actor, by.answerable()) {
            (_, Some(jid)) => Self::Account(jid.clone()),
            (Actor::Key(_), None) => Self::Operator,
            (_, None) => Self::from(by),
        }
    }
}

impl From<&By> for Who {
    fn from(by: &By) -> Self {
        match &by.actor {
            Actor::Operator => Self::Operator,
            Actor::System => Self::Server,
            Actor::Account { jid, .. } => Self::Account(jid.clone()),
            Actor::Key(bearer) => Self::Key(bearer.name.clone()),
            Actor::Newcomer => Self::Newcomer,
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Operator => f.write_str("the operator"),
            Self::Server => f.write_str("the server"),
            Self::Account(jid) => jid.fmt(f),
            Self::Key(name) => write!(f, "key {name:?}"),
            Self::Newcomer => f.write_str("a newcomer"),
        }
    }
}

/// One invite. Its token is made from `id` and `key` and never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The public half of its token.
    pub id: TokenId,
    /// The number of the key that made its token.
    pub key: u32,
    /// Where it is good.
    pub host: HostName,
    /// What it promises.
    pub kind: InviteKind,
    /// Whose it is: who answers for it, and becomes the contact.
    pub maker: Who,
    /// Maker and newcomer become contacts.
    pub subscribe: bool,
    /// When it was made.
    pub created: Millis,
    /// Good until the end of this second.
    pub expires: Millis,
    /// How often it can be used, from 1 to [`crate::limits::MAX_USES`].
    pub max_uses: u32,
    /// How often it was.
    pub uses: u32,
    /// How often its page was opened, about.
    pub opened: u32,
    /// The local part it is good for: promised to the newcomer, or whose password is reset.
    pub name: Option<String>,
    /// The role granted beyond a member's, if its maker may still grant it.
    pub role: Option<Role>,
    /// Groups the newcomer joins.
    pub groups: Vec<String>,
    /// The maker's own reminder.
    pub note: Option<String>,
    /// A first message from the maker to the newcomer.
    pub hello: Option<String>,
    /// The language of its page, where the maker chose one.
    pub lang: Option<String>,
    /// The invite its maker came by.
    pub parent: Option<TokenId>,
    /// How deep an account made by it would stand in the tree.
    pub depth: u32,
    /// Who took it back, when.
    pub revoked: Option<(Who, Millis)>,
    /// The one that took its place.
    pub renewed: Option<TokenId>,
}

/// What has become of an invite. Computed, never kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InviteState {
    /// Can be used.
    Waiting,
    /// Was good for one, and is used.
    Used,
    /// Was good for several, and all are used.
    Full,
    /// Too late.
    Expired,
    /// Taken back.
    Withdrawn,
}

impl InviteState {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Used, Self::Full, Self::Expired, Self::Withdrawn];

    /// Reads the word used by the API.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The word used by the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Used => "used",
            Self::Full => "full",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Invite {
    /// What has become of it, seen at `now`.
    pub fn state(&self, now: Millis) -> InviteState {
        if self.uses >= self.max_uses {
            if self.max_uses == 1 { InviteState::Used } else { InviteState::Full }
        } else if self.revoked.is_some() {
            InviteState::Withdrawn
        } else if now.div_euclid(SECOND) > self.expires.div_euclid(SECOND) {
            InviteState::Expired
        } else {
            InviteState::Waiting
        }
    }

    /// Whether it can be used by somebody who presented it at `shown_at`: from then on its expiry
    /// no longer matters, all else still does.
    ///
    /// # Errors
    /// The state that stands in the way.
    pub fn open_for(&self, shown_at: Millis) -> Result<(), InviteState> {
        match self.state(shown_at) {
            InviteState::Waiting => Ok(()),
            other => Err(other),
        }
    }

    /// The name it keeps from everybody else at `now`, also a little past its expiry, since
    /// somebody may be typing.
    pub fn reserves(&self, now: Millis) -> Option<&str> {
        let holds =
            self.kind.makes_account() && self.state(now.saturating_sub(RESERVATION_GRACE)) == InviteState::Waiting;
        self.name.as_deref().filter(|_| holds)
    }

    /// Counts against its maker's open ones at `now`.
    pub fn is_open(&self, now: Millis) -> bool {
        self.state(now) == InviteState::Waiting
    }
}

/// A token that a door has opened, and when: expiry is judged at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Which invite.
    pub id: TokenId,
    /// When it was presented.
    pub at: Millis,
}

/// What kind of invite a role may make for itself under a policy; `None`: none.
pub fn own_kind(rank: Role, policy: &HostPolicy) -> Option<InviteKind> {
    let admin = rank >= Role::Admin;
    if rank < Role::Member {
        None
    } else if policy.allow_registration && (admin || policy.allow_user_invites) {
        Some(InviteKind::AccountAndContact)
    } else if admin || policy.allow_contact_invites {
        Some(InviteKind::Contact)
    } else {
        None
    }
}

/// Whether a role may stand behind an invite of `kind`, when it is made and when it is used.
pub fn may_invite(rank: Role, kind: InviteKind, policy: &HostPolicy) -> bool {
    let admin = rank >= Role::Admin;
    let member = rank >= Role::Member;
    match kind {
        InviteKind::Account | InviteKind::Reset => admin,
        InviteKind::AccountAndContact => admin || (member && policy.allow_user_invites),
        InviteKind::Contact => admin || (member && policy.allow_contact_invites),
        InviteKind::Owner => false,
    }
}

/// What happens to invites.
#[derive(Clone, Debug, PartialEq)]
pub enum InviteChange {
    /// A new one.
    Issued {
        /// As it now is.
        invite: Invite,
        /// Who made it: the maker, or somebody in their name.
        by: Who,
    },
    /// Used once more.
    Used {
        /// As it was before this use.
        invite: Invite,
        /// Who used it: the new account, the one with a new password, or the new contact.
        account: BareJid,
        /// What came of it.
        made: Made,
        /// When.
        at: Millis,
    },
    /// Its page was opened by a person, about.
    Opened {
        /// Where.
        host: HostName,
        /// Which.
        id: TokenId,
        /// How often since this was last said.
        times: u32,
    },
    /// Taken back.
    Revoked {
        /// Where.
        host: HostName,
        /// Which.
        id: TokenId,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// All open ones of somebody whose account is gone.
    RevokedAll {
        /// Whose.
        maker: BareJid,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// All open links for a new password of an account that just got one, or is gone.
    ResetsRevoked {
        /// Whose password.
        account: BareJid,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// All open ones of a host: after a restore, since an old copy would revive used ones.
    AllRevoked {
        /// Where.
        host: HostName,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// Good until another moment.
    Extended {
        /// Where.
        host: HostName,
        /// Which.
        id: TokenId,
        /// Until the end of this second.
        expires: Millis,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// Good for another number of uses.
    UsesSet {
        /// Where.
        host: HostName,
        /// Which.
        id: TokenId,
        /// How many altogether.
        max_uses: u32,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// Another one has its place.
    Renewed {
        /// Where.
        host: HostName,
        /// Whose place it was.
        old: TokenId,
        /// Who has it.
        new: TokenId,
        /// The old one could still be used, and is withdrawn.
        withdrawn: bool,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
    /// Seen to have expired, so that lists need not look at them among the waiting ones. Says nothing new.
    Lapsed {
        /// Where.
        host: HostName,
        /// Which, at most [`crate::limits::SWEEP_ROWS`].
        ids: Vec<TokenId>,
    },
    /// Long dead, and forgotten now.
    Swept {
        /// Where.
        host: HostName,
        /// Which: with their histories at most [`crate::limits::SWEEP_ROWS`] rows.
        ids: Vec<TokenId>,
    },
    /// Long dead, with a history too long for one step: some of it is forgotten first.
    HistorySwept {
        /// Where.
        host: HostName,
        /// Whose; at most [`crate::limits::SWEEP_ROWS`] lines go.
        id: TokenId,
    },
}

/// What came of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Made {
    /// A new account.
    Account,
    /// A new contact.
    Contact,
    /// A new password.
    Password,
}

impl Made {
    /// The word kept in an invite's history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "joined",
            Self::Contact => "became a contact",
            Self::Password => "chose a new password",
        }
    }
}

/// One line of an invite's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteEvent {
    /// When.
    pub at: Millis,
    /// Who.
    pub who: Who,
    /// What: "made", "joined", "became a contact", "chose a new password", "withdrew", "extended", "changed the uses",
    /// "renewed" (on the old one), "took over" (on the one that has its place).
    pub what: String,
}

#[cfg(test)]
mod tests;
