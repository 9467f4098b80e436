//! The system's clock and random source, as the rules ask for them, and how many files it lets us open.

use std::time::{Instant, SystemTime};

use parlour_domain::{Clock, Dice, Millis};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the number of files this process may have open as far as it may: each connection is one, and the usual soft
/// limit of 1,024 is for programs that use select(2), which this one does not.
pub fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, limit = limit.current, "the number of open files stays limited");
    } else if let Some(most) = limit.maximum
        && most < FEW_FILES
    {
        tracing::warn!(most, "few files may be open, so few clients can connect; raise LimitNOFILE or ulimit -Hn");
    }
}

/// Below this, a busy evening ends in refused connections (a guess).
const FEW_FILES: u64 = 4096;

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
    use super::*;

    #[test]
    fn the_soft_limit_of_files_is_raised_to_the_hard_one() {
        open_many_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
