//! Entity time: what the server's clock says.
//!
//! Spec: XEP-0202 v2.0, XEP-0082 v1.1.1. The server's time zone is UTC.

use parlour_engine::{IqAnswer, Target};
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec};

pub(super) struct Time;

impl Feature for Time {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(82, "1.1.1"), Spec::xep(202, "2.0")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::TIME);
        on.iq_get(ns::TIME, "time", Target::Host, |ctx, _| {
            // Out of jiff's range only past the year 9999.
            let now = jiff::Timestamp::from_millisecond(ctx.engine.clock.wall()).unwrap_or_default();
            IqAnswer::result(
                Element::new(ns::TIME, "time").text_child("tzo", "+00:00").text_child("utc", format!("{now:.0}")),
            )
        });
    }
}
