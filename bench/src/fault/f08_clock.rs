//! F8: the clock on the wall is set, and the process stands still.

use std::time::Duration;

use parlour_testkit::faults::clock::{self, Plan};

use crate::say;

/// `[--people N] [--pause SECONDS]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let mut plan = Plan { people: 50, pause: Duration::from_secs(60), faketime: clock::faketime() };
    for (word, value) in super::pairs(words)? {
        match word {
            "--people" => plan.people = value.parse()?,
            "--pause" => plan.pause = Duration::from_secs(value.parse()?),
            other => anyhow::bail!("{other} is not understood"),
        }
    }
    if plan.faketime.is_none() {
        super::left_out("setting the clock: libfaketime is not here (apt install faketime)")?;
    }
    let report = crate::runtime(2)?.block_on(clock::jumps(&super::program()?, plan.clone()))?;
    say(&format!("{} people signed in; clock set {} times by an hour or two", plan.people, report.set))?;
    say(&format!("process stopped for {} s, and went on", plan.pause.as_secs()))?;
    say(&format!("  thrown out                         {:>8}", 0))?;
    say(&format!("  messages, all archived in order    {:>8}", report.messages))
}
