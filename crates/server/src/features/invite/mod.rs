//! Invites in apps: a token opens registration (`preauth`), and commands make links (`issue`).
//!
//! Spec: XEP-0445 v0.2.0, XEP-0401 v0.6.0.
//! Left out: a token with a subscription request (XEP-0379), which is presence's.

mod issue;
mod mine;
mod preauth;

use std::sync::Arc;

use parlour_engine::IqKind;
use parlour_engine::people::People;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec};

pub(super) struct Invite(pub(super) People);

impl Feature for Invite {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(379, "0.3.3"), Spec::xep(401, "0.6.0"), Spec::xep(445, "0.2.0")] }
    }

    fn wire(&self, on: &mut Hooks) {
        // COMPAT yaxim and older Conversations know only the second.
        on.preauth_feature(|_| {
            vec![Element::new(ns::IBR_TOKEN, "register"), Element::new(ns::INVITE_LEGACY, "register")]
        });
        let people = self.0.clone();
        on.preauth_iq(IqKind::Set, ns::PARS, "preauth", move |pre, iq| {
            let (people, pre) = (people.clone(), Arc::clone(pre));
            Box::pin(async move { preauth::present(&people, &pre, &iq).await })
        });
        let invites = &self.0.invites;
        on.command(Arc::new(issue::Contact(Arc::clone(invites))));
        on.command(Arc::new(issue::Account(Arc::clone(invites))));
        on.command(Arc::new(issue::Reset(Arc::clone(invites))));
        on.command(Arc::new(mine::Mine(Arc::clone(invites))));
    }
}
