//! Archives as those read them whose they are: queries, page by page, and how much there is.
//!
//! A page goes through the session's queue before its query is answered, and is bounded in messages and bytes; two queries
//! of an account are under way at a time and further ones wait (each stream has one, since a query is a `set`). A client
//! that has not read what it asked for before is told to wait.
//!
//! What a client finds in its archive while it waits there for a client too is handed over with that: it does not come a
//! second time when the client becomes available, and waits no longer once the client has it.
//!
//! Spec: XEP-0313 v1.1.3 §4 and §5, XEP-0059 v1.0 §2, XEP-0441 v0.2.0 §2.1.
//! Left out: finding a page by its index; counts past 100,000.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::archive::prefs::{PrefsRefusal, PrefsWish};
use parlour_domain::view::ArchivePrefs;
use parlour_domain::{By, HostName};
use parlour_router::Out;
use parlour_store::archive::{ArchiveStore, Archived, Page, PageAsk, PageEnd};
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::mam::{self, Fin, Query};
use parlour_xmpp::payload::rsm::{PageFrom, PageGiven};
use parlour_xmpp::stanza::{Kind, Stanza};
use parlour_xmpp::time::Timestamp;
use parlour_xmpp::xml::Element;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::acts::Common;
use crate::archive_ids::ArchiveIds;
use crate::session::Session;

/// Acts on archives.
pub struct Archive {
    store: Arc<dyn ArchiveStore>,
    common: Common,
    ids: Arc<ArchiveIds>,
    /// Accounts with queries under way. Empty where nobody asks.
    asking: Mutex<HashMap<BareJid, Arc<Semaphore>>>,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A message that it names is not in this archive.
    #[error("no such message in this archive")]
    NotFound,
    /// It asks for a page by its index.
    #[error("pages are found by messages, not by numbers")]
    ByIndex,
    /// The client has not read what it asked for before.
    #[error("read what was asked for before, then ask again")]
    Unread,
    /// Ours.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

impl Archive {
    /// Over a store.
    pub fn new(store: Arc<dyn ArchiveStore>, common: Common, ids: Arc<ArchiveIds>) -> Self {
        Self { store, common, ids, asking: Mutex::default() }
    }

    /// The first and the last message of an archive, as `<metadata/>`.
    ///
    /// # Errors
    /// The store's.
    pub async fn metadata(&self, owner: &BareJid) -> Result<Element, StoreError> {
        let ends = self.store.ends(owner.clone()).await?;
        let ends = ends.map(|ends| ends.map(|(row, at)| (self.ids.text(owner, row), Timestamp::from_millis(at))));
        Ok(mam::metadata(ends.as_ref().map(|ends| ends.each_ref().map(|(id, at)| (id.as_str(), *at)))))
    }

    /// What is kept of an account's messages.
    ///
    /// # Errors
    /// The store's.
    pub async fn prefs(&self, owner: &BareJid) -> Result<ArchivePrefs, StoreError> {
        let policy = self.common.policy(&HostName::of(owner)).map(|policy| policy.default_archive_policy);
        self.store.prefs(owner.clone(), policy.unwrap_or_default()).await
    }

    /// Replaces that; gives what holds from now on.
    ///
    /// # Errors
    /// [`PrefsRefusal`], or the store's failure.
    pub async fn set_prefs(
        &self,
        by: &By,
        owner: &BareJid,
        wish: PrefsWish,
    ) -> Result<Committed<ArchivePrefs>, ActError<PrefsRefusal>> {
        self.common.act(by, || self.store.set_prefs(owner.clone(), wish)).await
    }

    /// Finds messages of the client's own account and sends them to it; what it is told then is to follow them.
    ///
    /// # Errors
    /// [`QueryError`]; nothing was sent.
    pub async fn query(&self, session: &Session, query: Query) -> Result<Fin, QueryError> {
        let _turn = self.turn(session.bare()).await;
        if session.outbox.bytes() > UNREAD_BYTES || session.outbox.len() > UNREAD {
            return Err(QueryError::Unread);
        }
        let ask = self.ask(session, &query)?;
        if query.page.max == Some(0) {
            let count = self.store.count(ask).await?.ok_or(QueryError::NotFound)?;
            return Ok(Fin { complete: count == Some(0), page: PageGiven { ends: None, count } });
        }
        let whole = matches!(query.page.from, PageFrom::Start | PageFrom::End);
        let (found, complete) = self.gather(ask).await?;
        let id = |one: &Archived| self.ids.text(session.bare(), one.id);
        let ends = match (found.first(), found.last()) {
            (Some(first), Some(last)) => Some((id(first), id(last), (whole && complete).then_some(0))),
            _ => None,
        };
        let count = (whole && complete).then_some(found.len() as u64);
        self.send(session, query.queryid.as_deref(), query.flip, found).await;
        Ok(Fin { complete, page: PageGiven { ends, count } })
    }

    /// What the store is asked for.
    fn ask(&self, session: &Session, query: &Query) -> Result<PageAsk, QueryError> {
        let filter = &query.filter;
        let read = |id: &String| self.ids.read(session.bare(), id).ok_or(QueryError::NotFound);
        let limit = usize::try_from(self.limit(session, query.page.max)).unwrap_or(usize::MAX);
        let mut ask = PageAsk {
            with: filter.with.clone(),
            start: filter.start.map(Timestamp::as_millis),
            end: filter.end.map(Timestamp::as_millis),
            after: filter.after_id.iter().map(read).collect::<Result<_, _>>()?,
            before: filter.before_id.iter().map(read).collect::<Result<_, _>>()?,
            ids: filter.ids.as_ref().map(|ids| ids.iter().map(read).collect()).transpose()?,
            bytes: PAGE_BYTES,
            ..PageAsk::all(session.bare().clone(), limit)
        };
        match &query.page.from {
            PageFrom::Start => {}
            PageFrom::After(id) => ask.after.push(read(id)?),
            PageFrom::End => ask.backwards = true,
            PageFrom::Before(id) => {
                ask.backwards = true;
                ask.before.push(read(id)?);
            }
            PageFrom::Index(_) => return Err(QueryError::ByIndex),
        }
        Ok(ask)
    }

    /// Messages in a page: what the client wants, as far as it may.
    fn limit(&self, session: &Session, wish: Option<u32>) -> u32 {
        let most =
            self.common.locals.policy(session.domain()).map_or(MAX_PAGE, |policy| policy.max_archive_query_results);
        wish.unwrap_or(most).min(most).clamp(1, MAX_PAGE)
    }

    /// A page, looked for in as many steps as it takes; and whether nothing is left beyond it.
    async fn gather(&self, mut ask: PageAsk) -> Result<(Vec<Archived>, bool), QueryError> {
        let mut found: Vec<Archived> = Vec::new();
        loop {
            let Page { mut messages, end } = self.store.page(ask.clone()).await?.ok_or(QueryError::NotFound)?;
            ask.limit = ask.limit.saturating_sub(messages.len());
            if ask.backwards {
                std::mem::swap(&mut messages, &mut found);
            }
            found.append(&mut messages);
            match end {
                PageEnd::All => return Ok((found, true)),
                PageEnd::Full => return Ok((found, false)),
                PageEnd::Tired(last) if ask.backwards => ask.before.push(last),
                PageEnd::Tired(last) => ask.after.push(last),
            }
        }
    }

    async fn send(&self, session: &Session, queryid: Option<&str>, flip: bool, found: Vec<Archived>) {
        let takes = |priority: Option<i8>| priority.is_none_or(|priority| priority >= 0);
        let takes = session.live.view().resource(session.resource()).is_some_and(|r| takes(r.priority));
        let counting = session.outbox.is_counting();
        let mut handed = Vec::new();
        let in_order: Box<dyn Iterator<Item = Archived> + Send> =
            if flip { Box::new(found.into_iter().rev()) } else { Box::new(found.into_iter()) };
        for one in in_order {
            let Some(result) = self.result(session, queryid, &one) else { continue };
            let waits = (one.waits || one.underway) && takes && session.outbox.handed.add(one.id.0);
            let row = (waits && one.waits).then_some(one.id);
            let out = Out {
                row: row.filter(|_| counting).map(|row| row.0),
                // Should another client of the account be lost with it, this one has it, or will.
                kept: (waits && one.underway && counting).then_some(one.id.0),
                ..Out::plain(result)
            };
            let out = out.stamped(None, Some(Arc::clone(&session.from)));
            // A queue that takes no more ends its connection, and with it the query.
            if session.outbox.push(out).is_err() {
                break;
            }
            handed.extend(row);
        }
        if !counting && !handed.is_empty() {
            // A failure only means that they are handed over once more.
            drop(self.store.drop_offline(session.bare().clone(), handed).await);
        }
    }

    /// The message that carries a result. `None` where what was kept does not read.
    fn result(&self, session: &Session, queryid: Option<&str>, one: &Archived) -> Option<Stanza> {
        let message = match Stanza::parse(one.stanza.as_bytes()) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(target: "parlour::archive", row = one.id.0, %error, "a kept message does not read");
                return None;
            }
        };
        let mut payload = Vec::with_capacity(message.len() + 320);
        let id = self.ids.text(session.bare(), one.id);
        mam::write_result(&mut payload, queryid, &id, Timestamp::from_millis(one.at), &message);
        // XEP-0313 §8.2: a result is believed for where it comes from.
        Stanza::build(Kind::Message, "", "", None, Some(&session.account), &payload).ok()
    }

    /// Waits until fewer than two queries of the account are under way.
    async fn turn(&self, owner: &BareJid) -> Turn<'_> {
        let turns = Arc::clone(self.asking().entry(owner.clone()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))));
        // Counted as one that asks from here on, also where the asker goes away while it waits.
        let mut turn = Turn { archive: self, owner: owner.clone(), turns: Some(Arc::clone(&turns)), permit: None };
        // Nobody closes it.
        turn.permit = turns.acquire_owned().await.ok();
        turn
    }

    fn asking(&self) -> MutexGuard<'_, HashMap<BareJid, Arc<Semaphore>>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A query under way, or waiting for its turn.
struct Turn<'a> {
    archive: &'a Archive,
    owner: BareJid,
    turns: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.permit = None;
        let mut asking = self.archive.asking();
        self.turns = None;
        // Whoever asks, under way or waiting, holds one; the last one puts the light out.
        if asking.get(&self.owner).is_some_and(|turns| Arc::strong_count(turns) == 1) {
            asking.remove(&self.owner);
        }
    }
}

/// Queries of one account under way at a time.
const AT_ONCE: usize = 2;

/// Messages in a page, whatever an operator sets: what a phone shows at once, some times over.
const MAX_PAGE: u32 = 250;

/// Bytes of messages in a page: an eighth of what may wait for a client.
const PAGE_BYTES: usize = 512 * 1024;

/// What may wait for a client that asks for more, in messages and in bytes. With a page on top it is well below what a
/// queue takes (`parlour_router::Bounds`).
const UNREAD: usize = 5_000;
const UNREAD_BYTES: usize = 2 * 1024 * 1024;
