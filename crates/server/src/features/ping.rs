//! XMPP Ping: answers "are you there?" on behalf of the server and of accounts.
//!
//! Spec: XEP-0199 v2.0.1, §4.2 (client to server) and §4.3 (server to server).
//! Left out: §4.5 (components), until there are components.

use parlour_engine::{IqAnswer, Target};
use parlour_xmpp::ns;

use super::{Feature, Hooks, Spec};

pub(super) struct Ping;

impl Feature for Ping {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(199, "2.0.1").omits("components")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::PING);
        on.disco_account(ns::PING);
        on.iq_get(ns::PING, "ping", Target::HostOrOwnAccount, |_, _| IqAnswer::empty());
    }
}
