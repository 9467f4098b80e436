//! Time and dice as the rules see them: values handed in, never taken.
//!
//! The traits are declared here so that every crate above can ask for them; the one binary
//! implements them with the system's clock and random source, the test kit with its own.

/// Milliseconds since 1970-01-01T00:00:00Z. Negative before that; good for 292 million years.
pub type Millis = i64;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Wall time, for what people see and what is kept. May jump.
    fn wall(&self) -> Millis;
    /// Monotonic milliseconds since some start, for spans. Never goes back.
    fn monotonic(&self) -> u64;
}

/// Where randomness comes from: the operating system's source, or a test's own.
pub trait Dice: Send + Sync + 'static {
    /// Fills `out` with random bytes fit for secrets.
    fn fill(&self, out: &mut [u8]);
}

impl dyn Dice {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}
