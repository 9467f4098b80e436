//! What happens to messages on their way, said to whoever asks. The work is in `domain::delivery` and the engine's way.
//!
//! Spec: RFC 6121 §8, XEP-0160 v1.0.1, XEP-0203 v2.0, XEP-0334 v1.0.0, XEP-0359 v0.7.0.
//! Left out: `flexible` offline retrieval (XEP-0013).

use parlour_xmpp::ns;

use super::{Feature, Hooks, Spec};

pub(super) struct Delivery;

impl Feature for Delivery {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::rfc(6121),
                Spec::xep(160, "1.0.1"),
                Spec::xep(203, "2.0"),
                Spec::xep(334, "1.0.0"),
                Spec::xep(359, "0.7.0"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(OFFLINE);
        // XEP-0359 §4: what claims to be of our making and is not was taken out.
        on.disco(ns::SID);
        on.disco_account(ns::SID);
    }
}

/// XEP-0160 §3: not a namespace.
const OFFLINE: &str = "msgoffline";
