//! What is to be told to push services, and in which order: one notification at a time for each registration, what comes
//! meanwhile in the next.
//!
//! Bounded: [`MAX_ENTRIES`] registrations (more are not told, and counted), [`MAX_UNDER_WAY`] notifications at a time, fewer to
//! one service, so that a slow one leaves room for the others, and a budget for each account, so that nobody makes this
//! server write to others faster than that (ATTACKS 122). Whoever adds never waits.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::Millis;
use parlour_domain::push::{Fault, Health, PushTarget, Verdict};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::push::Summary;
use tokio::sync::Notify;

parlour_domain::meters! {
    /// What is counted about pushes.
    pub struct Meters {
        /// Notifications that a push service took.
        pub sent: Counter,
        /// Notifications that a push service did not take; most are tried again.
        pub failed: Counter,
        /// Messages that no push service heard of: given up, or too much at once.
        pub dropped: Counter,
        /// Registrations that ended because their service takes nothing.
        pub ended: Counter,
    }
}

impl Meters {
    fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }
}

/// What waits to be told. One for an engine.
#[derive(Debug, Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    bell: Notify,
    meters: Meters,
}

/// Which registration: whose, and its key.
type Name = (Arc<str>, i64);

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<Name, Entry>,
    /// How many of them have nothing to tell.
    idle: usize,
    /// When which is to be told, in monotonic milliseconds; a number keeps the order of those of one time.
    due: BTreeMap<(u64, u64), Name>,
    number: u64,
    /// Accounts whose registrations are to be looked up first.
    calls: VecDeque<(BareJid, Summary)>,
    services: HashMap<Arc<str>, Service>,
    budgets: HashMap<Arc<str>, Budget>,
    under_way: usize,
}

#[derive(Debug)]
struct Entry {
    service: Arc<str>,
    state: State,
    /// What came since the last one left.
    waiting: Summary,
    /// What is being told.
    away: Summary,
    health: Health,
    /// Before this nothing is told.
    rest_until: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing to tell.
    Idle,
    /// In `due`, or held by its service.
    Waiting,
    /// Being told.
    UnderWay,
}

#[derive(Debug, Default)]
struct Service {
    under_way: usize,
    /// What waits for one of those to end.
    held: VecDeque<Name>,
}

#[derive(Debug)]
struct Budget {
    tokens: u32,
    /// Since when the next is growing.
    since: u64,
}

/// A notification to send now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) owner: Arc<str>,
    pub(super) key: i64,
    pub(super) summary: Summary,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A notification is sent; its end is told to [`Queue::took`], [`Queue::failed`], [`Queue::needless`] or
    /// [`Queue::gone`].
    Send(Errand),
    /// An account's registrations are read, and those of clients that are not there are added.
    Call(BareJid, Summary),
    /// Nothing before so many milliseconds have passed or [`Queue::rung`] resolves; `None`: before the latter, or an end.
    Wait(Option<u64>),
}

impl Queue {
    /// Has a client told, there.
    pub fn add(&self, owner: &str, target: &PushTarget, what: &Summary) {
        let mut inner = self.lock();
        let name: Name = (owner.into(), target.key);
        if inner.entries.len() >= MAX_ENTRIES && !inner.entries.contains_key(&name) {
            // What is only remembered for its failures goes first. Looked for only where it is found: whoever delivers a
            // message does not go through all of them each time.
            if inner.idle > 0 {
                inner.entries.retain(|_, entry| entry.state != State::Idle);
                inner.idle = 0;
            }
            if inner.entries.len() >= MAX_ENTRIES {
                drop(inner);
                self.dropped(what);
                return;
            }
        }
        match inner.entries.entry(name.clone()) {
            Slot::Occupied(mut there) => {
                let entry = there.get_mut();
                merge(&mut entry.waiting, what);
                if entry.state == State::Idle {
                    entry.state = State::Waiting;
                    let at = entry.rest_until;
                    inner.idle -= 1;
                    inner.put(at, name);
                }
            }
            Slot::Vacant(place) => {
                place.insert(Entry {
                    service: (&*target.service).into(),
                    state: State::Waiting,
                    waiting: what.clone(),
                    away: Summary::default(),
                    health: Health::default(),
                    rest_until: 0,
                });
                inner.put(0, name);
            }
        }
        drop(inner);
        self.bell.notify_one();
    }

    /// Has all clients of an account told that are not there; for where its registrations are not at hand.
    pub fn call(&self, owner: &BareJid, what: Summary) {
        let mut inner = self.lock();
        if inner.calls.len() >= MAX_CALLS {
            drop(inner);
            self.dropped(&what);
            return;
        }
        inner.calls.push_back((owner.clone(), what));
        drop(inner);
        self.bell.notify_one();
    }

    /// What is counted.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// Nothing is under way, and nothing is to be told at `now` (monotonic milliseconds).
    pub fn is_settled(&self, now: u64) -> bool {
        let inner = self.lock();
        let waits = inner.due.first_key_value().is_some_and(|((at, _), _)| *at <= now);
        inner.under_way == 0 && inner.calls.is_empty() && !waits
    }

    /// Resolves when something was added.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// What is to be done at this moment.
    pub(super) fn next(&self, now: u64) -> Next {
        let mut inner = self.lock();
        if inner.under_way >= MAX_UNDER_WAY {
            return Next::Wait(None);
        }
        if let Some((owner, what)) = inner.calls.pop_front() {
            inner.under_way += 1;
            return Next::Call(owner, what);
        }
        while let Some((&(at, number), _)) = inner.due.first_key_value() {
            if at > now {
                return Next::Wait(Some(at - now));
            }
            let Some(name) = inner.due.remove(&(at, number)) else { break };
            if let Some(errand) = inner.begin(name, now) {
                return Next::Send(errand);
            }
        }
        Next::Wait(None)
    }

    /// An account was looked up.
    pub(super) fn called(&self) {
        let mut inner = self.lock();
        inner.under_way = inner.under_way.saturating_sub(1);
    }

    /// A service took it.
    pub(super) fn took(&self, owner: &Arc<str>, key: i64) {
        Meters::add(&self.meters.sent, 1);
        let mut inner = self.lock();
        let name = (Arc::clone(owner), key);
        let Some(entry) = inner.end(&name) else { return };
        entry.health.took();
        entry.away = Summary::default();
        entry.rest_until = 0;
        inner.go_on(name);
    }

    /// A service did not take it. `failing`: since when it has taken nothing, as it is kept; `wall` and `now`: the time.
    pub(super) fn failed(
        &self,
        (owner, key): (&Arc<str>, i64),
        fault: Fault,
        failing: Option<Millis>,
        (wall, now): (Millis, u64),
    ) -> Verdict {
        if fault != Fault::Busy {
            Meters::add(&self.meters.failed, 1);
        }
        let mut inner = self.lock();
        let name = (Arc::clone(owner), key);
        // What is under way is never forgotten.
        let Some(entry) = inner.entries.get_mut(&name) else { return Verdict::Rest { span: 0, give_up: true } };
        let verdict = entry.health.failed(fault, failing, wall);
        if let Verdict::Rest { span, give_up } = verdict {
            entry.rest_until = now.saturating_add(span);
            let mut away = std::mem::take(&mut entry.away);
            if give_up {
                self.dropped(&away);
            } else {
                merge(&mut away, &entry.waiting);
                entry.waiting = away;
            }
            inner.end(&name);
            inner.go_on(name);
        }
        verdict
    }

    /// The registration has ended for its failures. Until this is told it counts as under way, so that nothing is told it
    /// that is still to be found.
    pub(super) fn ended(&self, owner: &Arc<str>, key: i64) {
        Meters::add(&self.meters.ended, 1);
        if let Some(entry) = self.remove(owner, key) {
            self.dropped(&entry.away);
            self.dropped(&entry.waiting);
        }
    }

    /// It was not sent: its client is there by now.
    pub(super) fn needless(&self, owner: &Arc<str>, key: i64) {
        let mut inner = self.lock();
        let name = (Arc::clone(owner), key);
        let Some(entry) = inner.end(&name) else { return };
        (entry.away, entry.waiting) = (Summary::default(), Summary::default());
        inner.go_on(name);
    }

    /// There is no such registration any more.
    pub(super) fn gone(&self, owner: &Arc<str>, key: i64) {
        self.remove(owner, key);
    }

    fn remove(&self, owner: &Arc<str>, key: i64) -> Option<Entry> {
        let mut inner = self.lock();
        let name = (Arc::clone(owner), key);
        inner.end(&name);
        inner.entries.remove(&name)
    }

    fn dropped(&self, what: &Summary) {
        Meters::add(&self.meters.dropped, u64::from(what.messages) + u64::from(what.requests));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change under this lock is complete before anything can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn put(&mut self, at: u64, name: Name) {
        self.number += 1;
        self.due.insert((at, self.number), name);
    }

    /// What is due leaves now, unless its service or its account has to wait.
    fn begin(&mut self, name: Name, now: u64) -> Option<Errand> {
        let entry = self.entries.get_mut(&name)?;
        let service = self.services.entry(Arc::clone(&entry.service)).or_default();
        if service.under_way >= MAX_PER_SERVICE {
            service.held.push_back(name);
            return None;
        }
        let full = Budget { tokens: BURST, since: now };
        if let Err(wait) = self.budgets.entry(Arc::clone(&name.0)).or_insert(full).spend(now) {
            // The room it does not use is for the next.
            let next = service.held.pop_front();
            if service.under_way == 0 && next.is_none() {
                self.services.remove(&Arc::clone(&entry.service));
            }
            if let Some(next) = next {
                self.put(now, next);
            }
            self.put(now.saturating_add(wait), name);
            return None;
        }
        service.under_way += 1;
        self.under_way += 1;
        entry.state = State::UnderWay;
        entry.away = std::mem::take(&mut entry.waiting);
        let summary = entry.away.clone();
        if self.budgets.len() > MAX_BUDGETS {
            self.budgets.retain(|_, budget| !budget.is_full(now));
        }
        Some(Errand { owner: name.0, key: name.1, summary })
    }

    /// One that was under way no longer is; what its service held goes on.
    fn end(&mut self, name: &Name) -> Option<&mut Entry> {
        let service = Arc::clone(&self.entries.get(name).filter(|entry| entry.state == State::UnderWay)?.service);
        self.under_way = self.under_way.saturating_sub(1);
        let mut next = None;
        if let Some(of) = self.services.get_mut(&service) {
            of.under_way = of.under_way.saturating_sub(1);
            next = of.held.pop_front();
            if of.under_way == 0 && next.is_none() {
                self.services.remove(&service);
            }
        }
        if let Some(next) = next {
            self.put(0, next);
        }
        self.entries.get_mut(name)
    }

    /// After an end: to the next, or to rest.
    fn go_on(&mut self, name: Name) {
        let Some(entry) = self.entries.get_mut(&name) else { return };
        if entry.waiting != Summary::default() {
            entry.state = State::Waiting;
            let at = entry.rest_until;
            self.put(at, name);
        } else if entry.health.is_good() {
            self.entries.remove(&name);
        } else {
            entry.state = State::Idle;
            self.idle += 1;
        }
    }
}

impl Budget {
    /// Takes one; else how long until there is one.
    fn spend(&mut self, now: u64) -> Result<(), u64> {
        let grown = now.saturating_sub(self.since) / EVERY;
        self.tokens = self.tokens.saturating_add(u32::try_from(grown).unwrap_or(u32::MAX)).min(BURST);
        self.since = if self.tokens == BURST { now } else { self.since.saturating_add(grown * EVERY) };
        match self.tokens.checked_sub(1) {
            Some(left) => {
                self.tokens = left;
                Ok(())
            }
            None => Err(EVERY.saturating_sub(now.saturating_sub(self.since)).max(1)),
        }
    }

    fn is_full(&self, now: u64) -> bool {
        u64::from(self.tokens) + now.saturating_sub(self.since) / EVERY >= u64::from(BURST)
    }
}

/// What is told later counts for both.
fn merge(into: &mut Summary, later: &Summary) {
    into.messages = into.messages.saturating_add(later.messages);
    into.requests = into.requests.saturating_add(later.requests);
    if later.messages > 0 {
        (into.sender, into.body) = (later.sender.clone(), later.body.clone());
    }
}

/// Registrations that something waits for, or that failed lately. A guess: a tenth of a large server's phones at once.
pub const MAX_ENTRIES: usize = 20_000;

/// Accounts that wait to be looked up.
pub const MAX_CALLS: usize = 1_000;

/// Notifications under way.
pub const MAX_UNDER_WAY: usize = 1_024;

/// Of these, to one service.
pub const MAX_PER_SERVICE: usize = 128;

/// Notifications of one account at once: twice as many as it has registrations.
pub const BURST: u32 = 40;

/// Milliseconds until it may have another.
pub const EVERY: u64 = 500;

/// Accounts whose budget is remembered before those that are full are forgotten.
const MAX_BUDGETS: usize = 10_000;

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
