//! What to do after a failed `accept`: go on at once, or wait until there is room again.

use std::io;
use std::time::Duration;

use rustix::io::Errno;

const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(1);

/// Waiting times of one accept loop.
///
/// A shortage (no free descriptor, no memory) leaves the connection in the kernel's queue, so that accepting again at
/// once fails again: the loop would burn a core. Each failure in a row doubles the wait, up to a second.
#[derive(Debug, Default)]
pub struct Backoff(Option<Duration>);

impl Backoff {
    /// Call it after each success: the next shortage starts from the shortest wait again.
    pub fn reset(&mut self) {
        self.0 = None;
    }

    /// How long to wait after `error`; `None` says that only the one connection failed and the next may be fine.
    pub fn after(&mut self, error: &io::Error) -> Option<Duration> {
        if !is_shortage(error) {
            return None;
        }
        let wait = self.0.map_or(FIRST, |last| (last * 2).min(LONGEST));
        self.0 = Some(wait);
        Some(wait)
    }
}

/// Errors of one connection that was gone before we took it (accept(2)) are not a shortage; all else is, so that an
/// error we do not know cannot make the loop spin.
fn is_shortage(error: &io::Error) -> bool {
    let Some(errno) = Errno::from_io_error(error) else {
        return true;
    };
    !matches!(
        errno,
        Errno::CONNABORTED
            | Errno::CONNRESET
            | Errno::INTR
            | Errno::PROTO
            | Errno::PERM
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH
            | Errno::NOPROTOOPT
            | Errno::OPNOTSUPP
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(errno: Errno) -> io::Error {
        errno.into()
    }

    #[test]
    fn shortages_wait_longer_each_time() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> =
            (0..8).filter_map(|_| backoff.after(&error(Errno::MFILE))).map(|wait| wait.as_millis()).collect();
        assert_eq!(waits, [20, 40, 80, 160, 320, 640, 1000, 1000]);
        backoff.reset();
        assert_eq!(backoff.after(&error(Errno::NFILE)), Some(FIRST));
        assert_eq!(backoff.after(&error(Errno::NOBUFS)), Some(FIRST * 2));
    }

    #[test]
    fn a_lost_connection_costs_no_wait() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.after(&error(Errno::CONNABORTED)), None);
        assert_eq!(backoff.after(&error(Errno::INTR)), None);
        assert_eq!(backoff.after(&io::Error::other("unheard of")), Some(FIRST));
    }
}
