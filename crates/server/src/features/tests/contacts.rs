//! Roster, blocking, private XML, vCard and last activity as clients ask for them, over a real store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};

use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{By, Clock, Dice, Door, HostName, HostOptions, Role};
use parlour_engine::assemble::{Assembled, Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_engine::way::Gate;
use parlour_engine::{Origin, Session, Window, sessions};
use parlour_router::{Bounds, Since};
use parlour_store::Sqlite;
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::{BareJid, FullJid};
use parlour_xmpp::stanza::{DefaultNs, Stanza};

use crate::features::{self, Hooks};

struct Still(AtomicI64);

impl Clock for Still {
    fn wall(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> u64 {
        9_000
    }
}

struct Same;

impl Dice for Same {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

struct Nowhere;

impl Post for Nowhere {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: parlour_domain::subscription::Kind) -> bool {
        false
    }
}

struct Town {
    all: Assembled,
    clock: Arc<Still>,
}

struct Client<'a> {
    town: &'a Town,
    session: Arc<Session>,
    window: Window,
}

fn host() -> HostName {
    HostName::parse("x.test").expect("a domain")
}

impl Town {
    async fn of(people: &[&str]) -> Self {
        let clock = Arc::new(Still(AtomicI64::new(1_800_000_000_000)));
        let key = || SecretKey::new([3; 32]);
        let tokens = TokenKeys::new(vec![TokenKey { id: 1, secret: [2; 32] }]).expect("a ring");
        let all = assemble(Parts {
            store: Sqlite::in_memory(Options::default()).expect("a store"),
            keys: ServerKeys { tokens, sealing: key(), fake_salt: key(), csrf: key() },
            file: FileHosts {
                defaults: HostOptions::default(),
                hosts: [(host(), HostOptions::default())].into_iter().collect(),
            },
            clock: clock.clone(),
            dice: Arc::new(Same),
            post: Arc::new(Nowhere),
            hashing: 1,
            iterations: 1,
        });
        all.people.hosts.load().await.expect("served");
        for name in people {
            let by = By::operator(Door::Local, 1);
            let made = all.people.accounts.create(&by, &host(), name, Role::Member, Some("correct horse")).await;
            made.expect("a person").into_out();
        }
        let mut hooks = Hooks::default();
        features::all(&all.people, &all.circle).iter().for_each(|feature| feature.wire(&mut hooks));
        assert!(all.engine.handlers.set(hooks.iqs).is_ok());
        Self { all, clock }
    }

    async fn client(&self, name: &str) -> Client<'_> {
        let full = FullJid::new(&format!("{name}@x.test/r")).expect("an address");
        let session =
            sessions::bind(&self.all.engine, full, 1, None, Bounds::default(), Since::default()).await.expect("bound");
        Client { town: self, session, window: Window::default() }
    }
}

impl Client<'_> {
    /// Sends a stanza; all that comes back.
    async fn say(&mut self, xml: &str) -> String {
        let origin = Origin::Client(Arc::clone(&self.session));
        let gate = Gate { engine: &self.town.all.engine, origin: &origin };
        self.window.offer(&gate, Stanza::parse(xml.as_bytes()).expect("a stanza"));
        let window = &mut self.window;
        std::future::poll_fn(|cx| match window.poll(cx, &gate) {
            Poll::Ready(()) if window.is_idle() => Poll::Ready(()),
            _ => Poll::Pending,
        })
        .await;
        self.hears()
    }

    fn hears(&self) -> String {
        let mut batch = Vec::new();
        self.session.outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
        let mut bytes = Vec::new();
        batch.iter().for_each(|out| out.write(&mut bytes, DefaultNs::Stream));
        String::from_utf8(bytes).expect("UTF-8")
    }

    async fn ask(&mut self, kind: &str, to: &str, payload: &str) -> String {
        let to = if to.is_empty() { String::new() } else { format!(" to='{to}'") };
        self.say(&format!("<iq type='{kind}' id='q'{to}>{payload}</iq>")).await
    }
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_roster_is_read_changed_pushed_and_read_by_version() {
    let town = Town::of(&["anna"]).await;
    let mut anna = town.client("anna").await;
    let query = |items: &str| format!("<query xmlns='jabber:iq:roster'>{items}</query>");
    let got = anna.ask("get", "", "<query xmlns='jabber:iq:roster' ver=''/>").await;
    has(&got, &["type='result'", "ver='0'"]);
    for (item, answer) in [
        ("<item jid='ben@x.test' name='Ben'><group>Friends</group></item>", "type='result'"),
        ("<item jid='eve@x.test'/>", "type='result'"),
        ("<item jid='anna@x.test'/>", "<not-allowed"),
        ("<item jid='a@x.test'><group/></item>", "<not-acceptable"),
        ("<item jid='a@x.test'><group>g</group><group>g</group></item>", "<bad-request"),
        ("<item jid='nobody@x.test' subscription='remove'/>", "<item-not-found"),
        ("<item jid='eve@x.test' subscription='remove'/>", "subscription='remove'"),
    ] {
        let heard = anna.ask("set", "", &query(item)).await;
        has(&heard, &[answer]);
        assert_eq!(heard.contains("id='push-"), !heard.contains("type='error'"), "{heard}");
    }
    let got = anna.ask("get", "", &query("")).await;
    has(&got, &["<item jid='ben@x.test' name='Ben' subscription='none'><group>Friends</group></item>"]);
    assert!(!got.contains("eve") && !got.contains("ver="), "{got}");

    let since = |ver: &str| format!("<query xmlns='jabber:iq:roster' ver='{ver}'/>");
    let got = anna.ask("get", "", &since("1")).await;
    has(&got, &["ver='3'><item jid='eve@x.test' subscription='remove'/>", "type='result'/>"]);
    assert!(!got.contains("ben"), "{got}");
    for unknown in ["99", "gibberish"] {
        has(&anna.ask("get", "", &since(unknown)).await, &["ver='3'", "ben@x.test"]);
    }
}

#[tokio::test]
async fn attack_41_nobody_reads_or_sets_anothers_roster() {
    let town = Town::of(&["anna", "eve"]).await;
    let mut eve = town.client("eve").await;
    for kind in ["get", "set"] {
        let item = "<item jid='eve@x.test'/>";
        let heard = eve.ask(kind, "anna@x.test", &format!("<query xmlns='jabber:iq:roster'>{item}</query>")).await;
        has(&heard, &["<service-unavailable"]);
    }
}

#[tokio::test]
async fn a_block_list_is_kept_pushed_and_obeyed() {
    let town = Town::of(&["anna", "ben"]).await;
    let mut anna = town.client("anna").await;
    let mut ben = town.client("ben").await;
    has(
        &anna.ask("get", "", "<blocklist xmlns='urn:xmpp:blocking'/>").await,
        &["<blocklist xmlns='urn:xmpp:blocking'/>"],
    );
    let list = |name: &str, items: &str| format!("<{name} xmlns='urn:xmpp:blocking'>{items}</{name}>");
    let heard = anna.ask("set", "", &list("block", "<item jid='ben@x.test'/>")).await;
    has(&heard, &["type='result'", "<block xmlns='urn:xmpp:blocking'><item jid='ben@x.test'/></block>"]);
    let heard = anna.say("<message to='ben@x.test' type='chat'><body>hi</body></message>").await;
    has(&heard, &["<not-acceptable", "<blocked xmlns='urn:xmpp:blocking:errors'/>"]);
    let heard = ben.say("<message to='anna@x.test' type='chat'><body>hi</body></message>").await;
    has(&heard, &["<service-unavailable"]);
    has(&anna.ask("get", "", "<blocklist xmlns='urn:xmpp:blocking'/>").await, &["<item jid='ben@x.test'/>"]);
    has(&anna.ask("set", "", &list("block", "<item jid='anna@x.test'/>")).await, &["<not-allowed"]);
    has(&anna.ask("set", "", &list("block", "")).await, &["<bad-request"]);
    has(&anna.ask("set", "", &list("unblock", "")).await, &["type='result'", "<unblock xmlns='urn:xmpp:blocking'/>"]);
    has(
        &anna.ask("get", "", "<blocklist xmlns='urn:xmpp:blocking'/>").await,
        &["<blocklist xmlns='urn:xmpp:blocking'/>"],
    );
}

#[tokio::test]
async fn private_elements_are_kept_for_their_owner() {
    let town = Town::of(&["anna", "eve"]).await;
    let mut anna = town.client("anna").await;
    let query = |inside: &str| format!("<query xmlns='jabber:iq:private'>{inside}</query>");
    let empty = query("<storage xmlns='storage:bookmarks'/>");
    let full = query("<storage xmlns='storage:bookmarks'><url name='a &amp; b' url='u'/></storage>");
    has(&anna.ask("get", "", &empty).await, &["<storage xmlns='storage:bookmarks'/>"]);
    has(&anna.ask("set", "", &full).await, &["type='result'"]);
    has(&anna.ask("get", "", &empty).await, &["<url name='a &amp; b' url='u'/></storage>"]);
    has(&anna.ask("get", "", &query("")).await, &["<not-acceptable"]);
    has(&town.client("eve").await.ask("get", "anna@x.test", &empty).await, &["<service-unavailable"]);
}

#[tokio::test]
async fn attack_48_cards_and_last_activity_are_for_contacts() {
    let town = Town::of(&["anna", "ben", "eve"]).await;
    let mut anna = town.client("anna").await;
    let mut ben = town.client("ben").await;
    let mut eve = town.client("eve").await;
    let (card, last) = ("<vCard xmlns='vcard-temp'/>", "<query xmlns='jabber:iq:last'/>");
    has(&anna.ask("get", "", card).await, &["type='result'", card]);
    has(&anna.ask("set", "", "<vCard xmlns='vcard-temp'><FN>Anna</FN></vCard>").await, &["type='result'"]);
    anna.say("<presence type='subscribed' to='ben@x.test'/>").await;
    ben.say("<presence type='subscribe' to='anna@x.test'/>").await;
    ben.hears();
    has(&ben.ask("get", "anna@x.test", card).await, &["<FN>Anna</FN>"]);
    has(&ben.ask("get", "anna@x.test", last).await, &["<item-not-found"]);
    anna.say("<presence/>").await;
    has(&ben.ask("get", "anna@x.test", last).await, &["seconds='0'"]);
    anna.say("<presence type='unavailable'><status>bye</status></presence>").await;
    ben.hears();
    town.clock.0.fetch_add(61_500, Ordering::Relaxed);
    has(&ben.ask("get", "anna@x.test", last).await, &["seconds='61'", "bye"]);

    let heard = |text: String| text.replace("ghost", "anna");
    for payload in [card, last] {
        let taken = heard(eve.ask("get", "anna@x.test", payload).await);
        let free = heard(eve.ask("get", "ghost@x.test", payload).await);
        assert_eq!(taken, free, "a taken name looks like a free one");
        has(&taken, &["type='error'"]);
    }
    has(&eve.ask("get", "x.test", last).await, &["seconds='9'"]);
}
