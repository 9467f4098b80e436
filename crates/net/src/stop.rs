//! The token that stops tasks: one [`Stopper`], many [`Stop`]s.

use tokio::sync::watch;

/// Tells every [`Stop`] made from it to stop. Dropping it tells them too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// A stopper nobody has pulled yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// A token for one more task.
    pub fn token(&self) -> Stop {
        Stop(self.0.subscribe())
    }

    /// Asks all tasks to stop. A second call changes nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Default for Stopper {
    fn default() -> Self {
        Self::new()
    }
}

/// A task's copy of the token.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Whether the task has been asked to stop.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Returns once the task has been asked to stop.
    ///
    /// # Cancel safety
    /// Safe: it may be dropped and called again.
    pub async fn stopped(&mut self) {
        // An error says that the stopper is gone, which means the same.
        let _ = self.0.wait_for(|stopped| *stopped).await;
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
}
