//! A whole server in the test's process, put together as the binary does it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use arc_swap::ArcSwap;
use parlour_domain::invite::issue::Wish;
use parlour_domain::sending::SendLimits;
use parlour_domain::subscription::Kind;
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{By, Clock, Dice, Door as DoorKind, HostName, HostOptions, Millis, Role};
use parlour_engine::assemble::{Assembled, Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::circle::Circle;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_engine::people::People;
use parlour_engine::{Engine, Events};
use parlour_net::{Certificate, Door, LimitOptions, ListenerKind, Listeners, Protocol, Security, Stopper, Tls};
use parlour_server::{C2sOptions, features};
use parlour_store::Sqlite;
use parlour_store::sqlite::{Gate, Options};
use parlour_web::{Settings, Web};
use parlour_xmpp::jid::BareJid;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::client::Client;
use crate::given::{Hands, Loaded};
use crate::push_service::PushService;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// Whoever reaches the local socket.
pub fn operator() -> By {
    By::operator(DoorKind::Local, 1)
}

/// How to start.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The hosts, with their options. Default: `example.test` and `other.test`.
    pub hosts: Vec<(String, HostOptions)>,
    /// Client streams. What clients send is not limited unless this says so: the clock stands, so that no budget fills.
    pub c2s: C2sOptions,
    /// What an address may hold before it has authenticated.
    pub limits: LimitOptions,
    /// What the dice begin with. The server's keys are the same whatever it is.
    pub seed: u64,
    /// The store. Its gate is [`Server::gate`].
    pub store: Options,
    /// Where the files are; a directory of its own that goes with the server where unset.
    pub dir: Option<PathBuf>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            hosts: ["example.test", "other.test"].map(|host| (host.to_owned(), HostOptions::default())).into(),
            c2s: C2sOptions { limits: SendLimits::off(), ..C2sOptions::default() },
            limits: LimitOptions::default(),
            seed: 1,
            store: Options::default(),
            dir: None,
        }
    }
}

/// Where a server listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Clients that begin in the clear.
    pub c2s: SocketAddr,
    /// Clients that begin with TLS.
    pub c2s_tls: SocketAddr,
    /// HTTP.
    pub web: SocketAddr,
    /// HTTPS.
    pub web_tls: SocketAddr,
}

/// A server that runs until it is dropped, with all of its parts within reach.
pub struct Server {
    /// Everything an act or a stanza can reach.
    pub engine: Arc<Engine>,
    /// The acts on people.
    pub people: People,
    /// The acts on contacts.
    pub circle: Circle,
    /// Who is told what accounts publish.
    pub events: Arc<Events>,
    /// The pages and the API, to be asked without a socket.
    pub web: Web,
    /// The store, with its counters.
    pub store: Sqlite,
    /// Holds commits back.
    pub gate: Gate,
    /// The time.
    pub clock: Arc<Hands>,
    /// The door for client streams.
    pub door: parlour_server::Server,
    /// The certificates.
    pub tls: Tls,
    /// What the listeners count.
    pub listeners: Arc<parlour_net::Meters>,
    /// Where it listens.
    pub ports: Ports,
    stopper: Stopper,
    tasks: JoinSet<()>,
    _own: TempDir,
}

/// Nothing is owed to other servers: there are none.
struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: Kind) -> bool {
        true
    }
}

async fn told_until_stopped(events: &Events, mut stop: parlour_net::Stop) {
    tokio::select! {
        () = stop.stopped() => {}
        () = events.run() => {}
    }
}

impl Server {
    /// Starts on free ports of 127.0.0.1, with its files in a directory that goes when the server does.
    ///
    /// # Errors
    /// What the parts say.
    pub async fn start(setup: Setup) -> anyhow::Result<Self> {
        let own = tempfile::tempdir()?;
        let dir = setup.dir.clone().unwrap_or_else(|| own.path().to_owned());
        let gate = Gate::default();
        let options = Options { gate: Some(gate.clone()), ..setup.store.clone() };
        let store = Sqlite::open(&dir.join("parlour.db"), options)?;
        let clock = Arc::new(Hands::at(NOW));
        let dice: Arc<dyn Dice> = Arc::new(Loaded::new(setup.seed));
        let keys = ServerKeys {
            tokens: TokenKeys::new(vec![TokenKey { id: 1, secret: [1; 32] }])?,
            sealing: SecretKey::new([2; 32]),
            fake_salt: SecretKey::new([3; 32]),
            csrf: SecretKey::new([4; 32]),
        };
        let csrf = *keys.csrf.expose();
        let hosts = hosts(&setup)?;
        let Assembled { engine, people, circle, events } = assemble(Parts {
            store: store.clone(),
            keys,
            file: FileHosts { defaults: HostOptions::default(), hosts: hosts.iter().cloned().collect() },
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            dice: Arc::clone(&dice),
            post: Arc::new(NoPost),
            hashing: 2,
            iterations: ROUNDS,
        });
        people.hosts.load().await?;
        people.sign_in.load(hosts.into_iter().map(|(host, _)| host)).await?;

        let tls = Tls::with_budget(Duration::from_secs(10));
        let seconds = u64::try_from(NOW / 1000)?;
        for (host, _) in &setup.hosts {
            let now = UNIX_EPOCH + Duration::from_secs(seconds);
            tls.set(host, &[], Certificate::self_signed(&dir.join("certs"), host, &[], now)?)?;
        }
        let stopper = Stopper::new();
        let door = parlour_server::Server::new(
            Arc::clone(&engine),
            tls.clone(),
            stopper.token(),
            setup.c2s.clone(),
            &features::all(&people, &circle),
        );
        let web = Web::new(parlour_web::service::Parts {
            people: people.clone(),
            locals: Arc::clone(&engine.locals),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            dice,
            settings: Arc::new(ArcSwap::from_pointee(Settings::default())),
            websocket: Some(Arc::new(door.clone())),
            backups: None,
            metrics: None,
            challenges: Some(tls.challenges()),
            csrf,
            stop: stopper.token(),
        });
        let mut listeners = Listeners::new(&setup.limits);
        let free = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        for kind in [ListenerKind::C2s, ListenerKind::C2sTls, ListenerKind::Web, ListenerKind::WebTls] {
            listeners.bind(kind, &free, parlour_net::Ports::Exact)?;
        }
        let addr = |kind| listeners.addr(kind).context("bound");
        let ports = Ports {
            c2s: addr(ListenerKind::C2s)?,
            c2s_tls: addr(ListenerKind::C2sTls)?,
            web: addr(ListenerKind::Web)?,
            web_tls: addr(ListenerKind::WebTls)?,
        };
        let meters = listeners.meters();
        let mut tasks = JoinSet::new();
        let (stop, client, pages, own_tls) = (stopper.token(), door.clone(), web.clone(), tls.clone());
        tasks.spawn(async move {
            let doors = |kind| -> (Arc<dyn Door>, Security) {
                match kind {
                    ListenerKind::C2sTls => (Arc::new(client.clone()), Security::Tls(tls.clone(), Protocol::Client)),
                    ListenerKind::Web => (Arc::new(pages.clone()), Security::Plain),
                    ListenerKind::WebTls => (Arc::new(pages.clone()), Security::Tls(tls.clone(), Protocol::Web)),
                    _ => (Arc::new(client.clone()), Security::Plain),
                }
            };
            listeners.serve(doors, stop, DRAIN).await;
        });
        let (telling, stopped) = (Arc::clone(&events), stopper.token());
        tasks.spawn(async move { told_until_stopped(&telling, stopped).await });
        let ending = door.clone();
        tasks.spawn(async move { ending.end_when_stopped().await });
        let (pushes, pushing, mut stop) = (Arc::clone(&circle.pushes), Arc::clone(&engine), stopper.token());
        tasks.spawn(async move {
            tokio::select! {
                () = pushes.deliver(&pushing) => {}
                () = stop.stopped() => {}
            }
        });
        Ok(Self {
            engine,
            people,
            circle,
            events,
            store,
            gate,
            clock,
            door,
            web,
            tls: own_tls,
            listeners: meters,
            ports,
            stopper,
            tasks,
            _own: own,
        })
    }

    /// As [`Self::start`] with what is usual.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn new() -> Self {
        Self::start(Setup::default()).await.expect("a server starts")
    }

    /// Makes an account with [`PASSWORD`].
    ///
    /// # Errors
    /// When the rules refuse it.
    pub async fn account(&self, jid: &str, role: Role) -> anyhow::Result<BareJid> {
        let jid = BareJid::new(jid)?;
        let name = jid.node().context("an account has a name")?.to_string();
        let host = HostName::of(&jid);
        self.people.accounts.create(&operator(), &host, &name, role, Some(PASSWORD)).await?;
        Ok(jid)
    }

    /// An invite of `by` for `host`, as its token.
    ///
    /// # Panics
    /// When the rules refuse it.
    pub async fn invite(&self, by: &By, host: &str, wish: Wish) -> String {
        let host = HostName::parse(host).expect("a domain");
        let invite = self.people.invites.issue(by, &host, wish).await.expect("granted").into_out();
        self.people.invites.links(&invite).expect("links").token.as_str().to_owned()
    }

    /// Somebody's browser, on `host`.
    pub fn browser(&self, host: &str) -> Browser {
        Browser::new(self.ports.web_tls, host)
    }

    /// Returns when a commit is held back by [`Server::gate`].
    ///
    /// # Panics
    /// When the waiting thread does.
    pub async fn until_held(&self) {
        let gate = self.gate.clone();
        tokio::task::spawn_blocking(move || gate.until_waiting()).await.expect("the gate waits");
    }

    /// Whether there is such an account.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_account(&self, jid: &BareJid) -> anyhow::Result<bool> {
        Ok(self.people.accounts.account(jid.clone()).await?.is_some())
    }

    /// Makes an account unless it is there.
    ///
    /// # Errors
    /// As [`Self::account`].
    pub async fn have(&self, jid: &BareJid) -> anyhow::Result<()> {
        if !self.has_account(jid).await? {
            self.account(jid.as_str(), Role::Member).await?;
        }
        Ok(())
    }

    /// Two accounts (made if need be) see each other: each asks and each agrees, as clients do it.
    ///
    /// # Errors
    /// When a client cannot sign in.
    pub async fn befriend(&self, one: &str, other: &str) -> anyhow::Result<()> {
        let mut clients = Vec::new();
        for jid in [one, other] {
            self.have(&BareJid::new(jid)?).await?;
            clients.push(Client::sign_in(self.ports.c2s, &format!("{jid}/befriending"), PASSWORD).await?);
        }
        for kind in ["subscribe", "subscribed"] {
            for (client, to) in clients.iter_mut().zip([other, one]) {
                client.send(format!("<presence type='{kind}' to='{to}'/>")).await;
                client.sync().await?;
            }
        }
        for mut client in clients {
            client.send("</stream:stream>").await;
            client.to_the_end().await?;
        }
        Ok(())
    }

    /// A client of an account (made if need be) that is signed in and bound.
    ///
    /// # Panics
    /// When anything goes wrong.
    pub async fn bound(&self, jid: &str) -> Client {
        let bare = BareJid::new(jid.split('/').next().unwrap_or(jid)).expect("an address");
        self.have(&bare).await.expect("an account");
        Client::sign_in(self.ports.c2s, jid, PASSWORD).await.unwrap_or_else(|error| panic!("{jid} signs in: {error:#}"))
    }

    /// As [`Self::bound`], and available.
    ///
    /// # Panics
    /// When anything goes wrong.
    pub async fn online(&self, jid: &str) -> Client {
        let mut client = self.bound(jid).await;
        client.send("<presence/>").await;
        client.until_pong().await.expect("available");
        client
    }

    /// A push service of another domain, which is all that this server reaches then. Once for a server.
    pub fn push_service(&self, domain: &str) -> Arc<PushService> {
        PushService::at(&self.engine, domain)
    }

    /// Stops as the process does, and waits for everything.
    pub async fn stop(&mut self) {
        self.stopper.stop();
        while self.tasks.join_next().await.is_some() {}
        self.store.close();
    }
}

fn hosts(setup: &Setup) -> anyhow::Result<Vec<(HostName, HostOptions)>> {
    let parse = |(host, options): &(String, HostOptions)| {
        Ok((HostName::parse(host).with_context(|| format!("{host} is no domain"))?, options.clone()))
    };
    setup.hosts.iter().map(parse).collect()
}

/// 2027-01-15, in wall time.
const NOW: Millis = 1_800_000_000_000;

/// Rounds of hashing: what is tested is not their cost.
const ROUNDS: u32 = 4;

/// How long streams have to end when the server stops.
const DRAIN: Duration = Duration::from_secs(5);
