//! Conditions of publish-subscribe, beside those of stanzas.
//!
//! Spec: XEP-0060 v1.30.0, §6 to §8 (each condition where it is given) and the schema of `pubsub#errors`.

use crate::error::{StanzaError, words};
use crate::ns;
use crate::xml::Element;

words! {
    /// What is wrong, in the words of publish-subscribe.
    PubsubCondition {
        /// Only members may read. §6.5.9.8.
        ClosedNode = "closed-node",
        /// The payload is not one element. §7.1.3.6.
        InvalidPayload = "invalid-payload",
        /// An item, or its id, is missing. §7.1.3.7, §7.2.3.4.
        ItemRequired = "item-required",
        /// More items, or a larger number of them, than there may be.
        MaxItemsExceeded = "max-items-exceeded",
        /// More nodes than there may be.
        MaxNodesExceeded = "max-nodes-exceeded",
        /// The node is missing. §7.2.3.3.
        NodeIdRequired = "nodeid-required",
        /// Not in one of the groups that may. §6.5.9.7.
        NotInRosterGroup = "not-in-roster-group",
        /// There is no such subscription. §6.2.3.2.
        NotSubscribed = "not-subscribed",
        /// Larger than accepted. §7.1.3.5.
        PayloadTooBig = "payload-too-big",
        /// The payload is missing. §7.1.3.7.
        PayloadRequired = "payload-required",
        /// The node is not as the publisher wants it. §7.1.5.
        PreconditionNotMet = "precondition-not-met",
        /// Only those who see the owner's presence may. §6.5.9.6.
        PresenceSubscriptionRequired = "presence-subscription-required",
        /// Not that model of access. §8.1.2.
        UnsupportedAccessModel = "unsupported-access-model",
    }
}

impl PubsubCondition {
    /// The condition's element.
    pub fn to_element(self) -> Element {
        Element::new(ns::PUBSUB_ERRORS, self.as_str())
    }
}

/// A part of publish-subscribe that is not offered, by its name in §10 (`subscribe`, `persistent-items`).
pub fn unsupported(feature: &str) -> StanzaError {
    let app = Element::new(ns::PUBSUB_ERRORS, "unsupported").attr("feature", feature);
    StanzaError::feature_not_implemented().with_app(app)
}
