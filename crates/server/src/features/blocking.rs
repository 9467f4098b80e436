//! Blocking: the list, and putting people on it and taking them off.
//!
//! Spec: XEP-0191 v1.3, §3.2 to §3.4; what a block means is in `domain` and `engine`.
//! Left out: nothing.

use std::sync::Arc;

use parlour_domain::blocking::BlockingRefusal;
use parlour_engine::{ActError, Blocks, Ctx, Iq, IqAnswer, IqReply, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::blocking::Blocking as Payload;

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Blocking(pub(super) Arc<Blocks>);

impl Feature for Blocking {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(191, "1.3")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::BLOCKING);
        let blocks = Arc::clone(&self.0);
        on.iq_get(ns::BLOCKING, "blocklist", Target::HostOrOwnAccount, move |ctx, _| {
            let (blocks, ctx) = (Arc::clone(&blocks), ctx.clone());
            IqAnswer::later(async move { list(&blocks, &ctx).await })
        });
        for name in ["block", "unblock"] {
            let blocks = Arc::clone(&self.0);
            on.iq_set(ns::BLOCKING, name, Target::HostOrOwnAccount, move |ctx, iq| {
                let (blocks, ctx) = (Arc::clone(&blocks), ctx.clone());
                IqAnswer::later(async move { change(&blocks, &ctx, &iq).await })
            });
        }
    }
}

async fn list(blocks: &Blocks, ctx: &Ctx) -> IqReply {
    let session = ctx.session()?;
    session.live.update_resource(session.resource(), &session.outbox, |r| r.block_interested = true);
    let list = blocks.list(session.bare()).await.map_err(ours)?;
    Ok(Some(Payload::List(list).to_element()))
}

async fn change(blocks: &Blocks, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    let done = match Payload::read(&iq.payload)? {
        Payload::Block(items) => blocks.block(&session.by(), session.bare(), items).await,
        Payload::Unblock(items) => blocks.unblock(&session.by(), session.bare(), items).await,
        Payload::List(_) => return Err(StanzaError::bad_request()),
    };
    match done {
        Ok(done) => {
            done.into_out();
            Ok(None)
        }
        Err(ActError::Refused(refusal)) => Err(refused(refusal)),
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

fn refused(refusal: BlockingRefusal) -> StanzaError {
    match refusal {
        BlockingRefusal::Nobody => StanzaError::bad_request(),
        BlockingRefusal::Own => StanzaError::not_allowed(),
        BlockingRefusal::TooManyAtOnce { .. } | BlockingRefusal::Full => StanzaError::resource_constraint(),
    }
}
