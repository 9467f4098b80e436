//! Requests of a node's owner.
//!
//! Spec: XEP-0060 v1.30.0, §8.2 (configure), §8.3 (defaults), §8.4 (delete), §8.5 (purge), §8.8 and §8.9 (who is what).
//! Left out: changing others' subscriptions.

use super::options::NodeOptions;
use super::request::{BadRequest, need_node, submitted};
use crate::error::words;
use crate::jid::BareJid;
use crate::ns;
use crate::payload::{BadPayload, MAX_JID_BYTES, each, expect, need_attr};
use crate::xml::Element;

/// Most affiliations in one request.
pub const MAX_AFFILIATIONS: usize = 100;

words! {
    /// What somebody is to a node. §4.1.
    Affiliation {
        /// May read whatever the model.
        Member = "member",
        /// Nothing in particular.
        None = "none",
        /// May not read whatever the model.
        Outcast = "outcast",
        /// Whose node it is.
        Owner = "owner",
    }
}

/// A request in `<pubsub xmlns='…#owner'/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerRequest {
    /// How a node is configured.
    Configuration {
        /// Which.
        node: String,
    },
    /// To configure it otherwise; `None` where the form was given up.
    Configure {
        /// Which.
        node: String,
        /// How.
        wish: Option<NodeOptions>,
    },
    /// How nodes are configured where nobody says anything.
    Default,
    /// To delete a node.
    Delete {
        /// Which.
        node: String,
    },
    /// To remove its items.
    Purge {
        /// Which.
        node: String,
    },
    /// Who is what to a node.
    Affiliations {
        /// Which.
        node: String,
    },
    /// To change that.
    Affiliate {
        /// Which.
        node: String,
        /// Who, and what they are to be.
        turns: Vec<(BareJid, Affiliation)>,
    },
    /// Who is subscribed.
    Subscriptions {
        /// Which.
        node: String,
    },
}

impl OwnerRequest {
    /// Reads `<pubsub/>` of a `set`, or of a `get`.
    ///
    /// # Errors
    /// [`BadRequest`].
    pub fn read(el: &Element, is_set: bool) -> Result<OwnerRequest, BadRequest> {
        expect(el, ns::PUBSUB_OWNER, "pubsub")?;
        let what = el.elements().find(|child| child.ns() == ns::PUBSUB_OWNER);
        let what = what.ok_or(BadPayload::Missing { what: "request" })?;
        if !is_set && what.name() == "default" {
            return Ok(OwnerRequest::Default);
        }
        let node = || need_node(what);
        Ok(match (is_set, what.name()) {
            (false, "configure") => OwnerRequest::Configuration { node: node()? },
            (false, "affiliations") => OwnerRequest::Affiliations { node: node()? },
            (false, "subscriptions") => OwnerRequest::Subscriptions { node: node()? },
            (true, "configure") => {
                let node = node()?;
                if what.child_named(ns::DATA, "x").is_none() {
                    return Err(BadPayload::Missing { what: "form" }.into());
                }
                OwnerRequest::Configure { node, wish: submitted(what, &[ns::PUBSUB_NODE_CONFIG])? }
            }
            (true, "delete") => OwnerRequest::Delete { node: node()? },
            (true, "purge") => OwnerRequest::Purge { node: node()? },
            (true, "affiliations") => OwnerRequest::Affiliate { node: node()?, turns: turns(what)? },
            (true, "subscriptions") => return Err(BadRequest::Unsupported("manage-subscriptions")),
            _ => return Err(BadPayload::WrongElement { expected: "request of a node's owner" }.into()),
        })
    }
}

fn turns(el: &Element) -> Result<Vec<(BareJid, Affiliation)>, BadRequest> {
    let turns = each(el, ns::PUBSUB_OWNER, "affiliation", MAX_AFFILIATIONS, |turn| {
        let jid = crate::jid::parse(need_attr(turn, "jid", MAX_JID_BYTES)?);
        let jid = jid.map_err(|_| BadPayload::BadJid { what: "jid" })?.to_bare();
        Ok((jid, Affiliation::from_word(need_attr(turn, "affiliation", 64)?)))
    })?;
    // §8.9.2: nobody is publisher or owner beside the account itself.
    let known = turns.into_iter().map(|(jid, is)| Some((jid, is.filter(|is| *is != Affiliation::Owner)?)));
    known.collect::<Option<_>>().ok_or(BadPayload::NotAcceptable { what: "affiliation" }.into())
}

#[cfg(test)]
mod tests {
    use super::super::error::PubsubCondition;
    use super::*;
    use crate::payload::el;

    fn read(inner: &str, is_set: bool) -> Result<OwnerRequest, BadRequest> {
        let whole = format!("<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>{inner}</pubsub>");
        OwnerRequest::read(&el(&whole), is_set)
    }

    #[test]
    fn reads_what_owners_ask() {
        let node = || "n".to_owned();
        let x =
            "<x xmlns='jabber:x:data' type='submit'><field var='pubsub#notify_retract'><value>1</value></field></x>";
        let wish = Some(NodeOptions { notify_retract: Some(true), ..NodeOptions::default() });
        let romeo = BareJid::new("romeo@montague.example").expect("an address");
        let (get, set) = (false, true);
        let cases = [
            (get, "<configure node='n'/>".to_owned(), Ok(OwnerRequest::Configuration { node: node() })),
            (get, "<default/>".to_owned(), Ok(OwnerRequest::Default)),
            (get, "<affiliations node='n'/>".to_owned(), Ok(OwnerRequest::Affiliations { node: node() })),
            (get, "<subscriptions node='n'/>".to_owned(), Ok(OwnerRequest::Subscriptions { node: node() })),
            (set, format!("<configure node='n'>{x}</configure>"), Ok(OwnerRequest::Configure { node: node(), wish })),
            (
                set,
                "<configure node='n'><x xmlns='jabber:x:data' type='cancel'/></configure>".to_owned(),
                Ok(OwnerRequest::Configure { node: node(), wish: None }),
            ),
            (set, "<configure node='n'/>".to_owned(), Err(BadPayload::Missing { what: "form" }.into())),
            (set, "<delete node='n'/>".to_owned(), Ok(OwnerRequest::Delete { node: node() })),
            (set, "<purge node='n'/>".to_owned(), Ok(OwnerRequest::Purge { node: node() })),
            (set, "<purge/>".to_owned(), Err(BadRequest::Condition(PubsubCondition::NodeIdRequired))),
            (
                set,
                "<affiliations node='n'><affiliation jid='romeo@montague.example/x' affiliation='member'/></affiliations>"
                    .to_owned(),
                Ok(OwnerRequest::Affiliate { node: node(), turns: vec![(romeo, Affiliation::Member)] }),
            ),
            (
                set,
                "<affiliations node='n'><affiliation jid='a@b' affiliation='publisher'/></affiliations>".to_owned(),
                Err(BadPayload::NotAcceptable { what: "affiliation" }.into()),
            ),
            (
                set,
                "<affiliations node='n'><affiliation jid='@' affiliation='member'/></affiliations>".to_owned(),
                Err(BadPayload::BadJid { what: "jid" }.into()),
            ),
            (set, "<subscriptions node='n'/>".to_owned(), Err(BadRequest::Unsupported("manage-subscriptions"))),
        ];
        for (is_set, inner, expected) in cases {
            assert_eq!(read(&inner, is_set), expected, "{inner}");
        }
        for (is_set, wrong) in [(get, "<delete node='n'/>"), (set, "<default/>"), (get, ""), (set, "<what/>")] {
            assert!(read(wrong, is_set).is_err(), "{wrong}");
        }
    }
}
