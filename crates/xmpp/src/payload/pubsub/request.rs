//! Requests to a service of publish-subscribe, by whoever reads or publishes.
//!
//! Spec: XEP-0060 v1.30.0, §5.6 and §5.7 (lists of one's own), §6.5 (items), §7.1 (publish), §7.2 (retract), §8.1
//! (create); XEP-0059 v1.0 for pages of items.
//! Left out: subscription options (§6.3).

use super::error::{PubsubCondition, unsupported};
use super::options::NodeOptions;
use crate::error::StanzaError;
use crate::forms::{Form, FormKind};
use crate::ns;
use crate::payload::rsm::PageRequest;
use crate::payload::{BadPayload, MAX_ID_BYTES, attr, boolean, each, expect, number, only_child};
use crate::xml::Element;

/// Most ids in one request for items. A guess: an app asks for one, or for all.
pub const MAX_IDS: usize = 100;

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// As with any payload.
    #[error(transparent)]
    Payload(#[from] BadPayload),
    /// In the words of publish-subscribe (`bad-request`).
    #[error("{}", .0.as_str())]
    Condition(PubsubCondition),
    /// Something that is not offered, by its name in §10.
    #[error("{0} is not offered")]
    Unsupported(&'static str),
}

impl From<BadRequest> for StanzaError {
    fn from(bad: BadRequest) -> StanzaError {
        match bad {
            // §8.1.2: whoever asks for a model that is not there hears that.
            BadRequest::Payload(bad @ BadPayload::NotAcceptable { what: "access_model" }) => {
                StanzaError::from(bad).with_app(PubsubCondition::UnsupportedAccessModel.to_element())
            }
            BadRequest::Payload(bad) => bad.into(),
            BadRequest::Condition(condition) => StanzaError::bad_request().with_app(condition.to_element()),
            BadRequest::Unsupported(feature) => unsupported(feature),
        }
    }
}

/// A request in `<pubsub/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Items of a node.
    Items {
        /// Which node.
        node: String,
        /// The newest so many.
        max_items: Option<u32>,
        /// Only these.
        ids: Vec<String>,
        /// Which part of them (XEP-0059), where parts are spoken of.
        page: Option<PageRequest>,
    },
    /// The asker's affiliations, with one node or all.
    Affiliations {
        /// Which node.
        node: Option<String>,
    },
    /// The asker's subscriptions, to one node or all.
    Subscriptions {
        /// Which node.
        node: Option<String>,
    },
    /// An item to publish.
    Publish {
        /// Where.
        node: String,
        /// Its id, if the publisher gives it one.
        id: Option<String>,
        /// Its payload.
        payload: Option<Element>,
        /// How the node must be configured (§7.1.5).
        conditions: Option<NodeOptions>,
    },
    /// An item to take back.
    Retract {
        /// Where.
        node: String,
        /// Which.
        id: String,
        /// Whether readers are to be told.
        notify: bool,
    },
    /// A node to make.
    Create {
        /// Its name; the service makes one where there is none.
        node: Option<String>,
        /// How it is to be configured.
        wish: Option<NodeOptions>,
    },
}

impl Request {
    /// Reads `<pubsub/>` of a `set`, or of a `get`.
    ///
    /// # Errors
    /// [`BadRequest`].
    pub fn read(el: &Element, is_set: bool) -> Result<Request, BadRequest> {
        expect(el, ns::PUBSUB, "pubsub")?;
        let what =
            el.elements().find(|child| child.ns() == ns::PUBSUB).ok_or(BadPayload::Missing { what: "request" })?;
        match (is_set, what.name()) {
            (false, "items") => items(el, what),
            (false, "affiliations") => Ok(Request::Affiliations { node: node(what)? }),
            (false, "subscriptions") => Ok(Request::Subscriptions { node: node(what)? }),
            (false, "default") => Err(BadRequest::Unsupported("retrieve-default-sub")),
            (_, "options") => Err(BadRequest::Unsupported("subscription-options")),
            (true, "publish") => publish(el, what),
            (true, "retract") => retract(what),
            (true, "create") => {
                let wish = only_child(el, ns::PUBSUB, "configure")?.map(|el| submitted(el, &[ns::PUBSUB_NODE_CONFIG]));
                Ok(Request::Create { node: node(what)?, wish: wish.transpose()?.flatten() })
            }
            (true, "subscribe" | "unsubscribe") => Err(BadRequest::Unsupported("subscribe")),
            _ => Err(BadPayload::WrongElement { expected: "request of publish-subscribe" }.into()),
        }
    }
}

/// The name of a node, where there is one.
pub(super) fn node(el: &Element) -> Result<Option<String>, BadPayload> {
    Ok(attr(el, "node", MAX_ID_BYTES)?.filter(|node| !node.is_empty()).map(str::to_owned))
}

/// The name of a node, which has to be there. CVE-2011-4320 is what else there could be.
pub(super) fn need_node(el: &Element) -> Result<String, BadRequest> {
    node(el)?.ok_or(BadRequest::Condition(PubsubCondition::NodeIdRequired))
}

/// The form inside `el`, filled in; `None` where it is missing or was given up.
pub(super) fn submitted(el: &Element, types: &[&str]) -> Result<Option<NodeOptions>, BadRequest> {
    let Some(x) = only_child(el, ns::DATA, "x")? else { return Ok(None) };
    let form = Form::read(x)?;
    if form.kind == FormKind::Cancel {
        return Ok(None);
    }
    if form.form_type().is_some_and(|is| !types.contains(&is)) {
        return Err(BadPayload::Invalid { what: "FORM_TYPE" }.into());
    }
    Ok(Some(NodeOptions::read(&form)?))
}

fn items(el: &Element, items: &Element) -> Result<Request, BadRequest> {
    let ids = each(items, ns::PUBSUB, "item", MAX_IDS, |item| id(item)?.ok_or(BadPayload::Missing { what: "id" }))?;
    let page = only_child(el, ns::RSM, "set")?.map(PageRequest::read).transpose()?;
    Ok(Request::Items { node: need_node(items)?, max_items: number(items, "max_items")?, ids, page })
}

fn publish(el: &Element, publish: &Element) -> Result<Request, BadRequest> {
    let node = need_node(publish)?;
    // §7.1.1: one item at a time.
    let item = only_child(publish, ns::PUBSUB, "item")?;
    let item = item.ok_or(BadRequest::Condition(PubsubCondition::ItemRequired))?;
    let mut payloads = item.elements();
    let payload = payloads.next().cloned();
    if payloads.next().is_some() {
        return Err(BadRequest::Condition(PubsubCondition::InvalidPayload));
    }
    let conditions = match only_child(el, ns::PUBSUB, "publish-options")? {
        None => None,
        Some(options) => submitted(options, &[ns::PUBSUB_PUBLISH_OPTIONS])?,
    };
    Ok(Request::Publish { node, id: id(item)?, payload, conditions })
}

fn retract(el: &Element) -> Result<Request, BadRequest> {
    let node = need_node(el)?;
    let required = BadRequest::Condition(PubsubCondition::ItemRequired);
    let item = only_child(el, ns::PUBSUB, "item")?.ok_or(required)?;
    let notify = match el.attr_value("notify") {
        None => false,
        Some(word) => boolean(word).ok_or(BadPayload::Invalid { what: "notify" })?,
    };
    Ok(Request::Retract { node, id: id(item)?.ok_or(required)?, notify })
}

fn id(item: &Element) -> Result<Option<String>, BadPayload> {
    Ok(attr(item, "id", MAX_ID_BYTES)?.filter(|id| !id.is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::super::options::{AccessModel, Limit};
    use super::*;
    use crate::payload::el;
    use crate::payload::rsm::PageFrom;

    fn read(inner: &str, is_set: bool) -> Result<Request, BadRequest> {
        Request::read(&el(&format!("<pubsub xmlns='http://jabber.org/protocol/pubsub'>{inner}</pubsub>")), is_set)
    }

    const FORM: &str = "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>\
        <value>http://jabber.org/protocol/pubsub#TYPE</value></field>\
        <field var='pubsub#access_model'><value>open</value></field>\
        <field var='pubsub#max_items'><value>max</value></field></x>";

    fn open() -> NodeOptions {
        let (access_model, max_items) = (Some(AccessModel::Open), Some(Limit::Max));
        NodeOptions { access_model, max_items, ..NodeOptions::default() }
    }

    #[test]
    fn attack_58_publishing() {
        let options = format!("<publish-options>{}</publish-options>", FORM.replace("#TYPE", "#publish-options"));
        let other = format!("<publish-options>{}</publish-options>", FORM.replace("#TYPE", "#node_config"));
        let long = "n".repeat(MAX_ID_BYTES + 1);
        let condition = |condition| Err(BadRequest::Condition(condition));
        let good = |id: Option<&str>, conditions| {
            let payload = Some(Element::new("urn:x", "a"));
            Ok(Request::Publish { node: "n".into(), id: id.map(str::to_owned), payload, conditions })
        };
        let cases = [
            ("<publish node='n'><item id='1'><a xmlns='urn:x'/></item></publish>", good(Some("1"), None)),
            ("<publish node='n'><item><a xmlns='urn:x'/></item></publish>", good(None, None)),
            ("<publish node='n'><item id=''><a xmlns='urn:x'/></item></publish>", good(None, None)),
            (
                &format!("<publish node='n'><item id='1'><a xmlns='urn:x'/></item></publish>{options}"),
                good(Some("1"), Some(open())),
            ),
            (
                &format!("<publish node='n'><item id='1'><a xmlns='urn:x'/></item></publish>{other}"),
                Err(BadPayload::Invalid { what: "FORM_TYPE" }.into()),
            ),
            ("<publish><item/></publish>", condition(PubsubCondition::NodeIdRequired)),
            ("<publish node=''><item/></publish>", condition(PubsubCondition::NodeIdRequired)),
            ("<publish node='n'/>", condition(PubsubCondition::ItemRequired)),
            (
                "<publish node='n'><item><a xmlns='urn:x'/><b xmlns='urn:x'/></item></publish>",
                condition(PubsubCondition::InvalidPayload),
            ),
            (
                &format!("<publish node='n'>{}</publish>", "<item/>".repeat(500)),
                Err(BadPayload::Repeated { what: "item" }.into()),
            ),
            (
                &format!("<publish node='{long}'><item/></publish>"),
                Err(BadPayload::TooLong { what: "node", max: MAX_ID_BYTES }.into()),
            ),
            (
                &format!("<publish node='n'><item id='{long}'/></publish>"),
                Err(BadPayload::TooLong { what: "id", max: MAX_ID_BYTES }.into()),
            ),
        ];
        for (inner, expected) in cases {
            assert_eq!(read(inner, true), expected, "{inner:.80}");
        }
    }

    #[test]
    fn attack_58_asking_for_items() {
        let good = |max_items, ids: &[&str]| {
            let ids = ids.iter().map(|&id| id.to_owned()).collect();
            Ok(Request::Items { node: "n".into(), max_items, ids, page: None })
        };
        let set = |inner: &str| format!("<items node='n'/><set xmlns='http://jabber.org/protocol/rsm'>{inner}</set>");
        let page = PageRequest { max: Some(2), from: PageFrom::After("' or 1=1 or ''='".into()) };
        let paged = Ok(Request::Items { node: "n".into(), max_items: None, ids: Vec::new(), page: Some(page) });
        let bad = Err(BadPayload::Invalid { what: "max_items" }.into());
        let cases = [
            ("<items node='n'/>", good(None, &[])),
            ("<items node='n' max_items='2'/>", good(Some(2), &[])),
            ("<items node='n' max_items='4294967295'/>", good(Some(u32::MAX), &[])),
            ("<items node='n' max_items='-1'/>", bad.clone()),
            ("<items node='n' max_items='4294967296'/>", bad.clone()),
            ("<items node='n' max_items='18446744073709551616'/>", bad),
            ("<items node='n'><item id='a'/><item id='b'/></items>", good(None, &["a", "b"])),
            (&set("<max>2</max><after>' or 1=1 or ''='</after>"), paged),
            (&set("<max>-1</max>"), Err(BadPayload::Invalid { what: "max" }.into())),
            ("<items node='n'><item/></items>", Err(BadPayload::Missing { what: "id" }.into())),
            ("<items/>", Err(BadRequest::Condition(PubsubCondition::NodeIdRequired))),
            (
                &format!("<items node='n'>{}</items>", "<item id='a'/>".repeat(MAX_IDS + 1)),
                Err(BadPayload::TooMany { what: "item", max: MAX_IDS }.into()),
            ),
        ];
        for (inner, expected) in cases {
            assert_eq!(read(inner, false), expected, "{inner:.80}");
        }
    }

    #[test]
    fn the_other_requests() {
        let config = format!("<create node='n'/><configure>{}</configure>", FORM.replace("#TYPE", "#node_config"));
        let cancel = "<create node='n'/><configure><x xmlns='jabber:x:data' type='cancel'/></configure>";
        let made = |node: Option<&str>, wish| Ok(Request::Create { node: node.map(str::to_owned), wish });
        let back = |notify| Ok(Request::Retract { node: "n".into(), id: "1".into(), notify });
        let cases = [
            (true, config.as_str(), made(Some("n"), Some(open()))),
            (true, cancel, made(Some("n"), None)),
            (true, "<create/>", made(None, None)),
            (true, "<retract node='n' notify='true'><item id='1'/></retract>", back(true)),
            (true, "<retract node='n'><item id='1'/></retract>", back(false)),
            (true, "<retract node='n'><item/></retract>", Err(BadRequest::Condition(PubsubCondition::ItemRequired))),
            (true, "<retract node='n'/>", Err(BadRequest::Condition(PubsubCondition::ItemRequired))),
            (true, "<retract/>", Err(BadRequest::Condition(PubsubCondition::NodeIdRequired))),
            (true, "<subscribe node='n' jid='a@b'/>", Err(BadRequest::Unsupported("subscribe"))),
            (false, "<affiliations/>", Ok(Request::Affiliations { node: None })),
            (false, "<subscriptions node='n'/>", Ok(Request::Subscriptions { node: Some("n".into()) })),
            (false, "<default/>", Err(BadRequest::Unsupported("retrieve-default-sub"))),
            (false, "", Err(BadPayload::Missing { what: "request" }.into())),
        ];
        for (is_set, inner, expected) in cases {
            assert_eq!(read(inner, is_set), expected, "{inner:.80}");
        }
        for (is_set, wrong) in [(false, "<publish node='n'/>"), (true, "<items node='n'/>"), (true, "<what/>")] {
            assert!(
                matches!(read(wrong, is_set), Err(BadRequest::Payload(BadPayload::WrongElement { .. }))),
                "{wrong}"
            );
        }
    }
}
