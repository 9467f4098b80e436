//! F13: a configuration is broken again and again under people who are there, by `parlour_testkit::reloads`.

use anyhow::{Context as _, bail};
use parlour_testkit::reloads;

use crate::say;

/// `[--times N] [--seed N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let (mut times, mut seed) = (200, 1);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} what?"))?;
        match word {
            "--times" => times = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => bail!("{word} is not understood"),
        }
    }
    say(&format!("{times} configurations, seed {seed}"))?;
    let binary = super::program()?;
    let told = crate::runtime(2)?.block_on(reloads(&binary, times, seed))?;
    say(&format!(
        "{} tried: {} wrong ones refused, with file, line and column where the file is there, by the command and by the \
         server alike; {} right by chance and taken. {} messages passed between two people who stayed, the page was always \
         that of the configuration in force. From the signal to the word in the log: {:.0} ms at most.",
        told.tried,
        told.refused,
        told.taken,
        told.messages,
        told.slowest.as_secs_f64() * 1000.0
    ))
}
