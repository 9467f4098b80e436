//! F14: a server that brings an old database up to date is killed on the way.

use parlour_store::sqlite::drill;
use parlour_testkit::faults::migrations::{self, Plan};

use crate::say;

/// `[--kills N] [--rows N] [--seed N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let (mut rows, mut kills, mut seed) = (200_000, 50_u32, u64::from(std::process::id()));
    for (word, value) in super::pairs(words)? {
        match word {
            "--rows" => rows = value.parse()?,
            "--kills" => kills = value.parse()?,
            "--seed" => seed = value.parse()?,
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    let program = super::program()?;
    crate::runtime(2)?.block_on(async {
        say(&format!("seed {seed}"))?;
        // Each version there was, small; then the oldest with many rows, where a step takes long enough to be met.
        let from: Vec<u32> = (4..drill::newest()).collect();
        let each = kills.div_ceil(u32::try_from(from.len())?).max(1);
        let small = Plan { rows: 5000, from, kills: each, in_a_row: each, seed };
        let large = Plan { rows, from: vec![4], kills, in_a_row: 10, seed };
        for plan in [small, large] {
            let report = migrations::killed(&program, plan.clone()).await?;
            say(&format!("{} invites, from versions {:?} to {}", plan.rows, plan.from, drill::newest()))?;
            say(&format!("  kills                              {:>8}", report.kills))?;
            say(&format!("  of these, between two versions     {:>8}", report.between))?;
            say(&format!("  old database                       {:>8} MiB", report.bytes >> 20))?;
            say(&format!("  start with it, undisturbed         {:>8.2} s", report.start.as_secs_f64()))?;
            say(&format!("  start once it is up to date        {:>8.2} s", report.again.as_secs_f64()))?;
        }
        say("all contents equal each time; a later program's database is refused and untouched")
    })
}
