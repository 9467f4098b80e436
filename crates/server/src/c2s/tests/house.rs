//! A server in memory for tests: two accounts, a store of vectors whose commits can be held back, clients on pipes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use parlour_domain::archive::StreamCount;
use parlour_domain::view::AccountView;
use parlour_domain::{By, Clock, Dice, HostName, HostPolicy, KeyKind, Millis, Role, SealedKeys};
use parlour_engine::attempts::TooMany;
use parlour_engine::keeper::{HandOver, KeepAsk, Keeper, KeptAs, OfflineRow, Undelivered, Views};
use parlour_engine::{BoxFuture, Credentials, Displayed, Engine, Locals, Meters, PresenceRules, Sees, Session};
use parlour_net::{Conn, Door, ListenerKind, Peer, PeerAddr, Stopper, Tls};
use parlour_router::Router;
use parlour_store::StoreError;
use parlour_xmpp::jid::{BareJid, Jid, NodeRef};
use parlour_xmpp::payload::Secret;
use parlour_xmpp::payload::sasl::ClientSasl;
use parlour_xmpp::sasl::{Hash, ScramKeys};
use parlour_xmpp::stanza::{Stamp, Stanza};
use parlour_xmpp::xml::Element;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role as Side;

use crate::{C2sOptions, Server, features};

type Commit = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub(super) struct Shelf {
    /// Commits wait here while this is `Some`.
    pub(super) held: Mutex<Option<Vec<Commit>>>,
    rows: Arc<Rows>,
    pub(super) fails: Mutex<bool>,
    counts: Arc<Mutex<HashMap<String, u32>>>,
    /// How each attempt to sign in ended.
    pub(super) judged: Mutex<Vec<bool>>,
    /// How often the store was asked, for whatever.
    pub(super) calls: AtomicUsize,
}

/// What waits for whom.
#[derive(Default)]
struct Rows {
    rows: Mutex<Vec<(BareJid, OfflineRow)>>,
    last: Mutex<i64>,
}

impl Rows {
    fn next(&self) -> i64 {
        let mut last = self.last.lock().expect("not poisoned");
        *last += 1;
        *last
    }

    fn put(&self, owner: BareJid, stanza: Stanza) -> i64 {
        let id = self.next();
        let row = OfflineRow { row: id, archive: Some(id), at: 0, stanza };
        self.lock().push((owner, row));
        id
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(BareJid, OfflineRow)>> {
        self.rows.lock().expect("not poisoned")
    }
}

impl Shelf {
    pub(super) fn release(&self) {
        let held = self.held.lock().expect("not poisoned").take();
        held.into_iter().flatten().for_each(|commit| commit());
    }

    pub(super) fn waiting(&self) -> usize {
        self.rows.lock().len()
    }

    fn commit(&self, commit: Commit) {
        match &mut *self.held.lock().expect("not poisoned") {
            Some(held) => held.push(commit),
            None => commit(),
        }
    }
}

impl Keeper for Shelf {
    fn keep(&self, ask: KeepAsk, then: HandOver) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if *self.fails.lock().expect("not poisoned") {
            return then(Err(StoreError::DiskFull));
        }
        let id = self.rows.next();
        let mut kept = KeptAs {
            sender: ask.keep.sender.then_some(id),
            recipient: ask.keep.recipient.then_some(id),
            offline: None,
            full: false,
        };
        if ask.keep.offline {
            let stamp = Stamp { from: Some(&ask.from), to: Some(&ask.to), ..Stamp::default() };
            kept.offline = Some(self.rows.put(ask.to.to_bare(), ask.stanza.stamped(&stamp).expect("well-formed")));
        }
        let (counts, count) = (Arc::clone(&self.counts), ask.count);
        self.commit(Box::new(move || {
            if let Some(count) = count {
                counts.lock().expect("not poisoned").insert(count.stream.to_string(), count.h);
            }
            then(Ok(kept));
        }));
    }

    fn offline(&self, owner: &BareJid, after: i64, max: usize) -> BoxFuture<Result<Vec<OfflineRow>, StoreError>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let rows = self.rows.lock();
        let found =
            rows.iter().filter(|(o, r)| o == owner && r.row > after).map(|(_, r)| r.clone()).take(max).collect();
        Box::pin(async move { Ok(found) })
    }

    // Nothing here outlives a crash.
    fn arrived(&self, _: &BareJid, _: Vec<i64>) {}

    fn drop_offline(&self, owner: &BareJid, gone: Vec<i64>) {
        let (rows, owner) = (Arc::clone(&self.rows), owner.clone());
        self.commit(Box::new(move || {
            rows.lock().retain(|(o, r)| *o != owner || !gone.contains(&r.row));
        }));
    }

    fn count_stream(&self, _: &HostName, count: StreamCount, _: Millis) {
        self.counts.lock().expect("not poisoned").insert(count.stream.to_string(), count.h);
    }

    fn stream_count(&self, _: &HostName, stream: &str) -> BoxFuture<Result<Option<u32>, StoreError>> {
        let count = self.counts.lock().expect("not poisoned").get(stream).copied();
        Box::pin(async move { Ok(count) })
    }

    fn put_offline(&self, owner: &BareJid, rows: Vec<Undelivered>) -> BoxFuture<()> {
        let (kept, owner) = (Arc::clone(&self.rows), owner.clone());
        let (done, is_done) = tokio::sync::oneshot::channel();
        self.commit(Box::new(move || {
            for row in rows {
                kept.put(owner.clone(), row.stanza);
            }
            // Nobody waits for it where the house is gone.
            let _ = done.send(());
        }));
        Box::pin(async move { drop(is_done.await) })
    }
}

struct Two(Arc<Shelf>);

impl Views for Two {
    fn view(&self, jid: &BareJid) -> BoxFuture<Result<Option<AccountView>, StoreError>> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        let known = ["anna@x.test", "ben@x.test", "anna@y.test"].contains(&jid.as_str());
        Box::pin(async move { Ok(known.then(|| AccountView::new(Role::Member))) })
    }
}

impl Credentials for Two {
    fn hashes(&self, _: &HostName) -> Vec<Hash> {
        vec![Hash::Sha256]
    }

    fn keys(&self, _: &HostName, _: &NodeRef, hash: Hash) -> BoxFuture<Result<ScramKeys, StoreError>> {
        Box::pin(async move { Ok(parlour_xmpp::sasl::derive(hash, b"secret", b"0123456789abcdef", 1)) })
    }

    /// The name `locked` has been tried too often.
    fn heard(&self, _: &HostName, name: &NodeRef, _: Option<&str>) -> Result<(), TooMany> {
        if name.as_str() == "locked" { Err(TooMany { millis: 1_000 }) } else { Ok(()) }
    }

    fn judged(&self, _: &HostName, _: &NodeRef, address: Option<&str>, right: bool) {
        assert!(address.is_some_and(|address| !address.is_empty()));
        self.0.judged.lock().expect("not poisoned").push(right);
    }

    fn check(&self, _: &HostName, _: &NodeRef, password: &[u8]) -> BoxFuture<Result<Option<SealedKeys>, StoreError>> {
        let keys = SealedKeys { kind: KeyKind::ScramSha256, sealed: Vec::new() };
        let fits = (password == b"secret").then_some(keys);
        Box::pin(async move { Ok(fits) })
    }
}

struct Nobody;

impl Displayed for Nobody {
    fn displayed(&self, _: &By, _: &BareJid, _: &Jid, _: &Element) {}
}

impl PresenceRules for Nobody {
    fn knows(&self, _: &Jid, _: &BareJid) -> Sees {
        Sees::Known(false)
    }

    fn broadcast(&self, _: &Arc<Session>, _: Stanza, _: bool) -> Option<BoxFuture<()>> {
        None
    }

    fn subscription(&self, _: &Arc<Session>, _: &Jid, _: Stanza) -> BoxFuture<()> {
        Box::pin(std::future::ready(()))
    }

    fn inbound(&self, _: &Jid, _: &BareJid, _: Stanza) -> Option<BoxFuture<()>> {
        None
    }

    fn sees(&self, _: &Jid, _: &BareJid) -> Sees {
        Sees::Known(true)
    }

    fn gone(&self, _: &Arc<Session>, _: bool, _: Vec<Jid>) -> Option<BoxFuture<()>> {
        None
    }
}

struct Still;

impl Clock for Still {
    fn wall(&self) -> i64 {
        0
    }

    fn monotonic(&self) -> u64 {
        0
    }
}

/// Counts: each call gives other bytes.
#[derive(Default)]
struct Counting(Mutex<u64>);

impl Dice for Counting {
    fn fill(&self, out: &mut [u8]) {
        let mut n = self.0.lock().expect("not poisoned");
        for byte in out {
            *n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (*n >> 33) as u8;
        }
    }
}

/// The server.
pub(super) struct House {
    pub(super) server: Server,
    pub(super) shelf: Arc<Shelf>,
    pub(super) tls: Tls,
    stopper: Stopper,
    pub(super) streams: JoinSet<()>,
}

impl House {
    pub(super) fn new() -> Self {
        Self::with(C2sOptions::default())
    }

    pub(super) fn with(options: C2sOptions) -> Self {
        let shelf = Arc::new(Shelf::default());
        let locals = Arc::new(Locals::default());
        let hosts = ["x.test", "y.test"].map(|name| {
            let policy = HostPolicy { allow_plain: true, ..HostPolicy::default() };
            (HostName::parse(name).expect("a domain"), policy)
        });
        locals.set(hosts);
        let router = Arc::new(Router::new());
        let (clock, dice) = (Arc::new(Still), Arc::new(Counting::default()));
        let asks = parlour_engine::Asks::new(Arc::clone(&router), Arc::clone(&locals), dice.clone(), clock.clone());
        let asks = Arc::new(asks);
        let engine = Arc::new(Engine {
            router,
            locals,
            archive_ids: Arc::new(parlour_engine::ArchiveIds::new(&parlour_engine::keys::SecretKey::new([4; 32]))),
            keeper: Arc::clone(&shelf) as Arc<dyn Keeper>,
            views: Arc::new(Two(Arc::clone(&shelf))),
            presence: Arc::new(Nobody),
            displayed: Arc::new(Nobody),
            credentials: Arc::new(Two(Arc::clone(&shelf))),
            clock,
            dice,
            caps: Arc::new(parlour_engine::Caps::new(Arc::clone(&asks))),
            asks,
            pushes: Arc::default(),
            sending: parlour_engine::Sending::default(),
            putting_back: parlour_engine::sessions::PuttingBack::default(),
            meters: Meters::default(),
            handlers: std::sync::OnceLock::new(),
        });
        let stopper = Stopper::new();
        let tls = Tls::with_budget(Duration::from_secs(1));
        let server = Server::new(engine, tls.clone(), stopper.token(), options, &features::core());
        Self { server, shelf, tls, stopper, streams: JoinSet::new() }
    }

    pub(super) fn stop(&self) {
        self.stopper.stop();
    }

    /// A pipe to the server, secure or in the clear.
    pub(super) fn pipe(&mut self, secure: bool) -> Client {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let peer = Peer::new(PeerAddr::Local { uid: 0, pid: None }, ListenerKind::C2s);
        self.streams.spawn(self.server.accept(Conn::raw(theirs, secure), peer));
        Client { pipe: ours, seen: String::new() }
    }

    /// Bytes of the task of one client, without what it boxes.
    pub(super) fn task_bytes(&self) -> usize {
        let (_, theirs) = tokio::io::duplex(1);
        let peer = Peer::new(PeerAddr::Local { uid: 0, pid: None }, ListenerKind::C2s);
        size_of_val(&crate::c2s::serve(Arc::clone(&self.server.0), Conn::raw(theirs, true), peer))
    }

    /// A WebSocket to the server, as the web door hands it over.
    pub(super) async fn web_socket(&mut self, secure: bool) -> WebSocketStream<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let peer = Peer::new(PeerAddr::Local { uid: 0, pid: None }, ListenerKind::WebSocket);
        self.streams.spawn(self.server.accept(Conn::raw(theirs, secure), peer));
        WebSocketStream::from_raw_socket(ours, Side::Client, None).await
    }

    /// A client that is signed in, bound and available.
    pub(super) async fn online(&mut self, name: &str, resource: &str) -> Client {
        let mut client = self.bound(name, resource).await;
        client.say("<presence/><iq type='get' id='sync'><ping xmlns='urn:xmpp:ping'/></iq>").await;
        client.hears("id='sync' type='result'/>").await;
        client
    }

    /// A client that is signed in and bound.
    pub(super) async fn bound(&mut self, name: &str, resource: &str) -> Client {
        let mut client = self.signed_in(name).await;
        client
            .say(&format!(
                "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource>\
                 </bind></iq>"
            ))
            .await;
        client.hears("</bind></iq>").await;
        client
    }

    /// A client that is signed in, with a new stream.
    pub(super) async fn signed_in(&mut self, name: &str) -> Client {
        let mut client = self.pipe(true);
        client.header("x.test").await;
        client.hears("</stream:features>").await;
        client.say(&plain(name, "secret")).await;
        client.hears("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").await;
        client.header("x.test").await;
        client.hears("</stream:features>").await;
        client
    }
}

/// `<auth/>` with PLAIN.
pub(crate) fn plain(name: &str, password: &str) -> String {
    let initial = Some(Secret::new(format!("\0{name}\0{password}").into_bytes()));
    ClientSasl::Auth { mechanism: "PLAIN".to_owned(), initial }.to_element().to_string()
}

/// The other end of a stream.
pub(crate) struct Client<S = DuplexStream> {
    pub(crate) pipe: S,
    pub(crate) seen: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn say(&mut self, xml: &str) {
        // A server that has closed is seen when listening.
        let _ = self.pipe.write_all(xml.as_bytes()).await;
    }

    pub(crate) async fn header(&mut self, to: &str) {
        self.say(&format!(
            "<?xml version='1.0'?><stream:stream to='{to}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>"
        ))
        .await;
    }

    /// Everything up to and with `what`.
    pub(crate) async fn hears(&mut self, what: &str) -> String {
        loop {
            if let Some(at) = self.seen.find(what) {
                let rest = self.seen.split_off(at + what.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            let mut chunk = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.pipe.read(&mut chunk)).await;
            match read {
                Ok(Ok(n)) if n > 0 => self.seen.push_str(std::str::from_utf8(&chunk[..n]).expect("UTF-8")),
                other => panic!("waited for {what}, had {}, then {other:?}", self.seen),
            }
        }
    }

    /// Everything up to the end of the stream.
    pub(crate) async fn hears_end(&mut self) -> String {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.pipe.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "still open after {} {}", self.seen, String::from_utf8_lossy(&rest));
        std::mem::take(&mut self.seen) + std::str::from_utf8(&rest).expect("UTF-8")
    }

    /// What came before the answer to a ping: all there was to hear.
    pub(crate) async fn hears_so_far(&mut self) -> String {
        self.say("<iq type='get' id='so-far'><ping xmlns='urn:xmpp:ping'/></iq>").await;
        let all = self.hears("id='so-far' type='result'/>").await;
        all.rsplit_once("<iq").map(|(before, _)| before.to_owned()).unwrap_or_default()
    }
}

/// For what must come. Never waited for where all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
