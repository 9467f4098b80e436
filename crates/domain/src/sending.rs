//! How much clients that are signed in may send: bytes over one connection, stanzas of one account over all of its own.
//!
//! A budget is a bucket: what is used is gone, and it fills up again steadily. It is filled when it is found empty and not
//! before, so that a stanza within it costs no look at a clock; therefore somebody who was quiet may send at most twice
//! what the bucket holds at once.
//!
//! Spec: XEP-0205 v1.0.2 §4.6 (distinct recipients), §4.7 (bandwidth), §4.9 (amplifiers).

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// `[c2s.limits]`: how much clients that are signed in may send. What one account sends is counted over all of its
/// connections. Each of the numbers is that of one minute and may come at once; 0 means without an end. Whoever sends more
/// is told to wait and loses nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SendLimits {
    /// Whether there are any. Default `true`; `false` for load tests, and where only people one knows have accounts.
    pub enabled: bool,
    /// Bytes a second over one connection, once its burst is used up: what comes faster is read later, and nobody is
    /// disconnected for it. Default `131072`. (Prosody's `limits.c2s.rate`, ejabberd's `shaper.rate`.)
    pub rate: u32,
    /// Bytes that one connection may send as fast as they come before that counts. Default `1048576`. (Prosody's
    /// `limits.c2s.burst`, which is in seconds; ejabberd's `shaper.burst_size`.)
    pub burst: u32,
    /// Messages of one account in a minute. Default `1200`.
    pub messages: u32,
    /// People an account writes to, or asks to become contacts, in a minute, who are neither contacts of it nor have
    /// heard from it a moment ago. Default `60`.
    pub new_recipients: u32,
    /// Presences of one account in a minute. What a client says of itself beyond that is told a moment later, and only the
    /// last of it. Default `600`.
    pub presences: u32,
    /// Requests (`iq`) of one account in a minute. Default `6000`: an app that comes to a thousand contacts for the first
    /// time asks for their pictures and keys.
    pub requests: u32,
    /// For how many hours an account counts as new. Default `24`; 0: none does.
    pub newcomer_hours: u32,
    /// How much of `messages`, `new_recipients` and `presences` a new account has, in percent. Default `25`. Its requests
    /// are nobody's trouble but ours, and its app has most to ask on its first day.
    pub newcomer_percent: u32,
}

impl Default for SendLimits {
    fn default() -> Self {
        // Guesses, but for what tests/attacks/limits.rs plays through. A phone sends some 20 KB in a minute of its owner's typing.
        Self {
            enabled: true,
            rate: 128 * 1024,
            burst: 1024 * 1024,
            messages: 1_200,
            new_recipients: 60,
            presences: 600,
            requests: 6_000,
            newcomer_hours: 24,
            newcomer_percent: 25,
        }
    }
}

impl SendLimits {
    /// None.
    pub fn off() -> Self {
        Self { enabled: false, ..Self::default() }
    }

    /// Bytes over one connection. `None`: without an end.
    pub fn bytes(&self) -> Option<Rate> {
        (self.enabled && self.rate > 0)
            .then(|| Rate { burst: self.burst.max(1), each: Per { units: u64::from(self.rate), millis: 1_000 } })
    }

    /// What an account that was made at `created` may do of a kind now. `None`: without an end.
    pub fn rate(&self, kind: Sent, created: Millis, now: Millis) -> Option<Rate> {
        let number = match kind {
            Sent::Message => self.messages,
            Sent::Presence => self.presences,
            Sent::Request => self.requests,
            Sent::NewRecipient => self.new_recipients,
        };
        if !self.enabled || number == 0 {
            return None;
        }
        let number = if kind != Sent::Request && self.is_newcomer(created, now) {
            u64::from(number) * u64::from(self.newcomer_percent.min(100)) / 100
        } else {
            u64::from(number)
        };
        let burst = u32::try_from(number.max(1)).unwrap_or(u32::MAX);
        Some(Rate { burst, each: Per { units: u64::from(burst), millis: 60_000 } })
    }

    fn is_newcomer(&self, created: Millis, now: Millis) -> bool {
        now.saturating_sub(created) < i64::from(self.newcomer_hours) * 3_600_000
    }
}

/// What is counted of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A message.
    Message,
    /// A presence.
    Presence,
    /// An `iq` that wants an answer.
    Request,
    /// The first word to somebody.
    NewRecipient,
}

/// How large a bucket is, and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    burst: u32,
    each: Per,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Per {
    units: u64,
    millis: u64,
}

impl Rate {
    /// What a full bucket holds.
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// Milliseconds until so many more are there.
    pub fn wait(self, units: u64) -> u64 {
        units.saturating_mul(self.each.millis).div_ceil(self.each.units.max(1))
    }
}

/// What is left of a budget, and when it was last filled, in monotonic milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    left: i64,
    filled: u64,
}

impl Bucket {
    /// A full one.
    pub fn full(rate: Rate, now: u64) -> Self {
        Self { left: i64::from(rate.burst), filled: now }
    }

    /// Takes as much of `wish` as there is; 0 where there is nothing.
    pub fn take(&mut self, wish: u32, rate: Rate, now: u64) -> u32 {
        if self.left < i64::from(wish) {
            self.fill(rate, now);
        }
        let taken = self.left.clamp(0, i64::from(wish));
        self.left -= taken;
        u32::try_from(taken).unwrap_or(u32::MAX)
    }

    /// Uses so much whether it is there or not. Gives the milliseconds after which the bucket is no longer in debt.
    pub fn spend(&mut self, units: usize, rate: Rate, now: u64) -> u64 {
        self.left = self.left.saturating_sub(i64::try_from(units).unwrap_or(i64::MAX));
        if self.left < 0 {
            self.fill(rate, now);
        }
        rate.wait(u64::try_from(-self.left).unwrap_or(0))
    }

    fn fill(&mut self, rate: Rate, now: u64) {
        let millis = now.saturating_sub(self.filled);
        let units = millis.saturating_mul(rate.each.units) / rate.each.millis.max(1);
        let left = self.left.saturating_add(i64::try_from(units).unwrap_or(i64::MAX));
        if left >= i64::from(rate.burst) {
            *self = Self::full(rate, now);
        } else if units > 0 {
            // Only the time that whole units took has passed: the rest counts for the next one.
            (self.left, self.filled) = (left, self.filled + units * rate.each.millis / rate.each.units.max(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 86_400_000;

    #[test]
    fn attack_118_a_bucket_gives_a_burst_and_then_its_rate() {
        let limits = SendLimits { messages: 60, ..SendLimits::default() };
        let rate = limits.rate(Sent::Message, 0, DAY).expect("a limit");
        let mut bucket = Bucket::full(rate, 0);
        assert_eq!((0..200).filter(|_| bucket.take(1, rate, 0) == 1).count(), 60);
        assert_eq!(bucket.take(1, rate, 999), 0);
        // One a second; what does not make a whole one is not lost.
        let mut taken = 0;
        for now in (1_000..31_000).step_by(300) {
            taken += bucket.take(5, rate, now);
        }
        assert_eq!(taken, 30);
        // Never more than it holds.
        assert_eq!(bucket.take(u32::MAX, rate, 10_000_000), 60);
        // A clock that goes back is none: nothing is given, nothing breaks.
        assert_eq!(bucket.take(1, rate, 0), 0);
    }

    #[test]
    fn attack_118_bytes_beyond_the_burst_cost_time() {
        let limits = SendLimits { rate: 1_000, burst: 4_000, ..SendLimits::default() };
        let rate = limits.bytes().expect("a limit");
        let mut bucket = Bucket::full(rate, 0);
        assert_eq!(bucket.spend(4_000, rate, 0), 0);
        assert_eq!(bucket.spend(500, rate, 0), 500);
        assert_eq!(bucket.spend(0, rate, 500), 0);
        assert_eq!(bucket.spend(16_000, rate, 500), 16_000);
        // In the long run it is the rate, however much comes at a time.
        let (mut now, mut sent) = (16_500, 0);
        while now < 1_016_500 {
            sent += 16_384;
            now += bucket.spend(16_384, rate, now);
        }
        assert!((1_000_000..1_017_000).contains(&sent), "{sent}");
    }

    #[test]
    fn attack_118_new_accounts_have_less() {
        let limits = SendLimits::default();
        let burst = |limits: &SendLimits, kind, age| limits.rate(kind, 1_000, 1_000 + age).map(Rate::burst);
        assert_eq!(burst(&limits, Sent::NewRecipient, DAY - 1), Some(15));
        assert_eq!(burst(&limits, Sent::NewRecipient, DAY), Some(60));
        assert_eq!(burst(&limits, Sent::Request, 0), Some(6_000));
        let tiny = SendLimits { messages: 2, newcomer_percent: 0, ..SendLimits::default() };
        assert_eq!(burst(&tiny, Sent::Message, 0), Some(1), "nobody is silenced by rounding");
        let none = SendLimits { newcomer_hours: 0, ..SendLimits::default() };
        assert_eq!(burst(&none, Sent::NewRecipient, 0), Some(60));
    }

    #[test]
    fn what_is_switched_off_has_no_end() {
        for kind in [Sent::Message, Sent::Presence, Sent::Request, Sent::NewRecipient] {
            assert_eq!(SendLimits::off().rate(kind, 0, 0), None);
            assert!(SendLimits::default().rate(kind, 0, 0).is_some());
        }
        assert_eq!(SendLimits::off().bytes(), None);
        assert_eq!(SendLimits { rate: 0, ..SendLimits::default() }.bytes(), None);
        assert_eq!(SendLimits { requests: 0, ..SendLimits::default() }.rate(Sent::Request, 0, 0), None);
    }
}
