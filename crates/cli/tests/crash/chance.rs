//! Chance that can be had again: one seed for each run.

use std::time::Duration;

use parlour_domain::Dice as _;
use parlour_testkit::Loaded;

/// Dice with a seed.
pub struct Chance(Loaded);

impl Chance {
    /// With the seed of `PARLOUR_SEED`, else one of this run. The seed is printed; a test that passes does not show it.
    #[expect(clippy::print_stdout, reason = "the harness keeps it and shows it with a failure")]
    pub fn new() -> Self {
        let given = std::env::var("PARLOUR_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from(getrandom::u32().expect("the system has randomness")));
        println!("PARLOUR_SEED={seed} runs this again");
        Self(Loaded::new(seed))
    }

    /// A number below `end`.
    pub fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes) % end.max(1)
    }

    /// A time shorter than `end`.
    pub fn within(&self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).expect("a short time")))
    }
}

/// `small`, or with `PARLOUR_FULL=1` the whole size.
pub fn size(small: usize, full: usize) -> usize {
    if std::env::var_os("PARLOUR_FULL").is_some() { full } else { small }
}
