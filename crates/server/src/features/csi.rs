//! Clients say whether somebody looks at them. The stream hears it (`c2s::connection`), the outbox holds back; this says so.
//!
//! Spec: XEP-0352 v1.0.0.

use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec};

pub(super) struct Csi;

impl Feature for Csi {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(352, "1.0.0")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.stream_feature(Element::new(ns::CSI, "csi"));
    }
}
