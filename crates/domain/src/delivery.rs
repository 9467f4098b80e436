//! The stages of a stanza's way as pure functions: may it pass, who keeps it, who gets it, who gets a copy.
//!
//! Spec: RFC 6121 §8.5 (server rules, table 1), XEP-0280 v1.0.1 §6 to §8 (carbons), XEP-0191 v1.3 §3.3 and §3.5
//! (blocked communication), XEP-0160 v1.0.1 §3 and XEP-0313 v1.1.3 §6 (what is kept), XEP-0334 v1.0.0 §4 (hints).
//! Left out: presence subscriptions (`subscription`), rooms.

use std::sync::Arc;

use parlour_xmpp::jid::Jid;
use parlour_xmpp::stanza::{Hint, IqType, Kind, MessageType, PresenceType, Stanza, Tag};
use smallvec::SmallVec;

use crate::view::AccountView;

/// What stages look at in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// Its type.
    pub kind: MessageType,
    /// Has a body.
    pub body: bool,
    /// Has an encrypted payload, which stands for a body.
    pub encrypted: bool,
    /// Has a receipt, a chat marker or a chat state: an instant messenger's payload.
    pub im_payload: bool,
    /// Has a receipt or a chat marker: worth keeping.
    pub marker: bool,
    /// `<private/>` or the `no-copy` hint.
    pub private: bool,
    /// Neither archive nor offline storage.
    pub no_store: bool,
    /// No archive.
    pub no_archive: bool,
    /// Kept although it has no body.
    pub store: bool,
    /// From a room or about one.
    pub muc: bool,
}

impl MessageFacts {
    /// A message of that type with a body and nothing else.
    pub fn plain(kind: MessageType) -> Self {
        Self {
            kind,
            body: true,
            encrypted: false,
            im_payload: false,
            marker: false,
            private: false,
            no_store: false,
            no_archive: false,
            store: false,
            muc: false,
        }
    }

    /// Its sender hears where it cannot go. What a person never sees (a chat state, a payload alone) is not answered:
    /// the answer would tell strangers who is online, and the silence whom they disturb by asking (ATTACKS 47).
    pub fn is_answered(&self) -> bool {
        match self.kind {
            MessageType::Normal | MessageType::Chat => self.lasting() || self.muc,
            MessageType::Groupchat => true,
            MessageType::Headline | MessageType::Error => false,
        }
    }

    /// Must not get lost: worth more than an archive row, while receipts and markers are not (XEP-0160 §3).
    pub fn lasting(&self) -> bool {
        self.body || self.encrypted || self.store
    }

    /// Reads them off a stanza, which the framer has tagged.
    pub fn of(stanza: &Stanza) -> Self {
        let marker = stanza.has(Tag::Receipt) || stanza.has(Tag::Marker);
        Self {
            kind: stanza.message_type(),
            body: stanza.has(Tag::Body),
            encrypted: stanza.has(Tag::Encrypted),
            im_payload: marker || stanza.has(Tag::ChatState),
            marker,
            private: stanza.has(Tag::NoCopy) || stanza.has(Tag::Hint(Hint::NoCopy)),
            no_store: stanza.has(Tag::Hint(Hint::NoStore)),
            no_archive: stanza.has(Tag::Hint(Hint::NoPermanentStore)),
            store: stanza.has(Tag::Hint(Hint::Store)),
            muc: stanza.has(Tag::MucUser),
        }
    }
}

/// Why a stanza does not pass; how it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The sender blocks the recipient: `not-acceptable` with `<blocked/>` (XEP-0191 §3.3).
    SenderBlocks,
    /// Nobody to take it, said the same way whatever the reason: `service-unavailable`.
    Unavailable,
}

/// What becomes of a stanza.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Resources that get the stanza itself, by name.
    pub deliver: SmallVec<[Arc<str>; 2]>,
    /// Resources that get a carbon of it, unless the sender gets the reply.
    pub copy: SmallVec<[Arc<str>; 2]>,
    /// What the sender is told, unless the stanza was kept.
    pub reply: Option<Refusal>,
}

impl Route {
    fn refused() -> Self {
        Self { reply: Some(Refusal::Unavailable), ..Self::default() }
    }

    fn to(name: &Arc<str>) -> Self {
        Self { deliver: SmallVec::from_iter([Arc::clone(name)]), ..Self::default() }
    }
}

/// What is kept of a message, and for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// A row in the sender's archive.
    pub sender: bool,
    /// A row in the recipient's archive.
    pub recipient: bool,
    /// A row that is handed to the recipient's next client.
    pub offline: bool,
}

impl Keep {
    /// Whether anything is kept at all.
    pub fn any(self) -> bool {
        self.sender || self.recipient || self.offline
    }
}

/// Admit, at the sender: an account does not talk to whom it blocks (XEP-0191 §3.3). Errors and answers pass,
/// since they end something and start nothing.
///
/// # Errors
/// [`Refusal::SenderBlocks`].
pub fn admit_from(sender: &AccountView, own: &Jid, to: &Jid, stanza: &Stanza) -> Result<(), Refusal> {
    if sender.blocked.is_empty() || same_account(own, to) || !sender.blocked.blocks(to) || ends_something(stanza) {
        return Ok(());
    }
    Err(Refusal::SenderBlocks)
}

/// Admit, at the recipient: whether the recipient blocks `from` (XEP-0191 §3.5). What is then said: nothing to
/// presence, errors and answers, else `service-unavailable`, as if nobody were there.
pub fn admit_to(recipient: &AccountView, own: &Jid, from: &Jid) -> bool {
    recipient.blocked.is_empty() || same_account(own, from) || !recipient.blocked.blocks(from)
}

/// How a stanza that finds nobody, or is not wanted, is answered: RFC 6121 §8.5.1, RFC 6120 §8.3.1.
pub fn unwanted(stanza: &Stanza) -> Option<Refusal> {
    let silent = match stanza.kind() {
        Kind::Presence => true,
        Kind::Message | Kind::Iq => ends_something(stanza),
    };
    (!silent).then_some(Refusal::Unavailable)
}

/// Decide, for a message to an account here. `resource` is what it is addressed to, `view` the account
/// (`None`: no such account). A reply counts only where nothing is kept.
///
/// RFC 6121 §8.5.2.1.1 lets a server choose who gets a message to the bare JID; here all resources with
/// a non-negative priority do, so that a phone and a laptop need no carbons to agree.
pub fn message(facts: &MessageFacts, resource: Option<&str>, view: Option<&AccountView>) -> Route {
    use MessageType as T;
    let Some(view) = view.filter(|v| v.active) else {
        // §8.5.1: no such account, said as if it were merely not there.
        return if facts.is_answered() { Route::refused() } else { Route::default() };
    };
    if let Some(resource) = resource {
        if let Some(found) = view.resource(resource) {
            // §8.5.3.1: delivered whatever type and priority.
            let mut route = Route::to(&found.name);
            route.copy = carbons(facts, view, &route.deliver, Some(&found.name));
            return route;
        }
        // §8.5.3.2.1: only chat is treated as if sent to the bare JID.
        match facts.kind {
            T::Chat => {}
            T::Normal | T::Groupchat if facts.is_answered() => return Route::refused(),
            T::Normal | T::Groupchat | T::Headline | T::Error => return Route::default(),
        }
    }
    match facts.kind {
        // §8.5.2.1.1: to a bare JID a room never speaks; an error has nobody to go to.
        T::Groupchat => Route::refused(),
        T::Error => Route::default(),
        T::Normal | T::Chat | T::Headline => {
            let deliver: SmallVec<[Arc<str>; 2]> =
                view.resources.iter().filter(|r| r.takes_messages()).map(|r| Arc::clone(&r.name)).collect();
            if deliver.is_empty() {
                // §8.5.2.2.1; XEP-0280 §6: a copy to whoever wants them and takes no messages, unless it goes back.
                let reply = facts.is_answered().then_some(Refusal::Unavailable);
                return Route { copy: carbons(facts, view, &[], None), reply, ..Route::default() };
            }
            let copy = carbons(facts, view, &deliver, None);
            Route { deliver, copy, reply: None }
        }
    }
}

/// Keep: which rows a message becomes. `sender` and `recipient` are the accounts that live here.
pub fn keep(
    facts: &MessageFacts,
    from: &Jid,
    to: &Jid,
    sender: Option<&AccountView>,
    recipient: Option<&AccountView>,
) -> Keep {
    if facts.no_store || !worth_keeping(facts) {
        return Keep::default();
    }
    let recipient = recipient.filter(|v| v.active);
    let archive = !facts.no_archive;
    let resource = to.resource().map(|r| r.as_str());
    let waits = recipient.is_some_and(|view| waits(facts, resource, view));
    // What comes back to its sender was never said to the recipient.
    let refused = !waits && message(facts, resource, recipient).reply.is_some();
    Keep {
        sender: archive && sender.is_some_and(|v| v.archive.keeps(to)),
        recipient: archive && !refused && recipient.is_some_and(|v| v.archive.keeps(from)),
        // XEP-0160 §3: receipts and markers are worth an archive row, not a row of their own.
        offline: facts.lasting() && waits,
    }
}

/// Copy, at the sender: which other resources of the sender get a carbon of what it sent (XEP-0280 §8).
pub fn sent_copies(facts: &MessageFacts, view: &AccountView, sender_resource: Option<&str>) -> SmallVec<[Arc<str>; 2]> {
    if !eligible(facts) {
        return SmallVec::new();
    }
    view.resources
        .iter()
        .filter(|r| r.carbons && Some(&*r.name) != sender_resource)
        .map(|r| Arc::clone(&r.name))
        .collect()
}

/// Decide, for presence without a subscription's meaning and for iq, to an account here (RFC 6121 §8.5.2.1.2, §8.5.3).
/// An iq to the bare JID is the server's to answer and does not come here.
pub fn directed(stanza: &Stanza, resource: Option<&str>, view: Option<&AccountView>) -> Route {
    let Some(view) = view.filter(|v| v.active) else {
        return Route { reply: unwanted(stanza), ..Route::default() };
    };
    match resource {
        Some(name) => match view.resource(name) {
            Some(found) => Route::to(&found.name),
            // §8.5.3.2.2 and §8.5.3.2.3
            None => Route { reply: unwanted(stanza), ..Route::default() },
        },
        // §8.5.2.1.2: to all that are available.
        None if stanza.kind() == Kind::Presence => Route {
            deliver: view.resources.iter().filter(|r| r.is_available()).map(|r| Arc::clone(&r.name)).collect(),
            ..Route::default()
        },
        None => Route { reply: unwanted(stanza), ..Route::default() },
    }
}

/// An error or an answer: never answered itself.
pub fn ends_something(stanza: &Stanza) -> bool {
    match stanza.kind() {
        Kind::Message => stanza.message_type() == MessageType::Error,
        Kind::Presence => matches!(stanza.presence_type(), Ok(PresenceType::Error | PresenceType::Unavailable)),
        Kind::Iq => matches!(stanza.iq_type(), Ok(IqType::Result | IqType::Error)),
    }
}

/// Carbons of a received message: to resources that want them and did not get the message itself.
fn carbons(
    facts: &MessageFacts,
    view: &AccountView,
    got: &[Arc<str>],
    addressed: Option<&Arc<str>>,
) -> SmallVec<[Arc<str>; 2]> {
    // XEP-0280 §6.1: a room's private message has gone to every joined client already.
    if !eligible(facts) || (facts.muc && addressed.is_some()) {
        return SmallVec::new();
    }
    view.resources.iter().filter(|r| r.carbons && !got.contains(&r.name)).map(|r| Arc::clone(&r.name)).collect()
}

/// XEP-0280 §6.1.
fn eligible(facts: &MessageFacts) -> bool {
    if facts.private {
        return false;
    }
    match facts.kind {
        MessageType::Chat => true,
        MessageType::Normal => facts.body || facts.encrypted || facts.im_payload || facts.muc,
        // An error cannot be matched with what it answers without keeping that, so it is not copied.
        MessageType::Groupchat | MessageType::Headline | MessageType::Error => false,
    }
}

/// Nobody there takes it now, and whoever comes next may have it (RFC 6121 §8.5.2.2.1 and §8.5.3.2.1).
fn waits(facts: &MessageFacts, resource: Option<&str>, view: &AccountView) -> bool {
    let for_anybody = resource.is_none() || facts.kind == MessageType::Chat;
    for_anybody && message(facts, resource, Some(view)).deliver.is_empty()
}

fn worth_keeping(facts: &MessageFacts) -> bool {
    match facts.kind {
        MessageType::Normal | MessageType::Chat => facts.body || facts.encrypted || facts.marker || facts.store,
        // XEP-0334 §5: hints in an error belong to what it answers.
        // DEVIATES XEP-0334 §4.4: a headline is news of the moment, which RFC 6121 §8.5.2.2.1 drops where nobody is there;
        // a room keeps its own history.
        MessageType::Groupchat | MessageType::Headline | MessageType::Error => false,
    }
}

fn same_account(a: &Jid, b: &Jid) -> bool {
    crate::view::bare_str(a) == crate::view::bare_str(b)
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
