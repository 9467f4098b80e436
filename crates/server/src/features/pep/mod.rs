//! Personal eventing: each account is a service of publish-subscribe whose one publisher is its owner.
//!
//! Spec: XEP-0163 v1.2.2; XEP-0060 v1.30.0 §5, §6.5, §7 and §8; XEP-0222 v1.0 and XEP-0223 v1.1.1 as ways to use it.
//! ATTACKS 48: whoever may not know of an account hears what is said of one that does not exist; items of nodes that are
//! open to everybody tell of it, as their owner chose.
//! Left out: explicit subscriptions (§6.1 to §6.4): readers hear by their presence; other publishers. Events are an
//! effect of the acts, see `engine::events`.

mod disco;
mod errors;
mod owner;
mod requests;

use std::sync::Arc;

use parlour_engine::{Addressee, Ctx, Iq, IqAnswer, Pubsub, Session, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Pep(pub(super) Arc<Pubsub>);

impl Feature for Pep {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::xep(60, "1.30.0").omits("explicit subscriptions; publishers beside an account itself"),
                Spec::xep(163, "1.2.2").omits("explicit subscriptions; contacts on other servers are not told"),
                Spec::xep(222, "1.0"),
                Spec::xep(223, "1.1.1"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        disco::wire(&self.0, on);
        type Answer = fn(Arc<Pubsub>, Ctx, Iq) -> IqAnswer;
        let each: [(&str, Answer); 2] = [
            (ns::PUBSUB, |pubsub, ctx, iq| IqAnswer::later(async move { requests::answer(&pubsub, &ctx, &iq).await })),
            (ns::PUBSUB_OWNER, |pubsub, ctx, iq| {
                IqAnswer::later(async move { owner::answer(&pubsub, &ctx, &iq).await })
            }),
        ];
        for (ns, answer) in each {
            let pubsub = Arc::clone(&self.0);
            on.iq_get(ns, "pubsub", Target::Account, move |ctx, iq| answer(Arc::clone(&pubsub), ctx.clone(), iq));
            let pubsub = Arc::clone(&self.0);
            on.iq_set(ns, "pubsub", Target::Account, move |ctx, iq| answer(Arc::clone(&pubsub), ctx.clone(), iq));
        }
    }
}

/// Whose service is asked, and who asks.
fn parties(iq: &Iq) -> Result<(&BareJid, BareJid), StanzaError> {
    match &iq.to {
        Addressee::Account(owner) => Ok((owner, iq.from.to_bare())),
        Addressee::Host(_) => Err(StanzaError::service_unavailable()),
    }
}

/// The client that changes its own account's nodes. Anybody else hears what they may: that only the owner does that, or
/// nothing.
async fn publisher<'a>(pubsub: &Pubsub, ctx: &'a Ctx, iq: &Iq) -> Result<&'a Arc<Session>, StanzaError> {
    if iq.is_own() {
        return ctx.session();
    }
    let (owner, asker) = parties(iq)?;
    let standing = pubsub.standing(owner, &asker).await.map_err(ours)?;
    Err(if standing.knows() { StanzaError::forbidden() } else { StanzaError::service_unavailable() })
}
