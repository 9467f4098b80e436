//! How fast a client may send: past its burst, reading waits, so that TCP holds it back and nothing grows here.
//!
//! Spec: XEP-0205 v1.0.2 §4.7 (bandwidth).

use std::task::{Context, Poll};
use std::time::Duration;

use parlour_domain::sending::{Bucket, Rate, SendLimits};
use parlour_net::Timer;
use tokio::time::Instant;

/// A connection's budget of bytes. Two words until its first burst is used up, and no look at a clock.
#[derive(Debug)]
pub(super) struct Pace {
    /// What may come before anybody has to look at a clock.
    free: u32,
    busy: Option<Box<Busy>>,
}

/// Of a connection that has sent more than a burst.
#[derive(Debug)]
struct Busy {
    bucket: Bucket,
    start: Instant,
    /// Set while reading waits.
    timer: Timer,
}

impl Pace {
    pub(super) fn new(limits: &SendLimits) -> Self {
        Self { free: limits.bytes().map_or(CHECK, Rate::burst), busy: None }
    }

    /// So many bytes were read. True when reading is to wait from here on.
    pub(super) fn read(&mut self, bytes: usize, limits: impl FnOnce() -> std::sync::Arc<SendLimits>) -> bool {
        if let Some(free) = u32::try_from(bytes).ok().and_then(|bytes| self.free.checked_sub(bytes)) {
            self.free = free;
            return false;
        }
        let Some(rate) = limits().bytes() else {
            (self.free, self.busy) = (CHECK, None);
            return false;
        };
        let over = bytes.saturating_sub(self.free as usize);
        self.free = 0;
        // How long the first burst took is not known, so that it counts as the whole time that a second one needs.
        let busy = self.busy.get_or_insert_with(|| {
            Box::new(Busy { bucket: Bucket::full(rate, 0), start: Instant::now(), timer: Timer::new() })
        });
        let now = u64::try_from(busy.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let wait = busy.bucket.spend(over, rate, now);
        if wait > 0 {
            // In steps that are worth waking up for.
            busy.timer.set(Duration::from_millis(wait).max(STEP));
        }
        wait > 0
    }

    /// Whether reading waits; then the task is woken when it no longer has to.
    pub(super) fn poll_waits(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(busy) = &mut self.busy else { return false };
        busy.timer.deadline().is_some() && busy.timer.poll(cx) == Poll::Pending
    }
}

/// Bytes after which a connection without limits looks whether there are some now.
const CHECK: u32 = 16 * 1024 * 1024;

/// What reading waits at least.
const STEP: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Reads as fast as it may for so long; gives the bytes.
    async fn flood(pace: &mut Pace, limits: &Arc<SendLimits>, time: Duration) -> usize {
        let (start, mut read) = (Instant::now(), 0);
        while start.elapsed() < time {
            read += 4_096;
            if pace.read(4_096, || Arc::clone(limits)) {
                std::future::poll_fn(|cx| if pace.poll_waits(cx) { Poll::Pending } else { Poll::Ready(()) }).await;
            }
        }
        read
    }

    #[tokio::test(start_paused = true)]
    async fn attack_118_a_flood_of_bytes_is_read_at_its_rate() {
        let limits = Arc::new(SendLimits { rate: 10_000, burst: 50_000, ..SendLimits::default() });
        let mut pace = Pace::new(&limits);
        let read = flood(&mut pace, &limits, Duration::from_secs(100)).await;
        assert!((1_000_000..=1_120_000).contains(&read), "{read}");
        // Whoever was quiet for long has its burst again.
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert!(!pace.poll_waits(&mut Context::from_waker(std::task::Waker::noop())));
        assert!((0..12).all(|_| !pace.read(4_096, || Arc::clone(&limits))));
    }

    #[tokio::test(start_paused = true)]
    async fn limits_that_come_or_go_are_noticed() {
        let off = Arc::new(SendLimits::off());
        let mut pace = Pace::new(&off);
        for _ in 0..100_000 {
            assert!(!pace.read(4_096, || Arc::clone(&off)));
        }
        let on = Arc::new(SendLimits { rate: 1_000, burst: 1_000, ..SendLimits::default() });
        assert!((0..10_000).any(|_| pace.read(4_096, || Arc::clone(&on))));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(!pace.read(4_096, || Arc::clone(&off)));
    }

    #[test]
    fn costs_two_words_until_it_is_needed() {
        assert_eq!(size_of::<Pace>(), 16);
    }
}
