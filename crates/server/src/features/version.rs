//! Software version: which server this is.
//!
//! Spec: XEP-0092 v1.1.
//! Left out: the operating system, which is nobody's business.

use parlour_engine::{IqAnswer, Target};
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec};

pub(super) struct Version;

impl Feature for Version {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(92, "1.1").omits("os")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::VERSION);
        on.iq_get(ns::VERSION, "query", Target::Host, |_, _| {
            IqAnswer::result(
                Element::new(ns::VERSION, "query")
                    .text_child("name", "Parlour")
                    .text_child("version", env!("CARGO_PKG_VERSION")),
            )
        });
    }
}
