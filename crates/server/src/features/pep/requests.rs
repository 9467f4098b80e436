//! What readers and the publisher ask of a node.
//!
//! Spec: XEP-0060 v1.30.0, §5.6, §5.7, §6.5, §7.1, §7.2, §8.1.

use parlour_domain::kept::Kept;
use parlour_domain::pubsub::{Affiliation, Found, Which};
use parlour_engine::{Ctx, Iq, IqReply, Pubsub};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::pubsub::request::Request;
use parlour_xmpp::payload::rsm::{PageFrom, PageGiven, PageRequest};
use parlour_xmpp::xml::Element;

use super::errors::error;
use super::{parties, publisher};
use crate::features::ours;

pub(super) async fn answer(pubsub: &Pubsub, ctx: &Ctx, iq: &Iq) -> IqReply {
    if iq.is_set {
        let session = publisher(pubsub, ctx, iq).await?;
        let (by, owner) = (session.by(), session.bare());
        return match Request::read(&iq.payload, true)? {
            Request::Publish { node, id, payload, conditions } => {
                let payload = payload.map(|payload| kept(&payload));
                let done = pubsub.publish(&by, owner, &node, id, payload, conditions).await.map_err(error)?;
                // §7.1.2 wants the id where the service made it. COMPAT nbxmpp, 4.2.2: it is needed in any case.
                let item = within("item").attr("id", done.into_out());
                Ok(Some(wrap(within("publish").attr("node", node).child(item))))
            }
            Request::Retract { node, id, notify } => {
                pubsub.retract(&by, owner, &node, id, notify).await.map_err(error)?.into_out();
                Ok(None)
            }
            Request::Create { node, wish } => {
                let made = pubsub.create(&by, owner, node, wish).await.map_err(error)?.into_out();
                Ok(Some(wrap(within("create").attr("node", made))))
            }
            Request::Items { .. } | Request::Affiliations { .. } | Request::Subscriptions { .. } => {
                Err(StanzaError::bad_request())
            }
        };
    }
    let (owner, asker) = parties(iq)?;
    match Request::read(&iq.payload, false) {
        Ok(Request::Items { node, max_items, ids, page }) => {
            let paged = page.is_some();
            let which = which(max_items, ids, page);
            let found = pubsub.items(owner, &node, &asker, which).await.map_err(error)?;
            // §6.5.4: a list that is cut says so, whether or not pages were asked for.
            let given = (paged || !found.complete).then(|| given(&found).to_element());
            Ok(Some(wrap(items(&found)?).child_opt(given)))
        }
        Ok(Request::Affiliations { node }) => {
            let mut list = within("affiliations").attr_opt("node", node.as_deref());
            for one in pubsub.nodes(owner, &asker).await.map_err(error)? {
                let is = if asker == *owner { Some("owner") } else { member(one.config.affiliation(&asker)) };
                if node.as_ref().is_none_or(|node| *node == one.name)
                    && let Some(is) = is
                {
                    list.push(Element::new(ns::PUBSUB, "affiliation").attr("node", one.name).attr("affiliation", is));
                }
            }
            Ok(Some(wrap(list)))
        }
        Ok(Request::Subscriptions { node }) => {
            // Nobody has an explicit one. Whether there are nodes to read still decides who may know that.
            pubsub.nodes(owner, &asker).await.map_err(error)?;
            Ok(Some(wrap(within("subscriptions").attr_opt("node", node.as_deref()))))
        }
        Ok(_) => Err(StanzaError::bad_request()),
        Err(bad) => {
            // What is wrong is told to those who may know that somebody is there to be asked.
            let standing = pubsub.standing(owner, &asker).await.map_err(ours)?;
            Err(if standing.knows() { bad.into() } else { StanzaError::service_unavailable() })
        }
    }
}

/// A payload as it is kept: complete by itself, whatever it stands in later.
pub(super) fn kept(payload: &Element) -> Kept {
    Kept::from(payload.to_bytes(""))
}

fn which(max_items: Option<u32>, ids: Vec<String>, page: Option<PageRequest>) -> Which {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let page = match page {
        _ if !ids.is_empty() => return Which::Ids(ids),
        None => return Which::Newest(max_items.map(count)),
        Some(page) => page,
    };
    let max = page.max.or(max_items).map_or(usize::MAX, count);
    match page.from {
        PageFrom::Start => Which::Newest(Some(max)),
        PageFrom::After(id) => Which::After { id: Some(id), max },
        PageFrom::End => Which::Before { id: None, max },
        PageFrom::Before(id) => Which::Before { id: Some(id), max },
        PageFrom::Index(index) => Which::From { index: count(index), max },
    }
}

fn given(found: &Found) -> PageGiven {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let ends = found.items.first().zip(found.items.last());
    let ends = ends.map(|(first, last)| (first.id.clone(), last.id.clone(), Some(count(found.first))));
    PageGiven { ends, count: Some(count(found.total)) }
}

fn items(found: &Found) -> Result<Element, StanzaError> {
    let mut items = within("items").attr("node", found.node.name.as_str());
    for item in &found.items {
        let payload = match &item.payload {
            Some(kept) => Some(crate::features::private::element(kept, "")?),
            None => None,
        };
        items.push(Element::new(ns::PUBSUB, "item").attr("id", item.id.as_str()).child_opt(payload));
    }
    Ok(items)
}

fn member(is: Option<Affiliation>) -> Option<&'static str> {
    is.map(|is| match is {
        Affiliation::Member => "member",
        Affiliation::Outcast => "outcast",
    })
}

fn within(name: &str) -> Element {
    Element::new(ns::PUBSUB, name)
}

fn wrap(inside: Element) -> Element {
    within("pubsub").child(inside)
}
