//! A whole server in memory: store, engine and doors as in the binary, pipes in place of sockets, one for each thread.
//!
//! What a run leaves behind is met by the next ones, as on a server, for [`RUNS`] of them; then all is new, so that a
//! finding is a few runs away from its cause at most.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use parlour_domain::options::{AccountOptions, HostOptions};
use parlour_domain::subscription::Kind;
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{Clock, Dice, HostName, Role};
use parlour_engine::assemble::{Assembled, Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_net::{Conn, Door, ListenerKind, Peer, PeerAddr, Stopper, Tls};
use parlour_server::{C2sOptions, Server, features};
use parlour_store::Sqlite;
use parlour_store::sqlite::Options;
use parlour_testkit::{Hands, Loaded, PASSWORD, operator};
use parlour_web::{Settings, Web};
use parlour_xmpp::jid::BareJid;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// Its one host.
pub(crate) const HOST: &str = "h.example";

/// How many runs share a house.
const RUNS: usize = 64;

/// Time that passes between two runs, so that what one wore out is there again for those after it.
const BETWEEN: i64 = 20_000;

/// For what must end. Never waited for where all is well.
const PATIENCE: Duration = Duration::from_secs(15);

/// The server.
pub(crate) struct House {
    pub(crate) web: Web,
    pub(crate) server: Server,
    pub(crate) clock: Arc<Hands>,
    /// What belongs to the account whose pages are asked for: its cookies, and the hidden field of its forms.
    pub(crate) browser: RefCell<Option<(String, String)>>,
    streams: RefCell<JoinSet<()>>,
    store: Sqlite,
    // Before the runtime that drives them ends.
    _tasks: JoinSet<()>,
    _stopper: Stopper,
    runs: usize,
}

struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: Kind) -> bool {
        false
    }
}

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    static HOUSE: RefCell<Option<House>> = const { RefCell::new(None) };
}

/// Does something with the house of this thread. The future must end within [`PATIENCE`].
pub(crate) fn with<T>(run: impl for<'h> AsyncFnOnce(&'h House) -> T) -> T {
    RUNTIME.with(|runtime| {
        HOUSE.with_borrow_mut(|kept| {
            let worn = kept.take_if(|house| house.runs >= RUNS);
            runtime.block_on(async move {
                drop(worn);
                if kept.is_none() {
                    *kept = Some(House::new().await);
                }
                let house = kept.as_mut().expect("just put there");
                house.runs += 1;
                house.clock.pass(BETWEEN);
                let done = tokio::time::timeout(PATIENCE, run(house)).await;
                house.streams.borrow_mut().abort_all();
                let Ok(done) = done else { panic!("it does not come to an end") };
                done
            })
        })
    })
}

impl Drop for House {
    fn drop(&mut self) {
        // Its threads end.
        self.store.close();
    }
}

impl House {
    async fn new() -> Self {
        let store = Sqlite::in_memory(Options::default()).expect("a store");
        let clock = Arc::new(Hands::at(1_800_000_000_000));
        let dice: Arc<dyn Dice> = Arc::new(Loaded::new(1));
        let keys = ServerKeys {
            tokens: TokenKeys::new(vec![TokenKey { id: 1, secret: [1; 32] }]).expect("a ring"),
            sealing: SecretKey::new([2; 32]),
            fake_salt: SecretKey::new([3; 32]),
            csrf: SecretKey::new([4; 32]),
        };
        let csrf = *keys.csrf.expose();
        let host = HostName::parse(HOST).expect("a domain");
        let accounts = AccountOptions { allow_plain: Some(true), ..AccountOptions::default() };
        let options = HostOptions { accounts, ..HostOptions::default() };
        let Assembled { engine, people, circle, events } = assemble(Parts {
            store: store.clone(),
            keys,
            file: FileHosts {
                defaults: HostOptions::default(),
                hosts: HashMap::from([(host.clone(), HostOptions::default())]),
            },
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            dice: Arc::clone(&dice),
            post: Arc::new(NoPost),
            hashing: 2,
            iterations: 1,
        });
        people.hosts.load().await.expect("served");
        // Not in the file, where they would be locked: the API shall be able to set them.
        people.hosts.set_options(&operator(), host.clone(), options).await.expect("set");
        people.sign_in.load([host.clone()]).await.expect("loaded");
        for (name, role) in [("anna", Role::Owner), ("ben", Role::Member)] {
            people.accounts.create(&operator(), &host, name, role, Some(PASSWORD)).await.expect("made");
        }
        let stopper = Stopper::new();
        let tls = Tls::with_budget(Duration::from_secs(1));
        let features = features::all(&people, &circle);
        let server = Server::new(engine.clone(), tls, stopper.token(), C2sOptions::default(), &features);
        let web = Web::new(parlour_web::service::Parts {
            people: people.clone(),
            locals: Arc::clone(&engine.locals),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            dice,
            settings: Arc::new(ArcSwap::from_pointee(Settings::default())),
            websocket: Some(Arc::new(server.clone())),
            backups: None,
            metrics: None,
            challenges: None,
            csrf,
            stop: stopper.token(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { events.run().await });
        Self {
            web,
            server,
            clock,
            browser: RefCell::default(),
            streams: RefCell::default(),
            store,
            _tasks: tasks,
            _stopper: stopper,
            runs: 0,
        }
    }

    /// A pipe to one of the doors, from somewhere on the internet.
    pub(crate) fn pipe(&self, door: &dyn Door, kind: ListenerKind, secure: bool) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let peer = Peer::new(somewhere(), kind);
        self.streams.borrow_mut().spawn(door.accept(Conn::raw(theirs, secure), peer));
        ours
    }

    /// Says all of it, in pieces, and that this is all; then everything that comes back.
    pub(crate) async fn answer(&self, pipe: DuplexStream, said: &[u8], piece: usize) -> Vec<u8> {
        let (mut from, mut to) = tokio::io::split(pipe);
        let saying = async {
            for piece in said.chunks(piece.max(1)) {
                // A server that has closed is seen when listening.
                if to.write_all(piece).await.is_err() {
                    break;
                }
            }
            let _ = to.shutdown().await;
        };
        let mut heard = Vec::new();
        let hearing = from.read_to_end(&mut heard);
        let _ = tokio::join!(saying, hearing);
        heard
    }
}

/// Where strangers come from.
pub(crate) fn somewhere() -> PeerAddr {
    PeerAddr::Ip(SocketAddr::from(([203, 0, 113, 9], 4321)))
}
