//! The system's clock and random source, as the rules ask for them, and how many files it lets us open.

use std::time::{Instant, SystemTime};

use parlour_domain::{Clock, Dice, Millis};
use parlour_net::{LimitOptions, Room};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the number of files this process may have open as far as it may: each connection is one, and the usual soft
/// limit of 1,024 is for programs that use select(2), which this one does not. Before the doors are made, which look at
/// it.
pub fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, limit = limit.current, "the number of open files stays limited");
    }
}

/// Says how many connections there can be, and warns where that is little, or less than `limits` count on.
pub fn tell_room(limits: &LimitOptions) {
    let room = Room::now();
    let descriptors = room.most();
    let strangers = room.for_strangers(limits.pending_total);
    tracing::info!(target: "parlour::serve", descriptors, strangers, "each connection takes a descriptor");
    if descriptors < FEW_FILES {
        tracing::warn!(
            target: "parlour::serve", descriptors,
            "few files may be open, so few clients can connect; raise LimitNOFILE or ulimit -Hn"
        );
    }
    if strangers < limits.pending_total && limits.pending_total != LimitOptions::default().pending_total {
        tracing::warn!(
            target: "parlour::serve", key = "limits.pending_total", asked = limits.pending_total, strangers, descriptors,
            "more connections are to wait for signing in than half of the descriptors: it is that half"
        );
    }
}

/// Below this, a busy evening ends in refused connections (a guess).
pub const FEW_FILES: u64 = 4096;

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the clock comes from")]
    fn wall(&self) -> Millis {
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX),
            Err(before) => Millis::try_from(before.duration().as_millis()).map_or(Millis::MIN, |m| -m),
        }
    }

    fn monotonic(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The operating system's random source.
#[derive(Debug, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    fn fill(&self, out: &mut [u8]) {
        // Without randomness there are no secrets, and nothing here can go on.
        getrandom::fill(out).expect("the system's random source works");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use parlour_domain::HostName;
    use parlour_domain::token::{self, TokenKey, TokenKeys};

    use super::*;

    #[test]
    fn attack_80_tokens_of_the_systems_dice_do_not_collide_and_tell_no_order() {
        let many = if std::env::var_os("PARLOUR_FULL").is_some() { 1_000_000 } else { 10_000 };
        let keys = TokenKeys::new(vec![TokenKey { id: 1, secret: [7; 32] }]).expect("a ring");
        let host = HostName::parse("h.example").expect("a domain");
        let dice: &dyn Dice = &SystemDice;
        let mut seen = HashSet::with_capacity(many);
        let (mut rising, mut last) = (0, String::new());
        let mut first = [0_usize; 128];
        for _ in 0..many {
            let token = token::mint(&keys, &host, dice.bytes()).as_str().to_owned();
            rising += usize::from(last < token);
            first[usize::from(token.as_bytes()[0])] += 1;
            last.clone_from(&token);
            assert!(seen.insert(token), "two alike");
        }
        // Half of them come after the one before: the order of making does not show.
        assert!((many * 45 / 100..many * 55 / 100).contains(&rising), "{rising} of {many} rise");
        // And every letter and digit begins about as many.
        let begun: Vec<usize> = first.into_iter().filter(|count| *count > 0).collect();
        assert_eq!(begun.len(), 62);
        assert!(begun.iter().all(|count| (many / 62 / 2..many / 62 * 2).contains(count)), "{begun:?}");
    }

    #[test]
    fn the_soft_limit_of_files_is_raised_to_the_hard_one() {
        open_many_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
