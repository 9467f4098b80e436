//! What the store can do about messages: keep them, hand over those that wait, count streams.

use std::convert::Infallible;

use parlour_domain::archive::{ArchiveId, KeepAsk, KeptAt};
use parlour_domain::kept::Kept;
use parlour_domain::{HostName, Millis};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// A message that waits for its owner's next client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub id: ArchiveId,
    /// It is in the archive as well, and stays there when handed over.
    pub archived: bool,
    /// When it came.
    pub at: Millis,
    /// The stanza.
    pub stanza: Kept,
}

/// Archives and offline messages.
pub trait ArchiveStore: Send + Sync {
    /// Keeps a message. Ids count up in the order of these calls, whoever makes them.
    fn keep(&self, ask: KeepAsk) -> Act<KeptAt, Infallible>;
    /// What waits for the account, oldest first, at most `limit`.
    fn offline(&self, owner: BareJid, limit: usize) -> Ticket<Vec<Waiting>>;
    /// These were handed over: they wait no longer.
    fn drop_offline(&self, owner: BareJid, ids: Vec<ArchiveId>) -> Act<(), Infallible>;
    /// How many stanzas of a counted stream are safe; `None` where nothing is known of it.
    fn stream_count(&self, host: HostName, stream: String) -> Ticket<Option<u32>>;
    /// Forgets counts of streams that were last heard of before `before`, on every host.
    fn sweep_stream_counts(&self, before: Millis) -> Act<usize, Infallible>;
}
