//! Push: which clients are to be woken for what, where they registered, and what a push service that fails is worth.
//!
//! Spec: XEP-0357 v0.4.1, §5 (a JID and a node once, the last word counts), §6 (disabling), §7.1 (errors).
//! Left out: choosing in-band what a notification says, which §9 advises against; the host's options say it.
//!
//! Decided here: where an account registers more often than it may, its oldest registration gives way, since apps that are
//! installed again leave theirs behind. A registration ends with the sign-in it belongs to: another password, signing out
//! everywhere and deleting an account end them all, but the one of the app in which the password was changed; signing one
//! device out ends its own.

mod health;

use std::sync::Arc;

use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{MessageType, Stanza, Tag};
use thiserror::Error;

use crate::delivery::MessageFacts;
use crate::device::AgentId;
use crate::kept::Kept;
use crate::{Change, Millis, Outcome};

pub use health::{Fault, Health, Verdict};

/// Registrations of one account.
pub const MAX_PER_ACCOUNT: usize = 20;
/// Registrations of one resource.
pub const MAX_PER_RESOURCE: usize = 5;
/// Bytes of the form that is sent along. A guess: secrets in the field stay under 300.
pub const MAX_OPTIONS_BYTES: usize = 4_096;

/// Where a client wants to be woken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// What it is found by; random, so that no later one has it.
    pub key: i64,
    /// The push service.
    pub service: Jid,
    /// The service's node; empty where it needs none.
    pub node: String,
    /// The client.
    pub resource: Box<str>,
    /// Which installation it is, where it has said so.
    pub agent: Option<AgentId>,
    /// The form that is sent along, `<x/>`; its secret is in nobody's log.
    pub options: Option<Kept>,
    /// The sign-in that registered it (see [`By`](crate::By)); 0 since the server was started.
    pub request: u64,
    /// When it was registered.
    pub at: Millis,
    /// Since when the service has taken nothing.
    pub failing: Option<Millis>,
}

/// What stages need to know of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushTarget {
    /// See [`Registration::key`].
    pub key: i64,
    /// The client.
    pub resource: Box<str>,
    /// Which installation it is, where it has said so.
    pub agent: Option<AgentId>,
    /// The push service, for being fair to the others.
    pub service: Box<str>,
    /// See [`Registration::request`].
    pub request: u64,
}

impl From<&Registration> for PushTarget {
    fn from(registration: &Registration) -> Self {
        Self {
            key: registration.key,
            resource: registration.resource.clone(),
            agent: registration.agent,
            service: registration.service.as_str().into(),
            request: registration.request,
        }
    }
}

/// All of an account's; `None` and no memory where there are none.
pub type PushTargets = Option<Arc<[PushTarget]>>;

/// What becomes true of registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushChange {
    /// One is new, or replaces the one of that key.
    Enabled {
        /// Whose.
        owner: BareJid,
        /// All of it.
        registration: Registration,
    },
    /// These are gone.
    Disabled {
        /// Whose.
        owner: BareJid,
        /// By key.
        keys: Vec<i64>,
    },
    /// The clients of an account were signed out.
    SignedOut {
        /// Whose.
        owner: BareJid,
        /// All but what this sign-in registered.
        keep: Option<u64>,
    },
    /// A device was signed out.
    DeviceEnded {
        /// Whose.
        owner: BareJid,
        /// All that this installation registered.
        agent: AgentId,
    },
    /// A service began to take nothing, or takes what it is given again.
    Failing {
        /// Whose registration.
        owner: BareJid,
        /// Which.
        key: i64,
        /// Since when; `None` where all is well.
        since: Option<Millis>,
    },
}

impl PushChange {
    /// The account's registrations as stages see them, after this.
    pub fn after(&self, before: &PushTargets) -> PushTargets {
        let old = before.as_deref().unwrap_or_default();
        let without = |gone: &dyn Fn(&PushTarget) -> bool| old.iter().filter(|one| !gone(one)).cloned().collect();
        let left: Vec<PushTarget> = match self {
            Self::Enabled { registration, .. } => {
                let mut left: Vec<PushTarget> = without(&|one| one.key == registration.key);
                left.push(registration.into());
                left
            }
            Self::Disabled { keys, .. } => without(&|one| keys.contains(&one.key)),
            Self::SignedOut { keep, .. } => without(&|one| Some(one.request) != *keep),
            Self::DeviceEnded { agent, .. } => without(&|one| one.agent == Some(*agent)),
            Self::Failing { .. } => return before.clone(),
        };
        (!left.is_empty()).then(|| left.into())
    }

    /// Whose registrations they are.
    pub fn owner(&self) -> &BareJid {
        match self {
            Self::Enabled { owner, .. }
            | Self::Disabled { owner, .. }
            | Self::SignedOut { owner, .. }
            | Self::DeviceEnded { owner, .. }
            | Self::Failing { owner, .. } => owner,
        }
    }
}

impl From<PushChange> for Change {
    fn from(change: PushChange) -> Self {
        Self::Push(change)
    }
}

/// Why somebody is not woken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PushRefusal {
    /// The address is a host's or an account's of this server, which push nothing (`not-acceptable`).
    #[error("that is not a push service")]
    NoService,
    /// The address is the client's own (`not-acceptable`).
    #[error("a client cannot be its own push service")]
    Oneself,
    /// The address is a client's here that the account may not talk to (`forbidden`): it would be told of by force.
    #[error("that client is not the account's to write to")]
    Stranger,
    /// The form is too large (`not-acceptable`).
    #[error("{bytes} bytes to send along where {max} are kept")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
}

/// Whether an address may be a push service for the client `own`, as far as the address itself says. `here`: its domain is
/// served by this server, where only a client may be one.
///
/// # Errors
/// [`PushRefusal::NoService`], [`PushRefusal::Oneself`].
pub fn service(own: &Jid, service: &Jid, here: bool) -> Result<(), PushRefusal> {
    if service == own {
        return Err(PushRefusal::Oneself);
    }
    if here && (service.node().is_none() || service.resource().is_none()) {
        return Err(PushRefusal::NoService);
    }
    Ok(())
}

/// Registers a client; `kept` is what the account has, in order of age. The same service and node again take the place of
/// what was there (§5).
///
/// # Errors
/// [`PushRefusal::TooLarge`].
pub fn enable(owner: BareJid, kept: &[Registration], mut new: Registration) -> Result<Outcome<()>, PushRefusal> {
    let bytes = new.options.as_ref().map_or(0, |form| form.as_bytes().len());
    if bytes > MAX_OPTIONS_BYTES {
        return Err(PushRefusal::TooLarge { bytes, max: MAX_OPTIONS_BYTES });
    }
    if let Some(same) = kept.iter().find(|one| one.service == new.service && one.node == new.node) {
        new.key = same.key;
        if *same == (Registration { at: same.at, ..new.clone() }) {
            return Ok(Outcome::unchanged(()));
        }
    }
    let mut others: Vec<&Registration> = kept.iter().filter(|one| one.key != new.key).collect();
    let mut gone = Vec::new();
    while others.iter().filter(|one| one.resource == new.resource).count() >= MAX_PER_RESOURCE {
        let Some(at) = others.iter().position(|one| one.resource == new.resource) else { break };
        gone.push(others.remove(at).key);
    }
    while others.len() >= MAX_PER_ACCOUNT {
        gone.push(others.remove(0).key);
    }
    let mut changes = Vec::new();
    if !gone.is_empty() {
        changes.push(PushChange::Disabled { owner: owner.clone(), keys: gone }.into());
    }
    changes.push(PushChange::Enabled { owner, registration: new }.into());
    Ok(Outcome { changes, out: () })
}

/// Ends what is registered at a service, at one node of it or at all. What is not there is no error.
pub fn disable(owner: BareJid, kept: &[Registration], service: &Jid, node: Option<&str>) -> Outcome<()> {
    gone(owner, kept, |one| one.service == *service && node.is_none_or(|node| node == one.node))
}

/// Ends what a client has registered.
pub fn forget(owner: BareJid, kept: &[Registration], resource: &str) -> Outcome<()> {
    gone(owner, kept, |one| &*one.resource == resource)
}

/// Ends one registration whose service takes nothing.
pub fn remove(owner: BareJid, kept: &[Registration], key: i64) -> Outcome<()> {
    gone(owner, kept, |one| one.key == key)
}

/// Notes since when a service has taken nothing, or that it does again.
pub fn note(owner: BareJid, kept: &[Registration], key: i64, since: Option<Millis>) -> Outcome<()> {
    match kept.iter().find(|one| one.key == key) {
        // The first failure counts.
        Some(one) if one.failing.is_some() != since.is_some() => {
            Outcome { changes: vec![PushChange::Failing { owner, key, since }.into()], out: () }
        }
        _ => Outcome::unchanged(()),
    }
}

fn gone(owner: BareJid, kept: &[Registration], which: impl Fn(&Registration) -> bool) -> Outcome<()> {
    let keys: Vec<i64> = kept.iter().filter(|one| which(one)).map(|one| one.key).collect();
    if keys.is_empty() {
        return Outcome::unchanged(());
    }
    Outcome { changes: vec![PushChange::Disabled { owner, keys }.into()], out: () }
}

/// Where a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Connected: it gets what comes.
    Connected,
    /// Its connection is lost and it may come back to go on.
    Parked,
    /// Not signed in.
    Absent,
}

/// Whether a client is to be woken for something that matters: it is not there, and finds it when it comes. `queued`: in
/// its own queue; `kept`: in the archive or in offline storage.
pub fn wakes(client: Whereabouts, queued: bool, kept: bool) -> bool {
    match client {
        Whereabouts::Connected => false,
        Whereabouts::Parked => queued || kept,
        Whereabouts::Absent => kept,
    }
}

/// Whether a message is worth waking somebody: something to read, now or once it is decrypted, or a call. Not what a
/// person never sees (states, receipts, markers), not what somebody says to themselves, not a room's subject.
pub fn matters(facts: &MessageFacts, stanza: &Stanza, to_oneself: bool) -> bool {
    if to_oneself {
        return false;
    }
    match facts.kind {
        MessageType::Error | MessageType::Headline => return false,
        MessageType::Normal | MessageType::Chat | MessageType::Groupchat => {}
    }
    facts.encrypted || (facts.body && body(stanza).is_some()) || stanza.find(ns::JINGLE_MESSAGE, "propose").is_some()
}

/// What a message says, unless that is nothing.
pub fn body(stanza: &Stanza) -> Option<String> {
    let body = stanza.child(Tag::Body)?.element().ok()?;
    Some(body.text()).filter(|text| !text.is_empty())
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
