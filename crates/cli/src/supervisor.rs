//! What the service tells systemd: that it is open, reads its configuration again, stops, and is still well.
//!
//! Spec: sd_notify(3), systemd.service(5) `Type=notify` and `WatchdogSec=`. Where nobody started the process so, nothing is
//! said. The watchdog hears from it only while the store answers: a process that runs and keeps nothing is no server.

use std::time::Duration;

use parlour_engine::hosts::Hosts;
use parlour_net::{Stop, Timer};
use sd_notify::NotifyState;

/// The doors are open.
pub fn open(hosts: usize) {
    tell(&[NotifyState::Ready, NotifyState::Status(&serving(hosts))]);
}

/// The configuration is being read again.
pub fn reloading() {
    let mut states = vec![NotifyState::Reloading];
    states.extend(NotifyState::monotonic_usec_now().ok());
    tell(&states);
}

/// No new connections; what is under way ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
}

/// Says that all is well, twice in the time the watchdog waits, until told to stop. Ends at once where there is none.
pub async fn watchdog(hosts: &Hosts, mut stop: Stop) {
    let Some(patience) = sd_notify::watchdog_enabled() else { return };
    let mut timer = Timer::new();
    loop {
        // Zero would ask for news without a pause.
        timer.set((patience / 2).max(Duration::from_millis(1)));
        tokio::select! {
            () = timer.rings() => {}
            () = stop.stopped() => return,
        }
        match hosts.list().await {
            Ok(_) => tell(&[NotifyState::Watchdog]),
            Err(error) => tracing::error!(target: "parlour::serve", %error, "the store does not answer"),
        }
    }
}

fn serving(hosts: usize) -> String {
    match hosts {
        1 => "serving 1 host".to_owned(),
        n => format!("serving {n} hosts"),
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(target: "parlour::serve", %error, "systemd could not be told");
    }
}
