//! When a certificate is ordered: the rules, over times in seconds since 1970.
//!
//! Spec: RFC 9773 §4.2 (choosing a time in the window), §4.3.2 (when to ask again), §4.3.3 (bounds).

use std::net::IpAddr;
use std::time::Duration;

use aws_lc_rs::digest;

use super::kept::{Standing, seconds};
use crate::certs::{Certificate, a_label};

pub(crate) const HOUR: u64 = 3600;
pub(crate) const DAY: u64 = 24 * HOUR;

/// The first wait after an order that came to nothing; each further one is twice as long. Let's Encrypt takes five failed
/// validations of a name in an hour, and an attempt may have two.
const FIRST_WAIT: u64 = HOUR / 2;
/// The longest such wait.
const LONGEST_WAIT: u64 = DAY;
/// What an authority may make one host wait.
const LONGEST_WISH: u64 = 7 * DAY;
/// How soon after a certificate an authority may have it renewed, or half its life if that is shorter: one that wants each new one
/// replaced at once has its way no more often than that.
const SOONEST: u64 = HOUR;
/// A certificate that ends within this, and whose renewal fails, is an error.
const SOON: u64 = 7 * DAY;
/// Names in one certificate; Let's Encrypt takes a hundred.
const MAX_NAMES: usize = 100;

/// What bounds all orders together.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Orders that may begin now.
    tokens: u32,
    /// When the last one was added.
    filled: u64,
    /// The authority wants nothing before this.
    pub(crate) hold_until: u64,
}

impl Limits {
    pub(crate) fn new(burst: u32) -> Self {
        Self { tokens: burst, filled: 0, hold_until: 0 }
    }

    /// Whether an order may begin now; counts it. Else when the next may.
    pub(crate) fn take(&mut self, now: u64, burst: u32, every: Duration) -> Result<(), u64> {
        // None is longer, but for one of before the clock was set back.
        self.hold_until = self.hold_until.min(now + DAY);
        if now < self.hold_until {
            return Err(self.hold_until);
        }
        let every = every.as_secs().max(1);
        let new = now.saturating_sub(self.filled) / every;
        if self.filled == 0 || new > u64::from(burst) || self.filled > now {
            // The first, a long pause, or a clock that was set back.
            (self.tokens, self.filled) = (if self.filled > now { self.tokens } else { burst }, now);
        } else {
            self.tokens = burst.min(self.tokens.saturating_add(u32::try_from(new).unwrap_or(u32::MAX)));
            self.filled += new * every;
        }
        match self.tokens.checked_sub(1) {
            Some(left) => {
                self.tokens = left;
                Ok(())
            }
            None => Err(self.filled + every),
        }
    }

    /// The authority wants fewer orders altogether.
    pub(crate) fn hold(&mut self, now: u64, wish: Option<u64>) {
        self.hold_until = self.hold_until.max(now + wish.unwrap_or(HOUR).clamp(60, DAY));
    }
}

/// Whether authorities certify such a name: an ASCII name of the public DNS; with `private` also one without a dot.
pub fn is_orderable(name: &str, private: bool) -> bool {
    // RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, and ICANN's resolution on "internal".
    const NOBODYS: [&str; 6] = ["localhost", "local", "onion", "invalid", "internal", "home.arpa"];
    let labels: Vec<&str> = name.split('.').collect();
    let label = |label: &&str| {
        let edges = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !edges && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let nobodys = |end: &&str| name == *end || name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    let known = labels.last().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    name.len() <= 253
        && labels.iter().all(label)
        && known
        && name.parse::<IpAddr>().is_err()
        && (private || (labels.len() > 1 && !NOBODYS.iter().any(nobodys)))
}

/// The names of a certificate for `host`, its own first; nothing where that cannot be certified.
pub(crate) fn names(host: &str, answers_to: &[&str], private: bool) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in std::iter::once(&host).chain(answers_to).filter_map(|name| a_label(name)) {
        if !names.contains(&name) && is_orderable(&name, private) && names.len() < MAX_NAMES {
            names.push(name);
        }
    }
    (names.first() == a_label(host).as_ref() && !names.is_empty()).then_some(names)
}

/// Brings what was kept of a host in line with what is there and wanted now.
pub(crate) fn enter(standing: &mut Standing, names: &[String], kept: Option<&Certificate>, now: u64) {
    if standing.names != names {
        *standing = Standing { way: standing.way, next: now, ..Standing::default() };
    }
    match kept {
        None => {
            (standing.since, standing.until, standing.ask) = (0, 0, 0);
            if standing.failures == 0 {
                standing.next = now;
            }
        }
        Some(kept) => {
            let until = seconds(kept.expires_at());
            if standing.until != until {
                // A certificate from elsewhere, or one whose story was lost.
                standing.until = until;
                standing.since = now;
                standing.ask = now;
                standing.next = if kept.covers(names) { standing.next.max(at_a_third("", now, until)) } else { now };
            }
        }
    }
    standing.names = names.to_vec();
}

impl Standing {
    /// A new certificate is served from `now` on, until `until`.
    pub(crate) fn renewed(&mut self, host: &str, without: Vec<String>, until: u64, now: u64) {
        *self = Self {
            names: std::mem::take(&mut self.names),
            without,
            since: now,
            until,
            next: at_a_third(host, now, until),
            ask: now,
            way: self.way,
            ..Self::default()
        };
    }

    /// An order came to nothing; `wish` is how many seconds the authority asked for.
    pub(crate) fn failed(&mut self, host: &str, says: String, wish: Option<u64>, now: u64) {
        self.failures = self.failures.saturating_add(1);
        self.failed = now;
        self.error = Some(says);
        let doubled = FIRST_WAIT.saturating_mul(1 << (self.failures - 1).min(16)).min(LONGEST_WAIT);
        // Up to a tenth less, so that hosts that failed together do not come back together.
        let wait = doubled - share(host, self.failures.into(), doubled / 10);
        let wish = wish.map(|wish| wish.min(LONGEST_WISH));
        self.not_before = wish.map_or(0, |wish| now + wish);
        self.next = now + wait.max(wish.unwrap_or(0));
    }

    /// Where an order failed later than it is now, the clock was ahead then and was set back: the wait is as long as it was,
    /// and not by so much longer.
    pub(crate) fn set_back(&mut self, now: u64) {
        let ahead = self.failed.saturating_sub(now);
        if self.failures > 0 && ahead > 0 {
            self.failed = now;
            self.next = self.next.saturating_sub(ahead);
            self.not_before = self.not_before.saturating_sub(ahead);
        }
    }

    /// What the authority says of when to renew: a window, and when to ask again (seconds).
    pub(crate) fn suggested(&mut self, host: &str, (start, end): (u64, u64), again: u64, now: u64) {
        self.ask = now + again.clamp(HOUR, DAY);
        let width = end.saturating_sub(start);
        let chosen = start + share(host, self.until, width);
        let life = self.until.saturating_sub(self.since);
        // Not so late that one day of trouble would be the end of it, whatever the window says, nor time after time.
        let chosen = chosen.min(self.until - life / 6).max(self.since + SOONEST.min(life / 2));
        // A failure's wait holds, unless the time has not come at all.
        self.next = if self.failures > 0 { self.next.max(chosen) } else { chosen };
    }

    /// Whether the certificate ends soon, so that somebody has to look.
    pub fn is_ending(&self, now: u64) -> bool {
        // One that lives a week has half of that.
        let soon = SOON.min(self.until.saturating_sub(self.since) / 4);
        self.until > 0 && self.until.saturating_sub(now) < soon
    }
}

/// A third before the end, and up to a thirtieth earlier still.
fn at_a_third(host: &str, now: u64, until: u64) -> u64 {
    let life = until.saturating_sub(now);
    until - life / 3 - share(host, until, life / 30)
}

/// A number below `width` (0 for 0): the same for the same host and turn, spread evenly over hosts. Nothing secret, so no dice.
fn share(host: &str, turn: u64, width: u64) -> u64 {
    let hash = digest::digest(&digest::SHA256, format!("{turn} {host}").as_bytes());
    let number = hash.as_ref().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    number.checked_rem(width).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_authorities_certify() {
        for (name, fine) in [
            ("chat.example.org", true),
            ("xn--bcher-kva.example", true),
            ("bücher.example", false),
            ("localhost", false),
            ("box.local", false),
            ("x.home.arpa", false),
            ("intranet", false),
            ("192.168.1.5", false),
            ("[::1]", false),
            ("a..b", false),
            ("-a.example", false),
            ("a_b.example", false),
            ("*.example.org", false),
            ("", false),
        ] {
            assert_eq!(is_orderable(name, false), fine, "{name}");
        }
        assert!(is_orderable("intranet", true) && is_orderable("box.local", true) && !is_orderable("10.0.0.1", true));
        let got = names("a.example", &["Web.a.example", "a.example", "10.0.0.1", "x y"], false);
        assert_eq!(got.as_deref(), Some(&["a.example".to_owned(), "web.a.example".to_owned()][..]));
        assert_eq!(names("localhost", &["web.a.example"], false), None);
    }

    #[test]
    fn waits_double_to_a_day_and_the_authoritys_wish_is_heard() {
        let mut standing = Standing::default();
        let mut waits = Vec::new();
        for _ in 0..9 {
            standing.failed("a.example", "why".into(), None, 1000);
            waits.push(standing.next - 1000);
        }
        for (wait, full) in waits.iter().zip([1, 2, 4, 8, 16, 32, 48, 48, 48].map(|n| n * FIRST_WAIT)) {
            assert!((full - full / 10..=full).contains(wait), "{waits:?}");
        }
        standing.failed("a.example", "why".into(), Some(3 * DAY), 1000);
        assert_eq!((standing.next, standing.not_before), (1000 + 3 * DAY, 1000 + 3 * DAY));
        standing.failed("a.example", "why".into(), Some(u64::MAX), 1000);
        assert_eq!(standing.next, 1000 + LONGEST_WISH);
    }

    #[test]
    fn a_clock_that_was_years_ahead_does_not_put_the_next_order_off_by_years() {
        let (ahead, now) = (1_000_000 + 900 * DAY, 1_000_000);
        let mut standing = Standing::default();
        standing.failed("a.example", "the clock is wrong, so its certificate seemed to have ended".into(), None, ahead);
        let wait = standing.next - ahead;
        standing.set_back(now);
        assert_eq!((standing.next, standing.not_before, standing.failed), (now + wait, 0, now));
        standing.failed("a.example", "why".into(), Some(3 * DAY), ahead);
        standing.set_back(now);
        assert_eq!((standing.next, standing.not_before), (now + 3 * DAY, now + 3 * DAY));
        let before = standing.clone();
        standing.set_back(now + HOUR);
        assert_eq!(standing, before, "a clock that goes as it should changes nothing");
    }

    #[test]
    fn renewal_is_at_a_third_or_when_the_authority_says() {
        let (now, until) = (1_000_000, 1_000_000 + 90 * DAY);
        let mut standing = Standing::default();
        standing.renewed("a.example", Vec::new(), until, now);
        let left = until - standing.next;
        assert!((30 * DAY..=33 * DAY).contains(&left), "{left}");
        // In its window, wherever that is.
        standing.suggested("a.example", (until - 40 * DAY, until - 38 * DAY), 6 * HOUR, now);
        assert!((until - 40 * DAY..until - 38 * DAY).contains(&standing.next));
        assert_eq!(standing.ask, now + 6 * HOUR);
        // Revoked soon: the window is past, and so it is now.
        let later = now + 2 * HOUR;
        standing.suggested("a.example", (now - DAY, now - HOUR), 1, later);
        assert!(standing.next < later && standing.ask == later + HOUR);
        // But not for ever: an authority that says so of each new one does not keep us ordering.
        standing.suggested("a.example", (now - DAY, now - HOUR), 1, now);
        assert_eq!(standing.next, now + HOUR);
        // Nonsense does no harm.
        standing.suggested("a.example", (until + DAY, u64::MAX), u64::MAX, now);
        assert!(standing.next <= until - 15 * DAY && standing.ask == now + DAY);
        standing.suggested("a.example", (until, 0), 0, now);
        assert!(standing.next <= until - 15 * DAY);
        assert!(!standing.is_ending(until - 8 * DAY) && standing.is_ending(until - 6 * DAY));
    }

    #[test]
    fn a_burst_then_one_after_the_other_and_nothing_while_held() {
        let every = Duration::from_secs(40);
        let mut limits = Limits::new(3);
        for _ in 0..3 {
            assert_eq!(limits.take(1000, 3, every), Ok(()));
        }
        assert_eq!(limits.take(1000, 3, every), Err(1040));
        assert_eq!(limits.take(1039, 3, every), Err(1040));
        assert_eq!(limits.take(1040, 3, every), Ok(()));
        assert_eq!(limits.take(1041, 3, every), Err(1080));
        limits.hold(1041, Some(500));
        assert_eq!(limits.take(1500, 3, every), Err(1541));
        limits.hold(1041, Some(u64::MAX));
        assert_eq!(limits.take(1600, 3, every), Err(1041 + DAY));
        // One of a year that was none.
        let mut ahead = Limits::new(3);
        ahead.hold(400 * DAY, None);
        assert_eq!(ahead.take(1000, 3, every), Err(1000 + DAY));
        assert_eq!(ahead.take(1000 + DAY, 3, every), Ok(()));
        // Never more than the burst, however long it was quiet.
        let much_later = 1041 + 3 * DAY;
        let taken = (0..10).filter(|_| limits.take(much_later, 3, every).is_ok()).count();
        assert_eq!(taken, 3);
    }

    #[test]
    fn hosts_share_a_window_evenly() {
        let shares: Vec<u64> = (0..1000).map(|n| share(&format!("h{n}.example"), 1, 10)).collect();
        for slot in 0..10 {
            let many = shares.iter().filter(|share| **share == slot).count();
            assert!((60..160).contains(&many), "{slot}: {many}");
        }
        assert_eq!(share("a", 1, 0), 0);
    }
}
