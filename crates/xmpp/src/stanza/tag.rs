//! What a stanza and its children are: kinds, types and the children that the server knows by sight.
//!
//! Spec: RFC 6120 §8.2, RFC 6121 §4.7.1 and §5.2.2; the XEPs named at each [`Tag`].
//! Left out: reading what is inside a child, which `payload` does on demand.

use thiserror::Error;

use crate::ns;

/// The three stanzas of RFC 6120 §8.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `<message/>`
    Message,
    /// `<presence/>`
    Presence,
    /// `<iq/>`
    Iq,
}

impl Kind {
    /// Element name of this kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Presence => "presence",
            Self::Iq => "iq",
        }
    }

    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"message" => Some(Self::Message),
            b"presence" => Some(Self::Presence),
            b"iq" => Some(Self::Iq),
            _ => None,
        }
    }
}

/// Type of a message, RFC 6121 §5.2.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// Outside a conversation; also what a missing or unknown type means.
    Normal,
    /// Part of a one-to-one conversation.
    Chat,
    /// Part of a conversation in a room.
    Groupchat,
    /// An alert to which no answer is expected.
    Headline,
    /// A message that could not be delivered comes back.
    Error,
}

/// Type of a presence, RFC 6121 §4.7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PresenceType {
    /// No type: the sender is there.
    Available,
    /// The sender is gone.
    Unavailable,
    /// Asks to see the recipient's presence.
    Subscribe,
    /// Allows the recipient to see presence.
    Subscribed,
    /// No longer wants to see the recipient's presence.
    Unsubscribe,
    /// Denies or takes back a subscription.
    Unsubscribed,
    /// Asks for current presence; servers only.
    Probe,
    /// A presence that could not be delivered comes back.
    Error,
}

/// Type of an iq, RFC 6120 §8.2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IqType {
    /// Asks.
    Get,
    /// Changes something.
    Set,
    /// Answers.
    Result,
    /// Answers that it could not be done.
    Error,
}

/// A `type` that the kind of stanza does not have, or an iq without one; answered with `bad-request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("unknown or missing type of a stanza")]
pub struct UnknownType;

impl MessageType {
    pub(crate) fn from_value(value: Option<&str>) -> Self {
        match value {
            Some("chat") => Self::Chat,
            Some("groupchat") => Self::Groupchat,
            Some("headline") => Self::Headline,
            Some("error") => Self::Error,
            // RFC 6121 §5.2.2: a type that is not understood is treated as normal.
            _ => Self::Normal,
        }
    }
}

impl PresenceType {
    pub(crate) fn from_value(value: Option<&str>) -> Result<Self, UnknownType> {
        Ok(match value {
            None => Self::Available,
            Some("unavailable") => Self::Unavailable,
            Some("subscribe") => Self::Subscribe,
            Some("subscribed") => Self::Subscribed,
            Some("unsubscribe") => Self::Unsubscribe,
            Some("unsubscribed") => Self::Unsubscribed,
            Some("probe") => Self::Probe,
            Some("error") => Self::Error,
            Some(_) => return Err(UnknownType),
        })
    }
}

impl IqType {
    pub(crate) fn from_value(value: Option<&str>) -> Result<Self, UnknownType> {
        match value {
            Some("get") => Ok(Self::Get),
            Some("set") => Ok(Self::Set),
            Some("result") => Ok(Self::Result),
            Some("error") => Ok(Self::Error),
            _ => Err(UnknownType),
        }
    }
}

/// Processing hints, XEP-0334 §4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hint {
    /// `<no-store/>`: neither archive nor offline storage.
    NoStore,
    /// `<no-permanent-store/>`: no archive.
    NoPermanentStore,
    /// `<no-copy/>`: no carbons.
    NoCopy,
    /// `<store/>`: keep it although it has no body.
    Store,
}

/// A direct child that the server recognises, from namespace and name, while scanning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// `<body/>` of a message.
    Body,
    /// `<subject/>` of a message.
    Subject,
    /// `<thread/>` of a message.
    Thread,
    /// `<error/>` of any stanza, RFC 6120 §8.3.
    Error,
    /// A chat state, XEP-0085.
    ChatState,
    /// `<origin-id/>`, XEP-0359.
    OriginId,
    /// `<stanza-id/>`, XEP-0359.
    StanzaId,
    /// A delivery receipt or the request for one, XEP-0184.
    Receipt,
    /// A chat marker or the request for one, XEP-0333.
    Marker,
    /// Carbons: `<sent/>`, `<received/>`, `<enable/>`, `<disable/>`, XEP-0280.
    Carbon,
    /// `<private/>` of carbons, XEP-0280 §6.
    NoCopy,
    /// A processing hint, XEP-0334.
    Hint(Hint),
    /// `<x/>` of `muc#user`, XEP-0045.
    MucUser,
    /// An end-to-end encrypted payload: OMEMO (XEP-0384, both generations) or OpenPGP (XEP-0373).
    Encrypted,
    /// An element named `query`, whatever its namespace.
    Query,
    /// `<pubsub/>` or `<event/>`, XEP-0060.
    PubSub,
    /// `<delay/>`, XEP-0203.
    Delay,
    /// `<preauth/>`, XEP-0379 and XEP-0445.
    Preauth,
    /// `<x/>` of `vcard-temp:x:update`, XEP-0153.
    VcardUpdate,
    /// `<displayed/>` for one's own server, XEP-0490 §4.4.3.
    Displayed,
    /// Anything else.
    Other,
}

impl Tag {
    /// Tag of a child; `ns` is `None` for the content namespace.
    pub(crate) fn classify(ns: Option<&str>, name: &str) -> Self {
        let Some(ns) = ns else {
            return match name {
                "body" => Self::Body,
                "subject" => Self::Subject,
                "thread" => Self::Thread,
                "error" => Self::Error,
                "query" => Self::Query,
                _ => Self::Other,
            };
        };
        match (ns, name) {
            (ns::CHAT_STATES, _) => Self::ChatState,
            (ns::SID, "origin-id") => Self::OriginId,
            (ns::SID, "stanza-id") => Self::StanzaId,
            (ns::RECEIPTS, _) => Self::Receipt,
            (ns::MARKERS, _) => Self::Marker,
            (ns::CARBONS, "private") => Self::NoCopy,
            (ns::CARBONS, _) => Self::Carbon,
            (ns::HINTS, "no-store") => Self::Hint(Hint::NoStore),
            (ns::HINTS, "no-permanent-store") => Self::Hint(Hint::NoPermanentStore),
            (ns::HINTS, "no-copy") => Self::Hint(Hint::NoCopy),
            (ns::HINTS, "store") => Self::Hint(Hint::Store),
            (ns::MUC_USER, "x") => Self::MucUser,
            (ns::OMEMO | ns::OMEMO_LEGACY, "encrypted") | (OPENPGP, "openpgp") => Self::Encrypted,
            (ns::PUBSUB | ns::PUBSUB_OWNER | ns::PUBSUB_EVENT, _) => Self::PubSub,
            (ns::DELAY, "delay") => Self::Delay,
            (ns::PARS, "preauth") => Self::Preauth,
            (ns::VCARD_UPDATE, "x") => Self::VcardUpdate,
            (ns::MDS, "displayed") => Self::Displayed,
            (_, "query") => Self::Query,
            _ => Self::Other,
        }
    }

    /// One bit for each tag, so that a set of them is a number.
    pub(crate) fn bit(self) -> u32 {
        let index = match self {
            Self::Body => 0,
            Self::Subject => 1,
            Self::Thread => 2,
            Self::Error => 3,
            Self::ChatState => 4,
            Self::OriginId => 5,
            Self::StanzaId => 6,
            Self::Receipt => 7,
            Self::Marker => 8,
            Self::Carbon => 9,
            Self::NoCopy => 10,
            Self::Hint(Hint::NoStore) => 11,
            Self::Hint(Hint::NoPermanentStore) => 12,
            Self::Hint(Hint::NoCopy) => 13,
            Self::Hint(Hint::Store) => 14,
            Self::MucUser => 15,
            Self::Encrypted => 16,
            Self::Query => 17,
            Self::PubSub => 18,
            Self::Delay => 19,
            Self::Preauth => 20,
            Self::Other => 21,
            Self::VcardUpdate => 22,
            Self::Displayed => 23,
        };
        1 << index
    }
}

/// OpenPGP, XEP-0373; only ever looked for here.
const OPENPGP: &str = "urn:xmpp:openpgp:0";
