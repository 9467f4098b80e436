//! What the store can do about messages: keep them, hand over those that wait, count streams.

use std::convert::Infallible;

use parlour_domain::archive::prefs::{PrefsRefusal, PrefsWish};
use parlour_domain::archive::{ArchiveId, KeepAsk, KeptAt, StreamCount};
use parlour_domain::kept::Kept;
use parlour_domain::options::ArchivePolicy;
use parlour_domain::view::ArchivePrefs;
use parlour_domain::{HostName, Millis};
use parlour_xmpp::jid::{BareJid, Jid};

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

/// Which part of an archive is wanted.
#[derive(Clone, Debug)]
pub struct PageAsk {
    /// Whose archive.
    pub owner: BareJid,
    /// Exchanged with this address; a bare one stands for all its resources.
    pub with: Option<Jid>,
    /// None before this moment.
    pub start: Option<Millis>,
    /// None after this moment.
    pub end: Option<Millis>,
    /// Only what comes after these, each of which must be in the archive.
    pub after: Vec<ArchiveId>,
    /// Only what comes before these, each of which must be in the archive.
    pub before: Vec<ArchiveId>,
    /// Only these, each of which must be in the archive.
    pub ids: Option<Vec<ArchiveId>>,
    /// The last ones, else the first.
    pub backwards: bool,
    /// At most so many.
    pub limit: usize,
    /// At most about so many bytes of stanzas, but one message in any case.
    pub bytes: usize,
}

impl PageAsk {
    /// The whole archive from its beginning.
    pub fn all(owner: BareJid, limit: usize) -> Self {
        Self {
            owner,
            with: None,
            start: None,
            end: None,
            after: Vec::new(),
            before: Vec::new(),
            ids: None,
            backwards: false,
            limit,
            bytes: usize::MAX,
        }
    }
}

/// A message in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Its row.
    pub id: ArchiveId,
    /// When it came.
    pub at: Millis,
    /// It also waits for the owner's next client.
    pub waits: bool,
    /// Some client has it in its queue and has not taken it yet: should that one be lost, it will wait.
    pub underway: bool,
    /// The stanza.
    pub stanza: Kept,
}

/// A part of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order of the archive, whichever way was looked.
    pub messages: Vec<Archived>,
    /// How the search ended.
    pub end: PageEnd,
}

/// How the search for a part of an archive ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageEnd {
    /// Nothing more is there.
    #[default]
    All,
    /// The page is full and there is more.
    Full,
    /// Many rows were looked at and left out: it is to go on from this one, so that others' questions come in between.
    Tired(ArchiveId),
}

/// Ends of an archive: the first message's row and time, and the last one's.
pub type ArchiveEnds = Option<[(ArchiveId, Millis); 2]>;

/// Hears where a message was kept, or why not.
pub type Told = Box<dyn FnOnce(Result<Committed<KeptAt>, StoreError>) + Send>;

/// Archives and offline messages.
pub trait ArchiveStore: Send + Sync {
    /// Keeps a message. Ids count up in the order of these calls, whoever makes them, and `then` is
    /// called in that order too, on a thread that must not be held up, once the outcome is certain.
    fn keep(&self, ask: KeepAsk, then: Told);
    /// A part of an archive. `None` where a row that was named is not in it.
    fn page(&self, ask: PageAsk) -> Ticket<Option<Page>>;
    /// How many messages there are of those that are asked for, without regard to limits. `None` where a row that was
    /// named is not in the archive; the number is `None` past [`MAX_COUNT`].
    fn count(&self, ask: PageAsk) -> Ticket<Option<Option<u64>>>;
    /// The first and the last message.
    fn ends(&self, owner: BareJid) -> Ticket<ArchiveEnds>;
    /// What an account wants kept: as it chose, else as `otherwise` says.
    fn prefs(&self, owner: BareJid, otherwise: ArchivePolicy) -> Ticket<ArchivePrefs>;
    /// Replaces that; gives what holds from now on.
    fn set_prefs(&self, owner: BareJid, wish: PrefsWish) -> Act<ArchivePrefs, PrefsRefusal>;
    /// Forgets some messages that came before `before`, going on at `from` (0 to begin with), and gives where to go on;
    /// `None` when all archives of the host were looked at. What waits for its owner's next client waits on.
    fn expire(&self, host: HostName, from: i64, before: Millis) -> Act<Option<i64>, Infallible>;
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

/// Messages are counted up to here: some milliseconds' work.
pub const MAX_COUNT: u64 = 100_000;
