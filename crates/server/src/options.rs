//! What an operator can set about client streams.

use std::time::Duration;

use parlour_domain::sending::SendLimits;
use parlour_router::Bounds;
use serde::{Deserialize, Serialize};

/// Client streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct C2sOptions {
    /// How long a client that lost its connection may come back to its session, in seconds (XEP-0198), unless it wants to
    /// be waited for less long. At most a day; 0 switches resumption off. Default `600`. (Prosody's
    /// `smacks_hibernation_time`, ejabberd's `resume_timeout`.)
    pub resume_seconds: u32,
    /// Sessions that may wait for their clients at a time; past that, one that loses its connection ends at once. Of one
    /// account at most ten wait or are there, and one that waits gives way to one that comes. Default `100000`.
    /// (Prosody's `smacks_max_hibernated_sessions` is for each account.)
    pub max_resumable: u32,
    /// Seconds within which a client has to acknowledge what it was asked to (XEP-0198), from 1 to 3600; else its connection
    /// counts as lost and its session waits. Default `60`. (Prosody's `smacks_max_ack_delay`, ejabberd's `ack_timeout`.)
    pub ack_seconds: u32,
    /// Stanzas that may wait for one client, those it has not acknowledged among them; a session without a connection
    /// takes as many again. Past that a client that reads too slowly loses its connection. Default `10000`. (Prosody's
    /// `smacks_max_queue_size`, ejabberd's `max_ack_queue`.)
    pub max_queue: u32,
    /// The same in bytes. Default `4194304`.
    pub max_queue_bytes: u32,
    /// Bytes that may wait for all clients together, where one has more than 64 KiB: past that, one whose queue is long
    /// counts as too slow, and what waits for it goes to the store. Default `268435456`, for a machine with 2 GiB and more.
    pub max_queues_bytes: u64,
    /// How much clients may send.
    pub limits: SendLimits,
}

impl Default for C2sOptions {
    fn default() -> Self {
        // The first as Prosody has it, the third as ejabberd; ATTACKS F11 wants a lost client noticed within 90 seconds.
        let Bounds { stanzas, bytes } = Bounds::default();
        Self {
            resume_seconds: 600,
            max_resumable: 100_000,
            ack_seconds: 60,
            max_queue: u32::try_from(stanzas).unwrap_or(u32::MAX),
            max_queue_bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            max_queues_bytes: 256 * 1024 * 1024,
            limits: SendLimits::default(),
        }
    }
}

impl C2sOptions {
    pub(crate) fn resume_seconds(&self) -> u32 {
        self.resume_seconds.min(86_400)
    }

    pub(crate) fn ack(&self) -> Duration {
        Duration::from_secs(u64::from(self.ack_seconds.clamp(1, 3_600)))
    }

    pub(crate) fn bounds(&self) -> Bounds {
        Bounds { stanzas: self.max_queue.max(1) as usize, bytes: self.max_queue_bytes as usize }
    }
}
