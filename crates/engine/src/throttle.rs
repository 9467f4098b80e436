//! How often somebody may try: accounts made and names tried from one address range, names tried with one invite, tokens
//! that are nobody's, and what else is to be slowed. One for all doors, so that a second door is no second budget.
//!
//! A budget refills steadily (GCRA) and is never a lock: whoever waits is heard again.
//! Spec: XEP-0077 v2.4 §3.1.1 (too many registrations), XEP-0205 v1.0.1 §3 (by address).
//! Left out: wrong passwords, which are counted by account too ([`crate::attempts`]).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::limits::MINUTE;
use parlour_domain::token::TokenId;
use parlour_domain::{Clock, HostName, HostPolicy};

use crate::attempts::TooMany;

/// The budgets. Bounded: when there are too many, the fullest go.
pub struct Throttle {
    // Keyed per process, so that nobody can aim at another's budget.
    keyed: RandomState,
    // Until when each budget is spent, in monotonic milliseconds.
    spent: Mutex<HashMap<u64, u64>>,
    alarms: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Throttle").field("budgets", &self.spent().len()).finish_non_exhaustive()
    }
}

/// What one attempt to make an account took: from its address's budgets, and from its invite's.
#[must_use = "given back, in whole or in part, by what came of the attempt"]
#[derive(Debug, Default)]
pub struct Taken {
    // Every form, good or bad; never given back, or bad ones would be free.
    form: Option<(u64, Rate)>,
    address: Option<(u64, Rate)>,
    name: Option<(u64, Rate)>,
}

/// So many at once, then one each time this long has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    burst: u64,
    each: u64,
}

impl Throttle {
    /// Full budgets.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { keyed: RandomState::new(), spent: Mutex::default(), alarms: AtomicU64::new(0), clock }
    }

    /// One attempt to make an account, or a password by a reset link, from an address range, with an invite or without:
    /// the host says how many, three forms are allowed for each, and one invite tries 20 names (attack 95).
    /// [`Self::joined`] and [`Self::give_back`] say what came of it; where a name was taken, neither.
    ///
    /// # Errors
    /// [`TooMany`]; nothing is taken then.
    pub fn registration(
        &self,
        host: &HostName,
        policy: &HostPolicy,
        address: Option<&str>,
        invite: Option<TokenId>,
    ) -> Result<Taken, TooMany> {
        let address = registrations(policy).zip(address);
        let key = |what: &str, from: &str| self.keyed.hash_one((what, host.as_str(), from));
        self.take(Taken {
            form: address.map(|(rate, from)| (key("form", from), rate.times(FORMS_PER_ACCOUNT))),
            address: address.map(|(rate, from)| (key("registration", from), rate)),
            name: invite.map(|invite| (self.names(host, invite), NAMES)),
        })
    }

    /// An account was made: its name told nothing of others', and a link for many is not held up by those who joined.
    pub fn joined(&self, taken: Taken) {
        self.give_back(Taken { address: None, ..taken });
    }

    /// The attempt told nothing and made nothing: as if it had not been.
    pub fn give_back(&self, taken: Taken) {
        let mut spent = self.spent();
        for (key, rate) in taken.address.into_iter().chain(taken.name) {
            if let Some(until) = spent.get_mut(&key) {
                *until = until.saturating_sub(rate.each);
            }
        }
    }

    /// Whether a token is looked at at all; `from` is an address range, or the account that shows it.
    ///
    /// # Errors
    /// [`TooMany`] after too many that were nobody's; else a guess that hits would be as cheap as one that misses.
    pub fn may_guess(&self, from: &str) -> Result<(), TooMany> {
        let (now, key) = (self.clock.monotonic(), self.misses(from));
        MISSES.wait(self.spent().get(&key).copied(), now)
    }

    /// A token that is nobody's: 20 at once from an address range or account, then ten a minute. So many that they come
    /// from everywhere raise an alarm, at most one in ten minutes.
    pub fn missed(&self, from: &str) {
        let one = |key, rate| Taken { address: Some((key, rate)), ..Taken::default() };
        // Refused or not, may_guess says so from then on.
        let _ = self.take(one(self.misses(from), MISSES));
        let all = |what: &str| self.keyed.hash_one((what, "everybody"));
        if self.take(one(all("misses"), ALL_MISSES)).is_err() && self.take(one(all("alarm"), ALARM)).is_ok() {
            self.alarms.fetch_add(1, Relaxed);
            tracing::warn!(target: "parlour::people", "links that are nobody's come from everywhere: somebody is guessing");
        }
    }

    /// How often the alarm for guesses from everywhere was raised since the start.
    pub fn alarms(&self) -> u64 {
        self.alarms.load(Relaxed)
    }

    /// One password to be checked for this address range, right or wrong: a bound on what hashing costs us.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn sign_in(&self, address: &str) -> Result<(), TooMany> {
        self.one(("sign-in", address), SIGN_INS)
    }

    /// One invite made by this account's browser: beside the host's own limits, a bound on clicking.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn clicked(&self, account: &str) -> Result<(), TooMany> {
        self.one(("click", account), CLICKS)
    }

    fn one(&self, of: (&str, &str), rate: Rate) -> Result<(), TooMany> {
        let address = Some((self.keyed.hash_one(of), rate));
        self.take(Taken { address, ..Taken::default() }).map(drop)
    }

    fn names(&self, host: &HostName, invite: TokenId) -> u64 {
        self.keyed.hash_one(("name", host.as_str(), invite.as_str()))
    }

    fn misses(&self, address: &str) -> u64 {
        self.keyed.hash_one(("miss", address))
    }

    fn take(&self, wanted: Taken) -> Result<Taken, TooMany> {
        let now = self.clock.monotonic();
        let mut spent = self.spent();
        for (key, rate) in wanted.each() {
            rate.wait(spent.get(key).copied(), now)?;
        }
        make_room(&mut spent, now);
        for (key, rate) in wanted.each() {
            let until = spent.entry(*key).or_insert(now);
            *until = (*until).max(now).saturating_add(rate.each);
        }
        Ok(wanted)
    }

    fn spent(&self) -> MutexGuard<'_, HashMap<u64, u64>> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn each(&self) -> impl Iterator<Item = &(u64, Rate)> {
        self.form.iter().chain(&self.address).chain(&self.name)
    }
}

impl Rate {
    /// So many times as often.
    fn times(self, n: u64) -> Self {
        Self { burst: self.burst.saturating_mul(n), each: (self.each / n).max(1) }
    }

    fn wait(self, until: Option<u64>, now: u64) -> Result<(), TooMany> {
        let ahead = until.unwrap_or(now).saturating_sub(now).saturating_add(self.each);
        match ahead.saturating_sub(self.burst.saturating_mul(self.each)) {
            0 => Ok(()),
            millis => Err(TooMany { millis }),
        }
    }
}

/// What a host allows; `None`: as many as come.
fn registrations(policy: &HostPolicy) -> Option<Rate> {
    let burst = u64::from(policy.registration_throttle_max);
    let period = u64::try_from(policy.registration_throttle_period).unwrap_or(0);
    (burst > 0).then(|| Rate { burst, each: (period / burst).max(1) })
}

fn make_room(spent: &mut HashMap<u64, u64>, now: u64) {
    if spent.len() < MAX_BUDGETS {
        return;
    }
    spent.retain(|_, until| *until > now);
    if spent.len() >= MAX_BUDGETS {
        let mut all: Vec<u64> = spent.values().copied().collect();
        let (_, median, _) = all.select_nth_unstable(MAX_BUDGETS / 2);
        let median = *median;
        spent.retain(|_, until| *until > median);
    }
}

/// Names one invite tries: enough for a person, too few for a list (ATTACKS 95).
const NAMES: Rate = Rate { burst: 20, each: 60_000 };
/// Tokens that are nobody's from one address range. A guess: a person mistypes a link now and then.
const MISSES: Rate = Rate { burst: 20, each: MINUTE as u64 / 10 };
/// The same from everybody together, before the alarm. A guess: a large place on a bad day.
const ALL_MISSES: Rate = Rate { burst: 1_000, each: 100 };
/// How often the alarm is raised.
const ALARM: Rate = Rate { burst: 1, each: 10 * MINUTE as u64 };
/// Forms for each account an address may make: two mistakes, and the one that is right.
const FORMS_PER_ACCOUNT: u64 = 3;
/// Passwords checked for one address range. A guess: a school behind one address.
const SIGN_INS: Rate = Rate { burst: 30, each: MINUTE as u64 / 6 };
/// Invites made by clicking.
const CLICKS: Rate = Rate { burst: 20, each: MINUTE as u64 / 6 };

/// 32 bytes each or less: some megabytes at most.
const MAX_BUDGETS: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Still, host};

    fn throttle() -> (Throttle, Arc<Still>) {
        let clock = Arc::new(Still::at(1));
        (Throttle::new(clock.clone()), clock)
    }

    fn id(text: &str) -> TokenId {
        text.parse().expect("an id")
    }

    #[test]
    fn vector_44_a_flood_from_one_address_waits_and_others_do_not() {
        let (throttle, clock) = throttle();
        let policy = HostPolicy::default();
        let (one, two) = (Some("192.0.2.1"), Some("2001:db8::/64"));
        let made = (0..100).filter(|_| throttle.registration(&host(), &policy, one, None).is_ok()).count();
        assert_eq!(made, 30, "a class behind one address");
        let wait = throttle.registration(&host(), &policy, one, None).expect_err("spent").millis;
        assert_eq!(wait, 20_000);
        assert!(throttle.registration(&host(), &policy, two, None).is_ok());
        clock.pass(20_000);
        assert!(throttle.registration(&host(), &policy, one, None).is_ok());
        assert!(throttle.registration(&host(), &policy, one, None).is_err());
        let open = HostPolicy { registration_throttle_max: 0, ..policy };
        assert!(throttle.registration(&host(), &open, one, None).is_ok(), "0 switches it off");
    }

    #[test]
    fn attack_95_an_invite_tries_twenty_names_from_wherever() {
        let (throttle, _) = throttle();
        let policy = HostPolicy::default();
        let tried = (0..100).filter(|n| {
            let address = format!("192.0.2.{n}");
            throttle.registration(&host(), &policy, Some(&address), Some(id("abcdefghijk"))).is_ok()
        });
        assert_eq!(tried.count(), 20);
        assert!(throttle.registration(&host(), &policy, Some("192.0.2.200"), Some(id("zbcdefghijk"))).is_ok());
    }

    #[test]
    fn what_is_given_back_was_never_taken_but_forms_have_an_end() {
        let (throttle, _) = throttle();
        let policy = HostPolicy::default();
        let once = || throttle.registration(&host(), &policy, Some("192.0.2.1"), Some(id("abcdefghijk")));
        let heard = (0..200).filter(|_| once().map(|taken| throttle.give_back(taken)).is_ok());
        assert_eq!(heard.count(), 90, "three forms for each account");
        let elsewhere = throttle.registration(&host(), &policy, Some("192.0.2.2"), Some(id("abcdefghijk")));
        assert!(elsewhere.is_ok(), "the invite has lost nothing");
    }

    #[test]
    fn attack_94_guesses_from_everywhere_raise_one_alarm() {
        let (throttle, clock) = throttle();
        for n in 0..10_000_u32 {
            throttle.missed(&format!("2001:db8:{n:x}::/64"));
        }
        assert_eq!(throttle.alarms(), 1, "and the log is not flooded");
        clock.pass(10 * MINUTE);
        for n in 0..10_000_u32 {
            throttle.missed(&format!("2001:db8:{n:x}::/64"));
        }
        assert_eq!(throttle.alarms(), 2);
    }

    #[test]
    fn a_budget_is_its_owners() {
        let (throttle, _) = throttle();
        assert_eq!((0..100).filter(|_| throttle.sign_in("192.0.2.1").is_ok()).count(), 30);
        assert!(throttle.sign_in("192.0.2.2").is_ok());
        assert_eq!((0..100).filter(|_| throttle.clicked("romeo@h.example").is_ok()).count(), 20);
        assert!(throttle.clicked("juliet@h.example").is_ok());
    }

    #[test]
    fn a_link_for_many_is_not_held_up_by_those_who_joined() {
        let (throttle, _) = throttle();
        for _ in 0..100 {
            let from_everywhere = throttle.registration(&host(), &HostPolicy::default(), None, Some(id("abcdefghijk")));
            throttle.joined(from_everywhere.expect("there is always room"));
        }
        let policy = HostPolicy::default();
        let made = (0..100).filter(|_| {
            let taken = throttle.registration(&host(), &policy, Some("192.0.2.1"), Some(id("abcdefghijk")));
            taken.map(|taken| throttle.joined(taken)).is_ok()
        });
        assert_eq!(made.count(), 30, "the address is");
    }

    #[test]
    fn attack_94_who_guesses_is_not_heard_for_a_while() {
        let (throttle, clock) = throttle();
        let heard = (0..10_000).filter(|_| {
            let may = throttle.may_guess("192.0.2.1").is_ok();
            throttle.missed("192.0.2.1");
            may
        });
        assert_eq!(heard.count(), 20);
        assert!(throttle.may_guess("192.0.2.2").is_ok());
        clock.pass(6_000);
        assert!(throttle.may_guess("192.0.2.1").is_ok(), "a person who mistyped is heard again soon");
    }

    #[test]
    fn the_table_is_bounded() {
        let (throttle, _) = throttle();
        for n in 0..100_000_u32 {
            throttle.missed(&n.to_string());
        }
        assert!(throttle.spent().len() <= MAX_BUDGETS);
    }
}
