//! A place called `h.example` with its pages, and browsers that keep cookies.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use axum::body::Body;
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use parlour_domain::invite::issue::Wish;
use parlour_domain::subscription::Kind;
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{By, Change, Clock, Dice, Door as DoorKind, HostName, HostOptions, Invite, Millis, Role};
use parlour_engine::Locals;
use parlour_engine::acts::{Common, Effects};
use parlour_engine::chores::Post;
use parlour_engine::hasher::Hasher;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_engine::people::People;
use parlour_engine::seal::Sealer;
use parlour_net::{BoxFuture, Conn, Door, ListenerKind, Peer, PeerAddr, Stopper};
use parlour_router::Router;
use parlour_store::Sqlite;
use parlour_store::sqlite::{Gate, Options};
use parlour_xmpp::jid::BareJid;
use tower::ServiceExt as _;

use crate::{Came, Exposure, Parts, Settings, Web};

pub(super) const NOW: Millis = 1_800_000_000_000;
pub(super) const PASSWORD: &str = "correct horse battery";

/// A clock that only moves when told.
#[derive(Debug)]
pub(super) struct Still(AtomicI64);

impl Still {
    pub fn pass(&self, span: Millis) {
        self.0.fetch_add(span, Relaxed);
    }
}

impl Clock for Still {
    fn wall(&self) -> Millis {
        self.0.load(Relaxed)
    }
    fn monotonic(&self) -> u64 {
        self.0.load(Relaxed).unsigned_abs()
    }
}

/// Other bytes each time, the same in each run (SplitMix64).
struct Loaded(AtomicU64);

impl Dice for Loaded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

/// Effects that only remember what they were told.
#[derive(Default)]
pub(super) struct Told(pub Mutex<Vec<Change>>);

impl Effects for Told {
    fn run(&self, _by: &By, changes: &[Change]) {
        self.0.lock().expect("told").extend_from_slice(changes);
    }
}

struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _from: &BareJid, _to: &BareJid, _kind: Kind) -> bool {
        false
    }
}

/// A stream's door that remembers what it was handed.
#[derive(Default)]
pub(super) struct Streams(pub Mutex<Vec<(Conn, ListenerKind, PeerAddr)>>);

impl Door for Streams {
    fn accept(&self, conn: Conn, peer: Peer) -> BoxFuture<'static, ()> {
        self.0.lock().expect("streams").push((conn, peer.listener, peer.addr));
        Box::pin(async {})
    }
}

pub(super) struct World {
    pub web: Web,
    pub acts: People,
    pub router: Arc<Router>,
    pub clock: Arc<Still>,
    pub streams: Arc<Streams>,
    pub stopper: Stopper,
    pub settings: Arc<ArcSwap<Settings>>,
    pub store: Sqlite,
    pub told: Arc<Told>,
    pub gate: Gate,
}

pub(super) fn host() -> HostName {
    HostName::parse("h.example").expect("a domain")
}

pub(super) fn operator() -> By {
    By::operator(DoorKind::Local, 1)
}

impl World {
    /// Served by https under its own name.
    pub async fn new() -> Self {
        Self::with(HostOptions::default()).await
    }

    pub async fn with(options: HostOptions) -> Self {
        Self::of(&[("h.example", options)], Exposure::Service).await
    }

    pub async fn of(hosts: &[(&str, HostOptions)], exposure: Exposure) -> Self {
        let clock = Arc::new(Still(AtomicI64::new(NOW)));
        let told = Arc::new(Told::default());
        let gate = Gate::default();
        let dice: Arc<dyn Dice> = Arc::new(Loaded(AtomicU64::new(7)));
        let locals = Arc::new(Locals::default());
        let common = Common {
            locals: locals.clone(),
            clock: clock.clone(),
            dice: dice.clone(),
            effects: told.clone(),
            bell: Arc::default(),
        };
        let keys = ServerKeys {
            tokens: TokenKeys::new(vec![TokenKey { id: 1, secret: [2; 32] }]).expect("a ring"),
            sealing: SecretKey::new([1; 32]),
            fake_salt: SecretKey::new([3; 32]),
            csrf: SecretKey::new([4; 32]),
        };
        let sealer = Arc::new(Sealer::new(&keys.sealing));
        // One iteration: what is tried here is not how long hashing takes.
        let hasher = Hasher::with_iterations(sealer.clone(), dice.clone(), 2, 1);
        let store = Sqlite::in_memory(Options { gate: Some(gate.clone()), ..Options::default() }).expect("a store");
        let tables =
            hosts.iter().map(|(domain, options)| (HostName::parse(domain).expect("a domain"), options.clone()));
        let file = FileHosts { defaults: HostOptions::default(), hosts: tables.collect() };
        let router = Arc::new(Router::new());
        let acts = People::with(&store, common, &keys, file, (Arc::new(NoPost), router.clone()), (sealer, hasher));
        acts.hosts.load().await.expect("served");
        let settings = Arc::new(ArcSwap::from_pointee(Settings { exposure, ..Settings::default() }));
        let streams = Arc::new(Streams::default());
        let stopper = Stopper::new();
        let web = Web::new(Parts {
            people: acts.clone(),
            locals,
            clock: clock.clone(),
            dice,
            settings: settings.clone(),
            websocket: Some(streams.clone()),
            backups: None,
            metrics: Some(Arc::new(|| "parlour_people 1\n".to_owned())),
            challenges: None,
            csrf: *keys.csrf.expose(),
            stop: stopper.token(),
        });
        Self { web, acts, router, clock, streams, stopper, settings, store, told, gate }
    }

    /// An account made by the operator.
    pub async fn person(&self, name: &str, role: Role) -> By {
        let made = self.acts.accounts.create(&operator(), &host(), name, role, Some(PASSWORD)).await;
        By::account(made.expect("a person").into_out().jid, role, DoorKind::Xmpp, 1)
    }

    /// An invite, which must be granted, and its token.
    pub async fn invite(&self, by: &By, wish: Wish) -> (Invite, String) {
        let invite = self.acts.invites.issue(by, &host(), wish).await.expect("granted").into_out();
        let token = self.acts.invites.links(&invite).expect("links").token.as_str().to_owned();
        (invite, token)
    }

    /// The invite as it is kept now.
    pub async fn kept(&self, id: &str) -> Invite {
        self.acts.invites.show(&operator(), &host(), id).await.expect("read").expect("there").0
    }

    pub async fn has(&self, name: &str) -> bool {
        let jid = BareJid::new(&format!("{name}@h.example")).expect("an address");
        self.acts.accounts.account(jid).await.expect("read").is_some()
    }

    /// A request as the connection's door makes it.
    pub async fn send(&self, request: Ask) -> Answer {
        let answer = match self.web.router().oneshot(request.0).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Ask::new(Method::GET, path)).await
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { world: self, jar: BTreeMap::new(), csrf: String::new() }
    }
}

/// A request to be sent.
pub(super) struct Ask(Request<Body>);

impl Ask {
    /// By https to `h.example` from somewhere.
    pub fn new(method: Method, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path).header(HOST, "h.example").body(Body::empty());
        Self(request.expect("a request")).came(Came {
            listener: ListenerKind::WebTls,
            addr: PeerAddr::Ip("203.0.113.9:4321".parse::<SocketAddr>().expect("an address")),
            secure: true,
        })
    }

    pub fn came(mut self, came: Came) -> Self {
        self.0.extensions_mut().insert(came);
        self
    }

    pub fn from(self, address: &str) -> Self {
        let addr = PeerAddr::Ip(SocketAddr::new(address.parse().expect("an address"), 1));
        self.came(Came { listener: ListenerKind::WebTls, addr, secure: true })
    }

    /// Without TLS, from `address`.
    pub fn plain(self, address: &str) -> Self {
        let addr = PeerAddr::Ip(SocketAddr::new(address.parse().expect("an address"), 1));
        self.came(Came { listener: ListenerKind::Web, addr, secure: false })
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().insert(name, value.parse().expect("a header"));
        self
    }

    pub fn without(mut self, name: &'static str) -> Self {
        self.0.headers_mut().remove(name);
        self
    }

    pub fn also(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().append(name, value.parse().expect("a header"));
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        *self.0.body_mut() = Body::from(body.into());
        self
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let encoded = crate::links::encoded;
        let pairs: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
        self.header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(pairs.join("&"))
    }
}

pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|v| v.to_str().expect("a header")).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("json: {:?}", self.body))
    }

    /// The hidden field of the page's first form.
    pub fn csrf(&self) -> Option<&str> {
        self.text().split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next())
    }
}

/// Somebody's browser.
pub(super) struct Browser<'w> {
    world: &'w World,
    pub jar: BTreeMap<String, String>,
    /// The hidden field of the page seen last.
    pub csrf: String,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        let ask = self.ask(Method::GET, path).header("sec-fetch-mode", "navigate");
        self.send(ask).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let ask = self.ask(Method::POST, path).form(&all);
        self.send(ask).await
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.get("/me/sign-in").await;
        self.post("/me/sign-in", &[("name", name), ("password", password)]).await
    }

    /// A request with this browser's cookies.
    pub fn ask(&self, method: Method, path: &str) -> Ask {
        let ask = Ask::new(method, path);
        if self.jar.is_empty() {
            return ask;
        }
        let cookies: Vec<String> = self.jar.iter().map(|(k, v)| format!("{k}={v}")).collect();
        ask.header("cookie", &cookies.join("; "))
    }

    pub async fn send(&mut self, ask: Ask) -> Answer {
        let answer = self.world.send(ask).await;
        for line in answer.headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("a cookie");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            if value.is_empty() {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(csrf) = answer.csrf() {
            self.csrf = csrf.to_owned();
        }
        answer
    }
}
