//! Publishing in an account's name as part of another act: within the same bounds, one item after the other.
//!
//! Spec: XEP-0060 v1.30.0, §7.1 and §7.2, by way of [`pubsub::rules`](crate::pubsub::rules).

use parlour_xmpp::jid::BareJid;

use crate::kept::Kept;
use crate::pubsub::rules::{self, NewItem, NodeAsk};
use crate::pubsub::{Held, NodeFacts, PubsubChange, PubsubRefusal, cost};
use crate::{Actor, By, Change, Door, Millis};

/// Writes into the nodes of one account.
#[derive(Clone, Debug)]
pub struct Publisher {
    owner: BareJid,
    at: Millis,
    nodes: usize,
    bytes: i64,
}

impl Publisher {
    /// In this account's name.
    pub fn new(owner: BareJid, at: Millis) -> Self {
        Self { owner, at, nodes: 0, bytes: 0 }
    }

    /// Whose nodes.
    pub fn owner(&self) -> &BareJid {
        &self.owner
    }

    /// Publishes one item into a node that is touched once, and whose oldest items are all known.
    ///
    /// # Errors
    /// [`PubsubRefusal`].
    pub fn publish(
        &mut self,
        node: &str,
        facts: &NodeFacts,
        id: &str,
        payload: Kept,
    ) -> Result<Vec<Change>, PubsubRefusal> {
        let mut facts = facts.clone();
        let held = facts.oldest.iter().find(|old| old.id == id).map(|old| old.bytes);
        self.put(node, &mut facts, id, payload, held)
    }

    /// Publishes one item of several, `held` bytes being what one of that id takes so far. `facts` are brought up to date.
    ///
    /// # Errors
    /// [`PubsubRefusal`].
    pub fn put(
        &mut self,
        node: &str,
        facts: &mut NodeFacts,
        id: &str,
        payload: Kept,
        held: Option<u64>,
    ) -> Result<Vec<Change>, PubsubRefusal> {
        let bytes = cost(id, Some(&payload));
        let oldest: Vec<Held> = facts.oldest.iter().filter(|old| old.id != id).cloned().collect();
        let now = NodeFacts {
            config: facts.config.clone(),
            items: facts.items,
            nodes: facts.nodes + self.nodes,
            bytes: facts.bytes.saturating_add_signed(self.bytes),
            held,
            oldest,
        };
        let item = NewItem { id: id.to_owned(), payload: Some(payload) };
        let outcome = rules::publish(&now, &self.ask(node), item, None)?;
        facts.oldest = now.oldest;
        for change in &outcome.changes {
            match change {
                Change::Pubsub(PubsubChange::Created { node, .. }) => {
                    facts.config = Some(std::sync::Arc::clone(&node.config));
                    self.nodes += 1;
                }
                Change::Pubsub(PubsubChange::Published { evicted, .. }) => {
                    let gone = facts.oldest.iter().take(evicted.len()).map(|old| old.bytes).sum::<u64>();
                    facts.oldest.drain(..evicted.len().min(facts.oldest.len()));
                    facts.oldest.push(Held { id: id.to_owned(), bytes, at: self.at });
                    facts.items = (facts.items + usize::from(held.is_none())).saturating_sub(evicted.len());
                    self.bytes += signed(bytes) - signed(gone) - signed(held.unwrap_or_default());
                }
                _ => {}
            }
        }
        Ok(outcome.changes)
    }

    /// Takes an item back that is there, `held` bytes of it. `facts` are brought up to date.
    ///
    /// # Errors
    /// [`PubsubRefusal`].
    pub fn take_back(
        &mut self,
        node: &str,
        facts: &mut NodeFacts,
        id: &str,
        held: u64,
    ) -> Result<Vec<Change>, PubsubRefusal> {
        let now = NodeFacts { held: Some(held), ..facts.clone() };
        let outcome = rules::retract(&now, &self.ask(node), id.to_owned(), true)?;
        facts.oldest.retain(|old| old.id != id);
        facts.items = facts.items.saturating_sub(1);
        self.bytes -= signed(held);
        Ok(outcome.changes)
    }

    fn ask(&self, node: &str) -> NodeAsk {
        let by = By { actor: Actor::System, door: Door::Internal, request: 0, address: None };
        NodeAsk { by, owner: self.owner.clone(), node: node.to_owned(), at: self.at }
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
