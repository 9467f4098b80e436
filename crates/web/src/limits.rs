//! How often one address, and everybody together, may try: registrations, sign-ins, links that are nobody's.
//!
//! A budget refills steadily (GCRA), so a person who mistypes is never locked out for long, and nobody else by them.
//! Spec: RFC 6585 §4 (429), RFC 9110 §10.2.3 (Retry-After).
//! The numbers are guesses, wide enough for a school behind one address.

use std::collections::HashMap;
use std::num::NonZeroU32;
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
struct Budget<K: Clone + Eq + std::hash::Hash>(RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>, Ticks);

impl<K: Clone + Eq + std::hash::Hash> Budget<K> {
    fn new(burst: u32, per: Duration, clock: &Arc<dyn Clock>) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(per).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
        let ticks = Ticks(clock.clone());
        Self(RateLimiter::new(quota, DashMapStateStore::default(), ticks.clone()), ticks)
    }

    fn take(&self, key: &K) -> Result<(), Wait> {
        // The map forgets who has a full budget again before it grows past what a flood should cost us.
        if self.0.len() > MOST_KEYS {
            self.0.retain_recent();
        }
        self.0.check_key(key).map_err(|not| Wait(not.wait_time_from(self.1.now())))
    }
}

/// Keys kept before those with a full budget are dropped: some 10 MB.
const MOST_KEYS: usize = 100_000;

/// Too often: try again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Whole seconds, rounded up, at least 1: for Retry-After.
    pub fn seconds(self) -> u64 {
        self.0.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
    }
}

/// All budgets of the pages.
pub struct Limits {
    registrations: Budget<AddrPrefix>,
    misses: Budget<AddrPrefix>,
    all_misses: Budget<()>,
    alarms: Budget<()>,
    /// Until when (monotonic milliseconds) links from a prefix are not looked at.
    guessers: Mutex<HashMap<AddrPrefix, u64>>,
    clock: Arc<dyn Clock>,
    sign_ins: Budget<AddrPrefix>,
    names: Budget<String>,
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
            names: Budget::new(20, Duration::from_secs(60), clock),
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

    /// One name tried with this invite (attack 95): 20 at once, then one a minute, so that a link is no way to list
    /// who has an account here.
    ///
    /// # Errors
    /// [`Wait`].
    pub fn name(&self, invite: &str) -> Result<(), Wait> {
        self.names.take(&invite.to_owned())
    }

    /// Whether a link from this address is looked at at all.
    ///
    /// # Errors
    /// [`Wait`] while it has shown too many that are nobody's, or a guess that hits would be as cheap as one that misses.
    pub fn may_guess(&self, from: AddrPrefix) -> Result<(), Wait> {
        let now = self.clock.monotonic();
        match self.guessers.lock().unwrap_or_else(PoisonError::into_inner).get(&from) {
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
        let Err(wait) = self.misses.take(&from) else { return };
        let mut guessers = self.guessers.lock().unwrap_or_else(PoisonError::into_inner);
        if guessers.len() >= MOST_KEYS {
            guessers.retain(|_, until| *until > now);
        }
        if guessers.len() < MOST_KEYS {
            guessers.insert(from, now + wait.seconds() * 1000);
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
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
    fn a_budget_is_one_address_range_s_own() {
        let clock: Arc<dyn Clock> = Arc::new(Hands(AtomicU64::new(1)));
        let limits = Limits::new(&clock);
        assert_eq!((0..100).filter(|_| limits.sign_in(prefix("192.0.2.1")).is_ok()).count(), 30);
        assert!(limits.sign_in(prefix("192.0.2.2")).is_ok());
        assert_eq!((0..100).filter(|_| limits.invite("romeo@a.example").is_ok()).count(), 20);
        assert!(limits.invite("juliet@a.example").is_ok());
    }

    #[test]
    fn attack_95_an_invite_tries_twenty_names() {
        let clock: Arc<dyn Clock> = Arc::new(Hands(AtomicU64::new(1)));
        let limits = Limits::new(&clock);
        assert_eq!((0..100).filter(|_| limits.name("abcdefghijk").is_ok()).count(), 20);
        assert!(limits.name("zbcdefghijk").is_ok());
    }
}
