//! What waits for one resource: pushed by anyone, written by its connection alone.
//!
//! Spec: XEP-0198 v1.6.3 §4 and §5 (what was sent and not acknowledged stays at the front), XEP-0352 v1.0.0 (what may
//! wait is held back from an inactive client, within [`HELD`]).
//! Bounded in stanzas and bytes, and all of a server together in bytes ([`Budget`]). When full, a session that can be resumed loses its socket and keeps
//! the queue, which then takes as much again; past that it can no longer be resumed. Any other session
//! is closed at once. The pusher is never slowed.
//! Nothing is allocated while nothing waits.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use parlour_domain::csi;

use crate::asked::Asked;
use crate::budget::{Budget, Part};
use crate::directed::Directed;
use crate::handed::Handed;
use crate::out::{Out, Wake};

/// How much may wait for one resource, sent and unacknowledged included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Stanzas.
    pub stanzas: usize,
    /// Bytes, counted about.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        // A guess: the presence of a full roster (5,000) at once, and a busy room's minute.
        Self { stanzas: 10_000, bytes: 4 * 1024 * 1024 }
    }
}

/// Why a connection has to end, told to it through its outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Another client took the resource, or resumed the session.
    Conflict,
    /// It reads slower than others write.
    TooSlow,
    /// The account was removed, switched off or signed out everywhere.
    NotAuthorized,
    /// The server stops.
    Shutdown,
    /// Another connection goes on with the session.
    Resumed,
}

/// How much is held back from an inactive client: then it gets it all, and no end for being slow. A guess: the presence of
/// a day's contacts, once for each.
pub const HELD: Bounds = Bounds { stanzas: 500, bytes: 256 * 1024 };

/// The queue of one resource.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Whom its client is present to beside its contacts.
    pub directed: Directed,
    /// What its client has asked others.
    pub asked: Asked,
    /// What of offline storage it was given.
    pub handed: Handed,
    bounds: Bounds,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    queue: VecDeque<Out>,
    /// The first so many were written and not acknowledged; 0 where nothing is acknowledged.
    sent: usize,
    bytes: usize,
    /// Unsent presences, so that most pushes need not look for one.
    presences: usize,
    /// Nobody looks at the client: what may wait is held back.
    inactive: bool,
    /// Something unsent may not be held back, and with it all before it.
    due: bool,
    /// What the peer said it handled.
    acked: u32,
    state: State,
    end: Option<End>,
    /// The connection has taken leave; until then the answer to what ended it still gets through.
    left: bool,
    fetch: bool,
    /// There was no room for more of what can be fetched.
    fetch_later: bool,
    /// Something was refused, so the peer's count and ours no longer mean the same.
    broken: bool,
    waker: Option<Waker>,
    /// Of what all queues may hold.
    part: Part,
}

/// Who is behind the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// A connection that acknowledges nothing.
    #[default]
    Plain,
    /// A connection with XEP-0198.
    Counting,
    /// Nobody now; somebody may resume.
    Parked,
    /// Nobody any more.
    Closed,
}

/// What [`Outbox::take`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Something unsent is left.
    pub more: bool,
    /// The connection has to end, after what was taken is written.
    pub end: Option<End>,
    /// Offline messages came up that the connection has to fetch.
    pub fetch: bool,
}

/// Where [`Outbox::push`] put something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    /// A connection takes it from here.
    Connected,
    /// It waits for a client whose connection is lost. If it is to be woken for this, that is the pusher's to do, now.
    Parked,
}

/// The peer acknowledged more than it was sent: `handled-count-too-high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("acknowledged {h} of {sent} stanzas")]
pub struct TooHigh {
    /// What the peer said.
    pub h: u32,
    /// What was sent.
    pub sent: u32,
}

impl Outbox {
    /// An empty queue.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            directed: Directed::default(),
            asked: Asked::default(),
            handed: Handed::default(),
            bounds,
            inner: Mutex::default(),
        }
    }

    /// The same as one of those that share a budget: where that is spent, a long queue counts as full.
    #[must_use]
    pub fn within(mut self, budget: &Arc<Budget>) -> Self {
        self.inner.get_mut().unwrap_or_else(PoisonError::into_inner).part = Part::of(budget);
        self
    }

    /// Queues a stanza and wakes the connection if it has nothing else to write.
    ///
    /// # Errors
    /// Gives the stanza back when nobody is there to take it, or when this very stanza does not fit.
    pub fn push(&self, mut out: Out) -> Result<Landed, Box<Out>> {
        let mut inner = self.lock();
        if inner.takes_nothing() {
            return Err(Box::new(out));
        }
        let presence = out.presence_key().is_some();
        if presence && inner.presences > 0 {
            inner.drop_older_presence(&out);
        }
        let waits = inner.inactive && csi::may_wait(&out.stanza);
        if waits {
            inner.drop_older_chat_state(&out);
        }
        let cost = out.cost();
        // One stanza always fits, however large: its size was judged when it was read.
        let over = |times: usize| {
            !inner.queue.is_empty()
                && (inner.queue.len() >= times * self.bounds.stanzas
                    || inner.bytes + cost > times * self.bounds.bytes
                    || !inner.part.allows(inner.bytes + cost))
        };
        let resumable = inner.state != State::Plain;
        if over(if resumable { 2 } else { 1 }) {
            inner.broken = true;
            let woken = inner.too_slow();
            drop(inner);
            if let Some(waker) = woken {
                waker.wake();
            }
            return Err(Box::new(out));
        }
        let landed = if inner.state == State::Parked { Landed::Parked } else { Landed::Connected };
        if landed == Landed::Parked && out.wake == Wake::Due {
            out.wake = Wake::Done;
        }
        let slow = inner.state == State::Counting && over(1);
        let was_idle = !inner.has_due();
        inner.bytes += cost;
        inner.settle();
        inner.presences += usize::from(presence);
        inner.queue.push_back(out);
        inner.due |= inner.inactive && (!waits || inner.holds_enough());
        let woken = if slow {
            inner.too_slow()
        } else if was_idle && inner.has_due() {
            inner.waker.take()
        } else {
            None
        };
        drop(inner);
        if let Some(waker) = woken {
            waker.wake();
        }
        Ok(landed)
    }

    /// Moves what is unsent into `batch`, up to about `max_bytes` (at least one). With nothing to give the
    /// connection is woken at the next push or end.
    pub fn take(&self, cx: &Context<'_>, max_bytes: usize, batch: &mut Vec<Out>) -> Taken {
        let mut inner = self.lock();
        let mut room = max_bytes;
        while inner.has_due()
            && let Some(out) = inner.queue.get(inner.sent)
        {
            let cost = out.cost();
            if room < cost && room != max_bytes {
                break;
            }
            room = room.saturating_sub(cost);
            let presence = usize::from(out.presence_key().is_some());
            let kept = (inner.state != State::Plain).then(|| out.clone());
            inner.presences -= presence;
            if let Some(out) = kept {
                batch.push(out);
                inner.sent += 1;
            } else {
                // Nothing is kept at the front, so the cursor stays at 0.
                inner.bytes -= cost;
                batch.extend(inner.queue.pop_front());
            }
        }
        if inner.queue.is_empty() {
            inner.queue = VecDeque::new();
        }
        let more = inner.has_due();
        // Whatever is held back from here on comes after all that was due.
        inner.due &= more;
        inner.settle();
        inner.fetch_if_low(self.bounds);
        if inner.end.is_none() {
            // Also with something left, which may be too much for the socket: an end must get through.
            match &inner.waker {
                Some(waker) if waker.will_wake(cx.waker()) => {}
                _ => inner.waker = Some(cx.waker().clone()),
            }
        }
        Taken { more, end: inner.end, fetch: std::mem::take(&mut inner.fetch) }
    }

    /// XEP-0198 is on from here: what is taken from now on stays until acknowledged.
    pub fn count(&self) {
        let mut inner = self.lock();
        if inner.state == State::Plain {
            inner.state = State::Counting;
        }
    }

    /// The client says whether somebody looks at it (XEP-0352). What was held back is due when somebody does.
    pub fn set_inactive(&self, inactive: bool) {
        let mut inner = self.lock();
        if inner.inactive == inactive {
            return;
        }
        // What waits at this moment is on its way already.
        inner.due = inactive && inner.has_due();
        inner.inactive = inactive;
        let woken = if inner.has_due() { inner.waker.take() } else { None };
        drop(inner);
        if let Some(waker) = woken {
            waker.wake();
        }
    }

    /// The peer has handled `h` stanzas in all. `done` gets each one acknowledged by this.
    ///
    /// # Errors
    /// [`TooHigh`]: nothing changed, the stream has to end.
    pub fn ack(&self, h: u32, mut done: impl FnMut(Out)) -> Result<(), TooHigh> {
        let mut inner = self.lock();
        let news = h.wrapping_sub(inner.acked) as usize;
        if news > inner.sent {
            let sent = inner.acked.wrapping_add(u32::try_from(inner.sent).unwrap_or(u32::MAX));
            return Err(TooHigh { h, sent });
        }
        inner.acked = h;
        inner.sent -= news;
        for _ in 0..news {
            if let Some(out) = inner.queue.pop_front() {
                inner.bytes -= out.cost();
                done(out);
            }
        }
        if inner.queue.is_empty() {
            inner.queue = VecDeque::new();
        }
        inner.settle();
        inner.fetch_if_low(self.bounds);
        Ok(())
    }

    /// What is sent stays until it is acknowledged.
    pub fn is_counting(&self) -> bool {
        matches!(self.lock().state, State::Counting | State::Parked)
    }

    /// Its client is gone and may come back.
    pub fn is_parked(&self) -> bool {
        self.lock().state == State::Parked
    }

    /// How many were sent and not acknowledged.
    pub fn unacked(&self) -> usize {
        self.lock().sent
    }

    /// Much more fits: what can come later, and is much, is given only then. At least a quarter of the bounds is free for
    /// each of those that give it.
    pub fn has_room(&self) -> bool {
        let inner = self.lock();
        inner.queue.len() < self.bounds.stanzas / 4 && inner.bytes < self.bounds.bytes / 4
    }

    /// How many wait, sent or not.
    pub fn len(&self) -> usize {
        self.lock().queue.len()
    }

    /// About how many bytes wait, sent or not.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lock().queue.is_empty()
    }

    /// The socket is gone, the session stays for a while. False where it cannot be resumed.
    pub fn park(&self) -> bool {
        let mut inner = self.lock();
        inner.waker = None;
        match inner.state {
            // What made it end was about its connection; a conflict or a sign-out is about the session.
            State::Counting if !inner.broken && !matches!(inner.end, Some(End::Conflict | End::NotAuthorized)) => {
                inner.end = None;
                inner.left = false;
                inner.state = State::Parked;
                true
            }
            _ => false,
        }
    }

    /// What a client whose connection was lost has not acknowledged and is to be woken for. Each is given once, however
    /// often it is lost; nothing while a connection has it.
    pub fn overdue(&self) -> Vec<Out> {
        let mut inner = self.lock();
        if inner.state != State::Parked {
            return Vec::new();
        }
        let due = inner.queue.iter_mut().filter(|out| out.wake == Wake::Due);
        due.map(|out| {
            out.wake = Wake::Done;
            out.clone()
        })
        .collect()
    }

    /// A new connection takes over a parked session: all that was not acknowledged is sent again, and what was held back
    /// too, since its client is active until it says otherwise (XEP-0352 §4.2). False where it was not parked, or was
    /// replaced or signed out meanwhile.
    pub fn resume(&self) -> bool {
        let mut inner = self.lock();
        let over = matches!(inner.end, Some(End::Conflict | End::NotAuthorized));
        if inner.state != State::Parked || inner.broken || over {
            return false;
        }
        inner.end = None;
        inner.left = false;
        inner.state = State::Counting;
        (inner.inactive, inner.due) = (false, false);
        inner.rewind();
        true
    }

    /// Sends all that was not acknowledged again.
    pub fn rewind(&self) {
        self.lock().rewind();
    }

    /// Tells the connection to end.
    pub fn end(&self, why: End) {
        let mut inner = self.lock();
        // A reason that forbids resumption replaces one that does not.
        if inner.end.is_none() || matches!(why, End::Conflict | End::NotAuthorized) {
            inner.end = Some(why);
        }
        let woken = inner.waker.take();
        drop(inner);
        if let Some(waker) = woken {
            waker.wake();
        }
    }

    /// Why the connection has to end, if it has.
    pub fn ending(&self) -> Option<End> {
        self.lock().end
    }

    /// The connection takes leave: what comes from here on is given back.
    pub fn leave(&self) {
        self.lock().left = true;
    }

    /// Waits, while parked, for a reason to end.
    pub fn poll_end(&self, cx: &Context<'_>) -> Poll<End> {
        let mut inner = self.lock();
        // That another connection wants it is no end: it takes it in a moment.
        if let Some(why) = inner.end.filter(|why| *why != End::Resumed) {
            return Poll::Ready(why);
        }
        // A connection that has taken over meanwhile is the one to be woken; its place must not be taken.
        if inner.state == State::Parked {
            inner.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Asks the connection to fetch what waits in offline storage.
    pub fn fetch(&self) {
        let mut inner = self.lock();
        inner.fetch = true;
        let woken = inner.waker.take();
        drop(inner);
        if let Some(waker) = woken {
            waker.wake();
        }
    }

    /// Something in offline storage is still to be fetched.
    pub fn is_to_fetch(&self) -> bool {
        let inner = self.lock();
        inner.fetch || inner.fetch_later
    }

    /// Whether there is room for something of about so many bytes that can as well be fetched later: half of the bounds
    /// stays for what others push. If not, [`Taken::fetch`] says when there is.
    pub fn has_room_or_fetches_later(&self, bytes: usize) -> bool {
        let mut inner = self.lock();
        let Bounds { stanzas, bytes: max } = self.bounds;
        let room = inner.queue.is_empty() || (inner.queue.len() < stanzas / 2 && inner.bytes + bytes <= max / 2);
        inner.fetch_later |= !room;
        room
    }

    /// Nobody will ever read it: gives back all that was not handed over, in order.
    pub fn close(&self) -> Vec<Out> {
        let mut inner = self.lock();
        inner.state = State::Closed;
        inner.waker = None;
        inner.sent = 0;
        inner.bytes = 0;
        inner.presences = 0;
        inner.settle();
        std::mem::take(&mut inner.queue).into()
    }

    /// The session can never take anything again.
    pub fn is_closed(&self) -> bool {
        self.lock().state == State::Closed
    }

    /// What is pushed is given back: nobody is there any more, or is taking leave for good.
    pub fn takes_nothing(&self) -> bool {
        self.lock().takes_nothing()
    }

    /// Those of these rows of offline storage that its client has: not in the queue, neither waiting nor unacknowledged.
    pub fn not_queued(&self, rows: Vec<i64>) -> Vec<i64> {
        if rows.is_empty() {
            return rows;
        }
        let mut rows: BTreeSet<i64> = rows.into_iter().collect();
        for out in &self.lock().queue {
            for row in [out.row, out.kept].into_iter().flatten() {
                rows.remove(&row);
            }
        }
        rows.into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change below is complete before anything can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn takes_nothing(&self) -> bool {
        self.state == State::Closed || (self.left && self.state == State::Plain)
    }

    /// Something may be written now.
    fn has_due(&self) -> bool {
        self.queue.len() > self.sent && (!self.inactive || self.due)
    }

    /// More must not be held back.
    fn holds_enough(&self) -> bool {
        self.queue.len() - self.sent >= HELD.stanzas || self.bytes >= HELD.bytes
    }

    /// A newer presence of the same two makes the waiting one pointless.
    fn drop_older_presence(&mut self, new: &Out) {
        let key = new.presence_key();
        if let Some(at) = self.latest().find(|at| self.queue[*at].presence_key() == key)
            && let Some(old) = self.queue.remove(at)
        {
            self.bytes -= old.cost();
            self.presences -= 1;
        }
    }

    /// Of what is held back, who types where is only told as it is now.
    fn drop_older_chat_state(&mut self, new: &Out) {
        let Some(key) = new.chat_state_key() else { return };
        if let Some(at) = self.latest().find(|at| self.queue[*at].chat_state_key() == Some(key))
            && let Some(old) = self.queue.remove(at)
        {
            self.bytes -= old.cost();
        }
    }

    fn too_slow(&mut self) -> Option<Waker> {
        self.end.get_or_insert(End::TooSlow);
        self.left = true;
        self.waker.take()
    }

    /// Where the unsent stand, the last first: no more than are ever held back, so that a long queue costs no pusher much.
    fn latest(&self) -> impl Iterator<Item = usize> + use<> {
        (self.sent.max(self.queue.len().saturating_sub(HELD.stanzas))..self.queue.len()).rev()
    }

    fn settle(&mut self) {
        self.part.settle(self.bytes);
    }

    fn fetch_if_low(&mut self, bounds: Bounds) {
        if self.fetch_later && self.queue.len() <= bounds.stanzas / 4 && self.bytes <= bounds.bytes / 4 {
            self.fetch_later = false;
            self.fetch = true;
        }
    }

    fn rewind(&mut self) {
        self.sent = 0;
        self.presences = self.queue.iter().filter(|o| o.presence_key().is_some()).count();
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
