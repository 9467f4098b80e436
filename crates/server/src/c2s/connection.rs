//! A bound stream: one poll step over socket, window, outbox and timer.
//!
//! All of one read is taken before the outbox is looked at; the whole outbox goes out in one write of at most 16 KiB.
//! Buffers are the worker's and are held for one poll only. When the socket is lost the window still drains, so that
//! what was submitted is counted; then the session waits for its client or ends (`resume`).
//!
//! Spec: RFC 6120 §4.4 (closing) and §4.9, XEP-0198 v1.6.3 §3 to §5, XEP-0352 v1.0.0, DESIGN "Hot path" and "Order".

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parlour_engine::way::{self, Gate};
use parlour_engine::{BoxFuture, Origin, Session, Window, WindowBounds, sessions};
use parlour_net::Timer;
use parlour_router::{End, Out};
use parlour_xmpp::error::{StreamCondition, StreamError};
use parlour_xmpp::framer::{Frame, Mode, Nonza};
use parlour_xmpp::ns;
use parlour_xmpp::payload::sm::{self, ClientSm, Enable, ServerSm};

use super::asking::Asking;
use super::negotiate::Ready;
use super::pace::Pace;
use super::resume::Lease;
use super::wire::{Wire, WireError, end_element, write_element, write_end};
use crate::Shared;
use crate::meters::Meters;

/// A bound stream. A future that is ready when its socket is closed and all it took in is dealt with.
pub(super) struct Connection {
    wire: Option<Wire>,
    timer: Timer,
    pace: Pace,
    /// Set while the client's presence waits for its budget.
    late: Timer,
    core: Core,
}

/// All but the socket.
struct Core {
    shared: Arc<Shared>,
    session: Arc<Session>,
    origin: Origin,
    window: Window,
    mode: Mode,
    /// Written to nobody yet; unallocated when empty.
    out: Vec<u8>,
    /// Something was written and not flushed.
    unflushed: bool,
    sm: Option<Sm>,
    /// `<enable/>` came and waits for what was sent before it.
    enable: Option<Enable>,
    /// Offline messages being fetched.
    fetch: Option<BoxFuture<()>>,
    /// More came up meanwhile, which that may not have seen.
    fetch_again: bool,
    phase: Phase,
    /// The client has closed in order: it comes back to nothing.
    closed: bool,
}

/// What outlives a connection.
pub(super) struct Rest {
    pub(super) session: Arc<Session>,
    /// By what its client may come back to the session.
    pub(super) lease: Option<Arc<Lease>>,
    /// Stanzas of the client that are handled, where it may ask for that.
    pub(super) handled: Option<u32>,
}

/// XEP-0198 on this stream.
struct Sm {
    lease: Option<Arc<Lease>>,
    /// What the client was told last.
    reported: u32,
    asking: Asking,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Reads and writes.
    Open,
    /// The client has closed its side: what it asked is answered, then the stream ends.
    Finishing,
    /// The end is written; the socket is to be flushed and closed.
    Closing,
    /// The socket is gone.
    Gone,
}

thread_local! {
    /// Output scratch of a worker: stanzas taken and bytes to be written, lent for the time of one poll.
    static SCRATCH: RefCell<(Vec<Out>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

impl Connection {
    pub(super) fn new(shared: Arc<Shared>, ready: Ready) -> Self {
        let Ready { wire, session, sm, greeting } = ready;
        let mut window = Window::default();
        let sm = sm.map(|start| {
            window.count_from(start.handled);
            Sm { lease: start.lease, reported: start.handled, asking: Asking::default() }
        });
        let pace = Pace::new(&shared.engine.sending.limits());
        let core = Core {
            origin: Origin::Client(Arc::clone(&session)),
            shared,
            session,
            window,
            mode: wire.mode(),
            out: greeting,
            unflushed: false,
            sm,
            enable: None,
            fetch: None,
            fetch_again: false,
            phase: Phase::Open,
            closed: false,
        };
        Self { wire: Some(wire), timer: Timer::new(), pace, late: Timer::new(), core }
    }

    /// What outlives the connection.
    pub(super) fn into_rest(self) -> Rest {
        let Core { session, window, sm, closed, fetch, .. } = self.core;
        if fetch.is_some() {
            // What it did not come to is for the connection that goes on.
            session.outbox.fetch();
        }
        Rest {
            handled: (!closed && session.stream().is_some()).then(|| window.handled()),
            session,
            lease: sm.and_then(|sm| sm.lease),
        }
    }
}

impl Future for Connection {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        for _ in 0..TURNS {
            let mut again = this.read(cx);
            again |= this.tell_late(cx);
            again |= this.core.work(cx);
            again |= this.write(cx);
            if this.core.phase == Phase::Gone {
                this.wire = None;
                let gate = Gate { engine: &this.core.shared.engine, origin: &this.core.origin };
                let drained = this.core.window.poll(cx, &gate).is_ready() && this.core.window.is_idle();
                return if drained { Poll::Ready(()) } else { Poll::Pending };
            }
            if this.timer.poll(cx).is_ready() {
                // Nothing was acknowledged for too long, or the peer does not let itself be closed.
                if !this.core.is_alive(&mut this.timer) {
                    this.core.phase = Phase::Gone;
                }
                continue;
            }
            if !again {
                return Poll::Pending;
            }
        }
        // Others want to run too.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Connection {
    /// Takes in one read. True when there may be more.
    fn read(&mut self, cx: &mut Context<'_>) -> bool {
        let Self { wire: Some(wire), core, timer, pace, .. } = self else { return false };
        if core.phase != Phase::Open || core.is_held() || pace.poll_waits(cx) {
            return false;
        }
        match wire.poll_frames(cx, |frame| core.frame(frame, timer)) {
            Poll::Pending => false,
            Poll::Ready(Ok(read)) => {
                Meters::add(&core.shared.meters.bytes_in, read);
                if pace.read(read, || core.shared.engine.sending.limits()) {
                    Meters::count(&core.shared.meters.paused);
                }
                true
            }
            Poll::Ready(Err(WireError::Gone)) => {
                core.phase = Phase::Gone;
                false
            }
            Poll::Ready(Err(WireError::Bad(error))) => {
                core.fail(StreamError::from(error), timer);
                true
            }
        }
    }

    /// Tells what the client said too often of itself, as soon as it may. True when that is under way.
    fn tell_late(&mut self, cx: &mut Context<'_>) -> bool {
        let Self { core, late, .. } = self;
        if core.phase != Phase::Open || !core.session.has_late_presence() {
            return false;
        }
        if late.deadline().is_none() {
            late.set(LATER);
        }
        if late.poll(cx).is_pending() {
            return false;
        }
        // In its turn, so that neither what it said before nor what it says next is told out of order; else once more later.
        if core.window.is_empty()
            && let Some(work) = way::late_presence(&core.shared.engine, &core.session)
        {
            core.window.before(work);
        }
        true
    }

    /// Writes what there is. True when there may be more.
    fn write(&mut self, cx: &mut Context<'_>) -> bool {
        let Self { wire: Some(wire), core, timer, .. } = self else { return false };
        if core.phase == Phase::Gone {
            return false;
        }
        let written = SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => {
                let (batch, bytes) = &mut *scratch;
                core.write(cx, wire, timer, batch, bytes)
            }
            // Cannot happen: writing polls no other connection. Buffers of its own do no harm.
            Err(_) => core.write(cx, wire, timer, &mut Vec::new(), &mut Vec::new()),
        });
        match written {
            Poll::Ready(Ok(more)) => more,
            Poll::Ready(Err(_)) => {
                core.phase = Phase::Gone;
                false
            }
            Poll::Pending => false,
        }
    }
}

impl Core {
    /// No more may be read now.
    fn is_held(&self) -> bool {
        self.enable.is_some() || self.window.is_full(WindowBounds::CLIENT) || self.out.len() > MAX_PENDING_BYTES
    }

    /// Takes a frame in. False when no more may be taken now.
    fn frame(&mut self, frame: Frame, timer: &mut Timer) -> bool {
        match frame {
            Frame::Stanza(stanza) => {
                let gate = Gate { engine: &self.shared.engine, origin: &self.origin };
                self.window.offer(&gate, stanza);
            }
            Frame::Nonza(nonza) => self.nonza(&nonza, timer),
            Frame::Close => {
                // RFC 6120 §4.4: closed in order, so there is nothing to come back to.
                self.give_up_resuming();
                self.closed = true;
                self.phase = Phase::Finishing;
                timer.set(TO_CLOSE);
            }
            Frame::Open(_) => self.fail(StreamError::new(StreamCondition::BadFormat), timer),
        }
        self.phase == Phase::Open && !self.is_held()
    }

    fn nonza(&mut self, nonza: &Nonza, timer: &mut Timer) {
        let read = (nonza.ns() == ns::SM).then(|| nonza.element().ok().and_then(|el| ClientSm::read(&el).ok()));
        match read {
            // XEP-0352 §4.1: at once, so that what was held back comes before the answer to what follows.
            None if nonza.is(ns::CSI, "inactive") => self.session.outbox.set_inactive(true),
            None if nonza.is(ns::CSI, "active") => self.session.outbox.set_inactive(false),
            // ATTACKS 45: nothing is asked by it.
            None if nonza.ns() == ns::CSI => {}
            None => self.fail(StreamError::new(StreamCondition::UnsupportedStanzaType), timer),
            Some(None) => self.fail(StreamError::new(StreamCondition::BadFormat), timer),
            Some(Some(ClientSm::Enable(enable))) if self.sm.is_none() => self.enable = Some(enable),
            Some(Some(ClientSm::Enable(_) | ClientSm::Resume(_))) => {
                let condition = parlour_xmpp::error::Condition::UnexpectedRequest;
                self.say(&ServerSm::Failed { condition, h: None });
            }
            Some(Some(ClientSm::Request)) => self.report(true),
            Some(Some(ClientSm::Ack { h })) => self.acked(h, timer),
        }
    }

    fn acked(&mut self, h: u32, timer: &mut Timer) {
        let Some(sm) = &mut self.sm else { return };
        if let Err(high) = sessions::acknowledged(&self.shared.engine, &self.session, h) {
            self.fail(sm::handled_count_too_high(high.h, high.sent), timer);
            return;
        }
        if sm.asking.acked(self.session.outbox.unacked()) {
            timer.clear();
        }
        self.ask_if_due(timer);
    }

    /// Asks what the client has, if it is time to.
    fn ask_if_due(&mut self, timer: &mut Timer) {
        if self.phase == Phase::Open && self.sm.as_ref().is_some_and(|sm| sm.asking.is_due()) {
            self.ask(timer);
        }
    }

    fn ask(&mut self, timer: &mut Timer) {
        let Some(sm) = &mut self.sm else { return };
        sm.asking.asked();
        timer.set(self.shared.options.ack());
        self.out.extend_from_slice(ASK);
        end_element(self.mode, &mut self.out);
    }

    /// The timer has rung. False when the connection is lost.
    fn is_alive(&mut self, timer: &mut Timer) -> bool {
        let alive = self.phase == Phase::Open && self.sm.as_ref().is_some_and(|sm| sm.asking.is_alive());
        if alive {
            self.ask(timer);
        }
        alive
    }

    /// Tells the client how much is handled; unasked only what is news.
    fn report(&mut self, asked: bool) {
        let h = self.window.handled();
        let Some(sm) = &mut self.sm else { return };
        if asked || sm.reported != h {
            sm.reported = h;
            self.say(&ServerSm::Ack { h });
        }
    }

    fn say(&mut self, what: &ServerSm) {
        write_element(self.mode, &mut self.out, &what.to_element());
    }

    /// Fetches what waits in offline storage, once more where that is under way.
    fn fetch(&mut self, cx: &Context<'_>) {
        if self.fetch.is_some() {
            self.fetch_again = true;
            return;
        }
        let (shared, session) = (Arc::clone(&self.shared), Arc::clone(&self.session));
        self.fetch = Some(Box::pin(async move { sessions::hand_over(&shared.engine, &session).await }));
        cx.waker().wake_by_ref();
    }

    /// Goes on with what waits. True when something may be written or read that could not before.
    fn work(&mut self, cx: &mut Context<'_>) -> bool {
        let mut again = false;
        if let Some(fetch) = &mut self.fetch
            && fetch.as_mut().poll(cx).is_ready()
        {
            self.fetch = None;
            if std::mem::take(&mut self.fetch_again) {
                self.fetch(cx);
            }
        }
        let waited = !self.window.is_idle();
        let held = self.is_held();
        let done = if waited {
            let gate = Gate { engine: &self.shared.engine, origin: &self.origin };
            self.window.poll(cx, &gate).is_ready()
        } else {
            true
        };
        if done {
            if let Some(enable) = self.enable.take() {
                // What came before does not count, what comes from here on does.
                self.window.count_from_here();
                let (start, enabled) = super::enable(&self.shared, &self.session, &enable);
                self.sm = Some(Sm { lease: start.lease, reported: 0, asking: Asking::default() });
                write_element(self.mode, &mut self.out, &enabled);
                again = true;
            }
            if waited {
                // XEP-0198: told unasked, as what it counts has just become durable.
                self.report(false);
            }
        }
        again || (held && !self.is_held())
    }

    fn write(
        &mut self,
        cx: &mut Context<'_>,
        wire: &mut Wire,
        timer: &mut Timer,
        batch: &mut Vec<Out>,
        bytes: &mut Vec<u8>,
    ) -> Poll<std::io::Result<bool>> {
        loop {
            bytes.clear();
            bytes.append(&mut std::mem::take(&mut self.out));
            let mut taken = None;
            // What is left of a large stanza goes first; then there may be more, and nobody wakes us for it.
            let first = bytes.len() >= WRITE_BYTES;
            if matches!(self.phase, Phase::Open | Phase::Finishing) && bytes.len() < WRITE_BYTES {
                batch.clear();
                let found = self.session.outbox.take(cx, WRITE_BYTES - bytes.len(), batch);
                let mut arrived = Vec::new();
                for out in batch.drain(..) {
                    out.write(bytes, super::default_ns(self.mode));
                    end_element(self.mode, bytes);
                    match &mut self.sm {
                        Some(sm) => sm.asking.wrote(&out.stanza),
                        // It will not say what it has.
                        None => {
                            arrived.extend(out.kept);
                            if let Some(shared) = &out.shared {
                                shared.arrive();
                            }
                        }
                    }
                }
                if !arrived.is_empty() {
                    self.shared.engine.keeper.arrived(self.session.bare(), arrived);
                }
                if found.fetch {
                    self.fetch(cx);
                }
                self.ask_if_due(timer);
                bytes.append(&mut std::mem::take(&mut self.out));
                if matches!(found.end, Some(End::NotAuthorized | End::Shutdown)) && !self.window.is_idle() {
                    // What was asked is answered first: it may be what ended this (XEP-0077 §3.2). And what was taken
                    // before the server stops is acknowledged first, once it is kept.
                    if self.phase == Phase::Open {
                        self.phase = Phase::Finishing;
                        timer.set(TO_CLOSE);
                    }
                } else if let Some(why) = found.end {
                    self.end_for(why, timer, bytes);
                } else if self.phase == Phase::Finishing && !found.more && self.window.is_idle() && self.fetch.is_none()
                {
                    self.end_with(timer, None, bytes);
                }
                taken = Some(found.more);
            } else if matches!(self.phase, Phase::Open | Phase::Finishing)
                && let Some(why) = self.session.outbox.ending()
            {
                // Blocked by a peer that does not read; it gets a little time to do so.
                self.end_for(why, timer, bytes);
            }
            let total = bytes.len();
            if total > 0 {
                let mut rest = bytes.as_slice();
                let outcome = wire.poll_write_all(cx, &mut rest);
                let left = rest.len();
                self.unflushed = true;
                Meters::add(&self.shared.meters.bytes_out, total - left);
                if left > 0 {
                    self.out.extend_from_slice(&bytes[total - left..]);
                }
                // A socket that takes no more wakes us when it does.
                std::task::ready!(outcome)?;
            }
            if bytes.capacity() > 4 * WRITE_BYTES {
                *bytes = Vec::new();
            }
            if taken == Some(true) || first {
                continue;
            }
            if self.unflushed {
                std::task::ready!(wire.poll_flush(cx))?;
                self.unflushed = false;
            }
            if self.phase == Phase::Closing {
                std::task::ready!(wire.poll_shutdown(cx))?;
                self.phase = Phase::Gone;
            }
            return Poll::Ready(Ok(false));
        }
    }

    /// Ends the stream for a reason from outside. Some leave the session to be resumed.
    fn end_for(&mut self, why: End, timer: &mut Timer, out: &mut Vec<u8>) {
        let condition = match why {
            End::Conflict | End::Resumed => StreamCondition::Conflict,
            End::TooSlow => StreamCondition::ResourceConstraint,
            End::NotAuthorized => StreamCondition::NotAuthorized,
            End::Shutdown => StreamCondition::SystemShutdown,
        };
        if !matches!(why, End::TooSlow | End::Resumed) {
            self.give_up_resuming();
        }
        if why == End::Shutdown {
            // So that the client sends again, elsewhere or later, only what it has to.
            self.report(false);
            out.append(&mut self.out);
        }
        self.end_with(timer, Some(&StreamError::new(condition)), out);
        if why == End::Resumed {
            // The client waits for its session on another connection; this one is most likely dead.
            timer.set(TO_CLOSE_RESUMED);
        }
    }

    fn give_up_resuming(&mut self) {
        if let Some(lease) = self.sm.as_mut().and_then(|sm| sm.lease.take()) {
            self.shared.resumable.forget(&lease, self.window.handled());
        }
    }

    /// Ends the stream for a fault of the peer.
    fn fail(&mut self, error: StreamError, timer: &mut Timer) {
        self.give_up_resuming();
        self.phase = Phase::Closing;
        timer.set(TO_CLOSE);
        Meters::count(&self.shared.meters.stream_errors);
        write_end(self.mode, &mut self.out, Some(&error));
    }

    fn end_with(&mut self, timer: &mut Timer, error: Option<&StreamError>, out: &mut Vec<u8>) {
        if error.is_some() {
            Meters::count(&self.shared.meters.stream_errors);
        }
        self.session.outbox.leave();
        write_end(self.mode, out, error);
        timer.set(TO_CLOSE);
        self.phase = Phase::Closing;
    }
}

/// `<r/>`
const ASK: &[u8] = b"<r xmlns='urn:xmpp:sm:3'/>";

/// Bytes of one write: one TLS record.
const WRITE_BYTES: usize = 16 * 1024;

/// What may wait unwritten before reading stops: acknowledgements and answers to a peer that does not read.
const MAX_PENDING_BYTES: usize = 64 * 1024;

/// Turns of one poll, so that one busy client does not keep a worker.
const TURNS: usize = 8;

/// After which a presence that came too often is tried again.
const LATER: Duration = Duration::from_secs(1);

/// To take leave.
const TO_CLOSE: Duration = Duration::from_secs(5);

/// To take leave of a connection whose client is on another one already.
const TO_CLOSE_RESUMED: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_small() {
        assert!(size_of::<Connection>() <= 384, "{} bytes", size_of::<Connection>());
    }
}
