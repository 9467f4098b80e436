//! Service discovery: what the host and its accounts can do.
//!
//! Spec: XEP-0030 v2.5.0, XEP-0128 v1.0.1 (forms).
//! Left out: items of accounts.

use parlour_engine::iq::Addressee;
use parlour_engine::{Ctx, Iq, IqAnswer, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec};

pub(super) struct Disco;

impl Feature for Disco {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(30, "2.5.0").omits("items of accounts"), Spec::xep(128, "1.0.1")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::DISCO_INFO);
        on.disco(ns::DISCO_ITEMS);
        on.disco_account(ns::DISCO_INFO);
        on.disco_account(ns::DISCO_ITEMS);
    }
}

/// Adds the two handlers, once all features have said what they can.
pub(crate) fn answer(on: &mut Hooks) {
    let known = std::mem::take(&mut on.disco);
    let info = known.clone();
    // XEP-0030 §8: whoever may not know of an account hears what is said of one that does not exist.
    on.iq_get(ns::DISCO_INFO, "query", Target::HostOrOwnAccount, move |ctx, iq| host_or_own(&info, ctx, &iq));
    on.iq_get(ns::DISCO_ITEMS, "query", Target::HostOrOwnAccount, move |ctx, iq| items(&known, ctx, &iq));
}

fn host_or_own(known: &super::Disco, ctx: &Ctx, iq: &Iq) -> IqAnswer {
    let query = Element::new(ns::DISCO_INFO, "query");
    let identity = |category: &str, kind: &str| {
        Element::new(ns::DISCO_INFO, "identity").attr("category", category).attr("type", kind)
    };
    let feature = |var: &&'static str| Element::new(ns::DISCO_INFO, "feature").attr("var", *var);
    match (&iq.to, iq.payload.attr_value("node")) {
        (Addressee::Host(_), Some(node)) => match known.nodes.iter().find(|(name, _)| *name == node) {
            Some((_, hook)) => IqAnswer::Now(hook(ctx, iq).map(|found| Some(query.attr("node", node).children(found)))),
            None => IqAnswer::error(StanzaError::item_not_found()),
        },
        (Addressee::Host(_), None) => IqAnswer::result(
            query
                .child(identity("server", "im").attr("name", "Parlour"))
                .children(known.host.iter().map(feature))
                .children(known.host_info.iter().flat_map(|hook| hook(ctx, iq))),
        ),
        (Addressee::Account(_), Some(_)) => IqAnswer::error(StanzaError::item_not_found()),
        (Addressee::Account(_), None) => {
            IqAnswer::result(query.child(identity("account", "registered")).children(known.account.iter().map(feature)))
        }
    }
}

fn items(known: &super::Disco, ctx: &Ctx, iq: &Iq) -> IqAnswer {
    let node = iq.payload.attr_value("node").map(str::to_owned);
    let query = Element::new(ns::DISCO_ITEMS, "query").attr_opt("node", node.as_deref());
    if matches!(iq.to, Addressee::Account(_)) {
        return IqAnswer::result(query);
    }
    let hooks: Vec<_> = known.items.iter().filter(|(n, _)| *n == node.as_deref()).map(|(_, hook)| hook).collect();
    if hooks.is_empty() {
        return match node {
            Some(_) => IqAnswer::error(StanzaError::item_not_found()),
            None => IqAnswer::result(query),
        };
    }
    let found: Vec<_> = hooks.into_iter().map(|hook| hook(ctx, iq)).collect();
    IqAnswer::later(async move {
        let mut query = query;
        for items in found {
            query = query.children(items.await);
        }
        Ok(Some(query))
    })
}
