//! Service discovery: what the host and its accounts can do, and the hash of it that clients know it by.
//!
//! Spec: XEP-0030 v2.5.0, XEP-0128 v1.0.1 (forms), XEP-0115 v1.6.0 §5.1 and §6.3 (in stream features); what clients here
//! can do is asked in `engine::caps`.
//! Left out: XEP-0115's optimisation of presence (§8.4).

use std::sync::PoisonError;

use parlour_domain::HostName;
use parlour_engine::iq::Addressee;
use parlour_engine::{Ctx, Engine, Iq, IqAnswer, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::disco::{Caps, DiscoInfo};
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec};

pub(super) struct Disco;

impl Feature for Disco {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::xep(30, "2.5.0"),
                Spec::xep(115, "1.6.0").omits("presence is not optimised; clients of other servers are not asked"),
                Spec::xep(128, "1.0.1"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::CAPS);
        on.disco(ns::DISCO_INFO);
        on.disco(ns::DISCO_ITEMS);
        on.disco_account(ns::DISCO_INFO);
        on.disco_account(ns::DISCO_ITEMS);
    }
}

/// Adds the two handlers, once all features have said what they can.
pub(crate) fn answer(on: &mut Hooks) {
    let (known, info) = (on.disco.clone(), on.disco.clone());
    // XEP-0030 §8: whoever may not know of an account hears what is said of one that does not exist.
    let target = if known.account_nodes.is_some() { Target::HostOrAccount } else { Target::HostOrOwnAccount };
    on.iq_get(ns::DISCO_INFO, "query", target, move |ctx, iq| about(&info, ctx, &iq));
    on.iq_get(ns::DISCO_ITEMS, "query", target, move |ctx, iq| items(&known, ctx, &iq));
}

/// The hash of what the host answers. `None` where an operator's texts make that ill-formed (XEP-0115 §5.4).
/// It is told in every sign-in and looked up by what changes.
pub(super) fn caps(known: &super::Disco, engine: &Engine, host: &HostName) -> Option<Caps> {
    let forms = forms(known, engine, host);
    let mut hashed = known.hashed.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, caps)) = hashed.get(host).filter(|(of, _)| *of == forms) {
        return caps.clone();
    }
    let ver = DiscoInfo::read(&info(known, forms.clone())).ok().and_then(|info| info.ver());
    let caps = ver.map(|ver| Caps { node: NODE.to_owned(), ver, hash: "sha-1".to_owned() });
    if hashed.len() >= MOST_HASHED {
        hashed.clear();
    }
    hashed.insert(host.clone(), (forms, caps.clone()));
    caps
}

/// What may differ from host to host and from one moment to the next.
fn forms(known: &super::Disco, engine: &Engine, host: &HostName) -> Vec<Element> {
    known.host_info.iter().flat_map(|hook| hook(engine, host)).collect()
}

fn info(known: &super::Disco, forms: Vec<Element>) -> Element {
    Element::new(ns::DISCO_INFO, "query")
        .child(identity("server", "im").attr("name", "Parlour"))
        .children(known.host.iter().map(feature))
        .children(forms)
}

fn host_info(known: &super::Disco, engine: &Engine, host: &HostName) -> Element {
    info(known, forms(known, engine, host))
}

fn identity(category: &str, kind: &str) -> Element {
    Element::new(ns::DISCO_INFO, "identity").attr("category", category).attr("type", kind)
}

fn feature(var: &&'static str) -> Element {
    Element::new(ns::DISCO_INFO, "feature").attr("var", *var)
}

fn about(known: &super::Disco, ctx: &Ctx, iq: &Iq) -> IqAnswer {
    let query = Element::new(ns::DISCO_INFO, "query");
    match (&iq.to, iq.payload.attr_value("node")) {
        (Addressee::Host(host), Some(node)) => {
            if let Some((_, hook)) = known.nodes.iter().find(|(name, _)| *name == node) {
                return IqAnswer::Now(hook(ctx, iq).map(|found| Some(query.attr("node", node).children(found))));
            }
            // XEP-0115 §6.2: the node names the answer as it was hashed; another hash is not of today's.
            let is_ours = node
                .strip_prefix(NODE)
                .and_then(|rest| rest.strip_prefix('#'))
                .is_some_and(|ver| caps(known, &ctx.engine, host).is_some_and(|caps| caps.ver == ver));
            if is_ours {
                IqAnswer::result(host_info(known, &ctx.engine, host).attr("node", node))
            } else {
                IqAnswer::error(StanzaError::item_not_found())
            }
        }
        (Addressee::Host(host), None) => IqAnswer::result(host_info(known, &ctx.engine, host)),
        (Addressee::Account(owner), Some(node)) => {
            let Some(nodes) = &known.account_nodes else { return IqAnswer::error(StanzaError::item_not_found()) };
            let query = query.attr("node", node);
            let found = nodes.node_info(owner.clone(), iq.from.to_bare(), node.to_owned());
            IqAnswer::later(async move { Ok(Some(query.children(found.await?))) })
        }
        (Addressee::Account(owner), None) => {
            let identities = known.account_identities.iter().map(|(category, kind)| identity(category, kind));
            let query = query.child(identity("account", "registered")).children(identities);
            let query = query.children(known.account.iter().map(feature));
            match &known.account_nodes {
                Some(nodes) if !iq.is_own() => {
                    let allowed = nodes.account(owner.clone(), iq.from.to_bare());
                    IqAnswer::later(async move { allowed.await.map(|()| Some(query)) })
                }
                _ => IqAnswer::result(query),
            }
        }
    }
}

fn items(known: &super::Disco, ctx: &Ctx, iq: &Iq) -> IqAnswer {
    let node = iq.payload.attr_value("node").map(str::to_owned);
    let query = Element::new(ns::DISCO_ITEMS, "query").attr_opt("node", node.as_deref());
    if let Addressee::Account(owner) = &iq.to {
        let Some(nodes) = &known.account_nodes else { return IqAnswer::result(query) };
        let (owner, asker) = (owner.clone(), iq.from.to_bare());
        let found = match node {
            Some(node) => nodes.node_items(owner, asker, node),
            None => nodes.nodes(owner, asker),
        };
        return IqAnswer::later(async move { Ok(Some(query.children(found.await?))) });
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

/// What the software calls itself in capabilities.
const NODE: &str = "parlour";

/// Hosts whose hashes are kept: those of a busy moment.
const MOST_HASHED: usize = 1_000;
