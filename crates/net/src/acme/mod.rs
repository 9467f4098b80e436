//! Certificates by themselves: each host that has none of its own gets one from the authority of `[acme]`, and a new one in
//! time.
//!
//! [`Acme::want`] enters a host and gives back what is kept for it; [`Acme::run`] orders and renews, a few at once and not
//! faster than authorities like, and puts each new certificate into [`Tls`], where connections that are up do not notice.
//! What an order needs is loaded for it and freed with it: between two of them nothing is held but a few words per host.
//!
//! Spec: RFC 8555, RFC 8737 (TLS-ALPN-01), RFC 9773 (renewal information).
//! Left out: DNS-01 and so wildcards, revocation, key rollover, certificates for addresses.

mod address;
mod challenges;
mod failure;
mod fetch;
mod kept;
pub(crate) mod options;
mod order;
mod plan;
mod work;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use instant_acme::RetryPolicy;
use tokio::sync::{Notify, watch};

use crate::certs::Certificate;
use crate::tls::Tls;

pub(crate) use challenges::ALPN;
pub use challenges::Challenges;
pub use kept::Standing;
pub use options::{AcmeOptions, Challenge, LETS_ENCRYPT};
pub use plan::is_orderable;

/// The time of day, handed in.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What [`Acme`] is made of.
pub struct AcmeParts {
    /// Where certificates, keys and accounts are kept: `data_dir/acme`.
    pub dir: PathBuf,
    /// Where certificates are served, and validations answered.
    pub tls: Tls,
    /// `[acme]`.
    pub options: AcmeOptions,
    /// The time.
    pub clock: Clock,
    /// How fast.
    pub pace: Pace,
}

/// How fast orders follow each other.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Orders under way at once.
    pub at_once: usize,
    /// Orders that may follow each other without a pause.
    pub burst: u32,
    /// After these, how long until the next one.
    pub every: Duration,
    /// Between two questions how an order stands, at first.
    pub poll: Duration,
}

impl Default for Pace {
    /// Under Let's Encrypt's limit of 300 orders in three hours, which fills up again by one each 36 seconds.
    fn default() -> Self {
        Self { at_once: 4, burst: 200, every: Duration::from_secs(40), poll: Duration::from_millis(500) }
    }
}

/// Counters, for the metrics page.
#[derive(Debug, Default)]
pub struct AcmeMeters {
    /// Certificates that came.
    pub issued: AtomicU64,
    /// Orders that came to nothing.
    pub failed: AtomicU64,
}

/// How all hosts stand together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Hosts that are to have a certificate.
    pub hosts: u64,
    /// Those that have one.
    pub good: u64,
    /// Those whose last order came to nothing.
    pub failing: u64,
    /// Those whose certificate ends within a week.
    pub ending: u64,
}

/// Orders certificates. Clones are the same.
#[derive(Clone)]
pub struct Acme(Arc<Shared>);

struct Shared {
    dir: PathBuf,
    tls: Tls,
    clock: Clock,
    pace: Pace,
    options: ArcSwap<AcmeOptions>,
    hosts: Mutex<HashMap<Arc<str>, Entry>>,
    limits: Mutex<plan::Limits>,
    /// Something to look at: a host, other options, another time.
    changed: Notify,
    /// Counts what came to an end.
    turns: watch::Sender<u64>,
    /// Held by whoever makes an account.
    door: tokio::sync::Mutex<()>,
    meters: Arc<AcmeMeters>,
}

/// A host that is to have a certificate.
struct Entry {
    /// The names to be certified; the host's own is the first.
    names: Arc<[String]>,
    /// All names it answers to.
    answers_to: Arc<[String]>,
    standing: Standing,
    /// When an error was logged last, in seconds.
    complained: u64,
}

impl std::fmt::Debug for Acme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acme").field("dir", &self.0.dir).finish_non_exhaustive()
    }
}

impl Acme {
    /// Orders nothing until it is [run](Self::run).
    pub fn new(parts: AcmeParts) -> Self {
        let AcmeParts { dir, tls, options, clock, pace } = parts;
        Self(Arc::new(Shared {
            dir,
            tls,
            clock,
            limits: Mutex::new(plan::Limits::new(pace.burst)),
            pace,
            options: ArcSwap::from_pointee(options),
            hosts: Mutex::default(),
            changed: Notify::new(),
            turns: watch::Sender::new(0),
            door: tokio::sync::Mutex::default(),
            meters: Arc::default(),
        }))
    }

    /// Whether certificates are ordered.
    pub fn is_enabled(&self) -> bool {
        self.0.options.load().enabled
    }

    /// What is open for validations, for whoever serves HTTP.
    pub fn challenges(&self) -> Challenges {
        self.0.tls.challenges()
    }

    /// The counters.
    pub fn meters(&self) -> Arc<AcmeMeters> {
        Arc::clone(&self.0.meters)
    }

    /// Takes over changed options. Whoever changes something, or reads it again, has perhaps mended what stood in the way: what has
    /// failed is tried again now, unless the authority asked us to wait. Gives back those of before.
    pub fn set_options(&self, options: AcmeOptions) -> Arc<AcmeOptions> {
        let before = self.0.options.swap(Arc::new(options));
        let moved = self.0.options.load().directory != before.directory;
        let now = self.now();
        for entry in self.hosts().values_mut().filter(|entry| entry.standing.failures > 0) {
            entry.standing.next = entry.standing.next.min(now.max(entry.standing.not_before));
        }
        if moved {
            self.limits().hold_until = 0;
        }
        self.look();
        before
    }

    /// Enters `host` with all names it answers to, its own among them or not, and gives back the certificate that is kept for it, if it still
    /// can be served. International names are ordered as A-labels; names that no authority certifies are left out. Blocks on the
    /// disk.
    pub fn want(&self, host: &str, answers_to: &[&str]) -> Option<Certificate> {
        let private = self.0.options.load().ca.is_some();
        let names = plan::names(host, answers_to, private)?;
        let now = (self.0.clock)();
        let mut standing = Standing::read(&self.0.dir, host).unwrap_or_default();
        let kept = kept::certificate(&self.0.dir, host).ok();
        let kept = kept.filter(|kept| kept.expires_at() > now && kept.covers(names.get(..1).unwrap_or_default()));
        plan::enter(&mut standing, &names, kept.as_ref(), kept::seconds(now));
        let answers_to = answers_to.iter().map(|name| (*name).to_owned()).collect();
        let host: Arc<str> = host.into();
        let mut hosts = self.hosts();
        // An order under way may be for other names: what it brings is left aside then, and this one begins after it.
        let complained = hosts.get(&host).map_or(0, |entry| entry.complained);
        hosts.insert(host, Entry { names: names.into(), answers_to, standing, complained });
        drop(hosts);
        self.look();
        kept
    }

    /// Orders nothing for `host` any more. Its files stay, for when it comes back.
    pub fn forget(&self, host: &str) {
        self.hosts().remove(host);
    }

    /// Has the plan looked at now: after a change of the time, say.
    pub fn look(&self) {
        self.0.changed.notify_one();
    }

    /// Hears whenever an order, or a question, has come to an end, well or not.
    pub fn turns(&self) -> watch::Receiver<u64> {
        self.0.turns.subscribe()
    }

    /// How things stand with `host`; nothing where it is not among those that get a certificate here.
    pub fn standing(&self, host: &str) -> Option<Standing> {
        self.hosts().get(host).map(|entry| entry.standing.clone())
    }

    /// How all hosts stand.
    pub fn counts(&self) -> Counts {
        let now = self.now();
        let mut counts = Counts::default();
        for entry in self.hosts().values() {
            counts.hosts += 1;
            counts.good += u64::from(entry.standing.until > now);
            counts.failing += u64::from(entry.standing.failures > 0);
            counts.ending += u64::from(entry.standing.is_ending(now));
        }
        counts
    }

    fn now(&self) -> u64 {
        kept::seconds((self.0.clock)())
    }

    fn polls(&self) -> RetryPolicy {
        order::polls().initial_delay(self.0.pace.poll)
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<Arc<str>, Entry>> {
        self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> MutexGuard<'_, plan::Limits> {
        self.0.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AcmeMeters {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }
}
