//! What the store can do about what accounts publish.

use parlour_domain::Millis;
use parlour_domain::pubsub::rules::{NewItem, NodeAsk};
use parlour_domain::pubsub::{Affiliation, Found, News, Node, PubsubRefusal, Standing, Which};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::pubsub::options::NodeOptions;

use crate::{Act, Ticket};

/// Nodes and items of accounts. What an asker may not read is refused inside, on what is true then.
pub trait PubsubStore: Send + Sync {
    /// Publishes an item; makes the node if there is none.
    fn publish(&self, ask: NodeAsk, item: NewItem, conditions: Option<NodeOptions>) -> Act<(), PubsubRefusal>;
    /// Takes an item back.
    fn retract(&self, ask: NodeAsk, id: String, notify: bool) -> Act<(), PubsubRefusal>;
    /// Removes all items of a node.
    fn purge(&self, ask: NodeAsk) -> Act<(), PubsubRefusal>;
    /// Makes a node.
    fn create(&self, ask: NodeAsk, wish: Option<NodeOptions>) -> Act<(), PubsubRefusal>;
    /// Configures a node.
    fn configure(&self, ask: NodeAsk, wish: NodeOptions) -> Act<(), PubsubRefusal>;
    /// Says who may read a node whatever its model, and who may not.
    fn affiliate(&self, ask: NodeAsk, turns: Vec<(BareJid, Option<Affiliation>)>) -> Act<(), PubsubRefusal>;
    /// Removes a node with its items.
    fn delete(&self, ask: NodeAsk) -> Act<(), PubsubRefusal>;
    /// One node, for `asker`. An account that is not there refuses like one that hides.
    fn node(&self, owner: BareJid, name: String, asker: BareJid) -> Ticket<Result<Node, PubsubRefusal>>;
    /// The nodes that `asker` may read, in order of name.
    fn nodes(&self, owner: BareJid, asker: BareJid) -> Ticket<Result<Vec<Node>, PubsubRefusal>>;
    /// Items of a node, the newest first, without those that are too old at `now`.
    fn items(
        &self,
        owner: BareJid,
        node: String,
        asker: BareJid,
        which: Which,
        now: Millis,
    ) -> Ticket<Result<Found, PubsubRefusal>>;
    /// What `asker` is told when coming: the newest items of these nodes of these accounts, as far as they are for the
    /// asker and tell it. Stops after [`parlour_domain::pubsub::MAX_ANSWER_BYTES`] of payloads.
    fn news(&self, owners: Vec<BareJid>, nodes: Vec<String>, asker: BareJid, now: Millis) -> Ticket<News>;
    /// Where `who` stands with an account; a stranger to one that is not there.
    fn standing(&self, owner: BareJid, who: BareJid) -> Ticket<Standing>;
}
