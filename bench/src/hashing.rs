//! What a new password takes by itself: two keys of 10,000 rounds (RFC 5802, RFC 7677), on one core that does nothing else.
//!
//! Beside it the same with another library's PBKDF2, for the question whether ours is the fastest there is.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use aws_lc_rs::pbkdf2;
use parlour_xmpp::sasl::{Hash, ITERATIONS, SALT_BYTES, derive};

use crate::peers::PASSWORD;
use crate::say;

/// A password's two keys.
pub fn keys() -> [impl Sized; 2] {
    [Hash::Sha1, Hash::Sha256].map(|hash| derive(hash, PASSWORD.as_bytes(), &[7; SALT_BYTES], ITERATIONS))
}

/// The median of some.
pub fn of_a_password() -> Duration {
    median(|| drop(std::hint::black_box(keys())))
}

/// Tells both.
pub fn run() -> anyhow::Result<()> {
    let rounds = NonZeroU32::new(ITERATIONS).unwrap_or(NonZeroU32::MIN);
    for (what, hash, other) in
        [("SHA-1", Hash::Sha1, pbkdf2::PBKDF2_HMAC_SHA1), ("SHA-256", Hash::Sha256, pbkdf2::PBKDF2_HMAC_SHA256)]
    {
        let ours =
            median(|| drop(std::hint::black_box(derive(hash, PASSWORD.as_bytes(), &[7; SALT_BYTES], ITERATIONS))));
        let theirs = median(|| {
            let mut out = vec![0; hash.output_bytes()];
            pbkdf2::derive(other, rounds, &[7; SALT_BYTES], PASSWORD.as_bytes(), &mut out);
            std::hint::black_box(out);
        });
        say(&format!("{what:<8} ours {:>7.0} us   aws-lc {:>7.0} us", micros(ours), micros(theirs)))?;
    }
    say(&format!("both, ours: {:.0} us", micros(of_a_password())))
}

fn median(what: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            what();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(TIMES / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

const TIMES: usize = 101;
