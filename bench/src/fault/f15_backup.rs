//! F15: a backup while people write, brought back elsewhere; and one that finds no room.

use std::time::Duration;

use anyhow::ensure;
use parlour_testkit::faults::backup::{self, Plan};

use crate::say;

/// `[--rows N] [--writers N] [--backups N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let mut plan = Plan { rows: 300_000, writers: 50, calm: Duration::from_secs(10), backups: 3 };
    for (word, value) in super::pairs(words)? {
        match word {
            "--rows" => plan.rows = value.parse()?,
            "--writers" => plan.writers = value.parse()?,
            "--backups" => plan.backups = value.parse()?,
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    let program = super::program()?;
    crate::runtime(2)?.block_on(async {
        let report = backup::under_load(&program, plan).await?;
        let [calm50, calm99, during50, during99] = report.waits().map(|span| span.as_secs_f64() * 1e3);
        say(&format!("{} backups while {} people write and others join", plan.backups, plan.writers))?;
        say(&format!("  a backup                           {:>8} MiB", report.bytes >> 20))?;
        say(&format!("  takes, at most                     {:>8.2} s", report.backup.as_secs_f64()))?;
        say(&format!("  restore, at most                   {:>8.2} s", report.restore.as_secs_f64()))?;
        say(&format!("  messages before it, all in it      {:>8}", report.messages))?;
        say(&format!("  accounts before it, all in it      {:>8}", report.accounts))?;
        say(&format!("  kept message p50 {calm50:>7.2} ms, during {during50:>7.2} ms"))?;
        say(&format!("               p99 {calm99:>7.2} ms, during {during99:>7.2} ms"))?;
        backup::without_room(&program).await?;
        say("  to a disk without room: refused in words, nothing left behind")?;
        // Two programs that write to one disk are slower than one; nobody may stand still for it.
        ensure!(during99 < calm99 * 10.0 + 100.0, "a backup holds people up");
        Ok(())
    })
}
