//! What streams themselves can do. The work is in `c2s`; this says so.
//!
//! Spec: RFC 6120, RFC 5802 and RFC 7677 (SCRAM), RFC 5929 and RFC 9266 (channel bindings), RFC 4616 (PLAIN), RFC 7395
//! (WebSocket), RFC 7590, XEP-0156 v1.4.0, XEP-0198 v1.6.3, XEP-0368 v1.1.0, XEP-0386 v1.1.0, XEP-0388 v1.0.4, XEP-0440
//! v1.0.0, XEP-0474 v0.5.0, XEP-0478 v0.2.0, XEP-0480 v0.2.0, XEP-0484 v0.2.0.

use parlour_xmpp::payload::sm;

use super::{Feature, Hooks, Spec};

pub(super) struct Stream;

impl Feature for Stream {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::rfc(4616),
                Spec::rfc(5802),
                Spec::rfc(5929).omits("tls-unique"),
                Spec::rfc(6120),
                Spec::rfc(7395).omits("see-other-uri"),
                Spec::rfc(7590),
                Spec::rfc(7677),
                Spec::rfc(9266),
                Spec::xep(156, "1.4.0").omits("BOSH"),
                Spec::xep(198, "1.6.3").omits("location"),
                Spec::xep(368, "1.1.0"),
                Spec::xep(386, "1.1.0").omits("clearing offline messages"),
                Spec::xep(388, "1.0.4").omits("tasks other than upgrades"),
                Spec::xep(440, "1.0.0"),
                Spec::xep(474, "0.5.0"),
                Spec::xep(478, "0.2.0"),
                Spec::xep(480, "0.2.0").omits("other hashes than SHA-256; after PLAIN"),
                Spec::xep(484, "0.2.0").omits("TLS early data"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        on.stream_feature(sm::feature());
    }
}
