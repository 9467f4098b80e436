//! Web sessions: a browser that showed an account's password once and is remembered for 30 days.
//!
//! Only a hash of the cookie is kept, so that a copy of the database opens no session.

use std::fmt;

use parlour_xmpp::jid::BareJid;

use crate::change::Change;
use crate::clock::Millis;
use crate::hex;

/// SHA-256 of a session's secret: its key in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHash(pub [u8; 32]);

impl SessionHash {
    /// What a page may show and send back to name a session: the first eight bytes in hexadecimal,
    /// from which the cookie cannot be made.
    pub fn label(&self) -> String {
        hex::write(&self.0[..8])
    }
}

impl fmt::Debug for SessionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionHash({})", self.label())
    }
}

/// One browser's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSession {
    /// Its key.
    pub hash: SessionHash,
    /// Whose.
    pub account: BareJid,
    /// When it began.
    pub created: Millis,
    /// When it ends by itself.
    pub expires: Millis,
    /// When it was last used, to within an hour.
    pub seen: Millis,
    /// What the browser calls itself, shortened: "Firefox on Android".
    pub browser: String,
}

/// What happens to sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// A new one. Where an account has too many, the oldest is dropped.
    Started {
        /// As it now is.
        session: WebSession,
    },
    /// Used again after a while.
    Seen {
        /// Whose.
        account: BareJid,
        /// Which.
        hash: SessionHash,
        /// When.
        at: Millis,
    },
    /// Ended by its account.
    Ended {
        /// Whose.
        account: BareJid,
        /// Which.
        hash: SessionHash,
    },
    /// All of an account, and with them every token by which a device could come back: its password changed, it was
    /// signed out, or it can no longer sign in.
    AllEnded {
        /// Whose.
        account: BareJid,
    },
}

impl From<SessionChange> for Change {
    fn from(change: SessionChange) -> Self {
        Self::Session(change)
    }
}
