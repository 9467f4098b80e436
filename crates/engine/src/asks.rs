//! What this server itself asks others: requests in the name of a host or an account, and whose answers are believed.
//!
//! An answer counts only from the very address that was asked, to the one that asked, with an id that nobody can guess
//! (ATTACKS 44). Everything else that looks like an answer is dropped by the way. At most [`MAX_PENDING`] requests wait at a
//! time, fewer for one client, all clients or one domain; when that is reached, nothing more is asked until some are answered or over.
//!
//! Spec: RFC 6120 §8.2.3 (requests and answers), §8.1.3 (ids).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlour_domain::{Clock, Dice, hex};
use parlour_router::{NoExit, Out, Router};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{IqType, Kind, Stanza, Tag};
use parlour_xmpp::xml::Element;

use crate::iq::IqKind;
use crate::locals::Locals;

/// Why a request of ours has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It was answered with an error, by whom it was for or by a server on the way.
    #[error("refused: {}", .0.condition.as_str())]
    Refused(StanzaError),
    /// Nobody answered in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is nothing that can be read.
    #[error("the answer cannot be read")]
    Unreadable,
    /// That client is not there, or there is no way to that domain.
    #[error("nobody of that address can be reached")]
    NoWay,
    /// Too much waits for an answer already, from there or from everybody.
    #[error("too many requests wait for an answer")]
    Busy,
}

/// How a request of ours ends: the payload of the result, if it has one.
pub type Answer = Result<Option<Element>, AskError>;

/// Requests of this server that wait for their answer. One for an engine.
pub struct Asks {
    router: Arc<Router>,
    locals: Arc<Locals>,
    dice: Arc<dyn Dice>,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// By id.
    pending: HashMap<Box<str>, Pending>,
    /// How many wait for each client here and each domain elsewhere.
    of: HashMap<Box<str>, usize>,
    /// How many wait for clients here.
    here: usize,
    /// When to look again for what is over, in monotonic milliseconds.
    sweep_at: u64,
}

struct Pending {
    from: Jid,
    to: Jid,
    /// `to` was a client here.
    here: bool,
    /// Monotonic milliseconds.
    deadline: u64,
    done: Done,
}

type Done = Box<dyn FnOnce(Answer) + Send>;

impl std::fmt::Debug for Asks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asks").field("pending", &self.lock().pending.len()).finish_non_exhaustive()
    }
}

impl Asks {
    /// Over who is online and the ways out.
    pub fn new(router: Arc<Router>, locals: Arc<Locals>, dice: Arc<dyn Dice>, clock: Arc<dyn Clock>) -> Self {
        Self { router, locals, dice, clock, inner: Mutex::default() }
    }

    /// Asks `to` (a client here by its full address, or anybody elsewhere) in the name of `from`, a host or an account
    /// here, and waits for the answer.
    ///
    /// # Errors
    /// [`AskError`].
    ///
    /// # Cancel safety
    /// Whoever stops waiting no longer hears the answer; what was sent is sent.
    pub async fn ask(&self, from: Jid, to: Jid, kind: IqKind, payload: &Element, within: Duration) -> Answer {
        let (tell, told) = tokio::sync::oneshot::channel();
        // Whoever asked has gone where nobody listens.
        let id = self.begin(from, to, kind, payload, within, move |answer| drop(tell.send(answer)))?;
        // Drops the request with this future, however it ends.
        let _forget = Forget { asks: self, id };
        match tokio::time::timeout(within, told).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(AskError::TimedOut),
        }
    }

    /// As [`Self::ask`] where nobody can wait: `done` is called once with the answer, by whoever brings it, and must not
    /// block. A request that is over is told so when somebody asks next, or not at all.
    /// Gives the request's id.
    ///
    /// # Errors
    /// [`AskError::NoWay`] and [`AskError::Busy`] at once; `done` is dropped then.
    pub fn begin(
        &self,
        from: Jid,
        to: Jid,
        kind: IqKind,
        payload: &Element,
        within: Duration,
        done: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<Box<str>, AskError> {
        self.sweep();
        let id: Box<str> = hex::write(&self.dice.bytes::<16>()).into();
        let word = if kind == IqKind::Get { "get" } else { "set" };
        let stanza = Stanza::build(Kind::Iq, word, &id, Some(&to), Some(&from), &payload.to_bytes(ns::CLIENT))
            .map_err(|_| AskError::Unreadable)?;
        let deadline = self.clock.monotonic().saturating_add(u64::try_from(within.as_millis()).unwrap_or(u64::MAX));
        let here = self.locals.owns(&to);
        {
            let mut inner = self.lock();
            let most = if here { MAX_PER_CLIENT } else { MAX_PER_DOMAIN };
            let waiting = inner.of.get(group(&to, here)).copied().unwrap_or_default();
            let full = inner.pending.len() >= MAX_PENDING || (here && inner.here >= MAX_HERE);
            if full || waiting >= most {
                return Err(AskError::Busy);
            }
            inner.here += usize::from(here);
            inner.of.insert(group(&to, here).into(), waiting + 1);
            let pending = Pending { from, to: to.clone(), here, deadline, done: Box::new(done) };
            inner.pending.insert(id.clone(), pending);
        }
        // Remembered first: the answer may be here before this goes on.
        let out = Out::plain(stanza);
        let sent = if here {
            self.router.push(&to, out).map_err(|_| AskError::NoWay)
        } else {
            self.router.send_out(&to, out).map_err(|why| match why {
                NoExit::NotFound => AskError::NoWay,
                NoExit::Full => AskError::Busy,
            })
        };
        if let Err(error) = sent {
            self.forget(&id);
            return Err(error);
        }
        Ok(id)
    }

    /// Nothing waits for an answer.
    pub fn is_empty(&self) -> bool {
        self.lock().pending.is_empty()
    }

    /// Somebody answers. False where this server has not asked them that.
    pub(crate) fn settle(&self, from: &Jid, to: &Jid, answer: &Stanza) -> bool {
        let Some(id) = answer.id() else { return false };
        let done = {
            let mut inner = self.lock();
            // RFC 6120 §8.1.2.1: who answers has proved its address, so only whom we asked can.
            if !inner.pending.get(&*id).is_some_and(|asked| asked.to == *from && asked.from == *to) {
                return false;
            }
            inner.take(&id)
        };
        if let Some(asked) = done {
            (asked.done)(read(answer));
        }
        true
    }

    /// Forgets what is over; who waits for it is told. Does nothing if it has done so lately.
    pub fn sweep(&self) {
        let now = self.clock.monotonic();
        let mut over = Vec::new();
        {
            let mut inner = self.lock();
            if now < inner.sweep_at {
                return;
            }
            inner.sweep_at = now.saturating_add(SWEEP_EVERY);
            let ids: Vec<_> =
                inner.pending.iter().filter(|(_, asked)| asked.deadline <= now).map(|(id, _)| id.clone()).collect();
            over.extend(ids.iter().filter_map(|id| inner.take(id)));
        }
        for asked in over {
            (asked.done)(Err(AskError::TimedOut));
        }
    }

    /// Nobody waits for that answer any more.
    fn forget(&self, id: &str) {
        let asked = self.lock().take(id);
        // Not under the lock: whatever it holds may ask in turn.
        drop(asked);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change under this lock is complete before anything can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self, id: &str) -> Option<Pending> {
        let asked = self.pending.remove(id)?;
        self.here -= usize::from(asked.here);
        let group = group(&asked.to, asked.here);
        if let Some(waiting) = self.of.get_mut(group) {
            *waiting -= 1;
            if *waiting == 0 {
                self.of.remove(group);
            }
        }
        if self.pending.is_empty() {
            // A burst is over: nothing is held for the next.
            (self.pending, self.of) = (HashMap::new(), HashMap::new());
        }
        Some(asked)
    }
}

/// What is counted together: a client of ours, else all of a domain.
fn group(to: &Jid, here: bool) -> &str {
    if here { to.as_str() } else { to.domain().as_str() }
}

/// Forgets a request when dropped.
struct Forget<'a> {
    asks: &'a Asks,
    id: Box<str>,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.asks.forget(&self.id);
    }
}

fn read(answer: &Stanza) -> Answer {
    if answer.iq_type() == Ok(IqType::Result) {
        // RFC 6120 §8.2.3: a result has one child or none.
        return match answer.iq_payload() {
            Ok(child) => child.element().map(Some).map_err(|_| AskError::Unreadable),
            Err(_) if answer.children().next().is_none() => Ok(None),
            Err(_) => Err(AskError::Unreadable),
        };
    }
    let error = answer.child(Tag::Error).and_then(|child| child.element().ok());
    Err(AskError::Refused(error.as_ref().and_then(StanzaError::read).unwrap_or_else(StanzaError::undefined_condition)))
}

/// Requests under way at a time (a guess: a push for each of a thousand phones, with room to grow).
pub const MAX_PENDING: usize = 8_192;

/// Of these, to one domain elsewhere: a push service that hangs leaves room for the others.
pub const MAX_PER_DOMAIN: usize = 2_048;

/// Of these, to all clients here: clients that never answer leave room for waking those that are away.
pub const MAX_HERE: usize = MAX_PENDING / 2;

/// Of these, to one client here.
pub const MAX_PER_CLIENT: usize = 16;

/// Milliseconds between two looks for what is over.
const SWEEP_EVERY: u64 = 5_000;

#[cfg(test)]
#[path = "asks_tests.rs"]
mod tests;
