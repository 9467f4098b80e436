//! An authority that speaks ACME, on this machine: it verifies what it is told, looks at the names it is asked for, and signs.
//!
//! What real ones do and this one does too: nonces are good once, each request is signed for its own address, challenges are
//! fetched and connected to for real (all names lead to 127.0.0.1, at ports that are set), requests to sign are checked against
//! the order. A [`Mood`] makes it slow, full, wrong or hostile.
//!
//! Spec: RFC 8555, RFC 8737, RFC 9773, RFC 7515 (ES256 and HS256 only).

mod authority;
mod jws;
mod looks;
mod serve;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use authority::Authority;

/// What it does besides what it should.
#[derive(Clone, Debug)]
pub struct Mood {
    /// So many of the next signed requests are told that their nonce is bad.
    pub bad_nonces: u32,
    /// New orders are refused with this: status, type of the problem, its detail, Retry-After.
    pub refuses: Option<(u16, &'static str, String, Option<u32>)>,
    /// What it found, and what it signed, shows only after so many more questions.
    pub polls: u32,
    /// An order is forgotten as soon as it is made.
    pub forgets_orders: bool,
    /// Certificates live so long.
    pub life: Duration,
    /// Certificates are for these names, whatever was asked for.
    pub signs_for: Option<Vec<String>>,
    /// When certificates are to be renewed; without it the directory has no such thing (RFC 9773).
    pub window: Option<(SystemTime, SystemTime)>,
    /// Only who knows this key may have an account: its id, the key.
    pub customer: Option<(String, Vec<u8>)>,
    /// Names for which the records forbid it.
    pub caa: Vec<String>,
    /// What every request gets, instead of an answer.
    pub hostile: Option<Hostile>,
    /// Where the addresses in its directory lead, instead of to itself.
    pub elsewhere: Option<String>,
    /// The name whose authorization it hands out, whatever was ordered.
    pub authorizes: Option<String>,
}

/// Ways to answer that are none.
#[derive(Clone, Debug)]
pub enum Hostile {
    /// It takes the connection and says nothing.
    Silent,
    /// The head does not end.
    EndlessHead,
    /// The body does not end.
    EndlessBody,
    /// The body has this many bytes, which are promised and come.
    Huge(usize),
    /// It is elsewhere.
    Redirect(String),
    /// A page for people.
    Page,
    /// No HTTP.
    Garbage,
}

impl Default for Mood {
    fn default() -> Self {
        Self {
            bad_nonces: 0,
            refuses: None,
            polls: 0,
            forgets_orders: false,
            life: Duration::from_secs(90 * 24 * 3600),
            signs_for: None,
            window: None,
            customer: None,
            caa: Vec::new(),
            hostile: None,
            elsewhere: None,
            authorizes: None,
        }
    }
}

/// A running authority; it ends when it is dropped.
pub struct AcmeDirectory {
    shared: Arc<Shared>,
    addr: SocketAddr,
    tasks: JoinSet<()>,
}

/// Where it looks at names: the stand-ins for ports 80 and 443.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doors {
    /// HTTP-01.
    pub http: Option<SocketAddr>,
    /// TLS-ALPN-01.
    pub tls: Option<SocketAddr>,
}

struct Shared {
    base: String,
    authority: Authority,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    state: Mutex<State>,
    /// Something happened.
    happened: Notify,
}

#[derive(Default)]
struct State {
    mood: Mood,
    doors: Doors,
    nonces: HashMap<String, ()>,
    count: u64,
    accounts: Vec<Account>,
    orders: Vec<Order>,
    authorizations: Vec<Authorization>,
    requests: u64,
    connections: u64,
    signed: Vec<Vec<String>>,
    replaced: Vec<String>,
    asked_when: u64,
}

struct Account {
    key: Vec<u8>,
    thumb: String,
    contact: Vec<String>,
}

struct Order {
    account: usize,
    names: Vec<String>,
    authorizations: Vec<usize>,
    replaces: Option<String>,
    /// The chain, once it is signed.
    chain: Option<String>,
    /// Questions until the next state shows.
    polls: u32,
}

#[derive(Clone)]
struct Authorization {
    account: usize,
    name: String,
    token: String,
    state: Look,
    way: Option<&'static str>,
}

#[derive(Clone, PartialEq)]
enum Look {
    Pending,
    Processing,
    Found,
    /// Type of the problem and its detail.
    Failed(&'static str, String),
}

impl AcmeDirectory {
    /// Starts on a free port of 127.0.0.1, in the clear.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn start(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self::listen(Box::new(clock), false).await
    }

    /// As [`Self::start`], by TLS with a certificate of its own authority ([`Self::root`]) for `localhost` and 127.0.0.1.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn start_tls(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self::listen(Box::new(clock), true).await
    }

    async fn listen(clock: Box<dyn Fn() -> SystemTime + Send + Sync>, tls: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let authority = Authority::new(clock());
        let secure = tls.then(|| authority.server(clock()));
        let base = format!("{}://localhost:{}", if tls { "https" } else { "http" }, addr.port());
        let shared = Arc::new(Shared { base, authority, clock, state: Mutex::default(), happened: Notify::new() });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve::accept(Arc::clone(&shared), listener, secure));
        Self { shared, addr, tasks }
    }

    /// The address to write into the configuration.
    pub fn url(&self) -> String {
        format!("{}/dir", self.shared.base)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    /// The root of what it signs, in PEM.
    pub fn root(&self) -> String {
        self.shared.authority.root()
    }

    /// Where it looks from now on.
    pub fn look_at(&self, doors: Doors) {
        self.shared.lock().doors = doors;
    }

    /// Changes its mood.
    pub fn mood(&self, change: impl FnOnce(&mut Mood)) {
        change(&mut self.shared.lock().mood);
        self.shared.happened.notify_waiters();
    }

    /// The names of each certificate it has signed, in their order.
    pub fn signed(&self) -> Vec<Vec<String>> {
        self.shared.lock().signed.clone()
    }

    /// How many orders were made.
    pub fn orders(&self) -> usize {
        self.shared.lock().orders.len()
    }

    /// How many orders said that they replace a certificate.
    pub fn replaced(&self) -> usize {
        self.shared.lock().replaced.len()
    }

    /// How many accounts there are, with their contacts.
    pub fn accounts(&self) -> Vec<Vec<String>> {
        self.shared.lock().accounts.iter().map(|account| account.contact.clone()).collect()
    }

    /// How often it was asked anything.
    pub fn requests(&self) -> u64 {
        self.shared.lock().requests
    }

    /// How often somebody connected.
    pub fn connections(&self) -> u64 {
        self.shared.lock().connections
    }

    /// How often it was asked when to renew.
    pub fn asked_when(&self) -> u64 {
        self.shared.lock().asked_when
    }

    /// Knows nobody any more.
    pub fn forget_accounts(&self) {
        let mut state = self.shared.lock();
        // Their places stay taken, so that old ids lead nowhere.
        state.accounts.iter_mut().for_each(|account| account.key.clear());
    }

    /// Returns when `done` is so, which is looked at after everything that happens.
    ///
    /// # Panics
    /// When it is not so in time.
    pub async fn until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let waiting = async {
            loop {
                let happened = self.shared.happened.notified();
                let mut happened = std::pin::pin!(happened);
                happened.as_mut().enable();
                if done(self) {
                    return;
                }
                happened.await;
            }
        };
        tokio::time::timeout(crate::PATIENCE, waiting).await.unwrap_or_else(|_| panic!("not in time: {what}"));
    }

    /// Stops, as a process that is killed.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
