//! Derives passwords' keys where it holds nobody up: on blocking threads, a few at a time.
//!
//! Spec: RFC 5802 §3, RFC 7677 §4. 10,000 rounds for each hash: some milliseconds of one core.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parlour_domain::password::Password;
use parlour_domain::{Dice, SealedKeys};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::sasl::{Hash, ITERATIONS, SALT_BYTES, ScramKeys, derive, verify_password};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::seal::Sealer;

/// Too many passwords wait to be hashed; ask again in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait to be hashed")]
pub struct HasherBusy;

/// The bounded pool. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Hasher(Arc<Inner>);

struct Inner {
    // Who hashes, and who waits to.
    at_work: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
    sealer: Arc<Sealer>,
    dice: Arc<dyn Dice>,
    iterations: u32,
    runs: AtomicU64,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").field("at_work", &self.at_work.available_permits()).finish_non_exhaustive()
    }
}

impl Hasher {
    /// A pool of at most `threads` at a time.
    pub fn new(sealer: Arc<Sealer>, dice: Arc<dyn Dice>, threads: usize) -> Self {
        Self::with_iterations(sealer, dice, threads, ITERATIONS)
    }

    /// As [`Self::new`] with another cost, for tests.
    pub fn with_iterations(sealer: Arc<Sealer>, dice: Arc<dyn Dice>, threads: usize, iterations: u32) -> Self {
        let at_work = Arc::new(Semaphore::new(threads.max(1)));
        let in_line = Arc::new(Semaphore::new(IN_LINE));
        Self(Arc::new(Inner { at_work, in_line, sealer, dice, iterations, runs: AtomicU64::new(0) }))
    }

    /// Rounds of PBKDF2 for new keys.
    pub fn iterations(&self) -> u32 {
        self.0.iterations
    }

    /// Passwords hashed since the start, for an account or to be compared.
    pub fn runs(&self) -> u64 {
        self.0.runs.load(Relaxed)
    }

    /// The sealed keys of a new password of `account`, one per mechanism.
    ///
    /// # Errors
    /// [`HasherBusy`].
    ///
    /// # Cancel safety
    /// Dropped while it waits in line, nothing is hashed.
    pub async fn derive(&self, account: BareJid, password: Password) -> Result<Vec<SealedKeys>, HasherBusy> {
        let inner = Arc::clone(&self.0);
        self.run(move || {
            let one = |hash| {
                let salt: [u8; SALT_BYTES] = inner.dice.bytes();
                let keys = derive(hash, password.prepared(), &salt, inner.iterations);
                inner.sealer.seal(&account, hash, &keys, &*inner.dice)
            };
            vec![one(Hash::Sha1), one(Hash::Sha256)]
        })
        .await
    }

    /// Whether a prepared password is the one `keys` were made of.
    ///
    /// # Errors
    /// [`HasherBusy`].
    pub async fn verify(&self, keys: ScramKeys, hash: Hash, prepared: Zeroizing<Vec<u8>>) -> Result<bool, HasherBusy> {
        self.run(move || verify_password(&keys, hash, &prepared)).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HasherBusy> {
        let _place = self.0.in_line.try_acquire().map_err(|_| HasherBusy)?;
        let permit = Arc::clone(&self.0.at_work).acquire_owned().await.map_err(|_| HasherBusy)?;
        self.0.runs.fetch_add(1, Relaxed);
        // The permit goes along: the work goes on when its asker has gone away.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|_| HasherBusy)
    }
}

/// How many may be hashed or wait for it; at a few milliseconds each the last waits about a second.
const IN_LINE: usize = 256;
