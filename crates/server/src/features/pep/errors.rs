//! Refusals in the words of the wire.
//!
//! Spec: XEP-0060 v1.30.0, §6.5.9 (who may not read), §7.1.3 (what is not taken), §12.

use parlour_domain::pubsub::PubsubRefusal;
use parlour_engine::ActError;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::payload::pubsub::error::{PubsubCondition, unsupported};

use crate::features::ours;

/// What is said of an act or a question that was refused, or failed.
pub(super) fn error(error: ActError<PubsubRefusal>) -> StanzaError {
    match error {
        ActError::Refused(refusal) => refused(&refusal),
        ActError::Failed(error) => ours(error),
    }
}

fn refused(refusal: &PubsubRefusal) -> StanzaError {
    let (error, condition) = match refusal {
        // Not a word more than is said of a name that is free.
        PubsubRefusal::Hidden => return StanzaError::service_unavailable(),
        PubsubRefusal::NotKept => return unsupported("persistent-items"),
        PubsubRefusal::Forbidden => (StanzaError::forbidden(), None),
        PubsubRefusal::NoSuchNode | PubsubRefusal::NoSuchItem => (StanzaError::item_not_found(), None),
        PubsubRefusal::NodeExists => (StanzaError::conflict(), None),
        PubsubRefusal::Precondition { .. } => (StanzaError::conflict(), Some(PubsubCondition::PreconditionNotMet)),
        PubsubRefusal::PresenceRequired => {
            (StanzaError::not_authorized(), Some(PubsubCondition::PresenceSubscriptionRequired))
        }
        PubsubRefusal::NotInGroup => (StanzaError::not_authorized(), Some(PubsubCondition::NotInRosterGroup)),
        PubsubRefusal::Closed => (StanzaError::not_allowed(), Some(PubsubCondition::ClosedNode)),
        PubsubRefusal::PayloadRequired => (StanzaError::bad_request(), Some(PubsubCondition::PayloadRequired)),
        PubsubRefusal::PayloadTooBig { .. } => (StanzaError::not_acceptable(), Some(PubsubCondition::PayloadTooBig)),
        PubsubRefusal::BadPicture(_) | PubsubRefusal::TooLong { .. } => (StanzaError::not_acceptable(), None),
        PubsubRefusal::OutOfBounds { field: "pubsub#max_items" } => {
            (StanzaError::not_acceptable(), Some(PubsubCondition::MaxItemsExceeded))
        }
        PubsubRefusal::OutOfBounds { .. } => (StanzaError::not_acceptable(), None),
        PubsubRefusal::TooManyNodes { .. } => {
            (StanzaError::policy_violation(), Some(PubsubCondition::MaxNodesExceeded))
        }
        PubsubRefusal::Full { .. } => (StanzaError::resource_constraint(), None),
    };
    let error = error.with_text(refusal.to_string());
    match condition {
        Some(condition) => error.with_app(condition.to_element()),
        None => error,
    }
}
