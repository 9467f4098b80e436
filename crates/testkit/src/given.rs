//! What the server is handed instead of the system's: a clock that is moved, dice that fall the same way in each run.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parlour_domain::{Clock, Dice, Millis};

/// A clock that only moves when told.
#[derive(Debug)]
pub struct Hands {
    passed: AtomicI64,
    // Of the clock on the wall alone.
    set: AtomicI64,
}

impl Hands {
    /// Standing at `now`.
    pub fn at(now: Millis) -> Self {
        Self { passed: AtomicI64::new(now), set: AtomicI64::new(0) }
    }

    /// Moves on by so many milliseconds.
    pub fn pass(&self, span: Millis) {
        self.passed.fetch_add(span, Ordering::Relaxed);
    }

    /// Somebody sets the clock on the wall: no time passes.
    pub fn set_by(&self, span: Millis) {
        self.set.fetch_add(span, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn wall(&self) -> Millis {
        self.passed.load(Ordering::Relaxed) + self.set.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> u64 {
        self.passed.load(Ordering::Relaxed).unsigned_abs()
    }
}

/// Dice that give other bytes each time, but the same in each run (SplitMix64: spread out, not secret).
#[derive(Debug)]
pub struct Loaded(AtomicU64);

impl Loaded {
    /// With a seed.
    pub fn new(seed: u64) -> Self {
        // Mixed, or the next seed would begin one step further in the same sequence.
        Self(AtomicU64::new(mixed(seed.wrapping_add(STEP))))
    }
}

impl Dice for Loaded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = mixed(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP)).to_be_bytes();
            chunk.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        }
    }
}

fn mixed(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
