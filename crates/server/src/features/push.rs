//! Push: a client says where it wants to be woken while it is not connected.
//!
//! Spec: XEP-0357 v0.4.1, §4.1 (discovery), §5 (enabling), §6 (disabling). When and how it is woken: `domain::push`,
//! `engine::push`.
//! Left out: §8, a service's notice that it takes no more; its next answer says so.

use std::sync::Arc;

use parlour_domain::kept::Kept;
use parlour_domain::push::PushRefusal;
use parlour_engine::push::{PushWish, Pushes};
use parlour_engine::{ActError, Ctx, Iq, IqAnswer, IqReply, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::push::PushRequest;

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Push(pub(super) Arc<Pushes>);

impl Feature for Push {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(357, "0.4.1").omits("a service's notice that it takes no more")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco_account(ns::PUSH);
        for name in ["enable", "disable"] {
            let pushes = Arc::clone(&self.0);
            on.iq_set(ns::PUSH, name, Target::OwnAccount, move |ctx, iq| {
                let (pushes, ctx) = (Arc::clone(&pushes), ctx.clone());
                IqAnswer::later(async move { change(&pushes, &ctx, &iq).await })
            });
        }
    }
}

async fn change(pushes: &Pushes, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    match PushRequest::read(&iq.payload)? {
        PushRequest::Enable { service, node, options } => {
            let options = options.map(|form| Kept::from(form.to_element().to_bytes(ns::DATA)));
            let agent = session.live.view().resource(session.resource()).and_then(|one| Some(one.agent.as_ref()?.id));
            let wish = PushWish { service, node: node.unwrap_or_default(), options, agent };
            match pushes.enable(&session.by(), session.jid(), wish).await {
                Ok(done) => done.into_out(),
                Err(ActError::Refused(refusal)) => return Err(refused(refusal)),
                Err(ActError::Failed(error)) => return Err(ours(error)),
            }
        }
        PushRequest::Disable { service, node } => {
            match pushes.disable(&session.by(), session.bare(), service, node).await {
                Ok(done) => done.into_out(),
                Err(ActError::Refused(never)) => match never {},
                Err(ActError::Failed(error)) => return Err(ours(error)),
            }
        }
    }
    Ok(None)
}

fn refused(refusal: PushRefusal) -> StanzaError {
    let error = match refusal {
        PushRefusal::NoService | PushRefusal::Oneself | PushRefusal::TooLarge { .. } => StanzaError::not_acceptable(),
        PushRefusal::Stranger => StanzaError::forbidden(),
    };
    error.with_text(refusal.to_string())
}
