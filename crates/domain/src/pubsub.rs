//! What an account publishes about itself: nodes, their items, who may read them, and how much there may be.
//!
//! Every account is a publish-subscribe service whose only publisher is its owner. An act is judged over [`NodeFacts`]
//! that the store has read and locked; a question over the node's configuration and where the asker stands.
//!
//! Spec: XEP-0163 v1.2.2, XEP-0060 v1.30.0 §4, §6.5, §7 and §8; XEP-0222 v1.0 and XEP-0223 v1.1.1 as profiles.
//! Left out: other publishers; explicit subscriptions; publication without an item; per-host bounds.

pub mod access;
pub mod config;
pub mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::MAX_ID_BYTES;
use thiserror::Error;

pub use access::Standing;
pub use config::{Affiliation, NodeConfig};

use crate::kept::Kept;
use crate::profile::image::BadImage;
use crate::{Change, Millis};

/// Nodes of one account. A guess: an app with OMEMO, avatars, bookmarks and a microblog makes some thirty.
pub const MAX_NODES: usize = 500;
/// Items of one node, and what `max` means for `pubsub#max_items`. A guess: one per chat (XEP-0490) or bookmark.
pub const MAX_ITEMS: u32 = 1_000;
/// Bytes of one payload; as much as an avatar of 190 KiB in base64.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;
/// Bytes that all items of one account may take, each counted with [`ITEM_OVERHEAD`].
pub const MAX_ACCOUNT_BYTES: u64 = 16 * 1024 * 1024;
/// What an item costs beside its payload and id, so that a million empty ones are not free.
pub const ITEM_OVERHEAD: u64 = 128;
/// Bytes of payloads in one answer, but for a single item that is larger; what is left is on the next page.
pub const MAX_ANSWER_BYTES: usize = 512 * 1024;
/// Bytes of a node's name, and of an item's id.
pub const MAX_NAME_BYTES: usize = MAX_ID_BYTES;
/// Old items that one act removes; what is over its node's bound is not shown, and goes with later acts.
pub const MAX_EVICTED: usize = 100;

/// An item of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Unique in its node.
    pub id: String,
    /// The payload's element, complete with its namespace; `None` where there is none.
    pub payload: Option<Kept>,
    /// When it was published.
    pub at: Millis,
}

/// A node by its name, with how it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// How it is configured.
    pub config: Arc<NodeConfig>,
}

/// The newest item of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// Its node.
    pub node: Node,
    /// The item.
    pub item: Item,
}

/// Which items of a node are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest; all, where no number is given.
    Newest(Option<usize>),
    /// Those of these ids that are there.
    Ids(Vec<String>),
    /// As [`Which::Newest`], after (older than) an item (XEP-0059 §2.1).
    After {
        /// Which; from the newest where there is none.
        id: Option<String>,
        /// How many at most.
        max: usize,
    },
    /// So many from this place on (XEP-0059 §2.6).
    From {
        /// The place of the first, the newest being 0.
        index: usize,
        /// How many at most.
        max: usize,
    },
    /// The last before (newer than) an item (XEP-0059 §2.3).
    Before {
        /// Which; the very last where there is none.
        id: Option<String>,
        /// How many at most.
        max: usize,
    },
}

/// Items that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Their node.
    pub node: Node,
    /// The newest first, or in the order they were asked for.
    pub items: Vec<Item>,
    /// Where the first of them stands among all, the newest being 0.
    pub first: usize,
    /// How many there are.
    pub total: usize,
    /// Whether all that were asked for are here; else the answer would have been too large.
    pub complete: bool,
}

/// The newest items of several accounts, for somebody who comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// With whose they are; those of one account together.
    pub found: Vec<(BareJid, Last)>,
    /// How many of the accounts were looked at before there was enough.
    pub looked: usize,
}

/// What changes in an account's nodes. Each says how the node is configured from then on (or was, when it is deleted),
/// since that says who hears of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PubsubChange {
    /// There is a node more.
    Created {
        /// Whose.
        owner: BareJid,
        /// Which.
        node: Node,
    },
    /// A node is configured otherwise, or others may read it.
    Configured {
        /// Whose.
        owner: BareJid,
        /// Which, as it is now.
        node: Node,
        /// As it was.
        before: Arc<NodeConfig>,
        /// Ids of items that are beyond its new bound and go.
        evicted: Vec<String>,
    },
    /// An item was published, as the newest; it takes the place of one with its id. Where the node does not keep items,
    /// it is told and not written.
    Published {
        /// Whose.
        owner: BareJid,
        /// Where.
        node: Node,
        /// What.
        item: Item,
        /// Ids of older items that go, the oldest first.
        evicted: Vec<String>,
    },
    /// An item was taken back.
    Retracted {
        /// Whose.
        owner: BareJid,
        /// Where.
        node: Node,
        /// Its id.
        id: String,
        /// Whether readers are told.
        notify: bool,
    },
    /// All items are gone.
    Purged {
        /// Whose.
        owner: BareJid,
        /// Where.
        node: Node,
    },
    /// The node is gone, with its items.
    Deleted {
        /// Whose.
        owner: BareJid,
        /// Which.
        node: Node,
    },
}

impl PubsubChange {
    /// Whose node it is about.
    pub fn owner(&self) -> &BareJid {
        self.parts().0
    }

    /// The node it is about.
    pub fn node(&self) -> &Node {
        self.parts().1
    }

    fn parts(&self) -> (&BareJid, &Node) {
        match self {
            Self::Created { owner, node }
            | Self::Configured { owner, node, .. }
            | Self::Published { owner, node, .. }
            | Self::Retracted { owner, node, .. }
            | Self::Purged { owner, node }
            | Self::Deleted { owner, node } => (owner, node),
        }
    }
}

impl From<PubsubChange> for Change {
    fn from(change: PubsubChange) -> Self {
        Self::Pubsub(change)
    }
}

/// Why an act or a question about nodes is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PubsubRefusal {
    /// The asker hears what is said of an account that does not exist (`service-unavailable`, ATTACKS 48).
    #[error("not for strangers")]
    Hidden,
    /// Only the owner does that, or the asker is an outcast (`forbidden`).
    #[error("only the owner does that")]
    Forbidden,
    /// There is no such node (`item-not-found`).
    #[error("there is no such node")]
    NoSuchNode,
    /// There is no such item (`item-not-found`).
    #[error("there is no such item")]
    NoSuchItem,
    /// There is one of that name (`conflict`).
    #[error("there is a node of that name")]
    NodeExists,
    /// The node is not as the publisher wants it (`conflict`, `precondition-not-met`).
    #[error("the node is configured otherwise: {field}")]
    Precondition {
        /// The first field that differs.
        field: &'static str,
    },
    /// Only those who see the owner's presence (`not-authorized`, `presence-subscription-required`).
    #[error("only for those who see the owner's presence")]
    PresenceRequired,
    /// Only for certain groups (`not-authorized`, `not-in-roster-group`).
    #[error("only for certain groups of the owner's contacts")]
    NotInGroup,
    /// Only for those the owner named (`not-allowed`, `closed-node`).
    #[error("only for those the owner named")]
    Closed,
    /// Items are not kept there (`feature-not-implemented`, `persistent-items`).
    #[error("the node keeps no items")]
    NotKept,
    /// The item has no payload where there has to be one (`bad-request`, `payload-required`).
    #[error("a payload is missing")]
    PayloadRequired,
    /// The payload is too large (`not-acceptable`, `payload-too-big`).
    #[error("a payload of {bytes} bytes where {max} are taken")]
    PayloadTooBig {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// The picture that is published is none, or too large (`not-acceptable`).
    #[error(transparent)]
    BadPicture(BadImage),
    /// A node's name, an item's id or a configuration is too long (`not-acceptable`).
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// What.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// A field of the configuration is out of bounds (`not-acceptable`).
    #[error("{field} is not within bounds")]
    OutOfBounds {
        /// Which.
        field: &'static str,
    },
    /// The account has as many nodes as it may (`policy-violation`, `max-nodes-exceeded`).
    #[error("{max} nodes are there already")]
    TooManyNodes {
        /// The bound.
        max: usize,
    },
    /// The account's items take as much as they may (`resource-constraint`).
    #[error("all items of an account may take {max} bytes")]
    Full {
        /// The bound.
        max: u64,
    },
}

/// What is true of an account's node when an act is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFacts {
    /// How the node is configured; `None` where there is none of that name.
    pub config: Option<Arc<NodeConfig>>,
    /// Items of the node.
    pub items: usize,
    /// Nodes of the account.
    pub nodes: usize,
    /// What all items of the account take.
    pub bytes: u64,
    /// What the item that the act names takes, if it is there.
    pub held: Option<u64>,
    /// The oldest items of the node but that one, the oldest first: as many as the act may have to remove, see
    /// [`rules::evictable`].
    pub oldest: Vec<Held>,
}

/// An item as a rule sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// What it takes.
    pub bytes: u64,
    /// When it was published.
    pub at: Millis,
}

/// Which of the items there are, named the newest first, are asked for: their places.
///
/// # Errors
/// [`PubsubRefusal::NoSuchItem`] for a page beside an item that is not there (XEP-0059 §2.2).
pub fn choose(names: &[&str], which: &Which) -> Result<Vec<usize>, PubsubRefusal> {
    let place = |id: &str| names.iter().position(|name| *name == id);
    let beside = |id: &Option<String>| match id {
        None => Ok(None),
        Some(id) => place(id).map(Some).ok_or(PubsubRefusal::NoSuchItem),
    };
    Ok(match which {
        Which::Newest(number) => (0..number.unwrap_or(usize::MAX).min(names.len())).collect(),
        Which::Ids(ids) => ids.iter().filter_map(|id| place(id)).collect(),
        Which::After { id, max } => {
            let from = beside(id)?.map_or(0, |at| at + 1);
            (from..from.saturating_add(*max).min(names.len())).collect()
        }
        Which::From { index, max } => (*index..index.saturating_add(*max).min(names.len())).collect(),
        Which::Before { id, max } => {
            let to = beside(id)?.unwrap_or(names.len());
            (to.saturating_sub(*max)..to).collect()
        }
    })
}

/// What an item takes of [`MAX_ACCOUNT_BYTES`].
pub fn cost(id: &str, payload: Option<&Kept>) -> u64 {
    let bytes = id.len() + payload.map_or(0, |payload| payload.as_bytes().len());
    u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(ITEM_OVERHEAD)
}
