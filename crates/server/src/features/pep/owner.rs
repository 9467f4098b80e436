//! What the owner asks of a node.
//!
//! Spec: XEP-0060 v1.30.0, §8.2 to §8.5, §8.8, §8.9.

use parlour_domain::pubsub::{Affiliation, NodeConfig};
use parlour_engine::{Ctx, Iq, IqReply, Pubsub};
use parlour_xmpp::forms::FormKind;
use parlour_xmpp::ns;
use parlour_xmpp::payload::pubsub::owner::{self as wire, OwnerRequest};
use parlour_xmpp::xml::Element;

use super::errors::error;
use super::publisher;

pub(super) async fn answer(pubsub: &Pubsub, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = publisher(pubsub, ctx, iq).await?;
    let (by, owner) = (session.by(), session.bare());
    match OwnerRequest::read(&iq.payload, iq.is_set)? {
        OwnerRequest::Configuration { node } => {
            let found = pubsub.node(owner, &node, owner).await.map_err(error)?;
            Ok(Some(wrap(within("configure").attr("node", node).child(form(&found.config)))))
        }
        OwnerRequest::Default => Ok(Some(wrap(within("default").child(form(&NodeConfig::default()))))),
        OwnerRequest::Configure { node, wish } => {
            if let Some(wish) = wish {
                pubsub.configure(&by, owner, &node, wish).await.map_err(error)?.into_out();
            }
            Ok(None)
        }
        OwnerRequest::Delete { node } => {
            pubsub.delete(&by, owner, &node).await.map_err(error)?.into_out();
            Ok(None)
        }
        OwnerRequest::Purge { node } => {
            pubsub.purge(&by, owner, &node).await.map_err(error)?.into_out();
            Ok(None)
        }
        OwnerRequest::Affiliations { node } => {
            let found = pubsub.node(owner, &node, owner).await.map_err(error)?;
            let mine = [(owner, wire::Affiliation::Owner)];
            let others = found.config.affiliates.iter().map(|(jid, is)| (jid, word(*is)));
            let list = mine
                .into_iter()
                .chain(others)
                .map(|(jid, is)| within("affiliation").attr("jid", jid.as_str()).attr("affiliation", is.as_str()));
            Ok(Some(wrap(within("affiliations").attr("node", node).children(list))))
        }
        OwnerRequest::Affiliate { node, turns } => {
            let turns = turns.into_iter().map(|(jid, is)| (jid, meaning(is))).collect();
            pubsub.affiliate(&by, owner, &node, turns).await.map_err(error)?.into_out();
            Ok(None)
        }
        OwnerRequest::Subscriptions { node } => {
            // Readers hear by their presence; nobody has subscribed by name.
            pubsub.node(owner, &node, owner).await.map_err(error)?;
            Ok(Some(wrap(within("subscriptions").attr("node", node))))
        }
    }
}

fn form(config: &NodeConfig) -> Element {
    config.options().to_form(FormKind::Form).to_element()
}

fn word(is: Affiliation) -> wire::Affiliation {
    match is {
        Affiliation::Member => wire::Affiliation::Member,
        Affiliation::Outcast => wire::Affiliation::Outcast,
    }
}

/// The owner stays the owner, so the reader lets no owner through.
fn meaning(is: wire::Affiliation) -> Option<Affiliation> {
    match is {
        wire::Affiliation::Member => Some(Affiliation::Member),
        wire::Affiliation::Outcast => Some(Affiliation::Outcast),
        wire::Affiliation::None | wire::Affiliation::Owner => None,
    }
}

fn within(name: &str) -> Element {
    Element::new(ns::PUBSUB_OWNER, name)
}

fn wrap(inside: Element) -> Element {
    within("pubsub").child(inside)
}
