//! What accounts publish about themselves, as acts and questions.
//!
//! Spec: XEP-0163 v1.2.2, XEP-0060 v1.30.0 §6.5, §7 and §8. The rules are `domain::pubsub`; what readers are told follows
//! from [`crate::effects::PubsubEffects`].

use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::hex;
use parlour_domain::kept::Kept;
use parlour_domain::pubsub::rules::{NewItem, NodeAsk};
use parlour_domain::pubsub::{Affiliation, Found, Node, PubsubRefusal, Standing, Which};
use parlour_store::pubsub::PubsubStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::pubsub::options::NodeOptions;
use parlour_xmpp::xml::Element;

use crate::acts::Common;
use crate::way::Displayed;

/// How an act on nodes ends.
pub type Done<T> = Result<Committed<T>, ActError<PubsubRefusal>>;
/// How a question about nodes ends.
pub type Answer<T> = Result<T, ActError<PubsubRefusal>>;

/// Acts on what accounts publish.
pub struct Pubsub {
    store: Arc<dyn PubsubStore>,
    common: Common,
}

impl Pubsub {
    /// Over a store.
    pub fn new(store: Arc<dyn PubsubStore>, common: Common) -> Self {
        Self { store, common }
    }

    /// Publishes an item, under an id of the server's making where none is given; the answer is the id. A node that is
    /// not there is made, with the conditions as its configuration.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn publish(
        &self,
        by: &By,
        owner: &BareJid,
        node: &str,
        id: Option<String>,
        payload: Option<Kept>,
        conditions: Option<NodeOptions>,
    ) -> Done<String> {
        let id = id.unwrap_or_else(|| self.id());
        let item = NewItem { id: id.clone(), payload };
        let done = self.common.act(by, || self.store.publish(self.ask(by, owner, node), item, conditions)).await?;
        Ok(done.map(|()| id))
    }

    /// Takes an item back. With `notify` readers are told in any case.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn retract(&self, by: &By, owner: &BareJid, node: &str, id: String, notify: bool) -> Done<()> {
        self.common.act(by, || self.store.retract(self.ask(by, owner, node), id, notify)).await
    }

    /// Removes all items of a node.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn purge(&self, by: &By, owner: &BareJid, node: &str) -> Done<()> {
        self.common.act(by, || self.store.purge(self.ask(by, owner, node))).await
    }

    /// Makes a node, under a name of the server's making where none is given; the answer is the name.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn create(
        &self,
        by: &By,
        owner: &BareJid,
        node: Option<String>,
        wish: Option<NodeOptions>,
    ) -> Done<String> {
        let node = node.unwrap_or_else(|| self.id());
        let done = self.common.act(by, || self.store.create(self.ask(by, owner, &node), wish)).await?;
        Ok(done.map(|()| node))
    }

    /// Configures a node.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn configure(&self, by: &By, owner: &BareJid, node: &str, wish: NodeOptions) -> Done<()> {
        self.common.act(by, || self.store.configure(self.ask(by, owner, node), wish)).await
    }

    /// Says who may read a node whatever its model, and who may not.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn affiliate(
        &self,
        by: &By,
        owner: &BareJid,
        node: &str,
        turns: Vec<(BareJid, Option<Affiliation>)>,
    ) -> Done<()> {
        self.common.act(by, || self.store.affiliate(self.ask(by, owner, node), turns)).await
    }

    /// Removes a node with its items.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn delete(&self, by: &By, owner: &BareJid, node: &str) -> Done<()> {
        self.common.act(by, || self.store.delete(self.ask(by, owner, node))).await
    }

    /// One node, as `asker` may see it. To ask in the account's own name, be the owner.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn node(&self, owner: &BareJid, node: &str, asker: &BareJid) -> Answer<Node> {
        flat(self.store.node(owner.clone(), node.to_owned(), asker.clone()).await)
    }

    /// The nodes that `asker` may read, in order of name.
    ///
    /// # Errors
    /// [`PubsubRefusal::Hidden`], or the store's failure.
    pub async fn nodes(&self, owner: &BareJid, asker: &BareJid) -> Answer<Vec<Node>> {
        flat(self.store.nodes(owner.clone(), asker.clone()).await)
    }

    /// Items of a node, the newest first.
    ///
    /// # Errors
    /// [`PubsubRefusal`], or the store's failure.
    pub async fn items(&self, owner: &BareJid, node: &str, asker: &BareJid, which: Which) -> Answer<Found> {
        let now = self.common.now();
        flat(self.store.items(owner.clone(), node.to_owned(), asker.clone(), which, now).await)
    }

    /// Where `who` stands with an account; a stranger to one that is not there.
    ///
    /// # Errors
    /// The store's.
    pub async fn standing(&self, owner: &BareJid, who: &BareJid) -> Result<Standing, StoreError> {
        self.store.standing(owner.clone(), who.clone()).await
    }

    fn ask(&self, by: &By, owner: &BareJid, node: &str) -> NodeAsk {
        NodeAsk { by: by.clone(), owner: owner.clone(), node: node.to_owned(), at: self.common.now() }
    }

    /// XEP-0060 §7.1.1: unique in its node; 128 bits are that.
    fn id(&self) -> String {
        hex::write(&self.common.dice.bytes::<16>())
    }
}

/// XEP-0490 §4.4.3: the item is named like the chat.
impl Displayed for Pubsub {
    fn displayed(&self, by: &By, account: &BareJid, chat: &Jid, shown: &Element) {
        let item = NewItem { id: chat.to_string(), payload: Some(Kept::from(shown.to_bytes(""))) };
        drop(self.common.act(by, || self.store.publish(self.ask(by, account, ns::MDS), item, None)));
    }
}

fn flat<T>(answer: Result<Result<T, PubsubRefusal>, StoreError>) -> Answer<T> {
    answer.map_err(ActError::Failed)?.map_err(ActError::Refused)
}
