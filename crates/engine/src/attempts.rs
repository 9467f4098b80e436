//! Wrong passwords, counted per account and per address range, for chat, pages and API together.
//!
//! Each failure fills a bucket that drains with time; a full bucket makes its key wait. Somebody's
//! account is never locked: an address range that has signed in there before has a bucket of its
//! own and is not held up by what others do to the account (XEP-0205 v1.0 §4 warns of lock-outs).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parlour_domain::HostName;

/// How long to wait, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong passwords; again in {millis} ms")]
pub struct TooMany {
    /// Until the next attempt is heard.
    pub millis: u64,
}

/// The buckets. Bounded: when there are too many, the emptiest go.
#[derive(Debug, Default)]
pub struct Attempts {
    // Keyed per process, so that nobody can aim at another's bucket.
    keyed: RandomState,
    buckets: Mutex<HashMap<u64, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    // Failures in it, in thousandths, at that moment of the monotonic clock.
    level: u64,
    at: u64,
    // Signed in from here with the right password.
    trusted: bool,
}

/// Who tries: which name, from which address range if that is known.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The host signed in to.
    pub host: &'a HostName,
    /// The prepared local part; it need not exist.
    pub name: &'a str,
    /// The caller's /32 or /64, as in [`parlour_domain::By::address`].
    pub address: Option<&'a str>,
}

impl Attempts {
    /// Whether an attempt is heard at `now` (monotonic milliseconds).
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn check(&self, attempt: &Attempt<'_>, now: u64) -> Result<(), TooMany> {
        let buckets = self.buckets();
        let wait = self
            .keys(attempt)
            .into_iter()
            .filter(|(key, _)| key.is_some())
            .filter(|(_, rule)| !(rule.spares_trusted && self.is_trusted(&buckets, attempt)))
            .filter_map(|(key, rule)| Some(buckets.get(&key?)?.wait(rule, now)))
            .max()
            .unwrap_or(0);
        if wait == 0 { Ok(()) } else { Err(TooMany { millis: wait }) }
    }

    /// The password was wrong.
    pub fn failed(&self, attempt: &Attempt<'_>, now: u64) {
        let mut buckets = self.buckets();
        for (key, rule) in self.keys(attempt) {
            let Some(key) = key else { continue };
            make_room(&mut buckets, now);
            let bucket = buckets.entry(key).or_insert(Bucket { level: 0, at: now, trusted: false });
            *bucket = Bucket { level: bucket.level_at(rule, now).saturating_add(ONE), at: now, ..*bucket };
        }
    }

    /// The password was right: this address range is trusted with this account from now on.
    pub fn succeeded(&self, attempt: &Attempt<'_>, now: u64) {
        let mut buckets = self.buckets();
        make_room(&mut buckets, now);
        if let [(Some(key), _), ..] = self.keys(attempt) {
            buckets.insert(key, Bucket { level: 0, at: now, trusted: true });
        }
    }

    fn keys(&self, attempt: &Attempt<'_>) -> [(Option<u64>, Rule); 3] {
        let Attempt { host, name, address } = attempt;
        let both = address.map(|address| self.keyed.hash_one(("both", host.as_str(), name, address)));
        let from = address.map(|address| self.keyed.hash_one(("from", address)));
        [(both, BOTH), (from, FROM), (Some(self.keyed.hash_one(("name", host.as_str(), name))), NAME)]
    }

    fn is_trusted(&self, buckets: &HashMap<u64, Bucket>, attempt: &Attempt<'_>) -> bool {
        let [(both, _), ..] = self.keys(attempt);
        both.and_then(|key| buckets.get(&key)).is_some_and(|bucket| bucket.trusted)
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<u64, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn level_at(&self, rule: Rule, now: u64) -> u64 {
        self.level.saturating_sub(now.saturating_sub(self.at).saturating_mul(ONE) / rule.drain_millis)
    }

    fn wait(&self, rule: Rule, now: u64) -> u64 {
        let over = (self.level_at(rule, now) + ONE).saturating_sub(rule.burst * ONE);
        over.saturating_mul(rule.drain_millis).div_ceil(ONE)
    }
}

fn make_room(buckets: &mut HashMap<u64, Bucket>, now: u64) {
    if buckets.len() < MAX_BUCKETS {
        return;
    }
    // Drained ones hold nothing but trust, which is lost first.
    buckets.retain(|_, bucket| bucket.level_at(NAME, now) > 0);
    if buckets.len() >= MAX_BUCKETS {
        let mut levels: Vec<u64> = buckets.values().map(|bucket| bucket.level).collect();
        let (_, median, _) = levels.select_nth_unstable(MAX_BUCKETS / 2);
        let median = *median;
        buckets.retain(|_, bucket| bucket.level > median);
    }
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Failures before anybody waits.
    burst: u64,
    /// How long one failure takes to be forgotten.
    drain_millis: u64,
    /// Address ranges that know the password are not held up by it.
    spares_trusted: bool,
}

/// One address range at one account: a person who mistypes.
const BOTH: Rule = Rule { burst: 10, drain_millis: 30_000, spares_trusted: false };
/// One address range at all accounts: a family behind one address, or somebody trying names.
const FROM: Rule = Rule { burst: 50, drain_millis: 6_000, spares_trusted: false };
/// All addresses at one account: a botnet at one person.
const NAME: Rule = Rule { burst: 50, drain_millis: 10_000, spares_trusted: true };

const ONE: u64 = 1000;

/// 64 bytes each or less: some megabytes at most.
const MAX_BUCKETS: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> HostName {
        HostName::parse("h.example").expect("a domain")
    }

    fn fill(attempts: &Attempts, attempt: Attempt<'_>, now: u64) -> usize {
        let mut heard = 0;
        while attempts.check(&attempt, now).is_ok() && heard < 1000 {
            attempts.failed(&attempt, now);
            heard += 1;
        }
        heard
    }

    #[test]
    fn attack_85_guessing_slows_down_and_recovers() {
        let (attempts, host) = (Attempts::default(), host());
        let one = Attempt { host: &host, name: "juliet", address: Some("192.0.2.1") };
        assert_eq!(fill(&attempts, one, 0), 10);
        assert_eq!(attempts.check(&one, 0), Err(TooMany { millis: 30_000 }));
        assert_eq!(attempts.check(&one, 30_000), Ok(()));
        let other = Attempt { name: "romeo", ..one };
        assert_eq!(attempts.check(&other, 0), Ok(()), "another account from there is heard");
    }

    #[test]
    fn attack_85_one_address_cannot_try_every_name() {
        let (attempts, host) = (Attempts::default(), host());
        let mut heard = 0;
        for n in 0..1000 {
            let name = format!("name{n}");
            let one = Attempt { host: &host, name: &name, address: Some("192.0.2.1") };
            if attempts.check(&one, 0).is_ok() {
                attempts.failed(&one, 0);
                heard += 1;
            }
        }
        assert_eq!(heard, 50);
    }

    #[test]
    fn attack_85_a_botnet_does_not_lock_the_owner_out() {
        let (attempts, host) = (Attempts::default(), host());
        let own = Attempt { host: &host, name: "juliet", address: Some("198.51.100.7") };
        attempts.succeeded(&own, 0);
        for n in 0..1000 {
            let address = format!("203.0.113.{n}");
            fill(&attempts, Attempt { address: Some(&address), ..own }, 0);
        }
        let stranger = Attempt { address: Some("192.0.2.9"), ..own };
        assert!(attempts.check(&stranger, 0).is_err(), "the account as a whole is guarded");
        assert_eq!(attempts.check(&own, 0), Ok(()), "the owner's own address is heard");
    }

    #[test]
    fn the_table_is_bounded() {
        let (attempts, host) = (Attempts::default(), host());
        for n in 0..40_000_u32 {
            let address = n.to_string();
            attempts.failed(&Attempt { host: &host, name: &address, address: Some(&address) }, 0);
        }
        assert!(attempts.buckets().len() <= MAX_BUCKETS);
    }
}
