//! F4: another process holds the database's write lock.

use std::time::Duration;

use anyhow::ensure;
use parlour_testkit::faults::slow::{self, Plan};

use crate::say;

/// `[--rounds N] [--seconds N] [--writers N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let mut plan = Plan { calm: Duration::from_secs(10), held: Duration::from_secs(10), rounds: 3, writers: 50 };
    for (word, value) in super::pairs(words)? {
        match word {
            "--rounds" => plan.rounds = value.parse()?,
            "--seconds" => plan.held = Duration::from_secs(value.parse()?),
            "--writers" => plan.writers = value.parse()?,
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    let program = super::program()?;
    let report = crate::runtime(2)?.block_on(slow::locked(&program, plan))?;
    let millis = |span: Duration| span.as_secs_f64() * 1e3;
    say(&format!("lock held {} times for {} s, {} people write", plan.rounds, plan.held.as_secs(), plan.writers))?;
    say(&format!("  acknowledged, all found            {:>8}", report.acknowledged))?;
    say(&format!("  refused (wait), none found         {:>8}", report.refused))?;
    say(&format!("  longest wait for an answer         {:>8.0} ms", millis(report.patience)))?;
    say(&format!("  goes on after the lock, at most    {:>8.0} ms", millis(report.resumed)))?;
    let mut slower = Vec::new();
    for ((name, calm50, calm99), (_, held50, held99)) in report.calm.each().into_iter().zip(report.held.each()) {
        say(&format!(
            "  {name:<18} p50 {:>7.2} ms, locked {:>7.2} ms   p99 {:>7.2} ms, locked {:>7.2} ms",
            millis(calm50),
            millis(held50),
            millis(calm99),
            millis(held99)
        ))?;
        // A few milliseconds are the machine's and not the store's.
        if held99 > calm99 * 2 + Duration::from_millis(2) {
            slower.push(name);
        }
    }
    ensure!(slower.is_empty(), "more than twice as slow while the store is locked: {slower:?}");
    Ok(())
}
