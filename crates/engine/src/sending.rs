//! How much clients that are signed in may send, and what their accounts have sent lately.
//!
//! A session is granted a few stanzas of each kind at a time and spends them without asking anybody: no lock, no look at a
//! clock. Only when they are used up is its account's budget asked for more. What is remembered of an account is forgotten
//! two minutes after it was last granted something, when all its budgets are full again; so signing in anew brings no more
//! than each session's first few, and whoever is silent costs nothing.
//!
//! Spec: XEP-0205 v1.0.2 §4.6, §4.7 and §4.9.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use parlour_domain::Clock;
use parlour_domain::sending::{Bucket, Rate, SendLimits, Sent};
use parlour_domain::view::bare_str;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::stanza::Stanza;

use crate::session::Session;

/// The limits that hold now, and who has used how much of them.
#[derive(Debug)]
pub struct Sending {
    limits: RwLock<Arc<SendLimits>>,
    // Keyed per process, so that nobody can aim at another's budget.
    keyed: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    accounts: HashMap<u64, Spent>,
    /// With so many, those that are forgotten go.
    sweep_at: usize,
}

/// What an account has sent lately.
#[derive(Debug, Default)]
struct Spent {
    buckets: [Option<Bucket>; 4],
    /// Whom it has written to lately, as hashes; the oldest go.
    reached: Vec<u64>,
    oldest: usize,
    /// Asked for last, in monotonic milliseconds.
    touched: u64,
}

/// What a session may send without asking: its own part of [`Sending`].
#[derive(Debug)]
pub(crate) struct Allowance {
    granted: [AtomicU16; 3],
    /// The number of the stanza that was counted last: one that comes by again is not counted again.
    counted: AtomicU32,
    /// To whom it wrote last, as a hash.
    peer: AtomicU64,
    /// It was said in the log that it sends too much.
    told: AtomicBool,
    /// Its presence, to be told when there is a budget for it again.
    late: Mutex<Option<Stanza>>,
    /// There is one: so that nobody takes the lock to see that there is none.
    is_late: AtomicBool,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            granted: std::array::from_fn(|_| AtomicU16::new(GRANT)),
            counted: AtomicU32::new(0),
            peer: AtomicU64::new(0),
            told: AtomicBool::new(false),
            late: Mutex::default(),
            is_late: AtomicBool::new(false),
        }
    }
}

impl Allowance {
    /// The stanza of this number is to be counted: it comes by for the first time.
    pub(crate) fn is_new(&self, number: u32) -> bool {
        self.counted.swap(number, Relaxed) != number
    }

    /// It is judged once more, and counted then.
    pub(crate) fn count_again(&self, number: u32) {
        self.counted.store(number.wrapping_sub(1), Relaxed);
    }

    /// True once.
    pub(crate) fn is_news(&self) -> bool {
        !self.told.swap(true, Relaxed)
    }

    /// What the client says of itself comes too often; this is what is told later, instead of what waited before.
    pub(crate) fn tell_later(&self, presence: Option<Stanza>) {
        let mut late = self.late();
        self.is_late.store(presence.is_some(), Relaxed);
        *late = presence;
    }

    /// Whether something is to be told later.
    pub(crate) fn has_late_presence(&self) -> bool {
        self.is_late.load(Relaxed)
    }

    /// What is to be told now.
    pub(crate) fn late_presence(&self) -> Option<Stanza> {
        let mut late = self.late();
        self.is_late.store(false, Relaxed);
        late.take()
    }

    fn late(&self) -> MutexGuard<'_, Option<Stanza>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Sending {
    fn default() -> Self {
        Self { limits: RwLock::default(), keyed: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Sending {
    /// What holds from here on.
    pub fn set(&self, limits: SendLimits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }

    /// What holds now.
    pub fn limits(&self) -> Arc<SendLimits> {
        Arc::clone(&self.limits.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many accounts are remembered.
    pub fn remembered(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).accounts.len()).sum()
    }

    /// Counts a stanza of a session. False where its account has sent too many.
    pub(crate) fn may(&self, session: &Session, kind: Sent, clock: &dyn Clock) -> bool {
        // One task speaks for a session at a time; should two do so for a moment, one stanza more or less is counted.
        let granted = &session.allowance.granted[slot(kind).min(2)];
        let left = granted.load(Relaxed);
        if left > 0 {
            granted.store(left - 1, Relaxed);
            return true;
        }
        let Some(rate) = self.rate(session, kind, clock) else {
            granted.store(GRANT - 1, Relaxed);
            return true;
        };
        // A small budget is not given away at once, or an account's other sessions would find nothing.
        let wish = u16::try_from(rate.burst() / 8).unwrap_or(GRANT).clamp(1, GRANT);
        let given = self.of(session, clock, |spent, now| spent.take(kind, u32::from(wish), rate, now));
        match u16::try_from(given).unwrap_or(GRANT).checked_sub(1) {
            Some(rest) => {
                granted.store(rest, Relaxed);
                true
            }
            None => false,
        }
    }

    /// Whether the session has written to somebody lately; nobody is asked where it was the one before.
    pub(crate) fn has_reached(&self, session: &Session, to: &Jid) -> bool {
        let peer = self.keyed.hash_one(bare_str(to));
        if session.allowance.peer.load(Relaxed) == peer {
            return true;
        }
        let account = self.keyed.hash_one(session.live.bare());
        let reached =
            lock(self.shard(account)).accounts.get(&account).is_some_and(|spent| spent.reached.contains(&peer));
        if reached {
            session.allowance.peer.store(peer, Relaxed);
        }
        reached
    }

    /// Counts somebody new. False where there were too many.
    pub(crate) fn may_reach(&self, session: &Session, clock: &dyn Clock) -> bool {
        let Some(rate) = self.rate(session, Sent::NewRecipient, clock) else { return true };
        self.of(session, clock, |spent, now| spent.take(Sent::NewRecipient, 1, rate, now)) > 0
    }

    /// Remembers whom a session writes to.
    pub(crate) fn reached(&self, session: &Session, to: &Jid, clock: &dyn Clock) {
        let peer = self.keyed.hash_one(bare_str(to));
        session.allowance.peer.store(peer, Relaxed);
        self.of(session, clock, |spent, _| spent.remember(peer));
    }

    fn rate(&self, session: &Session, kind: Sent, clock: &dyn Clock) -> Option<Rate> {
        self.limits().rate(kind, session.live.view().created, clock.wall())
    }

    /// Looks at what a session's account has sent.
    fn of<T>(&self, session: &Session, clock: &dyn Clock, look: impl FnOnce(&mut Spent, u64) -> T) -> T {
        let now = clock.monotonic();
        let account = self.keyed.hash_one(session.live.bare());
        let mut shard = lock(self.shard(account));
        if shard.accounts.len() >= shard.sweep_at.max(FEW) {
            shard.accounts.retain(|_, spent| now.saturating_sub(spent.touched) < FORGOTTEN);
            shard.accounts.shrink_to(2 * FEW);
            shard.sweep_at = 2 * shard.accounts.len();
        }
        let spent = shard.accounts.entry(account).or_default();
        spent.touched = now;
        look(spent, now)
    }

    fn shard(&self, account: u64) -> &Mutex<Shard> {
        &self.shards[usize::try_from(account % SHARDS as u64).unwrap_or_default()]
    }
}

impl Spent {
    fn take(&mut self, kind: Sent, wish: u32, rate: Rate, now: u64) -> u32 {
        self.buckets[slot(kind)].get_or_insert_with(|| Bucket::full(rate, now)).take(wish, rate, now)
    }

    fn remember(&mut self, peer: u64) {
        if self.reached.len() < REACHED {
            self.reached.push(peer);
        } else if let Some(oldest) = self.reached.get_mut(self.oldest) {
            *oldest = peer;
            self.oldest = (self.oldest + 1) % REACHED;
        }
    }
}

fn slot(kind: Sent) -> usize {
    match kind {
        Sent::Message => 0,
        Sent::Presence => 1,
        Sent::Request => 2,
        Sent::NewRecipient => 3,
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // Every change under these locks is complete before anything can panic.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stanzas granted to a session at a time.
const GRANT: u16 = 16;

/// Locks, so that two accounts seldom meet.
const SHARDS: usize = 64;

/// Accounts in a shard that are not worth sweeping.
const FEW: usize = 64;

/// After so many milliseconds each budget is full again, being that of a minute (a grant's worth of doubt on top).
const FORGOTTEN: u64 = 120_000;

/// People an account is remembered to have written to.
const REACHED: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_is_silent_costs_little() {
        assert!(size_of::<Allowance>() <= 48, "{}", size_of::<Allowance>());
    }

    #[test]
    fn whom_one_wrote_to_is_bounded() {
        let mut spent = Spent::default();
        for peer in 0..10_000 {
            spent.remember(peer);
        }
        assert_eq!(spent.reached.len(), REACHED);
        assert!(spent.reached.contains(&9_999) && !spent.reached.contains(&9_000));
    }
}
