//! Sessions that outlive their connection, and the ids by which clients come back to them.
//!
//! The task of the lost connection keeps the session until another connection takes it, time is up, or the account is
//! signed out: so each session always has exactly one owner.
//!
//! What is handled of a session that is over is kept for a while, so that `<failed h=''/>` can be trusted: exactly where the
//! server could say goodbye, and after a crash up to the last message that was kept, since its count is in the same
//! transaction. `h` is then never too high. What came behind that message and is not kept (presence, requests, chat states)
//! may come a second time from a client that did not hear that it was handled; one that did has forgotten it.
//!
//! Spec: XEP-0198 v1.6.3 §5.
//! Left out: resumption after a restart of the server; `<failed/>` then says so and the archive has the messages.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlour_engine::{Engine, Session, sessions, way};
use parlour_net::Timer;
use parlour_router::End;
use parlour_xmpp::jid::BareJid;
use tokio::sync::Notify;

use super::connection::Rest;
use crate::Shared;

/// All sessions that can be resumed, attached ones too.
#[derive(Default)]
pub(crate) struct Resumables(Mutex<HashMap<Box<str>, Arc<Lease>>>);

/// A session that can be resumed.
pub(crate) struct Lease {
    id: Box<str>,
    session: Arc<Session>,
    /// How long it waits for its client.
    seconds: u32,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Clone, Copy)]
struct State {
    /// Counts the connections it has had, so that the owner of an earlier one sees that it is no longer the owner.
    turn: u32,
    hold: Hold,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// A connection has it.
    Attached,
    /// It waits; the client's stanzas up to this count are handled.
    Parked(u32),
    /// It is over; so much was handled.
    Over(u32),
}

/// A session that was taken over.
pub(crate) struct Taken {
    pub(crate) session: Arc<Session>,
    pub(crate) lease: Arc<Lease>,
    /// Stanzas of the client that are handled.
    pub(crate) handled: u32,
}

impl Resumables {
    /// Makes a session resumable: it will wait so long for its client.
    pub(crate) fn add(&self, engine: &Engine, session: &Arc<Session>, seconds: u32) -> Arc<Lease> {
        let id: Box<str> = parlour_domain::hex::write(&engine.dice.bytes::<16>()).into();
        let lease = Arc::new(Lease {
            id: id.clone(),
            session: Arc::clone(session),
            seconds,
            state: Mutex::new(State { turn: 0, hold: Hold::Attached }),
            changed: Notify::new(),
        });
        self.lock().insert(id, Arc::clone(&lease));
        lease
    }

    /// Takes a session over for another connection of the same account. One that still has a connection loses it first.
    ///
    /// # Errors
    /// How much was handled, if that is still known.
    pub(crate) async fn take(&self, id: &str, account: &BareJid) -> Result<Taken, Option<u32>> {
        let lease = self.lock().get(id).filter(|lease| lease.session.bare() == account).cloned().ok_or(None)?;
        let mut timer = Timer::new();
        timer.set(TAKE_OVER);
        loop {
            let changed = lease.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match lease.take() {
                Hold::Parked(handled) => {
                    lease.changed.notify_waiters();
                    return Ok(Taken { session: Arc::clone(&lease.session), lease: Arc::clone(&lease), handled });
                }
                Hold::Over(handled) => return Err(Some(handled)),
                Hold::Attached => lease.session.outbox.end(End::Resumed),
            }
            tokio::select! {
                () = changed => {}
                () = timer.rings() => return Err(None),
            }
        }
    }

    /// A session ended that could have been resumed.
    pub(crate) fn forget(&self, lease: &Lease, handled: u32) {
        lease.set(Hold::Over(handled));
        self.remove(lease);
    }

    fn remove(&self, lease: &Lease) {
        self.lock().remove(&lease.id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Lease>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// What the client is given to come back with.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it was; parked, it is attached to the caller now.
    fn take(&self) -> Hold {
        let mut state = self.state();
        let was = state.hold;
        if matches!(was, Hold::Parked(_)) {
            *state = State { turn: state.turn.wrapping_add(1), hold: Hold::Attached };
        }
        was
    }

    fn set(&self, hold: Hold) -> u32 {
        let turn = {
            let mut state = self.state();
            state.hold = hold;
            state.turn
        };
        self.changed.notify_waiters();
        turn
    }
}

/// What comes after a connection: the session waits for its client, or ends.
pub(super) async fn after(shared: &Arc<Shared>, rest: Rest) {
    let Rest { session, lease, handled } = rest;
    if let (Some(lease), Some(handled)) = (lease, handled) {
        // Its contacts would go by what it said before for as long as it is waited for. Who takes it over tells it itself.
        if session.outbox.ending() != Some(End::Resumed)
            && let Some(work) = way::last_presence(&shared.engine, &session)
        {
            work.await;
        }
        let room = shared.meters.parked.load(Ordering::Relaxed) < u64::from(shared.options.max_resumable);
        // Taken over by its client, which therefore is awake.
        let is_back = session.outbox.ending() == Some(End::Resumed);
        if room && session.outbox.park() && wait(shared, &session, &lease, handled, is_back).await {
            // Another connection has it now.
            return;
        }
        shared.resumable.forget(&lease, handled);
    }
    if let Some(handled) = handled {
        sessions::counted(&shared.engine, &session, handled);
    }
    sessions::end(&shared.engine, &session).await;
}

/// True when another connection took the session.
async fn wait(shared: &Shared, session: &Session, lease: &Lease, handled: u32, is_back: bool) -> bool {
    shared.meters.parked.fetch_add(1, Ordering::Relaxed);
    if !is_back {
        sessions::lost(&shared.engine, session);
    }
    let turn = lease.set(Hold::Parked(handled));
    let mut timer = Timer::new();
    timer.set(Duration::from_secs(u64::from(lease.seconds)));
    let mut stop = shared.stop.clone();
    let mut up = false;
    let taken = loop {
        let changed = lease.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        {
            let mut state = lease.state();
            if state.turn != turn {
                break true;
            }
            if up {
                // From here on nobody takes it any more.
                state.hold = Hold::Over(handled);
                break false;
            }
        }
        tokio::select! {
            () = changed => {}
            () = timer.rings() => up = true,
            // What its outbox was told of the end went with the connection, if that was lost at the same moment.
            () = stop.stopped() => up = true,
            // Signed out, replaced or too full to be resumed: there is nothing to wait for.
            _ = poll_fn(|cx| session.outbox.poll_end(cx)) => up = true,
        }
    };
    shared.meters.parked.fetch_sub(1, Ordering::Relaxed);
    taken
}

/// How long a connection that is to be replaced may take to finish what it was doing. A guess: a disk's worst second, ten times.
const TAKE_OVER: Duration = Duration::from_secs(10);
