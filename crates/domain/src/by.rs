//! Who asks for an act, and through which door.

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;

use crate::api_key::Bearer;
use crate::host::HostName;

/// What an account may do on its host. Ordered: a later one may do all that an earlier one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Talks, but invites nobody.
    Limited,
    /// The ordinary role.
    Member,
    /// Manages invites, people and groups of the host.
    Admin,
    /// As an admin, and grants that role.
    Owner,
}

impl Role {
    /// The word used in configuration, the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limited => "limited",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads a role's word; Prosody's names (`prosody:admin`, ...) are understood too.
    pub fn from_name(word: &str) -> Option<Self> {
        Some(match word.strip_prefix("prosody:").unwrap_or(word) {
            "limited" | "restricted" | "guest" => Self::Limited,
            "member" | "registered" | "user" => Self::Member,
            "admin" => Self::Admin,
            "owner" | "operator" => Self::Owner,
            _ => return None,
        })
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever reaches the local socket or holds the data directory.
    Operator,
    /// The server itself: sweeps, first start.
    System,
    /// An account, with the role it had when the act began.
    Account {
        /// Its address.
        jid: BareJid,
        /// Its role then.
        role: Role,
    },
    /// A program that has shown a key of the API.
    Key(Arc<Bearer>),
    /// Somebody without an account who holds an invite, or registers where that is open.
    Newcomer,
}

/// The door an act came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// A client stream.
    Xmpp,
    /// A page.
    Web,
    /// The JSON API.
    Api,
    /// The command line, over the local socket or in process.
    Local,
    /// Nobody's: the server itself.
    Internal,
}

/// Who asks, from where: given to every act, kept in the audit trail.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// Through which door.
    pub door: Door,
    /// The request's number, to be quoted by a person and found in the log.
    pub request: u64,
    /// The caller's address prefix (/32 or /64), as a limiter's key and for the audit trail.
    pub address: Option<String>,
}

impl By {
    /// The server itself.
    pub fn system() -> Self {
        Self { actor: Actor::System, door: Door::Internal, request: 0, address: None }
    }

    /// Whoever holds the machine.
    pub fn operator(door: Door, request: u64) -> Self {
        Self { actor: Actor::Operator, door, request, address: None }
    }

    /// An account through `door`.
    pub fn account(jid: BareJid, role: Role, door: Door, request: u64) -> Self {
        Self { actor: Actor::Account { jid, role }, door, request, address: None }
    }

    /// The acting account's address, if an account acts.
    pub fn jid(&self) -> Option<&BareJid> {
        match &self.actor {
            Actor::Account { jid, .. } => Some(jid),
            Actor::Operator | Actor::System | Actor::Key(_) | Actor::Newcomer => None,
        }
    }

    /// The account whose standing decides what may be done: the acting one, or whose key it is.
    pub fn answerable(&self) -> Option<&BareJid> {
        match &self.actor {
            Actor::Account { jid, .. } => Some(jid),
            Actor::Key(bearer) => bearer.maker.as_ref(),
            Actor::Operator | Actor::System | Actor::Newcomer => None,
        }
    }

    /// Has something to say on this host: on its own, or on all of them.
    pub fn reaches(&self, host: &HostName) -> bool {
        match &self.actor {
            Actor::Operator | Actor::System => true,
            Actor::Account { jid, .. } => HostName::of(jid) == *host,
            Actor::Key(bearer) => bearer.reaches(host),
            Actor::Newcomer => false,
        }
    }

    /// Speaks for the whole server.
    pub fn is_operator(&self) -> bool {
        match &self.actor {
            Actor::Operator | Actor::System => true,
            Actor::Key(bearer) => bearer.host.is_none(),
            Actor::Account { .. } | Actor::Newcomer => false,
        }
    }

    /// The highest role this actor may grant or act with; `None` for a newcomer.
    pub fn rank(&self) -> Option<Role> {
        match &self.actor {
            Actor::Operator | Actor::System => Some(Role::Owner),
            Actor::Account { role, .. } => Some(*role),
            Actor::Key(bearer) => Some(bearer.role),
            Actor::Newcomer => None,
        }
    }
}
