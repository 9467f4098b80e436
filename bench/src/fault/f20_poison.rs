//! F20: rows that cannot be read, in every table at once, by `parlour_testkit::poisoned`.

use anyhow::{Context as _, bail};
use parlour_testkit::poisoned;

use crate::say;

/// `[--rounds N] [--seed N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let (mut rounds, mut seed) = (200, 1);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} what?"))?;
        match word {
            "--rounds" => rounds = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => bail!("{word} is not understood"),
        }
    }
    let told = crate::runtime(2)?.block_on(poisoned(rounds, seed))?;
    say(&format!(
        "{} starts over {} spoilt columns (seed {seed}): it started each time, and everybody but their owner signed in, had \
         their contacts, cards, lists and messages, and saw the lists of accounts, invites and groups without them.",
        told.rounds, told.columns
    ))
}
