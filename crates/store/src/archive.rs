//! What the store can do about messages: keep them, hand over those that wait, count streams.

use std::convert::Infallible;

use parlour_domain::archive::{ArchiveId, KeepAsk, KeptAt, StreamCount};
use parlour_domain::kept::Kept;
use parlour_domain::{HostName, Millis};
use parlour_xmpp::jid::BareJid;

use crate::{Act, Committed, StoreError, Ticket};

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

/// A message that was delivered in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutBack {
    /// Its row, if it has one: that one waits again. Else a row is made.
    pub id: Option<ArchiveId>,
    /// With whom, bare.
    pub with: BareJid,
    /// When it came.
    pub at: Millis,
    /// The stanza.
    pub stanza: Kept,
}

/// Hears where a message was kept, or why not.
pub type Told = Box<dyn FnOnce(Result<Committed<KeptAt>, StoreError>) + Send>;

/// Archives and offline messages.
pub trait ArchiveStore: Send + Sync {
    /// Keeps a message. Ids count up in the order of these calls, whoever makes them, and `then` is
    /// called in that order too, on a thread that must not be held up, once the outcome is certain.
    fn keep(&self, ask: KeepAsk, then: Told);
    /// What waits for the account after the row `after`, oldest first, at most `limit`.
    fn offline(&self, owner: BareJid, after: ArchiveId, limit: usize) -> Ticket<Vec<Waiting>>;
    /// These were delivered to a client that never took them: they wait for the next one.
    fn put_offline(&self, owner: BareJid, rows: Vec<PutBack>) -> Act<(), Infallible>;
    /// These were handed over: they wait no longer.
    fn drop_offline(&self, owner: BareJid, ids: Vec<ArchiveId>) -> Act<(), Infallible>;
    /// A client has these: they are on their way no longer (see [`KeepAsk::underway`]). Returns at once; written with
    /// whatever is written next, as a failure only means that they are handed over once more.
    fn arrived(&self, owner: &BareJid, ids: Vec<ArchiveId>);
    /// So many stanzas of a stream that is over are safe.
    fn count_stream(&self, host: HostName, count: StreamCount, at: Millis) -> Act<(), Infallible>;
    /// How many stanzas of a counted stream are safe; `None` where nothing is known of it.
    fn stream_count(&self, host: HostName, stream: String) -> Ticket<Option<u32>>;
    /// Forgets counts of streams that were last heard of before `before`, on every host.
    fn sweep_stream_counts(&self, before: Millis) -> Act<usize, Infallible>;
}
