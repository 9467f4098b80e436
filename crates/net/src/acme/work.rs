//! The task that orders and renews: looks what is due, does a few things at once, keeps what came of them, says so.
//!
//! A host that fails waits by itself; only where the authority wants less altogether do all wait. Nothing is owed to an order
//! that a stop cuts short: it is made again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use instant_acme::Error;
use tokio::task::{Id, JoinSet};

use super::failure::{Failure, Fault};
use super::kept::{self, Standing, moment};
use super::options::AcmeOptions;
use super::order::{Desk, Issued, identifier};
use super::plan::{DAY, HOUR};
use super::{Acme, AcmeMeters};
use crate::stop::Stop;
use crate::timer::Timer;

/// Between two looks at the plan, whatever it says: clocks are set, machines sleep.
const LOOK: Duration = Duration::from_secs(3600);
/// For one host, with all that is tried.
const BUDGET: Duration = Duration::from_secs(15 * 60);
/// Sets of names that are tried, each without those that failed.
const ROUNDS: usize = 3;
/// Where the authority cannot say when to renew, or does not, it is asked again after this (seconds).
const ASK_AGAIN: u64 = DAY;
const ASK_AGAIN_AFTER_FAULT: u64 = 6 * HOUR;

/// Something that is due.
struct Job {
    host: Arc<str>,
    names: Arc<[String]>,
    what: What,
}

enum What {
    Order {
        way: Option<super::Challenge>,
    },
    /// When to renew.
    Ask,
}

/// What came of it.
struct Done {
    host: Arc<str>,
    names: Arc<[String]>,
    result: Result<Outcome, Failure>,
    asked: bool,
}

/// Jobs under way, and whose they are.
#[derive(Default)]
struct Jobs {
    tasks: JoinSet<Done>,
    whose: HashMap<Id, Whose>,
}

/// The host, its names, and whether it only asks.
type Whose = (Arc<str>, Arc<[String]>, bool);

impl Jobs {
    fn begin(&mut self, acme: &Acme, job: Job) {
        let whose = (Arc::clone(&job.host), Arc::clone(&job.names), matches!(job.what, What::Ask));
        let acme = acme.clone();
        let task = self.tasks.spawn(async move { acme.work(job).await });
        self.whose.insert(task.id(), whose);
    }

    /// Whether one is under way for this host, even where the host was taken out since and came back.
    fn are_for(&self, host: &str) -> bool {
        self.whose.values().any(|(whose, ..)| **whose == *host)
    }

    /// What came of the next that ends; nothing while none is under way.
    ///
    /// # Cancel safety
    /// Safe: what has ended is given out once.
    async fn next(&mut self) -> Option<Done> {
        match self.tasks.join_next_with_id().await? {
            Ok((id, done)) => {
                self.whose.remove(&id);
                Some(done)
            }
            // Whatever an authority sent that nobody thought of costs this attempt, and not the host.
            Err(error) => {
                tracing::error!(target: "parlour::acme", %error, "an order's task panicked");
                let (host, names, asked) = self.whose.remove(&error.id())?;
                let result = Err(Failure::other("a fault of ours, which the log names; please report it"));
                Some(Done { host, names, result, asked })
            }
        }
    }
}

enum Outcome {
    /// A certificate, for the names without these; and whether it could not be kept.
    Issued { issued: Issued, without: Vec<String>, way: super::Challenge, unkept: Option<String> },
    /// The window, and seconds until the next question.
    Window { start: u64, end: u64, again: u64 },
    /// It does not say.
    NoWindow,
}

impl Acme {
    /// Orders and renews until told to stop. While it is not enabled it sleeps.
    pub async fn run(&self, mut stop: Stop) {
        let mut jobs = Jobs::default();
        let mut timer = Timer::new();
        loop {
            let wake = if self.is_enabled() { self.begin_due(&mut jobs) } else { u64::MAX };
            let wait = Duration::from_secs(wake.saturating_sub(self.now()).max(1)).min(LOOK);
            timer.set(wait);
            // Each branch is cancel-safe: a job is joined only where its branch runs.
            tokio::select! {
                () = stop.stopped() => return,
                () = timer.rings() => {}
                () = self.0.changed.notified() => {}
                Some(done) = jobs.next() => {
                    self.take_in(done).await;
                    self.0.turns.send_modify(|turns| *turns += 1);
                }
            }
            self.complain();
        }
    }

    /// Begins what is due, as far as there is room, and says when to look again.
    fn begin_due(&self, jobs: &mut Jobs) -> u64 {
        let now = self.now();
        let pace = self.0.pace;
        let mut wake = u64::MAX;
        let mut due: Vec<(u64, Arc<str>, bool)> = Vec::new();
        for (host, entry) in self.hosts().iter_mut().filter(|(host, _)| !jobs.are_for(host)) {
            entry.standing.set_back(now);
            let Standing { next, ask, until, .. } = entry.standing;
            let asks = until > 0 && ask > 0;
            if next <= now {
                due.push((next, Arc::clone(host), false));
            } else if asks && ask <= now {
                due.push((ask, Arc::clone(host), true));
            } else {
                wake = wake.min(next).min(if asks { ask } else { u64::MAX });
            }
        }
        // Whoever waits longest first, and among equals the same order in every run.
        due.sort_unstable();
        for (_, host, asks) in due {
            if jobs.tasks.len() >= pace.at_once.max(1) {
                // The next that ends brings us back.
                break;
            }
            if !asks && let Err(later) = self.limits().take(now, pace.burst, pace.every) {
                wake = wake.min(later);
                continue;
            }
            let hosts = self.hosts();
            let Some(entry) = hosts.get(&host) else { continue };
            let what = if asks { What::Ask } else { What::Order { way: entry.standing.way } };
            let job = Job { names: Arc::clone(&entry.names), host, what };
            drop(hosts);
            jobs.begin(self, job);
        }
        wake
    }

    async fn work(&self, Job { host, names, what }: Job) -> Done {
        let options = self.0.options.load_full();
        let asked = matches!(what, What::Ask);
        let worked = async {
            match what {
                What::Order { way } => self.order(&options, &names, way).await,
                What::Ask => self.ask(&options, &host).await,
            }
        };
        let slow = || Failure::other("the authority does not come to an end with the order");
        let mut result = tokio::time::timeout(BUDGET, worked).await.unwrap_or_else(|_| Err(slow()));
        if let Ok(Outcome::Issued { issued, unkept, .. }) = &mut result {
            let (dir, file, pem) = (self.0.dir.clone(), Arc::clone(&host), std::mem::take(&mut issued.pem));
            let keeping = move || kept::keep_certificate(&dir, &file, &pem).map_err(|error| error.to_string());
            *unkept = tokio::task::spawn_blocking(keeping).await.unwrap_or_else(|error| Err(error.to_string())).err();
        }
        Done { host, names, result, asked }
    }

    fn desk<'a>(&'a self, options: &'a AcmeOptions) -> Desk<'a> {
        Desk {
            options,
            latest: &self.0.options,
            dir: &self.0.dir,
            open: self.0.tls.open_challenges(),
            clock: &self.0.clock,
            polls: self.polls(),
            door: &self.0.door,
        }
    }

    /// Tries each way in turn, and then without the names that cannot be proved, as long as the host's own can.
    async fn order(
        &self,
        options: &AcmeOptions,
        names: &[String],
        worked: Option<super::Challenge>,
    ) -> Result<Outcome, Failure> {
        let desk = self.desk(options);
        let mut ways = options.challenges.clone();
        ways.sort_by_key(|way| Some(*way) != worked);
        ways.dedup();
        let host = names.first().cloned().unwrap_or_default();
        let mut account = desk.account().await?;
        let mut replaces = self.0.tls.certificate(&host).as_ref().and_then(identifier);
        let mut wanted = names.to_vec();
        let mut renewed_account = false;
        for _ in 0..ROUNDS {
            let mut failed: Option<Failure> = None;
            // Those that no way has proved.
            let mut hopeless = wanted.clone();
            let mut ways = ways.iter().copied();
            let mut way = ways.next();
            while let Some(by) = way {
                match desk.order(&account, &wanted, by, replaces.clone()).await {
                    Ok(issued) => {
                        let without = names.iter().filter(|name| !wanted.contains(name)).cloned().collect();
                        return Ok(Outcome::Issued { issued, without, way: by, unkept: None });
                    }
                    Err(failure) => match failure.fault {
                        // Once more the same, without what was wrong with it.
                        Fault::Replaces if replaces.is_some() => replaces = None,
                        Fault::Account if !renewed_account => {
                            renewed_account = true;
                            desk.forget_account().await;
                            account = desk.account().await?;
                        }
                        Fault::Proof => {
                            hopeless.retain(|name| failure.names.contains(name));
                            failed = Some(match failed {
                                Some(before) => before.and(failure),
                                None => failure,
                            });
                            way = ways.next();
                        }
                        _ => return Err(failure),
                    },
                }
            }
            let failed = failed.unwrap_or_else(|| Failure::other("`challenges` names no way to prove a name"));
            // Where each way fails for another name, the host's own is what counts.
            let left_out = if hopeless.is_empty() { &failed.names } else { &hopeless };
            let left_out: Vec<String> = left_out.iter().filter(|name| **name != host).cloned().collect();
            if left_out.is_empty() || hopeless.contains(&host) {
                return Err(failed);
            }
            wanted.retain(|name| !left_out.contains(name));
            tracing::warn!(target: "parlour::acme", %host, without = left_out.join(", "), "{}", failed.says);
        }
        Err(Failure::other("name after name cannot be proved; see the warnings before this"))
    }

    /// RFC 9773: when does the authority want this certificate renewed?
    async fn ask(&self, options: &AcmeOptions, host: &str) -> Result<Outcome, Failure> {
        let Some(id) = self.0.tls.certificate(host).as_ref().and_then(identifier) else {
            return Ok(Outcome::NoWindow);
        };
        let (account, fetcher) = self.desk(options).account().await?;
        match account.renewal_info(&id).await {
            Ok((info, again)) => {
                let at = |time: i64| u64::try_from(time).unwrap_or(0);
                Ok(Outcome::Window {
                    start: at(info.suggested_window.start.unix_timestamp()),
                    end: at(info.suggested_window.end.unix_timestamp()),
                    again: again.as_secs() + u64::from(again.subsec_nanos() > 0),
                })
            }
            Err(Error::Unsupported(_)) => Ok(Outcome::NoWindow),
            Err(error) => Err(Failure::of(error, &[], fetcher.take_wait())),
        }
    }

    /// Serves and writes down what came of a job.
    async fn take_in(&self, Done { host, names, result, asked }: Done) {
        let now = self.now();
        if let Err(failure) = &result
            && failure.fault == (Fault::Limited { all: true })
        {
            self.limits().hold(now, failure.wait.map(|wait| wait.as_secs()));
            tracing::warn!(target: "parlour::acme", "all orders wait: {}", failure.says);
        }
        let standing = {
            let mut hosts = self.hosts();
            // It is no longer served, or has a certificate of its own now.
            let Some(entry) = hosts.get_mut(&host) else { return };
            if entry.names != names {
                return;
            }
            match result {
                Ok(Outcome::Issued { issued, without, way, unkept }) => {
                    AcmeMeters::count(&self.0.meters.issued);
                    let until = kept::seconds(issued.certificate.expires_at());
                    let answers_to: Vec<&str> = entry.answers_to.iter().map(String::as_str).collect();
                    if let Err(error) = self.0.tls.set(&host, &answers_to, issued.certificate) {
                        tracing::error!(target: "parlour::acme", %host, %error, "the new certificate cannot be served");
                    }
                    entry.standing.renewed(&host, without, until, now);
                    entry.standing.way = Some(way);
                    entry.standing.error = unkept
                        .map(|error| format!("it serves, but a restart will lose it: it cannot be written ({error})"));
                    let days = until.saturating_sub(now) / DAY;
                    tracing::info!(target: "parlour::acme", %host, names = names.join(", "), %way, days, "new certificate");
                    if let Some(error) = &entry.standing.error {
                        tracing::error!(target: "parlour::acme", %host, "{error}");
                    }
                }
                Ok(Outcome::Window { start, end, again }) => {
                    entry.standing.suggested(&host, (start, end), again, now);
                }
                Ok(Outcome::NoWindow) => entry.standing.ask = now + ASK_AGAIN,
                Err(failure) if asked => {
                    entry.standing.ask = now + ASK_AGAIN_AFTER_FAULT;
                    tracing::debug!(target: "parlour::acme", %host, "when to renew is not known: {}", failure.says);
                }
                Err(failure) => {
                    AcmeMeters::count(&self.0.meters.failed);
                    let wish = failure.wait.map(|wait| wait.as_secs());
                    entry.standing.failed(&host, failure.says, wish, now);
                    let minutes = entry.standing.next.saturating_sub(now) / 60;
                    if !entry.standing.is_ending(now) {
                        tracing::warn!(target: "parlour::acme", %host, again_in_minutes = minutes, "no certificate: {}", entry.standing.error.as_deref().unwrap_or_default());
                    }
                }
            }
            entry.standing.clone()
        };
        let (dir, file) = (self.0.dir.clone(), Arc::clone(&host));
        let written = tokio::task::spawn_blocking(move || standing.write(&dir, &file)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(target: "parlour::acme", %host, %error, "how the order went cannot be written down");
        }
    }

    /// An error each day for every certificate that ends soon and that nothing has renewed.
    fn complain(&self) {
        let now = self.now();
        if !self.is_enabled() {
            return;
        }
        for (host, entry) in self.hosts().iter_mut() {
            let standing = &entry.standing;
            if standing.failures == 0 || !standing.is_ending(now) || now.saturating_sub(entry.complained) < DAY {
                continue;
            }
            entry.complained = now;
            let why = standing.error.as_deref().unwrap_or_default();
            match moment(standing.until).duration_since(moment(now)) {
                Ok(left) => {
                    let hours = left.as_secs() / HOUR;
                    tracing::error!(target: "parlour::acme", %host, hours_left = hours, "the certificate ends soon and cannot be renewed: {why}");
                }
                Err(_) => {
                    tracing::error!(target: "parlour::acme", %host, "the certificate has ended and cannot be renewed: {why}");
                }
            }
        }
    }
}
