//! F3: the disk under the database is full, and later is not; the disk under the log is full.

use parlour_testkit::faults::full::{self, Plan};

use crate::say;

/// `[--rounds N] [--megabytes N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let mut plan = Plan { volume: 256 << 20, body: 8000, rounds: 5 };
    for (word, value) in super::pairs(words)? {
        match word {
            "--rounds" => plan.rounds = value.parse()?,
            "--megabytes" => plan.volume = value.parse::<u64>()? << 20,
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    let program = super::program()?;
    crate::runtime(2)?.block_on(async {
        let report = full::disk(&program, plan).await?;
        let millis = |span: std::time::Duration| span.as_secs_f64() * 1e3;
        say(&format!("volume {} MiB, filled and freed {} times", plan.volume >> 20, plan.rounds))?;
        say(&format!("  acknowledged, all found           {:>8}", report.acknowledged))?;
        say(&format!("  refused (wait), none found        {:>8}", report.refused))?;
        say(&format!("  the log says it after, at most    {:>8.0} ms", millis(report.told)))?;
        say(&format!("  started over a full disk, at most {:>8.0} ms to the first client", millis(report.started)))?;
        say(&format!("  goes on after room, at most       {:>8.0} ms", millis(report.resumed)))?;
        say(&format!("  accounts deleted on a full disk   {:>8}", report.deleted))?;
        let lost = full::log(&program, 200).await?;
        say(&format!("  log on a full disk, then read by nobody: 400 messages acknowledged, {lost} lines lost"))
    })
}
