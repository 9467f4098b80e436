//! What publishing, taking back and configuring changes.
//!
//! Spec: XEP-0060 v1.30.0, §7.1 (publish), §7.2 (retract), §8.1 (create), §8.2 (configure), §8.4 (delete), §8.5 (purge),
//! §8.9 (affiliations); ATTACKS 58, 62, 63.

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::pubsub::options::NodeOptions;

use super::config::{Affiliation, NodeConfig};
use super::{
    Item, MAX_ACCOUNT_BYTES, MAX_EVICTED, MAX_NAME_BYTES, MAX_NODES, Node, NodeFacts, PubsubChange, PubsubRefusal, cost,
};
use crate::kept::Kept;
use crate::{Actor, By, Change, Millis, Outcome};

/// Whose node an act is about, and who acts.
#[derive(Clone, Debug)]
pub struct NodeAsk {
    /// Who asks.
    pub by: By,
    /// Whose node.
    pub owner: BareJid,
    /// Its name.
    pub node: String,
    /// When.
    pub at: Millis,
}

/// An item to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// Its id: the publisher's, or one that the server made.
    pub id: String,
    /// Its payload, complete with its namespace.
    pub payload: Option<Kept>,
}

/// An item is published. A node that is not there is made, with the conditions as its configuration.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn publish(
    facts: &NodeFacts,
    ask: &NodeAsk,
    item: NewItem,
    conditions: Option<&NodeOptions>,
) -> Result<Outcome<()>, PubsubRefusal> {
    owned(ask)?;
    fits(&item.id, "an item's id")?;
    let mut changes = Vec::new();
    let node = match (&facts.config, conditions) {
        (Some(config), Some(conditions)) => match config.unmet(conditions) {
            Some(field) => return Err(PubsubRefusal::Precondition { field }),
            None => named(ask, config),
        },
        (Some(config), None) => named(ask, config),
        (None, conditions) => {
            let node = new_node(facts, ask, conditions)?;
            changes.push(PubsubChange::Created { owner: ask.owner.clone(), node: node.clone() }.into());
            node
        }
    };
    let config = &node.config;
    let bytes = item.payload.as_ref().map_or(0, |payload| payload.as_bytes().len());
    let max = usize::try_from(config.max_payload_size).unwrap_or(usize::MAX);
    if bytes > max {
        return Err(PubsubRefusal::PayloadTooBig { bytes, max });
    }
    if item.payload.is_none() && config.deliver_payloads {
        return Err(PubsubRefusal::PayloadRequired);
    }
    let mut evicted = Vec::new();
    if config.persist_items {
        let others = facts.items.saturating_sub(usize::from(facts.held.is_some()));
        let gone = evict(facts, config, others + 1, ask.at);
        let freed = gone.iter().map(|held| held.bytes).sum::<u64>() + facts.held.unwrap_or_default();
        evicted = gone.iter().map(|held| held.id.clone()).collect();
        let after = facts.bytes.saturating_sub(freed).saturating_add(cost(&item.id, item.payload.as_ref()));
        if after > MAX_ACCOUNT_BYTES {
            return Err(PubsubRefusal::Full { max: MAX_ACCOUNT_BYTES });
        }
    }
    let item = Item { id: item.id, payload: item.payload, at: ask.at };
    changes.push(PubsubChange::Published { owner: ask.owner.clone(), node, item, evicted }.into());
    Ok(Outcome { changes, out: () })
}

/// An item is taken back. With `notify` readers are told, also where the node's configuration is silent about it.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn retract(facts: &NodeFacts, ask: &NodeAsk, id: String, notify: bool) -> Result<Outcome<()>, PubsubRefusal> {
    let node = existing(facts, ask)?;
    if !node.config.persist_items {
        return Err(PubsubRefusal::NotKept);
    }
    if facts.held.is_none() {
        return Err(PubsubRefusal::NoSuchItem);
    }
    let notify = notify || node.config.notify_retract;
    Ok(done(PubsubChange::Retracted { owner: ask.owner.clone(), node, id, notify }))
}

/// All items of a node go.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn purge(facts: &NodeFacts, ask: &NodeAsk) -> Result<Outcome<()>, PubsubRefusal> {
    let node = existing(facts, ask)?;
    if !node.config.persist_items {
        return Err(PubsubRefusal::NotKept);
    }
    Ok(done(PubsubChange::Purged { owner: ask.owner.clone(), node }))
}

/// A node goes.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn delete(facts: &NodeFacts, ask: &NodeAsk) -> Result<Outcome<()>, PubsubRefusal> {
    let node = existing(facts, ask)?;
    Ok(done(PubsubChange::Deleted { owner: ask.owner.clone(), node }))
}

/// A node is made.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn create(facts: &NodeFacts, ask: &NodeAsk, wish: Option<&NodeOptions>) -> Result<Outcome<()>, PubsubRefusal> {
    owned(ask)?;
    if facts.config.is_some() {
        return Err(PubsubRefusal::NodeExists);
    }
    let wish = wish.map(|wish| NodeOptions { unknown: false, ..wish.clone() });
    let node = new_node(facts, ask, wish.as_ref())?;
    Ok(done(PubsubChange::Created { owner: ask.owner.clone(), node }))
}

/// A node is configured otherwise. Fields that are not known are passed over.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn configure(facts: &NodeFacts, ask: &NodeAsk, wish: &NodeOptions) -> Result<Outcome<()>, PubsubRefusal> {
    let Node { name, config: before } = existing(facts, ask)?;
    let node = Node { name, config: Arc::new(before.with(wish)?) };
    Ok(configured(facts, ask, node, before))
}

/// The owner says who may read a node whatever its model, and who may not; `None` takes that back.
///
/// # Errors
/// [`PubsubRefusal`].
pub fn affiliate(
    facts: &NodeFacts,
    ask: &NodeAsk,
    turns: &[(BareJid, Option<Affiliation>)],
) -> Result<Outcome<()>, PubsubRefusal> {
    let Node { name, config: before } = existing(facts, ask)?;
    let mut config = NodeConfig::clone(&before);
    for (jid, affiliation) in turns.iter().filter(|(jid, _)| *jid != ask.owner) {
        config.affiliates.retain(|(known, _)| known != jid);
        config.affiliates.extend(affiliation.map(|affiliation| (jid.clone(), affiliation)));
    }
    config.affiliates.sort_by(|(a, _), (b, _)| a.cmp(b));
    config.fits()?;
    Ok(configured(facts, ask, Node { name, config: Arc::new(config) }, before))
}

/// How many of a node's oldest items an act may have to remove: what a store loads as [`NodeFacts::oldest`].
pub fn evictable(config: &NodeConfig, items: usize) -> usize {
    let over = (items + 1).saturating_sub(usize::try_from(config.max_items).unwrap_or(usize::MAX));
    if config.item_expire.is_some() { MAX_EVICTED } else { over.min(MAX_EVICTED) }
}

fn configured(facts: &NodeFacts, ask: &NodeAsk, node: Node, before: Arc<NodeConfig>) -> Outcome<()> {
    if node.config == before {
        return Outcome::unchanged(());
    }
    let evicted = evict(facts, &node.config, facts.items, ask.at).iter().map(|held| held.id.clone()).collect();
    done(PubsubChange::Configured { owner: ask.owner.clone(), node, before, evicted })
}

/// The oldest items, as many as are over the bound of `items` or too old.
fn evict<'a>(facts: &'a NodeFacts, config: &NodeConfig, items: usize, now: Millis) -> &'a [super::Held] {
    let over = items.saturating_sub(usize::try_from(config.max_items).unwrap_or(usize::MAX));
    let until = config.expired_until(now);
    let old = facts.oldest.iter().take_while(|held| until.is_some_and(|until| held.at <= until)).count();
    &facts.oldest[..over.max(old).min(facts.oldest.len())]
}

fn new_node(facts: &NodeFacts, ask: &NodeAsk, wish: Option<&NodeOptions>) -> Result<Node, PubsubRefusal> {
    fits(&ask.node, "a node's name")?;
    if facts.nodes >= MAX_NODES {
        return Err(PubsubRefusal::TooManyNodes { max: MAX_NODES });
    }
    let config = NodeConfig::of_node(&ask.node);
    let config = match wish {
        // XEP-0060 §7.1.5: unknown conditions are not met by a new node either.
        Some(wish) if wish.unknown => return Err(PubsubRefusal::Precondition { field: "an unknown field" }),
        Some(wish) => config.with(wish)?,
        None => config,
    };
    Ok(Node { name: ask.node.clone(), config: Arc::new(config) })
}

fn existing(facts: &NodeFacts, ask: &NodeAsk) -> Result<Node, PubsubRefusal> {
    owned(ask)?;
    facts.config.as_ref().map(|config| named(ask, config)).ok_or(PubsubRefusal::NoSuchNode)
}

fn named(ask: &NodeAsk, config: &Arc<NodeConfig>) -> Node {
    Node { name: ask.node.clone(), config: Arc::clone(config) }
}

/// XEP-0163 §3.2: an account's nodes have one publisher. The server itself acts in the owner's name.
fn owned(ask: &NodeAsk) -> Result<(), PubsubRefusal> {
    match &ask.by.actor {
        Actor::Account { jid, .. } if *jid == ask.owner => Ok(()),
        Actor::System | Actor::Operator => Ok(()),
        Actor::Account { .. } | Actor::Key(_) | Actor::Newcomer => Err(PubsubRefusal::Forbidden),
    }
}

fn fits(name: &str, what: &'static str) -> Result<(), PubsubRefusal> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(PubsubRefusal::TooLong { what, max: MAX_NAME_BYTES });
    }
    Ok(())
}

fn done(change: PubsubChange) -> Outcome<()> {
    Outcome { changes: vec![Change::from(change)], out: () }
}
