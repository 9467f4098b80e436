//! Rosters, presence and blocks as clients meet them: stanzas in at the way, stanzas out of the queues, over a real store.

use std::sync::{Mutex, OnceLock};
use std::task::{Context, Poll, Waker};

use parlour_domain::invite::issue::Wish as InviteWish;
use parlour_domain::roster::Wish;
use parlour_domain::{Dice, HostOptions, InviteKind, Role};
use parlour_router::{Bounds, Exit, NoExit, Out};
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::{BareJid, FullJid, Jid};
use parlour_xmpp::stanza::{DefaultNs, Stanza};

use super::*;
use crate::accounts::Accounts;
use crate::hasher::Hasher;
use crate::hosts::{FileHosts, Hosts};
use crate::keys::SecretKey;
use crate::locals::Locals;
use crate::seal::Sealer;
use crate::signin::SignIn;
use crate::testing::{Loaded, NOW, Still, by, host, jid, operator};
use crate::tokens::Tokens;
use crate::way::Gate;
use crate::{Engine, Meters, Origin, Session, StoreKeeper, StoreViews, Window, sessions};

struct Town {
    engine: Arc<Engine>,
    circle: Circle,
    invites: Arc<Invites>,
    accounts: Accounts,
    store: Sqlite,
    away: Arc<Away>,
}

/// What left for other servers.
#[derive(Default)]
struct Away(Mutex<Vec<String>>);

impl Exit for Away {
    fn send(&self, _to: &Jid, out: Out) -> Result<(), NoExit> {
        let mut bytes = Vec::new();
        out.write(&mut bytes, DefaultNs::Stream);
        self.0.lock().expect("a lock").push(String::from_utf8(bytes).expect("UTF-8"));
        Ok(())
    }
}

struct Client {
    engine: Arc<Engine>,
    session: Arc<Session>,
    window: Window,
}

impl Town {
    /// With these people, none of whom knows another.
    async fn of(people: &[&str]) -> Self {
        let store = Sqlite::in_memory(Options::default()).expect("a store");
        let (router, locals) = (Arc::new(Router::new()), Arc::new(Locals::default()));
        let effects = Arc::new(Effects::new(Arc::clone(&router), Arc::clone(&locals)));
        let dice: Arc<dyn Dice> = Arc::new(Loaded::new(7));
        let clock = Arc::new(Still::at(NOW));
        let known = Arc::new(crate::invites::known::Known::default());
        let first = crate::api_keys::Forgetting { held: Arc::default(), known: known.clone(), then: effects.clone() };
        let common = Common {
            locals: Arc::clone(&locals),
            clock: clock.clone(),
            dice: Arc::clone(&dice),
            effects: Arc::new(first),
            bell: Arc::default(),
        };
        let sealer = Arc::new(Sealer::new(&SecretKey::new([1; 32])));
        let hasher = Hasher::with_iterations(sealer.clone(), Arc::clone(&dice), 2, 1);
        let key = parlour_domain::token::TokenKey { id: 1, secret: [2; 32] };
        let keys = parlour_domain::token::TokenKeys::new(vec![key]).expect("a ring");
        let all = Arc::new(store.clone());
        let file = FileHosts { defaults: HostOptions::default(), hosts: [(host(), HostOptions::default())].into() };
        Hosts::new(all.clone(), common.clone(), file).load().await.expect("served");
        let accounts = Accounts::new(all.clone(), common.clone(), hasher.clone());
        let groups = Arc::new(crate::groups::Groups::new(all.clone(), all.clone(), common.clone()));
        let invites = Arc::new(Invites::new(all.clone(), groups, common.clone(), (hasher.clone(), known), keys));
        let throttle = Arc::new(Throttle::new(clock.clone()));
        let archive_ids = Arc::new(crate::ArchiveIds::new(&SecretKey::new([4; 32])));
        let archive = Arc::new(crate::Archive::new(all.clone(), common.clone(), Arc::clone(&archive_ids)));
        let circle = Circle::new(&store, &common, &router, &effects, (&invites, &throttle), archive);
        let sealing = SecretKey::new([1; 32]);
        let tokens = Tokens::new(all.clone(), all.clone(), common.clone(), sealer.clone(), &sealing);
        let sign_in = SignIn::new(all.clone(), all.clone(), common, hasher, (sealer, tokens), SecretKey::new([3; 32]));
        let asks =
            Arc::new(crate::Asks::new(Arc::clone(&router), Arc::clone(&locals), Arc::clone(&dice), clock.clone()));
        let engine = Arc::new(Engine {
            router,
            locals: Arc::clone(&locals),
            archive_ids,
            keeper: Arc::new(StoreKeeper::new(all.clone())),
            views: Arc::new(StoreViews::new(all, locals)),
            presence: Arc::new(circle.presence.clone()),
            displayed: circle.pubsub.clone(),
            credentials: Arc::new(sign_in),
            clock,
            dice,
            caps: Arc::new(crate::Caps::new(Arc::clone(&asks))),
            asks,
            pushes: Arc::clone(effects.pushes()),
            sending: crate::Sending::default(),
            putting_back: sessions::PuttingBack::default(),
            meters: Meters::default(),
            handlers: OnceLock::new(),
        });
        let away = Arc::new(Away::default());
        engine.router.set_remote(away.clone());
        let town = Self { engine, circle, invites, accounts, store, away };
        for name in people {
            let made =
                town.accounts.create(&operator(), &host(), name, Role::Member, Some("correct horse battery")).await;
            made.expect("a person").into_out();
        }
        town
    }

    async fn befriend(&self, one: &str, other: &str) {
        let token = self.token(one).await;
        self.invites.consume(&operator(), &jid(one), &jid(other), &token).await.expect("a contact").into_out();
    }

    /// A contact invite of that person.
    async fn token(&self, maker: &str) -> String {
        let wish = InviteWish { kind: Some(InviteKind::Contact), ..InviteWish::default() };
        let invite = self.invites.issue(&by(maker, Role::Member), &host(), wish).await.expect("granted").into_out();
        self.invites.links(&invite).expect("links").token.as_str().to_owned()
    }

    async fn bound(&self, name: &str, resource: &str) -> Client {
        let full = FullJid::new(&format!("{}/{resource}", jid(name))).expect("an address");
        let since = self.engine.router.signing_in(&full);
        let session = sessions::bind(&self.engine, full, 1, None, Bounds::default(), since).await.expect("bound");
        // As a roster request does.
        session.live.update_resource(session.resource(), &session.outbox, |r| r.interested = true);
        Client { engine: Arc::clone(&self.engine), session, window: Window::default() }
    }

    /// Signed in and available, with nothing left to read.
    async fn online(&self, name: &str, resource: &str) -> Client {
        let mut client = self.bound(name, resource).await;
        client.say("<presence/>").await;
        client.hears();
        client
    }

    /// A presence from somebody on another server.
    async fn arrives(&self, kind: &str, to: &str, inside: &str) {
        let xml = format!("<presence type='{kind}' from='x@elsewhere.example' to='{}'>{inside}</presence>", jid(to));
        let stanza = Stanza::parse(xml.as_bytes()).expect("a stanza");
        let gate = Gate { engine: &self.engine, origin: &Origin::Remote };
        let mut window = Window::default();
        window.offer(&gate, stanza);
        std::future::poll_fn(|cx| window.poll(cx, &gate)).await;
    }

    fn went_away(&self) -> Vec<String> {
        std::mem::take(&mut self.away.0.lock().expect("a lock"))
    }

    async fn stands(&self, owner: &str, contact: &str) -> &'static str {
        let contacts = self.circle.rosters.read(&jid(owner)).await.expect("a roster").1;
        contacts.state(jid(contact).as_str()).subscription()
    }
}

impl Client {
    /// Sends a stanza, and waits until it is done.
    async fn say(&mut self, xml: &str) {
        let origin = Origin::Client(Arc::clone(&self.session));
        let gate = Gate { engine: &self.engine, origin: &origin };
        self.window.offer(&gate, Stanza::parse(xml.as_bytes()).expect("a stanza"));
        let window = &mut self.window;
        std::future::poll_fn(|cx| match window.poll(cx, &gate) {
            Poll::Ready(()) if window.is_idle() => Poll::Ready(()),
            _ => Poll::Pending,
        })
        .await;
    }

    /// All that came since.
    fn hears(&self) -> String {
        let mut batch = Vec::new();
        self.session.outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
        let mut bytes = Vec::new();
        batch.iter().for_each(|out| out.write(&mut bytes, DefaultNs::Stream));
        String::from_utf8(bytes).expect("UTF-8")
    }
}

fn subscribe(to: &str, inside: &str) -> String {
    format!("<presence type='subscribe' to='{}'>{inside}</presence>", jid(to))
}

fn preauth(token: &str) -> String {
    format!("<preauth xmlns='urn:xmpp:pars:0' token='{token}'/>")
}

fn from_full(name: &str, resource: &str) -> String {
    format!("from='{}/{resource}'", jid(name))
}

#[tokio::test]
async fn vector_36_contacts_see_each_other_come_change_and_go() {
    let town = Town::of(&["anna", "ben"]).await;
    town.befriend("anna", "ben").await;
    let mut anna = town.online("anna", "a").await;
    let mut ben = town.bound("ben", "b").await;
    ben.say("<presence><status>hello</status></presence>").await;
    let heard = ben.hears();
    assert!(heard.contains(&from_full("anna", "a")), "the probe's answer: {heard}");
    assert!(heard.contains(&from_full("ben", "b")), "one's own, too: {heard}");
    let heard = anna.hears();
    assert!(heard.contains(&from_full("ben", "b")) && heard.contains("<status>hello</status>"), "{heard}");

    anna.say("<presence><show>away</show></presence>").await;
    assert!(ben.hears().contains("<show>away</show>"));
    anna.say("<presence type='unavailable'/>").await;
    let heard = ben.hears();
    assert!(heard.contains("type='unavailable'") && heard.contains(&from_full("anna", "a")), "{heard}");

    sessions::end(&town.engine, &ben.session).await;
    anna.say("<presence/>").await;
    assert!(!anna.hears().contains("ben"), "ben is gone");
    let seen = town.circle.personal.last_seen(&jid("ben")).await.expect("reads");
    assert_eq!(seen.map(|seen| seen.at), Some(NOW));
}

#[tokio::test]
async fn attack_48_strangers_see_nothing() {
    let town = Town::of(&["anna", "eve"]).await;
    let _anna = town.online("anna", "a").await;
    let mut eve = town.online("eve", "e").await;
    for name in ["anna", "ghost"] {
        eve.say(&format!("<presence type='probe' to='{}'/>", jid(name))).await;
        eve.say(&subscribe(name, "")).await;
        let heard = eve.hears();
        assert!(!heard.contains(&format!("from='{}", jid(name))), "{name}: {heard}");
        assert!(heard.contains("ask='subscribe'"), "{name}: {heard}");
    }
}

#[tokio::test]
async fn attack_48_a_probe_from_elsewhere_is_answered_to_contacts_only() {
    let town = Town::of(&["anna", "ben"]).await;
    let _anna = town.online("anna", "a").await;
    for name in ["anna", "ben", "ghost"] {
        town.arrives("probe", name, "").await;
        assert_eq!(town.went_away(), Vec::<String>::new(), "{name}");
    }
    for name in ["anna", "ben"] {
        town.arrives("subscribe", name, &preauth(&town.token(name).await)).await;
        town.went_away();
        town.arrives("probe", name, "").await;
        assert_eq!(town.went_away().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn vector_52_vector_53_a_token_from_elsewhere() {
    let town = Town::of(&["anna", "ben"]).await;
    let anna = town.online("anna", "a").await;
    town.arrives("subscribe", "anna", &preauth(&town.token("anna").await)).await;
    let went = town.went_away();
    assert_eq!(went.len(), 3, "{went:?}");
    for (stanza, what) in went.iter().zip(["type='subscribed'", "type='subscribe'", &from_full("anna", "a")]) {
        assert!(stanza.contains(what), "{what} in {went:?}");
    }
    let heard = anna.hears();
    assert!(heard.contains("subscription='from'") && heard.contains("ask='subscribe'"), "{heard}");
    assert!(!heard.contains("<presence"), "nothing to answer: {heard}");
    town.arrives("subscribed", "anna", "").await;
    assert!(anna.hears().contains("subscription='both'"));

    town.arrives("subscribe", "ben", &preauth(&town.token("ben").await)).await;
    assert_eq!(town.went_away().len(), 2, "no client of ben's is needed");
}

#[tokio::test]
async fn a_request_waits_is_shown_again_and_is_answered() {
    let town = Town::of(&["anna", "ben"]).await;
    let mut anna = town.online("anna", "a").await;
    anna.say(&subscribe("ben", "<nick xmlns='http://jabber.org/protocol/nick'>Anna</nick>")).await;
    let push = anna.hears();
    assert!(push.contains("ask='subscribe'") && !push.contains("ver=''"), "{push}");

    for _ in 0..2 {
        let mut ben = town.bound("ben", "b").await;
        ben.say("<presence/>").await;
        let heard = ben.hears();
        assert!(heard.contains("type='subscribe'") && heard.contains("Anna</nick>"), "{heard}");
        assert!(heard.contains(&format!("from='{}'", jid("anna"))), "the bare address: {heard}");
        sessions::end(&town.engine, &ben.session).await;
    }

    let mut ben = town.online("ben", "b").await;
    ben.say(&format!("<presence type='subscribed' to='{}'/>", jid("anna"))).await;
    let heard = anna.hears();
    let at = |what: &str| heard.find(what).unwrap_or_else(|| panic!("{what} in {heard}"));
    assert!(at("type='subscribed'") < at("subscription='to'"), "{heard}");
    assert!(at("subscription='to'") < at(&from_full("ben", "b")), "{heard}");
    assert!(ben.hears().contains("subscription='from'"));

    ben.say(&format!("<presence type='unsubscribed' to='{}'/>", jid("anna"))).await;
    let heard = anna.hears();
    assert!(heard.contains("type='unavailable'") && heard.contains("subscription='none'"), "{heard}");
}

#[tokio::test]
async fn vector_61_vector_54_a_token_in_a_request_makes_contacts_once() {
    let town = Town::of(&["anna", "ben", "carl"]).await;
    let token = town.token("anna").await;
    let anna = town.online("anna", "a").await;
    let mut ben = town.online("ben", "b").await;
    ben.say(&subscribe("anna", &preauth(&token))).await;
    let heard = ben.hears();
    assert!(heard.contains("subscription='both'") && heard.contains("type='subscribed'"), "{heard}");
    assert!(heard.contains(&from_full("anna", "a")), "presence at once: {heard}");
    let heard = anna.hears();
    assert!(heard.contains("subscription='both'") && heard.contains(&from_full("ben", "b")), "{heard}");
    assert!(!heard.contains("type='subscribe'"), "nothing to answer: {heard}");

    // Redundant, as apps do after registering: vector 37.
    ben.say(&subscribe("anna", &preauth(&token))).await;
    assert!(!anna.hears().contains("subscribe"));
    assert_eq!((town.stands("anna", "ben").await, town.stands("ben", "anna").await), ("both", "both"));

    let mut carl = town.online("carl", "c").await;
    carl.say(&subscribe("anna", &preauth(&token))).await;
    assert!(anna.hears().contains("type='subscribe'"), "a request like any other");
    assert!(!carl.hears().contains("type='error'"));
    assert_eq!(town.stands("anna", "carl").await, "none");
}

#[tokio::test]
async fn vector_55_vector_56_vector_58_other_tokens_are_a_request() {
    let town = Town::of(&["anna", "ben", "carl"]).await;
    let token = town.token("anna").await;
    let mut ben = town.online("ben", "b").await;
    let mut carl = town.online("carl", "c").await;
    let twice = format!("{}{}", preauth(&token), preauth(&token));
    for inside in [preauth(&token), preauth("nonsense"), "<preauth xmlns='urn:xmpp:pars:0'/>".into(), twice] {
        ben.say(&subscribe("carl", &inside)).await;
        let heard = carl.hears();
        assert!(heard.contains("type='subscribe'") && !heard.contains("preauth"), "{inside}: {heard}");
        assert!(!heard.contains(&token), "attack 81: a token is good for whoever reads it");
        carl.say(&format!("<presence type='unsubscribed' to='{}'/>", jid("ben"))).await;
        ben.hears();
        carl.hears();
    }
    ben.say(&subscribe("anna", &preauth(&token))).await;
    assert_eq!(town.stands("anna", "ben").await, "both", "still good for whose it is");
}

#[tokio::test]
async fn vector_59_attack_70_the_blocked_see_nothing_and_get_nowhere() {
    let town = Town::of(&["anna", "ben"]).await;
    town.befriend("anna", "ben").await;
    let anna = town.online("anna", "a").await;
    let mut ben = town.online("ben", "b").await;
    anna.hears();
    let block = |on: bool| {
        let (blocks, items) = (Arc::clone(&town.circle.blocks), vec![Jid::from(jid("ben"))]);
        async move {
            match on {
                true => blocks.block(&by("anna", Role::Member), &jid("anna"), items).await.expect("blocked"),
                false => blocks.unblock(&by("anna", Role::Member), &jid("anna"), items).await.expect("unblocked"),
            }
            .into_out();
        }
    };
    block(true).await;
    assert!(ben.hears().contains("type='unavailable'"), "anna went away for ben");
    ben.say("<presence><status>spam</status></presence>").await;
    assert!(anna.hears().is_empty());

    let token = town.token("anna").await;
    ben.say(&format!("<presence type='unsubscribe' to='{}'/>", jid("anna"))).await;
    ben.say(&subscribe("anna", &preauth(&token))).await;
    assert!(!anna.hears().contains("type='subscribe'"));
    assert_eq!(town.stands("anna", "ben").await, "to");
    block(false).await;
    ben.say(&subscribe("anna", &preauth(&token))).await;
    assert_eq!(town.stands("anna", "ben").await, "both", "the token was not used up");
}

#[tokio::test]
async fn vector_62_a_pre_approved_request_needs_no_client() {
    let town = Town::of(&["anna", "ben"]).await;
    let mut anna = town.online("anna", "a").await;
    anna.say(&format!("<presence type='subscribed' to='{}'/>", jid("ben"))).await;
    assert!(anna.hears().contains("approved='true'"));
    let mut ben = town.online("ben", "b").await;
    ben.say(&subscribe("anna", "")).await;
    let heard = ben.hears();
    assert!(heard.contains("type='subscribed'") && heard.contains(&from_full("anna", "a")), "{heard}");
    assert!(!anna.hears().contains("type='subscribe'"));
}

#[tokio::test]
async fn removing_a_contact_ends_what_both_see() {
    let town = Town::of(&["anna", "ben"]).await;
    town.befriend("anna", "ben").await;
    let anna = town.online("anna", "a").await;
    let ben = town.online("ben", "b").await;
    anna.hears();
    let removed = town.circle.rosters.remove(&by("anna", Role::Member), &jid("anna"), jid("ben")).await;
    removed.expect("removed").into_out();
    let heard = ben.hears();
    for what in ["type='unsubscribe'", "type='unsubscribed'", "subscription='none'", "type='unavailable'"] {
        assert!(heard.contains(what), "{what} in {heard}");
    }
    let heard = anna.hears();
    assert!(heard.contains("subscription='remove'") && heard.contains("type='unavailable'"), "{heard}");
}

#[tokio::test]
async fn an_update_of_presence_asks_the_store_nothing() {
    let town = Town::of(&["anna", "ben"]).await;
    town.befriend("anna", "ben").await;
    let mut anna = town.online("anna", "a").await;
    let ben = town.online("ben", "b").await;
    let contact: BareJid = "friend@elsewhere.example".parse().expect("an address");
    let named = town
        .circle
        .rosters
        .set(&by("anna", Role::Member), &jid("anna"), contact, Wish { name: None, groups: vec![] })
        .await;
    named.expect("set").into_out();
    let meters = town.store.meters();
    let before = (meters.reads(), meters.writes());
    for show in ["away", "xa", "dnd"] {
        anna.say(&format!("<presence><show>{show}</show></presence>")).await;
        assert!(ben.hears().contains(show));
    }
    assert_eq!((meters.reads(), meters.writes()), before);
}
