//! A whole server over a store in memory, a clock that is moved, and clients on pipes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use futures_util::{FutureExt, SinkExt, StreamExt};
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::MINUTE;
use parlour_domain::options::AccountOptions;
use parlour_domain::subscription::Kind;
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{By, Clock, Dice, Door as ByDoor, HostName, HostOptions, Invite, Role};
use parlour_engine::assemble::{Assembled, Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_engine::people::People;
use parlour_net::{Conn, Door, ListenerKind, Peer, Stopper, Tls};
use parlour_store::Sqlite;
use parlour_store::sqlite::{Gate, Options};
use parlour_xmpp::jid::BareJid;
use tokio::io::{AsyncReadExt, DuplexStream};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role as Side;

use crate::c2s::tests::house::{Client, PATIENCE, plain};
use crate::{C2sOptions, Server, features};

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) struct Hands(AtomicI64);

impl Hands {
    pub(super) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn wall(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> u64 {
        self.0.load(Ordering::Relaxed).unsigned_abs()
    }
}

/// Other bytes each time (SplitMix64).
struct Loaded(AtomicU64);

impl Dice for Loaded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.iter_mut().zip((z ^ (z >> 31)).to_be_bytes()).for_each(|(to, from)| *to = from);
        }
    }
}

struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: Kind) -> bool {
        true
    }
}

/// The hosts `h` and `other.test`.
pub(super) struct World {
    pub(super) people: People,
    pub(super) clock: Arc<Hands>,
    pub(super) gate: Gate,
    server: Server,
    streams: JoinSet<()>,
    addresses: u16,
    _stopper: Stopper,
}

pub(super) fn host() -> HostName {
    HostName::parse("h.example").expect("a domain")
}

pub(super) fn jid(name: &str) -> BareJid {
    BareJid::new(&format!("{name}@h.example")).expect("an address")
}

pub(super) fn operator() -> By {
    By::operator(ByDoor::Local, 1)
}

pub(super) fn by(name: &str, role: Role) -> By {
    By::account(jid(name), role, ByDoor::Xmpp, 1)
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(HostOptions::default()).await
    }

    /// With these options for `h.example`.
    pub(super) async fn with(options: HostOptions) -> Self {
        let gate = Gate::default();
        let store = Sqlite::in_memory(Options { gate: Some(gate.clone()), ..Options::default() }).expect("a store");
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000_000)));
        let accounts = AccountOptions { allow_plain: Some(true), ..options.accounts.clone() };
        let options = HostOptions { accounts, ..options };
        let other = HostName::parse("other.test").expect("a domain");
        let hosts = [(host(), options.clone()), (other.clone(), options)];
        let Assembled { engine, people, circle, .. } = assemble(Parts {
            store,
            keys: ServerKeys {
                tokens: TokenKeys::new(vec![TokenKey { id: 1, secret: [1; 32] }]).expect("a ring"),
                sealing: SecretKey::new([2; 32]),
                fake_salt: SecretKey::new([3; 32]),
                csrf: SecretKey::new([4; 32]),
            },
            file: FileHosts { defaults: HostOptions::default(), hosts: hosts.into() },
            clock: clock.clone(),
            dice: Arc::new(Loaded(AtomicU64::new(1))),
            post: Arc::new(NoPost),
            hashing: 2,
            iterations: 2,
        });
        people.hosts.load().await.expect("hosts");
        people.sign_in.load([host(), other]).await.expect("sign-in");
        let stopper = Stopper::new();
        let tls = Tls::with_budget(PATIENCE);
        let features = features::all(&people, &circle);
        let server = Server::new(engine, tls, stopper.token(), C2sOptions::default(), &features);
        Self { people, clock, gate, server, streams: JoinSet::new(), addresses: 0, _stopper: stopper }
    }

    /// An account made by the operator.
    pub(super) async fn person(&self, name: &str, role: Role) -> By {
        let made = self.people.accounts.create(&operator(), &host(), name, role, Some(PASSWORD)).await;
        made.expect("a person").into_out();
        by(name, role)
    }

    /// An invite, which must be granted, and its token.
    pub(super) async fn invite(&self, by: &By, wish: Wish) -> (Invite, String) {
        let invite = self.people.invites.issue(by, &host(), wish).await.expect("granted").into_out();
        let token = self.people.invites.links(&invite).expect("links").token.as_str().to_owned();
        (invite, token)
    }

    pub(super) async fn exists(&self, name: &str) -> bool {
        self.people.accounts.account(jid(name)).await.expect("the store answers").is_some()
    }

    /// A pipe from an address, with nothing said on it.
    pub(super) fn pipe(&mut self, address: SocketAddr, secure: bool) -> Client {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        self.streams.spawn(self.server.accept(Conn::raw(theirs, secure), Peer::new(address, ListenerKind::C2s)));
        Client { pipe: ours, seen: String::new() }
    }

    /// A stream that is not signed in, from an address of its own, and what it was offered.
    pub(super) async fn offered(&mut self) -> (Client, String) {
        self.addresses += 1;
        let [high, low] = self.addresses.to_be_bytes();
        self.offered_from(SocketAddr::from(([198, 51, high, low], 1))).await
    }

    /// The same from this address.
    pub(super) async fn offered_from(&mut self, address: SocketAddr) -> (Client, String) {
        let mut client = self.pipe(address, true);
        client.header("h.example").await;
        let features = client.hears("</stream:features>").await;
        (client, features)
    }

    /// A stream that is not signed in.
    pub(super) async fn stranger(&mut self) -> Client {
        self.offered().await.0
    }

    /// A stream on which this token was presented and taken.
    pub(super) async fn holder(&mut self, token: &str) -> Client {
        let mut client = self.stranger().await;
        let answer = client.iq(&preauth(token)).await;
        assert!(answer.contains("type='result'"), "{answer}");
        client
    }

    /// A WebSocket, as the web door hands it over.
    pub(super) async fn web_socket(&mut self) -> Socket {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let peer = Peer::new(SocketAddr::from(([192, 0, 2, 1], 1)), ListenerKind::WebSocket);
        self.streams.spawn(self.server.accept(Conn::raw(theirs, true), peer));
        Socket(WebSocketStream::from_raw_socket(ours, Side::Client, None).await)
    }

    /// Somebody signed in and bound.
    pub(super) async fn bound(&mut self, name: &str) -> Client {
        let mut client = self.stranger().await;
        client.signs_in(name, PASSWORD).await;
        client.binds().await;
        client
    }
}

/// A client that speaks in messages.
pub(super) struct Socket(WebSocketStream<DuplexStream>);

impl Socket {
    pub(super) async fn say(&mut self, xml: &str) {
        self.0.send(Message::text(xml.to_owned())).await.expect("open");
    }

    /// The next message.
    pub(super) async fn hears(&mut self) -> String {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something comes");
        next.expect("open").expect("a message").into_text().expect("text").as_str().to_owned()
    }
}

impl Client {
    /// Says an iq and hears the next one.
    pub(super) async fn iq(&mut self, xml: &str) -> String {
        self.say(xml).await;
        self.hears_iq().await
    }

    pub(super) async fn hears_iq(&mut self) -> String {
        self.hears("<iq").await;
        let head = format!("<iq{}", self.hears(">").await);
        if head.ends_with("/>") { head } else { head + &self.hears("</iq>").await }
    }

    /// Whether nothing is heard, however often the server gets to run.
    pub(super) async fn is_silent(&mut self) -> bool {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.seen.is_empty() && self.pipe.read_u8().now_or_never().is_none()
    }

    /// Signs in on a stream with its features heard, up to the new stream's.
    pub(super) async fn signs_in(&mut self, name: &str, password: &str) {
        self.say(&plain(name, password)).await;
        self.hears("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").await;
        self.header("h.example").await;
        self.hears("</stream:features>").await;
    }

    pub(super) async fn binds(&mut self) {
        self.say("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
        self.hears("</bind></iq>").await;
    }
}

pub(super) fn preauth(token: &str) -> String {
    format!("<iq type='set' id='p' to='h.example'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>")
}

pub(super) fn registration(name: &str, password: &str) -> String {
    format!(
        "<iq type='set' id='r' to='h.example'><query xmlns='jabber:iq:register'><username>{name}</username>\
         <password>{password}</password></query></iq>"
    )
}

pub(super) const ASK: &str = "<iq type='get' id='g' to='h.example'><query xmlns='jabber:iq:register'/></iq>";

/// What an answer means: `result`, or the condition's name.
pub(super) fn outcome(answer: &str) -> &str {
    if answer.contains("type='result'") {
        return "result";
    }
    let error = answer.split("<error ").nth(1).and_then(|rest| rest.split_once("><")).unwrap_or_default();
    error.1.split([' ', '/', '>']).next().unwrap_or_default()
}

/// The sentence in an answer.
pub(super) fn sentence(answer: &str) -> &str {
    let text = answer.split("<text ").nth(1).and_then(|rest| rest.split_once('>')).unwrap_or_default().1;
    text.split('<').next().unwrap_or_default()
}

pub(super) const HOUR: i64 = 60 * MINUTE;
