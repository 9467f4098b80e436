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
    /// A new member of a group meets the others.
    Meet {
        /// The group, on the account's host.
        group: String,
        /// Who is new.
        account: BareJid,
        /// Met already: members up to this one, in order of name.
        after: Option<BareJid>,
    },
    /// All members of a group meet each other.
    Gather {
        /// The group, on the job's host.
        group: String,
        /// Those whose meeting is owed already: members up to this one, in order of name.
        after: Option<BareJid>,
    },
    /// Who was a member of a group parts from the others.
    Part {
        /// The group, on the account's host.
        group: String,
        /// Who has left.
        account: BareJid,
    },
    /// All that were contacts through a group part.
    Disband {
        /// The group, on the job's host.
        group: String,
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
    /// A part of it is done; this is what is left of it.
    Left {
        /// Whose host's.
        host: HostName,
        /// Which.
        number: i64,
        /// What is still to be done.
        job: Job,
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
