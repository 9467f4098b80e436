//! Who speaks: a signed-in client, another server, or this one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parlour_domain::{By, Door, HostName};
use parlour_router::{Live, Out, Outbox};
use parlour_xmpp::jid::{BareJid, FullJid, Jid};

use crate::sending::Allowance;

/// Where a stanza or a request comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A client of ours that is signed in.
    Client(Arc<Session>),
    /// Another server, already proved to speak for the domain in the stanza's `from`.
    Remote,
    /// This server itself, or an act of it, in the name of a host or an account.
    Server,
}

impl Origin {
    /// The client, if one speaks.
    pub fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Client(session) => Some(session),
            Self::Remote | Self::Server => None,
        }
    }
}

/// A client that is signed in: what outlives its connection, when that can be resumed.
#[derive(Debug)]
pub struct Session {
    /// Its full address, shared by the stamps of what it sends; see [`Self::jid`].
    pub from: Arc<Jid>,
    /// Its account, shared with the table; see [`Self::bare`].
    pub account: Arc<Jid>,
    /// Its account in the table.
    pub live: Arc<Live>,
    /// What waits for it.
    pub outbox: Arc<Outbox>,
    request: u64,
    address: Option<Box<str>>,
    lang: OnceLock<Box<str>>,
    stream: OnceLock<Arc<str>>,
    present: AtomicBool,
    /// What it may send without asking.
    pub(crate) allowance: Allowance,
    /// Held while offline messages are handed over.
    pub(crate) handing: tokio::sync::Mutex<()>,
}

impl Session {
    /// A client that has just been bound, as request `request` from `address` (see [`By`]).
    pub fn new(jid: FullJid, request: u64, address: Option<String>, live: Arc<Live>, outbox: Arc<Outbox>) -> Self {
        Self {
            from: Arc::new(Jid::from(jid)),
            account: Arc::clone(live.account()),
            live,
            outbox,
            request,
            address: address.map(String::into_boxed_str),
            lang: OnceLock::new(),
            stream: OnceLock::new(),
            present: AtomicBool::new(false),
            allowance: Allowance::default(),
            handing: tokio::sync::Mutex::default(),
        }
    }

    /// Its full address.
    pub fn jid(&self) -> &FullJid {
        self.from.try_as_full().expect("made of a full address")
    }

    /// Its account's address.
    pub fn bare(&self) -> &BareJid {
        self.account.try_as_full().expect_err("accounts have bare addresses")
    }

    /// Its host. An allocation: [`Self::domain`] is none.
    pub fn host(&self) -> HostName {
        HostName::of(self.bare())
    }

    /// Its host, as text.
    pub fn domain(&self) -> &str {
        self.account.domain().as_str()
    }

    /// As whom it acts now: with the role the account has at this moment.
    pub fn by(&self) -> By {
        let role = self.live.view().role;
        let address = self.address.as_deref().map(str::to_owned);
        By { address, ..By::account(self.bare().clone(), role, Door::Xmpp, self.request) }
    }

    /// Remembers the language its first stream asked for, as it wrote it.
    pub fn set_lang(&self, tag: &str) {
        // A resumed session goes on as it began.
        let _ = self.lang.set(tag.into());
    }

    /// The language to speak in where a stanza names none (RFC 6120 §4.7.4).
    pub fn lang(&self) -> Option<&str> {
        self.lang.get().map(|tag| &**tag)
    }

    /// Remembers whether contacts were told that the client is there.
    pub(crate) fn set_present(&self, present: bool) {
        self.present.store(present, Ordering::Relaxed);
    }

    /// Whether contacts were told that the client is there.
    pub fn is_present(&self) -> bool {
        self.present.load(Ordering::Relaxed)
    }

    /// The number of its sign-in, to be found in the log.
    pub fn request(&self) -> u64 {
        self.request
    }

    /// Whether what it said last of itself came too often and is told later, by [`crate::way::late_presence`].
    pub fn has_late_presence(&self) -> bool {
        self.allowance.has_late_presence()
    }

    /// The session can be resumed by this id from here on.
    pub fn set_stream(&self, id: &str) {
        // XEP-0198 is enabled once in a session.
        let _ = self.stream.set(id.into());
    }

    /// By what it can be resumed.
    pub fn stream(&self) -> Option<Arc<str>> {
        self.stream.get().cloned()
    }

    /// The resource part.
    pub fn resource(&self) -> &str {
        self.jid().resource().as_str()
    }

    /// Queues something for this client. What a full queue refuses is lost to it: the connection ends.
    pub fn push(&self, out: Out) {
        drop(self.outbox.push(out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_small() {
        assert!(size_of::<Session>() <= 208, "{} bytes", size_of::<Session>());
    }
}
