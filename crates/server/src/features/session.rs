//! Session establishment: old clients ask for it, it does nothing.
//!
//! Spec: RFC 3921 §3, RFC 6121 appendix E.

use parlour_engine::{IqAnswer, Target};
use parlour_xmpp::ns;

use super::{Feature, Hooks, Spec};

pub(super) struct Session;

impl Feature for Session {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::rfc(6121)] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.iq_set(ns::SESSION, "session", Target::HostOrOwnAccount, |_, _| IqAnswer::empty());
    }
}
