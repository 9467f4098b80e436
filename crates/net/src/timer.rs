//! A deadline that costs eight bytes while it is not set.
//!
//! An idle connection holds at most one: its owner sets it to whichever of its deadlines comes first.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Duration, Instant, Sleep, sleep_until};

/// A deadline its owner polls; nothing is allocated until it is set.
#[derive(Debug, Default)]
pub struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// A timer that is not set.
    pub fn new() -> Self {
        Self(None)
    }

    /// Lets it ring after `wait`, whatever it was set to before. The task must poll it afterwards to be woken.
    pub fn set(&mut self, wait: Duration) {
        self.set_at(Instant::now() + wait);
    }

    /// Lets it ring at `at`, whatever it was set to before. The task must poll it afterwards to be woken.
    pub fn set_at(&mut self, at: Instant) {
        match &mut self.0 {
            Some(sleep) => sleep.as_mut().reset(at),
            None => self.0 = Some(Box::pin(sleep_until(at))),
        }
    }

    /// Unsets it and frees what it held.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    /// When it rings, if it is set.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.as_ref().map(|sleep| sleep.deadline())
    }

    /// Ready once when the deadline has passed (it is unset then); pending for ever while unset.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(sleep) = &mut self.0 else {
            return Poll::Pending;
        };
        std::task::ready!(sleep.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(())
    }

    /// Waits for the deadline; for ever while unset.
    ///
    /// # Cancel safety
    /// Safe: the deadline stays set.
    pub async fn rings(&mut self) {
        std::future::poll_fn(|cx| self.poll(cx)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unset_timer_is_one_pointer() {
        assert_eq!(size_of::<Timer>(), size_of::<usize>());
    }

    #[tokio::test(start_paused = true)]
    async fn rings_at_the_deadline_set_last() {
        let start = Instant::now();
        let mut timer = Timer::new();
        timer.set(Duration::from_secs(5));
        timer.set(Duration::from_secs(9));
        timer.rings().await;
        assert_eq!(start.elapsed().as_secs(), 9);
        assert_eq!(timer.deadline(), None);
    }
}
