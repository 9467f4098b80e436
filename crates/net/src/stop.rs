//! The token that stops tasks: one [`Stopper`], many [`Stop`]s. A second pull says that there is no time to lose.

use tokio::sync::watch;

/// Tells every [`Stop`] made from it to stop. Dropping it tells them too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Haste>);

/// How much there is of it; ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Haste {
    None,
    Stop,
    Hurry,
}

impl Stopper {
    /// A stopper nobody has pulled yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(Haste::None))
    }

    /// A token for one more task.
    pub fn token(&self) -> Stop {
        Stop(self.0.subscribe())
    }

    /// Asks all tasks to stop. A second call changes nothing.
    pub fn stop(&self) {
        self.raise(Haste::Stop);
    }

    /// Asks all tasks to stop, and nobody to wait for others to take leave.
    pub fn hurry(&self) {
        self.raise(Haste::Hurry);
    }

    fn raise(&self, haste: Haste) {
        self.0.send_if_modified(|now| {
            let more = haste > *now;
            *now = haste.max(*now);
            more
        });
    }
}

impl Default for Stopper {
    fn default() -> Self {
        Self::new()
    }
}

/// A task's copy of the token.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Haste>);

impl Stop {
    /// Whether the task has been asked to stop.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow() >= Haste::Stop || self.0.has_changed().is_err()
    }

    /// Returns once the task has been asked to stop.
    ///
    /// # Cancel safety
    /// Safe: it may be dropped and called again.
    pub async fn stopped(&mut self) {
        // An error says that the stopper is gone, which means the same.
        let _ = self.0.wait_for(|haste| *haste >= Haste::Stop).await;
    }

    /// Returns once there is no time to lose.
    ///
    /// # Cancel safety
    /// As [`Stop::stopped`].
    pub async fn hurried(&mut self) {
        if self.0.wait_for(|haste| *haste >= Haste::Hurry).await.is_err() {
            // Nobody is left to say so.
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stops_by_word_and_by_drop() {
        let stopper = Stopper::new();
        let mut stop = stopper.token();
        assert!(!stop.is_stopped());
        stopper.stop();
        stop.stopped().await;
        assert!(stop.is_stopped());
        let stopper = Stopper::new();
        let mut stop = stopper.token();
        drop(stopper);
        stop.stopped().await;
        assert!(stop.is_stopped());
    }

    #[tokio::test]
    async fn fault_16_hurrying_is_more_than_stopping() {
        let stopper = Stopper::new();
        let mut stop = stopper.token();
        stopper.stop();
        tokio::select! {
            biased;
            () = stop.hurried() => panic!("there is time"),
            () = std::future::ready(()) => {}
        }
        stopper.hurry();
        stopper.stop();
        stop.stopped().await;
        stop.hurried().await;
    }
}
