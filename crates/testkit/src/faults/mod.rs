//! Bad things done to the real binary, on purpose: the small ones are tests, the large ones `cargo xtask fault NAME`.
//!
//! Each gives what it measured; a promise that does not hold is an error.

pub mod backup;
mod binary;
pub mod clock;
pub mod full;
pub mod migrations;
mod people;
pub mod slow;
mod volume;

use std::time::{Duration, Instant};

pub use binary::{Binary, Disk, HOST, Stderr};
pub use people::{Kept, all_archived, invite, say};
pub use volume::Volume;

/// For people who say more in a minute than people do, and would be told to wait for that.
const UNLIMITED: &str = "[c2s.limits]\nenabled = false\n";

/// Asks until it is so, at most for `patience`; gives how long that took.
///
/// # Errors
/// When it never is.
pub async fn until(
    what: &str,
    patience: Duration,
    mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    while !is_so().await? {
        anyhow::ensure!(began.elapsed() < patience, "not within {patience:?}: {what}");
        looks.tick().await;
    }
    Ok(began.elapsed())
}

/// So many hundredths of a sorted list lie below what this gives.
pub fn at(times: &[Duration], share: usize) -> Duration {
    times.get((times.len() * share / 1000).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}
