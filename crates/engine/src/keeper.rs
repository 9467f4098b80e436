//! What the way of a stanza asks of the store, in its own words.
//!
//! Two small traits, so that the way can be tested with maps, and a test can count every call or
//! hold a commit back. `store`'s areas implement them, or are adapted where the engine is put together.

use std::sync::Arc;

use parlour_domain::archive::StreamCount;
use parlour_domain::delivery::Keep;
use parlour_domain::view::AccountView;
use parlour_domain::{HostName, Millis};
use parlour_store::StoreError;
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::stanza::Stanza;

use crate::iq::BoxFuture;

/// A message that is to be kept before it is delivered.
#[derive(Clone, Debug)]
pub struct KeepAsk {
    /// The message as it came, without what a client may not say.
    pub stanza: Stanza,
    /// Who sent it: written as `from` on what is kept.
    pub from: Arc<Jid>,
    /// Whom it is for: written as `to` on what is kept.
    pub to: Arc<Jid>,
    /// Which rows: `sender` in the archive of `from`'s account, `recipient` and `offline` in that of `to`'s.
    pub keep: Keep,
    /// It goes to a client of the recipient now, and to its next one should a crash come first.
    pub underway: bool,
    /// When it came.
    pub at: Millis,
    /// Its place in a stream that can be resumed, so that what was handled is known even after a crash.
    pub count: Option<StreamCount>,
}

/// Where a message is kept now. Ids grow in commit order within one owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptAs {
    /// Its id in the sender's archive.
    pub sender: Option<i64>,
    /// Its id in the recipient's archive.
    pub recipient: Option<i64>,
    /// Its row in the recipient's offline storage.
    pub offline: Option<i64>,
    /// It should have waited, but there is no room for more, and no archive has it: the sender is told.
    pub full: bool,
}

/// Called once the outcome is known: on success after the commit.
pub type HandOver = Box<dyn FnOnce(Result<KeptAs, StoreError>) + Send>;

/// A message that waited for its recipient.
#[derive(Clone, Debug)]
pub struct OfflineRow {
    /// Its row, for [`Keeper::drop_offline`].
    pub row: i64,
    /// Its id in the owner's archive, if it is there too.
    pub archive: Option<i64>,
    /// When it came.
    pub at: Millis,
    /// As it was kept, addresses stamped.
    pub stanza: Stanza,
}

/// A message that was delivered to a client that never took it.
#[derive(Clone, Debug)]
pub struct Undelivered {
    /// Where it is kept, if it is.
    pub kept: Option<i64>,
    /// From whom.
    pub with: BareJid,
    /// When it came, or was found not to be taken.
    pub at: Millis,
    /// As it was to be delivered, addresses stamped.
    pub stanza: Stanza,
}

/// Archive and offline storage as the way uses them.
pub trait Keeper: Send + Sync + 'static {
    /// Keeps a message. Returns at once; `then` is called in the order of the commits, so that what it delivers
    /// reaches each owner in the order of the ids.
    fn keep(&self, ask: KeepAsk, then: HandOver);

    /// The oldest messages that wait for an account, after row `after`, at most `max`.
    fn offline(&self, owner: &BareJid, after: i64, max: usize) -> BoxFuture<Result<Vec<OfflineRow>, StoreError>>;

    /// These rows were handed over and are not needed any more. Submitted by the call; a failure only means that
    /// they are handed over once more.
    fn drop_offline(&self, owner: &BareJid, rows: Vec<i64>);

    /// A client has these rows of the archive: they are on their way no longer. Returns at once.
    fn arrived(&self, owner: &BareJid, rows: Vec<i64>);

    /// These were delivered to a client that never took them: they wait for the next one. Submitted by the call;
    /// the future says when they can be read.
    fn put_offline(&self, owner: &BareJid, rows: Vec<Undelivered>) -> BoxFuture<()>;

    /// So many stanzas of a stream that is over were handled, kept or not. Returns at once.
    fn count_stream(&self, host: &HostName, count: StreamCount, at: Millis);

    /// How many stanzas of a stream that was lost are safe; `None` where nothing is known of it.
    fn stream_count(&self, host: &HostName, stream: &str) -> BoxFuture<Result<Option<u32>, StoreError>>;
}

/// Accounts as the way sees them.
pub trait Views: Send + Sync + 'static {
    /// What stages need to know of an account that is not in the table; `None` where there is none.
    fn view(&self, jid: &BareJid) -> BoxFuture<Result<Option<AccountView>, StoreError>>;
}
