//! How often one address, and everybody together, may try: registrations, sign-ins, links that are nobody's.
//!
//! Names tried with one invite are the engine's to count, for all doors together.
//!
//! A budget refills steadily (GCRA), so a person who mistypes is never locked out for long, and nobody else by them.
//! Spec: RFC 6585 §4 (429), RFC 9110 §10.2.3 (Retry-After).
//! The numbers are guesses, wide enough for a school behind one address.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use parlour_domain::Clock;
use parlour_net::AddrPrefix;

/// The time of the house, as the limiter wants it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.monotonic())
    }
}

/// One budget for each key.
struct Budget<K: Clone + Eq + std::hash::Hash> {
    limiter: RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>,
    ticks: Ticks,
    /// At how many keys those with a full budget are dropped next.
    sweep_at: AtomicUsize,
    /// When that was done last while there were too many, in monotonic milliseconds.
    swept: AtomicU64,
    most: usize,
}

impl<K: Clone + Eq + std::hash::Hash> Budget<K> {
    fn new(burst: u32, per: Duration, clock: &Arc<dyn Clock>) -> Self {
        Self::bounded(burst, per, clock, MOST_KEYS)
    }

    fn bounded(burst: u32, per: Duration, clock: &Arc<dyn Clock>, most: usize) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(per).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
        let ticks = Ticks(clock.clone());
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), ticks.clone());
        Self { limiter, ticks, sweep_at: AtomicUsize::new(most / 8), swept: AtomicU64::new(0), most }
    }

    /// Takes one from the key's budget. When so many keys are in use that no more are kept, everybody waits: a flood
    /// from that many addresses is past telling apart.
    fn take(&self, key: &K) -> Result<(), Wait> {
        if self.limiter.len() > self.sweep_at.load(Relaxed) {
            let now = self.ticks.0.monotonic();
            let crowded = self.sweep_at.load(Relaxed) == self.most;
            if !crowded || now.saturating_sub(self.swept.load(Relaxed)) > SWEEP_MILLIS {
                self.swept.store(now, Relaxed);
                self.limiter.retain_recent();
                // Doubling keeps what sweeping costs small beside what filling did.
                self.sweep_at.store((self.limiter.len() * 2).clamp(self.most / 8, self.most), Relaxed);
            }
            if self.limiter.len() > self.most {
                return Err(Wait(CROWDED));
            }
        }
        self.limiter.check_key(key).map_err(|not| Wait(not.wait_time_from(self.ticks.now())))
    }
}

/// Keys kept at most, some 100 bytes each.
const MOST_KEYS: usize = 400_000;
/// How often those with a full budget are looked for while there are too many.
const SWEEP_MILLIS: u64 = 1_000;
/// How long to wait when there are more.
const CROWDED: Duration = Duration::from_secs(60);

/// Too often: try again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Whole seconds, rounded up, at least 1: for Retry-After.
    pub fn seconds(self) -> u64 {
        self.0.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
    }
}

/// Who is not heard for a while.
#[derive(Default)]
struct Guessers {
    /// Until when, in monotonic milliseconds.
    until: HashMap<AddrPrefix, u64>,
    /// When those whose time is over were dropped last.
    swept: u64,
}

impl Guessers {
    /// When the table is full of prefixes whose time is not over, one more goes on: the alarm has been raised then.
    fn silence(&mut self, from: AddrPrefix, now: u64, until: u64) {
        if now.saturating_sub(self.swept) > 10_000 {
            self.until.retain(|_, until| *until > now);
            self.swept = now;
        }
        if self.until.len() < MOST_KEYS {
            self.until.insert(from, until);
        }
    }
}

/// All budgets of the pages.
pub struct Limits {
    registrations: Budget<AddrPrefix>,
    misses: Budget<AddrPrefix>,
    all_misses: Budget<()>,
    alarms: Budget<()>,
    guessers: Mutex<Guessers>,
    clock: Arc<dyn Clock>,
    sign_ins: Budget<AddrPrefix>,
    invites: Budget<String>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    /// Full budgets.
    pub fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            registrations: Budget::new(30, Duration::from_secs(20), clock),
            misses: Budget::new(20, Duration::from_secs(6), clock),
            all_misses: Budget::new(1_000, Duration::from_millis(100), clock),
            alarms: Budget::new(1, Duration::from_secs(600), clock),
            guessers: Mutex::default(),
            clock: clock.clone(),
            sign_ins: Budget::new(30, Duration::from_secs(10), clock),
            invites: Budget::new(20, Duration::from_secs(10), clock),
        }
    }

    /// One form that would make an account or a password, from this address: 30 at once, then one in 20 seconds.
    ///
    /// # Errors
    /// [`Wait`].
    pub fn registration(&self, from: AddrPrefix) -> Result<(), Wait> {
        self.registrations.take(&from)
    }

    /// Whether a link from this address is looked at at all.
    ///
    /// # Errors
    /// [`Wait`] while it has shown too many that are nobody's, or a guess that hits would be as cheap as one that misses.
    pub fn may_guess(&self, from: AddrPrefix) -> Result<(), Wait> {
        let now = self.clock.monotonic();
        match self.guessers.lock().unwrap_or_else(PoisonError::into_inner).until.get(&from) {
            Some(&until) if until > now => Err(Wait(Duration::from_millis(until - now))),
            _ => Ok(()),
        }
    }

    /// One link that is nobody's: 20 at once from an address, then ten a minute. Beyond that [`Limits::may_guess`]
    /// says no for a while.
    pub fn miss(&self, from: AddrPrefix) {
        let now = self.clock.monotonic();
        if self.all_misses.take(&()).is_err() && self.alarms.take(&()).is_ok() {
            tracing::warn!("links that are nobody's come from everywhere: somebody is guessing");
        }
        if let Err(wait) = self.misses.take(&from) {
            let mut guessers = self.guessers.lock().unwrap_or_else(PoisonError::into_inner);
            guessers.silence(from, now, now + wait.seconds() * 1000);
        }
    }

    /// One sign-in from this address, right or wrong: a bound on what hashing costs us. Wrong passwords are counted by
    /// the act itself, for all doors together.
    ///
    /// # Errors
    /// [`Wait`].
    pub fn sign_in(&self, from: AddrPrefix) -> Result<(), Wait> {
        self.sign_ins.take(&from)
    }

    /// One invite made by this account's browser: beside the host's own limits, a bound on clicking.
    ///
    /// # Errors
    /// [`Wait`].
    pub fn invite(&self, account: &str) -> Result<(), Wait> {
        self.invites.take(&account.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Hands(AtomicU64);

    impl Clock for Hands {
        fn wall(&self) -> i64 {
            0
        }
        fn monotonic(&self) -> u64 {
            self.0.load(Relaxed)
        }
    }

    fn prefix(text: &str) -> AddrPrefix {
        AddrPrefix::of(text.parse().expect("an address"))
    }

    #[test]
    fn vector_74_attack_94_a_flood_from_one_address_waits_and_others_do_not() {
        let hands = Arc::new(Hands(AtomicU64::new(1)));
        let clock: Arc<dyn Clock> = hands.clone();
        let limits = Limits::new(&clock);
        let (one, two) = (prefix("2001:db8::1"), prefix("192.0.2.1"));
        let let_in = (0..1000).filter(|_| limits.registration(one).is_ok()).count();
        assert_eq!(let_in, 30);
        let Err(wait) = limits.registration(prefix("2001:db8::2")) else { panic!("the same /64") };
        assert!((1..=20).contains(&wait.seconds()), "{wait:?}");
        assert!(limits.registration(two).is_ok());
        hands.0.fetch_add(20_001, Relaxed);
        assert!(limits.registration(one).is_ok());
        assert!(limits.registration(one).is_err());
    }

    #[test]
    fn vector_74_attack_94_who_guesses_is_not_heard_for_a_while() {
        let hands = Arc::new(Hands(AtomicU64::new(1)));
        let clock: Arc<dyn Clock> = hands.clone();
        let limits = Limits::new(&clock);
        let one = prefix("192.0.2.1");
        let mut heard = 0;
        for _ in 0..10_000 {
            if limits.may_guess(one).is_ok() {
                limits.miss(one);
                heard += 1;
            }
        }
        assert_eq!(heard, 21);
        assert!(limits.may_guess(prefix("192.0.2.2")).is_ok());
        hands.0.fetch_add(6_000, Relaxed);
        assert!(limits.may_guess(one).is_ok(), "a person who mistyped is heard again soon");
    }

    #[test]
    fn a_flood_from_more_addresses_than_are_kept_makes_everybody_wait_and_passes() {
        let hands = Arc::new(Hands(AtomicU64::new(1)));
        let clock: Arc<dyn Clock> = hands.clone();
        let budget = Budget::bounded(2, Duration::from_secs(10), &clock, 100);
        let let_in = (0..1000u32).filter(|n| budget.take(n).is_ok()).count();
        assert!((100..=102).contains(&let_in), "{let_in}");
        assert_eq!(budget.take(&5000), Err(Wait(CROWDED)));
        hands.0.fetch_add(60_000, Relaxed);
        assert!(budget.take(&5000).is_ok(), "the flood's keys have full budgets again and are dropped");
        assert!(budget.limiter.len() < 10);
    }

    #[test]
    fn a_budget_is_one_address_range_s_own() {
        let clock: Arc<dyn Clock> = Arc::new(Hands(AtomicU64::new(1)));
        let limits = Limits::new(&clock);
        assert_eq!((0..100).filter(|_| limits.sign_in(prefix("192.0.2.1")).is_ok()).count(), 30);
        assert!(limits.sign_in(prefix("192.0.2.2")).is_ok());
        assert_eq!((0..100).filter(|_| limits.invite("romeo@a.example").is_ok()).count(), 20);
        assert!(limits.invite("juliet@a.example").is_ok());
    }
}
