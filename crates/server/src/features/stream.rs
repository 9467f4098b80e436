//! What streams themselves can do. The work is in `c2s`; this says so.
//!
//! Spec: RFC 6120, RFC 7590, XEP-0198 v1.6.3, XEP-0368 v1.1.0, XEP-0440 v1.0.0, XEP-0474 v0.5.0, XEP-0478 v0.2.0, XEP-0480 v0.2.0.

use parlour_xmpp::payload::sm;

use super::{Feature, Hooks, Spec};

pub(super) struct Stream;

impl Feature for Stream {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::rfc(6120),
                Spec::rfc(7590),
                Spec::xep(198, "1.6.3").omits("location"),
                Spec::xep(368, "1.1.0"),
                Spec::xep(440, "1.0.0"),
                Spec::xep(474, "0.5.0"),
                Spec::xep(478, "0.2.0"),
                Spec::xep(480, "0.2.0").omits("other hashes than SHA-256; after PLAIN"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        on.stream_feature(sm::feature());
    }
}
