//! What the system tells the process.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT, each time one comes: the first asks to stop, the second to be quick about it.
pub struct Stops(Option<(Signal, Signal)>);

impl Stops {
    /// Hears them from now on.
    pub fn new() -> Self {
        let both = signal(SignalKind::terminate()).ok().zip(signal(SignalKind::interrupt()).ok());
        if both.is_none() {
            tracing::error!("no signals can be heard; only kill ends this process");
        }
        Self(both)
    }

    /// Waits for the next.
    ///
    /// # Cancel safety
    /// Safe: none is missed.
    pub async fn next(&mut self) {
        let Some((term, int)) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    }
}

/// SIGHUPs, each asking to read the configuration again.
pub fn reloads() -> Option<Signal> {
    signal(SignalKind::hangup()).ok()
}
