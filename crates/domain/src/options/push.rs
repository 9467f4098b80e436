//! What an operator can set about push notifications, under Prosody's names.
//!
//! Nothing is told by default but that there is something. Prosody and ejabberd send a fixed phrase by themselves, for apps
//! that show only what they are told; the phrase is one line here, for who needs it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a push service hears of a message for an app that is not connected (`[push]`, `[host.push]`; XEP-0357): that there
/// is one. Push services belong to the makers of apps and hand on to those of phones, and each of them can read what is
/// said here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PushOptions {
    /// What was written is told too, unless it is encrypted. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_notification_with_body: Option<bool>,
    /// The address of whoever wrote is told too. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_notification_with_sender: Option<bool>,
    /// Words told where the message would stand: `"New message"`. For apps that show nothing without. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_notification_important_body: Option<String>,
}

impl PushOptions {
    pub(super) fn over(&self, below: &Self) -> Self {
        Self {
            push_notification_with_body: self.push_notification_with_body.or(below.push_notification_with_body),
            push_notification_with_sender: self.push_notification_with_sender.or(below.push_notification_with_sender),
            push_notification_important_body: self
                .push_notification_important_body
                .clone()
                .or_else(|| below.push_notification_important_body.clone()),
        }
    }
}
