//! Certificates by ACME, ordered from an authority of our own that really looks (RFC 8555, RFC 8737, RFC 9773).

mod first;
mod hostile;
mod renewal;
mod trouble;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parlour_domain::{Clock as _, HostOptions, Millis};
use parlour_net::{Acme, AcmeOptions, AcmeParts, Challenge, Clock, Pace, Standing, Stopper};
use parlour_testkit::{AcmeDirectory, Client, Doors, Hands, PATIENCE, Server, Setup};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// The host that most tests are about.
pub const HOST: &str = "example.test";

pub const HOUR: Millis = 3_600_000;
pub const DAY: Millis = 24 * HOUR;

/// A server, an authority that reaches it, and what orders from there.
pub struct World {
    pub server: Server,
    pub directory: AcmeDirectory,
    pub dir: TempDir,
    pub acme: Acme,
    options: AcmeOptions,
    running: Running,
}

/// A running [`Acme`]; it stops when this is dropped.
struct Running {
    _stopper: Stopper,
    _tasks: JoinSet<()>,
}

/// The clock's time.
pub fn time_of(clock: &Arc<Hands>) -> Clock {
    let clock = Arc::clone(clock);
    Arc::new(move || UNIX_EPOCH + Duration::from_millis(clock.wall().unsigned_abs()))
}

/// As fast as can be.
pub const PACE: Pace = Pace { at_once: 4, burst: 100, every: Duration::from_secs(40), poll: Duration::from_millis(5) };

impl World {
    /// With both ways open.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other options.
    pub async fn with(change: impl FnOnce(&mut AcmeOptions)) -> Self {
        let server =
            Server::start(Setup { hosts: vec![(HOST.to_owned(), HostOptions::default())], ..Setup::default() })
                .await
                .expect("a server");
        let directory = {
            let time = time_of(&server.clock);
            AcmeDirectory::start(move || time()).await
        };
        directory.look_at(Doors { http: Some(server.ports.web), tls: Some(server.ports.web_tls) });
        let mut options = AcmeOptions { enabled: true, directory: directory.url(), ..AcmeOptions::default() };
        change(&mut options);
        let dir = tempfile::tempdir().expect("a folder");
        let (acme, running) = run(&server, &options, dir.path(), PACE);
        Self { server, directory, dir, acme, options, running }
    }

    /// Starts anew over the same folder, as after the process ended.
    pub fn restart(&mut self) {
        (self.acme, self.running) = run(&self.server, &self.options, self.dir.path(), PACE);
    }

    /// The same with another pace.
    pub fn restart_at(&mut self, pace: Pace) {
        (self.acme, self.running) = run(&self.server, &self.options, self.dir.path(), pace);
    }

    /// As a reload with changed options.
    pub fn change(&mut self, change: impl FnOnce(&mut AcmeOptions)) {
        change(&mut self.options);
        self.acme.set_options(self.options.clone());
    }

    /// Returns when `done` is so for a host, which is looked at after each turn.
    pub async fn until(&self, what: &str, host: &str, done: impl Fn(&Standing) -> bool) -> Standing {
        let mut turns = self.acme.turns();
        let waiting = async {
            loop {
                turns.mark_unchanged();
                match self.acme.standing(host) {
                    Some(standing) if done(&standing) => return standing,
                    _ => {}
                }
                turns.changed().await.expect("it runs");
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.unwrap_or_else(|_| panic!("{what}: {:?}", self.acme.standing(host)))
    }

    /// Returns when `host` has a certificate that nothing is wrong with.
    pub async fn until_good(&self, host: &str) -> Standing {
        self.until("a certificate", host, |standing| standing.until > 0 && standing.failures == 0).await
    }

    /// Returns when an order for `host` has failed, with what is said of it.
    pub async fn until_failed(&self, host: &str) -> String {
        let standing = self.until("a failure", host, |standing| standing.failures > 0).await;
        standing.error.expect("in words")
    }

    /// Moves the time, and has it looked at.
    pub fn pass(&self, span: Millis) {
        self.server.clock.pass(span);
        self.acme.look();
    }

    pub fn now(&self) -> u64 {
        self.server.clock.wall().unsigned_abs() / 1000
    }

    /// The certificate that whoever connects is shown.
    pub async fn shown(&self) -> Vec<u8> {
        let client = Client::connect_direct(self.server.ports.c2s_tls, HOST).await.expect("a stream");
        client.certificate().expect("shown")
    }

    /// Whether that certificate is the authority's.
    pub async fn is_certified(&self) -> bool {
        is_signed_by(&self.shown().await, &self.directory.root())
    }
}

fn run(server: &Server, options: &AcmeOptions, dir: &Path, pace: Pace) -> (Acme, Running) {
    let acme = Acme::new(AcmeParts {
        dir: dir.to_owned(),
        tls: server.tls.clone(),
        options: options.clone(),
        clock: time_of(&server.clock),
        pace,
    });
    let stopper = Stopper::new();
    let mut tasks = JoinSet::new();
    let (running, stop) = (acme.clone(), stopper.token());
    tasks.spawn(async move { running.run(stop).await });
    (acme, Running { _stopper: stopper, _tasks: tasks })
}

/// Whether the issuer that a certificate names is the root's subject: good enough to tell it from a self-signed one.
pub fn is_signed_by(leaf: &[u8], root: &str) -> bool {
    use base64::Engine as _;
    let body: String = root.lines().filter(|line| !line.starts_with('-')).collect();
    let root = base64::prelude::BASE64_STANDARD.decode(body).expect("PEM");
    let name = b"An authority for tests";
    let has = |der: &[u8]| der.windows(name.len()).any(|window| window == name);
    assert!(has(&root));
    has(leaf)
}

pub fn only(way: Challenge) -> impl FnOnce(&mut AcmeOptions) {
    move |options| options.challenges = vec![way]
}

pub fn moment(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}
