//! What is owed: work that follows from an act and may not be lost in a crash.
//!
//! Written in the act's own transaction, done afterwards, and taken off the list when handed over.
//! Doing a job twice must be harmless, since a crash may come between doing and taking off.

use parlour_xmpp::jid::BareJid;

use crate::change::Change;
use crate::clock::Millis;
use crate::host::HostName;
use crate::subscription::Kind;

/// One thing owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// A subscription stanza to somebody on another server (RFC 6121 §3).
    Subscription {
        /// In whose name.
        from: BareJid,
        /// To whom.
        to: BareJid,
        /// Which.
        kind: Kind,
    },
    /// An erased account's belongings go, some at a time.
    Erase {
        /// Whose.
        account: BareJid,
    },
}

/// A job on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Its number, for taking it off.
    pub number: i64,
    /// Whose host's.
    pub host: HostName,
    /// What is to be done.
    pub job: Job,
    /// Not before this moment.
    pub due: Millis,
}

/// What happens to the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxChange {
    /// One more thing is owed.
    Owed {
        /// Whose host's.
        host: HostName,
        /// What.
        job: Job,
        /// Not before this moment.
        due: Millis,
    },
    /// It is done.
    Done {
        /// Whose host's.
        host: HostName,
        /// Which.
        number: i64,
    },
    /// It did not work out; tried again later.
    Later {
        /// Whose host's.
        host: HostName,
        /// Which.
        number: i64,
        /// Not before this moment.
        due: Millis,
    },
}

impl From<OutboxChange> for Change {
    fn from(change: OutboxChange) -> Self {
        Self::Outbox(change)
    }
}
