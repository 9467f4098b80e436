//! What an operator can set about client streams.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Client streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct C2sOptions {
    /// How long a client that lost its connection may come back to its session, in seconds (XEP-0198). At most a day;
    /// 0 switches resumption off.
    pub resume_seconds: u32,
    /// Sessions that may wait for their clients at a time; past that, new ones cannot be resumed.
    pub max_resumable: usize,
    /// Seconds within which a client has to acknowledge what it was asked to (XEP-0198), else its connection counts as lost.
    pub ack_seconds: u32,
}

impl Default for C2sOptions {
    fn default() -> Self {
        // The first and last as ejabberd has them; ATTACKS F11 wants a lost client noticed within 90 seconds.
        Self { resume_seconds: 300, max_resumable: 100_000, ack_seconds: 60 }
    }
}

impl C2sOptions {
    pub(crate) fn resume(&self) -> Duration {
        Duration::from_secs(u64::from(self.resume_seconds.min(86_400)))
    }

    pub(crate) fn ack(&self) -> Duration {
        Duration::from_secs(u64::from(self.ack_seconds.clamp(5, 3_600)))
    }
}
