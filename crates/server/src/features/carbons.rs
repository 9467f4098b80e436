//! Message carbons: a client asks to see what the account's other clients say and hear.
//!
//! Spec: XEP-0280 v1.0.1, §4 and §5 (switch), §6.1 (rules, in `domain::delivery`), §9 (again and again); XEP-0297 v1.0.

use parlour_engine::{Ctx, IqAnswer, Target};
use parlour_xmpp::ns;

use super::{Feature, Hooks, Spec};

pub(super) struct Carbons;

impl Feature for Carbons {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(280, "1.0.1").omits("error messages are not copied"), Spec::xep(297, "1.0")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::CARBONS);
        on.iq_set(ns::CARBONS, "enable", Target::HostOrOwnAccount, |ctx, _| switch(ctx, true));
        on.iq_set(ns::CARBONS, "disable", Target::HostOrOwnAccount, |ctx, _| switch(ctx, false));
    }
}

fn switch(ctx: &Ctx, on: bool) -> IqAnswer {
    match ctx.session() {
        Ok(session) => {
            session.live.update_resource(session.resource(), &session.outbox, |r| r.carbons = on);
            IqAnswer::empty()
        }
        Err(error) => IqAnswer::error(error),
    }
}
