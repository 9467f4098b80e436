//! What accounts announce: what their service can do, and their nodes, to those who may read them.
//!
//! Spec: XEP-0163 v1.2.2, §8; XEP-0060 v1.30.0, §5.1 to §5.5, §10.

use std::sync::Arc;

use parlour_domain::pubsub::{NodeConfig, PubsubRefusal, Which};
use parlour_engine::{ActError, BoxFuture, Pubsub};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::forms::{Field, FieldKind, Form, FormKind};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::payload::pubsub::error::unsupported;
use parlour_xmpp::xml::Element;

use super::errors::error;
use crate::features::{AccountNodes, Hooks, ours};

pub(super) fn wire(pubsub: &Arc<Pubsub>, on: &mut Hooks) {
    on.disco_account_identity("pubsub", "pep");
    for var in FEATURES {
        on.disco_account(var);
    }
    on.disco_account_nodes(Arc::new(Nodes(Arc::clone(pubsub))));
}

struct Nodes(Arc<Pubsub>);

impl AccountNodes for Nodes {
    fn account(&self, owner: BareJid, asker: BareJid) -> BoxFuture<Result<(), StanzaError>> {
        let pubsub = Arc::clone(&self.0);
        Box::pin(async move {
            let standing = pubsub.standing(&owner, &asker).await.map_err(ours)?;
            if standing.knows() {
                return Ok(());
            }
            // Who may read something may know how.
            pubsub.nodes(&owner, &asker).await.map(drop).map_err(error)
        })
    }

    fn nodes(&self, owner: BareJid, asker: BareJid) -> BoxFuture<Result<Vec<Element>, StanzaError>> {
        let pubsub = Arc::clone(&self.0);
        Box::pin(async move {
            let nodes = pubsub.nodes(&owner, &asker).await.map_err(error)?;
            let item = |name: String, title: &str| {
                let title = Some(title.to_owned()).filter(|title| !title.is_empty());
                Element::new(ns::DISCO_ITEMS, "item")
                    .attr("jid", owner.as_str())
                    .attr("node", name)
                    .attr_opt("name", title)
            };
            Ok(nodes.into_iter().map(|node| item(node.name, &node.config.title)).collect())
        })
    }

    fn node_info(&self, owner: BareJid, asker: BareJid, node: String) -> BoxFuture<Result<Vec<Element>, StanzaError>> {
        let pubsub = Arc::clone(&self.0);
        Box::pin(async move {
            let found = pubsub.node(&owner, &node, &asker).await.map_err(error)?;
            let identity = Element::new(ns::DISCO_INFO, "identity").attr("category", "pubsub").attr("type", "leaf");
            let feature = Element::new(ns::DISCO_INFO, "feature").attr("var", ns::PUBSUB);
            Ok(vec![identity, feature, meta_data(&owner, &found.config)])
        })
    }

    fn node_items(&self, owner: BareJid, asker: BareJid, node: String) -> BoxFuture<Result<Vec<Element>, StanzaError>> {
        let pubsub = Arc::clone(&self.0);
        Box::pin(async move {
            let found = match pubsub.items(&owner, &node, &asker, Which::Newest(None)).await {
                Err(ActError::Refused(PubsubRefusal::NotKept)) => return Ok(Vec::new()),
                found => found.map_err(error)?,
            };
            if !found.complete {
                // §5.5: where there is much, items are asked for by pages, and not listed by their names alone.
                return Err(unsupported("disco-items"));
            }
            let item = |id: String| Element::new(ns::DISCO_ITEMS, "item").attr("jid", owner.as_str()).attr("name", id);
            Ok(found.items.into_iter().map(|item_found| item(item_found.id)).collect())
        })
    }
}

/// §5.4: what a node is about.
fn meta_data(owner: &BareJid, config: &NodeConfig) -> Element {
    let text = |form: Form, var: &str, value: &str| match value {
        "" => form,
        value => form.field(Field::new(FieldKind::TextSingle, var).value(value)),
    };
    let form = Form::new(FormKind::Result).with_form_type(META_DATA);
    let form = text(form, "pubsub#title", &config.title);
    let form = text(form, "pubsub#description", &config.description);
    let form = text(form, "pubsub#type", &config.payload_type);
    form.field(Field::new(FieldKind::ListSingle, "pubsub#access_model").value(config.access_model.as_str()))
        .field(Field::new(FieldKind::TextSingle, "pubsub#max_items").value(config.max_items.to_string()))
        .field(Field::new(FieldKind::JidMulti, "pubsub#owner").value(owner.as_str()))
        .to_element()
}

/// `FORM_TYPE` of what a node is about. XEP-0060 §16.4.3.
const META_DATA: &str = "http://jabber.org/protocol/pubsub#meta-data";

/// What the service of an account can do. XEP-0060 §10.
const FEATURES: &[&str] = &[
    ns::PUBSUB,
    "http://jabber.org/protocol/pubsub#access-open",
    "http://jabber.org/protocol/pubsub#access-presence",
    "http://jabber.org/protocol/pubsub#access-roster",
    "http://jabber.org/protocol/pubsub#access-whitelist",
    "http://jabber.org/protocol/pubsub#auto-create",
    "http://jabber.org/protocol/pubsub#auto-subscribe",
    "http://jabber.org/protocol/pubsub#config-node",
    "http://jabber.org/protocol/pubsub#config-node-max",
    "http://jabber.org/protocol/pubsub#create-and-configure",
    "http://jabber.org/protocol/pubsub#create-nodes",
    "http://jabber.org/protocol/pubsub#delete-items",
    "http://jabber.org/protocol/pubsub#delete-nodes",
    "http://jabber.org/protocol/pubsub#filtered-notifications",
    "http://jabber.org/protocol/pubsub#instant-nodes",
    "http://jabber.org/protocol/pubsub#item-ids",
    "http://jabber.org/protocol/pubsub#last-published",
    "http://jabber.org/protocol/pubsub#member-affiliation",
    "http://jabber.org/protocol/pubsub#meta-data",
    "http://jabber.org/protocol/pubsub#modify-affiliations",
    "http://jabber.org/protocol/pubsub#multi-items",
    "http://jabber.org/protocol/pubsub#outcast-affiliation",
    "http://jabber.org/protocol/pubsub#persistent-items",
    "http://jabber.org/protocol/pubsub#presence-subscribe",
    "http://jabber.org/protocol/pubsub#publish",
    "http://jabber.org/protocol/pubsub#publish-options",
    "http://jabber.org/protocol/pubsub#purge-nodes",
    "http://jabber.org/protocol/pubsub#retract-items",
    "http://jabber.org/protocol/pubsub#retrieve-affiliations",
    "http://jabber.org/protocol/pubsub#retrieve-default",
    "http://jabber.org/protocol/pubsub#retrieve-items",
    "http://jabber.org/protocol/pubsub#retrieve-subscriptions",
    "http://jabber.org/protocol/pubsub#rsm",
];
